"""The same purchase, whichever way it came: one id, and the same words where both have them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.adapters import usaspending_crawl as crawling
from ingest.add import add
from ingest.build import Built, build
from ingest.home import Home
from ingest.http import Client, Pace
from ingest.knowledge import load_knowledge
from ingest.source import load_sources
from tests import federal
from tests.federal import Row, transaction
from tests.usaspending.search import Search
from tests.usaspending.server import Server

pytestmark = pytest.mark.data

SEARCH, STARTER = "us_federal_contracts_search", "us_federal_starter"
CONTRACT, ORDER = "70CDCR24P00000001", "70CMSD24FR0000002"
# Where a purchase was read, and how many transactions there are: each way has its own.
OF_THE_WAY = {
    "source_id", "raw_sha256", "raw_file", "raw_member", "raw_row", "transactions",
    "modifications", "amount_scope", "window_start", "window_end", "signed_date",
    "first_date", "last_date",
}  # fmt: skip
TERMS = {
    "extent_competed": "NOT COMPETED",
    "number_of_offers_received": "1",
    "solicitation_procedures": "ONLY ONE SOURCE",
    "other_than_full_and_open_competition": "UNIQUE SOURCE",
    "type_of_set_aside": "NO SET ASIDE USED.",
    "awarding_office_name": "INVESTIGATIONS AND OPERATIONS SUPPORT DALLAS",
    "funding_office_name": "HOMELAND SECURITY INVESTIGATIONS",
    "funding_sub_agency_code": "7012",
    "funding_sub_agency_name": "U.S. Immigration and Customs Enforcement",
    "primary_place_of_performance_country_code": "USA",
    "primary_place_of_performance_state_code": "CA",
    "primary_place_of_performance_county_name": "YOLO",
    "prime_award_transaction_place_of_performance_county_fips_code": "06113",
    "primary_place_of_performance_city_name": "WEST SACRAMENTO",
    "primary_place_of_performance_zip_4": "956913558",
    "period_of_performance_start_date": "2024-03-01",
    "period_of_performance_current_end_date": "2025-02-28",
    "period_of_performance_potential_end_date": "2029-02-28",
    "potential_total_value_of_award": "900.00",
    "total_dollars_obligated": "100.00",
    "base_and_all_options_value": "600.00",
    "product_or_service_code": "7A21",
    "product_or_service_code_description": "IT AND TELECOM - BUSINESS APPLICATION SOFTWARE",
    "naics_code": "541519",
    "naics_description": "OTHER COMPUTER RELATED SERVICES",
    "recipient_uei": "E5BEYXDQYJS6",
    "recipient_parent_uei": "E5BEYXDQYJS6",
    "recipient_parent_name": "CLEARVIEW AI, INC.",
    "award_type": "PURCHASE ORDER",
}


def records() -> list[Row]:
    """Return a contract and an order under a schedule, each with everything that a record says."""
    under = {
        "parent": "GS35F0119Y", "parent_agency": "4732", "award_type": "DELIVERY ORDER",
        "parent_award_agency_name": "FEDERAL ACQUISITION SERVICE", "parent_award_type": "FSS",
        "parent_award_single_or_multiple_code": "M",
        "other_than_full_and_open_competition": "",
        "fair_opportunity_limited_sources": "FOLLOW-ON ACTION FOLLOWING COMPETITIVE INITIAL ACTION",
    }  # fmt: skip
    rows = [transaction(CONTRACT, **TERMS), transaction(ORDER, **{**TERMS, **under})]
    page = "https://www.usaspending.gov/award/"
    return [
        {**row, "usaspending_permalink": f"{page}{row['contract_award_unique_key']}/"}
        for row in rows
    ]


def as_summary(row: Row, header: list[str]) -> Row:
    """Return a transaction's award as the files of award summaries have it."""
    renamed = {
        "prime_award_transaction_place_of_performance_county_fips_code":
            "prime_award_summary_place_of_performance_county_fips_code",
        "total_dollars_obligated": "total_obligated_amount",
    }  # fmt: skip
    given = {renamed.get(column, column): value for column, value in row.items()}
    dates = {"award_base_action_date": "2024-03-01", "award_latest_action_date": "2024-03-01"}
    return {column: value for column, value in {**given, **dates}.items() if column in header}


def purchases(built: Built) -> dict[str, dict[str, Any]]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        found = connection.execute("from mart.purchase order by purchase_id")
        names = [column[0] for column in found.description]
        return {
            row[0]: dict(zip(names, row, strict=True))
            for row in found.fetchall()
        }  # fmt: skip


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Iterator[Search]:
    fake, search = Server(), Search()
    search.serve(fake)
    with fake.running():
        for name, value in fake.settings.items():
            monkeypatch.setenv(name, value)
        yield search


def by_search(search: Search, home: Home, monkeypatch: pytest.MonkeyPatch) -> Built:
    search.add(records())
    knowledge = load_knowledge(home.reference_folders[:1])
    few = [query for query in crawling.queries(knowledge) if "CLEARVIEW AI" in query.keywords]
    monkeypatch.setattr(crawling, "queries", lambda _: few)
    source = load_sources(home.source_folders)[SEARCH]
    with Client(SEARCH, pace=Pace(between_requests=0)) as client:
        crawling.crawl(home, source, client, knowledge, today=date(2026, 11, 21))
    return build(home)


