"""Figures that can be quoted: a citation that holds build and figure, and what became of it.

The address in a citation carries what was seen. Opened when a newer build is published, the page
says what the figure was, what it is now, and which changes lie between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

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
    """Say what the figure of this address was when it was cited, where it was another."""
    cited = read(st.query_params.get(_NAME, ""))
    if cited is None or cited.build_id == data.about(build)["build_id"]:
        return
    now = next(
        (
            total
            for total in totals
            if total.measure == Measure(cited.record_kind, cited.basis, cited.currency)
        ),
        None,
    )
    purchases = now.purchases if now else 0
    amount = now.amount if now else Decimal(0)
    said: list[Part] = [
        "This address was cited from the build of ",
        f"{fmt.day(cited.as_of)}: {fmt.count(cited.purchases, 'purchase')}, ",
        Strong(fmt.quoted_total(cited.amount, cited.basis, currency=cited.currency)),
        ". ",
    ]
    if (purchases, amount) == (cited.purchases, cited.amount):
        widgets.notice([*said, f"It is the same in the build of {_day(build)}."])
        return
    said += [
        f"Now, in the build of {_day(build)}: {fmt.count(purchases, 'purchase')}, ",
        Strong(fmt.quoted_total(amount, cited.basis, currency=cited.currency)),
        ". ",
    ]
    widgets.notice(said, _because(build, selection, cited))


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


def block(
    build: Build,
    selection: Selection,
    totals: Sequence[Total],
    described: str,
    address: str,
    caveats: Sequence[str] = (),
) -> None:
    """Show a quotable text with its figure, basis, period, as-of date, range and address."""
    widgets.heading("Cite this", anchor="cite")
    widgets.copyable(
        "Copy the citation",
        citation(build, selection, totals, described, _whole(build, totals, address), caveats),
    )


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
        _figure(build, selection, total) for total in totals
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


def _figure(build: Build, selection: Selection, total: Total) -> str:
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
    largest = data.by(build, selection, measure, "vendor", 1)
    if total.vendors > 1 and largest and largest[0].amount > 0:
        most = fmt.exact_money(largest[0].amount)
        words += f"; the largest part, {most}, is from {largest[0].name}"
    return words


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


def _whole(build: Build, totals: Sequence[Total], address: str) -> str:
    """Return the address with the figure in it, in whole where the browser tells its beginning."""
    if totals:
        joint = "&" if "?" in address else "?"
        address = f"{address}{joint}{_NAME}={_written(build, totals[0])}"
    base = (st.context.url or "").split("?", 1)[0].rsplit("/", 1)[0]
    return f"{base}/{address.removeprefix('./')}" if base else address
