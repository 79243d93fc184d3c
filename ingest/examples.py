"""The examples of the reference data, run through the same classification as the ledger.

`check_reference` is what `whobuys check` calls: every file, every reference between files,
and every example. A rule whose example does not come true is refused with its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import WhobuysError
from ingest.knowledge import Knowledge, load_knowledge
from ingest.phrase import phrases
from ingest.reference import WordRule
from ingest.reference_files import InvalidReferenceError, Problem
from ingest.rules import Rule
from ingest.small_ledger import classified

# An example of a rule that is bound to a place is read as of an agency that satisfies every one.
AGENCY = "U.S. IMMIGRATION AND CUSTOMS ENFORCEMENT, CUSTOMS AND BORDER PROTECTION"


_BECAME = {
    ("matched", "strict"): "counted",
    ("matched", "related"): "related",
    ("possible", "strict"): "possible",
    ("possible", "related"): "possible",
}


@dataclass(frozen=True)
class _Case:
    rule: Rule
    text: str
    must_match: bool


def check_reference(folders: list[Path]) -> list[Problem]:
    """Return everything wrong with the reference data of the folders, ours first."""
    try:
        knowledge = load_knowledge(folders)
    except InvalidReferenceError as error:
        return error.problems
    except WhobuysError as error:
        return [Problem("data/reference", 1, str(error))]
    return [*_rule_examples(knowledge), *_record_examples(knowledge)]


def _cases(knowledge: Knowledge) -> Iterator[_Case]:
    for rule in knowledge.rules:
        if isinstance(rule.row, WordRule):
            for text in phrases(rule.row.matches):
                yield _Case(rule, text, must_match=True)
            for text in phrases(rule.row.does_not_match):
                yield _Case(rule, text, must_match=False)


def _rule_examples(knowledge: Knowledge) -> Iterator[Problem]:
    cases = list(_cases(knowledge))
    names = {vendor.vendor_id: vendor.vendor_name for vendor in knowledge.vendors}
    connection = classified(
        knowledge,
        {
            "agency": [AGENCY] * len(cases),
            "vendor": [
                case.text if case.rule.field == "vendor" else names.get(case.rule.vendor_id)
                for case in cases
            ],
            "description": [
                case.text if case.rule.field == "description" else None for case in cases
            ],
            "psc": [case.text if case.rule.field == "product code" else None for case in cases],
        },
        keep_fired=True,
    )
    fired = set(
        connection.execute("select purchase_id::integer, rule from evidence.fired").fetchall()
    )
    connection.close()
    for place, case in enumerate(cases):
        if ((place, case.rule.number) in fired) != case.must_match:
            verb = "does not match" if case.must_match else "matches"
            yield Problem(
                case.rule.row.file,
                case.rule.row.line,
                f"the rule {verb} its example `{case.text}`: change the words, the conditions "
                "or the example.",
            )


def _record_examples(knowledge: Knowledge) -> Iterator[Problem]:
    examples = knowledge.examples
    if not examples:
        return
    connection = classified(
        knowledge,
        {
            name: [getattr(example, name) or None for example in examples]
            for name in ("agency", "vendor", "description", "psc")
        },
    )
    verdicts = {
        row[0]: row[1:]
        for row in connection.execute(
            "select purchase_id::integer, status, scope, technology, rule from evidence.verdict"
        ).fetchall()
    }
    connection.close()
    for place, example in enumerate(examples):
        status, scope, technology, rule = verdicts.get(place, ("rejected", None, None, None))
        got = _BECAME.get((status, scope), "not counted")
        wanted = example.expected
        if wanted == "not counted" and got != "counted":
            continue
        if got != wanted or (got == "counted" and technology != example.technology):
            yield Problem(
                example.file,
                example.line,
                f"`{example.vendor}: {example.description}` should be {example.expected} "
                f"{example.technology} and is {got} {technology or ''} by {rule or 'no rule'}.",
            )
