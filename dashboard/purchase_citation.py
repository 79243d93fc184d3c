"""A purchase's citation and dispute, ready to copy; and what became of amounts that were cited."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard import change_words, cited, data
from dashboard import format as fmt
from dashboard.cited import Cited, Figure
from dashboard.citing import whole
from dashboard.data import Build, Measure, Row
from dashboard.evidence import shown_amount
from dashboard.foot import TO_FILL_IN
from dashboard.parts import Link, Part, Strong, address

# As many changes as a sentence holds; the page lists all of them.
_MOST = 3


@dataclass(frozen=True)
class OnePurchase:
    """The amounts of one purchase, as its citation cites them."""

    build: Build
    purchase_id: str

    def figure(self, build: Build, cited: Cited) -> Figure:
        """Return the amount that a build has for it, None where it has none."""
        purchase = find(build, self.purchase_id)
        amount = dict(_amounts(purchase)).get(cited.measure) if purchase else None
        return None if amount is None else (1, amount)

    def words(self, cited: Cited, figure: Figure) -> list[Part]:
        """Return the amount to the cent with what it means."""
        if figure is None:
            return [f"{cited.basis} {fmt.MISSING}"]
        return [Strong(f"{fmt.units(cited.currency)} {fmt.exact_money(figure[1])} {cited.basis}")]

    def because(self, moved: Sequence[Cited]) -> list[Part]:
        """Return what changed of it since then, the newest first."""
        rows = data.changes_of_purchase_since(
            self.build, self.purchase_id, moved[0].build_id, moved[0].as_of
        )
        said: list[Part] = ["Because, since then: "] if rows else []
        for row in rows[:_MOST]:
            what = f"{change_words.kind(row)}, {change_words.difference(row)}"
            said.append(f"{what} ({fmt.day(row['to_date'])}). {change_words.reason(row)} ")
        if len(rows) > _MOST:
            said += [f"{len(rows) - _MOST:,} more: ", Link("its history here", "#history"), "."]
        return said


def find(build: Build, purchase_id: str) -> Row | None:
    """Return a purchase as published, or as the whole ledger has it; None where neither does."""
    return data.purchase(build, purchase_id) or data.ledger_purchase(build, purchase_id)


def then(build: Build, purchase_id: str) -> None:
    """Say what the address claims was seen of a purchase, and what it comes to now."""
    cited.then(build, OnePurchase(build, purchase_id))


def citation(build: Build, purchase: Row, source: Row | None) -> str:
    """Return a citation that holds amounts, basis, period, as-of date, build and address."""
    about = data.about(build)
    period = (
        fmt.days(purchase["first_date"], purchase["last_date"])
        if purchase["first_date"]
        else "dates not in the record"
    )
    amounts = _amounts(purchase)
    ceiling = "".join(
        f", and could become {fmt.units(measure.currency)} {fmt.exact_money(amount)} "
        f"(ceiling: {fmt.BASIS_GLOSS['ceiling']})"
        for measure, amount in amounts
        if measure.basis == "ceiling" != purchase["basis"]
    )
    seen = cited.with_figures(
        _here(purchase), [cited.written(build, measure, 1, amount) for measure, amount in amounts]
    )
    return (
        f"{purchase['agency_name']}, {fmt.KIND_WORDS[purchase['record_kind']]} "
        f"{purchase['award_number'] or purchase['source_key']} to "
        f"{purchase['vendor_name_source'] or purchase['vendor_name']}: {_as_it_stands(purchase)} "
        f"{purchase['basis']} ({fmt.BASIS_GLOSS[purchase['basis']]}), {period}{ceiling}. "
        f"Source: {source['title'] if source else fmt.MISSING}, {purchase['source_url'] or ''}. "
        f"Found with whobuys, as of {fmt.day(about['as_of'])}, build {about['build_id']}: {seen}"
    )


def dispute(build: Build, purchase: Row) -> str:
    """Return a ready-made text for someone who thinks that this is wrong."""
    return (
        f"I dispute how whobuys shows the purchase "
        f"{purchase['award_number'] or purchase['source_key']} by {purchase['agency_name']} "
        f"from {purchase['vendor_name_source'] or purchase['vendor_name']}.\n"
        f"Shown as: {_shown_as(purchase)}, {_as_it_stands(purchase)} "
        f"{purchase['basis']}.\n"
        f"Address: {_here(purchase)} (build {data.about(build)['build_id']}).\n"
        f"{TO_FILL_IN}"
    )


def _amounts(purchase: Row) -> list[tuple[Measure, Decimal]]:
    """Return the amount as it stands, and the ceiling where the record has one."""
    amount, currency = shown_amount(purchase)
    kind = str(purchase["record_kind"])
    found = [(Measure(kind, str(purchase["basis"]), currency), amount)]
    if purchase["basis"] != "ceiling":
        found.append((Measure(kind, "ceiling"), purchase["ceiling_usd"]))
    return [(measure, amount) for measure, amount in found if amount is not None]


def _here(purchase: Row) -> str:
    """Return the address of this page, in whole where the browser tells it."""
    return whole(address("purchase", id=purchase["purchase_id"]))


def _as_it_stands(purchase: Row) -> str:
    """Return the amount to the cent: in dollars where they are known, else as recorded."""
    amount, currency = shown_amount(purchase)
    return f"{fmt.units(currency)} {fmt.exact_money(amount)}"


def _shown_as(purchase: Row) -> str:
    if purchase["status"] is None:
        return "not surveillance technology"
    technology = purchase["technology_name"] or purchase["technology"]
    return f"{technology}, {fmt.STATUS_WORDS[purchase['status']]}"
