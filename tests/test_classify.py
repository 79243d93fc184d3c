"""Classification: strengths, namesakes, contradictions, parents, makers, forms, evidence."""

from pathlib import Path

import duckdb
import pytest

from ingest.classify import Knowledge, classify, load_knowledge, why_not
from ingest.likeness import rank
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


def test_a_product_is_possible_where_nobody_knows_who_bought_it(knowledge: Knowledge) -> None:
    words = "CLEARVIEW AI LICENSE"
    assert is_counted(verdict(knowledge, "ACME", words, "Sheriff"))
    assert verdict(knowledge, "ACME", words, "Library") == {}
    found = verdict(knowledge, "ACME", words, "")
    assert (found["status"], found["strength"]) == ("possible", 6)
    assert (found["technology"], found["evidence"]) == ("face-recognition", "CLEARVIEW AI")
    # The record itself may say what the buyer's name would have.
    assert is_counted(verdict(knowledge, "ACME", f"{words} FOR POLICE", ""))
    assert verdict(knowledge, "ACME", f"{words} EYE CLINIC", "") == {}
    # It is no second sign for a vendor that sells other things too.
    assert is_counted(verdict(knowledge, "TRANSUNION", "TLO ACCESS", "Sheriff"))
    assert verdict(knowledge, "TRANSUNION", "TLO ACCESS", "")["status"] == "possible"
    why = why_not({"vendor": "ACME", "description": words}, knowledge)
    assert (why.status, why.counted) == ("possible", False)
    assert any("the record does not say who bought it" in sentence for sentence in why.sentences)


def test_a_false_friend_rejects_and_is_shown(knowledge: Knowledge) -> None:
    found = verdict(knowledge, "WEST PUBLISHING CORPORATION", "IMMIGRATION LAW BOOKS")
    assert found["status"] == "rejected"
    assert "“IMMIGRATION LAW”" in str(found["against"])


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
        ("order-3", "award", "SOME DISTRIBUTOR", "schedule", True),
    )
    resolve_vendors(connection, knowledge)
    classify(connection, knowledge)
    rows = connection.execute(
        "select purchase_id, technology, rule, field from evidence.verdict order by purchase_id"
    ).fetchall()
    assert ("order-1", "device-forensics", "parent-contract", "parent contract") in rows
    forms = connection.execute(
        "select form_evidence from evidence.verdict where purchase_id = 'order-1'"
    ).fetchall()
    assert forms == [("as the contract",)]
    assert "order-2" not in {row[0] for row in rows}
    # The order says itself that its contract has one holder.
    assert "order-3" in {row[0] for row in rows}


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


def test_what_others_made_stays_and_nothing_temporary_is_left_behind(knowledge: Knowledge) -> None:
    connection = ledger(("one", "award", "CELLEBRITE INC", None, False))
    connection.execute("create temp table of_somebody_else (note varchar)")
    resolve_vendors(connection, knowledge)
    classify(connection, knowledge)
    left = connection.execute("select table_name from duckdb_tables() where temporary").fetchall()
    assert left == [("of_somebody_else",)]


def reasons(knowledge: Knowledge, vendor: str, description: str, psc: str = "") -> list[str]:
    """Return the titles of the reasons for a record, those of the verdict's rule first."""
    connection = classified(
        knowledge,
        {"agency": [ICE], "vendor": [vendor], "description": [description], "psc": [psc or None]},
    )
    return [
        row[0]
        for row in connection.execute(
            "select reason.title from evidence.reason as reason "
            "left join evidence.verdict as verdict using (purchase_id) "
            "where speaks = 'for' "
            "order by reason.rule is distinct from verdict.rule, reason.strength, reason.title"
        ).fetchall()
    ]


