"""How money, dates and words are written on screen. No database, no Streamlit, no HTML."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]*)?")

MISSING = "not in the record"
MINUS = "\u2212"

_NUMBER_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
# Each unit begins where the one below it would round up to it: $999,950,000 is a billion.
_UNITS = (
    (Decimal("999950000"), Decimal(1_000_000_000), " billion", Decimal("0.01")),
    (Decimal("999999.5"), Decimal(1_000_000), " million", Decimal("0.1")),
)
_SHORT_UNITS = (
    (Decimal("999950000"), Decimal(1_000_000_000), "bn", Decimal("0.01")),
    (Decimal("999500"), Decimal(1_000_000), "m", Decimal("0.1")),
    (Decimal("999.5"), Decimal(1_000), "k", Decimal(1)),
)

# Basis words are the record's own. The gloss is given once a page.
BASIS_GLOSS = {
    "obligated": "legally committed, not necessarily paid; after later reductions",
    "paid": "left the account",
    "committed": "the value of the contract or purchase order, not necessarily paid",
    "encumbered": "set aside for a purchase, not yet paid",
    "ceiling": "the most the contract could become",
}

KIND_WORDS = {
    "award": "federal award",
    "idv": "federal umbrella contract",
    "contract": "contract",
    "order": "purchase order",
    "payment": "payment",
    "grant": "grant",
    "subaward": "sub-award",
    "use": "report of use",
}


def the(place: str) -> str:
    """Return a place's name inside a sentence: the United States, the United Kingdom."""
    return f"the {place}" if place.startswith("United ") else place


def kinds(record_kind: str) -> str:
    """Return a kind of record as several are called."""
    return "reports of use" if record_kind == "use" else f"{KIND_WORDS[record_kind]}s"


STATUS_WORDS = {
    "confirmed": "read and accepted",
    "matched": "matched by rule",
    "possible": "possible, waits for a person",
    "rejected": "looked at and rejected",
}

# What happened to purchases between two publications, after their number.
CHANGE_WORDS = {
    "new purchase": "new",
    "amount changed": "with another amount",
    "ended": "ended",
    "extended": "extended",
    "grown": "grown past their ceiling at signing",
    "newly counted": "newly counted",
    "no longer counted": "no longer counted",
    "technology changed": "counted as another technology",
    "corrected by the publisher": "corrected by the publisher",
    "corrected by us": "corrected by us",
    "vanished": "gone from their source",
}

STRENGTHS = {
    1: "A decision: someone read the record and decided. It always wins.",
    2: "The vendor sells only one kind of surveillance technology.",
    3: "The record names a product, whoever the vendor is.",
    4: "The record uses a phrase that means the technology by itself.",
    5: "The vendor sells it among other things, and a word or product code supports it.",
    6: "Only a supporting word, a code or a mixed vendor: possible, never counted.",
}

FIELD_WORDS = {
    "vendor": "in the vendor's name",
    "parent vendor": "in the name of the vendor's parent",
    "description": "in the description",
    "product code": "in the product code",
    "industry code": "in the industry code",
    "parent contract": "in the parent contract",
    "reading": "in a reading of the record",
    "decision": "in a reading of the record",
}


_SIGNS = {"USD": "$", "GBP": "£", "CAD": "C$", "EUR": "€"}
_CURRENCIES = {
    "USD": "US dollars",
    "GBP": "pounds sterling",
    "CAD": "Canadian dollars",
    "EUR": "euros",
}


def units(currency: str) -> str:
    """Return in what an amount is, inside a sentence: `US dollars`, `pounds sterling`, `CHF`."""
    return _CURRENCIES.get(currency, currency)


def units_head(basis: str, currency: str) -> str:
    """Return what amounts are, over a column or a chart: `US dollars obligated`."""
    return f"{capital(units(currency))} {basis}"


