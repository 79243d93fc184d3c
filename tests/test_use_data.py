"""What pages ask of use, law and events."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dashboard import data
from dashboard.data import Reported, opening
from ingest.add import add_starter
from ingest.build import build
from ingest.home import Home

pytestmark = pytest.mark.data

ICE = "us_federal_7012"
SHERIFF = "us_ca_san_mateo_county_sheriff"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("home"))
    add_starter(home)
    build(home)
    return home.root


@pytest.fixture
def seen(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[data.Build]:
    monkeypatch.setenv("WHOBUYS_HOME", str(published))
    yield data.current()
    opening.connections.clear()


def ids(rows: data.Rows, key: str = "use_id") -> set[str]:
    return {row[key] for row in rows}


def test_an_agency_without_a_purchase_is_found_with_its_use(seen: data.Build) -> None:
    assert ids(data.uses_of_agency(seen, SHERIFF)) == {"san-mateo-clearview"}
    found = data.agency(seen, SHERIFF)
    assert found is not None
    assert found["place_name"] == "San Mateo County"


def test_a_department_shows_the_use_of_its_bureaus(seen: data.Build) -> None:
    bureau = ids(data.uses_of_agency(seen, ICE))
    assert "ice-clearview" in bureau
    assert bureau < ids(data.uses_of_agency(seen, "us_federal_070"))


def test_uses_of_a_place_and_of_a_vendor(seen: data.Build) -> None:
    assert "us-clearview-buzzfeed" in ids(data.uses_of_place(seen, "us"))
    assert "rcmp-clearview" in ids(data.uses_of_vendor(seen, "clearview_ai"))
    assert ids(data.agency_answers(seen, "clearview_ai")) == {
        f"us-clearview-{answer}"
        for answer in ("confirmed", "denied", "no-answer", "unaware", "denied-then-confirmed",
                       "declined")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Reported(words="San MATEO  sheriff"), {"san-mateo-clearview"}),
        (Reported(words="clearview vancouver"), {"vancouver-police-clearview"}),
        (Reported(answer="unaware"), {"us-clearview-unaware", "gao-federal-unaware"}),
        (Reported(vendor_id="venntel"), {"cbp-venntel"}),
        (Reported(technology="drones"), {"drone-waivers-2026"}),
        (Reported(place_id="us_ny"), {"nypd-clearview-leak", "nypd-clearview-emails",
                                      "staten-island-da-clearview"}),
        (Reported(words="nobody at all"), set()),
    ],
)  # fmt: skip
def test_a_reader_searches_reports_by_words_vendor_answer_and_place(
    seen: data.Build, asked: Reported, expected: set[str]
) -> None:
    assert ids(data.uses(seen, asked)) == expected
    assert data.how_many_uses(seen, asked) == len(expected)


def test_single_agencies_stand_before_groups_and_every_report_is_found(seen: data.Build) -> None:
    rows = data.uses(seen, Reported())
    assert len(rows) == data.how_many_uses(seen, Reported())
    groups = [row["is_group"] for row in rows]
    assert groups == sorted(groups)
    assert sum(row["n"] for row in data.use_choices(seen)["answer"]) == len(rows)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 12, 31), "before"),
        (date(2020, 1, 1), "in force"),
        (date(2022, 12, 31), "in force"),
        (date(2023, 1, 1), "after"),
    ],
)
def test_the_law_page_shows_how_each_law_stands_on_the_chosen_day(
    seen: data.Build, day: date, expected: str
) -> None:
    rows = {row["law_id"]: row for row in data.laws(seen, day, "face-recognition")}
    assert rows["ca-ab1215-2019"]["judgement"] == expected
    assert "il-alpr-2023" not in rows


def test_a_law_without_a_known_start_cannot_be_judged_and_says_why(seen: data.Build) -> None:
    rows = {row["law_id"]: row for row in data.laws(seen, date(2024, 1, 1))}
    assert rows["ccops-dayton"]["judgement"] == "cannot be judged"
    assert "since when" in rows["ccops-dayton"]["because"]
    assert rows["boston-2020"]["because"] is None


def test_a_place_has_its_own_laws_and_those_of_its_state_that_bind_it(seen: data.Build) -> None:
    rows = {
        row["law_id"]: row for row in data.laws_of_place(seen, "us_ca_oakland", date(2021, 6, 1))
    }
    assert set(rows) == {"oakland-fr-2019", "ccops-oakland", "ca-ab1215-2019"}
    assert (rows["oakland-fr-2019"]["steps"], rows["ca-ab1215-2019"]["steps"]) == (0, 1)
    assert data.law(seen, "oakland-fr-2019") is not None
    assert data.law(seen, "no-such-law") is None


def test_the_time_line_of_an_agency_has_its_events_and_its_places(seen: data.Build) -> None:
    rows = data.events(seen, agency_id=ICE, place_id="us", technology="face-recognition")
    found = [row["event_id"] for row in rows]
    # The letter went to the department that the agency belongs to.
    assert {"ice-8000-searches", "ice-first-order-2020", "dhs-letter-66"} <= set(found)
    assert "boston-ban" not in found
    days = [row["earliest_date"] for row in rows]
    assert days == sorted(days)


def test_events_of_outer_laws_show_only_where_they_bind_the_place(seen: data.Build) -> None:
    found = ids(data.events(seen, place_id="us_ca_oakland"), "event_id")
    assert {"oakland-ban", "ca-ab1215-2019:ended"} <= found
    assert "us-eo14093:adopted" not in found
    assert "us-eo14093:adopted" in ids(data.events(seen, place_id="us"), "event_id")


def test_the_lists_of_questions_are_counted_and_read(seen: data.Build) -> None:
    counted = {row["list"]: row["entries"] for row in data.standing_lists(seen)}
    for name, entries in counted.items():
        assert len(data.standing_list(seen, name)) == entries
    (row,) = data.standing_list(seen, "use without purchase", agency_id=SHERIFF)
    assert row["question"] == (
        "San Mateo County Sheriff's Office (Clearview AI): data obtained by BuzzFeed News shows "
        "about 2,000 searches. Spending was not searched."
    )
    assert row["answer"] == "confirmed"


def test_what_was_searched_is_said_of_an_agency_and_of_a_place(seen: data.Build) -> None:
    assert [row["kind"] for row in data.searched(seen, agency_id=ICE)] == ["law", "spending", "use"]
    assert [row["kind"] for row in data.searched(seen, agency_id=SHERIFF)] == ["law", "use"]
    known = data.technology_of_place(seen, "us_ca_san_mateo_county", "face-recognition")
    assert known is not None
    assert (known["uses"], known["purchases"], known["statement"]) == (1, 0, "not searched")
    assert data.technology_of_place(seen, "us_wy", "drones") is None


def test_a_purchase_shows_the_laws_that_reach_it_with_their_exceptions(seen: data.Build) -> None:
    with opening.connection(seen) as cursor:
        rows = cursor.execute(
            "select purchase_id from mart.purchase_law where law_id = 'us-eo14093'"
        ).fetchall()
    for (purchase_id,) in rows:
        (law,) = data.laws_of_purchase(seen, purchase_id)
        assert (law["law_id"], law["judgement"]) == ("us-eo14093", "in force")
        assert law["source_title"]
        assert not law["can_be_listed"]
        days = data.laws_of_transactions(seen, purchase_id)
        assert {row["judgement"] for row in days} == {"in force"}
    assert len(rows) == 1
