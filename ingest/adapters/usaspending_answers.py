"""Awards fetched one by one, and kept as raw files of answers, one answer a line.

A run that is killed loses at most the award that was under way: what it had of others stands in
a part, which the next run takes up.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ingest import archive
from ingest.adapters import usaspending_api as api
from ingest.adapters.usaspending_journal import REPLY, Journal, asked
from ingest.home import Home
from ingest.http import AT_ONCE, Refused, usaspending_address
from ingest.source import Source

Say = Callable[[str], None]
# Awards in one raw file: few enough to lose little in a kill, many enough to keep files few.
PER_FILE = 250
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


class Answers:
    """The answers that one crawl of one source brings in, and what it did so far."""

    def __init__(
        self, home: Home, source: Source, service: api.Service, journal: Journal, say: Say
    ) -> None:
        self.home = home
        self.source = source
        self.service = service
        self.journal = journal
        self.say = say
        self.result = Crawled()
        # Awards in the part, with their versions.
        self._waiting: dict[str, str] = {}

    def forget_pages(self) -> None:
        """Drop the pages of a search that nobody goes on with."""
        self.journal.unfinished(PAGES).unlink(missing_ok=True)

    def take_up_pages(self) -> None:
        """Go on after the last whole page of the search that was stopped."""
        self.journal.unfinished(PAGES)

    def add_page(self, reply: api.Reply) -> None:
        """Write a page of a search."""
        self._write(PAGES, [_line(reply, None, "", is_last=True)])

    def keep_pages(self) -> None:
        """Keep the pages of a search that brought something; one that did not says nothing new."""
        pages = self.journal.unfinished(PAGES)
        if self.result.new + self.result.changed and pages.exists():
            self._archive(PAGES)
            self.result.files += 1
        pages.unlink(missing_ok=True)

    def fetch_awards(self) -> None:
        """Fetch every award that is not here in its newest version, in the order of their ids."""
        done = self._in_part()
        for _, _, is_new in done:
            self._count(is_new=is_new)
        self._waiting = {award_id: version for award_id, version, _ in done}
        self._keep(PER_FILE)
        # The part is emptied into the archive as it fills; what it held is no longer wanted then.
        held = dict(self._waiting)
        wanted = (award for award in self.journal.wanted() if held.get(award[0]) != award[1])
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            for (award_id, version, is_new), lines in self._in_order(pool, wanted):
                if isinstance(lines, str):
                    self.result.notes.append(lines)
                    continue
                self._write(AWARDS, lines)
                self._waiting[award_id] = version
                self._count(is_new=is_new)
                if (self.result.new + self.result.changed) % 100 == 0:
                    self.say(f"Fetched {self.result.new + self.result.changed:,} awards")
                self._keep(PER_FILE)
        self._keep(1)

    def _count(self, *, is_new: bool) -> None:
        if is_new:
            self.result.new += 1
        else:
            self.result.changed += 1

    def _in_part(self) -> list[Award]:
        """Return the awards that a killed run had fetched and not yet put into the archive."""
        part = self.journal.unfinished(AWARDS)
        if not part.exists():
            return []
        with part.open(encoding="utf-8") as lines:
            said = [asked(line) for line in lines]
        return [(s["award_id"], s["version"], s["is_new"]) for s in said if s["is_last"]]

    def _keep(self, at_least: int) -> None:
        """Put the awards fetched into the archive as one raw file, if they are so many."""
        if len(self._waiting) >= at_least:
            sha256 = self._archive(AWARDS)
            self.journal.kept(sha256, list(self._waiting.items()))
            self._waiting.clear()
            self.result.files += 1

    def _archive(self, kind: str) -> str:
        # To the microsecond: files are many, and the newer of two answers counts.
        now = archive.moment_of_its_own(self.home, self.source.id, timedelta(microseconds=1))
        part = self.journal.part(kind)
        named = part.with_name(f"{part.stem}_{now:%Y%m%dT%H%M%S}.jsonl")
        part.rename(named)
        raw, _ = archive.keep(
            self.home,
            self.source.id,
            named,
            url=f"{usaspending_address()}/api/v2/",
            fetched_at=now,
        )
        named.unlink()
        return raw.receipt.sha256

    def _write(self, kind: str, lines: list[str]) -> None:
        with self.journal.part(kind).open("a", encoding="utf-8", newline="\n") as handle:
            handle.write("".join(lines))

    def _in_order(
        self, pool: ThreadPoolExecutor, wanted: Iterator[Award]
    ) -> Iterator[tuple[Award, list[str] | str]]:
        """Yield each award with its lines, or a sentence why there are none; few at a time."""
        waiting: deque[tuple[Award, Future[list[str] | str]]] = deque()
        try:
            for award in wanted:
                waiting.append((award, pool.submit(self._lines, award)))
                if len(waiting) > AT_ONCE:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()

    def _lines(self, award: Award) -> list[str] | str:
        """Fetch an award: the pages of what belongs to it, and its detail as the last line."""
        award_id, version, is_new = award
        is_subaward = self.source.record_kind == "subaward"
        pages = self.service.subawards if is_subaward else self.service.transactions
        try:
            lines = [
                _line(reply, award_id, version, is_new=is_new, is_last=False)
                for reply in pages(award_id)
            ]
            detail = self.service.award(award_id)
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                return (
                    f"{self.source.id}: USAspending does not have {award_id} ({refusal.body}). "
                    f"It is left as it was."
                )
            raise
        return [*lines, _line(detail, award_id, version, is_new=is_new, is_last=True)]


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
