"""What a change of the rules would do to the ledger, found out by the engine of the build itself.

Only purchases that the changed rules can touch are classified again, twice: as reference data
stand and as they would. A ledger of millions is answered in seconds, and with what a build would
say: decisions of people win here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from ingest.core import SQL
from ingest.decisions import Decision, apply_decisions, load_decisions
from ingest.errors import DeclarationError
from ingest.home import Home
from ingest.knowledge import Knowledge, load_knowledge
from ingest.reasons import classify, find_texts
from ingest.rule_edit import Edit, folders_with
from ingest.rules import Rule
from ingest.vendors import resolve_vendors

_LEDGER = ("purchase", "text", "vendor_name")


@dataclass(frozen=True)
class Changed:
    """One purchase that would be shown otherwise: what it is, and status, scope, technology."""

    purchase_id: str
    vendor_name: str | None
    agency_name: str | None
    description: str | None
    record_kind: str
    basis: str
    amount: Decimal | None
    currency: str
    before: str
    after: str


@dataclass(frozen=True)
class Moved:
    """By how much the counted total of one kind of record and meaning of amount would change."""

    record_kind: str
    basis: str
    currency: str
    purchases: int
    amount: Decimal


@dataclass(frozen=True)
class Effect:
    """What would change, largest amounts first, and the totals that move; never added together."""

    touched: int
    changes: tuple[Changed, ...]
    moved: tuple[Moved, ...]


def preview(edit: Edit, home: Home | None = None) -> Effect:
    """Return what the published ledger would look like with an edit of the rules.

    Raises DeclarationError where there is no published ledger, InvalidReferenceError where the
    edit is not valid.
    """
    home = home or Home.from_environment()
    database = home.published_database()
    if database is None:
        raise DeclarationError("There is no published database to try the rule on.")
    before = load_knowledge(home.reference_folders)
    with folders_with(edit, home) as folders:
        after = load_knowledge(folders)
    return effect(database, before, after, load_decisions(home.reference_folders))


def effect(
    database: Path, before: Knowledge, after: Knowledge, decisions: Mapping[str, Decision]
) -> Effect:
    """Return which purchases of a published database two states of knowledge see differently."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as connection:
        path = str(database).replace("'", "''")
        connection.execute(f"attach '{path}' as ledger (read_only)")
        connection.execute("create schema core; create schema seen")
        _find_touched(connection, before, after)
        for name in _LEDGER:
            key = "vendor_key" if name == "vendor_name" else "purchase_id"
            within = "core.purchase" if name == "vendor_name" else "seen.touched"
            connection.execute(
                f"create or replace table core.{name} as "
                f"from ledger.core.{name} semi join {within} using ({key})"
            )
        ids = {row[0] for row in connection.execute("from seen.touched").fetchall()}
        of_these = {key: made for key, made in decisions.items() if key in ids}
        for name, knowledge in (("before", before), ("after", after)):
            _judge(connection, name, knowledge, of_these)
        return Effect(len(ids), _changes(connection), _moved(connection))


def _facts(knowledge: Knowledge) -> dict[tuple[object, ...], Rule]:
    """Return the rules by what they say, their words and conditions included."""
    words: dict[int, list[tuple[str, str]]] = {}
    for wording in knowledge.wordings:
        words.setdefault(wording.rule, []).append((wording.part, wording.literal))
    return {
        (
            rule.rule_id, rule.kind, rule.field, rule.technology, rule.type, rule.scope,
            rule.strength, rule.maker_id, rule.vendor_id, rule.beats, rule.title,
            tuple(words.get(rule.number, ())),
        ): rule
        for rule in knowledge.rules
    }  # fmt: skip


def _wordings(before: Knowledge, after: Knowledge, field: str) -> list[str]:
    """Return the words that rules of only one of the two states look for in a field."""
    old, new = _facts(before), _facts(after)
    return [
        wording.literal
        for knowledge, mine, others in ((before, old, new), (after, new, old))
        for numbers in [
            {
                rule.number
                for facts, rule in mine.items()
                if facts not in others and rule.field == field
            }
        ]
        for wording in knowledge.wordings
        if wording.rule in numbers and wording.part == "words"
    ]


