"""A person's decisions on purchases, and the readings of the starter ledger.

They are keyed by purchase and guarded by the vendor and words they were made on, not by
amounts, which change every week. Rules never see them.
"""

import csv
import io
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from ingest.errors import DeclarationError
from ingest.files import write_whole
from ingest.home import PROJECT_DATA, Home
from ingest.knowledge import Knowledge
from ingest.own_tables import own_tables
from ingest.places import rows_of
from ingest.tables import load_table
from ingest.vendors import load_aliases

READINGS = PROJECT_DATA / "starter" / "readings.csv"
READING = "purchase_id reading confidence technology maker what guard_vendor".split()
DECISION = (
    "purchase_id decision scope technology maker reason decided_by decided_date guard_vendor"
    " guard_description"
).split()
# How the columns `decision` and `scope` follow from a reading of the starter ledger.
_SCOPE = {"core": "strict", "related": "related"}
_DECISION = {"high": "accept", "medium": "suggest", "low": "suggest"}


class Decision(BaseModel):
    """One decision: accept a purchase as surveillance technology, reject it, or suggest it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purchase_id: str
    decision: str
    scope: str | None
    technology: str | None
    maker: str | None
    what: str | None
    reason: str
    origin: str
    decided_date: date | None
    guard_vendor: str | None
    guard_description: str | None
    # File and line, for a sentence about it.
    where: str

    @field_validator("decision")
    @classmethod
    def _known_decision(cls, value: str) -> str:
        if value not in {"accept", "reject", "suggest"}:
            raise ValueError(f"`{value}` is none of accept, reject, suggest")
        return value

    @field_validator("scope")
    @classmethod
    def _known_scope(cls, value: str | None) -> str | None:
        if value not in {"strict", "related", None}:
            raise ValueError(f"`{value}` is neither strict nor related")
        return value

    @property
    def is_incomplete(self) -> bool:
        """Whether an accepted purchase lacks what it was accepted as."""
        return self.decision == "accept" and not (self.scope and self.technology)


def load_decisions(folders: list[Path]) -> dict[str, Decision]:
    """Return every decision by purchase; a decision made here outranks a reading.

    Raises DeclarationError with file and line for an entry that says too little or stands twice.
    """
    decisions = {
        row["purchase_id"]: _reading(row, f"{READINGS}, line {number}")
        for number, row in enumerate(rows_of(READINGS, READING), start=2)
    }
    made: dict[str, str] = {}
    for folder in folders:
        path = folder / "decisions.csv"
        if not path.exists():
            continue
        for number, row in enumerate(rows_of(path, DECISION), start=2):
            here = f"{path}, line {number}"
            decision = _decision(row, here)
            if decision.purchase_id in made:
                raise DeclarationError(
                    f"{here}: {decision.purchase_id} is already decided in "
                    f"{made[decision.purchase_id]}. Keep one of the two."
                )
            made[decision.purchase_id] = here
            decisions[decision.purchase_id] = decision
    return decisions


def _reading(row: dict[str, str], here: str) -> Decision:
    kind = "surveillance technology" if row["reading"] == "core" else "a neighbouring good"
    sure = {"high": "", "medium": ", with some doubt", "low": ", with much doubt"}
    return Decision(
        purchase_id=row["purchase_id"],
        decision=_DECISION[row["confidence"]],
        scope=_SCOPE[row["reading"]],
        technology=row["technology"],
        maker=row["maker"] or None,
        what=row["what"] or None,
        reason=f"the award was read for the starter ledger as {kind}{sure[row['confidence']]}",
        origin="reading",
        decided_date=None,
        guard_vendor=row["guard_vendor"] or None,
        guard_description=None,
        where=here,
    )


def _decision(row: dict[str, str], here: str) -> Decision:
    if not row["purchase_id"]:
        raise DeclarationError(f"{here}: a decision needs the `purchase_id` that it is on.")
    if not row["reason"] or not row["decided_by"]:
        raise DeclarationError(f"{here}: a decision needs a `reason` and `decided_by`.")
    try:
        decision = Decision(
            purchase_id=row["purchase_id"],
            decision=row["decision"],
            scope=row["scope"] or None,
            technology=row["technology"] or None,
            maker=row["maker"] or None,
            what=None,
            reason=row["reason"],
            origin="decision",
            decided_date=row["decided_date"] or None,  # type: ignore[arg-type]
            guard_vendor=row["guard_vendor"] or None,
            guard_description=row["guard_description"] or None,
            where=here,
        )
    except ValidationError as error:
        problem = error.errors()[0]
        said = str(problem["msg"]).removeprefix("Value error, ")
        raise DeclarationError(f"{here}: `{problem['loc'][0]}`: {said}.") from error
    if decision.is_incomplete:
        raise DeclarationError(f"{here}: an accepted purchase needs `scope` and `technology`.")
    return decision


def check_technologies(decisions: dict[str, Decision], technologies: set[str]) -> None:
    """Raise DeclarationError for a decision that names a technology in no list."""
    for decision in decisions.values():
        if decision.technology and decision.technology not in technologies:
            raise DeclarationError(
                f"{decision.where}: the decision on {decision.purchase_id} names the technology "
                f"`{decision.technology}`, which is not in technologies.csv."
            )


def apply_decisions(
    connection: duckdb.DuckDBPyConnection, decisions: dict[str, Decision], knowledge: Knowledge
) -> None:
    """Fill core.decision (key: purchase_id), with each maker found among the aliases.

    `define_names` must have run. Raises DeclarationError for a technology that no list has.
    """
    check_technologies(decisions, {t.technology for t in knowledge.technologies})
    columns = (
        "purchase_id decision scope technology maker what reason origin decided_date guard_vendor"
        " guard_description"
    ).split()
    load_table(
        connection,
        "core.decision",
        {name: "date" if name == "decided_date" else "varchar" for name in columns},
        [
            [getattr(decision, name) for name in columns]
            for _, decision in sorted(decisions.items())
        ],
    )
    with own_tables(connection):
        load_aliases(connection, knowledge)
        connection.execute(_WITH_MAKERS)


# A maker that is the vendor under its short name (Palantir, sold by Palantir Technologies) is no
# other company: the vendor stands for it.
_WITH_MAKERS = """
create or replace table core.decision as
select decision.*, coalesce(alias.vendor_id,
    case when starts_with(normal_name(guard_vendor) || ' ', normal_name(maker) || ' ')
    then null else nullif(replace(lower(normal_name(maker)), ' ', '_'), '') end) as maker_id
