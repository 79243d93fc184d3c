"""The chart of spending by year: a plotly figure in our style, and how it is shown.

Colours on screen follow the reader's theme through `whobuys.css`; the figure itself is drawn in
the colours of paper, so that a saved picture looks the same for everybody. Nothing of plotly
speaks to another host: no logo, no cloud button, no map.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape as plain

import plotly.graph_objects as go
import streamlit as st

from dashboard import widgets

INK, MUTED, PAPER = "#1D1D1B", "#65645F", "#FBFAF7"
ACCENT, PALE, WARM = "#0B4F6C", "#A9C3CE", "#B5482A"
_FONT = "Source Sans, Arial, sans-serif"
MANY = 7
_HEIGHT = 270

CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "showLink": False,
    "showAxisDragHandles": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "responsive": True,
    "plotlyServerURL": "",
    "topojsonURL": "",
}


@dataclass(frozen=True)
class Year:
    """One column: what stands under it, its amount, the words above it and those on hover."""

    label: str
    short: str
    amount: Decimal
    words: str
    hover: tuple[str, ...]
    is_partial: bool = False
    "True where the records do not cover the year for every agency."


@dataclass(frozen=True)
class Panel:
    """A chart: its key, its title, its columns, and the same in words."""

    key: str
    title: str
    years: Sequence[Year]
    described: str
    picture: str
    "The title that a saved picture carries: it stands alone."
    source: str
    is_second: bool = False


def reach(panels: Sequence[Panel]) -> tuple[float, float]:
    """Return the scale that panels side by side share, with room for the words above."""
    amounts = [float(year.amount) for panel in panels for year in panel.years] or [0.0]
    top, bottom = max(0.0, *amounts), min(0.0, *amounts)
    span = (top - bottom) or 1.0
    return (bottom - 0.13 * span if bottom < 0 else 0.0, top + 0.13 * span)


def figure(panel: Panel, scale: tuple[float, float]) -> go.Figure:
    """Return a column for each year with its amount; withdrawals hang below the line."""
    years = panel.years
    many = len(years) > MANY
    main = PALE if panel.is_second else ACCENT
    places = list(range(len(years)))
    bars = go.Bar(
        x=places,
        y=[float(year.amount) for year in years],
        text=[plain(year.words) for year in years],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        constraintext="none",
        textfont={"size": 11 if many else 12, "color": INK},
        hovertext=["<br>".join(plain(line) for line in year.hover) for year in years],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "color": [WARM if year.amount < 0 else main for year in years],
            "line": {
                "width": [1 if year.is_partial else 0 for year in years],
                "color": [WARM if year.amount < 0 else main for year in years],
            },
            "pattern": {
                "shape": ["/" if year.is_partial else "" for year in years],
                "fillmode": "replace",
                "size": 6,
                "solidity": 0.35,
            },
        },
    )
    return go.Figure(
        bars,
        go.Layout(
            template=None,
            height=_HEIGHT,
            margin={"l": 2, "r": 2, "t": 8, "b": 42},
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            font={"family": _FONT, "size": 13, "color": INK},
            bargap=0.28,
            showlegend=False,
            dragmode=False,
            hovermode="closest",
            hoverlabel={
                "bgcolor": INK,
                "bordercolor": MUTED,
                "font": {"family": _FONT, "size": 13, "color": PAPER},
                "align": "left",
            },
            xaxis={
                "tickmode": "array",
                "tickvals": places,
                "ticktext": [
                    year.short
                    if many
                    else plain(year.label).replace(" to", "<br>to")
                    for year in years
                ],
                "tickfont": {"size": 12, "color": MUTED},
                "tickangle": 0,
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "range": [-0.5, max(len(years), 3) - 0.5],
            },
            yaxis={
                "visible": True,
                "showticklabels": False,
                "showgrid": False,
                "fixedrange": True,
                "zeroline": True,
                "zerolinecolor": INK,
                "zerolinewidth": 1,
                "range": list(scale),
            },
        ),
    )  # fmt: skip


def show(panels: Sequence[Panel]) -> None:
    """Show panels side by side on one scale, each with buttons that save it as a picture."""
    scale = reach(panels)
    for column, panel in zip(st.columns(max(len(panels), 1), gap="large"), panels, strict=True):
        with column, st.container(key=panel.key):
            if len(panels) > 1:
                widgets.chart_title(panel.title)
            st.plotly_chart(
                figure(panel, scale),
                theme=None,
                height=_HEIGHT,
                config=CONFIG,
                alt=panel.described,
                key=f"{panel.key}-plot",
            )
            widgets.pictures(panel.key, panel.picture, panel.source)
