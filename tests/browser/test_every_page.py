"""Every page in a real browser: it shows the database's figures, and speaks to nobody else."""

import csv
import io
import re
import urllib.request
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.app import VIEWS
from tests.browser.conftest import Site, Visit, serving, visiting
from tests.published import HOSTILE_VENDOR, HOSTILE_WORDS

pytestmark = pytest.mark.browser

COUNTED = "status in ('confirmed', 'matched') and scope = 'strict' and record_kind <> 'idv'"

ADDRESSES = {
    "": "",
    "explore": "explore",
    "agency": "agency?id=us_federal%3A7012",
    "place": "place?id=us",
    "vendor": "vendor?id=clearview-ai",
    "technology": "technology?id=device-forensics",
    "purchase": "purchase?id=us_federal%3AA4",
    "renewals": "renewals",
    "compare": "compare?what=Vendors&these_vendor=Cellebrite&these_vendor=Clearview+AI",
    "resellers": "resellers",
    "grants": "grants",
    "use": "use",
    "law": "law?day=2021-06-01",
    "map": "map",
    "questions": "questions",
    "changes": "changes",
    "api": "api",
    "check": "check",
    "decide": "decide",
    "sources": "sources",
    "issues": "issues",
    "corrections": "corrections",
    "dictionary": "dictionary",
    "method": "method",
}


def test_every_page_has_an_address_here() -> None:
    assert set(ADDRESSES) == set(VIEWS)


