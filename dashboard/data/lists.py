"""Published tables as lists that are read page by page: agencies, vendors, uses, laws, changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask, columns_of


@dataclass(frozen=True)
class List:
    """A table that is read as a list: its order, and the columns by which it can be filtered."""

    table: str
    key: tuple[str, ...]
    filters: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    newest_first: bool = False


LISTS: Mapping[str, List] = {
    "agencies": List(
        "mart.agency", ("agency_id",), ("place_id", "parent_agency_id", "kind", "level"),
        ("agency_name", "abbreviation", "former_names", "other_names"),
    ),
    "vendors": List(
        "mart.vendor", ("vendor_id",), ("role", "technologies"),
        ("vendor_name", "former_names", "names_in_records"),
    ),
    "technologies": List(
        "mart.technology", ("technology",), ("scope",), ("technology_name", "definition")
    ),
    "places": List("mart.place", ("place_id",), ("parent_place_id", "kind"), ("place_name",)),
    "sources": List("mart.source", ("source_id",), ("place_id", "record_kind"), ("title",)),
    "uses": List(
        "mart.use", ("use_id",),
        ("place_id", "agency_id", "vendor_id", "technology", "kind", "answer"),
        ("agency_name", "agency_name_source", "vendor_name", "what"),
    ),
    "laws": List(
        "mart.law", ("law_id",), ("place_id", "kind", "technologies", "agency_id"),
        ("law_name", "summary"),
    ),
    "flags": List("mart.flag", ("flag", "purchase_id"), ("flag", "purchase_id")),
    "changes": List(
        "mart.change", ("to_date", "change_id"),
        ("kind", "cause", "purchase_id", "agency_id", "vendor_id", "maker_id", "technology",
         "place_id", "to_build", "source_id"),
        ("agency_name", "vendor_name", "maker_name", "description"),
        newest_first=True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """Which rows of a list are asked for: words, and values by column."""

    name: str
    words: str = ""
    values: tuple[tuple[str, str], ...] = ()


def has_list(build: Build, name: str) -> bool:
    """Return whether this build has the table of a list; an older one may lack it."""
    return LISTS[name].table in columns_of(build)


@lru_cache(maxsize=512)
def list_length(build: Build, listed: Listed) -> int:
    """Return how many rows are asked for."""
    sql, values = _where(listed)
    return int(ask(build, f"select count(*) as n {sql}", **values)[0]["n"])


@lru_cache(maxsize=512)
def list_page(build: Build, listed: Listed, start: int, size: int) -> Rows:
    """Return rows of a list, in the order of its key."""
    sql, values = _where(listed)
    this = LISTS[listed.name]
    direction = " desc nulls last" if this.newest_first else ""
    order = ", ".join(f"{column}{direction}" for column in this.key)
    return ask(
        build,
        f"select * {sql} order by {order} limit $size offset $start",
        size=size,
        start=start,
        **values,
    )


def list_row(build: Build, name: str, key: str) -> Row | None:
    """Return the one row of a list whose key is `key`, or None."""
    column = LISTS[name].key[-1]
    rows = ask(build, f"select * from {LISTS[name].table} where {column} = $key limit 1", key=key)
    return rows[0] if rows else None


def _where(listed: Listed) -> tuple[str, dict[str, object]]:
    """Return the end of a query; every name in it is one of ours, every value is bound."""
    this = LISTS[listed.name]
    parts = ["true"]
    values: dict[str, object] = {}
    for number, (column, value) in enumerate(listed.values):
        if column not in this.filters:
            raise KeyError(column)
        mark = f"value_{number}"
        values[mark] = value
        is_list = column in ("technologies",)
        parts.append(f"list_contains({column}, ${mark})" if is_list else f"{column} = ${mark}")
    words = listed.words.upper().split()
    if words and this.words:
        values["words"] = words
        texts = ", ".join(f"{column}::varchar" for column in this.words)
        parts.append(
            "len(list_filter($words::varchar[], lambda word: "
            f"not contains(upper(concat_ws(' ', {texts})), word))) = 0"
        )
    return f"from {this.table} where {' and '.join(parts)}", values
