"""Hostile words in every name and description: text on every page, harmless in every file."""

import csv
import io
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Site, Visit, serving, visiting
from tests.browser.test_every_page import ADDRESSES
from tests.hostile import BAD, LONG, hostile_rows
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
PAGES["map"] = "map?money=Paid%2C+payments&shapes=Counties"
PAGES["decision"] = "decide?id=us_federal%3AA7"
# Pages that show no word of a record: their addresses can say anything.
OF_OURS = ("api", "check", "dictionary")
for _ours in OF_OURS:
    del PAGES[_ours]


@pytest.fixture(scope="module")
def rough(
    tmp_path_factory: pytest.TempPathFactory, root: Path, browser_path: str
) -> Iterator[Site]:
    """Return a dashboard of the hostile database."""
    assert browser_path
    home = tmp_path_factory.mktemp("rough")
    database = publish(home, hostile_rows())
    # An editor's pages show all that others show, and the queue.
    with serving(home, root, edit=True) as address:
        yield Site(address, home, database)


@pytest.mark.parametrize("name", [name or "overview" for name in PAGES])
def test_hostile_words_are_text(chromium: Browser, rough: Site, name: str) -> None:
    with _careful(chromium, rough) as visit:
        page = visit.open(PAGES.get(name, ""))
        page.wait_for_timeout(300)
        _is_harmless(page)
        words = page.locator('[data-testid="stMain"]').inner_text()
        if name == "map":
            # What a shape says beside it; the table names only who bought.
            page.locator('.wb-map-links a[aria-label*="<script>"]').last.focus()
            said = page.locator(".wb-map-said")
            words = said.inner_text()
            assert "San Francisco County: $7,778 paid" in words
            assert said.evaluate("box => box.children.length") == 0
            _is_harmless(page)
        assert "<script>alert(1)</script>" in words
        assert "**bold** [x](https://evil.example) $a^2$ :red[r]" in words


def test_a_hostile_address_is_text(chromium: Browser, rough: Site) -> None:
    names = ("q", "id", "find", "scope", "technology", "cited", "page", "kind", "without", "to")
    asked = urlencode(dict.fromkeys(names, BAD))
    with _careful(chromium, rough) as visit:
        for page in (*OF_OURS, "", "explore", "purchase", "changes"):
            _is_harmless(visit.open(f"{page}?{asked}"))


def test_a_hostile_file_is_shown_and_given_back_as_text(
    chromium: Browser, rough: Site, tmp_path: Path
) -> None:
    file = tmp_path / f"{BAD.replace('/', '')[:60]}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [("Payee", "Purpose", BAD), ("CLEARVIEW AI", BAD, LONG), (BAD, LONG, BAD),
             ("@SUM(A1)", BAD + "license plate reader", "+cmd|'/C calc'!A0")]
        )  # fmt: skip
    with _careful(chromium, rough) as visit:
        page = visit.open("check")
        page.locator("input[type=file]").set_input_files(file)
        found = page.locator(".wb-answer").last
        expect(found).to_contain_text("Of 3 rows", timeout=60_000)
        _is_harmless(page)
        table = page.locator(".wb-table").first
        assert "<script>alert(1)</script>" in table.inner_text()
        page.get_by_text("Nothing found", exact=True).click()
        expect(table).to_contain_text("XXXXX")
        _is_harmless(page)
        with page.expect_download() as coming:
            page.get_by_role("button", name="as CSV").click()
        _is_harmless_csv(coming.value.path().read_text(encoding="utf-8-sig"))
        with page.expect_download() as coming:
            page.get_by_role("button", name="as XLSX").click()
        _is_harmless_book(coming.value.path().read_bytes())


@contextmanager
def _careful(chromium: Browser, site: Site) -> Iterator[Visit]:
    """Give a visit on a phone in which nothing may run, fail or speak to another host."""
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    visit = visiting(context, site)
    visit.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    yield visit
    assert visit.errors == []
    assert visit.hosts == {site.address.split("/")[2]}
    context.close()


def _is_harmless(page: Page) -> None:
    """Assert that a page is whole, no wider than it may be, and shows no words as markup."""
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
    # A browser drops an attribute that could end a tag: what is said, copied or saved is lost.
    lost = page.evaluate(
        """() => [...document.querySelectorAll('.wb-clip:not([title]), ' +
            '.wb-plot:not([aria-label]), .wb-map-links a:not([aria-label]), ' +
            '.wb-map img:not([alt]), .wb-copy button:not([data-copy]), ' +
            '[data-save=csv]:not([data-csv]), ' +
            '.wb-picture:not([data-title][data-under][data-source])')]
            .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert lost == []
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


def _fetched(site: Site, path: str) -> bytes:
    with urllib.request.urlopen(f"{site.address}/{path}") as answer:  # noqa: S310 - loopback
        body: bytes = answer.read()
        return body


def test_files_hold_hostile_words_as_text(rough: Site) -> None:
    for path in ("purchases", "grants", "subawards"):
        _is_harmless_csv(_fetched(rough, f"export/{path}.csv").decode("utf-8-sig"))
    _is_harmless_book(_fetched(rough, "export/purchases.xlsx"))


def _is_harmless_csv(text: str) -> None:
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any("<script>alert(1)</script>" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t", "\r"))]


def _is_harmless_book(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
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
