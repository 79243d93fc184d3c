"""What to ask a public search for: the names and words of our own reference data.

A search finds candidates; whether a purchase counts is for classification alone. So terms may
find too much, and what only a reader of the whole record could judge is left out here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.knowledge import Knowledge
from ingest.phrase import PhraseError, literals, normal_text, phrases
from ingest.reference import Phrase, Product, SupportingWord, VendorWord

# USAspending strips these from what it searches for, and answers 500 to control characters.
_STRIPPED = re.compile(r"[|{}()?\\\"+\[\]<>\x00-\x1f\x7f]+")
SHORTEST = 3
SHORTEST_NUMBER = 8
PER_QUERY = 50


@dataclass(frozen=True)
class Query:
    """One question: any of `keywords` and, where any are given, any of `recipients` too.

    Or `awards`, the publisher's keys of awards that are known and wanted, and no others.
    """

    keywords: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    awards: tuple[str, ...] = ()


def clean(term: str) -> str:
    """Return a term as the service would search for it."""
    return " ".join(_STRIPPED.sub(" ", term).split())


def known_awards(purchase_ids: Iterable[str], register: str) -> list[str]:
    """Return the publisher's keys of the purchases that people have read or decided on, sorted.

    Their records often say nothing that a search for words would find.
    """
    own = f"{register}:"
    return sorted({key.removeprefix(own).upper() for key in purchase_ids if key.startswith(own)})


def award_number(key: str) -> str:
    """Return the number in the key of an award: no number holds an underscore."""
    return key.split("_")[2]


def award_queries(keys: Iterable[str]) -> list[Query]:
    """Return the questions that find these awards by their numbers.

    Awards with a number like 0001, which thousands share, are left out.
    """
    found = sorted(key for key in keys if len(award_number(key)) >= SHORTEST_NUMBER)
    return [Query(awards=chunk) for chunk in _chunks(found)]


def queries(knowledge: Knowledge) -> list[Query]:
    """Return the questions that together find what our reference data know.

    First everything that means surveillance technology by itself; then, technology by technology,
    the vendors who sell it among other things, together with the words that support it.
    """
    alone = [Query(keywords=chunk) for chunk in _chunks(distinct(standing_alone(knowledge)))]
    return [*alone, *_with_support(knowledge)]


def standing_alone(knowledge: Knowledge) -> Iterator[str]:
    """Yield every term that means surveillance technology without further words."""
    exclusive = {row.vendor_id: row for row in knowledge.vendors if row.sells == "exclusive"}
    yield from (row.vendor_name for row in exclusive.values())
    yield from (
        row.alias
        for row in knowledge.aliases
        if row.ambiguous == "no" and row.vendor_id in exclusive
    )
    yield from (
        row.value
        for row in knowledge.identifiers
        if row.scheme in ("uei", "duns") and row.vendor_id in exclusive
    )
    seen: set[int] = set()
    for rule in knowledge.rules:
        row = rule.row
        if id(row) in seen or not isinstance(row, Product | Phrase):
            continue
        seen.add(id(row))
        if isinstance(row, Product) or row.counts == "yes":
            yield from _wordings(row.words)


def _with_support(knowledge: Knowledge) -> Iterator[Query]:
    words: dict[str, set[str]] = {}
    speaking: dict[str, set[str]] = {}
    for row in {id(rule.row): rule.row for rule in knowledge.rules}.values():
        if isinstance(row, SupportingWord) or (
            isinstance(row, VendorWord) and row.means in ("counted", "possible")
        ):
            words.setdefault(row.technology, set()).update(_wordings(row.words))
            if isinstance(row, VendorWord):
                speaking.setdefault(row.technology, set()).add(row.vendor_id)
    names: dict[str, list[str]] = {}
    for row in knowledge.aliases:
        names.setdefault(row.vendor_id, []).append(row.alias)
    for identifier in knowledge.identifiers:
        if identifier.scheme in ("uei", "duns"):
            names.setdefault(identifier.vendor_id, []).append(identifier.value)
    for technology in knowledge.technologies:
        vendors = [
            vendor
            for vendor in knowledge.vendors
            if vendor.vendor_id in speaking.get(technology.technology, ())
            or (vendor.sells == "mixed" and technology.technology in phrases(vendor.technologies))
        ]
        called = distinct(
            name
            for vendor in vendors
            for name in [vendor.vendor_name, *names.get(vendor.vendor_id, [])]
        )
        for supporting in _chunks(distinct(words.get(technology.technology, ()))):
            for recipients in _chunks(called):
                yield Query(keywords=supporting, recipients=recipients)


def _wordings(cell: str) -> Iterator[str]:
    for phrase in phrases(cell):
        if phrase.startswith("@"):
            continue
        try:
            yield from literals(phrase)
        except PhraseError:  # pragma: no cover  (reference data are checked when they are loaded)
            continue


def distinct(terms: Iterable[str]) -> list[str]:
    """Return terms cleaned and sorted, without those that a shorter one finds as well.

    The service takes the last word of a term for a beginning: `FLOCK` finds FLOCK SAFETY.
    """
    cleaned = {clean(term) for term in terms}
    kept: list[str] = []
    last = ""
    for term in sorted(
        filter(_is_long_enough, cleaned), key=lambda term: (normal_text(term), term)
    ):
        words = normal_text(term)
        if last and words.startswith(last):
            continue
        kept.append(term)
        last = words
    return kept


def _is_long_enough(term: str) -> bool:
    return len(term) >= SHORTEST and len(normal_text(term)) >= SHORTEST


def _chunks(terms: list[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(terms), PER_QUERY):
        yield tuple(terms[start : start + PER_QUERY])
