"""The file check: any table of purchases, its columns unchanged, ours after them."""

import csv
from pathlib import Path

import openpyxl
import pytest

from ingest.classify_file import ADDED, classify_file, find_columns
from ingest.spreadsheet import TableError, harmless, read_table, write_table


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_csv_keeps_its_columns_and_gains_ours(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text(
        "PO Number,Department,Supplier Name,Purpose,Total\n"
        "1,Police Department,Flock Group Inc,Annual fee,1000.00\n"
        "2,Police Department,Acme,Office chairs,-5\n",
        "utf-8",
    )
    out = tmp_path / "out.csv"
    result = classify_file(given, out)
    assert result.columns["vendor"] == "Supplier Name"
    first, second = rows_of(out)
    assert list(first) == ["PO Number", "Department", "Supplier Name", "Purpose", "Total", *ADDED]
    assert (first["status"], first["technology"]) == ("matched", "license-plate-readers")
    assert first["vendor_id"] == "flock_safety"
    assert (second["status"], second["Total"]) == ("", "-5")
    assert (result.matched, result.related, result.possible) == (1, 0, 0)


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("cp1252", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("latin-1", "|")],
)
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    given = tmp_path / "given.csv"
    lines = [["Vendor", "Description"], ["Café Müller", "ShotSpotter"]]
    given.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    out = tmp_path / "out.csv"
    classify_file(given, out)
    (row,) = rows_of(out)
    assert row["Vendor"] == "Café Müller"
    assert row["technology"] == "gunshot-detection"


def test_xlsx_in_and_out(tmp_path: Path) -> None:
    given = tmp_path / "given.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Vendor", "Amount"])
    sheet.append(["Cellebrite Inc", 12.5])
    book.save(given)
    out = tmp_path / "out.xlsx"
    classify_file(given, out)
    lines = list(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    assert lines[1][:2] == ("Cellebrite Inc", 12.5)
    assert "device-forensics" in lines[1]


def test_without_a_column_of_buyers_a_product_waits_for_a_person(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("Item\nClearview AI licence\nGrayKey licence\nDesks\n", "utf-8")
    result = classify_file(given, tmp_path / "out.csv")
    assert (result.matched, result.possible) == (1, 1)
    statuses = [row["status"] for row in rows_of(tmp_path / "out.csv")]
    assert statuses == ["possible", "matched", ""]


def test_formulas_come_out_harmless(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text('Vendor,Note,Sum\n"=cmd()","@x","-1,250.50"\n+evil,\tx,+7\n', "utf-8")
    for name in ("out.csv", "out.xlsx"):
        classify_file(given, tmp_path / name)
        rows = read_table(tmp_path / name).rows
        assert rows[0][:3] == ["'=cmd()", "'@x", "-1,250.50"]
        assert rows[1][:3] == ["'+evil", "'\tx", "+7"]
    assert harmless("\rx") == "'\rx"
    assert harmless(-3) == -3


def test_missing_columns_are_named_with_the_way_out(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("Paid To,What For\nCellebrite Inc,kit\n", "utf-8")
    with pytest.raises(TableError, match="`Paid To`, `What For`"):
        classify_file(given, None)
    result = classify_file(given, tmp_path / "out.csv", columns={"vendor": "Paid To"})
    assert result.matched == 1
    with pytest.raises(TableError, match="Did you mean `Paid To`"):
        find_columns(["Paid To"], {"vendor": "Paid Too"})
    with pytest.raises(TableError, match="is no column that can be named"):
        find_columns(["Paid To"], {"seller": "Paid To"})


def test_a_column_of_the_file_that_has_our_name_is_kept(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("vendor,status\nCellebrite Inc,paid\n", "utf-8")
    out = tmp_path / "out.csv"
    classify_file(given, out)
    (row,) = rows_of(out)
    assert (row["status"], row["whobuys_status"]) == ("paid", "matched")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"\xd0\xcf\x11\xe0old", "old Excel file"),
        (b"PK\x03\x04broken", "cannot be read as XLSX"),
        (b"a\x00b", "neither CSV nor XLSX"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=reason):
        read_table(path)
    with pytest.raises(TableError, match="no such file"):
        read_table(tmp_path / "absent.csv")


def test_the_result_needs_a_known_ending(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"ends in \.csv or \.xlsx"):
        write_table(tmp_path / "out.pdf", ["a"], [])


def test_short_rows_and_a_table_of_no_rows(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("vendor,description\nCellebrite Inc\n", "utf-8")
    assert classify_file(given, tmp_path / "out.csv").matched == 1
    given.write_text("vendor,description\n", "utf-8")
    assert classify_file(given, tmp_path / "out.csv").rows == []
