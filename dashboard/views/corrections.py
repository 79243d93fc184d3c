"""Corrections: the facts of records that we correct, and what others said is wrong here."""

from dashboard import blocks, data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Break, Code, Link, Muted, Part, Parts, address
from dashboard.widgets import Head

# What `mart.correction.state` means, for a reader.
_STATES = {
    "applied": "Applied: the right value is shown here",
    "agrees": "The publisher says the right thing by now",
    "source changed": "Not applied: the record says a third thing by now, to be looked at again",
    "not found": "Not applied: the record is not in this build",
}
_OUTCOMES = {
    "open": "Open",
    "corrected": "Corrected",
    "kept": "Kept as it was",
    "withdrawn": "Withdrawn",
}


def show(build: Build) -> None:
    """Show every correction and every dispute, with reasons, dates and replies."""
    corrected, disputed = data.corrections(build), data.disputes(build)
    still_open = sum(row["outcome"] == "open" for row in disputed)
    widgets.title("Corrections and disputes")
    widgets.answer(
        f"{fmt.capital(fmt.count(len(corrected), 'fact'))} of the records "
        f"{'is' if len(corrected) == 1 else 'are'} corrected here, and "
        f"{fmt.count(len(disputed), 'dispute')} {'is' if len(disputed) == 1 else 'are'} on record"
        + (f"; {fmt.count(still_open, 'is open', 'are open')}." if still_open else ".")
    )
    widgets.small_print(
        "The publisher's record stands as it was; beside it stand what we hold to be right, why, "
        "and what shows it. Nothing here is taken away later."
    )

    widgets.heading("Corrections", "What a record says, and what is right.", "corrections")
    if corrected:
        widgets.table(
            "Corrections, newest first",
            [
                Head("Corrected", role="date"),
                Head("Record", role="what"),
                Head("The record said"),
                Head("What is right"),
                Head("Because"),
                Head("State"),
            ],
            [_correction(row) for row in corrected],
        )
    else:
        widgets.text("No fact of a record is corrected in this build.")

    widgets.heading("Disputes", "Who said that something is wrong here, and what came of it.",
                    "disputes")  # fmt: skip
    if disputed:
        widgets.table(
            "Disputes, open ones first",
            [
                Head("Said", role="date"),
                Head("About", role="what"),
                Head("By whom"),
                Head("What is said to be wrong"),
                Head("Outcome"),
                Head("Reply"),
            ],
            [_dispute(row) for row in disputed],
        )
    else:
        widgets.text("No dispute is on record in this build.")

    widgets.heading("How to dispute, and how a correction is made", anchor="how")
    widgets.text(
        [
            (
                "The page of each purchase has a part, Dispute this, with a text: its number, "
                "what is shown and the address. Add what is wrong and what shows it, and send it "
                "to whoever runs this site. "
            ),
            Link("Find the purchase", address("explore")),
            ".",
        ],
        "A dispute is listed here with its date, its outcome and the reason, and with the reply "
        "of the vendor or agency in its own words, where there is one.",
        "A correction names the record, what it says, what is right, why, what shows it, and when "
        "the publisher was told. It is applied only while the record still says what it said "
        "then: where the record changes, the correction is looked at again.",
    )
    widgets.downloads(
        Link("Issues found in the data", "issues"), Link("How we know", "method"),
    )  # fmt: skip
    blocks.footer(build)


def _correction(row: Row) -> list[Parts]:
    state = _STATES.get(str(row["state"]), str(row["state"]))
    told = (
        f"The publisher was told on {fmt.day(row['told_date'])}."
        if row["told_date"]
        else "The publisher was not told yet."
    )
    what: list[Part] = [_record(row), Break(), f"{fmt.capital(str(row['field']))}"]
    if row["transaction_id"]:
        what += [" of transaction ", Code(str(row["transaction_id"]))]
    if row["agency_name"]:
        what += [Break(), Muted(str(row["agency_name"]))]
    return [
        fmt.day(row["corrected_date"]),
        what,
        blocks.value_cell(row["was"]),
        blocks.value_cell(row["becomes"]),
        [str(row["reason"] or fmt.MISSING), *_shown_by(row)],
        [state, Break(), Muted(told)],
    ]


def _dispute(row: Row) -> list[Parts]:
    outcome: list[Part] = [_OUTCOMES.get(str(row["outcome"]), str(row["outcome"]))]
    if row["outcome_date"]:
        outcome.append(f", {fmt.day(row['outcome_date'])}")
    if row["outcome_reason"]:
        outcome += [Break(), str(row["outcome_reason"])]
    reply: Parts = Muted("none on record")
    if row["reply"]:
        of = str(row["reply_by"] or fmt.MISSING)
        when = f", {fmt.day(row['reply_date'])}" if row["reply_date"] else ""
        reply = [str(row["reply"]), Break(), Muted(f"{of}{when}")]
    said: list[Part] = [str(row["what"] or fmt.MISSING)]
    if row["source_url"]:
        said += [" ", Link("Source", str(row["source_url"]), is_outside=True)]
    return [
        fmt.day(row["said_date"]),
        _about(row),
        str(row["said_by"] or fmt.MISSING),
        said,
        outcome,
        reply,
    ]


def _record(row: Row) -> Part:
    name = str(row["award_number"] or row["purchase_id"] or fmt.MISSING)
    if row["has_purchase"]:
        return Link(name, address("purchase", id=row["purchase_id"]))
    return Code(name)


def _about(row: Row) -> list[Part]:
    """Return what a dispute is about: a purchase, a vendor, an agency, or several of them."""
    about: list[Part] = []
    if row["purchase_id"]:
        one = str(row["purchase_id"])
        about.append(Link(one, address("purchase", id=one)) if row["has_purchase"] else Code(one))
    for kind in ("vendor", "agency"):
        if row[f"{kind}_name"]:
            name, its_id = str(row[f"{kind}_name"]), row[f"{kind}_id"]
            about.append(Link(name, address(kind, id=its_id)) if its_id else Muted(name))
    return [part for one in about for part in (one, Break())][:-1] or [Muted(fmt.MISSING)]


def _shown_by(row: Row) -> list[Part]:
    if row["source_url"]:
        words = str(row["source"] or "Source")
        return [Break(), Link(words, str(row["source_url"]), is_outside=True)]
    return [Break(), Muted(str(row["source"]))] if row["source"] else []
