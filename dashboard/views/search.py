"""The search box: any agency, vendor, maker, technology or award number, forgiving of spelling."""

import streamlit as st

from dashboard import data, suggesting, widgets
from dashboard import format as fmt
from dashboard.data import Bar, Build, Selection
from dashboard.parts import Link, Parts, address
from dashboard.widgets import Head

_EVERY_STATUS = tuple(fmt.STATUS_WORDS)


def box(build: Build) -> None:
    """Show the box, and under it what was found."""
    text = st.text_input(
        "Search an agency, city, company, product, technology or award number",
        type="search",
        key="find",
        bind="query-params",
        placeholder="For example Clearview, phone unlocking, Palantir",
    )
    if text and text.strip():
        _results(build, text.strip())


def _results(build: Build, text: str) -> None:
    found = data.find_names(build, text)
    everything = Selection(text=text, statuses=_EVERY_STATUS, with_related=True)
    number = data.how_many(build, everything)
    rows: list[list[Parts]] = [
        *(_row(bar, "Technology", "technology") for bar in found.technologies),
        *(_row(bar, "Agency", "agency") for bar in found.agencies),
        *(_row(bar, "Vendor or maker", "vendor") for bar in found.vendors),
        *(_row(bar, "Place", "place") for bar in found.places),
        *(_office(bar) for bar in found.offices),
    ]
    both = data.pairs(build, text)
    if found.is_near and not both:
        widgets.notice(f"Nothing is called {text}. The nearest names:")
    if both:
        widgets.bullets(
            [
                [Link(suggesting.pair_named(pair), suggesting.pair_address(build, pair)),
                 f": {fmt.count(pair.purchases, 'purchase')}"]
                for pair in both
            ]
        )  # fmt: skip
    if rows and not (both and found.is_near):
        widgets.table(
            f"Names found for {text}",
            [
                Head("Name", role="what"),
                Head("What it is", role="date"),
                Head("Counted purchases", is_number=True),
                Head("US dollars", is_number=True, role="amount"),
            ],
            rows,
        )
    if number:
        widgets.downloads(
            Link(
                f"{fmt.capital(fmt.count(number, 'purchase'))} with these words in the record",
                address("explore", q=text, status=[fmt.capital(fmt.STATUS_WORDS[s]) for s in
                                                   _EVERY_STATUS], scope="With neighbouring goods"),
            )
        )  # fmt: skip
    elif not rows and not both:
        widgets.notice(
            [f"Nothing was found for {text} among the purchases of surveillance technology. ",
             Link("Search the whole ledger", address("explore", q=text, whole="true")),
             ", or see ", Link("what was searched", "sources"), "."],
        )  # fmt: skip


def _row(bar: Bar, kind: str, page: str) -> list[Parts]:
    amount = (
        f"{fmt.table_money(bar.amount, bar.currency)} {bar.basis}" if bar.basis else "several kinds"
    )
    if not bar.purchases:
        amount = "none counted"
    return [Link(bar.name, address(page, id=bar.id)), kind, f"{bar.purchases:,}", amount]


def _office(bar: Bar) -> list[Parts]:
    """Return the row of an office, which has no page: its name leads to its purchases."""
    words = bar.id.rpartition(":")[2]
    return [Link(bar.name, address("explore", q=words)), "Office", *_row(bar, "", "")[2:]]
