"""The published purchases held in memory, as columns: for what is asked of every selection.

Readers combine filters in thousands of ways, and each way wants a count for every value of every
filter, sums and a page of rows. DuckDB answers each such question in 10 to 80 ms of a processor;
over columns that are already here it is a fraction of a millisecond. "Which purchases" is still
said in `selected` alone: each condition is looked up once in SQL and kept as one bit a purchase.

Money is whole cents, in integers. Each build is held by itself, two at most, and never changes.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from dashboard.data.columns import (
    FAR,
    NO_YEAR,
    Group,
    Mask,
    Movements,
    Numbers,
    Whole,
    grouped,
    numbers,
    together,
    truths,
)
from dashboard.data.opening import Build, ask, close_others, connection
from dashboard.data.selected import MOVED, PURCHASES, WORDS, Condition, conditions
from dashboard.data.terms import Measure, Selection

# A reader may still be on the build before the newest; nobody needs a third.
_AT_MOST = 2
# What purchases are grouped and counted by: its key, and the name that stands for it.
_GROUPS = {
    "technology": ("technology", "technology_name"),
    "agency": ("agency_id", "agency_name"),
    "vendor": ("vendor_id", "vendor_name"),
    "maker": ("maker_id", "maker_name"),
    "office": ("upper(office_name)", "upper(office_name)"),
    "status": ("status", "status"),
    "kind": ("record_kind", "record_kind"),
    "basis": ("basis", "basis"),
    "currency": ("money_currency", "money_currency"),
    "form": ("form", "form"),
    "place": ("place_id", "place_name"),
    "type": ("type", "type"),
    "source": ("source_id", "source_id"),
    "competition": ("competition", "competition"),
    "funding": ("funding_kind", "funding_kind"),
}
_OF_COLUMN = {f"p.{key}": group for group, (key, _) in _GROUPS.items()}
# What a measure and a programme are made of.
MEASURE = ("kind", "basis", "currency")
PROGRAMME = ("agency", "vendor", "technology")
# Sums beyond this many cents are added as Python's integers, which have no end.
_MOST_CENTS = 1 << 62
# More published purchases than these are read from the file, page by page: 1.5 kB each.
_ROWS_AT_MOST = 400_000
_PIECE = 10_000


@dataclass(frozen=True)
class Held:
    """The purchases of one build; every column has one entry for each, in one order."""

    places: Numbers
    "Where each stands in the published table."
    groups: dict[str, Group]
    measures: Group
    "Record kind, basis and currency of each."
    programmes: Group
    "Agency, vendor and technology of each."
    behind: Group
    "Source and agency of each."
    is_idv: Mask
    is_lifetime: Mask
    is_window: Mask
    has_amount: Mask
    lifetime_cents: Numbers
    cents: Numbers
    "What moved for each, in all years."
    moved: Movements
    years: Group
    "Of each entry of `moved`, its year."
    flag_rows: Numbers
    flags: Group
    "Of each flag raised, which; `flag_rows` says on which purchase."
    rows: "Whole | None"
    "The purchases whole; None where there are too many to hold."

    @property
    def size(self) -> int:
        """How many purchases there are."""
        return len(self.places)

    def having(self, condition: Condition) -> Mask | None:
        """Return which purchases have what a condition names; None where it names no column."""
        if condition.column == "years":
            return self._only(self.moved.row[np.isin(self.moved.year, condition.one_of)])
        if condition.column == "flags":
            return self._only(self.flag_rows[self.flags.having(condition.one_of)])
        group = self.groups.get(_OF_COLUMN.get(condition.column, ""))
        return group.having(condition.one_of) if group else None

    def by_measure(self, chosen: Mask) -> list[tuple[Measure, Mask]]:
        """Return the chosen purchases apart by record kind, basis and currency."""
        codes = self.measures.codes
        return [
            (Measure(*self.measures.keys[code]), chosen & (codes == code))
            for code in np.flatnonzero(self.measures.counts(chosen))
        ]

    def moved_of(self, chosen: Mask, years: tuple[int, ...]) -> Mask:
        """Return which entries of `moved` are of the chosen purchases, in these years or in all."""
        of_chosen: Mask = chosen[self.moved.row]
        return of_chosen & np.isin(self.moved.year, years) if years else of_chosen

    def money_of(self, rows: Numbers, years: tuple[int, ...]) -> tuple[Numbers, Mask]:
        """Return what moved for each of these purchases, in cents, and whether anything did."""
        entries = self.moved_of(self._only(rows), years) & self.moved.has_money
        has_money = self._only(self.moved.row[entries])
        return self._cents_of(entries)[rows], has_money[rows]

    def last_year_of(self, rows: Numbers, years: tuple[int, ...]) -> Numbers:
        """Return the last fiscal year, of these years or of all, in which each had a movement."""
        entries = self.moved_of(self._only(rows), years)
        last = np.full(self.size, NO_YEAR)
        np.maximum.at(last, self.moved.row[entries], self.moved.year[entries])
        return last[rows]

    def money_of_each(self, chosen: Mask, years: tuple[int, ...]) -> Numbers:
        """Return what moved for each chosen purchase, in these years or in all, in cents."""
        cents = self._cents_of(self.moved_of(chosen, years)) if years else self.cents
        return cents[chosen]

    def moving(self, chosen: Mask, years: tuple[int, ...]) -> Mask:
        """Return which of the chosen purchases moved in these years, or ever."""
        return self._only(self.moved.row[self.moved_of(chosen, years)])

    def _only(self, rows: Numbers) -> Mask:
        only = np.zeros(self.size, dtype=np.bool_)
        only[rows] = True
        return only

    def _cents_of(self, entries: Mask) -> Numbers:
        """Return for every purchase the sum of these entries of `moved`."""
        cents = np.zeros(self.size, dtype=self.cents.dtype)
        np.add.at(cents, self.moved.row[entries], self.moved.cents[entries])
        return cents


_lock = threading.Lock()
_held: "OrderedDict[Build, Held]" = OrderedDict()
# While a build is read, readers of another do not wait.
_being_read: dict[Build, threading.Lock] = {}


def held(build: Build) -> Held:
    """Return the purchases of a build, read once."""
    if known := _known(build):
        return known
    with _lock:
        ours = _being_read.setdefault(build, threading.Lock())
    with ours:
        if known := _known(build):
            return known
        try:
            found = _read(build)
            with _lock:
                _held[build] = found
                while len(_held) > _AT_MOST:
                    _held.popitem(last=False)
        finally:
            with _lock:
                _being_read.pop(build, None)
        return found


def let_go_of_others(build: Build) -> None:
    """Drop all builds but one from memory, and close their files: they are read again if asked."""
    with _lock:
        for other in [each for each in _held if each != build]:
            _held.pop(other)
    close_others(build)


def _known(build: Build) -> Held | None:
    with _lock:
        if build in _held:
            _held.move_to_end(build)
        return _held.get(build)


@lru_cache(maxsize=2048)
def _bits(build: Build, condition: Condition) -> Numbers:
    """Return for which purchases a condition holds, one bit each."""
    known = held(build)
    chosen = known.having(condition)
    if chosen is None and condition.word and known.rows is not None:
        found = pc.match_substring(_words(build), condition.word)
        chosen = found.to_numpy(zero_copy_only=False)
    return np.packbits(_looked_up(build, condition) if chosen is None else chosen)


@lru_cache(maxsize=2)
def _words(build: Build) -> pa.Array:
    """Return the words of each purchase, in which those of readers are looked for."""
    return _each(build, WORDS)["n"].combine_chunks()


def _looked_up(build: Build, condition: Condition) -> Mask:
    sql = f"select place_in_table from {PURCHASES} as p where {condition.sql}"
    with connection(build) as cursor:
        found = cursor.execute(sql, condition.bound or None).fetchnumpy()["place_in_table"]
    places = held(build).places
    mask = np.zeros(len(places), dtype=np.bool_)
    mask[np.searchsorted(places, np.asarray(found))] = True
    return mask


def holds(build: Build, sql: str, **values: object) -> Mask:
    """Return for which purchases `p` a condition of ours holds; values are bound."""
    bits = _bits(build, Condition(sql, tuple(values.items())))
    return np.unpackbits(bits, count=held(build).size).astype(np.bool_)


@lru_cache(maxsize=16)
def numbers_of(build: Build, sql: str) -> Numbers:
    """Return a whole number of each purchase `p`, said in SQL of ours; it may not be null."""
    return numbers(_each(build, sql)["n"])


@lru_cache(maxsize=16)
def group_of(build: Build, sql: str) -> Group:
    """Return the words of each purchase `p`, said in SQL of ours, to group by."""
    return grouped(_each(build, sql)["n"])


def _each(build: Build, sql: str) -> pa.Table:
    return _table(build, f"select {sql} as n from {PURCHASES} as p order by place_in_table")


@lru_cache(maxsize=128)
def mask(build: Build, selection: Selection) -> Mask:
    """Return which purchases are selected."""
    size = held(build).size
    every = [_bits(build, each) for each in conditions(selection)]
    bits = np.bitwise_and.reduce(every)
    chosen = np.unpackbits(bits, count=size).astype(np.bool_)
    chosen.flags.writeable = False
    return chosen


# ---------------------------------------------------------------- reading


def _table(build: Build, sql: str) -> pa.Table:
    with connection(build) as cursor:
        return cursor.sql(sql).to_arrow_table().combine_chunks()


def _read(build: Build) -> Held:
    columns = ", ".join(
        f"{key} as {group}, coalesce({name}, {key}) as {group}_name"
        for group, (key, name) in _GROUPS.items()
    )
    narrow = _table(
        build,
        f"""
        select place_in_table, {columns}, record_kind = 'idv' as is_idv,
            amount_scope = 'lifetime' as is_lifetime, amount_scope = 'window' as is_window,
            money is not null as has_amount,
            coalesce({cents_of("coalesce(lifetime_usd, money)")}, 0) as lifetime_cents
        from {PURCHASES} as p order by place_in_table
        """,
    )
    places = numbers(narrow["place_in_table"])
    kind = _kind_of_sums(build)
    moved = _moved(build, places, kind)
    flags = _table(
        build,
        """
        select p.rowid as place, flag, any_value(title) as title
        from mart.flag join mart.purchase as p using (purchase_id) group by p.rowid, flag
        order by place, flag
        """,
    )
    years = pa.array(moved.year)
    groups = {name: grouped(narrow[name], narrow[f"{name}_name"]) for name in _GROUPS}
    cents: Numbers = np.zeros(len(places), dtype=kind)
    np.add.at(cents, moved.row, moved.cents)
    rows = _rows(build, places) if len(places) <= _ROWS_AT_MOST else None
    # What reading took beside what is held goes back to the machine.
    pa.default_memory_pool().release_unused()
    return Held(
        places=places,
        groups=groups,
        measures=together([groups[name] for name in MEASURE]),
        programmes=together([groups[name] for name in PROGRAMME]),
        behind=together([groups["source"], groups["agency"]]),
        is_idv=truths(narrow["is_idv"]),
        is_lifetime=truths(narrow["is_lifetime"]),
        is_window=truths(narrow["is_window"]),
        has_amount=truths(narrow["has_amount"]),
        lifetime_cents=numbers(narrow["lifetime_cents"]).astype(kind),
        cents=cents,
        moved=moved,
        years=grouped(pc.if_else(pc.equal(years, NO_YEAR), None, years)),
        flag_rows=np.searchsorted(places, numbers(flags["place"])),
        flags=grouped(flags["flag"], flags["title"]),
        rows=rows,
    )


def cents_of(money: str) -> str:
    """Return SQL for an amount in whole cents; a hundred times the largest fits nowhere else."""
    return f"(({money})::decimal(22, 2) * 100)::bigint"


def _kind_of_sums(build: Build) -> type:
    """Return the type in which every sum of this build's cents is exact."""
    largest = ask(
        build,
        f"""
        select (select sum(abs({cents_of("money")})) from ({MOVED})) as moved,
            (select sum(abs({cents_of("coalesce(lifetime_usd, money)")}))
                from {PURCHASES} as p) as lifetime
        """,
    )[0]
    return np.int64 if max(int(n or 0) for n in largest.values()) < _MOST_CENTS else object


