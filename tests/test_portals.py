"""Each way into a portal against a server that behaves like the real platform, faults included."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ingest.adapters import arcgis, ckan, ocds, socrata
from ingest.adapters.portal import (
    Asking,
    Dataset,
    PagedWay,
    Part,
    Row,
    Step,
    parsed_leniently,
)
from ingest.errors import SourceError
from ingest.http import Client, Pace, Refused
from tests.portals import ckan as fake_ckan
from tests.portals import ocds as fake_ocds
from tests.portals.arcgis import Layer, Service
from tests.portals.ckan import Resource
from tests.portals.socrata import Portal, Table
from tests.usaspending.server import WAYS, Answer, Server

QUICK = Pace(0.0, 0.0, 0.01, 0.05, read_timeout=1.0)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[Client]:
    with Client("us_test", pace=QUICK) as client:
        yield client


def everything(
    client: Client, way: PagedWay, dataset: Dataset, since: str | None = None
) -> tuple[list[bytes], list[Step]]:
    """Return every page of the first part, and the requests that they answered."""
    part = way.describe(client, dataset)[0]
    step: Step | None = way.first(dataset, part, since, NOW)
    pages, steps = [], []
    while step:
        step, page = way.page(client, step)
        pages.append(page)
        steps.append(step)
        step = way.following(dataset, part, step, page, NOW)[1]
    return pages, steps


def read(rows: Callable[[bytes], list[Row]], pages: list[bytes]) -> list[Row]:
    return [row for page in pages for row in rows(page)]


# Socrata


@pytest.fixture
def chicago(server: Server, monkeypatch: pytest.MonkeyPatch) -> Portal:
    monkeypatch.setattr(socrata, "PAGE", 3)
    monkeypatch.delenv(socrata.TOKEN, raising=False)
    portal = Portal(server)
    columns = [("vendor_name", "Vendor Name", "text"), ("award_amount", "Award Amount", "number")]
    rows = [{"vendor_name": f"Vendor {n}", "award_amount": f"{n}.10"} for n in range(6)]
    rows.append({"vendor_name": None, "award_amount": "0.30"})
    portal.tables["rsxa-ify5"] = Table("Contracts", columns, rows)
    return portal


@pytest.fixture
def contracts(server: Server) -> Dataset:
    return Dataset("us_il_chicago_contracts", server.url, "rsxa-ify5")


@pytest.mark.usefixtures("chicago")
def test_socrata_gives_every_row_once_in_pages_by_key(client: Client, contracts: Dataset) -> None:
    pages, steps = everything(client, socrata.Socrata(), contracts)
    found = read(socrata.rows, pages)
    assert [row.get("vendor_name") for row in found] == [*(f"Vendor {n}" for n in range(6)), None]
    assert sum(Decimal(row["award_amount"] or 0) for row in found) == Decimal("15.90")
    assert [step.params.get("$where") for step in steps] == [
        None, ":id > 'row-000002'", ":id > 'row-000005'",
    ]  # fmt: skip
    assert not [name for row in found for name in row if name.startswith(":")]


def test_a_full_page_is_never_the_end(client: Client, chicago: Portal, contracts: Dataset) -> None:
    del chicago.tables["rsxa-ify5"].rows[6:]
    pages, _ = everything(client, socrata.Socrata(), contracts)
    assert [len(socrata.rows(page)) for page in pages] == [3, 3, 0]


def test_a_wrong_token_is_dropped_and_a_known_one_is_sent(
    client: Client,
    server: Server,
    chicago: Portal,
    contracts: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(socrata.TOKEN, "expired")
    pages, _ = everything(client, socrata.Socrata(), contracts)
    assert len(read(socrata.rows, pages)) == 7
    sent = [logged.headers.get("x-app-token") for logged in server.log]
    assert sent == ["expired", *[None] * (len(sent) - 1)]
    chicago.tokens = {"good"}
    monkeypatch.setenv(socrata.TOKEN, "good")
    server.forget()
    everything(client, socrata.Socrata(), contracts)
    assert {logged.headers.get("x-app-token") for logged in server.log} == {"good"}


def test_both_forms_of_an_error_are_read(
    client: Client, server: Server, chicago: Portal, contracts: Dataset
) -> None:
    with pytest.raises(Refused, match=r"404: dataset\.missing Not found"):
        socrata.Socrata().describe(client, Dataset("us_test", server.url, "zzzz-zzzz"))
    chicago.has_system_fields = False
    step = socrata.Socrata().first(contracts, Part("", ""), "2026-01-01", NOW)
    with pytest.raises(Refused, match=r"400: query\.soql\.no-such-column"):
        socrata.Socrata().page(client, step)


def test_a_backend_without_system_fields_is_paged_by_offset(
    client: Client, chicago: Portal, contracts: Dataset
) -> None:
    chicago.has_system_fields = False
    pages, steps = everything(client, socrata.Socrata(), contracts)
    assert len(read(socrata.rows, pages)) == 7
    assert [step.params["$offset"] for step in steps] == ["0", "3", "6"]


def test_socrata_is_asked_again_while_the_answer_is_being_made(
    client: Client, chicago: Portal, contracts: Dataset
) -> None:
    chicago.not_ready = 2
    pages, _ = everything(client, socrata.Socrata(), contracts)
    assert len(read(socrata.rows, pages)) == 7


def test_changes_since_a_moment_are_asked_for_by_that_column(
    client: Client, chicago: Portal, contracts: Dataset
) -> None:
    table = chicago.tables["rsxa-ify5"]
    table.moments = {n: f"2026-11-21T0{n}:00:00.000Z" for n in (1, 3, 4, 5)}
    pages, steps = everything(
        client, socrata.Socrata(), contracts, since="2026-11-20T08:00:00.000Z"
    )
    assert [r["vendor_name"] for r in read(socrata.rows, pages)] == [
        "Vendor 1", "Vendor 3", "Vendor 4", "Vendor 5",
    ]  # fmt: skip
    assert steps[1].params["$where"] == (
        ":id > 'row-000004' and :updated_at > '2026-11-20T08:00:00.000Z'"
    )
    assert steps[1].newest == "2026-11-21T04:00:00.000Z"


@pytest.mark.usefixtures("chicago")
def test_metadata_name_columns_titles_and_the_version(client: Client, contracts: Dataset) -> None:
    (part,) = socrata.Socrata().describe(client, contracts)
    assert [(c.name, c.title, c.kind) for c in part.columns] == [
        ("vendor_name", "Vendor Name", "text"),
        ("award_amount", "Award Amount", "number"),
    ]
    assert part.version == "1763000000"
    assert socrata.Socrata().count(client, contracts, part) == 7


@pytest.mark.parametrize("way", WAYS)
def test_a_portal_that_stumbles_gives_the_same_rows(
    client: Client, server: Server, chicago: Portal, contracts: Dataset, way: str
) -> None:
    del chicago
    server.faults.every, server.faults.ways = 3, (way,)
    pages, _ = everything(client, socrata.Socrata(), contracts)
    assert len(read(socrata.rows, pages)) == 7


# CKAN


@pytest.fixture
def boston(server: Server) -> fake_ckan.Portal:
    portal = fake_ckan.Portal(server, most=2)
    columns = [("Vendor Name", "text"), ("Monetary Amount", "numeric"), ("Entered", "timestamp")]
    rows = [{"Vendor Name": f"V{n}", "Monetary Amount": 0.1, "Entered": None} for n in range(5)]
    portal.packages["checkbook-explorer"] = [
        Resource("r25", "FY25 Checkbook", columns, rows),
        Resource("r26", "FY26 Checkbook", body=b"Vendor Name,Monetary Amount\nA,1.00\n"),
        Resource("pdf", "Data key"),
    ]
    return portal


def test_ckan_pages_by_what_arrives_when_its_limit_is_lowered(
    client: Client, server: Server, boston: fake_ckan.Portal
) -> None:
    del boston
    dataset = Dataset("us_test", server.url, "checkbook-explorer", resources="FY25*")
    pages, steps = everything(client, ckan.Ckan(), dataset)
    found = read(ckan.rows, pages)
    assert [row["Vendor Name"] for row in found] == [f"V{n}" for n in range(5)]
    assert {row["Monetary Amount"] for row in found} == {"0.1"}
    assert "_id" not in found[0]
    assert [step.params["offset"] for step in steps] == ["0", "2", "4"]


@pytest.mark.usefixtures("boston")
def test_resources_are_found_by_name_and_files_by_their_address(
    client: Client, server: Server
) -> None:
    parts = ckan.Ckan().describe(
        client, Dataset("us_test", server.url, "checkbook-explorer", resources="FY*")
    )
    assert [(part.id, part.address) for part in parts] == [
        ("r25", None), ("r26", f"{server.url}/files/r26.csv"),
    ]  # fmt: skip
    assert [column.kind for column in parts[0].columns] == ["text", "number", "date"]
    with pytest.raises(SourceError, match="no resource of checkbook-explorer named like `2024"):
        ckan.Ckan().describe(
            client, Dataset("us_test", server.url, "checkbook-explorer", resources="2024*")
        )
    with pytest.raises(Refused, match="Not Found Error: Not found"):
        ckan.Ckan().describe(client, Dataset("us_test", server.url, "nothing"))


# ArcGIS

LAYER = "abc/Checkbook/FeatureServer/0"


@pytest.fixture
def detroit(server: Server) -> Service:
    service = Service(server)
    fields = [("vendor", "String"), ("amount", "Double"), ("paid_on", "Date")]
    rows = [{"vendor": f"V{n}", "amount": 1234.1, "paid_on": n * 86_400_000} for n in range(5)]
    rows[0]["paid_on"] = -86_400_000
    rows[4]["paid_on"] = None
    service.layers[LAYER] = Layer("Checkbook", fields, rows, most=2)
    return service


@pytest.fixture
def layer(server: Server) -> Dataset:
    return Dataset("us_test", f"{server.url}/arcgis/rest/services", LAYER)


@pytest.mark.parametrize("has_paging", [True, False])
def test_arcgis_is_paged_by_what_arrives(
    client: Client, detroit: Service, layer: Dataset, *, has_paging: bool
) -> None:
    detroit.layers[LAYER].has_paging = has_paging
    pages, steps = everything(client, arcgis.ArcGis(), layer)
    found = read(arcgis.rows, pages)
    assert [row["vendor"] for row in found] == [f"V{n}" for n in range(5)]
    assert {row["amount"] for row in found} == {"1234.1"}
    assert [row["paid_on"] for row in found] == [
        "1969-12-31", "1970-01-02", "1970-01-03", "1970-01-04", None,
    ]  # fmt: skip
    where = [step.params["where"] for step in steps]
    assert where == (["1=1"] * 3 if has_paging else ["1=1", "OBJECTID > 2", "OBJECTID > 4"])


def test_an_error_in_an_answer_of_http_200_is_an_error(
    client: Client, server: Server, detroit: Service, layer: Dataset
) -> None:
    detroit.failing = [504, 429]
    pages, _ = everything(client, arcgis.ArcGis(), layer)
    assert len(read(arcgis.rows, pages)) == 5
    detroit.failing = [400]
    with pytest.raises(Refused, match=r"400: Unable to complete operation"):
        everything(client, arcgis.ArcGis(), layer)
    gone = Dataset("us_test", f"{server.url}/arcgis/rest/services", "abc/Gone/FeatureServer/0")
    with pytest.raises(Refused, match="404: Service not found"):
        arcgis.ArcGis().describe(client, gone)


# OCDS


def release(ocid: str, date: str, awards: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "ocid": ocid,
        "id": f"{ocid}-{date}",
        "date": date,
        "tag": ["award"],
        "buyer": {"id": "B1", "name": "Example Police"},
        "tender": {"id": "T", "title": "Body cameras", "procurementMethod": "open"},
        "awards": awards,
        **more,
    }


def award(award_id: str, amount: object, *suppliers: str) -> dict[str, Any]:
    return {
        "id": award_id,
        "value": {"amount": amount, "currency": "GBP"},
        "suppliers": [{"id": name.upper(), "name": name} for name in suppliers],
    }


def of(*releases: dict[str, Any]) -> list[Row]:
    return ocds.rows(json.dumps({"releases": releases}).encode())


def money(rows: list[Row]) -> Decimal:
    return sum((Decimal(row["amount"] or 0) for row in rows), Decimal(0))


def test_several_notices_of_one_process_are_one_purchase() -> None:
    first = release("o1", "2026-01-01T00:00:00Z", [award("a1", 100, "Axon")])
    second = release("o1", "2026-02-01T00:00:00Z", [award("a1", 120.5, "Axon")])
    (row,) = of(second, first, second)
    assert (row["amount"], row["currency"], row["supplier"]) == ("120.5", "GBP", "Axon")
    assert row["buyer"] == "Example Police"
    assert row["release_date"] == "2026-02-01T00:00:00Z"


def test_awards_that_share_an_id_keep_their_money_and_say_so() -> None:
    rows = of(release("o1", "2026-01-01", [award("a", 10, "A"), award("a", 20, "B"),
                                           award("a", 10, "A")]))  # fmt: skip
    assert money(rows) == 30
    assert {row["award_id"] for row in rows} == {"a", "a#2"}
    assert rows[0]["problem"] == "2 different awards bear the id a"


def test_a_value_that_suppliers_share_is_counted_once() -> None:
    rows = of(release("o1", "2026-01-01", [award("a", 900, "A", "B", "C")]))
    assert money(rows) == 900
    assert [(row["supplier"], row["amount"], row["shared_amount"]) for row in rows] == [
        ("3 suppliers together", "900", None),
        ("A", None, "900"),
        ("B", None, "900"),
        ("C", None, "900"),
    ]


def test_a_contract_stands_for_its_award_and_takes_its_supplier_and_value() -> None:
    with_contracts = [
        {"id": "c1", "awardID": "a1", "dateSigned": "2026-03-01"},
        {"id": "c2", "awardID": "a2", "value": {"amount": 5, "currency": "EUR"}},
        {"id": "c3", "awardID": "a2"},
    ]
    rows = of(
        release(
            "o1", "2026-01-01",
            [award("a1", 10, "A"), award("a2", 100, "B"), award("a3", 7, "C")],
            contracts=with_contracts,
        )
    )  # fmt: skip
    assert [
        (row["record"], row["contract_id"], row["supplier"], row["amount"]) for row in rows
    ] == [
        ("contract", "c1", "A", "10"),
        ("contract", "c2", "B", "5"),
        # Of two contracts under one award, nobody says how they share its value.
        ("contract", "c3", "B", None),
        ("award", None, "C", "7"),
    ]


def test_a_notice_without_a_date_is_merged_and_named() -> None:
    dated = release("o1", "2026-01-01", [award("a1", 10, "A")])
    undated = {**release("o1", "", [award("a2", 5, "B")]), "date": None}
    rows = of(dated, undated)
    assert money(rows) == 15
    assert "without a date" in str(rows[0]["problem"])


def test_records_are_read_by_their_releases_or_compiled() -> None:
    compiled = release("o2", "2026-01-01", [award("a", 3, "A")])
    records = [
        {"ocid": "o1", "releases": [release("o1", "2026-01-01", [award("a", 4, "A")])]},
        {"ocid": "o2", "releases": [{"url": "https://example.org/1"}], "compiledRelease": compiled},
    ]
    rows = ocds.rows(json.dumps({"records": records}).encode())
    assert [row["ocid"] for row in rows] == ["o1", "o2"]
    assert money(rows) == 7


def test_numbers_that_are_no_json_are_read_and_texts_are_left_alone() -> None:
    page = b'{"a": 000,"b": [ 007.50], "c": 1e9999, "d": "x: 000, 1", "e": 0.5, "f": -010}'
    assert parsed_leniently(page) == {
        "a": "0", "b": ["7.50"], "c": "1e9999", "d": "x: 000, 1", "e": "0.5", "f": "-10",
    }  # fmt: skip


def test_ocds_goes_from_link_to_link_and_from_window_to_window(
    client: Client, server: Server
) -> None:
    releases = [
        release(f"o{n}", f"2026-11-{10 + n}T12:00:00Z", [award("a", 1, "Société Générale")])
        for n in range(8)
    ]
    publisher = fake_ocds.Publisher(server, releases, limit=2)
    publisher.mangle = lambda body: body.replace(b'"amount": 1,', b'"amount": 001,')
    asking = Asking(
        {"publishedFrom": "{from}", "publishedTo": "{to}", "stages": "award"},
        datetime(2026, 11, 10, tzinfo=UTC),
        window_hours=72,
    )
    dataset = Dataset("gb_test", server.url, fake_ocds.PATH, asking=asking)
    pages, steps = everything(client, ocds.Ocds(), dataset)
    rows = [row for _, row in ocds.rows_of_all(pages)]
    assert [row["ocid"] for row in rows] == [f"o{n}" for n in range(8)]
    assert money(rows) == 8
    assert {row["supplier"] for row in rows} == {"Société Générale"}
    starts = {step.params["publishedFrom"] for step in steps if step.params}
    assert starts == {f"2026-11-{day}T00:00:00" for day in (10, 13, 16, 19)}
    # The next fetch begins a little before this one ended.
    again = ocds.Ocds().first(dataset, Part("", ""), steps[-1].newest, NOW)
    assert again.params["publishedFrom"] == "2026-11-21T23:00:00"


def test_a_publisher_that_answers_with_a_page_of_html_fails_in_words(
    client: Client, server: Server
) -> None:
    html = b"<!DOCTYPE html><h1>Request unsuccessful</h1>"
    server.route("GET", fake_ocds.PATH, lambda _: Answer(200, html, {"Content-Type": "text/html"}))
    step = Step(address=f"{server.url}{fake_ocds.PATH}")
    with pytest.raises(SourceError, match="a page of HTML: <!DOCTYPE html><h1>Request unsuc"):
        ocds.Ocds().page(client, step)
