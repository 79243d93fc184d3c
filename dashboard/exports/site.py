"""The last whole export, as the site offers it: written beforehand, never while a reader waits.

It stands in `exports/` of the home, in place of the one before: the disk holds one, and two while
one is written. `whobuys refresh` writes it after publishing, `whobuys export` at any time.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import data
from dashboard.data import Build
from dashboard.exports import write

# What an export takes at most, in sizes of the database: text is longer than columns.
_ROOM = 4


class NoRoom(Exception):  # noqa: N818 - a state of affairs that the command explains
    """The disk has not the room that an export may take."""


@dataclass(frozen=True)
class OfferedFile:
    """One file of the export: its name in it, its size in bytes, its SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Offered:
    """The export that the site offers, and the build that it is of."""

    build_id: str
    as_of: date
    files: tuple[OfferedFile, ...]

    def file(self, name: str) -> OfferedFile | None:
        """Return a file by its name, None where the export has none."""
        return next((each for each in self.files if each.name == name), None)


def folder() -> Path:
    """Return where the export stands that the site offers."""
    return data.home() / "exports"


def keep_up(build: Build, say: Callable[[str], None] = lambda _: None) -> write.Exported | None:
    """Write the export of a build, unless it is there already or another run is writing it.

    Raises NoRoom where the disk could fill up, and leaves the export before as it is.
    """
    with _alone() as is_alone:
        here = offered()
        if not is_alone or (here and here.build_id == build.build_id):
            return None
        for left in folder().parent.glob(f".{folder().name}.*"):
            shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
        needed = _ROOM * build.database.stat().st_size
        free = shutil.disk_usage(folder().parent).free
        if free < needed:
            raise NoRoom(
                f"The export for the site was not written: it may take {needed / 1e9:,.1f} GB, and "
                f"the disk has {free / 1e9:,.1f} GB. Readers are offered the one before."
            )
        return write.export(build, folder(), say)


@contextmanager
def _alone() -> Iterator[bool]:
    with (folder().parent / "exports.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def offered() -> Offered | None:
    """Return the export that is there, None where there is none, or a half of one."""
    place = folder()
    try:
        about = json.loads((place / write.BUILD).read_text("utf-8"))
        lines = [
            *(place / write.SUMS).read_text("utf-8").splitlines(),
            *(place / write.DATABASE_SUM).read_text("utf-8").splitlines(),
        ]
        named = [line.split("  ", 1) for line in lines]
        files = tuple(
            OfferedFile(name, (place / name).stat().st_size, digest) for digest, name in named
        )
    except FileNotFoundError:
        return None
    return Offered(str(about["build_id"]), date.fromisoformat(about["as_of"]), files)


def whole_file(request: Request) -> Response:
    """Answer with one file of the export: those that its checksums name, and the checksums."""
    name = request.path_params["name"]
    here = offered()
    known = here.file(name) if here else None
    if here is None or (known is None and name not in (write.SUMS, write.DATABASE_SUM)):
        return PlainTextResponse(
            "This export has no such file. The page Data lists what it has.\n", status_code=404
        )
    headers = {"ETag": f'"{known.sha256}"', "X-Build": here.build_id} if known else {}
    return FileResponse(
        folder() / name, filename=f"whobuys-{here.as_of}-{Path(name).name}", headers=headers
    )


WHOLE: list[BaseRoute] = [Route("/export/whole/{name:path}", whole_file)]
