"""Maps: the shapes that ship with the app, where money and laws are drawn, and what they say."""

import base64
import csv
import html
import io
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dashboard import format as fmt
from dashboard import map_drawing, us_map
from dashboard.outlines import outline
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


@pytest.fixture
def paid(home: Path) -> Path:
    """Publish the sample as payments of San Francisco; return the database."""
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        purchase.update(
            record_kind="payment", basis="paid", place_id="us_ca_san_francisco",
            place_name="San Francisco",
        )  # fmt: skip
    for transaction in rows["mart.transaction"]:
        transaction["basis"] = "paid"
    return publish(home, rows)


@pytest.mark.data
@pytest.mark.parametrize("level", [STATES, COUNTIES])
def test_the_map_of_spending_shows_the_sums_of_the_database(paid: Path, level: str) -> None:
    with duckdb.connect(str(paid), read_only=True) as con:
        ((amount, purchases),) = con.execute(
            """
            select sum(t.amount), count(distinct purchase_id)
            from mart.purchase left join mart.transaction as t using (purchase_id)
            where is_counted and record_kind = 'payment'
            """
        ).fetchall()
    page = said(run("map", dollars="Per resident", shapes=level))
    name, code, residents = {
        # Nobody here says how many live in the county: nothing per resident, and no zero.
        STATES: ("California", "06", 39538223), COUNTIES: ("San Francisco", "06075", None),
    }[level]  # fmt: skip
    assert f"{amount:,.0f}" in page
    assert "Blank: nothing drawn, which need not mean nothing bought" in page
    each = f"{amount / residents:,.2f}" if residents else ""
    assert each in page
    drawn = base64.b64decode(page.partition("svg+xml;base64,")[2].partition('"')[0]).decode()
    assert drawn.count('class="s"') == bool(residents)
    if residents:
        assert shapes().states[code] in drawn
    (row,) = csv.DictReader(io.StringIO(html.unescape(re.findall(r'data-csv="([^"]*)"', page)[0])))
    assert (row["place_name"], row["fips"], Decimal(row["amount"])) == (name, code, amount)
    assert int(row["purchases"]) == purchases
    assert (row["residents"], row["basis"], row["build_id"]) == (
        str(residents or ""),
        "paid",
        "test",
    )
    # The shape says the same, and leads to its page; Tab stops once at the whole map.
    said_by = re.findall(r'aria-label="([^"]*)" tabindex="(-?[0-9])"', page)
    (words,) = [words for words, _ in said_by if words.startswith(f"{name}: $")]
    number = fmt.count(purchases, "purchase")
    assert words.endswith(f"{number}, ${each} per resident" if residents else number)
    assert [stop for _, stop in said_by].count("0") == 1
    assert len(said_by) == 51 + (level == COUNTIES)


@pytest.mark.data
def test_what_is_known_by_lifetime_totals_alone_is_no_zero_on_the_map(home: Path) -> None:
    rows = sample_rows()
    rows["mart.purchase"] = [
        {**each, "work_place_id": "us_ca"} for each in rows["mart.purchase"]
        if each["purchase_id"] == "us_federal:A9"
    ]  # fmt: skip
    publish(home, rows)
    page = said(run("map"))
    assert "California: one purchase, known only by lifetime totals" in page
    assert "lifetime totals only" in page
    drawn = base64.b64decode(page.partition("svg+xml;base64,")[2].partition('"')[0]).decode()
    assert 'class="s"' not in drawn


def test_an_outline_holds_the_shape_that_it_stands_for() -> None:
    for path in shapes().states.values():
        shape = outline(path)
        x, y = shape.middle
        assert shape.left <= x <= shape.left + shape.width
        assert shape.top <= y <= shape.top + shape.height
        assert re.fullmatch(r"polygon\([0-9.% ,-]+\)", shape.clip())
    colorado = outline(shapes().states["08"])
    assert 4 <= len(colorado.rings[0]) <= 8


def test_a_hostile_name_is_text_on_a_map() -> None:
    bad = '"><script>alert(1)</script>'
    path = shapes().states["08"]
    drawn = map_drawing.drawing(
        [path], [map_drawing.Area(path, 5, bad)], [map_drawing.Place(path, bad, bad)], described=bad
    )
    inner = base64.b64decode(drawn.partition("svg+xml;base64,")[2].partition('"')[0]).decode()
    assert "<script" not in drawn
    assert "<script" not in inner
    assert html.escape(bad) in inner


def test_a_label_of_a_small_state_stands_beside_the_coast() -> None:
    path = shapes().states["11"]
    drawn = map_drawing._names([map_drawing.Area(path, 1, "DC")])
    assert 'x="923.0"' in drawn
    assert "L912 " in drawn


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
