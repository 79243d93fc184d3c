"""Place: what its agencies buy, what was searched and what was not, the law, and its peers."""

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
    filters,
    foot,
    funding,
    known,
    place_parts,
    ranked_lists,
    sentences,
    small_multiples,
    time_line,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Link, address


def show(build: Build) -> None:
    """Show the place that the address names, or a way to find one."""
    place = data.place(build, st.query_params.get("id", ""))
    if place is None:
        place_parts.index(build)
        return
    name, place_id = str(place["place_name"]), str(place["place_id"])
    st.set_page_config(page_title=f"{name}, whobuys")
    outer = data.outer_places(build, place_id)
    widgets.breadcrumb(
        Link("Places", "place"),
        *(Link(str(row["place_name"]), address("place", id=row["place_id"])) for row in outer),
        name,
    )
    widgets.title(name, place_parts.kicker(place))
    agencies = data.agencies_of_place(build, place_id)
    sources = data.coverage_of_place(build, place_id)
    if any(row["purchases"] for row in agencies):
        _with_purchases(build, place, agencies, sources)
    else:
        place_parts.without_purchases(build, place, agencies, sources)
        acting.brief_buttons(build, place=place_id)
        time_line.alone(build, known.events_of_place(build, place_id), name)
        known.of_place(build, place)
        place_parts.agencies_table(agencies)
        place_parts.within(build, place)
        place_parts.searched(build, place, sources)
        if not sources:
            place_parts.ask_for_records(build, place)
        widgets.downloads(*feeds.links("place", place_id, name))
    blocks.footer(build)


def _with_purchases(build: Build, place: Row, agencies: data.Rows, sources: data.Rows) -> None:
    name, place_id = str(place["place_name"]), str(place["place_id"])
    here = filters.words_of(build, "places", place_id)
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = controls.scope(build)
        chosen = replace(whole, places=(place_id,))
        totals = data.totals(build, chosen)
        measure = controls.measure([total.measure for total in totals])
    total = data.total(build, chosen, measure)
    with answer_here:
        widgets.answer(
            sentences.found(
                total,
                place_parts.by_whom(total, name),
                blocks.what_is_counted(build, whole),
            ),
            sentences.other_money([t for t in totals if t.measure != measure]),
        )
        widgets.coverage(
            place_parts.covered(sources), "every other source. Absence here means nothing."
        )
        widgets.small_print(
            sentences.small_print(
                total,
                blocks.sources_of(build, chosen.of(measure)),
                data.about(build)["as_of"],
                sentences.doubtful(data.totals(build, controls.possible(chosen))),
            )
        )
        citing.then(build, chosen, totals)
        acting.brief_buttons(build, place=place_id)
    chart_here = by_year.place()
    widgets.heading(
        "Who buys, what, and from whom", f"{fmt.units_head(measure.basis, measure.currency)}."
    )
    subject = f"Surveillance technology, {name}"
    ranked_lists.show(
        build, chosen, measure, ("agency", "technology", "vendor"), subject, place=here
    )
    funding.show(build, chosen, measure)
    acting.current_and_grown(build, chosen, "place", place_id, place=here)
    known.of_place(build, place)
    place_parts.peers(build, place, measure)
    widgets.heading("Purchases")
    blocks.purchase_table(
        data.purchases(build, chosen, "Newest first", 1, 25), "The newest counted purchases"
    )
    widgets.downloads(
        Link(
            f"All {data.how_many(build, chosen):,} in Explore, with filters and downloads",
            address("explore", place=here),
        )
    )
    place_parts.agencies_table(agencies)
    place_parts.within(build, place)
    place_parts.searched(build, place, sources)
    with chart_here:
        by_year.show(
            build, chosen, measure, subject=subject, events=known.events_of_place(build, place_id)
        )
        small_multiples.show(build, chosen, measure, "technology", subject=subject)
    widgets.downloads(*feeds.links("place", place_id, name))
    where = foot.here("place", "money", id=place_id)
    foot.purchases(build, chosen.of(measure), [total], where)
