"""Agencies, places and code names: the reference lists that need no rule of their own."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import astuple, fields
from functools import cache
from pathlib import Path

import duckdb

from ingest.errors import DeclarationError
from ingest.gazetteer import known
from ingest.place import Place
from ingest.place_ids import REFERENCE, place_id
from ingest.tables import load_table

AGENCY = (
    "agency_id agency_code agency_name abbreviation place_id parent_agency_id former_names source"
).split()
PLACE = (
    "place_id place_name kind parent_place_id fips population population_source source"
).split()
PLACE_NAME = "other_id place_id source".split()
CODE_NAME = "scheme code name source".split()
AGENCY_NAME = "agency_id other_name kind source".split()
VEHICLE = "number_starts_with agency_codes vehicle_name source confidence".split()
KINDS = ("country", "union", "state", "province", "territory", "county", "city", "district")
_COUNTY_ENDINGS = ("_county", "_parish", "_borough", "_census_area", "_municipality", "_municipio")


def find_place(country: str, state: str = "", county: str = "", city: str = "") -> Place:
    """Return the place of these names or codes, with what the reference data know of it.

    A place that no list knows has a name and a parent, and no population. Names are read as in
    `ingest.place_ids.place_id`.
    """
    key = place_id(country, state, county, city)
    place = _known(key)
    if place:
        return place
    name = (city or county or state).strip()
    if not (city or county):
        return Place(key, name, "state", place_id(country))
    kind = "city" if city else "county"
    return Place(key, name, kind, place_id(country, state))


def place_of(key: str) -> Place:
    """Return the place of an id; raise DeclarationError where not even its parent is known."""
    return _known(key) or _derived(key)


def is_listed(key: str) -> bool:
    """Whether `places.csv` or the gazetteer knows a place."""
    return _known(key) is not None


def _known(key: str) -> Place | None:
    return _listed().get(key) or known().get(key)


@cache
def _listed() -> dict[str, Place]:
    return {row["place_id"]: _place(row) for row in rows_of(REFERENCE / "places.csv", PLACE)}


def _place(row: dict[str, str]) -> Place:
    return Place(
        place_id=row["place_id"],
        place_name=row["place_name"],
        kind=row["kind"],
        parent_place_id=row["parent_place_id"] or None,
        fips=row["fips"] or None,
        population=int(row["population"]) if row["population"] else None,
        population_source=row["population_source"] or None,
    )


def _derived(key: str) -> Place:
    words = key.split("_")
    for length in range(len(words) - 1, 0, -1):
        parent = _known("_".join(words[:length]))
        if parent:
            name = " ".join(word.capitalize() for word in words[length:])
            if parent.kind in ("country", "union"):
                kind = "state" if parent.place_id != "us" else ""
            else:
                kind = "county" if key.endswith(_COUNTY_ENDINGS) else "city"
            if kind:
                return Place(key, name, kind, parent.place_id)
    raise DeclarationError(
        f"There is no place {key}. Places are named like us_il_chicago; add a new one to "
        f"places.csv."
    )


def add_places(connection: duckdb.DuckDBPyConnection, places: Iterable[Place]) -> None:
    """Add places, and those they lie in, to core.place, where they are missing."""
    known = {row[0] for row in connection.execute("select place_id from core.place").fetchall()}
    missing: list[Place] = []
    for place in places:
        wanted: Place | None = place
        while wanted and wanted.place_id not in known:
            missing.append(wanted)
            known.add(wanted.place_id)
            wanted = place_of(wanted.parent_place_id) if wanted.parent_place_id else None
    if missing:
        lists = [list(values) for values in zip(*map(astuple, missing), strict=True)]
        unnested = ", ".join(
            f"unnest(${number}::{'bigint' if name.name == 'population' else 'varchar'}[])"
            for number, name in enumerate(fields(Place), start=1)
        )
        connection.execute(f"insert into core.place select {unnested}", lists)


def rows_of(path: Path, columns: list[str]) -> list[dict[str, str]]:
    """Return the rows of a reference list; raise DeclarationError naming file and line."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != columns:
            raise DeclarationError(
                f"{path.name}, line 1: the columns are {', '.join(reader.fieldnames or ())}; they "
                f"must be {', '.join(columns)}."
            )
        rows = []
        for row in reader:
            if None in row or None in row.values():
                raise DeclarationError(
                    f"{path.name}, line {reader.line_num}: there must be {len(columns)} values."
                )
            rows.append(row)
    return rows


def joined(
    folders: list[Path], name: str, columns: list[str], key: Callable[[dict[str, str]], object]
) -> list[dict[str, str]]:
    """Return our rows of a list and a newsroom's own, and refuse a key that stands twice."""
    seen: dict[object, str] = {}
    rows: list[dict[str, str]] = []
    for folder in folders:
        path = folder / name
        if not path.exists():
            continue
        for number, row in enumerate(rows_of(path, columns), start=2):
            here = f"{path}, line {number}"
            if key(row) in seen:
                raise DeclarationError(f"{here}: {key(row)} stands already in {seen[key(row)]}.")
            seen[key(row)] = here
            rows.append(row)
    return rows


