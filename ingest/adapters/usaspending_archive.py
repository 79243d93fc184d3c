"""Files of the USAspending award data archive and its custom downloads.

What a file is stands in its header, whose columns are found by name and never by position.
What it replaces stands in its name. Facts from the service's own code, contracts and data
dictionary, read in 2026.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.errors import SourceError
from ingest.source import Source, names
from ingest.staged_columns import COLUMNS, REQUIRED, Table

Kind = Literal["full", "delta", "download", "api", "starter", "whole", "part", "update"]

# {agency}_{parent agency}_{number}_{modification}_{parent number}_{transaction number}, of an IDV
# only agency, number and modification; CONT_AWD_{number}_{agency}_{parent number}_{parent agency}
# or CONT_IDV_{number}_{agency}. Without agency or number there is no key.
_KEYS_WERE_ADDED_LATER = {
    "transaction_key": (
        "case when {record_flag} = 'IDV' then {agency_code} || '_-NONE-_' || {award_number} || '_'"
        " || coalesce({modification_number}, '-NONE-') || '_-NONE-_-NONE-'"
        " else {agency_code} || '_' || coalesce({parent_agency_code}, '-NONE-') || '_'"
        " || {award_number} || '_' || coalesce({modification_number}, '-NONE-') || '_'"
        " || coalesce({parent_award_number}, '-NONE-') || '_'"
        " || coalesce({transaction_number}, '-NONE-') end"
    ),
    "award_key": (
        "case when {record_flag} = 'IDV' then 'CONT_IDV_' || {award_number} || '_' || {agency_code}"
        " else 'CONT_AWD_' || {award_number} || '_' || {agency_code} || '_'"
        " || coalesce({parent_award_number}, '-NONE-') || '_'"
        " || coalesce({parent_agency_code}, '-NONE-') end"
    ),
}


@dataclass(frozen=True)
class Layout:
    """What the header of a file says it is.

    `expressions` gives, for each column of ours that the file has, the SQL over its raw columns.
    """

    name: str
    table: Table
    is_delta: bool
    expressions: dict[str, str]
    unknown_columns: tuple[str, ...]
    # Row 1 is the header, so numbers match a spreadsheet.
    row_number: str = "row_number() over () + 1"


@dataclass(frozen=True)
class Scope:
    """What a file replaces: all that is older within an agency (None: all) and fiscal year."""

    kind: Kind
    stamp: date | None
    department_code: str | None = None
    fiscal_year: int | None = None


class NotForThisSourceError(SourceError):
    """A file of the same publisher that holds something else."""


def recognise(source: Source, header: list[str], file_name: str) -> Layout:
    """Return the layout of a file by its header.

    Raises NotForThisSourceError for records of another kind than the source's, and SourceError
    when a column without which no row can be read is missing.
    """
    _refuse_other_records(source, set(header), file_name)
    by_ours = {source.columns[column]: column for column in header if column in source.columns}
    quoted = {ours: '"' + column.replace('"', '""') + '"' for ours, column in by_ours.items()}
    table = _table(source, by_ours)
    if table == "transactions" and not {"transaction_key", "award_key"} & set(by_ours):
        quoted = _older_layout(quoted, header)
    missing = [ours for ours in REQUIRED[table] if ours not in quoted]
    if missing:
        theirs = [
            " or ".join(column for column, ours in source.columns.items() if ours == wanted)
            for wanted in missing
        ]
        raise SourceError(
            f"{source.id}: {file_name} has no column {names(theirs)}. If the publisher renamed "
            f"it, change `columns` in {source.path.name}; else fetch the file again."
        )
    # Layouts that lack the address of a record's page have what it is made of.
    quoted.setdefault(
        "record_url", f"'https://www.usaspending.gov/award/' || {quoted['award_key']} || '/'"
    )
    return Layout(
        name=f"{table}, {len(header)} columns",
        table=table,
        is_delta="correction_delete_ind" in header,
        expressions={ours: quoted[ours] for ours in COLUMNS[table] if ours in quoted},
        unknown_columns=tuple(
            column
            for column in header
            if column not in source.columns and column not in source.ignored
        ),
    )


def _table(source: Source, by_ours: dict[str, str]) -> Table:
    if source.record_kind == "grant":
        return "grants"
    if source.record_kind == "subaward":
        return "subawards"
    # A summary tells of no change: a file that does and has no amounts is no file of summaries.
    tells_of_changes = {"amount", "date", "modification_number"} & set(by_ours)
    is_summary = "lifetime_amount" in by_ours and not tells_of_changes
    return "summaries" if is_summary else "transactions"


# The column by which a file of each kind of record is known.
_MARKS = {"subaward": "subaward_number", "grant": "assistance_transaction_unique_key"}


def _refuse_other_records(source: Source, header: set[str], file_name: str) -> None:
    if mark := _MARKS.get(source.record_kind):
        if mark not in header:
            raise NotForThisSourceError(
                f"{source.id}: {file_name} has no column `{mark}`, so it holds something else "
                f"than {source.title}. Add it to the source that it belongs to."
            )
        if source.record_kind == "subaward" and "prime_award_fain" in header:
            raise NotForThisSourceError(
                f"{source.id}: {file_name} holds what was passed on of grants, which is no "
                f"subcontract, and no source of ours takes it. Add a file whose name says "
                f"Contracts_Subawards instead."
            )
        return
    if "prime_award_unique_key" in header or "subaward_number" in header:
        raise NotForThisSourceError(
            f"{source.id}: {file_name} holds sub-awards. They are part of the prime awards' money "
            f"and would count it twice, so this source does not load them. Add the file of prime "
            f"transactions or of prime award summaries instead."
        )
    if "assistance_award_unique_key" in header:
        raise NotForThisSourceError(
            f"{source.id}: {file_name} holds grants and other assistance, which are no contracts. "
            f"Add a file whose name says Contracts instead."
        )


def _older_layout(quoted: dict[str, str], header: list[str]) -> dict[str, str]:
    """Build the keys that the layout of 259 columns (before 2019) lacks.

    Copies of it that passed through a spreadsheet hold the word NAN for an empty cell and have
    lost the leading zero of the department's code.
    """
    needed = {"agency_code", "award_number", "modification_number", "record_flag"}
    if not needed <= set(quoted) or "transaction_number" not in header:
        return quoted
    older = {ours: f"nullif({column}, 'NAN')" for ours, column in quoted.items()}
    if "department_code" in older:
        older["department_code"] = f"lpad({older['department_code']}, 3, '0')"
    parts = {
        "parent_agency_code": "null",
        "parent_award_number": "null",
        **older,
        "transaction_number": '"transaction_number"',
    }
    keys = {ours: sql.format(**parts) for ours, sql in _KEYS_WERE_ADDED_LATER.items()}
    return {**older, **keys}


_ARCHIVE_NAME = re.compile(
    r"FY(?P<year>\d{4}|\(All\)|%28All%29)_(?P<agency>All|\d{3,4})_(?P<what>Contracts|Assistance)_"
    r"(?P<kind>Full|Delta)_(?P<stamp>\d{8})",
    re.IGNORECASE,
)
_DOWNLOAD_STAMP = re.compile(r"(?P<stamp>\d{4}-\d{2}-\d{2})")


def scope(source: Source, file_name: str, *, is_delta: bool) -> Scope:
    """Return what a file replaces, by its official name.

    A file whose name says nothing only adds and updates: to take anything away, a name has to
    say so. Raises SourceError for a file of changes without the stamp that gives it its turn.
    """
    if source.is_provisional:
        return Scope("starter", _stamp(source, file_name, _DOWNLOAD_STAMP.search(file_name)))
    found = _ARCHIVE_NAME.search(file_name)
    if is_delta:
        if not found or found["kind"].lower() != "delta":
            raise SourceError(
                f"{source.id}: {file_name} holds changes (it has the column "
                f"`correction_delete_ind`), but its name does not say since when. Give it back its "
                f"official name, such as FY(All)_070_Contracts_Delta_20260806.zip."
            )
        return Scope("delta", _stamp(source, file_name, found))
    if found and found["what"].lower() == "assistance":
        # It adds and updates: nothing yet takes away the grants that a newer file lacks.
        return Scope("download", _stamp(source, file_name, found))
    if not found or found["kind"].lower() != "full":
        return Scope("download", _stamp(source, file_name, _DOWNLOAD_STAMP.search(file_name)))
    return Scope(
        "full",
        _stamp(source, file_name, found),
        None if found["agency"].lower() == "all" else found["agency"],
        int(found["year"]) if found["year"].isdigit() else None,
    )


def _stamp(source: Source, file_name: str, found: re.Match[str] | None) -> date | None:
    if not found:
        return None
    try:
        return date.fromisoformat(found["stamp"])
    except ValueError as error:
        raise SourceError(
            f"{source.id}: {file_name} is stamped {found['stamp']}, which is no date, and the "
            f"stamp decides what the file replaces. Give it back its official name."
        ) from error
