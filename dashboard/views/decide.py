"""Deciding: what waits for a person, the weightiest first; one record; the form."""

import streamlit as st

from dashboard import blocks, data, deciding, decision_form, editing, widgets
from dashboard.data import Build
from dashboard.parts import Code, Link


def show(build: Build) -> None:
    """Show the queue, or the record that the address names with a form to decide on it."""
    widgets.title("Decide")
    if not editing.is_on():
        widgets.answer("Decisions are taken on the computer that holds the data.")
        widgets.text(
            ["Start ", Code("whobuys serve --edit"), " there and open this page again."],
            ["To say that a match is wrong, open the purchase: its page ends with a text to send. ",
             Link("Explore", "explore"), "."],
        )  # fmt: skip
        blocks.footer(build)
        return
    named = st.query_params.get("id", "")
    purchase = data.purchase(build, named) if named else None
    if purchase is not None:
        widgets.downloads(Link("Back to the queue", "decide"))
        deciding.show_record(build, purchase)
        deciding.waiting_note(purchase["purchase_id"])
        decision_form.form(build, purchase)
        blocks.footer(build)
        return
    again = data.to_look_at_again(build)
    decided = deciding.decided()
    widgets.answer(deciding.answer(build, again, len(decided)))
    widgets.small_print(
        "Decisions are written to reference/decisions.csv and count from the next build. They are "
        "kept with their reason, and never change the rules. When the same holds for a whole "
        "vendor, a product or a phrase, the form of any such purchase writes a rule instead."
    )
    if again:
        deciding.show_again(again)
    deciding.show_queue(data.queue(build), decided)
    made = decision_form.rules()
    if made:
        decision_form.show_rules(made)
    blocks.footer(build)
