"""Raw files of places become Parquet: see `record_tables` for shapes and `record_rows` for rows."""

import csv
from pathlib import Path

import duckdb

from ingest import (
    members,
    money_text,
    private_people,
    record_columns,
    record_rows,
    record_tables,
    table_reader,
    use_columns,
    use_rows,
)
from ingest.adapters import pages
from ingest.adapters.usaspending_archive import Kind, Layout
from ingest.archive import RawFile
from ingest.csv_header import Header
from ingest.files import scratch_file
from ingest.record_rows import Reader
from ingest.record_tables import RawTable
from ingest.source import Source
from ingest.staged_columns import COLUMNS, Table
from ingest.table_reader import Problem, Result
from ingest.use_rows import UseReader

# What can change how a place's table is staged, beyond what every table passes through.
CODE = [
    Path(str(path))
    for path in (
        __file__, money_text.__file__, private_people.__file__, record_columns.__file__,
        record_rows.__file__, record_tables.__file__, use_columns.__file__,
        use_rows.__file__, pages.__file__, private_people.WORDS,
        *private_people.KNOWN_VENDORS,
    )
]  # fmt: skip
CODE += [
    path
    for name in ("socrata", "ckan", "arcgis", "ocds", "portal")
    if (path := Path(pages.__file__).with_name(f"{name}.py")).exists()
]


def read(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    table: RawTable,
    parquet: Path,
    part: str,
) -> tuple[Result, int]:
    """Write the rows of one table to `parquet`; return the result and the rows left out."""
    reader = UseReader(source, table, part) if source.use else Reader(source, table, part)
    ours = COLUMNS[table_of(source)]
    with scratch_file(parquet.parent, "records.csv") as rows:
        columns = ["raw_row", *ours]
        with rows.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(columns)
            for number, row in reader.rows():
                writer.writerow([number, *(row[name] for name in ours)])
        given = table_reader.Input(
            rows,
            table.shown_as,
            Header(columns, ","),
            Layout(
                name=f"{source.record_kind}s, {len(table.header)} columns",
                table=table_of(source),
                is_delta=False,
                expressions={name: f'"{name}"' for name in ours},
                unknown_columns=(),
                row_number='"raw_row"::bigint',
            ),
        )
        result = table_reader.read(connection, source, given, parquet)
    set_aside = sorted(reader.rejections, key=lambda problem: problem.row or 0)
    problems = [*set_aside, *reader.problems, *result.problems]
    return (
        Result(
            result.rows,
            result.rejected + len(set_aside),
            result.first_date,
            result.last_date,
            problems,
        ),
        sum(reader.left_out.values()),
    )


def table_of(source: Source) -> Table:
    """Return which table the rows of a source are staged in: of money, or of use."""
    return "uses" if source.use else "records"


def kind_and_part(source: Source, raw: RawFile) -> tuple[Kind, str]:
    """Return what a raw file replaces: everything, a part by its name, or rows by their keys."""
    if pages.is_pages(raw.path):
        note = pages.note_of(source.id, raw.path)
        if note.kind == "update":
            return "update", note.part
        return ("part", note.part) if note.part else ("whole", "")
    if source.files == "parts":
        return "part", raw.receipt.file_name
    return "whole", ""


def not_loaded(source: Source, raw: RawFile) -> list[Problem]:
    """Return the members of a zip that are not read."""
    if pages.is_pages(raw.path):
        return []
    names = members.left_out(raw.path, record_tables.SUFFIXES, source.read.member)
    return [
        Problem(kind="member not loaded", message=f"{name} in {raw.path.name} is not read.")
        for name in names
    ]
