"""Every row of the real files of use, loaded, accounted for and matched."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest.add import add
from ingest.build import build
from ingest.home import Home
from ingest.suggest_agencies import suggest_agencies

pytestmark = pytest.mark.verify
ATLAS = "eff_atlas_2020/Atlas_of_Surveillance-20201007.csv"
PORTALS = "flock_transparency_portals_2024/data_latest_usage04262023.csv"
SURVEY = "flock_transparency_portals_2024/data_nc_agency_survey20240430.csv"


@pytest.fixture(scope="module")
def database(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("home"))
    add(home, shared / "real" / ATLAS, "us_eff_atlas")
    add(home, shared / "real" / PORTALS, "us_flock_portals")
    add(home, shared / "real" / SURVEY, "us_nc_plate_reader_survey")
    return build(home).database


@pytest.fixture
def read(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def one(read: duckdb.DuckDBPyConnection, question: str) -> int:
    found = read.execute(question).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize(
    ("file", "source_id"),
    [
        (ATLAS, "us_eff_atlas"),
        (PORTALS, "us_flock_portals"),
        (SURVEY, "us_nc_plate_reader_survey"),
    ],
)
def test_every_row_is_a_report_or_listed(
    read: duckdb.DuckDBPyConnection, shared: Path, file: str, source_id: str
) -> None:
    with (shared / "real" / file).open(encoding="utf-8", newline="") as handle:
        rows = sum(1 for _ in csv.DictReader(handle))
    reported = one(
        read, f"select count(distinct raw_row) from mart.use where source_id = '{source_id}'"
    )
    set_aside = one(
        read,
        f"select count(*) from meta.issue where source_id = '{source_id}'"
        " and kind in ('row repeated', 'row set aside')",
    )
    left_out = one(
        read,
        "select coalesce(sum(value::int), 0) from meta.issue"
        f" where source_id = '{source_id}' and kind = 'rows left out'",
    )
    assert reported + set_aside + left_out == rows


def test_the_atlas_has_5784_rows_of_valid_states_and_mapped_technologies(
    read: duckdb.DuckDBPyConnection,
) -> None:
    assert one(read, "select rows from mart.source where source_id = 'us_eff_atlas'") == 5784
    assert one(read, "select count(*) from mart.use where technology is null"
               " and source_id is not null") == 0  # fmt: skip
    unplaced = read.execute(
        "select value from meta.issue where source_id = 'us_eff_atlas'"
        " and kind = 'agency not placed' order by value"
    ).fetchall()
    # One row has the state NA; the park's police are in no list of federal agencies.
    assert unplaced == [("Presidio National Park Police",), ("Springfield Police Department",)]


def test_vendors_are_known_for_95_of_100_rows_that_name_one(
    read: duckdb.DuckDBPyConnection,
) -> None:
    named = one(read, "select count(distinct raw_row) from mart.use"
                " where source_id = 'us_eff_atlas' and vendor_name is not null")  # fmt: skip
    unknown = one(read, "select count(distinct raw_row) from meta.issue"
                  " where source_id = 'us_eff_atlas' and kind = 'vendor not known'")  # fmt: skip
    with_id = one(read, "select count(distinct raw_row) from mart.use"
                  " where source_id = 'us_eff_atlas' and vendor_id is not null")  # fmt: skip
    assert named >= 3800
    assert with_id / named >= 0.95
    assert (named - unknown) / named >= 0.99


def test_portals_stand_under_the_agencies_of_the_atlas(read: duckdb.DuckDBPyConnection) -> None:
    assert one(read, "select count(*) from mart.use where source_id = 'us_flock_portals'"
               " and agency_id is null") == 0  # fmt: skip
    both = one(
        read,
        "select count(distinct agency_id) from mart.use as portal"
        " where source_id = 'us_flock_portals' and exists (from mart.use as atlas"
        " where atlas.source_id = 'us_eff_atlas' and atlas.agency_id = portal.agency_id)",
    )
    assert both >= 150
    orphans = one(read, "select count(*) from mart.use where agency_id is not null"
                  " and agency_id not in (select agency_id from mart.agency)")  # fmt: skip
    assert orphans == 0


def test_agencies_alike_are_suggested_and_left_apart(database: Path) -> None:
    found = {(one.agency_id, one.other_id) for one in suggest_agencies(database, most=1000)}
    assert all(one != other for one, other in found)
    assert len(found) >= 5
