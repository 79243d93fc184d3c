"""What grants and sub-awards speak of, by the rules that judge purchases.

They stay beside purchases: a grant buys nothing by itself, and a sub-award's money is part of its
prime award's. A grant is judged by its description, with the recipient as the body that will buy;
a sub-award by its own description and by who is paid under it. Neither takes anything from a
prime award, and neither is ever counted.
"""

import duckdb

from ingest.knowledge import Knowledge
from ingest.small_ledger import classified
from ingest.tables import load_table

# For each table, what the rules read as the buyer, the seller with its identifier, and the words.
_READ = {
    "mart.grant": ("concat_ws(', ', recipient_name, agency_name)", "null", "null"),
    "mart.subaward": (
        "concat_ws(', ', agency_name, parent_agency_name)", "vendor_name_source", "vendor_uei",
    ),
}  # fmt: skip
_VERDICT = {
    "said_key": "bigint", "technology": "varchar", "type": "varchar", "technologies": "varchar[]",
    "status": "varchar", "scope": "varchar", "strength": "tinyint", "rule": "varchar",
    "rule_title": "varchar", "evidence_field": "varchar", "evidence": "varchar",
    "vendor_id": "varchar", "vendor_name": "varchar",
}  # fmt: skip
_FOUND = """
    select
        purchase.purchase_id::bigint, verdict.technology, verdict.type, verdict.technologies,
        verdict.status, if(verdict.technology is null, null, verdict.scope), verdict.strength,
        verdict.rule, title, verdict.field, verdict.evidence, vendor_id, vendor.vendor_name
    from core.purchase as purchase
    join core.vendor as vendor using (vendor_key)
    left join evidence.verdict as verdict using (purchase_id)
    left join (
        select purchase_id, rule, min(title) as title from evidence.reason group by all
    ) as reason on reason.purchase_id = purchase.purchase_id and reason.rule = verdict.rule
    order by 1
"""


def classify_beside(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    """Give every grant and sub-award its technology, status and evidence; null where none."""
    for table, (buyer, seller, identifier) in _READ.items():
        # The same words are judged once.
        connection.execute(
            "create or replace temp table said as select"
            " (row_number() over (order by buyer, seller, uei, words) - 1)::bigint as said_key, *"
            f" from (select distinct {buyer} as buyer, {seller}::varchar as seller,"
            f" {identifier}::varchar as uei, description as words from {table})"
        )
        _judge(connection, knowledge)
        vendor = "" if seller == "null" else ", vendor_id, vendor_name"
        names = ", ".join(name for name in _VERDICT if name != "said_key" and "vendor" not in name)
        connection.execute(
            f"create or replace table {table} as"
            f" select record.*, {names}{vendor}"
            f" from {table} as record"
            f" left join said on buyer is not distinct from {buyer}"
            f" and seller is not distinct from {seller}"
            f" and said.uei is not distinct from {identifier}"
            " and words is not distinct from description"
            " left join judged using (said_key) order by 1"
        )


def _judge(connection: duckdb.DuckDBPyConnection, knowledge: Knowledge) -> None:
    """Fill judged, one row for each row of said, in a ledger of its own."""
    records = connection.execute(
        "select buyer, seller, words, uei from said order by said_key"
    ).fetchall()
    found: list[tuple[object, ...]] = []
    if records:
        names = ("agency", "vendor", "description", "uei")
        lists = dict(zip(names, map(list, zip(*records, strict=True)), strict=True))
        with classified(knowledge, lists) as ledger:
            found = ledger.execute(_FOUND).fetchall()
    load_table(connection, "judged", _VERDICT, found)
