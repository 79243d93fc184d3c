"""The chart by year: what it says on hover, where it hatches, and that it speaks to nobody."""

from datetime import date
from decimal import Decimal

import pytest

from dashboard import by_year, year_chart
from dashboard.data import Measure, YearAmount
from dashboard.year_chart import Panel

MEASURE = Measure("award", "obligated")


def year(number: int, amount: str) -> YearAmount:
    value = Decimal(amount)
    return YearAmount(number, value, max(value, Decimal(0)), min(value, Decimal(0)), 3)


@pytest.fixture
def panel() -> Panel:
    years = by_year._years(
        [year(2013, "1000"), year(2021, "5000000"), year(2022, "-250000"), year(2026, "7")],
        range(2013, 2027),
        ((10,), date(2026, 8, 20)),
        {number: ["ICE"] for number in range(2013, 2021)},
        MEASURE,
    )
    return Panel("k", "t", years, "in words", "Picture", "Source: x")


def test_years_that_nobody_searched_stand_as_one_column(panel: Panel) -> None:
    assert [column.label for column in panel.years][:3] == ["FY2013", "FY2014 to FY2020", "FY2021"]
    assert panel.years[1].words == "not covered"
    assert "not covered by any loaded source" in panel.years[1].hover[0]


def test_a_year_that_runs_says_to_date(panel: Panel) -> None:
    assert panel.years[-1].label == "FY2026 to 20 Aug"


def test_a_searched_year_without_purchases_keeps_its_place(panel: Panel) -> None:
    assert {column.label for column in panel.years} >= {"FY2023", "FY2024", "FY2025"}
    assert next(c for c in panel.years if c.label == "FY2024").words == "none"


def test_the_hover_names_basis_and_period(panel: Panel) -> None:
    hover = next(c for c in panel.years if c.label == "FY2021").hover
    assert hover[0] == "FY2021 (Oct 2020 to Sep 2021)"
    assert hover[1] == "$5.0 million obligated"
    withdrawn = next(c for c in panel.years if c.label == "FY2022").hover
    assert "$250,000 withdrawn in this year; earlier additions are not shown" in withdrawn


def test_uncovered_years_are_hatched_and_withdrawals_warm(panel: Panel) -> None:
    figure = year_chart.figure(panel, year_chart.reach([panel]))
    (bars,) = figure.data
    assert bars.marker.pattern.shape[0] == "/"
    assert bars.marker.pattern.shape[2] == ""
    assert bars.marker.color[3] == year_chart.WARM


def test_a_name_is_text_in_a_chart() -> None:
    column = year_chart.Year("<b>x</b>", "21", Decimal(1), "<i>", ("<a href='//x'>y</a>",))
    panel = Panel("k", "t", [column], "", "", "")
    (bars,) = year_chart.figure(panel, (0.0, 1.0)).data
    assert bars.text[0] == "&lt;i&gt;"
    assert "<a" not in bars.hovertext[0]


def test_nothing_leads_to_another_host() -> None:
    assert year_chart.CONFIG["displayModeBar"] is False
    assert year_chart.CONFIG["showSendToCloud"] is False
    assert not year_chart.CONFIG["plotlyServerURL"]
