"""The questions that a purchase raises, and the history of our decisions and corrections."""

from dashboard import blocks, change_words, data, flag_methods, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Link, Muted, Part
from dashboard.widgets import Head

_KINDS = {
    "change": "Changed since an earlier build",
    "correction": "Corrected by us",
    "dispute": "Disputed",
}


def questions(build: Build, purchase_id: str) -> None:
    """Show the flags of a purchase, each with an innocent explanation beside it."""
    rows = data.flags_of_purchase(build, purchase_id)
    if not rows:
        return
    widgets.heading(
        "Questions it raises",
        "Computed from the record alone. A question is never an accusation: what may explain it "
        "stands beside it.",
        "questions",
    )
    widgets.table(
        "Questions, those that are seldom raised first",
        [
            Head("Question", role="what"),
            Head("In this record"),
            Head("It rests on"),
            Head("What may explain it"),
        ],
        [
            [
                [
                    Link(
                        str(row["question"]), f"method#{flag_methods.anchor(row['code'])}"
                    ),
                    *([Muted(" Seen so often that it is a fact more than a flag.")]
                      if row["is_fact"] else []),
                ],
                str(row["value"] or fmt.MISSING),
                str(row["evidence"] or fmt.MISSING),
                str(row["innocent_explanation"]),
            ]
            for row in rows
        ],
    )  # fmt: skip


def show(build: Build, purchase: Row) -> None:
    """Show what we decided, corrected and were told about a purchase, with dates and reasons."""
    widgets.heading(
        "History here",
        "Our decisions and corrections on it, disputes, and what changed between builds.",
        "history",
    )
    if purchase.get("decision"):
        widgets.facts([("Decision or reading", fmt.capital(str(purchase["decision"])))])
    rows = data.history_of_purchase(build, str(purchase["purchase_id"]))
    if not rows:
        widgets.text("No correction, dispute or change between builds is on record for it.")
        return
    widgets.table(
        "What became of it, oldest first",
        [
            Head("Date", role="date"),
            Head("What", role="what"),
            Head("Before"),
            Head("After"),
            Head("Because"),
        ],
        [
            [
                fmt.day(row["date"]),
                [f"{_KINDS[row['kind']]}: {row['what']}"],
                blocks.value_cell(row["before"]),
                blocks.value_cell(row["after"]),
                _because(row),
            ]
            for row in rows
        ],
    )


def _because(row: Row) -> list[Part]:
    because = str(row["because"] or fmt.MISSING)
    said: list[Part] = [
        change_words.plainly(because) if row["kind"] == "change" else because,
        Muted(f" ({row['by']})"),
    ]
    if row["source_url"]:
        said += [" ", Link("Source", str(row["source_url"]), is_outside=True)]
    return said
