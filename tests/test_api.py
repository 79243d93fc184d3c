"""The API: the screen's figures, the address bar's filters, errors in sentences, limits."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import data, filters, serving
from dashboard.api import API
from dashboard.data import Measure, Selection, opening
from tests.published import publish, sample_rows

pytestmark = pytest.mark.data


@pytest.fixture
def client(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    publish(home, sample_rows())
    monkeypatch.setattr(serving, "_limit", serving.Limit(100_000, 100_000))
    monkeypatch.setattr(serving, "_kept", serving.Kept(1_000_000))
    yield TestClient(Starlette(routes=API), base_url="http://whobuys.test")
    opening.connections.clear()


def get(client: TestClient, path: str, **query: object) -> dict:
    answer = client.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_totals_are_those_of_the_screen(client: TestClient) -> None:
    build = data.current()
    answer = get(client, "/totals")
    (total,) = data.totals(build, Selection())
    (row,) = answer["totals"]
    assert answer["build"] == "test"
    assert (row["record_kind"], row["basis"]) == ("award", "obligated")
    assert Decimal(row["amount"]) == total.amount
    assert isinstance(row["amount"], str), "money is never a float"
    for group in ("technology", "agency", "vendor", "maker", "year"):
        (row,) = get(client, "/totals", by=group)["totals"]
        assert sum(Decimal(bar["amount"]) for bar in row["by"]) == total.amount


def test_filters_are_those_of_the_address_bar(client: TestClient) -> None:
    build = data.current()
    for query in (
        {"technology": ["Face recognition"]},
        {"year": ["FY2022"]},
        {"q": ["clearview"]},
        {"scope": [filters.RELATED], "status": ["Possible, waits for a person"]},
        {"staffing": ["true"], "agency": ["U.S. Immigration and Customs Enforcement"]},
    ):
        chosen = filters.selection(build, query)
        answer = get(client, "/purchases", **query)
        assert answer["count"] == data.how_many(build, chosen)
        shown = [row["purchase_id"] for row in data.purchases(build, chosen)]
        assert [row["purchase_id"] for row in answer["rows"]] == shown
    by_words = get(client, "/purchases", technology="Face recognition")
    assert by_words["rows"] == get(client, "/purchases", technology="face-recognition")["rows"]
    assert get(client, "/purchases", scope="related")["count"] > get(client, "/purchases")["count"]


def test_pages_follow_one_another_to_the_end(client: TestClient) -> None:
    whole = [row["purchase_id"] for row in get(client, "/purchases")["rows"]]
    assert len(whole) > 3
    seen: list[str] = []
    answer = get(client, "/purchases", size=2)
    while True:
        seen += [row["purchase_id"] for row in answer["rows"]]
        if answer["next"] is None:
            break
        address = urlsplit(answer["next"])
        assert address.netloc == "whobuys.test"
        answer = client.get(f"{address.path}?{address.query}").json()
    assert seen == whole


def test_a_reading_stays_with_its_build(client: TestClient, home: Path) -> None:
    first = get(client, "/purchases", size=2)
    rows = sample_rows()
    rows["mart.purchase"] = rows["mart.purchase"][:3]
    rows["meta.build"][0]["build_id"] = "newer"
    publish(home, rows, "newer")
    assert get(client, "/purchases")["build"] == "newer"
    following = client.get(first["next"]).json()
    assert (following["build"], following["count"]) == ("test", first["count"])
    (home / "build" / "whobuys-test.duckdb").unlink()
    gone = client.get(first["next"].replace("size=2", "size=3"))
    assert gone.status_code == 410
    assert "Begin again" in gone.json()["error"]["message"]


def test_a_purchase_has_all_that_is_known_of_it(client: TestClient) -> None:
    build = data.current()
    answer = get(client, "/purchases/us_federal:A1")
    row = data.purchase(build, "us_federal:A1")
    assert row
    assert Decimal(answer["purchase"]["amount_usd"]) == row["amount_usd"]
    assert len(answer["transactions"]) == len(data.transactions_of(build, "us_federal:A1"))
    assert answer["evidence"]
    assert answer["flags"][0]["flag"] == "growth-by-amendment"
    assert "changes" in answer
    assert client.get("/api/v1/purchases/us_federal:NONE").status_code == 404


@pytest.mark.parametrize("name", data.LISTS)
def test_every_list_has_its_rows_and_can_be_filtered(client: TestClient, name: str) -> None:
    build = data.current()
    this = data.LISTS[name]
    answer = get(client, f"/{name}", size=1000)
    assert answer["count"] == data.rows_in(build, this.table) == len(answer["rows"])
    assert answer["count"], "the sample has none of these, so nothing was tested"
    first = answer["rows"][0]
    for column in this.filters:
        value = first[column]
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str):
            some = get(client, f"/{name}", **{column: value})
            assert first in some["rows"]
            assert get(client, f"/{name}", **{column: "no such value"})["count"] == 0
    if name != "flags":
        one = get(client, f"/{name}/{first[this.key[-1]]}")
        assert one["row"] == first


def test_one_vendor_has_its_sums(client: TestClient) -> None:
    build = data.current()
    answer = get(client, "/vendors/clearview-ai")
    chosen = replace(Selection(), vendors=("clearview-ai",))
    total = data.total(build, chosen, Measure())
    assert total.purchases
    assert Decimal(answer["totals"][0]["amount"]) == total.amount


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/purchases?tecnology=x", 400, "`tecnology` is no parameter"),
        ("/purchases?technology=Teleportation", 400, "no value 'Teleportation'"),
        ("/purchases?size=0", 400, "number from 1 to 1000"),
        ("/purchases?size=99999", 400, "number from 1 to 1000"),
        ("/purchases?cursor=e30=", 400, "not one of ours"),
        ("/purchases?cursor=%C3%A9", 400, "not one of ours"),
        ("/purchases?sort=purchase_id;drop", 400, "`sort` is one of"),
        ("/purchases?scope=all", 400, "no value 'all'"),
        ("/purchases?build=older", 410, "no longer here"),
        ("/totals?by=mood", 400, "`by` is one of"),
        ("/agencies?agency_name=x", 400, "no parameter here"),
        ("/agencies/none", 404, "There is no agencies 'none'"),
        ("/elsewhere", 404, "is no address here"),
    ],
)
def test_what_is_wrong_is_said_in_json(
    client: TestClient, path: str, status: int, words: str
) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["status"] == status
    assert words in error["message"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_without_a_database_it_says_so(home: Path) -> None:
    assert home.is_dir()
    answer = TestClient(Starlette(routes=API)).get("/api/v1/purchases")
    assert answer.status_code == 503
    assert "Nothing has been published yet" in answer.json()["error"]["message"]
    assert answer.headers["retry-after"]


def test_an_answer_is_cached_until_the_build_changes(client: TestClient, home: Path) -> None:
    first = client.get("/api/v1/purchases")
    tag = first.headers["etag"]
    assert "max-age" in first.headers["cache-control"]
    again = client.get("/api/v1/purchases", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/v1/purchases?size=1", headers={"If-None-Match": tag})
    assert other.status_code == 200
    rows = sample_rows()
    rows["meta.build"][0]["build_id"] = "newer"
    publish(home, rows, "newer")
    newer = client.get("/api/v1/purchases", headers={"If-None-Match": tag})
    assert newer.status_code == 200
    assert newer.headers["etag"] != tag


def test_any_site_may_read_and_none_may_write(client: TestClient) -> None:
    assert client.get("/api/v1").headers["access-control-allow-origin"] == "*"
    asked = client.options("/api/v1/purchases", headers={"Origin": "https://paper.example"})
    assert asked.status_code == 204
    assert "GET" in asked.headers["access-control-allow-methods"]
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, "/api/v1/purchases").status_code == 405


def test_too_many_requests_are_told_when_to_come_back(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_limit", serving.Limit(60, 3))
    answers = [client.get("/api/v1/purchases") for _ in range(5)]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    refused = answers[-1]
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "Wait" in refused.json()["error"]["message"]


def test_the_limit_counts_each_address_and_forgives_with_time() -> None:
    limit = serving.Limit(60, 2)
    assert [limit.wait("a", 0.0) for _ in range(3)] == [0, 0, 1]
    assert limit.wait("b", 0.0) == 0
    assert limit.wait("a", 1.0) == 0
    assert limit.wait("a", 1.0) == 1
    assert serving._network("2001:db8:1:2:3::1") == serving._network("2001:db8:1:2:9::7")
    assert serving._network("192.0.2.1") != serving._network("192.0.2.2")


def test_what_is_kept_stays_within_its_bounds() -> None:
    kept = serving.Kept(1600)
    for number in range(100):
        kept.put(str(number), serving.Made(b"x" * 100, "text/plain"))
    assert kept.get("99")
    assert not kept.get("0")
    assert kept._bytes <= 1600
    kept.put("large", serving.Made(b"x" * 1000, "text/plain"))
    assert not kept.get("large")


def test_the_description_names_what_there_is(client: TestClient) -> None:
    described = get(client, "/openapi.json")
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "http://whobuys.test/api/v1"}]
    index = get(client, "")["addresses"]
    assert {f"/{name}" for name in index} <= set(described["paths"])
    for path, item in described["paths"].items():
        if "{id}" not in path:
            assert client.get(f"/api/v1{path.rstrip('/')}").status_code == 200, path
        for parameter in item["get"]["parameters"]:
            assert parameter["description"]
    row = get(client, "/purchases")["rows"][0]
    columns = described["components"]["schemas"]["purchases"]["properties"]
    assert set(columns) <= set(row)
    text = json.dumps(described)
    for name in described["components"]["schemas"]:
        if name != "error" and f"/{name}" in described["paths"]:
            assert f"#/components/schemas/{name}" in text


def test_hostile_words_stay_values(client: TestClient) -> None:
    for words in ("'; drop table mart.purchase; --", "%", "$words", "\\", "\x00", "é" * 2000):
        assert client.get("/api/v1/purchases", params={"q": words}).status_code == 200
        assert client.get("/api/v1/agencies", params={"q": words}).status_code == 200
    assert get(client, "/purchases")["count"]
