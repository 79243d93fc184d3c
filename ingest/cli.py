"""The command `whobuys`: each command is a few lines that call the modules beside this one.

Exit codes: 0 done; 1 done, but some source failed and kept its last good data; 2 nothing done,
and why.
"""

import json
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from ingest import add as adding
from ingest import build as building
from ingest import check as checking
from ingest import classify_file as classifying
from ingest import cli_accept, cli_refresh  # noqa: F401 - their commands join the app
from ingest import evaluate as evaluating
from ingest import status as stating
from ingest.cli_base import AsJson, app, counted, err, explained, out, progress_line
from ingest.cli_sources import check_columns
from ingest.cli_suggest import suggest_aliases
from ingest.errors import WhobuysError
from ingest.home import Home
from ingest.quality import write_quality

Port = Annotated[int, typer.Option(help="The port to serve on.")]
Address = Annotated[str, typer.Option(help="The address to serve on.")]


def _build(home: Home, as_of: date | None, *, quiet: bool = False) -> building.Built:
    """Build with a progress line on a terminal and plain lines in a log."""
    with progress_line(is_shown=not quiet) as progress:
        task = progress.add_task("Building", total=None)

        def say(what: str) -> None:
            progress.update(task, description=what)
            if not quiet and not err.is_terminal:
                err.print(what, markup=False)

        return building.build(home, as_of=as_of, say=say)


def _report_build(built: building.Built) -> None:
    news = "Published" if built.is_new else "Already published:"
    out.print(
        f"{news} {built.purchases:,} purchases and {built.transactions:,} transactions as of "
        f"{_day(built.as_of)}.",
        markup=False,
    )
    for source_id, why in built.failures.items():
        err.print(f"Left out of {source_id}: {why}", style="bold", markup=False)
    if built.unfinished:
        err.print(f"Published, but not finished: {built.unfinished}", style="bold", markup=False)


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else "not known"


@app.command()
@explained
def up(port: Port = 8501, address: Address = "127.0.0.1") -> None:
    """Build from the starter ledger if there is no database yet, then open the dashboard."""
    home = Home.from_environment()
    if home.published_database() is None:
        adding.add_starter(home)
        _report_build(_build(home, None))
    _serve(port, address, open_browser=sys.stdout.isatty())


