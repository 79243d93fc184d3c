"""The parts of a purchase's page: what it says of itself, why it counts, how to cite it."""

from collections.abc import Sequence
from decimal import Decimal

from dashboard import format as fmt
from dashboard import funding, sentences, widgets
from dashboard.data import Row, Rows
from dashboard.parts import Break, Clipped, Code, Link, Muted, Part, Parts, Quoted, Strong, address
from dashboard.widgets import Head
from ingest.classify import WhyNot

_MANY = 60


def name(purchase: Row) -> str:
    """Return a purchase in a few words, for the browser's tab."""
    words = purchase["description"] or purchase["what"] or purchase["award_number"] or "Purchase"
    return fmt.clip(str(words), 60)


def title(purchase: Row) -> str:
    """Return the title: the record's words in quotation marks, or ours without."""
    if purchase["description"]:
        return f"\u201c{fmt.clip(str(purchase['description']), 140)}\u201d"
    if purchase["what"]:
        return fmt.capital(str(purchase["what"]))
    return f"Purchase {purchase['award_number'] or fmt.MISSING}"


def kicker(purchase: Row) -> str:
    """Return what kind of record this is, with its number."""
    kind = fmt.capital(fmt.KIND_WORDS[purchase["record_kind"]])
    return f"{kind} {purchase['award_number'] or ''}".strip()


def shown_amount(purchase: Row) -> tuple[Decimal | None, str]:
    """Return the amount and its currency: dollars where they are known, else as recorded."""
    if purchase["amount_usd"] is None and purchase["currency"] not in (None, "USD"):
        return purchase["amount"], purchase["currency"]
    return purchase["amount_usd"], "USD"


def answer(purchase: Row) -> list[Part]:
    """Return who bought what from whom, in a sentence."""
    amount, currency = shown_amount(purchase)
    basis = purchase["basis"]
    parts: list[Part] = [
        Link(str(purchase["agency_name"]), address("agency", id=purchase["agency_id"])),
    ]
    if amount is None:
        parts += [" bought this from "]
    elif amount < 0:
        parts += [
            " withdrew ",
            Strong(fmt.money(-amount, currency)),
            " in this period (earlier additions are not shown) from ",
        ]
    elif purchase["amount_scope"] == "lifetime":
        parts += [
            f" {basis} ",
            Strong(fmt.money(amount, currency)),
            " over the life of the record to ",
        ]
    else:
        parts += [f" {basis} ", Strong(fmt.money(amount, currency)), " to "]
    parts += sentences.sold_by(purchase)
    if purchase["first_date"]:
        parts.append(f", {fmt.months(purchase['first_date'], purchase['last_date'])}")
    parts.append(". ")
    if purchase["description"] and purchase["what"]:
        parts.append(f"In our words: {purchase['what']}. ")
    if purchase["status"] is None:
        parts.append("No rule found surveillance technology in it: it is in no total. ")
    if purchase["technology"]:
        counted = "We count it as " if purchase["is_counted"] else "We read it as "
        parts += [
            counted,
            Link(
                fmt.lower_first(str(purchase["technology_name"])),
                address("technology", id=purchase["technology"]),
            ),
            ". "
            if purchase["scope"] == "strict"
            else ", among the neighbouring goods that are not surveillance technology by our "
            "definition. ",
        ]
    return parts


