"""A map of states or counties: shaded by what is known of each, or left blank and said so.

Shades are five steps of one hue; what they mean stands beneath in words, and every map has its
table. Money of a city is drawn in the county in which it lies, and in its state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dashboard import data, map_drawing, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.map_drawing import Area, Place
from dashboard.parts import address
from dashboard.picture import Picture
from dashboard.shapes import shapes

STATES, COUNTIES = "States", "Counties"
STEPS = 5
_RANKED = 10
# The five boroughs are five counties: its money belongs to no one of them.
_MANY_COUNTIES = frozenset({"us_ny_new_york"})


@dataclass(frozen=True)
class Value:
    """What a shape shows: a number to shade by, and its words."""

    number: Decimal | None
    "None where something is known, and no number: the shape stays blank and says why."
    words: str
    "What the shape says: its figure, and what it is made of."


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


@dataclass(frozen=True)
class Scale:
    """What shades stand for."""

    unit: str
    write: Callable[[Decimal], str]
    "Writes a number of that unit."
    times: int = 4
    "How many times the one before each shade is."
    blank: str = "nothing drawn, which need not mean nothing bought"
    "What it means that a state or county has no shade."


def show(
    build: Build,
    values: Mapping[str, Value],
    level: str,
    described: str,
    scale: Scale,
    picture: Picture,
) -> None:
    """Show the map, and under it which numbers each shade stands for.

    Every state is a link to its page, and every county of which something is known. States with a
    value bear their letters, counties the rank of the ten with most, as in the table.
    """
    known = shapes()
    paths = known.states if level == STATES else known.counties
    numbers = _numbers(values)
    largest = max(numbers.values(), default=Decimal(0))
    shades = {code: step(number, largest, scale.times) for code, number in numbers.items()}
    ranks = ranked(values) if level == COUNTIES else _LETTERS
    widgets.chart(
        map_drawing.drawing(
            list(known.states.values()),
            [
                Area(paths[code], shades[code], ranks.get(code, ""))
                for code in sorted(shades)
                if paths.get(code)
            ],
            _links(build, values, level),
            described=described,
            borders="./assets/us-counties.svg" if level == COUNTIES else "",
            is_numbered=level == COUNTIES,
        )
        + widgets.legend([*_legend(numbers, shades, scale), (None, f"Blank: {scale.blank}")]),
        picture,
    )


def ranked(values: Mapping[str, Value]) -> dict[str, str]:
    """Return the rank of each of the ten shapes with most, by code."""
    numbers = _numbers(values)
    most = sorted(numbers, key=lambda code: (-numbers[code], code))[:_RANKED]
    return {code: str(rank) for rank, code in enumerate(most, 1)}


def _numbers(values: Mapping[str, Value]) -> dict[str, Decimal]:
    return {code: value.number for code, value in values.items() if value.number is not None}


def _links(build: Build, values: Mapping[str, Value], level: str) -> list[Place]:
    """Return the shapes that lead to pages: states below, so that a county lies on its state."""
    known = shapes()
    links = []
    for code in sorted(known.states, key=lambda code: name(build, code)):
        said = values[code].words if level == STATES and code in values else "nothing drawn here"
        words = name(build, code) if level == COUNTIES else f"{name(build, code)}: {said}"
        links.append(Place(known.states[code], link(build, code), words))
    if level == COUNTIES:
        links += [
            Place(known.counties[code], link(build, code), f"{name(build, code)}: {value.words}")
            for code, value in sorted(values.items(), key=lambda each: name(build, each[0]))
            if known.counties.get(code)
        ]
    return links


def _legend(
    numbers: Mapping[str, Decimal],
    shades: Mapping[str, int],
    scale: Scale,
) -> list[tuple[int | None, str]]:
    """Return which numbers each shade that is used stands for, the palest first."""
    said: list[tuple[int | None, str]] = []
    for shade in sorted(set(shades.values())):
        here = [numbers[code] for code in numbers if shades[code] == shade]
        words = fmt.span(scale.write(min(here)), scale.write(max(here)))
        said.append((shade, f"{words} ({fmt.count(len(here), 'place')})"))
    return [
        (shade, words if n else f"{scale.unit}: {words}") for n, (shade, words) in enumerate(said)
    ]


@lru_cache(maxsize=4)
def _places(build: Build) -> Mapping[str, Row]:
    found: dict[str, Row] = {}
    for row in data.us_places(build):
        found.setdefault(str(row["fips"]), row)
    return found


def place_of_code(build: Build, code: str) -> Row | None:
    """Return the place of a state's or county's code."""
    return _places(build).get(code)


def name(build: Build, code: str) -> str:
    """Return the name of a state or county, as places have it, else as the shapes do."""
    row = place_of_code(build, code)
    return str(row["place_name"]) if row else shapes().names.get(code, _LETTERS.get(code, code))


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
_LETTERS = {code: letters.upper() for letters, code in _STATE_CODES.items()}
