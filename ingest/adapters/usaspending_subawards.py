"""Sub-awards by the API: what prime contractors report under the awards that a search found.

The detail of an award says how many sub-awards it has, and their sum. Those of an award are
fetched when either differs from what it was when they were fetched last.
"""

import json
from collections.abc import Iterator
from decimal import Decimal

from ingest import archive
from ingest.adapters import usaspending_api as api
from ingest.adapters.usaspending_answers import Answers, Crawled, Say
from ingest.adapters.usaspending_journal import Journal, asked
from ingest.adapters.usaspending_json import is_answers
from ingest.errors import SourceError
from ingest.home import Home
from ingest.http import Client
from ingest.source import Source


def crawl_subawards(
    home: Home, source: Source, client: Client, *, say: Say = lambda _: None
) -> Crawled:
    """Fetch the sub-awards of every award of the source that this one is `under`.

    Raises SourceError when they are not as many as the service counts.
    """
    if source.search is None or source.search.under is None:
        raise SourceError(f"{source.id}: its declaration does not say what it is `under`.")
    with Journal.of(home, source.id) as journal:
        journal.forget_search()
        journal.add(primes(home, source.search.under).items())
        answers = Answers(home, source, api.Service(client), journal, say)
        answers.result.found = journal.found()
        answers.fetch_awards()
        journal.forget_search()
        return answers.result


def primes(home: Home, source_id: str) -> dict[str, str]:
    """Return the awards of a source that have sub-awards, each with their number and sum."""
    newest: dict[str, str | None] = {}
    for raw in sorted(archive.kept(home, source_id), key=lambda raw: raw.receipt.fetched_at):
        if is_answers(raw.path):
            with raw.path.open(encoding="utf-8") as lines:
                newest.update(_counts(lines))
    return {award_id: counted for award_id, counted in sorted(newest.items()) if counted}


def _counts(lines: Iterator[str]) -> Iterator[tuple[str, str | None]]:
    for line in lines:
        said = asked(line)
        if said["award_id"] and said["is_last"]:
            detail = json.loads(json.loads(line)["reply"], parse_float=Decimal)
            count, total = detail["subaward_count"], detail["total_subaward_amount"]
            yield said["award_id"], f"{count} sub-awards, {total}" if count else None
