"""Sums: in all, by year, by agency, vendor, maker and technology, and as a share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import numpy as np

from dashboard.data.columns import (
    FAR,
    NO_YEAR,
    Group,
    Mask,
    Numbers,
    day,
    dollars,
    grouped,
    largest,
    together,
)
from dashboard.data.held import PROGRAMME, Held, cents_of, held, mask
from dashboard.data.opening import Build, Row, ask, connection
from dashboard.data.terms import Bar, Measure, Programme, Selection, Total, YearAmount


@lru_cache(maxsize=2048)
def totals(build: Build, selection: Selection) -> tuple[Total, ...]:
    """Return a total for each record kind, basis and currency, the largest first.

    The amount is the sum of transactions. Purchases known only as lifetime totals have none:
    they are counted, and their money stands apart in `lifetime_amount`.
    """
    known = held(build)
    # An IDV carries only a ceiling and is a purchase of nothing: shown, never summed.
    chosen = mask(build, selection) & ~known.is_idv
    found = [
        _total(known, measure, of_measure, selection.years)
        for measure, of_measure in known.by_measure(chosen)
    ]
    # Amounts of two currencies cannot be compared: dollars come first, if there are any.
    found.sort(
        key=lambda each: (
            not (each.measure.currency == "USD" and each.amount),
            -abs(each.amount),
            each.measure.record_kind,
            each.measure.basis,
            each.measure.currency,
        )
    )
    return tuple(found)


def _total(known: Held, measure: Measure, chosen: Mask, years: tuple[int, ...]) -> Total:
    of_chosen = known.moved_of(chosen, years)
    moved = known.moved
    first, last = moved.first[of_chosen], moved.last[of_chosen]
    in_years = moved.year[of_chosen]
    in_years = in_years[in_years != NO_YEAR]
    agencies = known.groups["agency"]
    is_dated = bool(len(first)) and last.max() > -FAR
    return Total(
        measure=measure,
        purchases=int(chosen.sum()),
        # Who stands behind the sum; where nothing is summed, whoever there is.
        agencies=agencies.distinct(chosen & known.is_window) or agencies.distinct(chosen),
        vendors=known.groups["vendor"].distinct(chosen),
        amount=dollars(moved.cents[of_chosen].sum()),
        first_date=day(first.min()) if is_dated else None,
        last_date=day(last.max()) if is_dated else None,
        first_year=int(in_years.min()) if len(in_years) else None,
        last_year=int(in_years.max()) if len(in_years) else None,
        lifetime_purchases=int((chosen & known.is_lifetime).sum()),
        lifetime_amount=dollars(known.lifetime_cents[chosen & known.is_lifetime].sum()),
        without_amount=int((chosen & ~known.has_amount).sum()),
    )


def total(build: Build, selection: Selection, measure: Measure) -> Total:
    """Return the total of one measure; all zero when nothing is selected."""
    found = totals(build, selection.of(measure))
    zero = Decimal(0)
    return found[0] if found else Total(measure, 0, 0, 0, zero, None, None, None, None, 0, zero, 0)


@lru_cache(maxsize=2048)
def by_year(build: Build, selection: Selection, measure: Measure) -> tuple[YearAmount, ...]:
    """Return a sum for each fiscal year in which money moved, oldest first."""
    known = held(build)
    chosen = mask(build, selection.of(measure)) & ~known.is_idv
    moved = known.moved
    entries = known.moved_of(chosen, selection.years) & moved.has_money
    amounts, added, reduced = (
        known.years.sums(entries, cents[entries])
        for cents in (moved.cents, moved.added, moved.reduced)
    )
    purchases = known.years.counts(entries)
    return tuple(
        YearAmount(
            known.years.keys[n],
            amount=dollars(amounts[n]),
            added=dollars(added[n]),
            reduced=dollars(reduced[n]),
            purchases=int(purchases[n]),
        )
        for n in sorted(np.flatnonzero(purchases), key=lambda n: int(known.years.keys[n]))
    )


@lru_cache(maxsize=2048)
def by(
    build: Build, selection: Selection, measure: Measure, group: str, most: int = 1000
) -> tuple[Bar, ...]:
    """Return a sum for each technology, agency, vendor or maker, the largest first."""
    known = held(build)
    chosen = mask(build, selection.of(measure)) & ~known.is_idv
    of_group = known.groups[group]
    amounts = of_group.sums(chosen, known.money_of_each(chosen, selection.years))
    purchases = of_group.counts(chosen)
    lifetime = of_group.counts(chosen & known.is_lifetime)
    first = _first_days(known, of_group, chosen, selection.years)
    return tuple(
        Bar(
            of_group.keys[n], of_group.names[n], dollars(amounts[n]), int(purchases[n]),
            int(lifetime[n]), currency=measure.currency,
            first_date=day(first[n]) if first[n] < FAR else None,
        )
        for n in largest(amounts, of_group.names, np.flatnonzero(purchases), most)
    )  # fmt: skip


def _first_days(known: Held, group: Group, chosen: Mask, years: tuple[int, ...]) -> Numbers:
    """Return for each key the first day on which money moved, `FAR` where none is known."""
    entries = known.moved_of(chosen, years)
    codes = group.codes[known.moved.row[entries]]
    first = np.full(len(group.keys), FAR)
    np.minimum.at(first, codes[codes >= 0], known.moved.first[entries][codes >= 0])
    return first


@lru_cache(maxsize=512)
def groups(build: Build, selection: Selection, measure: Measure, group: str) -> int:
    """Return how many technologies, agencies, vendors or makers the selected purchases have."""
    known = held(build)
    return known.groups[group].distinct(mask(build, selection.of(measure)) & ~known.is_idv)


@lru_cache(maxsize=512)
def largest_programme(build: Build, selection: Selection, measure: Measure) -> Programme | None:
    """Return the largest single programme, or None where nothing positive is selected."""
    known = held(build)
    chosen = mask(build, replace(selection, without=None).of(measure)) & ~known.is_idv
    programmes = known.programmes
    amounts = programmes.sums(chosen, known.money_of_each(chosen, selection.years))
    if not len(amounts) or amounts.max() <= 0:
        return None
    # Of equal ones the first in the alphabet: the same answer each time.
    tied = np.flatnonzero(amounts == amounts.max())
    first = min(tied, key=lambda n: [str(part or "") for part in programmes.keys[n]])
    of_it = np.flatnonzero(chosen & (programmes.codes == first))
    moves = known.moving(chosen, selection.years)
    agency, vendor, technology = (known.groups[g] for g in PROGRAMME)
    whole = int(amounts.sum())
    return Programme(
        *agency.at(of_it[0]),
        *vendor.at(of_it[0]),
        *technology.at(of_it[0]),
        amount=dollars(amounts[first]),
        purchases=int(moves[of_it].sum()),
        share=int(amounts[first]) / whole if whole else 0.0,
    )


@dataclass(frozen=True)
class _Complete:
    """What moved by complete sources, an entry for each transaction with its source and year.

    `whole` has all spending of each agency, kind of record and basis, by source and year.
    """

    row: Numbers
    years: Group
    cents: Numbers
    whole: Mapping[tuple[str, str, str], Mapping[tuple[str, int], Decimal]]


@lru_cache(maxsize=2)
def _of_complete_sources(build: Build) -> _Complete:
    whole: dict[tuple[str, str, str], dict[tuple[str, int], Decimal]] = {}
    for row in ask(
        build,
        """
        select agency_id, record_kind, basis, source_id, fiscal_year, sum(amount_usd) as usd
        from mart.denominator join (select source_id from mart.source where is_complete)
            using (source_id)
        where fiscal_year is not null group by all
        """,
    ):
        of_agency = whole.setdefault((row["agency_id"], row["record_kind"], row["basis"]), {})
        of_agency[row["source_id"], row["fiscal_year"]] = row["usd"]
    with connection(build) as cursor:
        found = cursor.sql(
            f"""
            select p.rowid as place, t.source_id, t.fiscal_year,
                coalesce({cents_of("t.amount_usd")}, 0) as cents
            from mart.transaction as t join mart.purchase as p using (purchase_id)
            join (select source_id from mart.source where is_complete) as s
                on s.source_id = t.source_id
            where t.fiscal_year is not null
            """
        ).to_arrow_table()
    known = held(build)
    sources, years = grouped(found["source_id"]), grouped(found["fiscal_year"])
    return _Complete(
        np.searchsorted(known.places, found["place"].to_numpy()).astype(np.int32),
        together([sources, years]),
        found["cents"].to_numpy().astype(known.cents.dtype),
        whole,
    )


@lru_cache(maxsize=512)
def share_of_all(
    build: Build, selection: Selection, measure: Measure, agency_id: str
) -> Row | None:
    """Return what part of an agency's spending was selected, in the years known for both.

    Only from complete sources, and only within the same source, basis and year (ruling 11);
    None where that is not given.
    """
    every = _of_complete_sources(build)
    whole = every.whole.get((agency_id, measure.record_kind, measure.basis), {})
    agencies = held(build).groups["agency"]
    if not whole or agency_id not in agencies.keys:
        return None
    is_its_own = agencies.codes == agencies.keys.index(agency_id)
    chosen = (mask(build, selection.of(measure)) & is_its_own)[every.row]
    sums = every.years.sums(chosen, every.cents[chosen])
    part = sum(
        int(sums[n]) for n in np.flatnonzero(every.years.counts(chosen))
        if every.years.keys[n] in whole
    )  # fmt: skip
    known = [usd for usd in whole.values() if usd is not None]
    if not part or not sum(known):
        return None
    years = [year for _, year in whole]
    return {
        "part_usd": dollars(part),
        "whole_usd": sum(known, Decimal(0)),
        "first_year": min(years),
        "last_year": max(years),
    }


@lru_cache(maxsize=512)
def total_by_others(build: Build, made: Selection, measure: Measure) -> Total:
    """Return the total of a maker's products that other vendors sold."""
    return total(build, replace(made, resold_only=True), measure)
