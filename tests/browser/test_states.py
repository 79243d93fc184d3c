"""States: while it loads, when the database is damaged or gone, when the server has stopped."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visit, serving, visiting
from tests.published import publish, sample_rows

pytestmark = pytest.mark.browser

FILTERED = "explore?vendor=Cellebrite&technology=Device+forensics"


def test_a_page_that_is_long_in_coming_says_so(chromium: Browser, visit: Visit) -> None:
    page = chromium.new_page()
    # The server takes the connection and never answers.
    page.route_web_socket(re.compile("_stcore/stream"), lambda _: None)
    page.goto(f"{visit.site.address}/{FILTERED}")
    expect(page.get_by_role("status").filter(has_text="Loading")).to_be_visible()
    shape = page.evaluate("getComputedStyle(document.body, '::before').backgroundImage")
    assert "linear-gradient" in shape
    page.close()
    page = visit.open(FILTERED)
    expect(page.locator(".wb-loading")).to_have_text("")
    shape = page.evaluate("getComputedStyle(document.body, '::before').backgroundImage")
    assert "linear-gradient" not in shape


def test_a_damaged_database_says_what_to_do_and_keeps_the_filters(
    chromium: Browser, tmp_path: Path, root: Path
) -> None:
    database = publish(tmp_path, sample_rows())
    pointer = tmp_path / "published" / "current.json"
    good = pointer.read_text()
    garbage = database.with_name("whobuys-garbage.duckdb")
    garbage.write_bytes(b"no database" * 500)
    faults = {
        "{": "is damaged",
        json.dumps({"build_id": "gone", "database": "whobuys-gone.duckdb"}): "is gone",
        json.dumps({"build_id": "garbage", "database": garbage.name}): "cannot be read",
    }
    with serving(tmp_path, root) as address:
        visit = visiting(chromium.new_context(), Site(address, tmp_path, database))
        page = visit.page
        for text, says in faults.items():
            pointer.write_text(text)
            page.goto(f"{address}/{FILTERED}")
            expect(page.locator("h1")).to_have_text(
                "The published data cannot be read", timeout=60_000
            )
            answer = page.locator(".wb-answer")
            expect(answer).to_contain_text(says)
            expect(answer).to_contain_text("Your filters are still in the address")
            expect(page.get_by_text("whobuys build")).to_be_visible()
            assert page.url.endswith(FILTERED)
        pointer.write_text(good)
        page.reload()
        expect(page.locator(".wb-answer").first).to_contain_text("$250,000")
        expect(page.locator(".wb-table tbody tr").first).to_contain_text("UFED")
        assert visit.errors == []
    # The server has stopped: a reader who goes on is told so, in words that name no program.
    page.get_by_role("link", name="Renewals").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This site does not answer at the moment", timeout=60_000)
    expect(dialog).to_contain_text("Your filters are still in the address")
    expect(dialog).not_to_contain_text("Streamlit")
    page.context.close()
