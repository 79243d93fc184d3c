"""What changed between two publications: each kind, its cause, and that nothing of it is lost."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest import changes
from ingest.build import Built, build
from ingest.decisions import DECISION
from ingest.home import Home
from tests.federal import Row, build_of, changed, delta, full, load, transaction

pytestmark = pytest.mark.data

END = "period_of_performance_current_end_date"
CEILING = "base_and_all_options_value"
CEILING_NOW = "potential_total_value_of_award"
BEFORE, AFTER = "20250901", "20250908"
PAPER = {
    "recipient_name": "ACME PAPER", "transaction_description": "PAPER",
    "prime_award_base_transaction_description": "PAPER",
}  # fmt: skip


def week(home: Home, rows: list[Row], stamp: str, *, year: int = 2024) -> Built:
    return build_of(home, full(home.root.parent / "in" / stamp, rows, stamp=stamp, year=year))


def listed(built: Built) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return cause, amounts, values and reason by award number and kind."""
    with duckdb.connect(str(built.database), read_only=True) as con:
        rows = con.execute(
            "select split_part(purchase_id, '_', 4), kind, cause, before_amount, after_amount,"
            " before, after, because from mart.change join meta.build on to_build = build_id"
        ).fetchall()
    found = {(row[0], row[1]): row[2:] for row in rows}
    assert len(found) == len(rows), "a kind stands once for each purchase"
    return found


