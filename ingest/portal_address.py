"""Which platform stands behind the address of a data set's page, and its first rows."""

import csv
import io
import re
import tempfile
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ingest import download
from ingest.adapters import pages
from ingest.adapters.portal import Column, Dataset, PagedWay, Part
from ingest.adapters.table_file import file_name
from ingest.errors import SourceError, WhobuysError
from ingest.http import Client, Refused
from ingest.spreadsheet import DELIMITERS, decode, read_table
from ingest.ways import WAYS

SAMPLE = 1_000
Rows = list[dict[str, str | None]]
_SOCRATA_ID = re.compile(r"(?<![\w-])[a-z0-9]{4}-[a-z0-9]{4}(?![\w-])")
_SERVICE = re.compile(r"(?P<layer>.*/(?:Feature|Map)Server)(?:/(?P<number>\d+))?", re.IGNORECASE)
_PACKAGE = re.compile(r"(?P<base>.*)/dataset/(?P<name>[^/]+)(?:/resource/(?P<resource>[^/]+))?")
_HUB_ITEM = re.compile(r"/datasets/(?:.*::)?(?P<item>[0-9a-f]{32})(?:_(?P<number>\d+))?")
# Where items of every ArcGIS Hub are described (general knowledge, unverified).
_ARCGIS = "https://www.arcgis.com/sharing/rest/content/items"
_BEGINNING = 4 << 20
# Titles above a header are few.
_TITLES = 20
_PARAMETERS = {"socrata": "$limit", "ckan": "limit", "arcgis": "resultRecordCount"}


@dataclass(frozen=True)
class Found:
    """A data set that was recognised: how to get it, what it says of itself, its first rows."""

    adapter: str
    page: str
    dataset: Dataset
    part: Part
    columns: tuple[Column, ...]
    rows: Rows
    # How its file is written, as in `read` of a declaration.
    reading: dict[str, str] = field(default_factory=dict)
    # CKAN: every resource that is a table.
    parts: tuple[str, ...] = ()


def find(address: str, client: Client) -> Found:
    """Return the data set behind an address or a path; raise WhobuysError where there is none."""
    if "://" not in address:
        path = Path(address).expanduser()
        if not path.is_file():
            raise WhobuysError(
                f"{address} is neither an address (it begins with no https://) nor a file here."
            )
        return _of_file(path, path.name, Dataset(client.source_id, "", ""))
    parts = urlsplit(address)
    base, path_of = f"{parts.scheme}://{parts.netloc}", unquote(parts.path)
    if found := _HUB_ITEM.search(path_of):
        item = client.get_json(f"{_ARCGIS}/{found['item']}", {"f": "json"})
        service = str(item.get("url") or "")
        if not _SERVICE.search(service):
            raise WhobuysError(f"{address} is no table or layer: {item.get('type')}.")
        return find(f"{service.rstrip('/')}/{found['number'] or 0}", client)
    if found := _SERVICE.match(path_of):
        dataset = Dataset(client.source_id, base, f"{found['layer']}/{found['number'] or 0}"[1:])
        return _of_pages("arcgis", address, dataset, client)
    if (found := _PACKAGE.match(path_of)) and not PurePosixPath(path_of).suffix:
        return _of_package(address, base, found, client)
    if ids := _SOCRATA_ID.findall(path_of):
        dataset = Dataset(client.source_id, base, ids[-1])
        return _of_pages("socrata", f"{base}/d/{ids[-1]}", dataset, client)
    return _of_address(address, client)


def _of_package(address: str, base: str, found: "re.Match[str]", client: Client) -> Found:
    # A portal may stand below a path, and in a language: open.canada.ca/data/en/dataset/...
    dataset = Dataset(client.source_id, base + found["base"], found["name"])
    return _of_pages("ckan", address, dataset, client, resource=found["resource"])


def _of_pages(
    adapter: str, page: str, dataset: Dataset, client: Client, resource: str | None = None
) -> Found:
    way = WAYS[adapter]()
    parts = way.describe(client, dataset)
    # Of many years, the one named last in order is the newest.
    part = max(
        (part for part in parts if resource in (None, part.id)),
        key=lambda part: part.title,
        default=parts[-1],
    )
    titles = tuple(part.title for part in parts)
    if part.address:
        found = _of_address(part.address, client)
        return replace(found, adapter=adapter, page=page, dataset=dataset, parts=titles, part=part)
    assert isinstance(way, PagedWay)  # noqa: S101 (a part without address has pages)
    step = way.first(dataset, part, None, datetime.now(UTC))
    few = {_PARAMETERS[adapter]: str(SAMPLE)}
    _, body = way.page(client, step.model_copy(update={"params": {**step.params, **few}}))
    rows = pages.READERS[adapter](body)[:SAMPLE]
    return Found(adapter, page, dataset, part, part.columns, rows, parts=titles)


