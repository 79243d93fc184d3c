"""Reference data made ready for classification: one list of rules, one list of wordings.

Every file of `data/reference/` that speaks of words becomes rules of one shape, so that the
SQL in `classify_sql/` knows one mechanism: a wording found in a field, conditions that hold,
a strength, and what the rule speaks for or against.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.phrase import literals, phrases
from ingest.reference import (
    Alias,
    Code,
    Example,
    FalseFriend,
    FormRule,
    Identifier,
    InvalidReference,
    NamedList,
    NeighbouringGoods,
    Phrase,
    Problem,
    Product,
    Row,
    SupportingWord,
    Technology,
    Type,
    Vendor,
    VendorWord,
    WordRule,
    nearest,
    read_folders,
)


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
    has_needs: bool
    has_where: bool


@dataclass(frozen=True)
class Wording:
    """One wording of a rule, as it stands in a normalised text."""

    rule: int
    part: str
    literal: str


@dataclass(frozen=True)
class Knowledge:
    """Everything that classification knows, checked and compiled."""

    technologies: tuple[Technology, ...]
    types: tuple[Type, ...]
    vendors: tuple[Vendor, ...]
    aliases: tuple[Alias, ...]
    identifiers: tuple[Identifier, ...]
    codes: tuple[Code, ...]
    examples: tuple[Example, ...]
    rules: tuple[Rule, ...]
    wordings: tuple[Wording, ...]
    form_wordings: tuple[tuple[FormRule, str], ...]
    fingerprint: str

    def vendor(self, vendor_id: str) -> Vendor:
        """Return the vendor of that id."""
        return next(vendor for vendor in self.vendors if vendor.vendor_id == vendor_id)


def load_knowledge(folders: list[Path]) -> Knowledge:
    """Load reference data, ours first, then a newsroom's own.

    Raises InvalidReference with every problem found; nothing is loaded by halves.
    """
    rows, problems = read_folders(folders)
    problems += list(broken_references(rows))
    if problems:
        raise InvalidReference(sorted(problems))
    return _Compiler(rows).knowledge()


def _pick(rows: dict[type[Row], list[Row]], model: type[Row]) -> list[Row]:
    return rows.get(model, [])


def broken_references(rows: dict[type[Row], list[Row]]) -> Iterator[Problem]:
    """Yield a problem for every line that names a thing no file knows."""
    technologies = {row.key for row in _pick(rows, Technology)}
    types = {row.type: row.technology for row in _pick(rows, Type) if isinstance(row, Type)}
    vendors = {row.key for row in _pick(rows, Vendor)}
    lists = {row.list for row in _pick(rows, NamedList) if isinstance(row, NamedList)}
    known: dict[str, Iterable[str]] = {
        "technology": technologies,
        "technologies": technologies,
        "type": types,
        "types": types,
        "vendor_id": vendors,
        "maker_id": vendors,
    }
    for model, found in rows.items():
        for row in found:
            for column, names in known.items():
                if (model, column) in ((Vendor, "vendor_id"), (Technology, "technology")):
                    continue
                if (model, column) == (Type, "type") or not hasattr(row, column):
                    continue
                for value in phrases(getattr(row, column)):
                    if value not in names:
                        yield Problem(
                            row.file,
                            row.line,
                            f"`{column}` names `{value}`, which no line knows.",
                            nearest(value, names),
                        )
            yield from _broken_lists(row, lists)
            technology, kind = getattr(row, "technology", ""), getattr(row, "type", "")
            if technology and types.get(kind, technology) != technology:
                yield Problem(
                    row.file,
                    row.line,
                    f"the type `{kind}` belongs to {types[kind]}, not to {technology}.",
                )


def _broken_lists(row: Row, lists: set[str]) -> Iterator[Problem]:
    for column in ("words", "needs", "unless", "where"):
        for phrase in phrases(str(getattr(row, column, ""))):
            if phrase.startswith("@") and phrase[1:] not in lists:
                yield Problem(
                    row.file,
                    row.line,
                    f"`{column}` names the list `{phrase}`, which word_lists.csv does not have.",
                    nearest(phrase[1:], lists),
                )


def slug(text: str) -> str:
    """Return text as it may stand in an id."""
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


class _Compiler:
    def __init__(self, rows: dict[type[Row], list[Row]]) -> None:
        self.rows = rows
        self.rules: list[Rule] = []
        self.wordings: list[Wording] = []
        self.lists: dict[str, list[str]] = defaultdict(list)
        for row in _pick(rows, NamedList):
            assert isinstance(row, NamedList)  # noqa: S101
            self.lists[row.list] += literals_of(row.words, {})
        self.vendors = {row.key: row for row in _pick(rows, Vendor) if isinstance(row, Vendor)}
        self.technologies = {
            row.key: row for row in _pick(rows, Technology) if isinstance(row, Technology)
        }

    def knowledge(self) -> Knowledge:
        for model in (
            FalseFriend, NeighbouringGoods, VendorWord, Product, Phrase, SupportingWord,
        ):  # fmt: skip
            for row in _pick(self.rows, model):
                assert isinstance(row, WordRule)  # noqa: S101
                self._word_rule(row)
        self._vendors_named_in_descriptions()
        return Knowledge(
            technologies=tuple(self.technologies.values()),
            types=tuple(row for row in _pick(self.rows, Type) if isinstance(row, Type)),
            vendors=tuple(self.vendors.values()),
            aliases=tuple(row for row in _pick(self.rows, Alias) if isinstance(row, Alias)),
            identifiers=tuple(
                row for row in _pick(self.rows, Identifier) if isinstance(row, Identifier)
            ),
            codes=tuple(row for row in _pick(self.rows, Code) if isinstance(row, Code)),
            examples=tuple(row for row in _pick(self.rows, Example) if isinstance(row, Example)),
            rules=tuple(self.rules),
            wordings=tuple(self.wordings),
            form_wordings=tuple(
                (row, literal)
                for row in _pick(self.rows, FormRule)
                if isinstance(row, FormRule)
                for literal in literals_of(row.words, self.lists)
            ),
            fingerprint=_fingerprint(self.rows),
        )

    def _word_rule(self, row: WordRule) -> None:
        first = phrases(row.words)[0]
        name = f"{row.FILE.removesuffix('.csv').replace('_', '-')}:{slug(first)}"
        scope = self.technologies[row.technology].scope if row.technology else "strict"
        common = {
            "technology": row.technology,
            "type": str(getattr(row, "type", "")),
            "scope": scope,
            "field": str(getattr(row, "field", "description")),
            "maker_id": str(getattr(row, "maker_id", "")),
            "vendor_id": str(getattr(row, "vendor_id", "")),
        }
        match row:
            case Product():
                maker = self.vendors[row.maker_id].vendor_name
                what = self._what(row.technology)
                related = "related" if "related" in (row.scope, scope) else "strict"
                self._add(
                    row, name, "product", 3, f"names {what} made by {maker}",
                    **{**common, "scope": related},
                )  # fmt: skip
            case Phrase():
                if row.counts == "yes":
                    title = f"these words mean {self._what(row.technology)} by themselves"
                    self._add(row, name, "phrase", 4, title, **common)
                else:
                    title = f"these words may mean {self._what(row.technology)}"
                    self._add(row, name, "possible", 6, title, **common)
            case NeighbouringGoods():
                title = "neighbouring goods, shown as related and not counted"
                self._add(
                    row, name, "related", 4, title, beats=int(row.beats),
                    **{**common, "scope": "related"},
                )  # fmt: skip
            case FalseFriend():
                self._add(row, name, "against", 7, row.because, beats=int(row.beats), **common)
            case VendorWord():
                self._vendor_word(row, f"{name}:{row.vendor_id}", common)
            case SupportingWord():
                title = "a supporting word"
                self._add(row, name, "support", 6, title, **common)
            case _:
                raise TypeError(f"{type(row).__name__} is no kind of rule")

    def _vendor_word(self, row: VendorWord, name: str, common: dict[str, str]) -> None:
        vendor = self.vendors[row.vendor_id].vendor_name
        match row.means:
            case "counted":
                title = f"{vendor} with these words means {self._what(row.technology)}"
                self._add(row, name, "vendor word", 5, title, **common)
            case "possible":
                title = f"{vendor} with these words may mean {self._what(row.technology)}"
                self._add(row, name, "vendor word", 6, title, **common)
            case "related":
                title = f"{vendor} with these words means neighbouring goods"
                self._add(
                    row, name, "vendor related", 5, title, beats=2,
                    **{**common, "scope": "related"},
                )  # fmt: skip
            case "not":
                title = f"{vendor} with these words means something else"
                self._add(row, name, "vendor against", 7, title, beats=2, **common)

    def _vendors_named_in_descriptions(self) -> None:
        """A maker's own name in a description is as good as a product's: resellers name it."""
        taken = {wording.literal for wording in self.wordings if wording.part == "words"}
        for row in _pick(self.rows, Alias):
            assert isinstance(row, Alias)  # noqa: S101
            vendor = self.vendors[row.vendor_id]
            if row.ambiguous == "yes" or vendor.sells not in ("exclusive", "mixed"):
                continue
            name = _name_in_text(row.alias)
            if name in taken or len(name) < 5:
                continue
            taken.add(name)
            technology = phrases(vendor.technologies)[0]
            kind = next((t for t in phrases(vendor.types) if self._belongs(t, technology)), "")
            exclusive = vendor.sells == "exclusive"
            scope = self._scope_of(vendor, technology)
            self._add(
                row,
                f"maker-named:{slug(row.alias)}",
                "product" if exclusive else "maker named",
                3 if exclusive else 6,
                f"names {vendor.vendor_name}, which makes {self._what(technology)}",
                technology=technology,
                type=kind,
                scope=scope,
                field="description",
                maker_id=row.vendor_id,
                vendor_id="",
                words=[name],
            )

    def _belongs(self, kind: str, technology: str) -> bool:
        return any(
            isinstance(row, Type) and row.type == kind and row.technology == technology
            for row in _pick(self.rows, Type)
        )

    def _scope_of(self, vendor: Vendor, technology: str) -> str:
        related = "related" in (vendor.scope, self.technologies[technology].scope)
        return "related" if related else "strict"

    def _what(self, technology: str) -> str:
        if not technology:
            return "surveillance technology"
        return self.technologies[technology].technology_name.lower()

    def _add(
        self,
        row: Row,
        rule_id: str,
        kind: str,
        strength: int,
        title: str,
        *,
        technology: str,
        type: str,  # noqa: A002
        scope: str,
        field: str,
        maker_id: str,
        vendor_id: str,
        beats: int = 0,
        words: list[str] | None = None,
    ) -> None:
        number = len(self.rules) + 1
        parts = {"words": words if words is not None else literals_of(row.words, self.lists)}  # type: ignore[attr-defined]
        for part in ("needs", "unless", "where"):
            parts[part] = literals_of(str(getattr(row, part, "")), self.lists)
        for part, found in parts.items():
            self.wordings += [Wording(number, part, literal) for literal in dict.fromkeys(found)]
        self.rules.append(
            Rule(
                number, rule_id, kind, field, technology, type, scope, strength, maker_id,
                vendor_id, beats, title, row, bool(parts["needs"]), bool(parts["where"]),
            )
        )  # fmt: skip


def literals_of(cell: str, lists: dict[str, list[str]]) -> list[str]:
    """Return every wording of a cell, the named lists in it included."""
    found: list[str] = []
    for phrase in phrases(cell):
        found += lists[phrase[1:]] if phrase.startswith("@") else literals(phrase)
    return found


_LEGAL_FORMS = {
    "INC", "INCORPORATED", "LLC", "LLP", "LP", "LTD", "LIMITED", "CORP", "CORPORATION", "CO",
    "COMPANY", "GMBH", "PLC",
}  # fmt: skip


def _name_in_text(alias: str) -> str:
    words = literals_or_plain(alias).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def literals_or_plain(text: str) -> str:
    """Return a name as it would stand in a normalised text."""
    from ingest.phrase import normal_text

    return normal_text(text)


def _fingerprint(rows: dict[type[Row], list[Row]]) -> str:
    digest = hashlib.sha256()
    for model in sorted(rows, key=lambda model: model.FILE):
        for row in rows[model]:
            digest.update(repr(row.model_dump(exclude={"file", "line"})).encode())
    return digest.hexdigest()[:16]