@pytest.mark.parametrize(
    ("vendor", "description", "psc", "title"),
    [
        ("FCN, INC.", "GRAYKEY LICENSE", "",
         "the description names GRAYKEY LICENSE, a device forensics product of Magnet Forensics"),
        ("CLEARVIEW AI", "LICENSES", "",
         "Clearview AI sells face recognition, and nothing else that we know of"),
        ("SENTRILLION", "CAMERAS FOR THE PORT", "",
         "Sentrillion sells video surveillance, and the description says “CAMERAS”"),
        ("ACME", "BODY WORN CAMERAS", "",
         "the description says “BODY WORN CAMERAS”, which means body-worn and in-car cameras"),
        ("AXON ENTERPRISE, INC.", "DELIVERY OF ALL ITEMS",
         "VIDEO RECORDING AND REPRODUCING EQUIPMENT",
         ("Axon Enterprise sells body-worn and in-car cameras among other things, "
         "and the product code is “VIDEO RECORDING AND REPRODUCING EQUIPMENT”")),
        ("PALANTIR TECHNOLOGIES", "RENEWAL", "",
         ("Palantir Technologies sells analytics, "
         "and nothing in the record speaks of its other goods")),
    ],
)  # fmt: skip
def test_titles_can_be_read_aloud(
    knowledge: Knowledge, vendor: str, description: str, psc: str, title: str
) -> None:
    assert title in reasons(knowledge, vendor, description, psc)


def test_no_title_holds_a_template_an_id_or_the_word_other_as_a_technology(
    knowledge: Knowledge,
) -> None:
    ids = {row.technology for row in knowledge.technologies if "-" in row.technology}
    connection = classified(
        knowledge,
        {
            "agency": [example.agency or None for example in knowledge.examples],
            "vendor": [example.vendor or None for example in knowledge.examples],
            "description": [example.description or None for example in knowledge.examples],
        },
    )
    for (title,) in connection.execute("select distinct title from evidence.reason").fetchall():
        words = title.split("“")[0]
        assert "{" not in title
        assert not words.endswith(" other")
        assert "mean other" not in title
        assert not {word for word in words.split() if word in ids - {"cell-site-simulators"}}, title


def test_words_in_passing_are_only_possible(knowledge: Knowledge) -> None:
    duties = [
        "PROGRAM MANAGEMENT SERVICES FOR THE OFFICE", "FUNDING OF PORTFOLIO SERVICES FOR HQ",
        "SOFTWARE DEVELOPMENT AND DELIVERY FOR THE OFFICE", "CHANGE OF PLANNING SERVICES STAFF",
        "AGILE COACHING OF TEAMS IN DALLAS", "REPORTS ON THE BODY WORN CAMERA PROGRAM",
    ]  # fmt: skip
    found = verdict(knowledge, "ACME CONSULTING", " | ".join(duties))
    assert found["status"] == "possible"
    assert "only 1 of 6 descriptions" in str(found["against"])
    assert is_counted(verdict(knowledge, "ACME CONSULTING", " | ".join(reversed(duties))))
    listed = "LOGISTICS SUPPORT | UPKEEP OF X-RAY, RADIATION PORTALS, RADIOS, SURVEILLANCE SYSTEMS"
    assert not is_counted(verdict(knowledge, "ACME LOGISTICS", listed))


@pytest.mark.parametrize(
    ("vendor", "description", "psc"),
    [
        ("MVM, INC.", "UNACCOMPANIED CHILDREN TRANSPORTATION SERVICES", "HOUSEKEEPING- GUARD"),
        ("MVM, INC.", "DETENTION MANAGEMENT SERVICES", "HOUSEKEEPING- GUARD"),
        ("TRIBALCO LLC", "TACCOM MOBILE RADIOS", ""),
        ("MOTOROLA SOLUTIONS, INC.", "PORTABLE RADIOS", ""),
        ("L3HARRIS TECHNOLOGIES, INC.", "PORTABLE RADIOS XG-100", ""),
        ("AXON ENTERPRISE, INC.", "ELECTRONIC CONTROL WEAPON SUPPLIES", "MISCELLANEOUS WEAPONS"),
        ("OPEN TEXT INC.", "TESTING SERVICE", ""),
        ("THE MITRE CORPORATION", "CYBER THREAT INTELLIGENCE PLATFORM", ""),
        ("STELLA JV, LLC", "DATA ANALYTICS PLATFORMS", ""),
        ("INDEV LLC", "VISUALIZATION SERVICES, TRACKER", ""),
        ("ASSET PROTECTION & SECURITY SERVICES", "APSS GUARD SERVICES", ""),
    ],
)
def test_other_goods_of_a_known_vendor_are_not_even_possible(
    knowledge: Knowledge, vendor: str, description: str, psc: str
) -> None:
    found = verdict(knowledge, vendor, description, psc=psc)
    assert (found.get("status"), found.get("scope")) not in (
        ("possible", "strict"),
        ("matched", "strict"),
    )


