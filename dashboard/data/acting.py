"""What a reader can act on: contracts that end, their last day to act, and laws on records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from dashboard.data.columns import Numbers, day, number_of
from dashboard.data.held import held, holds, mask
from dashboard.data.opening import Build, Row, Rows, ask, connection
from dashboard.data.places import around, every_place
from dashboard.data.records import sorted_by, whole
from dashboard.data.selected import PURCHASES
from dashboard.data.terms import Selection

_NOTICE = """
    left join lateral (
        select days, what as notice_what, source_title as notice_source,
            source_url as notice_url, confidence as notice_confidence
        from mart.notice_period as n
        where n.purchase_id = ending.purchase_id
            or (n.purchase_id is null and n.vendor_id = ending.vendor_id
                and n.place_id = ending.place_id)
        -- What is said of the purchase itself comes before what is said of the vendor.
        order by n.purchase_id is null limit 1
    ) as notice on true
    """
# Umbrella contracts end by their last day to order.
_ENDING = f"""
    from (
        select place_in_table, purchase_id, vendor_id, place_id,
            coalesce(end_date, ordering_end_date) as ends
        from {PURCHASES} where ends is not null
    ) as ending {_NOTICE}
    """
_NO_NOTICE = dict.fromkeys(
    ("days", "notice_what", "notice_source", "notice_url", "notice_confidence")
)
# Purchases of which the record says by how much amendments raised the ceiling.
_GREW = "p.ceiling_growth_usd > 0"
_GROWN_ORDERS = {
    "dollars": "ceiling_growth_usd desc nulls last, purchase_id",
    "share": "(ceiling_growth_usd / nullif(first_ceiling_usd, 0))::double desc nulls last, "
    "purchase_id",
}


@dataclass(frozen=True)
class _Ends:
    """The purchases that have an end, by where they stand in memory: the first to act on first."""

    order: Numbers
    days: Numbers
    "Of each of them, the day of its end since 1970."
    notices: Mapping[int, Row]
    "The notice period of those that have one."


@lru_cache(maxsize=2)
def _every_end(build: Build) -> _Ends:
    with connection(build) as cursor:
        found = cursor.execute(
            f"""
            select place_in_table, date_diff('day', date '1970-01-01', ends) as day {_ENDING}
            order by coalesce((ends - days)::date, ends), ends, purchase_id
            """
        ).fetchnumpy()
    notices = ask(build, f"select place_in_table, notice.* {_ENDING} where notice_what is not null")
    places = held(build).places
    return _Ends(
        np.searchsorted(places, np.asarray(found["place_in_table"])).astype(np.int32),
        np.asarray(found["day"]).astype(np.int32),
        {int(np.searchsorted(places, row.pop("place_in_table"))): row for row in notices},
    )


@lru_cache(maxsize=16)
def ending(
    build: Build, selection: Selection, first: date, last: date, most: int = 1000, start: int = 0
) -> Rows:
    """Return selected purchases that end between two days, both included, soonest first.

    `days` and `last_day_to_act` are null where no notice period is on record. Umbrella contracts
    end by their last day to order.
    """
    known = _every_end(build)
    which = _ending(build, selection, first, last)[start : start + most]
    rows = known.order[which]
    found = []
    for row, number, purchase in zip(rows, known.days[which], whole(build, rows), strict=True):
        notice, ends = known.notices.get(int(row), _NO_NOTICE), day(number)
        days = notice["days"]
        act = None if days is None else ends - timedelta(days=days)
        found.append({**purchase, **notice, "ends": ends, "last_day_to_act": act})
    return tuple(found)


def _ending(build: Build, selection: Selection, first: date, last: date) -> Numbers:
    """Return where the selected purchases that end between two days stand among all that end."""
    known = _every_end(build)
    is_within = (known.days >= number_of(first)) & (known.days <= number_of(last))
    return np.flatnonzero(mask(build, selection)[known.order] & is_within)


@lru_cache(maxsize=512)
def ending_counted(build: Build, selection: Selection, first: date, last: date) -> Rows:
    """Return for each source and agency how many selected purchases end between two days.

    The soonest first. Columns: source_id, agency_id, agency_name, place_name, purchases, first_end
    and with_notice, which says of how many a notice period is on record.
    """
    known, behind = _every_end(build), held(build).behind
    which = _ending(build, selection, first, last)
    groups: dict[int, list[int]] = {}
    for place, code in zip(which.tolist(), behind.codes[known.order[which]].tolist(), strict=True):
        groups.setdefault(code, []).append(place)
    firsts = whole(build, known.order[[places[0] for places in groups.values()]])
    found = []
    for purchase, (code, places) in zip(firsts, groups.items(), strict=True):
        source_id, agency_id = behind.keys[code]
        notices = [known.notices.get(int(row), _NO_NOTICE) for row in known.order[places]]
        found.append(
            {
                "source_id": source_id,
                "agency_id": agency_id,
                "agency_name": purchase["agency_name"],
                "place_name": purchase["place_name"],
                "purchases": len(places),
                "first_end": day(known.days[places].min()),
                "with_notice": sum(notice["days"] is not None for notice in notices),
            }
        )
    return tuple(sorted(found, key=lambda row: (row["first_end"], row["agency_id"] or "")))


@lru_cache(maxsize=64)
def grown(build: Build, selection: Selection, order: str = "dollars", most: int = 25) -> Rows:
    """Return selected purchases whose ceiling amendments raised, by `dollars` or by `share`.

    Growth compares the ceiling now with the ceiling at signing; where either is not in the record
    it cannot be said, and the purchase is not here.
    """
    chosen = mask(build, selection) & holds(build, _GREW)
    rows = whole(build, sorted_by(build, chosen, _GROWN_ORDERS[order])[:most])
    return tuple({**row, "growth_share": _growth_share(row)} for row in rows)


def _growth_share(row: Row) -> float | None:
    first = row["first_ceiling_usd"]
    return float(row["ceiling_growth_usd"]) / float(first) if first else None


@lru_cache(maxsize=64)
def added_since_signing(build: Build, selection: Selection, most: int = 10) -> Rows:
    """Return selected purchases to whose first obligation later changes added, the most first.

    `in_all` counts them. Only purchases whose every transaction from the first is in the records
    have a first obligation; a lifetime total says nothing of when it grew.
    """
    added = holds(
        build,
        "p.amount_scope = 'window' and p.record_kind <> 'idv' "
        "and p.amount_usd > p.first_obligated_usd",
    )
    every = sorted_by(
        build,
        mask(build, selection) & added,
        "amount_usd - first_obligated_usd desc nulls last, purchase_id",
    )
    return tuple(
        {**row, "added_usd": row["amount_usd"] - row["first_obligated_usd"], "in_all": len(every)}
        for row in whole(build, every[:most])
    )


@lru_cache(maxsize=512)
def growth_known(build: Build, selection: Selection) -> Row:
    """Return of how many selected purchases growth can be said, and of how many it cannot."""
    chosen = mask(build, selection) & ~held(build).is_idv
    known = int((chosen & holds(build, "p.ceiling_growth_usd is not null")).sum())
    return {
        "known": known,
        "unknown": int(chosen.sum()) - known,
        "grew": int((chosen & holds(build, _GREW)).sum()),
    }


@lru_cache(maxsize=2)
def _every_records_law(build: Build) -> Mapping[str, Row]:
    rows = ask(build, "select * from mart.records_law")
    return {row["place_id"]: row for row in rows}


def records_law(build: Build, place_id: str) -> Row | None:
    """Return the law under which a place's bodies give records: its own, or one from above."""
    places = every_place(build)
    of_place = _every_records_law(build)
    for steps, each in enumerate(around(build, place_id)):
        found = of_place.get(each)
        if found and (steps == 0 or found["binds_below"]):
            name = places[each]["place_name"] if each in places else None
            return {**found, "place_name": name, "steps": steps}
    return None


