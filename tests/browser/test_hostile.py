"""Hostile words in every name and description: text on every page, harmless in every file."""

import csv
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import openpyxl
import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser.conftest import Site, serving, visiting
from tests.browser.test_every_page import ADDRESSES
from tests.hostile import BAD, hostile_rows
from tests.published import publish

pytestmark = pytest.mark.browser

EVERY_COLUMN = (
    "Last change", "What", "From whom", "Agency", "Basis", "US dollars", "How sure", "Place",
    "Technology", "Maker", "Form", "Award number", "Ends", "How it was competed",
    "Out of which money", "Buying office", "Why it counts", "Source",
)  # fmt: skip
PAGES = {
    **ADDRESSES,
    "explore": "explore?scope=With+neighbouring+goods&whole=true&q=office"
    + "".join(f"&columns={column.replace(' ', '+')}" for column in EVERY_COLUMN),
    "rows": "explore?" + "&".join(f"columns={c.replace(' ', '+')}" for c in EVERY_COLUMN),
    "compare": "compare?"
    + urlencode(
        [("what", "Vendors"), *(("these_vendor", BAD + n) for n in ("Cellebrite", "Clearview AI"))]
    ),
    "long": "vendor?id=carahsoft",
    "city": "place?id=us_ca_san_francisco",
    "ledger": "purchase?id=us_federal%3AZ9",
}
# Pages that show no word of a record.
for _ours in ("api", "check", "decide", "dictionary", "method", "map"):
    del PAGES[_ours]


@pytest.fixture(scope="module")
def rough(
    tmp_path_factory: pytest.TempPathFactory, root: Path, browser_path: str
) -> Iterator[Site]:
    """Return a dashboard of the hostile database."""
    assert browser_path
    home = tmp_path_factory.mktemp("rough")
    database = publish(home, hostile_rows())
    with serving(home, root) as address:
        yield Site(address, home, database)


@pytest.mark.parametrize("name", [name or "overview" for name in PAGES])
def test_hostile_words_are_text(chromium: Browser, rough: Site, name: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    visit = visiting(context, rough)
    visit.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page = visit.open(PAGES.get(name, ""))
    page.wait_for_timeout(300)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Something went wrong here")).to_have_count(0)
    # Nothing of it became an element, in our markup, a control or a chart.
    made = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stMain"] :is(script, iframe, b, ' +
            'a[href^="https://evil"], .katex, [src="x"], [onerror])')]
            .filter(e => e.tagName !== 'B' || e.textContent === 'B')  // charts have bold figures
            .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert made == []
    words = page.locator('[data-testid="stMain"]').inner_text()
    assert "<script>alert(1)</script>" in words
    assert "**bold** [x](https://evil.example) $a^2$ :red[r]" in words
    # A mark that turns the rest of the line around would turn our figures too.
    turned = page.evaluate(
        """() => [...document.querySelectorAll('.stHtml')]
            .filter(e => /[\\u202a-\\u202e\\u2066-\\u2069]/.test(e.textContent)).length"""
    )
    assert turned == 0
    overflow = page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid="stMain"]');
            return Math.max(main.scrollWidth - main.clientWidth,
                            document.documentElement.scrollWidth - innerWidth);
        }"""
    )
    assert overflow <= 0
    assert visit.errors == []
    assert visit.hosts == {rough.address.split("/")[2]}
    context.close()


def _fetched(site: Site, path: str) -> bytes:
    with urllib.request.urlopen(f"{site.address}/{path}") as answer:  # noqa: S310 - loopback
        body: bytes = answer.read()
        return body


def test_files_hold_hostile_words_as_text(rough: Site) -> None:
    for path in ("purchases", "grants", "subawards"):
        text = _fetched(rough, f"export/{path}.csv").decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert any("<script>alert(1)</script>" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t", "\r"))]
    book = openpyxl.load_workbook(io.BytesIO(_fetched(rough, "export/purchases.xlsx")))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(isinstance(c.value, str) and "<script>alert(1)" in c.value for c in found)
    assert not [cell.coordinate for cell in found if cell.data_type == "f"]
    assert not [c for c in found if c.hyperlink and "evil" in str(c.hyperlink.target)]


def test_a_brief_and_feeds_hold_hostile_words_as_text(rough: Site) -> None:
    for who in ("agency=us_federal%3A7012", "place=us_ca_san_francisco"):
        brief = PdfReader(io.BytesIO(_fetched(rough, f"export/brief.pdf?{who}")))
        assert len(brief.pages) == 1
        notes = [note.get_object() for note in brief.pages[0].get("/Annots", [])]
        assert not [note for note in notes if "evil" in str(note.get("/A", {}).get("/URI", ""))]
    feed = ElementTree.fromstring(_fetched(rough, "feeds/changes.atom"))  # noqa: S314 - our own
    kinds = {element.tag.rpartition("}")[2] for element in feed.iter()}
    assert not kinds & {"script", "img", "b", "a"}
    assert "<script>alert(1)</script>" in "".join(feed.itertext())
    items = json.loads(_fetched(rough, "feeds/changes.json"))["items"]
    assert items
    # Readers of feeds show `content_html` as markup; we give none.
    assert all("content_html" not in item for item in items)
