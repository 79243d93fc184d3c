"""Explore: every purchase as a row, filters that combine, and a download of what is seen."""

import streamlit as st

from dashboard import (
    blocks,
    citing,
    data,
    dot_chart,
    explore_rows,
    facets,
    filters,
    foot,
    narrowed,
    paging,
    sentences,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Link
from dashboard.writing import together


def show(build: Build) -> None:
    """Show the filters, what they select, and the rows."""
    widgets.title("Explore every purchase")
    words = facets.search()
    answer_here = st.container()
    query = {"q": words, **facets.controls(build)}
    chosen = filters.selection(build, query)
    number = data.how_many(build, chosen)
    totals = data.totals(build, chosen)
    about = data.about(build)

    with answer_here, together():
        narrowed.answer(build, chosen, number, totals)
        narrowed.coverage(build, chosen)
        widgets.small_print(
            sentences.small_print(
                totals[0] if totals else None,
                blocks.sources_of(build, chosen),
                about["as_of"],
                sentences.how_filtered(chosen, blocks.left_out(build, chosen)),
            )
        )
    citing.then(build, chosen, totals)
    facets.counts(build, chosen, query)

    if number:
        dot_chart.show(build, chosen, totals)
        page = paging.page(number, facets.PAGE_SIZE)
        order = facets.order()
        shown = explore_rows.columns(build)
        picked = facets.picked_links(query)
        with together():
            if picked:
                number_picked = len(filters.picked(query))
                widgets.downloads(f"You picked {fmt.count(number_picked, 'purchase')}.", *picked)
            explore_rows.table(
                data.purchases(build, chosen, order, page.number, facets.PAGE_SIZE),
                shown,
                facets.described(page),
                facets.amount_head(chosen),
                facets.sort_links(query, order),
                facets.picking(query),
            )
            facets.pager(query, page)
            widgets.downloads(*facets.downloads(build, query))
            foot.purchases(build, chosen, totals, facets.here(query), rows=())
    else:
        widgets.notice(
            "No purchase has all of this. That means only that none was found in the records "
            "named above.",
            ["Take a filter away, or ", Link("begin again", "explore"), "."],
        )

    if st.toggle(
        "Also search the whole ledger, for purchases that were not counted as surveillance",
        key="whole",
        bind="query-params",
    ):
        facets.whole_ledger(build, chosen.text)
    blocks.footer(build)
