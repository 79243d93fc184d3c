"""Places: ids made of names, the facts behind them, and where those facts come from."""

import csv
from pathlib import Path

import duckdb
import pytest

from ingest import gazetteer
from ingest.errors import DeclarationError
from ingest.place_ids import place_id, plain
from ingest.places import PLACE, add_places, check_lists, find_place, load_lists, place_of

REFERENCE = Path(__file__).parent.parent / "data" / "reference"
REGISTRY = Path(__file__).parents[2] / "shared" / "registry"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("US",), "us"),
        (("United States", "Illinois"), "us_il"),
        (("us", "IL", "Cook"), "us_il_cook_county"),
        (("us", "IL", "Cook County"), "us_il_cook_county"),
        (("us", "IL", "Cook County", "Chicago"), "us_il_chicago"),
        (("us", "IL", "", "City of Chicago"), "us_il_chicago"),
        (("us", "LA", "Jefferson"), "us_la_jefferson_parish"),
        (("us", "NY", "", "New York City"), "us_ny_new_york"),
        (("us", "New York State"), "us_ny"),
        (("us", "CA", "San Francisco County"), "us_ca_san_francisco"),
        (("us", "MD", "Baltimore city"), "us_md_baltimore"),
        (("us", "MD", "Baltimore County"), "us_md_baltimore_county"),
        (("us", "MO", "", "St. Louis"), "us_mo_st_louis"),
        (("us", "MD", "Prince George's"), "us_md_prince_georges_county"),
        (("us", "PR", "", "Mayagüez"), "us_pr_mayaguez"),
        (("Canada",), "ca"),
        (("GB", "", "", "London"), "uk_london"),
        (("EU",), "eu"),
    ],
)
def test_names_and_codes_of_a_place_give_one_id(names: tuple[str, ...], expected: str) -> None:
    assert place_id(*names) == expected


def test_a_state_or_country_that_is_not_known_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no state 'ZZ'"):
        place_id("us", "ZZ")
    with pytest.raises(DeclarationError, match="no country 'Ruritania'"):
        place_id("Ruritania")


def test_a_place_brings_its_codes_and_its_population_with_the_source() -> None:
    chicago = find_place("us", "IL", city="Chicago")
    assert (chicago.kind, chicago.parent_place_id, chicago.fips) == ("city", "us_il", "1714000")
    assert chicago.population
    assert chicago.population > 2_000_000
    assert chicago.population_source
    assert "GeoNames" in chicago.population_source
    illinois = place_of("us_il")
    assert (illinois.population, illinois.fips) == (12_812_508, "17")


def test_a_place_in_no_list_has_a_name_a_parent_and_no_population() -> None:
    place = find_place("us", "VA", city="McMullin Hollow")
    assert place.place_id == "us_va_mcmullin_hollow"
    assert place.place_name == "McMullin Hollow"
    assert (place.kind, place.parent_place_id) == ("city", "us_va")
    assert place.population is None
    assert place.population_source is None
    assert place_of("us_va_mcmullin_hollow").place_name == "Mcmullin Hollow"


def test_a_place_without_a_known_parent_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no place atlantis"):
        place_of("atlantis")
    with pytest.raises(DeclarationError, match="no place us_zz"):
        place_of("us_zz")


def test_every_population_names_its_source_and_the_states_add_up_to_the_country() -> None:
    with (REFERENCE / "places.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert all(bool(row["population"]) == bool(row["population_source"]) for row in rows)
    assert all(row["source"] for row in rows)
    states = [row for row in rows if row["kind"] == "state" and row["parent_place_id"] == "us"]
    whole = next(row for row in rows if row["place_id"] == "us")
    assert sum(int(row["population"]) for row in states) == int(whole["population"])


def test_every_place_is_named_as_its_id_says() -> None:
    with (REFERENCE / "places.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["place_id"]: row for row in csv.DictReader(handle)}
    assert not set(rows) & set(gazetteer.known())
    for key, place in gazetteer.known().items():
        assert key.startswith(f"{place.parent_place_id}_")
        assert place.parent_place_id in rows
    cities = [row for row in rows.values() if row["kind"] in ("city", "county")]
    for row in cities:
        assert row["place_id"] == f"{row['parent_place_id']}_{plain(row['place_name'])}"


def test_the_gazetteer_is_what_the_package_says() -> None:
    assert gazetteer.PATH.read_text("utf-8") == gazetteer.made()


@pytest.mark.data
def test_places_that_a_source_names_join_with_those_they_lie_in() -> None:
    connection = duckdb.connect()
    connection.execute("create schema core")
    load_lists(connection, [REFERENCE], also=["us_il_springfield", "us_il_cook_county"])
    add_places(connection, [find_place("Canada", "Ontario", city="Ottawa")])
    add_places(connection, [find_place("Canada", "Ontario", city="Ottawa")])
    rows = connection.execute(
        "select place_id, place_name, kind, parent_place_id, population is not null from core.place"
        " where place_id in ('us_il_springfield', 'ca_ontario_ottawa', 'ca_ontario') order by 1"
    ).fetchall()
    assert rows == [
        ("ca_ontario", "Ontario", "state", "ca", False),
        ("ca_ontario_ottawa", "Ottawa", "city", "ca_ontario", False),
        ("us_il_springfield", "Springfield", "city", "us_il", True),
    ]
    doubled = connection.execute(
        "select place_id from core.place group by all having count(*) > 1"
    ).fetchall()
    assert doubled == []


def test_a_population_without_a_source_is_refused(tmp_path: Path) -> None:
    row = {
        **dict.fromkeys(PLACE, ""),
        "place_id": "us_il_pekin", "place_name": "Pekin", "kind": "city",
        "parent_place_id": "us_il", "population": "31000", "source": "the city",
    }  # fmt: skip
    with (tmp_path / "places.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, PLACE)
        writer.writeheader()
        writer.writerow(row)
    with pytest.raises(DeclarationError, match="a population and its source"):
        check_lists([REFERENCE, tmp_path])


@pytest.mark.verify
def test_every_place_with_a_law_is_known() -> None:
    laws = REGISTRY / "laws.csv"
    if not laws.exists():
        pytest.skip("needs ../shared/registry/laws.csv")
    with laws.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        if row["level"] in ("city", "town", "village", "metro"):
            place = find_place("us", row["state_or_country"], city=row["jurisdiction"])
            assert place.population, row["jurisdiction"]
        elif row["level"] == "county":
            assert find_place("us", row["state_or_country"], county=row["jurisdiction"]).fips
        elif row["level"] == "state":
            assert find_place("us", row["state_or_country"]).kind == "state"
        elif row["level"] == "regulator":
            assert find_place(row["state_or_country"]).kind == "country"
