"""Real tables of three places: every row, and every sum to the cent, by a second way of adding."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.add import add
from ingest.build import build
from ingest.home import Home

pytestmark = pytest.mark.verify

CHICAGO = "us_il_chicago_contracts"
SAN_FRANCISCO = "us_ca_san_francisco_payments"
LONDON = "uk_london_gla_spend"
FILES = {
    CHICAGO: "chicago_contracts/contracts_sample_20k.csv",
    SAN_FRANCISCO: "san_francisco_vendor_payments/vendor_payments_sample_10k.csv",
    LONDON: "gla_spend/gla_over_500_2008_2013.csv",
}
ROWS = {CHICAGO: 20_000, SAN_FRANCISCO: 10_000, LONDON: 28_145}
Row = dict[str, str]
Sums = dict[tuple[str, int | None], Decimal]


@pytest.fixture(scope="module")
def records(shared: Path) -> dict[str, list[Row]]:
    """Return every row as Python's own csv module reads it."""
    found = {}
    for source_id, name in FILES.items():
        with (shared / "real" / name).open(encoding="utf-8-sig", newline="") as handle:
            found[source_id] = list(csv.DictReader(handle))
    return found


@pytest.fixture(scope="module")
def database(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("places"))
    for source_id, name in FILES.items():
        manifest = add(home, shared / "real" / name, source_id).manifest
        assert (manifest.rows, manifest.rejected) == (ROWS[source_id], 0)
        assert sum(table.left_out for table in manifest.tables) == 0
    return build(home).database


