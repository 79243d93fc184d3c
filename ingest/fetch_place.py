"""Fetching from the portal of a place: pages or files, part by part, whole or what has changed.

While pages come, they stand in `.incoming` of the source's raw folder with a note of the next
request, so a run that was killed asks for no page twice. Once all are there they become one raw
file, which is staged at once: what cannot be read is taken out again, and what was there stays.
"""

import hashlib
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest import archive, download, offered, stage
from ingest.adapters.pages import FetchNote, note_of, write_pages
from ingest.adapters.portal import Dataset, PagedWay, Part, Step
from ingest.adapters.table_file import file_name
from ingest.archive import RawFile
from ingest.errors import SourceError
from ingest.fetch_job import FetchJob, when_free
from ingest.fetch_result import Asked, Fetched, Say, Tick
from ingest.files import sync_folder, write_whole
from ingest.home import Home
from ingest.http import Client, Refused
from ingest.notices import KeptOut, Notice
from ingest.source import Source
from ingest.ways import dataset_of, way_of

# Changes tell nothing of rows that were taken away: once a month, everything is fetched again.
WHOLE_AGAIN = timedelta(days=30)
# A portal that does not say when its rows changed is gone on with for so long after a stop.
SAME_RUN = timedelta(hours=24)
# What is kept in the receipt of a raw file, beside the headers of a file as served.
VERSION, PART, ROWS, NEWEST = "X-Version", "X-Part", "X-Rows", "X-Newest"
_GONE = {404, 410}
# A table of more rows is fetched where somebody named it, or has it.
MANY_ROWS = 500_000
# The kind of the notice that says so.
LEFT_OUT = "left out"
# So many pages of an endless publication become a raw file, lest a stop costs more than that.
PAGES_PER_FILE = 500


