"""Which office of an agency bought: a short list, where the records name offices."""

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Selection
from dashboard.parts import Link, address
from dashboard.widgets import Head

_MOST = 15


def show(build: Build, chosen: Selection, measure: Measure, agency: str) -> None:
    """Show the offices that signed the chosen purchases, the largest sum first."""
    offices = data.by(build, chosen, measure, "office", _MOST)
    if not offices:
        return
    named = sum(office.purchases for office in offices)
    in_all = data.total(build, chosen, measure).purchases
    widgets.heading(
        "Which office bought",
        f"As the records name it: {named:,} of {in_all:,} purchases do. "
        f"{fmt.units_head(measure.basis, measure.currency)}.",
        "offices",
    )
    widgets.table(
        "Buying offices, the largest sum first",
        [
            Head("Office", role="what"),
            Head("Purchases", is_number=True),
            Head(fmt.capital(fmt.units(measure.currency)), is_number=True, role="amount"),
        ],
        [
            [
                Link(office.name, address("explore", agency=agency, q=office.name)),
                f"{office.purchases:,}",
                "lifetime totals"
                if office.purchases == office.lifetime_purchases
                else fmt.table_money(office.amount),
            ]
            for office in offices
        ],
    )