def check_lists(folders: list[Path]) -> None:
    """Raise DeclarationError for an agency or place that names one that does not exist."""
    places = joined(folders, "places.csv", PLACE, lambda row: row["place_id"])
    agencies = joined(folders, "agencies.csv", AGENCY, lambda row: row["agency_id"])
    joined(folders, "code_names.csv", CODE_NAME, lambda row: (row["scheme"], row["code"]))
    known_places = {row["place_id"] for row in places}
    known_agencies = {row["agency_id"] for row in agencies}
    _check_more(folders, known_agencies)
    names = joined(folders, "place_names.csv", PLACE_NAME, lambda row: row["other_id"])
    for row in names:
        _must_be_known("place_names.csv", row["other_id"], row["place_id"], known_places)
        if row["other_id"] in known_places:
            raise DeclarationError(f"place_names.csv: {row['other_id']} is a place of its own.")
    for row in places:
        if row["kind"] not in KINDS:
            raise DeclarationError(
                f"places.csv: {row['place_id']} is a {row['kind']!r}; a place is one of "
                f"{', '.join(KINDS)}."
            )
        if bool(row["population"]) != bool(row["population_source"]):
            raise DeclarationError(
                f"places.csv: {row['place_id']} must have a population and its source, or neither."
            )
        _must_be_known("places.csv", row["place_id"], row["parent_place_id"], known_places)
    for row in agencies:
        _must_be_known("agencies.csv", row["agency_id"], row["place_id"], known_places)
        _must_be_known("agencies.csv", row["agency_id"], row["parent_agency_id"], known_agencies)
        if not row["source"]:
            raise DeclarationError(f"agencies.csv: {row['agency_id']} has no source.")


def _check_more(folders: list[Path], known_agencies: set[str]) -> None:
    for row in _vehicles(folders):
        if not row["vehicle_name"] or not row["source"]:
            raise DeclarationError(
                f"vehicles.csv: {row['number_starts_with']} has no name or no source."
            )
    for row in _agency_names(folders):
        _must_be_known("agency_names.csv", row["other_name"], row["agency_id"], known_agencies)
        if row["kind"] not in ("short", "part", "former") or not row["source"]:
            raise DeclarationError(
                f"agency_names.csv: {row['other_name']} must have a source, and a kind that is "
                f"short, part or former."
            )


def _agency_names(folders: list[Path]) -> list[dict[str, str]]:
    return joined(
        folders,
        "agency_names.csv",
        AGENCY_NAME,
        lambda row: (row["agency_id"], row["other_name"]),
    )


def _vehicles(folders: list[Path]) -> list[dict[str, str]]:
    return joined(folders, "vehicles.csv", VEHICLE, lambda row: row["number_starts_with"])


def _must_be_known(name: str, entry: str, named: str, known: set[str]) -> None:
    if named and named not in known:
        raise DeclarationError(f"{name}: {entry} names {named}, which is in no list.")


def load_lists(
    connection: duckdb.DuckDBPyConnection, folders: list[Path], also: Iterable[str] = ()
) -> None:
    """Fill core.place, core.gazetteer, core.agency, core.code_name and core.vehicle.

    `also` names places that must be in core.place besides those of `places.csv`: the gazetteer
    knows most. Raises DeclarationError for one that cannot be placed.
    """
    check_lists(folders)
    text = "varchar"
    rows = joined(folders, "places.csv", PLACE, lambda row: row["place_id"])
    load_table(
        connection,
        "core.place",
        {
            **dict.fromkeys(PLACE[:5], text),
            "population": "bigint",
            "population_source": text,
        },
        [list(astuple(_place(row))) for row in rows],
    )
    listed = {row["place_id"] for row in rows}
    add_places(connection, [place_of(key) for key in sorted(set(also) - listed)])
    load_table(
        connection,
        "core.agency",
        {**dict.fromkeys(AGENCY[:6], text), "former_names": "varchar[]", "kind": text},
        [
            [
                *[row[column] or None for column in AGENCY[:6]],
                [name for name in row["former_names"].split("|") if name],
                None,
            ]
            for row in joined(folders, "agencies.csv", AGENCY, lambda row: row["agency_id"])
        ],
    )
    load_table(
        connection,
        "core.code_name",
        {"scheme": text, "code": text, "name": text},
        [
            [row["scheme"], row["code"], row["name"]]
            for row in joined(
                folders, "code_names.csv", CODE_NAME, lambda row: (row["scheme"], row["code"])
            )
        ],
    )
    load_table(
        connection,
        "core.vehicle",
        {
            "number_starts_with": text,
            "agency_codes": "varchar[]",
            "vehicle_name": text,
            "vehicle_confidence": text,
        },
        [
            [
                row["number_starts_with"],
                row["agency_codes"].split(),
                row["vehicle_name"],
                row["confidence"],
            ]
            for row in _vehicles(folders)
        ],
    )
    load_table(
        connection,
        "core.gazetteer",
        {**dict.fromkeys(PLACE[:5], text), "population": "bigint", "population_source": text},
        [list(astuple(place)) for place in known().values()],
    )
    load_table(
        connection,
        "core.agency_name",
        {"agency_id": text, "other_name": text, "kind": text},
        [[row["agency_id"], row["other_name"], row["kind"]] for row in _agency_names(folders)],
    )
