"""The parts of a place's page: what was searched, its agencies, places within it, its peers."""

import streamlit as st

from dashboard import blocks, data, records_request, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row, Rows, Total
from dashboard.parts import Code, Link, Muted, Part, Parts, Strong, address
from dashboard.widgets import Head

_MOST = 25
_PEERS = 10


def kicker(place: Row) -> str:
    """Return what kind of place it is, and how many people live there, and who says so."""
    kind = fmt.capital(str(place["kind"]))
    if not place["population"]:
        return f"{kind}; number of residents not in the record"
    source = f" ({place['population_source']})" if place["population_source"] else ""
    return f"{kind} of {place['population']:,} residents{source}"


def by_whom(total: Total, name: str) -> str:
    """Return who bought: how many agencies, of the place."""
    return f"{fmt.count(total.agencies, 'agency', 'agencies')} of {fmt.the(name)}"


def covered(sources: Rows) -> list[Part]:
    """Return what was searched of a place, in one line."""
    if not sources:
        return ["no source that covers its agencies is loaded."]
    said = [
        f"{row['title']}, {fmt.days(row['first_date'], row['last_date'])}"
        + ("" if row["is_complete"] else " (a part)")
        for row in sources
    ]
    return [fmt.listed(said, 5), "."]


def _standing(laws: Rows) -> str:
    """Return how many laws bind a place; one that cannot be judged is never said to be absent."""
    stands = sum(row["judgement"] == "in force" for row in laws)
    unclear = sum(row["judgement"] == "cannot be judged" for row in laws)
    in_force = f"{fmt.count(stands, 'law')} in force that can bind its bodies"
    if not unclear:
        return in_force
    if not stands:
        return f"{fmt.count(unclear, 'law')} of which we cannot say whether they bind its bodies"
    return f"{in_force}, with {unclear:,} more of which we cannot say"


def without_purchases(build: Build, place: Row, agencies: Rows, sources: Rows) -> None:
    """Say that nobody has searched a place, or that nothing was found in what was searched."""
    name, place_id = str(place["place_name"]), str(place["place_id"])
    uses = len(data.uses_of_place(build, place_id))
    laws = data.laws_of_place(build, place_id, data.about(build)["as_of"])
    beside = (
        f" On record beside spending: {fmt.count(uses, 'report')} of use, and {_standing(laws)}."
    )
    if not sources:
        widgets.answer(
            [
                Strong("Spending not searched."),
                f" No source that is loaded covers the agencies of {name}.{beside}",
            ]
        )
    else:
        whole = all(row["is_complete"] for row in sources)
        titles = fmt.listed([str(row["title"]) for row in sources], 4)
        last = fmt.day(max(row["last_date"] for row in sources if row["last_date"]))
        widgets.answer(
            f"No counted purchase of surveillance technology was found in {titles} as of {last}."
            + ("" if whole else " Those sources hold only a part of what its agencies bought.")
            + beside
        )
    widgets.coverage(covered(sources), "every other source. Absence here means nothing.")
    widgets.small_print(
        [f"As of {blocks.as_of(build)}. ", Link("How we know", "method"),
         f". {fmt.capital(fmt.count(len(agencies), 'agency', 'agencies'))} of it known here."]
    )  # fmt: skip


def agencies_table(agencies: Rows) -> None:
    """Show the agencies of a place, and what is known of each."""
    if not agencies:
        return
    widgets.heading(
        "Its agencies", "Those that our records speak of; there are others.", "agencies"
    )
    heads = [
        Head("Agency", role="what"),
        Head("Counted purchases", is_number=True, role="amount"),
        Head("Reports of use", is_number=True),
        Head("Spending searched"),
    ]
    rows: list[list[Parts]] = [
        [
            Link(str(row["agency_name"]), address("agency", id=row["agency_id"])),
            f"{row['purchases']:,}" if row["is_searched"] else Muted("not searched"),
            f"{row['uses']:,}",
            fmt.days(row["first_date"], row["last_date"]) if row["is_searched"] else "no",
        ]
        for row in agencies
    ]
    widgets.table("Agencies of this place", heads, rows[:_MOST])
    if len(rows) > _MOST:
        widgets.folded(
            f"The other {len(rows) - _MOST:,} agencies", "Other agencies", heads, rows[_MOST:]
        )


def within(build: Build, place: Row) -> None:
    """Show the places within one of which anything is known."""
    rows = data.places_within(build, str(place["place_id"]))
    if not rows:
        return
    widgets.heading(
        f"Places within {place['place_name']}",
        "Those of which anything is known. Their purchases are not in the figures above: each "
        "government buys for itself.",
        "within",
    )
    places_table("Places, those that bought most often first", rows)


def places_table(caption: str, rows: Rows) -> None:
    """Show places with what is known of each."""
    heads = [
        Head("Place", role="what"),
        Head("Kind", role="date"),
        Head("Residents", is_number=True),
        Head("Counted purchases", is_number=True, role="amount"),
        Head("Reports of use", is_number=True),
        Head("Laws of its own", is_number=True),
    ]
    lines: list[list[Parts]] = [_place(row) for row in rows]
    widgets.table(caption, heads, lines[:_MOST])
    if len(lines) > _MOST:
        widgets.folded(f"The other {len(lines) - _MOST:,} places", caption, heads, lines[_MOST:])


