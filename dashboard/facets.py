"""The parts of the Explore page: its controls, counts per filter value, pages and downloads."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import streamlit as st

from dashboard import controls as switches
from dashboard import data, filters, foot, paging, widgets
from dashboard import format as fmt
from dashboard.data import Build, Selection
from dashboard.filters import FILTERS
from dashboard.paging import Paged
from dashboard.parts import Clipped, Link, Parts, address
from dashboard.parts import query as in_address
from dashboard.widgets import Head

PAGE_SIZE = 50
ROWS = "rows"
"The anchor of the rows, where a reader who turns the page goes on."
_SHOWN_PER_FACET = 8
# Filters with a single value in the whole build say nothing and are not offered.
_ALWAYS = ("technologies", "agencies", "vendors", "years", "statuses")
# Filters that most readers need; the others stand folded beneath them.
_FIRST = ("technologies", "places", "agencies", "vendors", "makers", "years", "statuses")
_AMOUNTS = {"least": "At least, {units}", "most": "At most"}

Query = dict[str, list[str]]


def search() -> list[str]:
    """Show the search box; return its words."""
    text = st.text_input(
        "Words in the record: vendor, product, agency, award number",
        type="search",
        key="q",
        bind="query-params",
        on_change=paging.first,
        placeholder="All words must be there, in any order",
    )
    return [text] if text else []


def controls(build: Build) -> Query:
    """Show the filters; return what they say, as an address has it."""
    query: Query = {}
    offered = [
        each
        for each in FILTERS
        if each.facet in _ALWAYS or len(filters.options(build, each.facet)) > 1
    ]
    first = [each for each in offered if each.facet in _FIRST]
    others = [each for each in offered if each.facet not in _FIRST]
    with st.container(horizontal=True, gap="small"):
        for each in first:
            query[each.name] = _choose(build, each)
    query.update(_more(build, others))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        scope = switches.scope(build, on_change=paging.first)
        totals = data.totals(build, scope)
        if totals:
            measure = totals[0].measure
            left_out = switches.without(data.largest_programme(build, scope, measure))
            scope = replace(scope, without=left_out)
        st.selectbox(
            "Order",
            list(data.SORTS),
            key="sort",
            bind="query-params",
            on_change=paging.first,
            width=200,
        )
    said = switches.kept(build, scope)
    for name in switches.SWITCHES:
        query[name] = [said[name]] if name in said else []
    for name in ("pick", "only", "columns"):
        query[name] = st.query_params.get_all(name)
    return query


def _more(build: Build, offered: Sequence[filters.Filter]) -> Query:
    """Show the filters that few readers need, folded; they are drawn when they are looked at."""
    query: Query = {name: [] for name in (*(each.name for each in offered), *_AMOUNTS)}
    with fold("More filters", "more", is_needed=any(st.query_params.get(n) for n in query)) as more:
        if not more:
            return query
        with st.container(horizontal=True, gap="small"):
            for each in offered:
                query[each.name] = _choose(build, each)
            known = filters.options(build, "currencies")
            units = filters.amount_units(build, [known[w] for w in query.get("currency", ())])
            for name, words in _AMOUNTS.items():
                query[name] = _amount(name, words.format(units=units))
    return query


def _amount(name: str, label: str) -> list[str]:
    """Show a box for an amount; return what is written there."""
    said = st.text_input(
        label,
        key=name,
        bind="query-params",
        on_change=paging.first,
        placeholder="For example 25,000",
        width=190,
    )
    if said and filters.amount([said]) is None:
        st.caption(f"{label}: write a number, such as 25,000.")
    return [said] if said else []


@contextmanager
def fold(label: str, key: str, *, is_needed: bool = False) -> Iterator[bool]:
    """Show a fold to draw in; gives whether its inside is to be drawn.

    What nobody looks at is neither computed nor sent. `is_needed`: something inside is set, so it
    is drawn however the fold stands, and the fold opens when that becomes so.
    """
    if is_needed and not st.session_state.get(f"{key}_needed"):
        st.session_state[key] = True
    st.session_state[f"{key}_needed"] = is_needed
    with st.expander(label, key=key, on_change="rerun") as inside:
        yield bool(inside.open) or is_needed


def _choose(build: Build, each: filters.Filter) -> list[str]:
    """Show one filter; return what is chosen, in the words of the screen."""
    return st.multiselect(
        each.label,
        filters.first_options(build, each.facet, st.query_params.get_all(each.name)),
        default=filters.usual_statuses({"scope": [switches.counted()]})
        if each.facet == "statuses"
        else None,
        key=each.name,
        bind="query-params",
        on_change=paging.first,
        placeholder="Any",
        select_all=False,
        width=340 if each.facet == "statuses" else 250,
    )


def _address(query: Query, **changed: object) -> str:
    """Return the address of this page with its filters, some of them changed."""
    given: dict[str, object] = {
        name: values
        for name, values in query.items()
        if name != "status" or tuple(values) != filters.usual_statuses(query)
    }
    if query.get("status") == []:
        given["status"] = [""]  # an emptied filter, unlike one left alone
    sort = st.session_state.get("sort")
    if sort and sort != next(iter(data.SORTS)):
        given["sort"] = sort
    return address("explore", **{**given, **changed})


def _with(without: str, name: str, values: Sequence[str]) -> str:
    """Return an address with the values of one more filter."""
    if not values:
        return without
    return f"{without}{'&' if '?' in without else '?'}{in_address({name: values})}"


def counts(build: Build, chosen: Selection, query: Query) -> None:
    """Show how many purchases each value of each filter would give, as links that set it."""
    label = "How many purchases each filter would show"
    with fold(label, "counts") as is_looked_at:
        if is_looked_at:
            widgets.link_lists(label, _counts(build, chosen, query))


def _counts(
    build: Build, chosen: Selection, query: Query
) -> list[tuple[str, list[tuple[Link, str, bool]]]]:
    """Return for each filter its values, the most frequent first, with the link that sets each."""
    lists = []
    for each in FILTERS:
        links = []
        without = _address(query, **{each.name: None})
        for choice in data.choices(build, chosen, each.facet, _SHOWN_PER_FACET):
            words = _words(build, each.facet, choice.id, choice.name)
            on = words in query.get(each.name, [])
            values = [v for v in query.get(each.name, []) if v != words]
            if not on:
                values = [*values, words]
            links.append(
                (
                    Link(
                        fmt.clip(words, 60),
                        _with(without, each.name, values),
                        label=f"{words}: {'take away' if on else 'add'} this filter",
                    ),
                    f"{choice.purchases:,}",
                    on,
                )
            )
        if len(links) > 1 or each.facet in _ALWAYS:
            lists.append((each.label, links))
    return lists


def _words(build: Build, facet: str, key: str, name: str) -> str:
    return filters.words_of(build, facet, key) or filters.words_for(facet, name)


def order() -> str:
    """Return the order of the rows that the reader chose."""
    return str(st.session_state.get("sort") or next(iter(data.SORTS)))


def described(here: Paged) -> str:
    """Return which purchases a page of rows holds, and in what order."""
    rows = here.described or f"1 to {here.in_all:,} of {here.in_all:,}"
    return f"Purchases {rows}, {fmt.lower_first(order())}"


def pager(query: Query, here: Paged) -> None:
    """Show the way to the pages before and after, to the head of their rows."""
    paging.links(here, lambda number: f"{_address(query, page=number)}#{ROWS}")


_SORTED_BY = {
    "last": ("Newest first", "Oldest first", "descending"),
    "amount": ("Largest amount", "Smallest amount", "descending"),
    "vendor": ("Vendor", "Vendor", "ascending"),
    "maker": ("Maker", "Maker", "ascending"),
    "agency": ("Agency", "Agency", "ascending"),
    "place": ("Place", "Place", "ascending"),
    "technology": ("Technology", "Technology", "ascending"),
    "status": ("How sure", "How sure", "ascending"),
    "end": ("Ends last", "Ends first", "descending"),
    "first": ("Newest beginning", "Oldest first", "descending"),
    "ceiling": ("Highest ceiling", "Highest ceiling", "descending"),
    "added": ("Most added since signing", "Most added since signing", "descending"),
    "grew": ("Grew most by amendment", "Grew most by amendment", "descending"),
}


def sort_links(query: Query, order: str) -> dict[str, tuple[str, str]]:
    """Return for each column that can sort: where its head leads, and how it is sorted now."""
    links = {}
    for column, (first, second, way) in _SORTED_BY.items():
        target = second if order == first else first
        said = way if order == first else ""
        if order == second and second != first:
            said = "ascending"
        links[column] = (_address(query, sort=target, page=None), said)
    return links


def amount_head(chosen: Selection) -> str:
    """Return the head of the amounts: what moved in the chosen years, or all of it."""
    if not chosen.years:
        return "US dollars"
    return "US dollars in " + fmt.listed(f"FY{year}" for year in sorted(chosen.years))


def picking(query: Query) -> tuple[tuple[str, ...], Callable[[str], str]]:
    """Return which purchases are picked, and for each the address that picks it or lets it go."""
    chosen = filters.picked(query)

    page = st.query_params.get("page")
    # Every row has such an address: what they share is written once.
    shared = _address(query, pick=None, page=page)

    def turned(purchase_id: str) -> str:
        rest = [each for each in chosen if each != purchase_id]
        if purchase_id not in chosen:
            rest.append(purchase_id)
        if not rest:
            return _address(query, pick=None, page=page, only=None)
        return _with(shared, "pick", rest)

    return chosen, turned


def picked_links(query: Query) -> list[Link]:
    """Return the ways that a selection of picked purchases has: seen alone, seen with all, gone."""
    if not filters.picked(query):
        return []
    alone = "picked" in query.get("only", [])
    return [
        Link("Show every purchase again", _address(query, only=None))
        if alone
        else Link("Show only what you picked", _address(query, only="picked")),
        Link("Let all go", _address(query, pick=None, only=None)),
    ]


def here(query: Query) -> str:
    """Return the address of exactly this view."""
    return _address(query)


def downloads(build: Build, query: Query) -> list[Link]:
    """Return the links to exactly these rows as files, from the build on screen."""
    shown = _address(query, build=build.build_id)
    return foot.in_every_form(
        "Download these rows",
        lambda ending: shown.replace("explore", f"export/purchases.{ending}", 1),
        short="as ",
    )


def whole_ledger(build: Build, text: str) -> None:
    """Show what has these words in every loaded record, and was not counted as surveillance."""
    widgets.heading(
        "In the whole ledger",
        "Purchases in which no rule found surveillance technology. They are not in any total. "
        "Each opens with its record, and with what was looked for and spoke against it.",
    )
    if not text:
        widgets.text("Write words in the search box above.")
        return
    number, rows = data.find_in_whole_ledger(build, text)
    if not number:
        widgets.notice(
            f"No other loaded purchase has the words {text}. Not searched: whatever is not in "
            "the sources."
        )
        return
    widgets.table(
        _how_many(number, len(rows)),
        [Head("What", role="what"), Head("From whom"), Head("Agency"), Head("Record", role="date"),
         Head("US dollars", is_number=True, role="amount")],
        [_ledger_row(row) for row in rows],
    )  # fmt: skip


def _how_many(number: int, shown: int) -> str:
    if number > data.ENOUGH:
        return f"More than {data.ENOUGH:,} other purchases with these words; {shown} of them"
    words = f"{fmt.capital(fmt.count(number, 'other purchase'))} with these words"
    return words + (f"; the first {shown}" if number > shown else "")


def _ledger_amount(row: data.Row) -> str:
    if row.get("amount_usd") is None:
        return fmt.table_money(row.get("amount"), str(row.get("currency") or "USD"))
    return fmt.table_money(row["amount_usd"])


def _ledger_row(row: data.Row) -> Sequence[Parts]:
    words = str(row.get("description") or row["text"])
    opens = Link(f"\u201c{fmt.clip(words)}\u201d", address("purchase", id=row["purchase_id"]))
    said = Clipped(opens, whole=words[:2000])
    return [
        said,
        str(row.get("vendor_name") or fmt.MISSING),
        str(row.get("agency_name") or fmt.MISSING),
        str(row.get("award_number") or row["purchase_id"]).split(":", 1)[-1],
        _ledger_amount(row),
    ]
