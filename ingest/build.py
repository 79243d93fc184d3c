"""From raw files to a checked and published database, in a new file each time.

A build never touches the one that readers see. It ends with one rename of a pointer, or with
nothing changed at all.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from importlib.metadata import version
from pathlib import Path

import duckdb

from ingest import archive, changes, checks, core, guards, publish, room, stage
from ingest import held as guards_held
from ingest.agencies import load_names
from ingest.corrections import load_corrections, load_disputes
from ingest.decisions import READINGS, load_decisions
from ingest.errors import HeldError, SourceError, WhobuysError
from ingest.home import Home
from ingest.knowledge import load_knowledge
from ingest.notices import stale_because
from ingest.source import Source, load_sources
from ingest.stage import StagedFile

CODE = Path(__file__).parent
# Older programs can then read a published database too.
STORAGE: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0"
}
Say = Callable[[str], None]


@dataclass(frozen=True)
class _Plan:
    """What a build is made from: files, why some are stale, and what is held back."""

    files: list[StagedFile]
    stale: dict[str, str]
    held: guards_held.Held


@dataclass
class Built:
    """What a build did: the database, whether it is new, and which files it could not use."""

    build_id: str
    database: Path
    is_new: bool
    as_of: date
    purchases: int = 0
    transactions: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    # What could not be done after readers saw it, and the next run does; None: everything was.
    unfinished: str | None = None


def build(home: Home, *, as_of: date | None = None, say: Say = lambda _: None) -> Built:
    """Build, check and publish; return what was built.

    A file that cannot be used is left out, named in `failures` and shown on the Sources page; the
    others go on. Raises WhobuysError, with the published database as it was, when there is
    nothing to build from or the finished build breaks one of its checks.
    """
    with one_at_a_time(home):
        publish.remove_leftovers(home)
        # A run killed right after it published left its changes in the database alone.
        changes.keep_changes(home)
        sources = load_sources(home.source_folders)
        files, failures = _stage_all(home, sources, say)
        if not files:
            raise WhobuysError(
                "There is nothing to build from. Add a file with "
                "`whobuys add FILE --source SOURCE`, or run `whobuys up` for the starter ledger."
            )
        as_of = as_of or _known_until(files)
        held = _still_held(home, files)
        while True:
            counting = _held_back(home, sources, files, held)
            said = {source_id: one.why(source_id) for source_id, one in held.sources.items()}
            failures = {**failures, **said}
            stale = {**stale_because(home), **failures}
            build_id = _build_id(home, counting, stale, as_of)
            database = home.build / f"whobuys-{build_id}.duckdb"
            if home.published_database() == database:
                say("Nothing has changed since the last build.")
                return _described(database, build_id, as_of, failures, is_new=False)
            part = database.with_suffix(".part")
            try:
                _fill(home, part, sources, _Plan(counting, stale, held), build_id, as_of, say)
                found = _guarded(home, part, sources, counting, held)
                if not found.sources:
                    guards_held.keep(home, held)
                    publish.move_into_place(home, part, database, build_id)
                    built = _described(database, build_id, as_of, failures, is_new=True)
                    built.unfinished = _after(home)
                    return built
            finally:
                publish.remove_database(part)
            # Once more, with those sources as they were.
            for source_id, one in found.sources.items():
                say(f"{source_id}: {one.why(source_id)}")
            held = guards_held.Held(sources={**held.sources, **found.sources})


def _after(home: Home) -> str | None:
    """Do what is left once readers see the new database; return why it could not be done."""
    try:
        publish.keep_the_last(home)
        changes.keep_changes(home)
    except room.BROKEN as error:
        return room.sentence(error, home)
    return None


def _still_held(home: Home, files: list[StagedFile]) -> guards_held.Held:
    """Return the sources whose files a guard refused, and nobody has let pass since."""
    now = _checksums(files)
    passed = {(row["source_id"], row["files"]) for row in guards_held.accepted(home)}
    remembered = guards_held.remember(home)
    return guards_held.Held(
        sources={
            source_id: one
            for source_id, one in remembered.sources.items()
            if source_id in now
            and guards_held.fingerprint(now[source_id]) == one.files
            and (source_id, one.files) not in passed
        }
    )


def _held_back(
    home: Home, sources: dict[str, Source], files: list[StagedFile], held: guards_held.Held
) -> list[StagedFile]:
    """Return the files that count: those of sources held back are the ones of their last build."""
    counting = [file for file in files if file.source.id not in held.sources]
    for source_id, one in held.sources.items():
        for sha256 in one.keeps:
            raw = archive.read(home.raw / source_id / sha256)
            source = sources[source_id]
            counting.append(StagedFile(source, raw, stage.stage(home, source, raw)))
    return counting


def _checksums(files: list[StagedFile]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(file.source.id, []).append(file.raw.receipt.sha256)
    return found


def _guarded(
    home: Home,
    part: Path,
    sources: dict[str, Source],
    files: list[StagedFile],
    held: guards_held.Held,
) -> guards_held.Held:
    """Return the sources that their guards hold back, of those whose files changed."""
    before = home.published_database()
    if before is None:
        return guards_held.Held()
    now = _checksums(files)
    with duckdb.connect(str(before), read_only=True) as connection:
        rows = connection.execute("select distinct source_id, raw_sha256 from core.file").fetchall()
    was: dict[str, list[str]] = {}
    for source_id, sha256 in rows:
        was.setdefault(source_id, []).append(sha256)
    passed = {(row["source_id"], row["files"]) for row in guards_held.accepted(home)}
    changed = [
        sources[source_id]
        for source_id, checksums in now.items()
        if source_id in was
        and source_id not in held.sources
        and set(checksums) != set(was[source_id])
        and (source_id, guards_held.fingerprint(checksums)) not in passed
        and all((home.raw / source_id / sha256).is_dir() for sha256 in was[source_id])
    ]
    provisional = {source.id for source in sources.values() if source.is_provisional}
    return guards_held.hold(guards.examine(part, before, changed, provisional), now, was)


def _stage_all(
    home: Home, sources: dict[str, Source], say: Say
) -> tuple[list[StagedFile], dict[str, str]]:
    files: list[StagedFile] = []
    failures: dict[str, str] = {}
    for folder in archive.folders(home):
        source_id = folder.parent.name
        source = sources.get(source_id)
        if source is None:
            failures[source_id] = (
                f"There are raw files of {source_id}, but no declaration of it. Put "
                f"{source_id}.yml back, or remove its folder from {home.raw}."
            )
            continue
        if not source.is_on:
            continue
        try:
            raw = archive.read(folder)
            if stage.staged(home, source, raw) is None:
                say(f"Reading {raw.receipt.file_name}")
                archive.verify(raw)
            files.append(StagedFile(source, raw, stage.stage(home, source, raw)))
        except SourceError as error:
            # A source can have more than one file that fails.
            failures[source_id] = " ".join(filter(None, [failures.get(source_id), str(error)]))
    return files, failures


def _known_until(files: list[StagedFile]) -> date:
    """Return the day of the newest file; the starter ledger's only where it stands alone."""
    counting = [file for file in files if not file.source.is_provisional] or files
    return max(file.manifest.stamp or file.raw.receipt.fetched_date for file in counting)


