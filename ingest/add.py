"""Adding a file that someone already has: kept as served, read at once, refused whole if broken."""

from dataclasses import dataclass
from pathlib import Path

from ingest import archive, stage
from ingest.build import one_at_a_time
from ingest.errors import SourceError
from ingest.home import PROJECT_DATA, Home
from ingest.source import find_source, load_sources
from ingest.stage import Manifest

STARTER_SOURCE = "us_federal_starter"
STARTER = PROJECT_DATA / "starter"


@dataclass(frozen=True)
class Added:
    """What adding a file did: whether it is new here, where it is kept, and what is in it."""

    is_new: bool
    folder: Path
    manifest: Manifest


def add(home: Home, path: Path, source_id: str) -> Added:
    """Keep a file in the raw archive and stage it.

    Raises SourceError when the file cannot be used: nothing of it stays then, and what was
    published before stays published.
    """
    source = find_source(load_sources(home.source_folders), source_id)
    if not path.is_file():
        raise SourceError(f"{source_id}: there is no file {path}. Check the path.")
    with one_at_a_time(home):
        raw, is_new = archive.keep(home, source_id, path)
        try:
            return Added(is_new, raw.path.parent, stage.stage(home, source, raw))
        except BaseException:
            # Whatever stopped it (a full disk, Ctrl+C): half an addition is none.
            if is_new:
                archive.forget(raw)
            raise


def add_starter(home: Home) -> None:
    """Add the ledger that ships with the code, so that the first run shows true figures."""
    for path in sorted(STARTER.glob(f"{STARTER_SOURCE}_*.csv")):
        add(home, path, STARTER_SOURCE)
