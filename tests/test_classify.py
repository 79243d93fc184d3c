"""Classification: strengths, namesakes, contradictions, parents, makers, forms, evidence."""

from pathlib import Path

import duckdb
import pytest

from ingest.classify import classify
from ingest.knowledge import Knowledge, load_knowledge
from ingest.small_ledger import classified
from ingest.vendors import resolve_vendors

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
ICE = "U.S. Immigration and Customs Enforcement"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge([REFERENCE])


def verdict(
    knowledge: Knowledge, vendor: str, description: str, agency: str = ICE, psc: str = ""
) -> dict[str, object]:
    """Classify one record; return its verdict, or an empty dict when no rule touched it."""
    connection = classified(
        knowledge,
        {
            "agency": [agency],
            "vendor": [vendor],
            "description": [description],
            "psc": [psc or None],
        },
    )
    found = connection.execute("select * from evidence.verdict")
    names = [column[0] for column in found.description]
    row = found.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def is_counted(found: dict[str, object]) -> bool:
    return (found.get("status"), found.get("scope")) == ("matched", "strict")


def test_forensic_software_from_clearview_ai_is_face_recognition(knowledge: Knowledge) -> None:
    found = verdict(knowledge, "CLEARVIEW AI, INC.", "FORENSIC SOFTWARE")
    assert is_counted(found)
    assert (found["strength"], found["technology"]) == (2, "face-recognition")
    assert (found["rule"], found["field"]) == ("vendor:clearview_ai", "vendor")
    assert found["evidence"] == "CLEARVIEW AI, INC."


def test_kharon_clearview_is_not_clearview_ai(knowledge: Knowledge) -> None:
    for vendor in ("1NTEGER LLC", "CARAHSOFT TECHNOLOGY CORP"):
        assert not is_counted(verdict(knowledge, vendor, "KHARON CLEARVIEW LICENSES"))
    assert not is_counted(verdict(knowledge, "1NTEGER LLC", "CLEARVIEW LICENSE"))


def test_namesakes_are_not_counted(knowledge: Knowledge) -> None:
    namesakes = [
        ("PARAGON SYSTEMS INC", "GUARD SERVICES"),
        ("PARAGON PROFESSIONAL SERVICES LLC", "TRANSPORTATION AND GUARD SERVICES"),
        ("AXONIUS", "ASSET INVENTORY RENEWAL"),
        ("AXONICS INC", "IMPLANTS"),
        ("WEST PUBLISHING CORPORATION", "WESTLAW PRINT SUBSCRIPTION LAW BOOKS"),
        ("SIGMA DEFENSE SYSTEMS", "STINGRAY"),
        ("WATCHGUARD TECHNOLOGIES", "FIREWALL"),
        ("ZAYO GROUP LLC", "RISK MITIGATION SERVICES"),
        ("THE GEO GROUP, INC.", "DETENTION SERVICES"),
        ("INSIGHT PUBLIC SECTOR", "LAPTOPS"),
        ("FLOCK HOMES", "RENT"),
        ("CLEARVIEW FEDERAL CREDIT UNION", "FEES"),
        ("REGULA FORENSICS INC", "DOCUMENT EXAMINATION"),
        ("TALTON COMMUNICATIONS", "DETAINEE TELEPHONE SERVICES"),
    ]
    connection = classified(
        knowledge,
        {
            "agency": [ICE] * len(namesakes),
            "vendor": [vendor for vendor, _ in namesakes],
            "description": [description for _, description in namesakes],
        },
    )
    counted = connection.execute(
        "select purchase_id from evidence.verdict where status = 'matched' and scope = 'strict'"
    ).fetchall()
    assert counted == []


def test_an_ambiguous_name_alone_is_only_possible(knowledge: Knowledge) -> None:
    alone = verdict(knowledge, "FLOCK", "SERVICES", agency="Parks Department")
    assert alone["status"] == "possible"
    seconded = verdict(knowledge, "FLOCK", "LPR CAMERAS", agency="Police Department")
    assert is_counted(seconded)


def test_a_product_behind_a_reseller_gives_the_maker(knowledge: Knowledge) -> None:
    found = verdict(knowledge, "CARAHSOFT TECHNOLOGY CORP", "ZIGNAL-LABS licenses, 12 months")
    assert is_counted(found)
    assert (found["strength"], found["maker_id"]) == (3, "zignal_labs")
    assert found["evidence"] == "ZIGNAL-LABS"
    assert found["maker_evidence"] == "ZIGNAL-LABS"


def test_a_staffing_firm_is_no_maker(knowledge: Knowledge) -> None:
    found = verdict(knowledge, "MVM, INC.", "TITLE III TRANSLATION AND TRANSCRIPTION SERVICES")
    assert is_counted(found)
    assert found["technology"] == "interception"
    assert (found["maker_id"], found["form"]) == (None, "staffing")


@pytest.mark.parametrize(
    ("description", "form"),
    [
        ("UFED SOFTWARE LICENSES RENEWAL", "software"),
        ("UFED TRAINING", "training"),
        ("UFED TOUCH KIT", "goods"),
        ("UFED MAINTENANCE", "service"),
    ],
)
def test_form_comes_with_its_words(knowledge: Knowledge, description: str, form: str) -> None:
    found = verdict(knowledge, "FCN, INC.", description)
    assert found["form"] == form
    assert str(found["form_evidence"]).startswith("description: ")


