"""One delimited file to one Parquet file, with every row accounted for.

Values stay the publisher's, as text, but for two things: dates are written the ISO way where a
file has them otherwise, and a value that is no date or amount is left empty and reported.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from ingest.adapters.usaspending_archive import Layout
from ingest.csv_header import Header, first_row_not_utf8
from ingest.date_formats import date_formats
from ingest.errors import SourceError
from ingest.room import NOT_OF_THE_FILE
from ingest.source import Source
from ingest.staged_columns import COLUMNS, DELETION, REQUIRED

MONEY = {"amount", "lifetime_amount", "ceiling", "ceiling_change"}
MONEY_TYPE = "decimal(18, 2)"
# What fits MONEY_TYPE to the cent, judged by its letters: a cast would round 0.005, take 1.5E+7,
# of which a spreadsheet has cut the last digits, and is 200 times slower under DuckDB 1.5.
_MONEY = "[+-]?([0-9]{1,16}([.][0-9]{1,2}0*)?|[.][0-9]{1,2}0*)"
# Contracts that run in 2024 were signed in the 1970s; nothing is planned beyond a century.
_EARLIEST, _LATEST = "1945-01-01", "2125-01-01"
# Days of 1954 to 2064 as spreadsheets count them, from 1900.
_DAY_NUMBER = re.compile("[2-5][0-9]{4}([.][0-9]+)?")
_MEMORY = "2GB"


class Problem(BaseModel):
    """Something in the data that readers should know: where it stands and what was done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    message: str
    column_name: str | None = None
    row: int | None = None
    value: str | None = None

    @property
    def is_rejection(self) -> bool:
        """Whether a row was set aside for it."""
        return self.kind == "row set aside"


@dataclass(frozen=True)
class Input:
    """A table on disk, how to name it in a sentence, and what its header says."""

    path: Path
    shown_as: str
    header: Header
    layout: Layout


@dataclass(frozen=True)
class Result:
    """How many rows went on, how many were set aside, and what was noticed."""

    rows: int
    rejected: int
    first_date: date | None
    last_date: date | None
    problems: list[Problem]


def limit(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    """Bound the memory of a connection and tell it where to spill."""
    connection.execute(f"set memory_limit = '{_MEMORY}'")
    connection.execute("set temp_directory = ?", [str(scratch / ".spill")])
    connection.execute("set enable_progress_bar = false")


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, given: Input, parquet: Path
) -> Result:
    """Read a delimited file into `parquet` and account for every row of it."""
    part = parquet.with_name(f".{parquet.name}.part")
    try:
        broken = _copy(connection, source, given, part)
        _write_dates_the_iso_way(connection, source, given, part)
        checked = _check(connection, given, part)
        unreadable = _rows_set_aside(connection, given, part) if checked.rejected else []
        _rewrite(connection, part, checked, [problem.row for problem in unreadable])
        part.replace(parquet)
    finally:
        part.unlink(missing_ok=True)
    rejections = [*broken, *unreadable]
    return Result(
        checked.rows,
        len(rejections),
        checked.first_date,
        checked.last_date,
        [*rejections, *_values_left_empty(given, checked)],
    )


def _copy(
    connection: duckdb.DuckDBPyConnection, source: Source, given: Input, part: Path
) -> list[Problem]:
    """Copy our columns to Parquet as text; return the rows that are no rows."""
    wanted = COLUMNS[given.layout.table]
    columns = ", ".join(
        f"{_clean(name, given.layout.expressions.get(name, 'null'))} as {name}" for name in wanted
    )
    types = dict.fromkeys(given.header.columns, "VARCHAR")
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    try:
        connection.execute(
            f"copy (select {given.layout.row_number} as raw_row, {columns} from read_csv("
            f"$file, columns = $types, auto_detect = false, header = true, delim = $delimiter,"
            f" quote = '\"', escape = '\"', encoding = 'utf-8', store_rejects = true))"
            f" to '{_quoted(part)}' (format parquet)",
            {"file": str(given.path), "types": types, "delimiter": given.header.delimiter},
        )
    except NOT_OF_THE_FILE:
        raise
    except duckdb.Error as error:
        # DuckDB 1.5 fails without a row where bytes are not UTF-8 and columns are left unread.
        row = first_row_not_utf8(given.path, given.header.delimiter)
        where, first_line = given.shown_as, str(error).partition("\n")[0]
        why = (
            f"{where}, row {row} is not UTF-8 text"
            if row
            else (f"{where} cannot be read as a table: {first_line}")
        )
        raise SourceError(f"{source.id}: {why}. Fetch the file again.") from error
    # A broken row can be reported for more than one of its values.
    rejects = connection.execute(
        "select line, min(error_message), bool_or(regexp_matches(csv_line, '[\\r\\n]'))"
        " from reject_errors group by line order by line"
    ).fetchall()
    for line, _, has_line_breaks in rejects:
        if has_line_breaks:
            raise SourceError(
                f"{source.id}: {given.shown_as}, row {line} opens a quotation mark and closes it "
                f"lines later or never, so nobody can tell where the next row begins. Fetch the "
                f"file again."
            )
    if rejects:
        _shift_row_numbers(connection, part, [line for line, *_ in rejects])
    # The line itself is not quoted: it can hold what never passes the raw file.
    return [
        Problem(
            kind="row set aside",
            row=line,
            message=f"{given.shown_as}, row {line} {_csv_reason(message)}",
        )
        for line, message, _ in rejects
    ]


