"""Tables as people keep them: CSV of any usual encoding and delimiter, and XLSX."""

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

import openpyxl  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

from ingest.errors import WhobuysError

Cell = str | int | float | bool | None
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
DELIMITERS = ",;\t|"


class TableError(WhobuysError):
    """A table that cannot be read or written; the message says what to change."""


@dataclass(frozen=True)
class Table:
    """A header and its rows, every row as long as the header."""

    header: list[str]
    rows: list[list[Cell]]


def read_table(path: Path) -> Table:
    """Read a CSV or XLSX file (the first sheet); cells of a CSV stay text.

    Raises TableError where the file is neither, is empty, or breaks off.
    """
    if not path.is_file():
        raise TableError(f"{path}: there is no such file.")
    head = path.open("rb").read(4)
    if head.startswith(b"PK\x03\x04"):
        return _read_xlsx(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(f"{path.name} is an old Excel file (.xls): save it as XLSX or CSV.")
    return _read_csv(path)


def _read_xlsx(path: Path) -> Table:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise TableError(f"{path.name} cannot be read as XLSX: {error}.") from error
    sheet = book.worksheets[0]
    lines = [[_plain(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    book.close()
    return _table(path, lines)


def _plain(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def decode(data: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _read_csv(path: Path) -> Table:
    text = decode(path.read_bytes())
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        raise TableError(f"{path.name} is a web page, not a table: download the file again.")
    if "\x00" in text:
        raise TableError(f"{path.name} is neither CSV nor XLSX: save it as one of them.")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count) if any(map(first.count, DELIMITERS)) else ","
    csv.field_size_limit(10_000_000)
    try:
        lines: list[list[Cell]] = [
            list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise TableError(f"{path.name} cannot be read as CSV: {error}.") from error
    return _table(path, lines)


def _table(path: Path, lines: list[list[Cell]]) -> Table:
    while lines and not any(lines[-1]):
        lines.pop()
    if not lines:
        raise TableError(f"{path.name} is empty.")
    width = max(map(len, lines))
    header = [str(cell or "").strip() for cell in lines[0]]
    header += [""] * (width - len(header))
    rows = [row + [None] * (width - len(row)) if len(row) < width else row for row in lines[1:]]
    return Table(header, rows)


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula.

    Numbers stay as they are, so -12.50 is still an amount.
    """
    if not isinstance(cell, str) or not cell.startswith(_DANGEROUS):
        return cell
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return f"'{cell}"
    return cell


def write_table(output: Path | None, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write CSV, or XLSX where the name ends so; to the terminal when there is no name."""
    if output is None:
        _write_csv(sys.stdout, header, rows)
    elif output.suffix.lower() == ".xlsx":
        _write_xlsx(output, header, rows)
    elif output.suffix.lower() in (".csv", ".txt", ".tsv"):
        # utf-8-sig: Excel takes a CSV without the mark for Windows-1252.
        with output.open("w", encoding="utf-8-sig", newline="") as stream:
            _write_csv(stream, header, rows)
    else:
        raise TableError(f"{output.name}: give the result a name that ends in .csv or .xlsx.")


def _write_csv(stream: TextIO, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([harmless(name) for name in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)


def _write_xlsx(output: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(output, options) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(chain([header], rows)):
            for column, cell in enumerate(row):
                value = harmless(cell)
                if isinstance(value, str):
                    sheet.write_string(place, column, value[:32767])
                elif value is not None:
                    sheet.write(place, column, value)
