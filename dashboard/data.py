"""Every question asked of the published database, and the only module that opens it.

A page resolves the pointer once (`current()`) and passes the build on to every question, so a
page is of one build even while a new one is published. Answers are cached by build: a build
never changes once it is published.

Amounts of different basis or record kind are never added: totals are asked for one `Measure`.
"""

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
Rows = tuple[Row, ...]

# A reader may still be on the build before the newest; nobody needs a third.
_OPEN_AT_MOST = 2
_BUILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

# Columns without which a page cannot be drawn. A database that lacks one is of another version.
_NEEDED = {
    "mart.purchase": {"purchase_id", "status", "scope", "record_kind", "basis", "amount_scope"},
    "mart.transaction": {"purchase_id", "fiscal_year", "amount_usd", "basis"},
    "mart.evidence": {"purchase_id", "title", "quoted", "speaks"},
    "mart.agency": {"agency_id", "agency_name", "parent_agency_id"},
    "mart.vendor": {"vendor_id", "vendor_name"},
    "mart.technology": {"technology", "technology_name", "scope", "position"},
    "mart.source": {"source_id", "title", "stale_because"},
    "mart.file": {"raw_sha256", "raw_file"},
    "mart.coverage": {"agency_id", "first_date", "last_date"},
    "mart.denominator": {"agency_id", "fiscal_year", "amount_usd"},
    "core.purchase_search": {"purchase_id", "text"},
    "meta.build": {"build_id", "as_of"},
    "meta.issue": {"source_id", "message"},
    "meta.quality": {"measure", "value"},
}


class NoDatabase(Exception):  # noqa: N818 - a state of affairs that a page explains, not a fault
    """Nothing has been published yet."""


class OtherShape(Exception):  # noqa: N818 - as above
    """The published database was made by another version of whobuys."""


@dataclass(frozen=True)
class Build:
    """One published database: its id and where it is."""

    build_id: str
    database: Path


@dataclass(frozen=True)
class Measure:
    """What a sum adds: one record kind and one basis, never two."""

    record_kind: str = "award"
    basis: str = "obligated"


@dataclass(frozen=True)
class Programme:
    """One agency's purchases of one technology from one vendor, and what they sum to."""

    agency_id: str
    agency_name: str
    vendor_id: str
    vendor_name: str
    technology: str
    technology_name: str
    amount_usd: Decimal
    purchases: int
    share: float


@dataclass(frozen=True)
class Selection:
    """Which purchases are asked about. The empty selection is every counted purchase."""

    text: str = ""
    technologies: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ("confirmed", "matched")
    with_related: bool = False
    kinds: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    without: tuple[str, str, str] | None = None
    "Agency, vendor and technology of a programme to leave out."
    without_staffing: bool = False
    resold_only: bool = False
    "Only purchases whose maker is not the vendor."

    def of(self, measure: Measure) -> "Selection":
        """Return the same selection, of one record kind and basis."""
        return replace(self, kinds=(measure.record_kind,), bases=(measure.basis,))


@dataclass(frozen=True)
class Total:
    """What the selected purchases of one measure come to."""

    measure: Measure
    purchases: int
    agencies: int
    vendors: int
    amount_usd: Decimal
    first_date: date | None
    last_date: date | None
    first_year: int | None
    last_year: int | None
    lifetime_purchases: int
    lifetime_usd: Decimal
    without_usd: int
    "Purchases in another currency, for which no dated rate is known."


@dataclass(frozen=True)
class YearAmount:
    """A fiscal year's sum, with the additions and reductions that make it."""

    year: int
    amount_usd: Decimal
    added_usd: Decimal
    reduced_usd: Decimal
    purchases: int


@dataclass(frozen=True)
class Bar:
    """One agency, vendor, maker or technology, and its sum."""

    id: str
    name: str
    amount_usd: Decimal
    purchases: int


@dataclass(frozen=True)
class Choice:
    """A value that a filter can take, and how many purchases have it."""

    id: str
    name: str
    purchases: int


