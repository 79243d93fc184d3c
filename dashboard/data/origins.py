"""What stands behind the figures: the build, its sources, files, faults and quality."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from dashboard.data.held import held, mask
from dashboard.data.opening import Build, OtherShape, Row, Rows, ask, ask_one, columns_of
from dashboard.data.terms import Measure, Selection
from dashboard.format import FEDERAL_YEAR_BEGINS, fiscal_year_days


@lru_cache(maxsize=4)
def about(build: Build) -> Row:
    """Return the build's own row: id, as-of date, version, counts."""
    row = ask_one(build, "select * from meta.build")
    if row is None:
        raise OtherShape(f"The published database {build.database.name} does not say what it is.")
    return row


@lru_cache(maxsize=4)
def sources(build: Build) -> Rows:
    """Return every source that something was loaded from, stale ones first."""
    return tuple(row for row in declared_sources(build) if row["rows"])


@lru_cache(maxsize=4)
def declared_sources(build: Build) -> Rows:
    """Return every declared source, stale ones first, also those not loaded yet."""
    return ask(build, "select * from mart.source order by stale_because is null, place_name, title")


@lru_cache(maxsize=4)
def let_pass(build: Build) -> Rows:
    """Return what was found wrong with a source's files, and who runs this let pass all the same.

    One row for each finding: `source_id`, `message`, `accepted_because` and `accepted_date`.
    """
    return ask(build, "select * from mart.guard where accepted_because is not null order by all")


@lru_cache(maxsize=4)
def coverage(build: Build) -> Rows:
    """Return which agencies were searched, over which days; one row an agency.

    Those with the most counted purchases first: a sentence names only the first few.
    """
    return ask(
        build,
        """
        select agency_id, any_value(c.agency_name) as agency_name,
            any_value(abbreviation) as abbreviation,
            any_value(c.place_id) as place_id,
            any_value(place_name) as place_name, min(first_date) as first_date,
            max(last_date) as last_date, sum(transactions)::bigint as transactions,
            bool_or(is_complete) as is_complete
        from mart.coverage as c left join mart.agency using (agency_id)
        group by agency_id
        order by (select count(*) from mart.purchase as p where p.agency_id = c.agency_id
            and is_counted) desc, transactions desc, agency_name
        """,
    )


def _begins(source: Row) -> int:
    """Return the month with which fiscal years of a source begin; older builds do not say it."""
    return int(source.get("fiscal_year_begins") or FEDERAL_YEAR_BEGINS)


@lru_cache(maxsize=2048)
def calendar(
    build: Build, selection: Selection, measure: Measure
) -> tuple[tuple[int, ...], date | None]:
    """Return the months in which fiscal years of what was selected begin, and the last day covered.

    Of the sources of the selected purchases, and of the agencies that made them.
    """
    rows = _behind(build, selection, measure)
    begins = {row["source_id"]: _begins(row) for row in declared_sources(build)}
    months = {begins.get(row["source_id"], FEDERAL_YEAR_BEGINS) for row in rows}
    agencies = {row["agency_id"] for row in rows}
    days = [r["last_date"] for r in coverage(build) if r["agency_id"] in agencies]
    last = max((day for day in days if day), default=None)
    return tuple(sorted(months)) or (FEDERAL_YEAR_BEGINS,), last


def sources_of(build: Build, selection: Selection, measure: Measure) -> Rows:
    """Return the sources that the selected purchases come from, those of most purchases first."""
    number: dict[str, int] = {}
    for row in _behind(build, selection, measure):
        number[row["source_id"]] = number.get(row["source_id"], 0) + row["purchases"]
    found = [row for row in declared_sources(build) if row["source_id"] in number]
    return tuple(sorted(found, key=lambda row: (-number[row["source_id"]], row["title"])))


@lru_cache(maxsize=2048)
def _behind(build: Build, selection: Selection, measure: Measure) -> Rows:
    known = held(build)
    counts = known.behind.counts(mask(build, selection.of(measure)) & ~known.is_idv)
    return tuple(
        {"source_id": source, "agency_id": agency, "purchases": int(number)}
        for (source, agency), number in zip(known.behind.keys, counts, strict=True)
        if number
    )


@lru_cache(maxsize=4)
def years_covered(build: Build) -> Mapping[str, frozenset[int]]:
    """Return for each searched agency its fiscal years that are covered in whole.

    From the years that a source names, where it names them: files of FY2021 and FY2024 leave a
    gap that their first and last dates hide.
    """
    names_years = "fiscal_years" in columns_of(build)["mart.coverage"]
    begins = {row["source_id"]: _begins(row) for row in declared_sources(build)}
    rows = ask(build, "select * from mart.coverage where agency_id is not null")
    covered: dict[str, set[int]] = {}
    for row in rows:
        if row["first_date"] is None or row["last_date"] is None:
            continue
        years = set()
        for year in range(row["first_date"].year, row["last_date"].year + 2):
            first, last = fiscal_year_days(year, begins.get(row["source_id"], FEDERAL_YEAR_BEGINS))
            if row["first_date"] <= first and row["last_date"] >= last:
                years.add(year)
        if names_years and row["fiscal_years"]:
            years &= set(row["fiscal_years"])
        covered.setdefault(row["agency_id"], set()).update(years)
    return {agency_id: frozenset(years) for agency_id, years in covered.items()}


@lru_cache(maxsize=64)
def coverage_of(build: Build, agency_id: str) -> Rows:
    """Return what was searched for one agency, source by source."""
    return ask(
        build,
        """
        select c.*, s.title, s.does_not_cover, s.url
        from mart.coverage as c join mart.source as s using (source_id)
        where agency_id = $agency_id order by is_complete desc, title
        """,
        agency_id=agency_id,
    )


@lru_cache(maxsize=4)
def files(build: Build) -> Rows:
    """Return the raw files, newest first."""
    return ask(
        build,
        """
        select f.*, s.title from mart.file as f left join mart.source as s using (source_id)
        order by title, stamp desc nulls last, raw_file, raw_member limit 500
        """,
    )


@lru_cache(maxsize=4)
def issue_kinds(build: Build) -> Rows:
    """Return the kinds of faults found in the data, with how many and an example of each."""
    return ask(
        build,
        """
        select source_id, title, kind, column_name, count(*) as n,
            any_value(message) as message, min(raw_file) as raw_file, min(raw_row) as raw_row,
            any_value(value) as value
        from meta.issue left join mart.source using (source_id)
        group by source_id, title, kind, column_name order by n desc, title, kind limit 200
        """,
    )


@lru_cache(maxsize=4)
def quality(build: Build) -> Rows:
    """Return how often the rules are right, overall first."""
    return ask(
        build,
        """
        select q.*, technology_name
        from meta.quality as q left join mart.technology using (technology)
        order by q.technology <> 'all', position, label_set, measure
        """,
    )
