"""Bounded disk: replaced raw files are compressed and never lost; unused staged tables go."""

import gzip
from pathlib import Path

import pytest

from ingest import archive
from ingest.errors import SourceError
from ingest.home import Home
from ingest.source import load_sources
from ingest.stage import stage
from ingest.tidy import Tidied, tidy
from tests.federal import SOURCE, csv_text, full, transaction


@pytest.fixture
def ours(home: Path) -> Home:
    return Home(home)


def do(home: Home) -> Tidied:
    return tidy(home, load_sources(home.source_folders))


def kept(home: Home, tmp_path: Path, text: str = "a,b\n1,2\n" * 5_000) -> archive.RawFile:
    path = tmp_path / "checkbook.csv"
    path.write_text(text, "utf-8")
    return archive.keep(home, SOURCE, path)[0]


def test_a_replaced_version_is_compressed_and_its_bytes_stay(ours: Home, tmp_path: Path) -> None:
    raw = kept(ours, tmp_path)
    served = raw.path.read_bytes()
    archive.set_aside(raw, "The publisher put out another version.")
    done = do(ours)
    assert (done.compressed, raw.path.exists()) == (1, False)
    packed = archive.packed(raw.path)
    assert gzip.decompress(packed.read_bytes()) == served
    assert packed.stat().st_size < len(served)
    assert do(ours).compressed == 0


def test_a_version_that_the_publisher_goes_back_to_counts_again(ours: Home, tmp_path: Path) -> None:
    raw = kept(ours, tmp_path)
    archive.set_aside(raw, "The publisher put out another version.")
    do(ours)
    again, is_new = archive.keep(ours, SOURCE, tmp_path / "checkbook.csv")
    archive.count_again(again)
    assert not is_new
    assert not archive.packed(raw.path).exists()
    archive.verify(again)
    assert [found.path for found in archive.kept(ours)] == [raw.path]


def test_what_counts_and_what_is_compressed_already_stays_as_it_is(
    ours: Home, tmp_path: Path
) -> None:
    counts = kept(ours, tmp_path)
    zipped, _ = archive.keep(ours, SOURCE, full(tmp_path, [transaction("A1")]))
    archive.set_aside(zipped, "The publisher put out another version.")
    assert do(ours).compressed == 0
    assert counts.path.exists()
    assert zipped.path.exists()


def test_a_file_that_is_no_longer_what_came_in_is_left_alone(ours: Home, tmp_path: Path) -> None:
    raw = kept(ours, tmp_path)
    archive.set_aside(raw, "The publisher put out another version.")
    raw.path.write_text("edited", "utf-8")
    assert do(ours).compressed == 0
    assert raw.path.read_text("utf-8") == "edited"


def test_a_damaged_compressed_file_is_an_error_and_stays(ours: Home, tmp_path: Path) -> None:
    raw = kept(ours, tmp_path)
    archive.set_aside(raw, "The publisher put out another version.")
    do(ours)
    packed = archive.packed(raw.path)
    packed.write_bytes(packed.read_bytes()[:50])
    with pytest.raises(SourceError, match="cannot be unpacked"):
        archive.read(raw.path.parent)
    assert packed.exists()
    # Served again, it takes the place of the damaged copy.
    again, _ = archive.keep(ours, SOURCE, tmp_path / "checkbook.csv")
    archive.verify(again)


def test_a_kill_between_the_two_copies_is_healed(ours: Home, tmp_path: Path) -> None:
    raw = kept(ours, tmp_path)
    archive.set_aside(raw, "The publisher put out another version.")
    archive.packed(raw.path).write_bytes(b"half")
    (raw.path.parent.parent / ".part-1").write_bytes(b"half")
    assert do(ours).compressed == 1
    assert gzip.decompress(archive.packed(raw.path).read_bytes()) == (
        (tmp_path / "checkbook.csv").read_bytes()
    )
    assert not (raw.path.parent.parent / ".part-1").exists()


def test_staged_tables_that_no_build_reads_go(ours: Home, tmp_path: Path) -> None:
    source = load_sources(ours.source_folders)[SOURCE]
    path = tmp_path / "new.csv"
    path.write_text(csv_text([transaction("A1")]), "utf-8")
    raw, _ = archive.keep(ours, SOURCE, path)
    stage(ours, source, raw)
    used = sorted(ours.staged.rglob("*"))
    changed = source.model_copy(update={"checksum": "0" * 64})
    stage(ours, changed, raw)
    assert do(ours).removed == 2
    assert sorted(ours.staged.rglob("*")) == used