@dataclass(frozen=True)
class Found:
    """What a search found among the names."""

    agencies: tuple[Bar, ...] = ()
    vendors: tuple[Bar, ...] = ()
    technologies: tuple[Bar, ...] = ()
    is_near: bool = field(default=False)
    "True when nothing matched and these are the nearest spellings."


# ---------------------------------------------------------------- opening


def home() -> Path:
    """Return the folder of the published data: `WHOBUYS_HOME`, or `data` in the project."""
    named = os.environ.get("WHOBUYS_HOME")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "data"


def current() -> Build:
    """Resolve the pointer and return the published build.

    Raises NoDatabase with a sentence that says what to run, or OtherShape.
    """
    pointer = home() / "published" / "current.json"
    try:
        named = json.loads(pointer.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoDatabase("Nothing has been published yet.") from None
    build = Build(str(named["build_id"]), home() / "build" / str(named["database"]))
    if not build.database.is_file():
        raise NoDatabase(f"The published database {build.database.name} is gone.")
    _check_shape(build)
    return build


def named(build_id: str) -> Build:
    """Return the build of that id while it is still there, else the current one."""
    database = home() / "build" / f"whobuys-{build_id}.duckdb"
    if _BUILD_ID.fullmatch(build_id) and database.is_file():
        build = Build(build_id, database)
        _check_shape(build)
        return build
    return current()


_lock = threading.Lock()
_connections: "OrderedDict[Path, duckdb.DuckDBPyConnection]" = OrderedDict()


def _connection(build: Build) -> duckdb.DuckDBPyConnection:
    """Return the one connection to that file, opened so that it can read it and nothing else."""
    path = build.database.resolve()
    with _lock:
        if path not in _connections:
            _connections[path] = duckdb.connect(
                str(path),
                read_only=True,
                config={"enable_external_access": "false", "lock_configuration": "true"},
            )
        _connections.move_to_end(path)
        while len(_connections) > _OPEN_AT_MOST:
            # Queries under way hold cursors of their own; the file closes with the last of them.
            _connections.popitem(last=False)
        # Connections are not to be shared between threads; cursors of one are.
        return _connections[path].cursor()


def _rows(build: Build, sql: str, **parameters: object) -> Rows:
    with _connection(build) as cursor:
        cursor.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())


@lru_cache(maxsize=4)
def _columns(build: Build) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in _rows(
        build,
        """
        select table_schema || '.' || table_name as table_name, column_name
        from information_schema.columns
        """,
    ):
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    return {table: frozenset(columns) for table, columns in found.items()}


@lru_cache(maxsize=4)
def _check_shape(build: Build) -> None:
    found = _columns(build)
    for table, needed in _NEEDED.items():
        missing = needed - found.get(table, frozenset())
        if missing:
            raise OtherShape(
                f"The published database {build.database.name} was made by another version "
                f"of whobuys: it has no {table} with {', '.join(sorted(missing))}."
            )


# ---------------------------------------------------------------- the selected purchases

# The one place where "which purchases" is said. Every parameter is bound; an empty list means
# "any". IDVs carry only a ceiling and are purchases of nothing: they are shown, never summed.
_SELECTED = """
    selected as (
        select p.*, technology_name
        from mart.purchase as p
        left join mart.technology as named using (technology)
        where list_contains($statuses::varchar[], p.status)
        and ($with_related or p.scope = 'strict')
        and (len($technologies::varchar[]) = 0
             or list_contains($technologies::varchar[], p.technology))
        and (len($agencies::varchar[]) = 0 or list_contains($agencies::varchar[], p.agency_id))
        and (len($vendors::varchar[]) = 0 or list_contains($vendors::varchar[], p.vendor_id))
        and (len($makers::varchar[]) = 0 or list_contains($makers::varchar[], p.maker_id))
        and (len($kinds::varchar[]) = 0 or list_contains($kinds::varchar[], p.record_kind))
        and (len($bases::varchar[]) = 0 or list_contains($bases::varchar[], p.basis))
        and (len($forms::varchar[]) = 0 or list_contains($forms::varchar[], p.form))
        and not ($without_staffing and coalesce(p.form, '') = 'staffing')
        and not ($resold_only and p.maker_id is not distinct from p.vendor_id)
        and (p.agency_id = $without_agency::varchar and p.vendor_id = $without_vendor::varchar
             and p.technology = $without_technology::varchar) is not true
        and (len($words::varchar[]) = 0 or len(list_filter(
            $words::varchar[],
            lambda word: not contains(upper(concat_ws(
                ' ', p.vendor_name, p.vendor_name_source, p.maker_name, p.agency_name,
                p.funding_agency_name, p.description, p.what, technology_name,
                p.award_number, p.source_key
            )), word))) = 0)
        and (len($years::integer[]) = 0 or p.purchase_id in (
            select purchase_id from mart.transaction
            where list_contains($years::integer[], fiscal_year)))
    ),
    moved as (
        select purchase_id, fiscal_year, date, amount_usd
        from mart.transaction
        where len($years::integer[]) = 0 or list_contains($years::integer[], fiscal_year)
    )
"""


