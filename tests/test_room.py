"""Disks that fill up and what killed runs leave: said in words, and tidied up."""

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from ingest import members, publish, room
from ingest.home import Home
from ingest.refresh_report import Report
from tests.conftest import Whobuys
from tests.federal import full, transaction


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        sqlite3.OperationalError("database or disk is full"),
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        duckdb.OutOfMemoryException("This limit was set by the 'max_temp_directory_size' setting."),
    ],
)
def test_a_full_disk_is_told_with_what_can_go(home: Path, error: Exception) -> None:
    ours = Home(home)
    ours.staged.mkdir()
    (ours.staged / "a.parquet").write_bytes(bytes(1_500_000))
    said = room.sentence(error, ours)
    assert said.startswith("The disk is full: ")
    assert "Nothing was lost." in said
    assert f"1.5 MB in {ours.staged}" in said


def test_what_is_no_full_disk_is_told_as_what_it_is(home: Path) -> None:
    denied = PermissionError(errno.EACCES, "Permission denied", "/srv/x")
    assert room.sentence(denied, Home(home)).startswith("Permission denied (/srv/x).")
    assert "disk is full" not in room.sentence(duckdb.IOException("IO Error: gone"), Home(home))


def test_a_zip_that_would_not_fit_is_no_fault_of_the_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its source is neither kept out nor left out: the run ends, and the next one reads it."""
    path = full(tmp_path, [transaction("A1")])
    monkeypatch.setattr(members.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(room.NoRoomError, match=r"bytes to unpack, and .* has 10 left"):
        next(members.tables("us_federal_contracts", path, tmp_path))


def test_a_report_of_what_was_published_says_what_is_still_to_do() -> None:
    report = Report.model_validate({"began_at": "2026-11-22T05:00:00Z", "unfinished": "No room."})
    assert report.exit_code == 1
    assert "Not finished, and done by the next run: No room." in report.summary()


def test_what_a_killed_run_left_goes_and_what_another_writes_stays(home: Path) -> None:
    ours = Home(home)
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    left = [
        ours.build / f".a-b.parquet.{ended.stdout.strip()}.part",
        ours.raw / "us_x" / "abc" / f".set_aside.json.{ended.stdout.strip()}.part",
        *(ours.root / name / f".x.json.{ended.stdout.strip()}.part"
          for name in ("fetch", "guards", "reports", "reference", "sources")),
    ]  # fmt: skip
    stays = [
        ours.root / "fetch" / f".x.json.{os.getppid()}.part",
        ours.raw / "us_x" / ".incoming" / "large.zip.part",
    ]
    for path in (*left, *stays):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    publish.remove_leftovers(ours)
    assert [path for path in (*left, *stays) if path.exists()] == stays
    # A file that two patterns find is removed once.
    publish.remove_leftovers(ours)


def test_a_home_that_cannot_be_written_to_is_told(home: Path, whobuys: Whobuys) -> None:
    (home / "build").write_text("a file where a folder has to be")
    ended = whobuys("build", WHOBUYS_HOME=str(home))
    assert ended.returncode == 2
    assert "Nothing was done. " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_published_by_a_clock_set_back_is_the_newest_and_stays(home: Path) -> None:
    ours = Home(home)
    ours.build.mkdir()
    for number in range(6):
        part = ours.build / f"whobuys-b{number}.part"
        part.write_bytes(b"database")
        if number < 3:
            # Those before were made by a clock that was a day ahead.
            tomorrow = part.stat().st_mtime + 86_400 + number
            os.utime(part, (tomorrow, tomorrow))
        publish.move_into_place(ours, part, part.with_suffix(".duckdb"), f"b{number}")
        publish.keep_the_last(ours)
        kept = sorted(path.stem for path in ours.build.glob("*.duckdb"))
        assert kept == [f"whobuys-b{n}" for n in range(max(0, number - 2), number + 1)]
