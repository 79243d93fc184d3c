"""Blocks that several pages share: spending by year, ranked lists, rows, controls."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import streamlit as st

from dashboard import charts, data, filters, sentences, widgets
from dashboard import format as fmt
from dashboard.charts import Column, RankedBar
from dashboard.data import Bar, Build, Measure, Programme, Row, Rows, Selection, YearAmount
from dashboard.parts import Break, Clipped, Link, Muted, Part, Parts, address
from dashboard.widgets import Head

# A programme is set apart where it is so large that it makes the trend by itself.
_APART_FROM = 0.25
_SMALL_PANELS = 6


# ---------------------------------------------------------------- controls


def scope_control() -> bool:
    """Show the switch of scope; return whether neighbouring goods are counted too."""
    chosen = st.segmented_control(
        "Count",
        filters.SCOPES,
        default=filters.STRICT,
        required=True,
        key="scope",
        bind="query-params",
        wrap=True,
        help="Surveillance technology as the Method page defines it, or with the goods beside it: "
        "cargo scanners, building cameras, night vision, polygraphs.",
    )
    return chosen == filters.RELATED


def without_control(programme: Programme | None) -> tuple[str, str, str] | None:
    """Show the switch that leaves out the largest programme; return the programme's key."""
    if programme is None or programme.share < _APART_FROM:
        return None
    chosen = st.toggle("Leave out the largest programme", key="without", bind="query-params")
    return (programme.agency_id, programme.vendor_id, programme.technology) if chosen else None


def staffing_control(build: Build) -> bool:
    """Show the switch that leaves out staffing, where there is any."""
    if not any(c.id == "staffing" for c in data.choices(build, Selection(), "forms")):
        return False
    return st.toggle("Leave out staffing", key="staffing", bind="query-params")


def measure_control(totals: Sequence[data.Total]) -> Measure:
    """Show which kind of money to look at, where there is more than one."""
    if len(totals) < 2:  # noqa: PLR2004
        return totals[0].measure if totals else Measure()
    named = {
        f"{fmt.capital(t.measure.basis)}, {fmt.KIND_WORDS[t.measure.record_kind]}s": t.measure
        for t in totals
    }
    chosen = st.segmented_control(
        "Kind of money",
        list(named),
        default=next(iter(named)),
        required=True,
        key="money",
        bind="query-params",
    )
    return named.get(chosen or "", totals[0].measure)


def scope_words(*, with_related: bool) -> str | None:
    """Return the scope as an address has it; nothing for the default."""
    return filters.RELATED if with_related else None


# ---------------------------------------------------------------- by year


def _columns(
    years: Sequence[YearAmount],
    every: range,
    last_covered: date | None,
    partial: frozenset[int] = frozenset(),
) -> list[Column]:
    known = {year.year: year.amount_usd for year in years}
    return [
        Column(
            fmt.fiscal_year(year, last_covered),
            known.get(year, Decimal(0)),
            fmt.short_money(known[year]) if year in known else _nothing(year, partial),
            year in partial,
        )
        for year in every
    ]


def _nothing(year: int, partial: frozenset[int]) -> str:
    """Return what stands over a year without transactions: nobody bought, or nobody looked."""
    return "not covered" if year in partial else "none"


def _span(*series: Sequence[YearAmount]) -> range:
    years = [year.year for one in series for year in one]
    return range(min(years), max(years) + 1) if years else range(0)


