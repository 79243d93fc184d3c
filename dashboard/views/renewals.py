"""Renewals: what ends in the next months, by agency and place, and the last day to act."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from dashboard import acting, blocks, controls, data, filters, foot, paging, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows, Selection
from dashboard.parts import Link, Parts, Strong, address
from dashboard.widgets import Head

# Days in the words of the address.
_WITHIN = {"12 months": 365, "6 months": 183, "90 days": 90, "30 days": 30}
# As many agencies as are read at a glance; the others are folded.
_AGENCIES = 25


def show(build: Build) -> None:
    """Show the filters, what ends by agency, and each purchase that ends."""
    as_of: date = data.about(build)["as_of"]
    widgets.title("What ends, and the last day to act")
    answer_here = st.container()
    chosen, within = _asked(build)
    last = as_of + timedelta(days=_WITHIN[within])
    counted = data.ending_counted(build, chosen, as_of, last)
    page = paging.page(sum(row["purchases"] for row in counted))
    rows = data.ending(build, chosen, as_of, last, page.size, page.start)
    with answer_here:
        said = _answer(counted, within, as_of, data.without_end(build, chosen))
        widgets.answer(said)
        widgets.small_print(
            "The end is the one in the record; contracts are often prolonged, and records follow "
            "late. A last day to act is given only where a document with the notice period is in "
            "our reference data. Umbrella contracts end on the last day to order under them."
        )
    if not counted:
        widgets.notice(
            "That means only that none was found in the records loaded here, with these filters.",
            ["Take a filter away, or see ", Link("what was searched", "sources"), "."],
        )
        blocks.footer(build)
        return
    widgets.heading("By agency and place", anchor="by-agency")
    _by_agency(counted)
    widgets.heading("Each purchase", anchor="rows")
    acting.ending_table(
        rows,
        page.of(f"Purchases that end from {fmt.days(as_of, last)}, the last day to act first"),
    )
    paging.steps("renewals", page)
    asked = filters.query_of(build, chosen) or {}
    foot.records(
        build,
        [*said, f" Counted: {filters.described(chosen, build)}."],
        foot.here("renewals", "within"),
        [foot.file("renewals", "Download what ends as CSV", build, **asked, until=last)],
        foot.sources_of(build, _sources(counted)),
    )
    blocks.footer(build)


def _asked(build: Build) -> tuple[Selection, str]:
    """Show the filters, which stand in the address; return what they select, and how far ahead."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        within = st.segmented_control(
            "Ends within", list(_WITHIN), default="12 months", required=True, key="within",
            bind="query-params", on_change=paging.first,
        )  # fmt: skip
        known = {each: filters.options(build, each) for each in ("agencies", "technologies")}
        agencies = _choose("Agency", "agency", list(known["agencies"]))
        kinds = _choose("Technology", "technology", list(known["technologies"]))
        places = {str(row["place_name"]): str(row["place_id"]) for row in data.buying_places(build)}
        where = _choose("Place", "where", list(places))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        scope = controls.scope(build, leaves_out=False)
    ids = [known["agencies"][name] for name in agencies]
    if where:
        of_places = {a for name in where for a in data.buyers_of_place(build, places[name])}
        # An agency of another place than the one chosen selects nothing, and not everything.
        ids = [a for a in ids if a in of_places] if ids else sorted(of_places)
        ids = ids or [""]
    return replace(
        scope,
        agencies=tuple(ids),
        technologies=tuple(known["technologies"][name] for name in kinds),
    ), within or "12 months"


def _choose(label: str, key: str, options: list[str]) -> list[str]:
    return st.multiselect(
        label, options, key=key, bind="query-params", placeholder="Any", select_all=False, width=230
    )


def _answer(counted: Rows, within: str, as_of: date, unknown: int) -> list[str | Strong]:
    in_all = sum(row["purchases"] for row in counted)
    number = Strong(fmt.capital(fmt.count(in_all, "counted purchase")))
    verb = "ends" if in_all == 1 else "end"
    known = sum(row["with_notice"] for row in counted)
    said: list[str | Strong] = [
        number, f" {verb} within {within} of {fmt.day(as_of)}, by the end that the record has. ",
    ]  # fmt: skip
    if in_all == 1:
        said.append(f"Its notice period is {'' if known else 'not '}in our reference data.")
    elif in_all:
        said.append(f"The notice period of {known or 'none'} of them is in our reference data.")
    if unknown:
        said.append(
            f" {fmt.capital(fmt.count(unknown, 'more purchase' if in_all else 'purchase'))} "
            f"{'has' if unknown == 1 else 'have'} no end in the record, and cannot be placed here."
        )
    return said


def _sources(counted: Rows) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in counted:
        found[str(row["source_id"])] += row["purchases"]
    return found


def _by_agency(counted: Rows) -> None:
    groups: dict[str, list[Row]] = {}
    for row in counted:
        groups.setdefault(str(row["agency_id"]), []).append(row)
    heads = [
        Head("Agency", role="what"),
        Head("Place"),
        Head("First end", role="date"),
        Head("Purchases", is_number=True, role="amount"),
    ]
    lines: list[list[Parts]] = [
        [
            Link(str(found[0]["agency_name"]), address("agency", id=agency_id)),
            str(found[0]["place_name"]),
            fmt.day(min(row["first_end"] for row in found)),
            f"{sum(row['purchases'] for row in found):,}",
        ]
        for agency_id, found in groups.items()
    ]
    caption = "What ends, by agency, the soonest first"
    widgets.table(caption, heads, lines[:_AGENCIES])
    if len(lines) > _AGENCIES:
        widgets.folded(
            f"The other {len(lines) - _AGENCIES:,} agencies", caption, heads, lines[_AGENCIES:]
        )
