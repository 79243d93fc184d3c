"""The list of pages. Each run resolves the published build once and passes it on."""

import streamlit as st

from dashboard import controls, data, editing, parts, turns, widgets
from dashboard.views import (
    agency,
    api,
    changes,
    check,
    compare,
    corrections,
    decide,
    dictionary,
    explore,
    grants,
    issues,
    law,
    method,
    nothing,
    overview,
    place,
    purchase,
    questions,
    renewals,
    resellers,
    sources,
    technology,
    use,
    vendor,
)
from dashboard.views import (
    map as map_view,
)

VIEWS = {
    "": (overview, "whobuys: who buys surveillance technology"),
    "explore": (explore, "Explore purchases"),
    "agency": (agency, "Agency"),
    "place": (place, "Place"),
    "vendor": (vendor, "Vendor"),
    "technology": (technology, "Technology"),
    "purchase": (purchase, "Purchase"),
    "renewals": (renewals, "Renewals"),
    "compare": (compare, "Compare"),
    "resellers": (resellers, "Resellers"),
    "grants": (grants, "Federal grants"),
    "use": (use, "Use"),
    "law": (law, "Law"),
    "map": (map_view, "Map of spending"),
    "questions": (questions, "Questions"),
    "changes": (changes, "What changed"),
    "api": (api, "Take the data"),
    "check": (check, "Check your own file"),
    "decide": (decide, "Decide"),
    "sources": (sources, "Sources"),
    "issues": (issues, "Issues found in the data"),
    "corrections": (corrections, "Corrections and disputes"),
    "dictionary": (dictionary, "Data dictionary"),
    "method": (method, "Method"),
}


def main() -> None:
    """Run the page that the address names."""
    st.set_page_config(page_title="whobuys", layout="wide")
    build: data.Build | None = None
    trouble: Exception | None = None
    try:
        build = data.current()
    except (data.NoDatabase, data.OtherShape) as error:
        trouble = error

    def page(path: str) -> st.Page:
        view, title = VIEWS[path]

        def show() -> None:
            if build is None:
                nothing.show(trouble)
            else:
                view.show(build)

        return st.Page(show, title=title, url_path=path, default=path == "")

    chosen = st.navigation([page(path) for path in VIEWS], position="hidden")
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        name_here = st.empty()
        controls.counting()
        menu_here = st.empty()
    parts.carry(controls.from_address())

    def masthead() -> None:
        with name_here:
            widgets.name()
        with menu_here:
            widgets.menu(
                chosen.url_path,
                has_changes=build is not None and bool(data.publications(build)),
                is_editor=editing.is_on(),
            )

    masthead()
    carried = parts.carried()
    chosen.run()
    if parts.carried() != carried:
        # A switch was moved on this page: the menu takes it along too.
        masthead()


if __name__ == "__main__":
    with turns.turn():
        main()
