"""Large files: resumed where they stopped, whole before they count, never half under their name.

While it comes, a file is `<name>.part` with `<name>.json` beside it, which says what is coming;
once its length is right and its zip tested, it gets its name.
"""

import os
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import SourceError
from ingest.files import sync_folder, write_whole
from ingest.http import Client, Refused, broken, is_page

KEPT_HEADERS = ("ETag", "Last-Modified", "Content-Length")
# A zip that arrived whole and is broken all the same is fetched so often again from the start.
TIMES = 3
Tick = Callable[[int, int], None]


class Coming(BaseModel):
    """What a file under way is: enough to know, after a stop, that the rest still fits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    headers: dict[str, str]

    @property
    def bytes(self) -> int:
        """The length that was promised, or -1."""
        return int(self.headers.get("Content-Length", -1))

    @property
    def validator(self) -> str | None:
        """What names this version of the file to the server; a weak ETag names none."""
        etag = self.headers.get("ETag", "")
        return etag if etag.startswith('"') else self.headers.get("Last-Modified")


class Arrived(BaseModel):
    """A whole and tested file, not yet in the archive."""

    model_config = ConfigDict(frozen=True)

    path: Path
    url: str
    headers: dict[str, str]


def fetch_file(
    client: Client,
    url: str,
    folder: Path,
    name: str,
    *,
    unless: dict[str, str] | None = None,
    tick: Tick = lambda _done, _total: None,
    is_zip: bool = True,
) -> Arrived | None:
    """Return a whole, tested file, or None when it is still what `unless` (its headers) says.

    A zip is one, and is tested; of other files all that is known is their length and that they
    are no page of HTML.

    A file that stopped on the way is continued, by this run or the next, when the server still
    has the same one. Raises Refused (with 404 for a file that is gone) and SourceError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / name
    about = folder / f"{name}.json"
    if before := arrived(folder, name):
        return before
    part = folder / f"{name}.part"
    for _ in range(TIMES):
        coming = _bytes(client, _Wanted(url, part, about, unless, tick, is_zip))
        if coming is None:
            return None
        damage = _damage(part) if is_zip else None
        if damage is None:
            part.replace(final)
            sync_folder(folder)
            return Arrived(path=final, url=url, headers=coming.headers)
        client.say(f"{name} arrived broken ({damage}); fetching it from the start")
        part.unlink()
    raise SourceError(
        f"{client.source_id}: {url} was fetched {TIMES} times, and each time the zip was broken "
        f"({damage}). The publisher's own file is probably damaged: try again in a few days."
    )


def arrived(folder: Path, name: str) -> Arrived | None:
    """Return a file that an earlier run fetched and tested whole, and did not get to keep."""
    coming = _read(folder / f"{name}.json")
    if coming is None or not (folder / name).exists():
        return None
    return Arrived(path=folder / name, url=coming.url, headers=coming.headers)


def leave(folder: Path, name: str) -> None:
    """Take away a file and everything that belonged to its coming."""
    for path in (folder / name, folder / f"{name}.part", folder / f"{name}.json"):
        path.unlink(missing_ok=True)


def forget_lone_notes(folder: Path) -> None:
    """Take away what is noted of files of which nothing is here: a kill came in between."""
    for about in folder.glob("*.json"):
        name = about.name.removesuffix(".json")
        if not (folder / name).exists() and not (folder / f"{name}.part").exists():
            about.unlink()


@dataclass(frozen=True)
class _Wanted:
    """One file: where it comes from and where to, and what we have of it."""

    url: str
    part: Path
    about: Path
    unless: dict[str, str] | None
    tick: Tick
    is_zip: bool


def _bytes(client: Client, wanted: _Wanted) -> Coming | None:
    while True:
        before = _size(wanted.part)
        try:
            return client.ask(
                "GET",
                wanted.url,
                lambda response: _receive(response, wanted),
                headers=lambda: _range(wanted),
                expected=frozenset({200, 206, 304, 416}),
            )
        except Refused:
            raise
        except SourceError:
            # Each stretch has its tries: a long file may stumble often and still arrive.
            if _size(wanted.part) <= before:
                raise


def _range(wanted: _Wanted) -> dict[str, str]:
    """Return the headers that ask for what is missing, or for news of a file that we have."""
    asked = {"Accept-Encoding": "identity"}
    coming = _read(wanted.about)
    had = _size(wanted.part)
    if coming and coming.url == wanted.url and coming.validator and had > 0:
        # A server that has another file by now answers 200 and sends it all.
        return {**asked, "Range": f"bytes={had}-", "If-Range": coming.validator}
    wanted.part.unlink(missing_ok=True)
    if wanted.unless:
        known = {
            "If-None-Match": wanted.unless.get("ETag"),
            "If-Modified-Since": wanted.unless.get("Last-Modified"),
        }
        asked |= {name: value for name, value in known.items() if value}
    return asked


def _receive(response: httpx.Response, wanted: _Wanted) -> Coming | None:
    part, about = wanted.part, wanted.about
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return None
    if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        coming = _read(about)
        if coming and coming.bytes == _size(part):
            return coming
        part.unlink(missing_ok=True)
        raise broken("no such range, so it is fetched from the start")
    if "html" in response.headers.get("Content-Type", ""):
        raise broken("a page of HTML in place of the file")
    coming = _continued(response, part, about)
    if coming is None:
        headers = {n: response.headers[n] for n in KEPT_HEADERS if n in response.headers}
        # Some servers know no conditions and would send everything again.
        if wanted.unless and wanted.unless == headers and "ETag" in headers:
            return None
        coming = Coming(url=wanted.url, headers=headers)
        part.unlink(missing_ok=True)
        write_whole(about, coming.model_dump_json(indent=1).encode() + b"\n")
    _write(response, wanted, coming)
    if coming.bytes not in {-1, _size(part)}:
        had = _size(part)
        if had > coming.bytes:
            part.unlink()
        raise broken(f"{had:,} bytes of {coming.bytes:,}")
    return coming


def _continued(response: httpx.Response, part: Path, about: Path) -> Coming | None:
    """Return what was coming when this answer goes on with it, else None: it starts anew."""
    if response.status_code != httpx.codes.PARTIAL_CONTENT:
        return None
    coming = _read(about)
    wanted = f"bytes {_size(part)}-"
    given = response.headers.get("Content-Range", "")
    if coming is None or not given.startswith(wanted) or not given.endswith(f"/{coming.bytes}"):
        part.unlink(missing_ok=True)
        raise broken(f"another part than was asked for ({given})")
    return coming


def _write(response: httpx.Response, wanted: _Wanted, coming: Coming) -> None:
    done, told = _size(wanted.part), 0.0
    with wanted.part.open("ab") as handle:
        for block in response.iter_raw():
            if done == 0 and wanted.is_zip and not block.startswith(b"PK"):
                raise broken("something that is no zip")
            if done == 0 and is_page(block):
                raise broken("a page of HTML in place of the file")
            done += handle.write(block)
            if time.monotonic() - told > 1:
                wanted.tick(done, coming.bytes)
                told = time.monotonic()
        handle.flush()
        os.fsync(handle.fileno())


def _damage(path: Path) -> str | None:
    """Return what is wrong with a zip, every member's checksum included, or None."""
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        return str(error)
    return f"{bad} is damaged" if bad else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _read(about: Path) -> Coming | None:
    try:
        return Coming.model_validate_json(about.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
