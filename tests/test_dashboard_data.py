"""Every figure that the dashboard asks for, against SQL written here and known sums."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from dashboard import data, downloads, filters
from dashboard.data import Measure, Selection, opening
from tests.published import HOSTILE_VENDOR, HOSTILE_WORDS, publish, sample_rows

AWARDS = Measure("award", "obligated")
COUNTED = Selection()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("published")
    publish(path, sample_rows())
    return path


@pytest.fixture
def build(home: Path, published: Path) -> Iterator[data.Build]:
    shutil.copytree(published, home, dirs_exist_ok=True)
    yield data.current()
    opening.connections.clear()


def ask(build: data.Build, sql: str) -> list[tuple[object, ...]]:
    """Answer SQL of the test's own, on a connection of its own settings."""
    return opening.connection(build).execute(sql).fetchall()


def test_without_a_database_a_sentence_says_so(home: Path) -> None:
    with pytest.raises(data.NoDatabase, match="Nothing has been published yet"):
        data.current()
    assert home.is_dir()


def test_a_pointer_to_a_file_that_is_gone_says_so(home: Path) -> None:
    publish(home, sample_rows()).unlink()
    with pytest.raises(data.NoDatabase, match="is gone"):
        data.current()


def test_a_database_of_another_shape_is_named_with_what_it_lacks(home: Path) -> None:
    database = publish(home, sample_rows(), "older")
    with duckdb.connect(str(database)) as con:
        con.execute("drop table mart.denominator")
    with pytest.raises(data.OtherShape, match=r"whobuys-older.*mart\.denominator"):
        data.current()


def test_totals_are_the_sum_of_counted_transactions(build: data.Build) -> None:
    (total,) = data.totals(build, COUNTED)
    ((expected, purchases),) = ask(
        build,
        """
        select sum(t.amount_usd), count(distinct p.purchase_id)
        from mart.purchase p left join mart.transaction t using (purchase_id)
        where p.is_counted
        """,
    )
    assert total.measure == AWARDS
    assert total.amount == expected
    assert total.purchases == purchases
    assert (total.first_date, total.last_year) == (date(2021, 1, 5), 2025)


def test_lifetime_totals_stand_apart(build: data.Build) -> None:
    (total,) = data.totals(build, COUNTED)
    assert total.lifetime_purchases == 1
    assert total.lifetime_amount == Decimal("4200000.00")
    years = data.by_year(build, COUNTED, AWARDS)
    assert sum(year.amount for year in years) == total.amount


def test_additions_and_reductions_make_the_year(build: data.Build) -> None:
    for year in data.by_year(build, COUNTED, AWARDS):
        assert year.added + year.reduced == year.amount
    first = data.by_year(build, COUNTED, AWARDS)[0]
    assert first.reduced == Decimal("-2800000.00")


@pytest.mark.parametrize("group", ["technology", "agency", "vendor", "maker"])
def test_every_ranking_adds_up_to_the_total(build: data.Build, group: str) -> None:
    total = data.total(build, COUNTED, AWARDS)
    bars = data.by(build, COUNTED, AWARDS, group)
    assert sum(bar.amount for bar in bars) == total.amount
    assert sum(bar.purchases for bar in bars) == total.purchases
    assert data.groups(build, COUNTED, AWARDS, group) == len(bars)


def test_the_scope_switch_adds_neighbouring_goods(build: data.Build) -> None:
    strict = data.total(build, COUNTED, AWARDS)
    wide = data.total(build, replace(COUNTED, with_related=True), AWARDS)
    assert wide.amount - strict.amount == Decimal("110367609.00")


def test_the_largest_programme_can_be_left_out(build: data.Build) -> None:
    programme = data.largest_programme(build, COUNTED, AWARDS)
    assert programme is not None
    assert (programme.vendor_name, programme.amount) == (
        "BI Incorporated",
        Decimal("260000000.00"),
    )
    key = (programme.agency_id, programme.vendor_id, programme.technology)
    rest = data.total(build, replace(COUNTED, without=key), AWARDS)
    assert rest.amount == data.total(build, COUNTED, AWARDS).amount - programme.amount


