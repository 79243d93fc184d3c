"""Answers of the USAspending API, kept as lines, become rows with the columns of its files.

A declaration names the fields by their path: `award.recipient.recipient_uei` in the detail of an
award, `transaction.action_date` in its list of transactions, `subaward.amount` in that of its
sub-awards. A row is numbered by its line and its place in it: row 30012 is the twelfth
transaction of line 3.
"""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingest.adapters.usaspending_archive import Layout
from ingest.adapters.usaspending_journal import asked
from ingest.errors import SourceError
from ingest.source import Source
from ingest.staged_columns import COLUMNS, Table

SUFFIX = ".jsonl"
# More than the service puts into one answer.
ROWS_PER_LINE = 10_000
NONE = "-NONE-"
# The words of the detail for the codes of the files.
_CODES = {
    "record_flag": {"contract": "AWARD", "idv": "IDV"},
    "single_or_multiple_code": {"SINGLE AWARD": "S", "MULTIPLE AWARD": "M"},
    "parent_single_or_multiple_code": {"SINGLE AWARD": "S", "MULTIPLE AWARD": "M"},
}
_PREFIXES = ("CONT_TX_", "ASST_TX_")
_TABLES: dict[str, Table] = {"grant": "grants", "subaward": "subawards"}
Row = dict[str, str | None]


def is_answers(path: Path) -> bool:
    """Whether a raw file holds answers of the API, one a line."""
    return path.suffix == SUFFIX


def write_table(source: Source, path: Path, table_path: Path) -> Layout | None:
    """Write the rows of a file of answers as CSV and return its layout, or None without awards.

    Raises SourceError for lines that are no answers to our questions.
    """
    table = _TABLES.get(source.record_kind, "transactions")
    fields = _Fields(source, "subaward" if table == "subawards" else "transaction")
    has_awards = False
    with table_path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, ["raw_row", *COLUMNS[table]], lineterminator="\n")
        writer.writeheader()
        for first_line, transactions, award in _awards(source, path):
            has_awards = True
            for line, reply in enumerate(transactions, start=first_line):
                for place, transaction in enumerate(reply["results"], start=1):
                    row = fields.row(transaction, award)
                    known = {name: row.get(name) for name in COLUMNS[table]}
                    writer.writerow({"raw_row": line * ROWS_PER_LINE + place, **known})
    if not has_awards:
        return None
    return Layout(
        name=f"{table}, answers of the API",
        table=table,
        is_delta=False,
        expressions={name: f'"{name}"' for name in COLUMNS[table]},
        unknown_columns=tuple(sorted(fields.unknown)),
        row_number='"raw_row"::bigint',
    )


def _awards(source: Source, path: Path) -> Iterator[tuple[int, list[Any], Any]]:
    """Yield each award: the number of its first line, its pages of transactions, its detail."""
    pages: list[Any] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                said = asked(line)
                reply = json.loads(json.loads(line)["reply"], parse_float=Decimal)
                if said["award_id"] is None:
                    continue
                if not said["is_last"]:
                    pages.append(reply)
                    continue
            except (ValueError, KeyError) as error:
                raise SourceError(
                    f"{source.id}: {path.name}, line {number} is no answer of USAspending "
                    f"({error}). Delete {path.parent} and fetch again."
                ) from error
            yield number - len(pages), pages, reply
            pages = []


class _Fields:
    """Turns an award and one row that it lists into ours, and notes fields never heard of."""

    def __init__(self, source: Source, listed: str) -> None:
        # What the pages of an award list, and how a declaration calls it.
        self._listed = listed
        self._columns = source.columns
        self._known = set(source.columns) | source.ignored
        self._inner = {
            path.rsplit(".", depth)[0]
            for path in self._known
            for depth in range(1, path.count(".") + 1)
        }
        self.unknown: set[str] = set()

    def row(self, listed: dict[str, Any], award: dict[str, Any]) -> Row:
        """Return one row under our names, as text."""
        row: Row = {}
        for path, value in self._leaves("award", award):
            self._put(row, path, value)
        for path, value in self._leaves(self._listed, listed):
            self._put(row, path, value)
        _complete(row)
        return row

    def _leaves(
        self, path: str, value: Any, *, is_ignored: bool = False
    ) -> Iterator[tuple[str, Any]]:
        is_ignored = is_ignored or path in self._known
        if path in self._columns:
            yield path, value
        elif isinstance(value, dict) and (path in self._inner or "." not in path):
            # Of a part that is ignored, what is named all the same is read.
            for name, inner in value.items():
                yield from self._leaves(f"{path}.{name}", inner, is_ignored=is_ignored)
        elif path not in self._inner and not is_ignored:
            self.unknown.add(path)

    def _put(self, row: Row, path: str, value: Any) -> None:
        ours = self._columns[path]
        text = _text(value)
        if ours in _CODES and text is not None:
            # Words never seen stay empty, and the field is reported as one not known.
            code = _CODES[ours].get(text)
            if code is None:
                self.unknown.add(f"{path} = {text}")
            text = code
        if row.get(ours) is None:
            row[ours] = text


def _text(value: Any) -> str | None:
    match value:
        case None | "":
            return None
        case Decimal():
            return f"{value:f}"
        case bool():
            return "t" if value else "f"
        case dict() | list():
            return json.dumps(value, default=str)
        case _:
            # What cannot stand in any text column.
            return str(value).replace("\x00", "")


def _complete(row: Row) -> None:
    """Add what follows from the keys, so that a row is the same whichever way it came."""
    key = row.get("transaction_key")
    if key is not None:
        for prefix in _PREFIXES:
            key = key.removeprefix(prefix)
        row["transaction_key"] = key.upper()
    award = row.get("award_key") or ""
    if award.startswith("CONT_AWD_"):
        # No number of an award holds an underscore.
        *_, parent_number, parent_agency = award.split("_")
        row["parent_award_number"] = None if parent_number == NONE else parent_number
        row["parent_agency_code"] = None if parent_agency == NONE else parent_agency
    if row.get("record_flag") == "IDV":
        # The end of an indefinite contract is the last day on which to order under it.
        row["ordering_end_date"], row["end_date"] = row.get("end_date"), None
    if award:
        row["record_url"] = f"https://www.usaspending.gov/award/{award}/"
    if row.get("listing_title"):
        row["listing_title"] = _listing_title(row["listing_title"] or "", row.get("listing"))


def _listing_title(listings: str, wanted: str | None) -> str | None:
    """Return the title of a listing among all those of an award."""
    titles = {info.get("cfda_number"): info.get("cfda_title") for info in json.loads(listings)}
    return titles.get(wanted)
