"""The steps between staged files and published tables, each one SQL file or one module."""

from datetime import UTC, date, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.acting import load_acting
from ingest.agencies import Names, unify
from ingest.beside import classify_beside
from ingest.corrections import Correction, Dispute, apply_corrections
from ingest.decisions import Decision, apply_decisions
from ingest.flagging import load_thresholds, raise_flags
from ingest.home import Home
from ingest.knowledge import Knowledge
from ingest.likeness import rank
from ingest.money_facts import load_money_facts
from ingest.phrase import phrases
from ingest.places import load_lists
from ingest.quality import load_quality
from ingest.reasons import classify
from ingest.source import Source
from ingest.stage import StagedFile
from ingest.staged_columns import COLUMNS, Table
from ingest.table_reader import Problem
from ingest.tables import load_table
from ingest.use_law import load_use_law
from ingest.use_reports import load_use_reports
from ingest.vendors import define_names, resolve_vendors

if TYPE_CHECKING:
    from collections.abc import Callable

SQL = Path(__file__).parent / "sql"
MEMORY = "2500MB"


def prepare(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Bound the memory of a build and make the schemas."""
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute("set temp_directory = ?", [str(home.build / ".spill")])
    connection.execute("set enable_progress_bar = false")
    # Every table that needs an order has its own `order by`.
    connection.execute("set preserve_insertion_order = false")
    _run(connection, "00_schema")


def load_facts(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    sources: dict[str, Source],
    knowledge: Knowledge,
    failures: dict[str, str],
) -> None:
    """Fill the tables that come from declarations and reference data."""
    load_lists(connection, home.reference_folders, also=[s.place for s in sources.values()])
    load_quality(connection, home.reference_folders)
    load_money_facts(connection, home.reference_folders)
    load_thresholds(connection, home.reference_folders)
    _load_sources(connection, sources, failures)
    _load_knowledge(connection, knowledge)
    load_use_law(connection, home.reference_folders)
    load_acting(connection, home.reference_folders)


def _load_sources(
    connection: duckdb.DuckDBPyConnection, sources: dict[str, Source], failures: dict[str, str]
) -> None:
    types = {
        "source_id": "varchar", "title": "varchar", "publisher": "varchar", "place_id": "varchar",
        "page": "varchar", "licence": "varchar", "cadence": "varchar", "register": "varchar",
        "record_kind": "varchar", "basis": "varchar", "currency": "varchar", "covers": "varchar",
        "does_not_cover": "varchar", "covers_from": "date", "covers_to": "date",
        "fiscal_year_begins": "int", "is_complete": "boolean", "counts_as": "varchar",
        "buyer": "varchar", "stale_because": "varchar",
    }  # fmt: skip
    load_table(
        connection,
        "core.source",
        types,
        [
            [
                s.id, s.title, s.publisher, s.place, s.page, s.licence, s.cadence,
                s.register_name, s.record_kind, s.basis, s.currency, s.covers, s.does_not_cover,
                s.covers_from, s.covers_to, s.fiscal_year_begins, s.is_complete,
                s.amounts, s.buyer, failures.get(s.id),
            ]
            for s in sources.values()
            if s.is_on
        ],
    )  # fmt: skip
    load_table(
        connection,
        "core.listing",
        {"source_id": "varchar", "listing": "varchar", "listing_title": "varchar"},
        [[s.id, number, title] for s in sources.values() for number, title in s.listings.items()],
    )


def _load_knowledge(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    load_table(
        connection,
        "core.technology",
        {
            "technology": "varchar", "technology_name": "varchar", "definition": "varchar",
            "scope": "varchar", "position": "int",
        },
        [
            [t.technology, t.technology_name, t.definition, t.scope, place]
            for place, t in enumerate(knowledge.technologies, start=1)
        ],
    )  # fmt: skip
    load_table(
        connection,
        "core.type",
        dict.fromkeys(("type", "technology", "type_name", "definition"), "varchar"),
        [[t.type, t.technology, t.type_name, t.definition] for t in knowledge.types],
    )
    load_table(
        connection,
        "core.known_vendor",
        {
            "vendor_id": "varchar", "vendor_name": "varchar", "role": "varchar",
            "technologies": "varchar[]", "parent_name": "varchar", "former_names": "varchar[]",
            "name_traps": "varchar", "source": "varchar", "confidence": "varchar",
        },
        [
            [
                v.vendor_id, v.vendor_name, v.role, phrases(v.technologies), v.parent_name or None,
                phrases(v.former_names), v.name_traps or None, v.source, v.confidence,
            ]
            for v in knowledge.vendors
        ],
    )  # fmt: skip


def load_files(
    connection: duckdb.DuckDBPyConnection, home: Home, files: "list[StagedFile]"
) -> None:
    """Fill core.file and make views over the Parquet files of all sources."""
    ordered = sorted(files, key=_age)
    rows: list[list[object]] = []
    selects: dict[Table, list[str]] = {name: [] for name in COLUMNS}
    problems: list[tuple[StagedFile, str | None, Problem]] = []
    for order, file in enumerate(ordered, start=1):
        manifest, receipt = file.manifest, file.raw.receipt
        problems += [(file, None, problem) for problem in manifest.problems]
        for table in manifest.tables:
            key = len(rows) + 1
            rows.append(
                [
                    key, order, file.source.id, file.source.register_name,
                    file.source.fiscal_year_begins, file.source.record_kind, receipt.sha256,
                    receipt.file_name, table.member or receipt.file_name, receipt.url,
                    receipt.fetched_at.replace(tzinfo=None), receipt.bytes, table.rows,
                    table.rejected, table.layout, manifest.kind,
                    manifest.stamp or receipt.fetched_date, manifest.department_code,
                    manifest.fiscal_year, manifest.part,
                ]
            )  # fmt: skip
            path = str(home.staged / file.source.id / table.parquet).replace("'", "''")
            selects[table.table].append(
                f"select {key}::smallint as file_key, * from read_parquet('{path}')"
            )
            member = table.member or receipt.file_name
            problems += [(file, member, problem) for problem in table.problems]
    load_table(connection, "core.file", _FILE, rows)
    for name, parts in selects.items():
        _view(connection, name, parts)
    _load_problems(connection, problems)


_FILE = {
    "file_key": "smallint", "file_order": "int", "source_id": "varchar", "register": "varchar",
    "fiscal_year_begins": "int", "record_kind": "varchar", "raw_sha256": "varchar",
    "raw_file": "varchar", "raw_member": "varchar", "url": "varchar", "fetched_at": "timestamp",
    "bytes": "bigint", "rows": "bigint", "rejected": "bigint", "layout": "varchar",
    "kind": "varchar", "stamp": "date", "department_code": "varchar", "scope_fiscal_year": "int",
    "part": "varchar",
}  # fmt: skip


def _age(file: "StagedFile") -> tuple[bool, date, bool, datetime, str]:
    """Order files from the one that yields to all others to the one that wins.

    Of one stamp, a full file wins over the changes that it already includes; of files that bear
    no stamp, the one that came in last.
    """
    manifest, receipt = file.manifest, file.raw.receipt
    return (
        not file.source.is_provisional,
        manifest.stamp or receipt.fetched_date,
        manifest.kind == "full",
        datetime.min.replace(tzinfo=UTC) if manifest.stamp else receipt.fetched_at,
        receipt.sha256,
    )


_ONE: dict[Table, str] = {
    "transactions": "transaction", "summaries": "summary", "grants": "grant",
    "subawards": "subaward", "records": "record", "uses": "use",
}  # fmt: skip


def _view(connection: duckdb.DuckDBPyConnection, table: Table, parts: list[str]) -> None:
    """Make the view staged_transaction or one of its kind, empty where no file has any."""
    name = f"staged_{_ONE[table]}"
    if not parts:
        empty = ", ".join(f"null::varchar as {column}" for column in COLUMNS[table])
        parts = [f"select null::smallint as file_key, null::bigint as raw_row, {empty} limit 0"]
    connection.execute(
        f"create or replace temp view {name} as"
        " select rows.*, file_order, source_id, register, fiscal_year_begins, record_kind"
        f" from ({' union all by name '.join(parts)}) as rows"
        " join core.file using (file_key)"
    )


def _load_problems(
    connection: duckdb.DuckDBPyConnection,
    problems: "list[tuple[StagedFile, str | None, Problem]]",
) -> None:
    columns = (
        "source_id raw_sha256 raw_file raw_member raw_row column_name value kind message"
    ).split()
    types = {name: "bigint" if name == "raw_row" else "varchar" for name in columns}
    load_table(
        connection,
        "meta.issue",
        types,
        [
            [
                file.source.id, file.raw.receipt.sha256, file.raw.receipt.file_name, member,
                problem.row, problem.column_name, problem.value, problem.kind, problem.message,
            ]
            for file, member, problem in problems
        ],
    )  # fmt: skip


def run_steps(
    connection: duckdb.DuckDBPyConnection,
    knowledge: Knowledge,
    decisions: dict[str, Decision],
    say: "Callable[[str], None]",
    agencies: Names,
    mistakes: tuple[list[Correction], list[Dispute]],
    sources: dict[str, Source],
    folders: list[Path],
) -> None:
    """Run every step in order; each reads what the ones before it wrote."""
    say("Putting transactions in order")
    _run(connection, "10_files", "20_transaction")
    say("Adding up purchases")
    _run(connection, "30_purchase", "33_terms", "34_department_name")
    unify(connection, agencies)
    _run(connection, "35_record", "36_record_issue")
    apply_corrections(connection, *mistakes)
    load_use_reports(connection, sources, folders, knowledge, agencies)
    say("Recognising vendors")
    define_names(connection)
    resolve_vendors(connection, knowledge)
    apply_decisions(connection, decisions, knowledge)
    say("Looking for surveillance technology")
    classify(connection, knowledge)
    say("Ordering what a person should look at")
    rank(connection, decisions=_decided(decisions))
    say("Writing the published tables")
    _run(connection, "40_status", "42_place", "45_coverage", "50_mart", "55_beside", "56_use_law")
    classify_beside(connection, knowledge)
    say("Setting use and law beside the money")
    _run(connection, "57_law_reading", "58_searched", "59_standing_list", "60_search", "61_history")
    say("Asking questions of the purchases")
    raise_flags(connection)


def _decided(decisions: dict[str, Decision]) -> dict[str, bool]:
    """Return what people are sure of: whether a purchase is surveillance technology."""
    return {
        decision.purchase_id: decision.decision == "accept" and decision.scope == "strict"
        for decision in decisions.values()
        if decision.decision in ("accept", "reject")
    }


def _run(connection: duckdb.DuckDBPyConnection, *steps: str) -> None:
    for step in steps:
        connection.execute((SQL / f"{step}.sql").read_text("utf-8"))


def write_build(
    connection: duckdb.DuckDBPyConnection, build_id: str, as_of: date, version: str
) -> None:
    """Fill meta.build: one row that says what this database is."""
    connection.execute(
        "create table meta.build as select $id as build_id, $as_of::date as as_of,"
        " current_timestamp::timestamp as built_at, $version as version, $duckdb as duckdb_version,"
        " (select count(*) from core.purchase) as purchases,"
        " (select count(*) from core.transaction) as transactions",
        {
            "id": build_id,
            "as_of": as_of,
            "version": version,
            "duckdb": installed_version("duckdb"),
        },
    )
