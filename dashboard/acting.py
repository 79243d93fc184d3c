"""What a reader can do next: take the hearing brief, see what ends, ask for the contract."""

from dashboard import widgets
from dashboard.data import Build
from dashboard.parts import Link, address


def brief_buttons(build: Build, *, agency: str = "", place: str = "") -> None:
    """Show the links to the one-page hearing brief, on either size of paper."""

    def link(text: str, paper: str, label: str) -> Link:
        where = address(
            "export/brief.pdf", agency=agency, place=place, paper=paper, build=build.build_id
        )
        return Link(text, where, is_download=True, label=label)

    widgets.downloads(
        link("Hearing brief, one page (PDF)", "letter", "Hearing brief, one page, PDF, letter"),
        link("on A4", "a4", "Hearing brief, one page, PDF, A4"),
    )
