"""Places: one, where it lies, its agencies, and what is known of those within it."""

from collections.abc import Mapping
from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask

# Places lie in others at most so deep.
_MOST_STEPS = 8


@lru_cache(maxsize=2)
def every_place(build: Build) -> Mapping[str, Row]:
    """Return every place by its id: a few thousand small rows, asked for again and again."""
    return {row["place_id"]: row for row in ask(build, "select * from mart.place")}


def around(build: Build, place_id: str | None) -> tuple[str, ...]:
    """Return a place and those it lies in, the innermost first; nothing without a place."""
    places = every_place(build)
    found: list[str] = []
    while place_id is not None and len(found) <= _MOST_STEPS:
        found.append(place_id)
        place_id = places[place_id]["parent_place_id"] if place_id in places else None
    return tuple(found)


def outer_places(build: Build, place_id: str) -> Rows:
    """Return the places that one lies in, the outermost first."""
    places = every_place(build)
    outer = reversed(around(build, place_id)[1:])
    return tuple(places[each] for each in outer if each in places)


@lru_cache(maxsize=512)
def agencies_of_place(build: Build, place_id: str) -> Rows:
    """Return the agencies of a place: counted purchases, reports of use, and what was searched.

    Columns: agency_id, agency_name, purchases, uses, is_searched, first_date and last_date of what
    was searched. Those that bought most often first.
    """
    return ask(
        build,
        """
        with
        bought as (
            select agency_id, count(*) as purchases
            from mart.purchase where is_counted and place_id = $place_id group by all
        ),
        used as (
            select agency_id, count(*) as uses
            from mart.use where place_id = $place_id group by all
        ),
        covered as (
            select agency_id, min(first_date) as first_date, max(last_date) as last_date
            from mart.coverage where place_id = $place_id group by all
        )
        select agency_id, agency_name, coalesce(purchases, 0) as purchases,
            coalesce(uses, 0) as uses, covered.agency_id is not null as is_searched,
            first_date, last_date
        from mart.agency as agency
        left join bought using (agency_id)
        left join used using (agency_id)
        left join covered using (agency_id)
        where agency.place_id = $place_id
        order by purchases desc, uses desc, agency_name
        """,
        place_id=place_id,
    )


@lru_cache(maxsize=512)
def coverage_of_place(build: Build, place_id: str) -> Rows:
    """Return which sources cover agencies of a place, over which days."""
    return ask(
        build,
        """
        select source_id, title, any_value(does_not_cover) as does_not_cover,
            count(distinct agency_id) as agencies, min(c.first_date) as first_date,
            max(c.last_date) as last_date, sum(transactions)::bigint as transactions,
            bool_and(c.is_complete) as is_complete
        from mart.coverage as c join mart.source using (source_id)
        where c.place_id = $place_id group by source_id, title order by transactions desc, title
        """,
        place_id=place_id,
    )


_KNOWN = """
    known as (
        select place_id, count(*) as purchases, 0 as uses, 0 as laws, 0 as sources
        from mart.purchase where is_counted group by all
        union all
        select place_id, 0, count(*), 0, 0 from mart.use group by all
        union all
        select place_id, 0, 0, count(*), 0 from mart.law group by all
        union all
        select place_id, 0, 0, 0, count(distinct source_id) from mart.coverage group by all
    ),
    summed as (
        select place_id, sum(purchases)::bigint as purchases, sum(uses)::bigint as uses,
            sum(laws)::bigint as laws, sum(sources)::bigint as sources
        from known group by place_id
    )
    """


@lru_cache(maxsize=512)
def places_within(build: Build, place_id: str) -> Rows:
    """Return the places within one of which anything is known, those that bought most first.

    Columns: those of `mart.place`, and purchases, uses, laws, sources (that cover it).
    """
    return ask(
        build,
        f"""
        with {_KNOWN}
        select place.*, purchases, uses, laws, sources
        from mart.place as place join summed using (place_id)
        where starts_with(place_id, $place_id || '_')
        order by purchases desc, uses + laws desc, place_name
        """,
        place_id=place_id,
    )


@lru_cache(maxsize=512)
def find_places(build: Build, text: str, most: int = 30) -> Rows:
    """Return places whose name, or whose state's, has all the words; known ones first."""
    return ask(
        build,
        f"""
        with {_KNOWN},
        named as (
            select place.*, outer_place.place_name as outer_name,
                lower(concat_ws(' ', place.place_name, outer_place.place_name)) as words
            from mart.place as place
            left join mart.place as outer_place
                on outer_place.place_id = place.parent_place_id
        )
        select named.* exclude (words), coalesce(purchases, 0) as purchases,
            coalesce(uses, 0) as uses, coalesce(laws, 0) as laws, coalesce(sources, 0) as sources
        from named left join summed using (place_id)
        where len(list_filter(string_split(lower($text), ' '),
            lambda word: not contains(words, word))) = 0
        and ($text <> '' or purchases + uses + laws + sources > 0)
        order by starts_with(lower(place_name), lower($text)) desc, purchases > 0 desc nulls last,
            uses + laws + sources desc nulls last, population desc nulls last, place_name
        limit $most
        """,
        text=" ".join(text.split()),
        most=most,
    )
