"""Spending by year: what stands in the charts, and the same as a table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts, controls, data, sentences, widgets, year_chart
from dashboard import format as fmt
from dashboard.charts import Column
from dashboard.data import Build, Measure, Programme, Selection, YearAmount
from dashboard.parts import Parts
from dashboard.widgets import Head
from dashboard.year_chart import MANY, Panel, Year

_SMALL_PANELS = 6

# The months with which fiscal years begin, and the last day that is covered.
Calendar = tuple[tuple[int, ...], date | None]
Series = Sequence[tuple[str, Sequence[YearAmount]]]


def place() -> DeltaGenerator:
    """Return the place of the chart, to be filled last: the answer and the lists come first."""
    return st.container()


def show(
    build: Build,
    selection: Selection,
    measure: Measure,
    programme: Programme | None = None,
    subject: str = "Surveillance technology",
) -> None:
    """Show spending by fiscal year, the largest programme apart where it makes the trend.

    `subject` is what a saved picture is of: it leaves the page and stands alone.
    """
    apart = (
        programme
        if programme and controls.is_apart(programme) and selection.without is None
        else None
    )
    rest = replace(selection, without=controls.key_of(apart)) if apart else selection
    asked = [("", rest)]
    if apart:
        alone = replace(
            selection,
            agencies=(apart.agency_id,),
            vendors=(apart.vendor_id,),
            technologies=(apart.technology,),
        )
        name = fmt.capital(sentences.programme_name(apart))
        asked = [("Everything else", rest), (name, alone)]
    series = [(name, data.by_year(build, chosen, measure)) for name, chosen in asked]
    every = _span(*(years for _, years in series))
    if not every:
        return
    begins, last = data.calendar(build, selection, measure)
    widgets.heading(
        "By fiscal year",
        f"{fmt.units_head(measure.basis, measure.currency)}, additions less reductions. "
        + fmt.fiscal_years_run(begins)
        + (" Both charts have one scale." if apart else ""),
        "by-year",
    )
    partials = [_not_whole(build, chosen, measure, every) for _, chosen in asked]
    year_chart.show(
        [
            Panel(
                key=f"by-year-{number + 1}",
                title=name,
                picture=_picture(subject, series, number, measure),
                years=_years(years, every, (begins, last), partial, measure),
                described=sentences.years_described(years, name or "Spending", measure.currency),
                source=_source(build, measure),
                is_second=number > 0,
            )
            for number, ((name, years), partial) in enumerate(zip(series, partials, strict=True))
        ]
    )
    everyone = {year: names for partial in partials for year, names in partial.items()}
    if everyone:
        names = dict.fromkeys(name for names in everyone.values() for name in names)
        widgets.notice(sentences.not_whole(sorted(everyone), list(names)))
    _table(series, measure, (begins, last))


def _picture(subject: str, series: Series, number: int, measure: Measure) -> str:
    part = ""
    if len(series) > 1:
        programme = fmt.lower_first(series[1][0])
        part = f", {programme}" if number else f", without {programme}"
    return f"{subject}{part}: {fmt.units(measure.currency)} {measure.basis} by fiscal year"


def _source(build: Build, measure: Measure) -> str:
    titles = fmt.listed((str(row["title"]) for row in data.sources(build)), 2)
    return (
        f"{fmt.capital(measure.basis)}: {fmt.BASIS_GLOSS[measure.basis]}; additions less "
        f"reductions. Hatched: not covered in whole. Source: {titles}, as of "
        f"{fmt.day(data.about(build)['as_of'])}. whobuys, build {build.build_id}."
    )


def _span(*series: Sequence[YearAmount]) -> range:
    years = [year.year for one in series for year in one]
    return range(min(years), max(years) + 1) if years else range(0)


def _years(
    years: Sequence[YearAmount],
    every: range,
    calendar: Calendar,
    partial: dict[int, list[str]],
    measure: Measure,
) -> list[Year]:
    known = {year.year: year for year in years}
    gaps = _runs([year for year in sorted(partial) if year not in known])
    is_short = len(every) - sum(len(g) - 1 for g in gaps) > MANY

    def write(amount: Decimal) -> str:
        return fmt.tiny_money(amount) if is_short else fmt.short_money(amount, measure.currency)

    columns = []
    for year in every:
        gap = next((run for run in gaps if year in run), None)
        if gap and year != gap[0]:
            continue  # years that nobody searched stand as one column
        columns.append(
            Year(
                label=f"FY{gap[0]} to FY{gap[-1]}" if gap else _named(year, calendar),
                short=f"\u2019{gap[0] % 100:02}\u2013{gap[-1] % 100:02}"
                if gap
                else f"\u2019{year % 100:02}",
                amount=known[year].amount if year in known else Decimal(0),
                words=write(known[year].amount) if year in known else _nothing(year, partial),
                hover=(
                    f"FY{gap[0]} to FY{gap[-1]}: not covered by any loaded source"
                    if gap
                    else fmt.fiscal_year_explained(year, calendar[0][0])
                    if len(calendar[0]) == 1
                    else f"FY{year}",
                    *([] if gap else _hover(known.get(year), partial.get(year, []), measure)),
                ),
                is_partial=year in partial,
            )
        )
    return columns


def _named(year: int, calendar: Calendar | None) -> str:
    """Return the name of a year, with how far it is covered where that is not to its end."""
    return fmt.fiscal_year(year, calendar[1], calendar[0]) if calendar else f"FY{year}"


def _runs(every: Sequence[int]) -> list[list[int]]:
    """Return years that follow each other, two and more."""
    runs: list[list[int]] = []
    for year in every:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return [run for run in runs if len(run) > 1]


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


def _columns(
    years: Sequence[YearAmount], every: range, partial: frozenset[int], gaps: list[list[int]]
) -> list[Column]:
    known = {year.year: year.amount for year in years}
    left_out = {year for gap in gaps for year in gap[1:]}
    starts = {gap[0] for gap in gaps}
    return [
        Column(
            "\u2026" if year in starts else f"\u2019{year % 100:02}",
            known.get(year, Decimal(0)),
            fmt.tiny_money(known.get(year, Decimal(0))),
            year in partial,
        )
        for year in every
        if year not in left_out
    ]


def _nothing(year: int, partial: dict[int, list[str]]) -> str:
    """Return what stands over a year without transactions: nobody bought, or nobody looked."""
    return "not covered" if year in partial else "none"


def _not_whole(
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


def _table(series: Series, measure: Measure, calendar: Calendar | None) -> None:
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


def side_by_side(
    build: Build, chosen: Sequence[tuple[str, Selection]], measure: Measure, title: str
) -> None:
    """Show one chart by year for each of several selections, on one scale, with their table."""
    series = [(name, data.by_year(build, one, measure)) for name, one in chosen]
    every = _span(*(years for _, years in series))
    if not every:
        return
    partials = [frozenset(_not_whole(build, one, measure, every)) for _, one in chosen]
    widgets.subheading(f"{title}, on one scale")
    _on_one_scale(series, every, partials, [], measure)


def technologies(
    build: Build, selection: Selection, measure: Measure, programme: Programme | None = None
) -> None:
    """Show small charts by year, one for each of the largest technologies, on one scale.

    A programme that is set apart above would flatten the others, and is left out here.
    """
    if programme and controls.is_apart(programme):
        selection = replace(selection, without=controls.key_of(programme))
    largest = data.by(build, selection, measure, "technology", _SMALL_PANELS)
    if len(largest) < 2:  # noqa: PLR2004
        return
    chosen = [(bar.name, replace(selection, technologies=(bar.id,))) for bar in largest]
    series = [(name, data.by_year(build, one, measure)) for name, one in chosen]
    every = _span(*(years for _, years in series))
    partials = [frozenset(_not_whole(build, one, measure, every)) for _, one in chosen]
    known = {year.year for _, years in series for year in years}
    # Panels side by side leave out the same years: those that nobody searched for any of them.
    gaps = _runs(sorted(frozenset.intersection(*partials) - known))
    left_out = programme is not None and selection.without == controls.key_of(programme)
    widgets.subheading(
        "By technology, on one scale"
        + (f", without {sentences.programme_name(programme)}" if programme and left_out else "")
    )
    _on_one_scale(series, every, partials, gaps, measure)


def _on_one_scale(
    series: Sequence[tuple[str, Sequence[YearAmount]]],
    every: range,
    partials: Sequence[frozenset[int]],
    gaps: list[list[int]],
    measure: Measure,
) -> None:
    """Show a chart by year for each of several series, side by side, and one table of all."""
    panels = [
        (name, years, _columns(years, every, partial, gaps))
        for (name, years), partial in zip(series, partials, strict=True)
    ]
    scale = charts.reach([panel for _, _, panel in panels])
    widgets.small_multiples(
        *(
            charts.columns(
                panel, name, sentences.years_described(years, name, measure.currency), scale=scale
            )
            for name, years, panel in panels
        )
    )
    _table(series, measure, None)