def _selected(sql: str, **names: str) -> str:
    """Return SQL that begins with the selected purchases.

    `names` fill /*marks*/ with column names and orders of this module's own, never a reader's.
    """
    for mark, text in names.items():
        sql = sql.replace(f"/*{mark}*/", text)
    return f"with {_SELECTED} {sql}"


def _parameters(selection: Selection) -> dict[str, object]:
    agency, vendor, technology = selection.without or (None, None, None)
    return {
        "words": [word.upper() for word in selection.text.split()],
        "technologies": list(selection.technologies),
        "agencies": list(selection.agencies),
        "vendors": list(selection.vendors),
        "makers": list(selection.makers),
        "years": list(selection.years),
        "statuses": list(selection.statuses),
        "with_related": selection.with_related,
        "kinds": list(selection.kinds),
        "bases": list(selection.bases),
        "forms": list(selection.forms),
        "without_agency": agency,
        "without_vendor": vendor,
        "without_technology": technology,
        "without_staffing": selection.without_staffing,
        "resold_only": selection.resold_only,
    }


@lru_cache(maxsize=2048)
def totals(build: Build, selection: Selection) -> tuple[Total, ...]:
    """Return a total for each record kind and basis, the largest first.

    The amount is the sum of transactions. Purchases known only as lifetime totals have none:
    they are counted, and their dollars stand apart in `lifetime_usd`.
    """
    rows = _rows(
        build,
        _selected(
            """,
            sums as (
                select purchase_id, sum(amount_usd) as amount_usd, min(date) as first_date,
                    max(date) as last_date, min(fiscal_year) as first_year,
                    max(fiscal_year) as last_year
                from moved group by purchase_id
            )
            select record_kind, basis, count(*) as purchases,
                count(distinct agency_id) as agencies, count(distinct vendor_id) as vendors,
                coalesce(sum(sums.amount_usd), 0) as amount_usd,
                min(sums.first_date) as first_date, max(sums.last_date) as last_date,
                min(sums.first_year) as first_year, max(sums.last_year) as last_year,
                count(*) filter (amount_scope = 'lifetime') as lifetime_purchases,
                coalesce(sum(coalesce(lifetime_usd, selected.amount_usd))
                    filter (amount_scope = 'lifetime'), 0) as lifetime_usd,
                count(*) filter (selected.amount_usd is null) as without_usd
            from selected left join sums using (purchase_id)
            where record_kind <> 'idv'
            group by record_kind, basis
            order by abs(coalesce(sum(sums.amount_usd), 0)) desc, record_kind, basis
            """
        ),
        **_parameters(selection),
    )
    return tuple(
        Total(measure=Measure(row.pop("record_kind"), row.pop("basis")), **row) for row in rows
    )


def total(build: Build, selection: Selection, measure: Measure) -> Total:
    """Return the total of one measure; all zero when nothing is selected."""
    found = totals(build, selection.of(measure))
    zero = Decimal(0)
    return found[0] if found else Total(measure, 0, 0, 0, zero, None, None, None, None, 0, zero, 0)


