"""Federal grants with which local agencies buy: by programme, recipient, year and technology."""

import streamlit as st

from dashboard import beside, blocks, data, foot, paging, widgets
from dashboard import format as fmt
from dashboard.data import Build, GrantSelection, Row
from dashboard.parts import Link, Part, Strong

_ANY = "Any"
_SIZE = 50
_TITLE = "Federal grants with which local agencies buy"


def show(build: Build) -> None:
    """Show the grants, what they speak of, and the rows."""
    widgets.title(_TITLE)
    if not data.has_grants(build):
        widgets.answer("No grants are loaded yet: nothing was searched.")
        widgets.text(
            "Grants come from USAspending: `whobuys fetch us_federal_grants`, or add a file of "
            "assistance transactions with `whobuys add FILE --source us_federal_grants`."
        )
        blocks.footer(build)
        return
    answer_here = st.container()
    chosen = _controls(build)
    total = data.grants_total(build, chosen)
    with answer_here:
        widgets.answer(_answer(total))
        widgets.small_print(
            [
                beside.GRANTS_BASIS,
                (
                    "A technology is what a grant's own words name; most name none, which says "
                    "nothing about what was bought. "
                ),
                Link("How we know", "method"),
            ]
        )
    if total["grants"]:
        widgets.side_by_side(
            *(
                beside.sums_table(data.grants_by(build, chosen, group), f"By {words}", head)
                for group, words, head in (
                    ("listing", "programme", "Programme"),
                    ("technology", "technology in their words", "Technology"),
                    ("year", "fiscal year of the first action", "Fiscal year"),
                    ("recipient", "recipient, the largest first", "Recipient"),
                )
            )
        )
        widgets.heading("The grants", "The first words lead to the official record.", "rows")
        page = paging.page(total["grants"], _SIZE)
        beside.grants_table(
            data.grants(build, chosen, page.number, _SIZE),
            page.of("Grants, newest first"),
        )
        paging.steps("grants", page)
        foot.records(
            build,
            [*_answer(total), f" {beside.GRANTS_BASIS}"],
            foot.here("grants"),
            [foot.file("grants", "Download these rows as CSV", build, **_query(chosen))],
            foot.sources_of(
                build,
                {row["id"]: row["grants"] for row in data.grants_by(build, chosen, "source")},
            ),
        )
    else:
        widgets.notice("No grant has all of this. Take a filter away.")
    blocks.footer(build)


def _controls(build: Build) -> GrantSelection:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Words in the grant: recipient, city, what for",
            type="search",
            key="q",
            bind="query-params",
        )
        picked = {
            name: st.selectbox(
                label,
                [_ANY, *sorted(_options(build, name))],
                key=name,
                bind="query-params",
                width=230,
            )
            for name, label in (
                ("programme", "Programme"),
                ("speaks_of", "Technology in its words"),
                ("year", "Fiscal year of first action"),
            )
        }
    known = {name: _options(build, name) for name in picked}
    ids = {name: (known[name][words],) if words in known[name] else ()
           for name, words in picked.items()}  # fmt: skip
    return GrantSelection(
        listings=tuple(map(str, ids["programme"])),
        technologies=tuple(map(str, ids["speaks_of"])),
        years=tuple(int(str(year)) for year in ids["year"]),
        text=(text or "").strip(),
        agency=st.query_params.get("agency", ""),
    )


_FACETS = {"programme": "listing", "speaks_of": "technology", "year": "year"}


def _options(build: Build, name: str) -> dict[str, object]:
    rows = data.grants_by(build, GrantSelection(), _FACETS[name], 1000)
    return {(f"FY{row['name']}" if name == "year" else str(row["name"])): row["id"] for row in rows}


def _query(chosen: GrantSelection) -> dict[str, object]:
    return {
        "listing": chosen.listings,
        "technology": chosen.technologies,
        "year": chosen.years,
        "q": chosen.text,
        "agency": chosen.agency,
    }


def _answer(total: Row) -> list[Part]:
    return [
        "We found ",
        Strong(fmt.count(total["grants"], "grant")),
        " to ",
        Strong(fmt.count(total["recipients"], "recipient")),
        " with ",
        Strong(fmt.money(total["amount_usd"])),
        f" obligated, {fmt.months(total['first_date'], total['last_date'])}. The words of ",
        Strong(f"{total['telling']:,}"),
        (
            f" of them ({fmt.money(total['telling_usd'])}) speak of surveillance technology or of "
            "neighbouring goods; the others may have bought it too."
        ),
    ]
