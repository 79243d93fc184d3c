"""What passed through resellers: whose products, which technology, how many, how much."""

from collections.abc import Sequence

from dashboard import controls, data, filters, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row, Rows, Selection
from dashboard.parts import Link, Part, Parts, Strong, address
from dashboard.widgets import Head

WHY: list[Part] = [
    (
        "Where the record names neither product nor maker, the seller stands for both, so more may "
        "have passed through resellers than is shown. "
    ),
]

_HEADS = {
    "vendor": Head("Sold by", role="what"),
    "maker": Head("Made by"),
    "technology": Head("Technology"),
}


def table(
    build: Build,
    rows: Rows,
    caption: str,
    measure: Measure,
    without: str = "",
    **kept: str | None,
) -> None:
    """Show who sold whose products; the number of purchases leads to their rows."""
    shown = [name for name in _HEADS if name != without]
    heads = [_HEADS[name] for name in shown]
    heads += [
        Head("Purchases", is_number=True),
        Head(fmt.units_head(measure.basis, measure.currency), is_number=True, role="amount"),
    ]
    if without == "vendor":
        heads[0] = Head("Made by", role="what")
    widgets.table(caption, heads, [_line(build, row, shown, kept) for row in rows])


def _line(build: Build, row: Row, shown: Sequence[str], kept: dict[str, str | None]) -> list[Parts]:
    pages = {"vendor": "vendor", "maker": "vendor", "technology": "technology"}
    keys = {"vendor": "vendor_id", "maker": "maker_id", "technology": "technology"}
    cells: list[Parts] = [
        Link(str(row[f"{name}_name"]), address(pages[name], id=row[keys[name]])) for name in shown
    ]
    number = f"{row['purchases']:,}"
    where = {
        facet: words
        for facet, options, key in (
            ("vendor", "vendors", row["vendor_id"]),
            ("maker", "makers", row["maker_id"]),
            ("technology", "technologies", row["technology"]),
        )
        if (words := filters.words_of(build, options, key))
    }
    rows = Link(
        number,
        address("explore", **{**kept, **where}),
        label=f"{number} purchases of {row['maker_name']} products from {row['vendor_name']}, "
        "in Explore",
    )
    return [*cells, rows, fmt.table_money(row["amount"])]


def answer(rows: Rows, measure: Measure) -> list[Part]:
    """Return how much passed through resellers, in a sentence."""
    if not rows:
        return ["In these records, no counted purchase names a maker other than the vendor."]
    sellers = len({row["vendor_id"] for row in rows})
    makers = len({row["maker_id"] for row in rows})
    amount = sum(row["amount"] for row in rows)
    number = sum(row["purchases"] for row in rows)
    return [
        "In these records, ",
        Strong(fmt.count(sellers, "company", "companies")),
        (
            f" sold products that {fmt.count(makers, 'other company', 'other companies')} "
            f"{'makes' if makers == 1 else 'make'}: "
        ),
        Strong(fmt.count(number, "counted purchase")),
        ", ",
        Strong(fmt.quoted_total(amount, measure.basis, currency=measure.currency)),
        ".",
    ]


def of_vendor(build: Build, whole: Selection, vendor: Row) -> None:
    """Show on a vendor's page what passed through it, and through whom its products went."""
    name, key = str(vendor["vendor_name"]), str(vendor["vendor_id"])
    totals = data.totals(build, whole)
    measure = totals[0].measure if totals else Measure()
    everything = data.resold(build, whole, measure)
    through = tuple(row for row in everything if row["vendor_id"] == key)
    made = tuple(row for row in everything if row["maker_id"] == key)
    if not through and not made:
        return
    widgets.heading(
        "Resellers",
        [
            f"{fmt.units_head(measure.basis, measure.currency)}. ",
            Link("Every reseller", address("resellers")),
        ],
        "resellers",
    )
    if through:
        table(build, through, f"Other makers' products sold by {name}", measure, without="vendor")
    if made:
        table(build, made, f"Products of {name} sold by others", measure, without="maker")


def switches(build: Build) -> tuple[Selection, Measure]:
    """Show the switches of the page of resellers; return what they say."""
    whole = controls.scope(build)
    return whole, controls.measure([total.measure for total in data.totals(build, whole)])
