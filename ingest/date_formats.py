"""How a file spells its dates, judged from all of its values and never from one."""

import duckdb

from ingest.errors import SourceError
from ingest.source import Source

_SLASHED = r"^(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})$"


def date_formats(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    shown_as: str,
    relation: str,
    columns: list[str],
) -> dict[str, str]:
    """Return the strptime format of each column that is not written the ISO way.

    The publisher writes 2025-03-21. A file that went through a spreadsheet has 3/21/25 or
    21/03/2025 instead: a number above 12 tells the day from the month, and where no date of a
    column has one, the other columns of the same file decide. Raises SourceError where they
    contradict each other or decide nothing.
    """
    slashed = {name: _slashed(connection, relation, name) for name in columns}
    slashed = {name: counts for name, counts in slashed.items() if counts[0]}
    if not slashed:
        return {}
    day_first = sum(counts[1] for counts in slashed.values())
    month_first = sum(counts[2] for counts in slashed.values())
    formats = {}
    for name, (_, days, months, has_short_years) in slashed.items():
        if days and months:
            raise SourceError(
                f"{source.id}: {shown_as} has dates in `{name}` with the day first and others "
                f"with the month first. Fetch the file again as the publisher serves it."
            )
        is_day_first = days > 0 or (not months and day_first > month_first)
        if not days and not months and bool(day_first) == bool(month_first):
            raise SourceError(
                f"{source.id}: nothing in {shown_as} tells whether 3/4/25 in `{name}` is in March "
                f"or in April. Fetch the file again as the publisher serves it."
            )
        year = "%y" if has_short_years else "%Y"
        formats[name] = f"%d/%m/{year}" if is_day_first else f"%m/%d/{year}"
    return formats


def _slashed(
    connection: duckdb.DuckDBPyConnection, relation: str, name: str
) -> tuple[int, int, int, bool]:
    """Return how many dates have slashes, a first and a second number above 12, short years."""
    row = connection.execute(
        f"with parts as (select string_split({name}, '/') as p from {relation}"
        f" where regexp_matches({name}, '{_SLASHED}'))"
        " select count(*), count(*) filter (p[1]::int > 12), count(*) filter (p[2]::int > 12),"
        " coalesce(bool_or(length(p[3]) = 2), false) from parts"
    ).fetchone()
    assert row is not None  # noqa: S101  an aggregate always answers
    return row