def _clean(name: str, expression: str) -> str:
    if expression == "null":
        return "null::varchar"
    if name.endswith("_date") or name == "date":
        # The service writes some dates with a time of day, which says nothing.
        expression = f"split_part(trim({expression}), ' ', 1)"
    return f"nullif(trim({expression}), '')"


def _csv_reason(message: str) -> str:
    lowered = message.lower()
    if "unicode" in lowered or "utf-8" in lowered:
        return "is not UTF-8 text"
    if "number of columns" in lowered:
        # DuckDB stops counting at the first value too many.
        expected, found, *_ = (int(number) for number in re.findall(r"[0-9]+", lowered))
        return f"has {'fewer' if found < expected else 'more'} values than the header's {expected}"
    if "quote" in lowered:
        return "opens a quotation mark and never closes it"
    return f"cannot be read: {message}"


def _shift_row_numbers(
    connection: duckdb.DuckDBPyConnection, part: Path, rejected_lines: list[int]
) -> None:
    """Count the rows that were skipped, so that numbers still match the raw file."""
    begins = [line - skipped for skipped, line in enumerate(rejected_lines)]
    _replace(
        connection,
        part,
        f"select * replace (raw_row + len(list_filter({begins}::bigint[], lambda b: b <= raw_row))"
        f" as raw_row) from {_parquet(part)}",
    )


def _dates(given: Input) -> list[str]:
    return [
        name
        for name in COLUMNS[given.layout.table]
        if (name == "date" or name.endswith("_date")) and name in given.layout.expressions
    ]


def _money(given: Input) -> list[str]:
    return [
        name
        for name in COLUMNS[given.layout.table]
        if name in MONEY and name in given.layout.expressions
    ]


def _write_dates_the_iso_way(
    connection: duckdb.DuckDBPyConnection, source: Source, given: Input, part: Path
) -> None:
    formats = date_formats(connection, source, given.shown_as, _parquet(part), _dates(given))
    if not formats:
        return
    replaced = ", ".join(
        f"coalesce(strftime(try_strptime({name}, '{spelling}')::date, '%Y-%m-%d'), {name})"
        f" as {name}"
        for name, spelling in formats.items()
    )
    _replace(connection, part, f"select * replace ({replaced}) from {_parquet(part)}")


def _is_no_date(name: str) -> str:
    return (
        f"({name} is not null and coalesce(try_cast({name} as date) not between"
        f" date '{_EARLIEST}' and date '{_LATEST}', true))"
    )


def _is_no_amount(name: str) -> str:
    return f"({name} is not null and not regexp_full_match({name}, '{_MONEY}'))"


@dataclass(frozen=True)
class _Fault:
    """Values of a column that are no date or amount: how many, and the first of them."""

    count: int
    row: int
    value: str


@dataclass(frozen=True)
class _Checked:
    """What one pass over a table found: the rows that go on, with their days, and the others."""

    rows: int
    rejected: int
    first_date: date | None
    last_date: date | None
    faults: dict[str, _Fault]


def _check(connection: duckdb.DuckDBPyConnection, given: Input, part: Path) -> _Checked:
    """Go over a table once: count its rows, those to set aside, and the values to leave empty."""
    tests = {name: _is_no_date(name) for name in _dates(given)}
    tests |= {name: _is_no_amount(name) for name in _money(given)}
    counted = "".join(
        f", count(*) filter ({test}), min(raw_row) filter ({test}),"
        f" arg_min({name}, raw_row) filter ({test})"
        for name, test in tests.items()
    )
    day = "null::date"
    if "date" in COLUMNS[given.layout.table]:
        day = f"case when {_is_no_date('date')} then null else try_cast(date as date) end"
    rows, rejected, first_date, last_date, *found = connection.execute(
        f"select count(*) filter (reason is null), count(reason),"
        f" min({day}) filter (reason is null), max({day}) filter (reason is null){counted}"
        f" from (select *, {_reason(given)} as reason from {_parquet(part)})"
    ).fetchone() or (0, 0, None, None)
    faults = {
        name: _Fault(*found[3 * place : 3 * place + 3])
        for place, name in enumerate(tests)
        if found[3 * place]
    }
    return _Checked(rows, rejected, first_date, last_date, faults)


