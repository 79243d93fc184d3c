"""The form of the editor's page: on one purchase a decision, on many at once a rule.

A rule is tried on the ledger first: what would change is shown, and only then can it be written.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.knowledge import clear, latest
from dashboard.parts import Clipped, Code, Link, Part, Strong, address
from dashboard.widgets import Head
from ingest.classify import (
    GROUPS,
    Edit,
    Effect,
    MadeRule,
    WhobuysError,
    edit_of,
    preview,
    rules_made,
    take_back,
    write_rule,
)
from ingest.decisions import record_decision

DECISIONS = {
    "Accept: it counts": "accept",
    "Reject: it does not count": "reject",
    "Suggest: keep it doubtful, with this reason": "suggest",
}
SCOPES = {"Surveillance technology": "strict", "Neighbouring goods": "related"}
_ALONE = "This purchase alone"
_UNKNOWN = "Not known"
_TRIED = "rule_tried"
_SHOWN = 100


def form(build: Build, purchase: Row) -> None:
    """Show the form; write a decision, or try a rule and then write it."""
    widgets.subheading("Decide", "decide")
    groups = {name: key for key, name in GROUPS.items()}
    about = st.radio("What the decision is about", [_ALONE, *groups], key="decides_on")
    group = groups.get(about, "")
    known = {str(row["technology_name"]): row["technology"] for row in data.technologies(build)}
    answers: dict[str, str] | None = _ask(purchase, group, known)
    if group:
        _rule(build, purchase, answers)
    elif answers is not None:
        _decide(answers, purchase)


def _ask(purchase: Row, group: str, known: dict[str, str]) -> dict[str, str] | None:
    """Show the questions; return the answers once they are sent."""
    here = next((name for name, key in known.items() if key == purchase["technology"]), None)
    names = [_UNKNOWN, *known]
    answers = {"group": group, "purchase_id": str(purchase["purchase_id"])}
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
        if group in ("", "vendor", "product"):
            is_other = purchase["maker_id"] != purchase["vendor_id"]
            answers["maker"] = st.text_input(
                "Maker, where it is not the vendor",
                value=str(purchase["maker_name"] or "") if is_other else "",
                width=360,
            )
        if group not in ("", "vendor"):
            answers |= _words(group)
        answers["reason"] = st.text_area(
            "Reason, in words that may be read in public",
            placeholder="What the record or a document shows, with its address where there is one",
            height=100,
        )
        answers["decided_by"] = st.text_input("Who decides", key="decided_by", width=360)
        label = "Show what would change" if group else "Write this decision"
        sent = st.form_submit_button(label, type="primary")
    rejected = DECISIONS[decision] == "reject"
    answers |= {
        "decision": DECISIONS[decision],
        "scope": "" if rejected else SCOPES[scope],
        "technology": "" if rejected else known.get(technology, ""),
    }
    return answers if sent else None


def _words(group: str) -> dict[str, str]:
    """Ask for the words of a rule, and for what it must leave alone."""
    words = st.text_input(
        "Words of the product" if group == "product" else "Words",
        placeholder="license/licence plate reader; mobile (device) forensic",
        help="Phrases are divided by ;  words of equal value by /  and a word in brackets may be "
        "missing. Capitals, hyphens and plurals make no difference.",
    )
    unless = st.text_input("But not beside these words", placeholder="guard; x-ray")
    example = st.text_input(
        "An example that must not match", placeholder="a description that is something else"
    )
    return {"words": words, "unless": unless, "does_not_match": example}


def _decide(answers: dict[str, str], purchase: Row) -> None:
    try:
        record_decision(
            answers,
            guard_vendor=purchase["vendor_name_source"],
            guard_description=purchase["description"],
        )
    except WhobuysError as error:
        widgets.notice(str(error))
        return
    _written("reference/decisions.csv")


def _written(*files: str) -> None:
    widgets.notice(
        [
            Strong(f"Written to {' and '.join(files)}."),
            " It counts from the next build: run ",
            Code("whobuys build"),
            ". ",
            Link("Back to the queue", "decide"),
        ]
    )


def _rule(build: Build, purchase: Row, answers: dict[str, str] | None) -> None:
    """Try the rule that was just sent, or the one tried before; write it when that is asked."""
    if answers is not None:
        st.session_state.pop(_TRIED, None)
        try:
            texts = data.ledger_texts(build, purchase["purchase_id"]) or (
                purchase["description"] or "",
            )
            edit = edit_of(answers, purchase, texts, latest())
            with st.spinner("Trying the rule on the whole ledger"):
                st.session_state[_TRIED] = (purchase["purchase_id"], edit, preview(edit))
        except WhobuysError as error:
            widgets.notice(*str(error).splitlines())
            return
    tried: tuple[str, Edit, Effect] | None = st.session_state.get(_TRIED)
    if tried is None or tried[0] != purchase["purchase_id"]:
        return
    _, edit, effect = tried
    show_effect(effect)
    if st.button("Write this rule", type="primary"):
        del st.session_state[_TRIED]
        try:
            files = write_rule(edit)
        except WhobuysError as error:
            widgets.notice(*str(error).splitlines())
            return
        clear()
        _written(*(f"reference/{path.name}" for path in files))


def show_effect(effect: Effect) -> None:
    """Show which purchases a rule would change, and how the counted totals would move."""
    widgets.subheading("What would change")
    number = len(effect.changes)
    said: list[Part] = [
        Strong(fmt.capital(fmt.count(number, "purchase"))),
        " of the ledger would be shown otherwise. ",
        f"Judged again for it: {fmt.count(effect.touched, 'purchase')}. ",
    ]
    if not effect.moved:
        said.append("No counted total would move.")
    for moved in effect.moved:
        said += [
            f"Counted {moved.basis} money of the kind {moved.record_kind}: ",
            Strong(f"{_signed(moved.purchases)} and {_money(moved.amount, moved.currency)}"),
            ". ",
        ]
    widgets.text(said)
    if not number:
        return
    shown = f", the largest {_SHOWN} of {number}" if number > _SHOWN else ", the largest first"
    widgets.table(
        f"Purchases that would change{shown}",
        [
            Head("What", role="what"),
            Head("From whom"),
            Head("Now"),
            Head("Then"),
            Head("Amount", is_number=True, role="amount"),
        ],
        [
            [
                Clipped(
                    Link(row.description or row.purchase_id, address("decide", id=row.purchase_id)),
                    whole=row.description or row.purchase_id,
                ),
                row.vendor_name or fmt.MISSING,
                row.before,
                row.after,
                fmt.MISSING if row.amount is None else f"{row.amount:,.0f} {row.currency}",
            ]
            for row in effect.changes[:_SHOWN]
        ],
    )


def _signed(number: int) -> str:
    return f"{number:+,} purchase{'' if abs(number) == 1 else 's'}"


def _money(amount: object, currency: str) -> str:
    return f"{amount:+,.0f} {currency}"


def show_rules(made: Sequence[MadeRule]) -> None:
    """Show the rules that decisions here have written, each to be taken back."""
    widgets.heading("Rules made here", "They hold from the build after they were written.", "rules")
    for place, rule in enumerate(made):
        widgets.text([Strong("; ".join(rule.lines)), f" ({rule.source})"])
        key = f"take_back_{place}"
        shown = st.session_state.get(key)
        if shown != rule.source:
            if st.button("What if it is taken back?", key=f"{key}_try"):
                st.session_state[key] = rule.source
                st.rerun()
            continue
        try:
            show_effect(preview(Edit(removed=frozenset([rule.source]))))
            if st.button("Take this rule back", key=f"{key}_do", type="primary"):
                take_back(rule.source)
                clear()
                st.rerun()
        except WhobuysError as error:
            widgets.notice(*str(error).splitlines())


def rules() -> list[MadeRule]:
    """Return the rules that such decisions have written."""
    return rules_made()
