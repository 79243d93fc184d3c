"""Fetching killed at any moment: a plain rerun gives exact figures and leaves nothing half there.

From July, published, to September: two whole files fetched anew and a file of changes.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.home import Home
from tests import federal
from tests.conftest import ROOT
from tests.federal import changed, delta, full, transaction
from tests.soak.test_kills import KILLING, Figures, figures
from tests.usaspending.archive import Archive
from tests.usaspending.server import Server

pytestmark = pytest.mark.soak

MOMENTS = 20
FETCH = ["fetch", federal.SOURCE, "--fiscal-year", "2024", "--fiscal-year", "2025", "--repair"]
STEPS = [FETCH, ["build"]]


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    server = Server()
    with server.running():
        yield Archive(server)


def rows(year: int, amount: str) -> list[federal.Row]:
    chance = random.Random(year)  # noqa: S311
    return [
        transaction(
            f"Y{year}N{number}", amount, f"{year}-03-01",
            transaction_description=chance.randbytes(100).hex(),
        )
        for number in range(500)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def older(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home with July published; the server goes on to September."""
    folder = tmp_path_factory.mktemp("older")
    home = Home(folder / "home")
    whole = [full(folder, rows(year, "1.11"), year=year, stamp="20260706") for year in (2024, 2025)]
    archive.put(*whole)
    for step in STEPS:
        finish(run(archive, home, step))
    archive.take_away(*(path.name for path in whole))
    archive.put(
        *(full(folder, rows(year, "2.22"), year=year, stamp="20260906") for year in (2024, 2025))
    )
    corrected = [changed(row, "C") for row in rows(2024, "3.33")[:100]]
    gone = [changed(row, "D") for row in rows(2025, "0")[:50]]
    archive.put(delta(folder, [*corrected, *gone], stamp="20260924"))
    return home


@pytest.fixture(scope="module")
def before(older: Home) -> Figures:
    return figures(older)


@pytest.fixture(scope="module")
def after(archive: Archive, older: Home, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Return what readers see when nothing is killed."""
    home = Home(tmp_path_factory.mktemp("after") / "home")
    shutil.copytree(older.root, home.root)
    for step in STEPS:
        finish(run(archive, home, step))
    found = figures(home)
    assert len(found) == 950
    assert sum(float(str(row[1])) for row in found) == pytest.approx(850 * 2.22 + 100 * 3.33)
    return found


def run(
    archive: Archive, home: Home, args: list[str], kill: tuple[int, str] = (0, "")
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KILLING, str(kill[0]), kill[1], *args],
        cwd=ROOT,
        env={**os.environ, **archive.server.settings, "WHOBUYS_HOME": str(home.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for a command that must end well; return how many renames it made."""
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return int(errors.rpartition("renames: ")[2])


def heals(archive: Archive, home: Home, after: Figures) -> None:
    """Run everything again, plainly: exact figures, and no half file anywhere."""
    for step in STEPS:
        finish(run(archive, home, step))
    assert figures(home) == after
    left = [
        str(path.relative_to(home.root))
        for path in home.root.rglob("*")
        if ".part" in path.name or path.name == ".incoming" or path.suffix == ".wal"
    ]
    assert left == []
    assert len(list(home.raw.rglob("receipt.json"))) == 5


def test_killed_before_and_after_every_rename_of_a_fetch(
    archive: Archive, older: Home, before: Figures, after: Figures, tmp_path: Path
) -> None:
    counted = Home(tmp_path / "counted")
    shutil.copytree(older.root, counted.root)
    count = finish(run(archive, counted, FETCH))
    assert count >= 3 * 5, "of each file: what is coming, its name, raw, staged, manifest"
    for at in range(1, count + 1):
        for when in ("before", "after"):
            print(f"killed {when} rename {at} of {count}")  # noqa: T201
            home = Home(tmp_path / f"{at}-{when}")
            shutil.copytree(older.root, home.root)
            killed = run(archive, home, FETCH, (at, when))
            killed.communicate(timeout=300)
            assert killed.returncode == -signal.SIGKILL
            assert figures(home) in (before, after)
            heals(archive, home, after)
            shutil.rmtree(home.root)


@pytest.mark.parametrize("seed", range(1, MOMENTS + 1))
def test_a_fetch_killed_at_any_moment(
    archive: Archive, older: Home, before: Figures, after: Figures, tmp_path: Path, seed: int
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(older.root, home.root)
    delay = random.Random(seed).uniform(0.3, 4.0)  # noqa: S311
    print(f"seed {seed}: killed after {delay:.2f} s")  # noqa: T201
    running = run(archive, home, FETCH)
    time.sleep(delay)
    running.kill()
    running.communicate(timeout=300)
    assert figures(home) in (before, after)
    heals(archive, home, after)