def _reason(given: Input) -> str:
    """Return SQL for why a row cannot be counted ([column, value, reason]), null where it can."""
    reasons = []
    has_corrections = "correction" in COLUMNS[given.layout.table]
    if has_corrections:
        # Blank is a new row, C a correction, D a deletion: a fourth would be a guess.
        reasons.append(
            "when correction not in ('C', 'D') then ['correction', correction, 'is not C, D or"
            " blank']"
        )
        # A deletion carries its key and nothing else.
        reasons.append(f"when {DELETION} and transaction_key is not null then null")
    for name in REQUIRED[given.layout.table]:
        reasons.append(f"when {name} is null then ['{name}', '', 'is missing']")
        if name in MONEY:
            reasons.append(
                f"when {_is_no_amount(name)} then ['{name}', {name}, 'is not an amount in cents']"
            )
        elif name == "date":
            reasons.append(f"when {_is_no_date(name)} then ['{name}', {name}, 'is not a date']")
    return f"case {' '.join(reasons)} end" if reasons else "null::varchar[]"


def _rows_set_aside(
    connection: duckdb.DuckDBPyConnection, given: Input, part: Path
) -> list[Problem]:
    """Return the rows that lack what they cannot be counted without."""
    found = connection.execute(
        f"with checked as (select raw_row, {_reason(given)} as reason from {_parquet(part)})"
        " select raw_row, reason[1], reason[2], reason[3] from checked"
        " where reason is not null order by raw_row"
    ).fetchall()
    raw_names = {ours: sql.strip('"') for ours, sql in given.layout.expressions.items()}
    return [
        Problem(
            kind="row set aside",
            row=row,
            column_name=name,
            value=value,
            message=(
                f"{given.shown_as}, row {row}: `{_raw_name(name, raw_names)}`"
                f"{f' is {value!r}, which' if value else ''} {reason}"
            ),
        )
        for row, name, value, reason in found
    ]


def _raw_name(name: str, raw_names: dict[str, str]) -> str:
    # Where a key is built from several columns, only our own name says what is missing.
    raw = raw_names.get(name, name)
    return raw if raw.replace("_", "").isalnum() else name


def _values_left_empty(given: Input, checked: _Checked) -> list[Problem]:
    """Return one problem for each further column with values that are no date or amount."""
    problems = []
    for name, fault in checked.faults.items():
        if name in REQUIRED[given.layout.table]:
            continue
        wanted = "an amount in cents" if name in MONEY else "a date"
        hint = ""
        if name not in MONEY and _DAY_NUMBER.fullmatch(fault.value):
            hint = " Spreadsheets keep days as such numbers: save the column as dates."
        problems.append(
            Problem(
                kind="value left empty",
                column_name=name,
                row=fault.row,
                value=fault.value,
                message=(
                    f"{given.shown_as}: {fault.count:,} values of `{name}` are not {wanted}, the "
                    f"first of them {fault.value!r} in row {fault.row}. They are left empty.{hint}"
                ),
            )
        )
    return problems


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    part: Path,
    checked: _Checked,
    rejected: list[int | None],
) -> None:
    """Drop the rows set aside and empty the values that could not be read."""
    if not rejected and not checked.faults:
        return
    connection.execute(
        "create or replace temp table set_aside as select unnest(?::bigint[]) as raw_row",
        [rejected],
    )
    emptied = ", ".join(
        f"case when {_is_no_amount(name) if name in MONEY else _is_no_date(name)} then null"
        f" else {name} end as {name}"
        for name in checked.faults
    )
    _replace(
        connection,
        part,
        f"select * {f'replace ({emptied})' if emptied else ''}"
        f" from {_parquet(part)} anti join set_aside using (raw_row) order by raw_row",
    )


def _replace(connection: duckdb.DuckDBPyConnection, part: Path, select: str) -> None:
    again = part.with_name(f"{part.name}.again")
    connection.execute(f"copy ({select}) to '{_quoted(again)}' (format parquet)")
    again.replace(part)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _parquet(path: Path) -> str:
    return f"read_parquet('{_quoted(path)}')"
