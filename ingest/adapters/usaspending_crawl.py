"""The targeted crawl: search by our reference data, then fetch each award found, once.

Made for a laptop: two requests at a time, about one a second, any number of awards in the same
memory, and a run that is killed goes on where it stopped.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest import archive
from ingest.adapters import usaspending_api as api
from ingest.adapters.usaspending_journal import REPLY, Journal, asked
from ingest.errors import SourceError
from ingest.home import Home
from ingest.http import AT_ONCE, Client, Refused, usaspending_address
from ingest.knowledge import Knowledge
from ingest.search_terms import Query, queries
from ingest.source import Search, Source

Say = Callable[[str], None]
# Awards in one raw file: few enough to lose little in a kill, many enough to keep files few.
PER_FILE = 250
# The nightly load of the service can end while a search is under way.
RESTARTS = 3
# Days that a search for news reaches back beyond the last one, for records that came in late.
OVERLAP = timedelta(days=7)
NOT_FOUND = 404
PAGES, AWARDS = "usaspending_search", "usaspending_awards"
Award = tuple[str, str, bool]


@dataclass
class Crawled:
    """What a crawl did, in numbers, and whatever a person should know."""

    found: int = 0
    new: int = 0
    changed: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        """Awards found that were here already in the same version."""
        return self.found - self.new - self.changed


def crawl(
    home: Home,
    source: Source,
    client: Client,
    knowledge: Knowledge,
    *,
    today: date,
    say: Say = lambda _: None,
    everything: bool = False,
) -> Crawled:
    """Search for everything that reference data know, and fetch what is new or has changed.

    A question asked before is asked again for what was modified since, unless `everything`.
    Raises SourceError when the service cannot be believed; what was fetched before stays.
    """
    if source.search is None:
        raise SourceError(f"{source.id}: its declaration has no `search`, so it is not searched.")
    service = api.Service(client)
    questions = _questions(source, source.search, knowledge)
    with Journal.of(home, source.id) as journal:
        for _ in range(RESTARTS):
            result = Crawled()
            began = service.last_updated()
            plan = _planned(source, journal, questions, began, today, everything=everything)
            run = _fingerprint({"updated": str(began), "plan": [key for key, *_ in plan]})
            if journal.resume(run):
                say("Going on with the search that was stopped")
            else:
                journal.unfinished(PAGES).unlink(missing_ok=True)
            for number, (key, name, group, filters) in enumerate(plan, start=1):
                say(f"Search {number} of {len(plan)} ({group})")
                _search(service, journal, key, name, group, filters, result)
            if service.last_updated() != began:
                say("USAspending loaded new data meanwhile; searching again")
                journal.forget_search()
                continue
            result.found = journal.found()
            _fetch_awards(home, source, service, journal, result, say)
            _keep_pages(home, source, journal, result)
            journal.finish([name for _, name, *_ in plan], began or today)
            return result
    raise SourceError(
        f"{source.id}: USAspending changed its data {RESTARTS} times while it was searched. "
        f"Nothing was lost: run the command again tomorrow."
    )


def _questions(
    source: Source, search: Search, knowledge: Knowledge
) -> list[tuple[api.Group, dict[str, Any]]]:
    listings = {"program_numbers": tuple(source.listings)} if source.listings else {}
    return [
        (group, {"award_type_codes": api.GROUPS[group], **_terms(query), **listings})
        for group in search.groups
        for query in queries(knowledge)
    ]


def _terms(query: Query) -> dict[str, tuple[str, ...]]:
    terms = {"keywords": query.keywords, "recipient_search_text": query.recipients}
    return {name: words for name, words in terms.items() if words}


def _fingerprint(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _planned(
    source: Source,
    journal: Journal,
    questions: list[tuple[api.Group, dict[str, Any]]],
    updated: date | None,
    today: date,
    *,
    everything: bool,
) -> list[tuple[str, str, api.Group, api.Filters]]:
    """Return each question with its key, its name whatever the dates, and its filters, checked."""
    plan = []
    end = min(max(today, updated or today), api.LATEST)
    for group, terms in questions:
        name = _fingerprint([group, terms])
        until = None if everything else journal.complete_until(name)
        period = (
            {"start_date": until - OVERLAP, "end_date": end, "date_type": "last_modified_date"}
            if until
            else {"start_date": api.EARLIEST, "end_date": end}
        )
        filters = api.filters(source.id, **terms, time_period=(period,))
        plan.append((_fingerprint(filters.body()), name, group, filters))
    return plan


def _search(
    service: api.Service,
    journal: Journal,
    key: str,
    name: str,
    group: api.Group,
    filters: api.Filters,
    result: Crawled,
) -> None:
    for is_second_try in (False, True):
        cursor, pages, expected, is_done = journal.query(key)
        if expected is None:
            expected = service.count(group, filters)
            journal.begin_query(key, expected)
        while not is_done and expected:
            page = service.page(filters, pages + 1, cursor)
            _write(journal.part(PAGES), [_line(page.reply, None, "", is_last=True)])
            journal.add_page(key, [_version(award) for award in page.awards], page.next_cursor)
            cursor, pages, is_done = page.next_cursor, pages + 1, page.next_cursor is None
        found = journal.found_by(key)
        if found == expected:
            return
        if not is_second_try:
            journal.begin_query(key, service.count(group, filters))
    result.notes.append(
        f"{service.source_id}: search {name} ({group}) found {found:,} awards where USAspending "
        f"counts {expected:,}. What was found is kept; the next run asks again."
    )


def _version(award: dict[str, Any]) -> tuple[str, str]:
    # The amount stands beside the date: a record whose date is missing can still change.
    return (
        str(award["generated_internal_id"]),
        f"{award['Last Modified Date']} {award['Award Amount']}",
    )


def _fetch_awards(
    home: Home,
    source: Source,
    service: api.Service,
    journal: Journal,
    result: Crawled,
    say: Say,
) -> None:
    """Fetch every award that is not here in its newest version, in the order of their ids."""
    part = journal.unfinished(AWARDS)
    done = _in_part(part)
    for _, _, is_new in done:
        _count(result, is_new=is_new)
    names = {award_id: version for award_id, version, _ in done}
    _keep_if_full(home, source, journal, part, names, result)
    wanted = (award for award in journal.wanted() if names.get(award[0]) != award[1])
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for (award_id, version, is_new), lines in _in_order(pool, service, wanted):
            if isinstance(lines, str):
                result.notes.append(lines)
                continue
            _write(part, lines)
            names[award_id] = version
            _count(result, is_new=is_new)
            if (result.new + result.changed) % 100 == 0:
                say(f"Fetched {result.new + result.changed:,} awards")
            _keep_if_full(home, source, journal, part, names, result)
    if names:
        _keep(home, source, journal, part, names, result)


def _count(result: Crawled, *, is_new: bool) -> None:
    if is_new:
        result.new += 1
    else:
        result.changed += 1


def _in_part(part: Path) -> list[Award]:
    """Return the awards that a killed run had fetched and not yet put into the archive."""
    if not part.exists():
        return []
    awards = []
    with part.open(encoding="utf-8") as lines:
        for line in lines:
            said = asked(line)
            if said["is_last"]:
                awards.append((said["award_id"], said["version"], said["is_new"]))
    return awards


def _keep_if_full(
    home: Home,
    source: Source,
    journal: Journal,
    part: Path,
    names: dict[str, str],
    result: Crawled,
) -> None:
    if len(names) >= PER_FILE:
        _keep(home, source, journal, part, names, result)


def _keep(
    home: Home,
    source: Source,
    journal: Journal,
    part: Path,
    names: dict[str, str],
    result: Crawled,
) -> None:
    """Put the awards fetched into the archive as one raw file."""
    sha256 = _archived(home, source, part)
    journal.kept(sha256, list(names.items()))
    names.clear()
    result.files += 1


def _keep_pages(home: Home, source: Source, journal: Journal, result: Crawled) -> None:
    """Keep the pages of a search that brought something; one that did not says nothing new."""
    pages = journal.unfinished(PAGES)
    if result.new + result.changed and pages.exists():
        _archived(home, source, pages)
        result.files += 1
    pages.unlink(missing_ok=True)


def _archived(home: Home, source: Source, part: Path) -> str:
    now = datetime.now(UTC)
    named = part.with_name(f"{part.stem}_{now:%Y%m%dT%H%M%S}.jsonl")
    part.rename(named)
    raw, _ = archive.keep(
        home,
        source.id,
        named,
        url=f"{usaspending_address()}/api/v2/",
        # To the microsecond: the newer of two answers counts.
        fetched_at=now,
    )
    named.unlink()
    return raw.receipt.sha256


def _in_order(
    pool: ThreadPoolExecutor, service: api.Service, wanted: Iterator[Award]
) -> Iterator[tuple[Award, list[str] | str]]:
    """Yield each award with its lines, or with a sentence why there are none; few at a time."""
    waiting: deque[tuple[Award, Future[list[str] | str]]] = deque()
    try:
        for award in wanted:
            waiting.append((award, pool.submit(_lines, service, award)))
            if len(waiting) > AT_ONCE:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        for _, future in waiting:
            future.cancel()


def _lines(service: api.Service, award: Award) -> list[str] | str:
    """Fetch an award: its pages of transactions, and the detail as its last line."""
    award_id, version, is_new = award
    try:
        replies = [*service.transactions(award_id), service.award(award_id)]
    except Refused as refusal:
        if refusal.status == NOT_FOUND:
            return (
                f"{service.source_id}: USAspending finds {award_id} and does not have it "
                f"({refusal.body}). It is left as it was."
            )
        raise
    return [
        _line(reply, award_id, version, is_new=is_new, is_last=reply is replies[-1])
        for reply in replies
    ]


def _line(
    reply: api.Reply, award_id: str | None, version: str, *, is_last: bool, is_new: bool = True
) -> str:
    """Return an answer as one line: what was asked, and the text as it was served."""
    said = {
        "award_id": award_id,
        "version": version,
        "is_new": is_new,
        "is_last": is_last,
        "fetched_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "method": reply.method,
        "path": reply.path,
        "body": reply.body,
    }
    return f"{json.dumps(said)[:-1]}{REPLY}{json.dumps(reply.text)}}}\n"


def _write(part: Path, lines: list[str]) -> None:
    with part.open("a", encoding="utf-8", newline="\n") as handle:
        handle.write("".join(lines))
