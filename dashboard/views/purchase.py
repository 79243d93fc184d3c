"""Purchase: an evidence file. What was bought, every transaction, why it counts, from where."""

import streamlit as st

from dashboard import (
    beside,
    blocks,
    buying,
    data,
    editing,
    evidence,
    knowledge,
    known,
    purchase_amounts,
    purchase_citation,
    purchase_history,
    records_request,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Link, address
from dashboard.views import not_found


def show(build: Build) -> None:
    """Show the purchase that the address names."""
    named = st.query_params.get("id", "")
    purchase = data.purchase(build, named)
    is_published = purchase is not None
    purchase = purchase or data.ledger_purchase(build, named)
    if purchase is None:
        not_found.show(build, "purchase", "", lambda: purchase_citation.then(build, named))
        return
    if is_published:
        transactions = data.transactions_of(build, named)
        source = data.source_of(build, named)
    else:
        transactions = data.ledger_transactions(build, named)
        source = data.ledger_source(build, named)
        if data.vendor(build, str(purchase["vendor_id"])) is None:
            purchase = {**purchase, "vendor_id": None}
    st.set_page_config(page_title=f"{evidence.name(purchase)}, whobuys")

    widgets.breadcrumb(
        Link(str(purchase["place_name"]), address("place", id=purchase["place_id"])),
        Link(str(purchase["agency_name"]), address("agency", id=purchase["agency_id"])),
        "Purchase",
    )
    widgets.title(evidence.title(purchase), evidence.kicker(purchase))
    widgets.answer(evidence.answer(purchase))
    widgets.figures(evidence.amounts(purchase))
    widgets.small_print(evidence.small_print(purchase))
    purchase_citation.then(build, named)
    purchase_amounts.show(build, purchase, transactions)

    if is_published:
        widgets.heading(
            "Why it counts" if purchase["is_counted"] else "Why it is here", anchor="why"
        )
        evidence.show_reasons(purchase, data.evidence_of(build, named))
    if not purchase["is_counted"]:
        widgets.heading(
            "Why it is not counted" if is_published else "Why it is not here",
            "What was looked for in this record, and what spoke against it.",
            "why-not",
        )
        evidence.why_not(knowledge.why(build, named))
    purchase_history.questions(build, named)
    if editing.is_on() and is_published:
        widgets.downloads(Link("Decide on this purchase", address("decide", id=named)))

    how_many = fmt.capital(fmt.count(len(transactions), "transaction"))
    units = fmt.units(evidence.shown_amount(purchase)[1])
    widgets.heading(
        "Transactions",
        f"{how_many}, oldest first, {units} {purchase['basis']}, to the cent."
        if transactions
        else "",
        "transactions",
    )
    evidence.show_transactions(purchase, transactions)

    _passed_on(build, named)
    if is_published and purchase["is_counted"]:
        known.of_purchase(build, purchase)
    widgets.heading(
        "How it was bought",
        "Quotation marks hold the record's own words. What a file or service does not carry is "
        "not in the record; that says nothing about the purchase.",
        "terms",
    )
    widgets.facts(buying.facts(purchase))

    records_request.show(
        build,
        agency=str(purchase["agency_name"]),
        place_id=str(purchase["place_id"]),
        purchase=purchase,
    )

    widgets.heading("The record", anchor="record")
    widgets.facts(evidence.record(purchase))

    widgets.heading("Where it comes from", anchor="source")
    widgets.facts(evidence.provenance(purchase, source))

    purchase_history.show(build, purchase)

    _cite(build, purchase, source)
    blocks.footer(build)


def _passed_on(build: Build, purchase_id: str) -> None:
    """Show what the prime contractor passed on, where it reported any."""
    subawards = data.subawards_of(build, purchase_id)
    if subawards:
        widgets.heading("Passed on to others", beside.SUBAWARDS_BASIS, "subawards")
        beside.subawards_table(subawards, "Sub-awards, newest first")
        widgets.downloads(
            Link(
                "Download these sub-awards as CSV",
                address("export/subawards.csv", id=purchase_id, build=build.build_id),
                is_download=True,
            )
        )


def _cite(build: Build, purchase: Row, source: Row | None) -> None:
    """Show a citation to copy, and a text for whoever thinks that this is wrong."""
    widgets.heading("Cite this", anchor="cite")
    widgets.copyable("Copy the citation", purchase_citation.citation(build, purchase, source))
    widgets.heading(
        "Dispute this",
        "If this is wrong, send this text to whoever runs this site, with what is wrong and "
        "what shows it. A correction is kept with its reason and stays.",
        "dispute",
    )
    widgets.copyable("Copy the text", purchase_citation.dispute(build, purchase))
