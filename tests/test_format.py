"""How money, dates and words are written on screen."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import format as fmt
from dashboard.parts import Link, Quoted, Strong, address, html


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("7140000.00", "$7.1 million"),
        ("2152965586.34", "$2.15 billion"),
        ("224000", "$224,000"),
        ("999949.99", "$999,950"),
        ("999999.99", "$1.0 million"),
        ("999999999", "$1.00 billion"),
        ("-2800000", "\u2212$2.8 million"),
        ("0", "$0"),
        (None, "not in the record"),
    ],
)
def test_money_in_sentences(amount: str | None, words: str) -> None:
    assert fmt.money(None if amount is None else Decimal(amount)) == words


def test_money_in_tables_has_no_cents_and_no_sign_of_currency() -> None:
    assert fmt.table_money(Decimal("7140000.49")) == "7,140,000"
    assert fmt.table_money(Decimal("-54.6")) == "\u221255"
    assert fmt.table_money(None) == "not in the record"


def test_money_on_the_purchase_page_is_exact() -> None:
    assert fmt.exact_money(Decimal("1234567.8")) == "1,234,567.80"
    assert fmt.exact_money(Decimal("-0.01")) == "\u22120.01"


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_exact_money_keeps_every_cent(amount: Decimal) -> None:
    assert Decimal(fmt.exact_money(amount).replace(",", "").replace("\u2212", "-")) == amount


def test_a_negative_total_is_money_withdrawn() -> None:
    words = fmt.quoted_total(Decimal(-2800000), "obligated")
    assert words == "$2.8 million withdrawn in this period; earlier additions are not shown"


def test_dates_and_fiscal_years() -> None:
    assert fmt.day(date(2025, 9, 5)) == "5 Sep 2025"
    assert fmt.day(None) == "not in the record"
    assert fmt.fiscal_year_explained(2025) == "FY2025 (Oct 2024 to Sep 2025)"
    assert fmt.fiscal_year(2025, date(2025, 9, 30)) == "FY2025"
    assert fmt.fiscal_year(2026, date(2026, 8, 20)) == "FY2026 to 20 Aug"


@pytest.mark.parametrize(
    ("begins", "last_covered", "name"),
    [
        # A year from July that ends in June is whole on its last day, and not before.
        ((7,), date(2026, 6, 30), "FY2026"),
        ((7,), date(2026, 6, 29), "FY2026 to 29 Jun"),
        ((4,), date(2026, 3, 31), "FY2026"),
        ((4,), date(2026, 2, 28), "FY2026 to 28 Feb"),
        ((4,), date(2025, 12, 31), "FY2026 to 31 Dec"),
        ((1,), date(2026, 9, 30), "FY2026 to 30 Sep"),
        ((1,), date(2026, 12, 31), "FY2026"),
        # Of two calendars, the one that ends last.
        ((1, 10), date(2026, 10, 15), "FY2026 to 15 Oct"),
        # Before it began there is nothing of it to be covered.
        ((7,), date(2025, 6, 1), "FY2026"),
    ],
)
def test_a_year_is_named_by_its_own_calendar(
    begins: tuple[int, ...], last_covered: date, name: str
) -> None:
    assert fmt.fiscal_year(2026, last_covered, begins) == name


def test_fiscal_years_are_explained_by_their_own_months() -> None:
    assert fmt.fiscal_year_explained(2026, 7) == "FY2026 (Jul 2025 to Jun 2026)"
    assert fmt.fiscal_year_explained(2026, 1) == "FY2026 (Jan 2026 to Dec 2026)"
    assert fmt.fiscal_years_run([4]) == "Fiscal years run from April to March."
    assert fmt.fiscal_years_run([1]) == "Fiscal years are calendar years."
    assert "each buyer's own" in fmt.fiscal_years_run([7, 10])


def test_numbers_below_ten_are_words() -> None:
    assert fmt.count(3, "purchase") == "three purchases"
    assert fmt.count(1, "agency", "agencies") == "one agency"
    assert fmt.count(1200, "purchase") == "1,200 purchases"


def test_names_are_listed_as_a_sentence_lists_them() -> None:
    assert fmt.listed(["a"]) == "a"
    assert fmt.listed(["a", "b", "c"]) == "a, b and c"
    assert fmt.listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_confirmed_reads_read_and_accepted() -> None:
    assert fmt.status("confirmed") == "read and accepted"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", "\r=", "\n@"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(start: str) -> None:
    assert str(fmt.harmless(f"{start}HYPERLINK(1)")).startswith("'")


def test_numbers_and_plain_text_pass_unchanged() -> None:
    assert fmt.harmless(Decimal("-5.00")) == Decimal("-5.00")
    assert fmt.harmless("UFED TOUCH") == "UFED TOUCH"


def test_every_word_is_escaped() -> None:
    shown = html(["<b>", Strong("<script>"), Quoted('"&"'), Link("<i>", 'x"><script>')])
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "<i>" not in shown


def test_an_outside_address_that_is_no_web_address_is_only_text() -> None:
    assert html(Link("here", "javascript:alert(1)", is_outside=True)) == "here"


def test_an_address_keeps_every_value_of_a_filter() -> None:
    assert address("explore", technology=["a b", "c&d"], q="", page=None) == (
        "explore?technology=a+b&technology=c%26d"
    )
    assert address("") == "./"
    # The names of parameters are a reader's too, where an address is passed on.
    assert address("use", **{"a&b #c": "d"}) == "use?a%26b+%23c=d"


def test_the_smallest_labels_never_round_money_away() -> None:
    written = [
        fmt.tiny_money(Decimal(n)) for n in (0, 740, 60_800, 400_000, -2_800_000, 74_000_000)
    ]
    assert written == ["", "740", "61k", "0.4m", f"{fmt.MINUS}2.8m", "74m"]
