"""Agencies, places and code names: the reference lists that need no rule of their own."""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb

from ingest.errors import DeclarationError
from ingest.tables import load_table

AGENCY = (
    "agency_id agency_code agency_name abbreviation place_id parent_agency_id former_names source"
).split()
PLACE = "place_id place_name kind parent_place_id fips population source".split()
CODE_NAME = "scheme code name source".split()


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
    for row in places:
        _must_be_known("places.csv", row["place_id"], row["parent_place_id"], known_places)
    for row in agencies:
        _must_be_known("agencies.csv", row["agency_id"], row["place_id"], known_places)
        _must_be_known("agencies.csv", row["agency_id"], row["parent_agency_id"], known_agencies)
        if not row["source"]:
            raise DeclarationError(f"agencies.csv: {row['agency_id']} has no source.")


def _must_be_known(name: str, entry: str, named: str, known: set[str]) -> None:
    if named and named not in known:
        raise DeclarationError(f"{name}: {entry} names {named}, which is in no list.")


def load_lists(connection: duckdb.DuckDBPyConnection, folders: list[Path]) -> None:
    """Fill core.place, core.agency and core.code_name."""
    check_lists(folders)
    text = "varchar"
    load_table(
        connection,
        "core.place",
        {**dict.fromkeys(PLACE[:5], text), "population": "bigint"},
        [
            [*[row[column] or None for column in PLACE[:5]], int(row["population"] or 0) or None]
            for row in joined(folders, "places.csv", PLACE, lambda row: row["place_id"])
        ],
    )
    load_table(
        connection,
        "core.agency",
        {**dict.fromkeys(AGENCY[:6], text), "former_names": "varchar[]"},
        [
            [
                *[row[column] or None for column in AGENCY[:6]],
                [name for name in row["former_names"].split("|") if name],
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
