"""Agencies, vendors and technologies by their ids."""

from collections.abc import Mapping
from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask, ask_one

# Agencies belong to departments at most so deep.
_MOST_STEPS = 6


@lru_cache(maxsize=2)
def every_agency(build: Build) -> Mapping[str, Row]:
    """Return every published agency by its id."""
    return {row["agency_id"]: row for row in ask(build, "select * from mart.agency")}


def agency(build: Build, agency_id: str) -> Row | None:
    """Return one agency, or None."""
    return every_agency(build).get(agency_id)


def departments(build: Build, agency_id: str | None) -> tuple[str, ...]:
    """Return an agency and those it belongs to, one above the other; nothing without an agency."""
    found: list[str] = []
    while agency_id is not None and len(found) <= _MOST_STEPS:
        found.append(agency_id)
        above = agency(build, agency_id)
        agency_id = above["parent_agency_id"] if above else None
    return tuple(found)


@lru_cache(maxsize=512)
def agencies_below(build: Build, agency_id: str) -> Rows:
    """Return the searched agencies that belong to one."""
    return ask(
        build,
        """
        select agency_id, agency_name from mart.agency
        where parent_agency_id = $agency_id
        and agency_id in (select agency_id from mart.coverage) order by agency_name
        """,
        agency_id=agency_id,
    )


@lru_cache(maxsize=512)
def vendor(build: Build, vendor_id: str) -> Row | None:
    """Return one vendor or maker, or None."""
    return ask_one(
        build, "select * from mart.vendor where vendor_id = $vendor_id", vendor_id=vendor_id
    )


@lru_cache(maxsize=4)
def technologies(build: Build) -> Rows:
    """Return every technology, in the order of the reference list."""
    return ask(build, "select * from mart.technology order by position")


def technology(build: Build, technology_id: str) -> Row | None:
    """Return one technology, or None."""
    return next((r for r in technologies(build) if r["technology"] == technology_id), None)
