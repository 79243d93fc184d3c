"""Exports: valid by the validators of others, the same bytes from the same build, harmless."""

import csv
import errno
import gc
import hashlib
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import jsonschema
import ocdsmerge
import pyarrow.parquet as pq
import pytest
from followthemoney import model
from frictionless import Package
from openpyxl import load_workbook

from dashboard import data
from dashboard.data import opening
from dashboard.exports import write
from dashboard.exports.dictionary import dictionary
from dashboard.exports.workbook import Workbook
from ingest.add import add_starter
from ingest.build import build as build_ledger
from ingest.home import Home
from tests.conftest import Whobuys
from tests.published import publish, sample_rows

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of an export; its build is under `home` beside it."""
    place = tmp_path_factory.mktemp("exports")
    publish(place / "home", sample_rows())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHOBUYS_HOME", str(place / "home"))
        write.export(data.current(), place / "out")
    yield place / "out"
    opening.connections.clear()


@pytest.fixture
def build(exported: Path, monkeypatch: pytest.MonkeyPatch) -> data.Build:
    monkeypatch.setenv("WHOBUYS_HOME", str(exported.parent / "home"))
    return data.current()


def rows_of(exported: Path, table: str) -> list[dict[str, str]]:
    with (exported / "csv" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_data_package_is_valid_with_every_row(exported: Path) -> None:
    report = Package(str(exported / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "title", "note", "message"])
    resources = json.loads((exported / "datapackage.json").read_text("utf-8"))["resources"]
    assert len(rows_of(exported, "purchase")) == len(sample_rows()["mart.purchase"])
    assert {r["path"] for r in resources} == {
        f"csv/{path.name}" for path in (exported / "csv").iterdir()
    }


def test_a_broken_cell_would_have_been_noticed(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported, tmp_path / "broken")
    path = tmp_path / "broken" / "csv" / "transaction.csv"
    path.write_text(path.read_text("utf-8").replace("us_federal:A1,", "us_federal:A0,", 1), "utf-8")
    assert not Package(str(tmp_path / "broken" / "datapackage.json")).validate().valid


def test_entities_are_valid_and_their_links_lead_somewhere(exported: Path) -> None:
    lines = (exported / "followthemoney.jsonl").read_text("utf-8").splitlines()
    proxies = [model.get_proxy(json.loads(line), cleaned=False) for line in lines]
    known = {proxy.id for proxy in proxies}
    for proxy in proxies:
        proxy.schema.validate(proxy.to_dict())
        for prop, value in proxy.itervalues():
            assert prop.type.validate(value) or prop.type.clean(value) == value, (prop, value)
            if prop.type.name == "entity":
                assert value in known
    awards = [p for p in proxies if p.schema.name == "ContractAward"]
    counted = [r for r in sample_rows()["mart.purchase"] if r["is_counted"]]
    assert len(awards) == len(counted)
    amounts = sorted(Decimal(a) for p in awards for a in p.get("amount"))
    assert amounts == sorted(r["amount_usd"] for r in counted)
    assert all("Obligated: legally committed" in p.first("summary") for p in awards)


def test_releases_merge_and_call_nothing_a_value_that_is_none(exported: Path) -> None:
    package = json.loads((exported / "ocds-releases.json").read_text("utf-8"))
    assert set(package) >= {"uri", "version", "publishedDate", "publisher", "releases"}
    assert package["releases"]
    for release in package["releases"]:
        merged = ocdsmerge.Merger({"properties": {}}).create_compiled_release([release])
        assert merged["ocid"] == release["ocid"]
        (contract,) = release["contracts"]
        purchase = next(
            row for row in sample_rows()["mart.purchase"] if row["purchase_id"] == contract["id"]
        )
        value = contract.get("value")
        ceiling = purchase.get("ceiling_usd")
        assert (value and Decimal(str(value["amount"]))) == ceiling
        assert contract["whobuys:amount"]["basis"] == "obligated"
        assert contract["awardID"] == release["awards"][0]["id"]


def test_releases_are_valid_by_the_official_schema(exported: Path) -> None:
    schema = json.loads((Path(__file__).parent / "ocds_release_schema.json").read_text("utf-8"))
    official = jsonschema.Draft4Validator(schema)
    releases = json.loads((exported / "ocds-releases.json").read_text("utf-8"))["releases"]
    assert [error.message for one in releases for error in official.iter_errors(one)] == []
    spoiled = {**releases[0], "tag": ["bought"]}
    assert len(list(official.iter_errors(spoiled))) == 1, "the schema refuses what is wrong"


def test_equal_builds_give_equal_bytes(exported: Path, tmp_path: Path, monkeypatch) -> None:
    rows = sample_rows()
    for table in rows:
        rows[table] = list(reversed(rows[table]))
    publish(tmp_path / "home", rows)
    monkeypatch.setenv("WHOBUYS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    write.export(data.current(), tmp_path / "again")
    assert (tmp_path / "again" / "SHA256SUMS").read_text() == (exported / "SHA256SUMS").read_text()


def test_checksums_name_every_file_but_the_database(exported: Path) -> None:
    sums = dict(
        reversed(line.split("  ")) for line in (exported / "SHA256SUMS").read_text().splitlines()
    )
    files = {p.relative_to(exported).as_posix() for p in exported.rglob("*") if p.is_file()}
    assert set(sums) == files - {"SHA256SUMS", "whobuys.duckdb", "whobuys.duckdb.sha256"}
    for name, digest in sums.items():
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest


def test_parquet_and_the_database_hold_the_same_rows(exported: Path, build: data.Build) -> None:
    with duckdb.connect(str(exported / "whobuys.duckdb"), read_only=True) as con:
        for table in data.published_tables(build):
            path = exported / "parquet" / f"{table.removeprefix('mart.').replace('.', '_')}.parquet"
            assert pq.read_metadata(path).num_rows == data.rows_in(build, table)
            (copied,) = con.execute(f"select count(*) from {table}").fetchone() or (None,)
            assert copied == data.rows_in(build, table)
        schemas = {s for (s,) in con.execute("select schema_name from duckdb_tables()").fetchall()}
    assert schemas == {"mart", "meta"}
    total = sum(
        pq.read_table(exported / "parquet" / "transaction.parquet")["amount_usd"].to_pylist()
    )
    assert total == sum(row["amount_usd"] for row in sample_rows()["mart.transaction"])


def test_no_cell_is_a_formula(exported: Path) -> None:
    for path in (exported / "csv").iterdir():
        for row in csv.reader(path.open(encoding="utf-8", newline="")):
            for cell in row:
                is_number = cell.lstrip("+-").replace(",", "").replace(".", "").isdigit()
                assert is_number or not cell.lstrip().startswith(("=", "+", "-", "@")), (path, cell)
    book = load_workbook(exported / "whobuys.xlsx", read_only=True)
    assert book.sheetnames[0] == "purchase"
    assert book.sheetnames[-1] == "about"
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_no_clock_and_no_unread_cell_leaves(exported: Path) -> None:
    assert "built_at" not in rows_of(exported, "meta_build")[0]
    assert "value" not in rows_of(exported, "meta_issue")[0]
    with duckdb.connect(str(exported / "whobuys.duckdb"), read_only=True) as con:
        columns = {name for (name,) in con.execute("select column_name from duckdb_columns() where table_name = 'build'").fetchall()}  # noqa: E501 # fmt: skip
    assert "built_at" not in columns


def test_the_export_says_what_it_is_and_how_to_cite_it(exported: Path) -> None:
    for name in ("README.md", "CITATION.cff"):
        assert "test" in (exported / name).read_text("utf-8"), "the build"
    assert "Never add" in (exported / "README.md").read_text("utf-8")
    assert "USAspending contracts" in (exported / "README.md").read_text("utf-8")
    assert "Apache License" in (exported / "LICENSE").read_text("utf-8")


def test_an_export_replaces_an_earlier_one_and_nothing_else(build: data.Build, tmp_path) -> None:
    target = tmp_path / "out"
    write.export(build, target)
    (target / "csv" / "left.csv").write_text("left by an older version")
    write.export(build, target)
    assert not (target / "csv" / "left.csv").exists()
    assert os.listdir(tmp_path) == ["out"]  # noqa: PTH208
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "story.txt").write_text("mine")
    with pytest.raises(write.NotOurs, match="no export wrote"):
        write.export(build, theirs)
    assert (theirs / "story.txt").read_text() == "mine"


def test_a_failed_export_leaves_the_earlier_one(
    build: data.Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    write.export(build, target)
    before = (target / "SHA256SUMS").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data, "copy_database", full)
    with pytest.raises(OSError, match="No space"):
        write.export(build, target)
    assert (target / "SHA256SUMS").read_bytes() == before
    assert os.listdir(tmp_path) == ["out"]  # noqa: PTH208


def test_a_workbook_on_a_full_disk_fails_once_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _content: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    untold: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", untold.append)
    book = Workbook(Full(), date(2025, 10, 6))
    book.sheet("rows", [["one"], ["two"]])
    with pytest.raises(OSError, match="No space left"):
        book.about([("What", "rows")])
    del book
    gc.collect()
    assert untold == []


def test_the_command_exports_and_says_so(exported: Path, tmp_path: Path, whobuys: Whobuys) -> None:
    home = str(exported.parent / "home")
    done = whobuys("export", tmp_path / "out", "--json", WHOBUYS_HOME=home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["build_id"] == "test"
    sums = (tmp_path / "out" / "SHA256SUMS").read_text()
    assert sums == (exported / "SHA256SUMS").read_text()
    nothing = whobuys("export", tmp_path / "none", WHOBUYS_HOME=str(tmp_path / "empty"))
    assert nothing.returncode == 2
    assert "Nothing has been published yet" in nothing.stderr


def test_the_dictionary_knows_every_key_it_names() -> None:
    for table, described in dictionary().items():
        assert set(described.key) <= set(described.columns), table
    assert dictionary()["mart.purchase"].key == ("purchase_id",)


def test_a_clean_machine_makes_the_same_bytes_from_what_is_precious(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sums = []
    for name in ("one", "two"):
        home = Home(tmp_path / name)
        if name == "one":
            add_starter(home)
        else:
            # Raw files with their receipts, and changes; nothing that a build makes.
            for precious in ("raw", "changes"):
                if (tmp_path / "one" / precious).is_dir():
                    shutil.copytree(tmp_path / "one" / precious, home.root / precious)
        build_ledger(home)
        monkeypatch.setenv("WHOBUYS_HOME", str(home.root))
        write.export(data.current(), tmp_path / f"out_{name}")
        sums.append((tmp_path / f"out_{name}" / "SHA256SUMS").read_text())
    opening.connections.clear()
    assert len(sums[0].splitlines()) > 40
    assert sums[0] == sums[1]
