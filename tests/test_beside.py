"""Grants and sub-awards: money beside purchases, under its own name and never in their totals."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.adapters import usaspending_crawl as crawling
from ingest.adapters.usaspending_answers import Crawled
from ingest.adapters.usaspending_subawards import crawl_subawards
from ingest.add import add
from ingest.build import Built, build
from ingest.errors import SourceError
from ingest.home import Home
from ingest.http import Client, Pace
from ingest.knowledge import load_knowledge
from ingest.search_terms import Query
from ingest.source import load_sources
from tests import federal
from tests.federal import Row, award_key, transaction, write_csv
from tests.usaspending.search import Search
from tests.usaspending.server import Server

pytestmark = pytest.mark.data

GRANTS, SUBAWARDS = "us_federal_grants", "us_federal_subawards"
SUBAWARDS_SEARCH = "us_federal_subawards_search"
REPORT = next(name for name in federal.SUBAWARDS if name.endswith("report_id"))


def grant(number: str = "15PBJA24GG0001", amount: str = "100.00", **columns: str) -> Row:
    """Return one row of assistance transactions."""
    listing = columns.get("cfda_number", "16.738")
    modification = columns.get("modification_number", "0")
    return {
        "assistance_transaction_unique_key": f"1550_{number}_{modification}_{listing}_-NONE-",
        "assistance_award_unique_key": f"ASST_NON_{number}_1550",
        "award_id_fain": number,
        "modification_number": modification,
        "federal_action_obligation": amount,
        "total_obligated_amount": amount,
        "action_date": "2024-03-01",
        "awarding_agency_code": "015",
        "awarding_agency_name": "Department of Justice",
        "awarding_sub_agency_code": "1550",
        "awarding_sub_agency_name": "Office of Justice Programs",
        "recipient_name": "CITY OF SPRINGFIELD",
        "recipient_city_name": "SPRINGFIELD",
        "recipient_state_code": "IL",
        "cfda_number": listing,
        "cfda_title": "EDWARD BYRNE MEMORIAL JUSTICE ASSISTANCE GRANT PROGRAM",
        "assistance_type_code": "04",
        "assistance_type_description": "PROJECT GRANT (B)",
        "transaction_description": "BODY WORN CAMERA AND LICENSE PLATE READER PROGRAM",
        "prime_award_base_transaction_description": "LICENSE PLATE READER PROGRAM",
        "highly_compensated_officer_1_name": "PRIVATE PERSON",
        "recipient_address_line_1": "3 PRIVATE ROAD",
        "last_modified_date": "2024-03-01",
        **columns,
    }


def subaward(number: str = "S1", amount: str = "40.00", **columns: str) -> Row:
    """Return one row of contract sub-awards, in the layout of before March 2025."""
    return {
        "prime_award_unique_key": award_key("A1"),
        "prime_award_piid": "A1",
        "prime_award_amount": "100.00",
        "prime_award_awarding_sub_agency_code": "7012",
        "prime_award_awarding_sub_agency_name": "U.S. IMMIGRATION AND CUSTOMS ENFORCEMENT",
        "prime_awardee_name": "CLEARVIEW AI, INC.",
        REPORT: "R-1",
        "subaward_number": number,
        "subaward_amount": amount,
        "subaward_action_date": "2024-04-01",
        "subawardee_name": "SMALL SUBCONTRACTOR LLC",
        "subaward_description": "INSTALLATION",
        "subawardee_address_line_1": "3 PRIVATE ROAD",
        "subawardee_highly_compensated_officer_1_name": "PRIVATE PERSON",
        **columns,
    }


def rows(built: Built, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def ours(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def with_grants(home: Home, folder: Path, *found: Row, day: str = "2025-03-01") -> Home:
    name = f"All_Assistance_PrimeTransactions_{day}_H01M00S00_1.csv"
    add(home, write_csv(folder / name, found, federal.ASSISTANCE), GRANTS)
    return home


def with_subawards(home: Home, folder: Path, *found: Row, day: str = "2025-03-01") -> Home:
    name = f"All_Contracts_Subawards_{day}_H01M00S00_1.csv"
    add(home, write_csv(folder / name, found, federal.SUBAWARDS), SUBAWARDS)
    return home


def test_a_grant_is_the_sum_of_its_transactions(tmp_path: Path) -> None:
    more = {"modification_number": "1", "action_date": "2025-01-01"}
    home = with_grants(ours(tmp_path), tmp_path, grant(), grant(amount="-30.50", **more))
    built = build(home)
    assert rows(
        built,
        "select grant_id, record_kind, basis, amount_usd, transactions, listing, recipient_name,"
        " place_id, description, first_date, last_date from mart.grant",
    ) == [
        (
            "us_federal:ASST_NON_15PBJA24GG0001_1550", "grant", "obligated", Decimal("69.50"), 2,
            "16.738", "CITY OF SPRINGFIELD", "us_il", "LICENSE PLATE READER PROGRAM",
            date(2024, 3, 1), date(2025, 1, 1),
        )
    ]  # fmt: skip


def test_a_grant_says_which_technology_its_own_words_speak_of(tmp_path: Path) -> None:
    plain = {"transaction_description": "OVERTIME", "prime_award_base_transaction_description": ""}
    home = with_grants(ours(tmp_path), tmp_path, grant(), grant("G2", **plain))
    built = build(home)
    assert rows(
        built, "select technology, status, scope, evidence_field, evidence from mart.grant"
    ) == [
        ("license-plate-readers", "matched", "strict", "description", "LICENSE PLATE READER"),
        (None, None, None, None, None),
    ]  # fmt: skip
    assert rows(built, "select count(*) from mart.purchase") == [(0,)]


def test_a_subaward_is_judged_by_its_own_vendor_and_words(tmp_path: Path) -> None:
    home = with_subawards(
        ours(tmp_path),
        tmp_path,
        subaward(),
        subaward("S2", subawardee_name="CELLEBRITE INC", subaward_description="LICENSES"),
        # An identifier decides before a name does.
        subaward("S3", subawardee_name="SOMEBODY LLC", subawardee_uei="E5BEYXDQYJS6"),
    )
    built = federal.build_of(home, federal.full(tmp_path, [transaction("A1", "100.00")]))
    assert rows(
        built,
        "select subaward_number, vendor_id, technology, status from mart.subaward order by 1",
    ) == [
        ("S1", "small_subcontractor", None, None),
        ("S2", "cellebrite", "device-forensics", "matched"),
        ("S3", "clearview_ai", "face-recognition", "matched"),
    ]
    # What a subcontractor sells says nothing about the prime award, and adds no money to it.
    assert rows(built, "select vendor_id, technology, amount_usd from mart.purchase") == [
        ("clearview_ai", "face-recognition", Decimal("100.00"))
    ]


def test_only_declared_listings_are_published(tmp_path: Path) -> None:
    home = with_grants(ours(tmp_path), tmp_path, grant(), grant("OTHER", cfda_number="10.500"))
    assert rows(build(home), "select award_number from mart.grant") == [("15PBJA24GG0001",)]


def test_a_newer_file_of_grants_updates_and_counts_once(tmp_path: Path) -> None:
    home = with_grants(ours(tmp_path), tmp_path, grant())
    with_grants(home, tmp_path, grant(amount="120.00"), day="2025-04-01")
    assert rows(build(home), "select amount, transactions from mart.grant") == [
        (Decimal("120.00"), 1)
    ]


def test_a_subaward_stands_under_its_purchase_and_not_in_its_total(tmp_path: Path) -> None:
    home = with_subawards(ours(tmp_path), tmp_path, subaward(), subaward("S2", "5.55"))
    built = federal.build_of(home, federal.full(tmp_path, [transaction("A1", "100.00")]))
    assert rows(built, "select sum(amount_usd) from mart.purchase") == [(Decimal("100.00"),)]
    assert rows(
        built,
        "select subaward_number, has_purchase, sub.amount_usd, sub.basis, sub.vendor_name_source,"
        " sub.agency_name from mart.subaward as sub join mart.purchase using (purchase_id)",
    ) == [
        ("S1", True, Decimal("40.00"), "committed", "SMALL SUBCONTRACTOR LLC",
         "U.S. Immigration and Customs Enforcement"),
        ("S2", True, Decimal("5.55"), "committed", "SMALL SUBCONTRACTOR LLC",
         "U.S. Immigration and Customs Enforcement"),
    ]  # fmt: skip


def test_the_same_subawards_twice_stand_once_and_say_so(tmp_path: Path) -> None:
    home = with_subawards(ours(tmp_path), tmp_path, subaward())
    with_subawards(home, tmp_path, subaward(amount="41.00"), day="2025-04-01")
    built = build(home)
    assert rows(built, "select amount from mart.subaward") == [(Decimal("41.00"),)]
    assert rows(built, "select count(*) from meta.issue where kind = 'sub-awards replaced'") == [
        (1,)
    ]


def test_names_pay_and_addresses_never_pass_the_raw_file(tmp_path: Path) -> None:
    home = with_subawards(ours(tmp_path), tmp_path, subaward())
    built = build(with_grants(home, tmp_path, grant()))
    for path in [*home.staged.rglob("*.parquet"), built.database]:
        assert b"PRIVATE PERSON" not in path.read_bytes()
        assert b"PRIVATE ROAD" not in path.read_bytes()


@pytest.mark.parametrize("source", [GRANTS, SUBAWARDS])
def test_a_file_of_contracts_is_no_file_of_grants_or_subawards(tmp_path: Path, source: str) -> None:
    path = write_csv(tmp_path / "contracts.csv", [transaction()])
    with pytest.raises(SourceError, match="holds something else"):
        add(ours(tmp_path), path, source)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Search]]:
    fake, search = Server(), Search()
    search.serve(fake)
    with fake.as_usaspending(monkeypatch):
        yield fake, search


def test_what_is_passed_on_of_grants_is_no_subcontract(tmp_path: Path) -> None:
    header = [
        "prime_award_fain" if name == "prime_award_piid" else name for name in federal.SUBAWARDS
    ]
    given = write_csv(tmp_path / "Assistance_Subawards.csv", [], header)
    with pytest.raises(SourceError, match=r"passed on of grants.*Contracts_Subawards"):
        add(ours(tmp_path), given, SUBAWARDS)


def test_grants_by_search_are_those_of_the_file(
    server: tuple[Server, Search], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, search = server
    found = [grant(), grant(amount="-30.50", modification_number="1"), grant("G2", "7.00")]
    search.add([*found, grant("OTHER", cfda_number="10.500")])
    knowledge = load_knowledge(Home.from_environment().reference_folders[:1])
    few = [
        query for query in crawling.queries(knowledge) if "LICENSE PLATE READER" in query.keywords
    ]
    monkeypatch.setattr(crawling, "queries", lambda _: few)
    home = ours(tmp_path)
    source = load_sources(home.source_folders)[GRANTS]
    with Client(GRANTS, pace=Pace(between_requests=0)) as client:
        result = crawling.crawl(home, source, client, knowledge, today=date(2026, 11, 21))
    assert (result.new, result.notes) == (2, [])
    asked = "select * exclude (raw_sha256, raw_file, raw_member, raw_row, source_url,"
    asked += " recipient_kind, lifetime_usd) from mart.grant"
    by_file = build(with_grants(Home(tmp_path / "other"), tmp_path, *found))
    by_search = build(home)
    assert rows(by_search, asked) == rows(by_file, asked)
    assert rows(by_search, "select message from meta.issue") == []
    assert fake.asked("awards/ASST")


def searched_for_subawards(home: Home, today: date = date(2026, 11, 21)) -> list[Crawled]:
    """Search for contracts, then fetch what is reported under them; return what both did."""
    knowledge = load_knowledge(Home.from_environment().reference_folders[:1])
    sources, pace = load_sources(home.source_folders), Pace(between_requests=0)
    under = sources["us_federal_contracts_search"]
    with Client(under.id, pace=pace) as client:
        first = crawling.crawl(home, under, client, knowledge, today=today)
    with Client(SUBAWARDS_SEARCH, pace=pace) as client:
        return [first, crawl_subawards(home, sources[SUBAWARDS_SEARCH], client)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for one vendor, so that a search is quick."""
    query = Query(keywords=("CLEARVIEW AI",))
    monkeypatch.setattr(crawling, "queries", lambda _: [query])


