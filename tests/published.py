"""A small published database, for tests that read one: the tables' shapes, and a few rows.

The rows are written by hand. Names and amounts are made up except for a few public ones, and
some are hostile on purpose: what a page shows must be text, whatever a vendor is called.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests import published_use_law

MONEY = "DECIMAL(18,2)"

TABLES: dict[str, str] = {
    "mart.purchase": f"""
        purchase_id VARCHAR, register VARCHAR, record_kind VARCHAR, source_id VARCHAR, source_key
        VARCHAR, source_url VARCHAR, award_number VARCHAR, place_id VARCHAR, place_name VARCHAR,
        agency_id VARCHAR, agency_code VARCHAR, agency_name VARCHAR, parent_agency_name VARCHAR,
        vendor_id VARCHAR, vendor_name VARCHAR, vendor_name_source VARCHAR, vendor_uei VARCHAR,
        vendor_parent_name_source VARCHAR, vendor_parent_uei VARCHAR, maker_id VARCHAR, maker_name
        VARCHAR, description VARCHAR, what VARCHAR, technology VARCHAR, type VARCHAR, technologies
        VARCHAR[], form VARCHAR, status VARCHAR, scope VARCHAR, is_counted BOOLEAN, strength
        TINYINT, rule VARCHAR, rule_title VARCHAR, evidence_field VARCHAR, evidence VARCHAR,
        against VARCHAR, decision VARCHAR, signed_date DATE, first_date DATE, last_date DATE,
        start_date DATE, end_date DATE, last_possible_end_date DATE, ordering_end_date DATE, basis
        VARCHAR, amount_scope VARCHAR, window_start DATE, window_end DATE, amount_usd {MONEY},
        amount {MONEY}, currency VARCHAR, lifetime_usd {MONEY}, ceiling_usd {MONEY},
        first_obligated_usd {MONEY}, first_ceiling_usd {MONEY}, ceiling_growth_usd {MONEY},
        transactions INTEGER, modifications INTEGER, contract_ref VARCHAR, is_grouped BOOLEAN,
        funding_agency_name VARCHAR, competition VARCHAR, offers_received INTEGER, funding
        VARCHAR, funding_kind VARCHAR, document_url VARCHAR,
        contract_vehicle VARCHAR, funding_office_name VARCHAR, solicitation_procedures
        VARCHAR, no_competition_reason VARCHAR, fair_opportunity_exception VARCHAR, set_aside
        VARCHAR, parent_award_number VARCHAR, parent_award_agency_name VARCHAR, parent_award_type
        VARCHAR, work_country VARCHAR, work_state VARCHAR, work_county VARCHAR, work_county_fips
        VARCHAR, work_city VARCHAR, vehicle_name VARCHAR, vehicle_confidence VARCHAR,
        work_place_id VARCHAR, work_place_name VARCHAR, office_name VARCHAR, psc_code VARCHAR, psc
        VARCHAR, naics_code VARCHAR, naics VARCHAR, raw_sha256 VARCHAR, raw_file VARCHAR,
        raw_member VARCHAR, raw_row BIGINT""",
    "mart.grant": f"""
        grant_id VARCHAR, source_id VARCHAR, source_key VARCHAR, source_url VARCHAR, record_kind
        VARCHAR, award_number VARCHAR, listing VARCHAR, listing_title VARCHAR, agency_id VARCHAR,
        agency_name VARCHAR, recipient_name VARCHAR, recipient_uei VARCHAR, recipient_city
        VARCHAR, recipient_county VARCHAR, recipient_state VARCHAR, place_id VARCHAR, description
        VARCHAR, first_date DATE, fiscal_year SMALLINT, last_date DATE, basis VARCHAR, amount_usd
        {MONEY}, technology VARCHAR, status VARCHAR, evidence VARCHAR""",
    "mart.subaward": f"""
        subaward_id VARCHAR, purchase_id VARCHAR, has_purchase BOOLEAN, source_id VARCHAR,
        source_url VARCHAR, record_kind VARCHAR, date DATE, basis VARCHAR, amount_usd {MONEY},
        vendor_name_source VARCHAR, description VARCHAR, prime_vendor_name_source VARCHAR,
        agency_id VARCHAR, agency_name VARCHAR, technology VARCHAR, status VARCHAR, evidence
        VARCHAR, vendor_id VARCHAR, vendor_name VARCHAR""",
    "mart.transaction": f"""
        purchase_id VARCHAR, transaction_id VARCHAR, source_id VARCHAR, date DATE,
        fiscal_year INTEGER, calendar_year INTEGER, amount_usd {MONEY}, amount {MONEY},
        currency VARCHAR, basis VARCHAR, description VARCHAR, modification_number VARCHAR,
        raw_sha256 VARCHAR, raw_file VARCHAR, raw_member VARCHAR, raw_row BIGINT""",
    "mart.evidence": """
        purchase_id VARCHAR, position INTEGER, strength TINYINT, rule VARCHAR, title VARCHAR,
        field VARCHAR, quoted VARCHAR, technology VARCHAR, type VARCHAR, scope VARCHAR,
        maker_id VARCHAR, speaks VARCHAR""",
    "mart.agency": """
        agency_id VARCHAR, agency_code VARCHAR, agency_name VARCHAR, abbreviation VARCHAR,
        place_id VARCHAR, place_name VARCHAR, parent_agency_id VARCHAR,
        parent_agency_name VARCHAR, former_names VARCHAR[], other_names VARCHAR[],
        names_in_records VARCHAR[], kind VARCHAR, level VARCHAR""",
    "mart.office": """
        office_id VARCHAR, office_name VARCHAR, agency_id VARCHAR, agency_name VARCHAR,
        purchases_bought INTEGER, purchases_paid INTEGER, counted_bought INTEGER""",
    "mart.vendor": """
        vendor_id VARCHAR, vendor_name VARCHAR, role VARCHAR, is_known BOOLEAN,
        technologies VARCHAR[], parent_name VARCHAR, former_names VARCHAR[],
        names_in_records VARCHAR[], identifiers VARCHAR[],
        parents_in_records VARCHAR[], name_traps VARCHAR, source VARCHAR,
        confidence VARCHAR""",
    "mart.place": """
        place_id VARCHAR, place_name VARCHAR, kind VARCHAR, parent_place_id VARCHAR,
        fips VARCHAR, population BIGINT, population_source VARCHAR""",
    "mart.technology": """
        technology VARCHAR, technology_name VARCHAR, definition VARCHAR, scope VARCHAR,
        position INTEGER, types STRUCT(type VARCHAR, name VARCHAR, definition VARCHAR)[]""",
    "mart.source": """
        source_id VARCHAR, title VARCHAR, publisher VARCHAR, place_id VARCHAR,
        place_name VARCHAR, url VARCHAR, licence VARCHAR, cadence VARCHAR, record_kind VARCHAR,
        basis VARCHAR, covers VARCHAR, does_not_cover VARCHAR, is_complete BOOLEAN,
        last_fetched DATE, last_good DATE, rows BIGINT, rejected BIGINT, first_date DATE,
        last_date DATE, stale_because VARCHAR, fiscal_year_begins INTEGER""",
    "mart.file": """
        source_id VARCHAR, raw_sha256 VARCHAR, raw_file VARCHAR, raw_member VARCHAR, url VARCHAR,
        fetched_at TIMESTAMP, bytes BIGINT, rows BIGINT, rejected BIGINT, layout VARCHAR,
        stamp DATE""",
    "mart.coverage": """
        source_id VARCHAR, agency_id VARCHAR, agency_name VARCHAR, place_id VARCHAR,
        first_date DATE, last_date DATE, transactions BIGINT, fiscal_years SMALLINT[],
        is_complete BOOLEAN""",
    "mart.denominator": f"""
        source_id VARCHAR, record_kind VARCHAR, agency_id VARCHAR, agency_name VARCHAR,
        place_id VARCHAR, fiscal_year INTEGER, basis VARCHAR, amount_usd {MONEY},
        amount {MONEY}, currency VARCHAR, purchases BIGINT, transactions BIGINT""",
    "mart.flag": """
        purchase_id VARCHAR, flag VARCHAR, code VARCHAR, title VARCHAR, question VARCHAR, value
        VARCHAR, evidence VARCHAR, innocent_explanation VARCHAR, is_fact BOOLEAN, version
        INTEGER""",
    "mart.flag_method": """
        flag VARCHAR, code VARCHAR, title VARCHAR, question VARCHAR, why VARCHAR, method VARCHAR,
        not_applicable VARCHAR, innocent_explanation VARCHAR, checked VARCHAR, version INTEGER,
        purchases BIGINT, examined BIGINT, raised BIGINT, raised_share DECIMAL(9,4),
        is_fact BOOLEAN""",
    "mart.change": f"""
        change_id VARCHAR, kind VARCHAR, cause VARCHAR, from_build VARCHAR, to_build VARCHAR,
        from_date DATE, to_date DATE, purchase_id VARCHAR, register VARCHAR, record_kind VARCHAR,
        source_id VARCHAR, source_url VARCHAR, award_number VARCHAR, place_id VARCHAR, place_name
        VARCHAR, agency_id VARCHAR, agency_name VARCHAR, vendor_id VARCHAR, vendor_name VARCHAR,
        maker_id VARCHAR, maker_name VARCHAR, technology VARCHAR, description VARCHAR, basis
        VARCHAR, currency VARCHAR, before_amount {MONEY}, after_amount {MONEY}, before VARCHAR,
        after VARCHAR, because VARCHAR""",
    "mart.correction": f"""
        correction_id VARCHAR, purchase_id VARCHAR, transaction_id VARCHAR, field VARCHAR, was
        VARCHAR, becomes VARCHAR, found VARCHAR, state VARCHAR, changed_by {MONEY}, reason VARCHAR,
        source VARCHAR, source_url VARCHAR, corrected_date DATE, told_date DATE, source_id VARCHAR,
        award_number VARCHAR, place_id VARCHAR, agency_id VARCHAR, agency_name VARCHAR,
        has_purchase BOOLEAN""",
    "mart.dispute": """
        dispute_id VARCHAR, purchase_id VARCHAR, vendor_id VARCHAR, agency_id VARCHAR, said_by
        VARCHAR, said_date DATE, what VARCHAR, outcome VARCHAR, outcome_date DATE, outcome_reason
        VARCHAR, correction_id VARCHAR, reply_by VARCHAR, reply_date DATE, reply VARCHAR,
        source_url VARCHAR, agency_name VARCHAR, vendor_name VARCHAR""",
    "mart.guard": """
        source_id VARCHAR, guard VARCHAR, message VARCHAR, is_held BOOLEAN, accepted_because
        VARCHAR, accepted_date DATE""",
    "mart.notice_period": """
        place_id VARCHAR, vendor_id VARCHAR, purchase_id VARCHAR, days INTEGER, what VARCHAR,
        source_title VARCHAR, source_url VARCHAR, confidence VARCHAR""",
    "mart.records_law": """
        place_id VARCHAR, law_name VARCHAR, citation VARCHAR, binds_below BOOLEAN,
        time_to_answer VARCHAR, source_title VARCHAR, source_url VARCHAR, confidence VARCHAR""",
    "core.purchase_search": "purchase_id VARCHAR, text VARCHAR",
    "core.purchase": f"""
        purchase_id VARCHAR, register VARCHAR, file_key SMALLINT, raw_row BIGINT,
        record_kind VARCHAR, source_key VARCHAR, source_url VARCHAR, award_number VARCHAR,
        agency_code VARCHAR, funding_agency_name VARCHAR, description VARCHAR, signed_date DATE,
        first_date DATE, last_date DATE, start_date DATE, end_date DATE,
        last_possible_end_date DATE, ordering_end_date DATE, office_name VARCHAR,
        first_ceiling {MONEY}, lifetime_amount {MONEY}, ceiling {MONEY},
        first_obligated {MONEY}, transactions INTEGER, modifications INTEGER,
        contract_ref VARCHAR, contract_vehicle VARCHAR, competition VARCHAR,
        offers_received INTEGER, psc_code VARCHAR, psc VARCHAR, naics_code VARCHAR,
        naics VARCHAR, vendor_key INTEGER, source_id VARCHAR, agency_id VARCHAR,
        agency_name VARCHAR, parent_agency_name VARCHAR, place_id VARCHAR, basis VARCHAR,
        amount_scope VARCHAR, amount {MONEY}, currency VARCHAR, amount_usd {MONEY}""",
    "core.terms": """
        purchase_id VARCHAR,
        funding_office_name VARCHAR, solicitation_procedures VARCHAR,
        no_competition_reason VARCHAR, fair_opportunity_exception VARCHAR, set_aside VARCHAR,
        parent_award_number VARCHAR, parent_award_agency_name VARCHAR,
        parent_award_type VARCHAR,
        work_country VARCHAR, work_state VARCHAR, work_county VARCHAR, work_county_fips VARCHAR,
        work_city VARCHAR, vehicle_name VARCHAR, vehicle_confidence VARCHAR,
        work_place_id VARCHAR""",
    "core.vendor_name": """
        vendor_key INTEGER, vendor_name VARCHAR, uei VARCHAR, duns VARCHAR, cage VARCHAR,
        parent_name VARCHAR, parent_uei VARCHAR""",
    "core.vendor": "vendor_key INTEGER, vendor_id VARCHAR, vendor_name VARCHAR, is_known BOOLEAN",
    "core.file": """
        file_key SMALLINT, source_id VARCHAR, raw_sha256 VARCHAR, raw_file VARCHAR,
        raw_member VARCHAR, fetched_at TIMESTAMP""",
    "core.transaction": f"""
        transaction_id VARCHAR, purchase_id VARCHAR, raw_row BIGINT, date DATE, amount {MONEY},
        modification_number VARCHAR, description VARCHAR""",
    "core.text": "purchase_id VARCHAR, description VARCHAR",
    "meta.build": """
        build_id VARCHAR, as_of DATE, built_at TIMESTAMP, version VARCHAR,
        duckdb_version VARCHAR, purchases BIGINT, transactions BIGINT""",
    "meta.issue": """
        source_id VARCHAR, raw_sha256 VARCHAR, raw_file VARCHAR, raw_member VARCHAR,
        raw_row BIGINT, column_name VARCHAR, value VARCHAR, kind VARCHAR, message VARCHAR""",
    "meta.quality": """
        label_set VARCHAR, measured_on DATE, technology VARCHAR, measure VARCHAR, value DOUBLE,
        low DOUBLE, high DOUBLE, n INTEGER, hits INTEGER, note VARCHAR""",
}

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create every published table, empty."""
    for schema in ("mart", "core", "meta"):
        con.execute(f"create schema {schema}")
    for table, columns in {**TABLES, **published_use_law.tables()}.items():
        con.execute(f"create table {table} ({columns})")
    for macro in published_use_law.macros():
        con.execute(macro)


