"""Small charts by fiscal year on one scale: by technology, by agency, or side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from dashboard import by_year, charts, controls, data, picture, sentences, widgets
from dashboard import format as fmt
from dashboard.charts import Column
from dashboard.data import Build, Measure, Programme, Selection, YearAmount
from dashboard.picture import Picture

_SMALL_PANELS = 6
_COUNTED = ("", "one", "two", "three", "four", "five", "six")
# From so many years on, the smallest columns have room for few words.
_MANY = 7


def side_by_side(
    build: Build,
    chosen: Sequence[tuple[str, Selection]],
    measure: Measure,
    title: str,
) -> None:
    """Show one chart by year for each of several selections, on one scale, with their table."""
    if not by_year.span(*(data.by_year(build, one, measure) for _, one in chosen)):
        return
    widgets.subheading(f"{title}, on one scale")
    _on_one_scale(build, chosen, measure, fmt.listed(name for name, _ in chosen))


def show(
    build: Build,
    selection: Selection,
    measure: Measure,
    group: str = "technology",
    programme: Programme | None = None,
    subject: str = "Surveillance technology",
) -> None:
    """Show small charts by year, one for each of the largest technologies, on one scale.

    `group` may be `agency`, `vendor` or `maker` in place of `technology`. A programme that is set
    apart above would flatten the others, and is left out here.
    """
    if programme and controls.is_apart(programme):
        selection = replace(selection, without=controls.key_of(programme))
    bars = data.by(build, selection, measure, group, _SMALL_PANELS)
    # Known only by a lifetime total, or of no amount at all: nothing to draw by year.
    largest = [bar for bar in bars if bar.amount and bar.purchases > bar.lifetime_purchases]
    if len(largest) < 2:  # noqa: PLR2004
        return
    facet = {"technology": "technologies"}.get(group, f"{group}s" if group != "agency"
                                               else "agencies")  # fmt: skip
    chosen = [(bar.name, replace(selection, **{facet: (bar.id,)})) for bar in largest]
    left_out = programme is not None and selection.without == controls.key_of(programme)
    without = f", without {sentences.programme_name(programme)}" if programme and left_out else ""
    in_all = data.groups(build, selection, measure, group)
    few = f", the {_COUNTED[len(chosen)]} largest of {in_all:,}" if in_all > len(chosen) else ""
    widgets.subheading(f"By {group}{few}, on one scale{without}")
    _on_one_scale(build, chosen, measure, f"{subject}, by {group}{few}{without}")


def _on_one_scale(
    build: Build,
    chosen: Sequence[tuple[str, Selection]],
    measure: Measure,
    title: str,
) -> None:
    """Show a chart by year for each of several selections, side by side, and one table of all."""
    series = [(name, data.by_year(build, one, measure)) for name, one in chosen]
    every = by_year.span(*(years for _, years in series))
    if not every:
        return
    partials = [by_year.not_whole(build, one, measure, every) for _, one in chosen]
    known = {year.year for _, years in series for year in years}
    # Panels side by side leave out the same years: those that nobody searched for any of them.
    gaps = by_year.runs(
        sorted(set.intersection(*(set(partial) for partial in partials)) - known), 2
    )
    panels = [
        _columns(years, every, frozenset(partial), gaps)
        for (_, years), partial in zip(series, partials, strict=True)
    ]
    scale = charts.reach(panels)
    unit = fmt.units_head(measure.basis, measure.currency)
    widgets.chart(
        charts.small_multiples(
            charts.columns(
                panel, name, sentences.years_described(years, name, measure.currency), scale=scale
            )
            for (name, years), panel in zip(series, panels, strict=True)
        ),
        Picture(
            title,
            f"{unit} by fiscal year, {fmt.span(f'FY{every[0]}', f'FY{every[-1]}')}, additions "
            "less reductions; one scale for all",
            picture.source(
                build, [one for _, one in chosen], measure, "Hatched: not covered in whole."
            ),
            by_year.file_of(build, series, partials, measure),
        ),
    )
    by_year.table(series, measure, None)


def _columns(
    years: Sequence[YearAmount], every: range, partial: frozenset[int], gaps: Sequence[range]
) -> list[Column]:
    known = {year.year: year.amount for year in years}
    left_out = {year for gap in gaps for year in gap[1:]}
    starts = {gap[0] for gap in gaps}
    shown = [year for year in every if year not in left_out]
    telling = _telling(known, shown)
    return [
        Column(
            "\u2026" if year in starts else f"\u2019{year % 100:02}",
            known.get(year, Decimal(0)),
            fmt.tiny_money(known.get(year, Decimal(0))) if year in telling else "",
            year in partial,
            is_named=len(shown) <= _MANY or year in (shown[0], shown[-1]) or year in starts,
        )
        for year in shown
    ]


def _telling(known: Mapping[int, Decimal], shown: Sequence[int]) -> set[int]:
    """Return the years whose amounts a small chart writes: all where there is room, or few."""
    if len(shown) <= _MANY or not known:
        return set(shown)
    kept: list[int] = []
    ordered = sorted(known, key=lambda year: known[year])
    for year in (ordered[-1], ordered[0], max(known)):
        if all(abs(shown.index(year) - shown.index(other)) >= 2 for other in kept):  # noqa: PLR2004
            kept.append(year)
    return set(kept)