def test_different_kinds_of_money_are_never_added(home: Path) -> None:
    rows = sample_rows()
    paid = {**rows["mart.purchase"][2], "purchase_id": "city:1", "record_kind": "payment",
            "basis": "paid"}  # fmt: skip
    idv = {**rows["mart.purchase"][2], "purchase_id": "us_federal:IDV", "record_kind": "idv"}
    rows["mart.purchase"] += [paid, idv]
    move = {**rows["mart.transaction"][5], "purchase_id": "city:1", "transaction_id": "city:1:0",
            "basis": "paid"}  # fmt: skip
    rows["mart.transaction"] += [move]
    publish(home, rows)
    build = data.current()
    totals = data.totals(build, COUNTED)
    assert {total.measure for total in totals} == {AWARDS, Measure("payment", "paid")}
    assert sum(total.purchases for total in totals) == 7
    ids = {row["purchase_id"] for row in data.purchases(build, COUNTED)}
    assert "us_federal:IDV" in ids


def test_a_year_shows_what_moved_in_it(build: data.Build) -> None:
    rows = data.purchases(build, replace(COUNTED, years=(2022,)), "Largest amount")
    shown = {row["purchase_id"]: row["shown_usd"] for row in rows}
    assert shown == {
        "us_federal:A1": Decimal("800000.25"),
        "us_federal:A3": Decimal("250000.10"),
    }


def test_words_must_all_be_there_in_any_order(build: data.Build) -> None:
    assert data.how_many(build, replace(COUNTED, text="software clearview")) == 1
    assert data.how_many(build, replace(COUNTED, text="clearview hardware")) == 0
    assert data.how_many(build, replace(COUNTED, text="' or 1=1 --")) == 0


def test_facet_counts_say_what_a_click_would_show(build: data.Build) -> None:
    for facet in ("technologies", "agencies", "vendors", "makers"):
        for choice in data.choices(build, COUNTED, facet):
            chosen = replace(COUNTED, **{facet: (choice.id,)})
            assert data.how_many(build, chosen) == choice.purchases
    for year in data.choices(build, COUNTED, "years"):
        assert data.how_many(build, replace(COUNTED, years=(int(year.id),))) == year.purchases


@pytest.mark.parametrize("order", list(data.SORTS))
def test_pages_of_rows_are_all_the_rows(build: data.Build, order: str) -> None:
    everything = [row["purchase_id"] for row in data.every_purchase(build, COUNTED, order)]
    paged = [
        row["purchase_id"]
        for page in (1, 2, 3, 4)
        for row in data.purchases(build, COUNTED, order, page, 2)
    ]
    assert paged == everything
    assert len(set(paged)) == data.how_many(build, COUNTED)


def test_running_totals_end_at_the_amount(build: data.Build) -> None:
    moves = data.transactions_of(build, "us_federal:A1")
    purchase = data.purchase(build, "us_federal:A1")
    assert purchase is not None
    assert [row["running_amount"] for row in moves] == [
        Decimal("1500000.00"),
        Decimal("2300000.25"),
    ]
    assert moves[-1]["running_amount"] == purchase["amount_usd"]


def test_a_share_needs_a_complete_source(build: data.Build) -> None:
    row = data.share_of_all(build, COUNTED, AWARDS, "us_federal:7012")
    assert row is not None
    assert row["whole_usd"] == Decimal("15000000000.00")
    assert data.share_of_all(build, COUNTED, AWARDS, "us_federal:7014") is None


def test_a_slip_of_the_fingers_finds_the_nearest_name(build: data.Build) -> None:
    assert not data.find_names(build, "clearview").is_near
    near = data.find_names(build, "cleerview ai")
    assert near.is_near
    assert [bar.name for bar in near.vendors] == ["Clearview AI"]
    assert data.find_names(build, "zzzzzz") == data.Found()


@pytest.mark.parametrize(("text", "code"), [("ICE", "7012"), ("hsi", "7012"), ("CBP", "7014"),
                                            ("Border Patrol", "7014"),
                                            ("bordr protectn", "7014")])  # fmt: skip
