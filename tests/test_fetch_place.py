"""Fetching from portals: whole, once, and never at the price of what was there before."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest import archive, fetch_place, stage
from ingest.adapters import socrata
from ingest.build import build
from ingest.errors import WhobuysError
from ingest.fetch import Asked, Fetched, fetch
from ingest.home import Home
from ingest.status import status
from tests.portals.ckan import Portal as CkanPortal
from tests.portals.ckan import Resource
from tests.portals.example import CITY, COLUMNS, COUNTY, DECLARED, QUICK, contract, with_lines
from tests.portals.ocds import PATH, Publisher
from tests.portals.socrata import Portal, Table
from tests.test_portals import award, release
from tests.usaspending.server import Answer, Request, Server

pytestmark = pytest.mark.service

TODAY = date(2026, 11, 22)
Declare = Callable[..., None]


@pytest.fixture
def declare(ours: Home) -> Declare:
    def declare(source_id: str, *more: str, text: str = DECLARED) -> None:
        path = ours.root / "sources" / f"{source_id}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(with_lines(text, *more), "utf-8")

    return declare


@pytest.fixture
def portal(server: Server, declare: Declare, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Return a portal with a city of ten contracts, in pages of three."""
    monkeypatch.setattr(socrata, "PAGE", 3)
    portal = Portal(server)
    rows = [contract(n) for n in range(10)]
    portal.tables["aaaa-aaaa"] = Table("City", list(COLUMNS), rows)
    declare(CITY, "adapter: socrata", f"domain: {server.url}", "dataset: aaaa-aaaa")
    return portal


def get(home: Home, *source_ids: str, asked: Asked | None = None) -> list[Fetched]:
    return fetch(home, list(source_ids) or [CITY], asked, today=TODAY, pace=QUICK)


