"""Who sells whose products: purchases whose maker is not the vendor."""

from functools import lru_cache

import numpy as np

from dashboard.data.columns import FAR, combinations, day, day_of, dollars
from dashboard.data.held import held, holds, mask, numbers_of
from dashboard.data.opening import Build, Rows
from dashboard.data.terms import Measure, Selection

_GROUPS = ("vendor", "maker", "technology")


# Few: each may be thousands of rows.
@lru_cache(maxsize=8)
def resold(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return a row for each vendor, maker and technology where the two differ, largest first.

    Every one of them: pages show a part, and sum the whole.
    Columns: vendor_id, vendor_name, maker_id, maker_name, technology, technology_name, purchases,
    amount (zero where nothing moved), first_date and last_date of the purchases.
    """
    known = held(build)
    is_of_another = holds(
        build, "p.maker_id is not null and p.maker_id is distinct from p.vendor_id"
    )
    chosen = mask(build, selection.of(measure)) & is_of_another & ~known.is_idv
    rows = np.flatnonzero(chosen)
    firsts, numbers = combinations([known.groups[group] for group in _GROUPS], rows)
    purchases = np.bincount(numbers, minlength=len(firsts))
    cents = np.zeros(len(firsts), dtype=known.cents.dtype)
    np.add.at(cents, numbers, known.money_of_each(chosen, selection.years))
    first, last = np.full(len(firsts), FAR), np.full(len(firsts), -FAR)
    np.minimum.at(first, numbers, numbers_of(build, day_of("p.first_date", FAR))[rows])
    np.maximum.at(last, numbers, numbers_of(build, day_of("p.last_date", -FAR))[rows])
    found = []
    for n, row in enumerate(rows[firsts]):
        vendor, maker, technology = (known.groups[group].at(row) for group in _GROUPS)
        found.append(
            {
                "vendor_id": vendor[0],
                "vendor_name": vendor[1],
                "maker_id": maker[0],
                "maker_name": maker[1],
                "technology": technology[0],
                "technology_name": technology[1],
                "purchases": int(purchases[n]),
                "amount": dollars(cents[n]),
                "first_date": day(first[n]) if first[n] < FAR else None,
                "last_date": day(last[n]) if last[n] > -FAR else None,
            }
        )
    found.sort(
        key=lambda row: (
            -row["amount"], row["vendor_name"] or "", row["maker_name"], row["technology"] or ""
        )
    )  # fmt: skip
    return tuple(found)
