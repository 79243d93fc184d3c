"""What changed from one publication to the next, and what of it is this week's news."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dashboard.data.acting import ending
from dashboard.data.opening import Build, Row, Rows, ask, columns_of
from dashboard.data.origins import about
from dashboard.data.terms import Selection

# How far ahead "ends soon" looks, and how far a calendar does.
SOON = timedelta(days=90)
AHEAD = timedelta(days=365 * 3)


@dataclass(frozen=True)
class Watched:
    """What a reader follows: everything, or one agency, place, vendor or technology by its id."""

    kind: str = "all"
    id: str = ""


@dataclass(frozen=True)
class Week:
    """The newest publication that changed anything, counted; and what ends soon."""

    from_date: date | None
    to_date: date | None
    kinds: tuple[tuple[str, int], ...]
    "How many purchases of each kind of change, the most frequent first."
    ends_soon: int

    def of(self, kind: str) -> int:
        """Return how many purchases have a change of that kind."""
        return dict(self.kinds).get(kind, 0)


_AGENCIES = """
    with recursive below as (
        select $id::varchar as agency_id, 0 as steps
        union all
        select agency.agency_id, steps + 1
        from mart.agency as agency join below on parent_agency_id = below.agency_id
        where steps < 6
    )
    """
# An agency with those that belong to it; a place with those inside it; a vendor also as the maker.
_WHERE = {
    "all": "true",
    "agency": "agency_id in (select agency_id from below)",
    "place": "(place_id = $id or starts_with(place_id, $id || '_'))",
    "vendor": "(vendor_id = $id or maker_id = $id)",
    "technology": "technology = $id",
}
_NAMES = {
    "agency": "select agency_name as name from mart.agency where agency_id = $id",
    "place": "select place_name as name from mart.place where place_id = $id",
    "vendor": "select vendor_name as name from mart.vendor where vendor_id = $id",
    "technology": "select technology_name as name from mart.technology where technology = $id",
}


_CHOSEN = """(len($kinds::varchar[]) = 0 or list_contains($kinds::varchar[], kind))
        and ($to::date is null or to_date = $to::date)"""


def has_changes(build: Build) -> bool:
    """Return whether this build knows of changes at all; one made before them has no such table."""
    return "mart.change" in columns_of(build)


@lru_cache(maxsize=512)
def watched_name(build: Build, watched: Watched) -> str | None:
    """Return the name of what is followed, None where this build does not know it."""
    if watched.kind == "all":
        return "all agencies"
    rows = ask(build, _NAMES[watched.kind], id=watched.id)
    return str(rows[0]["name"]) if rows else None


@lru_cache(maxsize=512)
def changes(
    build: Build, watched: Watched, kinds: tuple[str, ...] = (), to: date | None = None,
    most: int = 100, start: int = 0,
) -> Rows:  # fmt: skip
    """Return changes, the newest publication first, each with the name of its technology."""
    if not has_changes(build):
        return ()
    parameters: dict[str, object] = {"kinds": list(kinds), "to": to, "most": most, "start": start}
    begin = ""
    if watched.kind != "all":
        parameters["id"] = watched.id
    if watched.kind == "agency":
        begin = _AGENCIES
    return ask(
        build,
        f"""
        {begin} select c.*, technology_name
        from mart.change as c left join mart.technology using (technology)
        where {_WHERE[watched.kind]}
        and {_CHOSEN}
        order by to_date desc, coalesce(abs(coalesce(after_amount, 0)
            - coalesce(before_amount, 0)), 0) desc, change_id
        limit $most offset $start
        """,
        **parameters,
    )


@lru_cache(maxsize=64)
def changed_sources(build: Build, kinds: tuple[str, ...], to: date) -> dict[str, int]:
    """Return the sources of the changes of one publication, each with how many it has."""
    rows = ask(
        build,
        f"select source_id, count(*) as n from mart.change where {_CHOSEN} group by source_id",
        kinds=list(kinds),
        to=to,
    )
    return {str(row["source_id"]): int(row["n"]) for row in rows}


def how_many_changes(build: Build, kinds: tuple[str, ...], to: date) -> int:
    """Return how many changes of these kinds one publication has; all kinds where none is named."""
    return sum(changed_sources(build, kinds, to).values())


@lru_cache(maxsize=64)
def publications(build: Build, most: int = 60) -> Rows:
    """Return the publications that changed anything, newest first, with how many changes."""
    if not has_changes(build):
        return ()
    return ask(
        build,
        """
        select from_date, to_date, count(*) as changes, count(distinct purchase_id) as purchases
        from mart.change group by from_date, to_date
        order by to_date desc, from_date desc limit $most
        """,
        most=most,
    )


@lru_cache(maxsize=64)
def change_kinds(build: Build, to: date | None = None) -> Rows:
    """Return the kinds of changes and how many purchases have each, the most frequent first."""
    if not has_changes(build):
        return ()
    return ask(
        build,
        """
        select kind, count(distinct purchase_id) as purchases from mart.change
        where $to::date is null or to_date = $to::date
        group by kind order by purchases desc, kind
        """,
        to=to,
    )


@lru_cache(maxsize=64)
def this_week(build: Build) -> Week:
    """Return the newest publication's changes, counted, and how many purchases end soon."""
    newest: Row | None = next(iter(publications(build, 1)), None)
    as_of = about(build)["as_of"]
    return Week(
        from_date=newest["from_date"] if newest else None,
        to_date=newest["to_date"] if newest else None,
        kinds=tuple(
            (str(row["kind"]), int(row["purchases"]))
            for row in (change_kinds(build, newest["to_date"]) if newest else ())
        ),
        ends_soon=len(ending(build, Selection(), as_of, as_of + SOON, 100_000)),
    )


@lru_cache(maxsize=512)
def ends_ahead(build: Build, watched: Watched) -> Rows:
    """Return the counted purchases that end in the next years, with the last day to act."""
    as_of = about(build)["as_of"]
    until = as_of + AHEAD
    found: dict[str, Row] = {}
    for selection in _selections(build, watched):
        for row in ending(build, selection, as_of, until, 2000):
            found[str(row["purchase_id"])] = row
    return tuple(sorted(found.values(), key=lambda row: (row["ends"], str(row["purchase_id"]))))


def _selections(build: Build, watched: Watched) -> list[Selection]:
    one = (watched.id,)
    match watched.kind:
        case "vendor":
            return [Selection(vendors=one), Selection(makers=one)]
        case "technology":
            return [Selection(technologies=one, with_related=True)]
        case "agency" | "place":
            begin, where = (_AGENCIES, _WHERE["agency"]) if watched.kind == "agency" else (
                "", _WHERE["place"])  # fmt: skip
            rows = ask(
                build, f"{begin} select agency_id from mart.agency where {where} order by 1",
                id=watched.id,
            )  # fmt: skip
            agencies = tuple(str(row["agency_id"]) for row in rows)
            return [Selection(agencies=agencies)] if agencies else []
    return [Selection()]
