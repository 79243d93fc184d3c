"""The targeted search of USAspending, against a server with the real one's limits and quirks."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from ingest import archive
from ingest import fetch as fetching
from ingest.adapters import usaspending_answers as answers
from ingest.adapters import usaspending_api as api
from ingest.adapters import usaspending_crawl as crawling
from ingest.adapters.usaspending_answers import Answers, Crawled
from ingest.adapters.usaspending_journal import Journal
from ingest.adapters.usaspending_json import write_table
from ingest.build import Built, build
from ingest.decisions import load_decisions
from ingest.errors import SourceError
from ingest.home import Home
from ingest.http import Client, Pace
from ingest.knowledge import load_knowledge
from ingest.search_terms import Query, award_queries, known_awards
from ingest.source import Source, load_sources
from tests import federal
from tests.clock import set_clock
from tests.federal import transaction
from tests.usaspending.search import Search
from tests.usaspending.server import WAYS, Logged, Server

pytestmark = [pytest.mark.service, pytest.mark.usefixtures("server")]

SOURCE = "us_federal_contracts_search"
TODAY = date(2026, 11, 21)
AT_ONCE = Pace(between_requests=0, first_wait=0.01, longest_wait=0.02, tries=8, read_timeout=5)
KNOWLEDGE = load_knowledge(Home.from_environment().reference_folders[:1])


@pytest.fixture
def search() -> Search:
    return Search()


@pytest.fixture
def server(search: Search, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a running USAspending with this search."""
    fake = Server()
    search.serve(fake)
    with fake.as_usaspending(monkeypatch):
        yield fake