def money(amount: Decimal | None, currency: str = "USD") -> str:
    """Return money as a sentence has it: `$7.1 million`, `£224,000`, `-$2.8 million`."""
    return MISSING if amount is None else _in_units(amount, _UNITS, currency)


def short_money(amount: Decimal, currency: str = "USD") -> str:
    """Return money as a chart labels it: `$7.1m`, `£224k`, `CHF 1.2m`."""
    return _in_units(amount, _SHORT_UNITS, currency)


def _in_units(
    amount: Decimal, units: tuple[tuple[Decimal, Decimal, str, Decimal], ...], currency: str
) -> str:
    sign = (MINUS if amount < 0 else "") + _SIGNS.get(currency, f"{currency} ")
    size = abs(amount)
    for begins, unit, word, step in units:
        if size >= begins:
            return f"{sign}{(size / unit).quantize(step, ROUND_HALF_UP):f}{word}"
    return f"{sign}{size.quantize(Decimal(1), ROUND_HALF_UP):,}"


def tiny_money(amount: Decimal) -> str:
    """Return money as the smallest charts label it: `74m`, `0.4m`, `61k`; nothing for nothing."""
    size = abs(amount)
    if not amount:
        return ""
    sign = MINUS if amount < 0 else ""
    if size < 99_500:  # noqa: PLR2004 - below, millions would be read as 0.1 or nothing
        return sign + _in_units(size, _SHORT_UNITS, "USD").removeprefix("$")
    step = Decimal(1) if size >= 10_000_000 else Decimal("0.1")  # noqa: PLR2004
    return f"{sign}{(size / 1_000_000).quantize(step, ROUND_HALF_UP)}m"


def table_money(amount: Decimal | None, currency: str = "USD") -> str:
    """Return money as a table has it, without cents: dollars bare `7,140,000`, others `£7,140`."""
    if amount is None:
        return MISSING
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    sign = "" if currency == "USD" else _SIGNS.get(currency, f"{currency} ")
    return f"{MINUS if whole < 0 else ''}{sign}{abs(whole):,}"


def exact_money(amount: Decimal | None) -> str:
    """Return an amount to the cent, as the purchase page has it: `7,140,000.00`."""
    if amount is None:
        return MISSING
    return f"{MINUS if amount < 0 else ''}{abs(amount):,.2f}"


