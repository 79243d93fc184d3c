"""Names to offer while a reader writes: every name that the build knows, held in memory.

A few thousand names are looked through in a millisecond or two, so that each key can be answered.
"""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from dashboard.data.opening import Build, ask

# One or two slips of the fingers ("cleerview"), and not another name.
_NEAR = 0.88
# Shorter texts are near to everything, and stand within every long word.
_NEAR_FROM = 4
# The rank of a name that has every word of a text, each from its beginning.
_BY_WORDS = 2
# An award number is looked for from this many characters on, one of them a digit.
_NUMBER_FROM = 4


@dataclass(frozen=True)
class Suggestion:
    """A name to offer: what kind of thing, its id, and how many counted purchases it has."""

    kind: str
    id: str
    name: str
    purchases: int


@dataclass(frozen=True)
class _Known:
    suggestion: Suggestion
    spellings: tuple[str, ...]
    words: str


_EVERY_NAME = """
    with counts as (
        select 'agency' as kind, agency_id as id, count(*) as purchases
        from mart.purchase where is_counted group by agency_id
        union all
        select 'place', place_id, count(*) from mart.purchase where is_counted group by place_id
        union all
        select 'technology', technology, count(*)
        from mart.purchase where is_counted group by technology
        union all
        select 'type', type, count(*) from mart.purchase where is_counted group by type
        union all
        select 'vendor', id, count(*)
        from (
            select vendor_id as id from mart.purchase where is_counted
            union all
            select maker_id from mart.purchase
            where is_counted and maker_id is distinct from vendor_id
        )
        group by id
    ),
    named as (
        select 'agency' as kind, agency_id as id, agency_name as name,
            list_concat([abbreviation], list_concat(former_names, other_names)) as others
        from mart.agency
        union all
        select 'place', place_id, place_name, []::varchar[] from mart.place
        union all
        select 'technology', technology, technology_name, []::varchar[] from mart.technology
        union all
        select 'type', unnest(types).type, unnest(types).name, []::varchar[] from mart.technology
        union all
        select 'vendor', vendor_id, vendor_name, list_concat(names_in_records, former_names)
        from mart.vendor
        union all
        select 'product', quoted, quoted || ' (' || any_value(vendor_name) || ')', [quoted]
        from mart.evidence join mart.vendor on maker_id = vendor_id
        where speaks = 'for' and title like '%product of%' and quoted is not null
        group by quoted
    )
    select kind, id, name, others, coalesce(purchases, 0) as purchases
    from named left join counts using (kind, id)
    where id is not null and name is not null
    order by purchases desc, kind, name, id
"""


@lru_cache(maxsize=2)
def _known(build: Build) -> tuple[_Known, ...]:
    every = []
    for row in ask(build, _EVERY_NAME):
        others = [str(name) for name in row["others"] or () if name]
        spellings = tuple(dict.fromkeys(_plain(name) for name in (row["name"], *others)))
        said = Suggestion(row["kind"], row["id"], row["name"], row["purchases"])
        every.append(_Known(said, spellings, " ".join(spellings)))
    return tuple(every)


def _plain(text: str) -> str:
    return " ".join(str(text).casefold().split())


@lru_cache(maxsize=4096)
def suggest(build: Build, text: str, most: int = 8) -> tuple[Suggestion, ...]:
    """Return names that begin with or hold the words of a text, then those nearly so spelled.

    The best first: the name itself, names that begin so, names that hold every word, each by how
    many counted purchases they have. An award number is found by its beginning.
    """
    asked = _plain(text)[:100]
    if not asked:
        return ()
    words = asked.split()
    ranked: list[tuple[int, int, Suggestion]] = []
    for known in _known(build):
        rank = _rank(known, asked, words)
        if rank is not None:
            ranked.append((rank, -known.suggestion.purchases, known.suggestion))
    if not ranked and len(asked) >= _NEAR_FROM:
        ranked = _near(build, asked)
    ranked.sort(key=lambda each: each[:2])
    found = [suggestion for _, _, suggestion in ranked[:most]]
    return tuple([*_awards(build, asked), *found][:most])


@lru_cache(maxsize=4096)
def by_name(build: Build, text: str, most: int = 12) -> tuple[tuple[int, Suggestion], ...]:
    """Return names that a text is, begins, or has every word of, the nearest first.

    With each its rank: 0 the name itself, 1 its beginning, 2 whole words or their beginnings.
    """
    asked = _plain(text)[:100]
    words = asked.split()
    if not words:
        return ()
    ranked = [
        (rank, known.suggestion)
        for known in _known(build)
        if (rank := _rank(known, asked, words)) is not None and rank <= _BY_WORDS
    ]
    ranked.sort(key=lambda each: (each[0], -each[1].purchases))
    return tuple(ranked[:most])


def _rank(known: _Known, asked: str, words: list[str]) -> int | None:
    if asked in known.spellings:
        return 0
    if any(spelling.startswith(asked) for spelling in known.spellings):
        return 1
    if all(f" {known.words}".find(f" {word}") >= 0 for word in words):
        return 2
    if len(asked) >= _NEAR_FROM and all(word in known.words for word in words):
        return 3
    return None


def _near(build: Build, asked: str) -> list[tuple[int, int, Suggestion]]:
    """Return names whose spelling, or beginning while one still writes, is nearly the text."""
    near = []
    for known in _known(build):
        likeness = max(
            max(
                JaroWinkler.similarity(asked, spelling, score_cutoff=_NEAR),
                JaroWinkler.similarity(asked, spelling[: len(asked)], score_cutoff=_NEAR),
            )
            for spelling in known.spellings
        )
        if likeness:
            near.append((-round(likeness * 100), -known.suggestion.purchases, known.suggestion))
    return near


def _awards(build: Build, asked: str) -> list[Suggestion]:
    if len(asked) < _NUMBER_FROM or " " in asked or not any(c.isdigit() for c in asked):
        return []
    rows = ask(
        build,
        """
        select purchase_id as id, award_number || ', ' || coalesce(vendor_name, '') as name
        from mart.purchase where starts_with(upper(award_number), $number)
        order by is_counted desc, award_number, purchase_id limit 4
        """,
        number=asked.upper(),
    )
    return [Suggestion("purchase", row["id"], row["name"], 1) for row in rows]
