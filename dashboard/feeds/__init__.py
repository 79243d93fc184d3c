"""Feeds: what changed as Atom and JSON Feed, what ends as a calendar. No account, no script.

Ids of entries are made of the ids of what they speak of, so a reader never sees one twice.
"""

from dashboard.feeds.routes import FEEDS, links

__all__ = ["FEEDS", "links"]
