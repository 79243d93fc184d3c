"""Purchases: what an amount is, what is absent, and money that stays exact."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.home import Home
from tests import federal
from tests.conftest import Whobuys
from tests.federal import summary, transaction

pytestmark = pytest.mark.data

CEILING = "potential_total_value_of_award"
CHANGE = "base_and_all_options_value"


def rows() -> list[federal.Row]:
    """Return the transactions of one agency and year, each award a case."""
    return [
        # Sums to the cent, with reductions, and what no float can hold.
        transaction("SUM", "0.10", "2024-01-01"),
        transaction("SUM", "0.20", "2024-01-02", modification="P00001"),
        transaction("SUM", "9999999999.99", "2024-01-03", modification="P00002"),
        transaction("SUM", "-9999999999.99", "2024-01-04", modification="P00003"),
        transaction("ZERO", "5000.55", "2024-01-01"),
        transaction("ZERO", "-5000.55", "2024-06-01", modification="P00001"),
        transaction("NEGATIVE", "-12.34", "2024-06-01", modification="P00009"),
        # Latest by date; of one day by last change; of one change by number.
        transaction("LATEST", "1", "2024-02-01", modification="P00002",
                    recipient_name="SECOND NAME", **{CEILING: "200.00", CHANGE: "0"}),
        transaction("LATEST", "1", "2024-01-01", recipient_name="FIRST NAME",
                    prime_award_base_transaction_description="", transaction_description="BASE",
                    **{CEILING: "100.00", CHANGE: "100.00"}),
        transaction("LATEST", "1", "2024-02-01", modification="P00010",
                    recipient_name="THIRD NAME", extent_competed="FULL AND OPEN COMPETITION",
                    prime_award_base_transaction_description="", transaction_description="LATER",
                    number_of_offers_received="3", recipient_uei="ABCDEFGHJKL1",
                    recipient_duns="012345678", cage_code="0ABC1",
                    recipient_parent_uei="PARENTUEI001",
                    recipient_parent_name="PARENT CORP", product_or_service_code="DA10",
                    product_or_service_code_description="SAAS", naics_code="513210",
                    naics_description="SOFTWARE", funding_sub_agency_name="Office of Funding",
                    total_dollars_obligated="3", period_of_performance_start_date="2024-01-01",
                    period_of_performance_current_end_date="2025-01-01",
                    period_of_performance_potential_end_date="2029-01-01 00:00:00",
                    usaspending_permalink="https://www.usaspending.gov/award/X/",
                    **{CEILING: "250.55", CHANGE: "50"}),
        # The signing lies before what is loaded.
        transaction("NOBASE", "7", "2024-03-01", modification="P00004",
                    **{CEILING: "70", CHANGE: "7"}),
        transaction("BASE00", "8", "2024-03-01", modification="00", **{CHANGE: "80.08"}),
        transaction("LASTDAY", "1", "2024-09-30"),
        transaction("FIRSTDAY", "2", "2023-10-01"),
        transaction("EMPTY", "0", "2024-01-01"),
        transaction("IDV", "0", "2024-01-01", award_or_idv_flag="IDV", **{CEILING: "1000000"}),
        transaction("IDV2", "55", "2024-01-01", award_or_idv_flag="IDV"),
        transaction("ORDER", "10", "2024-01-01", parent="IDV", parent_agency="7012",
                    parent_award_single_or_multiple_code="S", parent_award_type="IDC"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("purchase")
    totals = [
        summary("LIFE", "123.45", **{CEILING: "200"}),
        summary("LIFEIDV", "5", award_or_idv_flag="IDV",
                contract_award_unique_key="CONT_IDV_LIFEIDV_7012", **{CEILING: "900"}),
        summary("LIFEBAD", "1", contract_award_unique_key=federal.award_key("LIFEBAD"),
                **{CEILING: "not known"}),
    ]  # fmt: skip
    return federal.build_of(
        Home(folder / "home"),
        federal.full(folder, rows()),
        federal.full(folder, [transaction("LASTDAY", "4", "2024-10-01", modification="1")],
                     year=2025),
        federal.write_csv(folder / "s.csv", totals, federal.H286),
    ).database  # fmt: skip


@pytest.fixture(scope="module")
def ledger(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built), read_only=True) as connection:
        yield connection


def one(ledger: duckdb.DuckDBPyConnection, number: str, columns: str) -> Any:
    found = ledger.execute(
        f"select {columns} from mart.purchase where award_number = ?", [number]
    ).fetchall()
    assert len(found) == 1
    return found[0] if len(found[0]) > 1 else found[0][0]


def test_a_purchase_is_the_sum_of_its_transactions_to_the_cent(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert one(ledger, "SUM", "amount_usd, amount, transactions, modifications") == (
        Decimal("0.30"), Decimal("0.30"), 4, 3,
    )  # fmt: skip


def test_every_award_agrees_with_an_independent_sum(ledger: duckdb.DuckDBPyConnection) -> None:
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows():
        expected[row["award_id_piid"]] += Decimal(row["federal_action_obligation"])
    found = ledger.execute(
        "select award_number, sum(core.transaction.amount) from core.transaction"
        " join core.purchase using (purchase_id) where fiscal_year = 2024 group by all"
    ).fetchall()
    assert dict(found) == expected


def test_a_purchase_that_nets_to_zero_is_still_a_purchase(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert one(ledger, "ZERO", "amount_usd, transactions, is_counted") == (0, 2, True)
    assert one(ledger, "EMPTY", "amount_usd, transactions, is_counted") == (0, 1, True)


def test_a_reduction_alone_keeps_its_sign(ledger: duckdb.DuckDBPyConnection) -> None:
    assert one(ledger, "NEGATIVE", "amount_usd") == Decimal("-12.34")


def test_an_indefinite_contract_carries_a_ceiling_and_never_counts(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        ledger, "IDV", "record_kind, basis, amount_usd, ceiling_usd, is_counted, source_key"
    ) == ("idv", "ceiling", 1000000, 1000000, False, "CONT_IDV_IDV_7012")
    # What it holds is no ceiling, so there is no amount at all.
    assert one(ledger, "IDV2", "basis, amount_usd, amount, is_counted") == (
        "ceiling", None, None, False,
    )  # fmt: skip
    assert one(ledger, "LIFEIDV", "basis, amount_usd, lifetime_usd, is_counted") == (
        "ceiling", 900, 5, False,
    )  # fmt: skip


def test_an_order_points_to_its_contract(ledger: duckdb.DuckDBPyConnection) -> None:
    assert one(ledger, "ORDER", "contract_ref, contract_vehicle, record_kind") == (
        "us_federal:CONT_IDV_IDV_7012", "IDV, IDC", "award",
    )  # fmt: skip
    assert ledger.execute(
        "select is_single_award_parent from core.purchase where award_number = 'ORDER'"
    ).fetchone() == (True,)


def test_first_values_come_from_modification_zero_or_are_null(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    first = "first_obligated_usd, first_ceiling_usd, signed_date"
    assert one(ledger, "LATEST", first) == (1, 100, date(2024, 1, 1))
    assert one(ledger, "BASE00", first) == (8, Decimal("80.08"), date(2024, 3, 1))
    assert one(ledger, "NOBASE", first) == (None, None, None)
    assert one(ledger, "NOBASE", "ceiling_usd, first_date") == (70, date(2024, 3, 1))


def test_values_that_change_come_from_the_latest_transaction(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert one(ledger, "LATEST", "vendor_name_source, ceiling_usd, first_date, last_date") == (
        "THIRD NAME", Decimal("250.55"), date(2024, 1, 1), date(2024, 2, 1),
    )  # fmt: skip
    assert one(ledger, "LATEST", "description") == "BASE"


def test_columns_pass_through(ledger: duckdb.DuckDBPyConnection) -> None:
    assert one(
        ledger,
        "LATEST",
        "competition, offers_received, psc_code, psc, naics_code, naics, funding_agency_name,"
        " lifetime_usd, start_date, end_date, last_possible_end_date, source_url",
    ) == (
        "FULL AND OPEN COMPETITION", 3, "DA10", "SAAS", "513210", "SOFTWARE", "Office of Funding",
        3, date(2024, 1, 1), date(2025, 1, 1), date(2029, 1, 1),
        "https://www.usaspending.gov/award/X/",
    )  # fmt: skip
    assert ledger.execute(
        "select uei, duns, cage, parent_uei, parent_name from core.vendor_name"
        " where vendor_name = 'THIRD NAME'"
    ).fetchall() == [("ABCDEFGHJKL1", "012345678", "0ABC1", "PARENTUEI001", "PARENT CORP")]


def test_what_a_record_lacks_is_null_and_never_zero(ledger: duckdb.DuckDBPyConnection) -> None:
    absent = (
        "ceiling_usd, lifetime_usd, first_ceiling_usd, offers_received, competition, end_date,"
        " last_possible_end_date, start_date, contract_ref, psc_code, funding_agency_name"
    )
    assert one(ledger, "SUM", absent) == (None,) * 11
    assert one(ledger, "LIFE", "first_obligated_usd, window_start, window_end") == (None,) * 3


def test_a_total_for_life_has_its_scope_and_no_window(ledger: duckdb.DuckDBPyConnection) -> None:
    assert one(
        ledger, "LIFE", "amount_scope, amount_usd, basis, transactions, ceiling_usd, signed_date"
    ) == ("lifetime", Decimal("123.45"), "obligated", 0, 200, date(2020, 2, 3))


def test_fiscal_years_begin_on_the_first_of_october(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select date, fiscal_year, calendar_year, mart.transaction.amount_usd"
        " from mart.transaction join mart.purchase using (purchase_id)"
        " where award_number in ('LASTDAY', 'FIRSTDAY') order by date"
    ).fetchall() == [
        (date(2023, 10, 1), 2024, 2023, 2),
        (date(2024, 9, 30), 2024, 2024, 1),
        (date(2024, 10, 1), 2025, 2024, 4),
    ]


def test_the_denominator_is_all_spending_kind_by_kind(ledger: duckdb.DuckDBPyConnection) -> None:
    spent = sum(
        Decimal(row["federal_action_obligation"])
        for row in rows()
        if row["award_or_idv_flag"] != "IDV"
    )
    found = ledger.execute(
        "select record_kind, fiscal_year, basis, amount_usd, transactions from mart.denominator"
        " order by all"
    ).fetchall()
    assert found == [
        ("award", 2024, "obligated", spent, len(rows()) - 2),
        ("award", 2025, "obligated", 4, 1),
        ("idv", 2024, "obligated", 55, 2),
    ]


def test_every_published_row_leads_to_the_line_it_came_from(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    numbers = {n: row["award_id_piid"] for n, row in enumerate(rows(), start=2)}
    found = ledger.execute(
        "select mart.transaction.raw_row, award_number, mart.transaction.raw_file,"
        " mart.transaction.raw_member"
        " from mart.transaction join mart.purchase using (purchase_id) where fiscal_year = 2024"
    ).fetchall()
    assert len(found) == len(numbers)
    for raw_row, number, raw_file, raw_member in found:
        assert numbers[raw_row] == number
        assert raw_file == "FY2024_070_Contracts_Full_20251006.zip"
        assert raw_member == "FY2024_070_Contracts_Full_20251006_1.csv"


def test_a_file_has_one_name_for_its_member_everywhere(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select raw_member, raw_row from meta.issue where kind = 'value left empty'"
    ).fetchall() == [("s.csv", 4)]
    for table in ("mart.purchase", "mart.transaction", "meta.issue"):
        assert (
            ledger.execute(
                f"select * from (select raw_sha256, raw_member from {table} where raw_sha256 is not"
                " null) anti join mart.file using (raw_sha256, raw_member)"
            ).fetchall()
            == []
        ), table


def test_no_money_is_a_floating_number(ledger: duckdb.DuckDBPyConnection) -> None:
    kinds = ledger.execute(
        "select table_schema || '.' || table_name || '.' || column_name, column_name, data_type"
        " from information_schema.columns where table_schema in ('core', 'mart', 'meta')"
    ).fetchall()
    floating = {name for name, _, kind in kinds if kind in {"DOUBLE", "FLOAT", "REAL"}}
    # Shares measured on labels, which are no money.
    assert {name for name in floating if not name.startswith("meta.quality.")} == set()
    words = ("amount", "ceiling", "obligated", "lifetime", "_usd")
    money = {
        name: kind
        for name, column, kind in kinds
        if any(word in column for word in words) and column != "amount_scope"
    }
    assert len(money) > 15
    assert set(money.values()) == {"DECIMAL(18,2)"}, money


def test_an_agency_that_the_reference_data_lack_keeps_the_name_its_records_give_it(
    tmp_path: Path,
) -> None:
    rows = [
        transaction(number, agency=agency, awarding_sub_agency_name=f"{name} of New Things")
        for agency, pairs in {
            "7Z98": (("A1", "Office"), ("A2", "Bureau")),
            "7Z99": (("A2", "Bureau"), ("A1", "Office")),
        }.items()
        for number, name in pairs
    ]
    built = federal.build_of(Home(tmp_path / "home"), federal.full(tmp_path, rows))
    with duckdb.connect(str(built.database), read_only=True) as connection:
        # Two names on one day: the same is chosen whatever the order of the rows.
        assert connection.execute(
            "select distinct agency_id, agency_name, parent_agency_name from mart.purchase"
            " order by all"
        ).fetchall() == [
            (agency, "Bureau of New Things", "Department of Homeland Security")
            for agency in ("us_federal_7z98", "us_federal_7z99")
        ]
        assert connection.execute(
            "select count(*) from meta.issue where kind = 'agency not in the reference data'"
        ).fetchone() == (2,)


def test_dates_and_sums_are_the_same_in_any_locale_and_time_zone(
    tmp_path: Path, whobuys: Whobuys
) -> None:
    given = federal.full(tmp_path, [transaction(amount="1234.56", date="2024-09-30")])
    far = {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "WHOBUYS_HOME": str(tmp_path / "h")}
    assert whobuys("add", given, "--source", federal.SOURCE, **far).returncode == 0
    assert whobuys("build", **far).returncode == 0
    database = Home(tmp_path / "h").published_database()
    assert database
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute(
            "select date, fiscal_year, amount_usd from mart.transaction"
        ).fetchall() == [(date(2024, 9, 30), 2024, Decimal("1234.56"))]


def test_rows_written_for_these_tests_have_only_official_columns() -> None:
    for row in rows():
        assert set(row) <= set(federal.H297)
    with (federal.ROOT / "benchmarks" / "contracts_297.header.csv").open(newline="") as handle:
        assert next(csv.reader(handle)) == federal.H297


def test_kharon_clearview_is_not_clearview_ai(tmp_path: Path) -> None:
    rows = [
        transaction("KHARON1", recipient_name="1NTEGER, LLC",
                    transaction_description="KHARON CLEARVIEW SUBSCRIPTION",
                    prime_award_base_transaction_description="KHARON CLEARVIEW SUBSCRIPTION"),
        transaction("KHARON2", recipient_name="1NTEGER LLC",
                    transaction_description="CLEARVIEW LICENSES",
                    prime_award_base_transaction_description="CLEARVIEW LICENSES"),
        transaction("FORENSIC", recipient_name="CLEARVIEW AI, INC.",
                    transaction_description="FORENSIC SOFTWARE",
                    prime_award_base_transaction_description="FORENSIC SOFTWARE"),
    ]  # fmt: skip
    built = federal.build_of(Home(tmp_path / "home"), federal.full(tmp_path, rows))
    with duckdb.connect(str(built.database), read_only=True) as connection:
        assert connection.execute(
            "select award_number, technology, vendor_id from mart.purchase where is_counted"
        ).fetchall() == [("FORENSIC", "face-recognition", "clearview_ai")]
        assert connection.execute(
            "select count(*) from mart.purchase where award_number like 'KHARON%'"
            " and 'clearview_ai' in (vendor_id, maker_id)"
        ).fetchone() == (0,)
