"""Maps: the shapes that ship with the app, where money and laws are drawn, and what they say."""

import base64
import csv
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dashboard import us_map
from dashboard.shapes import shapes
from dashboard.us_map import COUNTIES, STATES
from tests.published import publish, sample_rows
from tests.test_use_law_pages import run, said

PLACES = Path(__file__).resolve().parents[1] / "data" / "reference" / "places.csv"


def _place(place_id: str, kind: str, fips: str = "") -> dict[str, object]:
    return {"place_id": place_id, "kind": kind, "fips": fips}


def test_every_state_has_a_shape_and_its_code() -> None:
    with PLACES.open(encoding="utf-8", newline="") as handle:
        states = [row for row in csv.DictReader(handle) if row["kind"] == "state" and row["fips"]]
    assert len(states) == 51
    for row in states:
        assert shapes().states[row["fips"]].startswith("M")
        assert us_map.code_of(_place(row["place_id"] + "_somewhere", "city"), STATES) == row["fips"]
        assert us_map.code_of(row, STATES) == row["fips"]


def test_shapes_are_paths_of_numbers_within_the_map() -> None:
    for path in [*shapes().states.values(), *shapes().counties.values()]:
        assert re.fullmatch(r"[Mlz0-9. -]*", path)
    assert sum(bool(path) for path in shapes().counties.values()) > 3100


@pytest.mark.parametrize(
    ("place", "level", "code"),
    [
        (_place("us_ca_oakland", "city", "0653000"), COUNTIES, "06001"),
        (_place("us_il_chicago", "city", "1714000"), COUNTIES, "17031"),
        (_place("us_ca_san_francisco", "city", "0667000"), COUNTIES, "06075"),
        (_place("us_ca_marin_county", "county", "06041"), COUNTIES, "06041"),
        (_place("us_ca", "state", "06"), COUNTIES, None),
        (_place("us_ny_new_york", "city", "3651000"), COUNTIES, None),
        (_place("us_ny_new_york", "city", "3651000"), STATES, "36"),
        (_place("us", "country"), STATES, None),
        (_place("uk_london", "city"), STATES, None),
    ],
)
def test_a_place_is_drawn_where_it_lies(
    place: dict[str, object], level: str, code: str | None
) -> None:
    assert us_map.code_of(place, level) == code


def test_shades_rise_with_the_number() -> None:
    largest = Decimal(1024)
    shades = [us_map.step(Decimal(n), largest) for n in (0, 1, 5, 17, 65, 257, 1024)]
    assert shades == [0, 1, 2, 3, 4, 5, 5]


def test_the_map_of_spending_shows_the_sums_of_the_database(home: Path) -> None:
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        purchase.update(
            record_kind="payment", basis="paid", place_id="us_ca_san_francisco",
            place_name="San Francisco",
        )  # fmt: skip
    for transaction in rows["mart.transaction"]:
        transaction["basis"] = "paid"
    database = publish(home, rows)
    with duckdb.connect(str(database), read_only=True) as con:
        ((amount,),) = con.execute(
            """
            select sum(t.amount_usd) from mart.purchase join mart.transaction as t
            using (purchase_id) where is_counted and record_kind = 'payment'
            """
        ).fetchall()
    page = said(run("map", dollars="Per resident"))
    assert f"{amount:,.0f}" in page
    assert "California" in page
    assert f"{amount / 39538223:,.2f}" in page
    drawn = base64.b64decode(page.partition("svg+xml;base64,")[2].partition('"')[0]).decode()
    assert drawn.count('class="s"') == 1
    assert shapes().states["06"] in drawn


def test_a_map_without_anything_to_draw_says_so(home: Path) -> None:
    publish(home, sample_rows())
    assert "none names a state, county or city" in " ".join(said(run("map")).split())


def test_laws_in_force_are_drawn_with_their_table(home: Path) -> None:
    publish(home, sample_rows())
    page = said(run("law", day="2021-06-01"))
    assert "The map as a table" in page
    assert "Laws and rulings in force: 2" in page
    page = said(run("law", day="2021-06-01", shapes="Counties"))
    assert "Laws and rulings in force: 1" in page
    assert "us-counties.svg" in page
