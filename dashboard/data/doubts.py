"""What waits for a person: doubtful purchases, and decisions whose record has changed."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dashboard.data.opening import Build, Rows, ask, columns_of

# How doubtful each strength of reason leaves a purchase, as a weight on its money.
_DOUBT = "case strength when 6 then 0.5 when 5 then 0.4 when 4 then 0.35 else 0.3 end"


@lru_cache(maxsize=16)
def queue(build: Build, most: int = 200) -> Rows:
    """Return possible purchases, the ones whose decision moves most money first.

    Money times doubt: a purchase that is likely one way is settled by the other reasons, so an
    even guess weighs most. Likeness to known ones, where it was computed, says how even.
    """
    known = "evidence.likeness" in columns_of(build)
    likeness = "l.likeness" if known else "null::double"
    joined = "left join evidence.likeness as l using (purchase_id)" if known else ""
    return ask(
        build,
        f"""
        select p.*, technology_name, {likeness} as likeness,
            case when amount_usd is null then coalesce(currency, 'USD') else 'USD' end as unit,
            (abs(coalesce(amount_usd, lifetime_usd, p.amount, 0)) * coalesce(
                1 - abs(2 * {likeness} - 1), {_DOUBT}))::double as weight
        from mart.purchase as p
        left join mart.technology using (technology)
        {joined}
        where status = 'possible' and record_kind <> 'idv'
        -- Amounts of two currencies cannot be compared: each has a queue of its own.
        qualify row_number() over (partition by unit order by weight desc, purchase_id) <= $most
        order by unit = 'USD' desc, unit, weight desc, purchase_id
        """,
        most=most,
    )


@lru_cache(maxsize=16)
def to_look_at_again(build: Build) -> Rows:
    """Return decisions and readings that no longer fit their record, with why."""
    return ask(
        build,
        """
        with changed as (
            select regexp_extract(message, 'decision on (.*?) was made', 1) as purchase_id, message
            from meta.issue where kind = 'decision to look at again'
        )
        select changed.message, p.*, technology_name
        from changed join mart.purchase as p using (purchase_id)
        left join mart.technology using (technology)
        order by abs(coalesce(amount_usd, 0)) desc, purchase_id
        """,
    )


@dataclass(frozen=True)
class Waiting:
    """The purchases of one currency that wait for a person, and what they come to."""

    currency: str
    purchases: int
    amount: Decimal


def waiting(build: Build) -> tuple[Waiting, ...]:
    """Return how many purchases wait for a person, by currency: dollars first."""
    rows = ask(
        build,
        """
        select unit as currency, count(*) as purchases, coalesce(sum(money), 0) as amount
        from (
            select coalesce(amount_usd, amount) as money,
                case when amount_usd is null then coalesce(currency, 'USD') else 'USD' end as unit
            from mart.purchase where status = 'possible' and record_kind <> 'idv'
        )
        group by unit order by unit = 'USD' desc, unit
        """,
    )
    return tuple(Waiting(**row) for row in rows)


@lru_cache(maxsize=64)
def neighbours(build: Build, purchase_id: str, vendor_id: str | None, most: int = 12) -> Rows:
    """Return other purchases of the same vendor, the decided ones first."""
    return ask(
        build,
        """
        select p.*, technology_name, coalesce(amount_usd, p.amount) as shown_money,
            case when amount_usd is null then coalesce(currency, 'USD') else 'USD' end
                as money_currency
        from mart.purchase as p left join mart.technology using (technology)
        where vendor_id = $vendor_id and purchase_id <> $purchase_id
        order by status = 'confirmed' desc, abs(amount_usd) desc nulls last, purchase_id
        limit $most
        """,
        purchase_id=purchase_id,
        vendor_id=vendor_id,
        most=most,
    )
