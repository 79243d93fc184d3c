"""Who pays: the funds that records name, and the master contracts that purchases ride on."""

from dataclasses import replace
from decimal import Decimal

from dashboard import charts, data, picture, sentences, widgets
from dashboard import format as fmt
from dashboard.charts import RankedBar
from dashboard.data import Build, Measure, Row, Selection
from dashboard.parts import Muted, Part, Parts, Quoted
from dashboard.picture import Picture
from dashboard.widgets import Head

_NO_KIND = "other or not told by its name"


def show(build: Build, chosen: Selection, measure: Measure) -> None:
    """Show the kinds of funds behind the chosen purchases, with the record's words.

    Nothing stands there where no record names a fund or a master contract.
    """
    funds = data.funding(build, chosen, measure)
    under = data.vehicles(build, chosen, measure)
    if not funds and not under:
        return
    in_all = data.total(build, chosen, measure).purchases
    named = sum(row["purchases"] for row in funds)
    widgets.heading(
        "Who pays, and under whose contract",
        f"Funds and contracts as the records name them: {named:,} of {in_all:,} purchases name a "
        f"fund. What kind of fund it is, we read from its name.",
        "funding",
    )
    for currency in dict.fromkeys(str(row["currency"]) for row in funds):
        _bars(build, chosen, [row for row in funds if row["currency"] == currency], measure)
    if funds:
        widgets.bullets([_words(row) for row in funds])
    if under:
        widgets.table(
            "Master and cooperative contracts, the most used first",
            [
                Head("Contract, as recorded", role="what"),
                Head("Purchases", is_number=True),
                Head("Amount", is_number=True, role="amount"),
                Head("Currency"),
            ],
            [
                [
                    Quoted(fmt.clip(str(row["contract_vehicle"]), 90)),
                    f"{row['purchases']:,}",
                    fmt.table_money(row["amount"]),
                    str(row["currency"]),
                ]
                for row in under
            ],
        )


def _bars(build: Build, chosen: Selection, rows: list[Row], measure: Measure) -> None:
    currency = str(rows[0]["currency"])
    unit = fmt.units_head(measure.basis, currency)
    bars = [
        RankedBar(
            fmt.capital(str(row["funding_kind"] or _NO_KIND)),
            row["amount"] or Decimal(0),
            amount_in(row["amount"], currency),
            f"{row['purchases']:,}",
        )
        for row in rows
    ]
    widgets.chart(
        charts.side_by_side(charts.ranked(bars, "Funds", "Fund", unit)),
        Picture(
            "Surveillance technology, by the fund that pays",
            f"{unit}, {sentences.period(data.total(build, chosen, measure))}, where a record names "
            "a fund, and the number of purchases",
            picture.source(build, [chosen], measure, "What kind of fund it is, we read from its "
                           "name."),
            picture.figures(
                build,
                replace(measure, currency=currency),
                ("kind_of_fund", "amount", "purchases", "names_in_the_records"),
                ((row["funding_kind"] or _NO_KIND, row["amount"], row["purchases"],
                  list(row["words"])) for row in rows),
            ),
        ),
    )  # fmt: skip


def amount_in(amount: Decimal | None, currency: str) -> str:
    """Return an amount in its own currency: `$1.2m`, `£3k`."""
    if amount is None:
        return fmt.MISSING
    return fmt.short_money(amount, currency)


def _words(row: Row) -> Parts:
    parts: list[Part] = [f"{fmt.capital(str(row['funding_kind'] or _NO_KIND))}: "]
    for place, words in enumerate(row["words"]):
        parts += ["; " if place else "", Quoted(fmt.clip(str(words), 160))]
    return parts


def of_purchase(purchase: Row) -> list[tuple[str, Parts]]:
    """Return who pays for one purchase: the kind of fund, and its name in the record's words."""
    words, kind = purchase["funding"], purchase.get("funding_kind")
    if not words:
        return [("Source of funds", Muted(fmt.MISSING))]
    said: list[Part] = [f"{fmt.capital(str(kind))}: "] if kind else []
    return [("Source of funds", [*said, Quoted(str(words))])]
