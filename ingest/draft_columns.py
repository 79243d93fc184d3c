"""Which column of a table that nobody has described holds what: guesses, each with its doubt."""

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from ingest.adapters.portal import Column
from ingest.classify_file import find_columns
from ingest.portal_address import Rows
from ingest.record_columns import plain
from ingest.spreadsheet import TableError

# By our column: what its name says in records of many governments, best first.
_PATTERNS: list[tuple[str, str]] = [
    ("vendor_code", r"(vendor|supplier|payee)_?(id|no|num|number|code)\b"),
    ("vendor_name_source", r"vendor|supplier|payee|contractor|merchant|recipient"),
    ("agency_code", r"(dep(artmen)?t|agency)_?(id|no|num|number|code|cd)\b"),
    ("agency_name_source", r"dep(artmen)?t|agency|bureau|buyer|organi[sz]ation|division"),
    ("modification_number", r"revision|modification|amendment_(no|number)"),
    ("fiscal_year", r"fiscal_year|^fy|budget_year|^year$"),
    ("last_possible_end_date", r"(final|last|max).*(end|expir)"),
    ("end_date", r"\bend|_end|expir|terminat"),
    ("start_date", r"start|begin|effective"),
    ("signed_date", r"(award|approv|sign|execut|contract)\w*_(date|dt)|date_(of_)?(award|approv)"),
    ("date", r"date|_dt\b|entered|period"),
    ("amount", r"amount|_amt|^amt|paid|total|value|price|cost|spend|expen[sd]"),
    ("competition", r"procurement_(type|method)|award_method|solicitation|sole_source|bid_type"),
    ("document_url", r"pdf|document_(link|url)|link|url"),
    ("contract_vehicle", r"cooperative|master_(agreement|contract)"),
    ("funding", r"\bfund|_fund|grant"),
    ("description", r"descr|purpose|object|commodity|category|title|item|scope|account"),
]
_NUMBER_OF = re.compile(r"(contract|purchase_order|po|agreement|award|order)_?(id|no|num|number)?$")
_PAID = re.compile(r"check|cheque|voucher|payment|paid|invoice|warrant|disburs")
_PRIVATE = re.compile(r"address|street|_zip|^zip|postal|phone|fax|e_?mail|contact|^city$|^state$")
_FEW = 0.98
_HALF = 0.5
_FEW_WORDS = 6
# So many columns are joined where several say what was bought, or who pays.
_JOINED = {"description": 3, "funding": 2}


@dataclass
class Guess:
    """What the columns seem to hold. `doubts` says of a key of the declaration why not surely."""

    columns: dict[str, str] = field(default_factory=dict)
    purchase_key: list[str] = field(default_factory=list)
    record_kind: str = "payment"
    amounts: str = "line"
    # Words that stand in the key's column in place of a number.
    no_contract: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    doubts: dict[str, str] = field(default_factory=dict)
    # Ours to theirs, as `whobuys classify` reads them.
    classify: dict[str, str] = field(default_factory=dict)


def guess(columns: tuple[Column, ...], rows: Rows, title: str) -> Guess:
    """Return the likely meaning of each column; raise TableError without vendor or description."""
    made = Guess()
    by_title = {column.title: column.name for column in columns}
    try:
        named = find_columns(list(by_title))
    except TableError:
        named = {}
    sure = {
        "agency": "agency_name_source",
        "vendor": "vendor_name_source",
        "description": "description",
        "amount": "amount",
    }
    filled = {c.name: sum(bool(row.get(c.name)) for row in rows) / len(rows) for c in columns}
    for ours, theirs in named.items():
        if ours in sure and filled[by_title[theirs]] > _HALF:
            made.columns[by_title[theirs]] = sure[ours]
    kinds = {column.name: _kind(column, rows) for column in columns}
    usual = tuple(column for column in columns if filled[column.name] > _HALF)
    _by_pattern(made, columns, kinds)
    _join(made, usual, kinds)
    _money(made, kinds)
    if not {"vendor_name_source", "description"} & set(made.columns.values()):
        shown = ", ".join(column.title for column in columns)
        raise TableError(
            f"No column of {title} looks like a vendor or like what was bought: {shown}. It is "
            f"probably no table of purchases."
        )
    _key(made, columns, rows, named.get("id") and by_title[named["id"]], title)
    _rest(made, columns)
    ours_to_theirs = {ours: theirs for theirs, ours in reversed(made.columns.items())}
    made.classify = {
        key: ours_to_theirs[ours] for key, ours in sure.items() if ours in ours_to_theirs
    }
    return made


def _by_pattern(made: Guess, columns: tuple[Column, ...], kinds: dict[str, str]) -> None:
    taken = set(made.columns.values())
    for ours, pattern in _PATTERNS:
        if ours in taken:
            continue
        for column in columns:
            name = plain(column.title)
            if column.name in made.columns or _PRIVATE.search(name):
                continue
            if not (re.search(pattern, name) or re.search(pattern, plain(column.name))):
                continue
            if not _fits(ours, kinds[column.name]) or (ours in _JOINED and name.endswith("code")):
                continue
            made.columns[column.name] = ours
            if ours in ("vendor_name_source", "agency_name_source", "description", "amount"):
                made.doubts[column.name] = "its name suggests it, no more"
            break