@pytest.fixture(autouse=True)
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask only the questions that find what these tests serve."""
    if request.node.get_closest_marker("verify"):
        return
    asked = [query for query in crawling.queries(KNOWLEDGE) if finds(query)]
    assert len(asked) > 1
    monkeypatch.setattr(crawling, "queries", lambda _: asked)


def finds(query: Query) -> bool:
    wanted = {"CLEARVIEW AI", "Clearview AI", "UFED", "CELLEBRITE", "Cellebrite"}
    return not query.recipients and bool(wanted & set(query.keywords))


@cache
def declared(source_id: str = SOURCE) -> Source:
    return load_sources(Home.from_environment().source_folders)[source_id]


def crawl(ours: Home, source_id: str = SOURCE, **more: Any) -> Crawled:
    with Client(source_id, pace=AT_ONCE) as client:
        return crawling.crawl(
            ours, declared(source_id), client, KNOWLEDGE, **{"today": TODAY, **more}
        )


def ledger(built: Built) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return connection.execute(
            "select transaction_id, purchase_id, date, amount, description, modification_number"
            " from core.transaction order by all"
        ).fetchall()


def published(built: Built, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from mart.purchase order by purchase_id"
        ).fetchall()


def sample() -> list[federal.Row]:
    """Rows of every kind: instalments, a reduction, an order, its indefinite contract, others."""
    order = {"parent": "70CDCR22D0001", "parent_agency": "7012", "recipient_uei": "E5BEYXDQYJS6"}
    return [
        transaction("A1", "100.10", "2023-03-01", number_of_offers_received="1",
                    extent_competed="NOT COMPETED", potential_total_value_of_award="900.55"),
        transaction("A1", "-20.05", "2024-03-01", modification="P00001",
                    potential_total_value_of_award="900.55", number_of_offers_received="1",
                    extent_competed="NOT COMPETED"),
        transaction("O 1/2", "7.77", "2024-04-01", **order, award_type_code="C"),
        transaction("70CDCR22D0001", "0.00", "2022-04-01", award_or_idv_flag="IDV",
                    idv_type_code="IDV_B_B", potential_total_value_of_award="5000000",
                    multiple_or_single_award_idv_code="S", ordering_period_end_date="2027-04-01"),
        transaction("R1", "15.00", "2024-05-01", recipient_name="RESELLER LLC",
                    transaction_description="CELLEBRITE UFED, 2 LICENSES\nAND \"TRAINING\"",
                    prime_award_base_transaction_description="CELLEBRITE UFED"),
        transaction("X1", "99.00", "2024-06-01", recipient_name="PAPER AND PENCILS INC",
                    transaction_description="PENCILS",
                    prime_award_base_transaction_description="PENCILS"),
    ]  # fmt: skip


def many(count: int) -> Iterator[federal.Row]:
    for number in range(count):
        yield transaction(f"M{number:06}", "1.01", "2024-03-01")


@pytest.mark.data
def test_both_ways_give_the_same_transactions_to_the_cent(
    search: Search, ours: Home, tmp_path: Path
) -> None:
    rows = sample()
    search.add(rows)
    result = crawl(ours)
    assert (result.new, result.changed, result.notes) == (4, 0, [])
    by_search = build(ours)
    years = {2022: rows[3:4], 2023: rows[:1], 2024: [*rows[1:3], rows[4]]}
    files = [
        federal.full(tmp_path / "files", found, year=year, stamp="20261106")
        for year, found in years.items()
    ]
    by_archive = federal.build_of(Home(tmp_path / "other"), *files)
    assert ledger(by_search) == ledger(by_archive)
    columns = (
        "purchase_id, record_kind, award_number, agency_id, vendor_id, description, technology,"
        " status, signed_date, first_date, last_date, end_date, basis, amount_scope, amount_usd,"
        " ceiling_usd, first_obligated_usd, transactions, modifications, contract_ref,"
        " competition, offers_received"
    )
    assert published(by_search, columns) == published(by_archive, columns)
    assert len(published(by_search, columns)) == 4


@pytest.mark.data
def test_both_ways_together_count_nothing_twice(search: Search, ours: Home, tmp_path: Path) -> None:
    rows = sample()
    rows[0]["base_and_all_options_value"] = "800.00"
    search.add(rows)
    federal.load(ours, federal.full(tmp_path, [rows[0]], year=2023, stamp="20261106"))
    crawl(ours)
    built = build(ours)
    assert {key: amount for key, _, _, amount, *_ in ledger(built)}[
        "us_federal:7012_-NONE-_A1_0_-NONE-_0"
    ] == Decimal("100.10")
    assert len(ledger(built)) == 5
    first = dict(published(built, "award_number, first_ceiling_usd"))
    assert first["A1"] == Decimal("800.00"), "what only the archive says stays"


@pytest.mark.data
def test_shares_are_of_what_the_whole_files_have_alone(
    search: Search, ours: Home, tmp_path: Path
) -> None:
    rows = sample()
    federal.load(ours, federal.full(tmp_path, [*rows[1:3], rows[5]], year=2024, stamp="20261106"))
    # Since then: one changed, one that is new, and one of a year without a whole file.
    changed = {**rows[1], "federal_action_obligation": "-30.05"}
    search.add([rows[0], changed, *rows[2:], transaction("N1", "1000.00", "2024-09-01")])
    crawl(ours)
    built = build(ours)
    assert Decimal("1000.00") in {amount for _, _, _, amount, *_ in ledger(built)}
    with duckdb.connect(str(built.database), read_only=True) as connection:
        assert connection.execute(
            "select fiscal_year, amount, transactions, purchases from mart.denominator"
        ).fetchall() == [(2024, Decimal("-30.05") + Decimal("7.77") + 99, 3, 3)]


def test_a_second_run_fetches_nothing_and_changes_nothing(
    server: Server, search: Search, ours: Home
) -> None:
    search.add(sample())
    crawl(ours)
    before = build(ours)
    raw = sorted(path.name for path in archive.folders(ours))
    server.forget()
    for everything in (False, True):
        again = crawl(ours, everything=everything)
        assert (again.new, again.changed, again.files) == (0, 0, 0)
    assert not server.asked(r"transactions/|awards/CONT")
    assert sorted(path.name for path in archive.folders(ours)) == raw
    assert not build(ours).is_new
    assert build(ours).build_id == before.build_id


@pytest.mark.parametrize("hours", [0, -1])
def test_a_changed_award_is_fetched_again_and_its_newer_answer_counts(
    server: Server, search: Search, ours: Home, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """Also where the clock was set back in between."""
    rows = sample()
    search.add(rows)
    crawl(ours)
    set_clock(timedelta(hours=hours), monkeypatch.setattr)
    rows[1] = {**rows[1], "federal_action_obligation": "-30.05", "last_modified_date": "2026-11-19"}
    search.add(rows[:2])
    server.forget()
    result = crawl(ours, today=date(2026, 11, 28))
    assert (result.new, result.changed) == (0, 1)
    assert [asked.path for asked in server.asked("awards/CONT")] == [
        "/api/v2/awards/CONT_AWD_A1_7012_-NONE-_-NONE-/"
    ]
    amounts = dict(published(build(ours), "award_number, amount_usd"))
    assert amounts["A1"] == Decimal("70.05")


def test_the_weekly_command_brings_news_and_then_nothing(
    server: Server, search: Search, ours: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "known_awards", lambda *_: list(KNOWN))
    week = [SOURCE, "us_federal_subawards_search"]
    reported = {
        "prime_award_unique_key": federal.award_key("A1"), "subaward_number": "1",
        "subaward_amount": "0.50", "subaward_action_date": "2024-03-01",
    }  # fmt: skip
    search.add([*sample(), *known_rows(), reported])
    first = fetching.fetch(ours, week, today=TODAY, pace=AT_ONCE)
    assert [(result.news, result.failure, result.notices) for result in first] == [
        (6, None, []), (1, None, []),
    ]  # fmt: skip
    build(ours)
    server.forget()
    later = fetching.fetch(ours, week, today=TODAY, pace=AT_ONCE)
    assert [(result.news, result.failure) for result in later] == [(0, None), (0, None)]
    assert not server.asked(r"transactions/|subawards/|awards/CONT")
    assert not build(ours).is_new
    search.updated = "11/25/2026"
    search.add([transaction("NEW1", "3.00", last_modified_date="2026-11-24")])
    news = fetching.fetch(ours, week, today=date(2026, 11, 28), pace=AT_ONCE)
    assert [(result.news, result.failure) for result in news] == [(1, None), (0, None)]
    assert build(ours).is_new


def test_news_is_asked_for_by_the_day_of_change(server: Server, search: Search, ours: Home) -> None:
    search.add(sample())
    crawl(ours)
    server.forget()
    crawl(ours)
    asked = [json.loads(call.body) for call in server.asked("spending_by_award_count")]
    assert {call["filters"]["time_period"][0]["date_type"] for call in asked} == {
        "last_modified_date"
    }
    assert {call["filters"]["time_period"][0]["start_date"] for call in asked} == {"2026-11-13"}


def test_a_filter_that_is_not_used_stops_the_search(search: Search, ours: Home) -> None:
    search.add(sample())
    search.forgotten = {"keywords"}
    with pytest.raises(SourceError, match=r"did not use a filter.*keywords"):
        crawl(ours)
    assert not archive.folders(ours)


KNOWN = ("CONT_AWD_X1-KNOWN-0001_7012_-NONE-_-NONE-", "CONT_AWD_0001_7012_-NONE-_-NONE-")


def known_rows(**columns: str) -> list[federal.Row]:
    """Return two awards whose words no search finds, and one that shares a number with one."""
    silent = {
        "recipient_name": "NOBODY KNOWS INC",
        "transaction_description": "SUPPORT",
        "prime_award_base_transaction_description": "SUPPORT",
        **columns,
    }
    return [
        transaction("X1-KNOWN-0001", "186.10", **silent),
        transaction("X1-KNOWN-0001", "5.00", agency="1549", department="015", **silent),
        transaction("0001", "1.05", **silent),
    ]


def test_awards_that_people_know_are_fetched_by_their_keys(
    server: Server, search: Search, ours: Home
) -> None:
    search.add([*sample(), *known_rows()])
    known = [*KNOWN, "CONT_AWD_GONE-KNOWN_7012_-NONE-_-NONE-", "ASST_NON_1_1550"]
    result = crawl(ours, known=known)
    assert (result.new, len(result.notes)) == (6, 1)
    assert "does not have CONT_AWD_GONE-KNOWN" in result.notes[0]
    amounts = {purchase: amount for _, purchase, _, amount, *_ in ledger(build(ours))}
    assert amounts[f"us_federal:{KNOWN[0]}"] == Decimal("186.10")
    assert amounts[f"us_federal:{KNOWN[1]}"] == Decimal("1.05")
    assert not [purchase for purchase in amounts if "_1549_" in purchase], "not the other's"
    server.forget()
    again = crawl(ours, known=KNOWN)
    assert (again.new, again.changed) == (0, 0)
    assert not server.asked("transactions/")
    # One by its day of change; one whose number thousands share, once a month.
    search.updated = "12/01/2026"
    search.add(known_rows(last_modified_date="2026-11-30"))
    later = crawl(ours, known=KNOWN, today=date(2026, 12, 1))
    assert (later.new, later.changed) == (0, 2)


def test_the_decisions_and_readings_that_come_with_the_code_are_known_awards() -> None:
    known = known_awards(load_decisions(Home.from_environment().reference_folders), "us_federal")
    assert "CONT_AWD_70CDCR18P00000017_7012_-NONE-_-NONE-" in known
    asked = award_queries(known)
    assert {key for query in asked for key in query.awards} == set(known)
    assert known_awards(["us_il_chicago:1", "us_federal:CONT_AWD_a_1_B_2"], "us_federal") == [
        "CONT_AWD_A_1_B_2"
    ]


def test_a_count_that_does_not_agree_is_said(server: Server, search: Search, ours: Home) -> None:
    search.add(sample())
    search.miscount = 1
    result = crawl(ours)
    assert result.new == 4
    assert any("where USAspending counts" in note for note in result.notes)
    # Not answered whole, so asked again whole.
    search.miscount = 0
    server.forget()
    assert crawl(ours).notes == []
    assert api.EARLIEST.isoformat() in str(server.asked("award_count")[0].body)


def test_new_data_meanwhile_begin_the_search_again(search: Search, ours: Home) -> None:
    search.add(sample())
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        if len(said) == 3:
            search.updated = "11/21/2026"

    assert crawl(ours, say=say).new == 4
    assert "USAspending loaded new data meanwhile; searching again" in said


def test_faults_leave_the_same_totals(
    server: Server, search: Search, ours: Home, tmp_path: Path
) -> None:
    search.add([*sample(), *many(30)])
    crawl(ours)
    server.forget()
    server.faults.every = 7
    # A stalled answer is cut off by the server before our patience ends.
    server.faults.stall = 0.05
    with_faults = Home(tmp_path / "faults")
    crawl(with_faults)
    assert {asked.fault for asked in server.log} >= set(WAYS)
    assert ledger(build(with_faults)) == ledger(build(ours))
    # By the server's own clock: nobody came back before the time that was asked for.
    waits = list(tries_after(server, "429"))
    assert waits
    assert all(again.at - refused.at >= refused.retry_after for refused, again in waits)


def tries_after(server: Server, fault: str) -> Iterator[tuple[Logged, Logged]]:
    """Yield each request that failed so, and the next of the same question."""
    for number, refused in enumerate(server.log):
        if refused.fault == fault:
            same = (refused.method, refused.path, refused.body)
            later = server.log[number + 1 :]
            yield refused, next(a for a in later if (a.method, a.path, a.body) == same)


class Killed(BaseException):
    """A run that ends without a word."""


@pytest.mark.parametrize("moment", range(0, 40, 6))
def test_a_killed_run_goes_on_where_it_stopped(
    server: Server, search: Search, ours: Home, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    search.add([*sample(), *many(20)])
    monkeypatch.setattr(answers, "PER_FILE", 5)
    steps = 0

    def killed(function: Any) -> Any:
        def step(*args: Any, **more: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == moment:
                raise Killed
            return function(*args, **more)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(Answers, "_write", killed(Answers._write))
        patch.setattr(archive, "keep", killed(archive.keep))
        patch.setattr(Journal, "kept", killed(Journal.kept))
        patch.setattr(Journal, "add_page", killed(Journal.add_page))
        try:
            crawl(ours)
        except Killed:
            server.forget()
    crawl(ours)
    ids = [call.path for call in server.asked("awards/CONT")]
    assert len(ids) == len(set(ids)), "no award is fetched twice"
    found = ledger(build(ours))
    assert sum(amount for _, _, _, amount, *_ in found) == Decimal("102.82") + 20 * Decimal("1.01")
    assert not list((ours.raw / SOURCE / ".search").glob("*.part"))


def test_an_award_cut_off_in_the_middle_is_fetched_again(search: Search, ours: Home) -> None:
    search.add(sample())
    folder = ours.raw / SOURCE / ".search"
    folder.mkdir(parents=True)
    (folder / "usaspending_awards.part").write_text('{"award_id": "CONT_AWD_A1_7012_-NO', "utf-8")
    assert crawl(ours).new == 4
    assert len(ledger(build(ours))) == 5


def test_more_than_ten_thousand_awards_are_all_found(search: Search) -> None:
    search.add(many(10_250))
    service = api.Service(Client(SOURCE, pace=AT_ONCE))
    asked = api.filters(
        SOURCE,
        award_type_codes=api.GROUPS["contracts"],
        keywords=("CLEARVIEW AI",),
        time_period=({"start_date": api.EARLIEST, "end_date": TODAY},),
    )
    cursor, number, found = None, 0, set()
    while True:
        number += 1
        page = service.page(asked, number, cursor)
        found |= {award["generated_internal_id"] for award in page.awards}
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == 10_250 == service.count("contracts", asked)


def test_an_award_that_is_gone_is_said_and_left(server: Server, search: Search, ours: Home) -> None:
    search.add(sample())
    detail = search.award_detail

    def gone(request: Any) -> Any:
        if "R1" in request.path:
            search.awards.pop(next(key for key in search.awards if "R1" in key), None)
        return detail(request)

    server.routes.insert(0, ("GET", server.routes[-1][1], gone))
    result = crawl(ours)
    assert result.new == 3
    assert any("does not have CONT_AWD_R1" in note for note in result.notes)


def test_personal_data_never_pass_the_raw_file(search: Search, ours: Home) -> None:
    search.add(sample())
    crawl(ours)
    built = build(ours)
    for path in [*ours.staged.rglob("*.parquet"), built.database]:
        content = path.read_bytes()
        assert b"PRIVATE PERSON" not in content
        assert b"PRIVATE ROAD" not in content
    with duckdb.connect(str(built.database), read_only=True) as connection:
        assert not connection.execute(
            "select message from meta.issue where kind <> 'agency not in the reference data'"
        ).fetchall()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"keywords": ("ab",)}, "shorter than 3"),
        ({"keywords": ("a [b] c",)}, "not searched"),
        ({"keywords": ("a\tb",)}, "not searched"),
        ({"keywords": ()}, "1 to 5,000"),
        ({"keywords": None}, "whole database"),
        ({"keyword": ("radar",)}, "keyword"),
        ({"award_type_codes": ("A", "IDV_A")}, "one group"),
        ({"time_period": ({"start_date": "2007-09-30", "end_date": "2008-01-01"},)}, "2007-10-01"),
        ({"time_period": ({"start_date": "2020-09-30", "end_date": "2019-01-01"},)}, "earlier"),
    ],
)
def test_a_filter_that_the_service_would_misread_is_never_sent(
    change: dict[str, Any], why: str
) -> None:
    good = {
        "award_type_codes": ("A",),
        "keywords": ("radar",),
        "time_period": ({"start_date": "2020-01-01", "end_date": "2021-01-01"},),
    }
    api.filters(SOURCE, **good)
    with pytest.raises(SourceError, match=why):
        api.filters(SOURCE, **{**good, **change})


def asked_directly(server: Server, body: dict[str, Any]) -> tuple[int, Any]:
    reply = httpx.post(f"{server.url}/api/v2/search/spending_by_award/", json=body)
    return reply.status_code, reply.json() if reply.content else ""


def test_the_server_answers_like_the_real_one(server: Server, search: Search) -> None:
    search.add(many(10_150))
    period = [{"start_date": "2020-01-01", "end_date": "2026-01-01"}]
    good: dict[str, Any] = {
        "filters": {"award_type_codes": ["A", "B"], "time_period": period},
        "fields": ["Award ID", "Nonsense"],
        "limit": 100,
    }
    status, reply = asked_directly(server, good)
    assert status == 200
    assert reply["results"][0]["Nonsense"] is None
    assert reply["page_metadata"]["hasNext"]
    # The page at 10,000 says that there is no more.
    assert not asked_directly(server, {**good, "page": 100})[1]["page_metadata"]["hasNext"]
    assert asked_directly(server, {**good, "page": 501})[0] == 422
    assert asked_directly(server, {**good, "page": 0})[0] == 500
    assert asked_directly(server, {**good, "limit": 101})[1] == {
        "detail": "Field 'limit' value '101' is above max '100'"
    }
    assert asked_directly(server, {**good, "last_record_unique_id": 5})[0] == 500
    assert asked_directly(server, {**good, "sort": "End Date"})[0] == 400
    assert asked_directly(server, {**good, "fields": []})[1] == {
        "detail": "Missing value: 'fields' is a required field"
    }
    mixed = {**good, "filters": {"award_type_codes": ["A", "02"]}}
    assert "award_type_groups" in asked_directly(server, mixed)[1]
    odd = {**good, "filters": {**good["filters"], "keyword": ["radar"]}}
    assert "were not used: {'keyword'}" in asked_directly(server, odd)[1]["messages"][1]
    short = {**good, "filters": {**good["filters"], "keywords": ["ab"]}}
    assert asked_directly(server, short)[0] == 422


@pytest.mark.verify
def test_real_records_come_out_the_same_both_ways(
    search: Search, ours: Home, shared: Path, tmp_path: Path
) -> None:
    """Serve the real records of ICE, 2024 and 2025, and compare what the search brings of them."""
    zips = [
        shared / "real" / "usaspending_archive" / f"FY{year}_070_Contracts_Full_20251006.zip"
        for year in (2024, 2025)
    ]
    real: list[federal.Row] = []
    for path in zips:
        with zipfile.ZipFile(path) as opened, opened.open(opened.namelist()[0]) as member:
            real += csv.DictReader(io.TextIOWrapper(member, encoding="utf-8", newline=""))
    search.add(real)
    decided = load_decisions(Home.from_environment().reference_folders)
    has = set(search.awards)
    known = [key for key in known_awards(decided, "us_federal") if key in has]
    result = crawl(ours, known=known)
    assert result.new > 300
    assert not result.notes
    by_search, by_archive = build(ours), federal.build_of(Home(tmp_path / "other"), *zips)
    found = ledger(by_search)
    awards = {purchase for _, purchase, *_ in found}
    assert found == [row for row in ledger(by_archive) if row[1] in awards]
    counted = "purchase_id, amount_usd, technology from mart.purchase where is_counted"
    with duckdb.connect(str(by_archive.database), read_only=True) as connection:
        whole = set(connection.execute(f"select {counted}").fetchall())
    with duckdb.connect(str(by_search.database), read_only=True) as connection:
        searched = set(connection.execute(f"select {counted}").fetchall())
    assert searched <= whole
    assert {row for row in whole if row[0].removeprefix("us_federal:") in known} <= searched
    assert len(whole - searched) <= len(whole) / 100, sorted(whole - searched)


def test_what_is_found_waits_on_disk(ours: Home) -> None:
    with Journal.of(ours, SOURCE) as journal:
        journal.begin_query("one", 20_000)
        tracemalloc.start()
        for page in range(200):
            awards = [(f"CONT_AWD_{page:04}{place:02}", "2026-02-10") for place in range(100)]
            journal.add_page("one", awards, (page, "x") if page < 199 else None)
        assert journal.found_by("one") == 20_000
        assert sum(1 for _ in journal.wanted()) == 20_000
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 1_000_000


def test_a_long_file_of_answers_is_read_line_by_line(
    search: Search, ours: Home, tmp_path: Path
) -> None:
    search.add(sample())
    crawl(ours)
    (kept,) = (raw.path for raw in archive.kept(ours) if "awards" in raw.path.name)
    lines = kept.read_text("utf-8")
    path = tmp_path / "answers.jsonl"
    with path.open("w") as handle:
        for _ in range(800):
            handle.write(lines)
    assert path.stat().st_size > 8_000_000
    source = declared()
    tracemalloc.start()
    write_table(source, path, tmp_path / "answers.csv")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000
    with (tmp_path / "answers.csv").open(newline="") as table:
        assert sum(1 for _ in csv.reader(table)) == 1 + 5 * 800
