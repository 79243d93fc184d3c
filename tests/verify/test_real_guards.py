"""Guards on real files: a file spoiled on purpose holds back its own source and no other."""

import csv
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.add import add
from ingest.build import build
from ingest.errors import SourceError
from ingest.held import remember
from ingest.home import Home
from tests.conftest import Whobuys
from tests.federal import Row, csv_text, write_zip
from tests.test_acting import page

pytestmark = pytest.mark.verify

CHICAGO, FRANCISCO = "us_il_chicago_contracts", "us_ca_san_francisco_payments"
FEDERAL = "us_federal_contracts"
ARCHIVE = "usaspending_archive/FY2025_070_Contracts_Full_20251006.zip"
FILES = {
    CHICAGO: "chicago_contracts/contracts_sample_20k.csv",
    FRANCISCO: "san_francisco_vendor_payments/vendor_payments_sample_10k.csv",
}


@pytest.fixture(scope="module")
def tables(shared: Path) -> dict[str, list[Row]]:
    found = {}
    for source_id, name in FILES.items():
        with (shared / "real" / name).open(encoding="utf-8-sig", newline="") as handle:
            found[source_id] = list(csv.DictReader(handle))
    with zipfile.ZipFile(shared / "real" / ARCHIVE) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8-sig")
    found[FEDERAL] = list(csv.DictReader(io.StringIO(text, newline="")))
    return found


def give(home: Home, source_id: str, rows: list[Row], stamp: str) -> None:
    """Load rows as the next file of a source."""
    folder = home.root.parent / "in" / stamp
    if source_id == FEDERAL:
        name = f"FY2025_070_Contracts_Full_{stamp}"
        table = csv_text(rows, list(rows[0]))
        add(home, write_zip(folder / f"{name}.zip", {f"{name}_1.csv": table}), source_id)
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source_id}.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    add(home, path, source_id)


def changed(rows: list[Row], change: Callable[[Row], Row]) -> list[Row]:
    return [change(dict(row)) for row in rows]


def count(home: Home, source_id: str) -> int:
    with duckdb.connect(str(home.published_database()), read_only=True) as con:
        row = con.execute(
            "select count(*) from core.transaction join core.file using (file_key)"
            " where source_id = ?", [source_id],
        ).fetchone()  # fmt: skip
    assert row
    return int(row[0])


def test_a_spoiled_file_holds_back_its_own_source_until_accepted(
    tables: dict[str, list[Row]], ours: Home, whobuys: Whobuys
) -> None:
    home = ours
    for source_id, rows in tables.items():
        give(home, source_id, rows, "20251006")
    assert build(home).failures == {}

    # Chicago comes in half, the department's money is twelve times itself; San Francisco is well.
    chicago, francisco = tables[CHICAGO], tables[FRANCISCO]
    give(home, CHICAGO, chicago[: len(chicago) // 2], "20251106")
    amount = "federal_action_obligation"
    give(
        home, FEDERAL,
        changed(tables[FEDERAL], lambda r: {**r, amount: str(Decimal(r[amount] or 0) * 12)}),
        "20251106",
    )  # fmt: skip
    give(home, FRANCISCO, francisco[:-1], "20251106")
    built = build(home)
    assert set(built.failures) == {CHICAGO, FEDERAL}
    assert "10,000 rows now, 20,000 before" in built.failures[CHICAGO]
    assert f"whobuys accept {CHICAGO}" in built.failures[CHICAGO]
    assert set(remember(home).sources[FEDERAL].findings) == {"total", "agency total"}
    assert "U.S. Immigration and Customs Enforcement from" in built.failures[FEDERAL]
    assert count(home, CHICAGO) == len(chicago), "its last good data"
    assert count(home, FRANCISCO) == len(francisco) - 1, "the others go on"

    # What an editor types, and reads: the others are named, and nothing passes without a reason.
    reason = "the city moved its older contracts to another table"
    typed = [
        (("accept", CHICAGO), 2, "--reason"),
        (("accept", CHICAGO, "--reason", " "), 2, "Say why it is right"),
        (("accept", FRANCISCO, "--reason", reason), 2, f"Held back now: {FEDERAL}, {CHICAGO}"),
        (("accept", CHICAGO, "--reason", reason), 0, "10,000 rows now, 20,000 before"),
        # The other one is still held back, and named with its repair.
        (("build",), 1, f"whobuys accept {FEDERAL}"),
        (("accept", CHICAGO, "--reason", reason), 2, f"Held back now: {FEDERAL}"),
    ]
    for words, code, said in typed:
        ran = whobuys(*words, WHOBUYS_HOME=str(home.root))
        heard = " ".join((ran.stdout + ran.stderr).split())
        assert (ran.returncode, said in heard) == (code, True), f"{words}: {heard}"
    assert count(home, CHICAGO) == len(chicago) // 2
    # The reason is kept in the home's own reference data.
    kept = (home.root / "reference" / "accepted.csv").read_text("utf-8")
    assert kept.count(reason) == kept.count(CHICAGO) > 0

    # Words and names gone from most of San Francisco's rows, and the department's year cut short.
    said = dict.fromkeys(
        ("Supplier & Other Non-Supplier Payees", "Sub-object", "Contract Title"), ""
    )
    assert said.keys() <= francisco[0].keys()
    give(home, FRANCISCO, changed(francisco, lambda r: {**r, **said}), "20251206")
    give(home, FEDERAL, tables[FEDERAL][::2], "20251206")
    built = build(home)
    assert set(remember(home).sources[FEDERAL].findings) >= {"rows"}
    assert "rows now" in built.failures[FEDERAL]
    assert set(remember(home).sources[FRANCISCO].findings) == {"columns", "unclassifiable"}
    assert "purchases without a description" in built.failures[FRANCISCO]
    # What was let pass still stands on the page of sources, with the reason.
    assert f"“{reason}”" in page("sources")


@pytest.mark.parametrize(
    ("source_id", "column", "named"),
    [
        (CHICAGO, "Award Amount", "no column `award_amount`"),
        (FRANCISCO, "Vouchers Paid", "no column `vouchers_paid`"),
        (FEDERAL, "federal_action_obligation", "no column `federal_action_obligation`"),
    ],
)
def test_a_column_dropped_or_renamed_is_refused_by_its_name(
    tables: dict[str, list[Row]], tmp_path: Path, source_id: str, column: str, named: str
) -> None:
    few = tables[source_id][:200]
    for spoiled in (
        [{name: value for name, value in row.items() if name != column} for row in few],
        [
            {("Sum" if name == column else name): value for name, value in row.items()}
            for row in few
        ],
    ):
        home = Home(tmp_path / str(len(spoiled[0])))
        home.root.mkdir()
        with pytest.raises(SourceError, match=named):
            give(home, source_id, spoiled, "20251106")
