"""Purchases in pounds: their own kind of money, in their own words, never added to dollars."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard import data, editing, filters
from dashboard import format as fmt
from dashboard.data import Measure, Selection
from tests.published import publish, sample_rows
from tests.test_acting import page as view
from tests.test_explore import run as explore
from tests.test_pages import run, said

pytestmark = pytest.mark.data
POUNDS = Measure("contract", "committed", "GBP")
IN_POUNDS = ("us_federal:A3", "us_federal:A4")


def _in_pounds(record: dict[str, Any]) -> None:
    record.update(currency="GBP", amount_usd=None, basis="committed")
    if "record_kind" in record:
        record.update(record_kind="contract")


@pytest.fixture
def both(home: Path) -> Path:
    """Publish the sample with two purchases of CBP as contracts in pounds."""
    rows = sample_rows()
    for table in ("mart.purchase", "mart.transaction"):
        for record in rows[table]:
            if record["purchase_id"] in IN_POUNDS:
                _in_pounds(record)
    publish(home, rows)
    return home


def test_pounds_are_a_kind_of_money(both: Path) -> None:
    assert both.is_dir()
    build = data.current()
    assert {total.measure: total.amount for total in data.totals(build, Selection())} == {
        Measure(): Decimal("259500000.25"),
        POUNDS: Decimal("262345.77"),
    }
    years = data.by_year(build, Selection(), POUNDS)
    assert [(year.year, year.amount) for year in years] == [
        (2022, Decimal("250000.10")),
        (2023, Decimal("12345.67")),
    ]
    (bar,) = data.by(build, Selection(), POUNDS, "agency")
    assert bar.amount == Decimal("262345.77")


def test_home_says_pounds_beside_dollars_and_adds_neither(both: Path) -> None:
    assert both.is_dir()
    page = said(run())
    assert "$259.5 million" in page
    assert "£262,346 committed" in page
    assert "$0 committed" not in page


def test_chosen_pounds_stand_in_every_figure(both: Path) -> None:
    assert both.is_dir()
    test = run(money="Committed, contracts, pounds sterling")
    assert not test.exception
    page = said(test)
    assert "£262,346" in page
    assert "Pounds sterling committed" in page
    assert "£262k" in page
    assert "US dollars committed" not in page


def test_explore_says_each_currency_and_heads_neither_dollars(both: Path) -> None:
    assert both.is_dir()
    page = said(explore({}))
    assert "£262,346" in page
    assert "£250,000" in page
    assert not re.search(r">US dollars(</a>)?</th>", page)
    assert re.search(r">Amount(</a>)?</th>", page)


def test_rows_name_their_currency(both: Path) -> None:
    assert both.is_dir()
    rows = data.purchases(data.current(), Selection().of(POUNDS), "Largest amount")
    shown = [(row["shown_money"], row["money_currency"], row["shown_usd"]) for row in rows]
    assert shown == [
        (Decimal("250000.10"), "GBP", None),
        (Decimal("12345.67"), "GBP", None),
    ]


def test_money_is_written_with_the_sign_of_its_currency() -> None:
    assert fmt.money(Decimal(275000), "GBP") == "£275,000"
    assert fmt.money(Decimal(-2800000), "CAD") == f"{fmt.MINUS}C$2.8 million"
    assert fmt.short_money(Decimal(1200000), "CHF") == "CHF 1.2m"
    assert fmt.table_money(Decimal(7140), "GBP") == "£7,140"
    assert fmt.table_money(Decimal(7140)) == "7,140"


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("agency.py", {"id": "us_federal:7014"}),
        ("vendor.py", {"id": "cellebrite"}),
        ("technology.py", {"id": "device-forensics"}),
        ("place.py", {"id": "us"}),
    ],
)
def test_every_page_says_pounds(both: Path, page: str, address: dict[str, str]) -> None:
    assert both.is_dir()
    words = said(explore({**address, "money": "Committed, contracts, pounds sterling"}, page))
    assert "£" in words or "pounds sterling" in words
    assert "US dollars committed" not in words


def test_a_purchase_in_pounds_says_no_dollars(both: Path) -> None:
    assert both.is_dir()
    page = view("purchase", id="us_federal:A3")
    assert "£" in page
    assert "pounds sterling committed, to the cent" in page
    assert "US dollars" not in page


def test_least_and_most_are_in_the_currency_of_the_purchase(both: Path) -> None:
    assert both.is_dir()
    build = data.current()
    asked = {"least": ["250,000"], "most": ["£250,000.10"]}
    chosen = filters.selection(build, {**asked, "currency": ["Pounds sterling"]})
    assert [row["purchase_id"] for row in data.purchases(build, chosen)] == ["us_federal:A3"]
    assert "at least 250,000.00 in pounds sterling" in filters.described(chosen, build)
    either = filters.selection(build, asked)
    assert "in the currency of each purchase" in filters.described(either, build)
    test = explore({"currency": "Pounds sterling"})
    assert "At least, in pounds sterling" in [box.label for box in test.text_input]


def test_sums_by_group_name_their_currency(both: Path) -> None:
    assert both.is_dir()
    (bar,) = data.by(data.current(), Selection(), POUNDS, "agency")
    assert bar.currency == "GBP"


def test_a_purchase_in_pounds_has_its_amounts_over_time(both: Path) -> None:
    rows = sample_rows()
    for table in ("mart.purchase", "mart.transaction"):
        for record in rows[table]:
            if record["purchase_id"] in IN_POUNDS:
                _in_pounds(record)
                if table == "mart.transaction":
                    record["purchase_id"] = "us_federal:A3"
    publish(both, rows)
    page = view("purchase", id="us_federal:A3")
    assert "Amounts over time" in page
    assert "Pounds sterling committed by fiscal year, to the cent" in page
    assert "FY2023 £262,346" in page


def test_what_waits_in_pounds_has_a_queue_of_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sample_rows()
    for record in rows["mart.purchase"]:
        if record["purchase_id"] in IN_POUNDS:
            _in_pounds(record)
            record.update(status="possible", is_counted=False)
    publish(home, rows)
    build = data.current()
    waits = {each.currency: (each.purchases, each.amount) for each in data.waiting(build)}
    assert waits["GBP"] == (2, Decimal("262345.77"))
    assert [row["purchase_id"] for row in data.queue(build)][-2:] == list(IN_POUNDS)
    monkeypatch.setattr(editing, "is_on", lambda: True)
    page = view("decide")
    assert "£262,346" in page
    assert "weightiest first, in pounds sterling" in page
    assert "Pounds sterling</th>" in page
