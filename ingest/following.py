"""Which sources a home keeps up when none is named: `whobuys fetch` and `whobuys refresh`.

Where the home's `fetch.yml` has a list `follow`, it is that list and nothing else: ids of sources,
or of places, which stand for every source of the place that is on. Where it has none: every source
of which the home has something, and the others except the large ones, which are named with the
command that fetches each.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from ingest import archive
from ingest.errors import DeclarationError
from ingest.home import Home
from ingest.source import Source, find_source

SETTINGS = "fetch.yml"
FOLLOW = "follow"


@dataclass(frozen=True)
class Following:
    """The sources to fetch, in the order of their ids, and the large ones that are left out."""

    chosen: list[Source]
    left_out: list[Source]
    # Whether somebody listed them: then none is too large.
    is_listed: bool

    @property
    def notes(self) -> list[str]:
        """A sentence for each source that is left out: why, and how to have it."""
        return [
            f"{source.id} is left out because it is large: {source.large_because}. To have it, "
            f"run `whobuys fetch {source.id}` once; from then on it is kept up."
            for source in self.left_out
        ]


def can_be_fetched(source: Source) -> bool:
    """Whether a source has a way in of its own; else only `whobuys add` brings it."""
    return bool(source.fetch or source.search or source.domain or source.address)


def following(home: Home, sources: dict[str, Source]) -> Following:
    """Return what to fetch when no source is named; raise DeclarationError for a wrong list."""
    able = [source for source in sources.values() if source.is_on and can_be_fetched(source)]
    listed = _listed(home)
    if listed is not None:
        wanted = {source_id for name in listed for source_id in _meant(home, name, sources)}
        return Following([source for source in able if source.id in wanted], [], is_listed=True)
    here = {folder.parent.name for folder in archive.every_folder(home)}
    left_out = [s for s in able if s.large_because is not None and s.id not in here]
    return Following(
        [source for source in able if source not in left_out], left_out, is_listed=False
    )


def settings(home: Home) -> dict[str, Any]:
    """Return what the home's `fetch.yml` says, by its keys; nothing where there is no such file."""
    path = home.root / SETTINGS
    if not path.exists():
        return {}
    content = yaml.safe_load(path.read_text("utf-8")) or {}
    if not isinstance(content, dict):
        raise DeclarationError(f"{path}: there should be ids of sources, each with its settings.")
    return content


def _listed(home: Home) -> list[str] | None:
    said = settings(home).get(FOLLOW)
    if said is None:
        return None
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        raise DeclarationError(
            f"{home.root / SETTINGS}: `follow` is a list of ids, of sources such as "
            f"us_il_chicago_contracts or of places such as us_il_chicago."
        )
    return said


def _meant(home: Home, name: str, sources: dict[str, Source]) -> list[str]:
    of_place = [source.id for source in sources.values() if source.place == name]
    try:
        return of_place or [find_source(sources, name).id]
    except DeclarationError as error:
        raise DeclarationError(
            f"{home.root / SETTINGS}, `follow`: no source or place is called {name}. {error}"
        ) from error
