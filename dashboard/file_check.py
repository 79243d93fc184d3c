"""Check your own file: a table that a reader drops, its columns, its verdicts, its downloads.

The file is read, judged and written in memory. It is not logged, not stored and not sent on.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st
import xlsxwriter  # type: ignore[import-untyped]

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.knowledge import knowledge
from dashboard.parts import Clipped, Muted, Part, Parts, Quoted, Strong
from dashboard.widgets import Head
from ingest.classify import (
    ADDED,
    SYNONYMS,
    Table,
    TableError,
    classify_table,
    find_columns,
    read_table,
)

MOST_ROWS = 200_000
_XLSX_AT_MOST = 50_000
_SHOWN = 100
NOT_THERE = "not in this file"

LABELS = {
    "id": "Number or reference",
    "agency": "Agency",
    "vendor": "Vendor",
    "description": "Description",
    "psc": "Product code",
    "naics": "Industry code",
    "amount": "Amount",
}
KINDS = {
    "Surveillance technology": ("matched", "strict"),
    "Neighbouring goods": ("matched", "related"),
    "Possible": ("possible", ""),
    "Rejected": ("rejected", ""),
    "Nothing found": ("", ""),
}


class Upload(io.BytesIO):
    """A file in memory that can be read like one on disk."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name

    def is_file(self) -> bool:
        """Return that it is one."""
        return True

    def open(self, mode: str = "rb") -> io.BytesIO:
        """Return the bytes from their beginning."""
        if mode != "rb":
            raise ValueError(mode)
        return io.BytesIO(self.getvalue())

    def read_bytes(self) -> bytes:
        """Return all of it."""
        return self.getvalue()


@dataclass(frozen=True)
class Checked:
    """A file with its verdicts: the rows as they were, and what was found in each."""

    header: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    places: Mapping[str, int]
    "Where in a row a column of the reader's stands, by our name for it."
    width: int

    def verdict(self, row: Sequence[Any], name: str) -> Any:
        """Return one of the columns that were added to a row."""
        return row[self.width + ADDED.index(name)]

    def of_kind(self, kind: str) -> list[tuple[int, Sequence[Any]]]:
        """Return the rows of one kind with their numbers, as a spreadsheet counts them."""
        status, scope = KINDS[kind]
        return [
            (number, row)
            for number, row in enumerate(self.rows, start=2)
            if (self.verdict(row, "status") or "") == status
            and (not scope or self.verdict(row, "scope") == scope)
        ]


def read(name: str, content: bytes) -> Table:
    """Return the table in a file; raise TableError with a sentence that says what to change."""
    table = read_table(cast("Any", Upload(name, content)))
    if not table.rows:
        raise TableError(f"{name} has a first line and no rows under it.")
    if len(table.rows) > MOST_ROWS:
        raise TableError(
            f"{name} has {len(table.rows):,} rows; {MOST_ROWS:,} can be checked at once here. "
            "Divide it, or run `whobuys classify` on your own computer, which has no limit."
        )
    return table


def guessed(table: Table) -> dict[str, str]:
    """Return which column seems to hold what; nothing where none can be told."""
    try:
        return find_columns(table.header)
    except TableError:
        return {}


def choose_columns(table: Table) -> dict[str, str]:
    """Show which column was taken for what, to be corrected; return what was chosen."""
    names = list(dict.fromkeys(name for name in table.header if name))
    found = guessed(table)
    chosen = {}
    with st.container(horizontal=True, gap="small"):
        for ours in SYNONYMS:
            options = [NOT_THERE, *names]
            theirs = st.selectbox(
                LABELS.get(ours, ours),
                options,
                index=options.index(found.get(ours, NOT_THERE)),
                width=200,
            )
            if theirs != NOT_THERE:
                chosen[ours] = theirs
    return chosen


def check(build: Build, table: Table, columns: Mapping[str, str]) -> Checked:
    """Judge every row, with exactly the columns that the reader chose.

    Columns are given our own names on the way, so that one set aside is not guessed again.
    """
    places = {ours: table.header.index(theirs) for ours, theirs in columns.items()}
    plain = [f"\x00{number}" for number in range(len(table.header))]
    for ours, place in places.items():
        plain[place] = ours
    given = {ours: plain[place] for ours, place in places.items()}
    result = classify_table(Table(plain, table.rows), knowledge(build.build_id), given)
    added = [f"whobuys_{name}" if name in table.header else name for name in ADDED]
    return Checked((*table.header, *added), result.rows, places, len(table.header))