def test_neighbouring_goods_are_related_and_say_so(knowledge: Knowledge) -> None:
    found = verdict(knowledge, "BLUE TECH INC.", "CISCO SMARTNET FOR THE CALEA NETWORK")
    assert (found["status"], found["scope"]) == ("matched", "related")
    assert "SMARTNET" in str(found["against"])


def test_tasers_are_related_and_body_cameras_are_counted(knowledge: Knowledge) -> None:
    assert verdict(knowledge, "AXON ENTERPRISE, INC.", "TASER 10 CARTRIDGES")["scope"] == "related"
    assert is_counted(verdict(knowledge, "AXON ENTERPRISE, INC.", "BODY WORN CAMERAS"))


def test_a_mixed_vendor_alone_is_possible(knowledge: Knowledge) -> None:
    found = verdict(knowledge, "AXON ENTERPRISE, INC.", "", agency="Sheriff")
    assert (found["status"], found["strength"]) == ("possible", 6)


def test_a_false_friend_rejects_and_is_shown(knowledge: Knowledge) -> None:
    found = verdict(knowledge, "WEST PUBLISHING CORPORATION", "IMMIGRATION LAW BOOKS")
    assert found["status"] == "rejected"
    assert '"IMMIGRATION LAW"' in str(found["against"])


def test_the_words_of_the_buyers_name_are_no_conditions(knowledge: Knowledge) -> None:
    found = verdict(
        knowledge, "ACME", "LICENSE PLATE READERS", "U.S. Customs and Border Protection"
    )
    assert is_counted(found)


def test_a_code_and_a_word_speak_together(knowledge: Knowledge) -> None:
    for psc in ("1550", "UNMANNED AIRCRAFT", "1550 - UNMANNED AIRCRAFT"):
        found = verdict(knowledge, "ACME", "QUADCOPTER", agency="Bureau of Nothing", psc=psc)
        assert is_counted(found), psc


def ledger(*rows: tuple[str, str, str, str | None, bool]) -> duckdb.DuckDBPyConnection:
    """Make core tables of (id, record kind, vendor, contract_ref, is_single_award_parent)."""
    connection = duckdb.connect()
    connection.execute(
        """create schema core;
        create table core.vendor_name (vendor_key integer, vendor_name varchar, uei varchar,
            duns varchar, cage varchar, parent_name varchar, parent_uei varchar);
        create table core.purchase (purchase_id varchar, record_kind varchar, agency_name varchar,
            parent_agency_name varchar, vendor_key integer, description varchar, psc_code varchar,
            psc varchar, naics_code varchar, naics varchar, contract_ref varchar,
            is_single_award_parent boolean);
        create table core.text (purchase_id varchar, description varchar)"""
    )
    for key, (purchase, kind, vendor, parent, single) in enumerate(rows):
        connection.execute(
            "insert into core.vendor_name values ($1, $2, null, null, null, null, null)",
            [key, vendor],
        )
        connection.execute(
            "insert into core.purchase values "
            "($1, $2, null, null, $3, 'TASK ORDER 1', null, null, null, null, $4, $5)",
            [purchase, kind, key, parent, single],
        )
        connection.execute("insert into core.text values ($1, 'TASK ORDER 1')", [purchase])
    return connection


def test_an_order_takes_its_technology_only_from_a_single_award_contract(
    knowledge: Knowledge,
) -> None:
    connection = ledger(
        ("single", "idv", "CELLEBRITE INC", None, True),
        ("schedule", "idv", "CELLEBRITE INC", None, False),
        ("order-1", "award", "SOME DISTRIBUTOR", "single", False),
        ("order-2", "award", "SOME DISTRIBUTOR", "schedule", False),
    )
    resolve_vendors(connection, knowledge)
    classify(connection, knowledge)
    rows = connection.execute(
        "select purchase_id, technology, rule, field from evidence.verdict order by purchase_id"
    ).fetchall()
    assert ("order-1", "device-forensics", "parent-contract", "parent contract") in rows
    assert "order-2" not in {row[0] for row in rows}


def test_every_reason_is_kept_and_the_same_ledger_gives_the_same_rows(
    knowledge: Knowledge,
) -> None:
    records = {
        "agency": [ICE, ICE],
        "vendor": ["PEN-LINK, LTD", "THUNDERCAT TECHNOLOGY, LLC"],
        "description": ["TANGLES LICENSE", "CELLEBRITE AND GRAYKEY LICENSES"],
    }
    runs = []
    for _ in range(2):
        connection = classified(knowledge, records)
        runs.append(
            [
                connection.execute(f"select * from evidence.{table} order by all").fetchall()
                for table in ("reason", "verdict")
            ]
        )
    assert runs[0] == runs[1]
    reasons = {(row[0], row[2]) for row in runs[0][0]}
    assert ("0", "vendor:pen_link") in reasons
    assert len([row for row in reasons if row[0] == "1"]) >= 2
    technologies = {row[0]: row[4] for row in runs[0][1]}
    assert technologies == {"0": "social-media-monitoring", "1": "device-forensics"}


def test_nothing_temporary_is_left_behind(knowledge: Knowledge) -> None:
    connection = classified(knowledge, {"vendor": ["CLEARVIEW AI"]})
    left = connection.execute("select table_name from duckdb_tables() where temporary").fetchall()
    assert left == []
