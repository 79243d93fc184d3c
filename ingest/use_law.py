"""What is known beside the money (reported use, laws, events): how it is read and loaded.

`uses.csv`, `laws.csv`, `events.csv` and `event_signatories.csv` of `data/reference/`, and a
newsroom's own files of the same names, which join ours. One line is one fact with its source;
sources that disagree each have their line. The models of the lines are in `use_law_rows.py`.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import duckdb

from ingest.errors import DeclarationError
from ingest.gazetteer import known
from ingest.intervals import interval
from ingest.phrase import phrases
from ingest.places import AGENCY, PLACE, add_places, joined, place_of
from ingest.reference import Technology, Type, Vendor
from ingest.reference_files import (
    InvalidReferenceError,
    Problem,
    Rows,
    read_folders,
    unknown_names,
)
from ingest.tables import load_table
from ingest.use_law_rows import MODELS, Event, Fact, Law, Signatory, Use


def read_use_law(folders: list[Path]) -> tuple[Rows, list[Problem]]:
    """Read the four files of every folder; return their rows and everything wrong with them."""
    rows, problems = read_folders(folders, MODELS)
    named, _ = read_folders(folders, (Technology, Type, Vendor))
    # What names a line that could not be read is no mistake of its own.
    return rows, sorted(problems or _broken(rows, named, folders))


def _broken(rows: Rows, named: Rows, folders: list[Path]) -> Iterator[Problem]:
    """Yield a problem for every cell that names a thing no file knows."""
    types = {f"{row.technology}:{row.type}" for row in named[Type] if isinstance(row, Type)}
    technologies = {row.key for row in named[Technology]}
    agencies = {row["agency_id"] for row in joined(folders, "agencies.csv", AGENCY, _first)}
    places = _places(folders)
    names_of: dict[str, Collection[str]] = {
        "place_id": places,
        "place_ids": places,
        "agency_id": agencies,
        "vendor_id": {row.key for row in named[Vendor]},
        "vendor_ids": {row.key for row in named[Vendor]},
        "technology": technologies,
        "only_with": technologies,
        "technologies": technologies | types | {"all"},
        "law_id": {row.key for row in rows[Law]},
        "event_id": {row.key for row in rows[Event]},
    }
    yield from unknown_names(rows, names_of, named_by=((Law, "law_id"), (Event, "event_id")))


def _first(row: dict[str, str]) -> str:
    return next(iter(row.values()))


def _places(folders: list[Path]) -> set[str]:
    return {row["place_id"] for row in joined(folders, "places.csv", PLACE, _first)} | set(known())


def check_use_law(folders: list[Path]) -> list[Problem]:
    """Return everything wrong with the uses, laws, events and signatories."""
    try:
        return read_use_law(folders)[1]
    except DeclarationError:
        return []  # Said already by the check of places and agencies.


def load_use_law(connection: duckdb.DuckDBPyConnection, folders: list[Path]) -> None:
    """Fill core.use, core.law, core.law_technology, core.event and core.event_signatory.

    Raises InvalidReferenceError with every problem found; nothing is loaded by halves.
    """
    rows, problems = read_use_law(folders)
    if problems:
        raise InvalidReferenceError(problems)
    named = {
        place
        for found in rows.values()
        for row in found
        for column in ("place_id", "place_ids")
        for place in phrases(getattr(row, column, ""))
    }
    add_places(connection, [place_of(place) for place in sorted(named)])
    load_table(connection, "core.use", USE, [_use(r) for r in rows[Use] if isinstance(r, Use)])
    laws = [row for row in rows[Law] if isinstance(row, Law)]
    load_table(connection, "core.law", LAW, [_law(row) for row in laws])
    load_table(
        connection,
        "core.law_technology",
        dict.fromkeys(("law_id", "technology", "type"), "varchar"),
        [[law.law_id, *named] for law in laws for named in _technologies(law, folders)],
    )
    load_table(
        connection, "core.event", EVENT, [_event(r) for r in rows[Event] if isinstance(r, Event)]
    )
    load_table(
        connection,
        "core.event_signatory",
        dict.fromkeys(("event_id", "organisation", "source", "confidence"), "varchar"),
        [
            [row.event_id, row.organisation, row.source, row.confidence]
            for row in rows[Signatory]
            if isinstance(row, Signatory)
        ],
    )


_SOURCE = {
    "source_title": "varchar", "source_url": "varchar", "earliest_source_date": "date",
    "latest_source_date": "date", "confidence": "varchar", "raw_file": "varchar",
    "raw_row": "bigint",
}  # fmt: skip

USE = {
    "use_id": "varchar", "place_id": "varchar", "agency_id": "varchar", "agency_name": "varchar",
    "is_group": "boolean", "vendor_id": "varchar", "vendor_name_source": "varchar",
    "technology": "varchar", "kind": "varchar", "evidence_kind": "varchar",
    "attribution": "varchar", "what": "varchar", "count_of": "varchar", "count_low": "bigint",
    "count_high": "bigint", "accounts_low": "bigint", "accounts_high": "bigint",
    "earliest_start_date": "date", "latest_start_date": "date", "earliest_end_date": "date",
    "latest_end_date": "date", "answer": "varchar", "earliest_first_answer_date": "date",
    "latest_first_answer_date": "date", "earliest_answer_date": "date",
    "latest_answer_date": "date", "answer_words": "varchar", "purchase_reported": "varchar",
    "note": "varchar", "is_verified": "boolean", "source_id": "varchar", **_SOURCE,
    "raw_sha256": "varchar",
}  # fmt: skip

LAW = {
    "law_id": "varchar", "law_name": "varchar", "kind": "varchar", "place_id": "varchar",
    "binds": "varchar[]", "bodies": "varchar", "agency_id": "varchar", "only_with": "varchar",
    "covers_all": "boolean", "vendor_ids": "varchar[]", "earliest_adopted_date": "date",
    "latest_adopted_date": "date", "earliest_start_date": "date", "latest_start_date": "date",
    "is_start_assumed": "boolean", "earliest_change_date": "date", "latest_change_date": "date",
    "after_change": "varchar", "earliest_last_date": "date", "latest_last_date": "date",
    "status": "varchar", "summary": "varchar", "exceptions": "varchar", "change": "varchar",
    "read_from_primary_date": "date", "primary_url": "varchar", "is_verified": "boolean",
    "is_date_verified": "boolean", **_SOURCE,
}  # fmt: skip

EVENT = {
    "event_id": "varchar", "earliest_date": "date", "latest_date": "date", "kind": "varchar",
    "place_ids": "varchar[]", "agency_id": "varchar", "vendor_id": "varchar",
    "technology": "varchar", "law_id": "varchar", "law_act": "varchar", "attribution": "varchar",
    "what": "varchar", "number": "bigint", "is_date_verified": "boolean", **_SOURCE,
}  # fmt: skip


def _dates(cell: str) -> list[object]:
    found = interval(cell)
    return [found.earliest, found.latest]


def _source(row: Fact) -> list[object]:
    return [
        row.source, row.source_url or None, *_dates(row.source_date), row.confidence, row.file,
        row.line,
    ]  # fmt: skip


def _number(cell: str) -> int | None:
    return int(cell) if cell else None


def _use(row: Use) -> list[object]:
    return [
        row.use_id, row.place_id or None, row.agency_id or None, row.agency_name,
        row.is_group == "yes", row.vendor_id or None, row.vendor_name or None,
        row.technology or None, row.kind, row.evidence_kind, row.attribution or None, row.what,
        row.count_of or None, _number(row.count_low), _number(row.count_high),
        _number(row.accounts_low), _number(row.accounts_high), *_dates(row.started),
        *_dates(row.ended), row.answer or None, *_dates(row.first_answered),
        *_dates(row.answered), row.answer_words or None, row.purchase_reported, row.note or None,
        row.is_verified == "yes", None, *_source(row), None,
    ]  # fmt: skip


def _law(row: Law) -> list[object]:
    return [
        row.law_id, row.law_name, row.kind, row.place_id, phrases(row.binds), row.bodies,
        row.agency_id or None, row.only_with or None, "all" in phrases(row.technologies),
        phrases(row.vendor_ids), *_dates(row.adopted), row.start.earliest, row.start.latest,
        not row.in_force_from, *_dates(row.changed), row.after_change or None,
        *_dates(row.last_day), row.status, row.summary, row.exceptions or None,
        row.change or None, interval(row.read_from_primary).earliest, row.primary_url or None,
        row.is_verified == "yes", row.dates_verified == "yes", *_source(row),
    ]  # fmt: skip


def _technologies(law: Law, folders: list[Path]) -> Iterable[tuple[str, str | None]]:
    named = phrases(law.technologies)
    if "all" in named:
        return [(row.key, None) for row in read_folders(folders, (Technology,))[0][Technology]]
    return [(t, kind or None) for t, _, kind in (name.partition(":") for name in named)]


def _event(row: Event) -> list[object]:
    return [
        row.event_id, *_dates(row.date), row.kind, phrases(row.place_ids), row.agency_id or None,
        row.vendor_id or None, row.technology or None, row.law_id or None, row.law_act or None,
        row.attribution or None, row.what, _number(row.number), row.date_verified == "yes",
        *_source(row),
    ]  # fmt: skip
