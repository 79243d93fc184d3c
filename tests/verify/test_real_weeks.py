"""Four weeks cut from a real year: each publication tells the changes that two inputs show."""

import csv
import io
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.build import build
from ingest.home import Home
from tests.federal import Row, full, load

pytestmark = pytest.mark.verify

ARCHIVE = "FY2025_070_Contracts_Full_20251006.zip"
# Weeks end on these days; the file of the year is cut there.
WEEKS = ("2025-09-07", "2025-09-14", "2025-09-21", "2025-09-28")
# Their records count whatever the words: what happens to a row of theirs is told.
VENDORS = ("MAGNET FORENSICS", "CHAINALYSIS", "TRM LABS", "CELLEBRITE", "SAYARI", "AXON")
Sums = dict[str, dict[str, tuple[Decimal, str]]]


def rows_of(shared: Path) -> list[Row]:
    with zipfile.ZipFile(shared / "real" / "usaspending_archive" / ARCHIVE) as archive:
        (name,) = archive.namelist()
        text = io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text))


def weeks(rows: list[Row]) -> list[list[Row]]:
    """Cut the year by action date; one row comes late, one is corrected, one is deleted."""
    cut = [[row for row in rows if row["action_date"] <= day] for day in WEEKS]
    theirs = (row for row in cut[0] if row["recipient_name"].startswith(VENDORS))
    early = sorted(theirs, key=lambda row: row["contract_transaction_unique_key"])
    late, wrong, gone = early[0], early[len(early) // 2], early[-1]
    held = [
        [row for row in week if row is not late or number >= 2] for number, week in enumerate(cut)
    ]
    held[2] = [
        {**row, "federal_action_obligation": "1.00"} if row is wrong else row for row in held[2]
    ]
    held[3] = [row for row in held[3] if row is not gone]
    return held


def sums(rows: list[Row]) -> Sums:
    found: Sums = defaultdict(dict)
    for row in rows:
        key = "us_federal:" + row["contract_award_unique_key"].upper()
        found[key][row["contract_transaction_unique_key"].upper()] = (
            Decimal(row["federal_action_obligation"] or 0), row["action_date"],
        )  # fmt: skip
    return found


def expected(was: Sums, now: Sums, counted: set[str]) -> set[tuple[str, str]]:
    """Compare two inputs on their own: no code of ours, and only purchases that count."""
    found = set()
    for key in (was.keys() | now.keys()) & counted:
        before, after = was.get(key), now.get(key)
        if before is None:
            found.add((key, "new purchase"))
        elif after is None:
            found.add((key, "vanished"))
        else:
            if sum(a for a, _ in before.values()) != sum(a for a, _ in after.values()):
                found.add((key, "amount changed"))
            if any(after.get(one) != moved for one, moved in before.items()):
                found.add((key, "corrected by the publisher"))
    return found


def test_four_real_weeks_tell_what_an_independent_comparison_finds(
    shared: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    was: Sums = {}
    counted: set[str] = set()
    told: dict[str, int] = defaultdict(int)
    for day, rows in zip(WEEKS, weeks(rows_of(shared)), strict=True):
        stamp = day.replace("-", "")
        load(home, full(tmp_path / stamp, rows, year=2025, stamp=stamp))
        built = build(home)
        assert built.failures == {}, "no guard trips on an ordinary week"
        with duckdb.connect(str(built.database), read_only=True) as con:
            counted |= {
                row[0]
                for row in con.execute(
                    "select purchase_id from mart.purchase where is_counted"
                ).fetchall()
            }
            changes = con.execute(
                "select purchase_id, kind from mart.change join meta.build on to_build = build_id"
            ).fetchall()
        now = sums(rows)
        if was:
            assert len(set(changes)) == len(changes)
            assert set(changes) == expected(was, now, counted), day
        assert not build(home).is_new, "a rerun changes nothing"
        for _, kind in changes:
            told[kind] += 1
        was = now
    assert set(told) >= {"new purchase", "amount changed", "corrected by the publisher"}, told
    assert len(list(home.changes.glob("*.parquet"))) == len(WEEKS) - 1
