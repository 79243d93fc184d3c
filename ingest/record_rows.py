"""One row of a place's table, as it was published, becomes one row with our column names.

Values stay the publisher's but for these: amounts are written as plain numbers and dates the ISO
way; private people, e-mail addresses and telephones are masked; vendors that the publisher
withholds are said to be withheld. Keys are the values of the declared columns.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from ingest.errors import SourceError
from ingest.money_text import amount as money
from ingest.money_text import currency
from ingest.private_people import (
    PRIVATE_PERSON,
    WITHHELD,
    is_payment_to_people,
    is_private_person,
    redacted,
)
from ingest.record_columns import DATES, JOINED, MONEY, STAGED_RECORD
from ingest.record_tables import RawTable, Values
from ingest.source import Condition, Source, names
from ingest.table_reader import Problem

# Texts that are published as they stand, once what is private is out of them.
_TEXTS = (
    "agency_name_source", "parent_agency_name", "office_name", "description", "funding",
    "competition", "contract_vehicle",
)  # fmt: skip
_NOTHING = frozenset({"", "-", "--", "N/A", "NA", "NULL", "NONE", "NAN", "(BLANK)"})
_JOINED_BY = " · "
Staged = dict[str, str | None]


@dataclass
class Reader:
    """How the columns of one table are read, and what reading its rows brought up."""

    source: Source
    table: RawTable
    # The part of the source that the file is: the same words in two parts are two rows.
    part: str = ""
    problems: list[Problem] = field(default_factory=list)
    rejections: list[Problem] = field(default_factory=list)
    # Rows that are no spending by the declaration's own conditions, by the key that says so.
    left_out: Counter[str] = field(default_factory=Counter)
    masked: int = 0

    def __post_init__(self) -> None:
        """Find the declared columns; raise SourceError for those that are gone."""
        name = self.source.name_of
        present = {name(column): place for place, column in enumerate(self.table.header)}
        called = {
            name(column): [name(column), *map(name, others)]
            for column, others in self.source.also_called.items()
        }
        self.gone: list[str] = []

        def place(column: str) -> int | None:
            known = called.get(name(column), [name(column)])
            return next((present[other] for other in known if other in present), None)

        self.place = place
        self.ours = {
            ours: [
                at
                for theirs, meant in self.source.columns.items()
                if meant == ours and (at := place(theirs)) is not None
            ]
            for ours in self.source.columns.values()
        }
        self._check_columns({other for others in called.values() for other in others})
        self.key = [place(column) for column in self.source.purchase_key]
        self.key_else = [place(column) for column in self.source.purchase_key_else]
        self.row_key = [place(column) for column in self.source.row_key]
        self.contract_key = [place(column) for column in self.source.contract_key]
        self.counting = self._tests(self.source.rows_that_count)
        self.not_counting = self._tests(self.source.rows_left_out)
        self.void = self._tests(self.source.voided)
        self.no_contract = self._tests(self.source.no_contract)
        self.withheld = {_compared(value) for value in self.source.masked_vendors}
        vendor = self.ours.get("vendor_name_source", [])
        self.key_names_people = bool(set(vendor) & set(self.row_key))
        self.read = sorted(
            {at for found in self.ours.values() for at in found}
            | {at for at in (*self.key, *self.key_else, *self.row_key) if at is not None}
        )

    def _check_columns(self, other_names: set[str]) -> None:
        source, name = self.source, self.source.name_of
        needed = {
            *source.purchase_key, *source.purchase_key_else, *source.row_key,
            *source.contract_key, *(c for test in source.conditions.values() for c in test),
            *(theirs for theirs, ours in source.columns.items() if ours == "amount"),
        }  # fmt: skip
        declared = [*dict.fromkeys([*source.columns, *sorted(needed)])]
        gone = [column for column in declared if self.place(column) is None]
        may_be_gone = {name(column) for column in source.may_be_gone}
        missing = [
            column
            for column in gone
            if column in needed
            or (source.when_column_gone == "refuse" and name(column) not in may_be_gone)
        ]
        if missing:
            raise SourceError(
                f"{source.id}: {self.table.shown_as} has no column {names(missing)}. If the "
                f"publisher renamed it, add the new name under `also_called` in "
                f"{source.path.name}; if it is gone for good, take it out there, or list it under "
                f"`may_be_gone`."
            )
        self.problems += [
            Problem(
                kind="column gone",
                column_name=column,
                message=f"{self.table.shown_as} no longer has the column `{column}`. Its values "
                f"are left empty.",
            )
            for column in gone
        ]
        known = {name(column) for column in (*declared, *source.ignored)} | other_names
        self.problems += [
            Problem(
                kind="column not known",
                column_name=column,
                message=f"{self.table.shown_as} has a column `{column}` that {source.id} neither "
                f"reads nor ignores by name. Add it to `columns` or `ignore` in "
                f"{source.path.name}.",
            )
            for column in self.table.header
            # The portal's own columns (:id, :@computed_region_...) are none of the publisher's.
            if column and name(column) not in known and not column.startswith((":", "_id"))
        ]

    def _tests(self, condition: Condition) -> list[tuple[int, frozenset[str]]]:
        return [
            (at, frozenset(_compared(value) for value in values))
            for column, values in condition.items()
            if (at := self.place(column)) is not None
        ]

    def rows(self) -> Iterator[tuple[int, Staged]]:
        """Yield the number and our columns of every row that goes on."""
        problem = self.place("problem") if self.source.adapter == "ocds" else None
        for number, values in self.table.rows:
            if problem is not None:
                self._note_problem(number, values[problem])
            if why := self._reason_to_leave_out(values):
                self.left_out[why] += 1
                continue
            row = self._row(number, values)
            if row is not None:
                yield number, row
        self.rejections += self.table.broken
        self._report()

    def _note_problem(self, number: int, said: str | None) -> None:
        """Report what the notices of one process do not agree on, once for all of its rows."""
        if said and not any(known.value == said for known in self.problems):
            self.problems.append(
                Problem(
                    kind="notices do not agree",
                    row=number,
                    value=said,
                    message=f"{self.table.shown_as}, row {number}: {said}. All of it was kept.",
                )
            )

    def _reason_to_leave_out(self, values: Values) -> str | None:
        if any(_compared(values[at]) not in wanted for at, wanted in self.counting):
            return "rows_that_count"
        if any(_compared(values[at]) in unwanted for at, unwanted in self.not_counting):
            return "rows_left_out"
        if any(_compared(values[at]) in void for at, void in self.void):
            return "voided"
        return None

    def _row(self, number: int, values: Values) -> Staged | None:
        row: Staged = dict.fromkeys(STAGED_RECORD)
        for ours, places in self.ours.items():
            said = [text for at in places if (text := value_of(values[at]))]
            if ours in JOINED:
                row[ours] = _JOINED_BY.join(dict.fromkeys(said)) or None
            elif said:
                row[ours] = said[0]
        if not self._read_money(number, row) or not self._read_keys(number, row, values):
            return None
        for name in DATES:
            if row[name]:
                row[name] = iso_date(row[name] or "", tuple(self.source.read.dates))
        if row["fiscal_year"]:
            row["fiscal_year"] = self._fiscal_year(number, row["fiscal_year"])
        self._mask(row)
        return row

    def _read_money(self, number: int, row: Staged) -> bool:
        read = self.source.read
        for name in MONEY:
            text = row[name]
            if text is None:
                continue
            written, declared = currency(text), (row["currency"] or self.source.currency).upper()
            is_declared = written in (None, declared)
            exact = money(text, read.decimal, read.thousands) if is_declared else None
            if exact is None and name == "amount":
                why = "an amount in cents" if is_declared else f"in {declared}"
                self._set_aside(number, name, text, f"is not {why}")
                return False
            # What is no ceiling is reported where the file is checked.
            row[name] = text if exact is None else str(exact)
        if row["amount"] is None and self.source.record_kind == "payment":
            self._set_aside(number, "amount", "", "is missing")
            return False
        return True

    def _read_keys(self, number: int, row: Staged, values: Values) -> bool:
        voids = {at for at, wanted in self.no_contract if _compared(values[at]) in wanted}
        in_keys = {at for at in (*self.key, *self.key_else) if at is not None}
        key = None
        if not voids - in_keys:
            key = key_of(self.key, values, voids) or key_of(self.key_else, values, voids)
        if key is None and self.source.record_kind != "payment":
            self._set_aside(number, names([*self.source.purchase_key]), "", "is missing")
            return False
        row["purchase_key"] = key
        contract = key_of(self.contract_key, values, voids)
        row["contract_ref"] = contract and f"{self.source.contracts_in}:{contract}"
        row["row_hash"] = hashed(values[at] for at in self.read)
        row_key = key_of(self.row_key, values, set())
        if row_key is None:
            row_key = hashed([row["row_hash"], self.part])
        else:
            row["is_keyed"] = "true"
            # Not to be read back: the key holds the name of who is paid.
            row_key = hashed([row_key]) if self.key_names_people else row_key
        row["row_key"] = row_key
        return True

    def _fiscal_year(self, number: int, label: str) -> str | None:
        year = fiscal_year(label)
        if year is None:
            self.problems.append(
                Problem(
                    kind="value left empty",
                    column_name="fiscal_year",
                    row=number,
                    value=label,
                    message=f"{self.table.shown_as}, row {number}: {label!r} names no fiscal year "
                    f"that can be told. It is left empty.",
                )
            )
            return None
        is_span = re.search(r"\d\s*[-/]\s*\d", label) is not None
        by_start = self.source.fiscal_year_named_by == "start" and not is_span
        return str(year + by_start)

    def _mask(self, row: Staged) -> None:
        vendor = row["vendor_name_source"]
        person = None
        if vendor and _compared(vendor) in self.withheld:
            row["vendor_name_source"], row["vendor_code"] = WITHHELD, None
        elif vendor and self.source.people_kept_because is None:
            to_people = is_payment_to_people(f"{row['description']} {row['funding']}")
            if is_private_person(vendor, is_payment_to_people=to_people):
                person = vendor
                self.masked += 1
                row["vendor_name_source"], row["vendor_code"] = PRIVATE_PERSON, None
                row["is_private"] = "true"
        for name in _TEXTS:
            text = row[name]
            if text and (person or "@" in text or any(map(str.isdigit, text))):
                row[name] = redacted(text, person)

    def _set_aside(self, number: int, column: str, value: str, reason: str) -> None:
        theirs = [name for name, ours in self.source.columns.items() if ours == column]
        shown = names(theirs) if theirs else column if "`" in column else f"`{column}`"
        self.rejections.append(
            Problem(
                kind="row set aside",
                row=number,
                column_name=column.strip("`"),
                value=value or None,
                message=f"{self.table.shown_as}, row {number}: {shown}"
                f"{f' is {value!r}, which' if value else ''} {reason}",
            )
        )

    def _report(self) -> None:
        for why, count in sorted(self.left_out.items()):
            condition = self.source.conditions[why]
            spelled = "; ".join(f"{column}: {', '.join(v)}" for column, v in condition.items())
            self.problems.append(
                Problem(
                    kind="rows left out",
                    value=str(count),
                    message=f"{self.table.shown_as}: {count:,} rows do not count by `{why}` "
                    f"({spelled}).",
                )
            )
        if self.masked:
            self.problems.append(
                Problem(
                    kind="private people masked",
                    value=str(self.masked),
                    message=f"{self.table.shown_as}: {self.masked:,} rows have a payee who reads "
                    f"like a private person. They are shown as {PRIVATE_PERSON!r}; their money "
                    f"counts.",
                )
            )


def value_of(value: str | None) -> str | None:
    """Return a value in one line, or None for what says nothing."""
    if value is None:
        return None
    text = " ".join(value.split())
    return None if text.upper() in _NOTHING else text


def hashed(values: Iterable[str | None]) -> str:
    """Return a hash of values: the key of a row that is told by everything it says."""
    said = "\x1f".join(value or "" for value in values)
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


def _compared(value: str | None) -> str:
    return " ".join((value or "").split()).casefold()


def key_of(places: list[int | None], values: Values, voids: set[int]) -> str | None:
    """Return the parts of a key joined, or None where one of them is empty or is no key."""
    parts = []
    for at in places:
        text = None if at is None or at in voids else value_of(values[at])
        if text is None:
            return None
        # A number that passed through a spreadsheet or a data frame: 1000036842.0
        parts.append(re.sub(r"^(\d+)\.0$", r"\1", text))
    return "/".join(parts) or None


@lru_cache(maxsize=100_000)
def iso_date(text: str, formats: tuple[str, ...]) -> str:
    """Return a date the ISO way, without its time of day, by the first declared format that fits.

    What fits none stays as it is: numbers with slashes are told by the whole column, and what is
    no date is reported.
    """
    if re.match(r"\d{4}-\d{2}-\d{2}(?:[T ]|$)", text):
        return text[:10]
    for spelling in formats:
        try:
            return datetime.strptime(text, spelling).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    day, _, rest = text.partition(" ")
    return day if re.match(r"\d{1,2}:\d{2}", rest) else text


@lru_cache(maxsize=1000)
def fiscal_year(label: str) -> int | None:
    """Return the last year of a label: 2024, FY24, FY 2023-24, 2023/2024; None if it has none."""
    found = re.search(r"(?<!\d)((?:19|20)\d{2})(?:\.0)?\s*[-/]\s*((?:19|20)?\d{2})(?!\d)", label)
    if found:
        first, last = int(found[1]), int(found[2])
        last = last if last > 99 else first // 100 * 100 + last  # noqa: PLR2004
        return last if last - first in (0, 1) else None
    if found := re.search(r"(?<!\d)((?:19|20)\d{2})(?!\d)", label):
        return int(found[1])
    if found := re.fullmatch(r"\s*FY\s*'?(\d{2})\s*", label, re.IGNORECASE):
        return 2000 + int(found[1])
    return None
