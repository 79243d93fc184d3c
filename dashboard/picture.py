"""What a chart is beside its drawing: a title, what it counts, its source, its figures as CSV.

A chart that leaves the page stands alone, so a saved picture carries all of it. The browser
makes the picture (`assets/pictures.js`) and the file; nothing is asked of any host.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard import data
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row, Selection
from dashboard.exports import cells
from dashboard.parts import attribute

# What every row of a chart's CSV ends with, so that a row alone still says what it is.
_ABOUT = ("record_kind", "basis", "currency", "as_of", "build_id")


@dataclass(frozen=True)
class Picture:
    """What a chart says of itself once it has left the page."""

    title: str
    under: str
    "What is counted, in which unit, in which period."
    source: str
    csv: str
    "The exact figures, head first."


def source(build: Build, drawn: Iterable[Selection], measure: Measure, *more: str) -> str:
    """Return the source line of a chart of what is drawn: basis, sources, day and build."""
    behind = [row for each in drawn for row in data.sources_of(build, each, measure)]
    titles = fmt.listed(dict.fromkeys(str(row["title"]) for row in behind), 3)
    return " ".join(
        (
            f"{fmt.capital(measure.basis)}: {fmt.BASIS_GLOSS[measure.basis]}.",
            *more,
            f"Source: {titles}, as of {fmt.day(data.about(build)['as_of'])}.",
            f"whobuys, build {build.build_id}.",
        )
    )


def source_of(build: Build, purchase: Row) -> str:
    """Return the source line of a chart of one purchase: basis, source, file, day and build."""
    basis = str(purchase["basis"])
    titles = {row["source_id"]: str(row["title"]) for row in data.declared_sources(build)}
    title = titles.get(purchase["source_id"], str(purchase["source_id"]))
    return (
        f"{fmt.capital(basis)}: {fmt.BASIS_GLOSS[basis]}. Source: {title}, as of "
        f"{fmt.day(data.about(build)['as_of'])}. whobuys, build {build.build_id}."
    )


def figures(
    build: Build, measure: Measure, heads: Sequence[str], rows: Iterable[Sequence[object]]
) -> str:
    """Return exact figures as CSV; every row names kind of record, basis, currency and build."""
    about = data.about(build)
    ends = (
        measure.record_kind, measure.basis, measure.currency, about["as_of"], build.build_id,
    )  # fmt: skip
    return table((*heads, *_ABOUT), ((*row, *ends) for row in rows))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV, harmless in a spreadsheet; what is missing is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([cells.text(value) for value in row])
    return buffer.getvalue()


def framed(drawing: str, picture: Picture) -> str:
    """Return a drawing with buttons that save it as PNG and SVG, and its figures as CSV."""
    kinds = "".join(
        f'<button type="button" data-save="{kind}" '
        f'aria-label="Save as {kind.upper()}: {attribute(picture.title)}">{kind.upper()}</button>'
        for kind in ("png", "svg")
    )
    return (
        f'<div class="wb-picture" data-title="{attribute(picture.title)}" '
        f'data-under="{attribute(picture.under)}" data-source="{attribute(picture.source)}">'
        f'<div class="wb-drawn">{drawing}</div>'
        f'<p class="wb-pictures"><span>Save this chart:</span> {kinds}'
        f'<button type="button" data-save="csv" data-csv="{attribute(picture.csv)}" '
        f'aria-label="Save its figures as CSV: {attribute(picture.title)}">CSV</button></p></div>'
    )
