"""The masthead: what counts stands there once, and every page and link obeys it."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, filters, parts, server, widgets
from dashboard.data import Selection
from dashboard.parts import Link
from tests.published import publish, sample_rows
from tests.test_explore import run as view
from tests.test_pages import said

APP = Path(server.__file__).with_name("app.py")
FIGURES = {
    "agency.py": {"id": "us_federal:7012"},
    "place.py": {"id": "us"},
    "vendor.py": {"id": "cellebrite"},
    "technology.py": {"id": "device-forensics"},
    "overview.py": {},
    "explore.py": {},
    "renewals.py": {},
    "resellers.py": {},
}


def app(**address: str) -> AppTest:
    """Run the app as a browser does, at its first page."""
    test = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in address.items():
        test.query_params[name] = value
    return test.run()


@pytest.fixture
def published(home: Path) -> data.Build:
    publish(home, sample_rows())
    return data.current()


def test_few_entries_stand_in_the_menu_and_all_others_under_more(home: Path) -> None:
    publish(home, sample_rows())
    page = said(app())
    (menu,) = re.findall(r'<nav aria-label="Main">.*?</nav>', page)
    main, more = menu.split('<details class="wb-menu">')
    assert re.findall(r">([^<]+)</a>", main) == ["Explore", "Renewals", "What changed", "Method"]
    for pages in (*widgets.MORE, *widgets.MENU):
        assert pages
    hidden = {page for _, pages in widgets.MORE for page, _ in pages}
    assert {href.split("?")[0] for href in re.findall(r'href="([^"]+)"', more)} == hidden


def test_what_changed_is_absent_while_nothing_has(home: Path) -> None:
    rows = sample_rows()
    rows["mart.change"] = []
    publish(home, rows)
    page = said(app())
    assert "What changed" not in page
    assert ">Renewals</a>" in page


def test_the_menu_stands_without_a_database(home: Path) -> None:
    assert home.is_dir()
    page = said(app())
    assert "Nothing has been published yet" in page
    assert ">Explore</a>" in page


def test_what_counts_is_chosen_once_and_goes_along(home: Path) -> None:
    publish(home, sample_rows())
    test = app()
    assert [box.label for box in test.selectbox].count("Counting") == 1
    test.selectbox(key="scope").select(filters.DOUBTFUL).run()
    page = said(test)
    assert "doubtful purchases counted too" in page
    links = re.findall(r'href="((?!https?:|api/|export/|feeds/|#)[^"]+)"', page)
    assert len(links) > 20
    assert [link for link in links if "scope=With+doubtful+purchases" not in link] == []


@pytest.mark.parametrize(("page", "address"), FIGURES.items(), ids=FIGURES)
def test_every_page_with_figures_obeys(home: Path, page: str, address: Mapping[str, str]) -> None:
    rows = sample_rows()
    for record in rows["mart.purchase"]:
        if record["status"] == "matched":
            record.update(status="possible", is_counted=False)
    publish(home, rows)
    with parts_kept():
        alone = said(view({**address, "scope": filters.STRICT}, page))
        wide = said(view({**address, "scope": filters.DOUBTFUL}, page))
    figures = re.compile(r"(?<![0-9.,])[0-9][0-9.,]*")
    assert figures.findall(alone) != figures.findall(wide)
    assert "scope=With+doubtful+purchases" in wide


def test_a_list_left_alone_holds_what_counts(published: data.Build) -> None:
    counted = filters.selection(published, {"scope": [filters.DOUBTFUL]})
    assert counted == Selection(statuses=filters.WITH_DOUBTFUL)
    only = {"scope": [filters.DOUBTFUL], "status": ["Matched by rule"]}
    assert filters.selection(published, only).statuses == ("matched",)


def test_a_page_named_in_a_sentence_takes_the_switches_along() -> None:
    with parts_kept():
        parts.carry({"scope": "x"})
        assert parts.html(Link("How", "method#quality")) == (
            '<a href="method?scope=x#quality">How</a>'
        )
        assert parts.address("export/purchases.csv") == "export/purchases.csv"
        assert 'href="https://example.org/"' in parts.html(
            Link("Out", "https://example.org/", is_outside=True)
        )


class parts_kept:  # noqa: N801 - reads as a function
    """Forget afterwards what links take along."""

    def __enter__(self) -> None:
        """Keep what was carried."""
        self.before = parts.carried()

    def __exit__(self, *_: object) -> None:
        """Carry it again."""
        parts.carry(self.before)
