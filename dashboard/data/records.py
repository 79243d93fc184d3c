"""Purchases as rows, and all that is known of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from dashboard.data.columns import NO_YEAR, Group, Mask, Numbers, dollars, grouped
from dashboard.data.held import held, mask
from dashboard.data.opening import Build, Row, Rows, ask, ask_one, connection
from dashboard.data.selected import PURCHASES, selected_sql
from dashboard.data.terms import Selection

SORTS = {
    "Newest first": "last_date desc nulls last, purchase_id",
    "Oldest first": "first_date nulls last, purchase_id",
    "Largest amount": "shown_money desc nulls last, purchase_id",
    "Smallest amount": "shown_money nulls last, purchase_id",
    "Vendor": "upper(vendor_name), last_date desc nulls last, purchase_id",
    "Agency": "upper(agency_name), last_date desc nulls last, purchase_id",
    "Technology": "technology_name, last_date desc nulls last, purchase_id",
    "Place": "place_name, last_date desc nulls last, purchase_id",
    "Maker": "upper(maker_name), last_date desc nulls last, purchase_id",
    "How sure": "status, last_date desc nulls last, purchase_id",
    "Newest beginning": "first_date desc nulls last, purchase_id",
    "Ends first": "end_date nulls last, purchase_id",
    "Ends last": "end_date desc nulls last, purchase_id",
    "Highest ceiling": "ceiling_usd desc nulls last, purchase_id",
    "Grew most by amendment": "ceiling_growth_usd desc nulls last, purchase_id",
    "Most added since signing": "case when amount_scope = 'window' "
    "then amount_usd - first_obligated_usd end desc nulls last, purchase_id",
}

# Columns that the published purchase has not: what sums are made of.
_OF_SUMS = ("money", "money_currency")
# Where no reason says how strong it is.
_NO_STRENGTH = 127

_EVERY_ROW = """,
    sums as (
        select purchase_id, sum(money) as moved_money, max(fiscal_year) as last_year
        from moved group by purchase_id
    )
    select /*columns*/ from (
        select selected.* exclude (place_in_table), sums.last_year, /*shown*/ as shown_money,
            case when money_currency = 'USD' then shown_money end as shown_usd
        from selected left join sums using (purchase_id)
    )
    order by /*order*/