def _find_touched(
    connection: duckdb.DuckDBPyConnection, before: Knowledge, after: Knowledge
) -> None:
    """Fill seen.touched: purchases whose vendor or words the two states see differently.

    With them the contracts above them and the orders below: an order can take after its contract.
    """
    connection.execute("create table core.vendor_name as from ledger.core.vendor_name")
    for name, knowledge in (("before", before), ("after", after)):
        resolve_vendors(connection, knowledge)
        connection.execute(f"create table seen.vendor_{name} as from core.vendor")
    facts = [
        {v.vendor_id: v.model_dump(exclude={"file", "line"}) for v in knowledge.vendors}
        for knowledge in (before, after)
    ]
    differing = [
        key for key in facts[0].keys() | facts[1].keys() if facts[0].get(key) != facts[1].get(key)
    ]
    find_texts(connection, "by_words", "ledger.core.text", "purchase_id", "description",
               _wordings(before, after, "description"))  # fmt: skip
    find_texts(connection, "by_code", "ledger.core.purchase", "purchase_id", "psc",
               _wordings(before, after, "product code"))  # fmt: skip
    find_texts(connection, "by_name", "core.vendor_name", "vendor_key", "vendor_name",
               _wordings(before, after, "vendor"))  # fmt: skip
    connection.execute(
        """
        create table seen.touched as
        with vendors as (
            select vendor_key
            from seen.vendor_before as old join seen.vendor_after as new using (vendor_key)
            where (old.vendor_id, old.vendor_name, old.is_known, old.is_ambiguous)
                is distinct from (new.vendor_id, new.vendor_name, new.is_known, new.is_ambiguous)
                or list_contains($1, old.vendor_id) or list_contains($1, new.vendor_id)
            union from by_name
        ), found as (
            from by_words union from by_code
            union select purchase_id from ledger.core.purchase semi join vendors using (vendor_key)
        ), with_orders as (
            from found
            union select purchase_id from ledger.core.purchase where contract_ref in (from found)
        )
        from with_orders
        union
        select contract_ref from ledger.core.purchase semi join with_orders using (purchase_id)
        where contract_ref is not null
        """,
        [differing],
    )


def _judge(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    knowledge: Knowledge,
    decisions: dict[str, Decision],
) -> None:
    """Fill seen.status_`name` as a build with this knowledge would."""
    resolve_vendors(connection, knowledge)
    apply_decisions(connection, decisions, knowledge)
    classify(connection, knowledge)
    connection.execute("drop table if exists core.status")
    # The file's first statement makes the table; the rest reports on changed records.
    (made, *_) = duckdb.extract_statements((SQL / "40_status.sql").read_text("utf-8"))
    connection.execute(made)
    connection.execute(
        f"""
        create table seen.status_{name} as
        select
            purchase_id, status in ('confirmed', 'matched') and scope = 'strict'
                and record_kind <> 'idv' as is_counted,
            case when status = 'rejected' then status
                else concat_ws(', ', status, scope, technology) end as said
        from core.status join core.purchase using (purchase_id)
        """
    )


_COMPARED = """
    from core.purchase as purchase
    left join seen.status_before as old using (purchase_id)
    left join seen.status_after as new using (purchase_id)
"""


def _changes(connection: duckdb.DuckDBPyConnection) -> tuple[Changed, ...]:
    rows = connection.execute(
        f"""
        select purchase_id, named.vendor_name, agency_name, description, record_kind, basis,
            amount, currency, coalesce(old.said, 'not touched'), coalesce(new.said, 'not touched')
        {_COMPARED} left join core.vendor_name as named using (vendor_key)
        where old.said is distinct from new.said
        order by abs(amount) desc nulls last, purchase_id
        """
    ).fetchall()
    return tuple(Changed(*row) for row in rows)


def _moved(connection: duckdb.DuckDBPyConnection) -> tuple[Moved, ...]:
    rows = connection.execute(
        f"""
        select record_kind, basis, currency, sum(sign)::integer, sum(sign * amount)::decimal(38, 2)
        from (
            select record_kind, basis, currency, coalesce(amount, 0) as amount,
                coalesce(new.is_counted, false)::integer
                    - coalesce(old.is_counted, false)::integer as sign
            {_COMPARED}
        )
        where sign <> 0 group by all order by all
        """
    ).fetchall()
    return tuple(Moved(*row) for row in rows)
