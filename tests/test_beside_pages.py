"""Grants and sub-awards on screen and in downloads: beside purchases, and never in a total."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.downloads_beside import csv_lines
from tests.published import GRANTS, SUBAWARDS, publish, sample_rows
from tests.test_pages import said


@pytest.fixture
def build(home: Path) -> data.Build:
    publish(home, sample_rows())
    return data.current()


def _grants() -> None:
    from dashboard import data  # noqa: PLC0415 - runs in a script of its own
    from dashboard.views import grants  # noqa: PLC0415

    grants.show(data.current())


def _purchase() -> None:
    from dashboard import data  # noqa: PLC0415
    from dashboard.views import purchase  # noqa: PLC0415

    purchase.show(data.current())


def _vendor() -> None:
    from dashboard import data  # noqa: PLC0415
    from dashboard.views import vendor  # noqa: PLC0415

    vendor.show(data.current())


def page(view: Callable[[], None], **query: str) -> str:
    test = AppTest.from_function(view, default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return said(test)


def test_the_page_of_grants_says_what_they_are_and_are_not(build: data.Build) -> None:
    words = page(_grants)
    assert "We found <strong>three grants</strong>" in words
    assert "<strong>$1.2 million</strong> obligated" in words
    assert "A grant is no purchase" in words
    assert "<q>FACIAL RECOGNITION</q>" in words
    assert "<script>alert" not in words
    assert build.build_id in words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"programme": "97.067 HOMELAND SECURITY GRANT PROGRAM"}, "one grant"),
        ({"speaks_of": "Face recognition"}, "one grant"),
        ({"year": "FY2024"}, "two grants"),
        ({"q": "cook overtime"}, "one grant"),
        ({"q": "nothing at all"}, "no grants"),
    ],
)
def test_each_filter_of_the_grants_finds_its_own(
    build: data.Build, query: dict[str, str], found: str
) -> None:
    assert f"<strong>{found}</strong>" in page(_grants, **query)
    assert build


def test_without_grants_the_page_says_that_nothing_was_searched(home: Path) -> None:
    rows = sample_rows()
    publish(home, {**rows, "mart.grant": []})
    assert "No grants are loaded yet" in page(_grants)


def test_a_purchase_shows_its_subawards_and_its_own_amount(build: data.Build) -> None:
    words = page(_purchase, id="us_federal:A1")
    assert "Passed on to others" in words
    assert "40,000" in words
    assert "2,300,000.25" in words, "the purchase's own amount, without the sub-award"
    assert "Passed on to others" not in page(_purchase, id="us_federal:A3")
    assert build


def test_a_vendor_shows_what_it_was_paid_under_the_contracts_of_others(build: data.Build) -> None:
    words = page(_vendor, id="cellebrite")
    assert "Paid under the contracts of others" in words
    assert "purchase?id=us_federal%3AA1" in words
    assert build


def test_money_beside_purchases_is_in_no_total(home: Path, build: data.Build) -> None:
    with_it = data.totals(build, data.Selection())
    publish(home, {**sample_rows(), "mart.grant": [], "mart.subaward": []}, "without")
    assert data.totals(data.current(), data.Selection()) == with_it


def test_a_download_has_every_row_and_no_formula(build: data.Build) -> None:
    text = b"".join(csv_lines(data.every_grant(build, data.GrantSelection()))).decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert sum(Decimal(row["amount_usd"]) for row in rows) == sum(
        (row["amount_usd"] for row in GRANTS), Decimal(0)
    )
    assert all(not row["description"].startswith("=") for row in rows)
    text = b"".join(csv_lines(data.every_subaward(build, "us_federal:A1"))).decode("utf-8-sig")
    assert len(list(csv.DictReader(text.splitlines()))) == len(SUBAWARDS)
    assert not b"".join(csv_lines(data.every_subaward(build, "us_federal:A3"))).decode()[1:]
