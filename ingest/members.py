"""The tables inside a file that someone added: the file itself, or the members of a zip."""

import shutil
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from ingest.errors import SourceError
from ingest.files import BLOCK, scratch_file
from ingest.room import NoRoomError

TABLE_SUFFIXES = {".csv", ".tsv", ".txt"}
WORKBOOKS = {".xlsx", ".xlsm"}


@dataclass(frozen=True)
class Member:
    """One table on disk: its name inside the zip (None for a plain file) and its path."""

    name: str | None
    path: Path


def is_zip(path: Path) -> bool:
    """Whether a file is a zip, by its name or its first bytes; a workbook is one only inside."""
    with path.open("rb") as handle:
        begins_as_zip = handle.read(4) == b"PK\x03\x04"
    return path.suffix.lower() == ".zip" or (begins_as_zip and path.suffix.lower() not in WORKBOOKS)


def tables(
    source_id: str,
    path: Path,
    scratch: Path,
    suffixes: Collection[str] = TABLE_SUFFIXES,
    pattern: str = "*",
) -> Iterator[Member]:
    """Yield each table of a file, one at a time, extracted where it has to be.

    A member is extracted whole before it is read, under a name of ours: a third faster than any
    streaming way tried, and its CRC has been checked before a row of it is believed. It is gone
    again when the next one is asked for. Raises SourceError for a zip that is damaged, locked or
    writes outside its folder, and NoRoomError where it would not fit.
    """
    if not is_zip(path):
        yield Member(None, path)
        return
    with _open(source_id, path) as archive:
        found = [
            info
            for info in archive.infolist()
            if _is_table(source_id, path, info, suffixes) and fnmatch(info.filename, pattern)
        ]
        if not found:
            if any(info.filename.startswith("xl/") for info in archive.infolist()):
                raise SourceError(
                    f"{source_id}: {path.name} is a workbook, although its name says otherwise. "
                    f"Name it .xlsx where the source is a place's, or save it as CSV in UTF-8."
                )
            raise SourceError(f"{source_id}: {path.name} has no CSV inside. Fetch it again.")
        for info in found:
            with scratch_file(scratch, "member.csv") as extracted:
                _extract(source_id, path, archive, info, extracted)
                yield Member(info.filename, extracted)


def left_out(
    path: Path, suffixes: Collection[str] = TABLE_SUFFIXES, pattern: str = "*"
) -> list[str]:
    """Return the names of the members of a zip that are no tables, or not those asked for."""
    if not is_zip(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return [
            info.filename
            for info in archive.infolist()
            if not info.filename.endswith("/")
            and not (_has_table_suffix(info, suffixes) and fnmatch(info.filename, pattern))
        ]


def _open(source_id: str, path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{source_id}: {path.name} is not a whole zip file ({error}). The download probably "
            f"stopped early: compare its size with the publisher's and fetch it again."
        ) from error


def _is_table(source_id: str, path: Path, info: zipfile.ZipInfo, suffixes: Collection[str]) -> bool:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in info.filename:
        raise SourceError(
            f"{source_id}: {path.name} holds a member named {info.filename!r}, which points "
            f"outside its folder. No file of this publisher does that: do not trust it, and fetch "
            f"it again from the official address."
        )
    if info.flag_bits & 0x1:
        raise SourceError(
            f"{source_id}: {info.filename} in {path.name} is locked with a password. "
            f"Unlock it and add the CSV itself."
        )
    is_mac_shadow = name.parts[:1] == ("__MACOSX",) or name.name.startswith("._")
    return _has_table_suffix(info, suffixes) and not is_mac_shadow


def _has_table_suffix(info: zipfile.ZipInfo, suffixes: Collection[str]) -> bool:
    is_folder = info.filename.endswith(("/", "\\"))
    return not is_folder and PurePosixPath(info.filename).suffix.lower() in suffixes


def _extract(
    source_id: str, path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, to: Path
) -> None:
    free = shutil.disk_usage(to.parent).free
    if info.file_size > free:
        raise NoRoomError(
            f"{source_id}: {info.filename} in {path.name} needs {info.file_size:,} bytes to "
            f"unpack, and {to.parent} has {free:,} left. Make room, or set WHOBUYS_HOME to a "
            f"larger disk."
        )
    try:
        with archive.open(info) as member, to.open("wb") as target:
            shutil.copyfileobj(member, target, BLOCK)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SourceError(
            f"{source_id}: {info.filename} in {path.name} cannot be unpacked ({error}). "
            f"The file is damaged: fetch it again."
        ) from error
    if to.stat().st_size != info.file_size:
        raise SourceError(
            f"{source_id}: {info.filename} in {path.name} is shorter than it says. Fetch it again."
        )