def by_file(way: str, home: Home, folder: Path) -> Built:
    rows = records()
    match way:
        case "changes":
            path = federal.delta(folder, [federal.changed(r) for r in rows], stamp="20251106")
        case "summaries of 286 columns":
            found = [as_summary(row, federal.H286) for row in rows]
            path = federal.write_csv(folder / "summaries.csv", found, federal.H286)
        case "summaries of 279 columns":
            found = [as_summary(row, federal.H279) for row in rows]
            path = federal.write_csv(folder / "summaries.csv", found, federal.H279)
        case "older layout without keys":
            found = [federal.older(row) for row in rows]
            path = federal.write_csv(folder / "fy13.csv", found, federal.H259)
        case "starter":
            header = (
                Path(federal.ROOT / "data" / "starter" / "us_federal_starter_2026-08-20.csv")
                .read_text("utf-8").partition("\n")[0].split(",")
            )  # fmt: skip
            found = [{c: v for c, v in row.items() if c in header} for row in rows]
            path = federal.write_csv(folder / "us_federal_starter_2026-08-20.csv", found, header)
            add(home, path, STARTER)
            return build(home)
        case _:
            raise AssertionError(way)
    return federal.build_of(home, path)


LATER = {"vendor_uei", "vendor_parent_uei", "work_county_fips", "lifetime_usd"}
NO_FIRST = {"first_ceiling_usd", "ceiling_growth_usd"}
# What each way cannot know; everything else must be there, and the same.
LACKS = {
    "changes": set(),
    # A summary has no transaction, so nothing of modification 0.
    "summaries of 286 columns": {*NO_FIRST, "first_obligated_usd"},
    "summaries of 279 columns": {*NO_FIRST, "first_obligated_usd", "work_county_fips"},
    "older layout without keys": LATER,
    "search": NO_FIRST,
}


@pytest.mark.parametrize("way", LACKS)
def test_a_purchase_is_the_same_whichever_way_it_came(
    way: str, tmp_path: Path, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = purchases(federal.build_of(Home(tmp_path / "a"), federal.full(tmp_path, records())))
    home = Home(tmp_path / "b")
    built = (
        by_search(search, home, monkeypatch)
        if way == "search"
        else by_file(way, home, tmp_path / "files")
    )
    other = purchases(built)
    assert list(other) == list(archive)
    for purchase_id, expected in archive.items():
        found = other[purchase_id]
        for column in expected.keys() - OF_THE_WAY:
            wanted = None if column in LACKS[way] else expected[column]
            assert found[column] == wanted, (purchase_id, column)


def test_the_archive_says_all_of_it(tmp_path: Path) -> None:
    found = purchases(federal.build_of(Home(tmp_path / "a"), federal.full(tmp_path, records())))
    contract, order = sorted(found.values(), key=lambda row: str(row["vehicle_name"]), reverse=True)
    columns = (
        "ceiling_usd first_ceiling_usd ceiling_growth_usd competition offers_received"
        " solicitation_procedures no_competition_reason set_aside office_name"
        " funding_office_name work_state work_county work_county_fips work_city work_place_id"
        " vendor_uei end_date last_possible_end_date".split()
    )
    assert [str(contract[column]) for column in columns] == [
        "900.00", "600.00", "300.00", "NOT COMPETED", "1", "ONLY ONE SOURCE", "UNIQUE SOURCE",
        "NO SET ASIDE USED.", "INVESTIGATIONS AND OPERATIONS SUPPORT DALLAS",
        "HOMELAND SECURITY INVESTIGATIONS", "CA", "YOLO", "06113", "WEST SACRAMENTO",
        contract["work_place_id"], "E5BEYXDQYJS6", "2025-02-28", "2029-02-28",
    ]  # fmt: skip
    assert contract["work_place_id"].startswith("us_ca")
    assert contract["vehicle_name"] is contract["parent_award_number"] is None
    assert (order["vehicle_name"], order["parent_award_type"], order["parent_award_number"]) == (
        "GSA Federal Supply Schedule", "FSS", "GS35F0119Y",
    )  # fmt: skip
    assert order["fair_opportunity_exception"].startswith("FOLLOW-ON ACTION")


def test_the_starter_knows_the_purchase_and_nothing_of_its_terms(tmp_path: Path) -> None:
    archive = purchases(federal.build_of(Home(tmp_path / "a"), federal.full(tmp_path, records())))
    starter = purchases(by_file("starter", Home(tmp_path / "b"), tmp_path / "files"))
    assert list(starter) == list(archive)
    for purchase_id, row in starter.items():
        assert row["amount_usd"] == archive[purchase_id]["amount_usd"]
        for column in (
            "ceiling_usd", "competition", "offers_received", "end_date", "work_state",
            "office_name", "no_competition_reason", "set_aside", "vendor_uei",
        ):  # fmt: skip
            assert row[column] is None, column


def test_no_address_passes_the_raw_file(
    tmp_path: Path, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "b")
    federal.load(home, federal.full(tmp_path, records()))
    built = by_search(search, home, monkeypatch)
    for path in [*home.staged.rglob("*.parquet"), built.database]:
        content = path.read_bytes()
        assert b"956913558" not in content
        assert b"PRIVATE ROAD" not in content
        assert b"95691" not in content
