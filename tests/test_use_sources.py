"""Sources of use: real rows of three of them, today's layout, and a newsroom's own survey."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest.add import add
from ingest.build import build
from ingest.errors import DeclarationError
from ingest.home import Home
from ingest.knowledge import load_knowledge
from ingest.source import load_source
from ingest.use_reports import load_meanings, loose_date

pytestmark = pytest.mark.data

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "tests" / "recorded"
SOURCES = ("us_eff_atlas", "us_flock_portals", "us_nc_plate_reader_survey")
SURVEY = (
    "agency,state,city,technology,vendor,first_date,last_date,count_low,answer,source,source_url\n"
    "Woodstock PD,VA,Woodstock,Face Recognition,Clearview AI,2019,2020-02,\"1,200\",denied,"
    "The Gazette,https://example.org/a\n"
    "Woodstock PD,VA,Woodstock,mind reading,Nobody,,,,,,\n"
    "Elsewhere PD,,,drones,Skydio,soon,,many,perhaps,,\n"
)  # fmt: skip
# Of 2026, invented, in the order of the real header.
TODAY = {
    "AOSNUMBER": "AOS9001", "NEWAOSNUMBER (ORI9)": "VA0850300BWC", "City": "Woodstock",
    "County": "Shenandoah County", "State": "VA", "Agency": "Woodstock Police Department",
    "Type of LEA": "Police", "Type of Juris": "Municipal", "Technology": "Body-worn Cameras",
    "TECH ABV": "BWC", "Vendor": "Axon", "Link 1": "https://example.org/1",
    "Link 1 Source": "A paper", "Link 1 Date": "08/20/2026",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    for source_id in SOURCES:
        add(home, RECORDED / source_id / "sample.csv", source_id)
    survey = home.root / "answers.csv"
    survey.write_text(SURVEY, "utf-8")
    add(home, survey, "us_agency_survey")
    build(home)
    return home


@pytest.fixture
def read(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    database = home.published_database()
    assert database is not None
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def uses(
    read: duckdb.DuckDBPyConnection, condition: str, *columns: str
) -> list[tuple[object, ...]]:
    return read.execute(
        f"select {', '.join(columns)} from mart.use where {condition} order by use_id"
    ).fetchall()


def test_every_row_is_a_report_or_is_listed(read: duckdb.DuckDBPyConnection) -> None:
    for source_id in SOURCES:
        with (RECORDED / source_id / "sample.csv").open(encoding="utf-8", newline="") as handle:
            rows = len(list(csv.DictReader(handle)))
        reported, listed, left_out = read.execute(
            """select
                (select count(distinct raw_row) from mart.use where source_id = $id),
                (select count(*) from meta.issue
                 where source_id = $id and kind in ('row repeated', 'row set aside')),
                (select coalesce(sum(value::int), 0) from meta.issue
                 where source_id = $id and kind = 'rows left out')""",
            {"id": source_id},
        ).fetchone() or (0, 0, 0)
        assert reported > 0
        assert reported + listed + left_out == rows, source_id


def test_one_agency_of_three_sources_is_one(read: duckdb.DuckDBPyConnection) -> None:
    found = uses(read, "agency_id = 'us_nc_raleigh_police'", "distinct source_id")
    assert {row[0] for row in found} >= {"us_flock_portals", "us_nc_plate_reader_survey"}
    agency = read.execute(
        "select agency_name, kind, place_id, level, names_in_records from mart.agency"
        " where agency_id = 'us_nc_raleigh_police'"
    ).fetchone()
    assert agency is not None
    assert agency[:4] == ("Raleigh Police Department", "police", "us_nc_raleigh", "city")
    assert "Raleigh NC PD" in agency[4]


def test_a_row_of_several_vendors_is_a_report_for_each(read: duckdb.DuckDBPyConnection) -> None:
    found = uses(read, "source_id = 'us_eff_atlas' and vendor_id = 'flock_safety'", "raw_row")
    assert found
    vendors = uses(read, f"source_id = 'us_eff_atlas' and raw_row = {found[0][0]}", "vendor_id")
    assert {row[0] for row in vendors} == {"avigilon", "flock_safety", "vigilant_solutions"}


def test_a_name_without_a_state_stays_as_recorded(read: duckdb.DuckDBPyConnection) -> None:
    springfield = uses(
        read, "use_id like 'us_eff_atlas:AOS0851%'", "agency_id", "agency_name", "vendor_id"
    )
    assert springfield == [(None, "Springfield Police Department", "briefcam")]
    assert read.execute(
        "select count(*) from meta.issue where kind = 'agency not placed'"
        " and value = 'Springfield Police Department'"
    ).fetchone() == (1,)


def test_words_of_the_survey_become_answers_and_kinds(read: duckdb.DuckDBPyConnection) -> None:
    found = {
        str(name): (kind, answer)
        for name, kind, answer in uses(
            read, "source_id = 'us_nc_plate_reader_survey'", "agency_name_source", "kind", "answer"
        )
    }
    assert found["Raleigh NC PD"] == ("use", "confirmed")
    assert found["Guilford County SO"] == ("trial", "confirmed")
    assert found["Elon University NC PD"] == ("use", "declined")
    assert found["Boiling Springs NC PD"] == ("contract", "confirmed")
    assert found["Charlotte Mecklenburg NC PD"] == ("access", "confirmed")


def test_a_portal_says_how_many_cameras_and_when(read: duckdb.DuckDBPyConnection) -> None:
    assert uses(
        read, "agency_id = 'us_ca_san_diego_police' and source_id = 'us_flock_portals'",
        "count_low", "count_of", "latest_end_date", "vendor_id",
    ) == [(528, "cameras owned", date(2024, 4, 26), "flock_safety")]  # fmt: skip


def test_a_newsroom_loads_its_own_survey(read: duckdb.DuckDBPyConnection) -> None:
    found = uses(
        read, "source_id = 'us_agency_survey'", "technology", "agency_id", "vendor_id",
        "earliest_start_date", "latest_end_date", "count_low", "answer",
    )  # fmt: skip
    first, second = sorted(found, key=str, reverse=True)
    assert first == (
        "face-recognition", "us_va_woodstock_police", "clearview_ai", date(2019, 1, 1),
        date(2020, 2, 29), 1200, "denied",
    )  # fmt: skip
    assert second == ("drones", None, "skydio", None, None, None, None)
    issues = read.execute(
        "select kind, value from meta.issue where source_id = 'us_agency_survey'"
        " and kind <> 'column gone' order by kind, value"
    ).fetchall()
    assert issues == [
        ("agency not placed", "Elsewhere PD"),
        ("row set aside", "mind reading"),
        ("value left empty", "many"),
        ("value left empty", "perhaps"),
        ("value left empty", "soon"),
    ]


def test_what_was_searched_names_each_source_of_use(read: duckdb.DuckDBPyConnection) -> None:
    searched = {
        row[0]: row[1:]
        for row in read.execute(
            "select source_id, technologies, last_date, is_complete from mart.searched"
            " where kind = 'use' and source_id is not null"
        ).fetchall()
    }
    assert set(SOURCES) < set(searched)
    assert searched["us_flock_portals"] == (["license-plate-readers"], date(2024, 4, 26), False)


def test_a_reported_use_without_a_search_of_spending_says_so(
    read: duckdb.DuckDBPyConnection,
) -> None:
    assert read.execute(
        "select searched, is_searched from mart.standing_list where agency_id ="
        " 'us_nc_raleigh_police' and list = 'use without purchase' limit 1"
    ).fetchone() == ("spending not searched", False)


def test_todays_layout_replaces_the_older_file_and_gives_identifiers(tmp_path: Path) -> None:
    home = Home(tmp_path)
    add(home, RECORDED / "us_eff_atlas" / "sample.csv", "us_eff_atlas")
    header = (
        "AOSNUMBER,NEWAOSNUMBER (ORI9),City,County,State,Agency,Type of LEA,Summary,Type of Juris,"
        "Technology,TECH ABV,Vendor,Link 1,Link 1 Snapshot,Link 1 Source,Link 1 Type,Link 1 Date,"
        "Link 2,Link 2 Snapshot,Link 2 Source,Link 2 Type,Link 2 Date,Link 3,Link 3 Snapshot,"
        "Link 3 Source,Link 3 Type,Link 3 Date,Other Links"
    ).split(",")
    today = tmp_path / "Atlas_of_Surveillance-20260901.csv"
    with today.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerow(TODAY)
        writer.writerow(
            TODAY | {"AOSNUMBER": "AOS9002", "NEWAOSNUMBER (ORI9)": "XX0000001UAV",
                     "Technology": "Drones", "Vendor": ""}
        )  # fmt: skip
    add(home, today, "us_eff_atlas")
    build(home)
    database = home.published_database()
    assert database is not None
    with duckdb.connect(str(database), read_only=True) as read:
        assert uses(
            read, "source_id = 'us_eff_atlas'", "technology", "vendor_id", "latest_source_date"
        ) == [
            ("body-worn-cameras", "axon_enterprise", date(2026, 8, 20)),
            ("drones", None, date(2026, 8, 20)),
        ]
        assert read.execute(
            "select identifiers from mart.agency where agency_id = 'us_va_woodstock_police'"
        ).fetchone() == (["ORI VA0850300"],)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("4/2019", date(2019, 4, 1), date(2019, 4, 30)),
        ("2017/2018", date(2017, 1, 1), date(2018, 12, 31)),
        ("2017-2019", date(2017, 1, 1), date(2019, 12, 31)),
        ("12/18/18", date(2018, 12, 18), date(2018, 12, 18)),
        ("2024-04-26T14:11:25Z", date(2024, 4, 26), date(2024, 4, 26)),
    ],
)
def test_dates_mean_no_more_than_they_say(text: str, first: date, last: date) -> None:
    when = loose_date(text, ("%m/%d/%Y", "%m/%d/%y"))
    assert when is not None
    assert (when.earliest, when.latest) == (first, last)


@pytest.mark.parametrize("text", ["soon", "43146", "01/17,2019", "2010/11", "13/2019"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert loose_date(text, ("%m/%d/%Y",)) is None


def test_a_source_of_use_has_no_money(tmp_path: Path) -> None:
    text = (ROOT / "data" / "sources" / "us_flock_portals.yml").read_text("utf-8")
    path = tmp_path / "us_other_portals.yml"
    path.write_text(text + "basis: paid\n", "utf-8")
    with pytest.raises(DeclarationError, match=r"`basis` is for money"):
        load_source(path)
    path.write_text(text.replace("record_kind: use", "record_kind: payment"), "utf-8")
    with pytest.raises(DeclarationError, match=r"`use` is given|is missing"):
        load_source(path)


def test_a_spelling_must_name_a_vendor_that_is_known(tmp_path: Path) -> None:
    folders = [ROOT / "data" / "reference"]
    knowledge = load_knowledge(folders)
    assert load_meanings(folders, knowledge).vendors["NEOLOGY PIPS"] == ("neology", None)
    (tmp_path / "use_vendor_names.csv").write_text(
        "spelling,vendor_id,vendor_name,source,confidence\nFlok,flok_safety,,a letter,low\n",
        "utf-8",
    )
    with pytest.raises(DeclarationError, match="flok_safety"):
        load_meanings([*folders, tmp_path], knowledge)