def place(build: Build, place_id: str) -> Row | None:
    """Return one place, or None."""
    return every_place(build).get(place_id)


@lru_cache(maxsize=512)
def buyers_of_place(build: Build, place_id: str) -> tuple[str, ...]:
    """Return the agencies of a place itself that bought what is published, or were searched."""
    rows = ask(
        build,
        """
        select distinct agency_id from (
            select agency_id, place_id from mart.purchase
            union all
            select agency_id, place_id from mart.coverage
        ) where place_id = $place_id and agency_id is not null order by agency_id
        """,
        place_id=place_id,
    )
    return tuple(str(row["agency_id"]) for row in rows)


@lru_cache(maxsize=256)
def called(build: Build, name: str) -> Rows:
    """Return the agencies and places of that id, name, short name or former name.

    Columns: kind (`agency` or `place`), id, name, place_name. Places first: who asks for Chicago
    means the city, and not one of its bodies.
    """
    return ask(
        build,
        """
        select * from (
            select 'place' as kind, p.place_id as id, p.place_name as name,
                above.place_name as place_name
            from mart.place as p
            left join mart.place as above on above.place_id = p.parent_place_id
            where p.place_id = $name or lower(p.place_name) = lower($name)
            union all
            select 'agency', agency_id, agency_name, place_name from mart.agency
            where agency_id = $name or lower(agency_name) = lower($name)
                or lower(abbreviation) = lower($name)
                or list_contains(list_transform(list_concat(
                    coalesce(former_names, []), coalesce(other_names, [])),
                    lambda word: lower(word)), lower($name))
        ) order by kind desc, id
        """,
        name=name.strip(),
    )


@lru_cache(maxsize=4)
def buying_places(build: Build) -> Rows:
    """Return the places whose agencies bought what is counted, by name."""
    return ask(
        build,
        """
        select place_id, any_value(place_name) as place_name, count(*) as purchases
        from mart.purchase where is_counted and place_id is not null
        group by place_id order by place_name, place_id
        """,
    )


@lru_cache(maxsize=512)
def without_end(build: Build, selection: Selection) -> int:
    """Return how many selected purchases have no end in the record."""
    has_no_end = holds(build, "p.end_date is null and p.ordering_end_date is null")
    return int((mask(build, selection) & has_no_end & ~held(build).is_idv).sum())
