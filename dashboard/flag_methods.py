"""The questions that a purchase can raise: how each is asked, and how often it is raised."""

from datetime import date

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Link, Parts, address


def anchor(code: object) -> str:
    """Return the anchor of a question on the Method page; it never changes: `flag-F01`."""
    return f"flag-{code}"


def show(build: Build) -> None:
    """Show every question with its method, its innocent explanation and how often it is raised."""
    rows, as_of = data.flag_methods(build), data.about(build)["as_of"]
    widgets.heading(
        "Questions a purchase can raise",
        "Computed from the record alone. A question is never an accusation: what may explain it "
        "stands beside it. One that more than a tenth of the purchases examined raise is shown as "
        "a fact. They were checked by reading them beside real records: federal awards of ICE and "
        "of Customs and Border Protection, Chicago, San Francisco and British notices.",
        "flags",
    )
    if not rows:
        widgets.text("No question is asked in this build.")
    for row in rows:
        widgets.subheading(f"{row['code']}. {row['title']}", anchor(row["code"]))
        widgets.facts(_facts(row, as_of))


def _facts(row: Row, as_of: date) -> list[tuple[str, Parts]]:
    if not row["examined"]:
        shown_as = "Nowhere: it examined no purchase of this build."
    elif row["is_fact"]:
        shown_as = "As a fact: more than a tenth of the purchases examined raise it."
    else:
        shown_as = "As a question: a tenth of the purchases examined raise it, or fewer."
    return [
        ("Asks", str(row["question"])),
        ("Why", str(row["why"])),
        ("Method", str(row["method"])),
        ("Not applicable", str(row["not_applicable"])),
        ("Innocent explanation", str(row["innocent_explanation"])),
        ("Version", str(row["version"])),
        (
            "Examined",
            (
                f"{row['examined']:,} of the {fmt.count(row['purchases'], 'counted purchase')} of "
                f"this build, as of {fmt.day(as_of)}; to the others it does not apply"
            ),
        ),
        ("Raised", [_raised(row), Link("Explore them", address("explore", flag=row["title"]))]),
        # A build that an older version published does not say.
        *([("Checked", str(row["checked"]))] if row.get("checked") else []),
        ("Shown", shown_as),
    ]


def _raised(row: Row) -> str:
    if row["raised_share"] is None:
        return "no share can be given, as none was examined. "
    return f"on {row['raised']:,}, {row['raised_share']:.1%} of those examined. "
