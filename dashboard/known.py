"""What stands beside the money on every page: reported use, law, and what was not searched."""

from collections.abc import Sequence
from datetime import date

from dashboard import data, time_line, use_law, widgets
from dashboard import format as fmt
from dashboard.data import Build, Reported, Row, Rows
from dashboard.parts import Break, Link, Muted, Part, Parts, address
from dashboard.time_line import Events
from dashboard.widgets import Head

_MOST = 12
_STANDS = ("in force", "cannot be judged")
_NO_LIST = "No list of use is complete: absence here means nothing."
_JUDGED = {
    "in force": "In force on the day of signing",
    "cannot be judged": "Cannot be judged",
    "before": "Came later",
    "after": "Had ended",
}


def events_of_agency(build: Build, agency: Row) -> Events:
    """Return the events of an agency: its own, its departments', the laws of its place."""
    place_id = str(agency["place_id"])
    rows = data.events(build, agency_id=agency["agency_id"], place_id=place_id)
    used = {row["vendor_id"] for row in data.uses_of_agency(build, agency["agency_id"])} - {None}
    rows = _near(rows, place_id, used)
    return time_line.events(rows, str(agency["agency_id"]), data.restrictions(build))


def events_of_vendor(build: Build, vendor_id: str) -> Events:
    """Return the events of a vendor."""
    rows = data.events(build, vendor_id=vendor_id)
    return time_line.events(rows, restrictions=data.restrictions(build))


def events_of_place(build: Build, place_id: str) -> Events:
    """Return the events of a place: its own, and the laws that bind it."""
    used = {row["vendor_id"] for row in data.uses_of_place(build, place_id)} - {None}
    rows = _near(data.events(build, place_id=place_id), place_id, used)
    return time_line.events(rows, restrictions=data.restrictions(build))


def events_of_technology(build: Build, technology: str) -> Events:
    """Return the events and laws that name a technology."""
    rows = data.events(build, technology=technology)
    named = tuple(row for row in rows if technology in (row["technologies"] or ()))
    return time_line.events(named, restrictions=data.restrictions(build))


def events_of_buyers(build: Build) -> Events:
    """Return the events of the agencies whose spending is here."""
    buyers = {row["agency_id"] for row in data.coverage(build)}
    rows = tuple(row for row in data.events(build) if row["agency_id"] in buyers)
    return time_line.events(rows, restrictions=data.restrictions(build))


def _near(rows: Rows, place_id: str, vendor_ids: set[str]) -> Rows:
    """Return the events of a place itself, laws, and those of vendors that are used there."""
    return tuple(
        row
        for row in rows
        if row["agency_id"]
        or row["law_id"]
        or place_id in row["place_ids"]
        or row["vendor_id"] in vendor_ids
    )


def of_agency(build: Build, agency: Row) -> None:
    """Show what is reported of an agency's use, and the laws that can bind it."""
    name = str(agency["agency_name"])
    widgets.heading(
        "Use on record, and law",
        "What is reported, whether or not it was paid for, and what the agency answered.",
        "use-and-law",
    )
    _uses(data.uses_of_agency(build, agency["agency_id"]), f"Use reported of {name}")
    _laws(build, data.laws_of_agency(build, agency["agency_id"], _today(build)), "bind this agency")
    questions(build, agency_id=str(agency["agency_id"]))


def of_place(build: Build, place: Row) -> None:
    """Show what is reported of use in a place, and the laws that bind its bodies."""
    name, place_id = str(place["place_name"]), str(place["place_id"])
    widgets.heading(
        "Use on record, and law",
        "What is reported of its agencies, whether or not they paid, and the laws of the place "
        "and of those it lies in that bind its bodies.",
        "use-and-law",
    )
    _uses(
        data.uses_of_place(build, place_id),
        f"Use reported in {name}",
        Link("All of it on the Use page, with filters", address("use", q=name)),
    )
    _laws(build, data.laws_of_place(build, place_id, _today(build)), f"speak of {name}")
    questions(build, place_id=place_id)


