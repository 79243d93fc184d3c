"""The command of the week: `whobuys refresh`."""

from collections.abc import Callable
from typing import Annotated

import typer

from ingest import refresh as refreshing
from ingest import room
from ingest.alert import alert
from ingest.cli_base import AsJson, app, err, explained, out, progress_line
from ingest.errors import WhobuysError
from ingest.home import Home
from ingest.refresh import Wanted
from ingest.refresh_report import Report


@app.command()
@explained
def refresh(
    source: Annotated[
        list[str] | None,
        typer.Argument(
            envvar="WHOBUYS_REFRESH",
            help="What to keep up. Default: what the home follows, as for `whobuys fetch`.",
        ),
    ] = None,
    *,
    is_now: Annotated[
        bool, typer.Option("--now", help="Fetch also what is not due yet by its cadence.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch what is due, build, check, publish, and say what happened. Safe to stop."""
    try:
        report = _refresh(Wanted(tuple(source or ()), is_now), quiet=as_json)
    except (WhobuysError, OSError) as stopped:
        # Another run is at work, or the home cannot be written to: `explained` says it.
        _tell(2, str(stopped), {"problem": str(stopped)})
        raise
    except Exception as error:
        # Nobody may be looking: a fault of ours must be told as well, and ends with 2.
        _tell(2, f"A fault of whobuys: {error!r}", {"problem": repr(error)})
        err.print_exception()
        raise typer.Exit(2) from error
    if report.after and (why := _offer(quiet=as_json)):
        refreshing.fell_short(Home.from_environment(), report, why)
    if as_json:
        out.print_json(report.as_json())
    else:
        out.print(report.summary(), markup=False)
    if report.exit_code:
        _tell(report.exit_code, report.summary(), _facts(report))
        raise typer.Exit(report.exit_code)


def _refresh(wanted: Wanted, *, quiet: bool) -> Report:
    with progress_line(is_shown=not quiet) as progress:
        task = progress.add_task("Looking for what is due", total=None)

        def say(what: str) -> None:
            progress.update(task, description=what)
            if not quiet and not err.is_terminal:
                err.print(what, markup=False)

        return refreshing.refresh(
            Home.from_environment(), wanted, say=say, tick=_ticking(progress.update, task)
        )


def _offer(*, quiet: bool) -> str:
    """Write the whole export that the dashboard offers, where the published build has none yet.

    Readers see the new build already: an export that fails changes nothing else. Returns why it
    failed, or nothing.
    """
    # Imported here: what only exports need is not to be waited for before the fetch.
    from dashboard import data  # noqa: PLC0415
    from dashboard.exports import site, write  # noqa: PLC0415

    with progress_line(is_shown=not quiet) as progress:
        task = progress.add_task("Writing the whole export", total=None)
        try:
            site.keep_up(data.current(), lambda what: progress.update(task, description=what))
        except site.NoRoom as error:
            return f"{error} {room.what_can_go(Home.from_environment())}"
        except (data.NoDatabase, data.OtherShape, write.NotOurs) as error:
            return str(error)
        except room.BROKEN as error:
            why = room.sentence(error, Home.from_environment())
            return f"The export for the site was not written. {why}"
    return ""


def _ticking(update: Callable[..., None], task: int) -> Callable[[str, int, int], None]:
    def tick(name: str, done: int, total: int) -> None:
        share = f" ({100 * done // total}%)" if total > 0 else ""
        update(task, description=f"Fetching {name}{share}")

    return tick


def _facts(report: Report) -> dict[str, object]:
    return {
        "exit_code": report.exit_code,
        "problem": report.problem,
        "build_id": report.after.build_id if report.after else None,
        "failed": {key: source.why for key, source in report.failed.items()},
        "left_out": report.left_out,
        "unfinished": report.unfinished or report.not_kept,
    }


def _tell(exit_code: int, text: str, facts: dict[str, object]) -> None:
    happened = "nothing was published" if exit_code == 2 else "published, but not all is well"  # noqa: PLR2004
    for untold in alert(f"whobuys refresh: {happened}", text, {"exit_code": exit_code, **facts}):
        err.print(untold, style="bold", markup=False)
