"""Errors of the disk and of the databases on it, as sentences: what failed, and what can go."""

import errno
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import duckdb

from ingest.errors import WhobuysError
from ingest.home import Home

# What a command cannot go on after, though neither the source nor the person did anything wrong.
BROKEN = (OSError, duckdb.Error, sqlite3.Error)
# Nothing is wrong with a file that could not be read because of these.
NOT_OF_THE_FILE = (duckdb.IOException, duckdb.OutOfMemoryException)
# The same, of everything that we write with.
IN_THE_WAY = (OSError, *NOT_OF_THE_FILE, sqlite3.OperationalError)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# In words of the system, of SQLite, and of DuckDB, which takes nine tenths of what is free.
_SAID = (
    "no space left on device", "disk quota exceeded", "disk is full", "max_temp_directory_size",
)  # fmt: skip


class NoRoomError(WhobuysError):
    """Something would not fit on the disk, and was not begun."""


def is_full(error: Exception) -> bool:
    """Whether this happened because the disk is full."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return any(words in str(error).lower() for words in _SAID)


def sentence(error: Exception, home: Home) -> str:
    """Return what went wrong and what to do about it, for a person."""
    if is_full(error):
        return full(home)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{where}. Make room or give access, and run it again."
    if isinstance(error, BROKEN):
        return f"The database could not be made: {str(error).splitlines()[0]}"
    return str(error)


def full(home: Home) -> str:
    """Say that the disk is full, what is free, and what of this home is made again when needed."""
    return (
        f"The disk is full: {_megabytes(_free(home.root))} are free where {home.root} is. Nothing "
        f"was lost. Make room and run it again. {what_can_go(home)}"
    )


def what_can_go(home: Home) -> str:
    """Say what can be removed from a home, and how much that is."""
    published = home.published_database()
    older = [path for path in home.build.glob("whobuys-*.duckdb") if path != published]
    can_go = [
        f"{_megabytes(_size(home.staged.rglob('*')))} in {home.staged}",
        f"{_megabytes(_size(older))} in the databases in {home.build} before the published one",
    ]
    return (
        "These can be removed, because they are made again or nobody reads them: "
        f"{', and '.join(can_go)}."
    )


def _free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
