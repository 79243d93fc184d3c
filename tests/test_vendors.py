"""Vendors: identifiers first, exact aliases after, never likeness."""

import csv
from pathlib import Path

import duckdb
import pytest

from ingest.knowledge import Knowledge, load_knowledge
from ingest.vendors import define_names, resolve_vendors

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge([REFERENCE])


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("B.I. INCORPORATED", "BI"),
        ("The GEO Group, Inc.", "GEO GROUP"),
        ("C & C International Computers & Consultants Inc",
         "C AND C INTERNATIONAL COMPUTERS AND CONSULTANTS"),
        ("J'S COMMUNICATIONS, INC", "JS COMMUNICATIONS"),
        ("Société Générale S.A.", "SOCIETE GENERALE"),
        ("CREDENCE SOLUTIONS LIMITED LIABILITY COMPANY", "CREDENCE SOLUTIONS"),
        ("Global Tel*Link  Corp.", "GLOBAL TEL LINK"),
        ("CO", "CO"),
        ("", ""),
    ],
)  # fmt: skip
def test_names_are_normalised_in_one_way(name: str, normal: str) -> None:
    connection = duckdb.connect()
    define_names(connection)
    assert connection.execute("select normal_name($1)", [name]).fetchone() == (normal,)


def resolve(knowledge: Knowledge, *rows: tuple[str, str | None]) -> list[tuple[object, ...]]:
    connection = duckdb.connect()
    connection.execute(
        """create schema core;
        create table core.vendor_name (vendor_key integer, vendor_name varchar, uei varchar,
            duns varchar, cage varchar, parent_name varchar, parent_uei varchar)"""
    )
    for key, (name, uei) in enumerate(rows):
        connection.execute(
            "insert into core.vendor_name values ($1, $2, $3, null, null, null, null)",
            [key, name, uei],
        )
    resolve_vendors(connection, knowledge)
    return connection.execute(
        "select vendor_id, matched_by, is_ambiguous, is_known from core.vendor order by vendor_key"
    ).fetchall()


def test_an_identifier_decides_before_the_name(knowledge: Knowledge) -> None:
    (row,) = resolve(knowledge, ("SOMETHING ELSE LLC", "E5BEYXDQYJS6"))
    assert row == ("clearview_ai", "uei", False, True)


def test_an_exact_alias_decides_and_likeness_never_does(knowledge: Knowledge) -> None:
    rows = resolve(
        knowledge, ("CELLEBRITE, INC.", None), ("CELEBRITE INC", None), ("Clearview AI Inc", None)
    )
    assert rows[0] == ("cellebrite", "alias", False, True)
    assert rows[1] == ("celebrite", "name", False, False)
    assert rows[2] == ("clearview_ai", "alias", False, True)


def test_makers_that_readings_name_shortly_are_the_vendors_we_know(knowledge: Knowledge) -> None:
    with (REFERENCE.parent / "starter" / "readings.csv").open(encoding="utf-8") as stream:
        named = {row["maker"] for row in csv.DictReader(stream)}
    known = {
        "Palantir": "palantir_technologies",
        "Flashpoint (EJ2 Communications)": "flashpoint",
        "Pen-Link (Cobwebs)": "pen_link",
    }
    assert known.keys() <= named
    found = resolve(knowledge, *((name, None) for name in known))
    assert [row[0] for row in found] == list(known.values())
    # Another business of that name, which draws web pages.
    assert resolve(knowledge, ("PALANTIR.NET, INC.", None))[0][3] is False


def test_the_name_after_doing_business_as_is_tried(knowledge: Knowledge) -> None:
    rows = resolve(
        knowledge,
        ("FLOCK GROUP INC D/B/A FLOCK SAFETY", None),
        ("Smith Holdings LLC DBA ShotSpotter Inc", None),
    )
    assert [row[0] for row in rows] == ["flock_safety", "soundthinking"]


def test_an_ambiguous_name_is_marked(knowledge: Knowledge) -> None:
    (row,) = resolve(knowledge, ("CLEARVIEW", None))
    assert row == ("clearview_ai", "alias", True, True)


def test_namesakes_are_other_vendors(knowledge: Knowledge) -> None:
    names = [
        "1NTEGER LLC", "PARAGON SYSTEMS INC", "PARAGON SOLUTIONS (US) INC", "AXONIUS INC",
        "BI2 TECHNOLOGIES, LLC", "B.I. INCORPORATED", "INSIGHT PUBLIC SECTOR",
        "WATCHGUARD TECHNOLOGIES INC", "THE GEO GROUP, INC.",
    ]  # fmt: skip
    found = [row[0] for row in resolve(knowledge, *((name, None) for name in names))]
    assert found == [
        "kharon", "paragon_systems", "paragon_solutions", "axonius", "bi2_technologies",
        "bi_incorporated", "insight_public_sector", "watchguard_technologies", "geo_group",
    ]  # fmt: skip


def test_spellings_of_an_unknown_vendor_are_one_vendor(knowledge: Knowledge) -> None:
    rows = resolve(knowledge, ("Nobody Knows, Inc.", None), ("NOBODY KNOWS LLC", None))
    assert rows[0][0] == rows[1][0] == "nobody_knows"


def vendors_of(
    knowledge: Knowledge, *rows: tuple[str, str | None, str | None]
) -> list[tuple[object, ...]]:
    """Return vendor and whether it is known, for names with their UEI and DUNS."""
    connection = duckdb.connect()
    connection.execute(
        "create schema core; create table core.vendor_name (vendor_key int, vendor_name varchar,"
        " uei varchar, duns varchar, cage varchar, parent_name varchar, parent_uei varchar)"
    )
    for key, (name, uei, duns) in enumerate(rows, start=1):
        connection.execute(
            "insert into core.vendor_name values ($1, $2, $3, $4, null, null, null)",
            [key, name, uei, duns],
        )
    resolve_vendors(connection, knowledge)
    return connection.execute(
        "select vendor_id, vendor_name, is_known from core.vendor order by vendor_key"
    ).fetchall()


def test_two_names_under_one_number_are_one_vendor(knowledge: Knowledge) -> None:
    # As ICE recorded it in fiscal year 2013, once with its name cut short.
    cut, whole = "SPECTRUM SECURITY SERVICES, IN", "SPECTRUM SECURITY SERVICES, INC."
    found = vendors_of(knowledge, (cut, None, "618954465"), (whole, None, "618954465"))
    assert found == [("spectrum_security_services", cut, False)] * 2
    apart = vendors_of(knowledge, (cut, None, "618954465"), (whole, None, "000000001"))
    assert len({vendor for vendor, *_ in apart}) == 2


def test_what_one_name_is_known_to_be_the_others_under_its_number_are(
    knowledge: Knowledge,
) -> None:
    found = vendors_of(
        knowledge, ("CELLEBRITE INC", "AAAAAAAAAAA1", None), ("SUN RISE LLC", "AAAAAAAAAAA1", None)
    )
    assert [row[0] for row in found] == ["cellebrite", "cellebrite"]
    assert all(is_known for *_, is_known in found)


def test_a_number_of_many_names_makes_nobody_one(knowledge: Knowledge) -> None:
    many = [(f"FOREIGN AWARDEE {letter}", None, "123456787") for letter in "ABCDEFG"]
    assert len({row[0] for row in vendors_of(knowledge, *many)}) == len(many)