def answer(checked: Checked) -> list[Part]:
    """Return what was found, in a sentence."""
    n = {kind: len(checked.of_kind(kind)) for kind in KINDS}
    amount = _sum(checked)
    parts: list[Part] = [
        f"Of {len(checked.rows):,} rows, ",
        Strong(fmt.count(n["Surveillance technology"], "row")),
        (" names" if n["Surveillance technology"] == 1 else " name"),
        " surveillance technology",
    ]
    if amount:
        parts += [", with ", Strong(amount), " in the column of amounts"]
    parts.append(
        f". Besides, {fmt.count(n['Possible'], 'row')} may, and wait for a person; "
        f"{fmt.count(n['Neighbouring goods'], 'row')} hold neighbouring goods."
    )
    return parts


def _sum(checked: Checked) -> str:
    """Return the sum of the amounts found, where every one of them is a number."""
    if "amount" not in checked.places:
        return ""
    place, whole = checked.places["amount"], 0.0
    for _, row in checked.of_kind("Surveillance technology"):
        text = str(row[place] if row[place] is not None else "").strip()
        text = text.replace(",", "").replace("$", "").replace("(", "-").replace(")", "")
        try:
            whole += float(text) if text else 0.0
        except ValueError:
            return ""
    return f"{whole:,.0f}" if whole else ""


def show_rows(build: Build, checked: Checked, kind: str) -> None:
    """Show the rows of one kind, with the words that made them so."""
    rows = checked.of_kind(kind)
    if not rows:
        widgets.text("No row is of this kind.")
        return
    names = {row["technology"]: str(row["technology_name"]) for row in data.technologies(build)}
    heads = [
        Head("Row in the file", is_number=True, role="date"),
        Head("Vendor"),
        Head("Description", role="what"),
        Head("Technology"),
        Head("The record's words"),
        Head("Amount", is_number=True, role="amount"),
    ]

    def cell(row: Sequence[Any], ours: str) -> str:
        place = checked.places.get(ours)
        return "" if place is None or row[place] is None else str(row[place])

    lines: list[list[Parts]] = []
    for number, row in rows[:_SHOWN]:
        words, evidence = cell(row, "description"), checked.verdict(row, "evidence")
        technology = checked.verdict(row, "technology")
        lines.append(
            [
                f"{number:,}",
                cell(row, "vendor") or Muted(fmt.MISSING),
                Clipped(Quoted(fmt.clip(words)), words[:1000]) if words else Muted(fmt.MISSING),
                names.get(str(technology), "") if technology else Muted("none"),
                Quoted(fmt.clip(str(evidence), 120)) if evidence else Muted("none"),
                cell(row, "amount"),
            ]
        )
    caption = f"{kind}: {fmt.count(len(rows), 'row')}"
    if len(rows) > _SHOWN:
        caption += f", the first {_SHOWN} here, all of them in the download"
    widgets.table(caption, heads, lines)


def as_csv(checked: Checked) -> bytes:
    """Return every row with its verdict as CSV that no spreadsheet takes for formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([fmt.harmless(name) for name in checked.header])
    for row in checked.rows:
        writer.writerow(["" if cell is None else fmt.harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(checked: Checked) -> bytes:
    """Return every row with its verdict as a workbook made in memory, without formulas."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet("rows")
    bold = book.add_format({"bold": True})
    for column, name in enumerate(checked.header):
        sheet.write_string(0, column, str(fmt.harmless(name)), bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(checked.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, bool | int | float):
                sheet.write(number, column, cell)
            elif cell is not None:
                sheet.write_string(number, column, str(fmt.harmless(cell))[:32_767])
    book.close()
    return file.getvalue()


def downloads(checked: Checked, name: str) -> None:
    """Show buttons that take the result away; the files are made when they are asked for."""
    stem = name.rsplit(".", 1)[0]
    kinds: list[tuple[str, str, Callable[[], bytes]]] = [
        ("CSV", "text/csv", lambda: as_csv(checked))
    ]
    if len(checked.rows) <= _XLSX_AT_MOST:
        kinds.append(
            (
                "XLSX",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                lambda: as_xlsx(checked),
            )
        )
    with st.container(horizontal=True, gap="small"):
        for words, mime, make in kinds:
            st.download_button(
                f"Download every row as {words}",
                data=make,
                file_name=f"{stem}-checked.{words.lower()}",
                mime=mime,
                on_click="ignore",
            )
