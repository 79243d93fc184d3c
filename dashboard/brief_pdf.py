"""The hearing brief on paper: one page, tagged for screen readers (PDF/UA-1), letter or A4."""

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import brief, data
from dashboard.brief import Brief, Footnote, Line, Section
from dashboard.data import Build
from dashboard.parts import Strong

# What typst says of a sign that its fonts lack; Latin letters they have.
_NOT_SHOWN = re.compile(r'the text [`"]*(.+?)[`"]* could not be displayed')
_LATIN = range(0x20, 0x17F)

Paper = Literal["letter", "a4"]

_TEMPLATE = Path(__file__).with_name("brief.typ")
# As large as fits on one page: a hearing room is dim, and the page is read at arm's length.
_SIZES = (14, 13.5, 13, 12.5, 12, 11.5, 11, 10.5, 10, 9.5, 9)


def pdf(written: Brief, site: str, paper: Paper = "letter") -> bytes:
    """Return the brief as PDF; equal briefs give equal bytes.

    The type is the largest that fits one page; where not even the smallest fits, the last of the
    longest section goes, and its heading says that there is more.
    """
    # Our own template, typst's embedded fonts and nothing of this machine.
    compiler = typst.Compiler(_TEMPLATE, ignore_system_fonts=True)
    lacking: dict[int, str] = {}
    while True:
        for size in _SIZES:
            made = _compiled(compiler, _inputs(written, site, paper, size), written, lacking)
            if int(json.loads(compiler.query("<pages>", field="value", one=True))) == 1:
                return made
        shorter = _shorter(written)
        if shorter is None:
            raise ValueError(f"The brief on {written.title} does not fit on one page.")
        written = shorter


def _compiled(
    compiler: typst.Compiler, inputs: dict[str, object], written: Brief, lacking: dict[int, str]
) -> bytes:
    """Return the PDF; signs that the type lacks, an emoji in a name, become a question mark.

    `lacking` remembers them: a page for screen readers may hold no sign that cannot be shown.
    """
    day = datetime(written.as_of.year, written.as_of.month, written.as_of.day, tzinfo=UTC)
    while True:
        try:
            made = compiler.compile(
                format="pdf",
                sys_inputs={"brief": json.dumps(_plain(inputs, lacking))},
                pdf_standards="ua-1",
                timestamp=day,
            )
        except typst.TypstError as error:
            named = _NOT_SHOWN.search(error.message)
            signs = {ord(sign) for sign in named[1]} - {*lacking, *_LATIN} if named else set()
            if not signs:
                raise
            lacking.update(dict.fromkeys(signs, "?"))
            continue
        assert isinstance(made, bytes)  # noqa: S101 - one format, one document
        return made


def _plain(value: object, lacking: dict[int, str]) -> object:
    """Return the words without marks that turn or hide text, and with a `?` for lacking signs."""
    match value:
        case str():
            shown = "".join(s for s in value if unicodedata.category(s) not in ("Cc", "Cf", "Cs"))
            return shown.translate(lacking)
        case dict():
            return {key: _plain(each, lacking) for key, each in value.items()}
        case list():
            return [_plain(each, lacking) for each in value]
    return value


def _shorter(written: Brief) -> Brief | None:
    """Return the brief without the last line of the section that has most, or None."""
    longest = max(written.sections, key=lambda section: len(section.lines) + len(section.contracts))
    if len(longest.lines) + len(longest.contracts) < 2:  # noqa: PLR2004 - one line must stay
        return None
    cut = (
        replace(longest, contracts=longest.contracts[:-1])
        if longest.contracts
        else replace(longest, lines=longest.lines[:-1])
    )
    if not cut.heading.endswith("the live page"):
        cut = replace(cut, heading=f"{cut.heading}: more on the live page")
    return replace(
        written, sections=[cut if each is longest else each for each in written.sections]
    )


def _inputs(written: Brief, site: str, paper: Paper, size: float) -> dict[str, object]:
    return {
        "title": written.title,
        "under": written.under,
        "sections": [_section(section) for section in written.sections],
        "questions": list(written.questions),
        "address": f"{site.rstrip('/')}/{written.page}",
        "build_id": written.build_id,
        "year": written.as_of.year,
        "month": written.as_of.month,
        "day": written.as_of.day,
        "paper": paper,
        "size": size,
    }


def _section(section: Section) -> dict[str, object]:
    return {
        "heading": section.heading,
        "lines": [_line(line) for line in section.lines],
        "contracts": [vars(contract) for contract in section.contracts],
    }


def _line(line: Line) -> list[object]:
    return [
        {"strong": said.text}
        if isinstance(said, Strong)
        else {"note": said.text}
        if isinstance(said, Footnote)
        else said
        for said in line
    ]


class NotOneError(Exception):
    """A name that is no agency or place of these records, or several; says which."""


def named(name: str, site: str, paper: Paper = "letter") -> bytes:
    """Return the brief of an agency or place by id or name; NotOneError where it is not one."""
    build = data.current()
    found = data.called(build, name)
    # A place that has an agency of its own name is the place: Chicago is the city.
    if not found:
        raise NotOneError(
            f"No agency or place in these records is called {name}. The dashboard's search box "
            "finds names that are near."
        )
    if len({row["kind"] for row in found}) != len(found):
        listed = "".join(f"\n  {row['id']}  {row['name']}, {row['place_name']}" for row in found)
        raise NotOneError(f"{name} can mean several. Say which, by its id:{listed}")
    first = found[0]
    ids = (first["id"], "") if first["kind"] == "agency" else ("", first["id"])
    made = _made(build, *ids, paper, site)
    if made is None:
        raise NotOneError(f"{name} has no page in these records.")
    return made


@lru_cache(maxsize=64)
def _made(build: Build, agency: str, place: str, paper: Paper, site: str) -> bytes | None:
    written = brief.of_agency(build, agency) if agency else brief.of_place(build, place)
    return None if written is None else pdf(written, site, paper)


def answer(request: Request) -> Response:
    """Answer with the brief of `agency` or `place`, on `paper` letter or a4."""
    query = request.query_params
    agency, place = query.get("agency", ""), query.get("place", "")
    paper: Paper = "a4" if query.get("paper") == "a4" else "letter"
    try:
        build = data.named(query["build"]) if query.get("build") else data.current()
        made = _made(build, agency, place, paper, str(request.base_url))
    except (data.NoDatabase, data.OtherShape) as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    if made is None:
        return PlainTextResponse(
            "No such agency or place in these records. Search for it on the overview.\n",
            status_code=404,
        )
    return Response(
        made,
        media_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="whobuys-brief.pdf"'},
    )


BRIEFS: list[BaseRoute] = [Route("/export/brief.pdf", answer)]
