"""Pages as Streamlit runs them, without a browser: they say what is there, and what is not."""

import re
from pathlib import Path

import duckdb
from streamlit.testing.v1 import AppTest

from dashboard import server
from tests.published import HOSTILE_VENDOR, publish, sample_rows

APP = Path(server.__file__).with_name("app.py")


def run(**query: str) -> AppTest:
    """Run the overview, with an address of these parameters."""
    test = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def said(test: AppTest) -> str:
    """Return everything the page wrote as HTML."""
    return "\n".join(str(element.proto.body) for element in test.get("html"))


def test_without_a_database_the_page_says_what_to_run(home: Path) -> None:
    assert home.is_dir()
    test = run()
    assert not test.exception
    assert "Nothing has been published yet" in said(test)
    assert "whobuys up" in said(test)


def test_a_database_of_another_version_gets_a_sentence(home: Path) -> None:
    database = publish(home, sample_rows())
    with duckdb.connect(str(database)) as con:
        con.execute("alter table mart.purchase drop column amount_scope")
    test = run()
    assert not test.exception
    assert "of another version" in said(test)
    assert "amount_scope" in said(test)


def test_the_overview_answers_and_says_what_was_not_searched(home: Path) -> None:
    publish(home, sample_rows())
    page = said(run())
    assert "Which agencies are buying surveillance technology" in page
    assert "<strong>five purchases</strong>" in page
    assert "<strong>$259.8 million</strong> obligated" in page
    assert re.search(
        r"Clearview AI</a></th><td class=\"wb-note\"><a [^>]*>1</a>, since \w+ 20", page
    )
    assert page.index("We found") < page.index("Not searched") < page.index("Obligated: legally")
    assert "one doubtful purchase" in page
    assert "known only as a lifetime total, $4.2 million" in page


def test_one_agency_searched_is_said_in_the_title(home: Path) -> None:
    rows = sample_rows()
    rows["mart.coverage"] = rows["mart.coverage"][:1]
    publish(home, rows)
    page = said(run())
    assert "What ICE bought" in page
    assert "one agency, U.S. Immigration and Customs Enforcement" in page
    assert "no other government has been searched" in page


def test_an_empty_database_still_has_a_page(home: Path) -> None:
    rows = {table: rows for table, rows in sample_rows().items() if table == "meta.build"}
    publish(home, rows)
    test = run()
    assert not test.exception
    assert "no purchases" in said(test)


def test_hostile_names_are_text(home: Path) -> None:
    publish(home, sample_rows())
    page = said(run(find="script"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "**BOLD**" in page
    assert HOSTILE_VENDOR not in page


def test_the_switches_move_the_figure(home: Path) -> None:
    publish(home, sample_rows())
    test = run()
    test.toggle(key="without").set_value(True).run()
    assert "Without electronic monitoring from BI Incorporated, we found" in said(test)
    assert "withdrawn in this period" in said(test)


def test_a_year_that_nobody_searched_is_not_shown_as_a_fall(home: Path) -> None:
    publish(home, sample_rows())
    page = said(run())
    assert "not covered in whole for U.S. Customs and Border Protection" in page


def test_settings_hold_what_privacy_needs() -> None:
    settings = server.settings()
    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.address"] == "127.0.0.1"
    assert settings["theme.light.backgroundColor"] == "#FBFAF7"


def test_a_page_is_dressed_and_allows_only_its_own_scripts() -> None:
    shell = (
        "<html><head><title>Streamlit</title><script>window.x = 1</script></head>"
        "<body><noscript>enable</noscript></body></html>"
    )
    page = server._dress(shell)
    assert "<title>whobuys</title>" in page
    assert "assets/whobuys.css" in page
    policy = server._policy(page)
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_fiscal_years_of_places_are_not_said_to_begin_in_october(home: Path) -> None:
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        purchase.update(record_kind="payment", basis="paid")
    for transaction in rows["mart.transaction"]:
        transaction["basis"] = "paid"
    for source in rows["mart.source"]:
        source["fiscal_year_begins"] = 7
    publish(home, rows)
    page = said(run())
    assert "by the fiscal year of each buyer" in page
    assert "Fiscal years run from July to June" in page
    assert "October" not in page
