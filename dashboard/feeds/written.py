"""Feeds as bytes: Atom (RFC 4287), JSON Feed 1.1 and iCalendar (RFC 5545)."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from xml.etree import ElementTree as ET

from dashboard import change_words
from dashboard import format as fmt
from dashboard.data import Row
from dashboard.feeds.entries import Feed, clean, purchase_page, stable_id

ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED = "application/feed+json"
CALENDAR = "text/calendar; charset=utf-8"
_OCTETS = 75


def atom(feed: Feed, here: str) -> bytes:
    """Return a feed as Atom, with the address it has itself."""
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    _child(root, "id", feed.id)
    _child(root, "title", feed.title)
    _child(root, "updated", _moment(feed.day))
    _child(ET.SubElement(root, "author"), "name", "whobuys")
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": here})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    for entry in feed.entries:
        node = ET.SubElement(root, "entry")
        _child(node, "id", entry.id)
        _child(node, "title", entry.title)
        _child(node, "updated", _moment(entry.day))
        _child(node, "published", _moment(entry.day))
        ET.SubElement(
            node, "link", {"rel": "alternate", "type": "text/html", "href": entry.address}
        )
        if entry.record:
            ET.SubElement(node, "link", {"rel": "via", "href": clean(entry.record)})
        ET.SubElement(node, "category", {"term": entry.kind})
        _child(node, "summary", entry.text)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "utf-8") + b"\n"


def json_feed(feed: Feed, here: str) -> bytes:
    """Return a feed as JSON Feed 1.1."""
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": here,
        "language": "en",
        "authors": [{"name": "whobuys"}],
        "items": [
            {
                "id": entry.id,
                "url": entry.address,
                **({"external_url": entry.record} if entry.record else {}),
                "title": entry.title,
                "content_text": entry.text,
                "date_published": _moment(entry.day),
                "tags": [entry.kind],
            }
            for entry in feed.entries
        ],
    }
    return (json.dumps(whole, ensure_ascii=False) + "\n").encode()


def calendar(rows: Iterable[Row], name: str, as_of: date, site: str) -> bytes:
    """Return a calendar of ends, and of last days to act where a document says what notice."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//whobuys//contract ends//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(f'whobuys: contract ends, {name}')}",
    ]
    for row in rows:
        lines += _event(row, "end", row["ends"], as_of, site)
        last_day = row["last_day_to_act"]
        if last_day and last_day >= as_of:
            lines += _event(row, "act", last_day, as_of, site)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(row: Row, kind: str, day: date, as_of: date, site: str) -> Iterator[str]:
    whose = f"{row['vendor_name'] or 'a vendor that the record does not name'}"
    what = fmt.lower_first(str(row["technology_name"] or row["technology"]))
    begins = "Ends" if kind == "end" else "Last day to act"
    amount = change_words.amount(
        row["amount_usd"] if row["amount_usd"] is not None else row["amount"],
        "USD" if row["amount_usd"] is not None else row["currency"],
        str(row["basis"]),
    )
    said = [f"{amount}.", f"Bought: {row['description']}" if row["description"] else ""]
    if kind == "act":
        said.insert(
            0,
            f"Ends {fmt.day(row['ends'])}. {row['days']} days before that: {row['notice_what']}. "
            f"From: {row['notice_source']}; how sure: {row['notice_confidence']}.",
        )
    else:
        said.append("The end that the record states; options may extend it.")
    yield "BEGIN:VEVENT"
    # The same purchase keeps its event, so that a calendar moves it when the end moves.
    yield f"UID:{stable_id(kind, str(row['purchase_id'])).removeprefix('urn:uuid:')}"
    # The day of the figures: the same build gives the same bytes.
    yield f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    summary = f"{begins}: {whose} for {row['agency_name']}, {what}"
    yield f"SUMMARY:{_escaped(summary)}"
    yield f"DESCRIPTION:{_escaped(' '.join(part for part in said if part))}"
    yield f"URL:{purchase_page(row, site)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    text = clean(text).replace("\\", "\\\\")
    return text.replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, no letter cut in two."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _OCTETS:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += octets
    yield piece


def _child(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