def _build_id(home: Home, files: list[StagedFile], failures: dict[str, str], as_of: date) -> str:
    """Return a hash of everything that goes into a build: bytes, facts, code and date."""
    digest = hashlib.sha256()
    facts = [
        path
        for folder in (*home.reference_folders, *home.source_folders)
        for path in sorted(folder.iterdir())
        if path.is_file()
    ]
    code = sorted([*CODE.rglob("*.py"), *CODE.rglob("*.sql")])
    for path in [*facts, READINGS, *code]:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    inputs = {
        "raw": sorted(
            [file.source.id, file.raw.receipt.sha256, file.raw.receipt.fetched_at.isoformat()]
            for file in files
        ),
        "failures": failures,
        "as_of": as_of.isoformat(),
        "duckdb": duckdb.__version__,
    }
    digest.update(json.dumps(inputs, sort_keys=True).encode())
    return digest.hexdigest()[:12]


def _fill(
    home: Home,
    part: Path,
    sources: dict[str, Source],
    plan: _Plan,
    build_id: str,
    as_of: date,
    say: Say,
) -> None:
    knowledge = load_knowledge(home.reference_folders)
    decisions = load_decisions(home.reference_folders)
    mistakes = (load_corrections(home.reference_folders), load_disputes(home.reference_folders))
    part.parent.mkdir(parents=True, exist_ok=True)
    publish.remove_database(part)
    with duckdb.connect(str(part), config=STORAGE) as connection:
        core.prepare(connection, home)
        core.load_facts(connection, home, sources, knowledge, plan.stale)
        core.load_files(connection, home, plan.files)
        folders = home.reference_folders
        names = load_names(folders)
        core.run_steps(connection, knowledge, decisions, say, names, mistakes, sources, folders)
        core.write_build(connection, build_id, as_of, version("whobuys"))
        say("Comparing with what was published before")
        guards.note_silence(connection, sources, as_of)
        guards.note_future(connection, as_of)
        guards_held.write_guards(connection, home, plan.held, _checksums(plan.files))
        changes.write_changes(connection, home, build_id, as_of)
        say("Checking")
        checks.check_build(connection)
        connection.execute("checkpoint")


def _described(
    database: Path, build_id: str, as_of: date, failures: dict[str, str], *, is_new: bool
) -> Built:
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = connection.execute("select purchases, transactions from meta.build").fetchone()
    purchases, transactions = counts or (0, 0)
    return Built(build_id, database, is_new, as_of, purchases, transactions, failures)


@contextmanager
def one_at_a_time(home: Home, name: str = ".lock") -> Iterator[None]:
    """Hold the one lock of this home; raise HeldError naming who holds it.

    The lock belongs to the process, so a killed run leaves none behind.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    home.build.mkdir(exist_ok=True)
    path = home.build / name
    with path.open("a+") as handle:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise HeldError(
                f"Another run is at work here ({handle.read().strip() or 'it gave no name'}). "
                f"Wait until it has ended."
            ) from error
        handle.truncate(0)
        # The lock holds without a name in it, as on a full disk.
        with suppress(OSError):
            handle.write(_who())
            handle.flush()
        yield


def _who() -> str:
    return f"process {os.getpid()}, since {datetime.now(UTC):%H:%M} UTC"
