"""A purchase's amounts: each kind by itself, and what was added and withdrawn over the years."""

from collections.abc import Sequence
from decimal import Decimal

from dashboard import charts, evidence, picture, widgets
from dashboard import format as fmt
from dashboard.charts import Column, RankedBar
from dashboard.data import Build, Row, Rows
from dashboard.parts import Link, Parts
from dashboard.picture import Picture
from dashboard.widgets import Head


def show(build: Build, purchase: Row, transactions: Rows) -> None:
    """Show the amounts as bars and the running total by fiscal year, each with its table."""
    amount, currency = evidence.shown_amount(purchase)
    levels = _levels(purchase, amount, currency)
    years = _years(transactions)
    is_over_time = len(years) > 1
    if len(levels) < 2 and not is_over_time:  # noqa: PLR2004 - one bar compares nothing
        return
    basis = str(purchase["basis"])
    widgets.heading(
        "Amounts over time",
        "Different kinds of money, set beside one another and never added. "
        f"{fmt.capital(fmt.units(currency))}.",
        "amounts",
    )
    widgets.chart(
        charts.side_by_side(
            _running(years, basis, currency) if is_over_time else "",
            charts.ranked(
                levels, "Each amount by itself", "Amount", fmt.capital(fmt.units(currency))
            ),
        ),
        Picture(
            f"{purchase['agency_name']}: award {purchase['award_number'] or fmt.MISSING}",
            f"{fmt.capital(fmt.units(currency))}, different kinds of money, never added",
            picture.source_of(build, purchase),
            _file(build, purchase, levels, years if is_over_time else ()),
        ),
    )
    if is_over_time:
        _table(years, basis, currency)


def _levels(purchase: Row, amount: Decimal | None, currency: str) -> list[RankedBar]:
    basis = fmt.capital(str(purchase["basis"]))
    named: Sequence[tuple[str, Decimal | None, str]] = (
        (f"{basis} at signing", purchase["first_obligated_usd"], "change number 0"),
        (f"{basis} to date", amount, "the sum of the transactions here"),
        (f"{basis}, whole life", purchase["lifetime_usd"], "the publisher's total"),
        ("Ceiling at signing", purchase["first_ceiling_usd"], "the most it could become then"),
        ("Ceiling now", purchase["ceiling_usd"], "the most it could become"),
    )
    return [
        RankedBar(Link(name, "#transactions"), level, fmt.short_money(level, currency), note)
        for name, level, note in named
        if level is not None and level >= 0
    ]


def _file(build: Build, purchase: Row, levels: Sequence[RankedBar], years: Sequence[Row]) -> str:
    """Return the amounts to the cent as CSV: each level, then the total at each year's end."""
    _, currency = evidence.shown_amount(purchase)
    ends = (purchase["purchase_id"], currency, build.build_id)
    basis = fmt.capital(str(purchase["basis"]))
    return picture.table(
        ("what", "fiscal_year", "amount", "purchase_id", "currency", "build_id"),
        [
            *((level.name.text if isinstance(level.name, Link) else level.name, None, level.amount,
               *ends) for level in levels),
            *((f"{basis} in all, at the end of the year", row["year"], row["running"], *ends)
              for row in years),
        ],
    )  # fmt: skip


def _years(transactions: Rows) -> list[Row]:
    """Return for each fiscal year what was added and withdrawn, and the total at its end."""
    years: dict[int, Row] = {}
    running = Decimal(0)
    for row in transactions:
        # Records of the whole ledger that are not published have no fiscal year here.
        year, amount = row.get("fiscal_year"), row["shown_amount"]
        if year is None or amount is None:
            return []  # without years or amounts a running total would mislead
        running += amount
        found = years.setdefault(
            year, {"year": year, "added": Decimal(0), "withdrawn": Decimal(0), "n": 0}
        )
        found["added" if amount >= 0 else "withdrawn"] += amount
        found["n"] += 1
        found["running"] = running
    return list(years.values())


def _running(years: Sequence[Row], basis: str, currency: str) -> str:
    columns = [
        Column(f"\u2019{row['year'] % 100:02}", row["running"], fmt.tiny_money(row["running"]))
        for row in years
    ]
    said = ", ".join(f"FY{row['year']} {fmt.money(row['running'], currency)}" for row in years)
    title = f"{fmt.capital(basis)} in all, at the end of each fiscal year with a transaction"
    return charts.columns(columns, title, f"{title}: {said}.")


def _table(years: Sequence[Row], basis: str, currency: str) -> None:
    heads = [
        Head("Fiscal year", role="what"),
        Head("Transactions", is_number=True),
        Head("Added", is_number=True),
        Head("Withdrawn", is_number=True),
        Head("Running total", is_number=True, role="amount"),
    ]
    rows: list[list[Parts]] = [
        [
            f"FY{row['year']}",
            f"{row['n']:,}",
            fmt.exact_money(row["added"]),
            fmt.exact_money(row["withdrawn"]),
            fmt.exact_money(row["running"]),
        ]
        for row in years
    ]
    widgets.as_table(f"{fmt.units_head(basis, currency)} by fiscal year, to the cent", heads, rows)