def years_chart(
    build: Build,
    selection: Selection,
    measure: Measure,
    programme: Programme | None = None,
    anchor: str = "by-year",
) -> None:
    """Show spending by fiscal year, the largest programme apart where it makes the trend."""
    apart = (
        programme
        if programme and programme.share >= _APART_FROM and selection.without is None
        else None
    )
    key = (apart.agency_id, apart.vendor_id, apart.technology) if apart else selection.without
    rest = data.by_year(build, replace(selection, without=key), measure)
    last = max((r["last_date"] for r in data.coverage(build) if r["last_date"]), default=None)
    series = [("", rest)]
    alone = selection
    if apart:
        alone = replace(
            selection,
            agencies=(apart.agency_id,),
            vendors=(apart.vendor_id,),
            technologies=(apart.technology,),
        )
        name = fmt.capital(sentences.programme_name(apart))
        series = [("Everything else", rest), (name, data.by_year(build, alone, measure))]
    every = _span(*(years for _, years in series))
    if not every:
        return
    widgets.heading(
        "By fiscal year",
        f"US dollars {measure.basis}, additions less reductions. Fiscal years run from October "
        "to September." + (" Both charts have one scale." if apart else ""),
        anchor,
    )
    partials = [
        _not_whole(build, replace(selection, without=key), measure, every),
        _not_whole(build, alone, measure, every) if apart else {},
    ]
    panels = [
        (name, years, _columns(years, every, last, frozenset(partial)))
        for (name, years), partial in zip(series, partials, strict=False)
    ]
    scale = charts.reach([panel for _, _, panel in panels])
    widgets.side_by_side(
        *(
            charts.columns(
                panel,
                name,
                sentences.years_described(years, name or "Spending"),
                scale=scale,
                is_second=bool(apart) and number == 1,
            )
            for number, (name, years, panel) in enumerate(panels)
        )
    )
    everyone = {year: names for partial in partials for year, names in partial.items()}
    if everyone:
        names = dict.fromkeys(name for names in everyone.values() for name in names)
        widgets.notice(sentences.not_whole(sorted(everyone), list(names)))
    _years_table(series, measure, last)


def _not_whole(
    build: Build, selection: Selection, measure: Measure, every: range
) -> dict[int, list[str]]:
    """Return the years that are not covered in whole for an agency that bought, and which."""
    buyers = data.by(build, selection, measure, "agency")
    covered = data.years_covered(build)
    found = {
        year: [bar.name for bar in buyers if year not in covered.get(bar.id, frozenset())]
        for year in every
    }
    return {year: names for year, names in found.items() if names}


def _years_table(
    series: Sequence[tuple[str, Sequence[YearAmount]]],
    measure: Measure,
    last: date | None,
) -> None:
    heads = [
        Head("Fiscal year", role="what"),
        Head("What"),
        Head("Added", is_number=True),
        Head("Reduced", is_number=True),
        Head(f"US dollars {measure.basis}", is_number=True, role="amount"),
        Head("Purchases", is_number=True),
    ]
    if len(series) == 1:
        heads.pop(1)
    rows = []
    for name, years in series:
        for year in years:
            row: list[Parts] = [
                fmt.fiscal_year(year.year, last),
                name,
                fmt.table_money(year.added_usd),
                fmt.table_money(year.reduced_usd),
                fmt.table_money(year.amount_usd),
                f"{year.purchases:,}",
            ]
            if len(series) == 1:
                row.pop(1)
            rows.append(row)
    widgets.as_table(f"US dollars {measure.basis} by fiscal year", heads, rows)


def technology_years(
    build: Build, selection: Selection, measure: Measure, programme: Programme | None = None
) -> None:
    """Show small charts by year, one for each of the largest technologies, on one scale.

    A programme that is set apart above would flatten the others, and is left out here.
    """
    if programme and is_apart(programme):
        selection = replace(selection, without=key_of(programme))
    largest = data.by(build, selection, measure, "technology", _SMALL_PANELS)
    if len(largest) < 2:  # noqa: PLR2004
        return
    series = [
        (bar.name, data.by_year(build, replace(selection, technologies=(bar.id,)), measure))
        for bar in largest
    ]
    every = _span(*(years for _, years in series))
    panels = [
        (
            name,
            years,
            [
                replace(c, label=f"\u2019{c.label[-2:]}", words=fmt.tiny_money(c.amount))
                for c in _columns(years, every, None)
            ],
        )
        for name, years in series
    ]
    left_out = programme is not None and selection.without == key_of(programme)
    widgets.subheading(
        "By technology, on one scale"
        + (f", without {sentences.programme_name(programme)}" if programme and left_out else "")
    )
    scale = charts.reach([panel for _, _, panel in panels])
    widgets.small_multiples(
        *(
            charts.columns(
                panel, name, sentences.years_described(years, name), scale=scale, is_small=True
            )
            for name, years, panel in panels
        )
    )
    _years_table(series, measure, None)


