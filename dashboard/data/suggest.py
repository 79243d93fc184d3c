"""Names to offer while a reader writes, from those held in memory, so that each key is answered."""

from dataclasses import dataclass
from functools import lru_cache

from dashboard.data.known_names import Name, every_name, likeness, plain
from dashboard.data.opening import Build, ask

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


@lru_cache(maxsize=2)
def _known(build: Build) -> tuple[tuple[Name, Suggestion], ...]:
    # An office is found by a search; there are too many to offer while one writes.
    return tuple(
        (name, Suggestion(name.kind, name.bar.id, name.bar.name, name.bar.purchases))
        for name in every_name(build)
        if name.kind != "office"
    )


@lru_cache(maxsize=4096)
def suggest(build: Build, text: str, most: int = 8) -> tuple[Suggestion, ...]:
    """Return names that begin with or hold the words of a text, then those nearly so spelled.

    The best first: the name itself, names that begin so, names that hold every word, each by how
    many counted purchases they have. An award number is found by its beginning.
    """
    asked = plain(text)[:100]
    if not asked:
        return ()
    words = asked.split()
    ranked: list[tuple[int, int, Suggestion]] = []
    for name, suggestion in _known(build):
        rank = _rank(name, asked, words)
        if rank is not None:
            ranked.append((rank, -suggestion.purchases, suggestion))
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
    asked = plain(text)[:100]
    words = asked.split()
    if not words:
        return ()
    ranked = [
        (rank, suggestion)
        for name, suggestion in _known(build)
        if (rank := _rank(name, asked, words)) is not None and rank <= _BY_WORDS
    ]
    ranked.sort(key=lambda each: (each[0], -each[1].purchases))
    return tuple(ranked[:most])


def _rank(name: Name, asked: str, words: list[str]) -> int | None:
    if asked in name.spellings:
        return 1 if name.gives_way else 0
    if any(spelling.startswith(asked) for spelling in name.spellings):
        return 1
    if all(f" {word}" in name.words for word in words):
        return _BY_WORDS
    if len(asked) >= _NEAR_FROM and all(word in name.words for word in words):
        return _BY_WORDS + 1
    return None


def _near(build: Build, asked: str) -> list[tuple[int, int, Suggestion]]:
    """Return names whose spelling, or beginning while one still writes, is nearly the text."""
    near = []
    for name, suggestion in _known(build):
        like = max(
            max(likeness(asked, spelling), likeness(asked, spelling[: len(asked)]))
            for spelling in name.spellings
        )
        if like:
            near.append((-round(like * 100), -suggestion.purchases, suggestion))
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
