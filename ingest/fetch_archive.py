"""Fetching from the award data archive: whole files of an agency and year, then their changes.

What a file is stands in its receipt; what a person should know about it (a month that is missing,
a file that was kept out) in the notices of its source.
"""

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

from ingest import archive, download, stage
from ingest.adapters import usaspending_files as files
from ingest.adapters.usaspending_files import ALL, ArchiveFile
from ingest.archive import RawFile
from ingest.download import Arrived
from ingest.errors import SourceError
from ingest.fetch_job import FetchJob, when_free
from ingest.fetch_result import Asked, Fetched, Say, Tick
from ingest.home import Home
from ingest.http import Client, Refused, usaspending_files_address
from ingest.notices import FOLDER, KeptOut, Notice
from ingest.source import ArchiveFetch, Source

# Names change while we fetch, once a month; more often, something else is wrong.
LISTINGS = 3


class ArchiveJob(FetchJob):
    """Fetching one source from the award data archive."""

    def __init__(self, home: Home, source: Source, client: Client, say: Say, tick: Tick) -> None:
        super().__init__(home, source, client, say, tick)
        # Names that this run has settled: there, unchanged or kept out.
        self.settled: set[str] = set()
        self.listed: set[str] = set()

    def run(self, wanted: ArchiveFetch, asked: Asked, today: date) -> Fetched:
        """Fetch what is new of these agencies and years, and note what there is to know."""
        try:
            self._take_up()
            self._set_aside_replaced()
            for agency, years in self._scopes(wanted, asked, today):
                self._agency(wanted.records, agency, years, today, repair=asked.repair)
            self._clean()
        except SourceError as error:
            self.result.failure = str(error)
            self._note([Notice(kind="failed", message=str(error), is_stale=True)])
        return self.done()

    def _scopes(
        self, wanted: ArchiveFetch, asked: Asked, today: date
    ) -> list[tuple[str, list[int]]]:
        """Return each agency with its fiscal years; never one agency and all for the same year."""
        held = self._held()
        agencies = {agency.lower() for agency in asked.agencies}
        agencies = agencies or {*wanted.agencies, *(file.agency for file in held)}
        this_year = files.fiscal_year(today)
        years = set(asked.fiscal_years) or {
            *range(max(wanted.first_year, this_year - wanted.years_back), this_year + 1)
        }
        whole = {f.fiscal_year for f in held if f.agency == ALL and f.kind == "full"}
        if ALL in agencies:
            whole |= years
        scopes = []
        for agency in sorted(agencies):
            own = {f.fiscal_year for f in held if f.agency == agency and f.kind == "full"}
            chosen = {*years, *(year for year in own if year)}
            if agency != ALL and (twice := chosen & whole):
                self._note([
                    Notice(
                        kind="already whole",
                        message=f"The files of all agencies hold agency {agency} in "
                        f"{files.years_in_words(sorted(twice))}, so its own files of then are "
                        f"not fetched.",
                    )
                ])  # fmt: skip
                chosen -= twice
            if chosen:
                scopes.append((agency, sorted(chosen)))
        return scopes

    def _agency(
        self, records: str, agency: str, years: list[int], today: date, *, repair: bool
    ) -> None:
        for _ in range(LISTINGS):
            listed = self._list(records, agency, years)
            if max(years) == files.fiscal_year(today) and not any(
                file.fiscal_year == max(years) for file in (*listed, *self._held())
            ):
                # In October the new year has no file yet: stand on the year before.
                before = max(years) - 1
                if before not in years:
                    years = sorted({*years, before})
                    listed = self._list(records, agency, years)
            try:
                self._have(agency, years, listed, today, repair=repair)
            except _GoneError as gone:
                self.say(f"{gone} is gone: the publisher has put out new files. Listing again")
                continue
            return
        raise SourceError(
            f"{self.source.id}: files that the publisher lists for agency {agency} are not there "
            f"(404), also after listing them {LISTINGS} times. The publisher is probably putting "
            f"out new ones: run the command again tomorrow."
        )

    def _list(self, records: str, agency: str, years: list[int]) -> list[ArchiveFile]:
        try:
            return files.list_from_service(self.client, records, agency, years)
        except SourceError as error:
            self.say(f"The service does not list its files ({error}); asking the files' host")
            return files.list_from_bucket(self.client, records, agency, years)

    def _have(
        self,
        agency: str,
        years: list[int],
        listed: list[ArchiveFile],
        today: date,
        *,
        repair: bool,
    ) -> None:
        """Get every file of the plan; make the plan anew when one turns out to be empty."""
        by_name = {file.name: file for file in listed}
        self.listed |= by_name.keys()
        while True:
            out = {name for name in [*self.memory.kept_out] if not self._is_mended(name, listed)}
            plan = files.plan(
                agency,
                years,
                [file for file in listed if file.name not in out],
                self._held(),
                today=today,
                repair=repair,
            )
            waiting = [
                by_name[file.name]
                for file in plan.files
                if file.name in by_name and file.name not in self.settled
            ]
            if not waiting:
                break
            self._get(waiting[0])
        self._note(plan.notices)
        self._note(
            Notice(kind="kept out", message=self.memory.kept_out[name].reason, is_stale=True)
            for name in sorted(out & by_name.keys())
        )

    def _is_mended(self, name: str, listed: list[ArchiveFile]) -> bool:
        """Whether the publisher has another file now under the name of one that was kept out."""
        file = next((file for file in listed if file.name == name), None)
        if file is None or name in self.settled:
            return False
        self.settled.add(name)
        kept_out = self.memory.kept_out[name]
        if kept_out.read_with != self.reading():
            # The declaration or our reading has changed, and may be what was wrong.
            del self.memory.kept_out[name]
            self.settled.discard(name)
            return True
        headers = kept_out.headers
        if file.etag and file.etag == headers.get("ETag"):
            return False
        arrived = self._download(file, headers)
        if arrived is None:
            return False
        del self.memory.kept_out[name]
        self._keep(file.name, arrived)
        return name not in self.memory.kept_out

    def _get(self, file: ArchiveFile) -> None:
        self.settled.add(file.name)
        kept = self._kept(file.name)
        # A file still on its way in was perhaps never looked into.
        known = kept.receipt.headers if kept else None
        if kept and known == {}:
            # Added by hand: nothing says which version it is, and its name says enough.
            self.result.unchanged += 1
            return
        if known and file.etag and file.etag == known.get("ETag"):
            self.result.unchanged += 1
            return
        arrived = self._download(file, known)
        if arrived is None:
            self.result.unchanged += 1
        else:
            self._keep(file.name, arrived)

    def _download(self, file: ArchiveFile, known: dict[str, str] | None) -> Arrived | None:
        if known is None:
            self.say(f"Fetching {file.name}")
        self._wait_between_large_files()
        try:
            arrived = download.fetch_file(
                self.client,
                file.url,
                self.incoming,
                file.name,
                unless=known,
                tick=lambda done, total: self.tick(file.name, done, total),
            )
        except Refused as refused:
            if refused.status in {404, 410}:
                self.settled.discard(file.name)
                download.leave(self.incoming, file.name)
                raise _GoneError(file.name) from refused
            raise
        pace = self.client.pace(usaspending_files_address())
        if arrived and arrived.path.stat().st_size >= pace.large_file:
            self.memory.large_file_ended = datetime.now(UTC)
            self.save()
        return arrived

    def _wait_between_large_files(self) -> None:
        ended = self.memory.large_file_ended
        between = self.client.pace(usaspending_files_address()).between_large_files
        wait = between - (datetime.now(UTC) - ended).total_seconds() if ended else 0
        if wait > 0:
            self.say(
                f"Waiting {min(wait, between):.0f} s, so as not to burden the publisher's host"
            )
            time.sleep(min(wait, between))

    def _keep(self, name: str, arrived: Arrived) -> None:
        with when_free(self.home):
            raw, _ = archive.keep(
                self.home, self.source.id, arrived.path, url=arrived.url, headers=arrived.headers
            )
            try:
                manifest = stage.stage(self.home, self.source, raw)
            except SourceError as error:
                if raw.receipt.file_name == name:
                    archive.set_aside(raw, str(error))
                self.memory.kept_out[name] = KeptOut(
                    headers=arrived.headers,
                    read_with=self.reading(),
                    reason=f"{name} was kept out, and what was there before stays. {error}",
                )
                self.save()
            else:
                self.result.files.append(name)
                self.result.rows += manifest.rows
                self._set_aside_replaced(newest=raw)
            download.leave(self.incoming, name)

    def _set_aside_replaced(self, newest: RawFile | None = None) -> None:
        """Of one name, only the version that the publisher put out last counts; all stay."""
        if newest:
            archive.count_again(newest)
        by_name: dict[str, list[RawFile]] = {}
        for raw in archive.kept(self.home, self.source.id):
            if raw.receipt.url:
                by_name.setdefault(raw.receipt.file_name, []).append(raw)
        for same in by_name.values():
            same.sort(key=lambda raw: (raw == newest, raw.receipt.fetched_at))
            for older in same[:-1]:
                if newest is None or newest in same:
                    archive.set_aside(
                        older, f"The publisher put out another version, {same[-1].receipt.sha256}."
                    )

    def _held(self) -> list[ArchiveFile]:
        """Return the files of the archive that are here, whole and looked into."""
        records = self.source.fetch.records if self.source.fetch else "contracts"
        found = [
            files.read_name(raw.receipt.file_name, records)
            for raw in archive.kept(self.home, self.source.id)
        ]
        return [file for file in found if file]

    def _kept(self, name: str) -> RawFile | None:
        return next(
            (r for r in archive.kept(self.home, self.source.id) if r.receipt.file_name == name),
            None,
        )

    def _take_up(self) -> None:
        """Go on where a run stopped: keep what had arrived whole, drop what a kill left half."""
        for path in (self.home.root / FOLDER).glob(".*.part"):
            path.unlink()
        if not self.incoming.is_dir():
            return
        for path in self.incoming.glob(".*.part"):
            path.unlink()
        download.forget_lone_notes(self.incoming)
        for path in sorted(self.incoming.glob("*.zip")):
            arrived = download.arrived(self.incoming, path.name)
            if arrived is None:
                download.leave(self.incoming, path.name)
            else:
                self._keep(path.name, arrived)

    def _clean(self) -> None:
        """Take away the beginnings of files that the publisher has no more."""
        if not self.incoming.is_dir():
            return
        for path in self.incoming.glob("*.zip*"):
            name = path.name.removesuffix(".json").removesuffix(".part")
            if self.listed and name not in self.listed:
                download.leave(self.incoming, name)
        if not any(self.incoming.iterdir()):
            self.incoming.rmdir()

    def _note(self, found: Iterable[Notice]) -> None:
        self.result.notices += found


class _GoneError(Exception):
    """A listed file is not there any more."""