def publish(home: Path, rows: Rows, build_id: str = "test") -> Path:
    """Write a published database under `home`, move the pointer to it, and return its path."""
    (home / "build").mkdir(parents=True, exist_ok=True)
    (home / "published").mkdir(parents=True, exist_ok=True)
    database = home / "build" / f"whobuys-{build_id}.duckdb"
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as con:
        con.begin()
        create_tables(con)
        for table, records in rows.items():
            for record in records:
                columns = ", ".join(f'"{name}"' for name in record)
                marks = ", ".join("?" for _ in record)
                con.execute(
                    f"insert into {table} ({columns}) values ({marks})",
                    list(record.values()),
                )
        con.commit()
    pointer = home / "published" / "current.json"
    pointer.write_text(json.dumps({"build_id": build_id, "database": database.name}))
    return database


HOSTILE_VENDOR = '<script>alert("x")</script> **BOLD** & "SONS" [click](https://example.com) 😀'
HOSTILE_WORDS = '=HYPERLINK("https://example.com","pay here") <img src=x onerror=alert(1)> $x^2$'
LONG_WORDS = "CAMERA " * 1400

SHA = "9f2c" * 16


def _transaction(purchase_id: str, number: int, day: date, amount: str) -> dict[str, Any]:
    return {
        "purchase_id": purchase_id,
        "transaction_id": f"{purchase_id}:{number}",
        "source_id": "us_federal_contracts",
        "date": day,
        "fiscal_year": day.year + (day.month >= 10),
        "calendar_year": day.year,
        "amount_usd": Decimal(amount),
        "amount": Decimal(amount),
        "currency": "USD",
        "basis": "obligated",
        "description": None if number else "BASE",
        "modification_number": str(number) if number == 0 else f"P{number:05}",
        "raw_sha256": SHA,
        "raw_file": "FY2024_070_Contracts_Full.zip",
        "raw_member": "FY2024_070_Contracts_Full_1.csv",
        "raw_row": 40 + number,
    }


