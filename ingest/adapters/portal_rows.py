"""The rows of a raw file of pages, numbered, whichever platform served it."""

from collections.abc import Iterator
from pathlib import Path

from ingest.adapters import arcgis, ckan, ocds, portal, socrata
from ingest.adapters.portal import Row

# More than any platform puts on one page.
ROWS_PER_PAGE = 100_000
_ROWS = {"socrata": socrata.rows, "ckan": ckan.rows, "arcgis": arcgis.rows}


def rows_of(source_id: str, adapter: str, path: Path) -> Iterator[tuple[int, Row]]:
    """Yield each row of a raw file with its number.

    A row is numbered by its page and its place on it: row 300012 is the twelfth of page 3. The
    notices of a process can stand on several pages: its rows bear the page of the newest one.
    Raises SourceError for a file without pages.
    """
    pages = portal.pages(source_id, path)
    if adapter == "ocds":
        places: dict[int, int] = {}
        for number, row in ocds.rows_of_pages(page for _, page in pages):
            places[number] = places.get(number, 0) + 1
            yield number * ROWS_PER_PAGE + places[number], row
        return
    for number, (_, page) in enumerate(pages, start=1):
        for place, row in enumerate(_ROWS[adapter](page), start=1):
            yield number * ROWS_PER_PAGE + place, row
