"""Declarations of sources: all that counts is declared, and a slip is named where it stands."""

from pathlib import Path

import pytest

from ingest.adapters.usaspending_archive import recognise
from ingest.errors import DeclarationError
from ingest.home import PROJECT_DATA, Home
from ingest.source import find_source, load_source, load_sources
from tests import federal

OURS = PROJECT_DATA / "sources"
DECLARATIONS = sorted(OURS.glob("*.yml"))
CONTRACTS = OURS / "us_federal_contracts.yml"
LAYOUTS = {
    "transactions_297": federal.H297,
    "transactions_299": federal.H299,
    "transactions_259": federal.H259,
    "summaries_286": federal.H286,
    "summaries_279": federal.H279,
}


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """Return a copy of the declaration of contracts with one change."""
    text = CONTRACTS.read_text("utf-8")
    assert old in text
    path = tmp_path / "us_federal_contracts.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DeclarationError) as refused:
        load_source(path)
    return str(refused.value)


def line_of(path: Path, beginning: str) -> int:
    lines = path.read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if line.strip().startswith(beginning))


@pytest.mark.parametrize("path", DECLARATIONS, ids=lambda path: path.stem)
def test_every_declaration_is_valid(path: Path) -> None:
    source = load_source(path)
    assert source.id == path.stem
    assert source.covers
    assert source.does_not_cover


def test_there_are_declarations_to_walk() -> None:
    assert CONTRACTS in DECLARATIONS


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_official_column_is_mapped_or_ignored_by_name(name: str) -> None:
    assert len(LAYOUTS[name]) == int(name.rpartition("_")[2])
    layout = recognise(load_source(CONTRACTS), LAYOUTS[name], name)
    assert layout.unknown_columns == ()
    assert layout.table == name.partition("_")[0]
    assert layout.is_delta == (name == "transactions_299")


def test_nothing_is_declared_that_no_official_layout_has() -> None:
    official = {column for header in LAYOUTS.values() for column in header}
    source = load_source(CONTRACTS)
    assert set(source.columns) | source.ignored <= official


@pytest.mark.parametrize("name", LAYOUTS)
def test_names_pay_addresses_and_telephones_are_mapped_in_no_layout(name: str) -> None:
    source = load_source(CONTRACTS)
    private = [
        column
        for column in LAYOUTS[name]
        if any(word in column for word in ("officer_", "address", "phone", "fax", "zip_4"))
    ]
    assert private
    assert not set(private) & set(source.columns)


def test_an_unknown_key_is_named_with_file_line_and_nearest_key(tmp_path: Path) -> None:
    path = changed(tmp_path, "cadence: monthly", "cadance: monthly")
    said = refusal(path)
    line = line_of(path, "cadance")
    assert f"us_federal_contracts.yml, line {line}: `cadance` is not a known key" in said
    assert "did you mean `cadence`?" in said
    assert "`cadence` is missing" in said


def test_an_unknown_key_inside_a_key_is_named_with_its_nearest(tmp_path: Path) -> None:
    path = changed(tmp_path, "is_complete: true", "is_complete: true\nexpect:\n  min_row: 5")
    said = refusal(path)
    assert f"line {line_of(path, 'min_row')}: `expect.min_row` is not a known key" in said
    assert "did you mean `min_rows`?" in said


def test_a_repeated_key_is_named_with_both_lines(tmp_path: Path) -> None:
    path = changed(tmp_path, "basis: obligated", "basis: obligated\ncurrency: USD\nbasis: paid")
    first = line_of(path, "basis: obligated")
    assert (
        refusal(path) == f"us_federal_contracts.yml, line {first + 2}: `basis` stands twice; the "
        f"first is in line {first}."
    )


def test_a_repeated_column_is_named(tmp_path: Path) -> None:
    path = changed(
        tmp_path, "  cage_code: vendor_cage", "  cage_code: vendor_cage\n  cage_code: vendor_duns"
    )
    assert "`cage_code` stands twice" in refusal(path)


def test_a_column_both_mapped_and_ignored_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "    [agency_id,", "    [agency_id, cage_code,")
    assert "`cage_code` stands in `columns` and in `ignore`" in refusal(path)


def test_a_key_that_no_column_fills_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "row_key: [transaction_key]", "row_key: [voucher_number]")
    assert "`voucher_number`, which `columns` does not map" in refusal(path)


def test_a_column_of_ours_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "cage_code: vendor_cage", "cage_code: vendor_cege")
    said = refusal(path)
    assert f"line {line_of(path, 'cage_code')}" in said
    assert "`vendor_cege`" in said
    assert "did you mean `vendor_cage`?" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("basis: obligated", "basis: spent", "`basis`"),
        ("fiscal_year_begins: 10", "fiscal_year_begins: 13", "`fiscal_year_begins`"),
        ("amounts: delta", "amounts: sum", "`amounts`"),
        ("is_complete: true", "is_complete: true\ncurrency: dollars", "`currency`"),
        ("is_complete: true", "is_complete: true\ncovers_from: 2020-10-01", "belong together"),
        ("title: USAspending", "id: other\ntitle: USAspending", "`id` is not declared"),
    ],
)
def test_a_value_never_heard_of_is_refused_where_it_stands(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    refused = refusal(changed(tmp_path, old, new))
    assert said in refused
    assert refused.startswith("us_federal_contracts.yml, line ")


@pytest.mark.parametrize(
    "content", [b"", b"- a\n- b\n", b"title: [unclosed\n", b"title: caf\xe9\n"]
)
def test_what_is_no_declaration_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "us_somewhere.yml"
    path.write_bytes(content)
    assert refusal(path).startswith("us_somewhere.yml")


def test_a_newsrooms_own_declaration_joins_ours(tmp_path: Path) -> None:
    own = tmp_path / "sources" / "us_federal_contracts_county_desk.yml"
    own.parent.mkdir()
    own.write_text(CONTRACTS.read_text("utf-8"), "utf-8")
    sources = load_sources(Home(tmp_path).source_folders)
    assert set(sources) == {path.stem for path in DECLARATIONS} | {own.stem}
    assert sources[own.stem].path == own


def test_a_newsrooms_own_declaration_cannot_take_an_id_of_ours(tmp_path: Path) -> None:
    own = tmp_path / "sources" / CONTRACTS.name
    own.parent.mkdir()
    own.write_text(CONTRACTS.read_text("utf-8"), "utf-8")
    with pytest.raises(DeclarationError) as refused:
        load_sources(Home(tmp_path).source_folders)
    assert str(own) in str(refused.value)
    assert "Give this one another file name" in str(refused.value)


def test_an_unknown_source_is_answered_with_the_nearest() -> None:
    sources = load_sources([OURS])
    with pytest.raises(DeclarationError, match=r"Did you mean us_federal_contracts\?"):
        find_source(sources, "us_federal_contract")
    with pytest.raises(DeclarationError, match="`whobuys status` lists all"):
        find_source(sources, "zzz")
