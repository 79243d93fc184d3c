"""Real records, fetched: the same figures, to the cent, as the files added by hand."""

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.build import build
from ingest.fetch import Asked
from ingest.home import Home
from tests import federal
from tests.federal import changed, csv_text, delta
from tests.usaspending.archive import Archive, fetched

pytestmark = pytest.mark.verify

YEARS = (2021, 2022, 2023, 2024, 2025)
KEY, MONEY = "contract_transaction_unique_key", "federal_action_obligation"
Figures = list[tuple[object, ...]]
AUTUMN = date(2025, 10, 20)


@pytest.fixture(scope="module")
def zips(shared: Path) -> list[Path]:
    return sorted((shared / "real" / "usaspending_archive").glob("*.zip"))


def figures(home: Home) -> Figures:
    """Build, and return every purchase that readers see."""
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        return connection.execute(
            "select purchase_id, amount_usd, transactions, status from mart.purchase order by all"
        ).fetchall()


def total(home: Home) -> tuple[Decimal, int]:
    """Build, and return the sum and the number of all transactions."""
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        found = connection.execute("select sum(amount), count(*) from core.transaction").fetchone()
    assert found
    return found


def get(home: Home, today: date = AUTUMN, *, repair: bool = False) -> list[str]:
    result = fetched(home, Asked(("070",), YEARS, repair), today)
    assert result.failure is None
    return result.files


def rows(path: Path) -> Iterator[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                yield from csv.DictReader(io.TextIOWrapper(member, encoding="utf-8", newline=""))


@pytest.fixture
def by_hand(zips: list[Path], tmp_path: Path) -> Home:
    home = Home(tmp_path / "by-hand")
    federal.load(home, *zips)
    return home


@pytest.mark.parametrize("every", [0, 7])
def test_fetched_and_added_by_hand_give_the_same_figures_faults_or_not(
    archive: Archive, zips: list[Path], by_hand: Home, tmp_path: Path, every: int
) -> None:
    archive.put(*zips)
    archive.server.faults.every = every
    home = Home(tmp_path / "home")
    assert len(get(home)) == 5
    assert total(home) == total(by_hand)
    assert figures(home) == figures(by_hand)
    assert get(home) == []
    assert not build(home).is_new


def test_changes_to_real_records_are_exact(
    archive: Archive, zips: list[Path], tmp_path: Path
) -> None:
    archive.put(*zips)
    home = Home(tmp_path / "home")
    get(home)
    # Of the whole year, as a plain reading of the files has it.
    real: dict[str, dict[str, str]] = {}
    for path in zips:
        real |= {row[KEY].upper(): row for row in rows(path)}
    assert total(home) == (sum(Decimal(row[MONEY]) for row in real.values()), len(real))
    chance = random.Random(20251106)  # noqa: S311
    touched = chance.sample(sorted(real), 300)
    out = []
    for number, key in enumerate(touched):
        row = real[key]
        if number % 3 == 0:
            out.append(changed(row, "D"))
            del real[key]
        else:
            row[MONEY] = str(Decimal(row[MONEY]) + Decimal("0.01") * number)
            given = {**row, KEY: row[KEY].lower() if number % 2 else row[KEY]}
            out.append(changed(given, "C"))
    archive.put(delta(tmp_path, out, stamp="20251106"))
    assert len(get(home, date(2025, 11, 20))) == 1
    assert total(home) == (sum(Decimal(row[MONEY]) for row in real.values()), len(real))


def test_a_header_of_the_real_archive_and_no_rows_is_kept_out(
    archive: Archive, zips: list[Path], tmp_path: Path
) -> None:
    archive.put(*zips)
    home = Home(tmp_path / "home")
    get(home)
    before = total(home)
    name = "FY(All)_070_Contracts_Delta_20251106"
    archive.put(
        federal.write_zip(tmp_path / f"{name}.zip", {f"{name}_1.csv": csv_text([], federal.H299)})
    )
    assert get(home, date(2025, 11, 20)) == []
    assert total(home) == before