def test_people_find_an_agency_by_the_name_they_know_and_by_that_in_records(
    build: data.Build, text: str, code: str
) -> None:
    found = data.find_names(build, text)
    assert found.agencies[0].id == f"us_federal:{code}"
    assert not found.is_near
    assert f"us_federal:{code}" in {offered.id for offered in data.suggest(build, text)}


def test_an_office_is_found_and_leads_to_its_purchases(build: data.Build) -> None:
    (office,) = data.find_names(build, "border buying").offices
    assert (office.name, office.purchases) == (
        "BORDER BUYING, U.S. Customs and Border Protection", 1,
    )  # fmt: skip
    assert data.how_many(build, data.Selection(text="border buying")) == 1
    (bar,) = data.by(build, data.Selection(), data.Measure(), "office")
    assert (bar.id, bar.purchases, bar.amount) == ("BORDER BUYING", 1, Decimal("250000.10"))


def test_the_whole_ledger_has_what_was_not_counted(build: data.Build) -> None:
    number, rows = data.find_in_whole_ledger(build, "office paper")
    assert (number, rows[0]["purchase_id"]) == (1, "us_federal:Z9")
    assert data.find_in_whole_ledger(build, "forensic software")[0] == 0
    assert data.find_in_whole_ledger(build, "") == (0, ())


def test_a_page_is_of_one_build(home: Path) -> None:
    publish(home, sample_rows(), "one")
    before = data.current()
    total = data.total(before, COUNTED, AWARDS)
    rows = sample_rows()
    rows["mart.purchase"] = rows["mart.purchase"][:1]
    publish(home, rows, "two")
    assert data.total(before, COUNTED, AWARDS) == total
    assert data.how_many(data.current(), COUNTED) == 1
    assert data.named("one").build_id == "one"
    assert data.named("../../etc/passwd").build_id == "two"


def test_no_more_than_two_builds_are_open(home: Path) -> None:
    for name in ("a", "b", "c"):
        publish(home, sample_rows(), name)
        data.how_many(data.current(), COUNTED)
    assert len(opening.connections) == 2


