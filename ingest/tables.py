"""Small tables from Python into DuckDB, without pandas in between."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb


def load_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Create a table of these columns and types and fill it, in the order of the rows."""
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    connection.execute(f"create or replace table {name} ({columns})")
    if not rows:
        return
    lists = [list(values) for values in zip(*rows, strict=True)]
    unnested = ", ".join(
        f"unnest(${place}::{kind}[])" for place, kind in enumerate(types.values(), start=1)
    )
    connection.execute(f"insert into {name} select {unnested}", lists)
