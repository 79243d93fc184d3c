"""Guards: what must not happen to a source between two publications without a person's word.

They compare a finished build with the database published before, for the sources whose files
changed, within the limits that each declares under `expect`. Few rows say nothing: a register is
guarded from 100 rows on.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from ingest.source import Source

FEWEST_ROWS = 100
# An agency's total can jump many times over while it is small.
FEWEST_MONEY = 1_000_000


@dataclass(frozen=True)
class Finding:
    """A guard that tripped: on which source, which guard, and what it saw, as a sentence."""

    source_id: str
    guard: str
    message: str


def examine(
    part: Path, before: Path, sources: list[Source], provisional: set[str]
) -> list[Finding]:
    """Return what the guards of these sources found in a build beside the one before."""
    if not sources:
        return []
    with duckdb.connect() as connection:
        for name, path in (("now", part), ("was", before)):
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {name} (read_only)")
        return [
            finding
            for source in sorted(sources, key=lambda one: one.id)
            for finding in [
                *_amounts(connection, source, provisional),
                *_columns(connection, source),
            ]
        ]


_CELLS = """
    select agency_id, any_value(agency_name) as agency_name, fiscal_year, count(*) as rows,
      sum(moved.amount) as amount
    from {db}.core.transaction as moved
    join {db}.core.file using (file_key)
    join (select purchase_id, agency_id, agency_name from {db}.core.purchase) using (purchase_id)
    where register = $register and not list_contains($provisional, source_id)
    group by agency_id, fiscal_year
    """
# Only agencies and years that were there before: a new year is no jump.
_BOTH = f"""
    with now as ({_CELLS.format(db="now")}), was as ({_CELLS.format(db="was")})
    select
      was.agency_id,
      any_value(was.agency_name) as agency_name,
      sum(was.rows)::bigint as was_rows,
      coalesce(sum(now.rows), 0)::bigint as rows,
      sum(was.amount) as was_amount,
      coalesce(sum(now.amount), 0) as amount
    from was
    left join now on now.agency_id is not distinct from was.agency_id
      and now.fiscal_year is not distinct from was.fiscal_year
    group by was.agency_id
    order by was.agency_id
    """


def _amounts(
    connection: duckdb.DuckDBPyConnection, source: Source, provisional: set[str]
) -> list[Finding]:
    agencies = connection.execute(
        _BOTH, {"register": source.register_name, "provisional": sorted(provisional)}
    ).fetchall()
    was_rows, rows = sum(row[2] for row in agencies), sum(row[3] for row in agencies)
    if was_rows < FEWEST_ROWS:
        return []
    was_total = sum((row[4] for row in agencies), Decimal(0))
    total = sum((row[5] for row in agencies), Decimal(0))
    limits = source.expect
    found = []
    most = limits.max_growth_times
    if limits.has_shrunk(was_rows, rows) or rows > was_rows * most:
        found.append(
            Finding(
                source.id,
                "rows",
                f"the agencies and years known before have {rows:,} rows now, {was_rows:,} before",
            )
        )
    elif halved := _halved_years(connection, source, provisional):
        found.append(Finding(source.id, "rows", halved))
    least = was_total * (1 - limits.max_shrink_share)
    if was_total > FEWEST_MONEY and not least < total <= was_total * most:
        found.append(
            Finding(
                source.id,
                "total",
                f"the agencies and years known before come to {total:,.0f} now, "
                f"{was_total:,.0f} before",
            )
        )
    times = limits.max_agency_times
    jumped = [
        f"{name or 'an agency without a name'} from {before:,.0f} to {amount:,.0f}"
        for _, name, _, _, before, amount in agencies
        if before >= FEWEST_MONEY and not before / times <= amount <= before * times
    ]
    if jumped:
        more = f" and {len(jumped) - 3} more" if len(jumped) > 3 else ""  # noqa: PLR2004
        found.append(
            Finding(source.id, "agency total", f"totals jumped: {'; '.join(jumped[:3])}{more}")
        )
    return found


_YEARS = f"""
    with now as ({_CELLS.format(db="now")}), was as ({_CELLS.format(db="was")})
    select was.fiscal_year, sum(was.rows)::bigint, coalesce(sum(now.rows), 0)::bigint
    from was
    left join now on now.agency_id is not distinct from was.agency_id
      and now.fiscal_year is not distinct from was.fiscal_year
    group by was.fiscal_year
    having sum(was.rows) >= {FEWEST_ROWS}
    order by was.fiscal_year
    """


def _halved_years(
    connection: duckdb.DuckDBPyConnection, source: Source, provisional: set[str]
) -> str:
    """Name the years that lost too much: one file of many can be cut short."""
    years = connection.execute(
        _YEARS, {"register": source.register_name, "provisional": sorted(provisional)}
    ).fetchall()
    return "; ".join(
        f"fiscal year {year or 'unknown'} has {rows:,} rows now, {before:,} before"
        for year, before, rows in years
        if source.expect.has_shrunk(before, rows)
    )


_FILLED = """
    select
      count(*),
      count(*) filter (description is null),
      count(*) filter (vendor_name is null),
      count(*) filter (agency_id is null),
      count(*) filter (coalesce(last_date, signed_date) is null),
      count(*) filter (description is null and vendor_name is null and psc_code is null
        and naics_code is null)
    from {db}.core.purchase left join {db}.core.vendor_name using (vendor_key)
    where source_id = $source
    """
_KEPT = ("description", "vendor", "agency", "date")


def _columns(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Finding]:
    def filled(database: str) -> tuple[int, ...]:
        row = connection.execute(_FILLED.format(db=database), {"source": source.id}).fetchone()
        return tuple(row or ())

    found = []
    now, was = filled("now"), filled("was")
    if was[0] >= FEWEST_ROWS and now[0]:
        more = [Decimal(a) / now[0] - Decimal(b) / was[0] for a, b in zip(now, was, strict=True)]
        emptied = [
            f"{name} ({100 * now[place] // now[0]}% now, {100 * was[place] // was[0]}% before)"
            for place, name in enumerate(_KEPT, start=1)
            if more[place] > source.expect.max_emptied_share
        ]
        if emptied:
            found.append(
                Finding(source.id, "columns", f"purchases without a {', without a '.join(emptied)}")
            )
        if more[-1] > source.expect.max_unclassifiable_share:
            found.append(
                Finding(
                    source.id,
                    "unclassifiable",
                    f"of {now[0]:,} purchases {now[-1]:,} have nothing to judge them by; "
                    f"before, {was[-1]:,} of {was[0]:,}",
                )
            )
    unknown = [
        row[0]
        for row in connection.execute(
            "select distinct column_name from now.meta.issue"
            " where kind = 'column not known' and source_id = $source"
            " except select column_name from was.meta.issue"
            " where kind = 'column not known' and source_id = $source order by all",
            {"source": source.id},
        ).fetchall()
    ]
    if len(unknown) > source.expect.max_new_columns:
        found.append(
            Finding(
                source.id,
                "columns",
                f"{len(unknown)} columns that were never seen: {', '.join(unknown[:5])}",
            )
        )
    # One sentence for each guard.
    joined: dict[str, str] = {}
    for one in found:
        joined[one.guard] = "; ".join(filter(None, [joined.get(one.guard), one.message]))
    return [Finding(source.id, guard, message) for guard, message in joined.items()]


# An award can be recorded some days before it is signed.
_FUTURE_DAYS = 31


def note_silence(
    connection: duckdb.DuckDBPyConnection, sources: dict[str, Source], as_of: date
) -> None:
    """Mark the sources of a build that brought no newer row for longer than they declare."""
    for source_id, days in sorted(
        (source.id, source.expect.max_days_silent)
        for source in sources.values()
        if source.is_on and source.expect.max_days_silent
    ):
        row = connection.execute(
            "select max(date) from core.transaction join core.file using (file_key)"
            " where source_id = $source and date <= $as_of",
            {"source": source_id, "as_of": as_of},
        ).fetchone()
        newest = row[0] if row else None
        if newest is None or (as_of - newest).days <= (days or 0):
            continue
        message = (
            f"Silent: its newest row is of {newest:%Y-%m-%d}, {(as_of - newest).days} days "
            f"before {as_of:%Y-%m-%d}; it is expected to have one within {days}."
        )
        connection.execute(
            "update mart.source set stale_because = concat_ws(' ', stale_because, $message)"
            " where source_id = $source",
            {"message": message, "source": source_id},
        )
        connection.execute(
            "insert into mart.guard values ($source, 'silent', $message, false, null, null)",
            {"message": message, "source": source_id},
        )


def note_future(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Report rows dated so long after the day of the data that the date is likely a slip."""
    connection.execute(
        """
        insert into meta.issue
        select
            source_id, any_value(raw_sha256), any_value(raw_file), any_value(raw_member),
            min(raw_row), 'date', max(date)::varchar, 'dates in the future',
            format('{} rows of {} are dated more than {} days after {}, the latest {}. They count, '
                'in the year that they say; look at the publisher''s record.',
                count(*), raw_file, $days, $as_of::date::varchar, max(date)::varchar)
        from core.transaction join core.file using (file_key)
        where date > $as_of::date + $days::integer
        group by source_id, raw_file, file_key
        order by source_id, raw_file, file_key
        """,
        {"as_of": as_of, "days": _FUTURE_DAYS},
    )
