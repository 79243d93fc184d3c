"""What a feed says, whatever its format."""

import re
import uuid
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from dashboard import change_words, data
from dashboard import format as fmt
from dashboard.data import Build, Row, Watched

MOST = 100

# Our own namespace, so that ids depend on what they name and on nothing else.
_NAMESPACE = uuid.UUID("6f3f5a0e-55b5-5d0e-9d3b-6c7f0f6f2a11")
# What no XML may hold.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """One change: its id for ever, its day, what it says, and where to read on."""

    id: str
    day: date
    title: str
    text: str
    address: str
    record: str | None
    kind: str


@dataclass(frozen=True)
class Feed:
    """A feed: its id for ever, its title, the page it belongs to, and its entries."""

    id: str
    title: str
    page: str
    day: date
    entries: tuple[Entry, ...]


def stable_id(kind: str, key: str) -> str:
    """Return an id that is the same in every build and on every site."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{kind}|{key}')}"


def clean(text: object) -> str:
    """Return text as one line without the marks that XML forbids."""
    return " ".join(_NOT_XML.sub(" ", str(text)).split())


def feed(build: Build, watched: Watched, site: str) -> Feed:
    """Return the newest changes of what is watched."""
    rows = data.changes(build, watched, most=MOST)
    return Feed(
        id=stable_id("feed", f"{watched.kind}|{watched.id}"),
        title=clean(f"whobuys: what changed, {data.watched_name(build, watched)}"),
        page=page_of(watched, site),
        day=rows[0]["to_date"] if rows else data.about(build)["as_of"],
        entries=tuple(_entry(row, site) for row in rows),
    )


def page_of(watched: Watched, site: str) -> str:
    """Return the address of the page of what is watched."""
    if watched.kind != "all":
        return f"{site}/{watched.kind}?{urlencode({'id': watched.id})}"
    return f"{site}/changes"


def purchase_page(row: Row, site: str) -> str:
    """Return the address of a purchase's page."""
    return f"{site}/purchase?{urlencode({'id': row['purchase_id']})}"


def _entry(row: Row, site: str) -> Entry:
    bought = f"Bought, in the record's words: {row['description']}" if row["description"] else ""
    number = f"Award number {row['award_number']}." if row["award_number"] else ""
    record = str(row["source_url"] or "")
    return Entry(
        id=stable_id("change", str(row["change_id"])),
        day=row["to_date"],
        title=clean(change_words.headline(row)),
        text=clean(
            " ".join(
                part
                for part in (
                    f"{fmt.capital(change_words.difference(row))}.",
                    change_words.reason(row),
                    number,
                    bought,
                )
                if part
            )
        ),
        address=purchase_page(row, site),
        record=record if record.startswith(("https://", "http://")) else None,
        kind=change_words.kind(row),
    )
