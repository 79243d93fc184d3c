"""The chart by year: one axis for columns and events, what it says and hatches, and its files."""

import csv
import html
import io
import re
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path

import duckdb
import pytest

from dashboard import by_year, data, sentences, time_axis, time_line, year_chart
from dashboard.data import Measure, Selection, YearAmount
from dashboard.exports import cells
from dashboard.picture import Picture, framed
from dashboard.year_chart import Mark, Panel, Year
from tests.published import HOSTILE_VENDOR, publish, sample_rows
from tests.test_explore import run as view
from tests.test_pages import said

MEASURE = Measure("award", "obligated")
CALENDAR = ((10,), date(2026, 8, 20))


def year(number: int, amount: str) -> YearAmount:
    value = Decimal(amount)
    return YearAmount(number, value, max(value, Decimal(0)), min(value, Decimal(0)), 3)


@pytest.fixture
def panel() -> Panel:
    return by_year._panel(
        "",
        [year(2013, "1000"), year(2021, "5000000"), year(2022, "-250000"), year(2026, "7")],
        range(2013, 2027),
        CALENDAR,
        {number: ["ICE"] for number in range(2013, 2021)},
        MEASURE,
    )


def of(panel: Panel, number: int) -> Year:
    return next(column for column in panel.years if column.year == number)


def test_years_that_nobody_searched_stand_as_one_stretch(panel: Panel) -> None:
    assert panel.gaps == [range(2014, 2021)]
    assert not {column.year for column in panel.years} & set(range(2014, 2021))
    drawn = year_chart.drawing(axis(panel), [], [panel], "in words")
    assert drawn.count("not covered") == 1


def test_a_year_that_runs_says_to_date(panel: Panel) -> None:
    assert (panel.years[-1].label, panel.years[-1].until) == ("FY2026", "to 20 Aug")
    assert panel.years[-2].until == ""


def test_a_searched_year_without_purchases_keeps_its_place(panel: Panel) -> None:
    assert {column.year for column in panel.years} >= {2023, 2024, 2025}
    assert of(panel, 2024).words == "none"


def test_the_hover_names_basis_and_period(panel: Panel) -> None:
    hover = of(panel, 2021).hover
    assert hover[0] == "FY2021 (Oct 2020 to Sep 2021)"
    assert hover[1] == "$5.0 million obligated"
    withdrawn = of(panel, 2022).hover
    assert "$250,000 withdrawn in this year; earlier additions are not shown" in withdrawn


def test_uncovered_years_are_hatched_and_withdrawals_hang_below(panel: Panel) -> None:
    drawn = year_chart.drawing(axis(panel), [], [panel], "in words")
    assert drawn.count('class="wb-partial"') == 1
    (below,) = re.findall(r'<div class="wb-down"><div>(<i.*?)</div></div>', drawn)
    assert f"{sentences.fmt.MINUS}$250k" in below


def axis(panel: Panel, *days: date) -> time_axis.Axis:
    years = range(panel.years[0].year, panel.years[-1].year + 1)
    found = time_axis.axis(years, list(days), CALENDAR[0][0])
    assert found is not None
    return found


def test_events_and_fiscal_years_stand_on_one_axis() -> None:
    found = time_axis.axis(range(2021, 2025), [date(2020, 2, 27), date(1990, 1, 1)], 10)
    assert found is not None
    # The event of February 2020 lies in fiscal year 2020; that of 1990 would press all together.
    assert (found.first, found.last) == (2020, 2024)
    assert found.share(date(2019, 10, 1)) == 0
    assert found.share(date(2020, 10, 1)) == pytest.approx(366 / 1827)
    assert not found.holds(date(1990, 1, 1))
    assert found.holds(date(2024, 9, 30))
    assert not found.holds(date(2024, 10, 1))


def test_an_event_before_the_axis_stands_at_its_edge_and_says_so() -> None:
    row = {"event_id": "e", "kind": "ruling", "earliest_date": date(1990, 1, 1), "law_id": None,
           "latest_date": date(1990, 12, 31), "agency_id": "a", "is_date_verified": True,
           "what": "A ruling", "attribution": None}  # fmt: skip
    found = time_axis.axis(range(2021, 2025), [date(1990, 7, 2)], 10)
    assert found is not None
    (mark,) = time_line.marks(time_line.events((row,)), found)
    assert (mark.share, mark.number, mark.label) == (0.0, 1, "\u2039 1990 ruling")