def of_vendor(build: Build, vendor: Row) -> None:
    """Show who is reported to use a vendor's products, what was answered, and rulings on it."""
    name, vendor_id = str(vendor["vendor_name"]), str(vendor["vendor_id"])
    rows = data.uses_of_vendor(build, vendor_id)
    ruled = data.laws_of_vendor(build, vendor_id, _today(build))
    if not rows and not ruled:
        return
    widgets.heading(
        "Use on record, and law",
        "Who is reported to use its products, whether or not they paid, and what they answered.",
        "use-and-law",
    )
    answers = data.agency_answers(build, vendor_id)
    if answers:
        widgets.subheading("What agencies answered when they were asked")
        widgets.figures([_answered(row) for row in answers])
    _uses(
        rows,
        f"Use reported of products of {name}",
        Link("All of it on the Use page, with filters", address("use", vendor=name)),
    )
    if ruled:
        widgets.subheading(f"Laws, rulings and settlements that speak of {name}")
        use_law.laws(ruled, "Each with how it stands today", _today(build))
    questions(build, vendor_id=vendor_id)


def of_technology(build: Build, technology: Row) -> None:
    """Show reports of use of a technology, and the laws that name it."""
    key, name = str(technology["technology"]), str(technology["technology_name"])
    rows = data.uses(build, Reported(technology=key))
    day = _today(build)
    laws = [row for row in data.laws(build, day, key) if row["judgement"] in _STANDS]
    if not rows and not laws:
        return
    widgets.heading(
        "Use on record, and law",
        "Who is reported to use it, whether or not they paid, and which laws name it.",
        "use-and-law",
    )
    _uses(
        rows,
        f"Use reported of {fmt.lower_first(name)}",
        Link("All of it on the Use page, with filters", address("use", technology=name)),
    )
    _laws(build, tuple(laws), "name this technology", technology=name)


def of_purchase(build: Build, purchase: Row) -> None:
    """Show the laws that reach a purchase, each with its exceptions, and use reported beside it."""
    laws = data.laws_of_purchase(build, str(purchase["purchase_id"]))
    rows = [
        row
        for row in data.uses_of_agency(build, str(purchase["agency_id"]))
        if (row["vendor_id"] and row["vendor_id"] in (purchase["vendor_id"], purchase["maker_id"]))
        or (not row["vendor_id"] and row["technology"] == purchase["technology"])
    ]
    widgets.heading(
        "Use and law beside it",
        "Which laws of our register reach this agency and this technology, and how they stood on "
        "the day of signing. Whether one was broken is not judged here.",
        "use-and-law",
    )
    if laws:
        _reached(laws)
    else:
        widgets.text(
            "No law in our register reaches this agency and this technology. The register is not "
            "complete: that says nothing about the law."
        )
    if rows:
        use_law.uses(tuple(rows), "What is reported of this agency and this product or technology")


def questions(build: Build, **of: str) -> None:
    """Show which standing lists hold questions about an agency, place or vendor."""
    items: list[Parts] = [
        [
            Link(
                f"{use_law.LISTS[row['list']][0]}: ",
                address("questions") + f"#{use_law.anchor(row['list'])}",
            ),
            fmt.clip(str(row["question"]), 300),
            f" And {row['entries'] - 1:,} more." if row["entries"] > 1 else "",
            Break(),
            Muted(f"What may explain it: {row['innocent_explanation']}"),
        ]
        for row in data.questions_of(build, **of)
    ]
    if items:
        widgets.subheading("Questions, never verdicts")
        widgets.bullets(items)


def box(build: Build, agency: Row, sources: Rows) -> None:
    """Show what we know and do not know of an agency: which sources cover it, from when to when."""
    widgets.heading(
        "What we know and do not know",
        "Which sources cover this agency, from when to when, and which do not.",
        "searched",
    )
    searched = data.searched(build, agency_id=agency["agency_id"], place_id=agency["place_id"])
    beside = [row for row in searched if row["kind"] != "spending"]
    uses = data.uses_of_agency(build, agency["agency_id"])
    laws = data.laws_of_agency(build, agency["agency_id"], _today(build))
    lines: list[list[Parts]] = [_spending(row) for row in sources]
    if not sources:
        lines.append(["Spending", "no loaded source", "", "not searched", "everything it bought"])
    lines += [_beside(row, uses, laws) for row in beside]
    widgets.table(
        "What was searched for this agency",
        [
            Head("What"),
            Head("Source", role="what"),
            Head("From and to", role="date"),
            Head("What it holds on this agency"),
            Head("What it cannot show"),
        ],
        lines,
    )
    others = _others(build, sources)
    widgets.text(
        "Not searched: "
        + (f"{others}, which do not cover this agency, and " if others else "")
        + "every other source. Absence here means nothing.",
        [
            "Do you have records of it? ",
            Link("How a source is added", address("method") + "#sources"),
            ".",
        ],
    )