def _moved(build: Build, places: Numbers, kind: type) -> Movements:
    # As text where no machine integer holds every sum.
    exact = "bigint" if kind is np.int64 else "varchar"
    found = _table(
        build,
        f"""
        with each as (
            select p.rowid as place, coalesce(fiscal_year, {NO_YEAR})::integer as year,
                {cents_of("money")} as cents, date_diff('day', date '1970-01-01', date) as day
            from ({MOVED}) as moved join mart.purchase as p using (purchase_id)
        )
        select place, year, coalesce(sum(cents), 0)::{exact} as cents,
            coalesce(sum(cents) filter (cents > 0), 0)::{exact} as added,
            coalesce(sum(cents) filter (cents < 0), 0)::{exact} as reduced,
            count(cents) > 0 as has_money, coalesce(min(day), {FAR}) as first,
            coalesce(max(day), -{FAR}) as last
        from each group by place, year order by place, year
        """,
    )

    def cents(name: str) -> Numbers:
        if kind is np.int64:
            return numbers(found[name])
        return np.array([int(text) for text in found[name].to_pylist()], dtype=object)

    return Movements(
        row=np.searchsorted(places, numbers(found["place"])),
        year=numbers(found["year"]),
        cents=cents("cents"),
        added=cents("added"),
        reduced=cents("reduced"),
        has_money=truths(found["has_money"]),
        first=numbers(found["first"]),
        last=numbers(found["last"]),
    )


def _in_pieces(build: Build, places: Numbers) -> pa.Table:
    """Return every column, read piece by piece: to sort them all at once takes half a gigabyte."""
    sql = f"""
        select * exclude (place_in_table) from {PURCHASES} as p
        where place_in_table between $first and $last order by place_in_table
        """
    found = []
    with connection(build) as cursor:
        for start in range(0, max(len(places), 1), _PIECE):
            piece = places[start : start + _PIECE]
            first, last = (int(piece[0]), int(piece[-1])) if len(piece) else (0, -1)
            bound = {"first": first, "last": last}
            found.append(cursor.sql(sql, params=bound).to_arrow_table())
    return pa.concat_tables(found).combine_chunks()


def _rows(build: Build, places: Numbers) -> Whole:
    """Return the published purchases whole; words that many of them share are kept once."""
    found = _in_pieces(build, places)
    words = {}
    for name, column in zip(found.column_names, found.columns, strict=True):
        if pa.types.is_string(column.type):
            group = grouped(column)
            if len(group.keys) * 3 < len(column):
                words[name] = Group(group.codes, [*group.keys, None], group.names)
    return Whole(found.column_names, words, found.drop_columns(list(words)))
