"""Laws in force on a map: how many are a state's or county's own, or of a place within it."""

from datetime import date
from decimal import Decimal

from dashboard import data, picture, us_map, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows
from dashboard.parts import Link, Muted, Parts
from dashboard.picture import Picture
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
    values = {
        code: Value(
            Decimal(len(rows)),
            fmt.count(len(rows), "law or ruling", "laws and rulings") + " in force",
        )
        for code, rows in drawn.items()
    }
    us_map.show(
        build,
        values,
        level,
        f"{level} of the United States, shaded by laws and rulings in force on {fmt.day(day)}; "
        "the table below says the same.",
        us_map.Scale(
            "Laws and rulings in force",
            lambda number: f"{number:,}",
            times=2,
            blank="none in our register, which is not complete",
        ),
        Picture(
            "Laws and rulings on surveillance technology",
            f"In force on {fmt.day(day)}, by {'state' if level == us_map.STATES else 'county'}, of "
            "its own and of places that lie in it",
            "From the register of laws of whobuys, which is not complete, as of "
            f"{fmt.day(data.about(build)['as_of'])}, build {build.build_id}.",
            _file(build, drawn, day),
        ),
    )
    ranks = us_map.ranked(values) if level == us_map.COUNTIES else {}
    rows = sorted(drawn.items(), key=lambda each: (-len(each[1]), each[0]))
    widgets.folded(
        "The map as a table",
        "Laws and rulings in force, by where they are drawn",
        [
            Head("Where", role="what"),
            Head("How many", is_number=True, role="amount"),
            Head("Which"),
        ],
        [
            [_where(build, code, ranks.get(code, "")), f"{len(here):,}", _which(here)]
            for code, here in rows
        ],
    )


def _file(build: Build, drawn: dict[str, list[Row]], day: date) -> str:
    """Return the laws as CSV, each with the state or county in which it is drawn."""
    names = ("law_id", "law_name", "kind", "place_id", "place_name", "source_url")
    return picture.table(
        ("drawn_in", "code", *names, "in_force_on", "build_id"),
        (
            (us_map.name(build, code), code, *(law[name] for name in names), day, build.build_id)
            for code in sorted(drawn)
            for law in drawn[code]
        ),
    )


def _where(build: Build, code: str, rank: str) -> Parts:
    return [
        Muted(f"{rank} " if rank else ""),
        Link(us_map.name(build, code), us_map.link(build, code)),
    ]


def _which(laws: list[Row]) -> str:
    return fmt.listed([fmt.clip(str(law["law_name"]), 90) for law in laws], 12)
