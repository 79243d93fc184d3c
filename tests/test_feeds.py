"""Feeds: valid for readers of others, ids that stay, nothing in them that a program would run."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import duckdb
import feedparser
import pytest
from icalendar import Calendar
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import change_words, data, serving
from dashboard.data import Watched, opening
from dashboard.feeds import FEEDS
from tests.published import HOSTILE_VENDOR, publish, sample_rows

pytestmark = pytest.mark.data

ATOM = "{http://www.w3.org/2005/Atom}"
ICE = "us_federal:7012"
FEED = ("/feeds/changes.atom", "/feeds/changes.json", "/feeds/ends.ics")


def rows_with_ends() -> dict[str, list[dict]]:
    """Return the sample with ends ahead, a notice period, and hostile words in a change."""
    rows = sample_rows()
    for number, purchase in enumerate(rows["mart.purchase"]):
        purchase["end_date"] = date(2025, 12, 1) + timedelta(days=number)
    rows["mart.notice_period"] = [
        {
            "purchase_id": rows["mart.purchase"][0]["purchase_id"],
            "days": 30,
            "what": "the agency writes that it will not renew; otherwise, it does",
            "source_title": "Agreement, section 5",
            "confidence": "medium",
        }
    ]
    rows["mart.change"][0]["vendor_name"] = HOSTILE_VENDOR
    rows["mart.change"][0]["description"] = "]]> <script>alert(1)</script> & \x07 \u00e9"
    rows["mart.change"][0]["source_url"] = "javascript:alert(1)"
    return rows


@pytest.fixture
def client(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    publish(home, rows_with_ends())
    monkeypatch.setattr(serving, "_limit", serving.Limit(100_000, 100_000))
    monkeypatch.setattr(serving, "_kept", serving.Kept(1_000_000))
    yield TestClient(Starlette(routes=FEEDS), base_url="http://whobuys.test")
    opening.connections.clear()


def text(node: ET.Element, name: str) -> str:
    (found,) = node.findall(f"{ATOM}{name}")
    assert found.text
    return found.text


@pytest.mark.parametrize(
    "query",
    ["", f"?agency={ICE}", "?place=us", "?vendor=clearview-ai", "?technology=face-recognition"],
)
def test_atom_is_valid_and_has_what_the_standard_requires(client: TestClient, query: str) -> None:
    answer = client.get(f"/feeds/changes.atom{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    assert root.tag == f"{ATOM}feed"
    assert text(root, "id").startswith("urn:uuid:")
    assert text(root, "title").startswith("whobuys: what changed")
    assert text(root, "updated").endswith("Z")
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"http://whobuys.test/feeds/changes.atom{query}"
    ids = []
    for entry in root.findall(f"{ATOM}entry"):
        ids.append(text(entry, "id"))
        assert text(entry, "title")
        assert text(entry, "updated") <= text(root, "updated")
        assert text(entry, "summary")
        (alternate,) = [x for x in entry.findall(f"{ATOM}link") if x.get("rel") == "alternate"]
        assert str(alternate.get("href")).startswith("http://whobuys.test/purchase?id=")
    assert len(set(ids)) == len(ids)
    assert len(ids) == len(data.changes(data.current(), _watched(query)))


def _watched(query: str) -> Watched:
    kind, _, key = query.removeprefix("?").partition("=")
    return Watched(kind, key) if key else Watched()


def test_a_feed_has_only_what_is_followed(client: TestClient) -> None:
    build = data.current()
    everything = data.changes(build, Watched())
    assert len(everything) == 2
    agencies = {row["agency_id"] for row in everything}
    for agency in agencies:
        mine = data.changes(build, Watched("agency", agency))
        assert [row["agency_id"] for row in mine] == [
            row["agency_id"] for row in everything if row["agency_id"] == agency
        ]
    assert data.changes(build, Watched("agency", "us_federal:070")) == everything, "and those below"
    assert data.changes(build, Watched("place", "uk")) == ()
    assert client.get("/feeds/changes.json?vendor=nobody").status_code == 404


def test_json_feed_says_the_same(client: TestClient) -> None:
    answer = client.get("/feeds/changes.json")
    assert answer.headers["content-type"] == "application/feed+json"
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    parsed = feedparser.parse(client.get("/feeds/changes.atom").content)
    assert [item["id"] for item in feed["items"]] == [entry.id for entry in parsed.entries]
    for item in feed["items"]:
        assert item["content_text"]
        assert item["date_published"] == "2025-10-06T00:00:00Z"


def test_ids_stay_when_the_build_and_the_site_change(client: TestClient, home: Path) -> None:
    def ids(base: str) -> set[str]:
        fresh = TestClient(Starlette(routes=FEEDS), base_url=base)
        return {item["id"] for item in fresh.get("/feeds/changes.json").json()["items"]}

    def uids() -> set[str]:
        events = Calendar.from_ical(client.get("/feeds/ends.ics").content).walk("VEVENT")
        return {str(event["UID"]) for event in events}

    before, events_before = ids("http://one.test"), uids()
    rows = rows_with_ends()
    rows["meta.build"][0]["build_id"] = "newer"
    extra = {**rows["mart.change"][1], "change_id": "later", "to_date": date(2025, 10, 13)}
    rows["mart.change"].append(extra)
    rows["mart.purchase"][0]["end_date"] += timedelta(days=90)
    publish(home, rows, "newer")
    after = ids("https://two.test")
    assert before < after
    assert len(after) == len(before) + 1
    assert events_before == uids(), "an end that moves keeps its event"


def test_the_calendar_is_valid_and_knows_the_last_day_to_act(client: TestClient) -> None:
    answer = client.get("/feeds/ends.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(answer.content)
    assert calendar.errors == []
    events = calendar.walk("VEVENT")
    build = data.current()
    ends = data.ends_ahead(build, Watched())
    assert len(events) == len(ends) + 1
    (act,) = [event for event in events if str(event["SUMMARY"]).startswith("Last day to act")]
    first = next(row for row in ends if row["days"])
    assert act.decoded("DTSTART") == first["ends"] - timedelta(days=30)
    assert "otherwise, it does" in str(act["DESCRIPTION"])
    assert "how sure: medium" in str(act["DESCRIPTION"])
    assert act.decoded("DTEND") - act.decoded("DTSTART") == timedelta(days=1)
    for event in events:
        assert event.errors == []
        assert event["UID"]
        assert event["DTSTAMP"]
    every = {Watched("vendor", "clearview-ai"), Watched("technology", "face-recognition")}
    for watched in every:
        mine = data.ends_ahead(build, watched)
        assert 0 < len(mine) < len(ends)


def test_nothing_in_a_feed_can_run(client: TestClient) -> None:
    for path in FEED:
        answer = client.get(path)
        assert b"<script" not in answer.content or path.endswith((".json", ".ics"))
        assert b"javascript:" not in answer.content
        assert b"\x07" not in answer.content
    said = ET.fromstring(client.get(FEED[0]).content)  # noqa: S314 - our own
    words = " ".join(node.text or "" for node in said.iter())
    assert "<script>alert(1)</script>" in words, "shown as text"
    items = client.get("/feeds/changes.json").json()["items"]
    assert all("content_html" not in item for item in items)


def test_feeds_are_cached_and_limited_as_the_api(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in FEED:
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert "max-age" in again.headers["cache-control"]
        assert client.get(path).content == first.content
    monkeypatch.setattr(serving, "_limit", serving.Limit(60, 1))
    assert [client.get(FEED[0]).status_code for _ in range(2)] == [200, 429]


def test_the_address_of_the_site_can_be_named(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOBUYS_SITE", "https://buys.example/")
    feed = client.get("/feeds/changes.json").json()
    assert feed["feed_url"] == "https://buys.example/feeds/changes.json"
    assert urlsplit(feed["items"][0]["url"]).netloc == "buys.example"


def test_a_database_of_another_version_says_so_and_when_to_ask_again(
    client: TestClient, home: Path
) -> None:
    with duckdb.connect(str(publish(home, sample_rows(), "older"))) as con:
        con.execute("drop table mart.change")
    for path in ("/feeds/changes.json", "/feeds/changes.atom"):
        refused = client.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        assert "another version" in refused.text


def test_this_week_counts_the_newest_publication_and_what_ends_soon(client: TestClient) -> None:
    assert client
    week = data.this_week(data.current())
    assert (week.from_date, week.to_date) == (date(2025, 9, 29), date(2025, 10, 6))
    assert week.of("new purchase") == 1
    assert week.of("vanished") == 0
    assert week.ends_soon == len(
        [r for r in data.ends_ahead(data.current(), Watched()) if r["ends"] <= date(2026, 1, 4)]
    )
    assert week.ends_soon


def test_changes_read_as_sentences(client: TestClient) -> None:
    assert client
    rows = {row["kind"]: row for row in data.changes(data.current(), Watched())}
    assert change_words.difference(rows["amount changed"]) == (
        "$200,000 before, $250,000 obligated now"
    )
    assert change_words.headline(rows["new purchase"]).startswith("New: ")
    assert change_words.headline(rows["new purchase"]).endswith("$12,346 obligated")
    assert "The record changed." in change_words.reason(rows["amount changed"])
    extended = {**rows["new purchase"], "kind": "extended", "before": "2025-09-30",
                "after": "2026-09-30"}  # fmt: skip
    assert change_words.difference(extended) == "30 Sep 2025 before, 30 Sep 2026 now"
    pounds = {**rows["new purchase"], "currency": "GBP"}
    assert change_words.difference(pounds) == "12,346 GBP obligated"
    assert json.dumps(list(change_words.KINDS))
