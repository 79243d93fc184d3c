"""A place beside its peers: same kind of record, same basis, same years, and known populations."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard import data
from dashboard.data import Measure, opening
from dashboard.data.peers import peers
from tests.published import publish, sample_rows

PAID = Measure("payment", "paid")
CITIES = {"us_zz_here": 100, "us_zz_near": 200, "us_zz_far": 100_000, "us_zz_nobody": None}


def _rows() -> dict[str, list[dict[str, Any]]]:
    rows = sample_rows()
    federal, moved = rows["mart.purchase"][0], rows["mart.transaction"][0]
    rows["mart.place"] += [
        {"place_id": place, "place_name": place, "kind": "city", "population": people,
         "population_source": "a census" if people else None}
        for place, people in CITIES.items()
    ]  # fmt: skip
    rows["mart.place"].append(
        {"place_id": "us_zz_county", "place_name": "A county", "kind": "county", "population": 100}
    )
    for place in [*CITIES, "us_zz_county"]:
        # "far" is covered for one year only, so only that year is compared.
        for year in (2023,) if place == "us_zz_far" else (2023, 2024):
            rows["mart.denominator"].append(
                {"source_id": place, "record_kind": "payment", "agency_id": place,
                 "agency_name": place, "place_id": place, "fiscal_year": year, "basis": "paid",
                 "amount": Decimal(10_000), "currency": "USD", "purchases": 9, "transactions": 9}
            )  # fmt: skip
            for basis, amount in (("paid", year - 2000), ("committed", 5_000)):
                key = f"{place}:{year}:{basis}"
                rows["mart.purchase"].append(
                    {**federal, "purchase_id": key, "place_id": place, "basis": basis,
                     "record_kind": "payment" if basis == "paid" else "contract",
                     "is_counted": place != "us_zz_near" or year == 2024,
                     "technology": "drones", "currency": "USD"}
                )  # fmt: skip
                rows["mart.transaction"].append(
                    {**moved, "purchase_id": key, "transaction_id": key, "fiscal_year": year,
                     "date": date(year, 1, 1), "basis": basis, "amount": Decimal(amount),
                     "amount_usd": Decimal(amount), "currency": "USD"}
                )  # fmt: skip
    return rows


@pytest.fixture
def build(home: Path) -> Iterator[data.Build]:
    publish(home, _rows())
    yield data.current()
    opening.connections.clear()


def test_peers_are_compared_in_the_same_years_and_basis_per_resident(build: data.Build) -> None:
    near, far = peers(build, "us_zz_here", PAID)
    assert (near["place_id"], near["first_year"], near["last_year"]) == ("us_zz_near", 2023, 2024)
    # 24 dollars among 200 people; what is not counted is no money, and 2023 is a true zero.
    assert (near["amount"], near["per_resident"]) == (Decimal("24.00"), Decimal("0.1200"))
    assert (near["here_amount"], near["here_per_resident"]) == (Decimal(47), Decimal("0.4700"))
    assert (far["place_id"], far["years"], far["amount"]) == ("us_zz_far", 1, Decimal("23.00"))
    assert far["here_amount"] == Decimal("23.00")


def test_without_a_population_or_a_complete_source_nothing_is_compared(build: data.Build) -> None:
    assert peers(build, "us_zz_nobody", PAID) == ()
    assert peers(build, "us", PAID) == ()
    assert peers(build, "us_zz_here", Measure("contract", "committed")) == ()


def test_one_technology_alone_can_be_compared(build: data.Build) -> None:
    near, _ = peers(build, "us_zz_here", PAID, "drones")
    assert near["amount"] == Decimal("24.00")
    none, _ = peers(build, "us_zz_here", PAID, "spyware")
    assert (none["amount"], none["here_amount"]) == (Decimal(0), Decimal(0))
