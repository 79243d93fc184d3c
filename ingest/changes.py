"""What changed from one publication to the next, kept for ever beside the databases.

A build compares itself with the database published before and carries the changes in mart.change;
once it is published they are appended as `changes/<from>-<to>.parquet`. A run killed in between
loses nothing: the next one finds them in the published database and writes the file.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from ingest.files import scratch_file, write_whole
from ingest.home import Home

SQL = Path(__file__).parent / "sql" / "62_change.sql"
# What is compared of the database before. One of an older shape may lack some of it.
_MONEY = "decimal(18, 2)"
_PURCHASE = {
    **dict.fromkeys(
        (
            "purchase_id register record_kind source_id source_url award_number place_id"
            " place_name agency_id agency_name vendor_id vendor_name maker_id maker_name technology"
            " description basis currency status scope rule_title decision against"
        ).split(),
        "varchar",
    ),
    **dict.fromkeys("first_date signed_date last_date end_date".split(), "date"),
    **dict.fromkeys(
        "amount ceiling_usd first_ceiling_usd ceiling_growth_usd".split(), _MONEY
    ),
    "is_counted": "boolean",
}  # fmt: skip
_BEFORE: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "was_purchase": ("mart.purchase", _PURCHASE),
    "was_file": ("core.file", dict.fromkeys(("register", "raw_sha256"), "varchar")),
    "was_core_purchase": (
        "core.purchase",
        {
            **dict.fromkeys(
                (
                    "purchase_id description award_number psc_code psc naics_code naics"
                    " contract_ref"
                ).split(),
                "varchar",
            ),
            "vendor_key": "integer",
        },
    ),
    "was_core_transaction": (
        "core.transaction",
        {
            **dict.fromkeys(
                "transaction_id purchase_id modification_number description".split(), "varchar"
            ),
            "date": "date",
            "amount": _MONEY,
        },
    ),
    "was_core_vendor_name": (
        "core.vendor_name",
        {
            "vendor_key": "integer",
            **dict.fromkeys("vendor_name uei duns cage parent_name parent_uei".split(), "varchar"),
        },
    ),
    "was_coverage": ("mart.coverage", {"agency_id": "varchar", "first_date": "date"}),
    "was_correction": (
        "core.correction",
        dict.fromkeys("correction_id transaction_id state".split(), "varchar"),
    ),
}
_SAME = (
    "register record_kind source_id source_url award_number place_id place_name agency_id"
    " agency_name vendor_id vendor_name maker_id maker_name technology description basis currency"
).split()


def write_changes(
    connection: duckdb.DuckDBPyConnection, home: Home, build_id: str, as_of: date
) -> None:
    """Fill mart.change of a new build: what was kept, and what changed since the last one."""
    before = home.published_database()
    from_build = _build_of(before) if before else None
    is_compared = from_build is not None and from_build[0] != build_id
    own = f"{from_build[0]}-{build_id}.parquet" if from_build and is_compared else ""
    for path in sorted(home.changes.glob("*.parquet")):
        if path.name != own:
            connection.execute(
                "insert into mart.change by name select * from read_parquet(?)", [str(path)]
            )
    if before and from_build and is_compared:
        _compare(connection, before, from_build, (build_id, as_of))
    connection.execute(
        "create or replace table mart.change as select * from mart.change"
        " order by to_date, from_date, to_build, from_build, kind, purchase_id"
    )


def _build_of(database: Path) -> tuple[str, date] | None:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute("select build_id, as_of from meta.build").fetchone()


def _compare(
    connection: duckdb.DuckDBPyConnection,
    before: Path,
    was: tuple[str, date],
    now: tuple[str, date],
) -> None:
    path = str(before).replace("'", "''")
    connection.execute(f"attach '{path}' as earlier (read_only)")
    try:
        _look_back(connection)
        # DuckDB takes no parameters for these.
        connection.execute(f"set variable was_as_of = date '{was[1]:%Y-%m-%d}'")
        connection.execute(f"set variable now_as_of = date '{now[1]:%Y-%m-%d}'")
        connection.execute(SQL.read_text("utf-8"))
        same = ", ".join(f"coalesce(now.{name}, was.{name}) as {name}" for name in _SAME)
        connection.execute(
            f"""
            insert into mart.change by name
            select
              left(md5(concat_ws('|', $from_build, $to_build, purchase_id, kind)), 16)
                as change_id,
              changed.*,
              $from_build as from_build, $to_build as to_build,
              $from_date::date as from_date, $to_date::date as to_date,
              {same}
            from changed
            left join mart.purchase as now using (purchase_id)
            left join was_purchase as was using (purchase_id)
            """,
            {
                "from_build": was[0],
                "to_build": now[0],
                "from_date": was[1],
                "to_date": now[1],
            },
        )
    finally:
        for view in _BEFORE:
            connection.execute(f"drop view if exists {view}")
        connection.execute("detach earlier")


def _look_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views on the database before; what it lacks is null, a table it lacks is empty."""
    known: dict[str, set[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name = 'earlier'"
    ).fetchall():
        known.setdefault(f"{schema}.{table}", set()).add(column)
    for view, (table, columns) in _BEFORE.items():
        here = known.get(table, set())
        listed = ", ".join(
            f"{name}::{kind} as {name}" if name in here else f"null::{kind} as {name}"
            for name, kind in columns.items()
        )
        origin = f"from earlier.{table}" if here else "limit 0"
        connection.execute(f"create or replace temp view {view} as select {listed} {origin}")


def keep_changes(home: Home) -> list[Path]:
    """Append the changes of the published database to those kept for ever; return new files.

    A file that is there is never written again. Safe at any moment, and after any kill.
    """
    database = home.published_database()
    if database is None:
        return []
    written = []
    with duckdb.connect(str(database), read_only=True) as connection:
        if not connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'mart' and table_name = 'change'"
        ).fetchone():
            return []
        pairs = connection.execute(
            "select distinct from_build, to_build from mart.change"
            " join meta.build on to_build = build_id order by all"
        ).fetchall()
        for from_build, to_build in pairs:
            path = home.changes / f"{from_build}-{to_build}.parquet"
            if path.exists():
                continue
            with scratch_file(home.build, path.name) as part:
                # One thread and one order: the same changes make the same bytes.
                connection.execute("set threads = 1")
                target = str(part).replace("'", "''")
                connection.execute(
                    "copy (select * from mart.change where from_build = $from_build"
                    " and to_build = $to_build order by change_id)"
                    f" to '{target}' (format parquet, compression zstd)",
                    {"from_build": from_build, "to_build": to_build},
                )
                write_whole(path, part.read_bytes())
            written.append(path)
    return written