# Facts of the research registry, retyped: names and words that look like hits and are none.
TRAPS = """
CLEARVIEW HEALTHCARE PARTNERS LLC|CONSULTING; CLEARVIEW WINDOWS|WINDOW REPLACEMENT; ACME|CLEARVIEW STREET PAVING;
1NTEGER LLC|KHARON CLEARVIEW; CLEARVIEW FEDERAL CREDIT UNION|DUES; ACME|NEC ELECTRICAL CODE BOOKS;
DATA WORKS|GENERAL DATA WORKS; THALES AVIONICS|AVIATION PARTS; AWARE FOUNDATION|AWARENESS TRAINING;
UNISYS CORPORATION|MAINFRAME MAINTENANCE; THORN LIGHTING|LAMPS; ANDE COUNTY|FEES; FLOCK HOMES|RENT;
GOOD SHEPHERD FLOCK CHURCH|SHELTER; ACME|POULTRY FLOCK TESTING; ACME|AERODROME LIGHTS;
VIGILANT GUARD|PATROL; ACME|VIGILANT STAFF; DRN CONTRACTING|PAVING; LEONARDO HELICOPTERS|HELICOPTER PARTS;
LEONARDO DRS|TANK SIGHTS; ACME|COMMUNITY CONNECT PROGRAM; INSIGHT ENTERPRISES|LAPTOPS;
AXONIUS INC|LICENSES; AXONICS INC|IMPLANTS; ACME|AXON REGENERATION STUDY; PREPARED FOODS|MEALS;
ACME|CARBYNE CHEMISTRY; WATCHGUARD TECHNOLOGIES|FIREWALL; GETAC INC|RUGGED LAPTOPS; PACIFIC UTILITY INC|ELECTRIC BILL;
ACME|MILESTONE PAYMENT; ACME|RHOMBUS TILES; PALANTIR TECHNOLOGIES|VACCINE LOGISTICS DATA;
PEREGRINE ENGINEERING|BRIDGE DESIGN; ACME|PEREGRINE FALCON NEST BOX; HEXAGON METROLOGY|SURVEYING EQUIPMENT;
TYLER TECHNOLOGIES|FINANCE SOFTWARE; ACME|NICHE MARKET STUDY; IBM|MAINFRAME; SDS SAFETY|SAFETY DATA SHEETS;
AUTEL|CAR SCAN TOOL; ACME|PALADIN PAINT; ACME|PARROT FOOD; TELEDYNE FLIR|THERMAL CAMERA FOR MAINTENANCE;
ANDURIL INDUSTRIES|MISSILE COMPONENTS; ELBIT SYSTEMS OF AMERICA|HELMET DISPLAYS; GENERAL DYNAMICS|LAPTOPS;
WILL-BURT COMPANY|BROADCAST MAST; HARRIS COUNTY|FEES; HARRIS JANITORIAL|CLEANING; JACOBS TECHNOLOGY|BASE OPERATIONS;
ACME|TACTICAL SUPPORT EQUIPMENT POUCHES; ACME|GLADIATOR SHOES; ACME|SPIDER COBWEBS REMOVAL; JSI RESEARCH|HEALTH STUDY;
VERINT AMERICAS|CALL CENTER SOFTWARE; MVM, INC.|DETAINEE TRANSPORT; PARAGON SYSTEMS INC|GUARD SERVICES;
PARAGON PROFESSIONAL SERVICES|TRANSPORT; ACME|CELEBRATE HERITAGE; ACME|REFRIGERATOR MAGNETS; ACME|MAGNET SCHOOL;
AIRGAS|OXYGEN CYLINDERS; OPEN TEXT INC|CONTENT MANAGEMENT; LEXISNEXIS MATTHEW BENDER|LAW BOOKS;
WEST PUBLISHING CORPORATION|WESTLAW AND CHECKPOINT; TRANSUNION|PRE-EMPLOYMENT CREDIT CHECKS;
EQUIFAX|EMPLOYMENT VERIFICATION FOR BENEFIT ELIGIBILITY; CHILDREN'S CHORUS|CHOIR CONCERT; IDI CONSULTING|DESIGN;
ACME|GRAVY MIX; ACME|BABEL STREET REPAIR AT 5 STREET LAMP POLES IN TOWN OF BABEL; ACME|A6 PAPER; ACME|FOG LIGHTS;
ACME|NEAR THE LAKE; APPTOPIA|APP MARKET REPORT; ACME|SHADOW DRAGONS GAME; ACME|GIANT OAK TREE REMOVAL;
ACME|VOYAGER SPACE PROBE; ACME|FLASH POINT TESTER; RECORDED FUTURE|CYBER THREAT FEED FOR THE NETWORK TEAM;
MELTWATER|PRESS CLIPPING; HOOTSUITE|SOCIAL MEDIA MANAGEMENT; SPROUT SOCIAL|SOCIAL MEDIA MANAGEMENT;
ARCHIVE SOCIAL|SOCIAL MEDIA ARCHIVING; SOS INTERNATIONAL|TRANSLATION; ACME|ELLIPTIC CURVES; AUTHENTIC8|SECURITY KEYS;
ACME|FIRE SIREN REPAIR; SAYARI|TRADE DATA; KHARON|CLEARVIEW; PERSONA|COMMON WORDS; BI2 TECHNOLOGIES LLC|ELECTRIC FUSES;
ACME|BUSINESS INTELLIGENCE (BI) TOOL; ACME|SCRAM SYSTEM VALVE; THE GEO GROUP, INC.|DETENTION SERVICES;
ADS TACTICAL|BOOTS; ACME|LEO OFFICER UNIFORMS; VOLT ELECTRIC|WIRING; AMERICAN SCIENCE AND ENGINEERING|CARGO SCAN;
ACME|TREE BARK; ACME|RAPTOR AIRCRAFT PARTS; ACME|O RING KIT; AMAZON WEB SERVICES|CLOUD HOSTING; MICROSOFT|OFFICE LICENSES;
CITIZEN WATCH|WATCHES; ACME|SAXOPHONE; ACME|BLIMP; LEIDOS|RESEARCH; SAIC|HELP DESK; RAYTHEON|MISSILES;
BATTELLE|DISEASE SURVEILLANCE; ACCENTURE FEDERAL SERVICES|PAYROLL SYSTEM; BOOZ ALLEN HAMILTON|AUDIT SUPPORT;
AMENTUM|BASE UPKEEP; NORTHROP GRUMMAN|RADIOS; CARAHSOFT TECHNOLOGY CORP|ADOBE LICENSES; PANAMERICA COMPUTERS|TONER;
GOVERNMENT ACQUISITIONS|SERVERS; FOUR INC|STORAGE; STERLING COMPUTERS|LAPTOPS; COUNTERTRADE PRODUCTS|PRINTERS;
CDW GOVERNMENT|CABLES; INSIGHT PUBLIC SECTOR|LICENSES; SHI INTERNATIONAL|LICENSES; PRESIDIO|ROUTERS;
WORLD WIDE TECHNOLOGY|SWITCHES; ZONES|MONITORS; CONNECTION PUBLIC SECTOR|LAPTOPS; BLUE TECH INC|SOFTWARE;
SOURCEWELL|FEE; OMNIA PARTNERS|FEE; NASPO VALUEPOINT|FEE; HGACBUY|FEE; BUYBOARD|FEE; TIPS|FEE;
SIGMA DEFENSE|STINGRAY; ACME|STINGRAY BOAT MOTOR; ACME|HAILSTORM DAMAGE TO ROOF; ACME|TRIGGERFISH LURES;
ACME|PEGASUS BRIDGE REPAIR; ACME|GRAPHITE PENCILS; ACME|CROWDSTRIKE FALCON; ACME|CLEAR PLUS MEMBERSHIP;
ACME|FACIAL CARE KIT; ACME|LPR LINE PRINTER; ACME|LIQUID PROPELLANT LPR; ACME|NETWORK PACKET CAPTURE;
ACME|WEATHER RADAR; ACME|ENDOSCOPY BODY CAMERA; ACME|PENETRATION TESTING; ACME|PARCEL TRACKING; ACME|TLS DECRYPTION APPLIANCE;
ACME|FORENSIC NURSE EXAMINER; ACME|WILDLIFE GPS COLLARS; ACME|BALLISTIC MISSILE INTERCEPT; ACME|SPINAL FUSION;
ACME|SHOT PEENING; ACME|WEB ANALYTICS; ACME|POST MARKET DRUG SURVEILLANCE; ACME|QUALITY ASSURANCE SURVEILLANCE PLAN;
ACME|PREDICTIVE MAINTENANCE; ACME|TELEPHONE WIRE; ACME|COURT INTERPRETERS; ACME|IRIS BULBS; ACME|OPHTHALMOLOGY EQUIPMENT;
ACME|VEHICLE DIAGNOSTIC SCANNERS; ACME|MEETING ROOM AUDIO; ACME|FLEET TELEMATICS; ACME|PARKING PERMIT SYSTEM;
ACME|PLAIN SPEED TRAILERS; ACME|AGRICULTURAL DRONES; ACME|TARGET DRONES; ACME|BIOMETRIC TIME CLOCK; ACME|VPN FOR STAFF;
ACME|APPLICANT FINGERPRINT SERVICES; ACME|CLOUD MIGRATION SERVICES; ACME|TRAFFIC SIGNAL CAMERAS; ACME|ALARM MONITORING
"""  # noqa: E501


