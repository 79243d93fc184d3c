"""Which row counts where several files speak of the same money (DESIGN, rulings 1, 2 and 5).

One home holds every case, each under a department of its own, so that one build answers all.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import archive
from ingest.build import Built, build
from ingest.home import Home
from tests import federal
from tests.federal import changed, delta, full, older, summary, transaction, write_csv

pytestmark = pytest.mark.data

STARTER = "us_federal_starter"
JANUARY, FEBRUARY, MARCH, APRIL = "20250106", "20250206", "20250306", "20250406"
Given = tuple[str, Path]


class OneMoment(datetime):
    """A clock that stands still: when files came in is not what these tests are about."""

    @classmethod
    def now(cls, tz: Any = None) -> "OneMoment":
        return cls(2026, 3, 3, 12, 0, tzinfo=tz or UTC)


def rows_of(department: str) -> Callable[..., federal.Row]:
    def row(number: str, amount: str, date: str = "2024-03-01", **more: str) -> federal.Row:
        return transaction(
            number, amount, date, department=department, agency=f"{department}0", **more
        )

    return row


def vanished(folder: Path) -> Iterator[Path]:
    row = rows_of("301")
    yield full(folder, [row("A1", "10"), row("GONE", "5")], agency="301", stamp=JANUARY)
    yield full(folder, [row("LASTYEAR", "7", "2023-09-30")], agency="301", year=2023, stamp=JANUARY)
    yield full(folder, [row("A1", "12"), row("NEW", "3")], agency="301", stamp=FEBRUARY)
    # Another agency's older file of the same year.
    yield full(folder, [rows_of("302")("OTHER", "1")], agency="302", stamp=JANUARY)


def all_agencies(folder: Path) -> Iterator[Path]:
    one, two, day = rows_of("303"), rows_of("304"), "2010-03-01"
    yield full(folder, [one("X1", "1", day), one("GONE", "2", day)], agency="303", year=2010,
               stamp=JANUARY)  # fmt: skip
    yield full(folder, [one("X1", "10", day), two("Y1", "3", day), two("GONE", "4", day)],
               agency="All", year=2010, stamp=MARCH)  # fmt: skip
    yield full(folder, [two("Y1", "30", day)], agency="304", year=2010, stamp=APRIL)


def two_parts(folder: Path) -> Iterator[Path]:
    row = rows_of("305")
    for part, number in enumerate(("P1", "P2"), start=1):
        path = full(folder / str(part), [row(number, "1.5")], agency="305", stamp=JANUARY)
        yield path.rename(path.with_name(f"{path.stem}_{part}.zip"))


def changes(folder: Path) -> Iterator[Path]:
    row = rows_of("306")
    yield full(
        folder,
        [row("K1", "10"), row("K2", "20"), row("K3", "30"), row("K5", "50")],
        agency="306",
        stamp=JANUARY,
    )
    corrected = row("K1", "11")
    # Deltas have been seen with keys in another case than the full file's.
    for key in ("contract_transaction_unique_key", "contract_award_unique_key"):
        corrected[key] = corrected[key].lower()
    yield delta(
        folder,
        [
            changed(corrected, "C"),
            changed(row("K2", "20"), "D"),
            changed(row("K3", "30"), "D"),
            changed(row("UNKNOWN", "1"), "D"),
            changed(row("K4", "40")),
        ],
        agency="306",
        stamp=FEBRUARY,
    )
    yield delta(
        folder,
        [changed(row("K1", "12"), "C"), changed(row("K3", "33"))],
        agency="306",
        stamp=MARCH,
    )


def changes_already_included(folder: Path) -> Iterator[Path]:
    row = rows_of("307")
    yield delta(
        folder,
        [changed(row("L1", "99"), "C"), changed(row("L2", "0"), "D"), changed(row("L9", "9"))],
        agency="307",
        stamp="20241206",
    )
    yield delta(folder, [changed(row("L1", "77"), "C")], agency="307", stamp=JANUARY)
    yield full(folder, [row("L1", "10"), row("L2", "20")], agency="307", stamp=JANUARY)


def downloads(folder: Path) -> Iterator[Path]:
    row = rows_of("308")
    name = "Contracts_PrimeTransactions_{}_H10M11S12_1.csv"
    yield write_csv(folder / name.format("2024-12-06"), [row("M1", "9"), row("M8", "8")])
    yield full(folder, [row("M1", "10"), row("M2", "20")], agency="308", stamp=JANUARY)
    yield write_csv(folder / name.format("2025-02-06"), [row("M1", "11"), row("M3", "3")])


def moved_to_another_year(folder: Path) -> Iterator[Path]:
    row = rows_of("310")
    yield full(folder, [row("Z1", "10", "2024-09-30")], agency="310", stamp=JANUARY)
    yield full(folder, [row("Z1", "10", "2024-10-01")], agency="310", year=2025, stamp=FEBRUARY)


def repeated_in_one_file(folder: Path) -> Iterator[Path]:
    row = rows_of("311")
    yield full(
        folder,
        [row("R1", "1"), row("R2", "2"), row("R1", "5"), row("R2", "2")],
        agency="311",
        stamp=JANUARY,
    )


def older_layout(folder: Path) -> Iterator[Path]:
    row = rows_of("312")
    yield write_csv(
        folder / "download_2020-01-01.csv",
        [older(row("V1", "1", "2013-03-01", parent="GS1", parent_agency="4730"))],
        federal.H259,
    )
    yield full(
        folder,
        [row("V1", "2", "2013-03-01", parent="GS1", parent_agency="4730")],
        agency="312",
        year=2013,
        stamp=JANUARY,
    )


def summaries(folder: Path) -> Iterator[Path]:
    row = rows_of("309")
    yield full(folder, [row("T1", "30")], agency="309", stamp=JANUARY)
    both = [
        summary("T1", "500", awarding_agency_code="309", awarding_sub_agency_code="3090",
                contract_award_unique_key=federal.award_key("T1", "3090")),
        summary("T2", "600", awarding_agency_code="309", awarding_sub_agency_code="3090",
                contract_award_unique_key=federal.award_key("T2", "3090")),
    ]  # fmt: skip
    name = "Contracts_PrimeAwardSummaries_{}_H10M11S12_1.csv"
    yield write_csv(folder / name.format("2025-02-06"), both, federal.H286)
    both[1]["total_obligated_amount"] = "650"
    del both[0]
    kept = [{k: v for k, v in row.items() if k in federal.H279} for row in both]
    yield write_csv(folder / name.format("2025-03-06"), kept, federal.H279)


def starter(folder: Path) -> Iterator[Path]:
    header = (federal.ROOT / "data" / "starter" / f"{STARTER}_2026-08-20.csv").open().readline()
    rows = [
        {key: value for key, value in row.items() if key in header}
        for row in (
            transaction("S1", "111.11", "2023-10-01"),
            transaction("S2", "222", "2024-09-30"),
            transaction("S3", "333", "2023-09-30"),
            transaction("S4", "444", "2024-10-01"),
        )
    ]
    yield write_csv(folder / f"{STARTER}_2026-08-20.csv", rows, header.strip().split(","))
    # Older by its stamp than the starter, and yet it counts.
    yield full(folder, [transaction("S1", "1", "2023-10-01")], stamp=JANUARY)


CASES = (
    vanished, all_agencies, two_parts, changes, changes_already_included, downloads,
    moved_to_another_year, repeated_in_one_file, older_layout, summaries, starter,
)  # fmt: skip


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[Given]:
    """Return every file of every case, with its source."""
    return [
        (STARTER if path.name.startswith(STARTER) else federal.SOURCE, path)
        for case in CASES
        for path in case(tmp_path_factory.mktemp(case.__name__))
    ]


def built_from(home: Home, files: list[Given]) -> Built:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "moment_of_its_own", lambda *_: OneMoment.now())
        for source, path in files:
            federal.load(home, path, source=source)
    return build(home)


@pytest.fixture(scope="module")
def built(given: list[Given], tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return the build of everything, in the order of the cases."""
    return built_from(Home(tmp_path_factory.mktemp("home")), given)


