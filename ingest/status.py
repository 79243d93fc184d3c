"""What is loaded and how fresh it is: the answer of `whobuys status`."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date

import duckdb

from ingest import archive
from ingest.home import Home
from ingest.notices import notices as known_notices
from ingest.source import load_sources


@dataclass(frozen=True)
class SourceStatus:
    """One source as readers see it now."""

    source_id: str
    title: str
    files: int
    rows: int
    rejected: int
    first_date: date | None
    last_date: date | None
    last_fetched: date | None
    state: str
    why: str | None
    # What fetching it last had to say.
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Status:
    """Every source, and the database that is published."""

    build_id: str | None
    database: str | None
    as_of: date | None
    purchases: int
    transactions: int
    sources: list[SourceStatus]

    def as_json(self) -> str:
        """Return everything as JSON, dates the ISO way."""
        return json.dumps(asdict(self), default=str, indent=2)


def status(home: Home) -> Status:
    """Return the state of every declared source; sources never loaded are `empty`."""
    kept: dict[str, int] = {}
    for folder in archive.folders(home):
        kept[folder.parent.name] = kept.get(folder.parent.name, 0) + 1
    database = home.published_database()
    published: dict[str, tuple[object, ...]] = {}
    build: tuple[str, date, int, int] | None = None
    partial: list[tuple[str, str]] = []
    if database:
        with duckdb.connect(str(database), read_only=True) as connection:
            published = {
                row[0]: row
                for row in connection.execute(
                    "select source_id, rows, rejected, first_date, last_date, last_fetched,"
                    " stale_because from mart.source"
                ).fetchall()
            }
            partial = connection.execute(
                "select source_id, message from meta.issue"
                " where kind = 'changes without a whole file' order by all"
            ).fetchall()
            build = connection.execute(
                "select build_id, as_of, purchases, transactions from meta.build"
            ).fetchone()
    notices = {
        source_id: [notice.message for notice in found]
        for source_id, found in known_notices(home).items()
    }
    for source_id, message in partial:
        notices.setdefault(source_id, []).append(message)
    sources = [
        _source_status(
            source.id,
            source.title,
            kept.get(source.id, 0),
            published.get(source.id),
            notices.get(source.id, []),
            is_on=source.is_on,
        )
        for source in load_sources(home.source_folders).values()
    ]
    return Status(
        build_id=build[0] if build else None,
        database=str(database) if database else None,
        as_of=build[1] if build else None,
        purchases=build[2] if build else 0,
        transactions=build[3] if build else 0,
        sources=sources,
    )


def _source_status(
    source_id: str,
    title: str,
    files: int,
    published: tuple[object, ...] | None,
    notices: list[str],
    *,
    is_on: bool,
) -> SourceStatus:
    _, rows, rejected, first, last, fetched, why = published or (None, 0, 0, None, None, None, None)
    if not is_on:
        state, why = "switched off", "its columns have not been confirmed"
    elif not files:
        state = "empty"
    elif why:
        state = "stale"
    elif rows or fetched:
        # Built, and may hold no purchase: notices of tenders alone.
        state = "fresh"
    else:
        state, why = "not built yet", "run `whobuys build`"
    return SourceStatus(
        source_id, title, files, int(str(rows)), int(str(rejected)),
        first, last, fetched, state, None if why is None else str(why),  # type: ignore[arg-type]
        notices,
    )  # fmt: skip