AGENCIES = {
    "7012": ("U.S. Immigration and Customs Enforcement", "ICE"),
    "7014": ("U.S. Customs and Border Protection", "CBP"),
}
TECHNOLOGIES = [
    ("face-recognition", "Face recognition", "strict"),
    ("device-forensics", "Device forensics", "strict"),
    ("electronic-monitoring", "Electronic monitoring", "strict"),
    ("video-surveillance", "Video surveillance", "strict"),
    ("screening", "Screening", "related"),
]

# purchase, agency, vendor, maker, technology, status, scope, what, words, transactions
_PURCHASES: list[tuple[str, str, str, str, str, str, str, str | None, str | None, list[Any]]] = [
    ("A1", "7012", "Clearview AI", "Clearview AI", "face-recognition", "confirmed", "strict",
     "face recognition searches", "FORENSIC SOFTWARE",
     [(date(2021, 9, 1), "1500000.00"), (date(2022, 9, 1), "800000.25")]),
    ("A2", "7012", "BI Incorporated", "BI Incorporated", "electronic-monitoring", "confirmed",
     "strict", "monitoring of people out of detention", "ISAP IV",
     [(date(2021, 1, 5), "90000000.00"), (date(2023, 2, 5), "110000000.00"),
      (date(2024, 11, 5), "60000000.00")]),
    ("A3", "7014", "Cellebrite", "Cellebrite", "device-forensics", "matched", "strict",
     None, "UFED TOUCH LICENCES", [(date(2022, 3, 1), "250000.10")]),
    ("A4", "7014", HOSTILE_VENDOR, "Cellebrite", "device-forensics", "matched", "strict",
     None, HOSTILE_WORDS, [(date(2023, 3, 1), "12345.67")]),
    ("A5", "7012", "Carahsoft", "Carahsoft", "video-surveillance", "possible", "strict",
     None, LONG_WORDS, [(date(2024, 3, 1), "700000.00")]),
    ("A6", "7014", "Rapiscan", "Rapiscan", "screening", "matched", "related",
     None, "MULTI ENERGY PORTALS", [(date(2021, 9, 28), "110367609.00")]),
    ("A7", "7012", "Kharon", "Kharon", "face-recognition", "rejected", "strict",
     None, "CLEARVIEW SUBSCRIPTION", [(date(2024, 3, 1), "51000.00")]),
    ("A8", "7012", "Grayshift", "Grayshift", "device-forensics", "confirmed", "strict",
     "phone unlocking, closed out", None, [(date(2021, 3, 1), "-2800000.00")]),
    ("A9", "7014", "Cellebrite", "Cellebrite", "device-forensics", "matched", "strict",
     None, "UFED, KNOWN ONLY AS A TOTAL", []),
]  # fmt: skip