@lru_cache(maxsize=2048)
def by_year(build: Build, selection: Selection, measure: Measure) -> tuple[YearAmount, ...]:
    """Return a sum for each fiscal year in which money moved, oldest first."""
    rows = _rows(
        build,
        _selected(
            """
            select fiscal_year as year, sum(moved.amount_usd) as amount_usd,
                coalesce(sum(moved.amount_usd) filter (moved.amount_usd > 0), 0) as added_usd,
                coalesce(sum(moved.amount_usd) filter (moved.amount_usd < 0), 0) as reduced_usd,
                count(distinct purchase_id) as purchases
            from selected join moved using (purchase_id)
            where moved.amount_usd is not null and fiscal_year is not null
            and record_kind <> 'idv'
            group by fiscal_year order by fiscal_year
            """
        ),
        **_parameters(selection.of(measure)),
    )
    return tuple(YearAmount(**row) for row in rows)


_GROUPS = {
    "technology": ("technology", "technology_name"),
    "agency": ("agency_id", "agency_name"),
    "vendor": ("vendor_id", "vendor_name"),
    "maker": ("maker_id", "maker_name"),
}


@lru_cache(maxsize=2048)
def by(
    build: Build, selection: Selection, measure: Measure, group: str, most: int = 1000
) -> tuple[Bar, ...]:
    """Return a sum for each technology, agency, vendor or maker, the largest first."""
    key, name = _GROUPS[group]
    rows = _rows(
        build,
        _selected(
            """,
            sums as (
                select purchase_id, sum(amount_usd) as amount_usd from moved group by purchase_id
            )
            select /*key*/ as id, any_value(coalesce(/*name*/, /*key*/)) as name,
                coalesce(sum(sums.amount_usd), 0) as amount_usd, count(*) as purchases
            from selected left join sums using (purchase_id)
            where /*key*/ is not null and record_kind <> 'idv'
            group by /*key*/
            order by amount_usd desc, name
            limit $most
            """,
            key=key,
            name=name,
        ),
        most=most,
        **_parameters(selection.of(measure)),
    )
    return tuple(Bar(**row) for row in rows)


@lru_cache(maxsize=512)
def groups(build: Build, selection: Selection, measure: Measure, group: str) -> int:
    """Return how many technologies, agencies, vendors or makers the selected purchases have."""
    key, _ = _GROUPS[group]
    rows = _rows(
        build,
        _selected(
            "select count(distinct /*key*/) as n from selected where record_kind <> 'idv'", key=key
        ),
        **_parameters(selection.of(measure)),
    )
    return int(rows[0]["n"])


@lru_cache(maxsize=512)
def largest_programme(build: Build, selection: Selection, measure: Measure) -> Programme | None:
    """Return the largest single programme, or None where nothing positive is selected."""
    rows = _rows(
        build,
        _selected(
            """,
            programmes as (
                select agency_id, vendor_id, technology, sum(moved.amount_usd) as amount_usd,
                    count(distinct purchase_id) as purchases,
                    any_value(agency_name) as agency_name, any_value(vendor_name) as vendor_name,
                    any_value(coalesce(technology_name, technology)) as technology_name
                from selected join moved using (purchase_id)
                where record_kind <> 'idv'
                group by agency_id, vendor_id, technology
            )
            select *, (amount_usd / nullif(sum(amount_usd) over (), 0))::double as share
            from programmes order by amount_usd desc, vendor_id limit 1
            """
        ),
        **_parameters(replace(selection, without=None).of(measure)),
    )
    if not rows or rows[0]["amount_usd"] is None or rows[0]["amount_usd"] <= 0:
        return None
    return Programme(**rows[0])


# ---------------------------------------------------------------- rows, and filters over them

SORTS = {
    "Newest first": "last_date desc nulls last, purchase_id",
    "Oldest first": "first_date nulls last, purchase_id",
    "Largest amount": "shown_usd desc nulls last, purchase_id",
    "Smallest amount": "shown_usd nulls last, purchase_id",
    "Vendor": "upper(vendor_name), last_date desc nulls last, purchase_id",
    "Agency": "upper(agency_name), last_date desc nulls last, purchase_id",
    "Technology": "technology_name, last_date desc nulls last, purchase_id",
}