@app.command()
@explained
def add(
    file: Annotated[Path, typer.Argument(help="A zip or CSV that you already have.")],
    source: Annotated[str, typer.Option("--source", "-s", help="The source it belongs to.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Load a file you already have, such as an award data archive of USAspending."""
    with progress_line(is_shown=not as_json) as progress:
        progress.add_task(f"Reading {file.name}", total=None)
        added = adding.add(Home.from_environment(), file, source)
    manifest = added.manifest
    if as_json:
        out.print_json(json.dumps({"is_new": added.is_new, **manifest.model_dump(mode="json")}))
        return
    out.print(
        f"{_news(file, added)}: {counted(manifest.rows, 'row')}"
        f"{f', {manifest.rejected:,} set aside' if manifest.rejected else ''}. "
        f"Run `whobuys build` to publish {'them' if manifest.rows != 1 else 'it'}.",
        markup=False,
    )
    problems = [*manifest.problems, *(p for table in manifest.tables for p in table.problems)]
    for problem in problems[:20]:
        err.print(f"Note: {problem.message}", markup=False)
    if len(problems) > 20:  # noqa: PLR2004
        err.print(f"and {len(problems) - 20:,} more, listed on the Sources page.", markup=False)


@app.command()
@explained
def build(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day that the figures speak of."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Turn raw files into a checked and published database."""
    built = _build(Home.from_environment(), as_of.date() if as_of else None, quiet=as_json)
    if as_json:
        out.print_json(json.dumps(asdict(built), default=str))
    else:
        _report_build(built)
    if built.failures or built.unfinished:
        raise typer.Exit(1)


@app.command()
@explained
def serve(
    port: Port = 8501,
    address: Address = "127.0.0.1",
    *,
    edit: Annotated[
        bool,
        typer.Option("--edit", help="Add the page on which an editor decides doubtful purchases."),
    ] = False,
) -> None:
    """Serve the dashboard."""
    if Home.from_environment().published_database() is None:
        raise WhobuysError("Nothing is published yet. Run `whobuys up`.")
    _serve(port, address, open_browser=False, edit=edit)


def _serve(port: int, address: str, *, open_browser: bool, edit: bool = False) -> None:
    # Imported here: the other commands should not wait for the whole of Streamlit.
    from dashboard.editing import NotLoopbackError, allow  # noqa: PLC0415
    from dashboard.server import serve as serve_dashboard  # noqa: PLC0415

    if edit:
        try:
            allow(address)
        except NotLoopbackError as error:
            raise WhobuysError(str(error)) from error

    out.print(f"The dashboard is at http://{address}:{port} (stop it with Ctrl+C).", markup=False)
    serve_dashboard(port, address, open_browser=open_browser, edit=edit)


@app.command()
@explained
def export(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Where to write; made if need be. Default: `exports` in the home, which the "
            "dashboard offers on its page Data.",
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write everything published: CSV, Parquet, XLSX, data package, OCDS, FollowTheMoney."""
    # Imported here: the other commands should not wait for what only exports need.
    from dashboard import data  # noqa: PLC0415
    from dashboard.exports import site, write  # noqa: PLC0415

    with progress_line(is_shown=not as_json) as progress:
        task = progress.add_task("Exporting", total=None)
        try:
            done = write.export(
                data.current(),
                folder or site.folder(),
                lambda what: progress.update(task, description=what),
            )
        except (data.NoDatabase, data.OtherShape, write.NotOurs) as error:
            raise WhobuysError(f"{error} Nothing was exported.") from error
    if as_json:
        out.print_json(json.dumps(asdict(done), default=str))
        return
    out.print(
        f"Exported build {done.build_id} to {done.folder}: {counted(done.files, 'file')}, "
        f"{done.bytes / 1_000_000:,.1f} MB.",
        markup=False,
    )


@app.command()
@explained
def brief(
    name: Annotated[str, typer.Argument(help="An agency or place: its name, short name or id.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write. Default: brief-NAME.pdf.")
    ] = None,
    paper: Annotated[Literal["letter", "a4"], typer.Option(help="The size of paper.")] = "letter",
    site: Annotated[
        str, typer.Option(envvar="WHOBUYS_SITE", help="Where readers find your dashboard.")
    ] = "http://127.0.0.1:8501",
) -> None:
    """Write the one-page hearing brief of an agency or place, as PDF."""
    from dashboard.brief_pdf import NotOneError, named  # noqa: PLC0415 - as in `_serve`
    from dashboard.data import NoDatabase, OtherShape  # noqa: PLC0415

    try:
        made = named(name, site, paper)
    except (NoDatabase, OtherShape) as error:
        raise WhobuysError(f"{error} Run `whobuys up`.") from error
    except NotOneError as error:
        raise WhobuysError(str(error)) from error
    words = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    written = output or Path(f"brief-{words}.pdf")
    written.write_bytes(made)
    out.print(f"Written to {written}.", markup=False)


@app.command()
@explained
def status(*, as_json: AsJson = False) -> None:
    """Show every source: fresh or stale, rows, dates, and why."""
    now = stating.status(Home.from_environment())
    if as_json:
        out.print_json(now.as_json())
        return
    if now.database:
        out.print(
            f"Published: {now.purchases:,} purchases, {now.transactions:,} transactions, as of "
            f"{_day(now.as_of)}\n{now.database}\n",
            markup=False,
        )
    else:
        out.print("Nothing is published yet. Run `whobuys up`.\n", markup=False)
    for source in now.sources:
        covers = (
            f", {_day(source.first_date)} to {_day(source.last_date)}" if source.first_date else ""
        )
        out.print(
            f"{source.source_id}: {source.state}. {counted(source.files, 'file')}, "
            f"{counted(source.rows, 'row')}"
            f"{f', {source.rejected:,} set aside' if source.rejected else ''}{covers}"
            f"{f'. {source.why}' if source.why else ''}",
            markup=False,
        )
        for notice in source.notices:
            if notice not in (source.why or ""):
                out.print(f"  {notice}", markup=False)


def _news(file: Path, added: adding.Added) -> str:
    if added.is_new:
        return f"Added {file.name}"
    if file.name == added.manifest.raw_file:
        return f"Already here: {file.name}"
    return (
        f"Already here under the name {added.manifest.raw_file}, which decides what it replaces "
        f"(to change that, delete {added.folder} and add the file again)"
    )


@app.command()
@explained
def check(
    columns: Annotated[
        list[str] | None,
        typer.Option(
            help="Ask the portal of this source for its columns, and switch the source on when all "
            "are there. `all-off`: of every source that is switched off. May be repeated."
        ),
    ] = None,
    *,
    suggest: Annotated[
        bool,
        typer.Option(
            "--suggest",
            help="List vendor names of the published ledger that look like a known vendor, with a "
            "line for vendor_aliases.csv, and agencies whose names look alike, with one for "
            "department_names.csv. Nothing is taken over by itself.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Validate every declaration, alias, rule and decision."""
    if columns:
        check_columns(columns, as_json=as_json)
        return
    if suggest:
        suggest_aliases(as_json=as_json)
        return
    result = checking.check(Home.from_environment())
    if as_json:
        out.print_json(json.dumps(asdict(result)))
    else:
        for problem in result.problems:
            err.print(problem, markup=False)
        if not result.problems:
            out.print(
                f"All good: {result.sources} sources, {result.rules:,} rules, "
                f"{result.vendors:,} vendors, {result.decisions:,} decisions.",
                markup=False,
            )
    if result.problems:
        raise typer.Exit(2)


@app.command()
@explained
def classify(
    file: Annotated[Path, typer.Argument(help="Any CSV or XLSX of purchases.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write: .csv or .xlsx. Default: the screen."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="Name a column yourself, such as vendor=Payee."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Find surveillance technology in a spreadsheet of your own. Nothing is kept or sent."""
    chosen = dict(_ours_and_theirs(text) for text in column or [])
    if as_json and output is None:
        raise WhobuysError("`--json` tells about the result, so name a file for it with `-o`.")
    result = classifying.classify_file(file, output, columns=chosen)
    counts = {
        "matched": result.matched,
        "related": result.related,
        "possible": result.possible,
    }
    if as_json:
        out.print_json(
            json.dumps({"columns": result.columns, "rows": len(result.rows), "counts": counts})
        )
        return
    read_as = ", ".join(f"{ours} from {theirs!r}" for ours, theirs in result.columns.items())
    err.print(f"Read {len(result.rows):,} rows: {read_as}.", markup=False)
    for name, count in counts.items():
        err.print(f"{name}: {count:,}", markup=False)
    if output:
        err.print(f"Written to {output}.", markup=False)


def _ours_and_theirs(text: str) -> tuple[str, str]:
    ours, separator, theirs = text.partition("=")
    if not separator:
        raise WhobuysError(f"`--column {text}` should be like `--column vendor=Payee`.")
    return ours, theirs


@app.command()
@explained
def evaluate(
    labels: Annotated[Path, typer.Argument(help="A CSV of labelled purchases.")],
    write: Annotated[
        Path | None,
        typer.Option(help="Write the figures for the Method page, as quality.csv."),
    ] = None,
    measured_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day to note beside written figures."),
    ] = None,
    label_set: Annotated[
        str | None,
        typer.Option(help="What the labels are, in the words that readers of the figures see."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Measure precision and recall on labelled purchases, with every miss and false hit."""
    result = evaluating.evaluate(labels)
    day = measured_on.date() if measured_on else datetime.now(UTC).date()
    rows = evaluating.quality_rows(result, day.isoformat())
    if label_set:
        rows = [{**row, "label_set": label_set} for row in rows]
    if write:
        write_quality(write, rows)
    if as_json:
        out.print_json(json.dumps(rows))
    else:
        out.print(evaluating.report(result), markup=False)


if __name__ == "__main__":
    app()
