"""What `whobuys check --suggest` prints: likely other names of known vendors, for a person."""

import json
from dataclasses import asdict

from ingest.cli_base import out
from ingest.errors import WhobuysError
from ingest.home import Home
from ingest.knowledge import load_knowledge
from ingest.suggest import suggest


def suggest_aliases(*, as_json: bool) -> None:
    """Print suggestions, the most money first; raise WhobuysError before the first build."""
    home = Home.from_environment()
    database = home.published_database()
    if database is None:
        raise WhobuysError("There is no published database yet. Run `whobuys build` first.")
    found = suggest(database, load_knowledge(home.reference_folders))
    if as_json:
        rows = [{**asdict(one), "amount": _text(one.amount)} for one in found]
        out.print_json(json.dumps(rows))
        return
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


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)
