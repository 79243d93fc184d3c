"""Figures that can be quoted: a citation that holds build and figures, and what moved them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

import streamlit as st

from dashboard import cited, data, sentences
from dashboard import format as fmt
from dashboard.cited import Cited, Figure
from dashboard.data import Build, Selection, Total
from dashboard.parts import Part, Strong

# What moved a figure, after what happened; a changed record needs no words.
_BY = {
    "record": "",
    "rules": " by a change of our rules",
    "coverage": " in records not searched before",
    "time": "",
}


@dataclass(frozen=True)
class Sums:
    """The sums of a selection, as a citation cites them."""

    build: Build
    selection: Selection
    totals: Sequence[Total]
    "What they come to in this build."

    def figure(self, build: Build, cited: Cited) -> Figure:
        """Return the purchases and the amount of the kind of money that was cited."""
        totals = self.totals if build == self.build else data.totals(build, self.selection)
        found = next((total for total in totals if total.measure == cited.measure), None)
        return (found.purchases, found.amount) if found else (0, Decimal(0))

    def words(self, cited: Cited, figure: Figure) -> list[Part]:
        """Return how many purchases come to how much."""
        return purchases_and_sum(cited, figure)

    def because(self, moved: Sequence[Cited]) -> list[Part]:
        """Return how many purchases of the selection changed since, and how."""
        said = moved_by(self.build, self.selection, moved[0])
        return [said] if said else []


def then(build: Build, selection: Selection, totals: Sequence[Total]) -> None:
    """Say what the address claims was seen of a selection, and what it comes to now."""
    cited.then(build, Sums(build, selection, totals))


def purchases_and_sum(of: Cited, figure: Figure) -> list[Part]:
    """Return how many purchases come to how much, as a sentence has it."""
    if figure is None:
        return [fmt.MISSING]
    number, amount = figure
    return [
        f"{fmt.count(number, 'purchase')}, ",
        Strong(fmt.quoted_total(amount, of.basis, currency=of.currency)),
    ]


def moved_by(build: Build, selection: Selection, since: Cited) -> str:
    """Return how many purchases of a selection changed since, and how; nothing if none did."""
    reasons = data.changes_since(build, selection, since.build_id, since.as_of)
    counted = fmt.listed(
        f"{fmt.count(row['purchases'], 'purchase')} {fmt.CHANGE_WORDS[row['kind']]}"
        + _BY[row["cause"]]
        for row in reasons
    )
    return f"Because, since then: {counted}." if counted else ""


def citation(
    build: Build,
    selection: Selection,
    totals: Sequence[Total],
    described: str,
    address: str,
    caveats: Sequence[str] = (),
) -> str:
    """Return what a reporter can quote: each kind of money by itself, never added."""
    figures = "; and, a different kind of money, ".join(
        figure(build, selection, total) for total in totals
    )
    about = data.about(build)
    sources = data.choices(build, selection, "sources")
    titles = fmt.listed((source.name for source in sources), 3) or "none of the sources"
    return " ".join(
        [
            f"{fmt.capital(figures) or 'No purchase'}.",
            f"Selected: {described}.",
            *caveats,
            f"Source: {titles}.",
            f"Found with whobuys, as of {fmt.day(about['as_of'])}, build {about['build_id']}:",
            address,
        ]
    )


def figure(build: Build, selection: Selection, total: Total) -> str:
    """Return one kind of money with its period, its range and its largest contributor."""
    measure = total.measure
    words = (
        f"{fmt.count(total.summed_purchases, 'purchase')} "
        f"({fmt.KIND_WORDS[measure.record_kind]}) with "
        f"{fmt.exact_money(total.amount)} {fmt.units(measure.currency)} {measure.basis} "
        f"({fmt.BASIS_GLOSS[measure.basis]}), {sentences.period(total)}"
    )
    if total.lifetime_purchases:
        words += (
            f", and apart {fmt.count(total.lifetime_purchases, 'purchase')} known only as a "
            f"lifetime total of {fmt.exact_money(total.lifetime_amount)}"
        )
    doubtful = _doubtful(build, selection, total)
    if doubtful:
        words += f", {doubtful}"
    return words + _largest(build, selection, total)


def _largest(build: Build, selection: Selection, total: Total) -> str:
    """Return who contributes most: the vendor, or the buyer where only one vendor is paid."""
    group, joint = ("vendor", "from") if total.vendors > 1 else ("agency", "by")
    if max(total.vendors, total.agencies) < 2:  # noqa: PLR2004 - one contributes all of it
        return ""
    largest = data.by(build, selection, total.measure, group, 1)
    if not largest or largest[0].amount <= 0:
        return ""
    most = fmt.exact_money(largest[0].amount)
    # A full stop follows: that of `INC.` would be a second one.
    return f"; the largest part, {most}, is {joint} {largest[0].name.removesuffix('.')}"


def _doubtful(build: Build, selection: Selection, total: Total) -> str:
    if "possible" in selection.statuses:
        return ""
    possible = data.total(build, _possible(selection), total.measure)
    if not possible.purchases or possible.amount <= 0:
        return ""
    most = fmt.exact_money(total.amount + possible.amount)
    return f"up to {most} with {fmt.count(possible.purchases, 'doubtful purchase')}"


def _possible(selection: Selection) -> Selection:
    return Selection(**{**vars(selection), "statuses": ("possible",)})


def with_figure(build: Build, totals: Sequence[Total], address: str) -> str:
    """Return the address with what is seen there: opened later, it says what became of it."""
    return cited.with_figures(
        address,
        [cited.written(build, each.measure, each.purchases, each.amount) for each in totals],
    )


def whole(address: str) -> str:
    """Return an address of ours in whole, where the browser tells its beginning."""
    here = urlsplit(st.context.url or "")
    if not here.netloc:
        return address
    # The first page stands at the root itself, so its own path does not tell where that is.
    folder = str(st.get_option("server.baseUrlPath")).strip("/")
    root = f"{here.scheme}://{here.netloc}/{folder}{'/' if folder else ''}"
    return f"{root}{address.removeprefix('./')}"
