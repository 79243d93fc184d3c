"""Finding the published database and reading it: one connection a file, read-only, nothing else."""

import json
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from dashboard.project import DEFAULT_HOME

Row = dict[str, Any]


Rows = tuple[Row, ...]


# A reader may still be on the build before the newest; nobody needs a third.
_OPEN_AT_MOST = 2


# How long a new build is kept from readers while it is read ahead.
_WAIT_SECONDS = 120


_shown: "Build | None" = None


_FLUSHED = "16MiB"


_BUILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


# Columns without which a page cannot be drawn. A database that lacks one is of another version.
_NEEDED = {
    "mart.purchase": {"purchase_id", "status", "scope", "record_kind", "basis", "amount_scope"},
    "mart.transaction": {"purchase_id", "fiscal_year", "amount_usd", "basis"},
    "mart.evidence": {"purchase_id", "title", "quoted", "speaks"},
    "mart.agency": {"agency_id", "agency_name", "parent_agency_id"},
    "mart.vendor": {"vendor_id", "vendor_name"},
    "mart.technology": {"technology", "technology_name", "scope", "position"},
    "mart.source": {"source_id", "title", "stale_because"},
    "mart.file": {"raw_sha256", "raw_file"},
    "mart.coverage": {"agency_id", "first_date", "last_date"},
    "mart.denominator": {"agency_id", "fiscal_year", "amount_usd"},
    "mart.use": {"use_id", "answer", "what"},
    "mart.law": {"law_id", "earliest_start_date", "is_restriction"},
    "mart.event": {"event_id", "earliest_date", "what"},
    "mart.flag": {"purchase_id", "flag", "title"},
    "mart.change": {"purchase_id", "kind", "cause", "to_build"},
    "mart.standing_list": {"list", "question", "searched"},
    "mart.notice_period": {"days", "what"},
    "mart.records_law": {"place_id", "citation", "binds_below"},
    "core.purchase_search": {"purchase_id", "text"},
    "meta.build": {"build_id", "as_of"},
    "meta.issue": {"source_id", "message"},
    "meta.quality": {"measure", "value"},
}


class NoDatabase(Exception):  # noqa: N818 - a state of affairs that a page explains, not a fault
    """Nothing has been published yet."""


class OtherShape(Exception):  # noqa: N818 - as above
    """The published database was made by another version of whobuys."""


class Damaged(NoDatabase):
    """Something was published, and is gone or cannot be read."""


@dataclass(frozen=True)
class Build:
    """One published database: its id and where it is."""

    build_id: str
    database: Path


def home() -> Path:
    """Return the folder of the published data: `WHOBUYS_HOME`, else that of the installation."""
    named = os.environ.get("WHOBUYS_HOME")
    return Path(named) if named else DEFAULT_HOME


def published() -> Build:
    """Resolve the pointer and return the published build.

    Raises NoDatabase, with `Damaged` as its kind where there was one, or OtherShape.
    """
    pointer = _pointer()
    try:
        named = json.loads(pointer.read_text(encoding="utf-8"))
        build = Build(str(named["build_id"]), home() / "build" / str(named["database"]))
    except FileNotFoundError:
        raise NoDatabase("Nothing has been published yet.") from None
    except (ValueError, KeyError, TypeError):
        raise Damaged(f"{pointer.name}, which names the published database, is damaged.") from None
    if not build.database.is_file():
        raise Damaged(f"The published database {build.database.name} is gone.")
    _check_shape(build)
    return build


def show(build: Build) -> None:
    """Have this process show a build until it is told of another: it reads new ones ahead."""
    global _shown  # noqa: PLW0603 - what one process shows is one thing
    _shown = build


def current() -> Build:
    """Return the build to show: the published one, or for a while the one before.

    A process that reads builds ahead (`show`) goes on with the one before until the new one is
    in memory, or until that takes too long, or the file is gone. Any other process sees a new
    build at once. Raises what `published` does.
    """
    newest, before = published(), _shown
    if before is None or before == newest or not before.database.is_file():
        return newest
    if before.database.parent != newest.database.parent:
        return newest  # of another home
    return newest if time.time() - _pointer().stat().st_mtime > _WAIT_SECONDS else before


def _pointer() -> Path:
    return home() / "published" / "current.json"


def named(build_id: str) -> Build:
    """Return the build of that id while it is still there, else the current one."""
    database = home() / "build" / f"whobuys-{build_id}.duckdb"
    if _BUILD_ID.fullmatch(build_id) and database.is_file():
        build = Build(build_id, database)
        _check_shape(build)
        return build
    return current()


def kept(build_id: str) -> Build | None:
    """Return the build of that id, None where it is kept no more or is of another version."""
    try:
        build = named(build_id)
    except (NoDatabase, OtherShape):
        return None
    return build if build.build_id == build_id else None


_lock = threading.Lock()


connections: "OrderedDict[Path, duckdb.DuckDBPyConnection]" = OrderedDict()


def connection(build: Build) -> duckdb.DuckDBPyConnection:
    """Return the one connection to that file, opened so that it can read it and nothing else.

    Raises Damaged where the file is no database.
    """
    path = build.database.resolve()
    with _lock:
        if path not in connections:
            try:
                connections[path] = duckdb.connect(
                    str(path),
                    read_only=True,
                    config={
                        "enable_external_access": "false",
                        "lock_configuration": "true",
                        # What a large question took goes back, and is not kept for the next.
                        "allocator_flush_threshold": _FLUSHED,
                        "allocator_bulk_deallocation_flush_threshold": _FLUSHED,
                    },
                )
            except duckdb.Error:
                raise Damaged(
                    f"The published database {path.name} cannot be read: it is damaged, or not "
                    "a database."
                ) from None
        connections.move_to_end(path)
        while len(connections) > _OPEN_AT_MOST:
            # Queries under way hold cursors of their own; the file closes with the last of them.
            connections.popitem(last=False)
        # Connections are not to be shared between threads; cursors of one are.
        return connections[path].cursor()


def close_others(build: Build) -> None:
    """Close the files of all builds but one. Queries under way end first, as above."""
    with _lock:
        for path in [each for each in connections if each != build.database.resolve()]:
            connections.pop(path)


def ask(build: Build, sql: str, **parameters: object) -> Rows:
    """Return the rows of one query; every value of a reader's is a bound parameter."""
    with connection(build) as cursor:
        cursor.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def ask_one(build: Build, sql: str, **parameters: object) -> Row | None:
    """Return the first row of one query, or None."""
    rows = ask(build, sql, **parameters)
    return rows[0] if rows else None


@lru_cache(maxsize=4)
def columns_of(build: Build) -> Mapping[str, frozenset[str]]:
    """Return the columns of every table of a build, by schema.table."""
    found: dict[str, set[str]] = {}
    for row in ask(
        build,
        """
        select table_schema || '.' || table_name as table_name, column_name
        from information_schema.columns
        """,
    ):
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    return {table: frozenset(columns) for table, columns in found.items()}


@lru_cache(maxsize=4)
def _check_shape(build: Build) -> None:
    found = columns_of(build)
    for table, needed in _NEEDED.items():
        missing = needed - found.get(table, frozenset())
        if missing:
            raise OtherShape(
                f"The published database {build.database.name} was made by another version "
                f"of whobuys: it has no {table} with {', '.join(sorted(missing))}."
            )
