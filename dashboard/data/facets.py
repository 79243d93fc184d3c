"""The values that a filter can take, with how many purchases each would show."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from dashboard.data.columns import largest
from dashboard.data.held import held, mask
from dashboard.data.names import technologies
from dashboard.data.opening import Build
from dashboard.data.origins import sources
from dashboard.data.terms import Choice, Selection

_FACETS = {
    "technologies": "technology",
    "agencies": "agency",
    "vendors": "vendor",
    "makers": "maker",
    "statuses": "status",
    "kinds": "kind",
    "bases": "basis",
    "currencies": "currency",
    "forms": "form",
    "places": "place",
    "types": "type",
    "sources": "source",
    "competitions": "competition",
    "fundings": "funding",
}


_EVERY_STATUS = ("confirmed", "matched", "possible", "rejected")


@lru_cache(maxsize=2048)
def choices(build: Build, selection: Selection, facet: str, most: int = 1000) -> tuple[Choice, ...]:
    """Return the values one filter can take, the most frequent first.

    Counts obey every other filter, but not this one: they say what a click would show.
    """
    free: dict[str, Any] = {facet: _EVERY_STATUS if facet == "statuses" else ()}
    known = held(build)
    chosen = mask(build, replace(selection, **free))
    if facet == "years":
        years = known.years
        counts = years.counts(chosen[known.moved.row])
        order = sorted(np.flatnonzero(counts).tolist(), key=lambda n: -int(years.keys[n]))[:most]
        return tuple(Choice(str(years.keys[n]), str(years.keys[n]), int(counts[n])) for n in order)
    if facet == "flags":
        group, chosen = known.flags, chosen[known.flag_rows]
    else:
        group = known.groups[_FACETS[facet]]
    counts = group.counts(chosen)
    names = _names(build, facet)
    return tuple(
        Choice(group.keys[n], names.get(group.keys[n]) or str(group.names[n]), int(counts[n]))
        for n in largest(counts, group.names, np.flatnonzero(counts), most)
    )


def _names(build: Build, facet: str) -> dict[Any, Any]:
    """Return names that stand in tables of their own, by id."""
    if facet == "types":
        return {t["type"]: t["name"] for row in technologies(build) for t in row["types"] or ()}
    if facet == "sources":
        return {row["source_id"]: row["title"] for row in sources(build)}
    return {}