# ---------------------------------------------------------------- ranked lists

_PAGES = {"technology": "technology", "agency": "agency", "vendor": "vendor", "maker": "vendor"}
_TITLES = {
    "technology": ("What", "Technology"),
    "agency": ("Who buys", "Agency"),
    "vendor": ("From whom", "Vendor"),
    "maker": ("Whose product", "Maker"),
}


def ranked(
    build: Build,
    selection: Selection,
    measure: Measure,
    group: str,
    *,
    most: int = 8,
    title: str = "",
    **kept: str | None,
) -> str:
    """Return a ranked list: names lead to their pages, counts to their rows."""
    bars = data.by(build, selection, measure, group, most)
    if not bars or (group == "maker" and len(bars) == 1 and kept.get("vendor") == bars[0].name):
        return ""  # a vendor that sells its own products and no others
    heading, head = _TITLES[group]
    in_all = data.groups(build, selection, measure, group)
    scope = scope_words(with_related=selection.with_related)
    more: Parts = ""
    if in_all > len(bars):
        more = Link(
            f"All {in_all:,} in Explore",
            address("explore", scope=scope, **kept),
            label=f"{title or heading}: all {in_all:,} in Explore",
        )
    names = {key: words for words, key in filters.options(build, _FACET[group]).items()}
    return charts.ranked(
        [_bar(bar, group, names, {**kept, "scope": scope}) for bar in bars],
        title or heading,
        head,
        f"US dollars {measure.basis}",
        more,
    )


_FACET = {
    "technology": "technologies",
    "agency": "agencies",
    "vendor": "vendors",
    "maker": "makers",
}


def _bar(bar: Bar, group: str, names: dict[str, str], kept: dict[str, str | None]) -> RankedBar:
    words = (
        fmt.short_money(bar.amount_usd)
        if bar.amount_usd >= 0
        else f"{fmt.short_money(-bar.amount_usd)} withdrawn"
    )
    number = f"{bar.purchases:,}"
    rows = Link(
        number,
        address("explore", **{**kept, group: names.get(bar.id, bar.name)}),
        label=f"{number} purchases, {bar.name}, in Explore",
    )
    page = Link(fmt.clip(bar.name, 90), address(_PAGES[group], id=bar.id))
    return RankedBar(page, bar.amount_usd, words, rows)


# ---------------------------------------------------------------- rows


def purchase_table(
    rows: Rows,
    caption: str,
    *,
    amount_head: str = "US dollars",
    without: tuple[str, ...] = (),
    heads_link: dict[str, tuple[str, str]] | None = None,
) -> None:
    """Show purchases, one a line; the first words of each open its page."""
    links = heads_link or {}
    heads = [
        _linked(Head("Last change", role="date"), links),
        _linked(Head("What", role="what"), links),
        _linked(Head("From whom"), links),
        _linked(Head("Agency"), links),
        _linked(Head("Basis"), links),
        _linked(Head(amount_head, is_number=True, role="amount"), links),
        _linked(Head("How sure"), links),
    ]
    shown = [number for number, head in enumerate(heads) if head.text not in without]
    cells = [_purchase_cells(row) for row in rows]
    widgets.table(caption, [heads[n] for n in shown], [[line[n] for n in shown] for line in cells])


def _linked(head: Head, links: dict[str, tuple[str, str]]) -> Head:
    key = "US dollars" if head.role == "amount" else head.text
    link, order = links.get(key, ("", ""))
    return replace(head, link=link, sorted=order)


def _purchase_cells(row: Row) -> list[Parts]:
    said = sentences.bought(row)
    words = said if isinstance(said, str) else getattr(said, "text", "")
    opens = address("purchase", id=row["purchase_id"])
    what: list[Part] = [Clipped(Link(_marked(row, words), opens), whole=words)]
    if row["description"] and row["what"]:
        what += [Muted(fmt.clip(fmt.capital(str(row["what"])), 120)), Break()]
    what.append(Muted(str(row["technology_name"] or row["technology"] or "")))
    amount = row["shown_usd"]
    return [
        fmt.day(row["last_date"]),
        what,
        sentences.sold_by(row),
        Link(str(row["agency_name"]), address("agency", id=row["agency_id"])),
        _basis(row),
        fmt.table_money(amount),
        fmt.capital(fmt.STATUS_WORDS[row["status"]].split(",")[0]),
    ]


