"""What changed between two publications, as the published changes have it."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from dashboard.data.changes import has_changes
from dashboard.data.opening import Build, Rows, ask, ask_one, kept
from dashboard.data.origins import about
from dashboard.data.selected import ask_selected
from dashboard.data.terms import Selection

_EVERY_STATUS = ("confirmed", "matched", "possible", "rejected")


@lru_cache(maxsize=256)
def published_on(build: Build, build_id: str) -> date | None:
    """Return the day of a build that was published before this one, None where none is known.

    Known are the builds between which something changed, and those whose database is kept.
    """
    row = ask_one(
        build,
        """
        select max(day) as day from (
            select from_date as day from mart.change where from_build = $build_id
            union all
            select to_date from mart.change where to_build = $build_id
        )
        """,
        build_id=build_id,
    )
    if row and row["day"]:
        return date.fromisoformat(str(row["day"]))
    older = kept(build_id)
    return date.fromisoformat(str(about(older)["as_of"])) if older else None


@lru_cache(maxsize=256)
def changes_since(build: Build, selection: Selection, build_id: str, as_of: date) -> Rows:
    """Return how many purchases of a selection changed since a build, by kind and cause.

    A purchase that is in the database no more is found by the names that its change carries.
    """
    wide = replace(selection, statuses=_EVERY_STATUS, with_related=True)
    return ask_selected(
        build,
        wide,
        """
        select kind, cause, count(distinct c.purchase_id) as purchases
        from mart.change as c
        where (to_date > $as_of or from_build = $build_id)
        and cause <> 'time'
        and (c.purchase_id in (select purchase_id from selected)
            or (c.purchase_id not in (select purchase_id from mart.purchase)
                and (len($of_agencies::varchar[]) = 0
                    or list_contains($of_agencies::varchar[], c.agency_id))
                and (len($of_vendors::varchar[]) = 0
                    or list_contains($of_vendors::varchar[], c.vendor_id))
                and (len($of_makers::varchar[]) = 0
                    or list_contains($of_makers::varchar[], c.maker_id))
                and (len($of_technologies::varchar[]) = 0
                    or list_contains($of_technologies::varchar[], c.technology))))
        group by kind, cause order by purchases desc, kind, cause
        """,
        of_agencies=list(selection.agencies),
        of_vendors=list(selection.vendors),
        of_makers=list(selection.makers),
        of_technologies=list(selection.technologies),
        as_of=as_of,
        build_id=build_id,
    )


@lru_cache(maxsize=256)
def changes_of_purchase_since(build: Build, purchase_id: str, build_id: str, as_of: date) -> Rows:
    """Return what changed of one purchase since a build, the newest first.

    Not that a date passed: that moves no amount.
    """
    if not has_changes(build):
        return ()
    return ask(
        build,
        """
        select * from mart.change
        where purchase_id = $purchase_id
        and (to_date > $as_of or from_build = $build_id)
        and cause <> 'time'
        order by to_date desc, kind, change_id
        """,
        purchase_id=purchase_id,
        as_of=as_of,
        build_id=build_id,
    )
