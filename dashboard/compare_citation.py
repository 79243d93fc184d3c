"""The sides of a comparison as its citation holds them; what became of figures that were cited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard import citing, comparing, data
from dashboard import format as fmt
from dashboard.cited import Cited, Figure, written
from dashboard.comparing import Side
from dashboard.data import Build, Measure
from dashboard.parts import Part


@dataclass(frozen=True)
class Compared:
    """The figures of all sides, as a citation cites them."""

    build: Build
    sides: Sequence[Side]
    "Each with the purchases of the years that are compared in this build."

    def figure(self, build: Build, cited: Cited) -> Figure:
        """Return what a build has for a side: here in the years compared, else in those cited."""
        side = self._side(cited)
        if side is None:
            return None
        chosen = side.selection
        if build != self.build:
            chosen = replace(chosen, years=cited.years)
        total = data.total(build, chosen, cited.measure)
        return total.purchases, total.amount

    def words(self, cited: Cited, figure: Figure) -> list[Part]:
        """Return whose figure it is, and what it comes to."""
        side = self._side(cited)
        name = side.name if side else "something not compared here"
        return [f"{name}, ", *citing.purchases_and_sum(cited, figure)]

    def because(self, moved: Sequence[Cited]) -> list[Part]:
        """Return what changed on each side since then; other years are compared than were."""
        said: list[Part] = []
        for cited in moved:
            side = self._side(cited)
            if side is None:
                continue
            if set(cited.years) != set(side.selection.years):
                said.append(
                    f"{side.name}: compared over {_listed(cited.years)} then, over "
                    f"{_listed(side.selection.years)} now. "
                )
            why = citing.moved_by(self.build, side.selection, cited)
            said += [f"{side.name}: {fmt.lower_first(why)} "] if why else []
        return said

    def _side(self, cited: Cited) -> Side | None:
        return next((side for side in self.sides if side.id == cited.whose), None)


def seen(build: Build, figures: Sequence[comparing.Figure]) -> list[str]:
    """Return the figures of all sides as the address in a citation carries them."""
    return [
        written(
            build, one.total.measure, one.total.purchases, one.total.amount, one.side.id,
            one.side.selection.years,
        )
        for one in figures
    ]  # fmt: skip


def _listed(years: Sequence[int]) -> str:
    return fmt.listed(f"FY{year}" for year in sorted(years)) or "all years"


def sources(build: Build, sides: Sequence[Side], measure: Measure) -> dict[str, int]:
    """Return the sources of the compared purchases by id, each with how many come from it."""
    found: dict[str, int] = {}
    for side in sides:
        for choice in data.choices(build, side.selection.of(measure), "sources"):
            found[choice.id] = found.get(choice.id, 0) + choice.purchases
    return found
