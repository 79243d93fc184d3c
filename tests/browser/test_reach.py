"""Everybody can use every page: axe finds nothing, keys reach all, paper holds it, faults speak."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from ingest.home import Home
from tests.browser.conftest import Site, Visit, serving, visiting
from tests.browser.test_every_page import ADDRESSES
from tests.federal import build_of, full, transaction
from tests.published import publish, sample_rows

pytestmark = pytest.mark.browser

WHOLE_LEDGER = "purchase?id=us_federal%3AZ9"
# Rules about Streamlit's own frame, which no page of ours can change, and why.
NOT_OURS = {
    "presentation-role-conflict": "the box that files are dropped on, beside a real button",
}


def problems(visit: Visit) -> list[str]:
    """Return what axe finds, one line for each element."""
    found = Axe().run(visit.page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for each in found
        if each["id"] not in NOT_OURS
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        *((name or "overview", "light") for name in ADDRESSES),
        ("ledger", "light"),
        # Colours alone differ in the dark: these pages have all of them.
        *((name, "dark") for name in ("overview", "explore", "purchase", "check")),
    ],
)
def test_axe_finds_nothing(chromium: Browser, site: Site, name: str, scheme: str) -> None:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe is put into the page, which our policy rightly forbids
    )
    visit = visiting(context, site)
    visit.open(WHOLE_LEDGER if name == "ledger" else ADDRESSES.get(name, ""))
    visit.page.wait_for_timeout(600)
    assert problems(visit) == []
    context.close()


def test_a_purchase_that_is_not_counted_says_why(visit: Visit) -> None:
    page = visit.open(WHOLE_LEDGER)
    text = page.locator('[data-testid="stMain"]').inner_text()
    assert "Why it is not here" in text
    assert "1,234.56" in text
    assert "is in no total" in text
    assert page.locator("#why-not").count() == 1
    assert visit.errors == []


def test_the_whole_ledger_leads_to_its_purchases(visit: Visit) -> None:
    page = visit.open("explore?q=office+paper&whole=true")
    page.get_by_role("link", name="OFFICE PAPER").click()
    expect(page.locator("h1")).to_contain_text("OFFICE PAPER")


def test_a_chart_follows_the_database_and_can_be_saved(visit: Visit) -> None:
    page = visit.open()
    chart = page.locator(".wb-picture").first
    second = chart.locator(".wb-years-plot.wb-second")
    labels = second.locator(".wb-value").all_text_contents()
    assert [label for label in labels if label.startswith("$")] == ["$90.0m", "$110.0m", "$60.0m"]
    saved = {}
    for kind in ("png", "svg", "csv"):
        with page.expect_download() as coming:
            chart.locator(f"button[data-save={kind}]").click()
        saved[kind] = coming.value.path().read_bytes()
        assert coming.value.suggested_filename.endswith(f".{kind}")
    assert saved["png"].startswith(b"\x89PNG")
    drawing = ElementTree.fromstring(saved["svg"])  # noqa: S314 - our own
    words = " ".join(drawing.itertext())
    for said in ("Surveillance technology", "US dollars obligated by fiscal year", "$110.0m",
                 "Source: USAspending contracts", "build test"):  # fmt: skip
        assert said in words
    assert {each.tag.rpartition("}")[2] for each in drawing.iter()} <= {
        "svg", "title", "defs", "pattern", "rect", "text", "line"
    }  # fmt: skip
    rows = csv.DictReader(io.StringIO(saved["csv"].decode("utf-8-sig"), newline=""))
    assert "110000000.00" in [row["amount"] for row in rows]
    second.locator(".wb-cell", has_text="$90.0m").hover()
    expect(second.locator(".wb-tip", has_text="$90.0 million obligated")).to_be_visible()
    assert visit.errors == []
    assert visit.hosts == {visit.site.address.split("/")[2]}


def test_a_hostile_name_is_text_in_a_saved_picture(visit: Visit) -> None:
    page = visit.open("agency?id=us_federal%3A7014")
    with page.expect_download() as coming:
        page.locator(".wb-picture:has(.wb-ranked) button[data-save=svg]").click()
    drawing = ElementTree.fromstring(coming.value.path().read_bytes())  # noqa: S314 - our own
    words = " ".join(" ".join(drawing.itertext()).split())
    assert '<script>alert("x")</script> **BOLD**' in words
    names = {name for each in drawing.iter() for name in each.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name}
    assert {each.tag.rpartition("}")[2] for each in drawing.iter()} <= {
        "svg", "title", "defs", "pattern", "rect", "text", "line"
    }  # fmt: skip
    assert visit.errors == []


def test_a_map_is_walked_by_arrow_keys_and_saved(visit: Visit) -> None:
    page = visit.open("law?day=2021-06-01")
    links = page.locator(".wb-map-links a")
    expect(links).to_have_count(51)
    page.locator(".wb-map-links a[aria-label^='AL:']").focus()
    expect(page.locator(".wb-map-said")).to_have_text("AL: nothing drawn here")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".wb-map-said")).to_contain_text("GA: ")
    assert page.locator('.wb-map-links a[tabindex="0"]').count() == 1
    with page.expect_download() as coming:
        page.locator(".wb-picture button[data-save=svg]").first.click()
    saved = coming.value.path().read_text(encoding="utf-8")
    assert "From the register of laws of whobuys" in saved
    assert "prefers-color-scheme" not in saved
    page.locator(".wb-map-links a[aria-label^='California:']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("place"))
    assert visit.errors == []


def test_the_switches_go_along_from_page_to_page(visit: Visit) -> None:
    page = visit.open()
    visit.count("With neighbouring goods")
    page.wait_for_url(re.compile("scope="))
    expect(page.locator(".wb-answer").first).to_contain_text("neighbouring goods")
    link = page.locator(".wb-ranked").get_by_role(
        "link", name="U.S. Customs and Border Protection", exact=True
    )
    expect(link).to_have_attribute("href", re.compile("scope="))
    link.click()
    expect(page.locator("h1")).to_have_text("U.S. Customs and Border Protection")
    expect(page.locator(".wb-answer").first).to_contain_text("and neighbouring goods")
    page.locator(".wb-masthead").get_by_role("link", name="Explore").click()
    page.wait_for_url(re.compile("explore.*scope="))
    expect(page.locator(".wb-answer").first).to_contain_text("$370.")
    # A page without figures takes it along too, and so does the way back.
    page.locator(".wb-masthead").get_by_role("link", name="Method").click()
    page.wait_for_url(re.compile("method.*scope="))
    page.get_by_role("link", name="whobuys, to the overview").click()
    expect(page.locator(".wb-answer").first).to_contain_text("neighbouring goods")


def test_the_other_pages_are_reached_by_keyboard_also_on_a_phone(visit: Visit) -> None:
    page = visit.open()
    page.set_viewport_size({"width": 390, "height": 844})
    summary = page.locator(".wb-menu summary")
    law = page.locator(".wb-menu").get_by_role("link", name="Law", exact=True)
    expect(law).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(law).to_be_visible()
    box = page.locator(".wb-menu-groups").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    expect(law).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    law.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Which laws")
    expect(law).to_be_hidden()
    page.locator(".wb-menu summary").click()
    expect(page.locator('.wb-menu a[aria-current="page"]')).to_have_text("Law")
    assert visit.errors == []


def test_a_file_is_checked_and_leaves_nothing(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "city.csv"
    file.write_text("Payee,Purpose\nCLEARVIEW AI,Licence\nACME,Paper\n", encoding="utf-8")
    page = visit.open("check")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".wb-answer").last).to_contain_text(
        "Of 2 rows, one row names surveillance technology", timeout=60_000
    )
    expect(page.locator(".wb-table tbody tr")).to_have_count(1)
    with page.expect_download() as coming:
        page.get_by_role("button", name="as CSV").click()
    assert "face-recognition" in coming.value.path().read_text(encoding="utf-8-sig")
    assert not [p for p in visit.site.home.rglob("*") if "city" in p.name]
    assert visit.errors == []


def test_a_file_that_is_no_table_gets_a_sentence(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "page.csv"
    file.write_text("<!DOCTYPE html><html></html>", encoding="utf-8")
    page = visit.open("check")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".wb-notice")).to_contain_text("is a web page, not a table")


def test_nobody_decides_on_a_server_that_was_not_started_so(visit: Visit) -> None:
    page = visit.open("decide?id=us_federal%3AA5")
    expect(page.locator(".wb-answer")).to_contain_text("on the computer that holds the data")
    assert page.get_by_role("button", name="Write this decision").count() == 0
    assert page.get_by_role("link", name="Decide").count() == 0


def test_an_editor_decides(chromium: Browser, tmp_path: Path, root: Path) -> None:
    database = publish(tmp_path, sample_rows())
    with serving(tmp_path, root, edit=True) as address:
        visit = visiting(chromium.new_context(bypass_csp=True), Site(address, tmp_path, database))
        page = visit.open("decide")
        expect(page.locator(".wb-answer").first).to_contain_text("One doubtful purchase waits")
        page.locator(".wb-table").get_by_role("link").first.click()
        page.get_by_label("Reason, in words").fill("The record says cameras")
        page.get_by_role("button", name="Write this decision").click()
        expect(page.locator(".wb-notice").last).to_contain_text("needs a `reason` and `decided_by`")
        page.get_by_label("Who decides").fill("A. Editor")
        page.get_by_role("button", name="Write this decision").click()
        expect(page.locator(".wb-notice").last).to_contain_text("It counts from the next build")
        text = (tmp_path / "reference" / "decisions.csv").read_text(encoding="utf-8")
        assert "us_federal:A5,accept,strict,video-surveillance,,The record says cameras" in text
        assert problems(visit) == []
        page.get_by_role("link", name="Back to the queue").first.click()
        expect(page.locator(".wb-answer").first).to_contain_text("One decision stands in the file")
        assert visit.errors == []
        visit.page.context.close()


def test_an_editor_makes_a_rule_of_a_decision_and_takes_it_back(
    chromium: Browser, tmp_path: Path, root: Path
) -> None:
    words = {
        "recipient_name": "AXON ENTERPRISE, INC.",
        "prime_award_base_transaction_description": "ZEBRAFINCH OPTICS",
        "transaction_description": "ZEBRAFINCH OPTICS",
    }
    other = {**words, "recipient_name": "IDLE IBIS CO"}
    rows = [transaction("P1", "70.00", **words), transaction("P2", "5.00", **other)]
    built = build_of(Home(tmp_path), full(tmp_path / "in", rows))
    with serving(tmp_path, root, edit=True) as address:
        visit = visiting(
            chromium.new_context(bypass_csp=True), Site(address, tmp_path, built.database)
        )
        page = visit.open("decide?id=us_federal%3ACONT_AWD_P1_7012_-NONE-_-NONE-")
        page.get_by_text("All whose description has a phrase").click()
        page.get_by_label("Words", exact=True).fill("zebrafinch optics")
        page.get_by_label("An example that must not match").fill("bird seed")
        page.get_by_label("Reason, in words").fill("They are cameras")
        page.get_by_label("Who decides").fill("A. Editor")
        page.get_by_role("button", name="Show what would change").click()
        shown = page.locator(".wb-table").last
        expect(shown).to_contain_text("IDLE IBIS CO", timeout=60_000)
        expect(page.locator("main, [data-testid=stMain]").first).to_contain_text(
            "+2 purchases and +75 USD"
        )
        assert not (tmp_path / "reference").exists()
        page.get_by_role("button", name="Write this rule").click()
        # All of reference data is checked before a line is written.
        expect(page.locator(".wb-notice").last).to_contain_text(
            "reference/phrases.csv", timeout=60_000
        )
        text = (tmp_path / "reference" / "phrases.csv").read_text(encoding="utf-8")
        assert "zebrafinch-optics,zebrafinch optics,body-worn-cameras" in text
        assert problems(visit) == []
        page = visit.open("decide")
        page.get_by_role("button", name="What if it is taken back?").click()
        page.get_by_role("button", name="Take this rule back").click(timeout=60_000)
        expect(page.get_by_text("Rules made here")).to_have_count(0, timeout=60_000)
        text = (tmp_path / "reference" / "phrases.csv").read_text(encoding="utf-8")
        assert "zebrafinch" not in text
        assert visit.errors == []
        visit.page.context.close()


def test_a_fault_of_ours_gets_a_sentence_of_ours(
    chromium: Browser, tmp_path: Path, root: Path
) -> None:
    database = publish(tmp_path, sample_rows())
    with duckdb.connect(str(database)) as connection:
        connection.execute("alter table mart.purchase rename vendor_name to nobody_has_heard_of")
    with serving(tmp_path, root) as address:
        visit = visiting(chromium.new_context(), Site(address, tmp_path, database))
        visit.page.goto(f"{address}/explore")
        notice = visit.page.locator(".wb-notice")
        # The first page of a server loads everything that pages need.
        expect(notice).to_contain_text(
            "Something went wrong here, and it is our fault", timeout=60_000
        )
        expect(visit.page.get_by_test_id("stException")).to_have_count(0)
        assert "Traceback" not in visit.page.content()
        assert "vendor_name" not in notice.inner_text()
        visit.page.context.close()


def test_on_paper_the_answer_comes_without_controls(visit: Visit) -> None:
    page = visit.open("agency?id=us_federal%3A7012")
    page.emulate_media(media="print")
    expect(page.locator(".wb-masthead nav")).to_be_hidden()
    expect(page.get_by_role("combobox", name="Counting")).to_be_hidden()
    expect(page.locator(".wb-pictures").first).to_be_hidden()
    expect(page.locator(".wb-answer").first).to_be_visible()
    assert page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stMain]')).overflow"
    ) == ("visible")