def _join(made: Guess, columns: tuple[Column, ...], kinds: dict[str, str]) -> None:
    """Add further columns of words to the description and to who pays."""
    for ours, most in _JOINED.items():
        pattern = next(pattern for name, pattern in _PATTERNS if name == ours)
        for column in columns:
            name = plain(column.title)
            if list(made.columns.values()).count(ours) == most:
                break
            is_code = name.endswith(("code", "_id", "number", "indicator"))
            if column.name in made.columns or is_code or _PRIVATE.search(name):
                continue
            if re.search(pattern, name) and kinds[column.name] == "text":
                made.columns[column.name] = ours


def _fits(ours: str, kind: str) -> bool:
    if ours == "amount":
        return kind == "number"
    if ours.endswith("date") or ours == "date":
        return kind == "date"
    if ours in ("vendor_name_source", "agency_name_source", "description"):
        return kind == "text"
    return True


def _money(made: Guess, kinds: dict[str, str]) -> None:
    """Doubt an amount beside which other numbers could be the amount as well."""
    chosen = next((theirs for theirs, ours in made.columns.items() if ours == "amount"), None)
    if chosen is None:
        return
    amount = next(pattern for ours, pattern in _PATTERNS if ours == "amount")
    others = [
        name
        for name, kind in kinds.items()
        if kind == "number" and name not in made.columns and re.search(amount, plain(name))
    ]
    if others:
        made.doubts[chosen] = f"the money could also be in {', '.join(others)}"


def _key(
    made: Guess, columns: tuple[Column, ...], rows: Rows, named: str | None, title: str
) -> None:
    """Choose kind of record, key, and what the amounts are."""
    words_of_all = plain(" ".join([title, *(column.title for column in columns)]))
    numbered = [c.name for c in columns if _NUMBER_OF.fullmatch(plain(c.title))]
    # A column named no more than ID numbers the rows.
    named = None if named and plain(named) in ("id", "objectid") else named
    number = named or next(iter(numbered), None)
    is_paid = bool(_PAID.search(words_of_all))
    if is_paid or number is None:
        made.record_kind = "payment"
        contract = [name for name in numbered if name not in made.columns]
        made.purchase_key = contract[:1]
        said = {v for row in rows for n in contract[:1] if (v := row.get(n))}
        words = sorted(value for value in said if not any(map(str.isdigit, value)))
        made.no_contract = words if len(words) < _FEW_WORDS else []
        made.doubts["record_kind"] = (
            "its columns speak of payments"
            if is_paid
            else "no column looks like the number of a contract"
        )
        return
    made.record_kind = "order" if "order" in plain(number) and "contract" not in words_of_all else (
        "contract"
    )  # fmt: skip
    made.purchase_key = [number]
    made.doubts["record_kind"] = f"judged by the column {number}"
    made.columns.pop(number, None)
    seen = Counter(row.get(number) for row in rows)
    is_unique = len(seen) >= _FEW * len(rows)
    made.amounts = "total" if is_unique else "line"
    made.doubts["amounts"] = (
        "each number stands once among the first rows"
        if is_unique
        else "a number stands on several rows: if these are changes, it is `delta`; if the newest "
        "is the value to date, `total`"
    )


def _rest(made: Guess, columns: tuple[Column, ...]) -> None:
    used = {*made.columns, *made.purchase_key}
    for column in columns:
        if column.name in used:
            continue
        private = _PRIVATE.search(plain(column.title)) or _PRIVATE.search(plain(column.name))
        (made.private if private else made.others).append(column.name)


def _kind(column: Column, rows: Rows) -> str:
    """Return text, number or date, by the portal's word or else by what the values look like."""
    values = [value.strip() for row in rows if (value := row.get(column.name)) and value.strip()]
    if column.kind in ("number", "date") or not values:
        return column.kind
    dates = sum(bool(_DATE.match(value)) for value in values)
    numbers = sum(_is_number(value) for value in values)
    if dates >= 0.9 * len(values):
        return "date"
    return "number" if numbers >= 0.9 * len(values) else "text"


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}-[A-Za-z]{3}-\d{2,4}")


def _is_number(value: str) -> bool:
    try:
        Decimal(re.sub(r"[$£€,\s()]", "", value))
    except InvalidOperation:
        return False
    return True


def fiscal_year_begins(made: Guess, rows: Rows) -> int | None:
    """Return the month in which fiscal years begin, where dates and years side by side show it."""
    ours = {ours: theirs for theirs, ours in made.columns.items()}
    day, year = ours.get("date") or ours.get("signed_date"), ours.get("fiscal_year")
    if not day or not year:
        return None
    months: dict[int, set[bool]] = {}
    for row in rows:
        moment = re.match(r"(\d{4})-(\d{2})", row.get(day) or "")
        named = re.fullmatch(r"(?:FY)?\s*(\d{4})(?:\.0)?", (row.get(year) or "").strip())
        if moment and named:
            is_next = int(named[1]) == int(moment[1]) + 1
            months.setdefault(int(moment[2]), set()).add(is_next)
    if any(len(said) > 1 for said in months.values()):
        return None
    nexts = sorted(month for month, said in months.items() if said == {True})
    befores = sorted(month for month, said in months.items() if said == {False})
    if not nexts:
        return 1 if len(befores) > 6 else None  # noqa: PLR2004
    together = all(b - a == 1 for a, b in pairwise(nexts))
    return nexts[0] if together and befores and befores[-1] == nexts[0] - 1 else None
