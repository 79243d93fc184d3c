"""Issues: what could not be taken from the records as it stands, and why."""

import streamlit as st

from dashboard import blocks, data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Break, Code, Link, Muted, Parts, Strong, address
from dashboard.widgets import Head

ANY = "Any"
_PAGE = 100


def show(build: Build) -> None:
    """Show the filters and the issues that fit, a page at a time."""
    widgets.title("Issues found in the data")
    answer_here = st.container()
    choices = data.issue_choices(build)
    sources = {str(row["name"]): str(row["id"]) for row in choices["source_id"]}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        words = st.text_input(
            "Words in the message, value, file or column", key="q", type="search",
            bind="query-params", placeholder="For example amount",
        )  # fmt: skip
        source = st.selectbox("Source", [ANY, *sources], key="source", bind="query-params")
        kinds = [str(row["id"]) for row in choices["kind"]]
        kind = st.selectbox("Kind", [ANY, *kinds], key="issue", bind="query-params")
    asked = {
        "source_id": sources.get(source or ""),
        "kind": kind if kind in kinds else None,
        "words": " ".join((words or "").lower().split()),
    }
    number = data.how_many_issues(build, **asked)
    last = max(1, -(-number // _PAGE))
    given = st.query_params.get("page", "1")
    page = min(max(int(given), 1), last) if given.isdecimal() else 1
    with answer_here:
        widgets.answer(
            [
                Strong(fmt.capital(fmt.count(number, "issue"))),
                " with all of this." if any(asked.values()) else " found in these files.",
            ]
        )
        widgets.small_print(
            "A value that could not be read, a column not known, a row set aside. Nothing was "
            "guessed, and nothing set to zero; the publisher's value stands as it was."
        )
    if number:
        widgets.table(
            f"Issues, page {page:,} of {last:,}",
            [
                Head("What was found", role="what"),
                Head("Source"),
                Head("Kind"),
                Head("Column"),
                Head("Value as it stands"),
                Head("File and row"),
            ],
            [_issue(row) for row in data.issues(build, **asked, page=page, size=_PAGE)],
        )
        kept = {
            "q": words, "source": source if source != ANY else None,
            "issue": kind if kind != ANY else None,
        }  # fmt: skip
        links = []
        if page > 1:
            links.append(Link("Previous page", address("issues", **kept, page=page - 1)))
        if page < last:
            links.append(Link("Next page", address("issues", **kept, page=page + 1)))
        if links:
            widgets.downloads(*links)
    else:
        widgets.notice(
            "None was found in the files of this build.",
            ["Take a filter away, or see ", Link("the sources", "sources"), "."],
        )
    blocks.footer(build)


def _issue(row: Row) -> list[Parts]:
    place = str(row["raw_file"] or fmt.MISSING)
    if row["raw_row"] is not None:
        place += f", row {row['raw_row']:,}"
    return [
        fmt.capital(str(row["message"])),
        Link(str(row["title"] or row["source_id"]), f"sources#{row['source_id']}"),
        str(row["kind"]),
        Code(str(row["column_name"])) if row["column_name"] else Muted("none"),
        fmt.clip(str(row["value"]), 120) if row["value"] is not None else Muted("none"),
        [place, Break(), Muted(str(row["raw_member"] or ""))],
    ]
