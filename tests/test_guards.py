"""Guards: a source that looks wrong stays at its last good data until somebody says it is right."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from ingest.build import Built, build
from ingest.errors import WhobuysError
from ingest.guards import note_silence
from ingest.held import accept, accepted, remember
from ingest.home import Home
from ingest.source import load_sources
from ingest.status import status
from tests.conftest import Whobuys
from tests.federal import SOURCE, Row, build_of, full, transaction

pytestmark = pytest.mark.data

MANY = 120
BEFORE, AFTER = "20250901", "20250908"


def rows(count: int, amount: str = "20000.00", **cells: str) -> list[Row]:
    return [transaction(f"A{number:04}", amount, **cells) for number in range(count)]


def week(home: Home, of: list[Row], stamp: str) -> Built:
    return build_of(home, full(home.root.parent / "in" / stamp, of, stamp=stamp))


def ask(built: Built, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(built.database), read_only=True) as con:
        return con.execute(query).fetchall()


@pytest.fixture
def place(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def test_a_source_that_lost_most_of_its_rows_is_held_back_until_accepted(
    place: Home, whobuys: Whobuys
) -> None:
    first = week(place, rows(MANY), BEFORE)
    built = week(place, rows(MANY // 3), AFTER)
    assert built.is_new
    assert built.build_id != first.build_id
    why = built.failures[SOURCE]
    assert "40 rows now, 120 before" in why
    assert f"whobuys accept {SOURCE}" in why
    # Readers keep the last good data, and see why.
    assert ask(built, "select count(*) from mart.purchase") == [(MANY,)]
    assert ask(built, f"select stale_because from mart.source where source_id = '{SOURCE}'") == [
        (why,)
    ]
    assert ask(built, "select guard, is_held from mart.guard order by all") == [
        ("rows", True),
        ("total", True),
    ]
    assert ask(built, "select count(*) from mart.change") == [(0,)], "nothing vanished"
    (shown,) = (one for one in status(place).sources if one.source_id == SOURCE)
    assert (shown.state, shown.why) == ("stale", why)
    # A rerun judges nothing twice and changes nothing.
    again = build(place)
    assert (again.build_id, again.is_new) == (built.build_id, False)
    assert again.failures == built.failures

    ran = whobuys(
        "accept", SOURCE, "--reason", "the archive was cleaned", WHOBUYS_HOME=str(place.root)
    )
    assert ran.returncode == 0, ran.stderr
    passed = build(place)
    assert passed.failures == {}
    assert ask(passed, "select count(*) from mart.purchase") == [(MANY // 3,)]
    assert ask(passed, "select distinct is_held, accepted_because from mart.guard") == [
        (False, "the archive was cleaned")
    ]
    assert {row["reason"] for row in accepted(place)} == {"the archive was cleaned"}
    assert remember(place).sources == {}
    assert ask(passed, "select distinct kind from mart.change") == [("vanished",)]
    # A later file is judged anew.
    assert SOURCE not in week(place, rows(MANY // 3 + 1), "20250915").failures


@pytest.mark.parametrize(
    ("then", "guard", "said"),
    [
        (rows(MANY, "200000.00"), "total", "come to 24,000,000 now, 2,400,000 before"),
        (rows(MANY, "300000.00"), "agency total", "from 2,400,000 to 36,000,000"),
        (rows(MANY * 6), "rows", "720 rows now, 120 before"),
        (
            rows(MANY, transaction_description="", prime_award_base_transaction_description=""),
            "columns",
            "without a description (100% now, 0% before)",
        ),
    ],
)
def test_each_guard_says_what_it_saw(place: Home, then: list[Row], guard: str, said: str) -> None:
    week(place, rows(MANY), BEFORE)
    built = week(place, then, AFTER)
    assert said in built.failures[SOURCE]
    assert guard in remember(place).sources[SOURCE].findings


@pytest.mark.parametrize("kept", [MANY // 2, MANY // 2 + 1])
def test_half_of_the_rows_is_too_many_to_lose(place: Home, kept: int) -> None:
    week(place, rows(MANY), BEFORE)
    built = week(place, rows(kept), AFTER)
    assert (SOURCE in built.failures) is (kept == MANY // 2)
    limits = load_sources(place.source_folders)[SOURCE].expect
    assert limits.has_shrunk(4_091, 2_046), "half, to the hundredth"
    assert not limits.has_shrunk(4_091, 2_100)
    assert not limits.has_shrunk(0, 0)


def test_one_year_cut_in_half_among_many_is_held_back(place: Home) -> None:
    folder = place.root.parent / "in"
    older = [full(folder, rows(MANY * 4, date="2023-03-01"), year=2023, stamp=BEFORE)]
    build_of(place, *older, full(folder, rows(MANY), stamp=BEFORE))
    built = week(place, rows(MANY // 2), AFTER)
    assert "fiscal year 2024 has 60 rows now, 120 before" in built.failures[SOURCE]


def test_an_ordinary_week_and_a_new_year_pass(place: Home) -> None:
    week(place, rows(MANY), BEFORE)
    assert week(place, rows(MANY + 10), AFTER).failures == {}
    new = full(place.root.parent / "in", rows(MANY * 9, date="2024-11-01"), year=2025, stamp=AFTER)
    assert build_of(place, new).failures == {}


def test_a_few_rows_are_no_ground_for_a_judgement(place: Home) -> None:
    week(place, rows(99), BEFORE)
    assert week(place, rows(1), AFTER).failures == {}


def test_only_what_is_held_back_can_be_accepted_and_only_with_a_reason(place: Home) -> None:
    with pytest.raises(WhobuysError, match="is not held back"):
        accept(place, SOURCE, "because")
    with pytest.raises(WhobuysError, match="Say why"):
        accept(place, SOURCE, "  ")


def test_a_source_gone_silent_is_shown_as_stale() -> None:
    con = duckdb.connect()
    con.execute(
        "create schema core; create schema mart;"
        "create table core.file as select 1 as file_key, 'a' as source_id;"
        "create table core.transaction as select 1 as file_key, date '2025-08-01' as date"
        " union all select 1, date '2099-01-01';"
        "create table mart.source as select 'a' as source_id, null::varchar as stale_because;"
        "create table mart.guard (source_id varchar, guard varchar, message varchar,"
        " is_held boolean, accepted_because varchar, accepted_date date)"
    )
    source = SimpleNamespace(id="a", is_on=True, expect=SimpleNamespace(max_days_silent=30))
    for day, is_silent in ((date(2025, 8, 31), False), (date(2025, 9, 1), True)):
        note_silence(con, {"a": source}, day)  # type: ignore[dict-item]
        ((why,),) = con.execute("select stale_because from mart.source").fetchall()
        assert bool(why) is is_silent
    assert "newest row is of 2025-08-01, 31 days before" in why
    assert con.execute("select guard, is_held from mart.guard").fetchall() == [("silent", False)]
