"""The command that lets a source pass which a guard holds back."""

import json
from typing import Annotated

import typer

from ingest import held
from ingest.cli_base import AsJson, app, explained, out
from ingest.home import Home


@app.command()
@explained
def accept(
    source: Annotated[str, typer.Argument(help="The source that is held back.")],
    reason: Annotated[str, typer.Option(help="Why its data are right. The reason is kept.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Let a source pass that a guard holds back, and keep the reason."""
    found = held.accept(Home.from_environment(), source, reason)
    if as_json:
        out.print_json(json.dumps({"source": source, "found": found, "reason": reason}))
        return
    for message in found:
        out.print(f"{source}: {message}.", markup=False)
    out.print("Accepted. `whobuys build` publishes it.", markup=False)
