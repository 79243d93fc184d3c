"""The parts of the Compare page: what is chosen, what is equal between them, the figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard import controls, data, filters, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Selection, Total
from dashboard.parts import Link, Part, Parts, Strong, address
from dashboard.widgets import Head

FEWEST, MOST = 2, 3
# What can be compared, by its name in the address; its facet, and its label.
KINDS = {
    "agency": ("agencies", "Agencies"),
    "place": ("places", "Places"),
    "vendor": ("vendors", "Vendors"),
    "technology": ("technologies", "Technologies"),
}


@dataclass(frozen=True)
class Side:
    """One of those compared: its id, its name, the words that its filter has, its purchases."""

    id: str
    name: str
    words: str
    kind: str
    selection: Selection


@dataclass(frozen=True)
class Figure:
    """What one side comes to, and its doubtful purchases."""

    side: Side
    total: Total
    possible: Total
    population: int | None


def choose(build: Build) -> tuple[str, list[str]]:
    """Show what to compare; return the kind and the chosen names."""
    labels = {label: kind for kind, (_, label) in KINDS.items()}
    label = st.segmented_control(
        "Compare",
        list(labels),
        default=next(iter(labels)),
        required=True,
        key="what",
        bind="query-params",
    )
    kind = labels.get(label or "", "agency")
    chosen = st.multiselect(
        f"Two or three {label or 'agencies'}".lower().capitalize(),
        filters.first_options(build, KINDS[kind][0], st.query_params.get_all(f"these_{kind}")),
        key=f"these_{kind}",
        bind="query-params",
        max_selections=MOST,
        select_all=False,
        placeholder="Type a name",
    )
    return kind, list(chosen)


def sides(build: Build, whole: Selection, kind: str, chosen: Sequence[str]) -> list[Side]:
    """Return the chosen ones that this build knows, each with its purchases."""
    facet = KINDS[kind][0]
    known = filters.options(build, facet)
    return [
        Side(known[words], words, words, kind, replace(whole, **{facet: (known[words],)}))
        for words in chosen[:MOST]
        if words in known
    ]


def shared_measures(build: Build, sides_: Sequence[Side]) -> list[Measure]:
    """Return the kinds of money that every side has, in the order of the first."""
    had = [[total.measure for total in data.totals(build, side.selection)] for side in sides_]
    return [measure for measure in had[0] if all(measure in other for other in had[1:])]


def shared_years(build: Build, sides_: Sequence[Side], measure_: Measure) -> tuple[int, ...]:
    """Return the fiscal years that are covered in whole for every buyer on every side.

    Where none is, the years in which money moved on every side: the page says which years it
    compares, and that they need not be whole.
    """
    covered = data.years_covered(build)
    moved: list[set[int]] = []
    whole: list[set[int]] = []
    for side in sides_:
        years = {year.year for year in data.by_year(build, side.selection, measure_)}
        buyers = data.by(build, side.selection, measure_, "agency")
        both = [set(covered.get(bar.id, frozenset())) for bar in buyers]
        moved.append(years)
        whole.append(set.intersection(*both) if both else set())
    common = set.intersection(*whole) & set.union(*moved)
    return tuple(sorted(common or set.intersection(*moved)))


def figures(build: Build, sides_: Sequence[Side], measure_: Measure) -> list[Figure]:
    """Return what each side comes to in the compared years."""
    return [
        Figure(
            side,
            data.total(build, side.selection, measure_),
            data.total(build, controls.possible(side.selection), measure_),
            _people(build, side),
        )
        for side in sides_
    ]


def _people(build: Build, side: Side) -> int | None:
    place = data.place(build, side.id) if side.kind == "place" else None
    return place["population"] if place else None


def answer(figures_: Sequence[Figure], years: Sequence[int]) -> list[Part]:
    """Return who comes to how much, the largest first, in one sentence."""
    if not years:
        return ["No fiscal year is in the records of all of them: their sums cannot be compared."]
    span = fmt.span(f"FY{years[0]}", f"FY{years[-1]}")
    said: list[Part] = [f"In these records, {span}: "]
    ordered = sorted(figures_, key=lambda figure: -figure.total.amount)
    for number, figure in enumerate(ordered):
        amount = sentences.total_words(figure.total)
        number_of = fmt.count(figure.total.purchases, "purchase")
        said += ["; " if number else "", f"{figure.side.name} ", Strong(amount), f" in {number_of}"]
    return [*said, "."]


def nothing_shared(build: Build, sides_: Sequence[Side]) -> list[Part]:
    """Return why the sides cannot be compared: which kinds of money each has."""
    said: list[Part] = ["These cannot be compared: no kind of money is in the records of all. "]
    for side in sides_:
        kinds = fmt.listed(
            f"{fmt.KIND_WORDS[total.measure.record_kind]}s, {total.measure.basis}, "
            f"{fmt.units(total.measure.currency)}"
            for total in data.totals(build, side.selection)
        )
        said += [Strong(side.name), f": {kinds or 'no counted purchase in these records'}. "]
    return said


def covered(build: Build, sides_: Sequence[Side]) -> list[Part]:
    """Return what was searched for the compared agencies, or in all."""
    if sides_[0].kind != "agency":
        return sentences.covered(data.coverage(build), data.sources(build))
    return [
        part
        for side in sides_
        for part in (f"{side.name}: ", *sentences.searched_for(data.coverage_of(build, side.id)))
    ]


def not_compared(years: Sequence[int]) -> list[Part]:
    """Return what the comparison leaves out."""
    listed = fmt.listed(f"FY{year}" for year in years) or "none"
    return [
        f"every year but {listed}, which the records have for all of them; every other source. ",
        "Absence here means nothing.",
    ]


def table(figures_: Sequence[Figure], measure_: Measure) -> None:
    """Show the figures, one side a line."""
    has_people = any(figure.population for figure in figures_)
    heads = [
        Head("Which", role="what"),
        Head("Purchases", is_number=True),
        Head(fmt.units_head(measure_.basis, measure_.currency), is_number=True, role="amount"),
        Head("With every doubtful one", is_number=True),
        Head("Vendors", is_number=True),
        *(
            [Head(f"Per resident, {fmt.units(measure_.currency)}", is_number=True)]
            if has_people
            else []
        ),
    ]
    widgets.table(
        "What each comes to in the compared years", heads, [_line(f, has_people) for f in figures_]
    )


def _line(figure: Figure, has_people: bool) -> list[Parts]:  # noqa: FBT001 - of this module only
    total = figure.total
    line: list[Parts] = [
        Link(figure.side.name, address(figure.side.kind, id=figure.side.id)),
        f"{total.purchases:,}",
        fmt.table_money(total.amount),
        fmt.table_money(total.amount + figure.possible.amount),
        f"{total.vendors:,}",
    ]
    if has_people:
        each = total.amount / figure.population if figure.population else None
        line.append(fmt.exact_money(each))
    return line