def slug(name: str) -> str:
    """Return a name as an id: lower case, hyphens between words."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _purchase(row: tuple[Any, ...]) -> dict[str, Any]:
    key, agency, vendor, maker, technology, status, scope, what, words, moves = row
    amount = sum((Decimal(value) for _, value in moves), Decimal(0))
    lifetime = not moves
    days = [day for day, _ in moves]
    return {
        "purchase_id": f"us_federal:{key}",
        "register": "us_federal",
        "record_kind": "award",
        "source_id": "us_federal_contracts",
        "source_key": key,
        "source_url": f"https://www.usaspending.gov/award/{key}/",
        "award_number": f"70CDCR{key}",
        "place_id": "us",
        "place_name": "United States",
        "agency_id": f"us_federal:{agency}",
        "agency_code": agency,
        "agency_name": AGENCIES[agency][0],
        "parent_agency_name": "Department of Homeland Security",
        "vendor_id": slug(vendor),
        "vendor_name": vendor,
        "vendor_name_source": vendor.upper(),
        "maker_id": slug(maker),
        "maker_name": maker,
        "description": words,
        "what": what,
        "technology": technology,
        "technologies": [technology],
        "form": "software",
        "status": status,
        "scope": scope,
        "is_counted": status in ("confirmed", "matched") and scope == "strict",
        "strength": 1 if status == "confirmed" else 3,
        "rule": "V12",
        "rule_title": f"the vendor {vendor} sells only this",
        "evidence_field": "vendor",
        "evidence": vendor.upper(),
        "against": "Kharon ClearView is trade-compliance data" if status == "rejected" else None,
        "decision": "Read in the starter ledger" if status == "confirmed" else None,
        "office_name": "BORDER BUYING" if key == "A3" else None,
        "first_date": min(days, default=None),
        "last_date": max(days, default=None),
        "end_date": date(2026, 9, 4),
        "basis": "obligated",
        "amount_scope": "lifetime" if lifetime else "window",
        "window_start": date(2020, 10, 1),
        "window_end": date(2025, 9, 30),
        "amount_usd": Decimal("4200000.00") if lifetime else amount,
        "amount": Decimal("4200000.00") if lifetime else amount,
        "currency": "USD",
        "lifetime_usd": Decimal("4200000.00") if lifetime else None,
        "ceiling_usd": Decimal("9200000.00") if key == "A1" else None,
        "transactions": len(moves),
        "modifications": max(len(moves) - 1, 0),
        "is_grouped": False,
        "raw_sha256": SHA,
        "raw_file": "FY2024_070_Contracts_Full.zip",
        "raw_member": "FY2024_070_Contracts_Full_1.csv",
        "raw_row": 40,
    }


def _ledger(agency_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return one purchase of the whole ledger in which no rule found anything."""
    return {
        "core.purchase": [
            {
                "purchase_id": "us_federal:Z9",
                "register": "us_federal",
                "file_key": 1,
                "raw_row": 99,
                "record_kind": "award",
                "source_key": "Z9",
                "source_url": "https://www.usaspending.gov/award/Z9/",
                "award_number": "70CDCRZ9",
                "description": "OFFICE PAPER",
                "first_date": date(2022, 1, 5),
                "last_date": date(2022, 2, 5),
                "transactions": 2,
                "modifications": 1,
                "psc_code": "7530",
                "psc": "STATIONERY AND RECORD FORMS",
                "vendor_key": 1,
                "source_id": "us_federal_contracts",
                "agency_id": agency_id,
                "agency_name": AGENCIES["7012"][0],
                "place_id": "us",
                "basis": "obligated",
                "amount_scope": "window",
                "amount": Decimal("1234.56"),
                "currency": "USD",
                "amount_usd": Decimal("1234.56"),
            }
        ],
        "core.vendor_name": [{"vendor_key": 1, "vendor_name": "ACME PAPER"}],
        "core.vendor": [
            {
                "vendor_key": 1,
                "vendor_id": "acme_paper",
                "vendor_name": "ACME PAPER",
                "is_known": False,
            }
        ],
        "core.file": [
            {
                "file_key": 1,
                "source_id": "us_federal_contracts",
                "raw_sha256": SHA,
                "raw_file": "FY2022_070_Contracts_Full.zip",
                "raw_member": "FY2022_070_Contracts_Full_1.csv",
                "fetched_at": datetime(2025, 10, 6, 12, 0),  # noqa: DTZ001
            }
        ],
        "core.transaction": [
            {
                "transaction_id": f"us_federal:Z9:{number}",
                "purchase_id": "us_federal:Z9",
                "raw_row": 99 + number,
                "date": date(2022, 1 + number, 5),
                "amount": Decimal(amount),
                "modification_number": str(number),
                "description": words,
            }
            for number, (amount, words) in enumerate(
                [("1000.00", "OFFICE PAPER"), ("234.56", "MORE OFFICE PAPER")]
            )
        ],
        "core.text": [
            {"purchase_id": "us_federal:Z9", "description": words}
            for words in ("OFFICE PAPER", "MORE OFFICE PAPER")
        ],
    }


