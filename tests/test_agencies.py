"""Departments under one name each, and the tree of a place's agencies."""

import csv
from pathlib import Path

import duckdb
import pytest

from ingest.agencies import Names, load_names, unify
from ingest.errors import DeclarationError
from ingest.places import place_of

REFERENCE = Path(__file__).parent.parent / "data" / "reference"


@pytest.fixture(scope="module")
def names() -> Names:
    return load_names([REFERENCE])


def agency_id(names: Names, place: str, name: str | None) -> str:
    return names.agency(place_of(place), name).agency_id


@pytest.mark.parametrize(
    "name",
    [
        "POLICE", "Police", "Dept of Police", "DEPT. OF POLICE", "Police Department",
        "Police Dept", "CINCINNATI POLICE", "City of Cincinnati Police Department",
        "Bureau of Police", "POLICE - ADMINISTRATION", "Police: Patrol Bureau",
    ],
)  # fmt: skip
def test_the_ways_to_write_police_are_one_agency(names: Names, name: str) -> None:
    agency = names.agency(place_of("us_oh_cincinnati"), name, "City of Cincinnati")
    assert agency.agency_id == "us_oh_cincinnati_police"
    assert agency.agency_name == "Cincinnati Police Department"
    assert agency.kind == "police"
    assert agency.parent_agency_id == "us_oh_cincinnati_government"


@pytest.mark.parametrize(
    ("place", "name", "expected"),
    [
        ("us_il_chicago", "CPD - Administration", "us_il_chicago_police"),
        ("us_il_chicago", "DEPARTMENT OF ENVIROMENT", "us_il_chicago_environment"),
        ("us_il_chicago", "PLANNING & DEVELOPMENT", "us_il_chicago_planning_and_development"),
        ("us_il_chicago", None, "us_il_chicago_government"),
        ("us_il_chicago", "CITYWIDE/MULTIPLE", "us_il_chicago_government"),
        ("us_ca_san_francisco", "POL Police", "us_ca_san_francisco_police"),
        ("us_ca_san_francisco", "DT  GSA - Technology", "us_ca_san_francisco_technology"),
        ("us_ca_los_angeles", "LAPD", "us_ca_los_angeles_police"),
        ("us_ca_san_mateo_county", "SHERIFF", "us_ca_san_mateo_county_sheriff"),
        ("us_ca_san_mateo_county", "Sheriff's Office", "us_ca_san_mateo_county_sheriff"),
        ("us_il_cook_county", "Office of the Sheriff", "us_il_cook_county_sheriff"),
        ("us_ga_fulton_county", "Fulton County Fire Rescue", "us_ga_fulton_county_fire"),
        ("us_md", "State of Maryland", "us_md_government"),
    ],
)
def test_recorded_names_become_the_agency_that_they_mean(
    names: Names, place: str, name: str | None, expected: str
) -> None:
    assert agency_id(names, place, name) == expected


def test_bodies_that_only_share_a_word_stay_apart(names: Names) -> None:
    for name in ("DPA Police Accountabilty", "POLICE PENSION FUND", "Police and Fire Museum"):
        assert agency_id(names, "us_ca_san_francisco", name) != "us_ca_san_francisco_police"
    assert agency_id(names, "us_il_chicago", "DEPARTMENT OF ZONING") != agency_id(
        names, "us_il_chicago", "DEPT OF ZONING & LAND USE PLANNING"
    )


def test_customers_of_a_cooperative_contract_are_no_departments_of_the_state(names: Names) -> None:
    texas = place_of("us_tx")
    customer = names.agency(texas, "CITY OF DALLAS POLICE DEPARTMENT")
    assert customer.parent_agency_id is None
    assert customer.kind == "police"
    assert customer.agency_name == "CITY OF DALLAS POLICE DEPARTMENT"


def test_a_buyer_that_is_not_the_places_government_stands_above_its_own_parts(
    names: Names,
) -> None:
    illinois, body = place_of("us_il"), "Illinois Tollway"
    tollway = names.agency(illinois, None, body)
    assert (tollway.agency_id, tollway.parent_agency_id) == ("us_il_tollway", None)
    assert names.agency(illinois, "Police", body).parent_agency_id == "us_il_tollway"


def test_every_example_of_a_kind_holds(names: Names) -> None:
    with (REFERENCE / "agency_kinds.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            assert row["matches"], row["kind"]
            assert row["does_not_match"], row["kind"]
            for example in row["matches"].split(";"):
                assert names.kind_of(example) == row["kind"], example
            for example in row["does_not_match"].split(";"):
                assert names.kind_of(example) != row["kind"], example


@pytest.mark.data
def test_a_place_adds_up_under_one_government(names: Names) -> None:
    connection = duckdb.connect()
    connection.execute("create schema core")
    connection.execute(
        "create table core.agency as select 'us_oh_cincinnati_zoo' as agency_id,"
        " 'us_oh_cincinnati' as place_id, 'Cincinnati Zoo Police' as agency_name,"
        " null::varchar as kind"
    )
    connection.execute(
        "create table core.department_name_source as select * from (values"
        " ('us_oh_cincinnati', 'POLICE', 'City of Cincinnati'),"
        " ('us_oh_cincinnati', 'Dept of Police', 'City of Cincinnati'),"
        " ('us_oh_cincinnati', 'PARKS', 'City of Cincinnati'),"
        " ('us_oh_cincinnati', 'Parks Department', 'City of Cincinnati'),"
        " ('us_oh_cincinnati', 'City of Cincinnati', 'City of Cincinnati'))"
        " as rows (place_id, name, buyer)"
    )
    unify(connection, names)
    rows = connection.execute(
        "select distinct agency_id, agency_name, kind, parent_agency_id, parent_agency_name"
        " from core.department_name order by all"
    ).fetchall()
    top = "us_oh_cincinnati_government"
    assert rows == [
        (top, "City of Cincinnati", "government", None, None),
        ("us_oh_cincinnati_parks", "Parks Department", "other", top, "City of Cincinnati"),
        (
            "us_oh_cincinnati_police", "Cincinnati Police Department", "police", top,
            "City of Cincinnati",
        ),
    ]  # fmt: skip
    assert connection.execute("select kind from core.agency").fetchall() == [("police",)]


def test_one_agency_has_one_name_and_a_source(tmp_path: Path) -> None:
    (tmp_path / "department_names.csv").write_text(
        "place_id,name,agency_id,agency_name,kind,source\n"
        "us_il_chicago,CPD 2,us_il_chicago_police,Police of Chicago,police,seen\n",
        "utf-8",
    )
    with pytest.raises(DeclarationError, match="two names or kinds"):
        load_names([REFERENCE, tmp_path])
