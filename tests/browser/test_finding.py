"""Finding: typed suggestions by keys alone and aloud, and few steps from a question to the records.

A step is what a reader does without stopping to read: words typed with the key that ends them, or
one press of a link. `Steps` counts them; typing and choosing a suggestion are two.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect
from pypdf import PdfReader

from tests.browser.conftest import Site, Visit, visiting
from tests.published import HOSTILE_VENDOR

pytestmark = pytest.mark.browser


@dataclass
class Steps:
    """What a reader does on a page, counted."""

    page: Page
    taken: int = 0

    def type(self, words: str) -> None:
        """Write in the search box."""
        self.taken += 1
        find(self.page).press_sequentially(words, delay=5)

    def press(self, what: Locator) -> None:
        """Press a link or a suggestion."""
        self.taken += 1
        what.click()

    def key(self, *names: str) -> None:
        """Choose with the keyboard: arrows and what ends them are one step."""
        self.taken += 1
        for name in names:
            self.page.keyboard.press(name)


def find(page: Page) -> Locator:
    """Return the search box of the first page."""
    return page.locator(".st-key-find input")


def options(page: Page) -> Locator:
    return page.locator(".wb-suggest [role=option]")


@pytest.fixture(params=[390, 1280])
def home(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Return the first page on a phone and on a desk."""
    context = chromium.new_context(viewport={"width": request.param, "height": 800})
    visit = visiting(context, site)
    visit.open()
    yield visit
    assert visit.errors == []
    assert visit.hosts == {site.address.split("/")[2]}
    context.close()


def test_suggestions_by_keys_alone_and_aloud(home: Visit) -> None:
    page, box = home.page, find(home.page)
    # The keyboard finds the box: it is the first field of the page.
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.st-key-find') !== null"):
            break
    expect(box).to_be_focused()
    expect(box).to_have_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_accessible_name(
        "Search an agency, city, company, product, technology or award number"
    )
    page.keyboard.type("cle", delay=5)
    expect(options(page).first).to_contain_text("Clearview AI")
    expect(box).to_have_attribute("aria-expanded", "true")
    # The list that the box says it controls is there, named, and within the window.
    named = page.locator(f"#{box.get_attribute('aria-controls')}")
    expect(named).to_have_role("listbox")
    expect(named).to_have_accessible_name("Suggestions")
    place = named.bounding_box()
    assert place
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= page.viewport_size["width"]
    assert all(
        line["height"] >= 24 for line in map(Locator.bounding_box, options(page).all()) if line
    )
    # Told aloud, without stealing the focus.
    status = page.locator(".st-key-find [role=status]")
    number = options(page).count()
    expect(status).to_have_text(f"{number} suggestions. Use the down arrow to choose one.")
    # Arrows walk the list around; the box says where they are and keeps the focus.
    for steps, at in ((("ArrowDown",), 0), (("ArrowUp",), number - 1), (("ArrowDown",), 0)):
        for key in steps:
            page.keyboard.press(key)
        chosen = page.locator(".wb-suggest [aria-selected=true]")
        expect(chosen).to_have_count(1)
        assert chosen.get_attribute("id") == box.get_attribute("aria-activedescendant")
        assert chosen.get_attribute("id") == options(page).nth(at).get_attribute("id")
        expect(box).to_be_focused()
    # Escape takes the list away and keeps the words; going on writing brings it back.
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(box).to_have_value("cle")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.get_attribute("aria-activedescendant") is None
    expect(status).to_have_text("")
    page.keyboard.type("a", delay=5)
    expect(options(page).first).to_contain_text("Clearview AI")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Clearview AI")


def test_words_that_are_no_name_are_searched_for(home: Visit) -> None:
    page, box = home.page, find(home.page)
    box.press_sequentially("zzqx", delay=5)
    expect(options(page)).to_have_count(1)
    expect(options(page)).to_contain_text("These words, in every record")
    expect(page.locator(".st-key-find [role=status]")).to_have_text(
        "No name found. Press Enter to search the words in every record."
    )
    page.keyboard.press("Enter")
    expect(options(page)).to_have_count(0)
    expect(page.locator(".wb-notice").first).to_contain_text("Nothing was found for zzqx")
    expect(page.get_by_role("link", name="Search the whole ledger")).to_be_visible()
    # A hostile name is offered as text.
    box.fill("")
    box.press_sequentially("<script>alert", delay=5)
    expect(options(page).first).to_contain_text(HOSTILE_VENDOR[:30])
    assert page.locator(".wb-suggest script, .wb-suggest a").count() == 0


