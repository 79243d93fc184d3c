"""Who sells whose products: purchases whose maker is not the vendor."""

from functools import lru_cache

from dashboard.data.opening import Build, Rows
from dashboard.data.selected import ask_selected
from dashboard.data.terms import Measure, Selection


@lru_cache(maxsize=512)
def resold(build: Build, selection: Selection, measure: Measure, most: int = 1000) -> Rows:
    """Return a row for each vendor, maker and technology where the two differ, largest first."""
    return ask_selected(
        build,
        selection.of(measure),
        """,
        sums as (
            select purchase_id, sum(money) as money from moved group by purchase_id
        )
        select vendor_id, any_value(vendor_name) as vendor_name,
            maker_id, any_value(coalesce(maker_name, maker_id)) as maker_name,
            technology, any_value(coalesce(technology_name, technology)) as technology_name,
            count(*) as purchases, coalesce(sum(sums.money), 0) as amount,
            min(sums_of.first_date) as first_date, max(sums_of.last_date) as last_date
        from selected as sums_of left join sums using (purchase_id)
        where maker_id is not null and maker_id is distinct from vendor_id
        and record_kind <> 'idv'
        group by vendor_id, maker_id, technology
        order by amount desc, vendor_name, maker_name, technology limit $most
        """,
        most=most,
    )
