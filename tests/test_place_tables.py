"""Tables of places, in every shape they come in: each row goes on, is left out, or is an issue."""

import gzip
import io
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from ingest.adapters.pages import FetchNote, write_pages
from ingest.add import Added
from ingest.build import build
from ingest.errors import SourceError
from ingest.home import Home
from tests.place_tables import CONTRACTS, PAYMENTS, add_table, home_with

pytestmark = pytest.mark.data

HEADER = "Department,Vendor,Award Amount,Approved,Revision,Title,Contract Number,Address\n"
ROW = 'POLICE,"ACME CAMERAS, INC.","$1,250.50",2025-03-21,0,"two\ncameras",C-1,1 Main St\n'
GOOD = HEADER + ROW


def staged(home: Home, added: Added) -> list[dict[str, object]]:
    table = added.manifest.tables[0]
    found = duckdb.sql(
        f"from read_parquet('{home.staged / added.manifest.source_id / table.parquet}')"
        " order by raw_row"
    )
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def said(added: Added) -> str:
    return "\n".join(p.message for table in added.manifest.tables for p in table.problems)


def workbook(rows: list[list[object]], sheet: str = "Data") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
        archive.writestr("readme.pdf", b"%PDF")
    return stream.getvalue()


def parquet(tmp_path: Path) -> bytes:
    path = tmp_path / "made.parquet"
    duckdb.sql(
        "select 'POLICE' as department, 'ACME CAMERAS, INC.' as vendor,"
        " 1250.50::decimal(9, 2) as award_amount, date '2025-03-21' as approved, 0 as revision,"
        " 'two cameras' as title, 'C-1' as contract_number, '1 Main St' as address"
    ).write_parquet(str(path))
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("a.csv", GOOD.encode(), "{}"),
        ("a.csv", GOOD.encode("utf-8-sig"), "{}"),
        ("a.csv", GOOD.encode("utf-16"), "{}"),
        ("a.csv", GOOD.replace("\n", "\r").encode(), "{}"),
        ("a.csv", GOOD.replace("two\n", "two ").replace("\n", "\r\n").encode(), "{}"),
        ("a.tsv", GOOD.replace('"ACME CAMERAS, INC."', "ACME CAMERAS¦ INC.")
         .replace("$1,250.50", "$1250.50").replace(",", "\t").replace("¦", ",").encode(), "{}"),
        ("a.csv", ("Report of contracts\nprinted,1 May\n" + GOOD).encode(), "{header_row: 3}"),
        ("a.csv", GOOD.replace("$1,250.50", "1.250,50 €").encode("cp1252"),
         "{encoding: cp1252, decimal: ',', thousands: '.'}\ncurrency: EUR"),
        ("a.csv", GOOD.replace("2025-03-21", "21-Mar-25").encode(), "{dates: ['%d-%b-%y']}"),
        ("a.zip", zipped("in/a.csv", GOOD.encode()), "{}"),
    ],
)  # fmt: skip
def test_a_table_in_any_shape_gives_the_same_row(
    tmp_path: Path, name: str, content: bytes, read: str
) -> None:
    home = home_with(tmp_path, **{CONTRACTS: ("cadence: daily", f"cadence: daily\nread: {read}")})
    (row,) = staged(home, add_table(home, CONTRACTS, content, name))
    assert row["amount"] == "1250.50"
    assert row["signed_date"] == "2025-03-21"
    assert row["vendor_name_source"] == "ACME CAMERAS, INC."
    assert row["description"] == "two cameras"
    assert (row["purchase_key"], row["row_key"]) == ("C-1", "C-1/0")
    assert "Main St" not in str(row)


def test_workbooks_and_parquet_are_tables_too(tmp_path: Path) -> None:
    cells: list[list[object]] = [
        ["Contracts"],
        HEADER.strip().split(","),
        ["POLICE", "ACME CAMERAS, INC.", 1250.5, "2025-03-21", 0, "two cameras", "C-1"],
    ]
    home = home_with(
        tmp_path,
        **{CONTRACTS: ("cadence: daily", "cadence: daily\nread: {sheet: Data, header_row: 2}")},
    )
    plain = staged(home, add_table(home, CONTRACTS, workbook(cells), "a.xlsx"))
    packed = staged(home, add_table(home, CONTRACTS, zipped("b.xlsx", workbook(cells)), "b.zip"))
    assert [row["amount"] for row in (*plain, *packed)] == ["1250.50"] * 2
    with pytest.raises(SourceError, match=r"has no sheet 'Data'; its sheets are `Notes` and `X`"):
        add_table(home, CONTRACTS, workbook(cells, "X"), "c.xlsx")
    other = home_with(tmp_path / "other")
    (row,) = staged(other, add_table(other, CONTRACTS, parquet(tmp_path), "a.parquet"))
    assert (row["amount"], row["signed_date"]) == ("1250.50", "2025-03-21")


