"""Adding a file that someone already has: kept as served, read at once, refused whole if broken."""

from dataclasses import dataclass
from pathlib import Path

from ingest import archive, stage
from ingest.archive import RawFile
from ingest.build import one_at_a_time
from ingest.errors import SourceError
from ingest.home import PROJECT_DATA, Home
from ingest.source import Source, find_source, load_sources
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
    sources = load_sources(home.source_folders)
    source = find_source(sources, source_id)
    if not path.is_file():
        raise SourceError(f"{source_id}: there is no file {path}. Check the path.")
    with one_at_a_time(home):
        raw, is_new = archive.keep(home, source_id, path)
        try:
            _refuse_twice(home, raw, source, sources)
            return Added(is_new, raw.path.parent, stage.stage(home, source, raw))
        except BaseException:
            # Whatever stopped it (a full disk, Ctrl+C): half an addition is none.
            if is_new:
                archive.forget(raw)
            raise


def _refuse_twice(home: Home, raw: RawFile, source: Source, sources: dict[str, Source]) -> None:
    """Raise SourceError where another source has this file, and its rows would count twice."""
    for other in archive.kept(home):
        theirs = sources.get(other.receipt.source_id, source)
        if (
            other.receipt.sha256 == raw.receipt.sha256
            and theirs.register_name != source.register_name
            # One download can hold tables of several sources.
            and (theirs.read.member, theirs.read.sheet) == (source.read.member, source.read.sheet)
            and theirs.record_kind == source.record_kind
        ):
            raise SourceError(
                f"{source.id}: {raw.path.name} is here already, as a file of {theirs.id}, and "
                f"would count twice. If it belongs to {source.id}, take the folder "
                f"{other.path.parent} away and add it again."
            )


def add_starter(home: Home) -> None:
    """Add the ledger that ships with the code, so that the first run shows true figures."""
    for path in sorted(STARTER.glob(f"{STARTER_SOURCE}_*.csv")):
        add(home, path, STARTER_SOURCE)
