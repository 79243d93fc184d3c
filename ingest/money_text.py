"""Amounts as publishers write them: text with currency signs, groups, brackets, minus behind."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

_CENT = Decimal("0.01")
# Arithmetic in binary leaves tails such as 1234.5600000000002, far below a cent.
_TAIL = Decimal("0.00001")
_SIGNS = re.compile(r"^(?:USD|US\$|GBP|CAD|EUR|C\$|[$£€])|(?:USD|GBP|CAD|EUR|[$£€])$")
# A bare dollar sign may be that of any country that has dollars.
_CURRENCIES = {
    "USD": "USD", "US$": "USD", "GBP": "GBP", "£": "GBP", "CAD": "CAD", "C$": "CAD",
    "EUR": "EUR", "€": "EUR",
}  # fmt: skip
_WRITTEN = re.compile("USD|US\\$|GBP|CAD|EUR|C\\$|[£€]")


@cache
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    groups = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|" if thousands else ""
    return re.compile(rf"(?:(?P<whole>{groups}\d+))?(?:{re.escape(decimal)}(?P<part>\d*))?")


def amount(text: str, decimal: str = ".", thousands: str = ",") -> Decimal | None:
    """Return an amount to the cent, or None for what is no amount or has fractions of a cent.

    Understands `$1,234.50`, `(1,234.50)`, `1,234.50-`, `-$5`, `.5`; never scientific notation,
    of which a spreadsheet has cut the last digits.
    """
    rest = text.strip().replace("\u00a0", " ").replace("\u2212", "-")
    sign = 1
    if rest.startswith("(") and rest.endswith(")"):
        sign, rest = -1, rest[1:-1].strip()
    minus = 0
    for _ in range(2):
        rest = _SIGNS.sub("", rest).strip()
        if rest.startswith(("-", "+")):
            minus += rest[0] == "-"
            rest = rest[1:].strip()
        elif rest.endswith("-"):
            minus, rest = minus + 1, rest[:-1].strip()
    found = _pattern(decimal, thousands).fullmatch(rest)
    if not found or not (found["whole"] or found["part"]) or minus + (sign < 0) > 1:
        return None
    whole = re.sub(r"\D", "", found["whole"] or "0")
    exact = Decimal(f"{whole}.{found['part'] or '0'}")
    rounded = exact.quantize(_CENT, ROUND_HALF_EVEN)
    if abs(exact - rounded) > _TAIL or len(whole.lstrip("0")) > 16:  # noqa: PLR2004  DECIMAL(18,2)
        return None
    return -rounded if minus + (sign < 0) else rounded


def currency(text: str) -> str | None:
    """Return the ISO code of the currency that an amount is written in, None where it is not."""
    found = _WRITTEN.search(text)
    return _CURRENCIES[found[0]] if found else None