def amounts(purchase: Row) -> list[tuple[str, Parts, Parts]]:
    """Return the amounts, each with what it means, to the cent."""
    basis = fmt.capital(str(purchase["basis"]))
    window = (
        f"{fmt.day(purchase['window_start'])} to {fmt.day(purchase['window_end'])}"
        if purchase["amount_scope"] == "window" and purchase["window_start"]
        else ""
    )
    # A long number beside words that are not numbers would be read as one of them.
    lifetime = purchase["amount_scope"] == "lifetime"
    first = (
        (f"{basis}, lifetime total", purchase["lifetime_usd"] or purchase["amount_usd"])
        if lifetime
        else (f"{basis} to date", shown_amount(purchase)[0])
    )
    units = fmt.units(shown_amount(purchase)[1])
    shown: list[tuple[str, Parts, Parts]] = [
        (first[0], _cents(first[1]), f"{units}{', ' + window if window else ''}"),
        (
            f"{basis} at signing",
            _cents(purchase["first_obligated_usd"]),
            "the first transaction, change number 0",
        ),
        (
            "Could become",
            _cents(purchase["ceiling_usd"]),
            "ceiling: the most the contract could become",
        ),
        ("Ends", _date(purchase["end_date"]), _prolonged(purchase)),
    ]
    if purchase["currency"] and purchase["currency"] != "USD":
        shown.insert(
            1, (f"{basis} in {purchase['currency']}", _cents(purchase["amount"]), "as recorded")
        )
    return shown


def _cents(amount: object) -> Part:
    return Muted(fmt.MISSING) if amount is None else fmt.exact_money(amount)  # type: ignore[arg-type]


def _date(value: object) -> Part:
    return Muted(fmt.MISSING) if value is None else fmt.day(value)  # type: ignore[arg-type]


def _prolonged(purchase: Row) -> str:
    last = purchase["last_possible_end_date"]
    return f"could be prolonged to {fmt.day(last)}" if last else "as the record has it"


def small_print(purchase: Row) -> list[Part]:
    """Return the basis in words, and what is not in these records."""
    basis = str(purchase["basis"])
    parts: list[Part] = [f"{fmt.capital(sentences.gloss(basis))}. "]
    if basis != "paid":
        parts.append("Payments are not in these records. ")
    if purchase["is_grouped"]:
        parts.append(
            "The record names no contract: these are all payments of one year to this vendor. "
        )
    if purchase["record_kind"] == "idv":
        parts.append("An umbrella contract buys nothing by itself, and is in no total. ")
    if purchase["source_url"]:
        parts.append(Link("The official record", str(purchase["source_url"]), is_outside=True))
    return parts


def show_reasons(purchase: Row, reasons: Rows) -> None:
    """Show why a purchase counts, what spoke against it, and who read it."""
    speaks_for = [row for row in reasons if row["speaks"] != "against"]
    against = [row for row in reasons if row["speaks"] == "against"]
    status = fmt.capital(fmt.STATUS_WORDS[purchase["status"]])
    widgets.text([Strong(f"{status}."), f" {_sure(purchase)}"])
    if speaks_for:
        widgets.table(
            "Reasons, strongest first",
            [
                Head("Reason", role="what"),
                Head("The record's words"),
                Head("Where they stand"),
                Head("How strong"),
            ],
            [_reason(row) for row in speaks_for],
        )
    facts: list[tuple[str, Parts]] = []
    if purchase["decision"]:
        facts.append(("Decision or reading", fmt.capital(str(purchase["decision"]))))
    spoke: list[Part] = []
    for row in against:
        spoke.append(fmt.capital(str(row["title"])))
        spoke += [": ", Quoted(str(row["quoted"])), Break()] if row["quoted"] else [Break()]
    said: Parts = spoke or fmt.capital(str(purchase["against"] or "Nothing"))
    facts.append(("Spoke against", said))
    widgets.facts(facts)


def _sure(purchase: Row) -> str:
    if purchase["is_counted"]:
        return "It is in the totals."
    if purchase["status"] == "rejected":
        return "It is in no total."
    if purchase["scope"] == "related":
        return "It is in totals only where neighbouring goods are counted too."
    return "It is in no total until someone has looked at it."


def _reason(row: Row) -> Sequence[Parts]:
    return [
        fmt.capital(str(row["title"])),
        Clipped(Quoted(fmt.clip(str(row["quoted"]))), str(row["quoted"])[:1000])
        if row["quoted"]
        else Muted("none quoted"),
        fmt.FIELD_WORDS.get(str(row["field"]), str(row["field"] or "")),
        fmt.STRENGTHS[int(row["strength"])],
    ]


