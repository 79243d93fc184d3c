"""Every page with all real records, on a phone and on a desk: whole, quiet, for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard.app import VIEWS
from tests.browser.conftest import Site, Visit, visiting
from tests.browser.test_reach import NOT_OURS

pytestmark = [pytest.mark.verify, pytest.mark.browser]

ICE = "U.S.+Immigration+and+Customs+Enforcement"
PAGES = {
    "": ("", "purchases of surveillance technology by"),
    "explore": (f"explore?agency={ICE}&vendor=Clearview+AI", "$7.1 million"),
    "agency": ("agency?id=us_federal_7012", "$2.41 billion"),
    "place": ("place?id=us_ca_san_francisco", "$607,722"),
    "vendor": ("vendor?id=palantir_technologies", "Palantir Technologies"),
    "technology": ("technology?id=face-recognition", "of face recognition by"),
    "purchase": ("purchase?id={purchase}", "BI Incorporated"),
    "renewals": ("renewals", "ends within 12 months"),
    "compare": (
        "compare?what=Vendors&these_vendor=Cellebrite&these_vendor=Clearview+AI",
        "Cellebrite",
    ),
    "resellers": ("resellers", "sold products that"),
    "grants": ("grants", ""),
    "use": ("use", "6,358 reports"),
    "law": ("law?day=2021-06-01", "in force"),
    "map": ("map", ""),
    "questions": ("questions", "questions in"),
    "changes": ("changes", ""),
    "api": ("api", "downloaded"),
    "check": ("check", "spreadsheet"),
    "decide": ("decide", "on the computer that holds the data"),
    "sources": ("sources", "sources of public records"),
    "issues": ("issues", "issues"),
    "corrections": ("corrections", "corrected here"),
    "dictionary": ("dictionary", "tables with"),
    "method": ("method", "We read public spending records"),
}


def test_every_page_is_walked() -> None:
    assert set(PAGES) == set(VIEWS)


@pytest.mark.parametrize("name", [name or "overview" for name in PAGES])
def test_a_page_of_real_records(chromium: Browser, newsroom: Site, name: str) -> None:
    address, says = PAGES.get(name, PAGES[""])
    if "{purchase}" in address:
        ((purchase,),) = newsroom.ask(
            "select purchase_id from mart.purchase where is_counted"
            " order by amount_usd desc nulls last limit 1"
        )
        address = address.format(purchase=purchase)
    for width in (1440, 390):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            bypass_csp=True,  # axe is put into the page, which our policy rightly forbids
        )
        visit = visiting(context, newsroom)
        page = visit.open(address)
        expect(page.locator("h1")).to_have_count(1)
        expect(page.get_by_text("Something went wrong here")).to_have_count(0)
        if says:
            expect(page.locator(".wb-answer").first).to_contain_text(says)
        page.wait_for_timeout(500)
        overflow = page.evaluate(
            """() => {
                const main = document.querySelector('[data-testid="stMain"]');
                return Math.max(main.scrollWidth - main.clientWidth,
                                document.documentElement.scrollWidth - innerWidth);
            }"""
        )
        assert overflow <= 0, f"{name} is wider than {width} pixels"
        assert _found_by_axe(visit) == []
        assert visit.errors == []
        assert visit.hosts == {newsroom.address.split("/")[2]}
        if width == 1440:
            _keys_reach_the_page(page)
        context.close()


def _found_by_axe(visit: Visit) -> list[str]:
    found = Axe().run(visit.page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found
        if each["id"] not in NOT_OURS
        for node in each["nodes"]
    ]


def _keys_reach_the_page(page: Page) -> None:
    """Tab through the beginning: every stop is seen, none holds the reader, the page is reached."""
    stops = []
    for _ in range(24):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const at = document.activeElement, box = at.getBoundingClientRect();
                return {
                    what: at.outerHTML.slice(0, 120),
                    seen: at === document.body || (box.bottom > 0 && box.top < innerHeight),
                    inside: Boolean(at.closest('[data-testid="stMain"]')) &&
                        !at.closest('.wb-masthead'),
                };
            }"""
        )
        assert stop["seen"], stop["what"]
        stops.append(stop)
    assert any(stop["inside"] for stop in stops)
    assert len({stop["what"] for stop in stops}) >= 6
