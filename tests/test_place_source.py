"""Declarations of places: what a table says is declared, and a slip is named where it stands."""

from pathlib import Path

import pytest

from ingest.adapters.pages import READERS, FetchNote, is_pages, note_of, rows, write_pages
from ingest.errors import DeclarationError, SourceError
from ingest.source import load_source

CONTRACTS = """\
title: Contracts of Springfield
publisher: City of Springfield
place: us
page: https://data.springfield.example/contracts
licence: public domain
adapter: socrata
domain: data.springfield.example
dataset: abcd-1234
fiscal_year_begins: 7
record_kind: contract
basis: committed
cadence: daily
amounts: delta
purchase_key: [contract_number]
row_key: [contract_number, revision]
grain: one row for each revision of a contract
columns:
  Department: agency_name_source
  vendor: vendor_name_source
  award_amount: amount
  approval_date: signed_date
  title: description
  notes: description
ignore:
  street address of the vendor: [address_1]
covers: Contracts.
does_not_cover: Payments.
is_complete: true
verified: {how: header of a download, when: 2026-08-01}
"""


def declared(tmp_path: Path, old: str = "", new: str = "") -> Path:
    path = tmp_path / "us_zz_springfield_contracts.yml"
    assert old in CONTRACTS
    path.write_text(CONTRACTS.replace(old, new, 1) if old else CONTRACTS + new, "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DeclarationError) as refused:
        load_source(path)
    return str(refused.value)


def test_a_place_is_one_file_of_facts(tmp_path: Path) -> None:
    source = load_source(declared(tmp_path))
    assert source.is_of_a_place
    assert source.is_on
    assert source.register_name == source.id == "us_zz_springfield_contracts"
    assert source.expect.max_rejected == 0


def test_titles_and_names_of_a_column_are_the_same(tmp_path: Path) -> None:
    source = load_source(declared(tmp_path))
    assert source.name_of("Award Amount") == source.name_of("award_amount")
    said = refusal(declared(tmp_path, "[address_1]", "[Award Amount]"))
    assert "`Award Amount` stands in `columns` and in `ignore`" in said


@pytest.mark.parametrize(
    "extra",
    [
        "no_contract: {contract_number: [DV, Direct Payments]}",
        "voided: {status: [Voided]}",
        "rows_that_count: {record_type: [D]}",
        "also_called: {vendor: [Supplier & Other Non-Supplier Payees]}",
        "read: {header_row: 3, encoding: cp1252, delimiter: ';', decimal: ',', thousands: '.'}",
        "expect: {min_rows: 100, max_days_silent: 30, max_shrink_share: 0.2}",
        "contract_key: [contract_number]\ncontracts_in: us_il_chicago_contracts",
        "is_on: false",
        "register: us_zz_springfield",
        "people_kept_because: every payee is a registered business",
        "may_be_gone: [notes]",
        "large_because: 2 million rows",
        'incremental: ":updated_at"',
    ],
)
def test_what_can_be_declared(tmp_path: Path, extra: str) -> None:
    load_source(declared(tmp_path, new=extra + "\n"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("domain: data", "domaine: data", "did you mean `domain`?"),
        ("domain: data.springfield.example\n", "", "socrata needs `domain`"),
        ("domain: data.springfield.example", "domain: http//x", "`domain`"),
        ("grain: one row for each revision of a contract\n", "", "`grain` is missing"),
        ("2026-08-01", "2022-07-01", "confirmed in 2022: switch it off"),
        ("verified: {how: header of a download, when: 2026-08-01}\n", "", "`verified` is missing"),
        ("approval_date: signed_date", "approval_date: sign_date", "did you mean `signed_date`?"),
        ("approval_date: signed_date", "paid: amount", "`amount` has more than one column"),
        ("purchase_key: [contract_number]", "purchase_key: []", "`purchase_key` is empty"),
        (
            "row_key: [contract_number, revision]",
            'row_key: []\nincremental: ":updated_at"',
            "`row_key` is empty, and what is fetched anew would count beside what it replaces",
        ),
        ("is_complete: true", "is_complete: true\ncontract_key: [a]", "belong together"),
        ("is_complete: true", "is_complete: true\nsearch: {groups: [grants]}", "`search`"),
        (
            "is_complete: true",
            "is_complete: true\nvoided: {address_1: [x]}",
            "`voided` asks for `address_1`",
        ),
        (
            "is_complete: true",
            "is_complete: true\nread: {header_rows: 2}",
            "`read.header_rows` is not a known key; did you mean `header_row`?",
        ),
        (
            "is_complete: true",
            "is_complete: true\nread: {decimal: ',', thousands: ','}",
            "cannot be the same sign",
        ),
    ],
)
def test_a_slip_is_named_where_it_stands(tmp_path: Path, old: str, new: str, said: str) -> None:
    refused = refusal(declared(tmp_path, old, new))
    assert said in refused
    assert refused.startswith("us_zz_springfield_contracts.yml, line ")


def test_a_place_may_stand_on_a_mirror_with_a_path(tmp_path: Path) -> None:
    mirror = "http://127.0.0.1:8123/mirror"
    source = load_source(declared(tmp_path, "data.springfield.example\ndata", f"{mirror}\ndata"))
    assert source.domain == mirror


def test_one_address_or_several(tmp_path: Path) -> None:
    old = "adapter: socrata\ndomain: data.springfield.example\ndataset: abcd-1234\n"
    one = load_source(
        declared(tmp_path, old, "adapter: table_file\naddress: https://a.example/f\n")
    )
    assert one.address == ["https://a.example/f"]
    none = load_source(declared(tmp_path, old, "adapter: table_file\n"))
    assert none.address == []


def test_pages_are_kept_as_served_and_the_same_pages_are_the_same_bytes(tmp_path: Path) -> None:
    pages = [b'[{"a": 1}]', b"[]"]
    note = FetchNote(kind="update", columns=["a"], rows=1)
    for name in ("one.zip", "two.zip"):
        assert write_pages(tmp_path / name, note, pages) == 2
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert is_pages(tmp_path / "one.zip")
    assert note_of("us_zz", tmp_path / "one.zip") == note


def test_rows_of_pages_are_numbered_by_page_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(page: bytes) -> list[dict[str, str | None]]:
        if not page.startswith(b"a"):
            raise ValueError("it is a web page")
        return [{"a": part} for part in page.decode().split()]

    monkeypatch.setitem(READERS, "socrata", read)
    path = tmp_path / "pages.zip"
    write_pages(path, FetchNote(), [b"a1 a2", b"a3"])
    assert list(rows("us_zz", "socrata", path)) == [
        (100_001, {"a": "a1"}),
        (100_002, {"a": "a2"}),
        (200_001, {"a": "a3"}),
    ]
    write_pages(path, FetchNote(), [b"<html>"])
    with pytest.raises(SourceError, match="is none of socrata"):
        list(rows("us_zz", "socrata", path))
