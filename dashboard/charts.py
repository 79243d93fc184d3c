"""Charts as plain HTML: small columns by year and ranked bars, with direct labels.

The large chart by year is in `year_chart`. These come with the page's first message, print,
follow the reader's theme and can be read by a screen reader; the names and counts of a ranked
list are links, so that it is a filter too. One hue; every chart has its table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.parts import Link, Parts, attribute, escape, html


@dataclass(frozen=True)
class Column:
    """One year: what stands under it, its amount, and its amount in words."""

    label: str
    amount: Decimal
    words: str
    is_partial: bool = False
    "True where the records do not cover the year for every agency."
    is_named: bool = True
    "False where its year has no room beneath it."


@dataclass(frozen=True)
class RankedBar:
    """One row of a ranked list: a name, which mostly leads somewhere, an amount, a note."""

    name: Link | str
    amount: Decimal
    words: str
    note: Parts


def _share(amount: Decimal, whole: Decimal) -> float:
    return float(amount / whole) if whole else 0.0


def reach(panels: Sequence[Sequence[Column]]) -> tuple[Decimal, Decimal]:
    """Return how far up and down the scale must go, so that panels side by side share it."""
    amounts = [column.amount for panel in panels for column in panel] or [Decimal(0)]
    return max(Decimal(0), *amounts), max(Decimal(0), *(-amount for amount in amounts))


def columns(
    panel: Sequence[Column],
    title: str,
    described: str,
    *,
    scale: tuple[Decimal, Decimal] | None = None,
) -> str:
    """Return a column for each year, its amount above it; withdrawals hang below the line."""
    up, down = scale or reach([panel])
    below = _share(down, up + down)
    # The lower part is given room for its label even where little was withdrawn.
    down_part = max(below, 0.16) if down else 0.0
    bars = "".join(_column(column, up, down) for column in panel)
    heading = f'<figcaption class="wb-panel">{escape(title)}</figcaption>' if title else ""
    return (
        f'<figure class="wb-columns wb-small">{heading}'
        f'<div class="wb-plot" role="img" aria-label="{attribute(described)}" '
        f'style="--up:{1 - down_part:.4f}fr;--down:{down_part:.4f}fr">{bars}</div></figure>'
    )


def small_multiples(blocks: Iterable[str]) -> str:
    """Return many small charts of one scale, side by side."""
    return '<div class="wb-multiples">' + "".join(blocks) + "</div>"


def side_by_side(*blocks: str) -> str:
    """Return charts or lists next to each other, one under the other on a phone."""
    return '<div class="wb-side">' + "".join(f"<div>{b}</div>" for b in blocks if b) + "</div>"


def _column(column: Column, up: Decimal, down: Decimal) -> str:
    positive = column.amount >= 0
    height = 100 * (_share(column.amount, up) if positive else _share(-column.amount, down))
    value = f'<span class="wb-value">{escape(column.words)}</span>'
    partial = ' class="wb-partial"' if column.is_partial else ""
    bar = f'<i{partial} style="height:{height:.2f}%"></i>' if column.amount else ""
    upper = f'{bar}<b style="bottom:{height:.2f}%">{value}</b>' if positive else ""
    lower = "" if positive else f'{bar}<b style="top:{height:.2f}%">{value}</b>'
    return (
        f'<div class="wb-column"><div class="wb-up"><div>{upper}</div></div>'
        f'<div class="wb-down"><div>{lower}</div></div>'
        f'<div class="wb-year">{escape(column.label) if column.is_named else ""}</div></div>'
    )


def ranked(
    rows: Sequence[RankedBar], caption: str, name_head: str, amount_head: str, more: Parts = ""
) -> str:
    """Return a ranked list as a table, each row with a bar under its words."""
    longest = max((row.amount for row in rows), default=Decimal(0))
    body = "".join(
        f'<tr style="--share:{max(0.0, 100 * _share(row.amount, longest)):.2f}%">'
        f'<th scope="row">{html(row.name)}</th>'
        f'<td class="wb-note">{html(row.note)}</td>'
        f'<td class="wb-number">{escape(row.words)}</td></tr>'
        for row in rows
    )
    foot = f'<p class="wb-more">{html(more)}</p>' if more else ""
    return (
        f'<div class="wb-ranked"><table><caption>{escape(caption)}</caption>'
        f'<thead class="wb-hidden"><tr><th scope="col">{escape(name_head)}</th>'
        f'<th scope="col">Purchases</th><th scope="col">{escape(amount_head)}</th></tr></thead>'
        f"<tbody>{body}</tbody></table>{foot}</div>"
    )
