"""What is known beside the money: reported use, the agencies' answers, and what was searched."""

from collections.abc import Iterator
from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask, ask_one, connection
from dashboard.data.terms import Reported

# Rows on agencies first, then those on many together; the largest numbers first.
_ORDER = "is_group, coalesce(count_high, count_low) desc nulls last, agency_name, use_id"
# An agency's own, and those of agencies that belong to it.
_BELOW = """
    with recursive below as (
        select $agency_id::varchar as agency_id, 0 as steps
        union all
        select agency.agency_id, steps + 1
        from mart.agency as agency join below on parent_agency_id = below.agency_id
        where steps < 6
    )
    """


@lru_cache(maxsize=512)
def uses_of_agency(build: Build, agency_id: str) -> Rows:
    """Return what is reported of an agency and of those that belong to it."""
    return ask(
        build,
        f"""{_BELOW}
        select * from mart.use semi join below using (agency_id) order by {_ORDER}
        """,
        agency_id=agency_id,
    )


@lru_cache(maxsize=512)
def uses_of_place(build: Build, place_id: str) -> Rows:
    """Return what is reported of a place itself, its agencies and all of them together."""
    return ask(
        build, f"select * from mart.use where place_id = $place_id order by {_ORDER}",
        place_id=place_id,
    )  # fmt: skip


@lru_cache(maxsize=512)
def uses_of_vendor(build: Build, vendor_id: str) -> Rows:
    """Return what is reported of the use of a vendor's products."""
    return ask(
        build, f"select * from mart.use where vendor_id = $vendor_id order by {_ORDER}",
        vendor_id=vendor_id,
    )  # fmt: skip


_FOUND = """
    from mart.use
    where ($words = '' or len(list_filter(string_split(lower($words), ' '), lambda word:
        not contains(lower(concat_ws(' ', agency_name, agency_name_source, place_name, vendor_name,
            what, source_title)), word))) = 0)
    and ($vendor_id is null or vendor_id = $vendor_id)
    and ($technology is null or technology = $technology)
    and ($answer is null or coalesce(answer, 'none') = $answer)
    and ($place_id is null or place_id = $place_id or starts_with(place_id, $place_id || '_'))
    """


def _asked(reported: Reported) -> dict[str, object]:
    return {
        "words": " ".join(reported.words.split()),
        "vendor_id": reported.vendor_id,
        "technology": reported.technology,
        "answer": reported.answer,
        "place_id": reported.place_id,
    }


@lru_cache(maxsize=32)
def uses(build: Build, reported: Reported, most: int = 1000, page: int = 1) -> Rows:
    """Return one page of the reports that a reader asks for, single agencies first."""
    return ask(
        build,
        f"select * {_FOUND} order by {_ORDER} limit $most offset $start",
        most=most,
        start=(page - 1) * most,
        **_asked(reported),
    )


def every_use(build: Build, reported: Reported, step: int = 1000) -> Iterator[Row]:
    """Yield every such report with all its columns, for downloads. Not cached."""
    with connection(build) as cursor:
        cursor.execute(f"select * {_FOUND} order by {_ORDER}", _asked(reported))
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(step):
            for row in batch:
                yield dict(zip(names, row, strict=True))


@lru_cache(maxsize=512)
def use_sources(build: Build, reported: Reported) -> dict[str, int]:
    """Return the titles of the sources of those reports, each with how many it has."""
    rows = ask(
        build,
        f"select source_title, count(*) as n {_FOUND} group by source_title",
        **_asked(reported),
    )
    return {str(row["source_title"]): int(row["n"]) for row in rows if row["source_title"]}


@lru_cache(maxsize=512)
def how_many_uses(build: Build, reported: Reported) -> int:
    """Return how many reports there are."""
    row = ask_one(build, f"select count(*) as n {_FOUND}", **_asked(reported))
    return int(row["n"]) if row else 0


