"""Searching: among the names, forgiving of spelling, and in the whole ledger."""

from functools import lru_cache

from dashboard.data.opening import Build, Rows, ask, columns_of
from dashboard.data.terms import Bar, Found


def _names(build: Build, sql: str, text: str) -> tuple[Bar, ...]:
    return tuple(Bar(**row) for row in ask(build, sql, text=text))


_NAME_SEARCHES = {
    "agencies": """
        with named as (
            select agency_id as id, agency_name as name,
                lower(concat_ws(' ', agency_name, abbreviation, parent_agency_name,
                    array_to_string(former_names, ' '),
                    array_to_string(other_names, ' '))) as words,
                list_concat([agency_name, abbreviation], other_names) as spellings
            from mart.agency
        )
        """,
    "offices": """
        with named as (
            select office_id as id, office_name || ', ' || agency_name as name,
                lower(concat_ws(' ', office_name, agency_name)) as words,
                [office_name] as spellings
            from mart.office
        )
        """,
    "vendors": """
        with named as (
            select vendor_id as id, vendor_name as name,
                lower(concat_ws(' ', vendor_name, array_to_string(names_in_records, ' '),
                    array_to_string(former_names, ' '))) as words,
                [vendor_name] as spellings
            from mart.vendor
        )
        """,
    "places": """
        with named as (
            select place_id as id, place_name as name, lower(place_name) as words,
                [place_name] as spellings
            from mart.place
        )
        """,
    "technologies": """
        with named as (
            select technology as id, technology_name as name, lower(technology_name) as words,
                [technology_name] as spellings
            from mart.technology
        )
        """,
}


_NAME_COUNTS = """,
    counted as (
        select *, coalesce(amount_usd, amount) as money,
            case when amount_usd is null then coalesce(currency, 'USD') else 'USD' end as unit
        from mart.purchase where is_counted and record_kind <> 'idv'
    ),
    counts as (
        select agency_id as id, money, record_kind, basis, unit from counted
        union all select place_id, money, record_kind, basis, unit from counted
        union all select vendor_id, money, record_kind, basis, unit from counted
        union all select technology, money, record_kind, basis, unit from counted
        union all
        select agency_id || ':' || upper(office_name), money, record_kind, basis, unit
        from counted where office_name is not null
        union all
        select maker_id, 0, record_kind, basis, unit from counted
        where maker_id is distinct from vendor_id
    ),
    -- Amounts of different kinds are never added: where there are several, none is given.
    summed as (
        select id, count(*) as purchases,
            case when count(distinct (record_kind, basis, unit)) = 1 then sum(money) end
                as amount,
            case when count(distinct (record_kind, basis, unit)) = 1 then any_value(basis) end
                as basis,
            any_value(unit) as unit
        from counts group by id
    )
    select id, name, coalesce(amount, 0) as amount, coalesce(purchases, 0) as purchases,
        coalesce(basis, '') as basis, coalesce(unit, 'USD') as currency
    from named left join summed using (id)
"""


_CONTAINING = """
    where len(list_filter(string_split(lower($text), ' '),
        lambda word: not contains(words, word))) = 0
    -- ICE is first a name, and only then three letters of every office.
    order by list_contains(list_transform(spellings, lambda spelling: lower(spelling)),
            lower($text)) desc,
        starts_with(lower(name), lower($text)) desc, purchases desc, name limit 6
"""


# 0.88 lets one or two slips of the fingers through ("Cleaview"), and not another name.
_NEAR = """
    where list_max(list_transform(spellings, lambda spelling:
        jaro_winkler_similarity(lower(spelling), lower($text)))) > 0.88
    order by list_max(list_transform(spellings, lambda spelling:
        jaro_winkler_similarity(lower(spelling), lower($text)))) desc, name limit 4
"""


@lru_cache(maxsize=512)
def find_names(build: Build, text: str) -> Found:
    """Return agencies, places, vendors and technologies of that name, or the nearest ones."""
    text = " ".join(text.split())
    for ending, is_near in ((_CONTAINING, False), (_NEAR, True)):
        lists = {
            kind: _names(build, start + _NAME_COUNTS + ending, text)
            for kind, start in _NAME_SEARCHES.items()
        }
        if any(lists.values()):
            return Found(**lists, is_near=is_near)
    return Found()


# Enough to know that the words are too common: the search stops there.
ENOUGH = 1000
# A purchase stands there once for each of its distinct words, so more rows than purchases.
_ROWS_ENOUGH = 4 * ENOUGH
_LEDGER_COLUMNS = {
    *("vendor_key", "agency_name", "description", "award_number"),
    *("amount_usd", "amount", "currency"),
}
_WHOLE_LEDGER = """
    with hits as materialized (
        select purchase_id, left(text, 300) as text
        from core.purchase_search
        -- The longest word first: it leaves few rows for the others.
        where contains(text, $longest)
        and (len($others::varchar[]) = 0
            or len(list_filter($others::varchar[], lambda word: not contains(text, word))) = 0)
        and purchase_id not in (select purchase_id from mart.purchase)
        limit $enough
    ),
    found as (select purchase_id, min(text) as text from hits group by purchase_id),
    rest as (
        select found.*, count(*) over () as in_all, (select count(*) from hits) as hits
        from found order by purchase_id limit $most
    )
    select purchase_id, text, in_all, hits/*more*/
    order by purchase_id
"""


@lru_cache(maxsize=256)
def find_in_whole_ledger(build: Build, text: str, most: int = 50) -> tuple[int, Rows]:
    """Search every purchase that was loaded, surveillance or not.

    Returns how many have all the words and are not in the surveillance tables (`ENOUGH` and one
    where there are more), and some of them.
    """
    words = sorted({word.upper() for word in text.split()}, key=len, reverse=True)
    if not words:
        return 0, ()
    known = columns_of(build).get("core.purchase", frozenset())
    more = (
        """, vendor_name, agency_name, description, award_number, amount_usd, amount, currency
        from rest left join core.purchase using (purchase_id)
        left join core.vendor_name using (vendor_key)"""
        if known >= _LEDGER_COLUMNS
        else " from rest"
    )
    rows = ask(
        build,
        _WHOLE_LEDGER.replace("/*more*/", more),
        others=words[1:],
        longest=words[0],
        enough=_ROWS_ENOUGH,
        most=most,
    )
    if not rows:
        return 0, ()
    is_cut = rows[0]["hits"] >= _ROWS_ENOUGH
    return (ENOUGH + 1 if is_cut else int(rows[0]["in_all"])), rows
