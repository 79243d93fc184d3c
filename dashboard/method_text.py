"""The words of the Method page."""

from dashboard import format as fmt
from dashboard import widgets
from dashboard.data import Row, Rows
from dashboard.parts import Link, Muted, Parts, address
from dashboard.widgets import Head

IN_SHORT = (
    "We read public spending records, and count a purchase only for a reason that can be shown: "
    "the words of the record itself. Every figure leads to its rows, and every row to its "
    "official record."
)

DEFINITION: tuple[Parts, ...] = (
    (
        "A product, service or data subscription whose primary use is to identify, locate, track, "
        "watch, listen to, search the data or communications of, or profile people, or their "
        "vehicles, devices or accounts."
    ),
    (
        "Licences, hardware, maintenance, support, training, installation and staffing whose "
        "object is operating it count as well. A purchase is judged by what is bought: what a "
        "company sells can say more than a vague description. A purchase has one primary "
        "technology, by the strongest reason; sums use that one alone."
    ),
)

RELATED: tuple[Parts, ...] = (
    (
        "Goods beside surveillance technology, or with more than one use, are kept apart, and "
        "counted only where the switch says so: cargo, vehicle and baggage scanners and radiation "
        "portals; cameras, access control and alarms that guard an agency's own buildings; night "
        "vision, thermal scopes and binoculars; crewed aircraft and boats with no stated sensor; "
        "radios; stun guns; general storage of digital evidence; defence against drones; "
        "polygraphs; translation without interception; drug detectors; general computer platforms "
        "where surveillance is not stated; background checks of staff."
    ),
    (
        "Not counted at all: guards, detention, meals, medicine, furniture, ordinary computers and "
        "networks, defence of an agency's own network, vehicles, uniforms, law libraries."
    ),
)

STATUSES: list[tuple[str, Parts]] = [
    (
        "Read and accepted",
        (
            "Someone read the record and decided that it counts. It says nothing about whether the "
            "agency has confirmed anything."
        ),
    ),
    ("Matched by rule", "The rules are enough by themselves. In the totals."),
    (
        "Possible",
        (
            "Something points to it, not enough. It waits for a person, and is in no total. How "
            "many there are, and their dollars, stands beside every total."
        ),
    ),
    ("Looked at and rejected", "Something pointed to it, and something else spoke against it."),
]

REASONS = (
    "A purchase takes the strongest of its reasons. Its page quotes the words of the record that "
    "each reason rests on."
)

AMOUNTS: tuple[Parts, ...] = (
    (
        "Amounts of different meaning, or of different kinds of record, are never added. Umbrella "
        "contracts carry only a ceiling and buy nothing by themselves: they are in no total."
    ),
    (
        "An amount can be negative: money that had been added was withdrawn. Where a period has "
        "more withdrawn than added, the screen says so, and earlier additions may lie before the "
        "records begin."
    ),
    (
        "Where the record has only a total over its life, with no dated transactions, the purchase "
        "stands apart: it is left out of sums and of every chart by year."
    ),
    (
        "Federal fiscal years run from October to September and are named by the year in which "
        "they end. A year that is not over says how far it goes."
    ),
)

LIMITS: list[Parts] = [
    (
        "They are a floor. Purchases on government cards, below the reporting threshold, "
        "classified, or made with someone else's money are in no public record."
    ),
    (
        "A record can be vague on purpose. What its words do not show, and its vendor does not "
        "reveal, is not here."
    ),
    "Money obligated is a promise in law. Whether it was paid is not in these records.",
    "Absence means nothing where nobody has searched. What was searched stands under every answer.",
    (
        "Buying is not using, and using needs no purchase: trials, gifts and other agencies' "
        "systems leave no trace in spending records."
    ),
    (
        "The error rate was measured on one set of records. It says nothing about other places, "
        "nor about dollars."
    ),
    (
        "Likeness to known purchases orders what waits for a person, and never counts anything. Of "
        "the 200 purchases of ICE and CBP, fiscal years 2021 to 2025, that no rule counted and "
        "that were most like known ones, 29 were surveillance technology when one reader read "
        "them on 22 November 2026 (14 of the first 50, 9 of the first 20); about 12 more the "
        "record could not settle. Which vendor sells what was taken from general knowledge, "
        "unverified."
    ),
]


def technologies(rows: Rows) -> list[tuple[str, Parts]]:
    """Return every technology with its definition, each a link to its page."""
    return [
        (
            str(row["technology_name"]),
            [
                str(row["definition"] or ""),
                " Always a neighbouring good." if row["scope"] == "related" else "",
                " ",
                Link(
                    "Purchases",
                    address("technology", id=row["technology"]),
                    label=f"Purchases of {row['technology_name']}",
                ),
            ],
        )
        for row in rows
    ]


def strengths() -> list[tuple[str, Parts]]:
    """Return the six strengths of reasons."""
    names = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
    return [(name, fmt.STRENGTHS[n]) for n, name in enumerate(names, 1)]


def bases() -> list[tuple[str, Parts]]:
    """Return what amounts mean."""
    return [
        (fmt.capital(name), fmt.capital(gloss) + ".") for name, gloss in fmt.BASIS_GLOSS.items()
    ]


_MEASURES = {
    "precision": "of what the rules match, so much is right",
    "recall": "of what is there to be found, so much is matched",
    "precision of agencies": "of names that the rules put together, so many are one agency",
    "recall of agencies": "of names that are one agency, so many are put together",
    "technology accuracy": "of right matches, so much has the right technology",
}


def show_quality(rows: Rows) -> None:
    """Show how often the rules are right, and on what that was measured."""
    if not rows:
        widgets.text(
            "Not measured yet in this build. Until it is, take a match for what its reason says."
        )
        return
    for label_set in dict.fromkeys(str(row["label_set"]) for row in rows):
        mine = [row for row in rows if row["label_set"] == label_set]
        widgets.text(
            f"Measured on {label_set}, {fmt.day(mine[0]['measured_on'])}, by the rules alone: no "
            "decision or reading took part. It holds for records like these, not for other "
            "places, and not for dollars."
        )
        widgets.table(
            f"How often the rules are right, measured on {label_set}",
            [
                Head("Technology", role="what"),
                Head("Measure"),
                Head("Share", is_number=True, role="amount"),
                Head("95% interval", is_number=True),
                Head("Right", is_number=True),
                Head("Out of", is_number=True),
                Head("Note"),
            ],
            [_quality(row) for row in mine],
        )


def _quality(row: Row) -> list[Parts]:
    measure = str(row["measure"])
    gloss = _MEASURES.get(measure)
    name = "All" if row["technology"] == "all" else row["technology_name"] or row["technology"]
    return [
        str(name),
        [fmt.capital(measure), *([Muted(f": {gloss}")] if gloss else [])],
        "none to judge by" if row["value"] is None else f"{row['value']:.1%}",
        f"{row['low']:.1%} to {row['high']:.1%}"
        if row["low"] is not None and row["high"] is not None
        else fmt.MISSING,
        f"{row['hits']:,}",
        f"{row['n']:,}",
        str(row["note"] or ""),
    ]
