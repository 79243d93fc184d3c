"""Fetching what is new: `whobuys fetch`. Resumes after a stop, and fetches nothing twice.

What a file is stands in its receipt; what a person should know about it (a month that is
missing, a file that was kept out) in `fetch/<source>.json` of the home, for `whobuys status` and
the Sources page.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from pydantic import ValidationError

from ingest.adapters.usaspending_answers import Crawled
from ingest.adapters.usaspending_crawl import crawl
from ingest.adapters.usaspending_subawards import crawl_subawards
from ingest.build import one_at_a_time
from ingest.decisions import load_decisions
from ingest.errors import DeclarationError, SourceError, WhobuysError
from ingest.fetch_archive import ArchiveJob
from ingest.fetch_place import PlaceJob
from ingest.fetch_result import Asked, Fetched, Say, Tick
from ingest.following import FOLLOW, SETTINGS, can_be_fetched, following
from ingest.following import settings as settings_of
from ingest.home import Home
from ingest.http import Client, Pace
from ingest.knowledge import load_knowledge
from ingest.notices import Notice, in_order, note, remember
from ingest.search_terms import known_awards
from ingest.source import ArchiveFetch, Source, find_source, load_sources


def fetch(
    home: Home,
    source_ids: list[str],
    asked: Asked | None = None,
    *,
    today: date | None = None,
    pace: Pace | None = None,
    say: Say = lambda _: None,
    tick: Tick = lambda _name, _done, _total: None,
) -> list[Fetched]:
    """Fetch what is new of these sources (none named: of those that the home follows).

    A source that fails keeps its last good data and says why; the others go on. Raises
    WhobuysError when nothing could be asked for at all.
    """
    sources = load_sources(home.source_folders)
    chosen = [find_source(sources, source_id) for source_id in source_ids]
    for source in chosen:
        _refuse_what_is_not_fetched(source)
    asked, today = asked or Asked(), today or datetime.now(UTC).date()
    if not chosen:
        followed = following(home, sources)
        chosen = followed.chosen
        asked = replace(asked, is_anything=not followed.is_listed)
    settings = load_settings(home, sources)
    results = []
    with one_at_a_time(home, ".fetch-lock"):
        for source in chosen:
            began = datetime.now(UTC).replace(microsecond=0)
            with Client(
                source.id,
                pace=pace,
                say=say,
                between=source.ask.seconds_between_requests,
                when_refused=source.ask.seconds_when_refused,
            ) as client:
                wanted = settings.get(source.id) or source.fetch
                if source.is_of_a_place:
                    place = PlaceJob(home, source, client, say, tick)
                    results.append(place.run(asked, today))
                elif wanted:
                    archive = ArchiveJob(home, source, client, say, tick)
                    results.append(archive.run(wanted, asked, today))
                else:
                    results.append(_search(home, source, client, today, say))
            if not results[-1].is_stale:
                _note_good(home, source.id, began)
    return results


def _note_good(home: Home, source_id: str, began: datetime) -> None:
    """Remember when the last good fetch began, for `whobuys refresh` to know what is due."""
    memory = remember(home, source_id)
    memory.last_good = began
    note(home, source_id, memory)


def _refuse_what_is_not_fetched(source: Source) -> None:
    if not source.is_on:
        raise WhobuysError(
            f"{source.id} is switched off: nobody has seen its columns of late. Look at them with "
            f"`whobuys check --columns {source.id}`, which switches it on when all are there."
        )
    if not can_be_fetched(source):
        lacks = "address" if source.is_of_a_place else "fetch"
        raise WhobuysError(
            f"{source.id} has no `{lacks}` in {source.path.name}, so it is not fetched by "
            f"itself. Add a file of it with `whobuys add FILE --source {source.id}`."
        )


def load_settings(home: Home, sources: dict[str, Source]) -> dict[str, ArchiveFetch]:
    """Return what this home wants of each source, from its own `fetch.yml`."""
    found = {}
    for source_id, wanted in settings_of(home).items():
        if source_id == FOLLOW:
            continue
        source = find_source(sources, source_id)
        declared = source.fetch.model_dump() if source.fetch else {}
        try:
            found[source_id] = ArchiveFetch.model_validate({**declared, **wanted})
        except (ValidationError, TypeError) as error:
            raise DeclarationError(
                f"{home.root / SETTINGS}: what it says of {source_id} is wrong: {error}"
            ) from error
    return found


def _crawl(home: Home, source: Source, client: Client, today: date, say: Say) -> Crawled:
    if source.search and source.search.under:
        return crawl_subawards(home, source, client, say=say)
    folders = home.reference_folders
    known = known_awards(load_decisions(folders), source.register_name)
    return crawl(home, source, client, load_knowledge(folders), today=today, known=known, say=say)


def _search(home: Home, source: Source, client: Client, today: date, say: Say) -> Fetched:
    """Fetch by searching for what our reference data know, and note what there is to know."""
    result, memory = Fetched(source.id), remember(home, source.id)
    try:
        crawled = _crawl(home, source, client, today, say)
    except SourceError as error:
        result.failure = str(error)
        result.notices = [Notice(kind="failed", message=str(error), is_stale=True)]
    else:
        result.news = crawled.new + crawled.changed
        result.unchanged = crawled.unchanged
        result.notices = [Notice(kind="search", message=text) for text in crawled.notes]
    memory.notices = result.notices = in_order(result.notices)
    note(home, source.id, memory)
    return result
