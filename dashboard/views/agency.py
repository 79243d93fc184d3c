"""Agency: what it buys, from whom, for how much, and what was searched."""

from dataclasses import replace

import streamlit as st

from dashboard import (
    acting,
    beside,
    blocks,
    by_year,
    citing,
    controls,
    data,
    feeds,
    foot,
    funding,
    known,
    offices,
    ranked_lists,
    sentences,
    small_multiples,
    time_line,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Link, address
from dashboard.views import not_found


def show(build: Build) -> None:
    """Show the agency that the address names."""
    agency = data.agency(build, st.query_params.get("id", ""))
    if agency is None:
        not_found.show(build, "agency", "agencies")
        return
    name = str(agency["agency_name"])
    st.set_page_config(page_title=f"{name}, whobuys")
    about = data.about(build)
    sources = data.coverage_of(build, agency["agency_id"])

    widgets.breadcrumb(
        Link(str(agency["place_name"]), address("place", id=agency["place_id"])),
        Link(str(agency["parent_agency_name"]), address("agency", id=agency["parent_agency_id"]))
        if agency["parent_agency_id"]
        else str(agency["parent_agency_name"] or ""),
        name,
    )
    widgets.title(name)
    acting.brief_buttons(agency=agency["agency_id"], build=build)
    if not sources:
        _not_searched(build, agency)
        return
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = replace(controls.scope(build), agencies=(agency["agency_id"],))
        totals = data.totals(build, whole)
        measure = controls.measure([total.measure for total in totals])
        programme = data.largest_programme(build, whole, measure)
        chosen = replace(whole, without=controls.without(programme))
    total = data.total(build, chosen, measure)
    possible = data.totals(build, controls.possible(chosen))

    with answer_here:
        left_out = blocks.left_out(build, chosen)
        widgets.answer(
            [
                *sentences.found(total, name, blocks.what_is_counted(build, whole), left_out),
                " ",
                *sentences.share(
                    data.share_of_all(build, chosen, measure, agency["agency_id"]), measure.basis
                ),
            ],
            blocks.largest_part(build, chosen, measure, programme),
        )
        widgets.coverage(
            sentences.searched_for(sources), "every other source. Absence here means nothing."
        )
        widgets.small_print(
            sentences.small_print(
                total,
                blocks.sources_of(build, chosen.of(measure)),
                about["as_of"],
                sentences.doubtful(possible, name),
            )
        )

        citing.then(build, chosen, totals)

    chart_here = by_year.place()

    widgets.heading(
        "What it buys, and from whom", f"{fmt.units_head(measure.basis, measure.currency)}."
    )
    subject = f"Surveillance technology, {name}"
    ranked_lists.show(
        build, chosen, measure, ("technology", "vendor", "maker"), subject, agency=name
    )

    offices.show(build, chosen, measure, name)
    funding.show(build, chosen, measure)

    acting.current_and_grown(build, chosen, "agency", agency["agency_id"], agency=name)

    acting.peers(build, agency["agency_id"], measure)
    known.of_agency(build, agency)
    widgets.heading("Purchases")
    blocks.purchase_table(
        data.purchases(build, chosen, "Newest first", 1, 25),
        "The newest counted purchases",
        without=("Agency", "Basis"),
    )
    widgets.downloads(
        Link(
            f"All {data.how_many(build, chosen):,} in Explore, with filters and downloads",
            address("explore", agency=name),
        )
    )
    beside.grants_of(build, agency["agency_id"])
    known.box(build, agency, sources)
    with chart_here:
        events = known.events_of_agency(build, agency)
        by_year.show(build, chosen, measure, programme, subject, events)
        small_multiples.show(build, chosen, measure, "technology", programme, subject)
    widgets.downloads(*feeds.links("agency", agency["agency_id"], name))
    where = foot.here("agency", "money", id=agency["agency_id"])
    foot.purchases(build, chosen.of(measure), [total], where)
    blocks.footer(build)


def _not_searched(build: Build, agency: Row) -> None:
    """Show what is known of an agency whose spending nobody searched."""
    name = str(agency["agency_name"])
    widgets.answer(sentences.nobody_looked(name, data.agencies_below(build, agency["agency_id"])))
    time_line.alone(build, known.events_of_agency(build, agency), name)
    known.of_agency(build, agency)
    beside.grants_of(build, agency["agency_id"])
    known.box(build, agency, ())
    blocks.footer(build)
