"""The pages of use and law: what they say, and that their address chooses what they show."""

import re
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, downloads_beside, use_law
from dashboard.data import Reported
from tests.published import publish, sample_rows


def run(view: str, **query: str) -> AppTest:
    """Run one page, with an address of these parameters."""
    test = AppTest.from_string(
        f"from dashboard import data\nfrom dashboard.views import {view}\n"
        f"{view}.show(data.current())",
        default_timeout=60,
    )
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in test.get("html"))


@pytest.fixture(autouse=True)
def _published(home: Path) -> None:
    publish(home, sample_rows())


def test_the_use_page_names_whose_data_it_is_and_what_the_agency_answered() -> None:
    page = said(run("use"))
    assert "Data obtained by BuzzFeed News shows more than 8,000 searches" in page
    assert "confirmed, April 2021" in page
    assert "until 29 Feb 2020" in page
    assert "not verified" in page
    assert "Two reports of use" in page


def test_the_address_chooses_what_the_use_page_shows() -> None:
    page = said(run("use", answer="Denied"))
    assert "210 agencies denied use" in page
    assert "8,000 searches" not in page
    assert "No report fits" in said(run("use", q="nobody"))


def test_a_standing_list_says_what_was_searched_and_what_may_explain_it() -> None:
    assert "Use before the first purchase found</a>: one entry" in said(run("use"))
    page = said(run("questions"))
    assert "Use before the first purchase found: one entry" in page
    assert "A trial comes before many purchases." in page
    assert "USAspending contracts, 1 Oct 2020 to 30 Sep 2025" in page
    assert "until 30 Sep 2025" in page
    assert "never a verdict" in page
    assert "trial-before-purchase" in page


def test_the_list_of_restrictions_says_that_no_law_was_read_yet() -> None:
    page = said(run("questions"))
    assert "none has been read by a person at the primary source" in page
    assert "So it is empty, which says nothing about any purchase" in page


def test_words_in_the_address_choose_among_questions() -> None:
    assert "Use before the first purchase found: one entry" in said(run("questions", q="searches"))
    assert "Use before the first purchase found: no entries" in said(run("questions", q="nobody"))


def test_an_agency_shows_use_law_events_and_what_nobody_knows() -> None:
    page = said(run("agency", id="us_federal:7012"))
    assert page.index("Time line") < page.index("2020 leak") < page.index("Events and laws")
    assert "27 Feb 2020, leak." in page
    assert "Data obtained by BuzzFeed News shows more than 8,000 searches" in page
    assert "What we know and do not know" in page
    assert "everything it bought in that time" in page
    assert "Purchases on cards, classified purchases" in page


def test_a_vendor_shows_what_agencies_answered() -> None:
    page = said(run("vendor", id="clearview-ai"))
    assert "What agencies answered" not in page  # the rows speak of another id
    page = said(run("technology", id="face-recognition"))
    assert "Use reported of face recognition" in page
    assert "San Francisco ban" in page


def test_a_place_that_nobody_searched_has_a_page() -> None:
    page = said(run("place", id="us_ca_san_francisco"))
    assert "Spending not searched." in page
    assert "San Francisco ban" in page
    assert "To the records officer, San Francisco" in page
    assert "whobuys new-source" in page


def test_a_place_that_was_searched_shows_what_its_agencies_bought() -> None:
    page = said(run("place", id="us"))
    assert "<strong>$259.8 million</strong> obligated" in page
    assert "two agencies of the United States" in page
    assert "Nothing to compare with" in page
    assert "To the records officer, " not in page


def test_places_are_found_by_name() -> None:
    page = said(run("place", q="francisco california"))
    assert "San Francisco" in page
    assert "No place here is called nowhere" in said(run("place", q="nowhere"))
    assert "No such place in these records" in said(run("place", id="us_zz"))


@pytest.mark.parametrize(
    ("day", "pause", "ban"),
    [
        ("2019-05-13", "Came later", "Came later"),
        ("2020-01-01", "In force", "Cannot be judged"),
        ("2022-12-31", "In force", "In force"),
        ("2023-01-01", "Had ended", "In force"),
    ],
)
def test_the_law_page_shows_how_each_law_stands_on_the_day_of_the_address(
    day: str, pause: str, ban: str
) -> None:
    page = said(run("law", day=day))
    tables = {
        part.partition("</caption>")[0].partition(" on ")[0]: part
        for part in page.split("<caption>")[1:]
    }
    assert "AB 1215" in tables[pause]
    assert "San Francisco ban" in tables[ban]
    assert "private businesses" in page


