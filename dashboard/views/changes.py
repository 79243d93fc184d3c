"""What changed: the newest publication's changes as rows, and feeds of them."""

import streamlit as st

from dashboard import blocks, change_words, data, feeds, foot, paging, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Rows, Watched
from dashboard.parts import Clipped, Link, Muted, Part, Parts, Strong, address
from dashboard.widgets import Head

_ANY = "All changes"


def show(build: Build) -> None:
    """Show what changed at one publication, the newest unless the address names another."""
    widgets.title("What changed")
    publications = data.publications(build)
    if not publications:
        widgets.answer(
            "Nothing has changed yet: this is the first publication here, or every one since has "
            "given the same purchases."
        )
        _follow()
        blocks.footer(build)
        return
    named = {str(row["to_date"]): row for row in publications}
    chosen = named.get(st.query_params.get("to", ""), publications[0])
    kinds = data.change_kinds(build, chosen["to_date"])
    counted = [f"{row['purchases']:,} {_kind(row['kind'])}" for row in kinds]
    said: list[Part] = [
        f"Between {fmt.day(chosen['from_date'])} and {fmt.day(chosen['to_date'])}, ",
        Strong(fmt.count(chosen["purchases"], "counted purchase")),
        f" changed: {fmt.listed(counted)}.",
    ]
    widgets.answer(said)
    widgets.coverage(
        sentences.covered(data.coverage(build), data.sources(build)),
        sentences.not_searched(data.coverage(build)),
    )
    widgets.small_print(
        "A change is between two publications of these pages, not the day on which an agency "
        "acted: records arrive late. Each row says whether the record changed or our rules did."
    )
    kind = _kind_filter(kinds)
    widgets.heading("Each change", anchor="rows")
    page = paging.page(data.how_many_changes(build, kind, chosen["to_date"]))
    rows = data.changes(build, Watched(), kind, chosen["to_date"], page.size, page.start)
    _table(
        rows,
        page.of(f"Changes published on {fmt.day(chosen['to_date'])}, the largest first"),
    )
    paging.steps("changes", page)
    _follow()
    if len(publications) > 1:
        widgets.heading("Earlier publications", anchor="earlier")
        widgets.bullets(
            [
                [
                    Link(fmt.day(row["to_date"]), address("changes", to=row["to_date"])),
                    f": {fmt.count(row['purchases'], 'purchase')} changed",
                ]
                for row in publications
            ]
        )
    files = [
        foot.file(
            "changes", "Download these changes as CSV", build, kind=kind, to=chosen["to_date"]
        ),
        Link("Changes for programs, as JSON", "api/v1/changes"),
    ]
    sources = foot.sources_of(build, data.changed_sources(build, kind, chosen["to_date"]))
    foot.records(build, said, foot.here("changes", to=chosen["to_date"]), files, sources)
    blocks.footer(build)


def _kind(kind: str) -> str:
    return change_words.KINDS.get(kind, kind)


def _kind_filter(kinds: Rows) -> tuple[str, ...]:
    """Show which kinds of changes there are; return the chosen one, or none for all."""
    named = {fmt.capital(_kind(str(row["kind"]))): str(row["kind"]) for row in kinds}
    if len(named) < 2:  # noqa: PLR2004 - one kind is no choice
        return ()
    chosen = st.segmented_control(
        "Show",
        [_ANY, *named],
        default=_ANY,
        required=True,
        key="kind",
        bind="query-params",
        on_change=paging.first,
        wrap=True,
    )
    return (named[chosen],) if chosen in named else ()


def _table(rows: Rows, caption: str) -> None:
    widgets.table(
        caption,
        [
            Head("Change", role="date"),
            Head("What", role="what"),
            Head("Agency"),
            Head("Vendor"),
            Head("Difference", role="amount"),
            Head("Why"),
        ],
        [
            [
                fmt.capital(change_words.kind(row)),
                Clipped(
                    Link(
                        fmt.clip(str(row["description"] or row["purchase_id"]), 120),
                        address("purchase", id=row["purchase_id"]),
                    ),
                    str(row["description"] or ""),
                ),
                Link(str(row["agency_name"]), address("agency", id=row["agency_id"]))
                if row["agency_id"]
                else Muted(fmt.MISSING),
                sentences.sold_by(row),
                # A sign on the line before its figure would be missed.
                change_words.difference(row).replace(fmt.MINUS, f"{fmt.MINUS}\u2060"),
                _why(row),
            ]
            for row in rows
        ],
    )


def _why(row: data.Row) -> Parts:
    words = change_words.reason(row)
    return Clipped(fmt.clip(words, 160), words)


def _follow() -> None:
    widgets.heading(
        "Follow",
        "No account: a feed reader or a calendar asks these addresses. Every agency, vendor and "
        "technology has its own on its page.",
        "follow",
    )
    widgets.downloads(*feeds.links())
