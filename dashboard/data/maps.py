"""What maps draw: money and laws by place, each with what was searched."""

from functools import lru_cache

import numpy as np

from dashboard.data.columns import Group, Mask, Numbers, dollars
from dashboard.data.held import group_of, held, mask
from dashboard.data.opening import Build, Rows, ask
from dashboard.data.places import every_place
from dashboard.data.terms import Measure, Selection


@lru_cache(maxsize=16)
def spending_by_place(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return what the bodies of each place bought, the largest sum first.

    Federal awards stand at the place where the record says that the work is done: the buyer sits
    everywhere. Columns: those of `mart.place`, and amount (null where every purchase is known only
    by a lifetime total), purchases, agencies.
    """
    known = held(build)
    chosen = mask(build, selection.of(measure)) & ~known.is_idv
    places = group_of(build, "p.work_place_id") if measure.is_federal else known.groups["place"]
    amounts = places.sums(chosen, known.money_of_each(chosen, selection.years))
    purchases = places.counts(chosen)
    has_money = np.zeros(len(purchases), dtype=np.bool_)
    moved = known.moved.row[known.moved_of(chosen, selection.years) & known.moved.has_money]
    has_money[places.codes[moved][places.codes[moved] >= 0]] = True
    agencies = _agencies_at(places, known.groups["agency"], chosen)
    every = every_place(build)
    found = [
        {
            **every[places.keys[n]],
            "amount": dollars(amounts[n]) if has_money[n] else None,
            "purchases": int(purchases[n]),
            "agencies": int(agencies[n]),
        }
        for n in np.flatnonzero(purchases)
        if places.keys[n] in every and places.keys[n].startswith("us_")
    ]
    found.sort(key=lambda row: (row["amount"] is None, -(row["amount"] or 0), row["place_name"]))
    return tuple(found)


def _agencies_at(places: Group, agencies: Group, chosen: Mask) -> Numbers:
    """Return how many agencies stand behind the chosen purchases of each place."""
    known = chosen & (places.codes >= 0) & (agencies.codes >= 0)
    both = places.codes[known].astype(np.int64) * len(agencies.keys) + agencies.codes[known]
    at = np.unique(both) // max(len(agencies.keys), 1)
    return np.bincount(at, minlength=len(places.keys))


@lru_cache(maxsize=4)
def us_places(build: Build) -> Rows:
    """Return the states and counties of the United States, and cities that are both."""
    return ask(
        build,
        """
        select * from mart.place
        where fips is not null and starts_with(place_id, 'us_') and length(fips) in (2, 5)
        order by fips
        """,
    )


@lru_cache(maxsize=4)
def searched_places(build: Build) -> frozenset[str]:
    """Return the places for whose own bodies some source of spending is loaded."""
    rows = ask(build, "select distinct place_id from mart.coverage where place_id is not null")
    return frozenset(str(row["place_id"]) for row in rows)
