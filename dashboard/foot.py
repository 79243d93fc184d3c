"""The foot of every page that carries figures: cite it, share it, take its rows, dispute it."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import cited, citing, data, filters, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Selection, Total
from dashboard.parts import Link, Parts, address, plain

# What someone who disputes something is asked to write.
TO_FILL_IN = "What is wrong:\nWhat shows it:\nWho I am, and whether my name may be published:"
# As many sources as a citation names.
_MOST_SOURCES = 3
_FORMS = (("csv", "CSV"), ("xlsx", "XLSX"), ("parquet", "Parquet"), ("json", "JSON"))


# What an address says of the reader and not of the page.
_NOT_OF_THE_PAGE = ("cited", "page")


def here(page: str, *switches: str, **own: object) -> str:
    """Return the address of the page on screen: what it is about, and its own switches as set."""
    said = {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if name not in _NOT_OF_THE_PAGE
    }
    now = {name: st.session_state[name] for name in switches if st.session_state.get(name)}
    return address(page, **{**said, **now, **own})


def purchases(
    build: Build,
    chosen: Selection,
    totals: Sequence[Total],
    where: str,
    *,
    caveats: Sequence[str] = (),
    rows: Sequence[Parts] | None = None,
) -> None:
    """Show the foot of a page whose figures are sums of purchases.

    `where` is the address of the page; `rows` are its own downloads, where those of the
    selection would not be what is seen.
    """
    described = filters.described(chosen, build)
    covered = plain(sentences.covered(data.coverage(build), data.sources(build)))
    searched = f"Covered: {covered} Absence from these records means nothing."
    said = citing.citation(
        build,
        chosen,
        totals,
        described,
        citing.whole(citing.with_figure(build, totals, where)),
        [*caveats, searched],
    )
    shown = "; ".join(plain(sentences.sums([total])) for total in totals).lstrip(", ")
    _show(
        build, said, where, shown or described, downloads(build, chosen) if rows is None else rows
    )


def records(
    build: Build,
    said: Parts,
    where: str,
    rows: Sequence[Parts],
    source: str,
    figures: Sequence[str] = (),
) -> None:
    """Show the foot of a page that counts other things than purchases: what it says is cited.

    `source` says where it is from; `figures` are those that the address holds, as `cited.written`.
    """
    about = data.about(build)
    words = plain(said)
    text = (
        f"{words} Absence from these records means nothing. "
        f"Source: {source or 'none of the sources'}. "
        f"Found with whobuys, as of {fmt.day(about['as_of'])}, build {about['build_id']}: "
        f"{citing.whole(cited.with_figures(where, figures))}"
    )
    _show(build, text, where, words, rows)


def sources_of(build: Build, rows: Mapping[str, int]) -> str:
    """Return the titles of sources, given how many rows come from each by its id."""
    titles = {row["source_id"]: str(row["title"]) for row in data.declared_sources(build)}
    return most_first({titles[each]: number for each, number in rows.items() if each in titles})


def most_first(titles: Mapping[str, int]) -> str:
    """Return titles in a sentence's words, those of most rows first."""
    return fmt.listed(sorted(titles, key=lambda each: (-titles[each], each)), _MOST_SOURCES)


def file(name: str, words: str, build: Build, **asked: object) -> Link:
    """Return the link to a list as CSV, from the build on screen."""
    return Link(words, address(f"export/{name}.csv", **asked, build=build.build_id),
                is_download=True)  # fmt: skip


# A kind of money in the address of a download.
MEASURE = ("of", "meaning", "unit")


def measure_asked(measure: Measure) -> dict[str, str]:
    """Return a kind of money as the address of a download has it."""
    parts = (measure.record_kind, measure.basis, measure.currency)
    return dict(zip(MEASURE, parts, strict=True))


def downloads(build: Build, chosen: Selection) -> list[Parts]:
    """Return the links to exactly these purchases as files, and to their rows in Explore."""
    query = filters.query_of(build, chosen)
    if query is None:
        return []
    files = in_every_form(
        "Download the purchases",
        lambda ending: address(f"export/purchases.{ending}", **query, build=build.build_id),
    )
    return [*files, Link("See them in Explore", address("explore", **query))]


def in_every_form(what: str, leads: Callable[[str], str], short: str = "") -> list[Link]:
    """Return links to a file in each of its forms; `leads` gives the address by its ending.

    The first says all (`Download the purchases as CSV`), the others are `short` and the form.
    """
    return [
        Link(
            f"{short}{words}" if number else f"{what} as {words}",
            leads(ending),
            is_download=True,
            label=f"{what} as {words}",
        )
        for number, (ending, words) in enumerate(_FORMS)
    ]


def _show(build: Build, said: str, where: str, shown: str, rows: Sequence[Parts]) -> None:
    widgets.heading("Cite, share, download, dispute", anchor="cite")
    widgets.copyable("Copy the citation", said)
    if rows:
        widgets.downloads(*rows)
    widgets.copyable_folded(
        "Share this page", "", "Copy the address", citing.whole(where)
    )  # fmt: skip
    widgets.copyable_folded(
        "Something is wrong here: dispute it",
        "Send this text to whoever runs this site, with what is wrong and what shows it. A "
        "correction is kept with its reason and stays.",
        "Copy the text",
        dispute(build, where, shown),
    )


def dispute(build: Build, where: str, shown: str) -> str:
    """Return a ready-made text for someone who thinks that a page is wrong."""
    return (
        f"I dispute what whobuys shows at {citing.whole(where)} "
        f"(build {data.about(build)['build_id']}).\n"
        f"Shown there: {shown}\n"
        f"{TO_FILL_IN}"
    )
