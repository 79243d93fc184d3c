"""The command `whobuys export`: one folder with everything published, in every form we write.

The same build gives the same bytes: rows are sorted, no clock is read, archives hold fixed times.
`SHA256SUMS` names every file but the copy of the database, which differs in some bytes each time.
"""

import csv
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard import data
from dashboard.data import Build
from dashboard.exports import cells, entities, package, releases
from dashboard.exports.citation import about_lines, citation, citation_file, readme
from dashboard.exports.workbook import MOST_ROWS, Workbook
from dashboard.project import PROJECT

LICENCE = PROJECT / "LICENSE"
SUMS = "SHA256SUMS"
DATABASE = "whobuys.duckdb"
DATABASE_SUM = "whobuys.duckdb.sha256"
PACKAGE = "datapackage.zip"
BUILD = "build.json"
# What a workbook holds; the rest is in CSV and Parquet. Its sheets are for people.
SHEETS = (
    "mart.purchase", "mart.transaction", "mart.grant", "mart.use", "mart.law", "mart.agency",
    "mart.vendor", "mart.technology", "mart.source",
)  # fmt: skip

Say = Callable[[str], None]


class NotOurs(Exception):  # noqa: N818 - a state of affairs that the command explains
    """The folder holds something that no export wrote."""


@dataclass(frozen=True)
class Exported:
    """What was written: where, of which build, and how large."""

    folder: Path
    build_id: str
    files: int
    bytes: int


def export(build: Build, folder: Path, say: Say = lambda _: None) -> Exported:
    """Write everything into `folder`, in place of an earlier export there.

    A run that is killed leaves the earlier export whole. Raises NotOurs when the folder holds
    anything else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / SUMS).is_file():
        raise NotOurs(
            f"{folder} holds files that no export wrote. Name an empty folder or a new one."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        part.chmod(0o755)
        _fill(build, part, say)
        files = [path for path in part.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        _swap(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Exported(folder, build.build_id, len(files), size)


def _swap(part: Path, folder: Path) -> None:
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        folder.rename(old / "old")
        part.rename(folder)
        shutil.rmtree(old)
    else:
        part.rename(folder)


def _fill(build: Build, part: Path, say: Say) -> None:
    tables = list(data.published_tables(build))
    for name in ("csv", "parquet"):
        (part / name).mkdir()
    for table in tables:
        say(f"Writing {table}")
        _csv(build, table, part / "csv" / f"{package.file_name(table)}.csv")
        data.write_parquet(build, table, part / "parquet" / f"{package.file_name(table)}.parquet")
    _dictionary(build, tables, part / "dictionary.csv")
    say("Writing the data package, the workbook, releases and entities")
    _json(part / BUILD, _which(build))
    _json(part / "datapackage.json", package.descriptor(build, tables))
    left_out = _workbook(build, tables, part / "whobuys.xlsx")
    _json_lines(part / "followthemoney.jsonl", entities.entities(build))
    _releases(build, part / "ocds-releases.json")
    (part / "CITATION.cff").write_text(citation_file(build), "utf-8")
    (part / "README.md").write_text(readme(build, left_out), "utf-8")
    shutil.copyfile(LICENCE, part / "LICENSE")
    _zip(part)
    _sums(part)
    say("Copying the database")
    data.copy_database(build, part / DATABASE)
    (part / DATABASE_SUM).write_text(f"{_digest(part / DATABASE)}  {DATABASE}\n", "utf-8")


def _which(build: Build) -> dict[str, str]:
    """Return what a program asks of an export first: which build it is of."""
    about = data.about(build)
    return {
        "build_id": build.build_id,
        "as_of": str(about["as_of"]),
        "version": str(about["version"]),
        "cite_as": citation(build),
    }


def _zip(part: Path) -> None:
    """Write the data package, with its CSV and what says what they are, as one file."""
    names = ["datapackage.json", "dictionary.csv", "CITATION.cff", "README.md", "LICENSE"]
    names += sorted(f"csv/{path.name}" for path in (part / "csv").iterdir())
    with zipfile.ZipFile(part / PACKAGE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            # A fixed time, so that the same build gives the same bytes.
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            with (part / name).open("rb") as file, archive.open(member, "w") as into:
                shutil.copyfileobj(file, into, 1 << 20)


@contextmanager
def _text(path: Path) -> Iterator[Any]:
    # newline="" so that a file's bytes do not depend on the system.
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


def _csv(build: Build, table: str, path: Path) -> None:
    with _text(path) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([name for name, _ in data.table_columns(build, table)])
        for row in data.every_row(build, table):
            writer.writerow([cells.text(value) for value in row.values()])


def _dictionary(build: Build, tables: list[str], path: Path) -> None:
    with _text(path) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(["table", "column", "type", "meaning"])
        for table in tables:
            for each in package.columns(build, table):
                writer.writerow([table, each["name"], each["type"], cells.text(each["meaning"])])


def _workbook(build: Build, tables: list[str], path: Path) -> list[str]:
    """Write the workbook; return the tables that have more rows than a sheet holds."""
    left_out = []
    with path.open("wb") as file:
        book = Workbook(file, data.about(build)["as_of"])
        for table in SHEETS:
            if table not in tables:
                continue
            if data.rows_in(build, table) > MOST_ROWS:
                left_out.append(table)
                continue
            book.sheet(package.file_name(table), _sheet(build, table))
        book.about(about_lines(build))
    return left_out


def _sheet(build: Build, table: str) -> Iterator[list[Any]]:
    yield [name for name, _ in data.table_columns(build, table)]
    for row in data.every_row(build, table):
        yield list(row.values())


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _json_lines(path: Path, values: Iterator[dict[str, Any]]) -> None:
    with _text(path) as file:
        for value in values:
            file.write(json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n")


def _releases(build: Build, path: Path) -> None:
    head = json.dumps(releases.package(build), ensure_ascii=False)
    with _text(path) as file:
        file.write(head[:-1] + ', "releases": [')
        for number, release in enumerate(releases.releases(build)):
            file.write((",\n" if number else "\n") + json.dumps(release, ensure_ascii=False))
        file.write("\n]}\n")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sums(part: Path) -> None:
    lines = [
        f"{_digest(path)}  {path.relative_to(part).as_posix()}\n"
        for path in sorted(p for p in part.rglob("*") if p.is_file())
    ]
    with (part / SUMS).open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
