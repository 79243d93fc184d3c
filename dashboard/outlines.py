"""Shapes of a map as polygons: where their middle is, and what of the map a pointer hits.

The drawing itself uses the paths; these are rougher, as a hand is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dashboard.shapes import Line, Point, simple

# How far the outline that a pointer hits may stray from the shape, in parts of a map 975 wide.
_ROUGH = 1.6
# Rings smaller than this part of the largest are left out: islets that nobody could hit.
_LEAST = 0.04
_NUMBER = re.compile(r"-?\d*\.?\d+")


@dataclass(frozen=True)
class Outline:
    """The box of a shape (left, top, width, height), its middle, and its rings."""

    left: float
    top: float
    width: float
    height: float
    middle: Point
    rings: Sequence[Line]

    def clip(self) -> str:
        """Return the rings as a polygon of CSS, in parts of the box."""
        joined = [point for ring in self.rings for point in (*ring, ring[0])]
        # Rings are one polygon: the way back to the first point of each has no width.
        joined += [ring[0] for ring in reversed(self.rings[:-1])]
        points = ",".join(
            f"{100 * (x - self.left) / self.width:.1f}% {100 * (y - self.top) / self.height:.1f}%"
            for x, y in joined
        )
        return f"polygon({points})"


@lru_cache(maxsize=4096)
def outline(path: str) -> Outline:
    """Return the outline of a path of `shapes`."""
    rings = sorted(_rings(path), key=lambda ring: -abs(_area(ring)))
    kept = [ring for ring in rings if abs(_area(ring)) >= _LEAST * abs(_area(rings[0]))]
    rough = [simple([*ring, ring[0]], _ROUGH)[:-1] for ring in kept]
    kept = [near if len(near) > 2 else ring for near, ring in zip(rough, kept, strict=True)]  # noqa: PLR2004
    xs = [x for ring in kept for x, _ in ring]
    ys = [y for ring in kept for _, y in ring]
    left, top = min(xs), min(ys)
    return Outline(left, top, max(xs) - left, max(ys) - top, _middle(rings[0]), kept)


def _rings(path: str) -> list[Line]:
    """Return the closed lines of a path: a start, then steps from point to point."""
    rings = []
    for part in path.split("M")[1:]:
        numbers = [float(each) for each in _NUMBER.findall(part)]
        x = y = 0.0
        ring: Line = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        rings.append(ring)
    return rings


def _area(ring: Line) -> float:
    return sum(
        (ax * by - bx * ay) / 2
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def _middle(ring: Line) -> Point:
    """Return the centre of a ring's area; of its points, where it has none."""
    area = _area(ring)
    if not area:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    x = y = 0.0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = ax * by - bx * ay
        x, y = x + (ax + bx) * cross, y + (ay + by) * cross
    return x / (6 * area), y / (6 * area)
