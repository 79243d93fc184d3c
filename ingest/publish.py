"""Publishing: a finished database gets its name, then one pointer moves."""

import json
import os
import shutil
from pathlib import Path

from ingest.files import parts_left, sync_folder, write_whole
from ingest.home import Home

KEPT_BUILDS = 3
# Folders of a home in which files are replaced without the lock.
_UNLOCKED = ("fetch", "guards", "reports", "reference", "sources")


def move_into_place(home: Home, part: Path, database: Path, build_id: str) -> None:
    """Give a finished build its name and let readers see it.

    Each build has a file of its own: a process that has an older one open goes on reading that.
    """
    with part.open("rb") as handle:
        os.fsync(handle.fileno())
    # The newest of all by its time, too, though the clock was set back since the one before:
    # else it would be the first to go, while readers still look at it.
    newest = max((path.stat().st_mtime_ns for path in _databases(home)), default=0)
    if part.stat().st_mtime_ns <= newest:
        os.utime(part, ns=(newest + 1, newest + 1))
    part.replace(database)
    sync_folder(database.parent)
    pointer = {"build_id": build_id, "database": database.name}
    write_whole(home.pointer, json.dumps(pointer).encode() + b"\n")


def keep_the_last(home: Home) -> None:
    """Remove the databases before the last three."""
    builds = sorted(_databases(home), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    published = home.published_database()
    others = [path for path in builds if path != published]
    for path in others[KEPT_BUILDS - 1 :]:
        remove_database(path)


def _databases(home: Home) -> list[Path]:
    return list(home.build.glob("whobuys-*.duckdb"))


def remove_database(path: Path) -> None:
    """Remove a database with what a killed writer may have left beside it."""
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def remove_leftovers(home: Home) -> None:
    """Remove what killed runs left half done. Call it only while holding the lock."""
    # A set: a pattern matches hidden files as well, and two may match the same one.
    left = {
        *home.build.glob("*.part*"),
        *home.build.glob(".spill"),
        *home.changes.glob(".*.part"),
        *home.published.glob(".*.part"),
        *home.staged.glob("*/.*.part*"),
        *home.staged.glob("*/.spill"),
        *home.raw.glob("*/.part-*"),
        # These are written without the lock.
        *parts_left(home.raw, "*/*/"),
        *(part for name in _UNLOCKED for part in parts_left(home.root / name)),
    }
    for path in left:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
