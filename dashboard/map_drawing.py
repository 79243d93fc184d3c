"""A map as HTML: a picture with labels, and over it a link for every shape that leads somewhere.

The picture follows the reader's scheme. Of the links one is reached by Tab, the others from it by
the arrow keys (`assets/maps.js`, which also shows what a shape says); the table below the map has
the same links.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.outlines import Outline, outline
from dashboard.parts import attribute, escape
from dashboard.shapes import HEIGHT, WIDTH

# How strong the hue of each shade is, the palest first.
SHADES = (0.1, 0.22, 0.4, 0.58, 0.78, 1)
# From this shade on, words on it are in the colour of paper.
_DARK = 4
# A label needs so much room; a smaller shape has it beside the coast, at the end of a line.
_ROOM, _COAST = 13, 912
# A shape smaller than this would be hidden by a number on it.
_SMALL = 26
_STYLE = (
    ":root{--land:#F3F0E8;--line:#65645F;--paper:#FBFAF7;--hue:#0B4F6C;--ink:#1D1D1B}"
    "@media (prefers-color-scheme:dark){:root{--land:#22211F;--line:#A9A69D;--paper:#161615;"
    "--hue:#7DB9D6;--ink:#ECE9E1}}"
    ".l{fill:var(--land)}.b{fill:none;stroke:var(--line);stroke-width:.6}"
    ".s{stroke:var(--paper);stroke-width:.4;fill:var(--hue)}"
    ".t{font:600 11px Arial,sans-serif;text-anchor:middle;fill:var(--ink)}.d{fill:var(--paper)}"
    ".c{stroke:var(--ink);stroke-width:.7;fill:var(--paper)}"
)


@dataclass(frozen=True)
class Area:
    """One shaded shape: its path, its shade from 0 (palest) up, and a short label, if any."""

    path: str
    shade: int
    label: str = ""


@dataclass(frozen=True)
class Place:
    """A shape that is a link: its path, where it leads, and what it says."""

    path: str
    address: str
    words: str


def drawing(
    base: Sequence[str],
    areas: Sequence[Area],
    places: Sequence[Place],
    *,
    described: str,
    borders: str = "",
    is_numbered: bool = False,
) -> str:
    """Return blank states, the shapes of which something is known, labels, borders and links.

    `borders` is the address of a picture laid over it. Labels that are numbers stand in circles.
    """
    land = "".join(base)
    shaded = "".join(
        f'<path class="s" fill-opacity="{SHADES[area.shade]}" d="{escape(area.path)}"/>'
        for area in areas
    )
    labels = _numbers(areas) if is_numbered else _names(areas)
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><style>{_STYLE}'
        f'</style><path class="l" d="{land}"/>{shaded}<path class="b" d="{land}"/>{labels}</svg>'
    )
    coded = base64.b64encode(picture.encode()).decode()
    above = f'<img class="wb-above" src="{escape(borders)}" alt="">' if borders else ""
    return (
        f'<div class="wb-map"><img src="data:image/svg+xml;base64,{coded}" '
        f'alt="{attribute(described)}">{above}{_links(places)}</div>'
    )


def _names(areas: Sequence[Area]) -> str:
    """Return the label of each shape in its middle, or beside the coast where it is too small."""
    said, beside = [], []
    for area in areas:
        if not area.label:
            continue
        shape = outline(area.path)
        if min(shape.width, shape.height) < _ROOM + 3:
            beside.append((shape, area.label))
            continue
        x, y = shape.middle
        dark = " d" if area.shade >= _DARK else ""
        said.append(_text(x, y, area.label, dark))
    last = 0.0
    for shape, label in sorted(beside, key=lambda each: each[0].middle[1]):
        x, y = shape.middle
        last = max(y + 8, last + _ROOM)
        said.append(
            f'<path class="b" d="M{x:.1f} {y:.1f}L{_COAST} {last:.1f}"/>'
            + _text(_COAST + 11, last, label, "")
        )
    return "".join(said)


def _numbers(areas: Sequence[Area]) -> str:
    """Return numbers in circles; one that would lie on an earlier one is left out."""
    kept: list[tuple[float, float]] = []
    said = []
    for area in sorted((each for each in areas if each.label), key=lambda each: int(each.label)):
        shape = outline(area.path)
        x, y = middle = shape.middle
        # On a small county a number would hide its shade: it stands above, on a line.
        is_small = min(shape.width, shape.height) < _SMALL
        y -= 17 if is_small else 0
        if all((x - kx) ** 2 + (y - ky) ** 2 >= (_ROOM + 3) ** 2 for kx, ky in kept):
            kept.append((x, y))
            if is_small:
                said.append(f'<path class="b" d="M{x:.1f} {y:.1f}L{x:.1f} {middle[1]:.1f}"/>')
            said.append(f'<circle class="c" cx="{x:.1f}" cy="{y:.1f}" r="7.5"/>')
            said.append(_text(x, y, area.label, ""))
    return "".join(said)


def _text(x: float, y: float, words: str, dark: str) -> str:
    return f'<text class="t{dark}" x="{x:.1f}" y="{y + 4:.1f}">{escape(words)}</text>'


def _links(places: Sequence[Place]) -> str:
    if not places:
        return ""
    links = "".join(
        f'<a href="{escape(place.address)}" aria-label="{attribute(place.words)}" '
        f'tabindex="{-1 if number else 0}" style="{_box(outline(place.path))}"></a>'
        for number, place in enumerate(places)
        if place.path
    )
    return (
        '<div class="wb-map-links" role="group" aria-label="Places on the map: arrow keys move '
        f'from one to the next, Enter opens its page">{links}</div>'
    )


def _box(shape: Outline) -> str:
    return (
        f"left:{100 * shape.left / WIDTH:.2f}%;top:{100 * shape.top / HEIGHT:.2f}%;"
        f"width:{100 * shape.width / WIDTH:.2f}%;height:{100 * shape.height / HEIGHT:.2f}%;"
        f"clip-path:{shape.clip()}"
    )
