"""What a reader can do next: take the hearing brief, see what ends and what grew."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from dashboard import blocks, data, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row, Rows, Selection
from dashboard.parts import Break, Link, Muted, Part, Parts, address
from dashboard.widgets import Head

NO_NOTICE = "notice period not in the record"
_MOST = 25


def brief_buttons(build: Build, *, agency: str = "", place: str = "") -> None:
    """Show the links to the one-page hearing brief, on either size of paper."""

    def link(text: str, paper: str, label: str) -> Link:
        where = address(
            "export/brief.pdf", agency=agency, place=place, paper=paper, build=build.build_id
        )
        return Link(text, where, is_download=True, label=label)

    widgets.downloads(
        link("Hearing brief, one page (PDF)", "letter", "Hearing brief, one page, PDF, letter"),
        link("on A4", "a4", "Hearing brief, one page, PDF, A4"),
    )


# ---------------------------------------------------------------- what ends


def current_and_grown(
    build: Build, selection: Selection, page: str, page_id: str, **kept: str | list[str]
) -> None:
    """Show what has not ended by its record, the last day to act first, and what grew most.

    `kept` are the filters under which Explore shows the same purchases.
    """
    _running(build, selection, names_agency=page != "agency")
    order = "share" if st.query_params.get("grown") == "share" else "dollars"
    _grown(build, selection, order, page, page_id, kept)


def _running(build: Build, selection: Selection, *, names_agency: bool) -> None:
    rows = data.ending(build, selection, data.about(build)["as_of"], date.max, _MOST)
    if rows:
        widgets.heading("Current and ending", f"As of {blocks.as_of(build)}.", "ending")
        ending_table(
            rows,
            "Purchases whose record says that they have not ended, the last day to act first"
            + (f": the first {_MOST}" if len(rows) == _MOST else ""),
            names_agency=names_agency,
        )


def ending_table(rows: Rows, caption: str, *, names_agency: bool = True) -> None:
    """Show purchases that end, the last day to act first, and the way to ask for each contract."""
    heads = [
        Head("Ends", role="date"),
        Head("Last day to act"),
        Head("What", role="what"),
        Head("From whom"),
        Head("Agency"),
        Head("Could be prolonged to"),
        Head(blocks.amounts_head("US dollars", rows), is_number=True, role="amount"),
        Head("Ask for it"),
    ]
    kept = [n for n, head in enumerate(heads) if names_agency or head.text != "Agency"]
    lines = [_ending(row) for row in rows]
    widgets.table(caption, [heads[n] for n in kept], [[line[n] for n in kept] for line in lines])


def _ending(row: Row) -> list[Parts]:
    page = address("purchase", id=row["purchase_id"])
    number = row["award_number"] or row["source_key"]
    amount: list[Part] = [blocks.shown_amount(row)]
    if row["shown_money"] is not None:
        amount += [Break(), Muted(str(row["basis"]))]
    return [
        fmt.day(row["ends"]),
        last_day(row),
        blocks.what_cell(row),
        sentences.sold_by(row),
        Link(str(row["agency_name"]), address("agency", id=row["agency_id"])),
        fmt.day(row["last_possible_end_date"]),
        amount,
        Link("Draft", f"{page}#ask", label=f"Draft of a records request for {number}"),
    ]


def last_day(row: Row) -> Parts:
    """Return the last day to act with who says so, or that no record has a notice period."""
    if row["last_day_to_act"] is None:
        return Muted(NO_NOTICE)
    source = str(row["notice_source"])
    url = row["notice_url"]
    return [
        fmt.day(row["last_day_to_act"]),
        Break(),
        Muted(f"{row['days']} days before: {row['notice_what']}. "),
        Link(source, str(url), is_outside=True) if url else Muted(source),
        Muted(f", confidence {row['notice_confidence']}"),
    ]


# ---------------------------------------------------------------- what grew


def _grown(
    build: Build,
    selection: Selection,
    order: str,
    page: str,
    page_id: str,
    kept: Mapping[str, str | list[str]],
) -> None:
    """Show which purchases grew most by amendment; heads of columns sort, in the address."""
    known = data.growth_known(build, selection)
    widgets.heading(
        "Grown by amendment",
        "Growth is the ceiling now less the ceiling at signing: growth of what was obligated is "
        f"mostly funding by instalments. It can be said of {known['known']:,} of "
        f"{known['known'] + known['unknown']:,} counted purchases; for the others one of the two "
        "is not in the record.",
        "grown",
    )
    if not known["grew"]:
        widgets.text(
            "Of those, none grew."
            if known["known"]
            else "So nothing can be said of how ceilings grew here."
        )
    else:
        _raised(data.grown(build, selection, order), known["grew"], order, page, page_id)
    _added(build, selection, kept)


def _raised(rows: Rows, grew: int, order: str, page: str, page_id: str) -> None:
    """Show purchases whose ceiling amendments raised."""

    def head(text: str, key: str, role: str = "") -> Head:
        link = address(page, id=page_id, grown=key) + "#grown"
        return Head(text, is_number=True, role=role, link=link,
                    sorted="descending" if order == key else "")  # fmt: skip

    widgets.table(
        f"{fmt.capital(fmt.count(grew, 'purchase'))} whose ceiling amendments raised"
        + (f", the first {len(rows)}" if grew > len(rows) else ""),
        [
            Head("What", role="what"),
            Head("From whom"),
            Head("At signing", is_number=True),
            Head("Now", is_number=True),
            head("Added, US dollars", "dollars", "amount"),
            head("Added, share", "share"),
            Head("Changes", is_number=True),
        ],
        [
            [
                blocks.what_cell(row),
                sentences.sold_by(row),
                fmt.table_money(row["first_ceiling_usd"]),
                fmt.table_money(row["ceiling_usd"]),
                fmt.table_money(row["ceiling_growth_usd"]),
                fmt.MISSING
                if row["growth_share"] is None
                else fmt.percent(row["ceiling_growth_usd"], row["first_ceiling_usd"]),
                _changes(row),
            ]
            for row in rows
        ],
    )


def _changes(row: Row) -> str:
    """Return how many changes a purchase had after signing."""
    return f"{row['modifications']:,}" if row["modifications"] is not None else fmt.MISSING


def _added(build: Build, selection: Selection, kept: Mapping[str, str | list[str]]) -> None:
    """Show to which purchases changes after signing added most, and that it was mostly planned."""
    rows = data.added_since_signing(build, selection)
    if not rows:
        return
    in_all = int(rows[0]["in_all"])
    widgets.subheading("Obligated after signing", anchor="added")
    widgets.text(
        "What later changes added to the first obligation. Most of it was foreseen: agencies fund "
        "long contracts by instalments. The purchase's page has each change."
    )
    widgets.table(
        f"{fmt.capital(fmt.count(in_all, 'purchase'))} to which changes added, the most first"
        + (f": {len(rows)} of them" if in_all > len(rows) else ""),
        [
            Head("What", role="what"),
            Head("From whom"),
            Head("At signing", is_number=True),
            Head("Now", is_number=True),
            Head("Added, US dollars", is_number=True, role="amount"),
            Head("Changes", is_number=True),
        ],
        [
            [
                blocks.what_cell(row),
                sentences.sold_by(row),
                fmt.table_money(row["first_obligated_usd"]),
                fmt.table_money(row["amount_usd"]),
                fmt.table_money(row["added_usd"]),
                _changes(row),
            ]
            for row in rows
        ],
    )
    columns = ("What", "From whom", "US dollars", "Obligated at signing", "Added since signing")
    if in_all > len(rows):
        widgets.downloads(
            Link(
                "All purchases in Explore, the most added first",
                address("explore", sort="Most added since signing", columns=columns, **kept),
            )
        )


# ---------------------------------------------------------------- others like it


def peers(build: Build, agency_id: str, measure: Measure) -> None:
    """Show an agency beside others of its kind, where equal basis and years allow it."""
    rows = data.agency_peers(build, agency_id, measure)
    if not rows:
        return
    is_federal = rows[0]["kind"] is None
    widgets.heading(
        "Beside others like it",
        (
            "Chosen: the other agencies of its department, by the share of all their spending in "
            "the same records."
            if is_federal
            else "Chosen: bodies of the same kind in other places whose residents are known, the "
            "nearest in population first."
        )
        + " Only the same kind of record, basis and currency, and only fiscal years that complete "
        "sources cover for both. How many people an agency employs is not in these records.",
        "peers",
    )
    what = f"Share of all {measure.basis}" if is_federal else "For each resident"
    widgets.table(
        f"Counted purchases, {fmt.units(measure.currency)} {measure.basis}, in the same years",
        [
            Head("Agency", role="what"),
            Head("Place"),
            Head("Years", role="date"),
            Head(f"{measure.basis.capitalize()} there", is_number=True),
            Head(f"{what}, there", is_number=True, role="amount"),
            Head(f"{what}, here", is_number=True),
        ],
        [
            [
                Link(str(row["agency_name"]), address("agency", id=row["agency_id"])),
                str(row["place_name"]),
                fmt.span(f"FY{row['first_year']}", f"FY{row['last_year']}"),
                fmt.table_money(row["amount"], measure.currency),
                _share(row, "", is_federal=is_federal),
                _share(row, "here_", is_federal=is_federal),
            ]
            for row in rows
        ],
    )


def _share(row: Row, side: str, *, is_federal: bool) -> str:
    """Return what one side (`here_` is this agency) spent: its share, or for each resident."""
    amount = row[f"{side}amount"]
    if is_federal:
        return fmt.percent(amount, row[f"{side}whole"])
    return fmt.each(amount / row[f"{side}population"], str(row["currency"]))
