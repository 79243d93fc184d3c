"""The selected purchases: the one place where "which purchases" is said, as conditions in SQL.

A selection is a list of conditions that all hold. Questions in SQL write them into their `where`
(`ask_selected`); questions that are asked of every selection look each condition up once for a
build and put the answers together in memory (`dashboard.data.held`). Every value is bound.
"""

from dataclasses import dataclass
from typing import Any

from dashboard.data.opening import Build, Row, Rows, ask
from dashboard.data.terms import Selection


@dataclass(frozen=True)
class Condition:
    """One condition on a purchase `p`: its SQL, and what it binds.

    Where it says no more than that a column has one of some values, that some fiscal year or flag
    of the purchase is one of them, or that its words hold one, it says so a second time, for those
    who hold the purchases in memory.
    """

    sql: str
    values: tuple[tuple[str, object], ...] = ()
    column: str = ""
    "Which column (`years` and `flags` stand for theirs); empty where no column says it all."
    one_of: tuple[Any, ...] = ()
    word: str = ""

    @property
    def bound(self) -> dict[str, object]:
        """Return what it binds, as DuckDB wants it."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in self.values}


# Columns of which a selection names values; an empty list means "any".
_ONE_OF = {
    "technologies": "p.technology",
    "agencies": "p.agency_id",
    "vendors": "p.vendor_id",
    "makers": "p.maker_id",
    "kinds": "p.record_kind",
    "bases": "p.basis",
    "currencies": "p.money_currency",
    "forms": "p.form",
    "places": "p.place_id",
    "types": "p.type",
    "sources": "p.source_id",
    "competitions": "p.competition",
    "fundings": "p.funding_kind",
    "picked": "p.purchase_id",
}

# A purchase's money is its dollars where they are known, else its own currency (`money`); sums of
# it stay within one currency (`money_currency`), which a measure names.
PURCHASES = """(
    select purchase.*, purchase.rowid as place_in_table, technology_name,
        case when amount_usd is null then coalesce(currency, 'USD') else 'USD' end
            as money_currency,
        case when currency = 'USD' then amount_usd else coalesce(amount_usd, amount) end as money
    from mart.purchase left join mart.technology using (technology)
)"""

MOVED = """
    select purchase_id, fiscal_year, date,
        case when currency = 'USD' then amount_usd else coalesce(amount_usd, amount) end as money
    from mart.transaction
"""

# What the words of a selection are looked for in.
WORDS = """upper(concat_ws(
    ' ', p.vendor_name, p.vendor_name_source, p.maker_name, p.agency_name,
    p.funding_agency_name, p.office_name, p.funding_office_name, p.description, p.what,
    p.technology_name, p.award_number, p.source_key))"""


def conditions(selection: Selection) -> tuple[Condition, ...]:
    """Return what a purchase must be to be selected: all of it."""
    found = [_has("p.status", "statuses", selection.statuses)]
    if not selection.with_related:
        found.append(Condition("p.scope = 'strict'"))
    found += [
        _has(column, name, chosen)
        for name, column in _ONE_OF.items()
        if (chosen := getattr(selection, name))
    ]
    if selection.flags:
        found.append(
            Condition(
                "p.purchase_id in (select purchase_id from mart.flag "
                "where list_contains($flags::varchar[], flag))",
                (("flags", selection.flags),),
                column="flags",
                one_of=selection.flags,
            )
        )
    if selection.years:
        found.append(
            Condition(
                "p.purchase_id in (select purchase_id from mart.transaction "
                "where list_contains($years::integer[], fiscal_year))",
                (("years", selection.years),),
                column="years",
                one_of=selection.years,
            )
        )
    if selection.least_amount is not None:
        found.append(
            _one("p.money >= $least_amount::decimal(18, 2)", least_amount=selection.least_amount)
        )
    if selection.most_amount is not None:
        found.append(
            _one("p.money <= $most_amount::decimal(18, 2)", most_amount=selection.most_amount)
        )
    found += _left_out(selection)
    for number, word in enumerate(word.upper() for word in selection.text.split()):
        name = f"word_{number}"
        found.append(Condition(f"contains({WORDS}, ${name})", ((name, word),), word=word))
    return tuple(found)


def _has(column: str, name: str, values: tuple[str, ...]) -> Condition:
    """Return that a column has one of some values."""
    sql = f"list_contains(${name}::varchar[], {column})"
    return Condition(sql, ((name, values),), column, values)


def _left_out(selection: Selection) -> list[Condition]:
    found = []
    if selection.without_technologies:
        # A purchase of no technology is none of those left out.
        found.append(
            _one(
                "not list_contains($without_technologies::varchar[], coalesce(p.technology, ''))",
                without_technologies=selection.without_technologies,
            )
        )
    if selection.without_staffing:
        found.append(Condition("coalesce(p.form, '') <> 'staffing'"))
    if selection.resold_only:
        found.append(Condition("not coalesce(p.maker_id = p.vendor_id, p.maker_id is null)"))
    if selection.without:
        agency, vendor, technology = selection.without
        found.append(
            _one(
                "(p.agency_id = $without_agency::varchar and p.vendor_id = $without_vendor::varchar"
                " and p.technology = $without_technology::varchar) is not true",
                without_agency=agency,
                without_vendor=vendor,
                without_technology=technology,
            )
        )
    return found


def _one(sql: str, **values: object) -> Condition:
    return Condition(sql, tuple(values.items()))


def selected_sql(selection: Selection, sql: str, **marks: str) -> tuple[str, dict[str, object]]:
    """Return SQL that begins with the selected purchases, and what their conditions bind.

    It can read `selected`, the purchases with `money`, `money_currency`, `technology_name` and
    `place_in_table`, and `moved`, their transactions of the selected years. `marks` fill /*marks*/
    with column names and orders of this package's own, never a reader's.
    """
    for mark, text in marks.items():
        sql = sql.replace(f"/*{mark}*/", text)
    every = conditions(selection)
    where = " and ".join(each.sql for each in every)
    years = " and list_contains($years::integer[], fiscal_year)" if selection.years else ""
    bound = {name: value for each in every for name, value in each.bound.items()}
    text = f"""
    with selected as (select * from {PURCHASES} as p where {where}),
    moved as ({MOVED} where purchase_id in (select purchase_id from selected){years})
    {sql}"""
    return text, bound


def ask_selected(
    build: Build, selection: Selection, sql: str, marks: dict[str, str] | None = None,
    **parameters: object,
) -> Rows:  # fmt: skip
    """Return the rows of one query over the selected purchases: see `selected_sql`."""
    text, bound = selected_sql(selection, sql, **(marks or {}))
    return ask(build, text, **bound, **parameters)


def ask_selected_one(
    build: Build, selection: Selection, sql: str, **parameters: object
) -> Row | None:
    """Return the first row of one query over the selected purchases, or None."""
    rows = ask_selected(build, selection, sql, None, **parameters)
    return rows[0] if rows else None
