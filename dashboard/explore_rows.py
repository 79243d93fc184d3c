"""The rows of the Explore page: which columns a reader may choose, and how each is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard import blocks, facets, filters, sentences, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows
from dashboard.parts import Link, Muted, Parts, Quoted, address
from dashboard.widgets import Head


@dataclass(frozen=True)
class Column:
    """One column: its name in links, its head, and the cell of a row."""

    key: str
    head: Head
    cell: Callable[[Row], Parts]


def _text(name: str) -> Callable[[Row], Parts]:
    return lambda row: str(row[name]) if row[name] not in (None, "") else Muted(fmt.MISSING)


def _quoted(name: str) -> Callable[[Row], Parts]:
    return lambda row: Quoted(fmt.clip(str(row[name]))) if row[name] else Muted(fmt.MISSING)


def _agency(row: Row) -> Parts:
    return Link(str(row["agency_name"]), address("agency", id=row["agency_id"]))


def _maker(row: Row) -> Parts:
    if not row["maker_id"]:
        return Muted(fmt.MISSING)
    return Link(str(row["maker_name"]), address("vendor", id=row["maker_id"]))


def _added(row: Row) -> Parts:
    """Return what changes added to the first obligation; a lifetime total does not tell."""
    if None in (row["amount_usd"], row["first_obligated_usd"]) or row["amount_scope"] != "window":
        return Muted(fmt.MISSING)
    return fmt.table_money(row["amount_usd"] - row["first_obligated_usd"])


def _status(row: Row) -> Parts:
    return fmt.capital(fmt.STATUS_WORDS[row["status"]].split(",")[0])


def _source(row: Row) -> Parts:
    if not row["source_url"]:
        return f"{row['raw_file'] or fmt.MISSING}, row {row['raw_row'] or '?'}"
    label = f"Official record of {row['award_number'] or row['source_key']}"
    return Link("Official record", str(row["source_url"]), is_outside=True, label=label)


COLUMNS = (
    Column("last", Head("Last change", role="date"), blocks.last_change),
    Column("what", Head("What", role="what"), blocks.what_cell),
    Column("vendor", Head("From whom"), sentences.sold_by),
    Column("agency", Head("Agency"), _agency),
    Column("basis", Head("Basis"), blocks.basis_cell),
    Column("amount", Head("US dollars", is_number=True, role="amount"), blocks.shown_amount),
    Column("status", Head("How sure"), _status),
    Column("place", Head("Place"), _text("place_name")),
    Column("technology", Head("Technology"), _text("technology_name")),
    Column("maker", Head("Maker"), _maker),
    Column("form", Head("Form"), _text("form")),
    Column("award", Head("Award number"), _text("award_number")),
    Column("first", Head("First change"), lambda row: fmt.day(row["first_date"])),
    Column("end", Head("Ends"), lambda row: fmt.day(row["end_date"])),
    Column("ceiling", Head("Ceiling", is_number=True),
           lambda row: fmt.table_money(row["ceiling_usd"])),
    Column("grew", Head("Ceiling added by amendments", is_number=True),
           lambda row: fmt.table_money(row["ceiling_growth_usd"])),
    Column("signed", Head("Obligated at signing", is_number=True),
           lambda row: fmt.table_money(row["first_obligated_usd"])),
    Column("added", Head("Added since signing", is_number=True), _added),
    Column("competition", Head("How it was competed"), _text("competition")),
    Column("funding", Head("Out of which money"), _text("funding")),
    Column("office", Head("Buying office"), _text("office_name")),
    Column("why", Head("Why it counts"), _quoted("evidence")),
    Column("source", Head("Source"), _source),
)  # fmt: skip
_USUAL = ("last", "what", "vendor", "agency", "basis", "amount", "status")
_BY_NAME = {column.head.text: column for column in COLUMNS}


def columns(build: Build) -> list[Column]:
    """Show which columns stand in the table; return them, in our order."""
    usual = [c.head.text for c in COLUMNS if c.key in _USUAL and c.key not in _same(build)]
    chosen: list[str] = []
    with facets.fold(
        "Choose columns", "choose_columns", is_needed=bool(st.query_params.get("columns"))
    ) as is_looked_at:
        if is_looked_at:
            chosen = st.multiselect(
                "Columns",
                list(_BY_NAME),
                default=usual,
                key="columns",
                bind="query-params",
                select_all=False,
                width="stretch",
            )
    return [column for name, column in _BY_NAME.items() if name in (chosen or usual)]


def _same(build: Build) -> tuple[str, ...]:
    """Return the columns that would say the same in every row of this build."""
    same = []
    if len(filters.options(build, "agencies")) == 1:
        same.append("agency")
    if all(len(filters.options(build, facet)) == 1 for facet in ("kinds", "bases")):
        same.append("basis")
    return tuple(same)


def table(
    rows: Rows,
    shown: Sequence[Column],
    caption: str,
    amount_head: str,
    heads_link: Mapping[str, tuple[str, str]],
    picking: tuple[tuple[str, ...], Callable[[str], str]],
) -> None:
    """Show one page of rows; each can be picked, and each head that sorts is a link."""
    picked, turned = picking
    heads = []
    for column in shown:
        link, order = heads_link.get(column.key, ("", ""))
        text = (
            blocks.amounts_head(amount_head, rows) if column.key == "amount" else column.head.text
        )
        heads.append(replace(column.head, text=text, link=link, sorted=order))
    widgets.table(
        caption,
        [*heads, Head("Pick")],
        [
            [*(column.cell(row) for column in shown), _pick(row, picked, turned)]
            for row in rows
        ],
        facets.ROWS,
    )  # fmt: skip


def _pick(row: Row, picked: Sequence[str], turned: Callable[[str], str]) -> Parts:
    is_picked = row["purchase_id"] in picked
    what = fmt.clip(str(row["description"] or row["what"] or row["purchase_id"]), 60)
    return Link(
        "Picked" if is_picked else "Pick",
        turned(str(row["purchase_id"])),
        label=f"{'Let go' if is_picked else 'Pick'}: {what}, {row['vendor_name'] or fmt.MISSING}",
    )
