"""Laws in force on a map: how many are a state's or county's own, or of a place within it."""

from datetime import date
from decimal import Decimal

from dashboard import data, us_map, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows
from dashboard.parts import Link
from dashboard.us_map import Value
from dashboard.widgets import Head


def show(build: Build, laws: Rows, day: date, level: str) -> None:
    """Show laws on a map of states or counties, with its table."""
    drawn: dict[str, list[Row]] = {}
    for law in laws:
        place = data.place(build, str(law["place_id"]))
        code = us_map.code_of(place, level) if place else None
        if code:
            drawn.setdefault(code, []).append(law)
    values = {code: Value(Decimal(len(rows))) for code, rows in drawn.items()}
    us_map.show(
        values,
        level,
        f"{level} of the United States, shaded by laws and rulings in force on {fmt.day(day)}; "
        "the table below says the same.",
        "Laws and rulings in force",
        lambda number: f"{number:,}",
        times=2,
    )
    rows = sorted(drawn.items(), key=lambda each: -len(each[1]))
    widgets.folded(
        "The map as a table",
        "Laws and rulings in force, by where they are drawn",
        [
            Head("Where", role="what"),
            Head("How many", is_number=True, role="amount"),
            Head("Which"),
        ],
        [[_where(build, code), f"{len(here):,}", _which(here)] for code, here in rows],
    )


def _where(build: Build, code: str) -> Link:
    place = us_map.place_of_code(build, code)
    return Link(str(place["place_name"]) if place else code, us_map.link(build, code))


def _which(laws: list[Row]) -> str:
    return fmt.listed([fmt.clip(str(law["law_name"]), 90) for law in laws], 12)
