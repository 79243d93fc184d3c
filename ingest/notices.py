"""What a person should know about what was fetched: kept in the home until it is over.

`fetch/<source>.json` of the home; `whobuys status` and the Sources page show it.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import WhobuysError
from ingest.files import write_whole
from ingest.home import Home

FOLDER = "fetch"


class Notice(BaseModel):
    """Something to know about what was fetched, or was not, in a sentence.

    `is_stale` when figures stand behind what the publisher has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    message: str
    is_stale: bool = False


class KeptOut(BaseModel):
    """A file that turned out to be unusable: which version of it, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    headers: dict[str, str]
    # The declaration and the code that could not read it.
    read_with: str
    reason: str


class Memory(BaseModel):
    """What fetching a source remembers from one run to the next, beside its files."""

    model_config = ConfigDict(extra="forbid")

    notices: list[Notice] = []
    kept_out: dict[str, KeptOut] = Field(default_factory=dict)
    large_file_ended: datetime | None = None
    # By part of a data set: the version, in its portal's words, whose rows are here.
    versions: dict[str, str] = {}
    # When a fetch last began that ended with everything the publisher has.
    last_good: datetime | None = None


def remember(home: Home, source_id: str) -> Memory:
    """Return what was noted about a source, or an empty memory."""
    path = _path(home, source_id)
    if not path.exists():
        return Memory()
    try:
        return Memory.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise WhobuysError(
            f"{path} cannot be read. Delete it: the next `whobuys fetch` writes it anew."
        ) from error


def note(home: Home, source_id: str, memory: Memory) -> None:
    """Keep what is to be remembered of a source; an unchanged memory is not written again."""
    path = _path(home, source_id)
    content = memory.model_dump_json(indent=1).encode() + b"\n"
    if not path.exists() or path.read_bytes() != content:
        write_whole(path, content)


def in_order(found: Iterable[Notice]) -> list[Notice]:
    """Return notices once each, in an order that does not depend on how they came."""
    return sorted(set(found), key=lambda notice: (notice.kind, notice.message))


def notices(home: Home) -> dict[str, list[Notice]]:
    """Return what there is to know about each source that was ever fetched."""
    found = {
        path.stem: remember(home, path.stem).notices
        for path in sorted((home.root / FOLDER).glob("*.json"))
    }
    return {source_id: known for source_id, known in found.items() if known}


def stale_because(home: Home) -> dict[str, str]:
    """Return, for each source whose figures stand behind the publisher's, why."""
    reasons = {
        source_id: " ".join(notice.message for notice in found if notice.is_stale)
        for source_id, found in notices(home).items()
    }
    return {source_id: why for source_id, why in reasons.items() if why}


def _path(home: Home, source_id: str) -> Path:
    return home.root / FOLDER / f"{source_id}.json"
