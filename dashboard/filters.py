"""Filters as they stand in an address, and the selection they mean.

The Explore page and the downloads read the same address, so a download is what was seen.
Values in an address are the words of the screen (`technology=Face recognition`), not ids.
"""

import itertools
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dashboard import data
from dashboard import format as fmt
from dashboard.data import Build, Selection

STRICT = "Surveillance technology"
RELATED = "With neighbouring goods"
DOUBTFUL = "With doubtful purchases"
SCOPES = (STRICT, RELATED, DOUBTFUL)

COUNTED = ("confirmed", "matched")
WITH_DOUBTFUL = (*COUNTED, "possible")
STATUSES = {fmt.capital(words): key for key, words in fmt.STATUS_WORDS.items()}
KINDS = {fmt.capital(words): key for key, words in fmt.KIND_WORDS.items()}


@dataclass(frozen=True)
class Filter:
    """One filter: its name in the address, its label, the facet of the data it asks about."""

    name: str
    label: str
    facet: str


# Between the ids of a programme in an address; no id has it.
BETWEEN = "~"
_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?")
_LARGEST = Decimal("9999999999999999")

FILTERS = (
    Filter("technology", "Technology", "technologies"),
    Filter("type", "Type of technology", "types"),
    Filter("place", "Place", "places"),
    Filter("agency", "Agency", "agencies"),
    Filter("vendor", "Vendor", "vendors"),
    Filter("maker", "Maker", "makers"),
    Filter("year", "Fiscal year", "years"),
    Filter("status", "How sure", "statuses"),
    Filter("form", "Goods, software or service", "forms"),
    Filter("kind", "Kind of record", "kinds"),
    Filter("basis", "What amounts mean", "bases"),
    Filter("currency", "Currency", "currencies"),
    Filter("competition", "How it was competed", "competitions"),
    Filter("funding", "Out of which money", "fundings"),
    Filter("flag", "Question raised", "flags"),
    Filter("source", "Source", "sources"),
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
        case "bases" | "forms" | "competitions" | "fundings":
            return fmt.capital(value)
        case "years":
            return f"FY{value}"
        case "currencies":
            return fmt.capital(fmt.units(value))
    return value


def options(build: Build, facet: str) -> Mapping[str, str]:
    """Return every value a filter can take in this build: words of the screen to id.

    Two vendors of one name stay two: the second says so.
    """
    with _reading:
        return _options(build, facet)


# Of many readers who come at once, one puts the names together and the others wait for it.
_reading = threading.RLock()


@lru_cache(maxsize=64)
def _options(build: Build, facet: str) -> Mapping[str, str]:
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


def first_options(build: Build, facet: str, chosen: Sequence[str], most: int = 500) -> list[str]:
    """Return the options a list offers: the most frequent, and whatever the address names."""
    known = options(build, facet)
    offered = list(itertools.islice(known, most))
    return offered + [words for words in chosen if words in known and words not in offered]


def selection(build: Build, query: Address) -> Selection:
    """Return the selection that an address means. What it names and nobody knows is ignored."""
    ids: dict[str, tuple[str, ...]] = {}
    for each in FILTERS:
        known = options(build, each.facet)
        ids[each.facet] = tuple(known[w] for w in query.get(each.name, ()) if w in known)
    years = tuple(int(year) for year in ids.pop("years") if year.isdigit())
    statuses = ids.pop("statuses") or tuple(STATUSES[words] for words in usual_statuses(query))
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
        currencies=ids["currencies"],
        forms=ids["forms"],
        places=ids["places"],
        types=ids["types"],
        sources=ids["sources"],
        competitions=ids["competitions"],
        fundings=ids["fundings"],
        flags=ids["flags"],
        least_amount=amount(query.get("least", ())),
        most_amount=amount(query.get("most", ())),
        picked=picked(query) if "picked" in query.get("only", ()) else (),
        without=programme(query.get("without", ())),
        without_technologies=tuple(
            known[w]
            for known in (options(build, "technologies"),)
            for w in query.get("leave_out", ())
            if w in known
        ),
        without_staffing="true" in query.get("staffing", ()),
    )


def words_of(build: Build, facet: str, key: str) -> str | None:
    """Return a filter's value in the words of the screen, None where this build has none."""
    return words_by_id(build, facet).get(key)


