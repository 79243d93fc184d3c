"""What is precious is enough: a clean machine publishes the same bytes from it alone."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from ingest.add import add
from ingest.build import build
from ingest.home import Home
from tests.conftest import Whobuys
from tests.federal import SOURCE, build_of, full, transaction

pytestmark = pytest.mark.data

# Raw files, facts and decisions of one's own, and the published changes.
PRECIOUS = ("raw", "reference", "sources", "changes")


def checksums(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_clean_machine_exports_the_same_bytes(tmp_path: Path, whobuys: Whobuys) -> None:
    ours = Home(tmp_path / "ours")
    build_of(ours, full(tmp_path, [transaction("A1", "5.55"), transaction("B2")], stamp="20250906"))
    rows = [transaction("A1", "7.77"), transaction("C3", "3.00", "2024-05-01")]
    add(ours, full(tmp_path, rows, stamp="20251006"), SOURCE)
    (ours.root / "reference").mkdir()
    project = Path(__file__).resolve().parents[1] / "data" / "reference" / "vendor_aliases.csv"
    header = project.read_text("utf-8").splitlines()[0]
    (ours.root / "reference" / "vendor_aliases.csv").write_text(f"{header}\n", "utf-8")
    built = build(ours)
    clean = Home(tmp_path / "another place" / "clean")
    clean.root.mkdir(parents=True)
    for name in PRECIOUS:
        if (ours.root / name).is_dir():
            shutil.copytree(ours.root / name, clean.root / name)
    again = build(clean)
    assert again.build_id == built.build_id
    exported = {}
    for home in (ours, clean):
        out = home.root / "out"
        ended = whobuys("export", out, WHOBUYS_HOME=str(home.root))
        assert ended.returncode == 0, ended.stderr
        exported[home] = checksums(out)
    assert len(exported[ours]) > 10
    # The copy of the database holds the same rows, which the tables beside it show; its pages are
    # laid out in another order each time.
    for found in exported.values():
        del found["whobuys.duckdb"], found["whobuys.duckdb.sha256"]
    assert exported[ours] == exported[clean]
    assert list((ours.root / "changes").glob("*.parquet"))
    assert json.loads(ours.pointer.read_text("utf-8")) == json.loads(
        clean.pointer.read_text("utf-8")
    )
