"""Technology: what it is, who buys it, from whom, for how much."""

from dataclasses import replace

import streamlit as st

from dashboard import (
    acting,
    blocks,
    by_year,
    citing,
    controls,
    data,
    feeds,
    foot,
    known,
    ranked_lists,
    sentences,
    small_multiples,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Link, address
from dashboard.views import not_found


def show(build: Build) -> None:
    """Show the technology that the address names."""
    technology = data.technology(build, st.query_params.get("id", ""))
    if technology is None:
        not_found.show(build, "technology", "technologies")
        return
    name = str(technology["technology_name"])
    st.set_page_config(page_title=f"{name}, whobuys")

    widgets.breadcrumb(Link("Overview", "./"), "Technologies", name)
    widgets.title(name)
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = controls.scope(build, leaves_out=False)
        if technology["scope"] == "related":
            # A technology that is a neighbouring good throughout has no page of its own otherwise.
            whole = replace(whole, with_related=True)
        chosen = replace(whole, technologies=(technology["technology"],))
        totals = data.totals(build, chosen)
        measure = controls.measure([total.measure for total in totals])
    total = data.total(build, chosen, measure)
    coverage = data.coverage(build)
    sources = data.sources(build)

    with answer_here:
        widgets.text(str(technology["definition"]))
        widgets.answer(
            sentences.found(
                total,
                sentences.by_whom(total, coverage),
                sentences.named_technology(technology),
                blocks.left_out(build, chosen),
            ),
            sentences.other_money([t for t in totals if t.measure != measure]),
        )
        widgets.coverage(sentences.covered(coverage, sources), sentences.not_searched(coverage))
        widgets.small_print(
            sentences.small_print(
                total,
                blocks.sources_of(build, chosen.of(measure)),
                data.about(build)["as_of"],
                sentences.doubtful(data.totals(build, controls.possible(chosen)), technology=name),
            )
        )

        citing.then(build, chosen, totals)

    chart_here = by_year.place()
    widgets.heading(
        "Who buys, and from whom", f"{fmt.units_head(measure.basis, measure.currency)}."
    )
    ranked_lists.show(build, chosen, measure, ("agency", "vendor", "maker"), name, technology=name)
    acting.current_and_grown(build, chosen, "technology", technology["technology"], technology=name)
    widgets.heading("Purchases")
    blocks.purchase_table(
        data.purchases(build, chosen, "Newest first", 1, 25), "The newest counted purchases"
    )
    widgets.downloads(
        Link(
            f"All {data.how_many(build, chosen):,} in Explore",
            address("explore", technology=name, scope=controls.kept(build, chosen).get("scope")),
        )
    )
    known.of_technology(build, technology)
    if technology["types"]:
        widgets.heading("Finer kinds")
        widgets.facts([(str(kind["name"]), str(kind["definition"] or "")) for kind in
                       technology["types"]])  # fmt: skip
    with chart_here:
        programme = data.largest_programme(build, chosen, measure)
        events = known.events_of_technology(build, str(technology["technology"]))
        by_year.show(build, chosen, measure, programme, name, events)
        small_multiples.show(build, chosen, measure, "agency", programme, name)
    widgets.downloads(*feeds.links("technology", technology["technology"], name))
    where = foot.here("technology", "money", id=technology["technology"])
    foot.purchases(build, chosen.of(measure), [total], where)
    blocks.footer(build)
