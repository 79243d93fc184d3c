"""The parts of the editor's page: what waits, and one record with its neighbours."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from dashboard import data, evidence, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows, Waiting
from dashboard.parts import Clipped, Link, Muted, Part, Parts, Quoted, Strong, address
from dashboard.widgets import Head
from ingest.decisions import decisions_made

_SHOWN = 40


def answer(build: Build, again: Rows, made: int) -> list[Part]:
    """Return what waits, in a sentence."""
    waits = data.waiting(build)
    number = sum(each.purchases for each in waits)
    parts: list[Part] = []
    if again:
        parts += [
            Strong(fmt.capital(fmt.count(len(again), "decision"))),
            " must be looked at again: the record has changed. ",
        ]
    parts += [
        Strong(fmt.capital(fmt.count(number, "doubtful purchase"))),
        f" {'waits' if number == 1 else 'wait'} for a person, with ",
        *_sums(waits),
        ". ",
    ]
    if made:
        parts.append(
            f"{fmt.capital(fmt.count(made, 'decision'))} "
            f"{'stands' if made == 1 else 'stand'} in the file."
        )
    return parts


def _sums(waits: Sequence[Waiting]) -> list[Part]:
    """Return each currency by itself; they are never added."""
    said: list[Part] = []
    for number, each in enumerate(waits):
        said += [" and " if number else "", Strong(fmt.money(each.amount, each.currency))]
    return said or [Strong(fmt.money(Decimal(0)))]


Columns = Sequence[tuple[Head, Callable[[Row], Parts]]]


def _table(caption: str, rows: Sequence[Row], columns: Columns) -> None:
    """Show purchases of each currency apart, with a link to decide on it, and the amount last."""
    for currency in dict.fromkeys(evidence.shown_amount(row)[1] for row in rows):
        units = fmt.units(currency)
        widgets.table(
            caption if currency == "USD" else f"{caption}, in {units}",
            [
                Head("What", role="what"),
                *(head for head, _ in columns),
                Head(fmt.capital(units), is_number=True, role="amount"),
            ],
            [
                [_opens(row), *(cell(row) for _, cell in columns), fmt.table_money(amount)]
                for row in rows
                for amount, unit in (evidence.shown_amount(row),)
                if unit == currency
            ],
        )


def show_again(rows: Rows) -> None:
    """Show the decisions whose record has changed beneath them."""
    widgets.heading(
        "To look at again",
        "They stay in force until someone has looked. Deciding anew writes what the record says "
        "now.",
        "again",
    )
    _table(
        "Decisions whose record has changed, the largest first",
        rows[:_SHOWN],
        [(Head("What has changed"), lambda row: str(row["message"]))],
    )


def show_queue(rows: Rows, decided: frozenset[str]) -> None:
    """Show doubtful purchases, those whose decision moves most money first."""
    left = [row for row in rows if row["purchase_id"] not in decided]
    columns: list[tuple[Head, Callable[[Row], Parts]]] = [
        (Head("From whom"), lambda row: str(row["vendor_name"] or fmt.MISSING)),
        (Head("Perhaps"), lambda row: str(row["technology_name"] or fmt.MISSING)),
    ]
    if any(row["likeness"] is not None for row in left):
        columns.append((Head("Like known ones", is_number=True), _likeness))
    widgets.heading("The queue", "Money times doubt: the first ones move the totals most.", "queue")
    _table("Doubtful purchases, the weightiest first", _first(left), columns)


def _first(rows: Sequence[Row]) -> list[Row]:
    """Return the first rows of each currency."""
    shown: list[Row] = []
    for currency in dict.fromkeys(evidence.shown_amount(row)[1] for row in rows):
        shown += [row for row in rows if evidence.shown_amount(row)[1] == currency][:_SHOWN]
    return shown


def _likeness(row: Row) -> Part:
    return Muted("not known") if row["likeness"] is None else f"{row['likeness']:.0%}"


def _opens(row: Row) -> Parts:
    said = sentences.bought(row)
    words = said if isinstance(said, str) else getattr(said, "text", "")
    return Clipped(Link(words, address("decide", id=row["purchase_id"])), whole=words)


def show_record(build: Build, purchase: Row) -> None:
    """Show what is known of the purchase, why it is here, and its vendor's other purchases."""
    widgets.heading(evidence.title(purchase), evidence.kicker(purchase), "record")
    widgets.answer(evidence.answer(purchase))
    widgets.downloads(
        Link("The whole purchase", address("purchase", id=purchase["purchase_id"])),
        Link("The official record", str(purchase["source_url"]), is_outside=True)
        if purchase["source_url"]
        else Muted(fmt.MISSING),
    )
    evidence.show_reasons(purchase, data.evidence_of(build, purchase["purchase_id"]))
    texts = [text for text in data.ledger_texts(build, purchase["purchase_id"]) if text]
    if len(texts) > 1:
        widgets.folded(
            f"All {len(texts)} descriptions in its transactions",
            "Descriptions",
            [Head("The record's words", role="what")],
            [[Quoted(text[:1000])] for text in texts],
        )
    others = data.neighbours(build, purchase["purchase_id"], purchase["vendor_id"])
    if others:
        widgets.subheading(f"Other purchases from {purchase['vendor_name']}")
        _table(
            "The same vendor's purchases, decided ones first",
            others,
            [
                (Head("Technology"), lambda row: str(row["technology_name"] or fmt.MISSING)),
                (
                    Head("How sure"),
                    lambda row: fmt.capital(fmt.STATUS_WORDS[row["status"]].split(",")[0]),
                ),
            ],
        )


def decided() -> frozenset[str]:
    """Return the purchases decided in the editor's own file, built in or not."""
    return frozenset(decisions_made())


def waiting_note(purchase_id: str) -> None:
    """Say that a decision on this purchase is already in the file."""
    known = decisions_made().get(purchase_id)
    if known:
        widgets.notice(
            f"Decided {fmt.day(known.decided_date)}: {known.decision}, {known.reason} A new "
            "decision takes its place."
        )
