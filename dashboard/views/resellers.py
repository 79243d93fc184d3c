"""Resellers: who sells whose products, which technology, how many purchases, how much."""

from dataclasses import replace

import streamlit as st

from dashboard import blocks, citing, data, filters, foot, paging, passing, sentences, widgets
from dashboard.data import Build


def show(build: Build) -> None:
    """Show every reseller with the makers whose products it sold."""
    coverage = data.coverage(build)
    sources = data.sources(build)
    widgets.title("Resellers, and whose products they sell")
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole, measure = passing.switches(build)
    rows = data.resold(build, whole, measure)
    with answer_here:
        widgets.answer(passing.answer(rows, measure))
        widgets.coverage(sentences.covered(coverage, sources), sentences.not_searched(coverage))
        widgets.small_print(
            sentences.small_print(None, sources, data.about(build)["as_of"], passing.WHY)
        )
        resold = replace(whole, resold_only=True)
        citing.then(build, resold, data.totals(build, resold))
    if rows:
        widgets.heading(
            "Who sold what of whom",
            "A contract names the seller. The maker is named here where the record itself names "
            "the product or its maker; each number leads to the records.",
            "rows",
        )
        page = paging.page(len(rows))
        passing.table(
            build,
            rows[page.start : page.start + page.size],
            page.of("Resellers, the largest sum first"),
            measure,
        )
        paging.steps("resellers", page)
        asked = {
            **(filters.query_of(build, whole) or {}),
            **foot.measure_asked(measure),
        }
        foot.purchases(
            build,
            resold.of(measure),
            [data.total(build, resold, measure)],
            foot.here("resellers", "money"),
            rows=[foot.file("resellers", "Download this table as CSV", build, **asked)],
        )
    blocks.footer(build)