from core.decision as decision left join alias on alias.name = normal_name(maker)
order by purchase_id
"""

_writing = threading.Lock()


def decisions_file(home: Home | None = None) -> Path:
    """Return the file of decisions that an editor here adds to."""
    return (home or Home.from_environment()).root / "reference" / "decisions.csv"


def decisions_made(home: Home | None = None) -> dict[str, Decision]:
    """Return the decisions in the editor's own file, also those made since the last build."""
    path = decisions_file(home)
    if not path.exists():
        return {}
    rows = enumerate(rows_of(path, DECISION), start=2)
    return {row["purchase_id"]: _decision(row, f"{path}, line {n}") for n, row in rows}


def record_decision(
    answers: Mapping[str, str],
    *,
    guard_vendor: str | None,
    guard_description: str | None,
    home: Home | None = None,
    today: date | None = None,
) -> Path:
    """Write one decision into the editor's file and return the file.

    `answers` names purchase_id, decision, scope, technology, maker, reason and decided_by. A
    purchase decided again has its row replaced. The file is written whole and moved into place,
    so that a build never reads half of it. Raises DeclarationError where an answer is missing.
    """
    home = home or Home.from_environment()
    path = decisions_file(home)
    row = {name: " ".join(answers.get(name, "").split()) for name in DECISION}
    row["decided_date"] = (today or date.today()).isoformat()  # noqa: DTZ011 - the editor's day
    # The guards are compared with the record as it stands, so they keep its every space.
    row["guard_vendor"] = guard_vendor or ""
    row["guard_description"] = guard_description or ""
    _decision(row, "The decision")
    with _writing:
        for folder in home.reference_folders:
            other = folder / "decisions.csv"
            if other.resolve() == path.resolve() or not other.exists():
                continue
            if any(
                known["purchase_id"] == row["purchase_id"] for known in rows_of(other, DECISION)
            ):
                raise DeclarationError(
                    f"{row['purchase_id']} is already decided in {other}. Change it there."
                )
        kept = rows_of(path, DECISION) if path.exists() else []
        places = [n for n, old in enumerate(kept) if old["purchase_id"] == row["purchase_id"]]
        if places:
            kept[places[0]] = row
        else:
            kept.append(row)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, DECISION, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        write_whole(path, text.getvalue().encode())
    return path
