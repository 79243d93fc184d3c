"""Purchases as dots by date and amount: plotly, so that a reader can zoom in and point at one.

Drawn only when asked for, since a browser loads plotly for it; the rows beneath say the same.
Nothing of plotly speaks to another host: no logo, no cloud button, no map.
"""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

import plotly.graph_objects as go
import streamlit as st

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Selection, Total

MOST = 2_000
_NAMED = 3
_HEIGHT = 420
# The colours of paper; `whobuys.css` puts those of the reader's theme in their place.
_INK, _MUTED, _RULE, _PAPER, _ACCENT = "#1D1D1B", "#65645F", "#DDD9CF", "#FBFAF7", "#0B4F6C"
_FONT = "Source Sans, Arial, sans-serif"
CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "showLink": False,
    "scrollZoom": False,
    "responsive": True,
    "plotlyServerURL": "",
    "topojsonURL": "",
    "modeBarButtons": [["zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
    "toImageButtonOptions": {"format": "png", "filename": "whobuys-purchases", "scale": 2},
}


def show(build: Build, chosen: Selection, totals: Sequence[Total]) -> None:
    """Show the switch, and when it is on, the selected purchases of one kind of money."""
    if not st.toggle("Draw these purchases by date and amount", key="draw", bind="query-params"):
        return
    if len(totals) != 1:
        widgets.notice(
            "These purchases are not of one kind of money, and share no scale.",
            "Choose one kind of record, one meaning of amounts and one currency in the filters.",
        )
        return
    rows = data.purchases(build, chosen, "Largest amount", 1, MOST)
    drawn = [row for row in rows if has_a_place(row)]
    left_out = totals[0].purchases - len(drawn)
    widgets.small_print(
        "Each dot is a purchase, at its last change. Amounts grow tenfold from line to line. "
        "Drag to look closer, press twice to see all again."
        + (
            f" Not drawn: {fmt.count(left_out, 'purchase')}, smaller than the first {MOST:,}, "
            "without a date, known by a lifetime total alone, or with nothing added in all."
            if left_out
            else ""
        )
    )
    if drawn:
        st.plotly_chart(
            figure(drawn, totals[0]),
            theme=None,
            height=_HEIGHT,
            config=CONFIG,
            alt=described(drawn, totals[0]),
            key="dots",
        )


def has_a_place(row: Row) -> bool:
    """Return whether a purchase has a day and an amount that is summed; a reduction has none."""
    is_summed = row["amount_scope"] != "lifetime" and row["shown_money"] is not None
    return bool(is_summed and row["last_date"] and row["shown_money"] > 0)


def figure(rows: Sequence[Row], total: Total) -> go.Figure:
    """Return a dot for each row, with its words on hover; the largest are named."""
    # A vendor is named once, at its largest: three names one on another tell nothing.
    largest: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: -row["shown_money"]):
        largest.setdefault(row["vendor_id"], row["purchase_id"])
    named = set(list(largest.values())[:_NAMED])
    dots = go.Scatter(
        x=[row["last_date"] for row in rows],
        y=[float(row["shown_money"]) for row in rows],
        mode="markers+text",
        text=[
            escape(fmt.clip(str(row["vendor_name"]), 28)) if row["purchase_id"] in named else ""
            for row in rows
        ],
        textposition="top center",
        textfont={"size": 12, "color": _INK},
        cliponaxis=False,
        hovertext=["<br>".join(escape(line) for line in _said(row, total)) for row in rows],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": _ACCENT, "size": 9, "opacity": 0.65, "line": {"width": 0}},
    )
    levels = _tenfold([row["shown_money"] for row in rows])
    axis = {"fixedrange": False, "tickfont": {"size": 12, "color": _MUTED}, "zeroline": False}
    layout = go.Layout(
        template=None,
        height=_HEIGHT,
        margin={"l": 64, "r": 24, "t": 34, "b": 34},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": _INK},
        showlegend=False,
        hovermode="closest",
        dragmode="zoom",
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": _MUTED, "activecolor": _ACCENT},
        hoverlabel={
            "bgcolor": _INK,
            "bordercolor": _MUTED,
            "font": {"family": _FONT, "size": 13, "color": _PAPER},
            "align": "left",
        },
        xaxis={**axis, "showgrid": False, "hoverformat": "%-d %b %Y"},
        yaxis={
            **axis,
            "type": "log",
            "tickmode": "array",
            "tickvals": [float(level) for level in levels],
            "ticktext": [fmt.short_money(level, total.measure.currency) for level in levels],
            "gridcolor": _RULE,
        },
    )
    return go.Figure(dots, layout)


def _tenfold(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Return the powers of ten from below the smallest amount to above the largest."""
    first, last = min(amounts).adjusted(), max(amounts).adjusted() + 1
    return [Decimal(1).scaleb(power) for power in range(first, last + 1)]


def described(rows: Sequence[Row], total: Total) -> str:
    """Return what the picture shows, for those who hear it."""
    largest = max(rows, key=lambda row: row["shown_money"])
    days = [row["last_date"] for row in rows]
    return (
        f"{fmt.count(len(rows), 'purchase')} by the day of their last change, from "
        f"{fmt.day(min(days))} to {fmt.day(max(days))}, and by amount. The largest is "
        f"{fmt.money(largest['shown_money'], total.measure.currency)} to {largest['vendor_name']}. "
        "The rows below say the same."
    )


def _said(row: Row, total: Total) -> tuple[str, ...]:
    amount = fmt.money(row["shown_money"], total.measure.currency)
    return (
        fmt.clip(str(row["what"] or row["description"] or fmt.MISSING), 70),
        f"{fmt.clip(str(row['agency_name']), 50)} to {fmt.clip(str(row['vendor_name']), 50)}",
        f"{amount}, last change {fmt.day(row['last_date'])}",
    )
