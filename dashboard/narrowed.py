"""The answer over the rows of Explore: plain counts, or who bought from whom where one of each."""

from collections.abc import Sequence

from dashboard import data, filters, place_parts, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Selection, Total
from dashboard.parts import Strong


def answer(build: Build, chosen: Selection, number: int, totals: Sequence[Total]) -> None:
    """Show how many purchases and what they come to; of one buyer and one seller, in a sentence."""
    buyer = _only(build, chosen, ("agencies", "places"))
    seller = _only(build, chosen, ("vendors", "makers"))
    if buyer and seller and totals:
        is_maker = not chosen.vendors
        widgets.answer(sentences.bought_from(totals, seller, [fmt.the(buyer)], is_maker=is_maker))
        return
    widgets.answer(
        [Strong(fmt.capital(fmt.count(number, "purchase"))), *sentences.sums(totals)],
    )


def coverage(build: Build, chosen: Selection) -> None:
    """Show what was searched: for the one agency or place that is chosen, or for all."""
    if len(chosen.agencies) == 1:
        widgets.coverage(
            sentences.searched_for(data.coverage_of(build, chosen.agencies[0])),
            "every other source. Absence here means nothing.",
        )
        return
    if len(chosen.places) == 1:
        widgets.coverage(
            place_parts.covered(data.coverage_of_place(build, chosen.places[0])),
            "every other source. Absence here means nothing.",
        )
        return
    everywhere = data.coverage(build)
    widgets.coverage(
        sentences.covered(everywhere, data.sources(build)), sentences.not_searched(everywhere)
    )


def _only(build: Build, chosen: Selection, facets: Sequence[str]) -> str:
    """Return the name of the one value that these filters have together, else nothing."""
    named = [(facet, key) for facet in facets for key in getattr(chosen, facet)]
    if len(named) != 1:
        return ""
    ((facet, key),) = named
    return filters.words_of(build, facet, key) or ""
