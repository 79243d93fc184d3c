"""Strict models of `data/reference/*.csv` as far as classification needs them.

One line is one fact. How the files are read stands in `reference_files.py`, the language of the
word cells in `phrase.py`.
"""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from ingest.phrase import literals, phrases

Scope = Literal["strict", "related"]
LONGEST_RULE_NAME = 60
_RULE_NAME = re.compile(r"[a-z0-9]+(?:[-_:][a-z0-9]+)*")
Confidence = Literal["high", "medium", "low", "unverified"]
Form = Literal["goods", "software", "data", "service", "staffing", "training"]


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _words(value: str) -> str:
    for phrase in phrases(value):
        if not phrase.startswith("@"):
            literals(phrase)
    return value.strip()


def _rule_name(value: str) -> str:
    if not _RULE_NAME.fullmatch(value.strip()) or len(value.strip()) > LONGEST_RULE_NAME:
        raise ValueError(
            "must be a short name of small letters, digits, hyphens and underscores, "
            f"at most {LONGEST_RULE_NAME} long"
        )
    return value.strip()


Text = Annotated[str, AfterValidator(_filled)]
RuleName = Annotated[str, AfterValidator(_rule_name)]
Words = Annotated[str, AfterValidator(_filled), AfterValidator(_words)]
MaybeWords = Annotated[str, AfterValidator(_words)]


class Row(BaseModel):
    """What every line of reference data has: where it stands, who says so, how sure."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    file: str
    line: int
    source: Text
    confidence: Confidence

    FILE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> str:
        """Return what makes the line unique within its file."""
        return " | ".join(str(getattr(self, name)) for name in self.KEY)


class Technology(Row):
    """One of the kinds of surveillance technology; the order of the file breaks ties."""

    FILE = "technologies.csv"
    KEY = ("technology",)
    technology: Text
    technology_name: Text
    scope: Scope
    definition: Text


class Type(Row):
    """A finer kind within a technology."""

    FILE = "types.csv"
    KEY = ("type",)
    type: Text
    technology: Text
    type_name: Text
    definition: Text
    look_alikes: str


class Vendor(Row):
    """A business (or public body) that appears in purchases."""

    FILE = "vendors.csv"
    KEY = ("vendor_id",)
    vendor_id: Text
    vendor_name: Text
    role: Literal["maker", "reseller", "both", "staffing", "vehicle", "unrelated"]
    # exclusive: all it sells to agencies is surveillance technology, so its name is enough.
    # mixed: needs a supporting word or code. rarely: means something only with its own words.
    sells: Literal["exclusive", "mixed", "rarely", "nothing"]
    scope: Scope
    technologies: str
    types: str
    parent_name: str
    country: str
    former_names: str
    name_traps: str

    @model_validator(mode="after")
    def _sells_something_named(self) -> "Vendor":
        if self.sells in ("exclusive", "mixed") and not self.technologies:
            raise ValueError("`technologies` must not be empty when `sells` is exclusive or mixed")
        return self


class Alias(Row):
    """A name under which records know a vendor."""

    FILE = "vendor_aliases.csv"
    KEY = ("alias",)
    alias: Text
    vendor_id: Text
    kind: Literal["name", "legal name", "former name", "short name", "misspelling"]
    ambiguous: Literal["yes", "no"]


class Identifier(Row):
    """An official identifier of a vendor."""

    FILE = "vendor_identifiers.csv"
    KEY = ("scheme", "value")
    scheme: Literal["uei", "duns", "cage"]
    value: Text
    vendor_id: Text


class WordRule(Row):
    """A rule made of words.

    It fires where one of `words` stands and, when they are given, one of `needs` stands in the
    same record, none of `unless`, and the record is one of `where` (agency, vendor or text).
    `matches` and `does_not_match` are its examples, run as tests.
    """

    KEY: ClassVar[tuple[str, ...]] = ("rule",)
    # A short name of the line that never changes; decisions, exports and tests speak of it.
    rule: RuleName
    words: Words
    technology: str
    needs: MaybeWords
    unless: MaybeWords
    where: MaybeWords
    matches: str
    does_not_match: str


class ExampledRule(WordRule):
    """A rule strong enough that it must carry an example of both kinds."""

    @model_validator(mode="after")
    def _has_examples(self) -> "ExampledRule":
        if not phrases(self.matches) or not phrases(self.does_not_match):
            raise ValueError("`matches` and `does_not_match` need an example each")
        return self


class Product(ExampledRule):
    """A product named in a description: strength 3, and it gives the maker."""

    FILE = "products.csv"
    maker_id: Text
    type: str
    scope: Scope


class Phrase(ExampledRule):
    """Words that mean the technology by themselves (strength 4), or only may (strength 6)."""

    FILE = "phrases.csv"
    type: str
    counts: Literal["yes", "possible"]

    @model_validator(mode="after")
    def _names_a_kind(self) -> "Phrase":
        if self.counts == "yes" and self.technology in ("", "other"):
            raise ValueError("words that count by themselves must name their `technology`")
        return self


class NeighbouringGoods(ExampledRule):
    """Dual-use or neighbouring goods: shown as related, never counted in the strict scope."""

    FILE = "neighbouring_goods.csv"
    # What to call these goods aloud: `the description speaks of night vision`.
    goods: Text
    type: str
    # Reasons of this strength and weaker give way to this line; 7 when none does.
    beats: Literal["2", "3", "4", "5", "6", "7"]


class FalseFriend(ExampledRule):
    """Words that look like surveillance technology and are something else."""

    FILE = "false_friends.csv"
    field: Literal["description", "vendor", "product code"]
    beats: Literal["2", "3", "4", "5", "6"]
    because: Text


class VendorWord(WordRule):
    """What a vendor's record means when it says these words."""

    FILE = "vendor_words.csv"
    vendor_id: Text
    means: Literal["counted", "possible", "related", "not"]
    type: str


class SupportingWord(WordRule):
    """Words that support a vendor who sells the technology among other things (strength 5)."""

    FILE = "supporting_words.csv"
    field: Literal["description", "vendor"]


class Code(Row):
    """A product or industry code that supports a technology."""

    FILE = "codes.csv"
    KEY = ("scheme", "code", "code_name", "technology")
    scheme: Literal["psc", "naics"]
    code: Text
    code_name: Text
    technology: Text
    # supports: with a vendor who sells it. confirms: with a supporting word as well.
    use: Literal["supports", "confirms", "possible"]


class FormRule(Row):
    """What tells the form of a purchase; the first line that fits decides."""

    FILE = "forms.csv"
    KEY = ("form", "field", "words")
    form: Form
    field: Literal["description", "psc"]
    words: Words


class NamedList(Row):
    """Words that other files refer to as @name."""

    FILE = "word_lists.csv"
    KEY = ("list", "words")
    list: Text
    words: Words


class Example(Row):
    """A whole record and what must become of it; every line runs as a test."""

    FILE = "examples.csv"
    KEY = ("agency", "vendor", "description", "psc")
    expected: Literal["counted", "related", "possible", "not counted"]
    technology: str
    agency: str
    vendor: str
    description: str
    psc: str


MODELS: tuple[type[Row], ...] = (
    Technology, Type, Vendor, Alias, Identifier, Product, Phrase, NeighbouringGoods, FalseFriend,
    VendorWord, SupportingWord, Code, FormRule, NamedList, Example,
)  # fmt: skip
