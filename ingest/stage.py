"""Raw files become Parquet: our column names, the publisher's values, file and row.

One manifest for each raw file, named by the checksums of its bytes and of the declaration and
by the version of the code that read it, so that nothing is read twice and nothing stale is used.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from ingest import (
    csv_header,
    date_formats,
    members,
    record_stage,
    record_tables,
    staged_columns,
    table_reader,
)
from ingest.adapters import usaspending_archive, usaspending_json
from ingest.adapters.usaspending_archive import Layout, NotForThisSourceError
from ingest.archive import RawFile
from ingest.errors import SourceError
from ingest.files import scratch_file, write_whole
from ingest.home import Home
from ingest.source import Source
from ingest.staged_columns import Table
from ingest.table_reader import Problem

# Every module that can change what is staged.
_CODE = [
    Path(str(path))
    for path in (
        __file__,
        csv_header.__file__,
        date_formats.__file__,
        members.__file__,
        staged_columns.__file__,
        table_reader.__file__,
        usaspending_archive.__file__,
        usaspending_json.__file__,
    )
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StagedTable(_Model):
    """One Parquet file and how it was made.

    `rows`, `rejected` and `left_out` make up every row it had.
    """

    member: str | None
    table: Table
    layout: str
    parquet: str
    rows: int
    rejected: int
    # Rows that are no spending by the declaration's own conditions.
    left_out: int = 0
    first_date: date | None
    last_date: date | None
    problems: list[Problem]


class Manifest(_Model):
    """Everything that staging learned about one raw file."""

    source_id: str
    raw_sha256: str
    raw_file: str
    kind: usaspending_archive.Kind
    stamp: date | None
    department_code: str | None
    fiscal_year: int | None
    # Which part of the source it is, where a source has parts.
    part: str = ""
    tables: list[StagedTable]
    problems: list[Problem]

    @property
    def rows(self) -> int:
        """Rows that went on."""
        return sum(table.rows for table in self.tables)

    @property
    def rejected(self) -> int:
        """Rows set aside, each with its reason among the problems."""
        return sum(table.rejected for table in self.tables)


@dataclass(frozen=True)
class StagedFile:
    """A raw file, its source and what staging made of it."""

    source: Source
    raw: RawFile
    manifest: Manifest


@cache
def code_version(*, is_of_a_place: bool = False) -> str:
    """Return a short hash of the code that stages, so that a change of it stages anew."""
    digest = hashlib.sha256()
    for path in [*_CODE, *(record_stage.CODE if is_of_a_place else [])]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def manifest_path(home: Home, source: Source, raw: RawFile) -> Path:
    """Return where the manifest of a raw file stands, whether it is there yet or not."""
    code = code_version(is_of_a_place=source.is_of_a_place)
    name = f"{raw.receipt.sha256[:16]}-{source.checksum[:8]}-{code}"
    return home.staged / source.id / f"{name}.json"


def staged(home: Home, source: Source, raw: RawFile) -> Manifest | None:
    """Return the manifest of a raw file that has been staged, else None."""
    path = manifest_path(home, source, raw)
    if not path.exists():
        return None
    manifest = Manifest.model_validate_json(path.read_text("utf-8"))
    whole = all((path.parent / table.parquet).exists() for table in manifest.tables)
    return manifest if whole else None


def stage(home: Home, source: Source, raw: RawFile) -> Manifest:
    """Stage a raw file, unless that has been done, and return its manifest.

    Raises SourceError, and leaves nothing behind, when the file is not what the source declares
    or more of its rows cannot be read than the declaration allows.
    """
    done = staged(home, source, raw)
    if done is not None:
        return done
    path = manifest_path(home, source, raw)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with duckdb.connect() as connection:
            table_reader.limit(connection, path.parent)
            manifest = _stage(connection, source, raw, path)
        write_whole(path, manifest.model_dump_json(indent=1).encode() + b"\n")
    finally:
        # A later member can be the one that is refused.
        if not path.exists():
            for parquet in path.parent.glob(f"{path.stem}-*.parquet"):
                parquet.unlink()
    return manifest


def _stage(
    connection: duckdb.DuckDBPyConnection, source: Source, raw: RawFile, path: Path
) -> Manifest:
    if source.is_of_a_place:
        return _stage_records(connection, source, raw, path)
    if usaspending_json.is_answers(raw.path):
        return _stage_answers(connection, source, raw, path)
    tables: list[StagedTable] = []
    problems: list[Problem] = []
    refusals: list[NotForThisSourceError] = []
    is_delta = False
    for number, member in enumerate(members.tables(source.id, raw.path, path.parent), start=1):
        shown_as = f"{member.name} in {raw.path.name}" if member.name else raw.path.name
        try:
            header = csv_header.read_header(source.id, member.path, shown_as)
            layout = usaspending_archive.recognise(source, header.columns, shown_as)
        except NotForThisSourceError as refusal:
            refusals.append(refusal)
            problems.append(Problem(kind="member not loaded", message=str(refusal)))
            continue
        is_delta = is_delta or layout.is_delta
        parquet = path.with_name(f"{path.stem}-{number}.parquet")
        staged_table = _stage_table(
            connection,
            source,
            member,
            table_reader.Input(member.path, shown_as, header, layout),
            parquet,
        )
        tables.append(staged_table)
    if not tables:
        raise refusals[0]
    _check_counts(source, raw, tables, source.expect.min_rows)
    problems += [
        Problem(kind="member not loaded", message=f"{name} in {raw.path.name} is no table.")
        for name in members.left_out(raw.path)
    ]
    scope = usaspending_archive.scope(source, raw.receipt.file_name, is_delta=is_delta)
    return Manifest(
        source_id=source.id,
        raw_sha256=raw.receipt.sha256,
        raw_file=raw.receipt.file_name,
        kind=scope.kind,
        stamp=scope.stamp,
        department_code=scope.department_code,
        fiscal_year=scope.fiscal_year,
        tables=tables,
        problems=problems,
    )


def _stage_answers(
    connection: duckdb.DuckDBPyConnection, source: Source, raw: RawFile, path: Path
) -> Manifest:
    """Stage answers of an API: they add and update, and never take anything away."""
    tables = []
    with scratch_file(path.parent, "answers.csv") as rows:
        layout = usaspending_json.write_table(source, raw.path, rows)
        if layout:
            shown_as = raw.path.name
            header = csv_header.read_header(source.id, rows, shown_as)
            given = table_reader.Input(rows, shown_as, header, layout)
            parquet = path.with_name(f"{path.stem}-1.parquet")
            member = members.Member(None, rows)
            tables.append(_stage_table(connection, source, member, given, parquet))
            _check_counts(source, raw, tables, source.expect.min_rows)
    return Manifest(
        source_id=source.id,
        raw_sha256=raw.receipt.sha256,
        raw_file=raw.receipt.file_name,
        kind="api",
        stamp=None,
        department_code=None,
        fiscal_year=None,
        tables=tables,
        problems=[],
    )


def _stage_records(
    connection: duckdb.DuckDBPyConnection, source: Source, raw: RawFile, path: Path
) -> Manifest:
    """Stage the table of a place: a file in any usual shape, or the pages of a portal."""
    tables = []
    kind, part = record_stage.kind_and_part(source, raw)
    for number, table in enumerate(record_tables.tables(source, raw, path.parent), start=1):
        parquet = path.with_name(f"{path.stem}-{number}.parquet")
        result, left_out = record_stage.read(connection, source, table, parquet, part)
        tables.append(
            StagedTable(
                member=table.name,
                table=record_stage.table_of(source),
                layout=f"{len(table.header)} columns",
                parquet=parquet.name,
                rows=result.rows,
                rejected=result.rejected,
                left_out=left_out,
                first_date=result.first_date,
                last_date=result.last_date,
                problems=result.problems,
            )
        )
    # An update may bring few rows, or none.
    _check_counts(source, raw, tables, min_rows=0 if kind == "update" else source.expect.min_rows)
    return Manifest(
        source_id=source.id,
        raw_sha256=raw.receipt.sha256,
        raw_file=raw.receipt.file_name,
        kind=kind,
        stamp=None,
        department_code=None,
        fiscal_year=None,
        part=part,
        tables=tables,
        problems=record_stage.not_loaded(source, raw),
    )


def _stage_table(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    member: members.Member,
    given: table_reader.Input,
    parquet: Path,
) -> StagedTable:
    layout: Layout = given.layout
    result = table_reader.read(connection, source, given, parquet)
    unknown = [
        Problem(
            kind="column not known",
            column_name=column,
            message=(
                f"{given.shown_as} has a column `{column}` that {source.id} neither reads nor "
                f"ignores by name. Add it to `columns` or `ignore` in {source.path.name}."
            ),
        )
        for column in layout.unknown_columns
    ]
    return StagedTable(
        member=member.name,
        table=layout.table,
        layout=layout.name,
        parquet=parquet.name,
        rows=result.rows,
        rejected=result.rejected,
        first_date=result.first_date,
        last_date=result.last_date,
        problems=[*unknown, *result.problems],
    )


def _check_counts(source: Source, raw: RawFile, tables: list[StagedTable], min_rows: int) -> None:
    rejected = sum(table.rejected for table in tables)
    rows = sum(table.rows for table in tables)
    first = next(
        (problem for table in tables for problem in table.problems if problem.is_rejection), None
    )
    if first and not rows and min_rows:
        raise SourceError(
            f"{source.id}: {first.message}, and no row of {raw.path.name} can be "
            f"read. Look whether it is written as `read` in "
            f"{source.path.name} says (decimal sign, delimiter, dates), or fetch it again."
        )
    if first and rejected > source.expect.max_rejected:
        more = f" and {rejected - 1:,} more rows like it" if rejected > 1 else ""
        raise SourceError(
            f"{source.id}: {first.message}{more}. Nothing of {raw.path.name} was loaded, so that "
            f"no total is short of a row. Fetch it again; if the publisher's own file is like "
            f"that, raise `max_rejected` under `expect` in {source.path.name}: rows set aside are "
            f"then listed as issues."
        )
    if not rows and min_rows:
        raise SourceError(
            f"{source.id}: {raw.path.name} has a header but no rows. The publisher sometimes "
            f"serves an empty file by mistake: fetch it again later."
        )
    if rows < min_rows:
        raise SourceError(
            f"{source.id}: {raw.path.name} has {rows:,} rows, fewer than the {min_rows:,} that are "
            f"expected of it. If the publisher has really shortened it, lower `min_rows` under "
            f"`expect` in {source.path.name}; else fetch it again."
        )
