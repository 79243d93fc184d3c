"""Ranked lists side by side, as a chart that can be saved: who buys, what, from whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import blocks, charts, data, picture, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Selection
from dashboard.picture import Picture

_MOST = 8
_COUNTED = {6: "six", 8: "eight"}


@dataclass(frozen=True)
class Ranked:
    """One list: what is selected, by what it is ranked, and a title other than the usual one."""

    selection: Selection
    group: str
    title: str = ""
    says_since: bool = False


def show(
    build: Build,
    selection: Selection,
    measure: Measure,
    groups: Sequence[str],
    subject: str,
    *,
    says_since: bool = False,
    **kept: str | list[str] | None,
) -> None:
    """Show one selection ranked by each of several groups; `subject` names a saved picture.

    `says_since`: with the month in which money first moved.
    """
    lists = [Ranked(selection, group, says_since=says_since) for group in groups]
    several(build, lists, measure, subject, **kept)


def several(
    build: Build,
    lists: Sequence[Ranked],
    measure: Measure,
    subject: str,
    *,
    most: int = _MOST,
    **kept: str | list[str] | None,
) -> None:
    """Show several lists side by side; nothing where all are empty."""
    drawn = [
        blocks.ranked(
            build,
            each.selection,
            measure,
            each.group,
            most=most,
            title=each.title,
            says_since=each.says_since,
            **kept,
        )
        for each in lists
    ]
    if not any(drawn):
        return
    total = data.total(build, lists[0].selection, measure)
    by = fmt.listed(dict.fromkeys(each.group for each in lists))
    widgets.chart(
        charts.side_by_side(*drawn),
        Picture(
            f"{subject}, by {by}",
            f"{fmt.units_head(measure.basis, measure.currency)}, {sentences.period(total)}, and "
            f"the number of purchases; the {_COUNTED[most]} largest of each",
            picture.source(build, dict.fromkeys(each.selection for each in lists), measure),
            _file(build, [each for each, html in zip(lists, drawn, strict=True) if html],
                  measure, most),
        ),
    )  # fmt: skip


def _file(build: Build, lists: Sequence[Ranked], measure: Measure, most: int) -> str:
    """Return the exact figures of lists as CSV; a sum of lifetime totals alone is left empty."""
    return picture.figures(
        build,
        measure,
        ("list", "rank", "id", "name", "amount", "purchases", "first_fiscal_year",
         "last_fiscal_year"),
        (
            (each.title or each.group, rank, bar.id, bar.name,
             None if bar.purchases == bar.lifetime_purchases else bar.amount, bar.purchases,
             total.first_year, total.last_year)
            for each in lists
            for total in [data.total(build, each.selection, measure)]
            for rank, bar in enumerate(
                data.by(build, each.selection, measure, each.group, most), 1
            )
        ),
    )  # fmt: skip
