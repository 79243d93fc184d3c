"""The selected purchases, as SQL: the one place where "which purchases" is said."""

from dashboard.data.terms import Selection

# The one place where "which purchases" is said. Every parameter is bound; an empty list means
# "any". IDVs carry only a ceiling and are purchases of nothing: they are shown, never summed.
#
# A purchase's money is its dollars where they are known, else its own currency (`money`); sums of
# it stay within one currency (`money_currency`), which a measure names.
_SELECTED = """
    selected as (
        select p.*, technology_name,
            case when p.amount_usd is null then coalesce(p.currency, 'USD') else 'USD' end
                as money_currency,
            case when p.currency = 'USD' then p.amount_usd else coalesce(p.amount_usd, p.amount)
                end as money
        from mart.purchase as p
        left join mart.technology as named using (technology)
        where list_contains($statuses::varchar[], p.status)
        and ($with_related or p.scope = 'strict')
        and (len($technologies::varchar[]) = 0
             or list_contains($technologies::varchar[], p.technology))
        and (len($agencies::varchar[]) = 0 or list_contains($agencies::varchar[], p.agency_id))
        and (len($vendors::varchar[]) = 0 or list_contains($vendors::varchar[], p.vendor_id))
        and (len($makers::varchar[]) = 0 or list_contains($makers::varchar[], p.maker_id))
        and (len($kinds::varchar[]) = 0 or list_contains($kinds::varchar[], p.record_kind))
        and (len($bases::varchar[]) = 0 or list_contains($bases::varchar[], p.basis))
        and (len($currencies::varchar[]) = 0
             or list_contains($currencies::varchar[], money_currency))
        and (len($forms::varchar[]) = 0 or list_contains($forms::varchar[], p.form))
        and (len($places::varchar[]) = 0 or list_contains($places::varchar[], p.place_id))
        and (len($types::varchar[]) = 0 or list_contains($types::varchar[], p.type))
        and (len($sources::varchar[]) = 0 or list_contains($sources::varchar[], p.source_id))
        and (len($competitions::varchar[]) = 0
             or list_contains($competitions::varchar[], p.competition))
        and (len($fundings::varchar[]) = 0
             or list_contains($fundings::varchar[], p.funding_kind))
        and (len($picked::varchar[]) = 0 or list_contains($picked::varchar[], p.purchase_id))
        and (len($flags::varchar[]) = 0 or p.purchase_id in (
            select purchase_id from mart.flag where list_contains($flags::varchar[], flag)))
        and ($least_amount::decimal(18, 2) is null or money >= $least_amount::decimal(18, 2))
        and ($most_amount::decimal(18, 2) is null or money <= $most_amount::decimal(18, 2))
        -- A purchase of no technology is none of those left out.
        and not list_contains($without_technologies::varchar[], coalesce(p.technology, ''))
        and not ($without_staffing and coalesce(p.form, '') = 'staffing')
        and not ($resold_only and coalesce(p.maker_id = p.vendor_id, p.maker_id is null))
        and (p.agency_id = $without_agency::varchar and p.vendor_id = $without_vendor::varchar
             and p.technology = $without_technology::varchar) is not true
        and (len($words::varchar[]) = 0 or len(list_filter(
            $words::varchar[],
            lambda word: not contains(upper(concat_ws(
                ' ', p.vendor_name, p.vendor_name_source, p.maker_name, p.agency_name,
                p.funding_agency_name, p.office_name, p.funding_office_name, p.description,
                p.what, technology_name,
                p.award_number, p.source_key
            )), word))) = 0)
        and (len($years::integer[]) = 0 or p.purchase_id in (
            select purchase_id from mart.transaction
            where list_contains($years::integer[], fiscal_year)))
    ),
    moved as (
        select purchase_id, fiscal_year, date,
            case when currency = 'USD' then amount_usd else coalesce(amount_usd, amount) end
                as money
        from mart.transaction
        where len($years::integer[]) = 0 or list_contains($years::integer[], fiscal_year)
    )
"""


def selected_sql(sql: str, **names: str) -> str:
    """Return SQL that begins with the selected purchases.

    `names` fill /*marks*/ with column names and orders of this module's own, never a reader's.
    """
    for mark, text in names.items():
        sql = sql.replace(f"/*{mark}*/", text)
    return f"with {_SELECTED} {sql}"


def parameters(selection: Selection) -> dict[str, object]:
    """Return what a selection binds in SQL that begins with the selected purchases."""
    agency, vendor, technology = selection.without or (None, None, None)
    return {
        "words": [word.upper() for word in selection.text.split()],
        "technologies": list(selection.technologies),
        "agencies": list(selection.agencies),
        "vendors": list(selection.vendors),
        "makers": list(selection.makers),
        "years": list(selection.years),
        "statuses": list(selection.statuses),
        "with_related": selection.with_related,
        "kinds": list(selection.kinds),
        "bases": list(selection.bases),
        "currencies": list(selection.currencies),
        "forms": list(selection.forms),
        "places": list(selection.places),
        "types": list(selection.types),
        "sources": list(selection.sources),
        "competitions": list(selection.competitions),
        "fundings": list(selection.fundings),
        "flags": list(selection.flags),
        "picked": list(selection.picked),
        "least_amount": selection.least_amount,
        "most_amount": selection.most_amount,
        "without_agency": agency,
        "without_vendor": vendor,
        "without_technology": technology,
        "without_technologies": list(selection.without_technologies),
        "without_staffing": selection.without_staffing,
        "resold_only": selection.resold_only,
    }
