"""Where everything lives on disk: the project's own data, and the home that can be moved."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import WhobuysError

_HERE = Path(__file__).resolve().parent.parent
# A wheel brings its own copy of what ships with the code, and is no place to write in.
_INSTALLED = _HERE / "whobuys_project"
PROJECT_DATA = (_INSTALLED if _INSTALLED.is_dir() else _HERE) / "data"
DEFAULT_HOME = Path.home() / "whobuys" if _INSTALLED.is_dir() else PROJECT_DATA


@dataclass(frozen=True)
class Home:
    """The folders of one installation.

    `WHOBUYS_HOME` moves everything that is not in git to another disk; a newsroom's own
    `reference/` and `sources/` there join those of the project.
    """

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """Return the home that `WHOBUYS_HOME` names.

        Else the project's `data/` or, where whobuys was installed as a package, `~/whobuys`.
        """
        named = os.environ.get("WHOBUYS_HOME")
        if named and "?" in named:
            # DuckDB takes what follows it for options of the file.
            raise WhobuysError(f"WHOBUYS_HOME is {named}: a home cannot have `?` in its path.")
        return cls(Path(named).expanduser().resolve() if named else DEFAULT_HOME)

    @property
    def raw(self) -> Path:
        """Bytes as served, each with its receipt."""
        return self.root / "raw"

    @property
    def staged(self) -> Path:
        """Parquet files with our column names and the publisher's values."""
        return self.root / "staged"

    @property
    def build(self) -> Path:
        """Finished databases, one file each, never overwritten."""
        return self.root / "build"

    @property
    def changes(self) -> Path:
        """What changed at each publication, one file each, kept for ever."""
        return self.root / "changes"

    @property
    def published(self) -> Path:
        """The pointer to the database that readers see."""
        return self.root / "published"

    @property
    def pointer(self) -> Path:
        """The one file that moves when a build is published."""
        return self.published / "current.json"

    @property
    def reference_folders(self) -> list[Path]:
        """Folders of reference data, ours first."""
        return self._joined("reference")

    @property
    def source_folders(self) -> list[Path]:
        """Folders of declarations, ours first."""
        return self._joined("sources")

    def _joined(self, name: str) -> list[Path]:
        folders = [PROJECT_DATA / name]
        if self.root != PROJECT_DATA and (self.root / name).is_dir():
            folders.append(self.root / name)
        return folders

    def published_database(self) -> Path | None:
        """Return the database that readers see now, or None before the first build."""
        if not self.pointer.exists():
            return None
        database = self.build / str(json.loads(self.pointer.read_text("utf-8"))["database"])
        return database if database.exists() else None
