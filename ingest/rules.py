"""Rules of one shape, compiled from the files of reference data that speak of words."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from ingest.phrase import literals, normal_text, phrases
from ingest.reference import (
    Alias,
    FalseFriend,
    NamedList,
    NeighbouringGoods,
    Phrase,
    Product,
    Row,
    SupportingWord,
    Technology,
    Type,
    Vendor,
    VendorWord,
    WordRule,
)

Kind = TypeVar("Kind", bound=Row)
# A name shorter than this, or as common as that, is no evidence in a description.
SHORTEST_NAME = 5
# Reasons against have no strength of their own: below every reason for.
AGAINST = 7
# Where a title quotes the record.
WORDS = "{words}"
# What the name of a line is led by, so that ids of different files cannot meet.
_PREFIXES: dict[type[Row], str] = {
    Product: "product",
    Phrase: "phrase",
    NeighbouringGoods: "related",
    FalseFriend: "not",
    VendorWord: "vendor",
    SupportingWord: "support",
}


def rows_of(rows: Mapping[type[Row], list[Row]], model: type[Kind]) -> list[Kind]:
    """Return the lines of one file, typed."""
    return [row for row in rows.get(model, []) if isinstance(row, model)]


@dataclass(frozen=True)
class Rule:
    """One rule made of words, whatever file it came from."""

    number: int
    rule_id: str
    kind: str
    field: str
    technology: str
    type: str
    scope: str
    strength: int
    maker_id: str
    vendor_id: str
    beats: int
    title: str
    row: Row


@dataclass(frozen=True)
class Wording:
    """One wording of a rule, as it stands in a normalised text."""

    rule: int
    part: str
    literal: str


class Compiler:
    """Turns lines into rules and wordings; the order of files and lines is the order of rules."""

    def __init__(self, rows: Mapping[type[Row], list[Row]]) -> None:
        self.rules: list[Rule] = []
        self.wordings: list[Wording] = []
        self._rows = rows
        self.lists: dict[str, list[str]] = defaultdict(list)
        for line in rows_of(rows, NamedList):
            self.lists[line.list] += self.wordings_of(line.words)
        self._vendors = {row.key: row for row in rows_of(rows, Vendor)}
        self._technologies = {row.key: row for row in rows_of(rows, Technology)}
        self._types = {row.type: row.technology for row in rows_of(rows, Type)}
        for model in (
            FalseFriend, NeighbouringGoods, VendorWord, Product, Phrase, SupportingWord,
        ):  # fmt: skip
            for row in rows_of(rows, model):
                self._word_rule(row)
        self._vendors_named_in_descriptions()

    def wordings_of(self, cell: str) -> list[str]:
        """Return every wording of a cell, the named lists in it included."""
        found: list[str] = []
        for phrase in phrases(cell):
            found += self.lists[phrase[1:]] if phrase.startswith("@") else literals(phrase)
        return found

    def _word_rule(self, row: WordRule) -> None:
        scope = self._technologies[row.technology].scope if row.technology else "strict"
        what = self.what(row.technology)
        base = Rule(
            number=0,
            rule_id=f"{_PREFIXES[type(row)]}:{row.rule}",
            kind="",
            field=str(getattr(row, "field", "description")),
            technology=row.technology,
            type=str(getattr(row, "type", "")),
            scope=scope,
            strength=0,
            maker_id=str(getattr(row, "maker_id", "")),
            vendor_id=str(getattr(row, "vendor_id", "")),
            beats=0,
            title="",
            row=row,
        )
        match row:
            case Product():
                maker = self._vendors[row.maker_id].vendor_name
                related = "related" in (row.scope, scope)
                title = f"the description names {WORDS}, {_a(what)} product of {maker}"
                if row.technology == "other":
                    title = f"the description names {WORDS}, a product of {maker}"
                scope = "related" if related else "strict"
                self._add(replace(base, kind="product", strength=3, title=title, scope=scope))
            case Phrase(counts="yes"):
                title = f"the description says “{WORDS}”, which means {what}"
                self._add(replace(base, kind="phrase", strength=4, title=title))
            case Phrase():
                title = f"the description says “{WORDS}”, which may mean {what}"
                self._add(replace(base, kind="possible", strength=6, title=title))
            case NeighbouringGoods():
                title = (
                    f"the description speaks of {row.goods} (“{WORDS}”), "
                    "which we show as related and do not count"
                )
                rule = replace(base, kind="related", strength=4, title=title, scope="related")
                self._add(replace(rule, beats=int(row.beats)))
            case FalseFriend():
                title = f"the {base.field} says “{WORDS}”: {row.because}"
                title = title.replace("the vendor says", "the vendor's name says")
                rule = replace(base, kind="against", strength=AGAINST, title=title)
                self._add(replace(rule, beats=int(row.beats)))
            case VendorWord():
                self._vendor_word(row, base, what)
            case SupportingWord():
                self._add(replace(base, kind="support", strength=6, title="a supporting word"))
            case _:
                raise TypeError(f"{type(row).__name__} is no kind of rule")

    def _vendor_word(self, row: VendorWord, base: Rule, what: str) -> None:
        vendor = self._vendors[row.vendor_id].vendor_name
        says = f"and the description says “{WORDS}”"
        match row.means:
            case "counted":
                title = f"{vendor} sells {what}, {says}"
                self._add(replace(base, kind="vendor word", strength=5, title=title))
            case "possible":
                title = f"{vendor} may have sold {what}: the description says “{WORDS}”"
                self._add(replace(base, kind="vendor word", strength=6, title=title))
            case "related":
                title = (
                    f"{vendor} also sells neighbouring goods, {says}, "
                    "which we show as related and do not count"
                )
                rule = replace(base, kind="vendor related", strength=5, title=title)
                self._add(replace(rule, scope="related", beats=2))
            case "not":
                title = f"{vendor} also sells other things, {says}"
                self._add(
                    replace(base, kind="vendor against", strength=AGAINST, title=title, beats=2)
                )

    def _vendors_named_in_descriptions(self) -> None:
        """Take a maker's own name in a description for as good as a product: resellers name it."""
        taken = {wording.literal for wording in self.wordings if wording.part == "words"}
        # A description says AWARE where a vendor is called AWARE, INC.: what is shared as a name
        # is no name in a description, whatever legal form stands beside it.
        taken |= {
            _name_in_text(row.alias) for row in rows_of(self._rows, Alias) if row.ambiguous == "yes"
        }
        for row in rows_of(self._rows, Alias):
            vendor = self._vendors[row.vendor_id]
            name = _name_in_text(row.alias)
            if (
                row.ambiguous == "yes"
                or vendor.sells not in ("exclusive", "mixed")
                or name in taken
                or len(name) < SHORTEST_NAME
            ):
                continue
            taken.add(name)
            technology = phrases(vendor.technologies)[0]
            related = "related" in (vendor.scope, self._technologies[technology].scope)
            kinds = (kind for kind in phrases(vendor.types) if self._types[kind] == technology)
            exclusive = vendor.sells == "exclusive"
            rule = Rule(
                number=0,
                rule_id=f"maker:{slug(name)}",
                kind="product" if exclusive else "maker named",
                field="description",
                technology=technology,
                type=next(kinds, ""),
                scope="related" if related else "strict",
                strength=3 if exclusive else 6,
                maker_id=row.vendor_id,
                vendor_id="",
                beats=0,
                title=(
                    f"the description names {WORDS}, which sells {self.what(technology)}"
                    + ("" if exclusive else " among other things")
                ),
                row=row,
            )
            self._add(rule, [name])

    def what(self, technology: str) -> str:
        """Return a technology as it stands in a sentence."""
        if technology in ("", "other"):
            return "surveillance technology"
        return self._technologies[technology].technology_name.lower()

    def _add(self, rule: Rule, words: list[str] | None = None) -> None:
        number = len(self.rules) + 1
        self.rules.append(replace(rule, number=number))
        for part in ("words", "needs", "unless", "where"):
            cell = str(getattr(rule.row, part, ""))
            found = words if words is not None and part == "words" else self.wordings_of(cell)
            self.wordings += [Wording(number, part, literal) for literal in dict.fromkeys(found)]


def _a(what: str) -> str:
    return f"{'an' if what[0] in 'aeiou' else 'a'} {what}"


def slug(text: str) -> str:
    """Return text as it may stand in an id."""
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


_LEGAL_FORMS = {
    "INC", "INCORPORATED", "LLC", "LLP", "LP", "LTD", "LIMITED", "CORP", "CORPORATION", "CO",
    "COMPANY", "GMBH", "PLC",
}  # fmt: skip


def _name_in_text(alias: str) -> str:
    words = normal_text(alias).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)
