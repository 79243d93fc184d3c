"""The time line: events and laws above spending, on its axis, the most telling ones in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard import format as fmt
from dashboard import picture, time_axis, use_law, widgets, year_chart
from dashboard.data import Build, Row, Rows, about
from dashboard.parts import Break, Link, Muted, Part, Parts
from dashboard.picture import Picture
from dashboard.time_axis import Axis
from dashboard.use_law import between, source_of
from dashboard.widgets import Head
from dashboard.year_chart import Mark

# What tells most about an agency or vendor: what it did and was asked, then what was ruled.
_TELLS = {
    "leak": 0,
    "purchase reported": 0,
    "use reported": 1,
    "letter": 1,
    "agency statement": 2,
    "law": 2,
    "ruling": 2,
    "agency answers": 3,
}
_TELLS_LEAST = 4
_IN_WORDS = 10
_CALENDAR = 1


@dataclass(frozen=True)
class Events:
    """Dated events and laws, and the number of each of those that stand in words."""

    rows: Sequence[Row]
    numbered: Sequence[Row]
    "Oldest first; the first has number 1."

    @property
    def days(self) -> list[date]:
        """Return a day in the middle of each event."""
        return [middle(row) for row in self.rows]


def events(rows: Rows, agency_id: str = "", restrictions: frozenset[str] = frozenset()) -> Events:
    """Return the dated events among these, the most telling numbered.

    `agency_id` is whose page this is: its own events tell most. `restrictions` are the laws that
    forbid buying or using.
    """
    dated = [row for row in rows if row["earliest_date"] and row["latest_date"]]
    chosen = sorted(dated, key=lambda row: _rank(row, agency_id, restrictions))[:_IN_WORDS]
    return Events(dated, sorted(chosen, key=lambda row: (row["earliest_date"], row["event_id"])))


def _rank(row: Row, agency_id: str, restrictions: frozenset[str]) -> tuple[object, ...]:
    tells = _TELLS.get(str(row["kind"]), _TELLS_LEAST)
    if row["agency_id"] and row["agency_id"] == agency_id:
        tells -= 4
    elif row["agency_id"] or row["law_id"] in restrictions:
        tells -= 2
    return tells, not row["is_date_verified"], row["earliest_date"], row["event_id"]


def middle(row: Row) -> date:
    """Return the day in the middle of what is known of an event's date."""
    earliest: date = row["earliest_date"]
    return earliest + timedelta(days=((row["latest_date"] - earliest) / 2).days)


def marks(events: Events, axis: Axis) -> list[Mark]:
    """Return where each event stands; a numbered one beyond the axis stands at its edge."""
    numbers = {str(row["event_id"]): n for n, row in enumerate(events.numbered, 1)}
    found = []
    for row in events.rows:
        day, number = middle(row), numbers.get(str(row["event_id"]), 0)
        if not number and not axis.holds(day):
            continue
        share = axis.share(day)
        beyond = "\u2039 " if share < 0 else "\u203a " if share >= 1 else ""
        found.append(
            Mark(
                min(max(share, 0.0), 1.0),
                number,
                f"{beyond}{_year_of(row)} {row['kind']}",
                f"{_when(row)}: {_said(row)}",
            )
        )
    return found


def _year_of(row: Row) -> str:
    first, last = row["earliest_date"].year, row["latest_date"].year
    return str(first) if first == last else f"{first}\u2013{last % 100:02}"


def described(events: Events) -> str:
    """Return in a few words what stands above the columns; nothing where nothing does."""
    if not events.rows:
        return ""
    years = [row["earliest_date"].year for row in events.rows]
    return (
        f"{fmt.count(len(events.rows), 'event or law', 'events and laws')} of "
        f"{fmt.span(str(min(years)), str(max(years)))}, {len(events.numbered)} of them numbered "
        "and told below"
    )


def alone(build: Build, events: Events, subject: str) -> None:
    """Show events and laws where there is no spending to show beneath them."""
    axis = time_axis.axis(range(0), events.days, _CALENDAR)
    if axis is None:
        return
    widgets.heading("Time line", anchor="by-year")
    widgets.chart(
        year_chart.drawing(axis, marks(events, axis), [], f"A time line with {described(events)}."),
        Picture(
            f"{subject}: events and laws",
            f"{axis.first} to {axis.last}, by date",
            f"From the registers of events and laws of whobuys, as of "
            f"{fmt.day(about(build)['as_of'])}, build {build.build_id}.",
            file_of(build, events),
        ),
    )
    words(events)


def file_of(build: Build, events: Events) -> str:
    """Return events as CSV, each with its source."""
    numbers = {str(row["event_id"]): n for n, row in enumerate(events.numbered, 1)}
    names = (
        "event_id", "earliest_date", "latest_date", "kind", "what", "agency_name", "vendor_name",
        "is_date_verified", "source_title", "source_url", "confidence",
    )  # fmt: skip
    return picture.table(
        ("number", *names, "build_id"),
        (
            (numbers.get(str(row["event_id"])), *(row[name] for name in names), build.build_id)
            for row in events.rows
        ),
    )


def words(events: Events) -> None:
    """Show the numbered events in words, and all of them as a table."""
    if not events.rows:
        return
    widgets.subheading("Events and laws", "events")
    widgets.text(
        Muted(
            f"{fmt.capital(fmt.count(len(events.rows), 'dated fact'))} from our registers, each "
            "with its source. That one stands before another does not mean that it caused it."
        )
    )
    widgets.events([_in_words(row) for row in events.numbered])
    if len(events.rows) > len(events.numbered):
        _table(events.rows)


def _when(row: Row) -> str:
    return between(row["earliest_date"], row["latest_date"])


def _said(row: Row) -> str:
    return use_law.reported(row)


def _in_words(row: Row) -> Parts:
    parts: list[Part] = [f"{_when(row)}, {row['kind']}. ", fmt.clip(_said(row), 240)]
    if not row["is_date_verified"]:
        parts.append(Muted(" (date not verified)"))
    parts += [Break(), *_source(row)]
    return parts


def _source(row: Row) -> list[Part]:
    title, url = fmt.clip(str(row["source_title"]), 120), row["source_url"]
    return [
        Link(title, str(url), is_outside=True) if url else Muted(title),
        Muted(f", confidence {row['confidence']}"),
    ]


def _table(rows: Sequence[Row]) -> None:
    widgets.folded(
        f"All {len(rows):,} events and laws as a table",
        "Events and laws, oldest first",
        [
            Head("Date", role="date"),
            Head("What happened", role="what"),
            Head("Kind"),
            Head("Whom it concerns"),
            Head("Source"),
        ],
        [
            [
                [_when(row), *([] if row["is_date_verified"] else [Muted(", not verified")])],
                _said(row),
                str(row["kind"]),
                fmt.listed(
                    str(name)
                    for name in (
                        row["agency_name"],
                        row["vendor_name"],
                        *(row["place_names"] or []),
                    )
                    if name
                )
                or fmt.MISSING,
                source_of({**row, "is_verified": True}),
            ]
            for row in rows
        ],
    )
