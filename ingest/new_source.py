"""A city that nobody has prepared: `whobuys new-source ADDRESS` drafts its declaration.

The draft is facts and guesses. What is a guess is marked `not sure`, so that a person who knows
the city reads a page of text and not a manual.
"""

import json
import re
import textwrap
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.classify_file import ADDED, classify_table
from ingest.draft_columns import Guess, fiscal_year_begins, guess
from ingest.errors import DeclarationError, WhobuysError
from ingest.files import write_whole
from ingest.gazetteer import known as gazetteer
from ingest.home import Home
from ingest.http import Client
from ingest.knowledge import Knowledge, load_knowledge
from ingest.place_ids import plain
from ingest.places import place_of
from ingest.portal_address import Found, described, find
from ingest.source import load_source, load_sources
from ingest.spreadsheet import Cell, Table

LIKELIEST = 10
_ORDER = {("matched", "strict"): 0, ("possible", "strict"): 1, ("matched", "related"): 2}
_BASES = {"payment": "paid", "contract": "committed", "order": "committed"}
_CURRENCIES = {".uk": "GBP", ".ca": "CAD", ".au": "AUD", ".nz": "NZD", ".eu": "EUR", ".ie": "EUR"}
_UNITS = {
    "payment": "one payment, or one line of it",
    "contract": "one row of a contract",
    "order": "one row of a purchase order",
}


@dataclass(frozen=True)
class Likely:
    """A row of the sample that looks like surveillance technology, and why."""

    vendor: str | None
    description: str | None
    amount: str | None
    status: str
    technology: str | None
    evidence: str | None


@dataclass(frozen=True)
class Draft:
    """A drafted declaration, where it was written (None: nowhere), and what is likely in it."""

    source_id: str
    text: str
    path: Path | None
    rows: int
    doubts: int
    likely: list[Likely]
    # Whether the file lies here alone, so that it has to be added by hand.
    is_local: bool


def new_source(
    home: Home,
    address: str,
    *,
    source_id: str | None = None,
    place: str | None = None,
    today: date,
    writes: bool = True,
    client: Client | None = None,
) -> Draft:
    """Draft the declaration of the data set at an address, or of a file here.

    Raises WhobuysError where there is none, where nothing in it looks like purchases, or where a
    declaration of that id stands already.
    """
    with client or Client(source_id or "new source") as asking:
        found = find(address, asking)
    made = guess(found.columns, found.rows, described(found)["title"])
    if place:
        place_of(place)
    chosen = place or _place(found)
    chosen_id = source_id or _id(chosen or "us", described(found)["title"])
    if not re.fullmatch(r"[a-z0-9_]+", chosen_id):
        raise WhobuysError(f"{chosen_id}: an id has small letters, digits and `_` alone.")
    text = _text(found, made, chosen, today, is_place_sure=place is not None)
    path = home.root / "sources" / f"{chosen_id}.yml"
    if writes:
        if path.exists() or chosen_id in load_sources(home.source_folders):
            raise WhobuysError(
                f"There is a source {chosen_id} already. Choose another id with `--id`."
            )
        write_whole(path, text.encode())
        try:
            load_source(path)
        except DeclarationError as error:
            path.rename(path.with_suffix(".draft"))
            raise WhobuysError(
                f"The draft needs a person first: {error} It stands in "
                f"{path.with_suffix('.draft')}; rename it to {path.name} when it is right."
            ) from error
    return Draft(
        chosen_id,
        text,
        path if writes else None,
        len(found.rows),
        text.count("not sure"),
        likeliest(found, made, load_knowledge(home.reference_folders)),
        is_local="://" not in address,
    )


def likeliest(found: Found, made: Guess, knowledge: Knowledge) -> list[Likely]:
    """Return the rows of the sample that most look like surveillance technology, at most ten."""
    header = [column.name for column in found.columns]
    rows: list[list[Cell]] = [[row.get(name) for name in header] for row in found.rows]
    result = classify_table(Table(header, rows), knowledge, made.classify)
    first = len(header)
    judged = []
    for row in result.rows:
        verdict = dict(zip(ADDED, row[first:], strict=True))
        rank = _ORDER.get((str(verdict["status"]), str(verdict["scope"])))
        if rank is None:
            continue
        said = {
            ours: None if (at := made.classify.get(ours)) is None else row[header.index(at)]
            for ours in ("vendor", "description", "amount")
        }
        judged.append((rank, -int(str(verdict["strength"] or 0)), said, verdict))
    judged.sort(key=lambda entry: entry[:2])
    kept: list[Likely] = []
    for _, _, said, verdict in judged:
        likely = Likely(
            vendor=_or_none(said["vendor"]),
            description=_or_none(said["description"]),
            amount=_or_none(said["amount"]),
            status=str(verdict["status"]),
            technology=_or_none(verdict["technology"]),
            evidence=_or_none(verdict["evidence"]),
        )
        # Ten payments to one vendor say no more than one of them.
        if not any((k.vendor, k.description) == (likely.vendor, likely.description) for k in kept):
            kept.append(likely)
        if len(kept) == LIKELIEST:
            break
    return kept


def _or_none(cell: Cell) -> str | None:
    return None if cell is None else str(cell)


def _place(found: Found) -> str | None:
    """Return the one place whose name stands in the publisher's, the title or the host."""
    facts = described(found)
    words = plain(f"{facts['publisher']} {facts['title']}")
    hits = [
        place.place_id
        for place in gazetteer().values()
        if re.search(rf"(^|_){re.escape(plain(place.place_name))}(_|$)", words)
    ]
    return hits[0] if len(hits) == 1 else None


