"""Spending by fiscal year under events and laws: what stands in the charts, and their tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    controls,
    data,
    picture,
    sentences,
    time_axis,
    time_line,
    widgets,
    year_chart,
)
from dashboard import format as fmt
from dashboard.data import Build, Measure, Programme, Selection, YearAmount
from dashboard.parts import Parts
from dashboard.picture import Picture
from dashboard.time_line import Events
from dashboard.widgets import Head
from dashboard.year_chart import Panel, Year

# The months with which fiscal years begin, and the last day that is covered.
Calendar = tuple[tuple[int, ...], date | None]
Series = Sequence[tuple[str, Sequence[YearAmount]]]
Partial = Mapping[int, list[str]]
_NO_EVENTS = Events((), ())


def place() -> DeltaGenerator:
    """Return the place of the chart, to be filled last: the answer and the lists come first."""
    return st.container()


def show(
    build: Build,
    selection: Selection,
    measure: Measure,
    programme: Programme | None = None,
    subject: str = "Surveillance technology",
    events: Events = _NO_EVENTS,
) -> None:
    """Show spending by fiscal year under its events, the largest programme apart.

    `subject` is what a saved picture is of: it leaves the page and stands alone.
    """
    asked = _asked(selection, programme)
    series = [(name, data.by_year(build, chosen, measure)) for name, chosen in asked]
    every = span(*(years for _, years in series))
    if not every:
        time_line.alone(build, events, subject)
        return
    calendar = data.calendar(build, selection, measure)
    # Buyers of several calendars stand on the axis of the one whose year ends last.
    axis = time_axis.axis(every, events.days, min(calendar[0]) if 1 in calendar[0]
                          else max(calendar[0]))  # fmt: skip
    assert axis is not None  # noqa: S101 - there are years
    unit = fmt.units_head(measure.basis, measure.currency)
    widgets.heading(
        "Time line" if events.rows else "By fiscal year",
        f"{unit}, additions less reductions. {fmt.fiscal_years_run(calendar[0])}"
        + (" Both charts have one scale." if len(asked) > 1 else ""),
        "by-year",
    )
    partials = [not_whole(build, chosen, measure, axis.years) for _, chosen in asked]
    said = [sentences.years_described(years, name or "Spending", measure.currency)
            for name, years in series]  # fmt: skip
    above = time_line.described(events)
    widgets.chart(
        year_chart.drawing(
            axis,
            time_line.marks(events, axis),
            [
                _panel(name, years, axis.years, calendar, partial, measure, is_second=number > 0)
                for number, ((name, years), partial) in enumerate(
                    zip(series, partials, strict=True)
                )
            ],
            " ".join(said) + (f" Above: {above}." if above else ""),
        ),
        Picture(
            subject,
            f"{unit} by fiscal year, {fmt.span(f'FY{every[0]}', f'FY{every[-1]}')}, additions "
            f"less reductions" + (", with events and laws by date" if above else ""),
            picture.source(build, [selection], measure, "Hatched: not covered in whole."),
            file_of(build, series, partials, measure, calendar),
        ),
    )
    _explained(series, partials, measure)
    table(series, measure, calendar)
    time_line.words(events)


def _asked(selection: Selection, programme: Programme | None) -> list[tuple[str, Selection]]:
    """Return what each panel shows: all, or the largest programme apart where it is the trend."""
    if programme is None or not controls.is_apart(programme) or selection.without is not None:
        return [("", selection)]
    alone = replace(
        selection,
        agencies=(programme.agency_id,),
        vendors=(programme.vendor_id,),
        technologies=(programme.technology,),
    )
    return [
        ("Everything else", replace(selection, without=controls.key_of(programme))),
        (fmt.capital(sentences.programme_name(programme)), alone),
    ]


def _explained(series: Series, partials: Sequence[Partial], measure: Measure) -> None:
    """Say which years are not covered in whole, and what a column below the line means."""
    everyone = {year: names for partial in partials for year, names in partial.items()}
    names = dict.fromkeys(name for names in everyone.values() for name in names)
    said = [
        sentences.not_whole(sorted(everyone), list(names)),
        *(sentences.below_the_line(years, name, measure.currency) for name, years in series),
    ]
    if any(said):
        widgets.notice(*(parts for parts in said if parts))


def span(*series: Sequence[YearAmount]) -> range:
    """Return the years from the first to the last in which money moved."""
    years = [year.year for one in series for year in one]
    return range(min(years), max(years) + 1) if years else range(0)


def _panel(
    name: str,
    years: Sequence[YearAmount],
    every: range,
    calendar: Calendar,
    partial: Partial,
    measure: Measure,
    *,
    is_second: bool = False,
) -> Panel:
    known = {year.year: year for year in years}
    gaps = runs([year for year in sorted(partial) if year not in known])
    unsearched = {year for gap in gaps for year in gap}
    return Panel(
        name,
        [
            _year(year, known.get(year), calendar, partial.get(year, []), measure)
            for year in every
            if year not in unsearched
        ],
        gaps,
        is_second,
    )


def _year(
    year: int,
    known: YearAmount | None,
    calendar: Calendar,
    partial: list[str],
    measure: Measure,
) -> Year:
    begins = calendar[0]
    named = fmt.fiscal_year(year, calendar[1], begins)
    return Year(
        year=year,
        label=f"FY{year}",
        until=named.removeprefix(f"FY{year}").strip(),
        amount=known.amount if known else Decimal(0),
        words=fmt.short_money(known.amount, measure.currency)
        if known
        else ("not covered" if partial else "none"),
        hover=(
            fmt.fiscal_year_explained(year, begins[0]) if len(begins) == 1 else f"FY{year}",
            *_hover(known, partial, measure),
        ),
        is_partial=bool(partial),
    )


def runs(every: Sequence[int], fewest: int = 1) -> list[range]:
    """Return years that follow each other, so many or more of them."""
    runs: list[range] = []
    for year in every:
        if runs and runs[-1][-1] == year - 1:
            runs[-1] = range(runs[-1][0], year + 1)
        else:
            runs.append(range(year, year + 1))
    return [run for run in runs if len(run) >= fewest]


def _hover(known: YearAmount | None, partial: list[str], measure: Measure) -> list[str]:
    """Return what stands in the box beside a column: basis, period, what made the sum."""
    if known is None:
        lines = ["No transaction in these records"]
    else:
        lines = [
            fmt.quoted_total(known.amount, measure.basis, "in this year", measure.currency),
            (
                f"{fmt.money(known.added, measure.currency)} added, "
                f"{fmt.money(-known.reduced, measure.currency)} withdrawn"
            ),
            fmt.capital(fmt.count(known.purchases, "purchase")),
        ]
    if partial:
        lines.append(f"Not covered in whole for {fmt.listed(partial, 2)}")
    return lines


def not_whole(
    build: Build, selection: Selection, measure: Measure, every: range
) -> dict[int, list[str]]:
    """Return the years that are not covered in whole for an agency that bought, and which."""
    # An agency known only by lifetime totals has no figures by year to be missing.
    buyers = [bar for bar in data.by(build, selection, measure, "agency") if bar.amount]
    covered = data.years_covered(build)
    found = {
        year: [bar.name for bar in buyers if year not in covered.get(bar.id, frozenset())]
        for year in every
    }
    return {year: names for year, names in found.items() if names}


def file_of(
    build: Build,
    series: Series,
    partials: Sequence[Partial],
    measure: Measure,
    calendar: Calendar | None = None,
) -> str:
    """Return the exact figures of charts by year as CSV."""
    return picture.figures(
        build,
        measure,
        ("what", "fiscal_year", "covered_to", "is_covered_in_whole", "added", "reduced", "amount",
         "purchases"),
        (
            (name, year.year,
             calendar[1] if calendar and _named(year.year, calendar) != f"FY{year.year}" else None,
             year.year not in partial, year.added, year.reduced, year.amount, year.purchases)
            for (name, years), partial in zip(series, partials, strict=True)
            for year in years
        ),
    )  # fmt: skip


def _named(year: int, calendar: Calendar | None) -> str:
    """Return the name of a year, with how far it is covered where that is not to its end."""
    return fmt.fiscal_year(year, calendar[1], calendar[0]) if calendar else f"FY{year}"


def table(series: Series, measure: Measure, calendar: Calendar | None) -> None:
    """Show the figures of charts by year as a table, folded away."""
    heads = [
        Head("Fiscal year", role="what"),
        Head("What"),
        Head("Added", is_number=True),
        Head("Reduced", is_number=True),
        Head(fmt.units_head(measure.basis, measure.currency), is_number=True, role="amount"),
        Head("Purchases", is_number=True),
    ]
    rows: list[list[Parts]] = [
        [
            _named(year.year, calendar),
            name,
            fmt.table_money(year.added),
            fmt.table_money(year.reduced),
            fmt.table_money(year.amount),
            f"{year.purchases:,}",
        ]
        for name, years in series
        for year in years
    ]
    if len(series) == 1:
        heads.pop(1)
        rows = [[*row[:1], *row[2:]] for row in rows]
    widgets.as_table(
        f"{fmt.units_head(measure.basis, measure.currency)} by fiscal year", heads, rows
    )
