"""Overview: the answer in a sentence, then by year, by technology, agency and vendor."""

from dataclasses import replace

import streamlit as st

from dashboard import (
    blocks,
    by_year,
    citing,
    controls,
    data,
    foot,
    known,
    ranked_lists,
    sentences,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Link, address
from dashboard.views import search


def show(build: Build) -> None:
    """Show the overview."""
    about = data.about(build)
    coverage = data.coverage(build)
    sources = data.sources(build)

    widgets.title(sentences.overview_title(coverage))
    search.box(build)
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = controls.scope(build)
        totals = data.totals(build, whole)
        measure = controls.measure([total.measure for total in totals])
        programme = data.largest_programme(build, whole, measure)
        chosen = replace(whole, without=controls.without(programme))

    with answer_here:
        total = data.total(build, chosen, measure)
        whom = sentences.by_whom(total, coverage)
        what = blocks.what_is_counted(build, whole)
        possible = data.totals(build, controls.possible(chosen))
        left_out = blocks.left_out(build, chosen)
        if left_out:
            widgets.answer(
                sentences.found(total, whom, what, left_out),
                sentences.other_money([t for t in totals if t.measure != measure]),
            )
        else:
            widgets.answer(
                sentences.found(total, whom, what),
                blocks.largest_part(
                    build, chosen, measure, programme, names_buyer=len(coverage) > 1
                ),
                sentences.other_money([t for t in totals if t.measure != measure]),
            )
        widgets.coverage(sentences.covered(coverage, sources), sentences.not_searched(coverage))
        widgets.small_print(
            sentences.small_print(
                total,
                blocks.sources_of(build, chosen.of(measure)),
                about["as_of"],
                sentences.doubtful(possible),
            )
        )

        citing.then(build, chosen, totals)
    blocks.this_week(build)

    chart_here = by_year.place()

    widgets.heading(
        "Who buys, what, and from whom",
        f"{fmt.units_head(measure.basis, measure.currency)}, the number of purchases, "
        "which leads to their rows, and the month in which the first of them moved money in these "
        "records.",
    )
    ranked_lists.show(
        build,
        chosen,
        measure,
        ("agency", "technology", "vendor")
        if len(coverage) > 1
        else ("technology", "vendor", "maker"),
        "Surveillance technology",
        says_since=True,
    )

    widgets.heading("The largest purchases")
    blocks.purchase_table(
        data.purchases(build, chosen.of(measure), "Largest amount", 1, 10),
        "The ten largest counted purchases",
        amount_head=fmt.units_head(measure.basis, measure.currency),
        without=("Basis",) if len(coverage) > 1 else ("Basis", "Agency"),
    )
    widgets.downloads(
        Link(
            f"All {total.purchases:,} purchases in Explore",
            address("explore"),
        ),
    )
    with chart_here:
        events = known.events_of_buyers(build)
        by_year.show(build, chosen, measure, programme, events=events)
    foot.purchases(build, chosen.of(measure), [total], foot.here("", "money"))
    blocks.footer(build)
