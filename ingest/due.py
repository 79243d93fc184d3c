"""When a source is to be fetched again: its last good fetch and how often it is published."""

from datetime import datetime, timedelta

from ingest.source import Source

# A little less than the cadence: a weekly run that began some minutes later last time must not
# find that a week is not over yet.
AFTER = {
    "daily": timedelta(hours=21),
    "weekly": timedelta(days=6),
    "monthly": timedelta(days=26),
    "quarterly": timedelta(days=80),
    "yearly": timedelta(days=330),
}
# A good fetch may lie a little in the future, where a clock was set back; further, and one of the
# two clocks was wrong, so that nothing can be said but "now".
AHEAD = timedelta(days=1)


def is_due(source: Source, last_good: datetime | None, now: datetime) -> bool:
    """Whether to fetch a source now; one that is published no more is fetched once."""
    if last_good is None:
        return True
    if last_good > now + AHEAD:
        return True
    after = AFTER.get(source.cadence)
    return after is not None and now - last_good >= after


def due_on(source: Source, last_good: datetime | None) -> datetime | None:
    """Return when a source is due next; None: now, or never again."""
    after = AFTER.get(source.cadence)
    return last_good + after if last_good and after else None
