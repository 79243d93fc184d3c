"""Figures on screen are those of SQL written here; a filtered address shows the same again."""

from decimal import Decimal

import pytest
from playwright.sync_api import Browser, expect

from dashboard.app import VIEWS
from tests.browser.conftest import Site, Visit, visiting

pytestmark = pytest.mark.browser

_WORDS = "no one two three four five six seven eight nine".split()
MOVED = "from mart.purchase join mart.transaction as t using (purchase_id)"
COUNTED = "status in ('confirmed', 'matched') and scope = 'strict' and record_kind <> 'idv'"
END = "date '2025-10-06'"

# For each page: its address, SQL with one row, and what its answer says of that row, where `0`
# is a number in words, `0m` dollars in millions, `0d` dollars in whole.
ANSWERS: dict[str, tuple[str, str, str]] = {
    "": ("", (f"select count(distinct purchase_id), count(distinct agency_id), sum(t.amount_usd)"
             f" {MOVED} where {COUNTED}"), ("{0w} purchases of surveillance technology by {1w} "
             "agencies with {2m} obligated")),
    "explore": ("explore?technology=Device+forensics&agency=U.S.+Customs+and+Border+Protection",
                ("select count(distinct purchase_id) filter (amount_scope = 'window'),"
                " (select sum(t.amount_usd) from mart.transaction as t join mart.purchase"
                " using (purchase_id) where technology = 'device-forensics'"
                " and agency_id = 'us_federal:7014') from mart.purchase"
                " where technology = 'device-forensics' and agency_id = 'us_federal:7014'"),
                "{1d} obligated under {0w} federal awards"),
    "agency": ("agency?id=us_federal%3A7014", (f"select count(distinct purchase_id),"
               f" sum(t.amount_usd) {MOVED} where {COUNTED} and agency_id = 'us_federal:7014'"),
               ("{0w} purchases of surveillance technology by U.S. Customs and Border Protection"
               " with {1d} obligated")),
    "place": ("place?id=us", (f"select count(distinct purchase_id), count(distinct agency_id),"
              f" sum(t.amount_usd) {MOVED} where {COUNTED} and place_id = 'us'"),
              ("{0w} purchases of surveillance technology by {1w} agencies of the United States"
              " with {2m} obligated")),
    "vendor": ("vendor?id=bi-incorporated", (f"select sum(t.amount_usd), count(distinct"
               f" purchase_id) {MOVED} where {COUNTED} and vendor_id = 'bi-incorporated'"),
               "obligated {0m} to BI Incorporated in {1w} purchase"),
    "technology": ("technology?id=face-recognition", (f"select count(distinct purchase_id),"
                   f" sum(t.amount_usd) {MOVED} where {COUNTED}"
                   " and technology = 'face-recognition'"),
                   "{0w} purchase of face recognition by one agency with {1m} obligated"),
    "purchase": ("purchase?id=us_federal%3AA1", ("select sum(amount_usd) from mart.transaction"
                 " where purchase_id = 'us_federal:A1'"), "obligated {0m}"),
    "renewals": ("renewals", (f"select count(*) from mart.purchase where {COUNTED} and end_date"
                 f" between {END} and {END} + 365"), "{0W} counted purchases end within 12 months"),
    "compare": ("compare?what=Vendors&these_vendor=Cellebrite&these_vendor=Clearview+AI",
                (f"select sum(t.amount_usd) filter (vendor_id = 'clearview-ai'),"
                f" sum(t.amount_usd) filter (vendor_id = 'cellebrite') {MOVED}"
                f" where {COUNTED} and t.fiscal_year in (2021, 2022)"),
                "Clearview AI {0m} obligated in one purchase; Cellebrite {1d} obligated in one"),
    "resellers": ("resellers", (f"select count(distinct purchase_id), sum(t.amount_usd) {MOVED}"
                  f" where {COUNTED} and maker_id <> vendor_id"),
                  "{0w} counted purchase, {1d} obligated"),
    "grants": ("grants", ("select count(*), count(distinct recipient_name), sum(amount_usd)"
               " from mart.grant"), "{0w} grants to {1w} recipients with {2m} obligated"),
    "use": ("use?answer=Denied", ("select count(*), count(*) filter (answer = 'denied')"
            " from mart.use"), ("{0W} reports of use, trial or access are on record, whether or not"
            " the agency paid. {1W} report fits")),
    "law": ("law?day=2021-06-01", ("select count(*) from mart.law where latest_start_date <="
            " '2021-06-01' and coalesce(earliest_last_date, '2100-01-01') > '2021-06-01'"),
            "{0w} laws and rulings in force"),
    "questions": ("questions", "select count(*) from mart.standing_list", "{0W} question in"),
    "changes": ("changes", "select count(*) from mart.change", "{0w} counted purchases changed"),
    "sources": ("sources", "select count(*) from mart.source", "{0w} source of public records"),
    "issues": ("issues", "select count(*) from meta.issue", "{0W} issue found"),
}  # fmt: skip
# Pages whose answer has no figure of the records; the map has none to draw in these.
_WITHOUT = {"map", "api", "check", "decide", "corrections", "dictionary", "method"}
# Addresses with filters, and words that show that the filter is obeyed.
FILTERED = {
    "explore": "explore?vendor=Cellebrite&sort=Smallest+amount&columns=What&columns=Agency",
    "agency": "agency?id=us_federal%3A7012&leave_out=Electronic+monitoring",
    "place": "place?id=us&leave_out=Electronic+monitoring",
    "vendor": "vendor?id=cellebrite&scope=With+doubtful+purchases",
    "technology": "technology?id=device-forensics&scope=With+doubtful+purchases",
    "renewals": "renewals?within=30+days",
    "grants": "grants?q=overtime",
    "use": "use?answer=Denied",
    "law": "law?day=2023-06-01",
    "issues": "issues?q=nothing-has-this",
    "changes": "changes?kind=New",
    "": "?without=us_federal%3A7012~bi-incorporated~electronic-monitoring",
}
SEEN = ".wb-title, .wb-answer, .wb-table, .wb-small-print, .wb-notice"


