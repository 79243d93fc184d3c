"""The targeted crawl: search by our reference data, then fetch each award found, once.

Made for a laptop: two requests at a time, about one a second, any number of awards in the same
memory, and a run that is killed goes on where it stopped.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ingest.adapters import usaspending_api as api
from ingest.adapters.usaspending_answers import Answers, Crawled, Say
from ingest.adapters.usaspending_journal import Journal
from ingest.errors import SourceError
from ingest.home import Home
from ingest.http import Client
from ingest.knowledge import Knowledge
from ingest.search_terms import Query, award_number, award_queries, queries
from ingest.source import Search, Source

# The nightly load of the service can end while a search is under way.
RESTARTS = 3
# Days that a search for news reaches back beyond the last one, for records that came in late.
OVERLAP = timedelta(days=7)
# The version of awards that no search finds: they are fetched by their keys, once a month.
BY_KEY = "known by its key"


@dataclass(frozen=True)
class Question:
    """One search: its name whatever the dates, its filters, and the only awards wanted of it."""

    name: str
    group: api.Group
    filters: api.Filters
    only: frozenset[str]

    @property
    def key(self) -> str:
        """What names this question with its dates."""
        return _fingerprint(self.filters.body())


def crawl(
    home: Home,
    source: Source,
    client: Client,
    knowledge: Knowledge,
    *,
    today: date,
    known: Collection[str] = (),
    say: Say = lambda _: None,
    everything: bool = False,
) -> Crawled:
    """Search for everything that reference data know, and fetch what is new or has changed.

    `known` are keys of awards to have whatever their words. A question asked before is asked
    again for what was modified since, unless `everything`. Raises SourceError when the service
    cannot be believed; what was fetched before stays.
    """
    if source.search is None:
        raise SourceError(f"{source.id}: its declaration has no `search`, so it is not searched.")
    service = api.Service(client)
    known = [key for key in known if key.startswith(_prefixes(source.search))]
    questions = list(_questions(source, source.search, knowledge, known))
    with Journal.of(home, source.id) as journal:
        for _ in range(RESTARTS):
            answers = Answers(home, source, service, journal, say)
            began = service.last_updated()
            plan = _planned(source, journal, questions, began, today, everything=everything)
            run = _fingerprint({"updated": str(began), "plan": [asked.key for asked in plan]})
            if journal.resume(run):
                say("Going on with the search that was stopped")
                answers.take_up_pages()
            else:
                answers.forget_pages()
            whole = []
            for number, question in enumerate(plan, start=1):
                say(f"Search {number} of {len(plan)} ({question.group})")
                if _search(answers, question):
                    whole.append(question.name)
            if service.last_updated() != began:
                say("USAspending loaded new data meanwhile; searching again")
                journal.forget_search()
                continue
            journal.add_known(known, f"{BY_KEY}, {began or today:%Y-%m}", BY_KEY)
            answers.result.found = journal.found()
            answers.fetch_awards()
            answers.keep_pages()
            journal.finish(whole, began or today)
            return answers.result
    raise SourceError(
        f"{source.id}: USAspending changed its data {RESTARTS} times while it was searched. "
        f"Nothing was lost: run the command again tomorrow."
    )


def _prefixes(search: Search) -> tuple[str, ...]:
    return tuple(api.PREFIX[group] for group in search.groups)


def _questions(
    source: Source, search: Search, knowledge: Knowledge, known: Collection[str]
) -> Iterator[tuple[api.Group, dict[str, Any], frozenset[str]]]:
    """Yield each question without its dates: group, terms, and the only awards wanted of it."""
    listings = {"program_numbers": tuple(source.listings)} if source.listings else {}
    for group in search.groups:
        own = [key for key in known if key.startswith(api.PREFIX[group])]
        for query in [*queries(knowledge), *award_queries(own)]:
            terms = {"award_type_codes": api.GROUPS[group], **_terms(query), **listings}
            yield group, terms, frozenset(query.awards)


def _terms(query: Query) -> dict[str, tuple[str, ...]]:
    numbers = sorted({f'"{award_number(key)}"' for key in query.awards})
    terms = {
        "keywords": query.keywords,
        "recipient_search_text": query.recipients,
        "award_ids": tuple(numbers),
    }
    return {name: words for name, words in terms.items() if words}


def _fingerprint(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _planned(
    source: Source,
    journal: Journal,
    questions: list[tuple[api.Group, dict[str, Any], frozenset[str]]],
    updated: date | None,
    today: date,
    *,
    everything: bool,
) -> list[Question]:
    """Return each question with its dates: from the beginning, or since it was last answered."""
    plan = []
    end = min(max(today, updated or today), api.LATEST)
    for group, terms, only in questions:
        name = _fingerprint([group, terms])
        until = None if everything else journal.complete_until(name)
        period = (
            {"start_date": until - OVERLAP, "end_date": end, "date_type": "last_modified_date"}
            if until
            else {"start_date": api.EARLIEST, "end_date": end}
        )
        filters = api.filters(source.id, **terms, time_period=(period,))
        plan.append(Question(name, group, filters, only))
    return plan


def _search(answers: Answers, question: Question) -> bool:
    """Find every award that a question has; return whether they are as many as counted."""
    journal, service, key = answers.journal, answers.service, question.key
    for is_second_try in (False, True):
        cursor, pages, expected, is_done = journal.query(key)
        if expected is None:
            expected = service.count(question.group, question.filters)
            journal.begin_query(key, expected)
        while not is_done and expected:
            page = service.page(question.filters, pages + 1, cursor)
            answers.add_page(page.reply)
            versions = [_version(award) for award in page.awards]
            journal.add_page(key, versions, page.next_cursor, question.only)
            cursor, pages, is_done = page.next_cursor, pages + 1, page.next_cursor is None
        found = journal.found_by(key)
        if found == expected:
            return True
        if not is_second_try:
            journal.begin_query(key, service.count(question.group, question.filters))
    answers.result.notes.append(
        f"{answers.source.id}: search {question.name} ({question.group}) found {found:,} awards "
        f"where USAspending counts {expected:,}. What was found is kept; the next run asks again."
    )
    return False


def _version(award: dict[str, Any]) -> tuple[str, str]:
    # The amount stands beside the date: a record whose date is missing can still change.
    return (
        str(award["generated_internal_id"]),
        f"{award['Last Modified Date']} {award['Award Amount']}",
    )