@lru_cache(maxsize=64)
def use_choices(build: Build) -> dict[str, Rows]:
    """Return the vendors, technologies and answers that reports speak of, most first.

    Each row has `id`, `name` and `n`; the answer `none` is a report without an answer.
    """
    return {
        name: ask(
            build,
            f"""
            select {key} as id, any_value({label}) as name, count(*) as n
            from mart.use left join mart.technology using (technology)
            where {key} is not null group by all order by n desc, name
            """,
        )
        for name, key, label in (
            ("vendor_id", "vendor_id", "vendor_name"),
            ("technology", "technology", "technology_name"),
            ("answer", "coalesce(answer, 'none')", "coalesce(answer, 'none')"),
        )
    }


@lru_cache(maxsize=64)
def agency_answers(build: Build, vendor_id: str) -> Rows:
    """Return how many agencies answered what when asked about a vendor, as reports count them."""
    return ask(
        build,
        f"""
        select * from mart.use
        where vendor_id = $vendor_id and kind = 'answers' order by {_ORDER}
        """,
        vendor_id=vendor_id,
    )


@lru_cache(maxsize=64)
def standing_lists(build: Build) -> Rows:
    """Return the lists of questions, each with how many it holds and how many were searched for."""
    return ask(
        build,
        """
        select list, count(*) as entries, count(*) filter (is_searched) as searched,
            max(searched_until_date) as searched_until_date
        from mart.standing_list group by list order by list
        """,
    )


@lru_cache(maxsize=512)
def standing_list(
    build: Build,
    name: str,
    *,
    agency_id: str | None = None,
    place_id: str | None = None,
    vendor_id: str | None = None,
    most: int = 1000,
) -> Rows:
    """Return the questions of one list, of an agency, place or vendor where one is given."""
    return ask(
        build,
        """
        select * from mart.standing_list
        where list = $name
        and ($agency_id is null or agency_id = $agency_id)
        and ($place_id is null or place_id = $place_id)
        and ($vendor_id is null or vendor_id = $vendor_id)
        order by earliest_date, entry_id limit $most
        """,
        name=name, agency_id=agency_id, place_id=place_id, vendor_id=vendor_id, most=most,
    )  # fmt: skip


@lru_cache(maxsize=512)
def questions_of(
    build: Build,
    *,
    agency_id: str | None = None,
    place_id: str | None = None,
    vendor_id: str | None = None,
) -> Rows:
    """Return the first question of each list about an agency, place or vendor; `entries` of it."""
    return ask(
        build,
        """
        select *, count(*) over (partition by list) as entries
        from mart.standing_list
        where ($agency_id is null or agency_id = $agency_id)
        and ($place_id is null or place_id = $place_id)
        and ($vendor_id is null or vendor_id = $vendor_id)
        qualify row_number() over (partition by list order by earliest_date, entry_id) = 1
        order by list
        """,
        agency_id=agency_id,
        place_id=place_id,
        vendor_id=vendor_id,
    )


@lru_cache(maxsize=512)
def searched(build: Build, *, agency_id: str | None = None, place_id: str | None = None) -> Rows:
    """Return what was searched of spending, use and law, for an agency or a place."""
    return ask(
        build,
        """
        select searched.*, does_not_cover, url
        from mart.searched as searched left join mart.source using (source_id)
        where (agency_id is null or $agency_id is null or agency_id = $agency_id)
        and (searched.place_id is null or $place_id is null or searched.place_id = $place_id
            or (kind = 'use' and starts_with($place_id, searched.place_id || '_')))
        order by kind, is_complete desc, searched.title, agency_name
        """,
        agency_id=agency_id,
        place_id=place_id,
    )


@lru_cache(maxsize=512)
def technologies_of_place(build: Build, place_id: str) -> Rows:
    """Return for each technology what is known of it in a place: found, not found, not searched."""
    return ask(
        build,
        """
        select known.*, technology_name
        from mart.place_technology as known join mart.technology using (technology)
        where place_id = $place_id order by position
        """,
        place_id=place_id,
    )


def technology_of_place(build: Build, place_id: str, technology: str) -> Row | None:
    """Return what is known of one technology in a place, or None where nothing is known of it."""
    rows = technologies_of_place(build, place_id)
    return next((row for row in rows if row["technology"] == technology), None)