def _said(row: tuple[object, ...], says: str) -> str:
    """Return what an answer says of a row, in the words of the house, written a second time."""
    parts = {}
    for number, value in enumerate(row):
        if isinstance(value, Decimal):
            assert value > 0
            parts[f"{number}m"] = f"${value / 1_000_000:.1f} million"
            parts[f"{number}d"] = f"${value:,.0f}"
        elif isinstance(value, int):
            words = _WORDS[value] if value < len(_WORDS) else f"{value:,}"
            parts |= {f"{number}w": words, f"{number}W": words.capitalize()}
    for mark, words in parts.items():
        says = says.replace("{" + mark + "}", words)
    assert "{" not in says
    return says


def test_every_page_with_figures_is_compared() -> None:
    assert set(ANSWERS) | _WITHOUT == set(VIEWS)


@pytest.mark.parametrize("name", [name or "overview" for name in ANSWERS])
def test_an_answer_is_the_databases(visit: Visit, name: str) -> None:
    address, sql, says = ANSWERS[name if name in ANSWERS else ""]
    (row,) = visit.site.ask(sql)
    page = visit.open(address)
    expect(page.locator(".wb-answer").first).to_contain_text(
        _said(row, says), ignore_case=name == "overview"
    )
    assert visit.errors == []


@pytest.mark.parametrize("name", [name or "overview" for name in FILTERED])
def test_a_filtered_address_shows_the_same_in_another_browser(
    chromium: Browser, site: Site, name: str
) -> None:
    """Once on a desk and once on a phone: the filter is obeyed, and gives the same words."""
    address = FILTERED[name if name in FILTERED else ""]
    keeps = "&" if "id=" in address else "?"
    seen = []
    for width, asked in ((1280, address), (390, address), (1280, address.partition(keeps)[0])):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        page = visiting(context, site).open(asked)
        page.wait_for_timeout(200)
        seen.append(page.locator(SEEN).all_text_contents())
        context.close()
    assert seen[0] == seen[1]
    # Nothing of these two is doubtful here: the switch changes no figure.
    assert (seen[2] != seen[0]) is (name not in ("vendor", "technology"))