@pytest.fixture(scope="module")
def ledger(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        yield connection


def money(ledger: duckdb.DuckDBPyConnection, department: str) -> dict[str, Decimal]:
    """Return the transactions that count of one department, by the number of their award."""
    rows = ledger.execute(
        "select award_number, core.transaction.amount from core.transaction"
        " join core.purchase using (purchase_id) where department_code = ? order by all",
        [department],
    ).fetchall()
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def test_a_newer_full_file_replaces_its_agency_and_year_vanished_rows_included(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert money(ledger, "301") == {"A1": 12, "NEW": 3, "LASTYEAR": 7}
    assert money(ledger, "302") == {"OTHER": 1}


def test_a_vanished_purchase_is_nowhere(ledger: duckdb.DuckDBPyConnection) -> None:
    for table in ("core.purchase", "mart.purchase"):
        assert ledger.execute(
            f"select count(*) from {table} where award_number in ('GONE', 'L9', 'M8')"
        ).fetchone() == (0,)


def test_a_file_of_all_agencies_and_one_of_an_agency_replace_each_other_by_stamp(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert money(ledger, "303") == {"X1": 10}
    assert money(ledger, "304") == {"Y1": 30}


def test_parts_of_one_stamp_stand_side_by_side(ledger: duckdb.DuckDBPyConnection) -> None:
    assert money(ledger, "305") == {"P1": Decimal("1.5"), "P2": Decimal("1.5")}


def test_changes_apply_in_the_order_of_their_stamps(ledger: duckdb.DuckDBPyConnection) -> None:
    assert money(ledger, "306") == {"K1": 12, "K3": 33, "K4": 40, "K5": 50}


def test_changes_that_a_full_file_includes_are_over(ledger: duckdb.DuckDBPyConnection) -> None:
    assert money(ledger, "307") == {"L1": 10, "L2": 20}


def test_a_download_adds_and_updates_and_takes_nothing_away(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert money(ledger, "308") == {"M1": 11, "M2": 20, "M3": 3}


def test_a_transaction_moved_to_another_year_counts_once(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert money(ledger, "310") == {"Z1": 10}
    assert ledger.execute(
        "select date, fiscal_year from core.transaction where transaction_id like '%_Z1_%'"
    ).fetchall() == [(date(2024, 10, 1), 2025)]


def test_of_a_key_repeated_in_a_file_the_later_row_counts_and_is_an_issue(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert money(ledger, "311") == {"R1": 5, "R2": 2}
    assert ledger.execute(
        "select raw_row, value from meta.issue where kind = 'key repeated'"
    ).fetchall() == [(4, "3110_-NONE-_R1_0_-NONE-_0")]


def test_the_older_layout_and_the_archive_speak_of_the_same_purchase(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert money(ledger, "312") == {"V1": 2}


def test_a_total_for_life_yields_to_transactions_and_only_there(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    rows = ledger.execute(
        "select award_number, amount_scope, amount_usd, lifetime_usd, transactions, window_start"
        " from mart.purchase where agency_code = '3090' order by 1"
    ).fetchall()
    assert rows == [
        ("T1", "window", 30, 500, 1, date(2023, 10, 1)),
        ("T2", "lifetime", 650, 650, 0, None),
    ]
    assert ledger.execute(
        "select count(*) from mart.transaction where purchase_id like '%_T2_%'"
    ).fetchone() == (0,)


def test_the_starter_yields_by_agency_and_year_and_adds_nothing_twice(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    # The archive holds fiscal year 2024 of this agency: S2 is not in it, so it is gone.
    assert money(ledger, "070") == {"S1": 1, "S3": 333, "S4": 444}
    assert ledger.execute(
        "select award_number, source_id from core.purchase where department_code = '070' order by 1"
    ).fetchall() == [("S1", federal.SOURCE), ("S3", STARTER), ("S4", STARTER)]


def test_every_staged_row_is_counted_replaced_or_deleted(
    ledger: duckdb.DuckDBPyConnection, given: list[Given]
) -> None:
    (rows,) = ledger.execute("select sum(rows) from core.file").fetchone() or (0,)
    (tables,) = ledger.execute("select count(*) from core.file").fetchone() or (0,)
    assert tables == len(given)
    # Four of the rows are award summaries.
    assert rows == 54
    assert ledger.execute("select count(*) from core.transaction").fetchone() == (25,)


def everything(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, sorted, but for the time of the build itself."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name, string_agg(column_name, ', ')"
            " from information_schema.columns where column_name <> 'built_at'"
            " group by all order by all"
        ).fetchall()
        return {
            table: sorted(connection.execute(f"select {names} from {table}").fetchall(), key=repr)
            for table, names in tables
        }


def test_the_same_files_in_any_order_of_adding_give_the_same_rows(
    built: Built, given: list[Given], tmp_path: Path
) -> None:
    expected = everything(built.database)
    assert {"core.transaction", "core.purchase", "mart.purchase", "mart.denominator"} <= set(
        expected
    )
    shuffled = random.Random(1).sample(given, len(given))  # noqa: S311
    again = built_from(Home(tmp_path / "home"), shuffled)
    assert again.build_id == built.build_id
    found = everything(again.database)
    for table, rows in expected.items():
        assert found[table] == rows, table


def test_the_same_file_added_twice_changes_nothing(given: list[Given], tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = built_from(home, given[:4])
    second = built_from(home, given[:4] * 2)
    assert (second.build_id, second.is_new) == (first.build_id, False)
    assert second.transactions == first.transactions == 4


def test_a_file_not_known_before_is_its_own_in_a_home_that_has_others(
    given: list[Given], tmp_path: Path
) -> None:
    """A delta alone is no full file: nothing says what else there is."""
    home = Home(tmp_path / "home")
    deltas = [(source, path) for source, path in given if "Delta_20250206" in path.name]
    built = built_from(home, deltas)
    with duckdb.connect(str(built.database), read_only=True) as connection:
        assert money(connection, "306") == {"K1": 11, "K4": 40}
        assert connection.execute("select count(*) from mart.denominator").fetchone() == (0,)
        assert connection.execute(
            "select is_complete from mart.coverage where agency_id = 'us_federal_3060'"
        ).fetchall() == [(False,)]
