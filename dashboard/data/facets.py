"""The values that a filter can take, with how many purchases each would show."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from dashboard.data.names import technologies
from dashboard.data.opening import Build, ask
from dashboard.data.origins import sources
from dashboard.data.selected import parameters, selected_sql
from dashboard.data.terms import Choice, Selection

_FACETS = {
    "technologies": ("technology", "technology_name"),
    "agencies": ("agency_id", "agency_name"),
    "vendors": ("vendor_id", "vendor_name"),
    "makers": ("maker_id", "maker_name"),
    "statuses": ("status", "status"),
    "kinds": ("record_kind", "record_kind"),
    "bases": ("basis", "basis"),
    "currencies": ("money_currency", "money_currency"),
    "forms": ("form", "form"),
    "places": ("place_id", "place_name"),
    "types": ("type", "type"),
    "sources": ("source_id", "source_id"),
    "competitions": ("competition", "competition"),
    "fundings": ("funding_kind", "funding_kind"),
}


_EVERY_STATUS = ("confirmed", "matched", "possible", "rejected")


@lru_cache(maxsize=2048)
def choices(build: Build, selection: Selection, facet: str, most: int = 1000) -> tuple[Choice, ...]:
    """Return the values one filter can take, the most frequent first.

    Counts obey every other filter, but not this one: they say what a click would show.
    """
    free: dict[str, Any] = {facet: _EVERY_STATUS if facet == "statuses" else ()}
    if facet == "years":
        sql = selected_sql(
            """
            select fiscal_year::varchar as id, fiscal_year::varchar as name,
                count(distinct purchase_id) as purchases
            from selected join moved using (purchase_id)
            where fiscal_year is not null
            group by fiscal_year order by fiscal_year desc limit $most
            """
        )
    elif facet == "flags":
        sql = selected_sql(
            """
            select flag as id, any_value(title) as name, count(distinct purchase_id) as purchases
            from selected join mart.flag using (purchase_id)
            group by flag order by purchases desc, name limit $most
            """
        )
    else:
        key, name = _FACETS[facet]
        sql = selected_sql(
            """
            select /*key*/ as id, any_value(coalesce(/*name*/, /*key*/)) as name,
                count(*) as purchases
            from selected where /*key*/ is not null
            group by /*key*/ order by purchases desc, name limit $most
            """,
            key=key,
            name=name,
        )
    rows = ask(build, sql, most=most, **parameters(replace(selection, **free)))
    names = _names(build, facet)
    return tuple(
        Choice(row["id"], names.get(row["id"]) or str(row["name"]), row["purchases"])
        for row in rows
    )


def _names(build: Build, facet: str) -> dict[Any, Any]:
    """Return names that stand in tables of their own, by id."""
    if facet == "types":
        return {t["type"]: t["name"] for row in technologies(build) for t in row["types"] or ()}
    if facet == "sources":
        return {row["source_id"]: row["title"] for row in sources(build)}
    return {}
