"""Reference data made ready for classification: one list of rules, one list of wordings.

Every file of `data/reference/` that speaks of words becomes rules of one shape, so that the
SQL in `classify_sql/` knows one mechanism: a wording found in a field, conditions that hold,
a strength, and what the rule speaks for or against.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.phrase import phrases
from ingest.reference import (
    Alias,
    Code,
    Example,
    FormRule,
    Identifier,
    NamedList,
    Row,
    Technology,
    Type,
    Vendor,
)
from ingest.reference_files import (
    InvalidReferenceError,
    Problem,
    nearest,
    read_folders,
    unknown_names,
)
from ingest.rules import Compiler, Rule, Wording, rows_of


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
    lists: dict[str, tuple[str, ...]]
    fingerprint: str

    def vendor(self, vendor_id: str) -> Vendor:
        """Return the vendor of that id."""
        return next(vendor for vendor in self.vendors if vendor.vendor_id == vendor_id)

    def without(self, vendor_ids: Collection[str]) -> "Knowledge":
        """Return the knowledge as if nobody had heard of these vendors."""
        gone = {
            rule.number
            for rule in self.rules
            if rule.maker_id in vendor_ids or rule.vendor_id in vendor_ids
        }
        return replace(
            self,
            vendors=tuple(row for row in self.vendors if row.vendor_id not in vendor_ids),
            aliases=tuple(row for row in self.aliases if row.vendor_id not in vendor_ids),
            identifiers=tuple(row for row in self.identifiers if row.vendor_id not in vendor_ids),
            rules=tuple(rule for rule in self.rules if rule.number not in gone),
            wordings=tuple(row for row in self.wordings if row.rule not in gone),
        )


def load_knowledge(folders: list[Path]) -> Knowledge:
    """Load reference data, ours first, then a newsroom's own.

    Raises InvalidReferenceError with every problem found; nothing is loaded by halves.
    """
    rows, problems = read_folders(folders)
    problems += list(broken_references(rows))
    if problems:
        raise InvalidReferenceError(sorted(problems))
    compiler = Compiler(rows)
    return Knowledge(
        technologies=tuple(rows_of(rows, Technology)),
        types=tuple(rows_of(rows, Type)),
        vendors=tuple(rows_of(rows, Vendor)),
        aliases=tuple(rows_of(rows, Alias)),
        identifiers=tuple(rows_of(rows, Identifier)),
        codes=tuple(rows_of(rows, Code)),
        examples=tuple(rows_of(rows, Example)),
        rules=tuple(compiler.rules),
        wordings=tuple(compiler.wordings),
        form_wordings=tuple(
            (row, literal)
            for row in rows_of(rows, FormRule)
            for literal in compiler.wordings_of(row.words)
        ),
        lists={name: tuple(words) for name, words in compiler.lists.items()},
        fingerprint=_fingerprint(rows),
    )


def broken_references(rows: dict[type[Row], list[Row]]) -> Iterator[Problem]:
    """Yield a problem for every line that names a thing no file knows."""
    technologies = {row.key for row in rows_of(rows, Technology)}
    types = {row.type: row.technology for row in rows_of(rows, Type)}
    vendors = {row.key for row in rows_of(rows, Vendor)}
    lists = {row.list for row in rows_of(rows, NamedList)}
    known = {
        "technology": technologies,
        "technologies": technologies,
        "type": types,
        "types": types,
        "vendor_id": vendors,
        "maker_id": vendors,
    }
    named_by = ((Technology, "technology"), (Type, "type"), (Vendor, "vendor_id"))
    yield from unknown_names(rows, known, named_by=named_by)
    for found in rows.values():
        for row in found:
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


def _fingerprint(rows: dict[type[Row], list[Row]]) -> str:
    digest = hashlib.sha256()
    for model in sorted(rows, key=lambda model: model.FILE):
        for row in rows[model]:
            digest.update(repr(row.model_dump(exclude={"file", "line"})).encode())
    return digest.hexdigest()[:16]