@lru_cache(maxsize=64)
def words_by_id(build: Build, facet: str) -> Mapping[str, str]:
    """Return the words of the screen for every value that a filter can take, by id."""
    return {key: words for words, key in options(build, facet).items()}


def query_of(build: Build, chosen: Selection) -> dict[str, object] | None:
    """Return what an address says that means this selection; None where no address can."""
    if chosen.resold_only:
        return None
    is_doubtful = chosen.statuses == WITH_DOUBTFUL and not chosen.with_related
    query: dict[str, object] = {}
    for each in FILTERS:
        keys = getattr(chosen, each.facet)
        words = [words_of(build, each.facet, str(key)) for key in keys]
        if None in words:
            return None
        query[each.name] = words
    if is_doubtful or chosen.statuses == COUNTED:
        query["status"] = None
    return {
        **query,
        "q": chosen.text,
        "scope": RELATED if chosen.with_related else DOUBTFUL if is_doubtful else None,
        "leave_out": [words_of(build, "technologies", t) for t in chosen.without_technologies],
        "staffing": "true" if chosen.without_staffing else None,
        "without": BETWEEN.join(chosen.without) if chosen.without else None,
        "least": chosen.least_amount,
        "most": chosen.most_amount,
        "pick": list(chosen.picked),
        "only": "picked" if chosen.picked else None,
    }


def usual_statuses(query: Address) -> tuple[str, ...]:
    """Return, in the words of the screen, what a list holds that is not filtered by status.

    It is what every page counts, as the masthead's switch says.
    """
    counted = WITH_DOUBTFUL if DOUBTFUL in query.get("scope", ()) else COUNTED
    return tuple(fmt.capital(fmt.STATUS_WORDS[key]) for key in counted)


def picked(query: Address) -> tuple[str, ...]:
    """Return the purchases that a reader picked, by the ids in the address, each once."""
    return tuple(dict.fromkeys(value for value in query.get("pick", ()) if value))


def amount(said: Sequence[str]) -> Decimal | None:
    """Return the amount that an address names, as `25,000` or `$25000.50`; None for anything else.

    A number too large for the ledger is the largest that the ledger holds.
    """
    text = re.sub("[,$£€]", "", said[0] if said else "").strip()
    if not _AMOUNT.fullmatch(text):
        return None
    number = min(max(Decimal(text), -_LARGEST), _LARGEST)
    return number.quantize(Decimal("0.01"))


def amount_units(build: Build, currencies: Sequence[str] = ()) -> str:
    """Return in what least and most amounts are, where purchases of these currencies are asked for.

    Where there are several, each purchase is judged in its own.
    """
    known = currencies or tuple(options(build, "currencies").values())
    return f"in {fmt.units(known[0]) if len(known) == 1 else 'the currency of each purchase'}"


def programme(said: Sequence[str]) -> tuple[str, str, str] | None:
    """Return the agency, vendor and technology of the programme that an address leaves out."""
    parts = (said[0] if said else "").split(BETWEEN)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None  # noqa: PLR2004


def _amounts_described(chosen: Selection, build: Build) -> list[str]:
    units = amount_units(build, chosen.currencies)
    ends = (("at least", chosen.least_amount), ("at most", chosen.most_amount))
    return [f"{word} {fmt.exact_money(end)} {units}" for word, end in ends if end is not None]


def described(selection_: Selection, build: Build) -> str:
    """Return the selection in words, for a citation."""
    said = [RELATED if selection_.with_related else STRICT]
    if selection_.text:
        said.append(f"words: {selection_.text}")
    if selection_.without_technologies:
        names = words_by_id(build, "technologies")
        said.append("without: " + fmt.listed(names[t] for t in selection_.without_technologies))
    if selection_.without_staffing:
        said.append("without staffing")
    if selection_.resold_only:
        said.append("only what others than the maker sold")
    if selection_.without:
        said.append(f"without the programme {BETWEEN.join(selection_.without)}")
    said += _amounts_described(selection_, build)
    if selection_.picked:
        said.append(f"{fmt.count(len(selection_.picked), 'purchase')} picked one by one")
    for each in FILTERS:
        keys = [str(value) for value in getattr(selection_, each.facet)]
        words = [found for key in keys if (found := words_of(build, each.facet, key))]
        if words:
            said.append(f"{each.label.lower()}: {fmt.listed(words)}")
    return "; ".join(said)