def with_reported(search: Search, *subawards: Row) -> None:
    search.add([transaction("A1", "100.00"), transaction("B1", "9.00"), *subawards])


SHOWN = (
    "select subaward_id, purchase_id, has_purchase, date, fiscal_year, basis, amount_usd,"
    " vendor_name_source, description, prime_award_number, agency_id, agency_name"
    " from mart.subaward"
)


@pytest.mark.usefixtures("few")
def test_subawards_by_search_are_those_of_the_file(
    server: tuple[Server, Search], tmp_path: Path
) -> None:
    fake, search = server
    # More than the service puts on a page, two of one number and day among them.
    found = [subaward(f"S{number}", f"{number}.05") for number in range(120)]
    found += [subaward("S7", "1.00", **{REPORT: "R-2"})]
    with_reported(search, *found)
    home = ours(tmp_path)
    first, result = searched_for_subawards(home)
    assert (first.new, result.new, result.found, result.notes) == (2, 1, 1, [])
    by_search = build(home)
    other = with_subawards(Home(tmp_path / "other"), tmp_path, *found)
    by_file = federal.build_of(other, federal.full(tmp_path, [transaction("A1", "100.00")]))
    assert rows(by_search, SHOWN) == rows(by_file, SHOWN)
    assert rows(by_search, "select count(*) from mart.subaward") == [(121,)]
    assert rows(by_search, "select sum(amount_usd) from mart.purchase") == [(Decimal("109.00"),)]
    assert rows(by_search, "select message from meta.issue") == []
    fake.forget()
    _, again = searched_for_subawards(home)
    assert (again.new, again.changed, again.files) == (0, 0, 0)
    assert not fake.asked("subawards/|awards/CONT")
    assert not build(home).is_new


