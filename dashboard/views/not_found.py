"""A page for an id that is not in these records: says so, and offers what is."""

from collections.abc import Callable

import streamlit as st

from dashboard import blocks, data, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Link, address


def show(build: Build, one: str, facet: str, cited_then: Callable[[], None] | None = None) -> None:
    """Say that the address names nothing here, and offer the largest that are here.

    `cited_then` says what became of what was cited, where the address was once a page.
    """
    asked = st.query_params.get("id", "")
    widgets.title(f"No such {one} in these records" if asked else f"Which {one}?")
    widgets.answer(
        f"The address names nothing that is in the published records as of {blocks.as_of(build)}."
        if asked
        else f"The address names no {one}."
    )
    if cited_then:
        cited_then()
    widgets.coverage(
        sentences.covered(data.coverage(build), data.sources(build)),
        sentences.not_searched(data.coverage(build)),
    )
    widgets.text(["Search in ", Link("Explore", "explore"), ", or see the ",
                  Link("overview", "./"), "."])  # fmt: skip
    if facet:
        choices = data.choices(build, data.Selection(), facet, 20)
        widgets.heading(f"{fmt.capital(one)} pages with the most counted purchases")
        widgets.bullets(
            [
                [Link(c.name, address(one, id=c.id)), f", {fmt.count(c.purchases, 'purchase')}"]
                for c in choices
            ]
        )
    blocks.footer(build)