def test_every_row_goes_on_or_is_named_with_the_reason(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    rows = [
        "POLICE,ACME INC,10,2025-03-21,0,a,C-1,x",
        "POLICE,ACME INC,ten,2025-03-21,0,a,C-2,x",
        "POLICE,ACME INC,10,2025-03-21,0,a,,x",
        "POLICE,ACME INC,10",
        "POLICE,ACME INC,,0201-03-21,1,a,C-4,x",
    ]
    added = add_table(home, CONTRACTS, HEADER + "\n".join(rows))
    assert (added.manifest.rows, added.manifest.rejected) == (2, 3)
    assert "row 3: `award_amount` is 'ten', which is not an amount in cents" in said(added)
    assert "row 4: `contract_number` is missing" in said(added)
    assert "row 5 has fewer values than the header's 8" in said(added)
    assert "`signed_date` are not a date, the first of them '0201-03-21' in row 6" in said(added)
    assert [row["amount"] for row in staged(home, added)] == ["10.00", None]


def test_one_bad_row_too_many_and_nothing_is_loaded(tmp_path: Path) -> None:
    home = home_with(tmp_path, **{CONTRACTS: ("max_rejected: 3", "max_rejected: 0")})
    with pytest.raises(SourceError, match="raise `max_rejected` under `expect`"):
        add_table(home, CONTRACTS, GOOD + "POLICE,ACME INC,ten,,0,a,C-2,x\n")
    assert not list(home.staged.glob("*/*.parquet"))


def test_columns_gone_new_and_renamed(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    with pytest.raises(SourceError, match=r"has no column `award_amount`.*`also_called`"):
        add_table(home, CONTRACTS, GOOD.replace("Award Amount", "Value"))
    with pytest.raises(SourceError, match="has no column `title`"):
        add_table(home, CONTRACTS, GOOD.replace("Title", "Subject"))
    added = add_table(home, CONTRACTS, GOOD.replace("Address", "Homepage"))
    assert "has a column `Homepage` that us_il_springfield_contracts neither reads" in said(added)
    assert "no longer has the column `fund`" in said(added)
    renamed = "also_called: {award_amount: [Value]}"
    home = home_with(tmp_path, **{CONTRACTS: ("cadence: daily", f"cadence: daily\n{renamed}")})
    added = add_table(home, CONTRACTS, GOOD.replace("Award Amount", "Value"))
    assert staged(home, added)[0]["amount"] == "1250.50"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"", "is empty"),
        (b'{"error": 1}', "is JSON"),
        (HEADER.encode(), "has a header but no rows"),
        (GOOD.replace("POLICE", "CAFÉ").encode("cp1252"), "`read: {encoding: cp1252}`"),
        ((HEADER + 'POLICE,"ACME\nINC,1,2025-03-21,0,a,C,x\n').encode(), "quotation mark"),
        (GOOD.replace("Address", "title").encode(), "has `title` more than once"),
        (GOOD.replace("CAMERAS", "CAM\u00c9RAS").encode("cp1252"), "row 2 has bytes that"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "is a PDF document. Ask the publisher"),
        (gzip.compress(GOOD.encode()), "is compressed with gzip. Unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an older workbook (.xls)"),
        (workbook([["a"]]), "is a workbook, although its name says otherwise"),
        (GOOD.replace("$1,250.50", "1.250,50").encode(),
         "row 2: `award_amount` is '1.250,50', which is not an amount in cents, and no row of"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    home = home_with(tmp_path)
    with pytest.raises(SourceError) as refused:
        add_table(home, CONTRACTS, content)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"), [(b"<html>Sign in", "is a web page"), (GOOD.encode(), "is no workbook")]
)
def test_what_is_no_workbook_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        add_table(home_with(tmp_path), CONTRACTS, content, "a.xlsx")


def test_money_in_another_currency_is_never_read_as_that_of_the_source(tmp_path: Path) -> None:
    amounts = ["£10", "10.00 €", "CAD 10", "US$10", "$10"]
    rows = [f"POLICE,ACME INC,{a},2025-03-21,0,a,C-{n},x\n" for n, a in enumerate(amounts)]
    added = add_table(home_with(tmp_path), CONTRACTS, HEADER + "".join(rows))
    assert (added.manifest.rows, added.manifest.rejected) == (2, 3)
    assert "row 2: `award_amount` is '£10', which is not in USD" in said(added)
    pounds = home_with(
        tmp_path / "uk", **{CONTRACTS: ("cadence: daily", "cadence: daily\ncurrency: GBP")}
    )
    added = add_table(pounds, CONTRACTS, HEADER + rows[0] + rows[4])
    assert (added.manifest.rows, added.manifest.rejected) == (2, 0)


def test_day_numbers_of_a_spreadsheet_are_left_empty_with_the_repair(tmp_path: Path) -> None:
    added = add_table(home_with(tmp_path), CONTRACTS, GOOD.replace("2025-03-21", "45737"))
    assert "the first of them '45737' in row 2" in said(added)
    assert "save the column as dates" in said(added)


def test_a_file_that_another_source_has_is_refused(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    declared = (home.root / "sources" / f"{CONTRACTS}.yml").read_text("utf-8")
    (home.root / "sources" / "us_il_again.yml").write_text(declared, "utf-8")
    add_table(home, CONTRACTS, GOOD)
    with pytest.raises(SourceError, match=f"here already, as a file of {CONTRACTS}.*count twice"):
        add_table(home, "us_il_again", GOOD)
    assert not list(home.raw.glob("us_il_again/*/*"))
    # The same file for the same source is known, and no mistake.
    assert not add_table(home, CONTRACTS, GOOD).is_new


def test_a_date_in_the_future_is_reported_and_counts(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    later = GOOD + "POLICE,AXON ENTERPRISE INC,10,2062-01-01,0,BODY WORN CAMERAS,C-2,x\n"
    add_table(home, CONTRACTS, later)
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        (issue,) = connection.execute(
            "select source_id, raw_file, raw_row, column_name, value, message from meta.issue"
            " where kind = 'dates in the future'"
        ).fetchall()
        total = connection.execute("select count(*) from core.transaction").fetchone()
    assert issue[:5] == (CONTRACTS, "table.csv", 3, "date", "2062-01-01")
    assert "1 rows of table.csv are dated more than 31 days after" in issue[5]
    assert total == (2,)


def test_pages_of_a_portal_are_a_table(tmp_path: Path) -> None:
    changes = {
        CONTRACTS: ("adapter: table_file", "adapter: socrata\ndomain: a.example\ndataset: a")
    }
    home = home_with(tmp_path, **changes)
    page = (
        b'[{"department": "POLICE", "vendor": "ACME INC", "award_amount": "-5",'
        b' "approved": "2025-03-21T00:00:00.000", "revision": "1", "contract_number": "C-1"}]'
    )
    path = tmp_path / "pages.zip"
    columns = "department vendor award_amount approved revision title contract_number".split()
    write_pages(path, FetchNote(columns=columns), [page])
    added = add_table(home, CONTRACTS, path.read_bytes(), "pages.zip")
    (row,) = staged(home, added)
    assert (row["raw_row"], row["amount"], row["signed_date"]) == (100_001, "-5.00", "2025-03-21")
    assert added.manifest.kind == "whole"


def test_what_does_not_count_is_left_out_and_said(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    header = (
        "department,payee,amount,paid,item,fund,contract_number,order_number,status,record_type\n"
    )
    rows = [
        "POLICE,ACME INC,100.00,2025-03-21,cameras,General Fund,C-1,,Paid,D",
        "POLICE,ACME INC,100.00,2025-03-21,cameras,General Fund,C-1,,Voided,D",
        "POLICE,ACME INC,100.00,2025-03-21,cameras,General Fund,C-1,,Paid,H",
        "POLICE,ACME INC,,2025-03-21,cameras,General Fund,C-1,,Paid,D",
    ]
    added = add_table(home, PAYMENTS, header + "\n".join(rows))
    (table,) = added.manifest.tables
    assert (table.rows, table.rejected, table.left_out) == (1, 1, 2)
    assert "1 rows do not count by `voided` (status: Voided)" in said(added)
    assert "1 rows do not count by `rows_left_out` (record_type: H)" in said(added)
    assert "row 5: `amount` is missing" in said(added)


def test_private_people_never_pass_the_raw_file(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    header = (
        "department,payee,amount,paid,item,fund,contract_number,order_number,status,record_type\n"
    )
    rows = [
        "COURTS,LOPEZ-GARCIA MARIA,50,2025-03-21,interpreter M. call 217-555-0143,F,,,,D",
        "COURTS,KWABENA OSEITUTU,60,2025-03-21,REFUND OSEITUTU KWABENA,F,,,,D",
        "POLICE,CLEARVIEW AI,70,2025-03-21,write to jo@example.org,F,,,,D",
        "POLICE,CONFIDENTIAL,80,2025-03-21,fees,F,,,,D",
    ]
    added = add_table(home, PAYMENTS, header + "\n".join(rows))
    found = staged(home, added)
    assert [row["vendor_name_source"] for row in found] == [
        "a private person", "a private person", "CLEARVIEW AI", "withheld by the publisher",
    ]  # fmt: skip
    assert [row["amount"] for row in found] == ["50.00", "60.00", "70.00", "80.00"]
    everything = str(found) + said(added)
    for private in ("LOPEZ", "MARIA", "OSEITUTU", "KWABENA", "555-0143", "jo@example"):
        assert private not in everything
    assert "2 rows have a payee who reads like a private person" in said(added)
    kept = "people_kept_because: every payee is a registered business"
    home = home_with(tmp_path, **{PAYMENTS: ("cadence: daily", f"cadence: daily\n{kept}")})
    added = add_table(home, PAYMENTS, header + rows[1])
    assert staged(home, added)[0]["vendor_name_source"] == "KWABENA OSEITUTU"
