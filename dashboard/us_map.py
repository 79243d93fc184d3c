"""A map of states or counties: shaded by what is known of each, or left blank and said so.

Shades are five steps of one hue; what they mean stands beneath in words, and every map has its
table. Money of a city is drawn in the county in which it lies, and in its state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard import charts, data, widgets
from dashboard import format as fmt
from dashboard.charts import Area
from dashboard.data import Build, Row
from dashboard.parts import address
from dashboard.shapes import shapes

STATES, COUNTIES = "States", "Counties"
STEPS = 5
# The five boroughs are five counties: its money belongs to no one of them.
_MANY_COUNTIES = frozenset({"us_ny_new_york"})


@dataclass(frozen=True)
class Value:
    """What a shape shows: a number to shade by."""

    number: Decimal


def code_of(row: Row, level: str) -> str | None:
    """Return the census code of the shape in which a place is drawn; None where there is none."""
    place_id, fips = str(row["place_id"]), str(row["fips"] or "")
    state = _state_codes().get(place_id.split("_")[1]) if place_id.startswith("us_") else None
    if level == STATES:
        return fips if row["kind"] in ("state", "territory") else state
    if place_id in _MANY_COUNTIES or row["kind"] in ("state", "territory"):
        return None
    if len(fips) == 5:  # noqa: PLR2004 - a county's own code
        return fips
    return shapes().county_of.get(place_id)


def _state_codes() -> Mapping[str, str]:
    return _STATE_CODES


def step(number: Decimal, largest: Decimal, times: int = 4) -> int:
    """Return the shade of a number: each step is so many times the one before it."""
    if number <= 0 or largest <= 0:
        return 0
    for back in range(STEPS - 1):
        if number * times ** (back + 1) > largest:
            return STEPS - back
    return 1


def show(
    values: Mapping[str, Value],
    level: str,
    described: str,
    unit: str,
    write: Callable[[Decimal], str],
    *,
    times: int = 4,
) -> None:
    """Show the map, and under it which numbers, in which unit, each shade stands for."""
    known = shapes()
    paths = known.states if level == STATES else known.counties
    largest = max((value.number for value in values.values()), default=Decimal(0))
    shades = {code: step(value.number, largest, times) for code, value in values.items()}
    widgets.drawing(
        charts.us_map(
            list(known.states.values()),
            [Area(paths[code], shades[code]) for code in sorted(values) if paths.get(code)],
            described=described,
            borders="./assets/us-counties.svg" if level == COUNTIES else "",
        ),
        _legend(values, shades, unit, write),
    )


def _legend(
    values: Mapping[str, Value],
    shades: Mapping[str, int],
    unit: str,
    write: Callable[[Decimal], str],
) -> list[tuple[int, str]]:
    """Return which numbers each shade that is used stands for, the palest first."""
    said = []
    for shade in sorted(set(shades.values())):
        numbers = [values[code].number for code in values if shades[code] == shade]
        said.append((shade, fmt.span(write(min(numbers)), write(max(numbers)))))
    return [(shade, words if n else f"{unit}: {words}") for n, (shade, words) in enumerate(said)]


def place_of_code(build: Build, code: str) -> Row | None:
    """Return the place of a state's or county's code."""
    return next((row for row in data.us_places(build) if row["fips"] == code), None)


def link(build: Build, code: str) -> str:
    """Return the address of the page of a state or county."""
    row = place_of_code(build, code)
    return address("place", id=row["place_id"]) if row else address("place")


_STATE_CODES = dict(
    pair.split()
    for pair in (
        "al 01|ak 02|az 04|ar 05|ca 06|co 08|ct 09|de 10|dc 11|fl 12|ga 13|hi 15|id 16|il 17|in 18|"
        "ia 19|ks 20|ky 21|la 22|me 23|md 24|ma 25|mi 26|mn 27|ms 28|mo 29|mt 30|ne 31|nv 32|nh 33|"
        "nj 34|nm 35|ny 36|nc 37|nd 38|oh 39|ok 40|or 41|pa 42|ri 44|sc 45|sd 46|tn 47|tx 48|ut 49|"
        "vt 50|va 51|wa 53|wv 54|wi 55|wy 56"
    ).split("|")
)
