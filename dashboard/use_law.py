"""Use and law in words and tables: what is reported, what agencies answered, which laws stand."""

from datetime import date

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows
from dashboard.parts import Break, Link, Muted, Part, Parts, address
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


def uses(rows: Rows, caption: str) -> None:
    """Show reports of use, with the agencies' answers and the sources."""
    widgets.table(
        caption,
        [
            Head("Agency", role="what"),
            Head("Place", role="date"),
            Head("Product"),
            Head("What is reported"),
            Head("When"),
            Head("The agency's answer"),
            Head("Source"),
        ],
        [_use(row) for row in rows],
    )


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
    return [
        name,
        str(row["place_name"] or "many countries"),
        str(row["vendor_name"] or fmt.MISSING),
        said,
        when(
            row["earliest_start_date"],
            row["latest_start_date"],
            row["latest_end_date"],
            ends=False,
        ),
        answer,
        source_of(row),
    ]


def laws(rows: Rows, caption: str) -> None:
    """Show laws with whom they bind, since when, what they leave out, and the source."""
    widgets.table(
        caption,
        [
            Head("Law", role="what"),
            Head("Place", role="date"),
            Head("Kind"),
            Head("Binds"),
            Head("Since and until"),
            Head("What it leaves out"),
            Head("Source"),
        ],
        [_law(row) for row in rows],
    )


def _law(row: Row) -> list[Parts]:
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
    read: list[Part] = [*source_of(row), Break()]
    read.append(
        Muted(f"text read at its primary source on {fmt.day(row['read_from_primary_date'])}")
        if row["read_from_primary_date"]
        else Muted("text not read at its primary source")
    )
    return [
        name,
        str(row["place_name"]),
        str(row["kind"]),
        str(row["agency_name"]) if row["agency_name"] else _binds(row),
        since,
        str(row["exceptions"] or "nothing that our register knows"),
        read,
    ]


def _binds(row: Row) -> str:
    words = {"private": "private bodies", "vendor": "the vendor", "school": "schools"}
    named = fmt.listed(words.get(level, f"{level} bodies") for level in row["binds"])
    only = {"police": ", police only", "not police": ", not the police"}
    return named + only.get(row["bodies"], "")


def lists(build: Build) -> None:
    """Show the standing lists, each with what was searched and what may explain its rows."""
    for row in data.standing_lists(build):
        title, under = LISTS[row["list"]]
        number = fmt.count(row["entries"], "entry", "entries")
        widgets.subheading(f"{title}: {number}")
        widgets.text(under)
        widgets.folded(
            f"Read the {number}" if row["entries"] != 1 else "Read it",
            title,
            [
                Head("What stands side by side", role="what"),
                Head("Searched"),
                Head("What may explain it"),
                Head("The agency's answer"),
            ],
            [
                [
                    str(entry["question"]),
                    str(entry["searched"]),
                    str(entry["innocent_explanation"]),
                    str(entry["answer_words"] or ANSWERS["none"]),
                ]
                for entry in data.standing_list(build, row["list"], most=200)
            ],
        )
