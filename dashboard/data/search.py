"""Searching: among the names, forgiving of spelling, and in the whole ledger."""

from collections.abc import Iterable
from functools import lru_cache

from dashboard.data.known_names import NEAR, Name, every_name, likeness, plain
from dashboard.data.opening import Build, Rows, ask, columns_of
from dashboard.data.terms import Bar, Found

# How many of each kind a search gives: of names that have the words, and of the nearest.
_MOST, _MOST_NEAR = 6, 4
_LISTS = {
    "agency": "agencies", "vendor": "vendors", "technology": "technologies", "office": "offices",
    "place": "places",
}  # fmt: skip


@lru_cache(maxsize=512)
def find_names(build: Build, text: str) -> Found:
    """Return agencies, offices, vendors, places and technologies of that name, or the nearest.

    By every spelling: former and other names, and those that records have.
    """
    asked = plain(text)
    words = asked.split()
    having = [
        name
        for name in every_name(build)
        if all(word in name.words or word in name.beside for word in words)
    ]
    # ICE is first a name, and only then three letters of every office.
    having.sort(
        key=lambda name: (
            asked not in name.spellings,
            not name.spellings[0].startswith(asked),
            -name.bar.purchases,
            name.bar.name,
        )
    )
    found = _found(having, _MOST, is_near=False)
    if found != Found():
        return found
    near = [
        (max(likeness(asked, spelling) for spelling in name.spellings), name)
        for name in every_name(build)
    ]
    near = [each for each in near if each[0] > NEAR]
    near.sort(key=lambda each: (-each[0], each[1].bar.name))
    found = _found([name for _, name in near], _MOST_NEAR, is_near=True)
    return found if found != Found(is_near=True) else Found()


def _found(names: Iterable[Name], most: int, *, is_near: bool) -> Found:
    by_kind: dict[str, list[Bar]] = {}
    for name in names:
        by_kind.setdefault(name.kind, []).append(name.bar)
    return Found(
        **{plural: tuple(by_kind.get(kind, ())[:most]) for kind, plural in _LISTS.items()},
        is_near=is_near,
    )


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