"""

_DOWNLOADED = "* exclude (money, money_currency, shown_money, last_year)"


def _every_row(
    selection: Selection, order: str, columns: str, rest: str = ""
) -> tuple[str, dict[str, object]]:
    shown = "moved_money" if selection.years else "money"
    sql = _EVERY_ROW + rest
    return selected_sql(selection, sql, order=SORTS[order], columns=columns, shown=shown)


def purchases(
    build: Build,
    selection: Selection,
    order: str = "Newest first",
    page: int = 1,
    size: int = 50,
) -> Rows:
    """Return one page of the selected purchases, sorted by one of `SORTS`.

    `shown_money` is the purchase's amount, or what moved in the selected years, in
    `money_currency`; `shown_usd` is the same in dollars, where they are known.
    """
    return purchases_from(build, selection, order, (page - 1) * size, size)


@lru_cache(maxsize=64)
def purchases_from(build: Build, selection: Selection, order: str, start: int, size: int) -> Rows:
    """Return so many of the selected purchases, after the first `start`."""
    known = held(build)
    if known.rows is None:
        sql, bound = _every_row(selection, order, "*", " limit $size offset $start")
        return ask(build, sql, size=size, start=start, **bound)
    places = _in_order(build, selection, order)[start : start + size]
    found = known.rows.take(places)
    cents, has_money = known.money_of(places, selection.years)
    years = known.last_year_of(places, selection.years)
    for row, amount, has, year in zip(found, cents, has_money, years, strict=True):
        row["last_year"] = int(year) if year != NO_YEAR else None
        moved = dollars(amount) if has else None
        row["shown_money"] = moved if selection.years else row["money"]
        row["shown_usd"] = row["shown_money"] if row["money_currency"] == "USD" else None
    return tuple(found)


def whole(build: Build, which: Numbers) -> list[Row]:
    """Return all that is published of purchases, by where they stand in memory, in this order."""
    known = held(build)
    if known.rows is not None:
        every = known.rows.take(which)
    else:
        places = known.places[which].tolist()
        rows = ask(
            build,
            f"select * from {PURCHASES} as p where list_contains($places, place_in_table)",
            places=places,
        )
        by_place = {row.pop("place_in_table"): row for row in rows}
        every = [by_place[place] for place in places]
    return [{**purchase, "shown_money": purchase["money"]} for purchase in every]


@lru_cache(maxsize=64)
def _in_order(build: Build, selection: Selection, order: str) -> Numbers:
    """Return where the selected purchases stand in memory, sorted by one of `SORTS`."""
    known = held(build)
    chosen = mask(build, selection)
    if selection.years and "shown_money" in SORTS[order]:
        # What moved in those years alone; purchases of which nothing did stand last.
        places = sorted_by(build, chosen, "purchase_id")
        cents, has_money = known.money_of(places, selection.years)
        keys = cents if order == "Smallest amount" else -cents
        return places[np.lexsort((keys, ~has_money))]
    return sorted_by(build, chosen, SORTS[order])


def sorted_by(build: Build, chosen: Mask, order: str) -> Numbers:
    """Return where purchases stand in memory, in one of our orders: SQL that ends with the id."""
    every = _sorted_by(build, order)
    return every[chosen[every]]


@lru_cache(maxsize=64)
def _sorted_by(build: Build, order: str) -> Numbers:
    """Return where all purchases stand in memory, in one of our orders."""
    with connection(build) as cursor:
        found = cursor.execute(
            f"""
            select place_in_table from (select *, money as shown_money from {PURCHASES})
            order by {order}
            """
        ).fetchnumpy()["place_in_table"]
    return np.searchsorted(held(build).places, np.asarray(found)).astype(np.int32)


def every_purchase(
    build: Build, selection: Selection, order: str = "Newest first", step: int = 1000
) -> Iterator[Row]:
    """Yield every selected purchase with all its columns, for downloads. Not cached."""
    with connection(build) as cursor:
        cursor.execute(*_every_row(selection, order, _DOWNLOADED))
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(step):
            for row in batch:
                yield dict(zip(names, row, strict=True))


@contextmanager
def purchase_batches(
    build: Build, selection: Selection, order: str = "Newest first"
) -> Iterator[Any]:
    """Give every selected purchase as Arrow record batches, for downloads. Not cached."""
    with connection(build) as cursor:
        sql, bound = _every_row(selection, order, _DOWNLOADED)
        yield cursor.sql(sql, params=bound).to_arrow_reader(5_000)


def purchase_columns(build: Build) -> list[str]:
    """Return the columns of a published purchase, in their order."""
    rows = ask(build, "describe mart.purchase")
    return [str(row["column_name"]) for row in rows]


@lru_cache(maxsize=2048)
def how_many(build: Build, selection: Selection) -> int:
    """Return how many purchases are selected."""
    return int(mask(build, selection).sum())


@lru_cache(maxsize=512)
def purchase(build: Build, purchase_id: str) -> Row | None:
    """Return one purchase with the name of its technology, or None."""
    rows = held(build).rows
    if rows is not None:
        place = rows.place_of(purchase_id)
        if place is None:
            return None
        row = rows.take(np.array([place]))[0]
        return {name: value for name, value in row.items() if name not in _OF_SUMS}
    return ask_one(
        build,
        """
        select p.*, technology_name
        from mart.purchase as p left join mart.technology using (technology)
        where purchase_id = $purchase_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def transactions_of(build: Build, purchase_id: str) -> Rows:
    """Return a purchase's transactions, oldest first, with the running total.

    `shown_amount` and `running_amount` are in dollars where those are known, else in the
    purchase's own currency: one purchase has one.
    """
    return ask(
        build,
        """
        select *, coalesce(amount_usd, amount) as shown_amount, sum(shown_amount) over (
            order by date, modification_number, transaction_id
            rows between unbounded preceding and current row) as running_amount
        from mart.transaction where purchase_id = $purchase_id
        order by date, modification_number, transaction_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def evidence_of(build: Build, purchase_id: str) -> Rows:
    """Return why a purchase counts and what spoke against it, strongest first."""
    return ask(
        build,
        """
        select e.*, technology_name
        from mart.evidence as e left join mart.technology using (technology)
        where purchase_id = $purchase_id order by speaks desc, position
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def source_of(build: Build, purchase_id: str) -> Row | None:
    """Return the source and the raw file that a purchase came from."""
    return ask_one(
        build,
        """
        select s.*, f.url as file_url, f.fetched_at, f.stamp
        from mart.purchase as p
        join mart.source as s using (source_id)
        left join mart.file as f
            on f.raw_sha256 = p.raw_sha256 and f.raw_member is not distinct from p.raw_member
        where p.purchase_id = $purchase_id
        limit 1
        """,
        purchase_id=purchase_id,
    )


@dataclass(frozen=True)
class _Reasons:
    """Why purchases count: an entry for each purchase and reason, with its strength."""

    row: Numbers
    titles: Group
    strength: Numbers


@lru_cache(maxsize=2)
def _every_reason(build: Build) -> _Reasons:
    with connection(build) as cursor:
        found = cursor.sql(
            """
            select p.rowid as place, e.title, min(e.strength) as strength
            from mart.evidence as e join mart.purchase as p using (purchase_id)
            where e.speaks <> 'against' and e.title is not null group by all
            """
        ).to_arrow_table()
    row = np.searchsorted(held(build).places, found["place"].to_numpy()).astype(np.int32)
    strength = found["strength"].fill_null(_NO_STRENGTH).to_numpy()
    return _Reasons(row, grouped(found["title"]), strength)


@lru_cache(maxsize=512)
def reasons(build: Build, selection: Selection, most: int = 5) -> Rows:
    """Return the reasons for which the selected purchases count, the most frequent first.

    Columns: title, strength (the best that it has among them), purchases.
    """
    every = _every_reason(build)
    chosen = mask(build, selection)[every.row]
    purchases = every.titles.counts(chosen)
    strength = np.full(len(purchases), _NO_STRENGTH)
    np.minimum.at(strength, every.titles.codes[chosen], every.strength[chosen])
    found = [
        {
            "title": every.titles.keys[n],
            "strength": int(strength[n]) if strength[n] < _NO_STRENGTH else None,
            "purchases": int(purchases[n]),
        }
        for n in np.flatnonzero(purchases)
    ]
    # What the record shows says more to a reader than that somebody read it.
    found.sort(
        key=lambda row: (
            row["strength"] == 1, -row["purchases"], row["strength"] or _NO_STRENGTH, row["title"]
        )
    )  # fmt: skip
    return tuple(found[:most])


@lru_cache(maxsize=512)
def sold_by_others(build: Build, made: Selection, most: int = 25) -> Rows:
    """Return the newest purchases of a maker's products that other vendors sold."""
    return purchases(build, replace(made, resold_only=True), "Newest first", 1, most)
