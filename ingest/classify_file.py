"""Classify a spreadsheet: any CSV or XLSX of purchases, as a records request brings it.

Nothing is kept and nothing is sent anywhere: the rows go through the same knowledge, tables
and functions as a build, in memory.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.home import Home
from ingest.knowledge import Knowledge, load_knowledge
from ingest.reference_files import nearest
from ingest.small_ledger import classified
from ingest.spreadsheet import Cell, Table, TableError, read_table, write_table

# The names under which records of many governments keep each column, best first.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": ("id", "award id", "award id piid", "piid", "contract number", "purchase order",
           "purchase order contract number", "po number", "voucher", "reference", "contract id"),
    "agency": ("agency", "awarding sub agency name", "awarding agency name", "department",
               "department name", "agency name", "awarding agency", "awarding sub agency", "buyer",
               "organization", "organisation", "office"),
    "vendor": ("vendor", "recipient name", "vendor name", "supplier", "supplier name", "payee",
               "payee name", "contractor", "recipient", "company", "merchant",
               "supplier other non supplier payees", "beneficiary"),
    "description": ("description", "transaction description", "award description",
                    "prime award base transaction description", "purchase order description",
                    "contract description", "item description", "item", "purpose", "product",
                    "line description", "contract title", "title", "commodity", "details",
                    "expenses category", "narrative", "expense description", "expenditure account",
                    "account description", "sub object", "object", "character"),
    "psc": ("psc", "product or service code", "psc code", "product or service code description",
            "psc description", "commodity code"),
    "naics": ("naics", "naics code", "naics description"),
    "amount": ("amount", "federal action obligation", "award amount", "total", "amount paid",
               "vouchers paid", "obligated amount", "total obligated amount", "price", "cost",
               "value", "check amount", "invoice amount"),
}  # fmt: skip
ADDED = (
    "status", "scope", "technology", "type", "vendor_id", "maker_id", "strength", "rule",
    "evidence",
)  # fmt: skip


@dataclass(frozen=True)
class FileResult:
    """What became of a file: its columns as they were understood, and the counts."""

    columns: dict[str, str]
    header: list[str]
    rows: list[list[Cell]]
    matched: int
    related: int
    possible: int


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def find_columns(header: list[str], columns: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return which column of a table holds what; `columns` (ours: theirs) settles doubts.

    Raises TableError when neither a vendor nor a description can be found.
    """
    found: dict[str, str] = {}
    for ours, theirs in (columns or {}).items():
        if ours not in SYNONYMS:
            raise TableError(f"`{ours}` is no column that can be named: {', '.join(SYNONYMS)} can.")
        if theirs not in header:
            near = nearest(theirs, header)
            hint = f" Did you mean `{near}`?" if near else ""
            raise TableError(f"The file has no column `{theirs}` for {ours}.{hint}")
        found[ours] = theirs
    plain = {_plain(name): name for name in reversed(header) if name}
    for ours, names in SYNONYMS.items():
        for name in names:
            if ours not in found and name in plain and plain[name] not in found.values():
                found[ours] = plain[name]
    if "vendor" not in found and "description" not in found:
        shown = ", ".join(f"`{name}`" for name in header if name) or "no names at all"
        raise TableError(
            "Neither a column of vendors nor one of descriptions was found. The first line of "
            f"the file has {shown}. Name them, for example: vendor=`Paid To`, "
            "description=`What For`."
        )
    return found


def classify_table(
    table: Table, knowledge: Knowledge, columns: Mapping[str, str] | None = None
) -> FileResult:
    """Classify the rows of a table; the result has its columns unchanged and ours after them."""
    used = find_columns(table.header, columns)
    places = {ours: table.header.index(theirs) for ours, theirs in used.items()}
    records = {
        ours: [_text(row[place]) for row in table.rows]
        for ours, place in places.items()
        if ours not in ("id", "amount")
    }
    connection = classified(knowledge, records)
    found = {
        int(row[0]): list(row[1:])
        for row in connection.execute(
            "select purchase_id, status, scope, technology, type, null, maker_id, strength, "
            "rule, evidence from evidence.verdict"
        ).fetchall()
    }
    vendors = dict(
        connection.execute(
            "select purchase_id::integer, vendor_id from core.purchase "
            "join core.vendor using (vendor_key) join core.vendor_name using (vendor_key) "
            "where vendor_name.vendor_name <> ''"
        ).fetchall()
    )
    connection.close()
    rows: list[list[Cell]] = []
    for place, row in enumerate(table.rows):
        verdict: list[Cell] = found.get(place, [None] * len(ADDED))
        verdict[ADDED.index("vendor_id")] = vendors.get(place)
        rows.append([*row, *verdict])
    judged = [(verdict[0], verdict[1]) for verdict in found.values()]
    return FileResult(
        used,
        [*table.header, *_unused(table.header)],
        rows,
        matched=judged.count(("matched", "strict")),
        related=judged.count(("matched", "related")),
        possible=sum(status == "possible" for status, _ in judged),
    )


def _unused(header: list[str]) -> list[str]:
    return [f"whobuys_{name}" if name in header else name for name in ADDED]


def _text(cell: Cell) -> str | None:
    text = "" if cell is None else str(cell).strip()
    return text or None


def classify_file(
    path: Path,
    output: Path | None,
    *,
    columns: Mapping[str, str] | None = None,
    knowledge: Knowledge | None = None,
) -> FileResult:
    """Classify a CSV or XLSX file and write it with the verdicts (to the terminal: output None).

    Raises TableError where the file or its columns cannot be understood.
    """
    if knowledge is None:
        knowledge = load_knowledge(Home.from_environment().reference_folders)
    result = classify_table(read_table(path), knowledge, columns)
    write_table(output, result.header, result.rows)
    return result
