"""Sums: in all, by year, by agency, vendor, maker and technology, and as a share."""

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from dashboard.data.opening import Build, Row, ask, ask_one
from dashboard.data.selected import parameters, selected_sql
from dashboard.data.terms import Bar, Measure, Programme, Selection, Total, YearAmount


@lru_cache(maxsize=2048)
def totals(build: Build, selection: Selection) -> tuple[Total, ...]:
    """Return a total for each record kind, basis and currency, the largest first.

    The amount is the sum of transactions. Purchases known only as lifetime totals have none:
    they are counted, and their money stands apart in `lifetime_amount`.
    """
    rows = ask(
        build,
        selected_sql(
            """,
            sums as (
                select purchase_id, sum(money) as money, min(date) as first_date,
                    max(date) as last_date, min(fiscal_year) as first_year,
                    max(fiscal_year) as last_year
                from moved group by purchase_id
            )
            select record_kind, basis, money_currency, count(*) as purchases,
                -- Who stands behind the sum; where nothing is summed, whoever there is.
                coalesce(nullif(count(distinct agency_id)
                    filter (amount_scope = 'window'), 0), count(distinct agency_id)) as agencies,
                count(distinct vendor_id) as vendors,
                coalesce(sum(sums.money), 0) as amount,
                min(sums.first_date) as first_date, max(sums.last_date) as last_date,
                min(sums.first_year) as first_year, max(sums.last_year) as last_year,
                count(*) filter (amount_scope = 'lifetime') as lifetime_purchases,
                coalesce(sum(coalesce(lifetime_usd, selected.money))
                    filter (amount_scope = 'lifetime'), 0) as lifetime_amount,
                count(*) filter (selected.money is null) as without_amount
            from selected left join sums using (purchase_id)
            where record_kind <> 'idv'
            group by record_kind, basis, money_currency
            -- Amounts of two currencies cannot be compared: dollars come first, if there are any.
            order by money_currency = 'USD' and coalesce(sum(sums.money), 0) <> 0 desc,
                abs(coalesce(sum(sums.money), 0)) desc, record_kind, basis, money_currency
            """
        ),
        **parameters(selection),
    )
    return tuple(
        Total(
            measure=Measure(row.pop("record_kind"), row.pop("basis"), row.pop("money_currency")),
            **row,
        )
        for row in rows
    )


def total(build: Build, selection: Selection, measure: Measure) -> Total:
    """Return the total of one measure; all zero when nothing is selected."""
    found = totals(build, selection.of(measure))
    zero = Decimal(0)
    return found[0] if found else Total(measure, 0, 0, 0, zero, None, None, None, None, 0, zero, 0)


@lru_cache(maxsize=2048)
def by_year(build: Build, selection: Selection, measure: Measure) -> tuple[YearAmount, ...]:
    """Return a sum for each fiscal year in which money moved, oldest first."""
    rows = ask(
        build,
        selected_sql(
            """
            select fiscal_year as year, sum(moved.money) as amount,
                coalesce(sum(moved.money) filter (moved.money > 0), 0) as added,
                coalesce(sum(moved.money) filter (moved.money < 0), 0) as reduced,
                count(distinct purchase_id) as purchases
            from selected join moved using (purchase_id)
            where moved.money is not null and fiscal_year is not null
            and record_kind <> 'idv'
            group by fiscal_year order by fiscal_year
            """
        ),
        **parameters(selection.of(measure)),
    )
    return tuple(YearAmount(**row) for row in rows)


_GROUPS = {
    "technology": ("technology", "technology_name"),
    "agency": ("agency_id", "agency_name"),
    "vendor": ("vendor_id", "vendor_name"),
    "maker": ("maker_id", "maker_name"),
    "office": ("upper(office_name)", "upper(office_name)"),
}


