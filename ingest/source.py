"""Sources as facts: the strict model of `data/sources/*.yml`, and how they are read."""

import difflib
import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ingest import yaml_lines
from ingest.errors import DeclarationError
from ingest.record_columns import JOINED, RECORD_COLUMNS, plain
from ingest.staged_columns import OUR_COLUMNS
from ingest.use_columns import USE_COLUMNS, UseFacts

# Portals and files of places, countries and other publishers; the other two ways in are federal.
PlaceAdapter = Literal["socrata", "ckan", "arcgis", "table_file", "ocds"]
PLACE_ADAPTERS: frozenset[str] = frozenset(get_args(PlaceAdapter))
# The copies of portal metadata that columns were first taken from are of 2022.
_COPIED_IN = 2022
Condition = dict[str, list[str]]
RecordKind = Literal["award", "idv", "contract", "order", "payment", "grant", "subaward", "use"]
Basis = Literal["obligated", "paid", "committed", "encumbered", "ceiling"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectations(_Strict):
    """Limits beyond which a file is refused rather than believed."""

    min_rows: int = Field(default=1, ge=0)
    # Rows that cannot be read are set aside as issues up to this number; one more and the
    # file is refused. Zero where every row is money and the publisher's files are clean.
    max_rejected: int = Field(default=0, ge=0)
    # Days without a newer row before the source is shown as silent; none: it has no rhythm.
    max_days_silent: int | None = Field(default=None, ge=1)
    # A file that lost this share of its rows against the one before, or more, is not believed.
    max_shrink_share: Decimal = Field(default=Decimal("0.5"), gt=0, le=1)
    # Guards before publishing, against the database before: how many times the rows and the total
    # of the same agencies and years may grow, and the total of any one agency grow or fall.
    max_growth_times: Decimal = Field(default=Decimal(5), gt=1)
    max_agency_times: Decimal = Field(default=Decimal(10), gt=1)
    # Columns never seen before, in one week.
    max_new_columns: int = Field(default=5, ge=0)
    # By how much the share of purchases may grow that lack a description, vendor, agency or date,
    # or anything to judge them by.
    max_emptied_share: Decimal = Field(default=Decimal("0.3"), gt=0, le=1)
    max_unclassifiable_share: Decimal = Field(default=Decimal("0.2"), gt=0, le=1)

    def has_shrunk(self, before: int, now: int) -> bool:
        """Return whether so many rows were lost, to the hundredth: half of 4,091 rows is half."""
        lost = Decimal(before - now) / max(before, 1)
        return lost.quantize(Decimal("0.01")) >= self.max_shrink_share


class Search(_Strict):
    """What a targeted search asks for: kinds of award, by the terms of our reference data.

    Or `under`, another source that is searched: what is reported under the awards that it has.
    """

    groups: list[Literal["contracts", "idvs", "grants"]] = []
    under: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Search":
        if bool(self.groups) == bool(self.under):
            raise ValueError("a search has either `groups` or `under`")
        return self


class ArchiveFetch(_Strict):
    """What is fetched of the award data archive, unless the command or the home says otherwise."""

    records: Literal["contracts", "assistance"]
    # Codes of departments, such as "070", or "all" alone.
    agencies: list[str] = Field(min_length=1)
    # This fiscal year and so many before it, as far as there are files.
    years_back: int = Field(ge=0)
    first_year: int


class Ask(_Strict):
    """How a portal is asked, beyond what its platform tells."""

    # Of every request; `{from}` and `{to}` stand for the two ends of a window of time.
    parameters: dict[str, str] = {}
    # OCDS: the day from which notices are fetched, and how long a window may be.
    since: date | None = None
    window_hours: int | None = Field(default=None, ge=1)
    # Slower than one a second, where the publisher asks for it; the longest wait when refused.
    seconds_between_requests: float | None = Field(default=None, ge=1)
    seconds_when_refused: float | None = Field(default=None, ge=60)


class Verified(_Strict):
    """How the columns of a source were confirmed, and when."""

    how: str
    when: date


class Reading(_Strict):
    """How a table is written, where it is not comma-separated UTF-8 under one header."""

    # Lines above it are titles and notes. Row 1 is the first line, as a spreadsheet counts.
    header_row: int = Field(default=1, ge=1)
    # Of a workbook: the name of the sheet. None: the first.
    sheet: str | None = None
    # Of a zip: which members are tables of this source, as a shell pattern.
    member: str = "*"
    # None: judged by the header.
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    # None: UTF-8 or, by its first bytes, UTF-16.
    encoding: Literal["utf-8", "cp1252", "latin-1", "utf-16"] | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", ""] = ","
    # As strptime writes them, tried in order; the ISO way is always understood.
    dates: list[str] = []

    @model_validator(mode="after")
    def _points_differ(self) -> "Reading":
        if self.decimal == self.thousands:
            raise ValueError("`decimal` and `thousands` cannot be the same sign")
        return self


class Source(_Strict):
    """One published data set, as declared in one file.

    `columns` maps the publisher's column names to ours, `ignore` names those that we do not
    carry, by reason. Every column is in one of them, or is reported as an issue. Keys and
    conditions of a federal source name our columns, those of a place the publisher's own, for
    which titles ("Award Amount") and names (`award_amount`) are the same.
    """

    id: str
    path: Path
    checksum: str

    title: str
    publisher: str
    place: str
    page: str
    licence: str
    adapter: Literal["usaspending_archive", "usaspending_api"] | PlaceAdapter
    # A family of sources that speak of the same purchases under the same keys. None: this alone.
    register_name: str = Field(alias="register", default="")
    fiscal_year_begins: int = Field(ge=1, le=12)
    record_kind: RecordKind
    # None where no money is recorded: sources of use.
    basis: Basis | None = None
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    cadence: Literal["daily", "weekly", "monthly", "quarterly", "yearly", "never"]
    amounts: Literal["delta", "total", "line"]
    # The columns that together are the official number of a purchase. Payments: of the contract.
    purchase_key: list[str]
    # Payments: what stands in where `purchase_key` is empty or no contract; of the order.
    purchase_key_else: list[str] = []
    # What tells one row from all others. None: a row is told by everything that it says.
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
    # Sources of use: what they say of all their rows.
    use: UseFacts | None = None
    expect: Expectations = Expectations()
    # How its columns were confirmed. Only a source that is switched off can do without.
    verified: Verified | None = None

    # Switched off: listed by status and check, but neither fetched nor built.
    is_on: bool = True
    # How large it is, where that is more than somebody who named no source would want to fetch.
    large_because: str | None = None
    # The body whose table it is: the buyer where a row names no department, and the parent of
    # those that it names. None: rows name bodies that belong to no one body.
    buyer: str | None = None
    # What one row is, in words, and what it is not.
    grain: str | None = None
    # The portal: a host, or a full base address with a path (a mirror, a server on loopback).
    domain: str | None = Field(default=None, pattern=r"^(https?://[^\s?#]+|[a-z0-9.-]+\.[a-z]+)$")
    # Socrata: the 4x4 id. CKAN: the package. ArcGIS: the path of the layer. OCDS: the endpoint.
    dataset: str | None = None
    # CKAN: which resources of the package are parts of it, by name, as a shell pattern.
    resources: str | None = None
    # table_file: where its files stand. None: only `whobuys add` brings them.
    address: list[str] = []
    # `whole`: the newest file is everything. `parts`: each file name (a year) is a part of it.
    files: Literal["whole", "parts"] = "whole"
    # The first year that `{year}` in an address stands for; the last is the fiscal year of today.
    first_year: int | None = None
    ask: Ask = Ask()
    read: Reading = Reading()
    # Other names that the publisher gives a column: in files, in older years.
    also_called: dict[str, list[str]] = {}
    # Rows that count (details apart from headers), and rows that do not: column and values.
    rows_that_count: Condition = {}
    rows_left_out: Condition = {}
    # Rows of payments that were made void.
    voided: Condition = {}
    # Values that are no number of a contract: 'Direct Payments', DV.
    no_contract: Condition = {}
    # The number of the contract that a payment or order is under, and the source that has it.
    contract_key: list[str] = []
    contracts_in: str | None = None
    fiscal_year_named_by: Literal["end", "start"] = "end"
    # What the publisher writes in place of the vendors that it withholds.
    masked_vendors: list[str] = []
    # Payees who look like private persons are masked, unless this says why not.
    people_kept_because: str | None = None
    # The column that grows with every change of a row: only newer rows are then fetched.
    incremental: str | None = None
    # Columns without which the file is still read, and whether that holds for every one that is
    # no key, amount or condition.
    may_be_gone: list[str] = []
    when_column_gone: Literal["refuse", "leave_empty"] = "refuse"

    @field_validator("address", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _register_of_its_own(cls, content: dict[str, Any]) -> dict[str, Any]:
        if content.get("record_kind") != "use":
            return {"register": content["id"], **content}
        if told := sorted(_OF_MONEY & content.keys()):
            raise ValueError(f"{names(told)} is for money, of which a source of use has none")
        return {"register": content["id"], **_NO_MONEY, **content}

    @model_validator(mode="after")
    def _consistent(self) -> "Source":
        ignored = [column for group in self.ignore.values() for column in group]
        mapped = {self.name_of(column) for column in self.columns}
        if both := sorted({column for column in ignored if self.name_of(column) in mapped}):
            raise ValueError(f"{names(both)} stands in `columns` and in `ignore`")
        if (self.covers_from is None) != (self.covers_to is None):
            raise ValueError("`covers_from` and `covers_to` belong together")
        if self.is_on and self.verified is None:
            raise ValueError("`verified` is missing: a source is on once its columns are confirmed")
        if (self.record_kind == "use") != (self.use is not None):
            raise ValueError("`use` is given where `record_kind` is use, and only there")
        if self.basis is None and self.use is None:
            raise ValueError("`basis` is missing: what do the amounts mean?")
        if self.is_of_a_place:
            _check_place(self)
        else:
            _check_federal(self)
        return self

    @property
    def is_of_a_place(self) -> bool:
        """Whether its rows are of a place's own table, and not of the federal files."""
        return self.adapter in PLACE_ADAPTERS

    def name_of(self, column: str) -> str:
        """Return the form in which names of the publisher's columns are compared."""
        return plain(column) if self.is_of_a_place else column

    @property
    def conditions(self) -> dict[str, Condition]:
        """Every condition on rows, under the name of its key."""
        return {
            "rows_that_count": self.rows_that_count,
            "rows_left_out": self.rows_left_out,
            "voided": self.voided,
            "no_contract": self.no_contract,
        }

    @property
    def ignored(self) -> frozenset[str]:
        """Every column that is left behind in the raw file."""
        return frozenset(column for group in self.ignore.values() for column in group)


def _check_federal(source: Source) -> None:
    ours = set(source.columns.values())
    if missing := [key for key in (*source.purchase_key, *source.row_key) if key not in ours]:
        raise ValueError(f"the keys name {names(missing)}, which `columns` does not map")
    if source.register_name == source.id:
        raise ValueError("`register` is missing: federal sources speak of the same purchases")
    asked = sorted(source.model_fields_set & _ONLY_OF_PLACES)
    if asked:
        raise ValueError(f"{names(asked)} is for tables of places, not for {source.adapter}")


_ONLY_OF_PLACES = frozenset(
    "purchase_key_else buyer grain domain dataset resources address files first_year ask read"
    " also_called"
    " rows_that_count rows_left_out voided no_contract contract_key contracts_in"
    " fiscal_year_named_by masked_vendors people_kept_because incremental may_be_gone"
    " when_column_gone".split()
)
# A source of use is no money: these are not asked of it, and refused where it gives them.
_OF_MONEY = frozenset(
    "basis amounts purchase_key purchase_key_else fiscal_year_begins is_complete contract_key"
    " contracts_in no_contract voided masked_vendors buyer".split()
)
_NO_MONEY: dict[str, object] = {
    "amounts": "line", "purchase_key": [], "fiscal_year_begins": 1, "is_complete": False,
}  # fmt: skip
# What an adapter cannot do without.
_NEEDED: dict[str, tuple[str, ...]] = {
    "socrata": ("domain", "dataset"),
    "ckan": ("domain", "dataset"),
    "arcgis": ("domain", "dataset"),
    "ocds": (),
    "table_file": (),
}


def _check_place(source: Source) -> None:
    """Raise ValueError for what a declaration of a place's table says or lacks."""
    if lacking := [key for key in _NEEDED[source.adapter] if getattr(source, key) is None]:
        raise ValueError(f"{source.adapter} needs {names(lacking)}")
    if asked := sorted(source.model_fields_set & {"search", "fetch", "listings"}):
        raise ValueError(f"{names(asked)} is for federal files, not for {source.adapter}")
    if source.adapter == "table_file" and (source.domain or source.dataset):
        raise ValueError("table_file is fetched from `address`, not from `domain` and `dataset`")
    if (source.first_year is None) == any("{year}" in address for address in source.address):
        raise ValueError("`first_year` belongs to an `address` with `{year}`")
    if source.grain is None:
        raise ValueError("`grain` is missing: say in words what one row is")
    if source.is_on and source.verified and source.verified.when.year <= _COPIED_IN:
        raise ValueError(
            f"its columns were confirmed in {source.verified.when.year}: switch it off "
            f"(`is_on: false`) until they are seen again"
        )
    _check_columns(source)


def _check_columns(source: Source) -> None:
    """Raise ValueError where keys, columns and conditions do not go together."""
    if not source.purchase_key and source.record_kind not in ("payment", "use"):
        raise ValueError("`purchase_key` is empty, which only payments can do without")
    if not source.row_key and (source.incremental or source.adapter == "ocds"):
        raise ValueError(
            "`row_key` is empty, and what is fetched anew would count beside what it replaces: "
            "name the columns that tell one row from all others, or take `incremental` out, so "
            "that the whole table is fetched again"
        )
    if bool(source.contract_key) != bool(source.contracts_in):
        raise ValueError("`contract_key` and `contracts_in` belong together")
    meant = list(source.columns.values())
    if twice := sorted({ours for ours in meant if meant.count(ours) > 1 and ours not in JOINED}):
        raise ValueError(
            f"{names(twice)} has more than one column; name one, and its other names under "
            f"`also_called`"
        )
    if "amount" not in meant and source.record_kind == "payment":
        raise ValueError("no column is the `amount`, which a payment needs")
    ignored = {plain(column) for column in source.ignored}
    for key, condition in source.conditions.items():
        if hidden := [column for column in condition if plain(column) in ignored]:
            raise ValueError(f"`{key}` asks for {names(hidden)}, which `ignore` leaves behind")


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
    known = list(RECORD_COLUMNS if source.is_of_a_place else OUR_COLUMNS)
    if source.use:
        known = list(USE_COLUMNS)
    parts = []
    for theirs, ours in source.columns.items():
        if ours not in known:
            line = lines[("columns", theirs)]
            parts.append(
                f"{source.path.name}, line {line}: `{theirs}` becomes `{ours}`, which is no "
                f"column of ours{_nearest(ours, known)}"
            )
    if parts:
        raise DeclarationError("\n".join(parts))


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else "."


_PARTS: dict[str, type[BaseModel]] = {
    "ask": Ask,
    "expect": Expectations,
    "fetch": ArchiveFetch,
    "read": Reading,
    "search": Search,
    "use": UseFacts,
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
    hint = f" Did you mean {near[0]}?" if near else " `whobuys status` lists all."
    raise DeclarationError(f"There is no source {source_id}.{hint}")
