"""Figures that can be quoted: a citation that holds build and figure, and what became of it.

The address in a citation carries what was seen. Opened when a newer build is published, the page
says what the figure was, what it is now, and which changes lie between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

import streamlit as st

from dashboard import data, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Selection, Total
from dashboard.parts import Part, Strong

_NAME = "cited"
_BETWEEN = "~"
_PARTS = 6


# What moved a figure, after what happened; a changed record needs no words.
_BY = {
    "record": "",
    "rules": " by a change of our rules",
    "coverage": " in records not searched before",
    "time": "",
}


@dataclass(frozen=True)
class Cited:
    """What an address says was seen: the build, its day, and one figure."""

    build_id: str
    as_of: date
    purchases: int
    record_kind: str
    basis: str
    amount: Decimal
    currency: str = "USD"


def _written(build: Build, total: Total) -> str:
    about = data.about(build)
    parts = (
        about["build_id"],
        about["as_of"].isoformat(),
        total.purchases,
        total.measure.record_kind,
        total.measure.basis,
        total.amount,
        # Dollars go unsaid, as in every address that was cited before other currencies.
        *([] if total.measure.currency == "USD" else [total.measure.currency]),
    )
    return _BETWEEN.join(str(part) for part in parts)


def read(text: str) -> Cited | None:
    """Return what an address says was seen; None where it says nothing that can be read."""
    parts = text.split(_BETWEEN)
    if len(parts) not in (_PARTS, _PARTS + 1):
        return None
    build_id, as_of, purchases, record_kind, basis, amount, *others = parts
    if record_kind not in fmt.KIND_WORDS or basis not in fmt.BASIS_GLOSS:
        return None
    try:
        cited = Cited(
            build_id[:40],
            date.fromisoformat(as_of),
            int(purchases),
            record_kind,
            basis,
            Decimal(amount),
            others[0][:3] if others else "USD",
        )
    except (ValueError, InvalidOperation):
        return None
    return cited if cited.amount.is_finite() else None


def then(build: Build, selection: Selection, totals: Sequence[Total]) -> None:
    """Say what the address claims was seen, whether it was, and what the figure is now.

    Anyone can edit an address: it is quoted as what the address says, and checked against the
    build that it names while that build is kept.
    """
    cited = read(st.query_params.get(_NAME, ""))
    if cited is None:
        return
    now = _figure_of(cited, totals)
    if cited.build_id == data.about(build)["build_id"]:
        if now != _claimed(cited):
            widgets.notice(
                [*_says(cited), "This page is of that build, and it says otherwise."]
            )  # fmt: skip
        return
    widgets.notice(_checked(build, selection, cited), *_since(build, selection, cited, now))


def _checked(build: Build, selection: Selection, cited: Cited) -> list[Part]:
    """Return what the figure was in the build that an address names, as far as that is known."""
    published = data.published_on(build, cited.build_id)
    if published is None:
        return [
            *_says(cited),
            (
                "We have no record of a build of that name, so nothing shows that this was ever "
                "published here."
            ),
        ]
    older = data.kept(cited.build_id)
    if older is None:
        return [
            *_says(cited),
            f"The build of {fmt.day(published)} is kept no more, so this can no longer be checked.",
        ]
    was = _figure_of(cited, data.totals(older, selection))
    if was != _claimed(cited):
        return [
            *_says(cited),
            f"In the build of {fmt.day(published)} it was ",
            *_words(cited, was),
            ".",
        ]
    return [f"This was cited from the build of {fmt.day(published)}: it was ",
            *_words(cited, was), " then."]  # fmt: skip


def _since(
    build: Build, selection: Selection, cited: Cited, now: tuple[int, Decimal]
) -> list[list[Part]]:
    """Return what the figure is now, and which changes lie between."""
    if now == _claimed(cited):
        return [[f"It is the same in the build of {_day(build)}."]]
    said: list[Part] = [f"Now, in the build of {_day(build)}: ", *_words(cited, now), ". "]
    if data.published_on(build, cited.build_id) is not None:
        said.append(_because(build, selection, cited))
    return [said]


def _says(cited: Cited) -> list[Part]:
    return ["The address says ", *_words(cited, _claimed(cited)), ". "]


def _words(cited: Cited, figure: tuple[int, Decimal]) -> list[Part]:
    number, amount = figure
    return [
        f"{fmt.count(number, 'purchase')}, ",
        Strong(fmt.quoted_total(amount, cited.basis, currency=cited.currency)),
    ]


def _claimed(cited: Cited) -> tuple[int, Decimal]:
    return cited.purchases, cited.amount


def _figure_of(cited: Cited, totals: Sequence[Total]) -> tuple[int, Decimal]:
    """Return the purchases and the amount of the kind of money that was cited."""
    measure = Measure(cited.record_kind, cited.basis, cited.currency)
    found = next((total for total in totals if total.measure == measure), None)
    return (found.purchases, found.amount) if found else (0, Decimal(0))


def _because(build: Build, selection: Selection, cited: Cited) -> str:
    reasons = data.changes_since(build, selection, cited.build_id, cited.as_of)
    if not reasons:
        return "Which records moved it is not in this database."
    counted = fmt.listed(
        f"{fmt.count(row['purchases'], 'purchase')} {fmt.CHANGE_WORDS[row['kind']]}"
        + _BY[row["cause"]]
        for row in reasons
    )
    return f"Because, since then: {counted}."


def _day(build: Build) -> str:
    return fmt.day(data.about(build)["as_of"])


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
    return f"; the largest part, {most}, is {joint} {largest[0].name}"


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
    if not totals:
        return address
    return f"{address}{'&' if '?' in address else '?'}{_NAME}={_written(build, totals[0])}"


def whole(address: str) -> str:
    """Return an address of ours in whole, where the browser tells its beginning."""
    here = urlsplit(st.context.url or "")
    if not here.netloc:
        return address
    # The first page stands at the root itself, so its own path does not tell where that is.
    folder = str(st.get_option("server.baseUrlPath")).strip("/")
    root = f"{here.scheme}://{here.netloc}/{folder}{'/' if folder else ''}"
    return f"{root}{address.removeprefix('./')}"