@pytest.mark.parametrize(
    "sql",
    [
        "delete from mart.purchase",
        "create table mart.x (i integer)",
        "select * from read_csv('/etc/passwd')",
        "copy mart.purchase to '/tmp/out.csv'",
        "set enable_external_access = true",
        "attach ':memory:' as other",
    ],
)
def test_the_connection_can_read_the_database_and_nothing_else(build: data.Build, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        opening.connection(build).execute(sql)


def test_hostile_words_are_asked_about_as_words(build: data.Build) -> None:
    for text in (HOSTILE_VENDOR, HOSTILE_WORDS, "'; drop table mart.purchase; --", "$1 ?", "%"):
        data.how_many(build, replace(COUNTED, text=text))
        data.find_names(build, text)
        data.find_in_whole_ledger(build, text)
    assert data.how_many(build, replace(COUNTED, vendors=("x' or '1'='1",))) == 0


def test_an_address_means_the_same_selection_everywhere(build: data.Build) -> None:
    query = {
        "q": ["software"],
        "technology": ["Face recognition"],
        "year": ["FY2022"],
        "status": ["Possible, waits for a person"],
        "scope": [filters.RELATED],
        "vendor": ["nobody of this name"],
    }
    chosen = filters.selection(build, query)
    assert chosen == Selection(
        text="software",
        technologies=("face-recognition",),
        years=(2022,),
        statuses=("possible",),
        with_related=True,
    )
    assert filters.selection(build, {}) == COUNTED
    assert len(filters.selection(build, {"status": [""]}).statuses) == 4


def test_a_download_is_the_database(build: data.Build) -> None:
    chosen = replace(COUNTED, with_related=True)
    text = "".join(downloads.csv_lines(build, chosen, "Newest first"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["purchase_id"] for row in rows] == [
        row["purchase_id"] for row in data.every_purchase(build, chosen)
    ]
    assert (
        sum(Decimal(row["amount_usd"]) for row in rows)
        == ask(
            build,
            "select sum(amount_usd) from mart.purchase where status in ('confirmed', 'matched')",
        )[0][0]
    )
    hostile = next(row for row in rows if row["purchase_id"] == "us_federal:A4")
    assert hostile["description"] == "'" + HOSTILE_WORDS
    assert hostile["vendor_name"] == HOSTILE_VENDOR


def test_a_workbook_holds_text_and_no_formulas(build: data.Build, tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    with path.open("wb") as file:
        downloads.write_xlsx(file, build, COUNTED, "Newest first", "http://here/explore")
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert book["purchases"].max_row == data.how_many(build, COUNTED) + 1
    about = {row[0].value: row[1].value for row in book["about"]}
    assert about["Address"] == "http://here/explore"
    assert about["Build"] == "test"


def test_the_pointer_names_a_file_beside_it(home: Path) -> None:
    publish(home, sample_rows())
    pointer = json.loads((home / "published" / "current.json").read_text())
    assert data.current().database == home / "build" / pointer["database"]


def test_a_year_counts_as_covered_only_in_whole(build: data.Build) -> None:
    covered = data.years_covered(build)
    assert covered["us_federal:7012"] == {2021, 2022, 2023, 2024, 2025}
    assert covered["us_federal:7014"] == {2021, 2022, 2023}


def test_what_the_record_shows_comes_before_who_read_it(build: data.Build) -> None:
    titles = [row["strength"] for row in data.reasons(build, COUNTED)]
    assert titles == sorted(titles, key=lambda strength: strength == 1)


def test_the_ledger_counts_a_purchase_once_however_often_it_has_the_words(
    build: data.Build,
) -> None:
    number, rows = data.find_in_whole_ledger(build, "paper")
    assert (number, len(rows)) == (1, 1)
    assert rows[0]["award_number"] == "70CDCRZ9"


def test_any_purchase_of_the_ledger_opens_with_its_transactions(build: data.Build) -> None:
    row = data.ledger_purchase(build, "us_federal:Z9")
    assert row is not None
    assert (row["vendor_name"], row["amount_usd"]) == ("ACME PAPER", Decimal("1234.56"))
    moves = data.ledger_transactions(build, "us_federal:Z9")
    assert moves[-1]["running_amount"] == row["amount_usd"]
    assert data.ledger_texts(build, "us_federal:Z9") == ("MORE OFFICE PAPER", "OFFICE PAPER")
    source = data.ledger_source(build, "us_federal:Z9")
    assert source is not None
    assert source["title"] == "USAspending contracts"
    assert data.ledger_purchase(build, "nothing") is None


def test_resellers_are_purchases_whose_maker_is_another(build: data.Build) -> None:
    (row,) = data.resold(build, COUNTED, AWARDS)
    assert (row["vendor_name"], row["maker_name"]) == (HOSTILE_VENDOR, "Cellebrite")
    assert (row["purchases"], row["amount"]) == (1, Decimal("12345.67"))
    assert data.how_many(build, replace(COUNTED, resold_only=True)) == 1


def test_a_technology_can_be_left_out_of_every_figure(build: data.Build) -> None:
    without = replace(COUNTED, without_technologies=("device-forensics",))
    left = data.total(build, COUNTED, AWARDS).amount
    part = data.total(build, replace(COUNTED, technologies=("device-forensics",)), AWARDS)
    assert data.total(build, without, AWARDS).amount == left - part.amount
    assert "device-forensics" not in {b.id for b in data.by(build, without, AWARDS, "technology")}
    query = {"leave_out": ["Device forensics"], "staffing": ["true"]}
    chosen = filters.selection(build, query)
    assert chosen == replace(without, without_staffing=True)


def test_what_is_known_only_as_lifetime_totals_is_told_apart(build: data.Build) -> None:
    bars = data.by(build, COUNTED, AWARDS, "vendor")
    assert {bar.name: bar.lifetime_purchases for bar in bars}["Cellebrite"] == 1


def test_leaving_out_a_technology_keeps_purchases_of_none(home: Path) -> None:
    rows = sample_rows()
    rows["mart.purchase"][0]["technology"] = None
    publish(home, rows)
    every = data.how_many(data.current(), COUNTED)
    without = replace(COUNTED, without_technologies=("screening",))
    assert data.how_many(data.current(), without) == every
