"""Blocks that several pages share: ranked lists, rows, what was searched, the foot."""

from collections.abc import Mapping
from dataclasses import replace

from dashboard import charts, controls, data, filters, sentences, widgets
from dashboard import format as fmt
from dashboard.charts import RankedBar
from dashboard.data import Bar, Build, Measure, Programme, Row, Rows, Selection
from dashboard.parts import Break, Clipped, Link, Muted, Part, Parts, address
from dashboard.widgets import Head

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
    says_since: bool = False,
    **kept: str | list[str] | None,
) -> str:
    """Return a ranked list: names lead to their pages, counts to their rows.

    `says_since`: beside the count, the month in which money first moved.
    """
    bars = data.by(build, selection, measure, group, most)
    if not bars or (group == "maker" and len(bars) == 1 and kept.get("vendor") == bars[0].name):
        return ""  # a vendor that sells its own products and no others
    heading, head = _TITLES[group]
    in_all = data.groups(build, selection, measure, group)
    more: Parts = ""
    if in_all > len(bars):
        more = Link(
            f"All {in_all:,} in Explore",
            address("explore", **kept),
            label=f"{title or heading}: all {in_all:,} in Explore",
        )
    names = filters.words_by_id(build, _FACET[group])
    rows = [_bar(bar, group, names, kept, measure.currency) for bar in bars]
    if says_since:
        rows = [
            replace(row, note=[row.note, f", since {fmt.short_month(bar.first_date)}"])
            if bar.first_date
            else row
            for row, bar in zip(rows, bars, strict=True)
        ]
    return charts.ranked(
        rows,
        title or heading,
        head,
        fmt.units_head(measure.basis, measure.currency),
        more,
    )


_FACET = {
    "technology": "technologies",
    "agency": "agencies",
    "vendor": "vendors",
    "maker": "makers",
}


def _bar(
    bar: Bar,
    group: str,
    names: Mapping[str, str],
    kept: dict[str, str | list[str] | None],
    currency: str,
) -> RankedBar:
    words = (
        "lifetime totals"
        if bar.purchases == bar.lifetime_purchases
        else fmt.short_money(bar.amount, currency)
        if bar.amount >= 0
        else f"{fmt.short_money(-bar.amount, currency)} withdrawn"
    )
    number = f"{bar.purchases:,}"
    rows = Link(
        number,
        address("explore", **{**kept, group: names.get(bar.id, bar.name)}),
        label=f"{number} purchases, {bar.name}, in Explore",
    )
    page = Link(fmt.clip(bar.name, 90), address(_PAGES[group], id=bar.id))
    return RankedBar(page, bar.amount, words, rows)


def sources_of(build: Build, selection: Selection) -> Rows:
    """Return the sources of the selected purchases, that of most first; all where there is none."""
    every = {row["source_id"]: row for row in data.sources(build)}
    chosen = [c.id for c in data.choices(build, selection, "sources") if c.id in every]
    return tuple(every[source_id] for source_id in chosen) or data.sources(build)


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
        _linked(Head(amounts_head(amount_head, rows), is_number=True, role="amount"), links),
        _linked(Head("How sure"), links),
    ]
    shown = [number for number, head in enumerate(heads) if head.text not in without]
    cells = [_purchase_cells(row) for row in rows]
    widgets.table(caption, [heads[n] for n in shown], [[line[n] for n in shown] for line in cells])


def _linked(head: Head, links: dict[str, tuple[str, str]]) -> Head:
    key = "US dollars" if head.role == "amount" else head.text
    link, order = links.get(key, ("", ""))
    return replace(head, link=link, sorted=order)


def what_cell(row: Row) -> Parts:
    """Return what was bought, as a link to its page, with its technology beneath."""
    said = sentences.bought(row)
    words = said if isinstance(said, str) else getattr(said, "text", "")
    opens = address("purchase", id=row["purchase_id"])
    what: list[Part] = [Clipped(Link(_marked(row, words), opens), whole=words)]
    if row["description"] and row["what"]:
        what += [Muted(fmt.clip(fmt.capital(str(row["what"])), 120)), Break()]
    what.append(Muted(str(row["technology_name"] or row["technology"] or "")))
    return what


