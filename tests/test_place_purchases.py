"""Contracts and payments of a place: one purchase for each, no sum of different meaning."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.add import add, add_starter
from ingest.build import build
from ingest.home import Home
from ingest.status import status
from tests.place_tables import CONTRACTS, PAYMENTS, add_table, home_with

pytestmark = pytest.mark.data

CONTRACT_ROWS = """\
department,vendor,award_amount,approved,revision,title,contract_number,fund,procurement,cooperative,document
POLICE,FLOCK GROUP INC,1000.00,2024-06-30,0,license plate readers,C-1,Asset Forfeiture Fund,SOLE SOURCE,NASPO 123,https://s.example/c1.pdf
POLICE,FLOCK GROUP INC,500.00,2024-07-01,1,more license plate readers,C-1,General Fund,,,
POLICE,FLOCK GROUP INC,-200.00,2025-01-01,2,,C-1,,,,
STREETS,ACME PAVING INC,100.00,2024-01-01,0,asphalt,C-2,General Fund,BID,,
STREETS,ACME PAVING INC,50.00,2024-02-01,1,asphalt,C-2,General Fund,BID,,
STREETS,ACME PAVING INC,150.00,2024-03-01,2,asphalt,C-2,General Fund,BID,,
STREETS,ACME PAVING INC,100.00,2024-01-01,0,asphalt,C-2,General Fund,BID,,
STREETS,ACME PAVING INC,7.00,2024-01-01,1,asphalt,C-2,General Fund,BID,,
,NO DEPARTMENT INC,,,0,nothing said,C-3,,,,
STREETS,ACME PAVING INC,10.00,2024-01-01,0,salt,C-4,,,,
STREETS,ACME PAVING INC,5.00,2024-02-01,1,salt,C-4,,,,
STREETS,ACME PAVING INC,15.00,2024-03-01,2,salt,C-4,,,,
"""  # noqa: E501
PAYMENT_ROWS = """\
department,payee,amount,paid,year,item,fund,contract_number,order_number,status,record_type
Police,FLOCK GROUP INC,400.00,2024-06-30,,invoice 7,Asset Forfeiture Fund,C-1,PO-9,Paid,D
Police,FLOCK GROUP INC,-25.00,2024-07-01,,refund by vendor,Asset Forfeiture Fund,C-1,PO-9,Paid,D
Police,FLOCK GROUP INC,30.00,,FY25,license plate readers,Police Foundation gifts,DV,Direct Payments,Paid,D
Police,FLOCK GROUP INC,30.00,,2024-25,license plate readers,Police Foundation gifts,,Direct Payments,Paid,D
Police,FLOCK GROUP INC,30.00,,2026,license plate readers,JAG grant,,,Paid,D
Streets,ACME PAVING INC,5.00,2024-07-01,,asphalt,General Fund,DV,PO-1,Paid,D
Streets,ACME PAVING INC,5.00,2024-07-01,,asphalt,General Fund,DV,PO-1,Paid,D
"""  # noqa: E501


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = home_with(tmp_path_factory.mktemp("place"))
    add_starter(home)
    add_table(home, CONTRACTS, CONTRACT_ROWS)
    add_table(home, PAYMENTS, PAYMENT_ROWS)
    return build(home).database


@pytest.fixture
def ledger(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def test_a_contract_is_one_purchase_across_its_revisions(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select amount, amount_usd, transactions, modifications, signed_date, last_date, basis,"
        " record_kind, description, competition, contract_vehicle, document_url, status"
        f" from mart.purchase where purchase_id = '{CONTRACTS}:C-1'"
    ).fetchall() == [
        (
            Decimal("1300.00"), Decimal("1300.00"), 3, 2, *dates("2024-06-30", "2025-01-01"),
            "committed", "contract", "license plate readers", "SOLE SOURCE", "NASPO 123",
            "https://s.example/c1.pdf", "matched",
        )
    ]  # fmt: skip


def dates(*words: str) -> list[object]:
    return [duckdb.sql(f"select date '{word}'").fetchall()[0][0] for word in words]


def test_fiscal_years_begin_in_july_and_bear_the_year_in_which_they_end(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert ledger.execute(
        "select fiscal_year, sum(amount) from mart.transaction where source_id = ?"
        f" and purchase_id = '{CONTRACTS}:C-1' group by all order by 1",
        [CONTRACTS],
    ).fetchall() == [(2024, Decimal("1000.00")), (2025, Decimal("300.00"))]


def test_payments_stand_under_the_contract_else_the_order_else_the_year(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert ledger.execute(
        "select source_key, amount, is_grouped, contract_ref, first_date from core.purchase"
        " where source_id = ? order by 1",
        [PAYMENTS],
    ).fetchall() == [
        ("C-1/POLICE/FLOCK GROUP INC", Decimal("375.00"), False, f"{CONTRACTS}:C-1",
         *dates("2024-06-30")),
        ("FY2025/POLICE/FLOCK GROUP INC", Decimal("60.00"), True, None, None),
        ("FY2026/POLICE/FLOCK GROUP INC", Decimal("30.00"), True, None, None),
        ("PO-1/STREETS/ACME PAVING INC", Decimal("10.00"), False, None, *dates("2024-07-01")),
    ]  # fmt: skip


def test_a_contract_and_its_payments_stay_two_and_share_agency_and_technology(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert ledger.execute(
        "select basis, agency_id, agency_name, parent_agency_name, technology, is_counted, amount"
        " from mart.purchase where purchase_id like '%:C-1%' order by basis"
    ).fetchall() == [
        ("committed", "us_il_police", "Police Department", "City of Springfield",
         "license-plate-readers", True, Decimal("1300.00")),
        ("paid", "us_il_police", "Police Department", "City of Springfield",
         "license-plate-readers", True, Decimal("375.00")),
    ]  # fmt: skip


def test_who_pays_is_in_the_records_words_and_in_a_plain_class(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert ledger.execute(
        "select source_key, funding, funding_kind from mart.purchase where register <> 'us_federal'"
        " order by 1"
    ).fetchall() == [
        ("C-1", "Asset Forfeiture Fund; General Fund", "asset forfeiture"),
        ("C-1/POLICE/FLOCK GROUP INC", "Asset Forfeiture Fund", "asset forfeiture"),
        ("FY2025/POLICE/FLOCK GROUP INC", "Police Foundation gifts", "foundation gift"),
        ("FY2026/POLICE/FLOCK GROUP INC", "JAG grant", "grant"),
    ]


def test_denominators_never_add_bases(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select source_id, basis, fiscal_year, amount from mart.denominator"
        " where agency_id = 'us_il_police' order by 1, 3"
    ).fetchall() == [
        (CONTRACTS, "committed", 2024, Decimal("1000.00")),
        (CONTRACTS, "committed", 2025, Decimal("300.00")),
        (PAYMENTS, "paid", 2024, Decimal("400.00")),
        (PAYMENTS, "paid", 2025, Decimal("35.00")),
        (PAYMENTS, "paid", 2026, Decimal("30.00")),
    ]


def test_copies_count_once_and_a_key_that_repeats_is_said(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    repeated = (
        f"{CONTRACTS}:C-2/1 stands 2 times in table.csv with different words or money. Each of "
        "them counts; the key that is declared does not tell them apart."
    )
    # Row 8 is row 5 again; row 9 has the key of row 6 and other money.
    assert ledger.execute(
        f"select amount, transactions from core.purchase where purchase_id = '{CONTRACTS}:C-2'"
    ).fetchall() == [(Decimal("307.00"), 4)]
    assert ledger.execute(
        "select message from meta.issue where kind = 'key repeated'"
    ).fetchall() == [(repeated,)]


def test_what_is_not_in_the_record_is_null(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select amount, amount_usd, transactions, first_date, agency_name, parent_agency_name"
        f" from core.purchase where purchase_id = '{CONTRACTS}:C-3'"
    ).fetchall() == [(None, None, 0, None, "City of Springfield", None)]


def test_a_newer_whole_file_replaces_and_parts_stand_beside_each_other(tmp_path: Path) -> None:
    home = home_with(tmp_path, **{PAYMENTS: ("cadence: daily", "cadence: daily\nfiles: parts")})
    add_table(home, CONTRACTS, CONTRACT_ROWS)
    head, *rows = CONTRACT_ROWS.splitlines(keepends=True)
    add_table(home, CONTRACTS, head + "".join(rows[:2]), "newer.csv")
    paid, line, *_ = PAYMENT_ROWS.splitlines(keepends=True)
    add_table(home, PAYMENTS, paid + line, "2024.csv")
    # The same words in two parts are two payments; a part that came again is itself.
    add_table(home, PAYMENTS, paid + line + line, "2025.csv")
    add_table(home, PAYMENTS, paid + line + "\n", "2025.csv")
    set_clock(home)
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        assert connection.execute(
            "select purchase_id, amount from core.purchase order by 1"
        ).fetchall() == [
            (f"{CONTRACTS}:C-1", Decimal("1500.00")),
            (f"{PAYMENTS}:C-1/POLICE/FLOCK GROUP INC", Decimal("800.00")),
        ]


def set_clock(home: Home) -> None:
    """Let the files of each source have come in one after the other, the longest name last."""
    for source_id in (CONTRACTS, PAYMENTS):
        receipts = sorted(
            home.raw.glob(f"{source_id}/*/receipt.json"), key=lambda p: p.stat().st_mtime_ns
        )
        for day, path in enumerate(receipts, start=1):
            text = path.read_text("utf-8")
            stamp = text.split('"fetched_at": "')[1].split('"')[0]
            path.write_text(text.replace(stamp, f"2026-01-0{day}T00:00:00Z"), "utf-8")


def test_amounts_to_date_are_never_added_and_currencies_never_mixed(tmp_path: Path) -> None:
    home = home_with(tmp_path, **{CONTRACTS: ("amounts: delta", "amounts: total\ncurrency: GBP")})
    add_table(home, CONTRACTS, CONTRACT_ROWS)
    rates = tmp_path / "reference" / "exchange_rates.csv"
    rates.parent.mkdir()
    rates.write_text(
        "currency,from_date,to_date,usd_per_unit,source\n"
        "GBP,2024-01-01,2024-03-31,1.25,invented for a test\n",
        "utf-8",
    )
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        assert connection.execute(
            "select source_key, amount, currency, amount_usd from core.purchase order by 1"
        ).fetchall() == [
            ("C-1", Decimal("-200.00"), "GBP", None),
            ("C-2", Decimal("150.00"), "GBP", Decimal("187.50")),
            ("C-3", None, "GBP", None),
            ("C-4", Decimal("15.00"), "GBP", Decimal("18.75")),
        ]
        assert connection.execute(
            "select amount from core.transaction where purchase_id like '%:C-1' order by date"
        ).fetchall() == [(Decimal("1000.00"),), (Decimal("-500.00"),), (Decimal("-700.00"),)]
        messages = " ".join(
            row[0] for row in connection.execute("select message from meta.issue").fetchall()
        )
    assert "The newest amount of us_il_springfield_contracts:C-1 is -200.00, below zero" in messages
    assert "3 rows of us_il_springfield_contracts are in GBP" in messages


def test_a_running_total_among_changes_is_an_issue(ledger: duckdb.DuckDBPyConnection) -> None:
    running = (
        f"Of the 3 rows of {CONTRACTS}:C-4 one is the exact sum of those before it, as a value to "
        "date would be. It counts as a change: 30.00 in all."
    )
    assert ledger.execute(
        "select message from meta.issue where kind = 'amounts look otherwise than declared'"
    ).fetchall() == [(running,)]


def test_a_source_switched_off_is_listed_and_never_built(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    add_table(home, CONTRACTS, CONTRACT_ROWS)
    add_table(home, PAYMENTS, PAYMENT_ROWS)
    path = tmp_path / "sources" / f"{PAYMENTS}.yml"
    path.write_text(path.read_text("utf-8") + "is_on: false\n", "utf-8")
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        assert connection.execute("select distinct source_id from core.purchase").fetchall() == [
            (CONTRACTS,)
        ]
    states = {source.source_id: source.state for source in status(home).sources}
    assert states[PAYMENTS] == "switched off"
    assert states[CONTRACTS] == "fresh"


def test_the_recorded_rows_of_real_places_are_read(tmp_path: Path) -> None:
    home = Home(tmp_path)
    recorded = sorted((Path(__file__).parent / "recorded").glob("*/sample.csv"))
    assert recorded
    for path in recorded:
        manifest = add(home, path, path.parent.name).manifest
        lines = len(path.read_text("utf-8").splitlines()) - 1
        left_out = sum(table.left_out for table in manifest.tables)
        assert manifest.rows + left_out == lines, path
        assert manifest.rejected == 0
        assert [
            p for t in manifest.tables for p in t.problems if p.kind == "column not known"
        ] == []