def _sticks_out(page: Page) -> int:
    """Return by how much the page is wider than the window, or what stands side by side too wide.

    A page that has just been made wider is looked at once it has its new shape.
    """
    out: int = page.evaluate(
        """async () => {
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            const main = document.querySelector('[data-testid="stMain"]');
            return Math.max(main.scrollWidth - main.clientWidth,
                            document.documentElement.scrollWidth - innerWidth,
                            ...[...document.querySelectorAll('.wb-side > div')]
                                .map(each => each.scrollWidth - each.clientWidth));
        }"""
    )
    return out


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [name or "overview" for name in ADDRESSES])
def test_a_page_is_whole(chromium: Browser, site: Site, name: str, scheme: str, width: int) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    visit = visiting(context, site)
    page = visit.open(ADDRESSES.get(name, ""))
    expect(page.locator("h1")).to_have_count(1)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.locator("html").get_attribute("lang") == "en"
    for shown in (width, 1920) if width == 1280 else (width,):
        page.set_viewport_size({"width": shown, "height": 900})
        assert _sticks_out(page) <= 0, f"{name} is wider than {shown} pixels"
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])"
    )
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('.stHtml table')].filter(t => !t.caption ||
            [...t.querySelectorAll('thead th')].some(h => h.scope !== 'col')).length"""
    )
    assert unnamed == 0, "a table without a caption, or a head without scope"
    assert visit.errors == []
    assert visit.hosts == {site.address.split("/")[2]}
    context.close()


def test_the_overview_shows_the_sums_of_the_database(visit: Visit) -> None:
    page = visit.open()
    ((purchases, amount),) = visit.site.ask(
        f"""
        select count(distinct purchase_id), sum(t.amount_usd)
        from mart.purchase join mart.transaction as t using (purchase_id) where {COUNTED}
        """
    )
    # A sixth is known only by its lifetime total, which is in no sum.
    assert purchases == 5
    answer = page.locator(".wb-answer").first.inner_text()
    assert "five purchases" in answer
    assert f"${Decimal(str(amount)) / 1_000_000:.1f} million obligated" in answer
    first_lines = page.locator(".wb-answer, .wb-coverage, .wb-small-print").evaluate_all(
        "all => all.map(e => e.className)"
    )
    assert first_lines[-2:] == ["wb-coverage", "wb-small-print"]
    page.locator("summary", has_text="The same as a table").first.click()
    cells = page.locator(".wb-details table").first.locator("tbody tr").all_inner_texts()
    years = visit.site.ask(
        f"""
        select fiscal_year, sum(t.amount_usd)
        from mart.purchase join mart.transaction as t using (purchase_id)
        where {COUNTED} and vendor_name = 'BI Incorporated' group by 1 order by 1
        """
    )
    programme = [line.split("\t") for line in cells if "BI Incorporated" in line]
    assert [(line[0], line[4]) for line in programme] == [
        (f"FY{year}", f"{amount:,.0f}") for year, amount in years
    ]


def test_explore_lists_what_the_database_holds(visit: Visit) -> None:
    page = visit.open("explore?scope=With+neighbouring+goods&sort=Largest+amount")
    rows = page.locator(".wb-table tbody tr")
    expected = visit.site.ask(
        """
        select amount_usd from mart.purchase
        where status in ('confirmed', 'matched') order by amount_usd desc
        """
    )
    amounts = page.locator(".wb-table tbody td.wb-amount").all_inner_texts()
    assert amounts == [f"{amount:,.0f}".replace("-", "\u2212") for (amount,) in expected]
    expect(rows).to_have_count(len(expected))


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("agency?id=us_federal%3A7014", "agency_id = 'us_federal:7014'"),
        ("vendor?id=cellebrite", "vendor_id = 'cellebrite'"),
        ("technology?id=device-forensics", "technology = 'device-forensics'"),
    ],
)
def test_a_page_shows_its_own_total(visit: Visit, path: str, where: str) -> None:
    page = visit.open(path)
    ((amount,),) = visit.site.ask(
        f"""
        select abs(sum(t.amount_usd))
        from mart.purchase join mart.transaction as t using (purchase_id)
        where {COUNTED} and {where}
        """
    )
    answer = page.locator(".wb-answer").first.inner_text()
    shown = (
        f"${amount:,.0f}"
        if Decimal(str(amount)) < 999_999
        else f"${Decimal(str(amount)) / 1_000_000:.1f} million"
    )
    assert shown in answer


def test_a_purchase_is_shown_to_the_cent(visit: Visit) -> None:
    page = visit.open("purchase?id=us_federal%3AA1")
    text = page.locator('[data-testid="stMain"]').inner_text()
    assert "2,300,000.25" in text
    assert "9,200,000.00" in text
    assert "\u201cFORENSIC SOFTWARE\u201d" in text
    assert "\u201cface recognition searches\u201d" not in text.lower()
    assert "9f2c9f2c" in text
    running = page.locator(".wb-table tbody tr").filter(has_text="P00001").inner_text()
    assert "800,000.25" in running
    assert "2,300,000.25" in running


def test_hostile_text_is_shown_as_text(visit: Visit) -> None:
    visit.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page = visit.open("purchase?id=us_federal%3AA4")
    text = page.locator('[data-testid="stMain"]').inner_text()
    assert HOSTILE_VENDOR in text
    assert HOSTILE_WORDS in text
    assert page.locator(".stHtml script, .stHtml img").count() == 0
    page = visit.open("explore")
    assert HOSTILE_VENDOR[:40] in page.locator('[data-testid="stMain"]').inner_text()


def test_an_address_reproduces_the_view_in_another_browser(chromium: Browser, site: Site) -> None:
    first = visiting(chromium.new_context(), site)
    page = first.open("explore")
    page.get_by_label("Words in the record").fill("cellebrite")
    page.keyboard.press("Enter")
    expect(page.locator(".wb-answer").first).to_contain_text("Three purchases")
    first.count("With neighbouring goods")
    page.wait_for_url(re.compile("scope="))
    page.locator("summary", has_text="How many purchases each filter").click()
    listed = page.locator(".wb-facet-lists a", has_text="FY2022")
    expect(listed).to_have_attribute("href", re.compile("scope="))
    listed.click()
    expect(page.locator(".wb-table caption")).to_contain_text("1 to 1 of 1")
    # The list stays open for the next filter, and says which are set.
    expect(page.locator(".wb-facet-lists .wb-on a", has_text="FY2022")).to_be_visible()
    seen = page.locator(".wb-answer, .wb-table").all_inner_texts()
    second = visiting(chromium.new_context(), site)
    again = second.open(page.url.removeprefix(f"{site.address}/"))
    expect(again.locator(".wb-table caption")).to_contain_text("1 to 1 of 1")
    assert again.locator(".wb-answer, .wb-table").all_inner_texts() == seen
    # What is set within a fold is to be seen, and there is nothing in one that was never opened.
    expect(again.get_by_label("At least, in US dollars")).to_have_count(0)
    again = second.open("explore?least=1,000")
    expect(again.get_by_label("At least, in US dollars")).to_be_visible()
    again.get_by_label("At least, in US dollars").fill("")
    again.keyboard.press("Enter")
    expect(again.locator(".wb-table caption")).not_to_contain_text("1 to 1 of 1")
    expect(again.get_by_label("At least, in US dollars")).to_be_visible()
    first.page.context.close()
    second.page.context.close()


def test_links_change_the_page_without_loading_it_anew(visit: Visit) -> None:
    page = visit.open()
    loads: list[str] = []
    page.on("load", lambda: loads.append("load"))
    page.get_by_role("link", name="Clearview AI").first.click()
    expect(page.locator("h1")).to_have_text("Clearview AI")
    page.get_by_role("link", name="FORENSIC SOFTWARE").first.click()
    expect(page.locator("h1")).to_contain_text("FORENSIC SOFTWARE")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Clearview AI")
    assert loads == []


def test_from_the_first_page_to_the_records_in_two_steps(visit: Visit) -> None:
    page = visit.open()
    page.get_by_label("Search an agency").fill("cleerview ai")
    page.keyboard.press("Enter")
    page.locator(".wb-table").get_by_role("link", name="Clearview AI").first.click()
    expect(page.locator("h1")).to_have_text("Clearview AI")
    expect(page.locator(".wb-answer").first).to_contain_text("$2.3 million")
    expect(page.get_by_role("link", name="FORENSIC SOFTWARE").first).to_be_visible()


def test_a_download_is_what_is_seen(visit: Visit) -> None:
    page = visit.open("explore?technology=Device+forensics")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download these rows as CSV").click()
    rows = list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8-sig"))))
    expected = visit.site.ask(
        f"select purchase_id, amount_usd from mart.purchase where {COUNTED} "
        "and technology = 'device-forensics'"
    )
    assert {(row["purchase_id"], Decimal(row["amount_usd"])) for row in rows} == set(expected)
    with page.expect_download() as coming:
        page.get_by_role("link", name="XLSX").click()
    assert coming.value.suggested_filename.endswith(".xlsx")
    assert visit.errors == []


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("purchase?id=nothing", "No such purchase in these records"),
        ("vendor?id=%3Cscript%3E", "No such vendor in these records"),
        ("agency", "Which agency?"),
        ("technology?id=x", "No such technology in these records"),
    ],
)
def test_an_address_of_nothing_gets_a_helpful_page(visit: Visit, path: str, title: str) -> None:
    page = visit.open(path)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_role("link", name="Explore").first).to_be_visible()
    assert visit.errors == []


def test_a_filter_that_finds_nothing_says_what_was_searched(visit: Visit) -> None:
    page = visit.open("explore?q=zeppelin")
    expect(page.locator(".wb-notice")).to_contain_text("No purchase has all of this")
    expect(page.locator(".wb-coverage")).to_contain_text("Absence here means nothing")


def test_the_keyboard_alone_reaches_the_records(visit: Visit) -> None:
    page = visit.open()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Clearview AI":
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Clearview AI")


def test_answers_carry_security_headers(site: Site) -> None:
    request = urllib.request.Request(  # noqa: S310 - loopback
        site.address, headers={"Accept": "text/html"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "script-src 'self' 'sha256-" in headers["Content-Security-Policy"]


def test_without_a_database_the_page_says_what_to_run(
    chromium: Browser, tmp_path: Path, root: Path
) -> None:
    with serving(tmp_path, root) as address:
        visit = visiting(chromium.new_context(), Site(address, tmp_path, tmp_path))
        visit.page.goto(address)
        expect(visit.page.locator("h1")).to_have_text("Nothing has been published yet")
        assert visit.errors == []
        visit.page.context.close()