def _purchase_cells(row: Row) -> list[Parts]:
    return [
        last_change(row),
        what_cell(row),
        sentences.sold_by(row),
        Link(str(row["agency_name"]), address("agency", id=row["agency_id"])),
        basis_cell(row),
        shown_amount(row),
        fmt.capital(fmt.STATUS_WORDS[row["status"]].split(",")[0]),
    ]


def last_change(row: Row) -> str:
    """Return the day of a purchase's last change; its fiscal year where no day is published."""
    if row["last_date"] is None and row.get("last_year"):
        return f"FY{row['last_year']}"
    return fmt.day(row["last_date"])


def shown_amount(row: Row) -> str:
    """Return a purchase's amount for a table: dollars bare, others with their currency."""
    return fmt.table_money(row["shown_money"], str(row["money_currency"]))


def amounts_head(head: str, rows: Rows) -> str:
    """Return the head over the amounts of rows: not dollars where one is in another currency."""
    is_mixed = any(row["money_currency"] != "USD" for row in rows)
    return head.replace("US dollars", "Amount") if is_mixed else head


def _marked(row: Row, words: str) -> str:
    """Return the words that open a purchase: the record's own in quotation marks."""
    return f"\u201c{words}\u201d" if row["description"] else words


def value_cell(value: object) -> Parts:
    """Return what a record says in a cell, cut where it is long; said to be missing where it is."""
    return Muted(fmt.MISSING) if value in (None, "") else fmt.clip(str(value), 200)


def basis_cell(row: Row) -> str:
    """Return the kind of record and what its amount means."""
    words = f"{fmt.KIND_WORDS[row['record_kind']]}, {row['basis']}"
    return f"{words}, lifetime total" if row["amount_scope"] == "lifetime" else words


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
            if row["technology"] == "all"
            and row["measure"] == "precision"
            and row["value"] is not None
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
        [
            *parts,
            "A figure here is a finding in public records, never an accusation. ",
            Link("Corrections and disputes", "corrections"),
            ".",
        ],
        str(about["build_id"]),
    )


def what_is_counted(build: Build, selection: Selection) -> str:
    """Return in words what the switches let count."""
    names = filters.words_by_id(build, "technologies")
    return sentences.what_is_counted(
        with_related=selection.with_related,
        with_doubtful="possible" in selection.statuses,
        left_out=[names.get(key, key) for key in selection.without_technologies],
        is_staffing_out=selection.without_staffing,
    )


def this_week(build: Build) -> None:
    """Show what the newest publication changed and what ends soon; nothing at the first one."""
    if not data.has_changes(build):
        return
    week = data.this_week(build)
    said: list[Part] = []
    if week.to_date:
        kinds = fmt.listed(
            f"{fmt.count(number, 'purchase')} {fmt.CHANGE_WORDS[kind]}"
            for kind, number in week.kinds
        )
        since = fmt.day(week.from_date)
        said.append(f"Since {since}: {kinds or 'no purchase changed'}. ")
    if week.ends_soon:
        said.append(
            f"{fmt.capital(fmt.count(week.ends_soon, 'purchase'))} "
            f"{'ends' if week.ends_soon == 1 else 'end'} within 90 days. "
        )
    if data.publications(build):
        said.append(Link("What changed", address("changes")))
    if said:
        widgets.text(said)


def left_out(build: Build, selection: Selection) -> str:
    """Return in words which programme the selection leaves out; nothing where it leaves out none.

    A programme that nobody here knows leaves out nothing, and is not named.
    """
    if selection.without is None:
        return ""
    agency_id, vendor_id, technology_id = selection.without
    vendor, technology = data.vendor(build, vendor_id), data.technology(build, technology_id)
    agency = data.agency(build, agency_id)
    if vendor is None or technology is None or agency is None:
        return ""
    return f"{sentences.named_technology(technology)} from {vendor['vendor_name']}"


def as_of(build: Build) -> str:
    """Return the date of the build's newest inputs, in words."""
    return fmt.day(data.about(build)["as_of"])


def largest_part(
    build: Build,
    selection: Selection,
    measure: Measure,
    programme: Programme | None,
    *,
    names_buyer: bool = False,
) -> list[Part]:
    """Return the sentence about the largest programme, where it is large enough to need one."""
    if programme is None or selection.without or not controls.is_apart(programme):
        return []
    rest = data.total(build, replace(selection, without=controls.key_of(programme)), measure)
    return sentences.largest_part(programme, rest, names_buyer=names_buyer)
