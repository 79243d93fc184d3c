"""Data dictionary: what every table and column of the published database means."""

from dashboard import blocks, widgets
from dashboard.data import Build
from dashboard.exports.dictionary import dictionary
from dashboard.parts import Code, Link
from dashboard.widgets import Head


def show(build: Build) -> None:
    """Show every published table with its columns; each has an address of its own."""
    tables = dictionary()
    columns = sum(len(table.columns) for table in tables.values())
    widgets.title("What every column means")
    widgets.answer(
        f"The published database has {len(tables)} tables with {columns} columns. Downloads carry "
        "the same columns under the same names."
    )
    widgets.small_print(
        "Missing is empty, never zero. Amounts of different basis or kind of record are never "
        "added. A test holds this page against the database."
    )
    widgets.bullets([Link(name, f"dictionary#{name}") for name in tables])
    for name, table in tables.items():
        widgets.heading(name, table.words, name)
        if table.columns:
            widgets.table(
                f"Columns of {name}",
                [Head("Column", role="what"), Head("Meaning")],
                [[Code(column), meaning.strip()] for column, meaning in table.columns.items()],
            )
    blocks.footer(build)
