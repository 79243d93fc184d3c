"""Compare: only equal basis, record kind and years stand side by side."""

from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import comparing, data
from dashboard.data import Measure, Selection
from tests.published import publish, sample_rows
from tests.test_explore import run, said


def compare(kind: str, *names: str) -> AppTest:
    """Run the page of Compare with these names chosen."""
    label = comparing.KINDS[kind][1]
    address: dict[str, str | list[str]] = {"what": label, f"these_{kind}": list(names)}
    return run(address, "compare.py")


def test_vendors_stand_side_by_side_with_the_sums_of_the_database(home: Path) -> None:
    publish(home, sample_rows())
    page = said(compare("vendor", "Clearview AI", "BI Incorporated"))
    # All of ICE, whose records are whole from FY2021 to FY2025.
    assert "In these records, FY2021 to FY2025" in page
    assert "<strong>$260.0 million obligated</strong> in one purchase" in page
    assert "<strong>$2.3 million obligated</strong>" in page
    assert page.index("BI Incorporated <strong>") < page.index("Clearview AI <strong>")


def test_only_years_covered_for_every_side_are_compared(home: Path) -> None:
    publish(home, sample_rows())
    build = data.current()
    sides = comparing.sides(
        build,
        Selection(),
        "agency",
        ["U.S. Immigration and Customs Enforcement", "U.S. Customs and Border Protection"],
    )
    # CBP is covered to the end of FY2023 alone.
    assert comparing.shared_years(build, sides, Measure()) == (2021, 2022, 2023)
    page = said(compare("agency", *(side.name for side in sides)))
    assert "FY2021 to FY2023" in page
    ice = comparing.figures(
        build,
        [
            comparing.Side(
                sides[0].id,
                sides[0].name,
                sides[0].words,
                "agency",
                Selection(agencies=(sides[0].id,), years=(2021, 2022, 2023)),
            )
        ],
        Measure(),
    )[0]
    assert ice.total.amount == Decimal("199500000.25")


def test_money_of_different_kinds_is_refused_with_the_reason(home: Path) -> None:
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        if purchase["vendor_name"] == "Clearview AI":
            purchase.update(record_kind="payment", basis="paid")
    for transaction in rows["mart.transaction"]:
        if transaction["purchase_id"].endswith(":A1"):
            transaction["basis"] = "paid"
    publish(home, rows)
    page = said(compare("vendor", "Clearview AI", "BI Incorporated"))
    assert "These cannot be compared" in page
    assert "payments, paid" in page
    assert "$260" not in page


@pytest.mark.parametrize("names", [(), ("Clearview AI",), ("Nobody", "Clearview AI")])
def test_fewer_than_two_are_asked_for(home: Path, names: tuple[str, ...]) -> None:
    publish(home, sample_rows())
    assert "Choose two or three" in said(compare("vendor", *names))
