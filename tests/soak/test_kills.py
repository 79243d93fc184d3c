"""Runs killed at any moment: readers see the build before or the one after, and a rerun heals."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from tests import federal
from tests.conftest import ROOT
from tests.federal import csv_text, transaction, write_zip

pytestmark = pytest.mark.soak

MOMENTS = 20
# Kills itself before or after its nth rename, and says how many there were when it lives.
KILLING = """
import os, signal, sys
at, when, sys.argv = int(sys.argv[1]), sys.argv[2], ["whobuys", *sys.argv[3:]]
seen = 0
def killing(rename):
    def renamed(*args, **kwargs):
        global seen
        seen += 1
        if seen == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        rename(*args, **kwargs)
        if seen == at and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
    return renamed
os.rename, os.replace = killing(os.rename), killing(os.replace)
from ingest.cli import app
try:
    app()
finally:
    print("renames:", seen, file=sys.stderr)
"""
Figures = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of two members and 6,000 transactions of 1,000 purchases."""
    rows = [
        transaction(
            f"A{number}", f"{number}.{modification:02}", modification=str(modification),
            date=f"2024-0{modification + 1}-01",
        )
        for number in range(1_000)
        for modification in range(6)
    ]  # fmt: skip
    name = "FY2024_070_Contracts_Full_20251006"
    return write_zip(
        tmp_path_factory.mktemp("given") / f"{name}.zip",
        {f"{name}_1.csv": csv_text(rows[:4_000]), f"{name}_2.csv": csv_text(rows[4_000:])},
    )


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home with an older build published, to be copied."""
    folder = tmp_path_factory.mktemp("older")
    home = Home(folder / "home")
    rows = [transaction("A1", "5.55"), transaction("GONE", "1")]
    federal.build_of(home, federal.full(folder, rows, stamp="20250906"))
    return home


@pytest.fixture
def home(older: Home, tmp_path: Path) -> Home:
    copy = Home(tmp_path / "home")
    shutil.copytree(older.root, copy.root)
    return copy


@pytest.fixture(scope="module")
def before(older: Home) -> Figures:
    return figures(older)


@pytest.fixture(scope="module")
def after(older: Home, newer: Path, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Return what readers see when nothing is killed."""
    home = Home(tmp_path_factory.mktemp("after") / "home")
    shutil.copytree(older.root, home.root)
    federal.build_of(home, newer)
    found = figures(home)
    assert len(found) == 1_000
    assert sum(Decimal(str(row[1])) for row in found) == sum(
        Decimal(f"{number}.{modification:02}")
        for number in range(1_000)
        for modification in range(6)
    )
    return found


def figures(home: Home) -> Figures:
    """Return what a reader sees, and check that it hangs together."""
    database = home.published_database()
    assert database, "nothing is published"
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("select build_id from meta.build").fetchone() == (
            json.loads(home.pointer.read_text("utf-8"))["build_id"],
        )
        return connection.execute(
            "select purchase_id, amount_usd, transactions from mart.purchase order by all"
        ).fetchall()


def command(
    home: Home, *args: str | Path, kill: tuple[int, str] = (0, "")
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KILLING, str(kill[0]), kill[1], *map(str, args)],
        cwd=ROOT,
        env={**os.environ, "WHOBUYS_HOME": str(home.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for a command that must end well; return how many renames it made."""
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return int(errors.rpartition("renames: ")[2])


def steps(newer: Path) -> list[list[str | Path]]:
    return [["add", newer, "--source", federal.SOURCE], ["build"]]


def heals(home: Home, newer: Path, after: Figures) -> None:
    """Run everything again, plainly: exact figures, and no half file anywhere."""
    for args in steps(newer):
        finish(command(home, *args))
    assert figures(home) == after
    left = [
        str(path.relative_to(home.root))
        for path in home.root.rglob("*")
        if ".part" in path.name or path.name.startswith(".spill") or path.suffix == ".wal"
    ]
    assert left == []
    kept = {path.parent.name for path in home.raw.rglob("receipt.json")}
    assert len(kept) == 2


def test_killed_before_and_after_every_rename(
    older: Home, newer: Path, before: Figures, after: Figures, tmp_path: Path
) -> None:
    counted = Home(tmp_path / "counted")
    shutil.copytree(older.root, counted.root)
    renames = [finish(command(counted, *args)) for args in steps(newer)]
    assert renames[0] >= 4, "two members, their manifest and the raw file"
    assert renames[1] >= 2, "the database and the pointer"
    published = 0
    for step, count in enumerate(renames):
        for at in range(1, count + 1):
            for when in ("before", "after"):
                print(f"{steps(newer)[step][0]}: killed {when} rename {at} of {count}")  # noqa: T201
                home = Home(tmp_path / f"{step}-{at}-{when}")
                shutil.copytree(older.root, home.root)
                for args in steps(newer)[:step]:
                    finish(command(home, *args))
                killed = command(home, *steps(newer)[step], kill=(at, when))
                killed.communicate(timeout=300)
                assert killed.returncode == -signal.SIGKILL
                seen = figures(home)
                assert seen in (before, after)
                published += seen == after
                heals(home, newer, after)
                shutil.rmtree(home.root)
    # Only after the last rename, that of the pointer, is the new build there.
    assert published == 1


@pytest.mark.parametrize("seed", range(1, MOMENTS + 1))
def test_killed_at_any_moment(
    home: Home, newer: Path, before: Figures, after: Figures, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    step = chance.randrange(2)
    for args in steps(newer)[:step]:
        finish(command(home, *args))
    # A command takes about two seconds; most of the first is spent importing.
    delay = chance.uniform(0.3, 3.0)
    print(f"seed {seed}: {steps(newer)[step][0]} killed after {delay:.2f} s")  # noqa: T201
    running = command(home, *steps(newer)[step])
    time.sleep(delay)
    running.kill()
    running.communicate(timeout=300)
    assert figures(home) in (before, after)
    heals(home, newer, after)
