"""Private people never pass the raw file, and businesses stay what they are."""

import csv

import pytest

from ingest.home import PROJECT_DATA
from ingest.money_text import amount
from ingest.private_people import is_payment_to_people, is_private_person, redacted

REFERENCE = PROJECT_DATA / "reference"


@pytest.mark.parametrize(
    "name",
    ["JONES, MARY A", "Maria Lopez", "ROBERT J. O'NEILL", "Dr Chen Wei", "MARY-ANN SMITH JR",
     "LOPEZ GARCIA MARIA", "Hamilton, Xiulan", "XIMI CHEN", "BARTOLOMEU PINTO HERNANDEZ"],
)  # fmt: skip
def test_a_private_person_is_masked(name: str) -> None:
    assert is_private_person(name)


@pytest.mark.parametrize(
    "name",
    ["CLEARVIEW AI", "FLOCK SAFETY", "AXON ENTERPRISE, INC.", "MEDLINE INDUSTRIES INC", "XTECH",
     "GRAINGER", "SANTORA SALES", "JILL BARTLETT & COMPANY LTD", "MORGAN STANLEY", "Cellebrite",
     "SUSAN HAMILTON GROUP LTD.", "3M COMPANY", "JOHN DEERE", "YOUGOV PLC", "ST MARY HOSPITAL",
     "CITY OF MARY ESTHER", "CHICAGO UNITED INDUSTRIES, LIMITED", "PALANTIR", "", "   ",
     "ROBERT WALTERS", "EVE TRAKWAY", "MARY DOE TAX COLLECTOR", "ANN ROE BOOKBINDING",
     "SOLOMON,CORD,JOHNSON,"],
)  # fmt: skip
def test_a_business_is_not(name: str) -> None:
    assert not is_private_person(name)


def test_no_vendor_that_we_know_is_taken_for_a_person() -> None:
    known = []
    for name, column in (("vendor_aliases.csv", "alias"), ("vendors.csv", "vendor_name")):
        with (REFERENCE / name).open(encoding="utf-8", newline="") as handle:
            known += [row[column] for row in csv.DictReader(handle)]
    assert known
    assert [name for name in known if is_private_person(name)] == []


def test_words_of_a_refund_or_an_interpreter_lower_the_bar() -> None:
    assert not is_private_person("KWABENA OSEITUTU")
    assert is_private_person("KWABENA OSEITUTU", is_payment_to_people=True)
    assert not is_private_person("ACME TRANSLATIONS", is_payment_to_people=True)
    assert is_payment_to_people("Court interpreters, Feb")
    assert is_payment_to_people("REFUND OF PERMIT FEE")
    assert not is_payment_to_people("licence plate readers")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("camera; call Jo (312) 555-0199", "camera; call Jo [telephone removed]"),
        ("312-555-0199 or jo.doe@example.org.", "[telephone removed] or [e-mail removed]."),
        ("tel 020 7983 4000", "tel [telephone removed]"),
        ("PO 1000036842, spec 1042731, 2019-2020", "PO 1000036842, spec 1042731, 2019-2020"),
        ("contract 100-20-3000", "contract 100-20-3000"),
    ],
)
def test_e_mails_and_telephones_are_redacted(text: str, left: str) -> None:
    assert redacted(text) == left


def test_the_person_is_not_named_in_the_description_either() -> None:
    assert redacted("REFUND: SMITH, ANN", "Ann Smith") == "REFUND: a private person"
    assert redacted("refund ann smith", "SMITH, ANN") == "refund a private person"


@pytest.mark.parametrize(
    ("text", "cents"),
    [("$1,234.50", "1234.50"), ("(1,234.50)", "-1234.50"), ("1,234.50-", "-1234.50"),
     ("-$5", "-5.00"), ("$-5", "-5.00"), (".5", "0.50"), ("12.", "12.00"), ("0.1", "0.10"),
     ("1234.5600000000002", "1234.56"), ("£2 ", "2.00"), ("1,234,567", "1234567.00")],
)  # fmt: skip
def test_amounts_as_publishers_write_them(text: str, cents: str) -> None:
    assert str(amount(text)) == cents


@pytest.mark.parametrize(
    "text",
    ["", "-", "N/A", "1.5E+7", "1,23", "12,34,567", "0.005", "(5)-", "--5", "1 234", "1.2.3",
     "12345678901234567", "NaN", "$"],
)  # fmt: skip
def test_what_is_no_amount_is_none_and_never_zero(text: str) -> None:
    assert amount(text) is None


def test_amounts_with_a_comma_for_the_cents() -> None:
    assert str(amount("1.234,50 €", ",", ".")) == "1234.50"
    assert amount("1,234.50", ",", ".") is None
    assert str(amount("1 234,5", ",", " ")) == "1234.50"
