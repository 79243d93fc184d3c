"""Real records: what the official files say, to the cent, and by a second way of adding."""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.add import add, add_starter
from ingest.build import build
from ingest.errors import SourceError
from ingest.home import Home
from tests import federal

pytestmark = pytest.mark.verify

ICE, CBP = "7012", "7014"
SUMMARIES_2025 = "mn_all_Contracts_PrimeAwardSummaries_2025-03-21_H19M57S23_1.csv"
Sums = dict[tuple[str, ...], Decimal]


@pytest.fixture(scope="module")
def zips(shared: Path) -> list[Path]:
    """Return the five files of the archive."""
    found = sorted((shared / "real" / "usaspending_archive").glob("*.zip"))
    assert len(found) == 5
    return found


@pytest.fixture(scope="module")
def records(zips: list[Path]) -> list[dict[str, str]]:
    """Return every row of the archive as Python's own csv module reads it."""
    rows = []
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    text = io.TextIOWrapper(member, encoding="utf-8", newline="")
                    rows += [{**row, "file": name} for row in csv.DictReader(text)]
    return rows


@pytest.fixture(scope="module")
def archive_alone(zips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the build of the five files."""
    return federal.build_of(Home(tmp_path_factory.mktemp("archive")), *zips).database


@pytest.fixture(scope="module")
def everything(zips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the build of the starter ledger and the five files, each added twice."""
    home = Home(tmp_path_factory.mktemp("everything"))
    add_starter(home)
    federal.load(home, *zips[::-1], *zips)
    add_starter(home)
    return build(home).database


@pytest.fixture(params=["archive_alone", "everything"])
def ledger(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield each of the two builds: the figures must be the same."""
    database = request.getfixturevalue(request.param)
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


@pytest.fixture
def plain(archive_alone: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(archive_alone), read_only=True) as connection:
        yield connection


def added_up(records: list[dict[str, str]], *columns: str) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for row in records:
        sums[tuple(row[column] for column in columns)] += Decimal(row["federal_action_obligation"])
    return dict(sums)


def test_every_transaction_is_there_once(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select count(*), count(distinct transaction_id), sum(amount) from core.transaction"
    ).fetchone() == (31_520, 31_520, Decimal("24762328236.71"))


def test_the_figures_of_agencies_and_years(ledger: duckdb.DuckDBPyConnection) -> None:
    found = {
        (agency, year): (amount, transactions)
        for agency, year, amount, transactions in ledger.execute(
            "select agency_code, fiscal_year, sum(core.transaction.amount), count(*)"
            " from core.transaction join core.purchase using (purchase_id) group by all"
        ).fetchall()
    }
    assert found[ICE, 2025] == (Decimal("3988661487.38"), 4_410)
    assert found[CBP, 2021][0] == Decimal("4123115449.09")
    assert set(found) == {(ICE, year) for year in range(2021, 2026)} | {(CBP, 2021), (CBP, 2022)}


def test_the_published_denominators_are_the_same_figures(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    found = dict(
        ledger.execute(
            "select agency_id || ' ' || fiscal_year, sum(amount_usd) from mart.denominator"
            " group by all"
        ).fetchall()
    )
    assert found["us_federal_7012 2025"] == Decimal("3988661487.38")
    assert found["us_federal_7014 2021"] == Decimal("4123115449.09")
    assert sum(found.values()) == Decimal("24762328236.71")


def test_what_clearview_ai_and_palantir_sold_to_ice(ledger: duckdb.DuckDBPyConnection) -> None:
    found = {
        vendor: (purchases, amount)
        for vendor, purchases, amount in ledger.execute(
            "select vendor_id, count(*), sum(amount_usd) from mart.purchase"
            " where agency_code = ? and record_kind = 'award' and is_counted"
            " group by vendor_id",
            [ICE],
        ).fetchall()
    }
    assert found["clearview_ai"] == (3, Decimal("7140000.00"))
    palantir = {vendor: sold for vendor, sold in found.items() if "palantir" in vendor}
    assert list(palantir.values()) == [(6, Decimal("175182402.90"))]


def test_sums_by_agency_and_year_agree_with_an_independent_reading(
    ledger: duckdb.DuckDBPyConnection, records: list[dict[str, str]]
) -> None:
    expected = added_up(records, "awarding_sub_agency_code", "action_date_fiscal_year")
    found = ledger.execute(
        "select agency_code, fiscal_year::varchar, sum(core.transaction.amount)"
        " from core.transaction join core.purchase using (purchase_id) group by all"
    ).fetchall()
    assert {(agency, year): amount for agency, year, amount in found} == expected


def test_every_award_agrees_with_an_independent_reading(
    ledger: duckdb.DuckDBPyConnection, records: list[dict[str, str]]
) -> None:
    expected = {
        key.upper(): amount
        for (key,), amount in added_up(records, "contract_award_unique_key").items()
    }
    transactions = dict(
        ledger.execute(
            "select source_key, sum(core.transaction.amount) from core.transaction"
            " join core.purchase using (purchase_id) group by all"
        ).fetchall()
    )
    assert transactions == expected
    purchases = dict(
        ledger.execute(
            "select source_key, amount from core.purchase where record_kind = 'award'"
        ).fetchall()
    )
    awards = {key: amount for key, amount in expected.items() if not key.startswith("CONT_IDV_")}
    assert purchases == awards


def test_every_row_leads_back_to_its_line_in_the_file(
    plain: duckdb.DuckDBPyConnection, records: list[dict[str, str]]
) -> None:
    lines: dict[str, int] = defaultdict(lambda: 1)
    expected = set()
    for row in records:
        lines[row["file"]] += 1
        expected.add(
            (
                f"us_federal:{row['contract_transaction_unique_key'].upper()}",
                row["file"],
                lines[row["file"]],
                Decimal(row["federal_action_obligation"]),
                row["action_date"],
            )
        )
    found = plain.execute(
        "select transaction_id, raw_member, raw_row, amount, date::varchar"
        " from core.transaction join core.file using (file_key)"
    ).fetchall()
    assert set(found) == expected


def test_nothing_is_set_aside_and_no_column_is_unknown(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute("select sum(rejected) from core.file").fetchone() == (0,)
    assert (
        ledger.execute(
            "select kind, message from meta.issue where kind in ('row set aside',"
            " 'value left empty', 'column not known', 'key repeated', 'member not loaded')"
        ).fetchall()
        == []
    )


def test_forensic_software_bought_from_clearview_ai_is_face_recognition(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    found = ledger.execute(
        "select distinct technology, is_counted, vendor_id from mart.purchase"
        " where vendor_name_source ilike '%clearview%' and description ilike '%forensic software%'"
    ).fetchall()
    assert found == [("face-recognition", True, "clearview_ai")]


def test_the_starter_ledger_is_the_facts_it_was_made_from(shared: Path, tmp_path: Path) -> None:
    with (shared / "starter" / "transactions.csv").open(encoding="utf-8", newline="") as handle:
        facts = list(csv.DictReader(handle))
    home = Home(tmp_path)
    add_starter(home)
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        found = connection.execute(
            "select transaction_id, source_key, modification_number, date::varchar,"
            " core.transaction.amount from core.transaction join core.purchase using (purchase_id)"
        ).fetchall()
        high = connection.execute(
            "select count(*), sum(amount_usd) from mart.purchase where status = 'confirmed'"
            " and scope = 'strict'"
        ).fetchone()
    assert sorted(found) == sorted(
        (
            f"us_federal:{row['transaction_key'].upper()}",
            row["award_id"].upper(),
            row["modification_number"],
            row["action_date"],
            Decimal(row["obligated_usd"]),
        )
        for row in facts
    )
    assert high == (352, Decimal("2152965586.34"))


def test_the_starter_ledger_and_the_archive_say_the_same(
    shared: Path, records: list[dict[str, str]]
) -> None:
    with (shared / "starter" / "transactions.csv").open(encoding="utf-8", newline="") as handle:
        facts = list(csv.DictReader(handle))
    official = {row["contract_transaction_unique_key"].upper(): row for row in records}
    both = [row for row in facts if row["transaction_key"].upper() in official]
    assert len(both) > 2_000
    different = [
        (row["transaction_key"], row["obligated_usd"], row["action_date"])
        for row in both
        for archived in [official[row["transaction_key"].upper()]]
        if Decimal(row["obligated_usd"]) != Decimal(archived["federal_action_obligation"])
        or row["action_date"] != archived["action_date"]
        or row["award_id"].upper() != archived["contract_award_unique_key"].upper()
    ]
    assert different == []


def test_with_the_archive_there_nothing_of_the_starter_counts_in_its_years(
    everything: Path,
) -> None:
    with duckdb.connect(str(everything), read_only=True) as connection:
        assert connection.execute(
            "select source_id, count(*) from core.transaction join core.file using (file_key)"
            " group by all"
        ).fetchall() == [(federal.SOURCE, 31_520)]


@pytest.mark.parametrize(
    ("name", "layout", "rows", "sums_column"),
    [
        ("usaspending_transactions_fy13/ice_fy13.csv", "transactions, 259 columns", 157,
         "federal_action_obligation"),
        ("usaspending_summaries_2023/ca_local_gov_dhs_contracts.csv", "summaries, 279 columns",
         499, "total_obligated_amount"),
        (f"usaspending_summaries_2025/{SUMMARIES_2025}",
         "summaries, 286 columns", 1_369, "total_obligated_amount"),
    ],
)  # fmt: skip
def test_the_other_layouts_load_whole(
    shared: Path, tmp_path: Path, name: str, layout: str, rows: int, sums_column: str
) -> None:
    home, path = Home(tmp_path), shared / "real" / name
    manifest = add(home, path, federal.SOURCE).manifest
    assert [(t.layout, t.rows, t.rejected) for t in manifest.tables] == [(layout, rows, 0)]
    assert [p.message for p in manifest.tables[0].problems if p.kind != "value left empty"] == []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        expected = sum((Decimal(row[sums_column]) for row in csv.DictReader(handle)), Decimal(0))
    built = build(home)
    with duckdb.connect(str(built.database), read_only=True) as connection:
        if layout.startswith("transactions"):
            found = connection.execute("select sum(amount) from core.transaction").fetchone()
        else:
            found = connection.execute("select sum(lifetime_amount) from core.purchase").fetchone()
            assert connection.execute(
                "select distinct amount_scope, transactions from core.purchase"
            ).fetchall() == [("lifetime", 0)]
        assert found == (expected,)


def test_sub_awards_are_refused_as_ruled(shared: Path, tmp_path: Path) -> None:
    (path,) = (shared / "real" / "usaspending_summaries_2025").glob("*Subawards*.csv")
    with pytest.raises(SourceError, match="holds sub-awards"):
        add(Home(tmp_path), path, federal.SOURCE)


def test_all_five_layouts_stand_side_by_side(
    shared: Path, zips: list[Path], tmp_path: Path
) -> None:
    home = Home(tmp_path)
    others = [
        *(shared / "real").glob("usaspending_transactions_fy13/*.csv"),
        *(shared / "real").glob("usaspending_summaries_2023/*.csv"),
        *(shared / "real").glob("usaspending_summaries_2025/*Summaries*.csv"),
    ]
    federal.load(home, *others, *zips)
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        assert connection.execute(
            "select sum(amount), count(*) from core.transaction where fiscal_year > 2020"
        ).fetchone() == (Decimal("24762328236.71"), 31_520)
        assert connection.execute(
            "select count(*) from core.transaction where fiscal_year = 2013"
        ).fetchone() == (157,)


def test_a_vendor_of_two_recorded_names_and_one_number_is_one(shared: Path, tmp_path: Path) -> None:
    path = shared / "real" / "usaspending_transactions_fy13" / "ice_fy13.csv"
    built = federal.build_of(Home(tmp_path), path)
    with duckdb.connect(str(built.database), read_only=True) as connection:
        found = connection.execute(
            "select count(distinct core.vendor_name.vendor_name), count(distinct vendor_id)"
            " from core.vendor_name join core.vendor using (vendor_key) where duns = '618954465'"
        ).fetchone()
    assert found == (2, 1)