def _place(row: Row) -> list[Parts]:
    outer = row.get("outer_name")
    return [
        [
            Link(str(row["place_name"]), address("place", id=row["place_id"])),
            *([Muted(f", {outer}")] if outer else []),
        ],
        str(row["kind"]),
        f"{row['population']:,}" if row["population"] else Muted(fmt.MISSING),
        f"{row['purchases']:,}" if row["sources"] else Muted("not searched"),
        f"{row['uses']:,}",
        f"{row['laws']:,}",
    ]


def peers(build: Build, place: Row, measure: Measure) -> None:
    """Show the place beside others of its kind, per resident, where both were searched whole."""
    rows = data.peers(build, str(place["place_id"]), measure)
    widgets.heading(
        "Beside others of its kind",
        "Chosen: places of the same kind whose residents are known, the nearest in population "
        "first. Only the same kind of record, basis and currency, and only fiscal years that "
        "complete sources cover for both.",
        "peers",
    )
    if not rows:
        widgets.text(
            "Nothing to compare with: no other place of its kind whose residents we know is "
            "covered in whole for the same years and the same kind of money."
        )
        return
    widgets.table(
        f"{fmt.units_head(measure.basis, measure.currency)} per resident, in the same years",
        [
            Head("Place", role="what"),
            Head("Residents", is_number=True),
            Head("Fiscal years", role="date"),
            Head("There, per resident", is_number=True, role="amount"),
            Head(f"{place['place_name']}, per resident", is_number=True),
        ],
        [
            [
                Link(str(row["place_name"]), address("place", id=row["place_id"])),
                f"{row['population']:,}",
                fmt.span(f"FY{row['first_year']}", f"FY{row['last_year']}"),
                fmt.each(row["per_resident"], str(row["currency"])),
                fmt.each(row["here_per_resident"], str(row["currency"])),
            ]
            for row in rows[:_PEERS]
        ],
    )


def searched(build: Build, place: Row, sources: Rows) -> None:
    """Show what was searched of a place by technology, and in which sources."""
    rows = data.technologies_of_place(build, str(place["place_id"]))
    widgets.heading(
        "What we searched and did not find",
        "Not found is said only where a complete source covers an agency and the time.",
        "searched",
    )
    for row in sources:
        widgets.text(
            [
                Link(str(row["title"]), address("sources") + f"#{row['source_id']}"),
                (
                    f": {fmt.count(row['agencies'], 'agency', 'agencies')}, "
                    f"{fmt.days(row['first_date'], row['last_date'])}, "
                    f"{row['transactions']:,} transactions. Does not cover: "
                    f"{row['does_not_cover'] or fmt.MISSING}"
                ),
            ]
        )
    if not rows:
        widgets.text("Nothing of this place has been searched: that nothing is here means nothing.")
        return
    widgets.folded(
        "Technology by technology",
        "What is known of each technology here",
        [
            Head("Technology", role="what"),
            Head("In spending records"),
            Head("Reports of use", is_number=True, role="amount"),
            Head("Laws of its own", is_number=True),
        ],
        [
            [
                Link(str(row["technology_name"]), address("technology", id=row["technology"])),
                fmt.capital(str(row["statement"])),
                f"{row['uses']:,}",
                f"{row['laws']:,}",
            ]
            for row in rows
        ],
    )


def ask_for_records(build: Build, place: Row) -> None:
    """Show a draft of a records request, and how the place's own data can be added."""
    name = str(place["place_name"])
    records_request.show(build, agency=name, place_id=str(place["place_id"]))
    widgets.subheading("Add its data", "add")
    widgets.text(
        [
            "If the place publishes its payments, contracts or orders: ",
            Code("whobuys new-source ADDRESS"),
            " drafts the file of facts from the portal's address, ",
            Code("whobuys fetch"),
            " loads it. A table that you were sent: ",
            Code("whobuys add FILE --source ID"),
            f". The figures of {name} then stand on this page.",
        ]
    )


def index(build: Build) -> None:
    """Show a way to find a place, and those of which anything is known."""
    asked = st.query_params.get("id", "")
    widgets.title("No such place in these records" if asked else "Places")
    found_here = st.container()
    words = st.text_input(
        "Find a country, state, county or city",
        key="q",
        type="search",
        bind="query-params",
        placeholder="For example San Mateo",
    )
    rows = data.find_places(build, words or "", 200)
    with found_here:
        widgets.answer(
            "Every state and county of the United States, and its cities of 15,000 and more, have "
            "a page here, whether or not anybody has searched their spending."
        )
        widgets.coverage(
            sentences.covered(data.coverage(build), data.sources(build)),
            sentences.not_searched(data.coverage(build)),
        )
    if rows:
        places_table(
            f"Places called {words}" if words else "Places of which anything is known", rows
        )
    else:
        widgets.notice(
            f"No place here is called {words}. A smaller one gets a page as soon as a source, a "
            "report of use or a law names it."
        )
    blocks.footer(build)
