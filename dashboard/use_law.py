"""Use and law in words and tables: what is reported, what agencies answered, which laws stand."""

from datetime import date

import streamlit as st

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows
from dashboard.parts import Break, Link, Muted, Part, Parts, Strong, address
from dashboard.widgets import Head

ANSWERS = {
    "confirmed": "confirmed",
    "denied": "denied",
    "denied_then_confirmed": "denied, then confirmed",
    "unaware": "did not know until asked",
    "declined": "declined to say",
    "no_answer": "did not answer",
    "none": "no answer on record",
}
JUDGEMENTS = {
    "in force": ("In force", "Laws and rulings that our register shows in force on this day."),
    "cannot be judged": (
        "Cannot be judged",
        "The day lies inside the uncertainty of a date, or after a change whose reach is unclear.",
    ),
    "before": ("Came later", "Adopted or in force only after this day."),
    "after": ("Had ended", "No longer in force on this day."),
}
LISTS = {
    "use without purchase": (
        "Reported use, no purchase found",
        "That nothing was found is said of named sources and days only.",
    ),
    "purchase without use": (
        "Bought, no use on record",
        "No list of use is complete: most agencies never report what they use.",
    ),
    "purchase during restriction": (
        "Purchases dated during a restriction",
        "Only laws whose text and dates somebody read at the primary source stand here.",
    ),
    "denied and later found": (
        "Denied, and later found",
        "What was said first, and what was found later.",
    ),
    "trial before purchase": (
        "Use before the first purchase found",
        "Trials, shared accounts and purchases outside of the searched time come before many.",
    ),
}
QUESTION = "Each row is a question with an innocent explanation beside it, never a verdict."


def when(first: date | None, first_latest: date | None, last: date | None, *, ends: bool) -> str:
    """Return a period known by the earliest and latest day of its start and its last day."""
    if first is None and last is None:
        return fmt.MISSING
    if first is None:
        return f"until {between(None, last)}"
    if last is None:
        start = between(first, first_latest)
        return f"since {start}" if ends and not start.startswith("between") else start
    return f"{between(first, first_latest)} to {fmt.day(last)}"


def between(earliest: date | None, latest: date | None) -> str:
    """Return a date as exactly as it is known: a day, a month, a year, or `between` two days."""
    if earliest is None or latest is None:
        return fmt.day(earliest or latest)
    if earliest == latest:
        return fmt.day(earliest)
    next_day = date.fromordinal(latest.toordinal() + 1)
    if earliest.day == 1 and next_day.day == 1:
        if (earliest.year, earliest.month) == (latest.year, latest.month):
            return fmt.month(earliest)
        if earliest.month == 1 and next_day.month == 1 and earliest.year == latest.year:
            return str(earliest.year)
    return f"between {fmt.day(earliest)} and {fmt.day(latest)}"


def source_of(row: Row) -> list[Part]:
    """Return who says so, linked where there is an address, and whether that is verified."""
    title = str(row["source_title"])
    url = row["source_url"]
    said: list[Part] = [Link(title, str(url), is_outside=True) if url else title]
    said += [", ", Muted(f"confidence {row['confidence']}")]
    if not row["is_verified"]:
        said += [", ", Muted("not verified")]
    return said


def reported(row: Row) -> str:
    """Return what a report says, with whose data it is before it."""
    if row["attribution"]:
        return f"{fmt.capital(str(row['attribution']))} {fmt.lower_first(str(row['what']))}"
    return str(row["what"])


def anchor(name: str) -> str:
    """Return where a standing list begins on the page of questions."""
    return name.replace(" ", "-")


def uses(rows: Rows, caption: str, *, folded: str = "") -> None:
    """Show reports of use, with the agencies' answers and the sources.

    `folded` are the words under which a long table is folded away.
    """
    heads = [
        Head("Agency and place", role="what"),
        Head("Product"),
        Head("What is reported"),
        Head("How many"),
        Head("When", role="date"),
        Head("The agency's answer"),
        Head("Source"),
    ]
    _table(caption, heads, [_use(row) for row in rows], folded)


def _table(caption: str, heads: list[Head], rows: list[list[Parts]], folded: str) -> None:
    if folded:
        widgets.folded(folded, caption, heads, rows)
    else:
        widgets.table(caption, heads, rows)


def _use(row: Row) -> list[Parts]:
    name: Part = str(row["agency_name"])
    if row["agency_id"]:
        name = Link(str(row["agency_name"]), address("agency", id=row["agency_id"]))
    answer: list[Part] = [ANSWERS[row["answer"] or "none"]]
    if row["latest_answer_date"]:
        answer.append(f", {between(row['earliest_answer_date'], row['latest_answer_date'])}")
    if row["answer_words"] and row["answer_words"] != ANSWERS[row["answer"] or "none"]:
        answer += [Break(), Muted(str(row["answer_words"]))]
    said: list[Part] = [reported(row)]
    if row["note"]:
        said += [Break(), Muted(str(row["note"]))]
    if not row["is_verified"]:
        said += [Break(), Strong("Not verified: "), "no named source stands behind it."]
    return [
        [name, Break(), place_of(row) if row["place_id"] else Muted("many countries")],
        _product(row),
        said,
        volume(row),
        when(
            row["earliest_start_date"],
            row["latest_start_date"],
            row["latest_end_date"],
            ends=False,
        ),
        answer,
        source_of(row),
    ]


