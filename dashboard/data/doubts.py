"""What waits for a person: doubtful purchases, and decisions whose record has changed."""

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
            (abs(coalesce(amount_usd, lifetime_usd, 0)) * coalesce(
                1 - abs(2 * {likeness} - 1), {_DOUBT}))::double as weight
        from mart.purchase as p
        left join mart.technology using (technology)
        {joined}
        where status = 'possible' and record_kind <> 'idv'
        order by weight desc, purchase_id limit $most
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


def waiting(build: Build) -> tuple[int, Decimal]:
    """Return how many purchases wait for a person, and their dollars."""
    rows = ask(
        build,
        """
        select count(*) as n, coalesce(sum(amount_usd), 0) as amount_usd
        from mart.purchase where status = 'possible' and record_kind <> 'idv'
        """,
    )
    return int(rows[0]["n"]), Decimal(rows[0]["amount_usd"])


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
