"""Uses, laws and events: what a line must say, and that the known facts stand in the tables."""

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest.add import add_starter
from ingest.build import build
from ingest.home import Home
from ingest.intervals import Interval, interval
from ingest.use_law import check_use_law
from ingest.use_law_rows import MODELS

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "data" / "reference"
LISTS = ("agencies.csv", "code_names.csv", "place_names.csv", "places.csv", "technologies.csv",
         "types.csv", "vendors.csv")  # fmt: skip

pytestmark = pytest.mark.data


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "reference"
    copy.mkdir()
    for name in (*LISTS, *(model.FILE for model in MODELS)):
        shutil.copy(REFERENCE / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path_factory.mktemp("home"))
    add_starter(home)
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        yield connection


def rows_of(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def rewrite(path: Path, key: str, **cells: str) -> int:
    """Change cells of the line with that key; return the line's number."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    place = next(number for number, row in enumerate(rows) if key in row.values())
    rows[place].update(cells)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return place + 2


def one(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> tuple[object, ...]:
    (row,) = connection.execute(sql, list(values)).fetchall()
    return tuple(row)


def test_every_line_is_right() -> None:
    assert [str(problem) for problem in check_use_law([REFERENCE])] == []


@pytest.mark.parametrize(
    ("file", "key", "cells", "reason"),
    [
        ("uses.csv", "san-mateo-clearview", {"source": ""}, "`source`: must not be empty"),
        ("laws.csv", "sf-2019", {"source": ""}, "`source`: must not be empty"),
        ("events.csv", "boston-ban", {"source": ""}, "`source`: must not be empty"),
        ("uses.csv", "san-mateo-clearview", {"attribution": ""}, "leaked data need `attribution`"),
        ("uses.csv", "ice-clearview", {"answer": "maybe"}, "it must be one of"),
        ("uses.csv", "ice-clearview", {"ended": "Feb 2020"}, "`Feb 2020` is not a date"),
        ("uses.csv", "ice-clearview", {"agency_id": ""}, "`agency_id` must name the agency"),
        ("uses.csv", "rcmp-clearview", {"first_answered": ""}, "needs the date of the denial"),
        ("laws.csv", "sf-2019", {"technologies": "face"}, "`technologies` names `face`"),
        ("laws.csv", "sf-2019", {"place_id": "us_ca_san_fransisco"}, "which no list knows"),
        ("laws.csv", "sf-2019", {"binds": "town"}, "`binds` names town"),
        ("laws.csv", "sf-2019", {"read_from_primary": "2026-09"}, "must be one day"),
        ("laws.csv", "ca-ab1215-2019", {"last_day": "2020-02-30"}, "not a day of the calendar"),
        ("event_signatories.csv", "Mijente", {"event_id": "dhs-letter"}, "names `dhs-letter`"),
    ],
)
def test_a_wrong_line_is_refused_with_file_line_and_reason(
    folder: Path, file: str, key: str, cells: dict[str, str], reason: str
) -> None:
    line = rewrite(folder / file, key, **cells)
    (problem,) = check_use_law([folder])
    assert (problem.file, problem.line) == (file, line)
    assert reason in problem.reason


def test_a_newsrooms_lines_join_ours(tmp_path: Path) -> None:
    own = tmp_path / "uses.csv"
    shutil.copy(REFERENCE / "uses.csv", own)
    rewrite(own, "ice-clearview", use_id="our-survey-1", source="our survey")
    assert check_use_law([REFERENCE, tmp_path]) == []
    rewrite(own, "our-survey-1", use_id="ice-clearview")
    (problem,) = check_use_law([REFERENCE, tmp_path])
    assert "is there already" in problem.reason


@pytest.mark.parametrize(
    ("cell", "earliest", "latest"),
    [
        ("2019-05-14", date(2019, 5, 14), date(2019, 5, 14)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("2019-07-16/2019-09", date(2019, 7, 16), date(2019, 9, 30)),
        ("", None, None),
    ],
)
def test_a_date_is_read_as_all_the_days_it_can_mean(
    cell: str, earliest: date | None, latest: date | None
) -> None:
    assert interval(cell) == Interval(earliest, latest)


@pytest.mark.parametrize("cell", ["2019-13", "2020/2019", "soon", "14.5.2019", "2019-02-29"])
def test_what_is_not_a_date_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="`"):
        interval(cell)


def test_every_line_of_the_register_is_published(built: duckdb.DuckDBPyConnection) -> None:
    for table, file in (("use", "uses.csv"), ("law", "laws.csv")):
        assert one(built, f"select count(*) from mart.{table}") == (len(rows_of(file)),)
    events = {row["event_id"] for row in rows_of("events.csv")}
    published = {row[0] for row in built.execute("select event_id from mart.event").fetchall()}
    assert events <= published


@pytest.mark.parametrize(
    ("use_id", "low", "high", "answer"),
    [
        ("us-clearview-buzzfeed", 1803, 1803, None),
        ("us-clearview-confirmed", 335, 335, "confirmed"),
        ("us-clearview-denied", 210, 210, "denied"),
        ("us-clearview-no-answer", 1161, 1161, "no_answer"),
        ("us-clearview-unaware", 34, 34, "unaware"),
        ("us-clearview-denied-then-confirmed", 69, 69, "denied_then_confirmed"),
        ("us-clearview-declined", 97, 100, "declined"),
        ("san-mateo-clearview", 2000, 2000, "confirmed"),
        ("ice-clearview", 8000, None, "confirmed"),
        ("rcmp-clearview", 2, 2, "denied_then_confirmed"),
    ],
)
def test_the_numbers_of_2021_stand_with_their_source(
    built: duckdb.DuckDBPyConnection, use_id: str, low: int, high: int | None, answer: str | None
) -> None:
    found = one(
        built,
        "select count_low, count_high, answer, source_title is not null from mart.use"
        " where use_id = ?",
        use_id,
    )
    assert found == (low, high, answer, True)


def test_the_use_by_ice_came_from_about_60_accounts_before_its_first_order(
    built: duckdb.DuckDBPyConnection,
) -> None:
    accounts, ended, attribution, agency = one(
        built,
        "select accounts_low, latest_end_date, attribution, agency_name from mart.use"
        " where use_id = 'ice-clearview'",
    )
    assert (accounts, attribution) == (60, "data obtained by BuzzFeed News shows")
    assert agency == "U.S. Immigration and Customs Enforcement"
    leak, order, dollars = one(
        built,
        "select leak.latest_date, bought.earliest_date, bought.number"
        " from mart.event as leak, mart.event as bought"
        " where leak.event_id = 'clearview-client-list-2020'"
        " and bought.event_id = 'ice-first-order-2020'",
    )
    assert isinstance(ended, date)
    assert isinstance(leak, date)
    assert isinstance(order, date)
    assert date(2020, 2, 1) < leak < order
    assert ended < order
    assert dollars == 224_000


def test_the_trial_of_san_mateo_has_no_purchase_reported(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        built,
        "select kind, purchase_reported, place_id, earliest_start_date, latest_end_date"
        " from mart.use where use_id = 'san-mateo-clearview'",
    ) == ("trial", "none found", "us_ca_san_mateo_county", date(2018, 1, 1), date(2020, 2, 29))


@pytest.mark.parametrize(
    ("law_id", "place", "adopted"),
    [
        ("sf-2019", "us_ca_san_francisco", date(2019, 5, 14)),
        ("oakland-fr-2019", "us_ca_oakland", date(2019, 7, 16)),
        ("berkeley-fr-2019", "us_ca_berkeley", date(2019, 10, 1)),
        ("boston-2020", "us_ma_boston", date(2020, 6, 24)),
        ("cv-ca-2021", "ca", date(2021, 2, 3)),
        ("cv-uk-2022", "uk", date(2022, 5, 1)),
        ("cv-au-2021", "au", date(2021, 10, 14)),
        ("cv-fr-2022", "fr", date(2022, 10, 17)),
        ("cv-it-2022", "it", date(2022, 2, 10)),
        ("cv-gr-2022", "gr", date(2022, 7, 13)),
        ("cv-nl-2024", "nl", date(2024, 5, 16)),
    ],
)
def test_bans_and_decisions_stand_under_their_place_and_on_its_time_line(
    built: duckdb.DuckDBPyConnection, law_id: str, place: str, adopted: date
) -> None:
    assert one(
        built,
        "select place_id, earliest_adopted_date, technologies, source_title is not null"
        " from mart.law where law_id = ?",
        law_id,
    ) == (place, adopted, ["face-recognition"], True)
    days = built.execute(
        "select earliest_date from mart.event where law_id = ? and law_act = 'adopted'"
        " and list_contains(place_ids, ?)",
        [law_id, place],
    ).fetchall()
    assert len(days) == 1


def test_the_californian_pause_has_its_first_and_last_day(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        built,
        "select latest_start_date, earliest_last_date, only_with, exceptions from mart.law"
        " where law_id = 'ca-ab1215-2019'",
    )[:3] == (date(2020, 1, 1), date(2022, 12, 31), "body-worn-cameras")
    assert one(
        built, "select earliest_date from mart.event where event_id = 'ca-ab1215-2019:ended'"
    ) == (date(2022, 12, 31),)


def test_the_three_counts_of_the_letter_stand_side_by_side(
    built: duckdb.DuckDBPyConnection,
) -> None:
    rows = built.execute(
        "select number, earliest_date, len(signatories), agency_name from mart.event"
        " where event_id like 'dhs-letter-%' order by number"
    ).fetchall()
    assert [row[0] for row in rows] == [50, 66, 70]
    assert {row[1] for row in rows} == {date(2021, 4, 19)}
    assert {row[3] for row in rows} == {"Department of Homeland Security"}
    assert [row[2] for row in rows] == [0, len(rows_of("event_signatories.csv")), 0]


def test_leaked_data_say_whose_they_are(built: duckdb.DuckDBPyConnection) -> None:
    assert one(
        built,
        "select count(*) > 0, bool_and(attribution = 'data obtained by BuzzFeed News shows')"
        " from mart.use where evidence_kind = 'leaked data'",
    ) == (True, True)


def test_only_a_law_read_at_its_source_has_the_date_of_that_reading(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        built,
        "select count(*) from mart.law"
        " where (read_from_primary_date is null) <> (primary_url is null)",
    ) == (0,)
