"""Sources held back by a guard: which files they stay at, why, and who let them pass.

`guards/held.json` of the home remembers what is held, so that a rerun does not judge the same
files twice; `reference/accepted.csv` keeps every reason for which one was let pass.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import WhobuysError
from ingest.files import write_whole
from ingest.guards import Finding
from ingest.home import Home
from ingest.places import rows_of

ACCEPTED = "accepted.csv"
_COLUMNS = "source_id files guard message reason accepted_date".split()


class HeldSource(BaseModel):
    """The files that a guard refused, by their fingerprint; what it saw; the files that stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: str
    findings: dict[str, str]
    keeps: list[str]

    def why(self, source_id: str) -> str:
        """Return the sentence for readers and editors."""
        seen = "; ".join(self.findings.values())
        return (
            f"Held back at its last good data: {seen}. If that is right, say so with "
            f'`whobuys accept {source_id} --reason "..."` and build again.'
        )


class Held(BaseModel):
    """Every source that is held back now."""

    model_config = ConfigDict(extra="forbid")

    sources: dict[str, HeldSource] = Field(default_factory=dict)


def fingerprint(checksums: Iterable[str]) -> str:
    """Return a short name for a set of raw files."""
    return hashlib.sha256("\n".join(sorted(set(checksums))).encode()).hexdigest()[:16]


def remember(home: Home) -> Held:
    """Return what is held back, or nothing."""
    path = _path(home)
    if not path.exists():
        return Held()
    try:
        return Held.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise WhobuysError(
            f"{path} cannot be read. Delete it: the next `whobuys build` judges its sources anew."
        ) from error


def keep(home: Home, held: Held) -> None:
    """Write what is held back; what was known already is not written again."""
    path = _path(home)
    content = held.model_dump_json(indent=1).encode() + b"\n"
    if (path.read_bytes() if path.exists() else b"") != content and (held.sources or path.exists()):
        write_whole(path, content)


def hold(findings: list[Finding], now: dict[str, list[str]], was: dict[str, list[str]]) -> Held:
    """Return what these findings hold back: files now, and the files of the build before."""
    held = Held()
    for source_id in sorted({finding.source_id for finding in findings}):
        held.sources[source_id] = HeldSource(
            files=fingerprint(now[source_id]),
            findings={one.guard: one.message for one in findings if one.source_id == source_id},
            keeps=sorted(set(was[source_id])),
        )
    return held


def accepted(home: Home) -> list[dict[str, str]]:
    """Return every finding that somebody let pass, oldest first."""
    return [
        row
        for folder in home.reference_folders
        if (folder / ACCEPTED).exists()
        for row in rows_of(folder / ACCEPTED, _COLUMNS)
    ]


def accept(home: Home, source_id: str, reason: str, *, today: date | None = None) -> list[str]:
    """Let a source pass that is held back, and keep the reason; return what was found.

    Raises WhobuysError where it is not held back, or no reason is given.
    """
    reason = " ".join(reason.split())
    held = remember(home).sources.get(source_id)
    if not reason:
        raise WhobuysError("Say why it is right, with `--reason`: the reason is kept.")
    if held is None:
        others = ", ".join(sorted(remember(home).sources)) or "none"
        raise WhobuysError(f"{source_id} is not held back. Held back now: {others}.")
    path = home.root / "reference" / ACCEPTED
    rows = rows_of(path, _COLUMNS) if path.exists() else []
    day = (today or datetime.now(UTC).date()).isoformat()
    rows += [
        dict(zip(_COLUMNS, [source_id, held.files, guard, message, reason, day], strict=True))
        for guard, message in held.findings.items()
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue().encode())
    return list(held.findings.values())


def write_guards(
    connection: duckdb.DuckDBPyConnection, home: Home, held: Held, now: dict[str, list[str]]
) -> None:
    """Fill mart.guard: what is held back, and what was let pass of the files that count."""
    for source_id, one in held.sources.items():
        for guard, message in one.findings.items():
            connection.execute(
                "insert into mart.guard values (?, ?, ?, true, null, null)",
                [source_id, guard, message],
            )
    for row in accepted(home):
        if fingerprint(now.get(row["source_id"], [])) == row["files"]:
            connection.execute(
                "insert into mart.guard values (?, ?, ?, false, ?, ?)",
                [
                    row["source_id"], row["guard"], row["message"], row["reason"],
                    row["accepted_date"],
                ],
            )  # fmt: skip


def _path(home: Home) -> Path:
    return home.root / "guards" / "held.json"