_EVERY_ROW = """,
    sums as (
        select purchase_id, sum(amount_usd) as moved_usd from moved group by purchase_id
    )
    select selected.*,
        case when len($years::integer[]) = 0 then amount_usd else moved_usd end as shown_usd
    from selected left join sums using (purchase_id)
    order by /*order*/
"""


@lru_cache(maxsize=512)
def purchases(
    build: Build,
    selection: Selection,
    order: str = "Newest first",
    page: int = 1,
    size: int = 50,
) -> Rows:
    """Return one page of the selected purchases, sorted by one of `SORTS`.

    `shown_usd` is the purchase's amount, or what moved in the selected years.
    """
    return _rows(
        build,
        _selected(_EVERY_ROW + " limit $size offset $start", order=SORTS[order]),
        size=size,
        start=(page - 1) * size,
        **_parameters(selection),
    )


def every_purchase(
    build: Build, selection: Selection, order: str = "Newest first", step: int = 1000
) -> Iterator[Row]:
    """Yield every selected purchase with all its columns, for downloads. Not cached."""
    with _connection(build) as cursor:
        cursor.execute(_selected(_EVERY_ROW, order=SORTS[order]), _parameters(selection))
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(step):
            for row in batch:
                yield dict(zip(names, row, strict=True))


def purchase_columns(build: Build) -> list[str]:
    """Return the columns of a published purchase, in their order."""
    rows = _rows(build, "describe mart.purchase")
    return [str(row["column_name"]) for row in rows]


@lru_cache(maxsize=2048)
def how_many(build: Build, selection: Selection) -> int:
    """Return how many purchases are selected."""
    rows = _rows(build, _selected("select count(*) as n from selected"), **_parameters(selection))
    return int(rows[0]["n"])


_FACETS = {
    "technologies": ("technology", "technology_name"),
    "agencies": ("agency_id", "agency_name"),
    "vendors": ("vendor_id", "vendor_name"),
    "makers": ("maker_id", "maker_name"),
    "statuses": ("status", "status"),
    "kinds": ("record_kind", "record_kind"),
    "bases": ("basis", "basis"),
    "forms": ("form", "form"),
}
_EVERY_STATUS = ("confirmed", "matched", "possible", "rejected")


@lru_cache(maxsize=2048)
def choices(build: Build, selection: Selection, facet: str, most: int = 1000) -> tuple[Choice, ...]:
    """Return the values one filter can take, the most frequent first.

    Counts obey every other filter, but not this one: they say what a click would show.
    """
    free: dict[str, Any] = {facet: _EVERY_STATUS if facet == "statuses" else ()}
    if facet == "years":
        sql = _selected(
            """
            select fiscal_year::varchar as id, fiscal_year::varchar as name,
                count(distinct purchase_id) as purchases
            from selected join moved using (purchase_id)
            where fiscal_year is not null
            group by fiscal_year order by fiscal_year desc limit $most
            """
        )
    else:
        key, name = _FACETS[facet]
        sql = _selected(
            """
            select /*key*/ as id, any_value(coalesce(/*name*/, /*key*/)) as name,
                count(*) as purchases
            from selected where /*key*/ is not null
            group by /*key*/ order by purchases desc, name limit $most
            """,
            key=key,
            name=name,
        )
    rows = _rows(build, sql, most=most, **_parameters(replace(selection, **free)))
    return tuple(Choice(**row) for row in rows)


# ---------------------------------------------------------------- one thing


def _one(build: Build, sql: str, **parameters: object) -> Row | None:
    rows = _rows(build, sql, **parameters)
    return rows[0] if rows else None