@pytest.fixture
def ledger(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def year_of(day: str, begins: int, *, month_first: bool = False) -> int | None:
    """Return the fiscal year by counting months, apart from the SQL that is tested."""
    if not day:
        return None
    parts = [int(part) for part in day.replace("/", "-").split("-")]
    month, year = (parts[0], parts[2]) if month_first else (parts[1], parts[0])
    return year + 1 if begins > 1 and month >= begins else year


def chicago_day(row: Row) -> str:
    return row["Approval Date"] or row["Start Date"]


YEARS: dict[str, Callable[[Row], int | None]] = {
    CHICAGO: lambda row: year_of(chicago_day(row), 1, month_first=True),
    SAN_FRANCISCO: lambda row: int(row["Fiscal Year"]),
    LONDON: lambda row: year_of(row["Date"], 4),
}
DEPARTMENT = {CHICAGO: "Department", SAN_FRANCISCO: "Department", LONDON: ""}
AMOUNT = {CHICAGO: "Award Amount", SAN_FRANCISCO: "Vouchers Paid", LONDON: "Amount"}


@pytest.mark.parametrize("source_id", FILES)
def test_every_row_counts_once(ledger: duckdb.DuckDBPyConnection, source_id: str) -> None:
    assert (
        ledger.execute(
            "select count(*), count(distinct transaction_id), count(distinct (raw_sha256, raw_row))"
            " from core.transaction join core.file using (file_key) where source_id = ?",
            [source_id],
        ).fetchone()
        == (ROWS[source_id],) * 3
    )


@pytest.mark.parametrize("source_id", FILES)
def test_sums_of_departments_and_years_agree_to_the_cent(
    ledger: duckdb.DuckDBPyConnection, records: dict[str, list[Row]], source_id: str
) -> None:
    expected: Sums = defaultdict(Decimal)
    for row in records[source_id]:
        department = " ".join(row.get(DEPARTMENT[source_id], "").split())
        expected[department, YEARS[source_id](row)] += Decimal(row[AMOUNT[source_id]])
    # The department of the row itself: that of a purchase is its newest.
    found = {
        (department or "", year): amount
        for department, year, amount in ledger.execute(
            "select core.record.agency_name_source, fiscal_year, sum(amount)"
            " from core.transaction join core.record using (transaction_id)"
            " where core.record.source_id = ? group by all",
            [source_id],
        ).fetchall()
    }
    assert found == dict(expected)


@pytest.mark.parametrize(
    ("contract", "amounts", "total", "first", "last"),
    [
        # A grant to a neighbourhood group, taken back in four steps until nothing is left of it.
        ("D0910990400", ["30000.00", "-23000.00", "-5100.00", "-1600.00", "-300.00"], "0.00",
         "1999-12-27", "2002-10-11"),
        # An option taken up and a remainder given back: no value to date could be -1,500.
        ("17845", ["27655.00", "-2455.00", "78300.00", "-1500.00"], "102000.00",
         "2008-07-17", "2010-02-01"),
        # Set up, extended each year, corrected in between.
        ("21759", ["231000.00", "212040.00", "-7720.00", "-159570.00", "159570.00", "22500.00",
                   "240400.00", "-82800.00"], "615420.00", "2010-02-05", "2012-11-07"),
    ],
)  # fmt: skip
def test_revisions_are_changes_on_three_real_contracts(
    ledger: duckdb.DuckDBPyConnection,
    contract: str,
    amounts: list[str],
    total: str,
    first: str,
    last: str,
) -> None:
    purchase = f"{CHICAGO}:{contract}"
    assert [
        str(amount)
        for (amount,) in ledger.execute(
            "select amount from core.transaction where purchase_id = ?"
            " order by modification_number::int",
            [purchase],
        ).fetchall()
    ] == amounts
    assert ledger.execute(
        "select amount, first_date::varchar, last_date::varchar, transactions, modifications"
        " from core.purchase where purchase_id = ?",
        [purchase],
    ).fetchone() == (Decimal(total), first, last, len(amounts), len(amounts) - 1)


def test_one_purchase_for_each_chicago_contract(
    ledger: duckdb.DuckDBPyConnection, records: dict[str, list[Row]]
) -> None:
    numbers = {row["Purchase Order (Contract) Number"] for row in records[CHICAGO]}
    found = ledger.execute(
        "select award_number from core.purchase where source_id = ?", [CHICAGO]
    ).fetchall()
    assert len(found) == len(numbers) == 13_258
    assert {number for (number,) in found} == numbers


def test_contracts_that_look_like_values_to_date_are_issues(
    ledger: duckdb.DuckDBPyConnection, records: dict[str, list[Row]]
) -> None:
    said = ledger.execute(
        "select message from meta.issue where kind = 'amounts look otherwise than declared'"
    ).fetchall()
    assert len(said) == 22
    # A lease at the same rent for seven years.
    rents = [
        row["Award Amount"]
        for row in records[CHICAGO]
        if row["Purchase Order (Contract) Number"] == "1308"
    ]
    assert rents == ["1200.00"] * 7
    assert any(f"The 7 rows of {CHICAGO}:1308 all say 1200.00" in message for (message,) in said)


def test_direct_payments_are_no_contract(
    ledger: duckdb.DuckDBPyConnection, records: dict[str, list[Row]]
) -> None:
    without = [
        row
        for row in records[SAN_FRANCISCO]
        if row["Purchase Order"] == "Direct Payments" and not row["Contract Number"]
    ]
    assert ledger.execute(
        "select sum(amount), sum(transactions) from core.purchase"
        " where source_id = ? and is_grouped",
        [SAN_FRANCISCO],
    ).fetchone() == (sum(Decimal(row["Vouchers Paid"]) for row in without), len(without))
    assert ledger.execute(
        "select count(*) from core.purchase where source_id = ? and award_number ilike '%direct%'",
        [SAN_FRANCISCO],
    ).fetchone() == (0,)
    negative = Counter(Decimal(row["Vouchers Paid"]) < 0 for row in records[SAN_FRANCISCO])
    assert ledger.execute(
        "select count(*) from core.transaction join core.file using (file_key)"
        " where source_id = ? and amount < 0",
        [SAN_FRANCISCO],
    ).fetchone() == (negative[True],)


def test_pounds_are_no_dollars(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select distinct currency, amount_usd from core.purchase where source_id = ?", [LONDON]
    ).fetchall() == [("GBP", None)]


def test_names_of_people_are_in_no_table(
    ledger: duckdb.DuckDBPyConnection, records: dict[str, list[Row]]
) -> None:
    people = [
        "ERWIN SHAKIN",
        "LEONARD WEITZMAN",
        "DORIS M LEVINE",
        "CARLOS LUNA",
        "MR MICHAEL FITT",
    ]
    raw = str(records)
    assert all(name in raw for name in people)
    tables = ledger.execute(
        "select table_schema || '.' || table_name, column_name from information_schema.columns"
        " where data_type = 'VARCHAR' and table_schema in ('core', 'mart', 'meta', 'evidence')"
    ).fetchall()
    for table, column in tables:
        for name in people:
            found = ledger.execute(
                f"select count(*) from {table} where contains(upper({column}), ?)", [name]
            ).fetchone()
            assert found == (0,), (table, column, name)
