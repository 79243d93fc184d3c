"""The small language in which reference data writes words, and how words are compared.

    license/licence plate reader; LPR camera      two phrases; `/` divides words of equal value
    mobile (device) forensic                      a word in brackets may be missing

Upper and lower case, hyphens and other punctuation make no difference, and the last word
may stand in the plural. There are no regular expressions: whoever can write a sentence can
write a rule.
"""

import re
from collections.abc import Iterable
from itertools import product

_NOT_A_WORD = re.compile(r"[^A-Z0-9]+")
_BRACKETED = re.compile(r"\(([^()]*)\)")
MOST_VARIANTS = 400
SHORTEST_WITH_PLURAL = 3


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what to change."""


def normal_text(text: str) -> str:
    """Return text as words of capitals and digits with one space between them."""
    return _NOT_A_WORD.sub(" ", text.upper()).strip()


def phrases(cell: str) -> list[str]:
    """Return the phrases of one cell (they are divided by semicolons)."""
    return [part.strip() for part in cell.split(";") if part.strip()]


def _plurals(word: str) -> list[str]:
    if len(word) < SHORTEST_WITH_PLURAL or word[-1].isdigit() or word.endswith("S"):
        return [word]
    if word.endswith("Y") and word[-2] not in "AEIOU":
        return [word, word[:-1] + "IES"]
    if word.endswith(("CH", "SH", "X", "Z")):
        return [word, word + "ES"]
    return [word, word + "S"]


def _slots(phrase: str) -> list[list[str]]:
    """Return for each place in the phrase the words that may stand there ('' for none)."""
    slots: list[list[str]] = []
    marked = _BRACKETED.sub(lambda found: "?" + found.group(1).strip().replace(" ", " ?"), phrase)
    if "(" in marked or ")" in marked:
        raise PhraseError(
            f"`{phrase}` opens or closes a bracket alone: write `mobile (device) lab`."
        )
    for word in marked.split():
        optional = word.startswith("?")
        choices = [normal_text(part) for part in word.lstrip("?").split("/")]
        if not all(choices):
            if len(choices) > 1:
                raise PhraseError(f"`{phrase}` has a `/` with nothing on one side.")
            continue
        slots.append(choices + ([""] if optional else []))
    if not slots:
        raise PhraseError(f"`{phrase}` holds no word.")
    return slots


def literals(phrase: str) -> list[str]:
    """Return every wording that a phrase stands for, in the form of `normal_text`.

    Raises PhraseError where the phrase cannot be read or stands for too many wordings.
    """
    slots = _slots(phrase)
    total = 1
    for slot in slots:
        total *= len(slot)
    if total > MOST_VARIANTS:
        raise PhraseError(f"`{phrase}` stands for {total} wordings: write it as several phrases.")
    found: dict[str, None] = {}
    for words in product(*slots):
        text = " ".join(word for word in words if word)
        if not text:
            raise PhraseError(f"`{phrase}` could match nothing at all: leave one word unbracketed.")
        head, _, last = text.rpartition(" ")
        for ending in _plurals(last):
            found[f"{head} {ending}".strip()] = None
    return list(found)


# RE2 keeps the states it has met in a cache of fixed size; beyond some 700 wordings the cache
# is thrown away over and over, and the search becomes ten times slower.
WORDINGS_PER_PATTERN = 600


def alternations(wordings: Iterable[str], most: int = WORDINGS_PER_PATTERN) -> list[str]:
    """Return regular expressions (RE2) that find any of the wordings in a text of capitals.

    Sorted in descending order: neighbours share their beginnings, which RE2 factors out,
    and a longer wording stands before the shorter one that it begins with.
    """
    ordered = sorted(set(wordings), reverse=True)
    return [
        r"\b(?:"
        + "|".join(wording.replace(" ", "[^A-Z0-9]+") for wording in ordered[start : start + most])
        + r")\b"
        for start in range(0, len(ordered), most)
    ]


# Enough letters that few texts pass, few enough that one pattern holds all beginnings.
BEGINNING = 8
BEGINNINGS = 2000


def shortest(wordings: Iterable[str]) -> set[str]:
    """Return the wordings that hold no other one: a text with any wording has one of these."""
    known = set(wordings)

    def holds_another(wording: str) -> bool:
        words = wording.split()
        return any(
            " ".join(words[start:end]) in known
            for start in range(len(words))
            for end in range(start + 1, len(words) + 1)
            if end - start < len(words)
        )

    return {wording for wording in known if not holds_another(wording)}


def beginnings(wordings: Iterable[str]) -> list[str]:
    """Return regular expressions that find how the wordings begin: quick, and too generous.

    The search for all the wordings is then needed only in the texts that these let through.
    """
    short = {wording[:BEGINNING].rstrip() for wording in wordings}
    needed = {
        wording
        for wording in short
        if not any(wording[:length] in short for length in range(1, len(wording)))
    }
    return [pattern.removesuffix(r"\b") for pattern in alternations(needed, most=BEGINNINGS)]
