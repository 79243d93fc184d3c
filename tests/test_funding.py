"""Who pays: kinds of funds, the record's words, and the contract that a purchase rides on."""

from decimal import Decimal
from pathlib import Path

import pytest

from dashboard import data, funding
from dashboard.data import Measure, Selection
from tests.published import sample_rows
from tests.test_acting import ICE, _publish, page

FORFEITED = {"funding": "State Asset Forfeiture Fund 7", "funding_kind": "asset forfeiture"}


@pytest.mark.data
def test_kinds_of_funds_are_added_each_in_its_own_currency(home: Path) -> None:
    first, second, third = [str(row["source_key"]) for row in sample_rows()["mart.purchase"]][:3]
    of_police = {"agency_id": ICE, "is_counted": True, "record_kind": "award",
                 "basis": "obligated", "status": "matched", "scope": "strict"}  # fmt: skip
    _publish(
        home,
        **{
            first: {**of_police, **FORFEITED, "amount": Decimal("10.10"), "currency": "USD"},
            second: {**of_police, **FORFEITED, "amount": Decimal("1.05"), "currency": "USD"},
            third: {**of_police, "funding": "Fund 7 of the Mayor", "amount": Decimal(3),
                    "currency": "GBP", "amount_usd": None},
        },
    )  # fmt: skip
    rows = [
        row
        for currency in ("USD", "GBP")
        for row in data.funding(
            data.current(), Selection(), Measure("award", "obligated", currency)
        )
    ]
    assert [(r["funding_kind"], r["currency"], r["amount"], r["purchases"]) for r in rows] == [
        ("asset forfeiture", "USD", Decimal("11.15"), 2), (None, "GBP", Decimal("3.00"), 1),
    ]  # fmt: skip
    assert rows[0]["words"] == ["State Asset Forfeiture Fund 7"]


def test_the_page_of_an_agency_shows_who_pays_in_the_records_words(home: Path) -> None:
    _publish(home, A1={**FORFEITED, "contract_vehicle": "NASPO 00318", "register": "us_il"})
    shown = page("agency", id=ICE)
    assert "Who pays, and under whose contract" in shown
    assert "Asset forfeiture" in shown
    assert "State Asset Forfeiture Fund 7" in shown
    assert "NASPO 00318" in shown


def test_nothing_is_said_of_funds_where_no_record_names_one(home: Path) -> None:
    _publish(home)
    assert "Who pays" not in page("agency", id=ICE)


def test_other_money_never_bears_the_sign_of_dollars() -> None:
    assert funding.amount_in(Decimal(7_140_000), "USD") == "$7.1m"
    assert funding.amount_in(Decimal(7_140_000), "GBP") == "£7.1m"
    assert funding.amount_in(None, "GBP") == "not in the record"


def test_a_purchase_names_its_fund_and_what_kind_it_is() -> None:
    ((_, said),) = funding.of_purchase(dict(FORFEITED))
    assert "".join(map(str, said)).startswith("Asset forfeiture: ")
    ((_, nothing),) = funding.of_purchase({"funding": None})
    assert "not in the record" in str(nothing)
