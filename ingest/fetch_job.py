"""What fetching any source has: its home, its client, what it remembers, and what it did."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ingest import stage
from ingest.build import one_at_a_time
from ingest.errors import WhobuysError
from ingest.fetch_result import Fetched, Say, Tick
from ingest.home import Home
from ingest.http import Client
from ingest.notices import in_order, note, remember
from ingest.source import Source

# Of a source's raw folder: what is still on its way.
INCOMING = ".incoming"
# Seconds; a build of the whole federal ledger takes minutes.
WAIT_FOR_BUILD = 3600


class FetchJob:
    """Fetching one source, once; `memory` stays between runs, `result` is of this one."""

    def __init__(self, home: Home, source: Source, client: Client, say: Say, tick: Tick) -> None:
        self.home = home
        self.source = source
        self.client = client
        self.say = say
        self.tick = tick
        self.incoming = home.raw / source.id / INCOMING
        self.memory = remember(home, source.id)
        self.result = Fetched(source.id)

    def reading(self) -> str:
        """Return what a file is read with: one kept out is tried again when that has changed."""
        code = stage.code_version(is_of_a_place=self.source.is_of_a_place)
        return f"{self.source.checksum[:8]}-{code}"

    def save(self) -> None:
        """Write down what is to be remembered."""
        note(self.home, self.source.id, self.memory)

    def done(self) -> Fetched:
        """Write down what this run has noticed, and return what it did."""
        self.memory.notices = self.result.notices = in_order(self.result.notices)
        self.save()
        return self.result


@contextmanager
def when_free(home: Home) -> Iterator[None]:
    """Hold the home's lock, after waiting for a build that is at work."""
    until = time.monotonic() + WAIT_FOR_BUILD
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(one_at_a_time(home))
            except WhobuysError:
                if time.monotonic() > until:
                    raise
                time.sleep(1)
            else:
                break
        yield
