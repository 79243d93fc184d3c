"""The whole export that the site offers: true checksums, of its build, on a bounded disk."""

import fcntl
import hashlib
import io
import json
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest
from frictionless import Package
from starlette.testclient import TestClient

from dashboard import data, server
from dashboard.data import Build
from dashboard.exports import site
from tests.published import publish, sample_rows
from tests.test_explore import run
from tests.test_pages import said

pytestmark = pytest.mark.data


@pytest.fixture
def build(home: Path) -> Build:
    """Return a published build, of which nothing is exported yet."""
    publish(home, sample_rows())
    return data.current()


def test_every_file_is_offered_with_its_true_checksum(build: Build, tmp_path: Path) -> None:
    assert "No whole export stands here yet" in said(run({}, "api.py"))
    done = site.keep_up(build)
    assert done is not None
    page = said(run({}, "api.py"))
    here = site.offered()
    assert here is not None
    client = TestClient(server.app)
    for file in here.files:
        answer = client.get(f"/export/whole/{file.name}")
        assert answer.status_code == 200, file.name
        assert hashlib.sha256(answer.content).hexdigest() == file.sha256
        assert len(answer.content) == file.bytes
    for name in (
        "datapackage.zip", "whobuys.xlsx", "followthemoney.jsonl", "whobuys.duckdb",
        "parquet/purchase.parquet", "csv/purchase.csv", "SHA256SUMS",
    ):  # fmt: skip
        assert f'href="export/whole/{name}"' in page, name
    for words in ("Apache-2.0", "6 Oct 2025, build test", "<code>test</code>"):
        assert words in page
    package = client.get("/export/whole/datapackage.zip").content
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(tmp_path / "package")
    assert Package(str(tmp_path / "package" / "datapackage.json")).validate().valid


def test_nothing_but_the_export_is_served(build: Build, home: Path) -> None:
    site.keep_up(build)
    (home / "exports" / "notes.txt").write_text("ours")
    client = TestClient(server.app)
    for name in ("notes.txt", "csv", "%2e%2e/published/current.json"):
        answer = client.get(f"/export/whole/{name}")
        assert answer.status_code == 404 or b"database" not in answer.content
        assert b"ours" not in answer.content


def test_it_is_written_once_a_build_and_says_when_it_is_older(build: Build, home: Path) -> None:
    assert site.keep_up(build) is not None
    assert site.keep_up(build) is None
    publish(home, sample_rows(), "newer")
    page = said(run({}, "api.py"))
    assert "These pages are of a newer build" in page
    left = home / ".exports.killed"
    left.mkdir()
    assert site.keep_up(data.current()) is not None
    here = site.offered()
    assert here is not None
    assert here.build_id == "newer"
    assert not left.exists(), "what a killed run left is cleared away"


def test_a_full_disk_keeps_the_export_before(
    build: Build, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.keep_up(build)
    publish(home, sample_rows(), "newer")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1))
    with pytest.raises(site.NoRoom, match="Readers are offered the one before"):
        site.keep_up(data.current())
    here = site.offered()
    assert here is not None
    assert here.build_id == "test"


def test_two_runs_do_not_write_at_once(build: Build, home: Path) -> None:
    with (home / "exports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert site.keep_up(build) is None
    assert site.keep_up(build) is not None
    assert json.loads((home / "exports" / "build.json").read_text())["build_id"] == "test"
