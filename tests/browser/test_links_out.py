"""Feeds, calendars, lists and downloads that pages link: there, and of the type they claim."""

import json
import urllib.request
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

TYPES = {
    "atom": ("application/atom+xml",),
    "json": ("application/json", "application/feed+json", "application/vnd.oai.openapi+json"),
    "ics": ("text/calendar",),
    "csv": ("text/csv",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "parquet": ("application/vnd.apache.parquet",),
    "pdf": ("application/pdf",),
}
OURS = ("/feeds/", "/export/", "/api/")


def test_what_pages_link_is_there_and_of_its_type(visit: Visit) -> None:
    found: set[str] = set()
    for path in (
        "api",
        "changes",
        "renewals",
        "vendor?id=cellebrite",
        "agency?id=us_federal%3A7012",
    ):
        page = visit.open(path)
        links = page.locator("a[href], link[rel=alternate]").evaluate_all(
            "all => all.map(each => each.getAttribute('href'))"
        )
        found |= {urljoin(page.url, link) for link in links if link}
    ours = sorted(link for link in found if urlsplit(link).path.startswith(OURS))
    endings = {urlsplit(link).path.rpartition(".")[2] for link in ours}
    assert {"atom", "json", "ics", "csv", "pdf"} <= endings
    for link in ours:
        with urllib.request.urlopen(link) as answer:  # noqa: S310 - loopback
            kind = answer.headers.get_content_type()
            body = answer.read()
        ending = urlsplit(link).path.rpartition(".")[2]
        assert kind != "text/html", link
        if ending in TYPES:
            assert kind in TYPES[ending], (link, kind)
        if kind.endswith("xml"):
            ElementTree.fromstring(body)  # noqa: S314 - our own
        elif kind.endswith("json"):
            json.loads(body)
        elif kind == "text/calendar":
            assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert visit.errors == []
