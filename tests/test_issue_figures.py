"""The figures that readers know from 2021 stand on their screens, each with its source.

The database is the real one of the starter ledger and of our registers; pages are run as
Streamlit runs them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.data import opening
from ingest.add import add_starter
from ingest.build import build
from ingest.home import Home
from tests.test_use_law_pages import run, said

FACE_RECOGNITION = {"technology": "Face recognition"}


@pytest.fixture(scope="module")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("home"))
    add_starter(home)
    build(home)
    return home.root


@pytest.fixture(autouse=True)
def _seen(real_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WHOBUYS_HOME", str(real_home))
    yield
    opening.connections.clear()


def row_with(page: str, words: str) -> str:
    """Return the row of a table, or the item of a list, in which these words stand."""
    found = [
        part
        for mark in ("<tr", "<li", "<div><dt")
        for part in page.split(mark)[1:]
        if words in part.partition("</tr>")[0].partition("</li>")[0]
    ]
    assert found, f"{words!r} is not in a row of the page"
    return min(found, key=len)


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ("1,803 public bodies with at least one search, by about 7,000 people", "BuzzFeed News"),
        ("335 agencies confirmed", "BuzzFeed News"),
        ("210 agencies denied use", "BuzzFeed News"),
        ("1,161 agencies did not answer", "BuzzFeed News"),
        ("34 agencies did not know", "Techdirt"),
        ("69 agencies denied use at first and confirmed it later", "Techdirt"),
        ("about 2,000 searches", "ACLU of Northern California"),
        ("more than 8,000 searches from about 60 accounts", "ACLU of Northern California"),
    ],
)
def test_the_use_page_has_each_figure_with_its_source(words: str, source: str) -> None:
    page = said(run("use", vendor="Clearview AI"))
    assert source in row_with(page, words)


def test_leaked_figures_say_so_with_the_answer_beside() -> None:
    page = said(run("use", q="San Mateo"))
    row = row_with(page, "about 2,000 searches")
    assert "Data obtained by BuzzFeed News shows" in row
    assert "confirmed, April 2021" in row
    assert "2018" in row


def test_the_vendor_shows_what_agencies_answered_as_figures() -> None:
    page = said(run("vendor", id="clearview_ai"))
    for answer, figure in {
        "confirmed": "335", "denied": "210", "did not answer": "1,161",
        "did not know until asked": "34", "denied, then confirmed": "69",
    }.items():  # fmt: skip
        row = row_with(page, f"{answer}</dt><dd>{figure}")
        assert "confidence" in row


def test_ice_shows_its_searches_its_first_order_and_the_letter_with_all_counts() -> None:
    page = said(run("agency", id="us_federal_7012"))
    assert "$224,000" in page
    for words in ("66 groups ask Secretary Mayorkas", "more than 50", "more than 70"):
        assert "confidence" in row_with(page, words)
    assert "27 Feb 2020, leak." in page
    told = page.partition('<ol class="wb-events">')[2].partition("</ol>")[0]
    assert told.index("leak.") < told.index("licences for $224,000") < told.index("66 groups ask")


def test_the_trial_of_san_mateo_stands_without_a_purchase_and_was_not_searched() -> None:
    page = said(run("agency", id="us_ca_san_mateo_county_sheriff"))
    assert "Not searched." in page
    assert "about 2,000 searches" in page
    assert "Reported use, no purchase found" in page
    page = said(run("questions", q="San Mateo"))
    assert "Spending was not searched" in row_with(page, "about 2,000 searches")
    assert "free trial" in row_with(page, "about 2,000 searches")


@pytest.mark.parametrize(
    ("day", "law", "title"),
    [
        ("2021-06-01", "San Francisco ban on city use of face recognition", "In force"),
        ("2021-06-01", "Oakland ban on face recognition", "In force"),
        ("2021-06-01", "Berkeley ban on face recognition", "In force"),
        # Adopted on 24 June 2020; when it came into force within a year of that is not known.
        ("2021-07-01", "Boston ordinance banning face surveillance", "In force"),
        ("2021-06-01", "California AB 1215 (2019)", "In force"),
        ("2022-12-31", "California AB 1215 (2019)", "In force"),
        ("2023-01-01", "California AB 1215 (2019)", "Had ended"),
    ],
)
def test_the_bans_stand_on_the_law_page_on_their_days(day: str, law: str, title: str) -> None:
    page = said(run("law", day=day, **FACE_RECOGNITION))
    # A table for each state; all of those that stand alike on the day are looked through.
    told = "".join(part for part in page.split("<caption>")[1:] if part.startswith(f"{title} on "))
    assert law in told
    assert "confidence" in row_with(told, law)


@pytest.mark.parametrize(
    "ruling",
    [
        "Joint report of the Canadian", "UK Information Commissioner",
        "Australian Information Commissioner", "French CNIL", "Italian Garante",
        "Hellenic Data Protection Authority", "Dutch Data Protection Authority",
    ],
)  # fmt: skip
def test_each_authority_that_ruled_stands_on_the_page_of_the_vendor(ruling: str) -> None:
    page = said(run("vendor", id="clearview_ai"))
    assert "confidence" in row_with(page, ruling)


@pytest.mark.parametrize("vendor", ["flock_safety", "venntel", "ntechlab"])
def test_a_vendor_known_only_from_use_has_a_page(vendor: str) -> None:
    page = said(run("vendor", id=vendor))
    assert "No counted purchase in these records" in page
    assert "Use reported of products of" in page


def test_a_law_that_cannot_be_judged_is_not_said_to_be_absent() -> None:
    page = said(run("place", id="us_ca_san_francisco"))
    assert "two laws of which we cannot say whether they bind its bodies" in page
    assert "no laws in force" not in page
    page = said(run("place", id="us_ca_oakland"))
    assert " in force that can bind its bodies" in page
