"""Laws on a day and on a purchase, and the events of a time line."""

from datetime import date
from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask, ask_one

# A place and those it lies in.
_WITHIN = """
    with recursive within as (
        select $place_id::varchar as place_id, 0 as steps
        union all
        select parent_place_id, steps + 1
        from mart.place join within using (place_id)
        where parent_place_id is not null and steps < 8
    )
    """
# The columns of a law, and how it stands on a day.
_ON_A_DAY = """
    law.*, mart.judgement($day, law) as judgement, mart.because($day, law) as because
    """
# A law of an outer place counts only where it binds bodies of this place's level.
_BINDS = """
    list_contains(binds, (
        select case
            when kind in ('country', 'union') then 'national'
            when kind in ('state', 'province', 'territory') then 'state'
            else kind end
        from mart.place where place_id = $place_id
    ))
    """
_FIRST = """
    case judgement when 'in force' then 1 when 'cannot be judged' then 2 when 'before' then 3
        else 4 end
    """


@lru_cache(maxsize=512)
def laws(build: Build, day: date, technology: str | None = None) -> Rows:
    """Return every law and how it stands on a day; those in force first.

    `judgement` is in force, cannot be judged (`because` says why), before (it came later) or
    after (it had ended).
    """
    return ask(
        build,
        f"""
        select {_ON_A_DAY} from mart.law as law
        where $technology is null or list_contains(technologies, $technology)
        order by {_FIRST}, not is_restriction, place_name, law_name
        """,
        day=day,
        technology=technology,
    )


@lru_cache(maxsize=512)
def laws_of_place(build: Build, place_id: str, day: date) -> Rows:
    """Return the laws of a place and of those it lies in that bind its own bodies, on a day.

    `steps` is 0 for the place's own. Laws of a state or nation count where they bind bodies of
    the place's level.
    """
    return ask(
        build,
        f"""{_WITHIN}
        select {_ON_A_DAY}, steps
        from mart.law as law join within using (place_id)
        where steps = 0 or {_BINDS}
        order by steps, {_FIRST}, not is_restriction, law_name
        """,
        place_id=place_id,
        day=day,
    )


@lru_cache(maxsize=512)
def laws_of_agency(build: Build, agency_id: str, day: date) -> Rows:
    """Return the laws that can bind an agency, through place, level and kind of body, on a day.

    A law that binds the police alone stands here also where the kind of body is not known.
    """
    return ask(
        build,
        f"""
        with recursive body as (
            select agency_id, place_id, kind,
                case when level = 'federal' then 'national' else level end as level
            from mart.agency where agency_id = $agency_id
        ),
        within as (
            select place_id, 0 as steps from body
            union all
            select parent_place_id, steps + 1
            from mart.place join within using (place_id)
            where parent_place_id is not null and steps < 8
        )
        select {_ON_A_DAY}, steps
        from mart.law as law join within using (place_id) cross join body
        where list_contains(binds, level)
        and bodies in ('all', 'police', 'not police', 'one agency')
        and (law.agency_id is null or law.agency_id = body.agency_id)
        and not (bodies = 'police' and coalesce(
            body.kind not in ('police', 'sheriff', 'prosecution', 'other', 'government'), false))
        and not (bodies = 'not police' and coalesce(body.kind in ('police', 'sheriff'), false))
        order by {_FIRST}, not is_restriction, steps, law_name
        """,
        agency_id=agency_id,
        day=day,
    )


@lru_cache(maxsize=512)
def laws_of_vendor(build: Build, vendor_id: str, day: date) -> Rows:
    """Return the laws and rulings that speak of one vendor's products, on a day."""
    return ask(
        build,
        f"""
        select {_ON_A_DAY} from mart.law as law
        where list_contains(vendor_ids, $vendor_id)
        order by {_FIRST}, earliest_adopted_date, law_name
        """,
        vendor_id=vendor_id,
        day=day,
    )


@lru_cache(maxsize=4)
def restrictions(build: Build) -> frozenset[str]:
    """Return the ids of the laws that forbid buying or using."""
    rows = ask(build, "select law_id from mart.law where is_restriction")
    return frozenset(str(row["law_id"]) for row in rows)


@lru_cache(maxsize=4)
def laws_read(build: Build) -> Row:
    """Return how many restrictions there are, and how many were read at the primary source."""
    row = ask_one(
        build,
        """
        select count(*) as laws, count(read_from_primary_date) as read
        from mart.law where is_restriction
        """,
    )
    return row or {"laws": 0, "read": 0}


@lru_cache(maxsize=512)
def law(build: Build, law_id: str) -> Row | None:
    """Return one law, or None."""
    return ask_one(build, "select * from mart.law where law_id = $law_id", law_id=law_id)


@lru_cache(maxsize=512)
def laws_of_purchase(build: Build, purchase_id: str) -> Rows:
    """Return the laws that reach a purchase, restrictions first, each with its exceptions."""
    return ask(
        build,
        """
        select read.*, law.summary, law.status, law.source_title, law.source_url, law.confidence,
            law.place_name, law.primary_url, law.is_start_assumed
        from mart.purchase_law as read join mart.law as law using (law_id)
        where purchase_id = $purchase_id
        order by not read.is_restriction, read.earliest_start_date, law_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def laws_of_transactions(build: Build, purchase_id: str) -> Rows:
    """Return how each law stands on the day of each transaction of a purchase."""
    return ask(
        build,
        """
        select read.*, law_name, is_restriction
        from mart.transaction_law as read join mart.law using (law_id)
        where purchase_id = $purchase_id order by date, transaction_id, law_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def events(
    build: Build,
    *,
    agency_id: str | None = None,
    place_id: str | None = None,
    vendor_id: str | None = None,
    technology: str | None = None,
    most: int = 200,
) -> Rows:
    """Return the events of a time line, oldest first.

    Those of an agency and of the departments above it, of a place with the laws that bind it, or
    of a vendor: any of what is given. With a technology, only events about it, or about
    surveillance as such.
    """
    return ask(
        build,
        f"""{_WITHIN},
        above as (
            select $agency_id::varchar as agency_id, 0 as steps
            union all
            select parent_agency_id, steps + 1
            from mart.agency join above using (agency_id)
            where parent_agency_id is not null and steps < 6
        )
        select * from mart.event
        where (
            ($agency_id is null and $place_id is null and $vendor_id is null)
            or agency_id in (select agency_id from above)
            or vendor_id = $vendor_id
            or ($place_id is not null and agency_id is null
                and list_has_any(place_ids, (select list(place_id) from within))
                and (law_id is null or list_contains(place_ids, $place_id)
                    or law_id in (select law_id from mart.law where {_BINDS})))
        )
        and ($technology is null or covers_all or list_contains(technologies, $technology))
        order by earliest_date, latest_date, event_id limit $most
        """,
        agency_id=agency_id, place_id=place_id, vendor_id=vendor_id, technology=technology,
        most=most,
    )  # fmt: skip