def _grant(number: str, recipient: str, words: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "grant_id": f"us_federal:{number}",
        "source_id": "us_federal_grants",
        "source_key": number,
        "source_url": f"https://www.usaspending.gov/award/{number}/",
        "record_kind": "grant",
        "award_number": number,
        "listing": "16.738",
        "listing_title": "EDWARD BYRNE MEMORIAL JUSTICE ASSISTANCE GRANT PROGRAM",
        "agency_id": "us_federal:7012",
        "recipient_name": recipient,
        "recipient_state": "IL",
        "description": words,
        "first_date": date(2024, 3, 1),
        "fiscal_year": 2024,
        "last_date": date(2024, 3, 1),
        "basis": "obligated",
        "amount_usd": Decimal(amount),
        **more,
    }


_READERS = {
    "technology": "face-recognition", "status": "matched", "evidence": "FACIAL RECOGNITION",
}  # fmt: skip
GRANTS = [
    _grant("G1", "CITY OF SPRINGFIELD", "FACIAL RECOGNITION", "1000000.50", **_READERS),
    _grant("G2", HOSTILE_VENDOR, HOSTILE_WORDS, "250000.00"),
    _grant("G3", "COUNTY OF COOK", "OVERTIME", "-20000.00", listing="97.067",
           listing_title="HOMELAND SECURITY GRANT PROGRAM", fiscal_year=2025),
]  # fmt: skip
SUBAWARDS = [
    {
        "subaward_id": "us_federal:A1:S1",
        "purchase_id": "us_federal:A1",
        "has_purchase": True,
        "source_id": "us_federal_subawards",
        "record_kind": "subaward",
        "date": date(2022, 4, 1),
        "basis": "committed",
        "amount_usd": Decimal("40000.00"),
        "vendor_name_source": "CELLEBRITE INC",
        "vendor_id": "cellebrite",
        "vendor_name": "Cellebrite",
        "description": HOSTILE_WORDS,
        "prime_vendor_name_source": "CLEARVIEW AI",
        "agency_name": AGENCIES["7012"][0],
        "technology": "device-forensics",
        "status": "matched",
        "evidence": "CELLEBRITE INC",
    }
]


