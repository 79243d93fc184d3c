"""Whole published tables, for exports: rows in a fixed order, and a copy of the database.

What leaves is `mart` and `meta`: the schemas `core` and `evidence` hold the whole ledger, which
the build needs and nobody was promised.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from dashboard.data.opening import Build, Row, ask, columns_of, connection

# Columns that never leave. `built_at` is a clock: the same build made again must give the same
# bytes. `value` quotes cells of rows that could not be read, which nobody looked through for names.
LEFT_OUT = frozenset({("meta.build", "built_at"), ("meta.issue", "value")})

# Rows in each group of a Parquet file.
_GROUP = 100_000
_PROMISED = ("mart.", "meta.")
# Older programs can read the copy as well.
_STORAGE: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    # Order within a table is kept by one thread alone.
    "threads": 1,
}


def published_tables(build: Build) -> tuple[str, ...]:
    """Return the tables that are promised to readers, by schema.table, in order."""
    return tuple(sorted(t for t in columns_of(build) if t.startswith(_PROMISED)))


def table_columns(build: Build, table: str) -> tuple[tuple[str, str], ...]:
    """Return a table's columns in their order, each with its type; those that stay are left out."""
    rows = ask(build, f"describe {_known(build, table)}")
    return tuple(
        (str(row["column_name"]), str(row["column_type"]))
        for row in rows
        if (table, row["column_name"]) not in LEFT_OUT
    )


def rows_in(build: Build, table: str) -> int:
    """Return how many rows a published table has."""
    return int(ask(build, f"select count(*) as n from {_known(build, table)}")[0]["n"])


def every_row(build: Build, table: str, step: int = 2000) -> Iterator[Row]:
    """Yield every row of a published table, in an order that depends on the rows alone."""
    with connection(build) as cursor:
        cursor.execute(_all_of(build, table))
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(step):
            for row in batch:
                yield dict(zip(names, row, strict=True))


def write_parquet(build: Build, table: str, path: Path) -> None:
    """Write a whole published table as Parquet, in the same order, money as DECIMAL."""
    with connection(build) as cursor:
        rows = cursor.sql(_all_of(build, table)).to_arrow_table().replace_schema_metadata(None)
    with pq.ParquetWriter(path, rows.schema, compression="zstd") as writer:
        for start in range(0, max(rows.num_rows, 1), _GROUP):
            # DuckDB's own pieces differ from run to run, and with them the bytes.
            writer.write_table(rows.slice(start, _GROUP).combine_chunks())


def copy_database(build: Build, path: Path) -> None:
    """Write the published tables to a new DuckDB file that every version since 1.5 can read.

    Two copies of one build hold the same rows and differ in some bytes (DuckDB gives each file an
    identity of its own), so the file has no place among checksums.
    """
    with duckdb.connect(str(path), config=_STORAGE) as con:
        quoted = str(build.database).replace("'", "''")
        con.execute(f"attach '{quoted}' as published (read_only)")
        for schema in ("mart", "meta"):
            con.execute(f"create schema {schema}")
        for table in published_tables(build):
            con.execute(f"create table {_quoted(table)} as {_all_of(build, table, 'published.')}")
        con.execute("detach published")


def _all_of(build: Build, table: str, database: str = "") -> str:
    names = ", ".join(f'"{name}"' for name, _ in table_columns(build, table))
    return f"select {names} from {database}{_known(build, table)} order by all"


def _known(build: Build, table: str) -> str:
    if table not in published_tables(build):
        raise KeyError(table)
    return _quoted(table)


def _quoted(table: str) -> str:
    schema, _, name = table.partition(".")
    return f'"{schema}"."{name}"'
