"""Purchases as dots: the same purchases and amounts as the rows, and only one kind of money."""

import json
from decimal import Decimal
from html import escape
from pathlib import Path

import pytest

from dashboard import data, dot_chart
from dashboard import format as fmt
from dashboard.data import Build, Selection
from dashboard.data.opening import ask
from tests.published import HOSTILE_VENDOR, publish, sample_rows
from tests.test_explore import run, said


@pytest.fixture
def build(home: Path) -> Build:
    """Return the small published build."""
    publish(home, sample_rows())
    return data.current()


def test_each_dot_is_a_purchase_of_the_database(build: Build) -> None:
    (total,) = data.totals(build, Selection())
    rows = data.purchases(build, Selection(), "Largest amount", 1, dot_chart.MOST)
    drawn = [row for row in rows if dot_chart.has_a_place(row)]
    (dots,) = dot_chart.figure(drawn, total).data
    expected = ask(
        build,
        "select last_date, amount_usd from mart.purchase where status in ('confirmed', 'matched')"
        " and scope = 'strict' and amount_scope = 'window' and amount_usd > 0",
    )
    assert sorted(zip(dots.x, (Decimal(str(y)) for y in dots.y), strict=True)) == sorted(
        (row["last_date"], row["amount_usd"]) for row in expected
    )
    assert any(escape(HOSTILE_VENDOR[:40]) in words for words in dots.hovertext)
    assert not any("<script" in words for words in (*dots.hovertext, *dots.text))
    assert str(len(drawn)) in dot_chart.described(drawn, total)


def test_dots_are_drawn_when_asked_for(build: Build) -> None:
    assert not run({}).get("plotly_chart")
    test = run({"draw": "true"})
    (chart,) = test.get("plotly_chart")
    figure = json.loads(chart.proto.spec)
    (total,) = data.totals(build, Selection())
    left_out = total.purchases - len(figure["data"][0]["x"])
    assert left_out > 0
    assert f"Not drawn: {fmt.count(left_out, 'purchase')}, " in said(test)
    assert not json.loads(chart.proto.config)["plotlyServerURL"]
