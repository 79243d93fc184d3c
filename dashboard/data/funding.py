"""Out of which money purchases are paid, in the record's own words, and under which contract."""

from decimal import Decimal
from functools import lru_cache

import numpy as np

from dashboard.data.columns import Group, Mask, combinations, dollars
from dashboard.data.held import cents_of, group_of, held, holds, mask, numbers_of
from dashboard.data.opening import Build, Row, Rows
from dashboard.data.terms import Measure, Selection

# Records name each fund of a purchase, one after the other.
_MOST_WORDS = 3
_MOST_VEHICLES = 8


@lru_cache(maxsize=512)
def funding(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return a sum for each kind of fund, largest first; null where its words tell no kind.

    Columns: funding_kind, currency, amount, purchases, words (the funds named most often). Only of
    purchases whose record names a fund; a sum is of one currency.
    """
    known, words = held(build), group_of(build, "p.funding")
    chosen = mask(build, selection.of(measure)) & ~known.is_idv & (words.codes >= 0)
    kinds: dict[tuple[str | None, str | None], list[Row]] = {}
    for row in _sums(build, chosen, (known.groups["funding"], words)):
        kinds.setdefault((row["keys"][0], row["currency"]), []).append(row)
    found = []
    for (kind, currency), rows in kinds.items():
        rows.sort(key=lambda row: (-row["purchases"], row["keys"][1]))
        amounts = [row["amount"] for row in rows if row["amount"] is not None]
        found.append(
            {
                "funding_kind": kind,
                "currency": currency,
                "amount": sum(amounts, Decimal(0)) if amounts else None,
                "purchases": sum(row["purchases"] for row in rows),
                "words": [row["keys"][1] for row in rows[:_MOST_WORDS]],
            }
        )
    found.sort(
        key=lambda row: (
            row["amount"] is None, -(row["amount"] or 0), row["funding_kind"] is None,
            row["funding_kind"] or "",
        )
    )  # fmt: skip
    return tuple(found)


@lru_cache(maxsize=512)
def vehicles(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return the master and cooperative contracts that local purchases ride on, by purchases.

    Columns: contract_vehicle (in the record's words), currency, amount, purchases. Federal orders
    name theirs by number on the page of each purchase.
    """
    is_local = holds(build, "p.contract_vehicle is not null and p.register not like 'us_federal%'")
    chosen = mask(build, selection.of(measure)) & ~held(build).is_idv & is_local
    found = [
        {
            "contract_vehicle": row["keys"][0],
            "currency": row["currency"],
            "amount": row["amount"],
            "purchases": row["purchases"],
        }
        for row in _sums(build, chosen, (group_of(build, "p.contract_vehicle"),))
    ]
    found.sort(key=lambda row: (-row["purchases"], row["contract_vehicle"]))
    return tuple(found[:_MOST_VEHICLES])


def _sums(build: Build, chosen: Mask, groups: tuple[Group, ...]) -> list[Row]:
    """Return the amounts, in the record's own currency, of each combination of keys and currency.

    Columns: keys, currency, amount (null where no record says one), purchases.
    """
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return []
    every = (*groups, group_of(build, "p.currency"))
    firsts, numbers = combinations(every, rows)
    has_amount = holds(build, "p.amount is not null")[rows]
    cents = np.zeros(len(firsts), dtype=held(build).cents.dtype)
    np.add.at(cents, numbers, numbers_of(build, cents_of("coalesce(p.amount, 0)"))[rows])
    purchases = np.bincount(numbers)
    summed = np.bincount(numbers[has_amount], minlength=len(firsts))
    found = []
    for n, row in enumerate(rows[firsts]):
        *keys, currency = (group.at(row)[0] for group in every)
        amount = dollars(cents[n]) if summed[n] else None
        found.append(
            {
                "keys": keys, "currency": currency, "amount": amount,
                "purchases": int(purchases[n]),
            }
        )  # fmt: skip
    return found