class _Run(BaseModel):
    """How far the pages of a part are: enough to go on after a stop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    started: datetime
    counted: int | None
    pages: int = 0
    rows: int = 0
    next: Step | None
    newest: str | None = None


class PlaceJob(FetchJob):
    """Fetching one source from its portal, or from its publisher's address."""

    def __init__(self, home: Home, source: Source, client: Client, say: Say, tick: Tick) -> None:
        super().__init__(home, source, client, say, tick)
        self.way = way_of(source)
        self.asked = Asked()

    def run(self, asked: Asked, today: date) -> Fetched:
        """Fetch what is new; a part that fails keeps its last good data, and the others go on."""
        self.asked = asked
        download.forget_lone_notes(self.incoming)
        dataset = dataset_of(self.source, today)
        try:
            parts = self.way.describe(self.client, dataset)
        except SourceError as error:
            self._failed(error)
            parts = []
        for part in parts:
            try:
                if part.columns:
                    offered.refuse_gone(self.source, part.columns)
                if part.address:
                    self._file(part, part.address, is_newest=part == parts[-1])
                elif isinstance(self.way, PagedWay):
                    self._pages(self.way, dataset, part)
            except SourceError as error:
                self._failed(error)
        if not self.result.failure:
            # Everything is here: what a killed run left on its way is wanted no more.
            shutil.rmtree(self.incoming, ignore_errors=True)
        elif self.incoming.is_dir() and not any(self.incoming.iterdir()):
            self.incoming.rmdir()
        return self.done()

    def _failed(self, error: SourceError) -> None:
        self.result.failure = " ".join(filter(None, [self.result.failure, str(error)]))
        self.result.notices.append(Notice(kind="failed", message=str(error), is_stale=True))

    def _kept_out(self, name: str, version: dict[str, str]) -> bool:
        """Whether this version was kept out before, and would be again."""
        before = self.memory.kept_out.get(name)
        if before is None:
            return False
        if before.headers != version or before.read_with != self.reading():
            del self.memory.kept_out[name]
            return False
        self.result.notices.append(Notice(kind="kept out", message=before.reason, is_stale=True))
        return True

    def _keep_out(self, name: str, version: dict[str, str], error: SourceError) -> None:
        reason = f"What was fetched was kept out, and what was there before stays. {error}"
        self.memory.kept_out[name] = KeptOut(
            headers=version, read_with=self.reading(), reason=reason
        )
        self.result.notices.append(Notice(kind="kept out", message=reason, is_stale=True))

    def reading(self) -> str:
        """Return what a file is read with, which an editor's word on a smaller table changes."""
        return super().reading() + ("-smaller" if self.asked.is_smaller_right else "")

    def _is_known(self, part: Part, headers: dict[str, str]) -> bool:
        """Whether what is here is still what the portal has, by its own word."""
        known = (headers.get(VERSION), self.memory.versions.get(part.id))
        return part.version is not None and part.version in known

    def _held(self, part: Part) -> list[RawFile]:
        """Return what was fetched of a part, oldest first."""
        return sorted(
            (
                raw
                for raw in archive.kept(self.home, self.source.id)
                if raw.receipt.headers.get(PART) == part.id
            ),
            key=lambda raw: (raw.receipt.fetched_at, raw.receipt.file_name),
        )

    def _judged(self, held: list[RawFile]) -> list[RawFile]:
        """Return those that a run has judged: a kill can leave a newer table that it only kept.

        Of tables that were judged one counts; the newer ones are asked for again.
        """
        unjudged = [raw for raw in held if not self._is_update(raw)][1:]
        return [raw for raw in held if raw not in unjudged]

    # Files

    def _file(self, part: Part, address: str, *, is_newest: bool) -> None:
        held = self._judged(self._held(part))
        known = held[-1].receipt.headers if held else {}
        name = file_name(address)
        if held and self._is_known(part, known):
            self.result.unchanged += 1
            return
        served = {k: known[k] for k in download.KEPT_HEADERS if k in known}
        if name in self.memory.kept_out:
            served = self.memory.kept_out[name].headers
            if self.memory.kept_out[name].read_with != self.reading():
                served = {}
        if not known and name not in self.memory.kept_out:
            self.say(f"Fetching {name}")
        try:
            arrived = download.fetch_file(
                self.client,
                address,
                self.incoming,
                name,
                unless=served or None,
                tick=lambda done, total: self.tick(name, done, total),
                is_zip=name.lower().endswith((".zip", ".xlsx")),
            )
        except Refused as refused:
            if refused.status in _GONE and is_newest and self.source.first_year and not held:
                # The file of a year that has just begun is not out yet.
                return
            raise
        if arrived is None:
            if not self._kept_out(name, served):
                self.result.unchanged += 1
            return
        headers = {**arrived.headers, PART: part.id}
        if part.version:
            headers[VERSION] = part.version
        self._keep(part, arrived.path, name, address, headers, arrived.headers)
        download.leave(self.incoming, name)

    # Pages

    def _pages(self, way: PagedWay, dataset: Dataset, part: Part) -> None:
        held = self._judged(self._held(part))
        newest = held[-1].receipt.headers if held else {}
        version = {VERSION: part.version} if part.version else {}
        if held and self._is_known(part, newest):
            self.result.unchanged += 1
            return
        if version and self._kept_out(part.id, version):
            return
        since = self._since(held)
        folder = self.incoming / (part.id or "pages")
        run = self._resumed(folder, dataset, part, since)
        if run is None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            now = datetime.now(UTC).replace(microsecond=0)
            counted = None if since else way.count(self.client, dataset, part)
            if self._is_left_out(held, counted):
                shutil.rmtree(folder)
                return
            run = _Run(
                question=self._question(dataset, part, since),
                started=now,
                counted=counted,
                next=way.first(dataset, part, since, now),
            )
            self.say(f"Fetching {part.title}")
        while run.next:
            run = self._next_page(way, dataset, part, folder, run, run.next)
            if run.next and run.pages >= PAGES_PER_FILE and self._is_endless:
                self._keep_pages(dataset, part, folder, run, since)
                run = run.model_copy(update={"pages": 0, "rows": 0})
                folder.mkdir(parents=True)
                self._save(folder, run)
        if run.counted is not None and run.rows < run.counted:
            shutil.rmtree(folder)
            raise SourceError(
                f"{self.source.id}: the portal counted {run.counted:,} rows and gave "
                f"{run.rows:,}. Its rows probably changed meanwhile: run the command again."
            )
        self._keep_pages(dataset, part, folder, run, since)

    def _is_left_out(self, held: list[RawFile], counted: int | None) -> bool:
        """Whether a table is larger than what is fetched for somebody who named no source."""
        if not self.asked.is_anything or held or (counted or 0) <= MANY_ROWS:
            return False
        self.result.notices.append(
            Notice(
                kind=LEFT_OUT,
                message=f"{self.source.id} is left out because it is large: the portal counts "
                f"{counted:,} rows. To have it, run `whobuys fetch {self.source.id}` once; from "
                f"then on it is kept up.",
            )
        )
        return True

    @property
    def _is_endless(self) -> bool:
        """Whether the source is a stream of notices, each file of which adds to the others."""
        return self.source.adapter == "ocds"

    def _next_page(
        self, way: PagedWay, dataset: Dataset, part: Part, folder: Path, run: _Run, step: Step
    ) -> _Run:
        step, page = way.page(self.client, step)
        try:
            got, following = way.following(dataset, part, step, page, run.started)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceError(
                f"{self.source.id}: {step.address} answered with something that is no page of "
                f"{self.source.adapter} ({error!r}). Look at it in a browser: the portal may have "
                f"moved."
            ) from error
        write_whole(folder / f"page-{run.pages + 1:05}.json", page)
        newest = (following or step).newest
        run = run.model_copy(
            update={
                "pages": run.pages + 1,
                "rows": run.rows + got,
                "next": following,
                "newest": newest,
            }
        )
        self._save(folder, run)
        self.tick(part.title, run.rows, run.counted or 0)
        return run

    def _save(self, folder: Path, run: _Run) -> None:
        write_whole(folder / "run.json", run.model_dump_json(indent=1).encode() + b"\n")

    def _since(self, held: list[RawFile]) -> str | None:
        """Return the newest value that is here, where only what came after it is to be fetched."""
        if self._is_endless:
            return max((raw.receipt.headers.get(NEWEST, "") for raw in held), default="") or None
        if not self.source.incremental or not held or self.asked.repair:
            return None
        whole = [raw for raw in held if note_of(self.source.id, raw.path).kind == "whole"]
        if not whole or datetime.now(UTC) - whole[-1].receipt.fetched_at > WHOLE_AGAIN:
            return None
        return held[-1].receipt.headers.get(NEWEST)

    def _question(self, dataset: Dataset, part: Part, since: str | None) -> str:
        """Return what is asked, as a hash: pages of another question are not gone on with."""
        said = (
            dataset.base, dataset.id, part.id, part.version, since, dataset.asking,
            [column.name for column in part.columns],
        )  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def _resumed(
        self, folder: Path, dataset: Dataset, part: Part, since: str | None
    ) -> _Run | None:
        try:
            run = _Run.model_validate_json((folder / "run.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        is_same = run.question == self._question(dataset, part, since)
        if not part.version and datetime.now(UTC) - run.started > SAME_RUN:
            return None
        return run if is_same else None

    def _keep_pages(
        self, dataset: Dataset, part: Part, folder: Path, run: _Run, since: str | None
    ) -> None:
        """Make one raw file of the pages, and keep it; an update without rows is none."""
        is_update = since is not None or self._is_endless
        if is_update and run.rows == 0:
            shutil.rmtree(folder)
            self.result.unchanged += 1
            return
        fetch_note = FetchNote(
            kind="update" if is_update else "whole",
            part=part.id,
            columns=[column.name for column in part.columns],
            rows=run.counted,
            since=since,
            asked=[f"{dataset.base}/{dataset.id}"],
        )
        words = [dataset.id.strip("/").replace("/", "-"), part.id, f"{run.started:%Y%m%dT%H%M%SZ}"]
        if self._is_endless and run.newest:
            words[-1] = "".join(c for c in run.newest if c.isalnum())
        name = "_".join([*filter(None, words), fetch_note.kind]) + ".zip"
        found = sorted(folder.glob("page-*.json"))[: run.pages]
        write_pages(self.incoming / name, fetch_note, (page.read_bytes() for page in found))
        sync_folder(self.incoming)
        headers = {PART: part.id, ROWS: str(run.rows)}
        headers |= {VERSION: part.version} if part.version else {}
        headers |= {NEWEST: run.newest} if run.newest else {}
        version = {VERSION: part.version or ""}
        self._keep(
            part, self.incoming / name, part.id, f"{dataset.base}/{dataset.id}", headers, version
        )
        (self.incoming / name).unlink()
        shutil.rmtree(folder)

    # Both

    def _keep(
        self,
        part: Part,
        path: Path,
        name: str,
        url: str,
        headers: dict[str, str],
        version: dict[str, str],
    ) -> None:
        """Keep and stage what has arrived; what cannot be believed is set aside."""
        held = self._held(part)
        with when_free(self.home):
            raw, is_new = archive.keep(self.home, self.source.id, path, url=url, headers=headers)
            # A run that was killed here before may have kept it, and not judged it.
            older = [one for one in self._judged(held) if one.path != raw.path]
            others = [one for one in held if one.path != raw.path]
            replaced = [] if self._is_update(raw) else others
            try:
                manifest = stage.stage(self.home, self.source, raw)
                if not self._is_update(raw):
                    self._refuse_shrunk(older, manifest.rows + manifest.rejected)
            except SourceError as error:
                if is_new or replaced:
                    archive.set_aside(raw, str(error))
                self._keep_out(name, version, error)
                return
            self.memory.kept_out.pop(name, None)
            if part.version:
                self.memory.versions[part.id] = part.version
            was_aside = archive.is_set_aside(raw.path.parent)
            archive.count_again(raw)
            if not (is_new or was_aside or replaced):
                # Published anew, with the same rows.
                self.result.unchanged += 1
                return
            self.result.files.append(raw.receipt.file_name)
            self.result.rows += manifest.rows
            for one in replaced:
                archive.set_aside(
                    one, f"The publisher put out another version, {raw.receipt.sha256}."
                )

    def _is_update(self, raw: RawFile) -> bool:
        is_page_file = ROWS in raw.receipt.headers
        return is_page_file and note_of(self.source.id, raw.path).kind == "update"

    def _refuse_shrunk(self, held: list[RawFile], rows: int) -> None:
        """Raise SourceError where a table has lost more rows than can be believed."""
        whole = [raw for raw in held if not self._is_update(raw)]
        before = stage.staged(self.home, self.source, whole[-1]) if whole else None
        if before is None or self.asked.is_smaller_right:
            return
        had = before.rows + before.rejected
        if self.source.expect.has_shrunk(had, rows):
            raise SourceError(
                f"{self.source.id}: the publisher's table has {rows:,} rows now and had {had:,} "
                f"before. If that is right, run `whobuys fetch {self.source.id} "
                f"--accept-smaller`."
            )
