"""Filters as they stand in an address, and the selection they mean.

The Explore page and the downloads read the same address, so a download is what was seen.
Values in an address are the words of the screen (`technology=Face recognition`), not ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dashboard import data
from dashboard import format as fmt
from dashboard.data import Build, Selection

STRICT = "Surveillance technology"
RELATED = "With neighbouring goods"
SCOPES = (STRICT, RELATED)

COUNTED = ("confirmed", "matched")
STATUSES = {fmt.capital(words): key for key, words in fmt.STATUS_WORDS.items()}
DEFAULT_STATUSES = tuple(fmt.capital(fmt.STATUS_WORDS[key]) for key in COUNTED)
KINDS = {fmt.capital(words): key for key, words in fmt.KIND_WORDS.items()}
BASES = {fmt.capital(key): key for key in fmt.BASIS_GLOSS}


@dataclass(frozen=True)
class Filter:
    """One filter: its name in the address, its label, the facet of the data it asks about."""

    name: str
    label: str
    facet: str


FILTERS = (
    Filter("technology", "Technology", "technologies"),
    Filter("agency", "Agency", "agencies"),
    Filter("vendor", "Vendor", "vendors"),
    Filter("maker", "Maker", "makers"),
    Filter("year", "Fiscal year", "years"),
    Filter("status", "How sure", "statuses"),
    Filter("form", "Goods, software or service", "forms"),
    Filter("kind", "Kind of record", "kinds"),
    Filter("basis", "What amounts mean", "bases"),
)

Address = Mapping[str, Sequence[str]]

_EVERYTHING = Selection(statuses=tuple(fmt.STATUS_WORDS), with_related=True)


def words_for(facet: str, value: str) -> str:
    """Return a filter's value in the words of the screen."""
    match facet:
        case "statuses":
            return fmt.capital(fmt.STATUS_WORDS[value])
        case "kinds":
            return fmt.capital(fmt.KIND_WORDS[value])
        case "bases" | "forms":
            return fmt.capital(value)
        case "years":
            return f"FY{value}"
    return value


@lru_cache(maxsize=64)
def options(build: Build, facet: str) -> Mapping[str, str]:
    """Return every value a filter can take in this build: words of the screen to id.

    Two vendors of one name stay two: the second says so.
    """
    named: dict[str, str] = {}
    for choice in data.choices(build, _EVERYTHING, facet, 100_000):
        words = words_for(facet, choice.name)
        number = 2
        while words in named:
            words = f"{words_for(facet, choice.name)} (another, {number})"
            number += 1
        named[words] = choice.id
    if facet == "statuses":
        return STATUSES
    return named


def first_options(build: Build, facet: str, chosen: Sequence[str], most: int = 1000) -> list[str]:
    """Return the options a list offers: the most frequent, and whatever the address names."""
    known = options(build, facet)
    offered = list(known)[:most]
    return offered + [words for words in chosen if words in known and words not in offered]


def selection(build: Build, query: Address) -> Selection:
    """Return the selection that an address means. What it names and nobody knows is ignored."""
    ids: dict[str, tuple[str, ...]] = {}
    for each in FILTERS:
        known = options(build, each.facet)
        ids[each.facet] = tuple(known[w] for w in query.get(each.name, ()) if w in known)
    years = tuple(int(year) for year in ids.pop("years") if year.isdigit())
    statuses = ids.pop("statuses") or COUNTED
    if list(query.get("status", ["?"])) in ([], [""]):
        statuses = tuple(fmt.STATUS_WORDS)  # an emptied filter means any
    return Selection(
        text=" ".join(query.get("q", ())).strip(),
        technologies=ids["technologies"],
        agencies=ids["agencies"],
        vendors=ids["vendors"],
        makers=ids["makers"],
        years=years,
        statuses=statuses,
        with_related=RELATED in query.get("scope", ()),
        kinds=ids["kinds"],
        bases=ids["bases"],
        forms=ids["forms"],
        without_technologies=tuple(
            known[w]
            for known in (options(build, "technologies"),)
            for w in query.get("leave_out", ())
            if w in known
        ),
        without_staffing="true" in query.get("staffing", ()),
    )


def described(selection_: Selection, build: Build) -> str:
    """Return the selection in words, for a citation."""
    said = [RELATED if selection_.with_related else STRICT]
    if selection_.text:
        said.append(f"words: {selection_.text}")
    if selection_.without_technologies:
        names = {key: words for words, key in options(build, "technologies").items()}
        said.append("without: " + fmt.listed(names[t] for t in selection_.without_technologies))
    if selection_.without_staffing:
        said.append("without staffing")
    for each in FILTERS:
        chosen = [str(value) for value in getattr(selection_, each.facet)]
        words = [name for name, key in options(build, each.facet).items() if key in chosen]
        if words:
            said.append(f"{each.label.lower()}: {fmt.listed(words)}")
    return "; ".join(said)
