"""Out of which money purchases are paid, in the record's own words, and under which contract."""

from functools import lru_cache

from dashboard.data.opening import Build, Rows
from dashboard.data.selected import ask_selected
from dashboard.data.terms import Measure, Selection

# Records name each fund of a purchase, one after the other.
_MOST_WORDS = 3


@lru_cache(maxsize=512)
def funding(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return a sum for each kind of fund, largest first; null where its words tell no kind.

    Columns: funding_kind, currency, amount, purchases, words (the funds named most often). Only of
    purchases whose record names a fund; a sum is of one currency.
    """
    return ask_selected(
        build,
        selection.of(measure),
        """,
        named as (
            select funding_kind, currency, funding, count(*) as purchases,
                sum(amount) as amount
            from selected
            where funding is not null and record_kind <> 'idv'
            group by all
        )
        select funding_kind, currency, sum(amount) as amount,
            sum(purchases)::bigint as purchases,
            (list(funding order by purchases desc, funding))[1:$most] as words
        from named group by funding_kind, currency
        order by amount desc nulls last, funding_kind
        """,
        most=_MOST_WORDS,
    )


@lru_cache(maxsize=512)
def vehicles(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return the master and cooperative contracts that local purchases ride on, by purchases.

    Columns: contract_vehicle (in the record's words), currency, amount, purchases. Federal orders
    name theirs by number on the page of each purchase.
    """
    return ask_selected(
        build,
        selection.of(measure),
        """
        select contract_vehicle, currency, sum(amount) as amount, count(*) as purchases
        from selected
        where contract_vehicle is not null and register not like 'us_federal%'
            and record_kind <> 'idv'
        group by contract_vehicle, currency
        order by purchases desc, contract_vehicle limit 8
        """,
    )
