"""Whether a law was in force when a purchase was made, and whom a law reaches at all.

The steps that read laws run here on purchases made for the purpose, with our register and a few
laws of a test beside it, as a newsroom's own file.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import core
from ingest.home import Home
from ingest.knowledge import Knowledge, load_knowledge
from ingest.use_law_rows import Law

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "data" / "reference"
FIRST, LAST = date(2020, 3, 1), date(2022, 2, 28)
DAY = timedelta(days=1)

pytestmark = pytest.mark.data

LAW = dict.fromkeys((name for name in Law.model_fields if name not in ("file", "line")), "") | {
    "law_name": "A ban", "kind": "ban", "place_id": "us_ca_oakland", "binds": "city",
    "bodies": "all", "technologies": "face-recognition", "adopted": "2020-02-01",
    "status": "in force", "summary": "The city may not use it.",
    "exceptions": "evidence produced elsewhere", "read_from_primary": "2026-09-01",
    "primary_url": "https://example.org/law", "is_verified": "yes", "dates_verified": "yes",
    "source": "a test", "confidence": "high",
}  # fmt: skip
LAWS: dict[str, dict[str, str]] = {
    "exact": {"in_force_from": FIRST.isoformat(), "last_day": LAST.isoformat()},
    "interval": {"in_force_from": "2020-03/2020-05", "last_day": "2021-10-10/2022-02"},
    "assumed": {"adopted": "2020-03", "read_from_primary": "", "primary_url": ""},
    "unknown": {"adopted": "", "read_from_primary": "", "primary_url": ""},
    "endless": {"in_force_from": FIRST.isoformat(), "read_from_primary": "", "primary_url": ""},
    "changed": {
        "in_force_from": FIRST.isoformat(), "changed": "2021-06", "change": "weakened",
        "after_change": "cannot be judged",
    },
    "oversight": {"kind": "oversight ordinance", "technologies": "all",
                  "in_force_from": FIRST.isoformat()},
    "state": {"place_id": "us_ca", "binds": "state", "in_force_from": FIRST.isoformat()},
    "state-and-cities": {"place_id": "us_ca", "binds": "state; city",
                         "in_force_from": FIRST.isoformat()},
    "police": {"bodies": "police", "in_force_from": FIRST.isoformat()},
    "not-police": {"bodies": "not police", "in_force_from": FIRST.isoformat()},
    "cameras": {"only_with": "body-worn-cameras", "in_force_from": FIRST.isoformat()},
    "one-vendor": {"vendor_ids": "clearview_ai", "in_force_from": FIRST.isoformat()},
    "predictive": {"technologies": "analytics:predictive_policing",
                   "in_force_from": FIRST.isoformat()},
    "companies": {"binds": "private", "bodies": "companies", "in_force_from": FIRST.isoformat()},
}  # fmt: skip


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge([REFERENCE])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    (home.root / "reference").mkdir()
    with (home.root / "reference" / "laws.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(LAW), lineterminator="\n")
        writer.writeheader()
        for law_id, cells in LAWS.items():
            writer.writerow({**LAW, "law_id": law_id, **cells})
    return home


Read = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def read(home: Home, knowledge: Knowledge) -> Iterator[Read]:
    """Return a function that makes one purchase and returns what every law says of it."""
    with duckdb.connect() as connection:
        connection.execute(core.SQL.joinpath("00_schema.sql").read_text("utf-8"))
        core.load_facts(connection, home, {}, knowledge, {})
        connection.execute(
            "insert into core.source (source_id, fiscal_year_begins) values ('s', 1)"
        )

        def purchase(
            *days: date,
            year: int | None = None,
            place: str = "us_ca_oakland",
            agency: str = "Oakland Police Department",
            technologies: tuple[str, ...] = ("face-recognition",),
            signed: bool = True,
            **cells: object,
        ) -> dict[str, dict[str, Any]]:
            row = {
                "purchase_id": "p1", "place_id": place, "agency_id": "a1", "agency_name": agency,
                "vendor_id": "v1", "vendor_name": "V", "maker_id": "v1", "type": None,
                "technology": technologies[0], "technologies": list(technologies),
                "status": "matched", "scope": "strict", "is_counted": True,
                "signed_date": days[0] if signed else None, "first_date": days[0], **cells,
            }  # fmt: skip
            _table(connection, "mart.purchase", _PURCHASE, [row])
            moves = [
                {"transaction_id": f"t{n}", "purchase_id": "p1", "source_id": "s",
                 "date": None if year else day, "fiscal_year": year or day.year,
                 "is_base": signed and n == 0}
                for n, day in enumerate(days)
            ]  # fmt: skip
            _table(connection, "mart.transaction", _TRANSACTION, moves)
            _table(connection, "core.transaction", _TRANSACTION, moves)
            for table in ("use", "law", "law_technology", "event", "transaction_law",
                          "purchase_law"):  # fmt: skip
                connection.execute(f"drop table if exists mart.{table}")
            for name in ("place_within", "reached", "day_of_transaction"):
                connection.execute(f"drop table if exists {name}")
            for name in ("level_of", "is_police", "mart.because", "mart.judgement", "mart.shown"):
                connection.execute(f"drop macro if exists {name}")
            for step in ("56_use_law", "57_law_reading"):
                connection.execute(core.SQL.joinpath(f"{step}.sql").read_text("utf-8"))
            return {
                str(row["law_id"]): row
                for row in _rows(connection, "select * from mart.purchase_law")
            }

        purchase.connection = connection  # type: ignore[attr-defined]
        yield purchase


_PURCHASE = {
    "purchase_id": "varchar", "place_id": "varchar", "agency_id": "varchar",
    "agency_name": "varchar", "vendor_id": "varchar", "vendor_name": "varchar",
    "maker_id": "varchar", "technology": "varchar", "type": "varchar",
    "technologies": "varchar[]", "status": "varchar", "scope": "varchar",
    "is_counted": "boolean", "signed_date": "date", "first_date": "date",
}  # fmt: skip
_TRANSACTION = {
    "transaction_id": "varchar", "purchase_id": "varchar", "source_id": "varchar",
    "date": "date", "fiscal_year": "smallint", "is_base": "boolean",
}  # fmt: skip


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    types: dict[str, str],
    rows: list[dict[str, object]],
) -> None:
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    connection.execute(f"create or replace table {name} ({columns})")
    marks = ", ".join("?" for _ in types)
    for row in rows:
        values = [row[column] for column in types]
        connection.execute(f"insert into {name} values ({marks})", values)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("day", "judgement", "is_new"),
    [
        (FIRST - DAY, "before", False),
        (FIRST, "in force", True),
        (FIRST + DAY, "in force", True),
        (LAST - DAY, "in force", True),
        (LAST, "in force", True),
        (LAST + DAY, "after", False),
    ],
)
def test_a_purchase_around_the_first_and_last_day_of_a_ban(
    read: Read, day: date, judgement: str, *, is_new: bool
) -> None:
    found = read(day)["exact"]
    assert (found["judgement"], found["is_new_purchase"]) == (judgement, is_new)
    assert found["because"] is None
    assert found["can_be_listed"] is is_new
    assert found["exceptions"] == "evidence produced elsewhere"


@pytest.mark.parametrize(
    ("day", "judgement"),
    [
        (date(2020, 2, 29), "before"),
        (date(2020, 3, 1), "cannot be judged"),
        (date(2020, 5, 30), "cannot be judged"),
        (date(2020, 5, 31), "in force"),
        (date(2021, 10, 10), "in force"),
        (date(2021, 10, 11), "cannot be judged"),
        (date(2022, 2, 28), "cannot be judged"),
        (date(2022, 3, 1), "after"),
    ],
)
def test_inside_the_uncertainty_of_a_date_nothing_is_judged(
    read: Read, day: date, judgement: str
) -> None:
    found = read(day)["interval"]
    assert found["judgement"] == judgement
    assert (found["because"] is not None) == (judgement == "cannot be judged")
    assert found["can_be_listed"] == (judgement == "in force")


@pytest.mark.parametrize(
    ("day", "judgement"),
    [
        (date(2020, 2, 29), "before"),
        (date(2020, 3, 1), "cannot be judged"),
        (date(2021, 3, 30), "cannot be judged"),
        (date(2021, 3, 31), "in force"),
    ],
)
def test_where_only_the_adoption_is_known_a_year_after_it_is_not_judged(
    read: Read, day: date, judgement: str
) -> None:
    assert read(day)["assumed"]["judgement"] == judgement


def test_a_law_without_a_date_is_never_judged_and_one_without_an_end_goes_on(read: Read) -> None:
    found = read(date(2024, 1, 1))
    assert found["unknown"]["judgement"] == "cannot be judged"
    assert found["endless"]["judgement"] == "in force"


def test_after_a_change_that_leaves_doubt_nothing_is_judged(read: Read) -> None:
    assert read(date(2021, 5, 31))["changed"]["judgement"] == "in force"
    found = read(date(2021, 6, 1))["changed"]
    assert found["judgement"] == "cannot be judged"
    assert found["because"].endswith("weakened")


@pytest.mark.parametrize(
    ("day", "judgement"),
    [
        (date(2019, 12, 31), "before"),
        (date(2020, 1, 1), "in force"),
        (date(2020, 1, 2), "in force"),
        (date(2022, 12, 30), "in force"),
        (date(2022, 12, 31), "in force"),
        (date(2023, 1, 1), "after"),
    ],
)
def test_the_californian_pause_ended_by_its_own_terms(
    read: Read, day: date, judgement: str
) -> None:
    found = read(day, technologies=("body-worn-cameras", "face-recognition"))["ca-ab1215-2019"]
    assert (found["judgement"], found["doubt"]) == (judgement, None)
    assert "camera" in found["exceptions"]


def test_the_californian_pause_speaks_only_of_officers_cameras(read: Read) -> None:
    found = read(date(2021, 1, 1))["ca-ab1215-2019"]
    assert "body-worn-cameras" in found["doubt"]
    assert not found["can_be_listed"]
    assert "ca-ab1215-2019" not in read(date(2021, 1, 1), technologies=("body-worn-cameras",))


def test_a_city_ban_never_binds_a_federal_or_state_agency_nor_another_city(read: Read) -> None:
    assert "exact" in read(FIRST)
    for place, agency in (
        ("us", "U.S. Immigration and Customs Enforcement"),
        ("us_ca", "California Department of Justice"),
        ("us_ca_berkeley", "Berkeley Police Department"),
        ("us_ca_san_mateo_county", "San Mateo County Sheriff"),
    ):
        assert "exact" not in read(FIRST, place=place, agency=agency)


def test_a_state_law_binds_cities_only_where_it_says_so(read: Read) -> None:
    city = read(FIRST)
    assert "state" not in city
    assert city["state-and-cities"]["judgement"] == "in force"
    state = read(FIRST, place="us_ca", agency="California Highway Patrol")
    assert {"state", "state-and-cities"} <= set(state)


def test_a_law_on_companies_reaches_no_purchase(read: Read) -> None:
    assert "companies" not in read(FIRST)


def test_a_law_that_binds_police_is_doubtful_where_the_record_names_no_police(read: Read) -> None:
    assert read(FIRST)["police"]["doubt"] is None
    found = read(FIRST, agency="City of Oakland")["police"]
    assert "police" in found["doubt"]
    assert not found["can_be_listed"]
    assert "not-police" not in read(FIRST)
    assert "not-police" in read(FIRST, agency="Public Works")


def test_a_law_on_one_vendor_reaches_its_products_also_through_resellers(read: Read) -> None:
    assert "one-vendor" not in read(FIRST)
    assert "one-vendor" in read(FIRST, maker_id="clearview_ai")


def test_a_law_on_a_part_of_a_technology_needs_that_part(read: Read) -> None:
    assert "predictive" not in read(FIRST)
    analytics: dict[str, Any] = {"technologies": ("analytics",)}
    assert read(FIRST, type="predictive_policing", **analytics)["predictive"]["doubt"] is None
    assert "predictive" not in read(FIRST, type="link_analysis", **analytics)
    assert read(FIRST, **analytics)["predictive"]["doubt"] is not None


def test_oversight_of_all_technology_is_read_and_is_no_restriction(read: Read) -> None:
    found = read(FIRST, technologies=("drones",))
    assert found["oversight"]["judgement"] == "in force"
    assert not found["oversight"]["is_restriction"]
    assert not found["oversight"]["can_be_listed"]
    assert "exact" not in found


def test_a_payment_on_an_older_contract_is_told_from_a_new_purchase(read: Read) -> None:
    found = read(FIRST - DAY, FIRST, LAST, LAST + DAY)["exact"]
    assert (found["judgement"], found["is_new_purchase"]) == ("before", False)
    assert [found[f"transactions_{when}"] for when in ("before", "in_force", "after")] == [1, 2, 1]
    assert (found["first_date_in_force"], found["last_date_in_force"]) == (FIRST, LAST)
    assert found["can_be_listed"]
    rows = _rows(
        read.connection,  # type: ignore[attr-defined]
        "select judgement, is_new_purchase from mart.transaction_law"
        " where law_id = 'exact' order by transaction_id",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("before", True), ("in force", False), ("in force", False), ("after", False),
    ]  # fmt: skip


def test_a_purchase_signed_outside_of_our_files_is_not_judged_by_its_first_payment(
    read: Read,
) -> None:
    found = read(FIRST, signed=False)["exact"]
    assert (found["judgement"], found["is_new_purchase"]) == ("cannot be judged", None)
    assert found["transactions_in_force"] == 1
    assert read(FIRST - DAY, signed=False)["exact"]["judgement"] == "before"


@pytest.mark.parametrize(
    ("year", "judgement"),
    [
        (2019, "before"),
        (2020, "cannot be judged"),
        (2021, "in force"),
        (2022, "cannot be judged"),
        (2023, "after"),
    ],
)
def test_a_payment_of_which_only_the_year_is_known_is_judged_by_the_whole_year(
    read: Read, year: int, judgement: str
) -> None:
    # The ban of the test begins on 1 March 2020 and ends on 28 February 2022.
    found = read(FIRST, year=year, signed=False, first_date=None)["exact"]
    # What was paid before the law was bought before it; a payment after its start tells nothing.
    assert found["judgement"] == ("before" if judgement == "before" else "cannot be judged")
    (row,) = _rows(
        read.connection,  # type: ignore[attr-defined]
        "select judgement, because, is_new_purchase from mart.transaction_law"
        " where law_id = 'exact'",
    )
    assert row["judgement"] == judgement
    assert (row["because"] is not None) == (judgement == "cannot be judged")
    assert row["is_new_purchase"] is None


def test_only_a_law_read_at_its_primary_source_can_be_listed(read: Read) -> None:
    found = read(FIRST)
    assert found["endless"]["judgement"] == "in force"
    assert not found["endless"]["can_be_listed"]
    assert found["exact"]["can_be_listed"]


def test_doubtful_and_related_purchases_are_not_read(read: Read) -> None:
    assert read(FIRST, status="possible") == {}
    assert read(FIRST, scope="related") == {}
