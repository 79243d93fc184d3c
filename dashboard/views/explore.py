"""Explore: every purchase as a row, filters that combine, and a download of what is seen."""

import streamlit as st

from dashboard import blocks, data, facets, filters, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Link, Strong


def show(build: Build) -> None:
    """Show the filters, what they select, and the rows."""
    widgets.title("Explore every purchase")
    words = facets.search()
    answer_here = st.container()
    query = {"q": words, **facets.controls(build)}
    chosen = filters.selection(build, query)
    number = data.how_many(build, chosen)
    totals = data.totals(build, chosen)
    sources = data.sources(build)
    about = data.about(build)

    with answer_here:
        widgets.answer(
            [Strong(fmt.capital(fmt.count(number, "purchase"))), *sentences.sums(totals)],
        )
        widgets.coverage(
            sentences.covered(data.coverage(build), sources),
            sentences.not_searched(data.coverage(build)),
        )
        widgets.small_print(
            sentences.small_print(
                totals[0] if totals else None,
                sources,
                about["as_of"],
                sentences.how_filtered(chosen),
            )
        )
    facets.counts(build, chosen, query)

    if number:
        page = facets.page(number)
        blocks.purchase_table(
            data.purchases(build, chosen, page.order, page.number, facets.PAGE_SIZE),
            page.described,
            amount_head=facets.amount_head(chosen),
            without=facets.same_everywhere(build),
            heads_link=facets.sort_links(query, page.order),
        )
        facets.pager(query, page)
        widgets.downloads(
            Link("Download these rows as CSV", facets.download(build, query, "csv"),
                 is_download=True),
            Link("as XLSX", facets.download(build, query, "xlsx"), is_download=True,
                 label="Download these rows as XLSX"),
        )  # fmt: skip
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
