"""Map: what state and local bodies bought, by state or county, in all or per resident."""

from decimal import Decimal

import streamlit as st

from dashboard import blocks, controls, data, sentences, us_map, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row
from dashboard.parts import Link, Muted, Parts, address
from dashboard.us_map import COUNTIES, STATES, Value
from dashboard.widgets import Head

IN_ALL, PER_RESIDENT = "In all", "Per resident"
_MOST = 40


def show(build: Build) -> None:
    """Show the map, what its shades mean, and its table."""
    widgets.title("Where surveillance technology was bought")
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = controls.scope(build)
        measure = controls.measure([total.measure for total in data.totals(build, whole)])
        level = _choice("Shapes", (STATES, COUNTIES), "shapes")
        each = _choice("Dollars", (IN_ALL, PER_RESIDENT), "dollars")
    rows = data.spending_by_place(build, whole, measure)
    drawn: dict[str, list[Row]] = {}
    for row in rows:
        code = us_map.code_of(row, level)
        if code:
            drawn.setdefault(code, []).append(row)
    with answer_here:
        total = sum((row["amount"] for row in rows), Decimal(0))
        widgets.answer(
            f"{fmt.money(total, measure.currency)} {measure.basis} can be drawn on a map, "
            f"in {_shapes(drawn, level)}."
            if rows
            else "No purchase of this kind of money can be drawn: none names a state, county or "
            "city of the United States."
        )
        widgets.coverage(
            sentences.covered(data.coverage(build), data.sources(build)),
            "the places that are blank here, but for those covered. Absence means nothing.",
        )
        widgets.small_print(_what_is_drawn(measure, level))
    values = {
        code: value
        for code, here in drawn.items()
        if (value := _value(build, code, here, each)) is not None
    }
    unit = fmt.units_head(measure.basis, measure.currency) + (
        ", per resident" if each == PER_RESIDENT else ""
    )
    us_map.show(
        values,
        level,
        f"{level} of the United States, shaded by {unit}; the table below says the same.",
        unit,
        _dollars,
    )
    _table(build, drawn, level, measure)
    blocks.footer(build)


def _shapes(drawn: dict[str, list[Row]], level: str) -> str:
    if level == STATES:
        return fmt.count(len(drawn), "state")
    return fmt.count(len(drawn), "county", "counties")


def _choice(label: str, options: tuple[str, str], key: str) -> str:
    chosen = st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params"
    )
    return chosen or options[0]


def _what_is_drawn(measure: Measure, level: str) -> str:
    where = (
        "Federal awards stand where the record says that the work is done; the buyer sits in "
        "Washington or everywhere. "
        if measure.is_federal
        else "What a body buys stands at its own place: cities in the county in which they lie"
        + (
            ", states on no county. "
            if level == COUNTIES
            else ", counties and cities in their state. "
        )
    )
    return (
        f"{fmt.capital(sentences.gloss(measure.basis))}. {where}"
        "Per resident: divided by the residents of the state or county, whoever bought; a place "
        "searched in part looks small. New York City lies in five counties and is on no county."
    )


def _value(build: Build, code: str, rows: list[Row], each: str) -> Value | None:
    amount = sum((row["amount"] for row in rows), Decimal(0))
    if each == IN_ALL:
        return Value(amount)
    residents = _residents(us_map.place_of_code(build, code))
    return Value(amount / residents) if residents else None


def _residents(place: Row | None) -> int:
    return int(place["population"]) if place and place["population"] else 0


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}" if amount < 100 else fmt.short_money(amount)  # noqa: PLR2004


def _table(build: Build, drawn: dict[str, list[Row]], level: str, measure: Measure) -> None:
    one = "State" if level == STATES else "County"
    lines: list[tuple[Decimal, list[Parts]]] = []
    for code, here in drawn.items():
        place = us_map.place_of_code(build, code)
        amount = sum((row["amount"] for row in here), Decimal(0))
        residents = _residents(place)
        name = str(place["place_name"]) if place else code
        bodies: list[Parts] = [
            Link(str(row["place_name"]), address("place", id=row["place_id"])) for row in here[:6]
        ]
        listed: list = []  # type: ignore[type-arg]
        for number, body in enumerate(bodies):
            listed += [", " if number else "", body]
        if len(here) > 6:  # noqa: PLR2004
            listed.append(Muted(f" and {len(here) - 6:,} more"))
        lines.append(
            (
                amount,
                [
                    Link(name, us_map.link(build, code)),
                    listed,
                    fmt.table_money(amount),
                    f"{amount / residents:,.2f}" if residents else Muted(fmt.MISSING),
                    f"{sum(row['purchases'] for row in here):,}",
                ],
            )
        )
    rows = [line for _, line in sorted(lines, key=lambda each: -each[0])]
    heads = [
        Head(one, role="what"),
        Head("Whose purchases" if not measure.is_federal else "Where the work is done"),
        Head(fmt.units_head(measure.basis, measure.currency), is_number=True, role="amount"),
        Head("Per resident", is_number=True),
        Head("Purchases", is_number=True),
    ]
    caption = "The same as a table, the largest sum first"
    if rows:
        widgets.table(caption, heads, rows[:_MOST])
    if len(rows) > _MOST:
        widgets.folded(f"The other {len(rows) - _MOST:,}", caption, heads, rows[_MOST:])
