"""Bounded disk: what counts no more is compressed, what can be made again and is not used goes.

Raw bytes are never lost. A version that the publisher replaced stays, as `<name>.gz` beside its
receipt, and is unpacked by itself when it counts again; formats that are compressed already stay
as they are. Of staged tables only those that the next build would read stay.
"""

import gzip
import hashlib
import shutil
from pathlib import Path

from pydantic import BaseModel

from ingest import archive, publish, stage
from ingest.errors import SourceError
from ingest.files import BLOCK, checksum, sync_file, sync_folder
from ingest.home import Home
from ingest.source import Source

_IS_COMPRESSED = frozenset((".zip", ".gz", ".xlsx", ".parquet", ".bz2", ".xz", ".zst", ".7z"))


class Tidied(BaseModel):
    """What was compressed and removed, and the room on disk before and after, in bytes."""

    compressed: int = 0
    removed: int = 0
    freed_bytes: int = 0
    raw_bytes: int = 0
    free_bytes: int = 0

    @property
    def sentence(self) -> str:
        """What was done, for a person."""
        return (
            f"Tidied up: {self.compressed:,} replaced raw files compressed, {self.removed:,} "
            f"staged files removed, {self.freed_bytes / 1e6:,.1f} MB freed; "
            f"{self.free_bytes / 1e9:,.1f} GB are free"
        )


def tidy(home: Home, sources: dict[str, Source]) -> Tidied:
    """Compress replaced raw files and remove staged tables that no build would read.

    Call it only while holding the lock.
    """
    done = Tidied()
    publish.remove_leftovers(home)
    for folder in archive.every_folder(home):
        if archive.is_set_aside(folder):
            _compress(folder, done)
    _remove_staged(home, sources, done)
    raw = home.raw.rglob("*") if home.raw.is_dir() else ()
    done.raw_bytes = sum(path.stat().st_size for path in raw if path.is_file())
    done.free_bytes = shutil.disk_usage(home.root).free
    return done


def _compress(folder: Path, done: Tidied) -> None:
    try:
        receipt = archive.receipt_of(folder)
    except SourceError:
        # A receipt that cannot be read says nothing of what its bytes should be: leave them.
        return
    path = folder / receipt.file_name
    packed = archive.packed(path)
    if not path.exists() or path.suffix.lower() in _IS_COMPRESSED:
        return
    if checksum(path) != receipt.sha256:
        # No longer what came in: nothing may be concluded from it, so nothing is done to it.
        return
    with archive.beside(folder) as part:
        with path.open("rb") as source, part.open("wb") as target:
            # Without a name and a time, so that equal bytes compress to equal bytes.
            with gzip.GzipFile("", "wb", 6, target, mtime=0) as writer:
                shutil.copyfileobj(source, writer, BLOCK)
            sync_file(target)
        if _unpacked_checksum(part) != receipt.sha256:
            return
        part.replace(packed)
    sync_folder(folder)
    done.freed_bytes += path.stat().st_size - packed.stat().st_size
    done.compressed += 1
    path.unlink()


def _unpacked_checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with gzip.open(path) as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _remove_staged(home: Home, sources: dict[str, Source], done: Tidied) -> None:
    used: set[Path] = set()
    for folder in archive.folders(home):
        source = sources.get(folder.parent.name)
        if source is None:
            # Its declaration may come back: what was read of it stays.
            used.update((home.staged / folder.parent.name).glob(f"{folder.name[:16]}-*"))
            continue
        raw = archive.read(folder)
        manifest = stage.staged(home, source, raw)
        if manifest:
            path = stage.manifest_path(home, source, raw)
            used.add(path)
            used.update(path.parent / table.parquet for table in manifest.tables)
    for path in sorted(home.staged.glob("*/*")):
        if path.is_file() and path not in used and not path.name.startswith("."):
            done.freed_bytes += path.stat().st_size
            done.removed += 1
            path.unlink()