def _id(place: str, title: str) -> str:
    words = [word for word in plain(title).split("_") if word not in place.split("_")]
    return f"{place}_{'_'.join(words[:4]) or 'purchases'}"


def _text(found: Found, made: Guess, place: str | None, today: date, *, is_place_sure: bool) -> str:
    facts = described(found)
    lines = [
        *_comment(
            f"Drafted by `whobuys new-source` on {today.isoformat()}, from what the data set says "
            f"of itself and its first {len(found.rows):,} rows. Read the lines marked `not sure`, "
            f"correct them, and take the mark away."
        ),
        f"title: {_quoted(facts['title'])}",
        f"publisher: {_quoted(facts['publisher'])}",
    ]
    if not is_place_sure:
        lines.append(
            "# not sure: found by its name."
            if place
            else "# not sure: no place was found by its name. Places are named like us_il_chicago."
        )
    lines += [f"place: {place or 'us'}", f"page: {_quoted(found.page)}"]
    lines += [f"licence: {_quoted(facts['licence'])}", *_way(found)]
    lines += [f"# not sure: {made.doubts['record_kind']}.", f"record_kind: {made.record_kind}"]
    lines.append(f"basis: {_BASES[made.record_kind]}")
    currency = next(
        (code for end, code in _CURRENCIES.items() if _host(found).endswith(end)), "USD"
    )
    lines += ["# not sure: judged by the address alone.", f"currency: {currency}"]
    month = fiscal_year_begins(made, found.rows)
    if month is None:
        lines.append("# not sure: July is usual among American cities; see its budget.")
    lines += [f"fiscal_year_begins: {month or 7}", "# not sure", "cadence: monthly"]
    lines += ["# not sure", f"grain: {_UNITS[made.record_kind]}"]
    lines += _reading(made)
    lines += [
        "covers: Not written yet.",
        "does_not_cover: Not written yet. Ask the publisher what is left out.",
        "# The whole of what was bought in these years: only once the publisher says so.",
        "is_complete: false",
        "expect: {min_rows: 1, max_rejected: 1000}",
        "verified:",
        f"  how: columns as the data set itself has them{_changed(facts['updated'])}",
        f"  when: {today.isoformat()}",
    ]
    return "\n".join(lines) + "\n"


def _reading(made: Guess) -> list[str]:
    """Return what the columns are, as lines of a declaration."""
    lines: list[str] = []
    if doubt := made.doubts.get("amounts"):
        lines += _comment(f"not sure: {doubt}.")
    lines.append(f"amounts: {made.amounts}")
    if made.record_kind == "payment":
        lines.append("# The number of the contract paid under; empty: payments to a vendor add up.")
    lines.append(f"purchase_key: {_list(made.purchase_key)}")
    if made.no_contract:
        lines.append("# Words in place of a number.")
        lines.append(f"no_contract: {{{_quoted(made.purchase_key[0])}: {_list(made.no_contract)}}}")
    lines += ["# No column is known to tell one row from all others.", "row_key: []", "columns:"]
    for theirs, ours in made.columns.items():
        if theirs in made.doubts:
            lines += _comment(f"not sure: {made.doubts[theirs]}.", "  ")
        lines.append(f"  {_quoted(theirs)}: {ours}")
    if made.others or made.private:
        lines.append("ignore:")
    if made.others:
        lines += _long_list("  not looked at yet:", made.others)
    if made.private:
        lines += _long_list("  addresses and contacts of people:", made.private)
    return lines


def _changed(updated: str) -> str:
    return f", whose rows last changed on {updated}" if updated else ""


def _way(found: Found) -> list[str]:
    lines = [f"adapter: {found.adapter}"]
    if found.adapter == "table_file":
        if found.dataset.addresses:
            lines.append(f"address: {_quoted(found.dataset.addresses[0])}")
        else:
            lines.append("# The file lies here: `whobuys add FILE --source` brings it.")
    else:
        base = found.dataset.base
        lines.append(f"domain: {base.removeprefix('https://')}")
        lines.append(f"dataset: {_quoted(found.dataset.id)}")
    if len(found.parts) > 1:
        lines += _comment(
            f"not sure: every table of the package is read ({'; '.join(found.parts)})."
        )
        lines.append('resources: "*"')
    if found.reading:
        said = ", ".join(f"{key}: {value}" for key, value in found.reading.items())
        lines.append(f"read: {{{said}}}")
    return lines


def _host(found: Found) -> str:
    return found.page.partition("://")[2].partition("/")[0].partition(":")[0]


def _comment(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, 98, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def _quoted(text: str) -> str:
    """Return a text as YAML has it: bare where that is safe, else in quotation marks."""
    plain_text = " ".join(text.split())
    is_bare = re.fullmatch(r"[A-Za-z][\w ./&()-]*(?:://[\w./-]+)?", plain_text)
    return plain_text if is_bare and plain_text == plain_text.strip() else json.dumps(plain_text)


def _long_list(key: str, names: list[str]) -> list[str]:
    return [key, *textwrap.wrap(_list(names), 98, initial_indent=" " * 4,
                                subsequent_indent=" " * 5, break_long_words=False,
                                break_on_hyphens=False)]  # fmt: skip


def _list(names: list[str]) -> str:
    return (
        f"[{', '.join(_quoted(name) if ',' not in name else json.dumps(name) for name in names)}]"
    )
