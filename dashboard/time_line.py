"""The time line: events and laws above spending, a strip with the most telling ones in words."""

from collections.abc import Sequence
from datetime import date, timedelta

from dashboard import charts, use_law, widgets
from dashboard import format as fmt
from dashboard.charts import Mark
from dashboard.data import Row, Rows
from dashboard.parts import Break, Link, Muted, Part, Parts
from dashboard.use_law import between, source_of
from dashboard.widgets import Head

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
# Marks nearer than this part of the strip's length stand on a line of their own.
_APART = 0.03


def show(rows: Rows, agency_id: str = "", restrictions: frozenset[str] = frozenset()) -> None:
    """Show events and laws by date: a strip, the most telling in words, all of them as a table.

    `agency_id` is whose page this is: its own events tell most. `restrictions` are the laws that
    forbid buying or using.
    """
    dated = [row for row in rows if row["earliest_date"] and row["latest_date"]]
    if not dated:
        return
    chosen = sorted(dated, key=lambda row: _rank(row, agency_id, restrictions))[:_IN_WORDS]
    numbers = {
        str(row["event_id"]): number
        for number, row in enumerate(sorted(chosen, key=lambda row: row["earliest_date"]), 1)
    }
    widgets.heading(
        "Events and laws",
        f"{fmt.capital(fmt.count(len(dated), 'dated fact'))} from our registers, each with its "
        "source. That one stands before another does not mean that it caused it.",
        "events",
    )
    first, last = _years(dated)
    widgets.time_line(
        charts.time_line(
            _marks(dated, numbers, first, last),
            range(first, last + 1),
            f"{fmt.count(len(dated), 'event')} and laws between {first} and {last}; the numbered "
            "ones stand below in words.",
        ),
        [_in_words(row) for row in sorted(chosen, key=lambda row: row["earliest_date"])],
    )
    if len(dated) > len(chosen):
        _table(dated)


def _rank(row: Row, agency_id: str, restrictions: frozenset[str]) -> tuple[object, ...]:
    tells = _TELLS.get(str(row["kind"]), _TELLS_LEAST)
    if row["agency_id"] and row["agency_id"] == agency_id:
        tells -= 4
    elif row["agency_id"] or row["law_id"] in restrictions:
        tells -= 2
    return tells, not row["is_date_verified"], row["earliest_date"], row["event_id"]


def _years(rows: Sequence[Row]) -> tuple[int, int]:
    return (
        min(row["earliest_date"].year for row in rows),
        max(row["latest_date"].year for row in rows),
    )


def _marks(
    rows: Sequence[Row], numbers: dict[str, int], first: int, last: int
) -> list[charts.Mark]:
    """Return where each event stands on the strip; those close together on lines of their own."""
    begin = date(first, 1, 1)
    whole = (date(last + 1, 1, 1) - begin).days
    # The right end of each line so far: the numbered marks first, as they need the room.
    ends: list[float] = []
    marks = []
    for row in sorted(rows, key=lambda row: (row["event_id"] not in numbers, row["earliest_date"])):
        half = (row["latest_date"] - row["earliest_date"]) / 2
        share = ((row["earliest_date"] + timedelta(days=half.days)) - begin).days / whole
        number = numbers.get(str(row["event_id"]), 0)
        line = 0
        if number:
            line = next((n for n, end in enumerate(ends) if share - end >= _APART), len(ends))
            ends[line : line + 1] = [share]
        marks.append(Mark(share, line, number, f"{_when(row)}: {_said(row)}"))
    return marks


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
