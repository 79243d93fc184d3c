"""Columns in memory: grouped, counted, summed. Money is whole cents, a day a number since 1970."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from dashboard.data.opening import Row

Numbers = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

# The first day that a date can be; dates are days since then.
_EPOCH = date(1970, 1, 1)
NO_YEAR = -1
# Further from 1970 than any day of a record.
FAR = 10_000_000


@dataclass(frozen=True)
class Group:
    """A column to group by: for each purchase the number of its key, -1 where it has none."""

    codes: Numbers
    keys: list[Any]
    names: list[Any]

    def counts(self, chosen: Mask) -> Numbers:
        """Return how many of the chosen purchases have each key."""
        codes = self.codes[chosen]
        return np.bincount(codes[codes >= 0], minlength=len(self.keys))

    def sums(self, chosen: Mask, cents: Numbers) -> Numbers:
        """Return the sum of `cents`, one for each chosen purchase, by key."""
        codes = self.codes[chosen]
        total = np.zeros(len(self.keys), dtype=cents.dtype)
        np.add.at(total, codes[codes >= 0], cents[codes >= 0])
        return total

    def at(self, row: int) -> tuple[Any, Any]:
        """Return the key of one purchase and its name; None where it has none."""
        code = self.codes[row]
        return (self.keys[code], self.names[code]) if code >= 0 else (None, None)

    def having(self, keys: Sequence[Any]) -> Mask:
        """Return which purchases have one of these keys."""
        codes = [self.keys.index(key) for key in keys if key in self.keys]
        return np.isin(self.codes, codes)

    def distinct(self, chosen: Mask) -> int:
        """Return how many keys the chosen purchases have."""
        return int(np.count_nonzero(self.counts(chosen)))


@dataclass(frozen=True)
class Movements:
    """What moved, one entry for each purchase and fiscal year (-1 where no year is known).

    `cents` is their sum, of which `added` and `reduced`; `has_money` says whether any has an
    amount; `first` and `last` are days since 1970, or the ends of the scale where none has one.
    """

    row: Numbers
    year: Numbers
    cents: Numbers
    added: Numbers
    reduced: Numbers
    has_money: Mask
    first: Numbers
    last: Numbers


@dataclass(frozen=True)
class Whole:
    """Purchases with all their columns: `words` are those whose words many of them share."""

    names: list[str]
    words: dict[str, Group]
    others: pa.Table

    def place_of(self, purchase_id: str) -> int | None:
        """Return where a purchase stands, or None."""
        place = pc.index(self.others["purchase_id"], purchase_id).as_py()
        return None if place < 0 else place

    def take(self, which: Numbers) -> list[Row]:
        """Return these purchases as rows, in this order."""
        others = self.others.take(pa.array(which))
        columns = []
        for name in self.names:
            if (group := self.words.get(name)) is not None:
                # The last key stands for -1: none.
                columns.append([group.keys[code] for code in group.codes[which].tolist()])
            else:
                columns.append(others[name].to_pylist())
        return [dict(zip(self.names, row, strict=True)) for row in zip(*columns, strict=True)]


def grouped(keys: Any, names: Any = None) -> Group:
    """Return a column to group by, with the names of its keys beside it where they have some."""
    array = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    coded = array.dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    known = coded.dictionary.to_pylist()
    if names is None:
        return Group(codes, known, known)
    numbers, firsts = np.unique(codes, return_index=True)
    found = names.take(pa.array(firsts[numbers >= 0])).to_pylist()
    return Group(codes, known, found)


def together(groups: list[Group]) -> Group:
    """Return a group for every combination of keys that there is; a key can be missing."""
    firsts, numbers = combinations(groups, np.arange(len(groups[0].codes)))
    # The last key stands for -1: none.
    each = [np.array([*g.keys, None], dtype=object)[g.codes[firsts]].tolist() for g in groups]
    keys = list(zip(*each, strict=True))
    return Group(numbers, keys, keys)


def combinations(groups: Sequence[Group], rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return which of these rows is the first of each combination of keys, and for each its number.

    A row's number says which combination it has; a key can be missing.
    """
    codes = np.zeros(len(rows), dtype=np.int64)
    for group in groups:
        codes = codes * (len(group.keys) + 1) + group.codes[rows] + 1
    _, firsts, numbers = np.unique(codes, return_index=True, return_inverse=True)
    return firsts, numbers


def largest(values: Numbers, names: list[Any], which: Numbers, most: int) -> list[int]:
    """Return the numbers of up to `most` of `which`, the largest value first, then by name."""
    if len(which) > most > 0:
        least = np.partition(values[which], len(which) - most)[len(which) - most]
        which = which[values[which] >= least]
    # Plain numbers: comparing those of numpy one by one takes ten times as long.
    every = zip((-values[which]).tolist(), which.tolist(), strict=True)
    return [number for _, _, number in sorted((v, names[n], n) for v, n in every)[:most]]


def dollars(cents: Any) -> Decimal:
    """Return whole cents as an amount."""
    return Decimal(int(cents)).scaleb(-2)


def day(number: Any) -> date:
    """Return the date of a day since 1970."""
    return _EPOCH + timedelta(days=int(number))


def day_of(column: str, otherwise: int) -> str:
    """Return SQL for a date as days since 1970, and for what stands where none is known."""
    return f"coalesce(date_diff('day', date '1970-01-01', {column}), {otherwise})"


def number_of(date_: date) -> int:
    """Return a date as days since 1970."""
    return (date_ - _EPOCH).days


def numbers(column: Any) -> Numbers:
    """Return a column of the database as an array."""
    return np.asarray(column.to_numpy())


def truths(column: Any) -> Mask:
    """Return a column of yes and no as an array; unknown is no."""
    known = column.fill_null(pa.scalar(value=False))
    return np.asarray(known.to_numpy()).astype(np.bool_)
