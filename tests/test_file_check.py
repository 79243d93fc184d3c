"""Check your own file: columns guessed and put right, verdicts, downloads, clear errors."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from dashboard import data, file_check
from ingest.classify import TableError
from tests.published import publish, sample_rows

ROWS = (
    "Dept,Payee,Purpose,Total\n"
    'Police,"CLEARVIEW AI, INC.",Annual licence,"12,500.00"\n'
    "Police,ACME PAPER,Office paper,90\n"
    "Police,GALLS LLC,=HYPERLINK(1),-12.50\n"
    "Police,SHOTSPOTTER INC,Gunshot detection service,100000\n"
)


@pytest.fixture
def build(home: Path) -> data.Build:
    publish(home, sample_rows())
    return data.current()


def checked(build: data.Build, **columns: str) -> file_check.Checked:
    table = file_check.read("city.csv", ROWS.encode())
    return file_check.check(build, table, columns or file_check.guessed(table))


def test_columns_are_guessed_from_their_names() -> None:
    table = file_check.read("city.csv", ROWS.encode())
    assert file_check.guessed(table)["vendor"] == "Payee"
    assert file_check.guessed(table)["description"] == "Purpose"


def test_rows_come_back_with_verdict_and_words(build: data.Build) -> None:
    found = checked(build).of_kind("Surveillance technology")
    assert [number for number, _ in found] == [2, 5]
    result = checked(build)
    assert result.verdict(found[0][1], "technology") == "face-recognition"
    assert "CLEARVIEW" in str(result.verdict(found[0][1], "evidence")).upper()
    assert sum(len(result.of_kind(kind)) for kind in file_check.KINDS) == 4


def test_a_column_set_aside_is_not_guessed_again(build: data.Build) -> None:
    result = checked(build, description="Purpose")
    assert [number for number, _ in result.of_kind("Surveillance technology")] == [5]
    assert result.header[:4] == ("Dept", "Payee", "Purpose", "Total")


def test_the_answer_counts_rows_and_adds_their_amounts(build: data.Build) -> None:
    said = "".join(getattr(part, "text", part) for part in file_check.answer(checked(build)))
    assert said.startswith("Of 4 rows, two rows name surveillance technology, with 112,500")


def test_downloads_hold_every_row_and_no_formula(build: data.Build) -> None:
    result = checked(build)
    rows = list(csv.reader(io.StringIO(file_check.as_csv(result).decode("utf-8-sig"))))
    assert len(rows) == 5
    assert rows[3][2] == "'=HYPERLINK(1)"
    assert rows[3][3] == "-12.50"
    book = load_workbook(io.BytesIO(file_check.as_xlsx(result)))
    assert not [cell for row in book["rows"] for cell in row if cell.data_type == "f"]
    assert book["rows"].max_row == 5


def test_a_workbook_is_read_like_a_csv(build: data.Build) -> None:
    book = Workbook()
    for line in csv.reader(io.StringIO(ROWS)):
        book.active.append([cell.removeprefix("=") for cell in line])
    file = io.BytesIO()
    book.save(file)
    table = file_check.read("city.xlsx", file.getvalue())
    result = file_check.check(build, table, file_check.guessed(table))
    assert len(result.of_kind("Surveillance technology")) == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"vendor\n", "no rows under it"),
        ("a.csv", b"<!DOCTYPE html><html>", "is a web page"),
        ("a.xlsx", b"PK\x03\x04 broken", "cannot be read as XLSX"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "old Excel file"),
        ("a.csv", b"vendor\n" + b"x\n" * 200_001, "200,000 can be checked at once"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(name: str, content: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said):
        file_check.read(name, content)
