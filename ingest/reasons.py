"""Classification: which purchases are surveillance technology, and why.

`classify` reads core.purchase, core.text, core.vendor_name and core.vendor, and writes
evidence.reason (every reason, with the record's words) and evidence.verdict (one row per
purchase that any rule touched). A person's decisions come afterwards and elsewhere: nothing
here ever looks at them, at the starter ledger's readings or at award numbers.

How contradictions are settled is written at the head of `classify_sql/40_verdict.sql`.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import duckdb

from ingest.knowledge import Knowledge
from ingest.own_tables import own_tables
from ingest.phrase import SHORTEST_WITH_PLURAL, alternations, beginnings, phrases, shortest
from ingest.vendors import SQL, define_names

# A description with fewer letters than this, administrative words apart, tells nothing.
SHORTEST_TELLING = 12
STEPS = (
    "10_candidates", "20_hits", "30_reasons", "35_passing", "40_verdict", "50_parent", "60_inherit",
)  # fmt: skip
# Rules of these kinds make a purchase a candidate by their words alone; supporting words are
# looked for only where a vendor or a code points the same way.
_ALONE = {"product", "phrase", "possible", "related", "maker named"}


def classify(
    connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, *, keep_fired: bool = False
) -> None:
    """Fill evidence.reason and evidence.verdict for the whole ledger.

    `resolve_vendors` must have run. Works in temporary tables of its own.
    `keep_fired` leaves evidence.fired (purchase_id, rule number) for tests of single rules.
    """
    define_names(connection)
    with own_tables(connection):
        _load_rules(connection, knowledge, every_rule=keep_fired)
        _load_facts(connection, knowledge)
        for step in STEPS:
            connection.execute((SQL / f"{step}.sql").read_text("utf-8"))
            if step == "30_reasons":
                _find_forms(connection, knowledge, _OWN)
            elif step == "50_parent":
                _find_forms(connection, knowledge, "inherited")
        if keep_fired:
            connection.execute(
                "create or replace table evidence.fired as select purchase_id, rule from hit"
            )
    connection.execute("drop macro is_telling; drop macro watches_people")


# Columns of the knowledge tables that are not text.
_TYPES = {
    "rule": "integer",
    "strength": "integer",
    "beats": "integer",
    "word_set": "integer",
    "position": "integer",
    "technologies": "varchar[]",
    "is_plain": "boolean",
}


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Make a small temporary table from tuples, also when there are none."""
    lists = [[row[place] for row in rows] for place in range(len(columns))]
    chosen = ", ".join(
        f"unnest(${place + 1}::{_TYPES.get(column, 'varchar')}[]) as {column}"
        for place, column in enumerate(columns)
    )
    connection.execute(f"create or replace temp table {name} as select {chosen}", lists)


def _anchors(knowledge: Knowledge) -> Callable[[str], str]:
    """Return how to choose the word of a wording by which it is looked up: a telling, rare one.

    The fewer texts hold the word, the fewer wordings are compared as a whole.
    """
    plain = set(knowledge.lists.get("plain words", ()))
    used = Counter(word for wording in knowledge.wordings for word in wording.literal.split())

    def anchor(literal: str) -> str:
        return min(
            literal.split(),
            key=lambda word: (len(word) <= SHORTEST_WITH_PLURAL, word in plain, used[word], word),
        )

    return anchor


def _load_rules(
    connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, *, every_rule: bool
) -> None:
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
    anchor = _anchors(knowledge)
    _table(
        connection,
        "wording",
        ["rule", "field", "literal", "padded", "anchor"],
        [
            (w.rule, rules[w.rule].field, w.literal, f" {w.literal} ", anchor(w.literal))
            for w in found
        ],
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
        ["word_set", "literal", "padded", "anchor"],
        [
            (number, word, f" {word} ", anchor(word))
            for words, number in sets.items()
            for word in words
        ],
    )
    # Neighbouring goods that need a second word are looked for only beside something else.
    silent = {w.rule for w in knowledge.wordings if w.part == "needs"}
    silent = {number for number in silent if rules[number].kind == "related"}
    alone = [
        w.literal
        for w in found
        if (every_rule or (rules[w.rule].kind in _ALONE and w.rule not in silent))
        and rules[w.rule].field == "description"
    ]
    named = [w.literal for w in found if rules[w.rule].field == "vendor"]
    find_texts(connection, "told_by_words", "core.text", "purchase_id", "description", alone)
    if every_rule:
        connection.execute("insert into told_by_words select purchase_id from core.purchase")
    find_texts(connection, "told_by_name", "core.vendor_name", "vendor_key", "vendor_name", named)


