"""Staging: every row goes on or is set aside with its reason, and private details stay behind."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest import archive, stage, table_reader
from ingest.add import add
from ingest.errors import SourceError
from ingest.home import PROJECT_DATA, Home
from ingest.source import load_source
from ingest.stage import Manifest
from ingest.table_reader import Problem
from tests import federal
from tests.federal import csv_text, transaction, write_csv, write_zip

pytestmark = pytest.mark.data

CONTRACTS = PROJECT_DATA / "sources" / "us_federal_contracts.yml"
LENIENT = "us_federal_contracts_lenient"


@pytest.fixture
def ours(tmp_path: Path) -> Home:
    """Return a home with a declaration of its own, which lets rows be set aside."""
    home = Home(tmp_path / "the home")
    own = home.root / "sources" / f"{LENIENT}.yml"
    own.parent.mkdir(parents=True)
    own.write_text(CONTRACTS.read_text("utf-8") + "expect: {max_rejected: 50}\n", "utf-8")
    return home


def staged(
    home: Home, manifest: Manifest, columns: str = "raw_row, award_number, date, amount"
) -> list[tuple[object, ...]]:
    """Return staged values in the order of the file."""
    rows: list[tuple[object, ...]] = []
    for table in manifest.tables:
        path = home.staged / manifest.source_id / table.parquet
        rows += duckdb.sql(f"select {columns} from '{path}' order by raw_row").fetchall()
    return rows


def problems(manifest: Manifest) -> list[Problem]:
    return [*manifest.problems, *(p for table in manifest.tables for p in table.problems)]


def three() -> list[federal.Row]:
    return [
        transaction("A1", "10.00", "2024-01-02"),
        transaction("B2", "-0.10", "2024-01-03"),
        transaction("C3", "0", "2024-01-04"),
    ]


def test_values_are_the_publishers_with_file_and_row(ours: Home, tmp_path: Path) -> None:
    given = write_csv(tmp_path / "a.csv", three())
    manifest = add(ours, given, federal.SOURCE).manifest
    assert staged(ours, manifest) == [
        (2, "A1", "2024-01-02", "10.00"),
        (3, "B2", "2024-01-03", "-0.10"),
        (4, "C3", "2024-01-04", "0"),
    ]
    assert (manifest.rows, manifest.rejected) == (3, 0)
    assert (manifest.tables[0].first_date, manifest.tables[0].last_date) == (
        date(2024, 1, 2),
        date(2024, 1, 4),
    )


def test_what_a_layout_lacks_is_null_and_never_zero(ours: Home, tmp_path: Path) -> None:
    given = write_csv(tmp_path / "a.csv", three()[:1])
    manifest = add(ours, given, federal.SOURCE).manifest
    absent = "ceiling, lifetime_amount, ceiling_change, vendor_uei, end_date, offers_received"
    assert staged(ours, manifest, absent) == [(None,) * 6]


def test_nothing_is_staged_twice(
    ours: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = write_csv(tmp_path / "a.csv", three())
    first = add(ours, given, federal.SOURCE).manifest
    monkeypatch.setattr(table_reader, "read", lambda *_: pytest.fail("it was read again"))
    assert add(ours, given, federal.SOURCE).manifest == first


def test_a_changed_declaration_stages_anew(ours: Home, tmp_path: Path) -> None:
    given = write_csv(tmp_path / "a.csv", three())
    first = add(ours, given, LENIENT).manifest
    own = ours.root / "sources" / f"{LENIENT}.yml"
    own.write_text(own.read_text("utf-8").replace("  cage_code: vendor_cage\n", ""), "utf-8")
    second = add(ours, given, LENIENT).manifest
    assert first.tables[0].parquet != second.tables[0].parquet
    assert [p.column_name for p in problems(second)] == ["cage_code"]


def test_a_staged_file_that_is_gone_is_staged_again(ours: Home, tmp_path: Path) -> None:
    given = write_csv(tmp_path / "a.csv", three())
    first = add(ours, given, federal.SOURCE).manifest
    (ours.staged / federal.SOURCE / first.tables[0].parquet).unlink()
    assert staged(ours, add(ours, given, federal.SOURCE).manifest)


def test_both_members_of_a_zip_are_read_each_with_its_own_rows(ours: Home, tmp_path: Path) -> None:
    given = write_zip(
        tmp_path / "FY2024_070_Contracts_Full_20251006.zip",
        {
            "FY2024_070_Contracts_Full_20251006_1.csv": csv_text(three()[:2]),
            "FY2024_070_Contracts_Full_20251006_2.csv": csv_text(three()[2:]),
        },
    )
    manifest = add(ours, given, federal.SOURCE).manifest
    assert [(t.member, t.rows) for t in manifest.tables] == [
        ("FY2024_070_Contracts_Full_20251006_1.csv", 2),
        ("FY2024_070_Contracts_Full_20251006_2.csv", 1),
    ]
    assert [row[:2] for row in staged(ours, manifest)] == [(2, "A1"), (3, "B2"), (2, "C3")]
    assert (manifest.kind, manifest.stamp, manifest.department_code, manifest.fiscal_year) == (
        "full", date(2025, 10, 6), "070", 2024,
    )  # fmt: skip


def test_what_else_a_zip_holds_is_named_and_left(ours: Home, tmp_path: Path) -> None:
    given = write_zip(
        tmp_path / "a.zip",
        {
            "readme.pdf": b"%PDF",
            "__MACOSX/._a.csv": b"\x00",
            "folder/": b"",
            "folder/a.csv": csv_text(three()),
            "subawards.csv": ",".join(federal.SUBAWARDS) + "\n",
        },
    )
    manifest = add(ours, given, federal.SOURCE).manifest
    assert manifest.rows == 3
    assert [p.kind for p in problems(manifest)] == ["member not loaded"] * 2
    assert "subawards.csv in a.zip holds sub-awards" in problems(manifest)[0].message
    assert problems(manifest)[1].message == "readme.pdf in a.zip is no table."


@pytest.mark.parametrize(
    ("encoded", "what"),
    [
        (csv_text(three()).encode("utf-8-sig"), "byte order mark"),
        (csv_text(three(), newline="\r\n").encode(), "CRLF"),
        (csv_text(three(), newline="\r\n").encode("utf-8-sig"), "both"),
        (csv_text(three(), delimiter="\t").encode(), "tabs"),
        (csv_text(three(), delimiter="|").encode(), "bars"),
        (csv_text(three(), federal.H297[::-1]).encode(), "another order"),
        (csv_text(three()).rstrip("\n").encode(), "no last line end"),
        (csv_text(three(), sorted(three()[0])).encode(), "chosen columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_rows_however_they_are_written(
    ours: Home, tmp_path: Path, encoded: bytes, what: str
) -> None:
    (tmp_path / "a.csv").write_bytes(encoded)
    manifest = add(ours, tmp_path / "a.csv", federal.SOURCE).manifest
    columns = (
        "raw_row, transaction_key, award_key, award_number, date, amount, vendor_name,"
        " last_modified_date"
    )
    plain = add(ours, write_csv(tmp_path / "plain.csv", three()), federal.SOURCE).manifest
    assert staged(ours, manifest, columns) == staged(ours, plain, columns), what
    assert problems(manifest) == []


def test_spaces_around_values_are_no_part_of_them(ours: Home, tmp_path: Path) -> None:
    given = write_csv(
        tmp_path / "a.csv", [transaction("A1", " 10.00 ", " 2024-01-02 ", recipient_uei="  ")]
    )
    manifest = add(ours, given, federal.SOURCE).manifest
    assert staged(ours, manifest, "amount, date, vendor_uei") == [("10.00", "2024-01-02", None)]


@pytest.mark.parametrize(
    "spelled",
    [
        ("2024-03-04", "2024-12-31", "2023-10-13"),
        ("2024-03-04 00:00:00", "2024-12-31 17:52:09", "2023-10-13 00:00"),
        ("3/4/24", "12/31/24", "10/13/23"),
        ("03/04/2024", "12/31/2024", "10/13/2023"),
        ("04/03/2024", "31/12/2024", "13/10/2023"),
        ("04/03/24 00:00", "31/12/24 23:04", "13/10/23 10:55"),
    ],
)
def test_dates_are_read_however_a_file_spells_them(
    ours: Home, tmp_path: Path, spelled: tuple[str, ...]
) -> None:
    rows = [
        transaction(f"A{n}", date=text, last_modified_date="") for n, text in enumerate(spelled)
    ]
    manifest = add(ours, write_csv(tmp_path / "a.csv", rows), federal.SOURCE).manifest
    assert [row[0] for row in staged(ours, manifest, "date")] == [
        "2024-03-04",
        "2024-12-31",
        "2023-10-13",
    ]


def test_another_column_of_the_file_tells_the_day_from_the_month(
    ours: Home, tmp_path: Path
) -> None:
    rows = [
        transaction("A1", date="4/3/24", period_of_performance_start_date="31/3/24",
                    last_modified_date=""),
    ]  # fmt: skip
    manifest = add(ours, write_csv(tmp_path / "a.csv", rows), federal.SOURCE).manifest
    assert staged(ours, manifest, "date, start_date") == [("2024-03-04", "2024-03-31")]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("4/3/24", "5/6/24", "nothing in a.csv tells whether 3/4/25 in `date`"),
        ("13/3/24", "3/13/24", "`date` with the day first and others with the month first"),
    ],
)
def test_dates_that_could_be_either_are_refused(
    ours: Home, tmp_path: Path, first: str, second: str, said: str
) -> None:
    rows = [transaction("A1", date=first), transaction("B2", date=second)]
    for row in rows:
        row["last_modified_date"] = ""
    with pytest.raises(SourceError, match=said):
        add(ours, write_csv(tmp_path / "a.csv", rows), federal.SOURCE)


def test_dates_of_two_columns_that_contradict_each_other_are_refused(
    ours: Home, tmp_path: Path
) -> None:
    rows = [
        transaction("A1", date="4/3/24", period_of_performance_start_date="31/3/24",
                    period_of_performance_current_end_date="3/31/25", last_modified_date=""),
    ]  # fmt: skip
    with pytest.raises(SourceError, match=r"nothing in a\.csv tells"):
        add(ours, write_csv(tmp_path / "a.csv", rows), federal.SOURCE)


def test_a_column_never_seen_before_is_an_issue_and_the_rest_loads(
    ours: Home, tmp_path: Path
) -> None:
    given = write_csv(
        tmp_path / "a.csv", [{**three()[0], "brand_new": "x"}], [*federal.H297, "brand_new"]
    )
    manifest = add(ours, given, federal.SOURCE).manifest
    (problem,) = problems(manifest)
    assert problem.kind == "column not known"
    assert "`brand_new`" in problem.message
    assert "us_federal_contracts.yml" in problem.message
    assert manifest.rows == 1


def test_private_details_never_leave_the_raw_file(ours: Home, tmp_path: Path) -> None:
    private = {
        column: f"PRIVATE {column}"
        for header in (federal.H297, federal.H259, federal.H286)
        for column in header
        if any(word in column for word in ("officer_", "address", "phone", "fax", "zip_4"))
    }
    assert len(private) == 16
    as_297 = {name: value for name, value in private.items() if name in federal.H297}
    as_259 = {name: value for name, value in private.items() if name in federal.H259}
    as_286 = {name: value for name, value in private.items() if name in federal.H286}
    # Private columns first, so that a line set aside begins with them.
    ordered = [*as_297, *(column for column in federal.H297 if column not in as_297)]
    given = [
        write_csv(tmp_path / "a.csv", [transaction("A1") | as_297, transaction("B2") | as_297]),
        write_csv(tmp_path / "b.csv", [federal.older(transaction("C3")) | as_259], federal.H259),
        write_csv(tmp_path / "c.csv", [federal.summary("D4") | as_286], federal.H286),
        tmp_path / "d.csv",
    ]
    broken = csv_text([transaction("E5") | as_297, transaction("F6") | as_297], ordered)
    lines = broken.splitlines()
    lines[1] += ",one value too many"
    given[3].write_text("\n".join(lines) + "\n", "utf-8")
    for path in given:
        assert add(ours, path, LENIENT).manifest.rows
    checked = 0
    for path in ours.staged.rglob("*"):
        if path.suffix == ".parquet":
            rows = duckdb.sql(f"select * from '{path}'").fetchall()
            assert "PRIVATE" not in str(rows)
            checked += 1
        elif path.is_file():
            assert "PRIVATE" not in path.read_text("utf-8")
            checked += 1
    assert checked == 8


def test_row_numbers_match_the_spreadsheet_also_after_line_breaks_inside_values(
    ours: Home, tmp_path: Path
) -> None:
    rows = three()
    rows[0]["transaction_description"] = 'THREE\nLINES, AND\r\nA "QUOTE"'
    manifest = add(ours, write_csv(tmp_path / "a.csv", rows), federal.SOURCE).manifest
    assert [row[:2] for row in staged(ours, manifest)] == [(2, "A1"), (3, "B2"), (4, "C3")]
    assert staged(ours, manifest, "description")[0][0] == rows[0]["transaction_description"]


def test_rows_set_aside_are_counted_named_and_leave_the_others_their_numbers(
    ours: Home, tmp_path: Path
) -> None:
    rows = [transaction(f"N{n}") for n in range(2, 10)]
    rows[0]["transaction_description"] = "ONE\nTWO\nTHREE"
    rows[5]["federal_action_obligation"] = "about 5"
    lines = csv_text(rows).splitlines(keepends=True)
    # The first row spans three lines, so row 4 of the table is line 6 of the file.
    lines[5] = lines[5].rstrip("\n") + ",extra\n"
    (tmp_path / "a.csv").write_text("".join(lines), "utf-8")
    manifest = add(ours, tmp_path / "a.csv", LENIENT).manifest
    assert (manifest.rows, manifest.rejected) == (6, 2)
    aside = [p for p in problems(manifest) if p.is_rejection]
    assert [p.row for p in aside] == [4, 7]
    assert "a.csv, row 4 has more values than the header's 297" in aside[0].message
    assert aside[1].message == (
        "a.csv, row 7: `federal_action_obligation` is 'about 5', which is not an amount in cents"
    )
    assert [row[:2] for row in staged(ours, manifest)] == [
        (2, "N2"), (3, "N3"), (5, "N5"), (6, "N6"), (8, "N8"), (9, "N9"),
    ]  # fmt: skip


def test_rows_are_numbered_through_a_file_larger_than_one_buffer(
    ours: Home, tmp_path: Path
) -> None:
    # Several reading threads and buffers: 60,000 rows of about 1,000 characters.
    count, long = 60_000, "X" * 700
    lines = [
        line + "\n"
        for line in csv_text(
            [transaction(f"N{n}", transaction_description=long) for n in range(2, 4)],
            sorted(transaction()),
        ).splitlines()
    ]
    template = lines[1].replace("N2", "N{n}")
    with (tmp_path / "a.csv").open("w", encoding="utf-8") as handle:
        handle.write(lines[0])
        for n in range(2, count + 2):
            broken = ",extra\n" if n in (7, 40_000, count) else "\n"
            handle.write(template.replace("{n}", str(n)).rstrip("\n") + broken)
    manifest = add(ours, tmp_path / "a.csv", LENIENT).manifest
    assert (manifest.rows, manifest.rejected) == (count - 3, 3)
    assert [p.row for p in problems(manifest)] == [7, 40_000, count]
    path = ours.staged / LENIENT / manifest.tables[0].parquet
    wrong = f"select raw_row from '{path}' where award_number <> 'N' || raw_row"
    assert duckdb.sql(wrong).fetchall() == []


def test_values_that_are_no_date_or_amount_are_left_empty_and_reported(
    ours: Home, tmp_path: Path
) -> None:
    rows = [
        transaction("A1", potential_total_value_of_award="1000000.00"),
        transaction("B2", potential_total_value_of_award="unlimited",
                    period_of_performance_current_end_date="0201-01-01"),
        transaction("C3", potential_total_value_of_award="12.345"),
    ]  # fmt: skip
    manifest = add(ours, write_csv(tmp_path / "a.csv", rows), federal.SOURCE).manifest
    assert staged(ours, manifest, "ceiling, end_date") == [
        ("1000000.00", None),
        (None, None),
        (None, None),
    ]
    assert {(p.column_name, p.row, p.value, p.kind) for p in problems(manifest)} == {
        ("ceiling", 3, "unlimited", "value left empty"),
        ("end_date", 3, "0201-01-01", "value left empty"),
    }


def test_the_older_layout_gets_the_keys_it_lacks(ours: Home, tmp_path: Path) -> None:
    rows = [
        federal.older(transaction("A1", modification="P00001", parent="GS07F0313N",
                                  parent_agency="4730", department="70")),
        federal.older(transaction("B2", parent="NAN", parent_agency="NAN")),
        federal.older(transaction("C3", award_or_idv_flag="IDV", parent="GS07F0313N",
                                  parent_agency="4730")),
    ]  # fmt: skip
    given = write_csv(tmp_path / "a.csv", rows, federal.H259)
    manifest = add(ours, given, federal.SOURCE).manifest
    assert staged(ours, manifest, "transaction_key, award_key, department_code") == [
        ("7012_4730_A1_P00001_GS07F0313N_0", "CONT_AWD_A1_7012_GS07F0313N_4730", "070"),
        ("7012_-NONE-_B2_0_-NONE-_0", "CONT_AWD_B2_7012_-NONE-_-NONE-", "070"),
        # Of an indefinite contract only agency, number and modification are in the key.
        ("7012_-NONE-_C3_0_-NONE-_-NONE-", "CONT_IDV_C3_7012", "070"),
    ]


def test_the_older_layout_makes_no_key_of_missing_parts(ours: Home, tmp_path: Path) -> None:
    rows = [
        federal.older(transaction("A1")),
        federal.older(transaction("")),
        federal.older(transaction("C3", agency="")),
    ]
    given = write_csv(tmp_path / "a.csv", rows, federal.H259)
    manifest = add(ours, given, LENIENT).manifest
    assert (manifest.rows, manifest.rejected) == (1, 2)
    assert [p.row for p in problems(manifest)] == [3, 4]


@pytest.mark.parametrize("header", [federal.H286, federal.H279])
def test_award_summaries_are_a_table_of_their_own(
    ours: Home, tmp_path: Path, header: list[str]
) -> None:
    given = write_csv(tmp_path / "a.csv", [federal.summary("A1", "-5.25")], header)
    manifest = add(ours, given, federal.SOURCE).manifest
    assert manifest.tables[0].table == "summaries"
    assert staged(ours, manifest, "raw_row, award_key, lifetime_amount, signed_date") == [
        (2, "CONT_AWD_A1_7012_-NONE-_-NONE-", "-5.25", "2020-02-03")
    ]


@pytest.mark.parametrize(
    ("name", "kind", "stamp", "agency", "year"),
    [
        ("FY2025_All_Contracts_Full_20260906.zip", "full", date(2026, 9, 6), None, 2025),
        ("FY2025_070_Contracts_Full_20260906 (1).zip", "full", date(2026, 9, 6), "070", 2025),
        ("fy2025_1601_contracts_full_20260906.zip", "full", date(2026, 9, 6), "1601", 2025),
        ("FY(All)_All_Contracts_Delta_20260806.zip", "delta", date(2026, 8, 6), None, None),
        ("FY%28All%29_070_Contracts_Delta_20260806.zip", "delta", date(2026, 8, 6), None, None),
        ("Contracts_PrimeTransactions_2026-03-21_H19M57S23_1.zip", "download",
         date(2026, 3, 21), None, None),
        ("my download.zip", "download", None, None, None),
    ],
)  # fmt: skip
def test_the_official_name_says_what_a_file_replaces(
    ours: Home,
    tmp_path: Path,
    name: str,
    kind: str,
    stamp: date | None,
    agency: str | None,
    year: int | None,
) -> None:
    header = federal.H299 if kind == "delta" else federal.H297
    given = write_zip(tmp_path / name, {"a.csv": csv_text([transaction()], header)})
    manifest = add(ours, given, federal.SOURCE).manifest
    assert (manifest.kind, manifest.stamp) == (kind, stamp)
    assert (manifest.department_code, manifest.fiscal_year) == (agency, year)


@pytest.mark.parametrize("name", ["ICE [2024]*?.csv", "it's.csv", 'a "b" c.csv', "größe.csv"])
def test_a_file_may_be_named_anything(ours: Home, tmp_path: Path, name: str) -> None:
    manifest = add(ours, write_csv(tmp_path / name, three()), federal.SOURCE).manifest
    assert manifest.rows == 3


def test_a_refused_member_takes_the_whole_file_with_it(ours: Home, tmp_path: Path) -> None:
    given = write_zip(
        tmp_path / "a.zip",
        {"a_1.csv": csv_text(three()), "a_2.csv": csv_text([transaction(amount="x")])},
    )
    with pytest.raises(SourceError, match=r"a_2\.csv in a\.zip, row 2"):
        add(ours, given, federal.SOURCE)
    assert [path for path in ours.staged.rglob("*") if path.is_file()] == []
    assert list(archive.kept(ours)) == []


def test_staging_needs_the_code_and_the_declaration_it_was_done_with(ours: Home) -> None:
    source = load_source(CONTRACTS)
    raw = archive.RawFile(
        receipt=archive.Receipt.model_validate(
            {
                "source_id": source.id, "file_name": "a.csv", "sha256": "f" * 64, "bytes": 1,
                "fetched_at": "2026-01-01T00:00:00Z",
            }
        ),
        path=Path("a.csv"),
    )  # fmt: skip
    name = stage.manifest_path(ours, source, raw).name
    assert name == f"{'f' * 16}-{source.checksum[:8]}-{stage.code_version()}.json"
