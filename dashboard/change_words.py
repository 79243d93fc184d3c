"""A change in words that a person can read aloud: what, whose, from what to what, and why."""

import re
from datetime import date
from decimal import Decimal

from dashboard import format as fmt
from dashboard.data import Row

KINDS = {
    "new purchase": "new",
    "amount changed": "amount changed",
    "ended": "ended",
    "extended": "extended",
    "grown": "may become larger",
    "newly counted": "newly counted",
    "no longer counted": "no longer counted",
    "technology changed": "technology changed",
    "corrected by the publisher": "corrected by the publisher",
    "corrected by us": "corrected by us",
    "vanished": "no longer in the source",
}
CAUSES = {
    "record": "The record changed.",
    "rules": "The record is the same; our rules or decisions changed.",
    "time": "A date passed.",
    "coverage": "Records that were not searched before.",
}


def kind(row: Row) -> str:
    """Return the kind of a change in a word or two."""
    return KINDS.get(str(row["kind"]), str(row["kind"]))


def headline(row: Row) -> str:
    """Return a change in one line: `New: Agency, Vendor, face recognition: $224,000 obligated`."""
    who = ", ".join(
        str(part)
        for part in (row["agency_name"], row["vendor_name"], _technology(row))
        if part is not None
    )
    return f"{fmt.capital(kind(row))}: {who}: {difference(row)}"


def difference(row: Row) -> str:
    """Return what is different, without whose it is."""
    before, after = row["before_amount"], row["after_amount"]
    basis = str(row["basis"] or "")
    match row["kind"]:
        case "new purchase":
            return amount(after, row["currency"], basis)
        case "amount changed" | "corrected by the publisher" if before != after:
            return (
                f"{amount(before, row['currency'])} before, "
                f"{amount(after, row['currency'], basis)} now"
            )
        case "grown":
            return (
                f"the most it could become was {amount(before, row['currency'])}, "
                f"is {amount(after, row['currency'])}"
            )
    return _values(row) or amount(after if after is not None else before, row["currency"], basis)


def _values(row: Row) -> str:
    """Return what stood there before and what stands there now; nothing where neither does."""
    if row["before"] and row["after"]:
        return f"{_told(row['before'])} before, {_told(row['after'])} now"
    if row["after"]:
        return _told(row["after"])
    return f"was {_told(row['before'])}" if row["before"] else ""


# Dates and amounts inside of a reason, as the build writes them.
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_AMOUNT = re.compile(r"(?<![\w.,-])-?\d+\.\d\d\b")


def plainly(text: str) -> str:
    """Return a reason with its dates and amounts as they are written here."""
    dated = _DATE.sub(lambda found: _told(found.group()), text)
    return _AMOUNT.sub(lambda found: fmt.exact_money(Decimal(found.group())), dated)


def reason(row: Row) -> str:
    """Return why it changed: the cause as a sentence, then the reason that is on record."""
    said = CAUSES.get(str(row["cause"]), "")
    because = plainly(fmt.capital(str(row["because"]).rstrip(".")) + ".") if row["because"] else ""
    return " ".join(part for part in (said, because) if part)


def amount(value: Decimal | None, currency: object, basis: str = "") -> str:
    """Return an amount with its basis; other currencies by their code."""
    if value is None:
        return fmt.MISSING
    words = fmt.money(value) if currency in (None, "USD") else f"{value:,.0f} {currency}"
    return f"{words} {basis}".strip()


def _technology(row: Row) -> str | None:
    name = row.get("technology_name") or row["technology"]
    return fmt.lower_first(str(name)) if name else None


def _told(text: object) -> str:
    """Return a value as words; a date as dates are written here."""
    try:
        return fmt.day(date.fromisoformat(str(text)))
    except ValueError:
        return str(text)