def test_no_trap_of_the_registry_is_counted(knowledge: Knowledge) -> None:
    traps = [tuple(trap.strip().split("|")) for trap in TRAPS.split(";")]
    exclusive = {"BI2 TECHNOLOGIES LLC", "SAYARI", "AMERICAN SCIENCE AND ENGINEERING"}
    traps = [trap for trap in traps if trap[0] not in exclusive]
    for agency in (ICE, "Police Department", "Department of Public Works"):
        connection = classified(
            knowledge,
            {
                "agency": [agency] * len(traps),
                "vendor": [vendor for vendor, _ in traps],
                "description": [description for _, description in traps],
            },
        )
        counted = connection.execute(
            "select purchase_id::integer, rule, evidence from evidence.verdict "
            "where status = 'matched' and scope = 'strict'"
        ).fetchall()
        assert [(traps[place], rule, words) for place, rule, words in counted] == []


def test_why_not_says_what_was_looked_for_and_what_spoke_against(knowledge: Knowledge) -> None:
    found = why_not(
        {"agency": "Water Department", "vendor": "ACME", "description": "LICENSES"}, knowledge
    )
    assert (found.status, found.counted) == ("not touched", False)
    assert "The vendor “ACME” is none that we know" in found.sentences[0]
    assert any("None of the products" in sentence for sentence in found.sentences)
    near = why_not({"agency": "Library", "vendor": "X", "description": "CLEARVIEW AI"}, knowledge)
    assert any("counts only for certain buyers" in sentence for sentence in near.sentences)
    friend = why_not(
        {"agency": ICE, "vendor": "1NTEGER LLC", "description": "KHARON CLEARVIEW LICENSE"},
        knowledge,
    )
    assert not friend.counted
    assert any("Kharon" in sentence for sentence in friend.sentences)
    assert why_not({"vendor": "CLEARVIEW AI"}, knowledge).counted


def test_likeness_orders_the_rest_and_is_the_same_twice(knowledge: Knowledge) -> None:
    descriptions = (
        ["LICENSE PLATE READER CAMERA FOR POLICE", "GUNSHOT DETECTION SENSOR NETWORK"] * 4
        + ["OFFICE PAPER", "SEWER REPAIR"] * 4
        + ["PLATE CAMERA SENSOR FOR POLICE"]
    )
    connection = classified(knowledge, {"description": descriptions})
    assert rank(connection, most=5) == 5
    first = connection.execute("select * from evidence.likeness order by likeness desc").fetchall()
    assert first[0][0] == "16"
    rank(connection, most=5)
    again = connection.execute("select * from evidence.likeness order by likeness desc").fetchall()
    assert first == again
    assert connection.execute("select count(*) from evidence.verdict").fetchone() == (8,)
