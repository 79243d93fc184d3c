"""Five tasks of a reader with all real records, from the first page, steps counted.

A step is words typed, or one press; choosing a suggestion with the keys is one.
"""

import csv
import io
from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, visiting
from tests.browser.test_finding import Steps, options

pytestmark = [pytest.mark.verify, pytest.mark.browser]


def _begin(chromium: Browser, newsroom: Site, words: str, offered: str) -> Steps:
    """Type words on the first page and choose what is offered for them."""
    steps = Steps(visiting(chromium.new_context(), newsroom).open())
    steps.type(words)
    expect(options(steps.page).first).to_contain_text(offered, timeout=20_000)
    steps.key("ArrowDown", "Enter")
    expect(steps.page.locator(".wb-footer")).to_be_visible(timeout=60_000)
    return steps


def _answer(page: Page) -> str:
    return page.locator(".wb-answer").first.inner_text()


def test_how_much_a_city_paid_a_vendor_then_download_and_cite(
    chromium: Browser, newsroom: Site
) -> None:
    steps = _begin(chromium, newsroom, "how much did San Francisco pay Peregrine", "Peregrine")
    page = steps.page
    ((amount, number),) = newsroom.ask(
        "select sum(amount), count(*) from mart.purchase where is_counted"
        " and place_id = 'us_ca_san_francisco' and vendor_name = 'Peregrine Technologies'"
    )
    assert (amount, number) == (Decimal("530000.00"), 1)
    expect(page.locator(".wb-answer").first).to_have_text(
        "In these records, San Francisco paid $530,000 to Peregrine Technologies in one purchase,"
        " FY2026.",
        timeout=30_000,
    )
    assert steps.taken == 2
    with page.expect_download() as coming:
        steps.press(page.get_by_role("link", name="Download these rows as CSV"))
    text = coming.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(Decimal(row["amount"]), row["source_id"]) for row in rows] == [
        (Decimal("530000.00"), "us_ca_san_francisco_payments")
    ]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    steps.press(page.get_by_role("button", name="Copy the citation"))
    cited = page.evaluate("navigator.clipboard.readText()")
    assert "530,000.00 US dollars paid" in cited
    assert "Source: San Francisco vendor payments." in cited
    assert steps.taken == 4


def test_which_contracts_of_an_agency_grew_most(chromium: Browser, newsroom: Site) -> None:
    steps = _begin(chromium, newsroom, "ICE", "U.S. Immigration and Customs Enforcement")
    page = steps.page
    rows = newsroom.ask(
        "select amount_usd - first_obligated_usd from mart.purchase where is_counted"
        " and agency_id = 'us_federal_7012' and amount_scope = 'window'"
        " and amount_usd > first_obligated_usd order by 1 desc limit 10"
    )
    table = page.locator(".wb-table").filter(has_text="to which changes added, the most first")
    expect(table.locator("tbody tr")).to_have_count(10, timeout=60_000)
    added = [f"{Decimal(str(row[0])).quantize(Decimal(1), ROUND_HALF_UP):,}" for row in rows]
    assert table.locator("td.wb-amount").all_inner_texts() == added
    assert steps.taken == 2
    # The record has no ceilings, so growth of what a contract may cost is not said.
    expect(page.locator("#grown")).to_be_visible()
    steps.press(page.get_by_role("link", name="All purchases in Explore, the most added first"))
    first = page.locator(".wb-table tbody tr").first
    expect(first).to_contain_text(added[0], timeout=60_000)
    assert steps.taken == 3


def test_who_else_buys_from_a_vendor(chromium: Browser, newsroom: Site) -> None:
    steps = _begin(chromium, newsroom, "palantir", "Palantir Technologies")
    buyers = newsroom.ask(
        "select agency_name from mart.purchase join mart.vendor using (vendor_id)"
        " where is_counted and mart.vendor.vendor_name = 'Palantir Technologies' group by 1"
    )
    assert buyers
    listed = steps.page.locator(".wb-ranked").filter(has_text="Who buys").first
    for (name,) in buyers:
        expect(listed).to_contain_text(str(name), timeout=60_000)
    assert "Palantir Technologies" in _answer(steps.page)
    assert steps.taken == 2


def test_which_restrictions_mention_a_technology_here(chromium: Browser, newsroom: Site) -> None:
    steps = _begin(chromium, newsroom, "San Francisco", "San Francisco")
    page = steps.page
    expect(page.locator("h1")).to_have_text("San Francisco")
    ban = page.locator(".wb-table tbody tr").filter(has_text="ban on city use of face recognition")
    expect(ban.first).to_contain_text("14 May 2019", timeout=60_000)
    # Who says so, and how sure.
    expect(ban.first).to_contain_text("confidence high")
    assert ban.first.get_by_role("link").count() >= 1
    assert steps.taken == 2
