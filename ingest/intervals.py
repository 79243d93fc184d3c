"""Dates of facts as they are known: a day, a month, a year, or from one to another.

A cell of reference data says `2019-05-14`, `2019-05`, `2019`, or `2019-07-16/2019-09` where the
day lies between the two. Every one is read as the earliest and the latest day it can mean, so
that nothing is said to be more exact than it is.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_POINT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Interval:
    """The earliest and the latest day that a date can mean; both None where nothing is known."""

    earliest: date | None = None
    latest: date | None = None

    @property
    def is_exact(self) -> bool:
        """Return whether it is one day."""
        return self.earliest is not None and self.earliest == self.latest


def interval(cell: str) -> Interval:
    """Read a cell; raise ValueError, as a sentence, where it is not a date or runs backwards."""
    text = cell.strip()
    if not text:
        return Interval()
    first, slash, last = text.partition("/")
    earliest = _point(first).earliest
    latest = _point(last if slash else first).latest
    if earliest and latest and earliest > latest:
        raise ValueError(f"`{text}` ends before it begins")
    return Interval(earliest, latest)


def _point(text: str) -> Interval:
    found = _POINT.fullmatch(text.strip())
    if not found:
        raise ValueError(
            f"`{text.strip()}` is not a date: write 2019-05-14, 2019-05, 2019, or two of them "
            "with a slash between"
        )
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        if day:
            return Interval(date(year, month, day), date(year, month, day))
        if month:
            last = calendar.monthrange(year, month)[1]
            return Interval(date(year, month, 1), date(year, month, last))
        return Interval(date(year, 1, 1), date(year, 12, 31))
    except (ValueError, calendar.IllegalMonthError) as error:
        raise ValueError(f"`{text.strip()}` is not a day of the calendar") from error
