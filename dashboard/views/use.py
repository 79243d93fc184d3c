"""Use: which agencies used what, whether or not they paid, and what they answered."""

import streamlit as st

from dashboard import blocks, data, foot, paging, use_law, widgets
from dashboard import format as fmt
from dashboard.data import Build, Reported
from dashboard.parts import Link, address

ANY = "Any"
_SIZE = 50


def show(build: Build) -> None:
    """Show the searchable table of reports, the answers counted, and the lists of questions."""
    widgets.title("Who used it, and what they answered")
    in_all = data.how_many_uses(build, Reported())
    answer_here = st.container()
    asked = _asked(build)
    number = data.how_many_uses(build, asked)
    page = paging.page(number, _SIZE)
    rows = data.uses(build, asked, _SIZE, page.number)
    with answer_here:
        said = (
            f"{fmt.capital(fmt.count(in_all, 'report'))} of use, trial or access "
            f"{'is' if in_all == 1 else 'are'} on record, whether or not the agency paid."
            + (
                f" {fmt.capital(fmt.count(number, 'report'))} "
                f"{'fits' if number == 1 else 'fit'} what you asked for."
                if asked != Reported()
                else ""
            )
        )
        widgets.answer(said)
        widgets.small_print(
            "Each with its source. A denial is a claim, and so is a report: numbers that disagree "
            "stand side by side. No list of use is complete, so absence here means nothing."
        )
    if rows:
        use_law.uses(
            rows,
            page.of("Reports of use, single agencies first"),
        )
        paging.steps("use", page)
        widgets.downloads(_download(build, asked))
    else:
        widgets.notice("No report fits. That says nothing about use: most of it is never reported.")
    widgets.heading("Questions that use, law and money raise", use_law.QUESTION, "questions")
    use_law.lists_in_short(build)
    foot.records(
        build,
        f"{said} A report is a claim with its source.",
        foot.here("use"),
        [_download(build, asked)],
        foot.most_first(data.use_sources(build, asked)),
    )
    blocks.footer(build)


def _download(build: Build, asked: Reported) -> Link:
    return Link(
        "Download these reports as CSV",
        address(
            "export/uses.csv",
            q=asked.words,
            vendor=asked.vendor_id,
            technology=asked.technology,
            answer=asked.answer,
            build=build.build_id,
        ),
        is_download=True,
    )


def _asked(build: Build) -> Reported:
    """Show the search and the filters, which stand in the address; return what they say."""
    choices = data.use_choices(build)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        words = use_law.search()
        vendors = {str(row["name"]): row["id"] for row in choices["vendor_id"]}
        kinds = {str(row["name"]): row["id"] for row in choices["technology"]}
        answers = {fmt.capital(use_law.ANSWERS[row["id"]]): row["id"] for row in choices["answer"]}
        vendor = st.selectbox("Product of", [ANY, *vendors], key="vendor", bind="query-params")
        kind = st.selectbox("Technology", [ANY, *kinds], key="technology", bind="query-params")
        answer = st.selectbox("Answer", [ANY, *answers], key="answer", bind="query-params")
    return Reported(
        words=words,
        vendor_id=vendors.get(vendor or ""),
        technology=kinds.get(kind or ""),
        answer=answers.get(answer or ""),
    )