@pytest.mark.parametrize("width", [340, 900])
def test_no_label_lies_on_another_or_on_a_stem(width: int) -> None:
    shares = [0.0, 0.01, 0.3, 0.3, 0.3, 0.31, 0.5, 0.52, 0.9, 0.97, 1.0]
    places = [(s * width, s * width - 12, s * width + (12 if width == 340 else 90)) for s in shares]
    lines = year_chart.lines(places)
    for (a, one), (b, other) in combinations(zip(lines, places, strict=True), 2):
        assert a != b or one[2] <= other[1] or other[2] <= one[1]
        if one[1] < other[0] < one[2] and other[0] > one[0]:
            assert b < a, "the stem of the later one ends below the words of the earlier"


def test_every_kept_label_has_room_on_a_phone() -> None:
    years = [Year(n, f"FY{n}", "", Decimal(n), "$1.0m", ()) for n in range(2000, 2027)]
    found = time_axis.axis(range(2000, 2027), [], 10)
    assert found is not None
    kept = sorted(years[n].year for n in year_chart._labelled(found, years))
    assert 2026 in kept
    assert all((b - a) * 340 / 27 >= 56 for a, b in pairwise(kept))


def test_a_name_is_text_in_a_chart_and_in_what_leaves_the_page() -> None:
    bad = '"><script>alert(1)</script>'
    column = Year(2021, bad, bad, Decimal(1), bad, (bad,))
    found = time_axis.axis(range(2021, 2022), [], 10)
    assert found is not None
    drawn = year_chart.drawing(found, [Mark(0.5, 1, bad, bad)], [Panel(bad, [column])], bad)
    whole = framed(drawn, Picture(bad, bad, bad, bad))
    assert "<script" not in whole
    assert html.escape(bad) in whole


def _files(page: str) -> list[list[dict[str, str]]]:
    # As the browser saves them: without the joiner that keeps an attribute whole.
    return [
        list(csv.DictReader(io.StringIO(html.unescape(coded).replace("\u2060", ""), newline="")))
        for coded in re.findall(r'data-csv="([^"]*)"', page)
    ]


@pytest.mark.data
def test_the_figures_that_leave_an_agency_page_are_those_of_the_database(home: Path) -> None:
    database = publish(home, sample_rows())
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            """
            select if(vendor_name = 'BI Incorporated', 1, 0) as panel, fiscal_year,
                sum(t.amount), count(distinct purchase_id)
            from mart.purchase join mart.transaction as t using (purchase_id)
            where is_counted and agency_id = 'us_federal:7012' group by all order by 1, 2
            """
        ).fetchall()
    page = said(view({"id": "us_federal:7012"}, "agency.py"))
    found = next(file for file in _files(page) if "fiscal_year" in file[0])
    assert [
        (int(row["what"].startswith("Electronic")), int(row["fiscal_year"]),
         Decimal(row["amount"]), int(row["purchases"]))
        for row in found
    ] == rows  # fmt: skip
    assert {(row["basis"], row["currency"], row["build_id"]) for row in found} == {
        ("obligated", "USD", "test")
    }
    assert "Source: USAspending contracts, as of 6 Oct 2025. whobuys, build test." in page


@pytest.mark.data
def test_the_figures_of_ranked_lists_are_those_of_the_database(home: Path) -> None:
    database = publish(home, sample_rows())
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            """
            select vendor_name, sum(t.amount), count(distinct purchase_id)
            from mart.purchase left join mart.transaction as t using (purchase_id)
            where is_counted and agency_id = 'us_federal:7014' and record_kind <> 'idv'
            group by vendor_name order by 2 desc
            """
        ).fetchall()
    page = said(view({"id": "us_federal:7014"}, "agency.py"))
    found = next(file for file in _files(page) if "rank" in file[0])
    assert [
        (row["name"], Decimal(row["amount"]), int(row["purchases"]))
        for row in found
        if row["list"] == "vendor"
    ] == [(cells.text(name), amount, number) for name, amount, number in rows]
    # Small charts of a single technology would show what the large one does.
    assert len(_files(page)) == 2


@pytest.mark.data
def test_a_year_below_the_line_is_explained_in_words(home: Path) -> None:
    publish(home, sample_rows())
    page = said(view({"id": "grayshift"}, "vendor.py"))
    assert "$2.8 million in FY2021 withdrawn: in that year reductions" in page
    assert "FY2021 lies below the line" in page


@pytest.mark.data
def test_files_of_charts_are_harmless_in_a_spreadsheet(home: Path) -> None:
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        if purchase["vendor_name"] == HOSTILE_VENDOR:
            purchase["vendor_name"] = "=HYPERLINK(1)"
    publish(home, rows)
    build = data.current()
    bars = [(bar.name, Selection(vendors=(bar.id,)))
            for bar in data.by(build, Selection(), MEASURE, "vendor")]  # fmt: skip
    series = [(name, data.by_year(build, chosen, MEASURE)) for name, chosen in bars]
    text = by_year.file_of(build, series, [{}] * len(series), MEASURE)
    names = {row["what"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert "'=HYPERLINK(1)" in names