def published(home: Home, question: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        return connection.execute(question).fetchall()


SUM = "select count(*), sum(amount_usd) from mart.purchase"


@pytest.mark.data
def test_pages_become_one_raw_file_and_purchases(ours: Home, portal: Portal) -> None:
    (result,) = get(ours)
    assert result.failure is None
    assert len(result.files) == 1
    assert result.rows == 10
    (raw,) = archive.kept(ours, CITY)
    assert raw.receipt.url == f"{portal.server.url}/aaaa-aaaa"
    assert published(ours, SUM) == [(10, Decimal("1001.00"))]


def test_what_has_not_changed_is_asked_for_once(ours: Home, server: Server, portal: Portal) -> None:
    get(ours)
    server.forget()
    (again,) = get(ours)
    assert (again.files, again.unchanged) == ([], 1)
    assert [logged.path for logged in server.log] == ["/api/views/aaaa-aaaa.json"]
    # Published anew with the same rows: fetched, found to be the same, and then known.
    portal.tables["aaaa-aaaa"].updated += 1
    assert get(ours)[0].files == []
    server.forget()
    get(ours)
    assert len(server.log) == 1


@pytest.mark.data
def test_a_newer_table_replaces_the_one_before(ours: Home, portal: Portal) -> None:
    get(ours)
    table = portal.tables["aaaa-aaaa"]
    table.rows = [contract(n, "1.00") for n in range(1, 12)]
    table.updated += 1
    (result,) = get(ours)
    assert len(result.files) == 1
    assert published(ours, SUM) == [(11, Decimal("11.00"))]
    assert len(archive.folders(ours, CITY)) == 1
    assert len(archive.every_folder(ours, CITY)) == 2


@pytest.mark.data
def test_a_run_that_was_stopped_goes_on_with_the_page_it_had_reached(
    ours: Home, server: Server, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    del portal
    whole = fetch_place.write_whole

    def stopped(path: Path, content: bytes) -> None:
        if path.name == "page-00003.json":
            raise KeyboardInterrupt
        whole(path, content)

    monkeypatch.setattr(fetch_place, "write_whole", stopped)
    with pytest.raises(KeyboardInterrupt):
        get(ours)
    monkeypatch.setattr(fetch_place, "write_whole", whole)
    server.forget()
    (result,) = get(ours)
    assert result.rows == 10
    pages = server.asked("/resource/")
    assert [logged.query.get("$where") for logged in pages] == [
        ":id > 'row-000005'", ":id > 'row-000008'",
    ]  # fmt: skip
    assert not list((ours.raw / CITY).glob(".incoming/*"))


def _stale(home: Home, source_id: str = CITY) -> str:
    found = published(
        home, f"select stale_because from mart.source where source_id = '{source_id}'"
    )
    return str(found[0][0])


@pytest.mark.data
def test_a_renamed_column_stops_only_its_source(
    ours: Home, server: Server, portal: Portal, declare: Declare
) -> None:
    portal.tables["bbbb-bbbb"] = Table("County", list(COLUMNS), [contract(99)])
    declare(COUNTY, "adapter: socrata", f"domain: {server.url}", "dataset: bbbb-bbbb")
    get(ours, CITY, COUNTY)
    portal.tables["aaaa-aaaa"].rename("vendor_name", "supplier_name")
    portal.tables["bbbb-bbbb"].rows.append(contract(100))
    portal.tables["bbbb-bbbb"].updated += 1
    city, county = get(ours, CITY, COUNTY)
    assert city.failure
    assert "no longer has `vendor_name`" in city.failure
    assert "`supplier_name`" in city.failure
    assert county.rows == 2
    assert published(ours, SUM) == [(12, Decimal("1201.20"))]
    assert "no longer has `vendor_name`" in _stale(ours)
    assert _stale(ours, COUNTY) == "None"
    found = {source.source_id: source for source in status(ours).sources}
    assert (found[CITY].state, found[COUNTY].state) == ("stale", "fresh")


def test_a_table_that_lost_most_of_its_rows_is_not_believed(ours: Home, portal: Portal) -> None:
    get(ours)
    table = portal.tables["aaaa-aaaa"]
    table.rows, table.updated = table.rows[:4], table.updated + 1
    (result,) = get(ours)
    assert result.is_stale
    assert published(ours, SUM) == [(10, Decimal("1001.00"))]
    assert "has 4 rows now and had 10 before" in _stale(ours)
    # It is still known to be wrong, and is not fetched again, until a person says it is right.
    assert get(ours)[0].is_stale
    (accepted,) = get(ours, asked=Asked(is_smaller_right=True))
    assert accepted.rows == 4
    assert published(ours, SUM) == [(4, Decimal("400.40"))]
    assert _stale(ours) == "None"


@pytest.mark.parametrize("moment", ["before staging", "before it is noted"])
@pytest.mark.parametrize("rows", [12, 4])
def test_a_table_that_was_kept_before_a_kill_is_judged_by_the_next_run(
    ours: Home, portal: Portal, monkeypatch: pytest.MonkeyPatch, rows: int, moment: str
) -> None:
    get(ours)
    (first,) = archive.folders(ours, CITY)
    table = portal.tables["aaaa-aaaa"]
    table.rows, table.updated = [contract(n) for n in range(rows)], table.updated + 1
    with monkeypatch.context() as patch:
        where = (stage, "stage") if moment == "before staging" else (archive, "set_aside")
        patch.setattr(*where, _killed)
        with pytest.raises(KeyboardInterrupt):
            get(ours)
    assert len(archive.folders(ours, CITY)) == 2
    (result,) = get(ours)
    # One that lost most of its rows is refused, as if nothing had been killed.
    assert result.is_stale == (rows == 4)
    counting = archive.folders(ours, CITY)
    assert (len(counting), first in counting) == (1, rows == 4)
    assert not (ours.raw / CITY / ".incoming").exists()


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("way", ["html", "429", "403", "empty 503", "dropped"])
def test_a_portal_that_is_down_keeps_its_last_good_data(
    ours: Home, server: Server, portal: Portal, way: str
) -> None:
    get(ours)
    portal.tables["aaaa-aaaa"].updated += 1
    server.faults.down, server.faults.down_way, server.faults.retry_after = "/resource", way, 0
    (result,) = get(ours)
    assert result.failure
    assert result.failure.startswith(f"{CITY}: GET")
    assert published(ours, SUM) == [(10, Decimal("1001.00"))]
    assert _stale(ours) == result.failure
    server.faults.down = None
    assert not get(ours)[0].is_stale
    assert _stale(ours) == "None"


def test_fewer_rows_than_the_portal_counted_are_not_kept(ours: Home, portal: Portal) -> None:
    portal.lost = 2
    (result,) = get(ours)
    assert result.failure
    assert "counted 10 rows and gave 8" in result.failure
    assert list(archive.kept(ours, CITY)) == []


@pytest.mark.data
def test_only_changes_are_fetched_where_the_declaration_says_how(
    ours: Home, server: Server, portal: Portal, declare: Declare
) -> None:
    declare(
        CITY, "adapter: socrata", f"domain: {server.url}", "dataset: aaaa-aaaa",
        'incremental: ":updated_at"',
    )  # fmt: skip
    get(ours)
    table = portal.tables["aaaa-aaaa"]
    table.rows[4] = contract(4, "0.10")
    table.rows.append(contract(10))
    table.moments = {4: "2026-11-21T00:00:00.000Z", 10: "2026-11-21T00:00:00.000Z"}
    table.updated += 1
    (result,) = get(ours)
    assert result.rows == 2
    assert published(ours, SUM) == [(11, Decimal("1001.10"))]
    table.updated += 1
    assert get(ours)[0].files == []
    # Asked to mend, it fetches everything, and the changes count no more.
    table.updated += 1
    assert get(ours, asked=Asked(repair=True))[0].rows == 11
    assert len(archive.folders(ours, CITY)) == 1
    assert published(ours, SUM) == [(11, Decimal("1001.10"))]


@pytest.mark.data
def test_each_resource_of_a_package_is_fetched_when_it_changes(
    ours: Home, server: Server, declare: Declare
) -> None:
    portal = CkanPortal(server, most=2)
    columns = [(name, "text") for name, _, _ in COLUMNS]
    old = Resource("r25", "FY25", columns, [contract(n) for n in range(5)])
    header = ",".join(name for name, _, _ in COLUMNS)
    body = f"{header}\nC9,Police,Flock Safety,7.00,LICENSE PLATE READER CAMERAS,2026-01-01\n"
    portal.packages["checkbook"] = [old, Resource("r26", "FY26", body=body.encode())]
    declare(
        CITY, "adapter: ckan", f"domain: {server.url}", "dataset: checkbook", 'resources: "FY*"',
        "files: parts",
    )  # fmt: skip
    (result,) = get(ours)
    assert result.failure is None
    assert (len(result.files), result.rows) == (2, 6)
    assert published(ours, SUM) == [(6, Decimal("507.50"))]
    old.rows, old.modified = [contract(n, "1.00") for n in range(5)], "2026-11-20T00:00:00"
    (result,) = get(ours)
    assert (len(result.files), result.unchanged) == (1, 1)
    assert published(ours, SUM) == [(6, Decimal("12.00"))]


@pytest.mark.data
def test_a_file_is_fetched_again_only_when_its_server_has_another(
    ours: Home, server: Server, declare: Declare
) -> None:
    header = ",".join(name for name, _, _ in COLUMNS)
    bodies = {2025: f"{header}\nC1,Police,Axon,1.00,BODY WORN CAMERAS,2025-01-01\n"}

    def file(request: Request) -> Answer:
        assert request.match
        year = int(request.match[1])
        if year not in bodies:
            return Answer(404)
        etag = f'"{len(bodies[year])}"'
        if request.headers.get("if-none-match") == etag:
            return Answer(304)
        return Answer(200, bodies[year].encode(), {"Content-Type": "text/csv", "ETag": etag})

    server.route("GET", r"/spend/(\d{4})\.csv", file)
    declare(
        CITY, "adapter: table_file", f'address: "{server.url}/spend/{{year}}.csv"',
        "files: parts", "first_year: 2025",
    )  # fmt: skip
    (result,) = get(ours)
    # The file of the year that has just begun is not out yet, which is no failure.
    assert (result.failure, result.files) == (None, ["2025.csv"])
    assert get(ours)[0].files == []
    bodies[2026] = f"{header}\nC2,Police,Axon,2.00,BODY WORN CAMERAS,2026-01-01\n"
    assert get(ours)[0].files == ["2026.csv"]
    bodies[2025] = bodies[2025].replace("1.00", "10.00")
    assert get(ours)[0].files == ["2025.csv"]
    assert published(ours, SUM) == [(2, Decimal("12.00"))]
    bodies[2025] = "<!DOCTYPE html><h1>Sorry</h1>"
    (result,) = get(ours)
    assert result.failure
    assert "a page of HTML" in result.failure
    assert published(ours, SUM) == [(2, Decimal("12.00"))]


OCDS = """\
title: Example notices
publisher: Example
place: uk
page: https://example.org/
licence: OGL
fiscal_year_begins: 4
cadence: daily
grain: one contract, or one award without
covers: Everything.
does_not_cover: Nothing.
is_complete: false
verified: {how: the test, when: 2026-11-01}
record_kind: contract
basis: committed
currency: GBP
amounts: total
purchase_key: [purchase]
row_key: [purchase]
expect: {min_rows: 0}
columns:
  buyer: agency_name_source
  supplier: vendor_name_source
  amount: amount
  shared_amount: ceiling
  currency: currency
  signed_date: signed_date
  title: description
"""


@pytest.mark.data
def test_notices_are_added_week_by_week_and_keep_their_currency(
    ours: Home, server: Server, declare: Declare
) -> None:
    releases = [release("o1", "2026-11-02T00:00:00Z", [award("a1", 100.5, "Axon")])]
    releases[0]["awards"][0]["date"] = "2026-11-01"
    publisher = Publisher(server, releases)
    declare(
        "uk_example_notices", "adapter: ocds", f"domain: {server.url}", f"dataset: {PATH}",
        'ask: {parameters: {publishedFrom: "{from}", publishedTo: "{to}"}, since: 2026-11-01,'
        " window_hours: 240}",
        text=OCDS,
    )  # fmt: skip
    (result,) = get(ours, "uk_example_notices")
    assert result.failure is None
    assert result.rows == 1
    later = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}Z"
    publisher.releases.append(release("o1", later, [award("a1", 120, "Axon")]))
    twice = [award("a1", 6, "A", "B"), award("a1", 1, "A", "B")]
    publisher.releases.append(release("o2", later, twice))
    (result,) = get(ours, "uk_example_notices")
    assert result.failure is None
    found = published(
        ours,
        "select vendor_name_source, amount, amount_usd, currency, ceiling_usd from mart.purchase "
        "order by amount",
    )
    assert ("Axon", Decimal("120.00"), None, "GBP", None) in found
    assert published(ours, "select kind, value from meta.issue where kind like 'notices%'") == [
        ("notices do not agree", "2 different awards bear the id a1")
    ]
    assert sum((row[1] or 0 for row in found), Decimal(0)) == Decimal("127.00")


def test_a_source_that_is_off_or_has_no_portal_is_refused_in_words(
    ours: Home, server: Server, declare: Declare
) -> None:
    declare(CITY, "adapter: table_file", "is_on: false")
    with pytest.raises(WhobuysError, match=f"`whobuys check --columns {CITY}`"):
        get(ours)
    declare(CITY, "adapter: table_file")
    with pytest.raises(WhobuysError, match=f"`whobuys add FILE --source {CITY}`"):
        get(ours)
    assert server.log == []