@lru_cache(maxsize=512)
def purchase(build: Build, purchase_id: str) -> Row | None:
    """Return one purchase with the name of its technology, or None."""
    return _one(
        build,
        """
        select p.*, technology_name
        from mart.purchase as p left join mart.technology using (technology)
        where purchase_id = $purchase_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def transactions_of(build: Build, purchase_id: str) -> Rows:
    """Return a purchase's transactions, oldest first, with the running total."""
    return _rows(
        build,
        """
        select *, sum(amount_usd) over (
            order by date, modification_number, transaction_id
            rows between unbounded preceding and current row) as running_usd
        from mart.transaction where purchase_id = $purchase_id
        order by date, modification_number, transaction_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def evidence_of(build: Build, purchase_id: str) -> Rows:
    """Return why a purchase counts and what spoke against it, strongest first."""
    return _rows(
        build,
        """
        select e.*, technology_name
        from mart.evidence as e left join mart.technology using (technology)
        where purchase_id = $purchase_id order by speaks desc, position
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def source_of(build: Build, purchase_id: str) -> Row | None:
    """Return the source and the raw file that a purchase came from."""
    return _one(
        build,
        """
        select s.*, f.url as file_url, f.fetched_at, f.stamp
        from mart.purchase as p
        join mart.source as s using (source_id)
        left join mart.file as f
            on f.raw_sha256 = p.raw_sha256 and f.raw_member is not distinct from p.raw_member
        where p.purchase_id = $purchase_id
        limit 1
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def agency(build: Build, agency_id: str) -> Row | None:
    """Return one agency, or None."""
    return _one(
        build, "select * from mart.agency where agency_id = $agency_id", agency_id=agency_id
    )


@lru_cache(maxsize=512)
def agencies_below(build: Build, agency_id: str) -> Rows:
    """Return the searched agencies that belong to one."""
    return _rows(
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
    return _one(
        build, "select * from mart.vendor where vendor_id = $vendor_id", vendor_id=vendor_id
    )


@lru_cache(maxsize=4)
def technologies(build: Build) -> Rows:
    """Return every technology, in the order of the reference list."""
    return _rows(build, "select * from mart.technology order by position")


def technology(build: Build, technology_id: str) -> Row | None:
    """Return one technology, or None."""
    return next((r for r in technologies(build) if r["technology"] == technology_id), None)


@lru_cache(maxsize=512)
def current_purchases(build: Build, selection: Selection, as_of: date, most: int = 25) -> Rows:
    """Return selected purchases whose record says that they have not ended, soonest end first."""
    return _rows(
        build,
        _selected(
            """
            select *, amount_usd as shown_usd from selected
            where end_date >= $as_of order by end_date, purchase_id limit $most
            """
        ),
        as_of=as_of,
        most=most,
        **_parameters(selection),
    )


@lru_cache(maxsize=512)
def reasons(build: Build, selection: Selection) -> Rows:
    """Return the reasons for which the selected purchases count, the most frequent first."""
    return _rows(
        build,
        _selected(
            """
            select e.title, min(e.strength) as strength,
                count(distinct purchase_id) as purchases
            from selected join mart.evidence as e using (purchase_id)
            where e.speaks <> 'against' and e.title is not null
            group by e.title
            -- What the record shows says more to a reader than that somebody read it.
            order by min(e.strength) = 1, purchases desc, min(e.strength), e.title limit 5
            """
        ),
        **_parameters(selection),
    )


@lru_cache(maxsize=512)
def share_of_all(
    build: Build, selection: Selection, measure: Measure, agency_id: str
) -> Row | None:
    """Return what part of an agency's spending was selected, in the years known for both.

    Only from complete sources, and only within the same source, basis and year (ruling 11);
    None where that is not given.
    """
    row = _one(
        build,
        _selected(
            """,
            whole as (
                select source_id, fiscal_year, sum(amount_usd) as whole_usd
                from mart.denominator
                join (select source_id from mart.source where is_complete) using (source_id)
                where agency_id = $agency_id and basis = $basis and record_kind = $record_kind
                group by source_id, fiscal_year
            ),
            part as (
                select t.source_id, t.fiscal_year, sum(t.amount_usd) as part_usd
                from selected join mart.transaction as t using (purchase_id)
                where selected.agency_id = $agency_id
                group by t.source_id, t.fiscal_year
            )
            select sum(coalesce(part_usd, 0)) as part_usd, sum(whole_usd) as whole_usd,
                min(fiscal_year) as first_year, max(fiscal_year) as last_year
            from whole left join part using (source_id, fiscal_year)
            """
        ),
        agency_id=agency_id,
        basis=measure.basis,
        record_kind=measure.record_kind,
        **_parameters(selection.of(measure)),
    )
    if row is None or not row["whole_usd"] or not row["part_usd"]:
        return None
    return row


@lru_cache(maxsize=512)
def total_by_others(build: Build, made: Selection, measure: Measure) -> Total:
    """Return the total of a maker's products that other vendors sold."""
    return total(build, replace(made, resold_only=True), measure)


@lru_cache(maxsize=512)
def sold_by_others(build: Build, made: Selection, most: int = 25) -> Rows:
    """Return the newest purchases of a maker's products that other vendors sold."""
    return purchases(build, replace(made, resold_only=True), "Newest first", 1, most)


# ---------------------------------------------------------------- searching


def _names(build: Build, sql: str, text: str) -> tuple[Bar, ...]:
    return tuple(Bar(**row) for row in _rows(build, sql, text=text))


_NAME_SEARCHES = {
    "agencies": """
        with named as (
            select agency_id as id, agency_name as name,
                lower(concat_ws(' ', agency_name, abbreviation, parent_agency_name,
                    array_to_string(former_names, ' '))) as words,
                [agency_name, abbreviation] as spellings
            from mart.agency
        )
        """,
    "vendors": """
        with named as (
            select vendor_id as id, vendor_name as name,
                lower(concat_ws(' ', vendor_name, array_to_string(names_in_records, ' '),
                    array_to_string(former_names, ' '))) as words,
                [vendor_name] as spellings
            from mart.vendor
        )
        """,
    "technologies": """
        with named as (
            select technology as id, technology_name as name, lower(technology_name) as words,
                [technology_name] as spellings
            from mart.technology
        )
        """,
}
_NAME_COUNTS = """,
    counts as (
        select agency_id as id, sum(amount_usd) as amount_usd, count(*) as purchases
        from mart.purchase where is_counted group by 1
        union all
        select vendor_id, sum(amount_usd), count(*)
        from mart.purchase where is_counted group by 1
        union all
        select maker_id, 0, count(*)
        from mart.purchase where is_counted and maker_id is distinct from vendor_id group by 1
        union all
        select technology, sum(amount_usd), count(*)
        from mart.purchase where is_counted group by 1
    ),
    summed as (
        select id, sum(amount_usd) as amount_usd, sum(purchases)::bigint as purchases
        from counts group by id
    )
    select id, name, coalesce(amount_usd, 0) as amount_usd, coalesce(purchases, 0) as purchases
    from named left join summed using (id)
"""
_CONTAINING = """
    where len(list_filter(string_split(lower($text), ' '),
        lambda word: not contains(words, word))) = 0
    order by starts_with(lower(name), lower($text)) desc, purchases desc, name limit 6
"""
# 0.88 lets one or two slips of the fingers through ("Cleaview"), and not another name.
_NEAR = """
    where list_max(list_transform(spellings, lambda spelling:
        jaro_winkler_similarity(lower(spelling), lower($text)))) > 0.88
    order by list_max(list_transform(spellings, lambda spelling:
        jaro_winkler_similarity(lower(spelling), lower($text)))) desc, name limit 4
"""


@lru_cache(maxsize=512)
def find_names(build: Build, text: str) -> Found:
    """Return agencies, vendors and technologies of that name, or of the nearest spelling."""
    text = " ".join(text.split())
    for ending, is_near in ((_CONTAINING, False), (_NEAR, True)):
        lists = {
            kind: _names(build, start + _NAME_COUNTS + ending, text)
            for kind, start in _NAME_SEARCHES.items()
        }
        if any(lists.values()):
            return Found(**lists, is_near=is_near)
    return Found()


_WHOLE_LEDGER = """
    with found as materialized (
        select purchase_id, left(text, 300) as text
        from core.purchase_search
        -- The longest word first: it leaves few rows for the others.
        where contains(text, $longest)
        and len(list_filter($words::varchar[], lambda word: not contains(text, word))) = 0
    ),
    rest as (
        select found.*, count(*) over () as in_all
        from found anti join mart.purchase using (purchase_id)
        order by purchase_id limit $most
    )
    select purchase_id, text, in_all/*more*/
    order by purchase_id
"""


@lru_cache(maxsize=256)
def find_in_whole_ledger(build: Build, text: str, most: int = 50) -> tuple[int, Rows]:
    """Search every purchase that was loaded, surveillance or not.

    Returns how many have all the words and are not in the surveillance tables, and the first
    of them.
    """
    words = [word.upper() for word in text.split()]
    if not words:
        return 0, ()
    known = _columns(build).get("core.purchase", frozenset())
    more = (
        """, vendor_name, agency_name, description, amount_usd, source_key
        from rest left join core.purchase using (purchase_id)
        left join core.vendor_name using (vendor_key)"""
        if {"vendor_key", "agency_name", "description", "amount_usd", "source_key"} <= known
        else " from rest"
    )
    rows = _rows(
        build,
        _WHOLE_LEDGER.replace("/*more*/", more),
        words=words,
        longest=max(words, key=len),
        most=most,
    )
    return (int(rows[0]["in_all"]) if rows else 0), rows


# ---------------------------------------------------------------- what stands behind it all


@lru_cache(maxsize=4)
def about(build: Build) -> Row:
    """Return the build's own row: id, as-of date, version, counts."""
    row = _one(build, "select * from meta.build")
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
    return _rows(
        build, "select * from mart.source order by stale_because is null, place_name, title"
    )


@lru_cache(maxsize=4)
def coverage(build: Build) -> Rows:
    """Return which agencies were searched, over which days; one row an agency."""
    return _rows(
        build,
        """
        select agency_id, any_value(c.agency_name) as agency_name,
            any_value(abbreviation) as abbreviation,
            any_value(c.place_id) as place_id,
            any_value(place_name) as place_name, min(first_date) as first_date,
            max(last_date) as last_date, sum(transactions)::bigint as transactions,
            bool_or(is_complete) as is_complete
        from mart.coverage as c left join mart.agency using (agency_id)
        group by agency_id order by transactions desc, agency_name
        """,
    )


@lru_cache(maxsize=4)
def years_covered(build: Build) -> Mapping[str, frozenset[int]]:
    """Return for each searched agency the federal fiscal years that are covered in whole.

    From the years that a source names, where it names them: files of FY2021 and FY2024 leave a
    gap that their first and last dates hide.
    """
    names_years = "fiscal_years" in _columns(build)["mart.coverage"]
    rows = _rows(build, "select * from mart.coverage where agency_id is not null")
    covered: dict[str, set[int]] = {}
    for row in rows:
        if row["first_date"] is None or row["last_date"] is None:
            continue
        span = range(row["first_date"].year, row["last_date"].year + 2)
        years = {
            year
            for year in span
            if row["first_date"] <= date(year - 1, 10, 1) and row["last_date"] >= date(year, 9, 30)
        }
        if names_years and row["fiscal_years"]:
            years &= set(row["fiscal_years"])
        covered.setdefault(row["agency_id"], set()).update(years)
    return {agency_id: frozenset(years) for agency_id, years in covered.items()}


@lru_cache(maxsize=64)
def coverage_of(build: Build, agency_id: str) -> Rows:
    """Return what was searched for one agency, source by source."""
    return _rows(
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
    return _rows(
        build,
        """
        select f.*, s.title from mart.file as f left join mart.source as s using (source_id)
        order by title, stamp desc nulls last, raw_file, raw_member limit 500
        """,
    )


@lru_cache(maxsize=4)
def issue_kinds(build: Build) -> Rows:
    """Return the kinds of faults found in the data, with how many and an example of each."""
    return _rows(
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
    return _rows(
        build,
        """
        select q.*, technology_name
        from meta.quality as q left join mart.technology using (technology)
        order by q.technology <> 'all', position, label_set, measure
        """,
    )