def test_what_ice_paid_clearview_ai_in_two_steps(home: Visit) -> None:
    steps = Steps(home.page)
    steps.type("what has ICE paid Clearview AI")
    expect(options(home.page).first).to_contain_text("Clearview AI, bought by U.S. Immigration")
    steps.key("ArrowDown", "Enter")
    page = home.page
    ((number, amount),) = home.site.ask(
        """
        select count(distinct purchase_id), sum(t.amount_usd)
        from mart.purchase join mart.transaction as t using (purchase_id)
        where status in ('confirmed', 'matched') and scope = 'strict'
        and agency_name = 'U.S. Immigration and Customs Enforcement'
        and vendor_name = 'Clearview AI'
        """
    )
    assert number == 1
    answer = page.locator(".wb-answer").first
    expect(answer).to_contain_text("U.S. Immigration and Customs Enforcement obligated")
    expect(answer).to_contain_text(f"${Decimal(str(amount)) / 1_000_000:.1f} million")
    expect(answer).to_contain_text("to Clearview AI in one purchase")
    expect(answer).to_contain_text("Payments are not in these records.")
    expect(page.locator(".wb-table tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="FORENSIC SOFTWARE").first).to_be_visible()
    assert steps.taken <= 2


def test_the_same_question_without_suggestions(visit: Visit) -> None:
    steps = Steps(visit.open())
    steps.type("ICE Clearview\n")
    steps.press(visit.page.get_by_role("link", name="Clearview AI, bought by U.S. Immigration"))
    expect(visit.page.locator(".wb-answer").first).to_contain_text("to Clearview AI in one")
    assert steps.taken <= 2


def test_the_brief_of_a_city_in_three_steps(home: Visit) -> None:
    steps = Steps(home.page)
    steps.type("san fr")
    steps.press(options(home.page).filter(has_text="San Francisco").first)
    expect(home.page.locator("h1")).to_have_text("San Francisco")
    with home.page.expect_download() as coming:
        steps.press(home.page.get_by_role("link", name="Hearing brief, one page, PDF, letter"))
    read = PdfReader(io.BytesIO(coming.value.path().read_bytes()))
    assert steps.taken <= 3
    assert len(read.pages) == 1
    assert "San Francisco" in (read.metadata.title or "")
    words = read.pages[0].extract_text()
    assert "Five questions to ask" in words
    assert f"{home.site.address}/place?id=us_ca_san_francisco" in words.replace("\n", "")
    assert coming.value.suggested_filename.endswith(".pdf")


def test_a_connection_lost_for_a_moment_takes_nothing_from_who_writes(
    chromium: Browser, site: Site
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    visit = visiting(context, site)
    open_ones: list[tuple[WebSocketRoute, WebSocketRoute]] = []
    visit.page.route_web_socket(
        "**/_stcore/stream*", lambda ws: open_ones.append((ws, ws.connect_to_server()))
    )
    page = visit.open()
    box = find(page)
    box.press_sequentially("clear", delay=20)
    expect(options(page).first).to_contain_text("Clearview AI")
    box.press("ArrowLeft")
    for side in open_ones[-1]:
        side.close()
    # Streamlit switches fields off now; letters and Enter of the reader come all the same.
    page.locator('.stApp:not([data-test-connection-state="CONNECTED"])').wait_for()
    page.keyboard.press("End")
    page.keyboard.type("view", delay=20)
    page.keyboard.press("Enter")
    expect(page.locator(".wb-table caption").first).to_have_text("Names found for clearview")
    expect(box).to_be_focused()
    expect(box).to_have_value("clearview")
    assert len(open_ones) == 2
    # Streamlit's own word that the connection was closed.
    assert [each for each in visit.errors if not each.startswith("WebSocket onclose")] == []
    context.close()
