"""The first line of a table, and whether the file is a table at all."""

import csv
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import SourceError
from ingest.source import names

# USAspending offers its downloads with any of these between the values.
DELIMITERS = (",", "\t", "|")
_FIRST_BYTES = 1 << 20
# How files begin that are given the names of tables.
_OTHER_FORMATS = {
    b"%PDF": "a PDF document. Ask the publisher for the table itself, as CSV.",
    b"\x1f\x8b": "compressed with gzip. Unpack it and add what is inside.",
    b"\xd0\xcf\x11\xe0": "an older workbook (.xls). Save it as CSV in UTF-8 and add that.",
}


@dataclass(frozen=True)
class Header:
    """The columns of a table, in order, and what stands between its values."""

    columns: list[str]
    delimiter: str


def read_header(source_id: str, path: Path, shown_as: str) -> Header:
    """Return the header of a delimited file in UTF-8.

    Raises SourceError for what is no table: a web page, JSON, an empty file, other encodings,
    a header that repeats a column.
    """
    with path.open("rb") as handle:
        start = handle.read(_FIRST_BYTES)
    refuse_other_formats(source_id, start, shown_as)
    line, _, _ = start.partition(b"\n")
    try:
        text = line.decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{source_id}: {shown_as}, row 1 is not UTF-8 text ({error.reason}). "
            f"Fetch the file again as the publisher serves it, or save it as CSV in UTF-8."
        ) from error
    delimiter = max(DELIMITERS, key=text.count)
    try:
        columns = [column.strip() for column in next(csv.reader([text], delimiter=delimiter))]
    except csv.Error as error:
        raise SourceError(
            f"{source_id}: {shown_as}, row 1 is no list of columns ({error}). Fetch the file again."
        ) from error
    repeated = sorted({column for column in columns if columns.count(column) > 1})
    if repeated:
        raise SourceError(
            f"{source_id}: {shown_as}, row 1 has {names(repeated)} more than once, so it is not "
            f"clear which one to read. Fetch the file again."
        )
    return Header(columns, delimiter)


def first_row_not_utf8(path: Path, delimiter: str) -> int | None:
    """Return the number of the first row that is not UTF-8, as a spreadsheet counts, or None."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as handle:
        try:
            for number, row in enumerate(csv.reader(handle, delimiter=delimiter), start=1):
                try:
                    "".join(row).encode()
                except UnicodeEncodeError:
                    return number
        except csv.Error:
            return None
    return None


def refuse_other_formats(source_id: str, start: bytes, shown_as: str) -> None:
    """Raise SourceError for a web page, JSON, a spreadsheet or nothing at all."""
    beginning = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if not beginning:
        raise SourceError(f"{source_id}: {shown_as} is empty. Fetch it again.")
    if beginning.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        raise SourceError(
            f"{source_id}: {shown_as} is a web page, not a table, although its name says so. "
            f"The publisher's server probably sent an error page: open it in a browser to see, "
            f"and fetch the file again."
        )
    if beginning.startswith((b"{", b"[")):
        raise SourceError(f"{source_id}: {shown_as} is JSON, not a table. Fetch the CSV instead.")
    for sign, what in _OTHER_FORMATS.items():
        if start.startswith(sign):
            raise SourceError(f"{source_id}: {shown_as} is {what}")
    if b"\x00" in start[:1000]:
        raise SourceError(
            f"{source_id}: {shown_as} is not UTF-8 text (it holds zero bytes, as UTF-16 and "
            f"spreadsheets do). Save it as CSV in UTF-8, or fetch it again."
        )