@pytest.mark.usefixtures("few")
def test_the_newer_of_file_and_answer_counts_and_nothing_stands_twice(
    server: tuple[Server, Search], tmp_path: Path
) -> None:
    _, search = server
    home = with_subawards(
        ours(tmp_path), tmp_path, subaward(subawardee_uei="E5BEYXDQYJS6"), subaward("GONE", "3.00")
    )
    with_reported(search, subaward(amount="41.00"), subaward("S2", "5.55"))
    searched_for_subawards(home)
    assert rows(build(home), "select subaward_number, amount, vendor_uei from mart.subaward") == [
        ("S1", Decimal("41.00"), "E5BEYXDQYJS6"), ("S2", Decimal("5.55"), None),
    ]  # fmt: skip
    more = {"last_modified_date": "2026-11-20"}
    search.add([transaction("A1", "100.00", **more), subaward(), subaward("S3", "1.00")])
    _, result = searched_for_subawards(home, date(2026, 11, 28))
    assert result.changed == 1
    assert rows(build(home), "select subaward_number, amount from mart.subaward") == [
        ("S1", Decimal("40.00")), ("S3", Decimal("1.00")),
    ]  # fmt: skip


@pytest.mark.verify
def test_the_real_subawards_of_march_2025(shared: Path, tmp_path: Path) -> None:
    folder = shared / "real" / "usaspending_summaries_2025"
    (path,) = folder.glob("*Subawards*.csv")
    home = ours(tmp_path)
    manifest = add(home, path, SUBAWARDS).manifest
    assert (manifest.rows, manifest.rejected, manifest.stamp) == (
        sum(1 for _ in path.open()) - 1, 0, date(2025, 3, 21),
    )  # fmt: skip
    assert not manifest.tables[0].problems