def _of_address(address: str, client: Client) -> Found:
    dataset = Dataset(client.source_id, "", "", addresses=(address,))
    with tempfile.TemporaryDirectory() as folder:
        name = file_name(address)
        try:
            arrived = download.fetch_file(client, address, Path(folder), name, is_zip=False)
        except Refused as error:
            raise WhobuysError(
                f"Nothing was found at {address} ({error.status}). Give the address of a data "
                f"set's page on Socrata, CKAN or ArcGIS, or of a CSV or XLSX file."
            ) from error
        except SourceError as error:
            raise WhobuysError(
                f"{address} is neither the page of a data set on Socrata, CKAN or ArcGIS nor a "
                f"table: {error}"
            ) from error
        if arrived is None:
            raise WhobuysError(f"{address} gave nothing.")
        return _of_file(arrived.path, address, dataset)


def _of_file(path: Path, address: str, dataset: Dataset) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        table = _first_table(path, Path(folder))
        lines, reading = _lines(table)
    place, header = _header(lines)
    if place:
        reading["header_row"] = str(place + 1)
    columns = tuple(Column(name, name, "text") for name in header if name)
    rows: Rows = [
        {name: value or None for name, value in zip(header, line, strict=False) if name}
        for line in lines[place + 1 : place + 1 + SAMPLE]
        if any(line)
    ]
    if not columns or not rows:
        raise WhobuysError(f"{path.name} has no rows under a line of column names.")
    part = Part("", path.stem.replace("_", " "))
    return Found("table_file", address, dataset, part, columns, rows, reading)


def _first_table(path: Path, folder: Path) -> Path:
    """Return the table itself: of a zip, its first one. A workbook is a zip, and is none."""
    if path.suffix.lower() != ".zip":
        return path
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            suffix = PurePosixPath(info.filename).suffix.lower()
            if suffix in {".csv", ".tsv", ".txt", ".xlsx"}:
                table = folder / f"table{suffix}"
                with archive.open(info) as member, table.open("wb") as target:
                    while block := member.read(1 << 20):
                        target.write(block)
                return table
    raise WhobuysError(f"{path.name} has no CSV or XLSX inside.")


def _lines(path: Path) -> tuple[list[list[str]], dict[str, str]]:
    """Return the first lines of a table as text, and how it is written."""
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        table = read_table(path)
        everything: list[list[Any]] = [list(table.header), *table.rows]
        return [
            ["" if cell is None else str(cell) for cell in line]
            for line in everything[: SAMPLE + _TITLES]
        ], {}
    with path.open("rb") as handle:
        beginning = handle.read(_BEGINNING)
    if len(beginning) == _BEGINNING:
        beginning = beginning[: beginning.rfind(b"\n") + 1]
    reading = {}
    try:
        beginning.decode("utf-16" if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError:
        reading["encoding"] = "cp1252"
    text = decode(beginning)
    first = "\n".join(text.splitlines()[:_TITLES])
    delimiter = max(DELIMITERS, key=first.count)
    lines = []
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        lines.append(line)
        if len(lines) >= SAMPLE + _TITLES:
            break
    return lines, reading


def _header(lines: list[list[str]]) -> tuple[int, list[str]]:
    """Return where the header stands, and its names: the first line as full as most of them."""
    if not lines:
        return 0, []
    full = sorted(sum(bool(cell.strip()) for cell in line) for line in lines)
    usual = full[len(full) // 2]
    for place, line in enumerate(lines[:_TITLES]):
        names = [cell.strip() for cell in line]
        is_words = not any(re.fullmatch(r"[-$(]*[\d.,/]+\)?", name) for name in names if name)
        if is_words and sum(map(bool, names)) >= max(2, 0.7 * usual):
            return place, names
    return 0, [cell.strip() for cell in lines[0]]


def described(found: Found) -> dict[str, str]:
    """Return what a data set says of itself: title, publisher, licence, day of its last change."""
    facts = found.part.facts
    host = urlsplit(found.page).hostname or ""
    return {
        "title": facts.get("title") or found.part.title,
        "publisher": facts.get("attribution") or host or "not known",
        "licence": facts.get("license") or "not stated",
        "updated": facts.get("updated", ""),
    }
