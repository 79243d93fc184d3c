"""Temporary tables of one step, which leave nothing behind and touch nobody else's."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def own_tables(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Drop, at the end, the temporary tables that were made within; those from before stay.

    After an error nothing is dropped: what was found so far may say why.
    """
    before = _temporary(connection)
    yield
    for table in sorted(_temporary(connection) - before):
        connection.execute(f'drop table temp."{table}"')


def _temporary(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute("select table_name from duckdb_tables() where temporary").fetchall()
    return {name for (name,) in found}
