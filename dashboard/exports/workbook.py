"""Workbooks: rows written one at a time, text never taken for a formula, no clock inside."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

from dashboard.exports import cells

# Rows that a sheet holds under its head.
MOST_ROWS = 1_048_575
# What a cell of a workbook holds.
_MOST_LETTERS = 32_767


class _FailsOnce:
    """A file whose first error is raised, and which then takes everything and keeps nothing.

    On a full disk the library gives up, and when its archive is dropped Python tries to end that
    once more: a second error, which nobody can catch, would be printed for whoever ran this.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._file, name)
        if not callable(found):
            return found

        def act(*arguments: Any) -> Any:
            try:
                return found(*arguments)
            except OSError:
                self._file = io.BytesIO()
                raise

        return act


class Workbook:
    """A workbook that is being written: sheets of rows, then one that says what it is."""

    def __init__(self, file: BinaryIO, as_of: date) -> None:
        self._book = xlsxwriter.Workbook(
            _FailsOnce(file),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        # The day of the figures, not of the writing: the same rows give the same bytes.
        self._book.set_properties({"created": datetime(as_of.year, as_of.month, as_of.day)})  # noqa: DTZ001
        self._bold = self._book.add_format({"bold": True})
        self._dates = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._cents = self._book.add_format({"num_format": "#,##0.00"})

    def sheet(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows, the first of which is the head."""
        sheet = self._book.add_worksheet(name)
        for number, row in enumerate(rows):
            if number == 0:
                for column, head in enumerate(row):
                    sheet.write_string(0, column, str(head), self._bold)
                sheet.freeze_panes(1, 0)
                continue
            for column, value in enumerate(row):
                self._write(sheet, number, column, cells.flat(value))

    def about(self, lines: Sequence[tuple[str, str]]) -> None:
        """Write the sheet that says what this is, name and words a line; then close the file.

        Raises OSError where the disk has no room for it.
        """
        notes = self._book.add_worksheet("about")
        notes.set_column(0, 0, 18)
        notes.set_column(1, 1, 100)
        for number, (name, words) in enumerate(lines):
            notes.write_string(number, 0, name, self._bold)
            notes.write_string(number, 1, words)
        try:
            self._book.close()
        except FileCreateError as error:
            # The library wraps what the system said.
            raise (error.args[0] if isinstance(error.args[0], OSError) else error) from None

    def _write(self, sheet: Any, row: int, column: int, value: object) -> None:
        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(row, column, value)
            case Decimal():
                sheet.write_number(row, column, float(value), self._cents)
            case int() | float():
                sheet.write_number(row, column, value)
            case date():
                sheet.write_datetime(row, column, value, self._dates)
            case _:
                sheet.write_string(row, column, str(value)[:_MOST_LETTERS])