def test_the_law_page_marks_dates_nobody_verified_and_laws_nobody_read() -> None:
    page = said(run("law", day="2021-06-01"))
    assert "Blank: none in our register, which is not complete" in page
    assert "nothing bought" not in page
    assert "dates not verified" in page
    assert "text not read at its primary source" in page


def test_dates_are_shown_as_exactly_as_they_are_known() -> None:
    assert use_law.between(date(2019, 5, 14), date(2019, 5, 14)) == "14 May 2019"
    assert use_law.between(date(2020, 2, 1), date(2020, 2, 29)) == "February 2020"
    assert use_law.between(date(2018, 1, 1), date(2018, 12, 31)) == "2018"
    assert (
        use_law.between(date(2019, 7, 16), date(2019, 9, 30))
        == "between 16 Jul 2019 and 30 Sep 2019"
    )
    assert use_law.when(None, None, None, ends=True) == "not in the record"


def test_uses_and_questions_download_as_they_are_asked_for() -> None:
    build = data.current()
    rows = list(data.every_use(build, Reported(answer="denied")))
    assert [row["use_id"] for row in rows] == ["us-clearview-denied"]
    lines = b"".join(downloads_beside.csv_lines(rows)).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("use_id,place_id")
    assert "210 agencies denied use" in lines[1]
    assert "export/uses.csv?answer=denied" in said(run("use", answer="Denied"))
    assert "export/questions.csv?list=trial+before+purchase" in said(run("questions"))


def test_a_page_of_reports_that_is_not_there_shows_the_last(home: Path) -> None:
    rows = sample_rows()
    use = rows["mart.use"][0]
    rows["mart.use"] = [{**use, "use_id": f"u{n:03}", "what": f"report {n}"} for n in range(120)]
    publish(home, rows)
    assert "101 to 120" in said(run("use", page="99"))
    page = said(run("use", page="2"))
    assert "51 to 100" in page
    assert "Page 2 of 3" in page
    assert "use?page=3" in page


def test_volumes_are_shown_as_ranges() -> None:
    use = {"count_low": 97, "count_high": 100, "count_of": "agencies",
           "accounts_low": None, "accounts_high": None}  # fmt: skip
    assert use_law.volume(use) == "97 to 100 agencies"
    assert use_law.volume({**use, "count_high": None}) == "97 or more agencies"
    assert use_law.volume({**use, "count_low": None, "count_high": None}) == "not in the record"


def test_laws_are_folded_by_state_and_found_by_words(home: Path) -> None:
    rows = sample_rows()
    (first, *_) = rows["mart.law"]
    rows["mart.law"] = [
        {**first, "law_id": f"law-{n}", "law_name": f"Ordinance {n}", "place_id": place}
        for n, place in enumerate(["us_il_chicago"] * 9 + ["us_ca", "us_ca_oakland"] * 5 + ["us"])
    ]
    publish(home, rows)
    page = said(run("law"))
    folds = re.findall(r'<details class="wb-details wb-prints"><summary>([^<:]+)', page)
    assert len(folds) == len(set(folds)) >= 3
    assert re.search(r"<summary>[^<]*: nine laws and rulings", page)
    found = said(run("law", q="Ordinance 17"))
    assert not re.search(r"<summary>[^<]*: one law or ruling", found), "so few stand open"
    assert "Ordinance 17" in found
    assert "Ordinance 3<" not in found
    assert "no law that has all of this" in said(run("law", q="zeppelin"))


@pytest.mark.parametrize(
    ("low", "high", "what", "words"),
    [
        (1, 1, "searches in 30 days", "1 search in 30 days"),
        (1, 1, "contracts", "1 contract"),
        (2, 2, "contracts", "2 contracts"),
        (1, None, "searches", "1 or more searches"),
    ],
)
def test_one_of_a_thing_is_no_plural(
    low: int | None, high: int | None, what: str, words: str
) -> None:
    row = {"count_low": low, "count_high": high, "count_of": what,
           "accounts_low": None, "accounts_high": None}  # fmt: skip
    assert use_law.volume(row) == words
