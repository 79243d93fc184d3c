"""The weekly job: fetch what is due, build, check, publish, tidy up, and say what happened.

One run at a time in a home. A run that is killed is gone on with by the next: what was fetched
whole stays, and the database that readers see moves only when a new one is whole.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from ingest import build as building
from ingest import fetch as fetching
from ingest import refresh_report as reporting
from ingest import room, tidy
from ingest.build import Built, one_at_a_time
from ingest.due import due_on, is_due
from ingest.errors import HeldError, WhobuysError
from ingest.fetch_job import WAIT_FOR_BUILD
from ingest.fetch_place import LEFT_OUT
from ingest.fetch_result import Asked, Fetched, Tick
from ingest.following import can_be_fetched, following
from ingest.home import Home
from ingest.http import Pace
from ingest.notices import Notice, remember
from ingest.refresh_report import Report, SourceReport
from ingest.source import Source, find_source, load_sources

LOCK = ".refresh-lock"
Say = building.Say


@dataclass(frozen=True)
class Wanted:
    """Which sources to keep up (none: what the home follows), and whether to fetch them all now."""

    source_ids: tuple[str, ...] = ()
    is_now: bool = False


def refresh(
    home: Home,
    wanted: Wanted | None = None,
    *,
    now: datetime | None = None,
    pace: Pace | None = None,
    say: Say = lambda _: None,
    tick: Tick = lambda _name, _done, _total: None,
) -> Report:
    """Fetch what is due, build and publish; return what happened, which is also kept in the home.

    Whatever goes wrong is in the report, with its exit code, and what was published stays
    published. Raises HeldError, which names the other run, when one is at work.
    """
    began = now or datetime.now(UTC)
    with one_at_a_time(home, LOCK):
        report = Report(began_at=began.replace(microsecond=0))
        try:
            # One made by an older version of the code is replaced, whatever it looks like.
            with suppress(duckdb.Error):
                report.before = reporting.published(home)
            _refresh(home, wanted or Wanted(), report, pace, say, tick)
        except (WhobuysError, *room.BROKEN) as error:
            report.problem = room.sentence(error, home)
        _keep(home, report)
    return report


def fell_short(home: Home, report: Report, why: str) -> None:
    """Note what could not be done after a refresh, in its report and in the one that is kept."""
    report.unfinished = " ".join(filter(None, [report.unfinished, why]))
    _keep(home, report)


def _keep(home: Home, report: Report) -> None:
    try:
        reporting.keep(home, report)
    except OSError as error:
        report.not_kept = room.sentence(error, home)


def _refresh(
    home: Home, wanted: Wanted, report: Report, pace: Pace | None, say: Say, tick: Tick
) -> None:
    sources = load_sources(home.source_folders)
    if wanted.source_ids:
        chosen = [find_source(sources, source_id) for source_id in wanted.source_ids]
        asked = Asked()
    else:
        followed = following(home, sources)
        chosen = followed.chosen
        asked = Asked(is_anything=not followed.is_listed)
        for source, note in zip(followed.left_out, followed.notes, strict=True):
            report.sources[source.id] = SourceReport(state="not fetched", why=note)
    due = _due(home, chosen, report, is_now=wanted.is_now)
    if due:
        for result in fetching.fetch(home, due, asked, pace=pace, say=say, tick=tick):
            _add(report, result)
    built = _build(home, say)
    report.after = reporting.published(home)
    report.is_new = built.is_new
    report.left_out = built.failures
    report.changes = reporting.changes(built.database, built.build_id)
    report.held = reporting.held(built.database)
    report.unfinished = built.unfinished
    try:
        with one_at_a_time(home):
            report.tidied = tidy.tidy(home, sources)
    except (WhobuysError, *room.BROKEN) as error:
        # Readers see the newest figures: that the house is not in order is another matter.
        report.unfinished = report.unfinished or room.sentence(error, home)


def _due(home: Home, chosen: list[Source], report: Report, *, is_now: bool) -> list[str]:
    """Return what to fetch now, and note of every other source why it is not."""
    due = []
    for source in chosen:
        if not (source.is_on and can_be_fetched(source)):
            why = "it is switched off, or has no address: `whobuys status` says which"
            report.sources[source.id] = SourceReport(state="not fetched", why=why)
            continue
        try:
            memory = remember(home, source.id)
        except WhobuysError as error:
            report.sources[source.id] = SourceReport(state="failed", why=str(error))
            continue
        # What failed is asked for again by the next run, whatever its cadence.
        is_stale = any(notice.is_stale for notice in memory.notices)
        if is_now or is_stale or is_due(source, memory.last_good, report.began_at):
            due.append(source.id)
        else:
            report.sources[source.id] = _not_due(source, memory.last_good)
    return due


def _not_due(source: Source, last_good: datetime | None) -> SourceReport:
    return SourceReport(state="not due", last_good=last_good, due_on=due_on(source, last_good))


def _add(report: Report, result: Fetched) -> None:
    has_news = bool(result.files or result.news)
    stale: list[Notice] = [notice for notice in result.notices if notice.is_stale]
    left_out = [notice for notice in result.notices if notice.kind == LEFT_OUT]
    if result.is_stale:
        state = "failed" if result.failure else "stale"
    elif left_out:
        state = "not fetched"
    else:
        state = "news" if has_news else "nothing new"
    report.sources[result.source_id] = SourceReport(
        state=state,
        files=result.files,
        rows=result.rows,
        awards=result.news,
        why=result.failure or " ".join(notice.message for notice in stale or left_out) or None,
    )


def _build(home: Home, say: Say) -> Built:
    """Build, after waiting for a person who is adding a file."""
    until = time.monotonic() + WAIT_FOR_BUILD
    while True:
        try:
            return building.build(home, say=say)
        except HeldError:
            if time.monotonic() > until:
                raise
            time.sleep(1)
