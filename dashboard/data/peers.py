"""Agencies and places beside others like them: only what can be compared, or nothing."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from math import log

from dashboard.data.names import agency, every_agency
from dashboard.data.opening import Build, Row, Rows, ask
from dashboard.data.places import every_place
from dashboard.data.terms import Measure

# What each agency or place spent, by its id and fiscal year.
_ByYear = Mapping[str, Mapping[int, Decimal]]

_MOST_AGENCIES = 12
_ZERO = Decimal("0.00")


@lru_cache(maxsize=64)
def _whole(build: Build, measure: Measure) -> _ByYear:
    """Return all spending of each agency, by year, as complete sources have it."""
    return _by_year(
        build,
        """
        select agency_id as id, fiscal_year, sum(amount) as amount
        from mart.denominator
        where record_kind = $record_kind and basis = $basis and currency = $currency
            and source_id in (select source_id from mart.source where is_complete)
        group by all
        """,
        measure,
    )


@lru_cache(maxsize=256)
def _spent(
    build: Build, measure: Measure, key: str, technology: str | None, *, is_complete: bool
) -> _ByYear:
    """Return what the counted purchases of each agency or place (`key`) came to, by year."""
    sources = "and t.source_id in (select source_id from mart.source where is_complete)"
    return _by_year(
        build,
        f"""
        select p.{key} as id, t.fiscal_year, sum(t.amount) as amount
        from mart.purchase as p join mart.transaction as t using (purchase_id)
        where p.is_counted and p.record_kind = $record_kind and p.basis = $basis
            and t.currency = $currency
            and ($technology is null or p.technology = $technology)
            {sources if is_complete else ""}
        group by all
        """,
        measure,
        technology=technology,
    )


def _by_year(build: Build, sql: str, measure: Measure, **parameters: object) -> _ByYear:
    found: dict[str, dict[int, Decimal]] = {}
    asked = {
        "record_kind": measure.record_kind, "basis": measure.basis, "currency": measure.currency,
        **parameters,
    }  # fmt: skip
    for row in ask(build, sql, **asked):
        if row["id"] is not None and row["fiscal_year"] is not None:
            found.setdefault(row["id"], {})[row["fiscal_year"]] = row["amount"] or _ZERO
    return found


@lru_cache(maxsize=256)
def agency_peers(build: Build, agency_id: str, measure: Measure) -> Rows:
    """Return agencies to set beside one: equal kind of record, basis, currency and years only.

    Federal: the other sub-agencies of its department, by share of all their spending. Local:
    bodies of the same kind elsewhere, per resident, nearest in population first. Both sides are
    of the years for which complete sources cover both; empty where there are none.

    Columns: agency_id, agency_name, place_name, kind, population, first_year, last_year, currency,
    amount, whole, here_amount, here_whole, here_population.
    """
    here, every = agency(build, agency_id), _whole(build, measure)
    if here is None or agency_id not in every:
        return ()
    spent = _spent(build, measure, "agency_id", None, is_complete=True)
    residents = _residents(build, here["place_id"])
    found = []
    for peer in every_agency(build).values():
        if peer["agency_id"] not in every or not _are_alike(build, here, peer):
            continue
        years = sorted(every[agency_id].keys() & every[peer["agency_id"]].keys())
        there, own = (_sum(every, each, years) for each in (peer["agency_id"], agency_id))
        if there <= 0 or own <= 0 or not (peer["kind"] is None or residents):
            continue
        found.append(
            {
                **{name: peer[name] for name in ("agency_id", "agency_name", "place_name", "kind")},
                "population": _residents(build, peer["place_id"]),
                "first_year": years[0],
                "last_year": years[-1],
                "currency": measure.currency,
                "amount": _sum(spent, peer["agency_id"], years),
                "whole": there,
                "here_amount": _sum(spent, agency_id, years),
                "here_whole": own,
                "here_population": residents,
            }
        )
    found.sort(
        key=lambda row: (
            _distance(row["population"], residents), -row["whole"], row["agency_id"]
        )
    )  # fmt: skip
    return tuple(found[:_MOST_AGENCIES])


def _are_alike(build: Build, here: Row, peer: Row) -> bool:
    """Whether an agency can stand beside another: one department, or one kind of body elsewhere."""
    if peer["agency_id"] == here["agency_id"]:
        return False
    if here["kind"] is None:
        return (
            peer["kind"] is None
            and here["parent_agency_id"] is not None
            and peer["parent_agency_id"] == here["parent_agency_id"]
        )
    is_elsewhere = None not in (here["place_id"], peer["place_id"]) and (
        peer["place_id"] != here["place_id"]
    )
    return (
        is_elsewhere
        and peer["kind"] == here["kind"]
        and here["level"] is not None
        and peer["level"] == here["level"]
        and (_residents(build, peer["place_id"]) or 0) > 0
    )


def _residents(build: Build, place_id: str | None) -> int | None:
    place = every_place(build).get(place_id or "")
    return place["population"] if place else None


def _distance(here: int | None, there: int | None) -> float:
    """Return how far two populations are apart, by their ratio; what cannot be said stands last."""
    return abs(log(here) - log(there)) if here and there else float("inf")


def _sum(amounts: _ByYear, key: str, years: list[int]) -> Decimal:
    of_key = amounts.get(key, {})
    return sum((of_key.get(year, _ZERO) for year in years), _ZERO)


@lru_cache(maxsize=64)
def _covered(build: Build, measure: Measure) -> Mapping[str, frozenset[int]]:
    """Return the years for which complete sources cover each place."""
    rows = ask(
        build,
        """
        select place_id, list(distinct fiscal_year) as years from mart.denominator
        where record_kind = $record_kind and basis = $basis and currency = $currency
            and place_id is not null and fiscal_year is not null
        group by place_id
        """,
        record_kind=measure.record_kind,
        basis=measure.basis,
        currency=measure.currency,
    )
    return {row["place_id"]: frozenset(row["years"]) for row in rows}


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
    places, covered = every_place(build), _covered(build, measure)
    here = places.get(place_id)
    if here is None or place_id not in covered or not (here["population"] or 0) > 0:
        return ()
    spent = _spent(build, measure, "place_id", technology, is_complete=False)
    found = []
    for other, of_other in covered.items():
        place, years = places.get(other), sorted(of_other & covered[place_id])
        if other == place_id or not place or not years or place["kind"] != here["kind"]:
            continue
        if not (place["population"] or 0) > 0:
            continue
        amount, own = _sum(spent, other, years), _sum(spent, place_id, years)
        found.append(
            {
                **{
                    name: place[name]
                    for name in ("place_id", "place_name", "population", "population_source")
                },
                "first_year": years[0],
                "last_year": years[-1],
                "years": len(years),
                "currency": measure.currency,
                "amount": amount,
                "here_amount": own,
                "here_population": here["population"],
                "per_resident": _each(amount, place["population"]),
                "here_per_resident": _each(own, here["population"]),
            }
        )
    found.sort(key=lambda row: (_distance(row["population"], here["population"]), row["place_id"]))
    return tuple(found)


def _each(amount: Decimal, population: int) -> Decimal:
    return (amount / population).quantize(Decimal("0.0001"))