def _spending(row: Row) -> list[Parts]:
    return [
        "Spending",
        Link(str(row["title"]), address("sources") + f"#{row['source_id']}"),
        fmt.days(row["first_date"], row["last_date"]),
        fmt.count(row["transactions"], "transaction")
        + (
            ": everything it bought in that time"
            if row["is_complete"]
            else ": a part; absence from it means nothing"
        ),
        str(row["does_not_cover"] or fmt.MISSING),
    ]


def _beside(row: Row, uses: Rows, laws: Rows) -> list[Parts]:
    title = fmt.capital(str(row["title"]))
    source: Parts = Link(title, address("sources")) if row["source_id"] else title
    period = fmt.days(row["first_date"], row["last_date"])
    if row["kind"] == "law":
        number = sum(law["judgement"] == "in force" for law in laws)
        holds = f"{fmt.count(number, 'law')} in force that can bind it"
        return ["Law", source, period, holds, "Laws that nobody has entered yet."]
    number = sum(use["source_id"] == row["source_id"] for use in uses)
    holds = f"{fmt.count(number, 'report')} of use"
    return ["Use", source, period, holds, "Use that nobody reported. " + _NO_LIST]


def _others(build: Build, sources: Rows) -> str:
    here = {row["source_id"] for row in sources}
    titles = [str(row["title"]) for row in data.sources(build) if row["source_id"] not in here]
    return fmt.listed(titles, 4)


def _today(build: Build) -> date:
    day: date = data.about(build)["as_of"]
    return day


def _uses(rows: Rows, caption: str, more: Link | None = None) -> None:
    if not rows:
        widgets.text(f"No report of use is in our sources. {_NO_LIST}")
        return
    use_law.uses(rows[:_MOST], caption)
    if len(rows) > _MOST:
        if more:
            widgets.downloads(more)
        else:
            use_law.uses(rows[_MOST:], caption, folded=f"The other {len(rows) - _MOST:,} reports")


def _laws(build: Build, rows: Sequence[Row], do_what: str, technology: str = "") -> None:
    stands = tuple(row for row in rows if row["judgement"] in _STANDS)
    day = _today(build)
    more = Link("All laws, on a day you choose", address("law", technology=technology))
    if not stands:
        widgets.text(
            [
                (
                    f"No law in our register that would {do_what} stands on {fmt.day(day)}. "
                    "The register is not complete. "
                ),
                more,
                ".",
            ]
        )
        return
    use_law.laws(stands[:_MOST], f"Laws that {do_what}, as they stand on {fmt.day(day)}", day)
    if len(stands) > _MOST:
        use_law.laws(
            stands[_MOST:], "The other laws", day, folded=f"The other {len(stands) - _MOST:,} laws"
        )
    widgets.downloads(more)


def _answered(row: Row) -> tuple[str, Parts, Parts]:
    low, high = row["count_low"], row["count_high"]
    figure = f"{low:,}" if low == high else f"{low:,} to {high:,}" if high else f"more than {low:,}"
    said = use_law.source_of(row)
    when = use_law.between(row["earliest_answer_date"], row["latest_answer_date"])
    return use_law.ANSWERS[row["answer"] or "none"], figure, [f"{when}. ", *said]


def _reached(rows: Rows) -> None:
    widgets.table(
        "Laws that reach this agency and this technology",
        [
            Head("Law", role="what"),
            Head("Place", role="date"),
            Head("On the day of signing"),
            Head("Since and until"),
            Head("What it leaves out"),
            Head("Source"),
        ],
        [_reaches(row) for row in rows],
    )


def _reaches(row: Row) -> list[Parts]:
    judged: list[Part] = [_JUDGED[row["judgement"]]]
    for why in (row["because"], row["doubt"]):
        if why:
            judged += [Break(), Muted(fmt.capital(str(why)))]
    if row["transactions_in_force"] and row["is_new_purchase"] is False:
        number = fmt.count(row["transactions_in_force"], "transaction")
        judged += [Break(), Muted(f"{fmt.capital(number)} while in force, on an older contract")]
    source: list[Part] = use_law.source_of(
        {**row, "is_verified": row["confidence"] != "unverified"}
    )
    return [
        [str(row["law_name"]), Break(), Muted(str(row["summary"]))],
        str(row["place_name"]),
        judged,
        use_law.when(
            row["earliest_start_date"], row["latest_start_date"], row["latest_last_date"], ends=True
        ),
        str(row["exceptions"] or "nothing that our register knows"),
        [*source, Break(), use_law.read(row)],
    ]
