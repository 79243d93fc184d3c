"""What maps draw: money and laws by place, each with what was searched."""

from functools import lru_cache

from dashboard.data.opening import Build, Rows, ask
from dashboard.data.selected import ask_selected
from dashboard.data.terms import Measure, Selection


@lru_cache(maxsize=256)
def spending_by_place(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return what the bodies of each place bought, the largest sum first.

    Federal awards stand at the place where the record says that the work is done: the buyer sits
    everywhere. Columns: those of `mart.place`, and amount (null where every purchase is known only
    by a lifetime total), purchases, agencies.
    """
    key = "work_place_id" if measure.is_federal else "place_id"
    return ask_selected(
        build,
        selection.of(measure),
        """,
        sums as (
            select purchase_id, sum(money) as money from moved group by purchase_id
        ),
        at_place as (
            select selected./*key*/ as place_id,
                sum(sums.money) as amount, count(*) as purchases,
                count(distinct agency_id) as agencies
            from selected left join sums using (purchase_id)
            where record_kind <> 'idv' and selected./*key*/ is not null
            group by all
        )
        select place.*, amount, purchases, agencies
        from at_place join mart.place as place using (place_id)
        where starts_with(place_id, 'us_')
        order by amount desc nulls last, place_name
        """,
        {"key": key},
    )


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