def _marked(row: Row, words: str) -> str:
    """Return the words that open a purchase: the record's own in quotation marks."""
    return f"\u201c{words}\u201d" if row["description"] else words


def _basis(row: Row) -> str:
    words = f"{fmt.KIND_WORDS[row['record_kind']]}, {row['basis']}"
    return f"{words}, lifetime total" if row["amount_scope"] == "lifetime" else words


def current_table(rows: Rows) -> None:
    """Show purchases that have not ended, soonest end first."""
    widgets.table(
        "Purchases whose record says that they have not ended, soonest end first",
        [
            Head("Ends", role="date"),
            Head("Could be prolonged to"),
            Head("What", role="what"),
            Head("From whom"),
            Head("US dollars", is_number=True, role="amount"),
        ],
        [
            [
                fmt.day(row["end_date"]),
                fmt.day(row["last_possible_end_date"]),
                _purchase_cells(row)[1],
                sentences.sold_by(row),
                fmt.table_money(row["amount_usd"]),
            ]
            for row in rows
        ],
    )


def searched(rows: Rows) -> None:
    """Show what was searched for one agency, and what those sources leave out."""
    widgets.heading("What we searched", anchor="searched")
    widgets.table(
        "Sources searched for this agency",
        [
            Head("Source", role="what"),
            Head("From", role="date"),
            Head("To"),
            Head("Transactions", is_number=True, role="amount"),
            Head("Complete for this agency"),
            Head("Does not cover"),
        ],
        [
            [
                Link(str(row["title"]), address("sources") + f"#{row['source_id']}"),
                fmt.day(row["first_date"]),
                fmt.day(row["last_date"]),
                f"{row['transactions']:,}",
                "Yes" if row["is_complete"] else "No: absence from it means nothing",
                str(row["does_not_cover"] or fmt.MISSING),
            ]
            for row in rows
        ],
    )
    widgets.text("Not searched: every other source. Absence here means nothing.")


def key_of(programme: Programme) -> tuple[str, str, str]:
    """Return what names a programme in a selection."""
    return programme.agency_id, programme.vendor_id, programme.technology


def is_apart(programme: Programme) -> bool:
    """Return whether a programme is large enough to be set apart."""
    return programme.share >= _APART_FROM


def footer(build: Build) -> None:
    """Show what every page ends with."""
    about = data.about(build)
    sources = data.sources(build)
    stale = [row for row in sources if row["stale_because"]]
    fresh = len(sources) - len(stale)
    right = next(
        (
            row
            for row in data.quality(build)
            if row["technology"] == "all" and row["measure"] == "precision"
        ),
        None,
    )
    parts: list[Part] = [
        Link(
            f"Sources: {fresh} fresh" + (f", {len(stale)} stale" if stale else ""),
            address("sources"),
        ),
        f". As of {fmt.day(about['as_of'])}. ",
    ]
    if right:
        parts += [
            Link("How often the rules are right", "method#quality"),
            (
                f": of what they match, {right['value']:.0%} "
                f"({right['low']:.0%} to {right['high']:.0%}), measured on {right['label_set']}. "
            ),
        ]
    widgets.footer(
        [*parts, "A figure here is a finding in public records, never an accusation."],
        str(about["build_id"]),
    )


def as_of(build: Build) -> str:
    """Return the date of the build's newest inputs, in words."""
    return fmt.day(data.about(build)["as_of"])


def possible(selection: Selection) -> Selection:
    """Return the doubtful purchases of the same selection."""
    return replace(selection, statuses=("possible",))


def largest_part(
    build: Build,
    selection: Selection,
    measure: Measure,
    programme: Programme | None,
    *,
    names_buyer: bool = False,
) -> list[Part]:
    """Return the sentence about the largest programme, where it is large enough to need one."""
    if programme is None or selection.without or not is_apart(programme):
        return []
    rest = data.total(build, replace(selection, without=key_of(programme)), measure)
    return sentences.largest_part(programme, rest, names_buyer=names_buyer)
