"""One agency, many names: what the rules put together, what they leave apart, how often rightly."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.agencies import load_names
from ingest.agency_match import Matcher, Recorded
from ingest.agency_pairs import Pair, judge, quality_rows

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "data" / "reference"
SAMPLE = ROOT / "tests" / "labels" / "agency_pairs.csv"


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load_names([REFERENCE]), [REFERENCE])


@pytest.fixture(scope="module")
def pairs(matcher: Matcher) -> list[Pair]:
    return judge(SAMPLE, matcher)


@pytest.mark.parametrize(
    ("recorded", "agency_id"),
    [
        (Recorded("Avon IN PD"), "us_in_avon_police"),
        (Recorded("Avon Police Department", "IN", "Hendricks County", "Avon"), "us_in_avon_police"),
        (Recorded("Arlington PD (WA)"), "us_wa_arlington_police"),
        (Recorded("CO - Keenesburg PD"), "us_co_keenesburg_police"),
        (Recorded("Lafayette CO PD"), "us_co_lafayette_police"),
        (Recorded("Wagoner CO SO OK"), "us_ok_wagoner_county_sheriff"),
        (Recorded("Yuba County Sheriffs Office"), "us_ca_yuba_county_sheriff"),
        (Recorded("St. Louis County MN SO"), "us_mn_st_louis_county_sheriff"),
        (Recorded("Gaston County NC PD", "NC", "Gaston", "Gastonia"), "us_nc_gaston_county_police"),
        (Recorded("Mt. Lebanon Police Department", "PA"), "us_pa_mount_lebanon_police"),
        (Recorded("Pittsburgh Bureau of Police", "PA"), "us_pa_pittsburgh_police"),
        (Recorded("San Mateo County Sheriff", "CA"), "us_ca_san_mateo_county_sheriff"),
        (Recorded("Indiana State Police", "IN", "", "Indianapolis"), "us_in_state_police"),
        (Recorded("Port Orange Police Department", "FL", "", "Port Orange"),
         "us_fl_port_orange_police"),
        (Recorded("U.S. Customs and Border Protection - Sea-Tac Airport", "WA", "King County",
                  "SeaTac", "Federal"), "us_federal_7014"),
        (Recorded("Jackson Township OH PD (Mahoning County)"),
         "us_oh_mahoning_county_jackson_township_police"),
    ],
)  # fmt: skip
def test_a_name_means_one_agency(matcher: Matcher, recorded: Recorded, agency_id: str) -> None:
    agency = matcher.match(recorded).agency
    assert agency is not None
    assert agency.agency_id == agency_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Recorded("Palos Hills IL PD"), Recorded("Palos Heights IL PD")),
        (Recorded("Elon University NC PD"), Recorded("Elon NC PD")),
        (Recorded("Gaston County NC PD"), Recorded("Gaston County NC SO")),
        (Recorded("Berkeley CA PD"), Recorded("UC Berkeley Police Department", "CA")),
        (Recorded("Springfield IL PD"), Recorded("Springfield OH PD")),
        (Recorded("Sylvania OH PD"), Recorded("Sylvania Township Police Department", "OH")),
        (Recorded("Seminole Police Department", "FL", "", "Seminole", "Municipal"),
         Recorded("Seminole Police Department", "FL", "", "Hollywood", "Tribal")),
        (Recorded("Miami Township Police Department", "OH", "Clermont County"),
         Recorded("Miami Township Police Department", "OH", "Montgomery County")),
    ],
)  # fmt: skip
def test_names_alike_can_be_two_agencies(matcher: Matcher, one: Recorded, other: Recorded) -> None:
    found = {agency.agency_id for r in (one, other) if (agency := matcher.match(r).agency)}
    assert len(found) == 2


@pytest.mark.parametrize(
    "recorded",
    [
        Recorded("Springfield Police Department"),
        Recorded("Hardeman CO SO"),
        Recorded("Miami Township OH PD"),
        Recorded("Springfield Police Department", "NA", "Hampden County", "Springfield"),
    ],
)
def test_a_name_that_cannot_be_told_is_no_agency(matcher: Matcher, recorded: Recorded) -> None:
    match = matcher.match(recorded)
    assert match.agency is None
    assert match.because


def test_a_person_can_say_that_two_names_are_one(tmp_path: Path) -> None:
    (tmp_path / "department_names.csv").write_text(
        "place_id,name,agency_id,agency_name,kind,source\n"
        "us_ny,Elmira City NY PD,us_ny_elmira_police,Elmira Police Department,police,the city\n",
        "utf-8",
    )
    folders = [REFERENCE, tmp_path]
    matcher = Matcher(load_names(folders), folders)
    found = [
        matcher.match(r).agency for r in (Recorded("Elmira City NY PD"), Recorded("Elmira NY PD"))
    ]
    assert [agency.agency_id if agency else None for agency in found] == ["us_ny_elmira_police"] * 2


def test_precision_and_recall_on_the_labelled_pairs(
    pairs: list[Pair], record_property: Callable[[str, object], None]
) -> None:
    labels = Counter(pair.label for pair in pairs)
    assert len(pairs) >= 300
    assert labels["same"] >= 100
    assert labels["not"] >= 100
    precision, recall = quality_rows(pairs, "2026-11-22")
    for row in (precision, recall):
        record_property(str(row["measure"]), f"{row['hits']} of {row['n']}")
    assert float(str(precision["value"])) >= 0.98
    assert float(str(recall["value"])) >= 0.9


def test_the_published_figures_are_the_measured_ones(pairs: list[Pair]) -> None:
    with (REFERENCE / "quality.csv").open(encoding="utf-8", newline="") as handle:
        published = [
            row
            for row in csv.DictReader(handle)
            if row["label_set"].startswith("names of agencies")
        ]
    measured = quality_rows(pairs, published[0]["measured_on"])
    assert [
        (row["label_set"], row["measure"], int(row["n"]), int(row["hits"]), row["value"])
        for row in published
    ] == [
        (row["label_set"], row["measure"], row["n"], row["hits"], f"{row['value']:.4f}")
        for row in measured
    ]
