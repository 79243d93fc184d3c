"""Tables of grants and sub-awards: shown beside purchases, never added to them."""

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, GrantSelection, Row, Rows
from dashboard.parts import Clipped, Link, Muted, Part, Parts, Quoted, address
from dashboard.widgets import Head

GRANTS_BASIS = (
    "Obligated: legally committed to the recipient, not necessarily paid. A grant is no purchase: "
    "what was bought with it stands in the recipient's own books, so these sums are in no other "
    "total here. "
)
SUBAWARDS_BASIS = (
    "What the prime contractor reports to have agreed with others. It is part of the purchase's "
    "money and never added to it; nobody checks the amounts, and many are not reported. "
)
_MOST = 50


def grants_of(build: Build, agency_id: str) -> None:
    """Say which grants an agency gives, where it gives any, and lead to them."""
    if not data.has_grants(build):
        return
    total = data.grants_total(build, GrantSelection(agency=agency_id))
    if total["grants"]:
        widgets.heading("Grants it gives", anchor="grants")
        widgets.text(
            [
                "Beside its purchases, and in none of the sums above: ",
                Link(fmt.count(total["grants"], "grant"), address("grants", agency=agency_id)),
                (
                    f" to states, counties and cities, {fmt.money(total['amount_usd'])} obligated, "
                    f"{fmt.months(total['first_date'], total['last_date'])}."
                ),
            ]
        )


def grants_table(rows: Rows, caption: str) -> None:
    """Show grants, one a line; the first words lead to the official record."""
    widgets.table(
        caption,
        [
            Head("Last change", role="date"),
            Head("What for", role="what"),
            Head("Recipient"),
            Head("State"),
            Head("Programme"),
            Head("Technology in its words"),
            Head("US dollars obligated", is_number=True, role="amount"),
        ],
        [_grant(row) for row in rows],
    )


def _grant(row: Row) -> list[Parts]:
    return [
        fmt.day(row["last_date"]),
        _record(row, row["description"]),
        str(row["recipient_name"] or fmt.MISSING),
        str(row["recipient_state"] or fmt.MISSING),
        f"{row['listing']} {row['listing_title'] or ''}".strip().title(),
        _technology(row),
        fmt.table_money(row["amount_usd"]),
    ]


def _record(row: Row, words: object) -> Parts:
    text = str(words or "")
    shown = f"\u201c{fmt.clip(text, 160)}\u201d" if text else fmt.MISSING
    if not row["source_url"]:
        return Clipped(shown, text)
    return Clipped(Link(shown, str(row["source_url"]), is_outside=True), text)


def _technology(row: Row) -> Parts:
    if not row["technology"]:
        return Muted("none found")
    parts: list[Part] = [
        Link(
            str(row["technology_name"] or row["technology"]),
            address("technology", id=row["technology"]),
        )
    ]
    if row["status"] != "matched":
        parts.append(Muted(f" ({fmt.STATUS_WORDS[row['status']].split(',')[0]})"))
    if row["evidence"]:
        parts += [" ", Quoted(fmt.clip(str(row["evidence"]), 60))]
    return parts


def subawards_table(rows: Rows, caption: str, *, names_prime: bool = False) -> None:
    """Show sub-awards, one a line; `names_prime` says under which purchase and whose."""
    heads = [
        Head("Date", role="date"),
        Head("What for", role="what"),
        Head("Prime contractor" if names_prime else "Paid to"),
        *([Head("Agency")] if names_prime else []),
        Head("Technology in its words"),
        Head("US dollars, as reported", is_number=True, role="amount"),
    ]
    lines = [_subaward(row, names_prime=names_prime) for row in rows]
    widgets.table(caption, heads, lines[:_MOST])
    if len(lines) > _MOST:
        widgets.folded(f"The other {len(lines) - _MOST:,}", caption, heads, lines[_MOST:])


def _subaward(row: Row, *, names_prime: bool) -> list[Parts]:
    words = str(row["description"] or "")
    said: Parts = Clipped(Quoted(fmt.clip(words, 160)), words) if words else Muted(fmt.MISSING)
    whom: Parts = str(row["vendor_name"] or row["vendor_name_source"] or fmt.MISSING)
    if names_prime:
        whom = str(row["prime_vendor_name_source"] or fmt.MISSING)
        if row["has_purchase"]:
            whom = Link(whom, address("purchase", id=row["purchase_id"]))
    return [
        fmt.day(row["date"]),
        said,
        whom,
        *([str(row["agency_name"] or fmt.MISSING)] if names_prime else []),
        _technology(row),
        fmt.table_money(row["amount_usd"]),
    ]


def sums_table(rows: Rows, caption: str, head: str) -> str:
    """Return a table of counts and sums of grants."""
    return widgets.table_html(
        caption,
        [
            Head(head, role="what"),
            Head("Grants", is_number=True),
            Head("US dollars obligated", is_number=True, role="amount"),
        ],
        [[_name(row, head), f"{row['grants']:,}", fmt.table_money(row["amount_usd"])]
         for row in rows],
    )  # fmt: skip


def _name(row: Row, head: str) -> str:
    name = str(row["name"] or row["id"])
    if head == "Fiscal year":
        return f"FY{name}"
    return name.title() if head == "Programme" and name.isupper() else name