def place_of(row: Row) -> Link:
    """Return the place of a row, which leads to its page."""
    return Link(str(row["place_name"] or row["place_id"]), address("place", id=row["place_id"]))


def _product(row: Row) -> Parts:
    if row["vendor_id"]:
        return Link(str(row["vendor_name"]), address("vendor", id=row["vendor_id"]))
    return str(row["vendor_name"] or fmt.MISSING)


_ONE = {
    "agencies": "agency", "cameras": "camera", "contracts": "contract", "devices": "device",
    "licences": "licence", "lookups": "lookup", "queries": "query", "scans": "scan",
    "searches": "search",
}  # fmt: skip


def volume(row: Row) -> str:
    """Return what was counted, as a range where the source gives one, and by how many people."""
    parts = []
    counted = _range(row["count_low"], row["count_high"])
    if counted:
        what, _, of_what = str(row["count_of"] or "").partition(" ")
        one = _ONE.get(what, what) if counted == "1" else what
        parts.append(f"{counted} {one} {of_what}".strip())
    people = _range(row["accounts_low"], row["accounts_high"])
    if people:
        parts.append(f"{people} accounts or people")
    return "; ".join(parts) or fmt.MISSING


def _range(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"{low:,} or more" if low is not None else f"up to {high:,}"
    return fmt.span(f"{low:,}", f"{high:,}")


def search() -> str:
    """Show the search box of the pages of use, questions and law; return its words."""
    words = st.text_input(
        "Agency, place or words",
        key="q",
        type="search",
        bind="query-params",
        placeholder="For example San Mateo",
    )
    return words or ""


def laws(rows: Rows, caption: str, day: date | None = None, *, folded: str = "") -> None:
    """Show laws with whom they bind, since when, what they leave out, and the source.

    With a day, each says how it stands on that day. `folded` as for `uses`.
    """
    heads = [
        Head("Law", role="what"),
        Head("Place", role="date"),
        Head("Kind"),
        Head("Binds"),
        Head("Since and until"),
        Head("What it leaves out"),
        Head("Source"),
    ]
    _table(caption, heads, [_law(row, day) for row in rows], folded)


def read(row: Row) -> Muted:
    """Return whether somebody read a law at its primary source, and when."""
    if row["read_from_primary_date"]:
        return Muted(f"text read at its primary source on {fmt.day(row['read_from_primary_date'])}")
    return Muted("text not read at its primary source")


def _law(row: Row, day: date | None) -> list[Parts]:
    name: list[Part] = [str(row["law_name"]), Break(), Muted(str(row["summary"]))]
    since: list[Part] = [
        when(
            row["earliest_start_date"],
            row["latest_start_date"],
            row["latest_last_date"],
            ends=True,
        )
    ]
    if not row["is_date_verified"]:
        since += [", ", Muted("dates not verified")]
    if row["because"]:
        since += [Break(), Muted(fmt.capital(str(row["because"])))]
    kind: list[Part] = [str(row["kind"])]
    if day:
        kind += [Break(), Muted(JUDGEMENTS[row["judgement"]][0].lower())]
    return [
        name,
        place_of(row),
        kind,
        str(row["agency_name"]) if row["agency_name"] else _binds(row),
        since,
        str(row["exceptions"] or "nothing that our register knows"),
        [*source_of(row), Break(), read(row)],
    ]


def _binds(row: Row) -> str:
    words = {"private": "private bodies", "vendor": "the vendor", "school": "schools"}
    named = fmt.listed(words.get(level, f"{level} bodies") for level in row["binds"])
    only = {"police": ", police only", "not police": ", not the police"}
    return named + only.get(row["bodies"], "")


def lists_in_short(build: Build) -> None:
    """Show which standing lists there are, how long each is, and where to read them."""
    held = {row["list"]: row for row in data.standing_lists(build)}
    widgets.bullets(
        [
            [
                Link(title, address("questions") + f"#{anchor(name)}"),
                f": {fmt.count(held[name]['entries'] if name in held else 0, 'entry', 'entries')}",
            ]
            for name, (title, _) in LISTS.items()
        ]
    )


def questions(rows: Rows, caption: str, *, folded: str = "") -> None:
    """Show entries of a standing list: what was searched, what may explain each, the answer."""
    heads = [
        Head("What stands side by side", role="what"),
        Head("Searched, and until when"),
        Head("What may explain it"),
        Head("The agency's answer"),
    ]
    _table(caption, heads, [_question(row) for row in rows], folded)


def _question(row: Row) -> list[Parts]:
    asked: list[Part] = [str(row["question"])]
    if not row["is_verified"]:
        asked.append(Muted(" Not verified."))
    leads = [
        Link(words, address(page, id=row[key]))
        for words, page, key in (
            ("agency", "agency", "agency_id"),
            ("place", "place", "place_id"),
            ("purchase", "purchase", "purchase_id"),
        )
        if row[key]
    ]
    if leads:
        asked += [Break(), Muted("See the ")]
        for number, link in enumerate(leads):
            asked += [", " if number else "", link]
    until = row["searched_until_date"]
    answer: list[Part] = [fmt.capital(str(row["answer_words"] or ANSWERS[row["answer"] or "none"]))]
    if row["answer_date"]:
        answer.append(Muted(f" ({fmt.day(row['answer_date'])} or before)"))
    return [
        asked,
        [str(row["searched"]), *([Muted(f" (until {fmt.day(until)})")] if until else [])],
        str(row["innocent_explanation"]),
        answer,
    ]
