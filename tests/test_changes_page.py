"""The pages of what changed and of how to take the data, as Streamlit runs them."""

from datetime import date
from pathlib import Path

import duckdb

from dashboard import change_words, data
from tests.published import HOSTILE_VENDOR, publish, sample_rows
from tests.test_beside_pages import page


def _changes() -> None:
    from dashboard import data  # noqa: PLC0415 - runs in a script of its own
    from dashboard.views import changes  # noqa: PLC0415

    changes.show(data.current())


def _api() -> None:
    from dashboard import data  # noqa: PLC0415
    from dashboard.views import api  # noqa: PLC0415

    api.show(data.current())


def _agency() -> None:
    from dashboard import data  # noqa: PLC0415
    from dashboard.views import agency  # noqa: PLC0415

    agency.show(data.current())


def test_the_newest_publication_is_said_first_with_reasons(home: Path) -> None:
    publish(home, sample_rows())
    shown = page(_changes)
    assert "Between 29 Sep 2025 and 6 Oct 2025, <strong>two counted purchases</strong>" in shown
    assert "$200,000 before, $250,000 obligated now" in shown
    assert "The record changed." in shown
    assert "feeds/changes.atom" in shown
    assert "feeds/ends.ics" in shown


def test_one_kind_of_change_and_an_earlier_publication_can_be_chosen(home: Path) -> None:
    rows = sample_rows()
    earlier = {**rows["mart.change"][1], "change_id": "earlier", "to_date": date(2025, 9, 1),
               "from_date": date(2025, 8, 25), "vendor_name": HOSTILE_VENDOR}  # fmt: skip
    rows["mart.change"].append(earlier)
    publish(home, rows)
    assert "$200,000 before" not in page(_changes, kind="New")
    older = page(_changes, to="2025-09-01")
    assert "Between 25 Aug 2025 and 1 Sep 2025" in older
    assert HOSTILE_VENDOR not in older
    assert "Earlier publications" in older


def test_a_first_publication_says_that_nothing_has_changed_yet(home: Path) -> None:
    with duckdb.connect(str(publish(home, sample_rows()))) as con:
        con.execute("delete from mart.change")
    assert "Nothing has changed yet" in page(_changes)


def test_the_data_page_names_every_list_and_limit(home: Path) -> None:
    publish(home, sample_rows())
    shown = page(_api)
    for name in data.LISTS:
        assert f"api/v1/{name}" in shown
    assert "429" in shown
    assert "api/v1/openapi.json" in shown
    assert "No whole export stands here yet" in shown


def test_an_agency_has_feeds_of_its_own(home: Path) -> None:
    publish(home, sample_rows())
    assert "feeds/changes.atom?agency=us_federal%3A7012" in page(_agency, id="us_federal:7012")


def test_dates_and_amounts_in_a_reason_are_written_as_elsewhere() -> None:
    told = change_words.plainly("the transaction of 2025-06-15 over -1373620.66 was withdrawn")
    assert told == "the transaction of 15 Jun 2025 over \u22121,373,620.66 was withdrawn"
    assert change_words.plainly("Rule 2.10 of 9999-99-99") == "Rule 2.10 of 9999-99-99"