def show_transactions(purchase: Row, transactions: Rows) -> None:
    """Show every transaction with the running total."""
    if not transactions:
        widgets.text(
            "Not in these records: this purchase is known only as a total over its life, so it "
            "is left out of figures by year."
            if purchase["amount_scope"] == "lifetime"
            else "None in these records."
        )
        return
    heads = [
        Head("Date", role="date"),
        Head("Change number"),
        Head(fmt.capital(fmt.units(shown_amount(purchase)[1])), is_number=True, role="amount"),
        Head("Running total", is_number=True),
        Head("The record's words", role="what"),
        Head("Row in the file", is_number=True),
    ]
    rows = [_transaction(row) for row in transactions]
    widgets.table("Transactions with the running total", heads, rows[:_MANY])
    if len(rows) > _MANY:
        widgets.folded(
            f"The other {len(rows) - _MANY:,} transactions", "Later transactions", heads,
            rows[_MANY:],
        )  # fmt: skip


def _transaction(row: Row) -> list[Parts]:
    words = str(row["description"] or "")
    return [
        fmt.day(row["date"]),
        str(row["modification_number"] or fmt.MISSING),
        fmt.exact_money(row["shown_amount"]),
        fmt.exact_money(row["running_amount"]),
        Clipped(Quoted(fmt.clip(words)), words[:2000]) if words else Muted(fmt.MISSING),
        f"{row['raw_row']:,}" if row["raw_row"] is not None else fmt.MISSING,
    ]


def record(purchase: Row) -> list[tuple[str, Parts]]:
    """Return everything else the record says; what it does not say is said to be missing."""

    def known(*names: str) -> Parts:
        words = [str(purchase[each]) for each in names if purchase[each] not in (None, "")]
        return ", ".join(words) if words else Muted(fmt.MISSING)

    return [
        ("Vendor, as recorded", known("vendor_name_source")),
        ("Its identifier (UEI)", known("vendor_uei")),
        ("Its parent, as recorded", known("vendor_parent_name_source", "vendor_parent_uei")),
        ("Buyer", known("agency_name", "parent_agency_name")),
        ("Funded by", known("funding_agency_name")),
        ("Signed", _date(purchase["signed_date"])),
        ("Starts", _date(purchase["start_date"])),
        ("Product code", known("psc", "psc_code")),
        ("Industry code", known("naics", "naics_code")),
        *funding.of_purchase(purchase),
        ("Changes after signing", known("modifications")),
    ]  # fmt: skip


def provenance(purchase: Row, source: Row | None) -> list[tuple[str, Parts]]:
    """Return the source, the raw file with its checksum, and the row."""
    return [
        (
            "Source",
            Link(str(source["title"]), "sources") if source else Muted(fmt.MISSING),
        ),
        (
            "Official record",
            Link(str(purchase["source_url"]), str(purchase["source_url"]), is_outside=True)
            if purchase["source_url"]
            else Muted(fmt.MISSING),
        ),
        (
            "Raw file",
            [str(purchase["raw_file"]), *([Muted(f", member {purchase['raw_member']}")]
                                          if purchase["raw_member"] else [])],
        ),
        ("Row in it", f"{purchase['raw_row']:,}" if purchase["raw_row"] is not None
         else Muted(fmt.MISSING)),
        ("Checksum (SHA-256)", Code(str(purchase["raw_sha256"]))),
        ("Fetched", fmt.day(source["fetched_at"]) if source and source["fetched_at"]
         else Muted(fmt.MISSING)),
        ("Official key", Code(str(purchase["source_key"]))),
    ]  # fmt: skip


def why_not(found: WhyNot | None) -> None:
    """Show what was looked for in a record, and what spoke against counting it."""
    if found is None:
        widgets.text("The rules could not be asked: this database holds no records to ask about.")
        return
    widgets.bullets([fmt.capital(sentence) for sentence in found.sentences])
