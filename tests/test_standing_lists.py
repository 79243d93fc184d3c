"""Use, law and money side by side: what each list asks, and what it says was searched."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.home import Home
from ingest.use_law_rows import Law, Use
from tests.federal import build_of, full, transaction

pytestmark = pytest.mark.data

ICE, CBP = "us_federal_7012", "us_federal_7014"
USE = dict.fromkeys((name for name in Use.model_fields if name not in ("file", "line")), "") | {
    "place_id": "us", "agency_id": ICE, "agency_name": "ICE", "is_group": "no", "kind": "use",
    "evidence_kind": "survey", "what": "Some searches", "purchase_reported": "unknown",
    "is_verified": "yes", "source": "our survey", "source_date": "2024-09", "confidence": "high",
}  # fmt: skip
USES: dict[str, dict[str, str]] = {
    # Fiscal year 2024 is whole for both agencies.
    "bought-later": {"vendor_id": "clearview_ai", "started": "2023-11", "ended": "2023-12"},
    "never-bought": {"vendor_id": "venntel", "started": "2024-01", "ended": "2024-03"},
    "too-early": {"vendor_id": "venntel", "started": "2018", "ended": "2019"},
    "denied": {"vendor_id": "clearview_ai", "started": "2024-06", "ended": "2024-06",
               "answer": "denied", "answered": "2023-12-01"},
    "denied-truly": {"agency_id": CBP, "agency_name": "CBP", "vendor_id": "clearview_ai",
                     "answer": "denied", "answered": "2023-12-01",
                     "evidence_kind": "agency statement", "kind": "answers"},
    "nobody-searched": {"place_id": "us_ca_oakland", "agency_id": "us_ca_oakland_police",
                        "vendor_id": "flock_safety", "started": "2024"},
    "of-many": {"agency_id": "", "is_group": "yes", "vendor_id": "clearview_ai"},
}  # fmt: skip
LAW = dict.fromkeys((name for name in Law.model_fields if name not in ("file", "line")), "") | {
    "law_name": "The Act", "kind": "ban", "place_id": "us", "binds": "national", "bodies": "all",
    "technologies": "face-recognition", "in_force_from": "2024-02-01", "status": "in force",
    "summary": "No agency may.", "exceptions": "missing children", "is_verified": "yes",
    "dates_verified": "yes", "source": "a test", "confidence": "high",
}  # fmt: skip
READ = {"read_from_primary": "2026-09-01", "primary_url": "https://example.org/act"}


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path_factory.mktemp("home"))
    write(
        home.root / "reference" / "uses.csv",
        [{**USE, "use_id": key, **cells} for key, cells in USES.items()],
    )
    write(
        home.root / "reference" / "laws.csv",
        [{**LAW, "law_id": "read", **READ}, {**LAW, "law_id": "not-read"}],
    )
    rows = [
        transaction("70CDCR24P00000001", date="2024-03-01"),
        transaction("70CDCR24P00000002", date="2024-01-15"),
        # An older contract: its award lies before the law, a change to it during the law.
        transaction("70CDCR24P00000002", date="2024-05-01", modification="P00001"),
        transaction("70B03C24P00000003", date="2024-04-01", agency="7014",
                    awarding_sub_agency_name="U.S. Customs and Border Protection",
                    recipient_name="OFFICE DEPOT", transaction_description="PAPER",
                    prime_award_base_transaction_description="PAPER"),
    ]  # fmt: skip
    built = build_of(home, full(home.root / "files", rows))
    with duckdb.connect(str(built.database), read_only=True) as connection:
        yield connection


def listed(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, dict[str, Any]]:
    cursor = connection.execute("select * from mart.standing_list where list = ?", [name])
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["entry_id"]: row for row in rows}


def test_not_found_is_said_only_where_agency_and_time_were_searched_whole(
    built: duckdb.DuckDBPyConnection,
) -> None:
    found = listed(built, "use without purchase")
    never = found["never-bought"]
    assert never["is_searched"]
    assert never["question"].endswith("Some searches. No purchase of it was found.")
    assert never["searched"].endswith("1 Oct 2023 to 30 Sep 2024")
    assert never["searched_until_date"] == date(2024, 9, 30)
    early = found["too-early"]
    assert not early["is_searched"]
    assert early["question"].endswith("but not all of that time was searched.")
    nobody = found["nobody-searched"]
    assert (nobody["is_searched"], nobody["searched"]) == (False, "spending not searched")
    assert {"bought-later", "of-many", "denied-truly"}.isdisjoint(found)


def test_use_before_the_first_purchase_stands_in_a_list_of_its_own(
    built: duckdb.DuckDBPyConnection,
) -> None:
    found = listed(built, "trial before purchase")
    later = found["bought-later"]
    assert (later["latest_date"], later["purchases"]) == (date(2024, 1, 15), 2)
    assert later["purchase_id"].startswith("us_federal:CONT_AWD_70CDCR24P00000002")
    assert later["is_searched"]
    assert "ice-clearview" in found


def test_a_denial_beside_a_purchase_or_a_report_is_listed_and_a_bare_denial_is_not(
    built: duckdb.DuckDBPyConnection,
) -> None:
    found = listed(built, "denied and later found")
    assert "15 Jan 2024" in found["denied"]["question"]
    assert found["denied"]["answer"] == "denied"
    assert "denied-truly" not in found
    assert "us-clearview-denied" not in found
    assert "confirmed later" in found["rcmp-clearview"]["question"]
    assert found["us-clearview-denied-then-confirmed"]["agency_id"] is None


def test_what_was_bought_with_no_use_on_record_names_what_was_searched(
    built: duckdb.DuckDBPyConnection,
) -> None:
    found = listed(built, "purchase without use")
    # Of face recognition at ICE there is use on record, and of paper nobody asks.
    assert found == {}


def test_purchases_during_a_restriction_need_a_law_that_somebody_read(
    built: duckdb.DuckDBPyConnection,
) -> None:
    found = listed(built, "purchase during restriction")
    assert {row["law_id"] for row in found.values()} == {"read"}
    by_award = {row["purchase_id"].split("_")[3]: row for row in found.values()}
    new = by_award["70CDCR24P00000001"]
    assert new["question"] == (
        "Our register shows The Act in force on 1 Mar 2024 and naming this technology; we have "
        "not determined whether an exception or an older contract applies."
    )
    assert "missing children" in new["innocent_explanation"]
    assert new["searched"] == "https://example.org/act, read at its source on 1 Sep 2026"
    assert "in force on 1 May 2024" in by_award["70CDCR24P00000002"]["question"]


def test_every_entry_is_a_question_with_an_innocent_explanation_and_what_was_searched(
    built: duckdb.DuckDBPyConnection,
) -> None:
    rows = built.execute(
        "select count(*), count(*) filter (question <> '' and innocent_explanation <> ''"
        " and searched <> '') from mart.standing_list"
    ).fetchall()
    assert rows[0][0] == rows[0][1] > 0


def test_each_technology_of_a_place_is_found_not_found_in_sources_or_not_searched(
    built: duckdb.DuckDBPyConnection,
) -> None:
    said = {
        (place, technology): statement
        for place, technology, statement in built.execute(
            "select place_id, technology, statement from mart.place_technology"
        ).fetchall()
    }
    assert said["us", "face-recognition"] == "found in 2 counted purchases"
    missing = said["us", "drones"]
    assert missing.startswith("not found in ")
    assert "as of 30 Sep 2024 (2 agencies from 1 Oct 2023)" in missing
    assert said["us_ca_oakland", "face-recognition"] == "not searched"


def test_what_was_searched_names_spending_use_and_law(
    built: duckdb.DuckDBPyConnection,
) -> None:
    rows = built.execute(
        "select kind, agency_id, is_complete from mart.searched order by kind, agency_id"
    ).fetchall()
    assert rows == [
        ("law", None, False), ("spending", ICE, True), ("spending", CBP, True), ("use", None, False)
    ]  # fmt: skip