@pytest.fixture
def place(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def test_each_kind_of_change_is_told_with_its_cause(place: Home) -> None:
    first = [
        transaction("SAME"),
        transaction("MORE"),
        transaction("ALTERED", "50.00"),
        transaction("TAKENBACK"),
        transaction("TAKENBACK", "7.00", "2024-04-01", modification="P00001"),
        transaction("GONE"),
        transaction("ENDS", **{END: "2025-09-03"}),
        transaction("LONGER", **{END: "2026-03-01"}),
        transaction("GROWS", **{CEILING: "1000.00", CEILING_NOW: "1400.00"}),
        transaction("PAPER", **PAPER),
        transaction("RENAMED", **PAPER),
    ]
    before = week(place, first, BEFORE)
    assert listed(before) == {}
    assert not list(place.changes.glob("*")), "the first publication has nothing to compare with"
    second = [
        transaction("SAME"),
        transaction("MORE"),
        transaction("MORE", "20.00", "2024-05-01", modification="P00001"),
        transaction("ALTERED", "55.00"),
        transaction("TAKENBACK"),
        transaction("ENDS", **{END: "2025-09-03"}),
        transaction("LONGER", **{END: "2026-09-01"}),
        transaction("GROWS", **{CEILING: "1000.00", CEILING_NOW: "1500.00"}),
        transaction("PAPER", **PAPER),
        transaction("RENAMED"),
        transaction("NEW", "9.99", "2024-06-01"),
    ]
    after = week(place, second, AFTER)
    found = listed(after)
    assert set(found) == {
        ("MORE", "amount changed"),
        ("ALTERED", "amount changed"),
        ("ALTERED", "corrected by the publisher"),
        ("TAKENBACK", "amount changed"),
        ("TAKENBACK", "corrected by the publisher"),
        ("GONE", "vanished"),
        ("ENDS", "ended"),
        ("LONGER", "extended"),
        ("GROWS", "grown"),
        ("RENAMED", "newly counted"),
        ("NEW", "new purchase"),
    }
    assert {key: row[0] for key, row in found.items() if row[0] != "record"} == {
        ("ENDS", "ended"): "time"
    }
    assert found["MORE", "amount changed"][1:3] == (Decimal("100.00"), Decimal("120.00"))
    assert found["ALTERED", "corrected by the publisher"][1:3] == (50, 55)
    assert "was withdrawn" in str(found["TAKENBACK", "corrected by the publisher"][5])
    assert found["LONGER", "extended"][3:5] == ("2026-03-01", "2026-09-01")
    assert found["GROWS", "grown"][1:3] == (1400, 1500)
    assert found["RENAMED", "newly counted"][3] == "not found by any rule"
    with duckdb.connect(str(after.database), read_only=True) as con:
        assert con.execute(
            "select distinct from_build, to_build, from_date, to_date from mart.change"
        ).fetchall() == [(before.build_id, after.build_id, date(2025, 9, 1), date(2025, 9, 8))]


def test_a_decision_changes_what_counts_because_of_the_rules(place: Home) -> None:
    week(place, [transaction("A"), transaction("B")], BEFORE)
    reference = place.root / "reference"
    reference.mkdir()
    row = dict.fromkeys(DECISION, "") | {
        "purchase_id": "us_federal:CONT_AWD_A_7012_-NONE-_-NONE-", "decision": "reject",
        "reason": "a test", "decided_by": "an editor", "decided_date": "2025-09-02",
        "guard_vendor": "CLEARVIEW AI, INC.",
    }  # fmt: skip
    with (reference / "decisions.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, DECISION)
        writer.writeheader()
        writer.writerow(row)
    found = listed(build(place))
    assert set(found) == {("A", "no longer counted")}
    assert found["A", "no longer counted"][0] == "rules"
    (reference / "decisions.csv").unlink()
    # The first build again: its purchase counts anew, and the changes of both remain.
    again = build(place)
    assert {key: row[0] for key, row in listed(again).items()} == {("A", "newly counted"): "rules"}
    assert len(list(place.changes.glob("*.parquet"))) == 2


def test_an_agency_not_searched_before_is_no_news_of_the_week(place: Home) -> None:
    week(place, [transaction("OLD")], BEFORE)
    earlier = transaction("EARLIER", date="2022-11-01")
    found = listed(week(place, [earlier], BEFORE, year=2023))
    assert {key: row[0] for key, row in found.items()} == {("EARLIER", "new purchase"): "coverage"}


def test_nothing_vanishes_from_a_source_that_is_stale(place: Home) -> None:
    week(place, [transaction("KEPT"), transaction("GONE")], BEFORE)
    files = load(place, full(place.root.parent / "in", [transaction("KEPT")], stamp=AFTER))
    assert files
    memory = place.root / "fetch" / "us_federal_contracts.json"
    memory.parent.mkdir()
    memory.write_text('{"notices": [{"kind": "x", "message": "It broke.", "is_stale": true}]}')
    assert listed(build(place)) == {}


def test_a_deletion_in_a_file_of_changes_takes_the_transaction_away(place: Home) -> None:
    rows = [transaction("A"), transaction("A", "5.00", "2024-04-01", modification="P00001")]
    week(place, rows, BEFORE)
    built = build_of(place, delta(place.root.parent / "in", [changed(rows[1], "D")], stamp=AFTER))
    found = listed(built)
    assert set(found) == {("A", "amount changed"), ("A", "corrected by the publisher")}
    assert found["A", "amount changed"][1:3] == (105, 100)


def kept(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(home.changes.glob("*.parquet"))}


def test_a_rerun_changes_nothing_and_three_weeks_stay(place: Home) -> None:
    week(place, [transaction("A")], BEFORE)
    week(place, [transaction("A"), transaction("B")], AFTER)
    files = kept(place)
    assert not build(place).is_new
    assert kept(place) == files
    third = week(place, [transaction("A"), transaction("B"), transaction("C")], "20250915")
    assert len(kept(place)) == 2
    with duckdb.connect(str(third.database), read_only=True) as con:
        told = con.execute("select to_date, kind from mart.change").fetchall()
        ids = con.execute("select count(distinct change_id) from mart.change").fetchone()
    assert told == [(date(2025, 9, 8), "new purchase"), (date(2025, 9, 15), "new purchase")]
    assert ids == (2,)


def test_a_run_killed_before_the_file_was_written_loses_no_change(place: Home) -> None:
    week(place, [transaction("A")], BEFORE)
    week(place, [transaction("A"), transaction("B")], AFTER)
    whole = kept(place)
    for path in place.changes.glob("*.parquet"):
        path.unlink()
    (place.changes / ".half.parquet.1.part").write_bytes(b"half")
    assert not build(place).is_new
    assert kept(place) == whole, "the same changes make the same bytes"
    assert len(list(place.changes.iterdir())) == 1


def test_a_build_that_fails_leaves_no_file_of_changes(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    week(place, [transaction("A")], BEFORE)
    load(place, full(place.root.parent / "in", [transaction("A"), transaction("B")], stamp=AFTER))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ingest.publish.move_into_place", killed)
        with pytest.raises(KeyboardInterrupt):
            build(place)
    assert kept(place) == {}
    assert set(listed(build(place))) == {("B", "new purchase")}


def test_the_precious_files_alone_give_the_same_changes(place: Home) -> None:
    week(place, [transaction("A")], BEFORE)
    built = week(place, [transaction("A"), transaction("B")], AFTER)
    query = "select * from mart.change"
    with duckdb.connect(str(built.database), read_only=True) as con:
        rows = con.execute(query).fetchall()
    for folder in (place.build, place.published):
        for path in folder.iterdir():
            path.unlink()
    again = build(place)
    assert again.build_id == built.build_id
    with duckdb.connect(str(again.database), read_only=True) as con:
        assert con.execute(query).fetchall() == rows
    assert changes.keep_changes(place) == []


def test_a_database_of_an_older_shape_can_be_compared(place: Home) -> None:
    built = week(place, [transaction("A")], BEFORE)
    with duckdb.connect(str(built.database)) as con:
        for table in ("mart.change", "mart.correction", "core.correction"):
            con.execute(f"drop table {table}")
        con.execute("alter table mart.purchase drop column ceiling_growth_usd")
    found = listed(week(place, [transaction("A"), transaction("B")], AFTER))
    assert set(found) == {("B", "new purchase")}
