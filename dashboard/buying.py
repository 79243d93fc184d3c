"""How a purchase was bought: competition, the contract it rides on, ceiling, offices, where."""

from collections.abc import Iterable
from decimal import Decimal

from dashboard import format as fmt
from dashboard.data import Row
from dashboard.parts import Link, Muted, Part, Parts, Quoted, address

# Codes of the kinds of contract, as the federal data dictionary has them.
_CONTRACT_KINDS = {
    "BOA": "basic ordering agreement",
    "BPA": "blanket purchase agreement",
    "FSS": "schedule",
    "GWAC": "governmentwide contract",
    "IDC": "indefinite contract",
}
_UNITED_STATES = "USA"


def facts(purchase: Row) -> list[tuple[str, Parts]]:
    """Return how a purchase was bought; what the record does not say is said to be missing."""
    return [
        ("Extent competed", _words(purchase["competition"])),
        ("How offers were asked for", _words(purchase["solicitation_procedures"])),
        ("Offers received", _words(purchase["offers_received"])),
        *_only_where_said(purchase),
        ("Reserved for", _words(purchase["set_aside"])),
        ("Ceiling at signing", _dollars(purchase["first_ceiling_usd"])),
        ("Ceiling now", _dollars(purchase["ceiling_usd"])),
        ("Ceiling added by amendments", growth(purchase)),
        ("Not yet obligated of the ceiling", left(purchase)),
        ("Contract vehicle", vehicle(purchase)),
        ("Buying office", _words(purchase["office_name"])),
        ("Paying office", _words(purchase["funding_office_name"])),
        ("Ends", _day(purchase["end_date"])),
        ("Could be prolonged to", _day(purchase["last_possible_end_date"])),
        *([("Last day to order under it", _day(purchase["ordering_end_date"]))]
          if purchase["record_kind"] == "idv" else []),
        ("Where the work is done", _text(where(purchase))),
    ]  # fmt: skip


def _only_where_said(purchase: Row) -> list[tuple[str, Parts]]:
    """Return reasons that a record has only where a purchase was not open to all."""
    asked = [
        ("Why it was not open to all", purchase["no_competition_reason"]),
        ("Why not offered to every holder of the contract", purchase["fair_opportunity_exception"]),
    ]
    return [(name, _words(words)) for name, words in asked if words]


def growth(purchase: Row) -> Parts:
    """Return how much the ceiling grew since signing, or that the record does not say."""
    grew, first = purchase["ceiling_growth_usd"], purchase["first_ceiling_usd"]
    if grew is None:
        return Muted("not applicable: the ceiling at signing or now is not in the record")
    if not grew:
        return "Nothing"
    share = f" ({_percent(grew, first)} of the ceiling at signing)" if first else ""
    return f"{fmt.exact_money(grew)}{share}" if grew > 0 else f"{fmt.exact_money(grew)} (lowered)"


def left(purchase: Row) -> Parts:
    """Return what the ceiling still leaves, set against the obligations of the whole life."""
    ceiling, spent = purchase["ceiling_usd"], purchase["lifetime_usd"]
    if ceiling is None or spent is None or purchase["record_kind"] == "idv":
        return Muted(fmt.MISSING)
    share = f" ({_percent(spent, ceiling)} obligated)" if ceiling > 0 else ""
    return f"{fmt.exact_money(ceiling - spent)}{share}"


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{(100 * part / whole).quantize(Decimal(1)):,}%"


def vehicle(purchase: Row) -> Parts:
    """Return the contract it was ordered under: in plain words where known, and as recorded."""
    number = purchase["parent_award_number"]
    if not number:
        is_alone = str(purchase["source_key"]).endswith("_-NONE-_-NONE-")
        return Muted("none: the key of the record names no other contract" if is_alone
                     else fmt.MISSING)  # fmt: skip
    parts: list[Part] = []
    if purchase["vehicle_name"]:
        parts.append(str(purchase["vehicle_name"]))
        if purchase["vehicle_confidence"] == "unverified":
            parts.append(Muted(" by its number, not checked"))
        parts.append(": ")
    reference = purchase["contract_ref"]
    parts.append(Link(str(number), address("purchase", id=reference)) if reference else str(number))
    kind = purchase["parent_award_type"]
    said = [purchase["parent_award_agency_name"], _CONTRACT_KINDS.get(str(kind), kind)]
    parts += [f", {words}" for words in said if words]
    return parts


def where(purchase: Row) -> str:
    """Return where the work is done: city, county and state, or the country."""
    country = purchase["work_country"]
    if country and country != _UNITED_STATES:
        return ", ".join(_present(purchase["work_city"], str(country)))
    county = purchase["work_county"]
    city = purchase["work_city"]
    return ", ".join(
        _present(
            str(city).title() if city else None,
            f"{str(county).title()} County" if county and county != city else None,
            purchase["work_state"],
        )
    )


def _present(*words: object) -> Iterable[str]:
    return [str(each) for each in words if each]


def _words(value: object) -> Parts:
    if value in (None, ""):
        return Muted(fmt.MISSING)
    return Quoted(value) if isinstance(value, str) else str(value)


def _text(words: str) -> Parts:
    return words or Muted(fmt.MISSING)


def _dollars(amount: Decimal | None) -> Parts:
    return Muted(fmt.MISSING) if amount is None else fmt.exact_money(amount)


def _day(value: object) -> Parts:
    return Muted(fmt.MISSING) if value is None else fmt.day(value)  # type: ignore[arg-type]
