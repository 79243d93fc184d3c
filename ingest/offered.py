"""What a portal offers, compared with what a declaration reads."""

import difflib
from dataclasses import dataclass

from ingest.adapters.portal import Column
from ingest.errors import SourceError
from ingest.record_columns import plain
from ingest.source import Source, names


@dataclass(frozen=True)
class Difference:
    """Columns by the publisher's names: gone ones that are needed, gone ones that are not, new."""

    gone: list[str]
    may_be_gone: list[str]
    new: list[str]


def difference(source: Source, columns: tuple[Column, ...]) -> Difference:
    """Return which declared columns a portal does not offer, and which of its own are new."""
    # Rows come under these names, whatever title a portal shows above them.
    offered = {plain(column.name) for column in columns}
    gone = [
        column
        for column in source.columns
        if not offered & {plain(name) for name in (column, *source.also_called.get(column, []))}
    ]
    needed = set(_needed(source))
    not_needed = [
        column
        for column in gone
        if column in source.may_be_gone
        or (source.when_column_gone == "leave_empty" and column not in needed)
    ]
    known = {
        plain(name)
        for column in (*source.columns, *source.ignored)
        for name in (column, *source.also_called.get(column, []))
    }
    conditions = [column for condition in source.conditions.values() for column in condition]
    keys = (*source.purchase_key, *source.purchase_key_else, *source.row_key, *source.contract_key)
    known |= {plain(name) for name in (*conditions, *keys)}
    return Difference(
        gone=[column for column in gone if column not in not_needed]
        + [
            column
            for column in dict.fromkeys((*conditions, *keys))
            if plain(column) not in offered
            and not offered & {plain(name) for name in source.also_called.get(column, [])}
            and column not in source.columns
        ],
        may_be_gone=not_needed,
        new=[column.name for column in columns if plain(column.name) not in known],
    )


def _needed(source: Source) -> list[str]:
    money = [theirs for theirs, ours in source.columns.items() if ours == "amount"]
    return [*source.purchase_key, *source.row_key, *money]


def refuse_gone(source: Source, columns: tuple[Column, ...]) -> None:
    """Raise SourceError where a portal no longer has a column that the source needs."""
    found = difference(source, columns)
    if not found.gone:
        return
    raise SourceError(
        f"{source.id}: the portal no longer has {names(found.gone)}{likely(found)}. If the "
        f"publisher renamed them, change `columns` in {source.path.name}."
    )


def likely(found: Difference) -> str:
    """Return which new columns look like those that are gone, as the middle of a sentence."""
    pairs = []
    for column in found.gone:
        near = difflib.get_close_matches(plain(column), [plain(name) for name in found.new], n=1)
        pairs += [f"`{near[0]}` is new and looks like `{column}`"] if near else []
    if pairs:
        return f" ({', '.join(pairs)})"
    return f" (new is {names(found.new)})" if found.new else ""
