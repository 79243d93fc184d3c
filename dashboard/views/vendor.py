"""Vendor or maker: who bought from it, what, for how much, under which names."""

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
    known,
    passing,
    ranked_lists,
    sentences,
    small_multiples,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row, Selection
from dashboard.parts import Link, address
from dashboard.ranked_lists import Ranked
from dashboard.views import not_found


def show(build: Build) -> None:
    """Show the vendor that the address names."""
    vendor = data.vendor(build, st.query_params.get("id", ""))
    if vendor is None:
        not_found.show(build, "vendor", "vendors")
        return
    name = str(vendor["vendor_name"])
    st.set_page_config(page_title=f"{name}, whobuys")

    widgets.breadcrumb(Link("Overview", "./"), "Vendors and makers", name)
    widgets.title(name)
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = controls.not_of_itself(controls.scope(build), vendor["vendor_id"])
        sold = replace(whole, vendors=(vendor["vendor_id"],))
        made = replace(whole, makers=(vendor["vendor_id"],))
        totals = data.totals(build, sold)
        measure = controls.measure([total.measure for total in totals])
    total = data.total(build, sold, measure)
    by_others = data.total_by_others(build, made, measure)
    sources = data.sources(build)

    with answer_here:
        buyers = data.by(build, sold, measure, "agency", 3)
        widgets.answer(
            [
                *sentences.vendor_answer(total, name, [bar.name for bar in buyers]),
                " ",
                sentences.because(
                    data.reasons(build, sold),
                    [bar.name for bar in data.by(build, sold, measure, "technology", 4)],
                ),
            ]
            if total.purchases
            else f"No counted purchase in these records was sold by {name} itself.",
            sentences.sold_by_others(by_others, name),
        )
        widgets.coverage(
            sentences.covered(data.coverage(build), sources),
            sentences.not_searched(data.coverage(build)),
        )
        widgets.small_print(
            sentences.small_print(
                total,
                blocks.sources_of(build, sold.of(measure)),
                data.about(build)["as_of"],
                sentences.doubtful(data.totals(build, controls.possible(sold)), vendor=name),
            )
        )
        citing.then(build, sold, totals)
    if vendor["name_traps"]:
        widgets.notice(["Not to be confused: ", str(vendor["name_traps"]), "."])

    chart_here = by_year.place()

    if total.purchases:
        widgets.heading("Who buys, and what", f"{fmt.units_head(measure.basis, measure.currency)}.")
        subject = f"Surveillance technology from {name}"
        ranked_lists.show(
            build, sold, measure, ("agency", "technology", "maker"), subject, vendor=name
        )
        acting.current_and_grown(build, sold, "vendor", vendor["vendor_id"], vendor=name)
        widgets.heading(f"Sold by {name}")
        blocks.purchase_table(
            data.purchases(build, sold, "Newest first", 1, 25), "The newest counted purchases"
        )
        widgets.downloads(
            Link(
                f"All {data.how_many(build, sold):,} in Explore",
                address("explore", vendor=name),
            )
        )
    _made_by(build, made, measure, name)
    passing.of_vendor(build, whole, vendor)
    subawards = data.subawards_to(build, str(vendor["vendor_id"]))
    if subawards:
        widgets.heading("Paid under the contracts of others", beside.SUBAWARDS_BASIS, "subawards")
        beside.subawards_table(subawards, "Sub-awards, newest first", names_prime=True)
    known.of_vendor(build, vendor)
    widgets.heading("The name", anchor="name")
    widgets.facts(sentences.vendor_facts(vendor))
    with chart_here:
        _over_time(build, sold, measure, vendor)
    widgets.downloads(*feeds.links("vendor", vendor["vendor_id"], name))
    where = foot.here("vendor", "money", id=vendor["vendor_id"])
    foot.purchases(build, sold.of(measure), [total], where)
    blocks.footer(build)


def _over_time(build: Build, sold: Selection, measure: Measure, vendor: Row) -> None:
    """Show the time line, then small charts of who bought and what."""
    subject = f"Surveillance technology from {vendor['vendor_name']}"
    events = known.events_of_vendor(build, str(vendor["vendor_id"]))
    by_year.show(build, sold, measure, subject=subject, events=events)
    small_multiples.show(build, sold, measure, "agency", subject=subject)
    small_multiples.show(build, sold, measure, "technology", subject=subject)


def _made_by(build: Build, made: Selection, measure: Measure, name: str) -> None:
    """Show who bought a maker's products through others, and from which sellers."""
    others = data.sold_by_others(build, made)
    if not others:
        return
    resold = replace(made, resold_only=True)
    widgets.heading(
        f"Made by {name}, sold by others",
        f"Through resellers, {fmt.units(measure.currency)} {measure.basis}.",
        "made",
    )
    ranked_lists.several(
        build,
        [Ranked(resold, "agency"), Ranked(resold, "vendor", "Sold by")],
        measure,
        f"Made by {name}, sold by others",
        maker=name,
    )
    blocks.purchase_table(others, "The newest counted purchases through resellers")
    widgets.downloads(
        Link(f"Everything made by {name}, in Explore", address("explore", maker=name))
    )
