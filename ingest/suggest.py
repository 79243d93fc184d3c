"""Vendor names that look like another name of a known vendor: suggested to a person, never taken.

Likeness is a reason to look, not to believe: of 22 true pairs of this field fuzzy matchers found
12, with 3 false ones. A suggestion that a person has checked becomes a line of
`vendor_aliases.csv`, with its source.
"""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
from rapidfuzz import fuzz, process

from ingest.knowledge import Knowledge
from ingest.vendors import define_names

LEAST = 88
# Words that many businesses share: two names must be alike without them as well.
_SHARED = frozenset(
    "COMMUNICATIONS TECHNOLOGY TECHNOLOGIES SYSTEM SYSTEMS SOLUTION SOLUTIONS SERVICE SERVICES"
    " GROUP ASSOCIATES INTERNATIONAL AMERICA USA GLOBAL SECURITY CONSULTING PARTNERS INDUSTRIES"
    " DATA SOFTWARE PRODUCTS HOLDINGS AND OF".split()
)


@dataclass(frozen=True)
class Suggestion:
    """A recorded name that no alias knows, and the known vendor that it looks like.

    `amount` is the money of its purchases of one record kind and basis, the largest such sum.
    `line` is ready for `data/reference/vendor_aliases.csv`, once a person has checked it.
    """

    name: str
    vendor_id: str
    vendor_name: str
    alias: str
    score: int
    purchases: int
    amount: Decimal | None
    currency: str | None
    record_kind: str
    basis: str
    example_purchase: str
    line: str


def suggest(
    database: Path, knowledge: Knowledge, *, least: int = LEAST, most: int = 100
) -> list[Suggestion]:
    """Return likely aliases among the unmatched vendor names of a ledger, the most money first.

    `least` is the lowest likeness from 0 to 100. Names are compared as aliases are: in capitals,
    without legal forms. Ambiguous aliases are left out: even their exact match needs a second sign.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{str(database).replace(chr(39), chr(39) * 2)}' (read_only)")
        catalog = str(_one(connection, "select database_name from duckdb_databases()"
                           " where not internal and path is not null"))  # fmt: skip
        define_names(connection)
        aliases = _aliases(connection, knowledge)
        names = connection.execute(_UNMATCHED.format(ledger=f'"{catalog}".core')).fetchall()
    known = {vendor.vendor_id: vendor.vendor_name for vendor in knowledge.vendors}
    found = []
    for normal, *facts in names:
        best = process.extractOne(normal, list(aliases), scorer=_likeness, score_cutoff=least)
        if best is None:
            continue
        alias, vendor_id = aliases[best[0]]
        found.append(_suggestion(facts, vendor_id, known[vendor_id], alias, round(best[1])))
    found.sort(key=lambda one: (-abs(one.amount or Decimal(0)), one.name))
    return found[:most]


def _likeness(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    """Return how alike two names are, 0 to 100: the lesser of the whole and its own words."""
    whole = fuzz.ratio(one, other, score_cutoff=score_cutoff)
    return min(whole, fuzz.ratio(_own(one), _own(other))) if whole else 0.0


def _own(name: str) -> str:
    return " ".join(word for word in name.split() if word not in _SHARED) or name


# One row for each recorded name that is no known vendor's: its largest sum of one kind and basis.
_UNMATCHED = """
with
  money as (
    select vendor_key, record_kind, basis, currency, count(*) as purchases, sum(amount) as amount,
      max_by(purchase_id, (abs(amount), purchase_id)) as example
    from {ledger}.purchase
    group by all
  )
select
  normal_name(named.vendor_name) as normal,
  named.vendor_name, purchases, amount, currency, record_kind, basis, example
from money
join {ledger}.vendor_name as named using (vendor_key)
join {ledger}.vendor as resolved using (vendor_key)
where not resolved.is_known and length(normal_name(named.vendor_name)) > 3
qualify row_number() over (
  partition by normal order by abs(amount) desc nulls last, named.vendor_name, vendor_key
) = 1
order by normal
"""


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = connection.execute(sql).fetchone()
    return row[0] if row else None


def _aliases(
    connection: duckdb.DuckDBPyConnection, knowledge: Knowledge
) -> dict[str, tuple[str, str]]:
    plain = [row for row in knowledge.aliases if row.ambiguous != "yes"]
    rows = connection.execute(
        "select normal_name(unnest($1::varchar[])), unnest($1::varchar[]), unnest($2::varchar[])",
        [[row.alias for row in plain], [row.vendor_id for row in plain]],
    ).fetchall()
    return {normal: (alias, vendor_id) for normal, alias, vendor_id in reversed(rows)}


def _suggestion(
    facts: list[object], vendor_id: str, vendor_name: str, alias: str, score: int
) -> Suggestion:
    name, purchases, amount, currency, record_kind, basis, example = facts
    text = io.StringIO()
    # The source says what was seen; how sure it is, a person says after looking.
    csv.writer(text, lineterminator="").writerow(
        [name, vendor_id, "name", "no", f"vendor name of {example}", "unverified"]
    )
    return Suggestion(
        name=str(name),
        vendor_id=vendor_id,
        vendor_name=vendor_name,
        alias=alias,
        score=score,
        purchases=int(str(purchases)),
        amount=Decimal(str(amount)) if amount is not None else None,
        currency=str(currency) if currency else None,
        record_kind=str(record_kind),
        basis=str(basis),
        example_purchase=str(example),
        line=text.getvalue(),
    )
