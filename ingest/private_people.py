"""Private people in records of spending: who is masked, by which rule, and what is redacted.

A name is a private person's when nothing in it is of a business and it reads like a person's:
`LAST, FIRST`, a title, or two to four words of which the first or the last is a given name, or two
or three of which the last is a frequent family name. Where
the words of the record say that people are paid (a refund, an interpreter, a juror), two to four
plain words are enough. One word alone, digits, `&`, the words of a business and the names of
vendors that the reference data know speak against it. The lists are
`data/reference/people_words.csv`. The rule errs both ways: a business that bears the name of its
founder and no other word is masked too, with its money kept.

Read by hand, 300 payees drawn at random from the 7,185 of a San Francisco and a London file: all 31
that are masked are people; three entries that name people are not masked (two words neither of
which the lists know; two people with a slash between them). Of 300 drawn with Chicago's vendors
among them, two of 28 were businesses, whose words are in the lists since.
"""

import csv
import re
from functools import cache, lru_cache

from ingest.home import PROJECT_DATA
from ingest.phrase import normal_text

_REFERENCE = PROJECT_DATA / "reference"
WORDS = _REFERENCE / "people_words.csv"
KNOWN_VENDORS = (_REFERENCE / "vendors.csv", _REFERENCE / "vendor_aliases.csv")
PRIVATE_PERSON = "a private person"
WITHHELD = "withheld by the publisher"

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# North American and British numbers as people write them; bare digits are numbers of contracts.
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])"
    r"|(?<![\w.-])(?:\+44 ?\(?0?\)? ?|0)\d{2,4} \d{3,4} \d{3,4}(?![\w-])"
)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_MOST_WORDS = 4


@cache
def _words(kind: str) -> frozenset[str]:
    with WORDS.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["kind"] == kind:
                return frozenset(word.strip().upper() for word in row["words"].split(";"))
    raise KeyError(kind)


@cache
def _known_vendors() -> frozenset[str]:
    names = set()
    for path, column in zip(KNOWN_VENDORS, ("vendor_name", "alias"), strict=True):
        with path.open(encoding="utf-8", newline="") as handle:
            names |= {normal_text(row[column]) for row in csv.DictReader(handle)}
    return frozenset(names)


@lru_cache(maxsize=200_000)
def is_private_person(name: str, *, is_payment_to_people: bool = False) -> bool:
    """Whether a payee reads like a private person and nothing in the name is of a business."""
    upper = " ".join(name.upper().replace(".", " ").split())
    if re.search(r"[\d&@/+#*()]", upper) or normal_text(upper) in _known_vendors():
        return False
    if any(f" {known} " in f" {upper} " for known in _words("businesses named after people")):
        return False
    found = _WORD.findall(upper)
    names = [word for word in found if word not in _words("titles")]
    if not names or len(names) > _MOST_WORDS or _words("business words") & set(found):
        return False
    if len(names) < len(found):
        return True
    return len(names) > 1 and _reads_like_a_person(upper, names, is_payment_to_people)


def _reads_like_a_person(upper: str, names: list[str], is_payment_to_people: bool) -> bool:  # noqa: FBT001
    last, comma, first = (part.strip() for part in upper.partition(","))
    if comma:
        return bool(last and first) and "," not in first
    given = _words("given names")
    has_family_name = len(names) < _MOST_WORDS and names[-1] in _words("family names")
    return is_payment_to_people or names[0] in given or names[-1] in given or has_family_name


def is_payment_to_people(text: str) -> bool:
    """Whether the words of a record say that private persons are paid."""
    lowered = f" {re.sub(r'[^a-z]+', ' ', text.lower())} "
    return any(
        f" {word.lower()} " in lowered or f" {word.lower()}s " in lowered
        for word in _words("payments to people")
    )


def redacted(text: str, person: str | None = None) -> str:
    """Return text without e-mail addresses and telephones, and without this person's name."""
    if "@" in text:
        text = _EMAIL.sub("[e-mail removed]", text)
    if re.search(r"\d{3}", text):
        text = _PHONE.sub("[telephone removed]", text)
    if person:
        words = _WORD.findall(person)
        for order in (words, [*words[1:], words[0]], [words[-1], *words[:-1]]):
            spelled = r"[\s,.]+".join(map(re.escape, order))
            text = re.sub(rf"\b{spelled}\b", PRIVATE_PERSON, text, flags=re.IGNORECASE)
    return text
