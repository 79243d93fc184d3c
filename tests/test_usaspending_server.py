"""The server of our own that tests ask in place of USAspending: as strict and as odd as it is."""

import csv
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import federal
from tests.federal import transaction
from tests.usaspending.downloads import STATES, Downloads
from tests.usaspending.more_routes import MoreRoutes
from tests.usaspending.search import Search
from tests.usaspending.server import Server

pytestmark = pytest.mark.service

CONTRACTS = ["A", "B", "C", "D"]
# One for all: making a client takes longer than these answers.
HTTP = httpx.Client(trust_env=False)
FIELDS = ["generated_internal_id", "Mod", "Action Date", "Transaction Amount"]


@pytest.fixture
def search() -> Search:
    return Search()


@pytest.fixture
def downloads(search: Search) -> Iterator[Downloads]:
    server = Server()
    search.serve(server)
    MoreRoutes(search).serve(server)
    with server.running():
        yield Downloads(server, search)


@pytest.fixture
def server(downloads: Downloads) -> Server:
    return downloads.server


def post(server: Server, path: str, body: object) -> tuple[int, Any]:
    reply = HTTP.post(f"{server.url}/api/v2/{path}/", json=body)
    return reply.status_code, reply.json() if reply.content else ""


def get(server: Server, path: str) -> tuple[int, Any]:
    reply = HTTP.get(f"{server.url}/api/v2/{path}")
    return reply.status_code, reply.json()


def asked(**more: Any) -> dict[str, Any]:
    return {
        "filters": {"award_type_codes": CONTRACTS},
        "fields": FIELDS,
        "sort": "Transaction Amount",
        **more,
    }


def test_transactions_by_search_have_limits_and_drop_filters_silently(
    server: Server, search: Search
) -> None:
    path = "search/spending_by_transaction"
    search.add([transaction("A1", "10.05"), transaction("A1", "-3.00", modification="1")])
    status, reply = post(server, path, asked())
    assert status == 200
    assert [row["Transaction Amount"] for row in reply["results"]] == [10.05, -3.0]
    assert reply["page_metadata"]["hasNext"] is False
    odd = {"award_type_codes": CONTRACTS, "keyword": ["nothing"]}
    assert len(post(server, path, asked(filters=odd))[1]["results"]) == 2
    words = {"award_type_codes": CONTRACTS, "keywords": ["Immigration"]}
    reply = post(server, path, asked(filters=words))[1]
    assert len(reply["results"]) == 2, "names of agencies are searched too"
    assert "were not used: {'keyword_search'}" in reply["messages"][1]
    for change, status in (
        ({"filters": {}}, 422),
        ({"sort": None}, 422),
        ({"fields": ["Nonsense"]}, 400),
        ({"limit": 101}, 422),
        ({"limit": 100, "page": 501}, 422),
        ({"limit": 100, "page": 500}, 503),
    ):
        assert post(server, path, asked(**change))[0] == status
    assert "custom data downloads" in post(server, path, asked(limit=100, page=501))[1]["detail"]
    assert post(server, f"{path}_count", asked())[1]["results"]["contracts"] == 2


def test_subawards_have_a_key_or_are_everybodys(server: Server, search: Search) -> None:
    key = federal.award_key("A1")
    rows = [
        {"prime_award_unique_key": key, "subaward_number": str(number), "subaward_amount": "1.10",
         "subaward_action_date": "2024-03-01", "subawardee_name": "SMALL LLC"}
        for number in range(3)
    ]  # fmt: skip
    search.add([transaction("A1"), *rows])
    status, reply = post(server, "subawards", {"award_id": key, "limit": 2, "order": "asc"})
    assert (status, len(reply["results"]), reply["page_metadata"]["hasNext"]) == (200, 2, True)
    assert post(server, "subawards", {"award_id": "CONT_AWD_X"})[1]["results"] == []
    form = HTTP.post(f"{server.url}/api/v2/subawards/", data={"award_id": "CONT_AWD_X"})
    assert len(form.json()["results"]) == 3
    assert post(server, "subawards", {"award_id": key, "limit": 101})[0] == 422
    assert get(server, f"awards/count/subaward/{key}/") == (200, {"subawards": 3})
    assert get(server, f"awards/{key}/")[1]["subaward_count"] == 3


