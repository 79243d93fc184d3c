"""What a search has found and what is here already, on disk, so that a killed run goes on.

Everything in it can be found out again: it is a memory of the raw files and of one search.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from ingest import archive
from ingest.home import Home

_TABLES = """
create table if not exists fact (name text primary key, value text);
create table if not exists query (query text primary key, cursor text, pages int, expected int,
  is_done int);
create table if not exists found (award_id text primary key, version text);
create table if not exists found_by (query text, award_id text, primary key (query, award_id))
  without rowid;
create table if not exists complete (query text primary key, until text);
create table if not exists here (award_id text primary key, version text);
create table if not exists read (sha256 text primary key);
"""
# Between what was asked and the reply, in every line of our raw files.
REPLY = ', "reply": '


class Journal:
    """The state of one source's search; every change is on disk when a method returns."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._db = connection
        self.folder = folder

    @classmethod
    @contextmanager
    def of(cls, home: Home, source_id: str) -> Iterator["Journal"]:
        """Open the journal of a source, up to date with its raw files."""
        folder = home.raw / source_id / ".search"
        folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(folder / "journal.sqlite", isolation_level=None)) as database:
            database.executescript(_TABLES)
            journal = cls(database, folder)
            journal._read_raw(home, source_id)
            yield journal

    def _read_raw(self, home: Home, source_id: str) -> None:
        files = sorted(archive.kept(home, source_id), key=lambda raw: raw.receipt.fetched_at)
        read = {row[0] for row in self._db.execute("select sha256 from read")}
        if read - {raw.receipt.sha256 for raw in files}:
            # Somebody took a file away: its awards are no longer here.
            self._db.executescript("delete from read; delete from here;")
            read = set()
        for raw in files:
            if raw.receipt.sha256 in read or raw.path.suffix != ".jsonl":
                continue
            self._db.execute("begin")
            with raw.path.open(encoding="utf-8") as lines:
                for line in lines:
                    said = asked(line)
                    if said["is_last"] and said["award_id"]:
                        self._remember(said["award_id"], said["version"])
            self._db.execute("insert into read values (?)", [raw.receipt.sha256])
            self._db.execute("commit")

    def _remember(self, award_id: str, version: str) -> None:
        self._db.execute("insert or replace into here values (?, ?)", [award_id, version])

    def kept(self, sha256: str, awards: list[tuple[str, str]]) -> None:
        """Note that these versions of awards are in a raw file."""
        self._db.execute("begin")
        self._db.executemany("insert or replace into here values (?, ?)", awards)
        self._db.execute("insert or replace into read values (?)", [sha256])
        self._db.execute("commit")

    def resume(self, run: str) -> bool:
        """Go on with a search begun earlier on the same data, else forget it; say which."""
        before = self._db.execute("select value from fact where name = 'run'").fetchone()
        if before == (run,):
            return True
        self.forget_search()
        self._db.execute("insert or replace into fact values ('run', ?)", [run])
        return False

    def forget_search(self) -> None:
        """Forget what the search has found; what is here already stays."""
        self._db.executescript(
            "begin; delete from fact; delete from query; delete from found;"
            " delete from found_by; commit;"
        )

    def query(self, query: str) -> tuple[tuple[int, str] | None, int, int | None, bool]:
        """Return how far a question is: cursor, pages, awards expected, whether it is done."""
        row = self._db.execute(
            "select cursor, pages, expected, is_done from query where query = ?", [query]
        ).fetchone()
        if row is None:
            return None, 0, None, False
        cursor = json.loads(row[0]) if row[0] else None
        return (tuple(cursor) if cursor else None), row[1], row[2], bool(row[3])

    def begin_query(self, query: str, expected: int) -> None:
        """Begin a question anew, with the number of awards that it should find."""
        self._db.execute("begin")
        self._db.execute("delete from found_by where query = ?", [query])
        self._db.execute(
            "insert or replace into query values (?, null, 0, ?, 0)", [query, expected]
        )
        self._db.execute("commit")

    def add_page(
        self,
        query: str,
        awards: list[tuple[str, str]],
        cursor: tuple[int, str] | None,
        only: Collection[str] = (),
    ) -> None:
        """Note a page of awards with their versions, and where the next one begins.

        Where `only` names awards, others were found and are not wanted.
        """
        self._db.execute("begin")
        self._db.executemany(
            "insert or replace into found values (?, ?)",
            [found for found in awards if not only or found[0].upper() in only],
        )
        self._db.executemany(
            "insert or ignore into found_by values (?, ?)", [(query, award) for award, _ in awards]
        )
        self._db.execute(
            "update query set cursor = ?, pages = pages + 1, is_done = ? where query = ?",
            [json.dumps(cursor) if cursor else None, cursor is None, query],
        )
        self._db.execute("commit")

    def add(self, awards: Iterable[tuple[str, str]]) -> None:
        """Note awards with their versions that were found without a question."""
        self._db.execute("begin")
        self._db.executemany("insert or replace into found values (?, ?)", awards)
        self._db.execute("commit")

    def add_known(self, awards: Iterable[str], version: str, mark: str) -> None:
        """Note awards that no question found, under this version.

        Of those that are here already, only those whose version begins with `mark`: no question
        ever found them, so nothing else would say that they have changed.
        """
        self._db.execute("begin")
        self._db.executemany(
            "insert or ignore into found select $award, $version where not exists"
            " (select * from here where award_id = $award"
            " and substr(version, 1, $length) <> $mark)",
            [
                {"award": award, "version": version, "length": len(mark), "mark": mark}
                for award in awards
            ],
        )
        self._db.execute("commit")

    def found_by(self, query: str) -> int:
        """Return how many different awards a question has found."""
        return int(
            self._db.execute("select count(*) from found_by where query = ?", [query]).fetchone()[0]
        )

    def found(self) -> int:
        """Return how many different awards all questions have found."""
        return int(self._db.execute("select count(*) from found").fetchone()[0])

    def wanted(self) -> Iterator[tuple[str, str, bool]]:
        """Yield the awards that are not here in their newest version: id, version, whether new.

        In blocks, so that memory does not grow with their number.
        """
        last = ""
        while True:
            rows = self._db.execute(
                "select award_id, found.version, here.award_id is null from found"
                " left join here using (award_id)"
                " where award_id > ? and found.version is not here.version"
                " order by award_id limit 500",
                [last],
            ).fetchall()
            if not rows:
                return
            for award_id, version, is_new in rows:
                yield award_id, version, bool(is_new)
            last = rows[-1][0]

    def complete_until(self, query: str) -> date | None:
        """Return the day up to which a question has been answered whole, or None."""
        row = self._db.execute("select until from complete where query = ?", [query]).fetchone()
        return date.fromisoformat(row[0]) if row else None

    def finish(self, queries: list[str], until: date) -> None:
        """Note that all questions have been answered and everything found is here."""
        self._db.execute("begin")
        self._db.executemany(
            "insert or replace into complete values (?, ?)",
            [(query, until.isoformat()) for query in queries],
        )
        self._db.execute("commit")
        self.forget_search()

    def part(self, kind: str) -> Path:
        """Return where the unfinished file of this kind stands."""
        return self.folder / f"{kind}.part"

    def unfinished(self, kind: str) -> Path:
        """Return an unfinished file of lines, cut back to its last whole answer."""
        path = self.part(kind)
        # A run killed while it moved the file to the archive: it is moved again.
        for named in self.folder.glob(f"{kind}_*.jsonl"):
            named.replace(path)
        if path.exists():
            _cut_to_whole_answers(path)
        return path


def _cut_to_whole_answers(path: Path) -> None:
    """Drop what a killed run wrote of an answer without its end."""
    whole = position = 0
    with path.open("rb") as lines:
        for line in lines:
            position += len(line)
            if line.endswith(b"\n") and b'"is_last": true' in line.partition(REPLY.encode())[0]:
                whole = position
    with path.open("r+b") as handle:
        handle.truncate(whole)


def asked(line: str) -> dict[str, Any]:
    """Return what a line of a raw file answers, without the reply itself."""
    found: dict[str, Any] = json.loads(line.partition(REPLY)[0] + "}")
    return found