@lru_cache(maxsize=2048)
def by(
    build: Build, selection: Selection, measure: Measure, group: str, most: int = 1000
) -> tuple[Bar, ...]:
    """Return a sum for each technology, agency, vendor or maker, the largest first."""
    key, name = _GROUPS[group]
    rows = ask(
        build,
        selected_sql(
            """,
            sums as (
                select purchase_id, sum(money) as money from moved group by purchase_id
            )
            select /*key*/ as id, any_value(coalesce(/*name*/, /*key*/)) as name,
                coalesce(sum(sums.money), 0) as amount, count(*) as purchases,
                count(*) filter (amount_scope = 'lifetime') as lifetime_purchases
            from selected left join sums using (purchase_id)
            where /*key*/ is not null and record_kind <> 'idv'
            group by /*key*/
            order by amount desc, name
            limit $most
            """,
            key=key,
            name=name,
        ),
        most=most,
        **parameters(selection.of(measure)),
    )
    return tuple(Bar(**row, currency=measure.currency) for row in rows)


@lru_cache(maxsize=512)
def groups(build: Build, selection: Selection, measure: Measure, group: str) -> int:
    """Return how many technologies, agencies, vendors or makers the selected purchases have."""
    key, _ = _GROUPS[group]
    rows = ask(
        build,
        selected_sql(
            "select count(distinct /*key*/) as n from selected where record_kind <> 'idv'", key=key
        ),
        **parameters(selection.of(measure)),
    )
    return int(rows[0]["n"])


@lru_cache(maxsize=512)
def largest_programme(build: Build, selection: Selection, measure: Measure) -> Programme | None:
    """Return the largest single programme, or None where nothing positive is selected."""
    rows = ask(
        build,
        selected_sql(
            """,
            programmes as (
                select agency_id, vendor_id, technology, sum(moved.money) as amount,
                    count(distinct purchase_id) as purchases,
                    any_value(agency_name) as agency_name, any_value(vendor_name) as vendor_name,
                    any_value(coalesce(technology_name, technology)) as technology_name
                from selected join moved using (purchase_id)
                where record_kind <> 'idv'
                group by agency_id, vendor_id, technology
            )
            select *, (amount / nullif(sum(amount) over (), 0))::double as share
            from programmes order by amount desc, vendor_id limit 1
            """
        ),
        **parameters(replace(selection, without=None).of(measure)),
    )
    if not rows or rows[0]["amount"] is None or rows[0]["amount"] <= 0:
        return None
    return Programme(**rows[0])


@lru_cache(maxsize=512)
def share_of_all(
    build: Build, selection: Selection, measure: Measure, agency_id: str
) -> Row | None:
    """Return what part of an agency's spending was selected, in the years known for both.

    Only from complete sources, and only within the same source, basis and year (ruling 11);
    None where that is not given.
    """
    row = ask_one(
        build,
        selected_sql(
            """,
            whole as (
                select source_id, fiscal_year, sum(amount_usd) as whole_usd
                from mart.denominator
                join (select source_id from mart.source where is_complete) using (source_id)
                where agency_id = $agency_id and basis = $basis and record_kind = $record_kind
                group by source_id, fiscal_year
            ),
            part as (
                select t.source_id, t.fiscal_year, sum(t.amount_usd) as part_usd
                from selected join mart.transaction as t using (purchase_id)
                where selected.agency_id = $agency_id
                group by t.source_id, t.fiscal_year
            )
            select sum(coalesce(part_usd, 0)) as part_usd, sum(whole_usd) as whole_usd,
                min(fiscal_year) as first_year, max(fiscal_year) as last_year
            from whole left join part using (source_id, fiscal_year)
            """
        ),
        agency_id=agency_id,
        basis=measure.basis,
        record_kind=measure.record_kind,
        **parameters(selection.of(measure)),
    )
    if row is None or not row["whole_usd"] or not row["part_usd"]:
        return None
    return row


@lru_cache(maxsize=512)
def total_by_others(build: Build, made: Selection, measure: Measure) -> Total:
    """Return the total of a maker's products that other vendors sold."""
    return total(build, replace(made, resold_only=True), measure)
