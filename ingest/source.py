"""Sources as facts: the strict model of `data/sources/*.yml`, and how they are read."""

import difflib
import hashlib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest import yaml_lines
from ingest.errors import DeclarationError

RecordKind = Literal["award", "idv", "contract", "order", "payment", "grant", "subaward"]
Basis = Literal["obligated", "paid", "committed", "encumbered", "ceiling"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectations(_Strict):
    """Limits beyond which a file is refused rather than believed."""

    min_rows: int = Field(default=1, ge=0)
    # Rows that cannot be read are set aside as issues up to this number; one more and the
    # file is refused. Zero where every row is money and the publisher's files are clean.
    max_rejected: int = Field(default=0, ge=0)


class Search(_Strict):
    """What a targeted search asks for: kinds of award, by the terms of our reference data."""

    groups: list[Literal["contracts", "idvs", "grants"]] = Field(min_length=1)


class ArchiveFetch(_Strict):
    """What is fetched of the award data archive, unless the command or the home says otherwise."""

    records: Literal["contracts", "assistance"]
    # Codes of departments, such as "070", or "all" alone.
    agencies: list[str] = Field(min_length=1)
    # This fiscal year and so many before it, as far as there are files.
    years_back: int = Field(ge=0)
    first_year: int


class Verified(_Strict):
    """How the columns of a source were confirmed, and when."""

    how: str
    when: date


class Source(_Strict):
    """One published data set, as declared in one file.

    `columns` maps the publisher's column names to ours, `ignore` names those that we do not
    carry, by reason. Every column is in one of them, or is reported as an issue.
    """

    id: str
    path: Path
    checksum: str

    title: str
    publisher: str
    place: str
    page: str
    licence: str
    adapter: Literal["usaspending_archive", "usaspending_api"]
    register_name: str = Field(alias="register")
    fiscal_year_begins: int = Field(ge=1, le=12)
    record_kind: RecordKind
    basis: Basis
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    cadence: Literal["daily", "weekly", "monthly", "quarterly", "yearly", "never"]
    amounts: Literal["delta", "total", "line"]
    purchase_key: list[str]
    row_key: list[str]
    columns: dict[str, str]
    ignore: dict[str, list[str]] = {}
    covers: str
    does_not_cover: str
    covers_from: date | None = None
    covers_to: date | None = None
    # The whole of what an agency bought in the years covered, so that shares can be given and
    # "not found" said; false for a selection.
    is_complete: bool
    # Its amounts give way to any other source of the same register (the starter ledger).
    is_provisional: bool = False
    search: Search | None = None
    # Assistance listings (once called CFDA numbers) that are published, with their titles.
    listings: dict[str, str] = {}
    fetch: ArchiveFetch | None = None
    expect: Expectations = Expectations()
    verified: Verified

    @model_validator(mode="after")
    def _consistent(self) -> "Source":
        ours = set(self.columns.values())
        if missing := [key for key in (*self.purchase_key, *self.row_key) if key not in ours]:
            raise ValueError(f"the keys name {names(missing)}, which `columns` does not map")
        ignored = [column for group in self.ignore.values() for column in group]
        if both := sorted(set(ignored) & set(self.columns)):
            raise ValueError(f"{names(both)} stands in `columns` and in `ignore`")
        if (self.covers_from is None) != (self.covers_to is None):
            raise ValueError("`covers_from` and `covers_to` belong together")
        return self

    @property
    def ignored(self) -> frozenset[str]:
        """Every column that is left behind in the raw file."""
        return frozenset(column for group in self.ignore.values() for column in group)


def names(words: list[str]) -> str:
    """Return words as a phrase: `a`, `b` and `c`."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def load_source(path: Path) -> Source:
    """Read one declaration; raise DeclarationError that names file, line and nearest key."""
    content, lines = yaml_lines.load(path)
    for reserved in ("id", "path", "checksum"):
        if reserved in content:
            raise DeclarationError(
                f"{path.name}, line {lines[(reserved,)]}: `{reserved}` is not declared: the id "
                f"of a source is the name of its file."
            )
    try:
        source = Source.model_validate(
            {
                **content,
                "id": path.stem,
                "path": path,
                "checksum": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
        )
    except ValidationError as error:
        raise DeclarationError(_sentence(path, lines, error)) from error
    _refuse_unknown_columns(source, lines)
    return source


def _refuse_unknown_columns(source: Source, lines: yaml_lines.Lines) -> None:
    # Imported here: an adapter is written in terms of sources.
    from ingest.adapters.usaspending_archive import OUR_COLUMNS  # noqa: PLC0415

    parts = []
    for theirs, ours in source.columns.items():
        if ours not in OUR_COLUMNS:
            line = lines[("columns", theirs)]
            parts.append(
                f"{source.path.name}, line {line}: `{theirs}` becomes `{ours}`, which is no "
                f"column of ours{_nearest(ours, list(OUR_COLUMNS))}"
            )
    if parts:
        raise DeclarationError("\n".join(parts))


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else "."


_PARTS: dict[str, type[_Strict]] = {
    "expect": Expectations,
    "fetch": ArchiveFetch,
    "search": Search,
    "verified": Verified,
}


def _sentence(path: Path, lines: yaml_lines.Lines, error: ValidationError) -> str:
    parts = []
    for problem in error.errors():
        at = tuple(problem["loc"])
        model = _PARTS.get(str(at[0]) if at else "", Source)
        known = [field.alias or name for name, field in model.model_fields.items()]
        line = next((lines[at[:n]] for n in range(len(at), 0, -1) if at[:n] in lines), 1)
        parts.append(f"{path.name}, line {line}: {_reason(dict(problem), at, known)}")
    return "\n".join(parts)


def _reason(problem: dict[str, Any], at: tuple[str | int, ...], known: list[str]) -> str:
    key = ".".join(str(part) for part in at)
    if problem["type"] == "extra_forbidden":
        return f"`{key}` is not a known key{_nearest(str(at[-1]), known)}"
    if problem["type"] == "missing":
        return f"`{key}` is missing."
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"`{key}`: {message}." if key else f"{message}."


def load_sources(folders: list[Path]) -> dict[str, Source]:
    """Read every declaration; a home's own may not take the id of one of ours."""
    sources: dict[str, Source] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yml")):
            source = load_source(path)
            if source.id in sources:
                raise DeclarationError(
                    f"{path}: there is already a source {source.id} in "
                    f"{sources[source.id].path}. Give this one another file name."
                )
            sources[source.id] = source
    return sources


def find_source(sources: dict[str, Source], source_id: str) -> Source:
    """Return the source of this id, or raise DeclarationError with the nearest known id."""
    if source_id in sources:
        return sources[source_id]
    near = difflib.get_close_matches(source_id, list(sources), n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(sorted(sources))}."
    raise DeclarationError(f"There is no source {source_id}.{hint}")
