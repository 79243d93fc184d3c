"""The chart of spending by fiscal year, with events and laws above it on the same axis of time.

Plain HTML: it comes with the page's first message, prints, and follows the reader's theme. A
column stands where its fiscal year does, a mark where its event does. Words that have no room
at some width are left out there by `whobuys.css`; the table beside it has them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.parts import attribute, escape
from dashboard.time_axis import Axis

# Words for the numbers stand beside marks from this width up; below it, the numbers alone.
_WIDE, _NARROW = 900, 340
# About how wide a letter of a mark's label is, the box of its number, and a column's label.
_LETTER, _BOX, _LABEL = 6.3, 22, 56


@dataclass(frozen=True)
class Year:
    """One column: its fiscal year, what stands under it, its amount, the words above and beside."""

    year: int
    label: str
    until: str
    "How far the year is covered, where it is not to its end: `to 20 Aug`."
    amount: Decimal
    words: str
    hover: tuple[str, ...]
    is_partial: bool = False
    "True where the records do not cover the year for every agency."


@dataclass(frozen=True)
class Panel:
    """Columns of one series, and the runs of years that nobody searched."""

    title: str
    years: Sequence[Year]
    gaps: Sequence[range] = ()
    is_second: bool = False


@dataclass(frozen=True)
class Mark:
    """One event: where it stands (0 to 1), its number in words (0 for none), a label, its words."""

    share: float
    number: int
    label: str
    words: str


@dataclass(frozen=True)
class _Placed:
    mark: Mark
    wide: int
    narrow: int
    is_left: bool


def drawing(axis: Axis, marks: Sequence[Mark], panels: Sequence[Panel], described: str) -> str:
    """Return the marks, and under them the panels on one scale, as a picture with a description."""
    placed = _placed([mark for mark in marks if mark.number])
    strip = _strip(placed, [mark for mark in marks if not mark.number]) if marks else ""
    scale = reach(panels)
    guides = "".join(
        f'<i class="wb-guide" style="--at:{100 * each.mark.share:.2f}%"></i>' for each in placed
    )
    below = "".join(_panel(axis, panel, scale, guides) for panel in panels) or _labels(axis, [])
    return (
        f'<figure class="wb-time" role="img" aria-label="{attribute(described)}">'
        f"{strip}{below}</figure>"
    )


def reach(panels: Sequence[Panel]) -> tuple[Decimal, Decimal]:
    """Return how far up and down the scale of all panels must go."""
    amounts = [year.amount for panel in panels for year in panel.years] or [Decimal(0)]
    return max(Decimal(0), *amounts), max(Decimal(0), *(-amount for amount in amounts))


# ---------------------------------------------------------------- events and laws


def _placed(marks: Sequence[Mark]) -> list[_Placed]:
    """Return marks with a line for each width, so that no label lies on another."""
    wide, narrow = [], []
    for mark in marks:
        at, room = mark.share * _WIDE, _BOX + _LETTER * len(mark.label)
        wide.append((at, *((at - room, at + 12) if at + room > _WIDE else (at - 12, at + room))))
        at = mark.share * _NARROW
        narrow.append((at, at - 12, at + 12))
    wide_lines, narrow_lines = lines(wide), lines(narrow)
    return [
        _Placed(mark, wide_lines[n], narrow_lines[n], is_left=wide[n][1] < wide[n][0] - 12)
        for n, mark in enumerate(marks)
    ]


def lines(places: Sequence[tuple[float, float, float]]) -> list[int]:
    """Return for each place (its point, its left, its right end) a line, 0 the lowest.

    Nothing on one line touches, and where it can be had, no stem crosses the words of another:
    words above a stem stand on a higher line than the stem's own.
    """
    found = [-1] * len(places)
    for n in sorted(range(len(places)), key=lambda n: (-places[n][0], -n)):
        _, left, right = places[n]
        others = [m for m in range(len(places)) if found[m] >= 0]
        over = [found[m] + 1 for m in others if left < places[m][0] < right]
        touched = {found[m] for m in others if places[m][1] < right and left < places[m][2]}
        line = max(over, default=0)
        while line in touched:
            line += 1
        found[n] = line
    return found


def _strip(placed: Sequence[_Placed], others: Sequence[Mark]) -> str:
    ticks = "".join(
        f'<i class="wb-tick" title="{attribute(mark.words)}" '
        f'style="--at:{100 * mark.share:.2f}%"></i>'
        for mark in others
    )
    marks = "".join(
        f'<i class="wb-mark{" wb-left" if each.is_left else ""}" '
        f'title="{attribute(each.mark.words)}" style="--at:{100 * each.mark.share:.2f}%;'
        f'--line-wide:{each.wide};--line-narrow:{each.narrow}">'
        f"<b>{each.mark.number}</b><span>{escape(each.mark.label)}</span></i>"
        for each in placed
    )
    most = [max((getattr(each, name) for each in placed), default=-1) + 1
            for name in ("wide", "narrow")]  # fmt: skip
    return (
        f'<div class="wb-marks" style="--lines-wide:{most[0]};--lines-narrow:{most[1]}">'
        f"{ticks}{marks}</div>"
    )


# ---------------------------------------------------------------- columns


def _panel(axis: Axis, panel: Panel, scale: tuple[Decimal, Decimal], guides: str) -> str:
    up, down = scale
    below = float(down / (up + down)) if up + down else 0.0
    # The lower part is given room for its label even where little was withdrawn.
    down_part = max(below, 0.16) if down else 0.0
    kept = _labelled(axis, panel.years)
    cells = "".join(
        _cell(axis, year, up, down, is_kept=n in kept) for n, year in enumerate(panel.years)
    )
    gaps = "".join(
        f'<div class="wb-gap" style="{_stretch(axis, gap[0], gap[-1])}">'
        f"<span>not covered</span></div>"
        for gap in panel.gaps
    )
    title = f'<p class="wb-panel">{escape(panel.title)}</p>' if panel.title else ""
    return (
        f'{title}<div class="wb-years-plot{" wb-second" if panel.is_second else ""}" '
        f'style="--up:{1 - down_part:.4f}fr;--down:{down_part:.4f}fr;'
        f'--base:{100 * (1 - down_part):.2f}%">'
        f'{guides}{gaps}{cells}<i class="wb-base"></i></div>{_labels(axis, panel.years)}'
    )


def _stretch(axis: Axis, first: int, last: int) -> str:
    begin, end = axis.share(axis.days(first)[0]), axis.share(axis.days(last)[1])
    return f"--from:{100 * begin:.2f}%;--wide:{100 * (end - begin):.2f}%"


def _labelled(axis: Axis, years: Sequence[Year]) -> set[int]:
    """Return the columns whose amounts are written at every width: the most telling, apart."""
    if not years:
        return set()
    room = _LABEL / (_NARROW / len(axis.years))
    telling = [
        max(range(len(years)), key=lambda n: years[n].amount),
        min(range(len(years)), key=lambda n: years[n].amount),
        len(years) - 1,
        0,
    ]
    kept: list[int] = []
    for n in telling[:1] + [n for n in telling[1:] if years[n].amount]:
        if all(abs(years[n].year - years[m].year) >= room for m in kept):
            kept.append(n)
    return set(kept)


def _cell(axis: Axis, year: Year, up: Decimal, down: Decimal, *, is_kept: bool) -> str:
    is_up = year.amount >= 0
    whole = up if is_up else down
    height = 100 * float(abs(year.amount) / whole) if whole else 0.0
    partial = ' class="wb-partial"' if year.is_partial else ""
    edge = "bottom" if is_up else "top"
    block = f'<i{partial} style="height:{height:.2f}%"></i>' if year.amount else ""
    bar = (
        f"{block}"
        f'<b style="{edge}:{height:.2f}%"><span class="wb-value wb-cell-value">'
        f"{escape(year.words)}</span></b>"
    )
    tip = "".join(f"<span>{escape(line)}</span>" for line in year.hover)
    is_right = axis.share(axis.days(year.year)[0]) > 0.5  # noqa: PLR2004 - the half of the axis
    classes = "wb-cell" + (" wb-kept" if is_kept else "")
    return (
        f'<div class="{classes}" style="{_stretch(axis, year.year, year.year)}">'
        f'<div class="wb-up"><div>{bar if is_up else ""}</div></div>'
        f'<div class="wb-down"><div>{"" if is_up else bar}</div></div>'
        f'<div class="wb-tip{" wb-right" if is_right else ""}">{tip}</div></div>'
    )


def _labels(axis: Axis, years: Sequence[Year]) -> str:
    """Return the years of the axis: whole names where there is room, `'21`, or every third."""
    known = {year.year: year for year in years}
    every = -(-len(axis.years) * 26 // _NARROW)  # so many pixels has a short name
    said = []
    for year in axis.years:
        named = known.get(year)
        label = named.label if named else (f"FY{year}" if known else str(year))
        until = f"<small>{escape(named.until)}</small>" if named and named.until else ""
        kept = " wb-kept" if (axis.last - year) % every == 0 else ""
        said.append(
            f'<div class="wb-year-name{kept}" style="{_stretch(axis, year, year)}">'
            f"<span>{escape(label)}</span><abbr>\u2019{year % 100:02}</abbr>{until}</div>"
        )
    return f'<div class="wb-years-axis">{"".join(said)}</div>'
