"""One axis of time, for spending by fiscal year and for the events and laws above it."""

from dataclasses import dataclass
from datetime import date

from dashboard import format as fmt

# So many years before the first spending are shown for the sake of events.
_BEFORE = 5
# Without spending, the newest so many years of events.
_MOST_YEARS = 20


@dataclass(frozen=True)
class Axis:
    """A stretch of time: fiscal years, which begin in one month, the first and last whole."""

    first: int
    last: int
    begins: int
    "The month (1 to 12) with which a year begins."

    @property
    def years(self) -> range:
        """Return the years of the axis, oldest first."""
        return range(self.first, self.last + 1)

    def days(self, year: int) -> tuple[date, date]:
        """Return the first and the last day of a year."""
        return fmt.fiscal_year_days(year, self.begins)

    def share(self, day: date) -> float:
        """Return where a day stands: 0 is the first day of the axis, 1 the end of the last."""
        begin, end = self.days(self.first)[0], self.days(self.last)[1]
        return (day - begin).days / ((end - begin).days + 1)

    def holds(self, day: date) -> bool:
        """Return whether a day lies on the axis."""
        return 0 <= self.share(day) < 1

    def year_of(self, day: date) -> int:
        """Return the year in which a day lies, on the axis or not."""
        return day.year + (self.begins > 1 and day.month >= self.begins)


def axis(years: range, days: list[date], begins: int) -> Axis | None:
    """Return the axis of these fiscal years and of the days near them; None without either.

    An event long before the first spending would press the spending together: the axis ends
    some years before it, and the event stands beyond its edge.
    """
    own = Axis(0, 0, begins)
    near = [own.year_of(day) for day in days]
    if years:
        first, last = years[0], years[-1]
        near = [year for year in near if first - _BEFORE <= year]
        return Axis(min([first, *near]), max([last, *near]), begins)
    if not near:
        return None
    last = max(near)
    return Axis(max(min(near), last - _MOST_YEARS + 1), last, begins)
