"""Compare: two or three agencies, places, vendors or technologies, on equal basis and period."""

from dataclasses import replace

import streamlit as st

from dashboard import (
    blocks,
    cited,
    citing,
    compare_citation,
    comparing,
    controls,
    data,
    filters,
    foot,
    ranked_lists,
    sentences,
    small_multiples,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Link, Part, address, plain
from dashboard.ranked_lists import Ranked

# What each side is broken down by.
_GROUPS = {"technology": "What", "vendor": "From whom", "agency": "Who buys"}


def show(build: Build) -> None:
    """Show what the address compares, side by side."""
    widgets.title("Compare")
    kind, chosen = comparing.choose(build)
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = controls.scope(build)
    sides = comparing.sides(build, whole, kind, chosen)
    if len(sides) < comparing.FEWEST:
        with answer_here:
            widgets.answer("Choose two or three to see them side by side.")
        blocks.footer(build)
        return
    shared = comparing.shared_measures(build, sides)
    if not shared:
        with answer_here:
            widgets.answer(comparing.nothing_shared(build, sides))
            widgets.small_print(
                "Money of different kinds is never set side by side: obligated is legally "
                "committed, paid has left the account, committed is the value of a contract."
            )
        blocks.footer(build)
        return
    measure = controls.measure(shared)
    years = comparing.shared_years(build, sides, measure)
    sides = [replace(side, selection=replace(side.selection, years=years)) for side in sides]
    figures = comparing.figures(build, sides, measure)
    with answer_here:
        widgets.answer(comparing.answer(figures, years))
        widgets.coverage(comparing.covered(build, sides), comparing.not_compared(years))
        widgets.small_print(
            sentences.small_print(None, data.sources(build), data.about(build)["as_of"])
        )
        cited.then(build, compare_citation.Compared(build, sides))
    widgets.heading(
        "Side by side",
        f"{fmt.units_head(measure.basis, measure.currency)}, the same years for each.",
    )
    comparing.table(figures, measure)
    small_multiples.side_by_side(
        build,
        [(side.name, side.selection) for side in sides],
        measure,
        "By fiscal year",
    )
    groups = [group for group in _GROUPS if group != kind]
    for group in groups:
        widgets.subheading(_GROUPS[group])
        ranked_lists.several(
            build,
            [Ranked(side.selection, group, side.name) for side in sides],
            measure,
            fmt.listed(side.name for side in sides),
            most=6,
        )
    widgets.downloads(
        *(
            Link(
                f"{fmt.capital(fmt.count(figure.total.purchases, 'purchase'))} of "
                f"{figure.side.name}, in Explore",
                address(
                    "explore", **{kind: figure.side.words}, year=[f"FY{year}" for year in years]
                ),
            )
            for figure in figures
        )
    )
    said: list[Part] = [plain(comparing.answer(figures, years))]
    said += [
        f" {one.side.name}: {citing.figure(build, one.side.selection, one.total)}."
        for one in figures
    ]
    rows = [
        foot.file(
            "purchases",
            f"Purchases of {one.side.name} as CSV",
            build,
            **filters.query_of(build, one.side.selection.of(measure)) or {},
        )
        for one in figures
    ]
    foot.records(
        build,
        said,
        foot.here("compare", "money"),
        rows,
        foot.sources_of(build, compare_citation.sources(build, sides, measure)),
        compare_citation.seen(build, figures),
    )
    blocks.footer(build)
