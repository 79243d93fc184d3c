"""What `whobuys check --suggest` prints, for a person: likely other names of vendors, agencies."""

import json
from dataclasses import asdict

from ingest.cli_base import out
from ingest.errors import WhobuysError
from ingest.home import Home
from ingest.knowledge import load_knowledge
from ingest.suggest import Suggestion, suggest
from ingest.suggest_agencies import AgencySuggestion, suggest_agencies


def suggest_aliases(*, as_json: bool) -> None:
    """Print suggestions, the most money first; raise WhobuysError before the first build."""
    home = Home.from_environment()
    database = home.published_database()
    if database is None:
        raise WhobuysError("There is no published database yet. Run `whobuys build` first.")
    found = suggest(database, load_knowledge(home.reference_folders))
    alike = suggest_agencies(database)
    if as_json:
        rows = [{**asdict(one), "amount": _text(one.amount)} for one in found]
        out.print_json(json.dumps([*rows, *map(asdict, alike)]))
        return
    _print_aliases(found)
    _print_agencies(alike)


def _print_aliases(found: list[Suggestion]) -> None:
    if not found:
        out.print("No unmatched vendor name looks like a known vendor.")
        return
    for one in found:
        money = f"{one.amount:,.2f} {one.currency}" if one.amount is not None else "no amount"
        out.print(
            f"{one.score}  {one.name}  looks like  {one.vendor_name} ({one.alias})\n"
            f"    {money}, {one.record_kind}, {one.basis}, {one.purchases} "
            f"purchase{'' if one.purchases == 1 else 's'}, such as {one.example_purchase}\n"
            f"    {one.line}",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    out.print(
        "Read a purchase before you paste a line into data/reference/vendor_aliases.csv: names "
        "that look alike are often different businesses.",
        soft_wrap=True,
    )


def _print_agencies(alike: list[AgencySuggestion]) -> None:
    for one in alike:
        out.print(
            f"{one.score}  {one.agency_name} ({one.agency_id})  looks like  "
            f"{one.other_name} ({one.other_id})\n    {one.line}",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    if alike:
        out.print(
            "A city and its township, or a university and its town, have names alike and are two. "
            "A line goes into data/reference/department_names.csv once a person knows that both "
            "are one, and where that stands.",
            soft_wrap=True,
        )


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)
