"""Vendors: who a recorded name is, by identifier first and by exact alias after.

Never by likeness: fuzzy matchers found 12 of 22 true pairs of this field with 3 false ones,
and a false pair puts a business beside surveillance that it has nothing to do with.
"""

from pathlib import Path

import duckdb

from ingest.knowledge import Knowledge
from ingest.own_tables import own_tables

SQL = Path(__file__).parent / "classify_sql"


def define_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros `normal_name`, `normal_text` and `quoted` in this connection."""
    connection.execute((SQL / "00_names.sql").read_text("utf-8"))


def resolve_vendors(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    """Make core.vendor from core.vendor_name: one row per vendor_key.

    Order: UEI, DUNS, CAGE, then the name against the alias table, first as it is spelled (SS8
    is shared, SS8, INC. is not), then without its legal form; a name like `X DBA Y` is tried
    whole, then as Y, then as X. An unknown vendor is its normalised name.
    """
    define_names(connection)
    with own_tables(connection):
        load_aliases(connection, knowledge)
        _load_known(connection, knowledge)
        connection.execute((SQL / "05_vendors.sql").read_text("utf-8"))


def load_aliases(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    """Make the temporary tables alias_spelled (key: spelled) and alias (key: name).

    Of two lines with the same name, one that is not ambiguous counts. `define_names` must have run.
    """
    connection.execute(
        """create or replace temp table alias_spelled as
        select spelled_name(alias) as spelled, normal_name(alias) as name, alias, vendor_id,
            is_ambiguous
        from (select unnest($1::varchar[]) as alias, unnest($2::varchar[]) as vendor_id,
            unnest($3::boolean[]) as is_ambiguous)
        qualify row_number() over (
            partition by spelled_name(alias) order by is_ambiguous, alias) = 1
        """,
        [
            [row.alias for row in knowledge.aliases],
            [row.vendor_id for row in knowledge.aliases],
            [row.ambiguous == "yes" for row in knowledge.aliases],
        ],
    )
    connection.execute(
        """create or replace temp table alias as
        select name, alias, vendor_id, is_ambiguous from alias_spelled
        qualify row_number() over (partition by name order by is_ambiguous, alias) = 1"""
    )


def _load_known(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    connection.execute(
        """create or replace temp table identifier as
        select unnest($1::varchar[]) as scheme, unnest($2::varchar[]) as value,
            unnest($3::varchar[]) as vendor_id""",
        [
            [row.scheme for row in knowledge.identifiers],
            [row.value for row in knowledge.identifiers],
            [row.vendor_id for row in knowledge.identifiers],
        ],
    )
    connection.execute(
        """create or replace temp table known_name as
        select unnest($1::varchar[]) as vendor_id, unnest($2::varchar[]) as vendor_name""",
        [
            [row.vendor_id for row in knowledge.vendors],
            [row.vendor_name for row in knowledge.vendors],
        ],
    )
