"""The raw archive: bytes as they were served, written once, each file with a receipt.

Layout: `raw/<source>/<sha256>/<file name>` and `receipt.json` beside it. A version that counts no
more (the publisher put out another under its name, or it cannot be used) stays, and has
`set_aside.json` beside it, which says why; `whobuys refresh` keeps it as `<file name>.gz`, and it
is unpacked where it counts again.
"""

import gzip
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import SourceError
from ingest.files import (
    BLOCK,
    checksum,
    copy_with_checksum,
    sync_file,
    sync_folder,
    write_whole,
)
from ingest.home import Home

RECEIPT = "receipt.json"
SET_ASIDE = "set_aside.json"
PACKED = ".gz"


class Receipt(BaseModel):
    """Where a raw file came from, when, and what its bytes are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_id: str
    file_name: str
    sha256: str
    bytes: int
    url: str | None = None
    headers: dict[str, str] = {}
    fetched_at: datetime

    @property
    def fetched_date(self) -> date:
        """The day (UTC) on which the file came in."""
        return self.fetched_at.date()


class SetAside(BaseModel):
    """Why a raw file that stays counts no more, and since when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: str
    since: datetime


class RawFile(BaseModel):
    """A file in the archive: its receipt and where its bytes are."""

    model_config = ConfigDict(frozen=True)

    receipt: Receipt
    path: Path


def keep(
    home: Home,
    source_id: str,
    origin: Path,
    *,
    url: str | None = None,
    headers: dict[str, str] | None = None,
    fetched_at: datetime | None = None,
) -> tuple[RawFile, bool]:
    """Copy a file into the archive; return it, and whether it is new there.

    The copy is written apart and renamed, so that a killed run leaves no half file. The order of
    the files of a source is told by the second at which they came in, so no two share one.
    """
    if origin.name in (RECEIPT, SET_ASIDE):
        raise SourceError(
            f"{source_id}: a file cannot be kept under the name {origin.name}. Rename it."
        )
    folder = home.raw / source_id
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".part-{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        sha256, size = copy_with_checksum(origin, part / origin.name)
        final = folder / sha256
        if final.exists():
            receipt = receipt_of(final)
            if not (final / receipt.file_name).exists():
                # Compressed, as what counts no more is, or gone: these are its bytes.
                (part / origin.name).replace(final / receipt.file_name)
                packed(final / receipt.file_name).unlink(missing_ok=True)
                sync_folder(final)
            return read(final), False
        receipt = Receipt(
            source_id=source_id,
            file_name=origin.name,
            sha256=sha256,
            bytes=size,
            url=url,
            headers=headers or {},
            fetched_at=fetched_at or moment_of_its_own(home, source_id),
        )
        (part / RECEIPT).write_text(receipt.model_dump_json(indent=2) + "\n", "utf-8")
        part.rename(final)
        sync_folder(folder)
        return RawFile(receipt=receipt, path=final / origin.name), True
    finally:
        shutil.rmtree(part, ignore_errors=True)


def moment_of_its_own(
    home: Home, source_id: str, step: timedelta = timedelta(seconds=1)
) -> datetime:
    """Return now, in whole steps or, where a file of the source came in then or later, the next.

    So the newest file has the latest moment, though a clock was set back meanwhile.
    """
    now = datetime.now(UTC)
    if step >= timedelta(seconds=1):
        now = now.replace(microsecond=0)
    known = []
    for folder in every_folder(home, source_id):
        # What is wrong with an older receipt is told where that file is read.
        with suppress(ValidationError):
            receipt = Receipt.model_validate_json((folder / RECEIPT).read_bytes())
            known.append(receipt.fetched_at + step)
    return max([now, *known])


def set_aside(raw: RawFile, because: str) -> None:
    """Let a file count no more. Its bytes stay: what was served once is not served again."""
    said = SetAside(because=because, since=datetime.now(UTC).replace(microsecond=0))
    write_whole(raw.path.parent / SET_ASIDE, said.model_dump_json(indent=2).encode() + b"\n")


def count_again(raw: RawFile) -> None:
    """Let a file count that was set aside: its publisher went back to it, or it can be read now."""
    (raw.path.parent / SET_ASIDE).unlink(missing_ok=True)


def is_set_aside(folder: Path) -> bool:
    """Whether the file kept in this folder counts no more."""
    return (folder / SET_ASIDE).exists()


def forget(raw: RawFile) -> None:
    """Take out again what a person has just added and cannot be used: they have the file."""
    folder = raw.path.parent
    # At once, by its name: a kill on the way leaves nothing that looks like a raw file.
    gone = folder.with_name(f".part-{os.getpid()}-{folder.name}")
    folder.rename(gone)
    shutil.rmtree(gone)


def receipt_of(folder: Path) -> Receipt:
    """Return the receipt kept in this folder."""
    try:
        return Receipt.model_validate_json((folder / RECEIPT).read_bytes())
    except ValidationError as error:
        raise SourceError(
            f"{folder.parent.name}: the receipt in {folder} cannot be read. "
            f"Delete that folder and add the file again."
        ) from error


def packed(path: Path) -> Path:
    """Return where the bytes of a raw file stand once they are compressed."""
    return path.with_name(f"{path.name}{PACKED}")


def read(folder: Path) -> RawFile:
    """Return the raw file kept in this folder, unpacked when it was compressed."""
    receipt = receipt_of(folder)
    path = folder / receipt.file_name
    if not path.exists() and packed(path).exists():
        _unpack(path)
    if not path.exists():
        raise SourceError(
            f"{receipt.source_id}: the raw file {receipt.file_name} is gone from {folder}. "
            f"Put it back there, or delete that folder and add the file again."
        )
    return RawFile(receipt=receipt, path=path)


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Yield where to write a file apart, before it goes into this folder of the archive."""
    part = folder.with_name(f".part-{os.getpid()}")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _unpack(path: Path) -> None:
    try:
        _gunzip(path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(
            f"{packed(path)} cannot be unpacked ({error}). Put back a copy of it from a backup, "
            f"or delete its folder: the file is then fetched or added anew."
        ) from error


def _gunzip(path: Path) -> None:
    with beside(path.parent) as part:
        with gzip.open(packed(path)) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target, BLOCK)
            sync_file(target)
        part.replace(path)
    packed(path).unlink()
    sync_folder(path.parent)


def verify(raw: RawFile) -> None:
    """Raise SourceError when the bytes are no longer those of the receipt."""
    if checksum(raw.path) != raw.receipt.sha256:
        raise SourceError(
            f"{raw.receipt.source_id}: {raw.path.name} is no longer what it was when it came in. "
            f"Raw files are never edited: delete {raw.path.parent} and add the file again."
        )


def folders(home: Home, source_id: str | None = None) -> list[Path]:
    """Return the folder of every raw file that counts, in the order of source and checksum."""
    return [folder for folder in every_folder(home, source_id) if not is_set_aside(folder)]


def every_folder(home: Home, source_id: str | None = None) -> list[Path]:
    """Return the folder of every raw file, those set aside included, in the same order."""
    receipts = sorted(home.raw.glob(f"{source_id or '*'}/*/{RECEIPT}"))
    return [path.parent for path in receipts if not path.parent.name.startswith(".")]


def kept(home: Home, source_id: str | None = None) -> Iterator[RawFile]:
    """Yield every raw file that counts, in the order of source and checksum."""
    for folder in folders(home, source_id):
        yield read(folder)