def each(amount: Decimal, currency: str = "USD") -> str:
    """Return an amount for each resident, to the cent, with its sign: `$0.47`, `£1.20`."""
    sign = _SIGNS.get(currency, f"{currency} ")
    cents = abs(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{MINUS if amount < 0 else ''}{sign}{cents:,}"


def quoted_total(
    amount: Decimal | None, basis: str, period: str = "in this period", currency: str = "USD"
) -> str:
    """Return a total as a sentence has it; a negative one as money withdrawn."""
    if amount is not None and amount < 0:
        return f"{money(-amount, currency)} withdrawn {period}; earlier additions are not shown"
    return f"{money(amount, currency)} {basis}"


def day(value: date | None) -> str:
    """Return a date as `5 Sep 2025`."""
    return MISSING if value is None else f"{value.day} {value:%b %Y}"


def month(value: date | None) -> str:
    """Return a month as `September 2025`."""
    return MISSING if value is None else f"{value:%B %Y}"


def short_month(value: date | None) -> str:
    """Return a month as `Sep 2025`."""
    return MISSING if value is None else f"{value:%b %Y}"


def months(first: date | None, last: date | None) -> str:
    """Return a period as a sentence has it: `April 2013 to May 2014`, or one month."""
    return span(month(first), month(last))


def days(first: date | None, last: date | None) -> str:
    """Return a period to the day, or one day."""
    return span(day(first), day(last))


def span(first: str, last: str) -> str:
    """Return two ends joined, or the one that both are."""
    return first if first == last else f"{first} to {last}"


FEDERAL_YEAR_BEGINS = 10
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def fiscal_year_days(year: int, begins: int) -> tuple[date, date]:
    """Return the first and the last day of the fiscal year that ends in `year`.

    `begins` is the month (1 to 12) with which it begins: 10 for federal agencies.
    """
    first = date(year - (begins > 1), begins, 1)
    return first, date(first.year + 1, begins, 1) - timedelta(days=1)


def fiscal_year(
    year: int, last_covered: date | None = None, begins: Iterable[int] = (FEDERAL_YEAR_BEGINS,)
) -> str:
    """Return `FY2025`, or `FY2026 to 20 Aug` while the records stop short of the year's end.

    Where buyers have several calendars (`begins`), of the last of them to end.
    """
    days = [fiscal_year_days(year, month) for month in begins]
    begun, ends = min(first for first, _ in days), max(last for _, last in days)
    if last_covered is not None and begun <= last_covered < ends:
        return f"FY{year} to {last_covered.day} {last_covered:%b}"
    return f"FY{year}"


def fiscal_year_explained(year: int, begins: int = FEDERAL_YEAR_BEGINS) -> str:
    """Return a fiscal year as it is written on first mention: `FY2025 (Oct 2024 to Sep 2025)`."""
    first, last = fiscal_year_days(year, begins)
    return f"FY{year} ({first:%b %Y} to {last:%b %Y})"


def fiscal_years_run(begins: Iterable[int]) -> str:
    """Return how fiscal years run, of buyers whose years begin in these months."""
    months = list(begins)
    if len(months) != 1:
        return "Fiscal years are each buyer's own, named by the year in which they end."
    if months == [1]:
        return "Fiscal years are calendar years."
    return f"Fiscal years run from {_MONTHS[months[0] - 1]} to {_MONTHS[months[0] - 2]}."


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number of things: `three purchases`, `1 200 purchases` with a comma, `no files`."""
    word = one if number == 1 else (many or f"{one}s")
    digits = _NUMBER_WORDS[number] if 0 <= number < len(_NUMBER_WORDS) else f"{number:,}"
    return f"{digits} {word}"


def capital(text: str) -> str:
    """Return text with its first letter raised, the rest untouched."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Return text with its first letter lowered, unless the first word is all capitals."""
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]


def listed(names: Iterable[str], most: int = 0) -> str:
    """Return names as a sentence lists them: `a, b and c`, or `a, b and 7 more`."""
    words = list(names)
    if most and len(words) > most:
        words = [*words[:most], f"{len(words) - most:,} more"]
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def percent(part: Decimal | float, whole: Decimal | float) -> str:
    """Return a share as `37%`, `0.2%` below one, `less than 0.1%` below that."""
    share = float(part) / float(whole) * 100
    if 0 < share < 0.1:  # noqa: PLR2004
        return "less than 0.1%"
    return f"{share:.0f}%" if abs(share) >= 1 else f"{share:.1f}%"


def clip(text: str, most: int = 280) -> str:
    """Return text cut at a word near `most` characters, with an ellipsis where it was cut."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    return flat[:most].rsplit(" ", 1)[0] + " \u2026"


def size(number: int | None) -> str:
    """Return a number of bytes as `1.0 MB`."""
    if number is None:
        return MISSING
    return f"{number / 1_000_000:.1f} MB" if number >= 100_000 else f"{number / 1000:.0f} kB"  # noqa: PLR2004


def harmless(cell: object) -> object:
    """Return a spreadsheet cell that no spreadsheet takes for a formula.

    Excel and LibreOffice run text that begins with = + - @ (or a tab or line break before
    one of them), so such text gets an apostrophe. Numbers and dates pass unchanged, also numbers
    that are text: -12.50 stays an amount.
    """
    if isinstance(cell, str) and _NUMBER.fullmatch(cell):
        return cell
    if isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@"):
        return "'" + cell
    if isinstance(cell, str) and cell[:1] in ("\t", "\r", "\n"):
        return "'" + cell
    return cell


def status(value: str) -> str:
    """Return how sure we are, in the words of the screen."""
    return STATUS_WORDS[value]
