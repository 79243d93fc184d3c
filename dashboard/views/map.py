"""Map: what state and local bodies bought, by state or county, in all or per resident."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import streamlit as st

from dashboard import (
    blocks,
    citing,
    controls,
    data,
    filters,
    foot,
    picture,
    sentences,
    us_map,
    widgets,
)
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row
from dashboard.parts import Link, Muted, Parts, address
from dashboard.picture import Picture
from dashboard.us_map import COUNTIES, STATES, Value
from dashboard.widgets import Head

IN_ALL, PER_RESIDENT = "In all", "Per resident"
_MOST = 40
# Below every sum: places whose purchases are known by lifetime totals alone stand last.
_LEAST = Decimal("-Infinity")


def show(build: Build) -> None:
    """Show the map, what its shades mean, and its table."""
    widgets.title("Where surveillance technology was bought")
    answer_here = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        whole = controls.scope(build)
        measure = controls.measure([total.measure for total in data.totals(build, whole)])
        level = _choice("Shapes", (STATES, COUNTIES), "shapes")
        each = _choice("Amounts", (IN_ALL, PER_RESIDENT), "dollars")
    rows = data.spending_by_place(build, whole, measure)
    drawn: dict[str, list[Row]] = {}
    for row in rows:
        code = us_map.code_of(row, level)
        if code:
            drawn.setdefault(code, []).append(row)
    with answer_here:
        total = _sum(rows) or Decimal(0)
        said = (
            f"{fmt.money(total, measure.currency)} {measure.basis} can be drawn on a map, "
            f"in {_shapes([here for here in drawn.values() if _sum(here) is not None], level)}."
            if rows
            else "No purchase of this kind of money can be drawn: none names a state, county or "
            "city of the United States."
        )
        widgets.answer(said)
        widgets.coverage(
            sentences.covered(data.coverage(build), data.sources(build)),
            "the places that are blank here, but for those covered. Absence means nothing.",
        )
        widgets.small_print(_what_is_drawn(measure, level))
        citing.then(build, whole, data.totals(build, whole))
    values = {code: _value(build, code, here, each, measure) for code, here in drawn.items()}
    unit = fmt.units_head(measure.basis, measure.currency) + (
        ", per resident" if each == PER_RESIDENT else ""
    )
    us_map.show(
        build,
        values,
        level,
        f"{level} of the United States, shaded by {unit}; the table below says the same.",
        us_map.Scale(unit, lambda amount: _money(amount, measure)),
        Picture(
            "Where surveillance technology was bought",
            f"{unit}, by {'state' if level == STATES else 'county'}, "
            f"{sentences.period(data.total(build, whole, measure))}",
            picture.source(build, [whole], measure, _drawn_where(measure)),
            _file(build, drawn, measure),
        ),
    )
    _table(build, drawn, values, level, measure)
    asked = {**(filters.query_of(build, whole) or {}), **foot.measure_asked(measure)}
    foot.purchases(
        build,
        whole.of(measure),
        [data.total(build, whole, measure)],
        foot.here("map", "money", "shapes", "dollars"),
        caveats=[f"Of these, {said}"] if rows else (),
        rows=[foot.file("places", "Download the sums by place as CSV", build, **asked)],
    )
    blocks.footer(build)


def _shapes(drawn: Sequence[list[Row]], level: str) -> str:
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
        f"{_drawn_where(measure)} The buyer sits in Washington or everywhere. "
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


def _drawn_where(measure: Measure) -> str:
    return (
        "Federal awards stand where the record says that the work is done."
        if measure.is_federal
        else "What a body buys stands at its own place."
    )


def _sum(rows: Iterable[Row]) -> Decimal | None:
    """Return what rows come to; None where every purchase is known by a lifetime total alone."""
    amounts = [row["amount"] for row in rows if row["amount"] is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def _value(build: Build, code: str, rows: list[Row], each: str, measure: Measure) -> Value:
    amount = _sum(rows)
    number = fmt.count(sum(row["purchases"] for row in rows), "purchase")
    if amount is None:
        return Value(None, f"{number}, known only by lifetime totals")
    said = f"{fmt.quoted_total(amount, measure.basis, currency=measure.currency)}, {number}"
    residents = _residents(us_map.place_of_code(build, code))
    if residents:
        said += f", {_money(amount / residents, measure)} per resident"
    if each == IN_ALL:
        return Value(amount, said)
    return Value(amount / residents if residents else None, said)


def _file(build: Build, drawn: dict[str, list[Row]], measure: Measure) -> str:
    """Return the exact figures of the map as CSV, by code."""
    lines = []
    for code in sorted(drawn):
        residents = _residents(us_map.place_of_code(build, code)) or None
        amount = _sum(drawn[code])
        each = amount / residents if amount is not None and residents else None
        lines.append(
            (us_map.name(build, code), code, amount, residents,
             None if each is None else each.quantize(Decimal("0.0001")),
             sum(row["purchases"] for row in drawn[code]))
        )  # fmt: skip
    heads = ("place_name", "fips", "amount", "residents", "per_resident", "purchases")
    return picture.figures(build, measure, heads, lines)


def _residents(place: Row | None) -> int:
    return int(place["population"]) if place and place["population"] else 0


def _money(amount: Decimal, measure: Measure) -> str:
    """Return an amount as the map says it; below a hundred to the cent, as per resident it is."""
    whole = fmt.short_money(amount, measure.currency)
    if abs(amount) >= 100 or amount == amount.to_integral_value():  # noqa: PLR2004
        return whole
    return fmt.each(amount, measure.currency)


def _table(
    build: Build,
    drawn: dict[str, list[Row]],
    values: dict[str, Value],
    level: str,
    measure: Measure,
) -> None:
    one = "State" if level == STATES else "County"
    ranks = us_map.ranked(values) if level == COUNTIES else {}
    lines: list[tuple[Decimal, list[Parts]]] = []
    for code, here in drawn.items():
        amount = _sum(here)
        residents = _residents(us_map.place_of_code(build, code))
        rank = f"{ranks[code]} " if code in ranks else ""
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
                _LEAST if amount is None else amount,
                [
                    [Muted(rank), Link(us_map.name(build, code), us_map.link(build, code))],
                    listed,
                    Muted("lifetime totals only") if amount is None else fmt.table_money(amount),
                    f"{amount / residents:,.2f}"
                    if residents and amount is not None
                    else Muted(fmt.MISSING),
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
    caption = "The same as a table, the largest sum first" + (
        "; numbers stand on the map" if ranks else ""
    )
    if rows:
        widgets.table(caption, heads, rows[:_MOST])
    if len(rows) > _MOST:
        widgets.folded(f"The other {len(rows) - _MOST:,}", caption, heads, rows[_MOST:])
