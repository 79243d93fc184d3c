"""What became of figures that an address says were seen: quoted, checked, set beside today's.

The address in a citation carries what was seen. Opened when a newer build is published, the page
says what each figure was, what it is now, and which changes lie between. What a figure is, in
which words it is said and what moved it differ by page: that is its `Subject`.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Protocol
from urllib.parse import quote

import streamlit as st

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure
from dashboard.parts import Part

_NAME = "cited"
_BETWEEN = "~"
# Build, day, purchases, kind of record, basis and amount are always said.
_FEWEST, _MOST = 6, 9
# An address is anybody's: no more figures of it are looked up than a citation of ours holds.
_MOST_FIGURES = 12

# Purchases and their amount; None where the build has no such figure.
Figure = tuple[int, Decimal] | None


@dataclass(frozen=True)
class Cited:
    """What an address says was seen: the build, its day, and one figure."""

    build_id: str
    as_of: date
    purchases: int
    record_kind: str
    basis: str
    amount: Decimal
    currency: str = "USD"
    # Where a page has figures of several: whose this one is, by id, and of which fiscal years.
    whose: str = ""
    years: tuple[int, ...] = ()

    @property
    def measure(self) -> Measure:
        """Return the kind of money."""
        return Measure(self.record_kind, self.basis, self.currency)

    @property
    def claimed(self) -> Figure:
        """Return the figure that was seen."""
        return self.purchases, self.amount


class Subject(Protocol):
    """What the figures of a page are: where a build has them, their words, what moved them."""

    def figure(self, build: Build, cited: Cited) -> Figure:
        """Return the figure that a build has for what was cited."""

    def words(self, cited: Cited, figure: Figure) -> list[Part]:
        """Return such a figure as a sentence has it."""

    def because(self, moved: Sequence[Cited]) -> list[Part]:
        """Return which changes lie between the cited build and this one; nothing if unknown."""


def written(build: Build, measure: Measure, purchases: int, amount: Decimal, whose: str = "",
            years: Sequence[int] = ()) -> str:  # fmt: skip
    """Return a figure of this build as an address carries it."""
    about = data.about(build)
    cited = Cited(
        str(about["build_id"]), about["as_of"], purchases, measure.record_kind, measure.basis,
        amount, measure.currency, whose, tuple(years),
    )  # fmt: skip
    *always, currency, _, _ = astuple(cited)
    more = [currency, whose, ".".join(str(year) for year in years)]
    # Dollars go unsaid, as in every address that was cited before other currencies.
    while more and more[-1] in ("", "USD"):
        more.pop()
    return _BETWEEN.join(quote(str(part), safe="") for part in (*always, *more))


def read(text: str) -> Cited | None:
    """Return what an address says was seen; None where it says nothing that can be read."""
    parts = text.split(_BETWEEN)
    if not _FEWEST <= len(parts) <= _MOST:
        return None
    build_id, as_of, purchases, record_kind, basis, amount, *others = parts
    if record_kind not in fmt.KIND_WORDS or basis not in fmt.BASIS_GLOSS:
        return None
    currency, whose, years = (*others, "", "", "")[:3]
    try:
        cited = Cited(
            build_id[:40],
            date.fromisoformat(as_of),
            int(purchases),
            record_kind,
            basis,
            Decimal(amount),
            currency[:3] or "USD",
            whose,
            tuple(int(year) for year in years.split(".") if year),
        )
    except (ValueError, InvalidOperation):
        return None
    return cited if cited.amount.is_finite() else None


def with_figures(address: str, figures: Sequence[str]) -> str:
    """Return the address with what is seen there, each figure as `written`."""
    asked = "&".join(f"{_NAME}={figure}" for figure in figures)
    if not asked:
        return address
    return f"{address}{'&' if '?' in address else '?'}{asked}"


def then(build: Build, subject: Subject) -> None:
    """Say what the address claims was seen, whether it was, and what the figures are now.

    Anyone can edit an address: it is quoted as what the address says, and checked against the
    build that it names while that build is kept.
    """
    said = [read(text) for text in st.query_params.get_all(_NAME)[:_MOST_FIGURES]]
    known = [cited for cited in said if cited is not None]
    cited = [each for each in known if each.build_id == known[0].build_id]
    if not cited:
        return
    moved = [each for each in cited if subject.figure(build, each) != each.claimed]
    if cited[0].build_id == data.about(build)["build_id"]:
        if moved:
            widgets.notice(
                [*_says(subject, cited), "This page is of that build, and it says otherwise."]
            )  # fmt: skip
        return
    widgets.notice(_checked(build, subject, cited), *_since(build, subject, cited, moved))


def _checked(build: Build, subject: Subject, cited: Sequence[Cited]) -> list[Part]:
    """Return what was in the build that an address names, as far as that is known."""
    published = data.published_on(build, cited[0].build_id)
    if published is None:
        return [
            *_says(subject, cited),
            (
                "We have no record of a build of that name, so nothing shows that this was ever "
                "published here."
            ),
        ]
    older = data.kept(cited[0].build_id)
    if older is None:
        return [
            *_says(subject, cited),
            f"The build of {fmt.day(published)} is kept no more, so this can no longer be checked.",
        ]
    was = _told(subject, cited, lambda each: subject.figure(older, each))
    if any(subject.figure(older, each) != each.claimed for each in cited):
        return [*_says(subject, cited), f"In the build of {fmt.day(published)} it was ", *was, "."]
    return [f"This was cited from the build of {fmt.day(published)}: it was ", *was, " then."]


def _since(
    build: Build, subject: Subject, cited: Sequence[Cited], moved: Sequence[Cited]
) -> list[list[Part]]:
    """Return what the figures are now, and which changes lie between."""
    day = fmt.day(data.about(build)["as_of"])
    if not moved:
        return [[f"It is the same in the build of {day}."]]
    now = _told(subject, cited, lambda each: subject.figure(build, each))
    said: list[Part] = [f"Now, in the build of {day}: ", *now, ". "]
    if data.published_on(build, cited[0].build_id) is not None:
        said += subject.because(moved) or ["Which records moved it is not in this database."]
    return [said]


def _says(subject: Subject, cited: Sequence[Cited]) -> list[Part]:
    return ["The address says ", *_told(subject, cited, lambda each: each.claimed), ". "]


def _told(
    subject: Subject, cited: Sequence[Cited], figure: Callable[[Cited], Figure]
) -> list[Part]:
    said: list[Part] = []
    for each in cited:
        said += ["; "] if said else []
        said += subject.words(each, figure(each))
    return said
