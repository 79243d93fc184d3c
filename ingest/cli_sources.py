"""The commands that ask portals: fetch, new-source, and the columns of `whobuys check`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from ingest import check_columns as columns_checking
from ingest import fetch as fetching
from ingest import new_source as drafting
from ingest.cli_base import AsJson, app, counted, err, explained, out, progress_line
from ingest.fetch_result import Asked, Fetched
from ingest.following import following
from ingest.home import Home
from ingest.source import load_sources


@app.command()
@explained
def fetch(
    source: Annotated[
        list[str] | None,
        typer.Argument(
            help="What to fetch. Default: what is here already, what "
            "`follow` in fetch.yml lists, or all that is small."
        ),
    ] = None,
    agency: Annotated[
        list[str] | None,
        typer.Option(help="Code of a department, such as 070, or `all`. May be repeated."),
    ] = None,
    fiscal_year: Annotated[
        list[int] | None,
        typer.Option(help="A fiscal year, such as 2025. May be repeated."),
    ] = None,
    *,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Fetch whole files again where changes are missing."),
    ] = False,
    accept_smaller: Annotated[
        bool,
        typer.Option("--accept-smaller", help="Believe a table that has lost most of its rows."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Download what is new. Resumes after a stop; never fetches what has not changed."""
    asked = Asked(tuple(agency or ()), tuple(fiscal_year or ()), repair, accept_smaller)
    with progress_line(is_shown=not as_json) as progress:
        task = progress.add_task("Looking for what is new", total=None)

        def say(what: str) -> None:
            progress.update(task, description=what)
            if not as_json and not err.is_terminal:
                err.print(what, markup=False)

        def tick(name: str, done: int, total: int) -> None:
            share = f" ({100 * done // total}% of {total / 1e6:,.0f} MB)" if total > 0 else ""
            progress.update(task, description=f"Fetching {name}{share}")

        home = Home.from_environment()
        results = fetching.fetch(home, source or [], asked, say=say, tick=tick)
    if not source:
        for note in following(home, load_sources(home.source_folders)).notes:
            err.print(note, markup=False)
    _report_fetch(results, as_json=as_json)


def _report_fetch(results: list[Fetched], *, as_json: bool) -> None:
    if as_json:
        out.print_json(json.dumps([result.as_facts() for result in results]))
    for result in [] if as_json else results:
        out.print(f"{result.source_id}: {_fetched(result)}", markup=False)
        for notice in result.notices:
            err.print(f"Note: {notice.message}", markup=False)
    if results and all(result.failure and not (result.files or result.news) for result in results):
        raise typer.Exit(2)
    if any(result.is_stale for result in results):
        raise typer.Exit(1)


def _fetched(result: Fetched) -> str:
    if result.files:
        news = f"{counted(len(result.files), 'new file')}, {counted(result.rows, 'row')}"
    elif result.news:
        news = f"{counted(result.news, 'award')} new or changed"
    else:
        return "nothing new."
    return f"{news}. Run `whobuys build` to publish them."


def check_columns(wanted: list[str], *, as_json: bool) -> None:
    """Ask portals for their columns, and say of each source whether all are there."""
    home, today = Home.from_environment(), datetime.now(UTC).date()
    looked = columns_checking.check_columns(home, wanted, today, say=_log(quiet=as_json))
    if as_json:
        out.print_json(json.dumps([asdict(each) for each in looked]))
    for each in [] if as_json else looked:
        out.print(each.sentence, markup=False)
    if looked and not any(each.is_confirmed for each in looked):
        raise typer.Exit(2)
    if not all(each.is_confirmed for each in looked):
        raise typer.Exit(1)


def _log(*, quiet: bool) -> Callable[[str], None]:
    """Return a function that tells what is being waited for."""
    return lambda what: None if quiet else err.print(what, markup=False)


@app.command("new-source")
@explained
def new_source(
    address: Annotated[
        str,
        typer.Argument(
            help="The page of a data set on Socrata, CKAN or ArcGIS, or a CSV or XLSX file: an "
            "address, or a path."
        ),
    ],
    source_id: Annotated[
        str | None, typer.Option("--id", help="The id of the source. Default: made of its title.")
    ] = None,
    place: Annotated[
        str | None, typer.Option(help="Whose data it is, such as us_il_chicago.")
    ] = None,
    *,
    prints: Annotated[
        bool, typer.Option("--print", help="Show the draft, and write nothing.")
    ] = False,
) -> None:
    """Draft the declaration of a city's data set, and show what is likely in it."""
    draft = drafting.new_source(
        Home.from_environment(),
        address,
        source_id=source_id,
        place=place,
        today=datetime.now(UTC).date(),
        writes=not prints,
    )
    if prints:
        out.print(draft.text, markup=False, end="")
    err.print(
        f"The {counted(len(draft.likely), 'likeliest purchase')} among the first "
        f"{counted(draft.rows, 'row')}:" if draft.likely else
        f"Nothing among the first {counted(draft.rows, 'row')} looks like surveillance.",
        markup=False,
    )  # fmt: skip
    for likely in draft.likely:
        said = [likely.vendor, likely.description, likely.amount]
        err.print(
            f"  {' | '.join(filter(None, said))}: {likely.technology or 'not told apart'}, "
            f"{likely.status} ({likely.evidence})",
            markup=False,
        )
    if draft.path:
        brings = f"add FILE --source {draft.source_id}" if draft.is_local else (
            f"fetch {draft.source_id}"
        )  # fmt: skip
        out.print(
            f"Drafted {draft.path}. Read its {counted(draft.doubts, 'line')} marked `not sure`, "
            f"then run `whobuys {brings}` and `whobuys build`.",
            markup=False,
        )
