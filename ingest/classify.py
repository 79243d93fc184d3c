"""Classification: which purchases are surveillance technology, and why.

`classify` reads core.purchase, core.text, core.vendor_name and core.vendor, and writes
evidence.reason (every reason, with the record's words) and evidence.verdict (one row per
purchase that any rule touched). A person's decisions come afterwards and elsewhere: nothing
here ever looks at them, at the starter ledger's readings or at award numbers.

How contradictions are settled is written at the head of `classify_sql/40_verdict.sql`.
"""

from collections.abc import Sequence

import duckdb

from ingest.knowledge import Knowledge
from ingest.phrase import alternation, anchor, normal_text, phrases
from ingest.vendors import SQL, define_names

STEPS = ("10_candidates", "20_hits", "30_reasons", "40_verdict", "50_parent")
# Rules of these kinds make a purchase a candidate by their words alone; supporting words are
# looked for only where a vendor or a code points the same way.
_ALONE = {"product", "phrase", "possible", "related", "maker named"}


def classify(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    """Fill evidence.reason and evidence.verdict for the whole ledger.

    `resolve_vendors` must have run. Works in temporary tables, which it drops at the end.
    """
    define_names(connection)
    _load_rules(connection, knowledge)
    _load_facts(connection, knowledge)
    for step in STEPS:
        connection.execute((SQL / f"{step}.sql").read_text("utf-8"))
    for (table,) in connection.execute(
        "select table_name from duckdb_tables() where temporary"
    ).fetchall():
        connection.execute(f'drop table temp."{table}"')


def _table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Sequence[object]
) -> None:
    """Make a small temporary table from tuples; types follow the values."""
    lists = [list(values) for values in zip(*rows, strict=True)]  # type: ignore[call-overload]
    chosen = ", ".join(f"unnest(${place + 1}) as {column}" for place, column in enumerate(columns))
    connection.execute(f"create or replace temp table {name} as select {chosen}", lists)  # noqa: S608


def _load_rules(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    rules = {rule.number: rule for rule in knowledge.rules}
    _table(
        connection,
        "rule",
        ["rule", "rule_id", "kind", "field", "technology", "type", "scope", "strength",
         "maker_id", "vendor_id", "beats", "title"],
        [
            (r.number, r.rule_id, r.kind, r.field, r.technology, r.type, r.scope, r.strength,
             r.maker_id, r.vendor_id, r.beats, r.title)
            for r in knowledge.rules
        ],
    )  # fmt: skip
    found = [w for w in knowledge.wordings if w.part == "words"]
    _table(
        connection,
        "wording",
        ["rule", "field", "literal", "anchor"],
        [(w.rule, rules[w.rule].field, w.literal, anchor(w.literal)) for w in found],
    )
    sets: dict[tuple[str, ...], int] = {}
    conditions: list[tuple[int, str, int]] = []
    gathered: dict[tuple[int, str], list[str]] = {}
    for wording in knowledge.wordings:
        if wording.part != "words":
            gathered.setdefault((wording.rule, wording.part), []).append(wording.literal)
    for (rule, part), words in gathered.items():
        conditions.append((rule, part, sets.setdefault(tuple(sorted(set(words))), len(sets) + 1)))
    _table(connection, "condition", ["rule", "part", "word_set"], conditions)
    _table(
        connection,
        "word_set_literal",
        ["word_set", "literal"],
        [(number, literal) for words, number in sets.items() for literal in words],
    )
    alone = [
        w.literal
        for w in found
        if rules[w.rule].kind in _ALONE and rules[w.rule].field == "description"
    ]
    named = [w.literal for w in found if rules[w.rule].field == "vendor"]
    for variable, words in (("whobuys_words", alone), ("whobuys_vendor_words", named)):
        pattern = "(?i)" + alternation(words).replace("A-Z0-9", "A-Za-z0-9")
        connection.execute(f"set variable {variable} = {_literal(pattern)}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _load_facts(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    _table(
        connection,
        "known_vendor",
        ["vendor_id", "vendor_name", "role", "sells", "scope", "technologies", "types"],
        [
            (v.vendor_id, v.vendor_name, v.role, v.sells, v.scope, phrases(v.technologies),
             phrases(v.types))
            for v in knowledge.vendors
        ],
    )  # fmt: skip
    related = [t.technology for t in knowledge.technologies if t.scope == "related"]
    connection.execute(
        "update known_vendor set scope = 'related' where list_contains($1, technologies[1])",
        [related],
    )
    _table(
        connection,
        "known_technology",
        ["technology", "position"],
        [(t.technology, place) for place, t in enumerate(knowledge.technologies)],
    )
    technology_of = {t.type: t.technology for t in knowledge.types}
    first_types = {
        (v.vendor_id, technology_of[kind]): kind
        for v in knowledge.vendors
        for kind in reversed(phrases(v.types))
    }
    _table(
        connection,
        "known_vendor_type",
        ["vendor_id", "technology", "type"],
        [(vendor, technology, kind) for (vendor, technology), kind in first_types.items()],
    )
    _table(
        connection,
        "code",
        ["scheme", "code", "name", "technology", "use"],
        [
            (c.scheme, c.code.upper(), c.code_name.upper(), c.technology, c.use)
            for c in knowledge.codes
        ],
    )
    _table(
        connection,
        "form",
        ["position", "form", "field", "literal"],
        [
            (place, row.form, row.field, normal_text(literal))
            for place, (row, literal) in enumerate(knowledge.form_wordings)
        ],
    )