def _change(
    key: str, kind: str, cause: str, before: str | None, after: str, *, because: str | None = None
) -> dict[str, Any]:
    purchase = _purchase(next(row for row in _PURCHASES if row[0] == key))
    same = (
        "purchase_id register record_kind source_id source_url award_number place_id place_name"
        " agency_id agency_name vendor_id vendor_name maker_id maker_name technology description"
        " basis currency"
    )
    return {
        "change_id": f"{key}{kind.replace(' ', '')}",
        "kind": kind,
        "cause": cause,
        "from_build": "before",
        "to_build": "test",
        "from_date": date(2025, 9, 29),
        "to_date": date(2025, 10, 6),
        **{name: purchase[name] for name in same.split()},
        "before_amount": Decimal(before) if before else None,
        "after_amount": Decimal(after),
        "because": because,
    }


def sample_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a small published database: nine purchases by two agencies."""
    purchases = [_purchase(row) for row in _PURCHASES]
    transactions = [
        _transaction(f"us_federal:{row[0]}", number, day, amount)
        for row in _PURCHASES
        for number, (day, amount) in enumerate(row[9])
    ]
    names = sorted({row[2] for row in _PURCHASES} | {row[3] for row in _PURCHASES})
    agency_ids = {code: f"us_federal:{code}" for code in AGENCIES}
    return {
        "mart.purchase": purchases,
        "mart.transaction": transactions,
        "mart.grant": GRANTS,
        "mart.subaward": SUBAWARDS,
        "mart.evidence": [
            {
                "purchase_id": row["purchase_id"],
                "position": 1,
                "strength": row["strength"],
                "rule": row["rule"],
                "title": row["rule_title"],
                "field": "vendor",
                "quoted": row["evidence"],
                "technology": row["technology"],
                "scope": row["scope"],
                "speaks": "against" if row["status"] == "rejected" else "for",
            }
            for row in purchases
        ],
        "mart.office": [
            {
                "office_id": "us_federal:7014:BORDER BUYING",
                "office_name": "BORDER BUYING",
                "agency_id": "us_federal:7014",
                "agency_name": AGENCIES["7014"][0],
                "purchases_bought": 1,
                "purchases_paid": 0,
                "counted_bought": 1,
            }
        ],
        "mart.agency": [
            {
                "agency_id": agency_ids[code],
                "agency_code": code,
                "agency_name": name,
                "abbreviation": short,
                "place_id": "us",
                "place_name": "United States",
                "parent_agency_id": "us_federal:070",
                "parent_agency_name": "Department of Homeland Security",
                "former_names": [],
                "other_names": ["Border Patrol"] if short == "CBP" else ["HSI"],
                "names_in_records": ["CUSTOMS & BORDR PROTECTN"] if short == "CBP" else None,
            }
            for code, (name, short) in AGENCIES.items()
        ],
        "mart.vendor": [
            {
                "vendor_id": slug(name),
                "vendor_name": name,
                "role": "reseller" if name == "Carahsoft" else "maker",
                "is_known": name != HOSTILE_VENDOR,
                "technologies": [],
                "former_names": [],
                "names_in_records": [name.upper()],
                "identifiers": ["UEI E5BEYXDQYJS6"] if name == "Clearview AI" else [],
                "name_traps": "Kharon ClearView is another product"
                if name == "Clearview AI"
                else None,
                "source": "public records",
                "confidence": "high",
            }
            for name in names
        ],
        "mart.place": [
            {"place_id": "us", "place_name": "United States", "kind": "country"},
            {
                "place_id": "us_ca",
                "place_name": "California",
                "kind": "state",
                "parent_place_id": "us",
                "fips": "06",
                "population": 39538223,
            },
            {
                "place_id": "us_ca_san_francisco",
                "place_name": "San Francisco",
                "kind": "city",
                "parent_place_id": "us_ca",
                "fips": "0667000",
                "population": 873965,
            },
        ],
        "mart.technology": [
            {
                "technology": key,
                "technology_name": name,
                "definition": f"What {name.lower()} is, in one sentence.",
                "scope": scope,
                "position": position,
                "types": [],
            }
            for position, (key, name, scope) in enumerate(TECHNOLOGIES, 1)
        ],
        "mart.source": [
            {
                "source_id": "us_federal_contracts",
                "title": "USAspending contracts",
                "publisher": "U.S. Department of the Treasury",
                "place_id": "us",
                "place_name": "United States",
                "url": "https://www.usaspending.gov/download_center/award_data_archive",
                "licence": "public domain",
                "cadence": "monthly",
                "record_kind": "award",
                "basis": "obligated",
                "covers": "Contract actions of two agencies",
                "does_not_cover": "Purchases on cards, classified purchases",
                "is_complete": True,
                "last_fetched": date(2025, 10, 6),
                "last_good": date(2025, 10, 6),
                "rows": 31520,
                "rejected": 1,
                "first_date": date(2020, 10, 1),
                "last_date": date(2025, 9, 30),
                "stale_because": None,
            }
        ],
        "mart.file": [
            {
                "source_id": "us_federal_contracts",
                "raw_sha256": SHA,
                "raw_file": "FY2024_070_Contracts_Full.zip",
                "raw_member": "FY2024_070_Contracts_Full_1.csv",
                "url": "https://files.usaspending.gov/",
                "fetched_at": datetime(2025, 10, 6, 12, 0),  # noqa: DTZ001
                "bytes": 1005918,
                "rows": 31520,
                "rejected": 1,
                "layout": "transactions, 297 columns",
                "stamp": date(2025, 10, 6),
            }
        ],
        "mart.coverage": [
            {
                "source_id": "us_federal_contracts",
                "agency_id": agency_ids[code],
                "agency_name": name,
                "place_id": "us",
                "first_date": date(2020, 10, 1),
                "last_date": date(2025, 9, 30) if code == "7012" else date(2023, 9, 30),
                "transactions": 20000,
                "is_complete": True,
            }
            for code, (name, _) in AGENCIES.items()
        ],
        "mart.denominator": [
            {
                "source_id": "us_federal_contracts",
                "record_kind": "award",
                "agency_id": agency_ids["7012"],
                "agency_name": AGENCIES["7012"][0],
                "place_id": "us",
                "fiscal_year": year,
                "basis": "obligated",
                "amount_usd": Decimal("3000000000.00"),
                "amount": Decimal("3000000000.00"),
                "currency": "USD",
                "purchases": 4000,
                "transactions": 4410,
            }
            for year in range(2021, 2026)
        ],
        "core.purchase_search": [
            {
                "purchase_id": row["purchase_id"],
                "text": " ".join(
                    str(row[name] or "").upper()
                    for name in ("vendor_name", "award_number", "description")
                ),
            }
            for row in purchases
        ]
        # One purchase stands here once for each of its distinct descriptions.
        + [
            {"purchase_id": "us_federal:Z9", "text": f"ACME PAPER 70CDCRZ9 {words}"}
            for words in ("OFFICE PAPER", "MORE OFFICE PAPER")
        ],
        **_ledger(agency_ids["7012"]),
        **published_use_law.rows(agency_ids["7012"], AGENCIES["7012"][0]),
        "mart.flag": [
            {
                "purchase_id": "us_federal:A1",
                "flag": "growth-by-amendment",
                "code": "F01",
                "title": "Grown by amendment",
                "question": "Why did what this contract may cost grow by half?",
                "value": "from $4,000,000 at signing to $9,200,000, 130% more",
                "evidence": HOSTILE_WORDS,
                "innocent_explanation": "The need may have grown.",
                "is_fact": False,
                "version": 1,
            }
        ],
        "mart.flag_method": [
            {
                "flag": "growth-by-amendment",
                "code": "F01",
                "title": "Grown by amendment",
                "question": "Why did what this contract may cost grow by half?",
                "why": "It was competed at the small figure.",
                "method": "The ceiling now against the ceiling at signing.",
                "not_applicable": "No ceiling is in the record.",
                "innocent_explanation": "The need may have grown.",
                "checked": "1 May 2025, by eye: 20 of 20 read are as the method says.",
                "version": 1,
                "purchases": 6,
                "examined": 20,
                "raised": 1,
                "raised_share": Decimal("0.05"),
                "is_fact": False,
            }
        ],
        "mart.change": [
            _change(
                "A3",
                "amount changed",
                "record",
                "200000.00",
                "250000.10",
                because="1 transaction was added: 1 Mar 2022",
            ),
            _change("A4", "new purchase", "record", None, "12345.67"),
        ],
        "mart.records_law": [
            {
                "place_id": "us",
                "law_name": "Freedom of Information Act",
                "citation": "5 U.S.C. § 552",
                "binds_below": False,
                "time_to_answer": "20 working days",
                "source_title": "general knowledge of the field",
                "confidence": "unverified",
            }
        ],
        "meta.build": [
            {
                "build_id": "test",
                "as_of": date(2025, 10, 6),
                "built_at": datetime(2025, 10, 6, 12, 0),  # noqa: DTZ001
                "version": "0.1.0",
                "duckdb_version": duckdb.__version__,
                "purchases": len(purchases),
                "transactions": len(transactions),
            }
        ],
        "meta.issue": [
            {
                "source_id": "us_federal_contracts",
                "raw_sha256": SHA,
                "raw_file": "FY2024_070_Contracts_Full.zip",
                "raw_member": "FY2024_070_Contracts_Full_1.csv",
                "raw_row": 17,
                "column_name": "federal_action_obligation",
                "value": "twelve",
                "kind": "amount",
                "message": "the amount is not a number; the row was left out",
            }
        ],
        "meta.quality": [
            {
                "label_set": "800 awards of four agencies",
                "measured_on": date(2025, 10, 6),
                "technology": technology,
                "measure": measure,
                "value": value,
                "low": value - 0.04,
                "high": value + 0.03,
                "n": 200,
                "hits": int(200 * value),
                "note": None,
            }
            for technology in ("all", "face-recognition")
            for measure, value in (("precision", 0.95), ("recall", 0.88))
        ],
    }
