"""A place beside others like it, per resident: only what can be compared, or nothing."""

from decimal import Decimal
from functools import lru_cache

from dashboard.data.opening import Build, Rows, ask
from dashboard.data.terms import Measure


@lru_cache(maxsize=256)
def peers(build: Build, place_id: str, measure: Measure, technology: str | None = None) -> Rows:
    """Return places of the same kind with what they and this place spent in the same years.

    Only places whose population is known, and only fiscal years for which a complete source covers
    both, in the same record kind, basis and currency: elsewhere nothing found would not mean
    nothing bought. Nearest in population first. Empty where there is nothing to compare.

    Columns: place_id, place_name, population, population_source, first_year, last_year, years,
    currency, amount, per_resident (of the peer); here_amount, here_population, here_per_resident
    (of this place, in those same years). Amounts are of counted purchases, of all technologies or
    of one; amounts per resident are for all those years together. Zero is a true zero: covered,
    and nothing counted.
    """
    rows = ask(
        build,
        """
        with
        covered as (
            select distinct place_id, fiscal_year, currency
            from mart.denominator
            where record_kind = $record_kind and basis = $basis and currency = $currency
        ),
        shared as (
            select other.place_id, fiscal_year, currency
            from covered as other
            join covered as here using (fiscal_year, currency)
            where here.place_id = $place_id and other.place_id <> $place_id
        ),
        spent as (
            select p.place_id, t.fiscal_year, t.currency, sum(t.amount) as amount
            from mart.purchase as p
            join mart.transaction as t using (purchase_id)
            where p.is_counted and p.record_kind = $record_kind and p.basis = $basis
                and ($technology is null or p.technology = $technology)
            group by all
        )
        select
            place.place_id, place.place_name, place.population, place.population_source,
            min(fiscal_year)::int as first_year, max(fiscal_year)::int as last_year,
            count(*)::int as years, currency,
            coalesce(sum(spent.amount), 0)::decimal(18, 2) as amount,
            coalesce(sum(own.amount), 0)::decimal(18, 2) as here_amount,
            here.population as here_population
        from shared
        join mart.place as place using (place_id)
        join mart.place as here on here.place_id = $place_id and here.kind = place.kind
        left join spent using (place_id, fiscal_year, currency)
        left join spent as own
            on own.place_id = $place_id and own.fiscal_year = shared.fiscal_year
            and own.currency = shared.currency
        where place.population > 0 and here.population > 0
        group by place.place_id, place.place_name, place.population, place.population_source,
            here.population, currency
        order by abs(ln(place.population) - ln(here.population)), place.place_id, currency
        """,
        place_id=place_id,
        record_kind=measure.record_kind,
        basis=measure.basis,
        currency=measure.currency,
        technology=technology,
    )
    return tuple(
        {
            **row,
            "per_resident": _each(row["amount"], row["population"]),
            "here_per_resident": _each(row["here_amount"], row["here_population"]),
        }
        for row in rows
    )


def _each(amount: Decimal, population: int) -> Decimal:
    return (amount / population).quantize(Decimal("0.0001"))