def test_families_of_indefinite_contracts(server: Server, search: Search) -> None:
    under = {"award_or_idv_flag": "IDV", "idv_type_code": "IDV_E"}
    search.add(
        [
            transaction("IDV1", "0", award_or_idv_flag="IDV", idv_type_code="IDV_C"),
            transaction("BPA1", "0", parent="IDV1", parent_agency="7012", **under),
            transaction("O1", "5.05", parent="IDV1", parent_agency="7012"),
            transaction("C1", "7.00", parent="BPA1", parent_agency="7012"),
        ]
    )
    idv = "CONT_IDV_IDV1_7012"
    found = {
        kind: [
            award["piid"]
            for award in post(server, "idvs/awards", {"award_id": idv, "type": kind})[1]["results"]
        ]
        for kind in ("child_idvs", "child_awards", "grandchild_awards")
    }
    assert found == {"child_idvs": ["BPA1"], "child_awards": ["O1"], "grandchild_awards": ["C1"]}
    assert post(server, "idvs/awards", {"award_id": idv, "type": "aunts"})[0] == 400
    reply = post(server, "idvs/activity", {"award_id": idv})[1]
    assert reply["page_metadata"]["total"] == 2
    assert [row["grandchild"] for row in reply["results"]] == [False, True]
    status, amounts = get(server, f"idvs/amounts/{idv}/")
    assert (status, amounts["child_award_total_obligation"]) == (200, 5.05)
    assert amounts["grandchild_award_total_obligation"] == 7.0
    assert get(server, "idvs/amounts/CONT_IDV_X_1/")[0] == 404


def test_a_download_is_a_job_that_goes_through_its_states(
    downloads: Downloads, server: Server, search: Search
) -> None:
    search.add([transaction("A1", "10.05"), transaction("B1", "2.00")])
    body = {"filters": {"award_type_codes": CONTRACTS}}
    status, job = post(server, "download/transactions", body)
    assert status == 200
    assert post(server, "download/transactions", body)[1]["file_name"] == job["file_name"]
    assert HTTP.get(job["file_url"]).status_code == 403
    states = [HTTP.get(job["status_url"]).json()["status"] for _ in STATES]
    assert states == list(STATES)
    assert HTTP.get(job["status_url"]).json()["total_rows"] == 2
    assert rows_of(HTTP.get(job["file_url"]).content) == ["10.05", "2.00"]
    assert get(server, "download/status/?file_name=X.zip")[0] == 404
    assert post(server, "download/count", body)[1]["calculated_transaction_count"] == 2
    early = {"filters": {"time_period": [{"start_date": "2005-01-01", "end_date": "2006-01-01"}]}}
    assert post(server, "download/transactions", early)[0] == 422
    period = {"start_date": "2023-01-01", "end_date": "2024-06-01"}
    wide = {"filters": {"date_type": "action_date", "date_range": period, "prime_award_types": []}}
    assert "within a year" in post(server, "bulk_download/awards", wide)[1]["detail"]
    downloads.is_defective = True
    one = post(server, "download/contract", {"award_id": federal.award_key("A1")})[1]
    for _ in STATES:
        HTTP.get(one["status_url"])
    assert rows_of(HTTP.get(one["file_url"]).content) == []


def rows_of(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        text = io.StringIO(archive.read(name).decode(), newline="")
        return [row["federal_action_obligation"] for row in csv.DictReader(text)]


@pytest.mark.verify
def test_real_records_by_transaction_add_up_to_the_archive(
    server: Server, search: Search, shared: Path
) -> None:
    (path,) = (shared / "real" / "usaspending_archive").glob("FY2024_*.zip")
    with zipfile.ZipFile(path) as opened, opened.open(opened.namelist()[0]) as member:
        real = list(csv.DictReader(io.TextIOWrapper(member, encoding="utf-8", newline="")))
    search.add(real)
    body = asked(filters={"award_type_codes": CONTRACTS}, sort="Action Date", limit=100)
    found: list[dict[str, Any]] = []
    while True:
        status, reply = post(
            server, "search/spending_by_transaction", {**body, "page": len(found) // 100 + 1}
        )
        assert status == 200
        found += reply["results"]
        if not reply["page_metadata"]["hasNext"]:
            break
    own = {key for key, award in search.awards.items() if award.code in CONTRACTS}
    rows = [row for row in real if row["contract_award_unique_key"] in own]
    assert len(found) == len(rows) > 1000
    assert sum(Decimal(str(row["Transaction Amount"])) for row in found) == sum(
        Decimal(row["federal_action_obligation"]) for row in rows
    )
