"""Why is this not here? For one record: what was looked for, and what spoke for and against it."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ingest.knowledge import Knowledge
from ingest.phrase import normal_text
from ingest.rules import Rule
from ingest.small_ledger import COLUMNS, classified

MOST_NAMED = 6
_FOR = {"product", "phrase", "possible", "vendor word"}
_FAILED = {
    "needs": "it counts only beside one of these words: {words}",
    "unless": "it does not count beside “{found}”",
    "where": "it counts only for certain buyers or records ({words})",
}


@dataclass(frozen=True)
class WhyNot:
    """What became of a record, and why, in sentences to be read from top to bottom."""

    status: str
    counted: bool
    sentences: tuple[str, ...]


def why_not(record: Mapping[str, str | None], knowledge: Knowledge) -> WhyNot:
    """Say what was looked for in one record and what spoke against counting it.

    `record` has the columns agency, vendor, description, psc, naics; any may be missing.
    """
    connection = classified(knowledge, {name: [record.get(name) or None] for name in COLUMNS})
    try:
        verdict = connection.execute(
            "select status, scope, technology, against from evidence.verdict"
        ).fetchone()
        reasons = connection.execute(
            "select distinct title, speaks, scope, strength from evidence.reason "
            "order by speaks desc, strength, title"
        ).fetchall()
        sentences = [_vendor(connection, record, knowledge)]
    finally:
        connection.close()
    said = [f"For it: {title}." for title, speaks, scope, _ in reasons if speaks == "for"]
    said += [f"Against it: {title}." for title, speaks, _, _ in reasons if speaks == "against"]
    near = list(_near(record, knowledge))
    sentences += said
    sentences += near[:MOST_NAMED]
    if not said and not near:
        sentences.append(
            "None of the products, makers and phrases that we look for stands in the description."
        )
    sentences += _codes(record, knowledge)
    status, scope, technology, against = verdict or ("not touched", "strict", None, None)
    if against and not any(against in sentence for sentence in sentences):
        sentences.append(f"Against it: {against}.")
    counted = (status, scope) == ("matched", "strict")
    sentences.append(_result(status, scope, technology, knowledge))
    return WhyNot(status, counted, tuple(dict.fromkeys(sentences)))


def _what(technology: str | None, knowledge: Knowledge) -> str:
    names = {row.technology: row.technology_name.lower() for row in knowledge.technologies}
    found = names.get(technology or "", "")
    return found if found and technology != "other" else "surveillance technology"


def _result(status: str, scope: str, technology: str | None, knowledge: Knowledge) -> str:
    what = _what(technology, knowledge)
    match status, scope:
        case "matched", "strict":
            return f"So it is counted as {what}."
        case "matched", _:
            return "So it is shown among related goods, and not counted."
        case "possible", _:
            return f"So it may be {what}: it waits for a person to look at it, and is not counted."
        case "rejected", _:
            return "So it is not counted: what spoke against it weighed more."
    return "So nothing speaks for counting it."


def _vendor(
    connection: duckdb.DuckDBPyConnection, record: Mapping[str, str | None], knowledge: Knowledge
) -> str:
    recorded = (record.get("vendor") or "").strip()
    if not recorded:
        return "The record names no vendor."
    vendor_id, name, is_known, is_ambiguous = connection.execute(
        "select vendor_id, vendor_name, is_known, is_ambiguous from core.vendor"
    ).fetchall()[0]
    if not is_known:
        return f"The vendor “{recorded}” is none that we know to sell surveillance technology."
    vendor = knowledge.vendor(vendor_id)
    taken = f"The vendor “{recorded}” was taken for {name}"
    taken += " (a name that others bear too)" if is_ambiguous else ""
    technologies = [_what(part.strip(), knowledge) for part in vendor.technologies.split(";")]
    goods = ", ".join(dict.fromkeys(technologies))
    said = {
        "exclusive": f"which sells {goods}, and nothing else that we know of",
        "mixed": f"which sells {goods} among other things: a second sign is needed",
        "rarely": f"which seldom sells {goods}: only its own words count",
        "nothing": "which sells no surveillance technology that we know of",
    }[vendor.sells]
    if vendor.role in ("reseller", "vehicle"):
        said = "a reseller: its name alone says nothing about what was bought"
    return f"{taken}, {said}."


def _near(record: Mapping[str, str | None], knowledge: Knowledge) -> list[str]:
    """Say which rules found their words in the description and failed a condition, and which."""
    description = f" {normal_text(record.get('description') or '')} "
    inside = " || ".join(
        f" {normal_text(record.get(name) or '')} "
        for name in ("vendor", "psc", "naics", "description")
    )
    around = f"{inside} || {normal_text(record.get('agency') or '')} "
    rules = {rule.number: rule for rule in knowledge.rules if rule.kind in _FOR}
    parts: dict[int, dict[str, list[str]]] = {}
    for wording in knowledge.wordings:
        if wording.rule in rules:
            parts.setdefault(wording.rule, {}).setdefault(wording.part, []).append(wording.literal)
    found = []
    for number, rule in rules.items():
        words = [w for w in parts[number].get("words", []) if f" {w} " in description]
        if not words or (rule.vendor_id and rule.kind == "vendor word"):
            continue
        failed = _failed(rule, parts[number], inside, around)
        if failed:
            found.append(
                f"The description says “{max(words, key=len)}”, which may mean "
                f"{_what(rule.technology, knowledge)}; but {failed}."
            )
    return found


def _failed(rule: Rule, parts: dict[str, list[str]], inside: str, around: str) -> str:
    for part in ("unless", "needs", "where"):
        words = parts.get(part, [])
        stands = [w for w in words if f" {w} " in (around if part == "where" else inside)]
        if part == "unless" and stands:
            return _FAILED[part].format(found=stands[0])
        if part != "unless" and words and not stands:
            asked = str(getattr(rule.row, part)).replace("@", "any of our list for ")
            return _FAILED[part].format(words=asked)
    return ""


def _codes(record: Mapping[str, str | None], knowledge: Knowledge) -> list[str]:
    codes = [(name, record.get(name)) for name in ("psc", "naics") if record.get(name)]
    if not codes:
        return ["The record has no product or industry code."]
    sentences = []
    for name, value in codes:
        text = f" {normal_text(value or '')} "
        known = [
            code
            for code in knowledge.codes
            if code.scheme == name
            and (f" {code.code} " in text or f" {normal_text(code.code_name)} " in text)
        ]
        kind = "product" if name == "psc" else "industry"
        if known:
            what = ", ".join(_what(code.technology, knowledge) for code in known)
            sentences.append(f"The {kind} code “{value}” goes with {what}.")
        else:
            sentences.append(f"The {kind} code “{value}” supports no technology.")
    return sentences
