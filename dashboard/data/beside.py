"""Money beside purchases: federal grants and sub-awards. Never in a total of purchases."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask, ask_one, columns_of, connection

# What each way of looking at grants groups them by: key and name.
_GROUPS = {
    "listing": ("listing", "listing || ' ' || listing_title"),
    "technology": ("technology", "technology_name"),
    "recipient": ("coalesce(recipient_uei, recipient_name)", "recipient_name"),
    "source": ("source_id", "source_id"),
    "year": ("fiscal_year", "fiscal_year::varchar"),
}
_SELECTED = """
    select *, technology_name
    from mart.grant left join (select technology, technology_name from mart.technology)
        using (technology)
    where (len($listings::varchar[]) = 0 or list_contains($listings::varchar[], listing))
    and (len($technologies::varchar[]) = 0
         or list_contains($technologies::varchar[], technology) and status <> 'rejected')
    and (len($states::varchar[]) = 0 or list_contains($states::varchar[], recipient_state))
    and (len($years::integer[]) = 0 or list_contains($years::integer[], fiscal_year))
    and ($agency = '' or agency_id = $agency)
    and len(list_filter($words::varchar[], lambda word: not contains(upper(concat_ws(
        ' ', recipient_name, recipient_city, recipient_county, description, award_number,
        listing_title)), word))) = 0
"""
_ORDER = "order by last_date desc nulls last, grant_id"


@dataclass(frozen=True)
class GrantSelection:
    """Which grants are asked about. The empty selection is every grant."""

    listings: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    text: str = ""
    agency: str = ""


def has_grants(build: Build) -> bool:
    """Whether this build holds grants at all; one made before them has no such table."""
    return bool(columns_of(build).get("mart.grant")) and bool(
        ask(build, "select 1 as one from mart.grant limit 1")
    )


def _parameters(selection: GrantSelection) -> dict[str, object]:
    return {
        "listings": list(selection.listings),
        "technologies": list(selection.technologies),
        "states": list(selection.states),
        "years": list(selection.years),
        "agency": selection.agency,
        "words": [word.upper() for word in selection.text.split()],
    }


@lru_cache(maxsize=256)
def grants_total(build: Build, selection: GrantSelection) -> Row:
    """Return how many grants are selected, to how many recipients, and what they come to."""
    found = ask_one(
        build,
        f"""
        select count(*) as grants, coalesce(sum(amount_usd), 0) as amount_usd,
            count(distinct coalesce(recipient_uei, recipient_name)) as recipients,
            count(*) filter (status in ('matched', 'possible')) as telling,
            coalesce(sum(amount_usd) filter (status in ('matched', 'possible')), 0) as telling_usd,
            min(first_date) as first_date, max(last_date) as last_date
        from ({_SELECTED})
        """,
        **_parameters(selection),
    )
    return found or {}


@lru_cache(maxsize=256)
def grants_by(build: Build, selection: GrantSelection, group: str, most: int = 12) -> Rows:
    """Return count and sum for each listing, technology, recipient, source or year.

    The largest first; years in their order.
    """
    key, name = _GROUPS[group]
    order = "id" if group == "year" else "amount_usd desc, name"
    return ask(
        build,
        f"""
        select {key} as id, any_value({name}) as name, count(*) as grants,
            coalesce(sum(amount_usd), 0) as amount_usd
        from ({_SELECTED}) where {key} is not null
        group by all order by {order} limit $most
        """,
        most=most,
        **_parameters(selection),
    )


@lru_cache(maxsize=256)
def grants(build: Build, selection: GrantSelection, page: int = 1, size: int = 50) -> Rows:
    """Return one page of the selected grants, the newest first."""
    return ask(
        build,
        f"{_SELECTED} {_ORDER} limit $size offset $start",
        size=size,
        start=(page - 1) * size,
        **_parameters(selection),
    )


def every_grant(build: Build, selection: GrantSelection) -> Iterator[Row]:
    """Yield every selected grant with all its columns, for downloads. Not cached."""
    yield from _each(build, f"{_SELECTED} {_ORDER}", _parameters(selection))


def every_subaward(build: Build, purchase_id: str = "") -> Iterator[Row]:
    """Yield every sub-award with all its columns, of one purchase or of all. Not cached."""
    sql = "from mart.subaward where $id = '' or purchase_id = $id order by purchase_id, subaward_id"
    yield from _each(build, sql, {"id": purchase_id})


def _each(build: Build, sql: str, parameters: dict[str, object]) -> Iterator[Row]:
    with connection(build) as cursor:
        cursor.execute(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(1000):
            for row in batch:
                yield dict(zip(names, row, strict=True))


@lru_cache(maxsize=512)
def subawards_of(build: Build, purchase_id: str) -> Rows:
    """Return the sub-awards that a purchase's vendor reported, the newest first."""
    return _subawards(build, "purchase_id", purchase_id)


@lru_cache(maxsize=512)
def subawards_to(build: Build, vendor_id: str) -> Rows:
    """Return the sub-awards under which a business was paid by others, the newest first."""
    return _subawards(build, "vendor_id", vendor_id)


def _subawards(build: Build, column: str, value: str) -> Rows:
    if column not in columns_of(build).get("mart.subaward", frozenset()):
        return ()
    return ask(
        build,
        f"""
        select s.*, technology_name
        from mart.subaward as s left join mart.technology using (technology)
        where s.{column} = $value order by date desc, subaward_id
        """,
        value=value,
    )
