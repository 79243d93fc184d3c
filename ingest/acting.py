"""What a reader needs in order to act: notice periods of contracts, and laws on public records.

`notice_periods.csv` and `records_laws.csv` of `data/reference/`, and a newsroom's own files of the
same names, which join ours. One line is one fact with its source.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
from pydantic import model_validator

from ingest.errors import DeclarationError
from ingest.places import PLACE, add_places, joined, place_of
from ingest.reference import Row, Text, Vendor
from ingest.reference_files import InvalidReferenceError, Problem, read_folders
from ingest.tables import load_table
from ingest.use_law_rows import Address, Count, YesNo


class NoticePeriod(Row):
    """How many days before a contract ends somebody has to act, as a document says it.

    Of one purchase, or of what one vendor sells in one place.
    """

    FILE = "notice_periods.csv"
    KEY = ("place_id", "vendor_id", "purchase_id")
    place_id: str
    vendor_id: str
    purchase_id: str
    days: Count
    # What happens when nobody acts, in words that follow the date.
    what: Text
    source_url: Address

    @model_validator(mode="after")
    def _says_whose(self) -> "NoticePeriod":
        if not self.days:
            raise ValueError("`days` must not be empty")
        if not self.purchase_id and not (self.place_id and self.vendor_id):
            raise ValueError("`purchase_id` must name a purchase, or place and vendor be given")
        return self


class RecordsLaw(Row):
    """The law under which anybody can ask the bodies of a place for their records."""

    FILE = "records_laws.csv"
    KEY = ("place_id",)
    place_id: Text
    law_name: Text
    citation: Text
    # Whether it binds the bodies of places within too: a nation's law may bind only its own.
    binds_below: YesNo
    time_to_answer: str
    source_url: Address


_SOURCE = {"source_title": "varchar", "source_url": "varchar", "confidence": "varchar"}
NOTICE_PERIOD = {
    "place_id": "varchar", "vendor_id": "varchar", "purchase_id": "varchar", "days": "integer",
    "what": "varchar", **_SOURCE,
}  # fmt: skip
RECORDS_LAW = {
    "place_id": "varchar", "law_name": "varchar", "citation": "varchar",
    "binds_below": "boolean", "time_to_answer": "varchar", **_SOURCE,
}  # fmt: skip


def check_acting(folders: list[Path]) -> list[Problem]:
    """Return everything wrong with the notice periods and the laws on public records."""
    rows, problems = read_folders(folders, (NoticePeriod, RecordsLaw))
    if problems:
        return problems
    named, _ = read_folders(folders, (Vendor,))
    vendors = {row.key for row in named[Vendor]}
    return sorted(_broken([*rows[NoticePeriod], *rows[RecordsLaw]], vendors, folders))


def _broken(rows: list[Row], vendors: set[str], folders: list[Path]) -> Iterator[Problem]:
    places = joined(folders, "places.csv", PLACE, lambda row: row["place_id"])
    listed = {row["place_id"] for row in places}
    for row in rows:
        vendor, place = getattr(row, "vendor_id", ""), getattr(row, "place_id", "")
        if vendor and vendor not in vendors:
            yield Problem(row.file, row.line, f"`vendor_id` names `{vendor}`, which no list knows.")
        if place and place not in listed:
            try:
                place_of(place)
            except DeclarationError as error:
                yield Problem(row.file, row.line, str(error))


def load_acting(connection: duckdb.DuckDBPyConnection, folders: list[Path]) -> None:
    """Fill mart.notice_period and mart.records_law.

    Raises InvalidReferenceError with every problem found.
    """
    problems = check_acting(folders)
    if problems:
        raise InvalidReferenceError(problems)
    rows, _ = read_folders(folders, (NoticePeriod, RecordsLaw))
    notices = [row for row in rows[NoticePeriod] if isinstance(row, NoticePeriod)]
    laws = [row for row in rows[RecordsLaw] if isinstance(row, RecordsLaw)]
    named = {row.place_id for row in notices} | {row.place_id for row in laws}
    add_places(connection, [place_of(place) for place in sorted(named) if place])
    load_table(
        connection,
        "mart.notice_period",
        NOTICE_PERIOD,
        [
            [row.place_id or None, row.vendor_id or None, row.purchase_id or None, int(row.days),
             row.what, row.source, row.source_url or None, row.confidence]
            for row in notices
        ],
    )  # fmt: skip
    load_table(
        connection,
        "mart.records_law",
        RECORDS_LAW,
        [
            [row.place_id, row.law_name, row.citation, row.binds_below == "yes",
             row.time_to_answer or None, row.source, row.source_url or None, row.confidence]
            for row in laws
        ],
    )  # fmt: skip
