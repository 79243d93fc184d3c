"""Pages of a portal's API, kept as one raw file, and how they become rows.

The raw file of one fetch is a zip: `fetch.json`, which says what was asked, and the pages exactly
as they were served, `page-00001.json`, `page-00002.json` and so on. Each way in offers one
function in a module of its own:

    def rows(page: bytes) -> list[Row]

which returns the rows of one page in their order, each a dictionary from the publisher's column
names to text: numbers in the very digits that were served (`parse_float=str, parse_int=str`),
true and false as `true` and `false`, null and what is absent as None, a link as its address,
other objects as JSON. It raises ValueError for bytes that are no page of its portal. Where pages
belong together, as OCDS releases of one process do, the module offers instead

    def rows_of_all(pages: Iterable[bytes]) -> Iterator[tuple[int, Row]]

with a number for each row that stays the same when the same pages are read again. `READERS` below
lists both. Row 300012 of a raw file is the twelfth row of page 3.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.adapters import arcgis, ckan, ocds, socrata
from ingest.adapters.portal import ROWS_PER_PAGE, Row
from ingest.errors import SourceError

NOTE = "fetch.json"
_BEGINNING = 1 << 16


class FetchNote(BaseModel):
    """What one fetch asked for and what the portal said of the whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # An update replaces rows by their key and takes nothing away; a whole fetch is everything.
    kind: Literal["whole", "update"] = "whole"
    # Which part of the data set, where it has parts (a CKAN resource, a year); else empty.
    part: str = ""
    # The columns by the portal's own description: a page leaves out what is null in all its rows.
    columns: list[str] = []
    # The rows that the portal counted before they were fetched; None where it does not count.
    rows: int | None = None
    # The newest value of the `incremental` column that the last fetch had, for an update.
    since: str | None = None
    asked: list[str] = []


# By adapter: the rows of a page, and the rows of pages that belong together.
READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "socrata": socrata.rows,
    "ckan": ckan.rows,
    "arcgis": arcgis.rows,
}
JOINT_READERS: dict[str, Callable[[Iterable[bytes]], Iterator[tuple[int, Row]]]] = {
    "ocds": ocds.rows_of_all,
}


def write_pages(path: Path, note: FetchNote, pages: Iterable[bytes]) -> int:
    """Write the raw file of one fetch and return its pages; the same pages give the same bytes."""
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member(NOTE), json.dumps(note.model_dump(), indent=1) + "\n")
        for count, page in enumerate(pages, start=1):
            archive.writestr(_member(f"page-{count:05}.json"), page)
    return count


def _member(name: str) -> zipfile.ZipInfo:
    # Without a clock: the checksum of a raw file tells whether anything is new.
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def is_pages(path: Path) -> bool:
    """Whether a raw file holds the pages of a portal, or is one package of OCDS by itself."""
    if is_package(path):
        return True
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return NOTE in archive.namelist()


def is_package(path: Path) -> bool:
    """Whether a file is a package of OCDS, as somebody downloaded it."""
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as handle:
        beginning = handle.read(_BEGINNING)
    return b'"releases"' in beginning or b'"records"' in beginning


def note_of(source_id: str, path: Path) -> FetchNote:
    """Return what the fetch asked for; raise SourceError where the note cannot be read.

    A package added by hand adds to the others, and takes nothing away.
    """
    if is_package(path):
        return FetchNote(kind="update", columns=list(ocds.COLUMNS))
    try:
        with zipfile.ZipFile(path) as archive:
            return FetchNote.model_validate_json(archive.read(NOTE))
    except (ValidationError, zipfile.BadZipFile) as error:
        raise SourceError(
            f"{source_id}: {path.name} says in {NOTE} nothing that can be read. Fetch it again."
        ) from error


def rows(source_id: str, adapter: str, path: Path) -> Iterator[tuple[int, Row]]:
    """Yield the number and the values of every row in the pages of a raw file.

    Raises SourceError for a page that is none of the portal's.
    """
    if is_package(path):
        yield from _of_package(source_id, path)
        return
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("page-"))
        try:
            if joint := JOINT_READERS.get(adapter):
                yield from joint(archive.read(name) for name in names)
                return
            read = READERS[adapter]
            for number, name in enumerate(names, start=1):
                for place, row in enumerate(read(archive.read(name)), start=1):
                    yield number * ROWS_PER_PAGE + place, row
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(
                f"{source_id}: a page in {path.name} is none of {adapter} ({error}). Fetch it "
                f"again."
            ) from error


def _of_package(source_id: str, path: Path) -> Iterator[tuple[int, Row]]:
    try:
        yield from ocds.rows_of_all([path.read_bytes()])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{source_id}: {path.name} is no package of open contracting data ({error!r}). Fetch "
            f"it again."
        ) from error
