"""What a reader can act on: contracts that end, their last day to act, and laws on records."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask
from dashboard.data.places import around, every_place
from dashboard.data.records import whole
from dashboard.data.selected import ask_selected, ask_selected_one
from dashboard.data.terms import Measure, Selection

_NOTICE = """
    left join lateral (
        select days, what as notice_what, source_title as notice_source,
            source_url as notice_url, confidence as notice_confidence
        from mart.notice_period as n
        where n.purchase_id = selected.purchase_id
            or (n.purchase_id is null and n.vendor_id = selected.vendor_id
                and n.place_id = selected.place_id)
        -- What is said of the purchase itself comes before what is said of the vendor.
        order by n.purchase_id is null limit 1
    ) as notice on true
    """


@lru_cache(maxsize=512)
def ending(build: Build, selection: Selection, first: date, last: date, most: int = 1000) -> Rows:
    """Return selected purchases that end between two days, both included, soonest first.

    `days` and `last_day_to_act` are null where no notice period is on record. Umbrella contracts
    end by their last day to order.
    """
    found = ask_selected(
        build,
        selection,
        f"""
        select place_in_table, notice.*,
            coalesce(selected.end_date, ordering_end_date) as ends,
            (coalesce(selected.end_date, ordering_end_date) - days)::date as last_day_to_act
        from selected {_NOTICE}
        where coalesce(selected.end_date, ordering_end_date) between $first and $last
        order by coalesce(last_day_to_act, ends), ends, purchase_id limit $most
        """,
        first=first,
        last=last,
        most=most,
    )
    return whole(build, found)


@lru_cache(maxsize=512)
def grown(build: Build, selection: Selection, order: str = "dollars", most: int = 25) -> Rows:
    """Return selected purchases whose ceiling amendments raised, by `dollars` or by `share`.

    Growth compares the ceiling now with the ceiling at signing; where either is not in the record
    it cannot be said, and the purchase is not here.
    """
    found = ask_selected(
        build,
        selection,
        """
        select place_in_table,
            (ceiling_growth_usd / nullif(first_ceiling_usd, 0))::double as growth_share
        from selected
        where ceiling_growth_usd > 0
        order by /*order*/ desc nulls last, purchase_id limit $most
        """,
        {"order": {"dollars": "ceiling_growth_usd", "share": "growth_share"}[order]},
        most=most,
    )
    return whole(build, found)


@lru_cache(maxsize=512)
def added_since_signing(build: Build, selection: Selection, most: int = 10) -> Rows:
    """Return selected purchases to whose first obligation later changes added, the most first.

    `in_all` counts them. Only purchases whose every transaction from the first is in the records
    have a first obligation; a lifetime total says nothing of when it grew.
    """
    found = ask_selected(
        build,
        selection,
        """
        select place_in_table, amount_usd - first_obligated_usd as added_usd,
            count(*) over () as in_all
        from selected
        where amount_scope = 'window' and record_kind <> 'idv'
        and amount_usd > first_obligated_usd
        order by added_usd desc, purchase_id limit $most
        """,
        most=most,
    )
    return whole(build, found)


@lru_cache(maxsize=512)
def growth_known(build: Build, selection: Selection) -> Row:
    """Return of how many selected purchases growth can be said, and of how many it cannot."""
    row = ask_selected_one(
        build,
        selection,
        """
        select count(ceiling_growth_usd) as known,
            count(*) filter (ceiling_growth_usd is null) as unknown,
            count(*) filter (ceiling_growth_usd > 0) as grew
        from selected where record_kind <> 'idv'
        """,
    )
    return row or {"known": 0, "unknown": 0, "grew": 0}


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
def agency_peers(build: Build, agency_id: str, measure: Measure) -> Rows:
    """Return agencies to set beside one: equal kind of record, basis, currency and years only.

    Federal: the other sub-agencies of its department, by share of all their spending. Local:
    bodies of the same kind elsewhere, per resident, nearest in population first. Both sides are
    of the years for which complete sources cover both; empty where there are none.

    Columns: agency_id, agency_name, place_name, population, first_year, last_year, currency,
    amount, whole, here_amount, here_whole, here_population.
    """
    return ask(
        build,
        """
        with
        whole as (
            select agency_id, fiscal_year, currency, sum(amount) as whole
            from mart.denominator
            where record_kind = $record_kind and basis = $basis and currency = $currency
                and source_id in (select source_id from mart.source where is_complete)
            group by all
        ),
        spent as (
            select p.agency_id, t.fiscal_year, t.currency, sum(t.amount) as amount
            from mart.purchase as p
            join mart.transaction as t using (purchase_id)
            where p.is_counted and p.record_kind = $record_kind and p.basis = $basis
                and t.source_id in (select source_id from mart.source where is_complete)
            group by all
        ),
        here as (select * from mart.agency where agency_id = $agency_id),
        peer as (
            select a.*, population
            from mart.agency as a
            cross join here
            left join mart.place as p on p.place_id = a.place_id
            where a.agency_id <> here.agency_id
            and case when here.kind is null
                then a.kind is null and a.parent_agency_id = here.parent_agency_id
                else a.kind = here.kind and a.level = here.level and a.place_id <> here.place_id
                    and population > 0 end
        )
        select peer.agency_id, peer.agency_name, peer.place_name, peer.kind, peer.population,
            min(other.fiscal_year)::int as first_year, max(other.fiscal_year)::int as last_year,
            other.currency, coalesce(sum(bought.amount), 0)::decimal(18, 2) as amount,
            sum(other.whole)::decimal(18, 2) as whole,
            coalesce(sum(own_bought.amount), 0)::decimal(18, 2) as here_amount,
            sum(own.whole)::decimal(18, 2) as here_whole,
            any_value(mine.population) as here_population
        from peer
        join whole as other on other.agency_id = peer.agency_id
        join whole as own on own.agency_id = $agency_id
            and own.fiscal_year = other.fiscal_year and own.currency = other.currency
        left join spent as bought on bought.agency_id = other.agency_id
            and bought.fiscal_year = other.fiscal_year and bought.currency = other.currency
        left join spent as own_bought on own_bought.agency_id = own.agency_id
            and own_bought.fiscal_year = own.fiscal_year
            and own_bought.currency = own.currency
        cross join here
        left join mart.place as mine on mine.place_id = here.place_id
        group by peer.agency_id, peer.agency_name, peer.place_name, peer.kind, peer.population,
            other.currency
        having sum(other.whole) > 0 and sum(own.whole) > 0
            and (peer.kind is null or any_value(mine.population) > 0)
        order by case when peer.population > 0 and any_value(mine.population) > 0
            then abs(ln(peer.population) - ln(any_value(mine.population))) end,
            sum(other.whole) desc, peer.agency_id
        limit 12
        """,
        agency_id=agency_id,
        record_kind=measure.record_kind,
        basis=measure.basis,
        currency=measure.currency,
    )


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
    row = ask_selected_one(
        build,
        selection,
        """
        select count(*) as n from selected
        where end_date is null and ordering_end_date is null and record_kind <> 'idv'
        """,
    )
    return int(row["n"]) if row else 0
