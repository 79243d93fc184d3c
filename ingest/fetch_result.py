"""What fetching is asked for, and what it did."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.notices import Notice

Say = Callable[[str], None]
Tick = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Asked:
    """What to fetch beyond what the declaration or the home's settings say, or instead of it."""

    agencies: tuple[str, ...] = ()
    fiscal_years: tuple[int, ...] = ()
    repair: bool = False
    # Believe a table of a place that has lost more rows than its declaration allows.
    is_smaller_right: bool = False
    # Nobody chose the sources: a table that turns out to be large is left to whoever names it.
    is_anything: bool = False


@dataclass
class Fetched:
    """What fetching one source did; `failure` says why it stopped, with the last good data kept."""

    source_id: str
    files: list[str] = field(default_factory=list)
    # Awards that a search found new or changed.
    news: int = 0
    rows: int = 0
    unchanged: int = 0
    notices: list[Notice] = field(default_factory=list)
    failure: str | None = None

    @property
    def is_stale(self) -> bool:
        """Whether its figures stand behind what the publisher has."""
        return self.failure is not None or any(notice.is_stale for notice in self.notices)

    def as_facts(self) -> dict[str, object]:
        """Return everything as plain values, for a machine."""
        return {
            "source_id": self.source_id,
            "files": self.files,
            "news": self.news,
            "rows": self.rows,
            "unchanged": self.unchanged,
            "notices": [notice.model_dump() for notice in self.notices],
            "failure": self.failure,
        }
