"""The tables of places, in any shape that they come in, as a header and numbered rows of text.

CSV and TSV of any declared encoding, delimiter and header row; XLSX; Parquet; pages of a portal;
each also inside a zip. Rows are numbered as a spreadsheet counts them.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TextIO

import duckdb
import openpyxl  # type: ignore[import-untyped]

from ingest import members
from ingest.adapters import pages
from ingest.archive import RawFile
from ingest.csv_header import DELIMITERS, first_row_not_utf8, refuse_other_formats
from ingest.errors import SourceError
from ingest.room import NOT_OF_THE_FILE
from ingest.source import Source, names
from ingest.table_reader import Problem

SUFFIXES = frozenset({*members.TABLE_SUFFIXES, *members.WORKBOOKS, ".parquet"})
_FIRST_BYTES = 1 << 20
# A workbook is a zip.
_ZIP = b"PK"
csv.field_size_limit(10_000_000)
Values = list[str | None]


@dataclass
class RawTable:
    """One table: its columns in order, and its rows, each with its number and its values.

    Rows that are no rows (too few values, too many) are not among them but in `broken`, which is
    complete once every row has been read.
    """

    name: str | None
    shown_as: str
    header: list[str]
    rows: Iterator[tuple[int, Values]]
    broken: list[Problem] = field(default_factory=list)


def tables(source: Source, raw: RawFile, scratch: Path) -> Iterator[RawTable]:
    """Yield each table of a raw file, one at a time; raise SourceError for what is no table."""
    if pages.is_pages(raw.path):
        yield _of_pages(source, raw)
        return
    read = source.read
    for member in members.tables(source.id, raw.path, scratch, SUFFIXES, read.member):
        shown_as = f"{member.name} in {raw.path.name}" if member.name else raw.path.name
        # A member stands on disk under a name of ours.
        suffix = Path(member.name or raw.path.name).suffix.lower()
        if suffix in members.WORKBOOKS:
            lines = _lines_of_workbook(source, member.path, shown_as)
        elif suffix == ".parquet":
            lines = _lines_of_parquet(source, member.path, shown_as)
        else:
            lines = _lines_of_text(source, member.path, shown_as)
        table = _table(source, member.name, shown_as, lines)
        table.rows = _whole_rows(source, table, lines, pads=suffix in members.WORKBOOKS)
        yield table


def _of_pages(source: Source, raw: RawFile) -> RawTable:
    note = pages.note_of(source.id, raw.path)
    header = dict.fromkeys(note.columns)
    for _, row in pages.rows(source.id, source.adapter, raw.path):
        header |= dict.fromkeys(row)
    columns = [*header]
    rows = (
        (number, [row.get(column) for column in columns])
        for number, row in pages.rows(source.id, source.adapter, raw.path)
    )
    return RawTable(None, raw.path.name, columns, rows)


def _table(
    source: Source, name: str | None, shown_as: str, lines: Iterator[tuple[int, Values]]
) -> RawTable:
    header: list[str] | None = None
    for number, line in lines:
        if number == source.read.header_row:
            header = [(value or "").strip() for value in line]
        if number >= source.read.header_row:
            break
    if header is None:
        raise SourceError(
            f"{source.id}: {shown_as} has no row {source.read.header_row}, where its columns "
            f"should be named. Fetch it again, or change `header_row` in {source.path.name}."
        )
    while header and not header[-1]:
        header.pop()
    compared = [source.name_of(column) for column in header]
    if twice := sorted({column for column in compared if compared.count(column) > 1}):
        raise SourceError(
            f"{source.id}: {shown_as}, row {source.read.header_row} has {names(twice)} more than "
            f"once, so it is not clear which one to read. Fetch the file again."
        )
    return RawTable(name, shown_as, header, iter(()))


def _whole_rows(
    source: Source, table: RawTable, lines: Iterator[tuple[int, Values]], *, pads: bool
) -> Iterator[tuple[int, Values]]:
    """Yield the rows that have a value for each column; the others become problems.

    A workbook does not keep the empty cells at the end of a row.
    """
    width = len(table.header)
    for number, line in lines:
        if not any(line):
            continue
        extra = any(line[width:])
        if pads and len(line) < width:
            line = [*line, *[None] * (width - len(line))]  # noqa: PLW2901
        if len(line) >= width and not extra:
            yield number, line[:width]
            continue
        if any(value and "\n" in value for value in line):
            raise SourceError(
                f"{source.id}: {table.shown_as}, row {number} opens a quotation mark and closes "
                f"it lines later or never, so nobody can tell where the next row begins. Fetch "
                f"the file again."
            )
        table.broken.append(
            Problem(
                kind="row set aside",
                row=number,
                message=f"{table.shown_as}, row {number} has {'more' if extra else 'fewer'} "
                f"values than the header's {width}",
            )
        )


def _lines_of_text(source: Source, path: Path, shown_as: str) -> Iterator[tuple[int, Values]]:
    with path.open("rb") as handle:
        start = handle.read(_FIRST_BYTES)
    encoding: str = source.read.encoding or "utf-8"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif encoding == "utf-8":
        encoding = "utf-8-sig"
    if encoding != "utf-16":
        refuse_other_formats(source.id, start, shown_as)
    delimiter = source.read.delimiter or _delimiter(source, path, encoding)
    number = 0
    with path.open(encoding=encoding, newline="") as text:
        try:
            for number, line in enumerate(csv.reader(text, delimiter=delimiter), start=1):
                yield number, [*line]
        except UnicodeDecodeError as error:
            plain = encoding.removesuffix("-sig")
            row = first_row_not_utf8(path, delimiter) if plain == "utf-8" else None
            where = f"row {row}" if row else f"after row {number}"
            raise SourceError(
                f"{source.id}: {shown_as}, {where} has bytes that are no {plain} text. Say "
                f"how it is written with `read: {{encoding: cp1252}}` in {source.path.name}, or "
                f"fetch the file again."
            ) from error
        except csv.Error as error:
            raise SourceError(
                f"{source.id}: {shown_as} cannot be read as a table after row {number} ({error}). "
                f"Fetch the file again."
            ) from error


def _delimiter(source: Source, path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace") as text:
        line = _line(text, source.read.header_row)
    return max((*DELIMITERS, ";"), key=line.count)


def _line(text: TextIO, number: int) -> str:
    for _ in range(number - 1):
        text.readline()
    return text.readline()


def _lines_of_workbook(source: Source, path: Path, shown_as: str) -> Iterator[tuple[int, Values]]:
    with path.open("rb") as handle:
        start = handle.read(_FIRST_BYTES)
    if not start.startswith(_ZIP):
        refuse_other_formats(source.id, start, shown_as)
        raise SourceError(
            f"{source.id}: {shown_as} is no workbook, although its name says so. If it opens as "
            f"text, name it .csv; else save it as a workbook (.xlsx), or fetch it again."
        )
    try:
        with path.open("rb") as handle:
            book = openpyxl.load_workbook(handle, read_only=True, data_only=True)
            sheet = book[_sheet(source, book.sheetnames, shown_as)]
            # The extent that a workbook states of itself is often wrong.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield number, [_text(value) for value in row]
    except SourceError:
        raise
    except Exception as error:  # openpyxl raises whatever its XML and zip libraries do
        raise SourceError(
            f"{source.id}: {shown_as} cannot be read as a workbook ({error}). Fetch it again."
        ) from error


def _sheet(source: Source, sheets: list[str], shown_as: str) -> str:
    wanted = source.read.sheet
    if wanted is not None and wanted not in sheets:
        raise SourceError(
            f"{source.id}: {shown_as} has no sheet {wanted!r}; its sheets are {names(sheets)}. "
            f"Change `sheet` in {source.path.name}."
        )
    return wanted or sheets[0]


def _text(value: object) -> str | None:
    """Return the value of a cell as text, numbers in their own digits and dates the ISO way."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return None if value is None else str(value)


def _lines_of_parquet(source: Source, path: Path, shown_as: str) -> Iterator[tuple[int, Values]]:
    with duckdb.connect() as connection:
        try:
            connection.execute("select columns(*)::varchar from read_parquet(?)", [str(path)])
        except NOT_OF_THE_FILE:
            raise
        except duckdb.Error as error:
            raise SourceError(
                f"{source.id}: {shown_as} cannot be read as Parquet. Fetch it again."
            ) from error
        yield 1, [column[0] for column in connection.description or ()]
        number = 1
        while found := connection.fetchmany(10_000):
            for row in found:
                number += 1
                yield number, [*row]
