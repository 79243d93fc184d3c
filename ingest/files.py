"""Files that are either whole or not there: write apart, flush to disk, then rename."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

BLOCK = 4 << 20


def sync_folder(folder: Path) -> None:
    """Make a rename inside this folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(handle: IO[bytes]) -> None:
    """Make what was written to an open file survive a power cut."""
    handle.flush()
    os.fsync(handle.fileno())


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file at once: readers see the old bytes or the new ones, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as handle:
            handle.write(content)
            sync_file(handle)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def parts_left(folder: Path, pattern: str = "") -> Iterator[Path]:
    """Yield what `write_whole` was killed over, in a folder or those of a pattern in it.

    The name has the number of the process that wrote it: one that is at work keeps its own.
    """
    for path in folder.glob(f"{pattern}.*.part"):
        number = path.name.split(".")[-2]
        if number.isdigit() and not _is_at_work(int(number)):
            yield path


def _is_at_work(process: int) -> bool:
    """Whether another process of that number is there; ours is not writing while it tidies."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def copy_with_checksum(origin: Path, destination: Path) -> tuple[str, int]:
    """Copy a file and return its SHA-256 and size in bytes, in one reading of it."""
    digest = hashlib.sha256()
    size = 0
    # The checksum of a block is made while the block is written: both let other threads run.
    with (
        origin.open("rb") as source,
        destination.open("wb") as target,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        while block := source.read(BLOCK):
            hashed = beside.submit(digest.update, block)
            size += target.write(block)
            hashed.result()
        sync_file(target)
    return digest.hexdigest(), size


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def scratch_file(folder: Path, name: str) -> Iterator[Path]:
    """Yield a path for a temporary file, and take the file away afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".{name}.{os.getpid()}.part"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