def find_texts(
    connection: duckdb.DuckDBPyConnection,
    found: str,
    table: str,
    key: str,
    column: str,
    wordings: list[str],
) -> None:
    """Collect the keys of the rows whose text has one of the wordings.

    Each distinct text is read once, and read closely only where a wording may begin in it. The
    patterns are written into the query: a constant is compiled once, a column per row.
    """
    wanted = shortest(wordings)
    may, does = (
        " or ".join(f"regexp_matches(words, {_literal(pattern)})" for pattern in patterns)
        for patterns in (beginnings(wanted), alternations(wanted))
    )
    texts = f"select distinct {column} from {table}"
    connection.execute(
        f"create or replace temp table {found} as select distinct {key} from {table} semi join "
        f"(from (select {column}, upper({column}) as words from ({texts})) "
        f"where ({may or 'false'}) and ({does or 'false'})) using ({column})"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# Only purchases with a reason need a form.
_OWN = (
    "(from candidate_record semi join (from reason_found where speaks = 'for') using (purchase_id))"
)


def _find_forms(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge, records: str) -> None:
    """Fill form_found: the form of each of the records; the first line of forms.csv decides.

    One pass per field finds every word of every form; the words then tell their lines.
    """
    _table(
        connection,
        "form",
        ["position", "form", "field", "literal"],
        [
            (place, row.form, row.field, literal)
            for place, (row, literal) in enumerate(knowledge.form_wordings)
        ],
    )
    parts = []
    for field, text, name in (
        ("description", "words", "description"),
        ("psc", "normal_text(psc)", "product code"),
    ):
        wordings = [wording for row, wording in knowledge.form_wordings if row.field == field]
        parts += [
            f"select purchase_id, '{field}' as field, '{name}' as name, "
            f"unnest(list_distinct(regexp_extract_all({text}, {_literal(pattern)}))) as literal "
            f"from {records}"
            for pattern in alternations(wordings)
        ]
    found = (
        " union all ".join(parts)
        or "select '' as purchase_id, '' as field, '' as name, '' as literal"
    )
    connection.execute(
        "create or replace temp table form_found as "
        "select purchase_id, min_by(form, position) as form, "
        "min_by(name || ': ' || lower(literal), position) as form_evidence "
        f"from ({found}) join form using (field, literal) group by purchase_id"
    )


def _enumerated(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _load_facts(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    what = {
        t.technology: "surveillance technology"
        if t.technology == "other"
        else t.technology_name.lower()
        for t in knowledge.technologies
    }
    _table(
        connection,
        "known_vendor",
        ["vendor_id", "vendor_name", "role", "sells", "scope", "technologies", "all_goods"],
        [
            (v.vendor_id, v.vendor_name, v.role, v.sells, v.scope, phrases(v.technologies),
             _enumerated([what[name] for name in phrases(v.technologies)]))
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
        ["technology", "position", "what"],
        [
            (t.technology, place, what[t.technology])
            for place, t in enumerate(knowledge.technologies)
        ],
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
        "plain_word",
        ["literal", "is_plain"],
        [(word, True) for word in dict.fromkeys(knowledge.lists.get("plain words", ()))],
    )
    telling = "words"
    for part in alternations(knowledge.lists.get("administrative words", ())):
        telling = f"regexp_replace({telling}, {_literal(part)}, ' ', 'g')"
    watching = " or ".join(
        f"regexp_matches(words, {_literal(part)})"
        for part in alternations(knowledge.lists.get("law enforcement", ()))
    )
    connection.execute(
        "create or replace temp macro is_telling(words) as "
        f"length(regexp_replace({telling}, '[^A-Z]', '', 'g')) >= {SHORTEST_TELLING}; "
        f"create or replace temp macro watches_people(words) as ({watching or 'false'})"
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
