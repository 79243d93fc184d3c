"""What a refresh did: for a machine in `reports/` of the home, for an editor in a minute's text."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field

from ingest.files import write_whole
from ingest.home import Home
from ingest.tidy import Tidied

FOLDER = "reports"
# What happened last, whatever it was; a report of its own stays for every database published.
LAST = "last.json"
FAILED = ("failed", "stale")
_SHOWN = 20


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Money(_Model):
    """A total of counted purchases: of one record kind, basis and currency, never of several."""

    record_kind: str
    basis: str
    currency: str
    purchases: int
    amount: Decimal


class Published(_Model):
    """The database that readers see: what is in it, and how much of that counts."""

    build_id: str
    as_of: str
    purchases: int
    transactions: int
    possible: int
    totals: list[Money]


class SourceReport(_Model):
    """What was done about one source.

    `state`: news, nothing new, stale (fetched, but not all that the publisher has), failed,
    not due, not fetched.
    """

    state: str
    files: list[str] = []
    rows: int = 0
    awards: int = 0
    last_good: datetime | None = None
    due_on: datetime | None = None
    why: str | None = None


class Report(_Model):
    """One run of `whobuys refresh`."""

    began_at: datetime
    # Why nothing was published; None: readers see the newest build.
    problem: str | None = None
    is_new: bool = False
    before: Published | None = None
    after: Published | None = None
    sources: dict[str, SourceReport] = Field(default_factory=dict)
    # By source: files that could not be used in the build, and why.
    left_out: dict[str, str] = Field(default_factory=dict)
    # By source: why a guard holds back what came, until a person accepts it.
    held: dict[str, str] = Field(default_factory=dict)
    # By kind, how many changes readers are told of.
    changes: dict[str, int] = Field(default_factory=dict)
    tidied: Tidied | None = None
    # What could not be done after readers saw the newest build; the next run does it.
    unfinished: str | None = None
    # Why this report is not in the home, as on a full disk.
    not_kept: str | None = None

    @property
    def exit_code(self) -> int:
        """0 done; 1 published, but not everything was done; 2 nothing was published."""
        if self.problem:
            return 2
        fell_short = self.failed or self.left_out or self.held or self.unfinished or self.not_kept
        return 1 if fell_short else 0

    @property
    def failed(self) -> dict[str, SourceReport]:
        """The sources whose figures stand behind what their publishers have."""
        return {key: source for key, source in self.sources.items() if source.state in FAILED}

    def as_json(self) -> str:
        """Return everything for a machine, with the exit code and the text for a person."""
        content = self.model_dump(mode="json")
        facts = {"exit_code": self.exit_code, **content, "summary": self.summary()}
        return json.dumps(facts, indent=1, ensure_ascii=False)

    def summary(self) -> str:
        """Return what an editor reads on Monday morning, in a minute."""
        parts = [self._headline(), *self._money(), *self._changes(), *self._sources()]
        if self.tidied and (self.tidied.compressed or self.tidied.removed):
            parts.append(self.tidied.sentence)
        if self.unfinished:
            parts.append(f"Not finished, and done by the next run: {self.unfinished}")
        if self.not_kept:
            parts.append(f"This report is not kept: {self.not_kept}")
        return "\n".join(parts)

    def _headline(self) -> str:
        if self.problem:
            stays = f" Readers still see build {self.before.build_id}." if self.before else ""
            return f"Nothing was published. {self.problem}{stays}"
        if self.after is None:
            return "Nothing is published."
        if not self.is_new:
            return f"Nothing has changed: build {self.after.build_id}, as of {self.after.as_of}."
        return f"Published build {self.after.build_id}, as of {self.after.as_of}."

    def _money(self) -> list[str]:
        if self.after is None or self.problem:
            return []
        before = {_kind(money): money for money in self.before.totals} if self.before else {}
        lines = []
        for money in self.after.totals:
            was = before.get(_kind(money))
            news = ""
            if was and self.is_new:
                news = (
                    f" ({money.purchases - was.purchases:+,} and {money.amount - was.amount:+,.2f})"
                )
            lines.append(
                f"Counted, {money.record_kind} {money.basis}: {money.purchases:,} purchases, "
                f"{money.currency} {money.amount:,.2f}{news}"
            )
        lines.append(f"Waiting for a person to read: {self.after.possible:,} possible purchases")
        return lines

    def _changes(self) -> list[str]:
        if self.problem or not self.is_new:
            return []
        said = ", ".join(f"{count:,} {kind}" for kind, count in self.changes.items())
        return [f"What changed: {said or 'nothing that readers are told of'}"]

    def _sources(self) -> list[str]:
        states: dict[str, int] = {}
        for source in self.sources.values():
            states[source.state] = states.get(source.state, 0) + 1
        lines = []
        if states:
            counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
            lines.append(f"Sources: {counts}")
        for source_id, source in self.sources.items():
            if source.state == "news":
                what = f"{len(source.files):,} new files, {source.rows:,} rows"
                if source.awards:
                    what = f"{source.awards:,} awards new or changed"
                lines.append(f"  {source_id}: {what}")
        for source_id, source in list(self.failed.items())[:_SHOWN]:
            lines.append(f"Kept its last good data, {source_id}: {source.why}")
        # What a guard holds is left out of the build as well, and needs saying once.
        left_out = {key: why for key, why in self.left_out.items() if key not in self.held}
        for source_id, why in list(self.held.items())[:_SHOWN]:
            lines.append(f"Held back until someone accepts it, {source_id}: {why}")
        for source_id, why in list(left_out.items())[:_SHOWN]:
            lines.append(f"Left out of {source_id}: {why}")
        if max(len(self.failed), len(self.held), len(left_out)) > _SHOWN:
            lines.append(f"and more, in {FOLDER}/{LAST}.")
        return lines


def _kind(money: Money) -> tuple[str, str, str]:
    return money.record_kind, money.basis, money.currency


def published(home: Home) -> Published | None:
    """Return what readers see now, or None before the first build."""
    database = home.published_database()
    if database is None:
        return None
    with duckdb.connect(str(database), read_only=True) as connection:
        build = connection.execute(
            "select build_id, as_of::varchar, purchases, transactions from meta.build"
        ).fetchone()
        possible = connection.execute(
            "select count(*) from mart.purchase where status = 'possible'"
        ).fetchone()
        totals = connection.execute(
            """
            select record_kind, basis, currency, count(*), sum(amount)
            from mart.purchase
            where status in ('confirmed', 'matched') and scope = 'strict' and amount is not null
            group by all
            order by all
            """
        ).fetchall()
    build_id, as_of, purchases, transactions = build or ("unknown", "unknown", 0, 0)
    return Published(
        build_id=build_id,
        as_of=as_of,
        purchases=purchases,
        transactions=transactions,
        possible=possible[0] if possible else 0,
        totals=[
            Money(record_kind=kind, basis=basis, currency=currency, purchases=count, amount=amount)
            for kind, basis, currency, count, amount in totals
        ],
    )


def changes(database: Path, build_id: str) -> dict[str, int]:
    """Return how many changes of each kind this build tells of."""
    return dict(
        _rows(
            database,
            "select kind, count(*) from mart.change where to_build = ? group by 1 order by 1",
            build_id,
        )
    )


def held(database: Path) -> dict[str, str]:
    """Return, by source, why guards hold back what came."""
    found: dict[str, str] = {}
    question = "select source_id, message from mart.guard where is_held order by all"
    for source_id, message in _rows(database, question):
        found[source_id] = " ".join(filter(None, [found.get(source_id), message]))
    return found


def _rows(database: Path, question: str, *values: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(question, list(values)).fetchall()


def keep(home: Home, report: Report) -> None:
    """Write the report: always as the last one, and under its build where that is new.

    A run that was killed after publishing has left no report: the next one writes it.
    """
    folder = home.root / FOLDER
    content = report.as_json().encode() + b"\n"
    if report.after and not report.problem:
        own = folder / f"{report.after.build_id}.json"
        if report.is_new or not own.exists():
            write_whole(own, content)
    write_whole(folder / LAST, content)
