"""The raw archive: bytes as they came, written once, each with a receipt."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import archive
from ingest.add import add
from ingest.errors import DeclarationError, SourceError
from ingest.files import write_whole
from ingest.home import Home
from tests import federal

WHEN = datetime(2026, 3, 3, 12, 30, tzinfo=UTC)


@pytest.fixture
def ours(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return federal.write_csv(tmp_path / "given" / "ice.csv", [federal.transaction()])


def test_bytes_are_kept_as_they_came_with_a_receipt(ours: Home, table: Path) -> None:
    raw, is_new = archive.keep(
        ours, "s", table, url="https://example.org/ice.csv", headers={"ETag": "x"}, fetched_at=WHEN
    )
    assert is_new
    assert raw.path.read_bytes() == table.read_bytes()
    assert raw.receipt == archive.Receipt(
        source_id="s",
        file_name="ice.csv",
        sha256=hashlib.sha256(table.read_bytes()).hexdigest(),
        bytes=table.stat().st_size,
        url="https://example.org/ice.csv",
        headers={"ETag": "x"},
        fetched_at=WHEN,
    )
    assert list(archive.kept(ours)) == [raw]


def test_the_same_bytes_are_kept_once_under_the_name_they_first_had(
    ours: Home, table: Path
) -> None:
    first, _ = archive.keep(ours, "s", table)
    again = table.rename(table.with_name("renamed.csv"))
    second, is_new = archive.keep(ours, "s", again)
    assert not is_new
    assert second == first
    assert len(list(archive.kept(ours))) == 1


def test_the_same_bytes_belong_to_each_source_that_has_them(ours: Home, table: Path) -> None:
    archive.keep(ours, "one", table)
    archive.keep(ours, "two", table)
    assert [raw.receipt.source_id for raw in archive.kept(ours)] == ["one", "two"]
    assert [raw.receipt.source_id for raw in archive.kept(ours, "two")] == ["two"]


def test_a_copy_that_fails_half_way_leaves_nothing(
    ours: Home, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_origin: Path, destination: Path) -> tuple[str, int]:
        destination.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "copy_with_checksum", full_disk)
    with pytest.raises(OSError, match="No space"):
        archive.keep(ours, "s", table)
    assert list(archive.kept(ours)) == []
    assert list((ours.raw / "s").iterdir()) == []


def test_a_raw_file_that_is_gone_is_named_with_its_repair(ours: Home, table: Path) -> None:
    raw, _ = archive.keep(ours, "s", table)
    raw.path.unlink()
    with pytest.raises(SourceError, match=r"ice\.csv is gone from .* add the file again"):
        archive.read(raw.path.parent)


def test_an_unreadable_receipt_is_named_with_its_repair(ours: Home, table: Path) -> None:
    raw, _ = archive.keep(ours, "s", table)
    (raw.path.parent / archive.RECEIPT).write_text('{"source_id": "s"', "utf-8")
    with pytest.raises(SourceError, match="receipt") as refused:
        archive.read(raw.path.parent)
    assert str(raw.path.parent) in str(refused.value)


def test_bytes_that_changed_since_they_came_are_not_believed(ours: Home, table: Path) -> None:
    raw, _ = archive.keep(ours, "s", table)
    archive.verify(raw)
    raw.path.write_bytes(raw.path.read_bytes().replace(b"100.00", b"900.00"))
    with pytest.raises(SourceError, match=r"ice\.csv is no longer what it was"):
        archive.verify(raw)


def test_a_file_named_like_the_receipt_does_not_take_its_place(ours: Home, table: Path) -> None:
    with pytest.raises(SourceError, match="Rename it"):
        archive.keep(ours, "s", table.rename(table.with_name(archive.RECEIPT)))
    assert list(archive.kept(ours)) == []


def test_files_of_one_second_are_told_apart_by_the_next(ours: Home, tmp_path: Path) -> None:
    came = []
    for number in range(3):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"a\n{number}\n", "utf-8")
        came.append(archive.keep(ours, "s", path)[0].receipt.fetched_at)
    assert came == sorted(set(came))


def test_adding_twice_keeps_and_stages_once(ours: Home, table: Path) -> None:
    first = add(ours, table, federal.SOURCE)
    staged = {path: path.stat().st_mtime_ns for path in ours.staged.rglob("*") if path.is_file()}
    second = add(ours, table, federal.SOURCE)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.manifest == second.manifest
    assert staged == {
        path: path.stat().st_mtime_ns for path in ours.staged.rglob("*") if path.is_file()
    }
    assert len(list(archive.kept(ours))) == 1


def test_a_file_that_is_not_there_is_named(ours: Home, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no file .*missing\.zip\. Check the path"):
        add(ours, tmp_path / "missing.zip", federal.SOURCE)
    with pytest.raises(SourceError, match="there is no file"):
        add(ours, tmp_path, federal.SOURCE)


def test_an_unknown_source_keeps_nothing(ours: Home, table: Path) -> None:
    with pytest.raises(DeclarationError, match=r"Did you mean us_federal_contracts\?"):
        add(ours, table, "us_federal_contract")
    assert not ours.root.exists()


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "current.json"
    write_whole(path, b"old")

    def power_cut(_self: Path, _target: Path) -> Path:
        raise OSError("power cut")

    monkeypatch.setattr(Path, "replace", power_cut)
    with pytest.raises(OSError, match="power cut"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
