"""The parts of the editor's page: the queue, one record with its neighbours, the form."""

import streamlit as st

from dashboard import data, evidence, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows
from dashboard.parts import Clipped, Link, Muted, Part, Parts, Quoted, Strong, address
from dashboard.widgets import Head
from ingest.decisions import DeclarationError, decisions_made, record_decision

_SHOWN = 40
DECISIONS = {
    "Accept: it counts": "accept",
    "Reject: it does not count": "reject",
    "Suggest: keep it doubtful, with this reason": "suggest",
}
SCOPES = {"Surveillance technology": "strict", "Neighbouring goods": "related"}
_UNKNOWN = "Not known"


def answer(build: Build, again: Rows, made: int) -> list[Part]:
    """Return what waits, in a sentence."""
    number, amount = data.waiting(build)
    parts: list[Part] = []
    if again:
        parts += [
            Strong(fmt.capital(fmt.count(len(again), "decision"))),
            " must be looked at again: the record has changed. ",
        ]
    parts += [
        Strong(fmt.capital(fmt.count(number, "doubtful purchase"))),
        f" {'waits' if number == 1 else 'wait'} for a person, with ",
        Strong(fmt.money(amount)),
        ". ",
    ]
    if made:
        parts.append(
            f"{fmt.capital(fmt.count(made, 'decision'))} "
            f"{'stands' if made == 1 else 'stand'} in the file."
        )
    return parts


def show_again(rows: Rows) -> None:
    """Show the decisions whose record has changed beneath them."""
    widgets.heading(
        "To look at again",
        "They stay in force until someone has looked. Deciding anew writes what the record says "
        "now.",
        "again",
    )
    widgets.table(
        "Decisions whose record has changed, the largest first",
        [
            Head("What", role="what"),
            Head("What has changed"),
            Head("US dollars", is_number=True, role="amount"),
        ],
        [
            [_opens(row), str(row["message"]), fmt.table_money(row["amount_usd"])]
            for row in rows[:_SHOWN]
        ],
    )


def show_queue(rows: Rows, decided: frozenset[str]) -> None:
    """Show doubtful purchases, those whose decision moves most money first."""
    left = [row for row in rows if row["purchase_id"] not in decided]
    is_ranked = any(row["likeness"] is not None for row in left)
    widgets.heading("The queue", "Money times doubt: the first ones move the totals most.", "queue")
    widgets.table(
        "Doubtful purchases, the weightiest first",
        [
            Head("What", role="what"),
            Head("From whom"),
            Head("Perhaps"),
            *([Head("Like known ones", is_number=True)] if is_ranked else []),
            Head("US dollars", is_number=True, role="amount"),
        ],
        [
            [
                _opens(row),
                str(row["vendor_name"] or fmt.MISSING),
                str(row["technology_name"] or fmt.MISSING),
                *([_likeness(row)] if is_ranked else []),
                fmt.table_money(row["amount_usd"]),
            ]
            for row in left[:_SHOWN]
        ],
    )


def _likeness(row: Row) -> Part:
    return Muted("not known") if row["likeness"] is None else f"{row['likeness']:.0%}"


def _opens(row: Row) -> Parts:
    said = sentences.bought(row)
    words = said if isinstance(said, str) else getattr(said, "text", "")
    return Clipped(Link(words, address("decide", id=row["purchase_id"])), whole=words)


def show_record(build: Build, purchase: Row) -> None:
    """Show what is known of the purchase, why it is here, and its vendor's other purchases."""
    widgets.heading(evidence.title(purchase), evidence.kicker(purchase), "record")
    widgets.answer(evidence.answer(purchase))
    widgets.downloads(
        Link("The whole purchase", address("purchase", id=purchase["purchase_id"])),
        Link("The official record", str(purchase["source_url"]), is_outside=True)
        if purchase["source_url"]
        else Muted(fmt.MISSING),
    )
    evidence.show_reasons(purchase, data.evidence_of(build, purchase["purchase_id"]))
    texts = [text for text in data.ledger_texts(build, purchase["purchase_id"]) if text]
    if len(texts) > 1:
        widgets.folded(
            f"All {len(texts)} descriptions in its transactions",
            "Descriptions",
            [Head("The record's words", role="what")],
            [[Quoted(text[:1000])] for text in texts],
        )
    others = data.neighbours(build, purchase["purchase_id"], purchase["vendor_id"])
    if others:
        widgets.subheading(f"Other purchases from {purchase['vendor_name']}")
        widgets.table(
            "The same vendor's purchases, decided ones first",
            [
                Head("What", role="what"),
                Head("Technology"),
                Head("How sure"),
                Head("US dollars", is_number=True, role="amount"),
            ],
            [
                [
                    _opens(row),
                    str(row["technology_name"] or fmt.MISSING),
                    fmt.capital(fmt.STATUS_WORDS[row["status"]].split(",")[0]),
                    fmt.table_money(row["amount_usd"]),
                ]
                for row in others
            ],
        )


def form(build: Build, purchase: Row) -> None:
    """Show the form, and write what it says."""
    widgets.subheading("Decide", "decide")
    known = {str(row["technology_name"]): row["technology"] for row in data.technologies(build)}
    here = next((name for name, key in known.items() if key == purchase["technology"]), None)
    names = [_UNKNOWN, *known]
    with st.form("decision", clear_on_submit=False, border=False):
        decision = st.radio("Decision", list(DECISIONS), horizontal=True)
        scope = st.radio(
            "As",
            list(SCOPES),
            index=list(SCOPES.values()).index(purchase["scope"] or "strict"),
            horizontal=True,
        )
        technology = st.selectbox(
            "Technology", names, index=names.index(here) if here else 0, width=360
        )
        maker = st.text_input(
            "Maker, where it is not the vendor",
            value=str(purchase["maker_name"] or "")
            if purchase["maker_id"] != purchase["vendor_id"]
            else "",
            width=360,
        )
        reason = st.text_area(
            "Reason, in words that may be read in public",
            placeholder="What the record or a document shows, with its address where there is one",
            height=100,
        )
        who = st.text_input("Who decides", key="decided_by", width=360)
        sent = st.form_submit_button("Write this decision", type="primary")
    if sent:
        rejected = DECISIONS[decision] == "reject"
        answers = {
            "purchase_id": str(purchase["purchase_id"]),
            "decision": DECISIONS[decision],
            "scope": "" if rejected else SCOPES[scope],
            "technology": "" if rejected else known.get(technology, ""),
            "maker": maker,
            "reason": reason,
            "decided_by": who,
        }
        _write(answers, purchase)


def _write(answers: dict[str, str], purchase: Row) -> None:
    try:
        record_decision(
            answers,
            guard_vendor=purchase["vendor_name_source"],
            guard_description=purchase["description"],
        )
    except DeclarationError as error:
        widgets.notice(str(error))
        return
    widgets.notice(
        [
            Strong("Written to reference/decisions.csv."),
            " It counts from the next build: run whobuys build. ",
            Link("Back to the queue", "decide"),
        ]
    )


def decided() -> frozenset[str]:
    """Return the purchases decided in the editor's own file, built in or not."""
    return frozenset(decisions_made())


def waiting_note(purchase_id: str) -> None:
    """Say that a decision on this purchase is already in the file."""
    known = decisions_made().get(purchase_id)
    if known:
        widgets.notice(
            f"Decided {fmt.day(known.decided_date)}: {known.decision}, {known.reason} A new "
            "decision takes its place."
        )
