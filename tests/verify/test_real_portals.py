"""Real records, served by portals: the same published figures as the files added by hand."""

import csv
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import archive
from ingest.adapters import socrata
from ingest.add import add
from ingest.build import build
from ingest.fetch import fetch
from ingest.home import PROJECT_DATA, Home
from ingest.http import Pace
from ingest.record_columns import plain
from ingest.status import status
from tests.portals.ocds import Publisher
from tests.portals.socrata import Portal, Table
from tests.usaspending.server import Server

pytestmark = pytest.mark.verify

TODAY = date(2026, 11, 22)
QUICK = Pace(0.0, 0.0, 0.01, 0.02)
FILES = {
    "us_il_chicago_contracts": "chicago_contracts/contracts_sample_20k.csv",
    "us_ca_san_francisco_payments": "san_francisco_vendor_payments/vendor_payments_sample_10k.csv",
}
FIGURES = """
select agency_name, fiscal_year, record_kind, basis, sum(amount), sum(purchases), sum(transactions)
from mart.denominator group by all order by all
"""
PURCHASES = """
select vendor_name_source, technology, status, amount_usd, transactions, description
from mart.purchase order by all
"""
NOTICES = "uk_ocds_notices/releases_ocds-{}.json"


def mirrored(home: Home, source_id: str, address: str) -> str:
    """Write our declaration of a source to a home, under another id and for another portal."""
    text = (PROJECT_DATA / "sources" / f"{source_id}.yml").read_text("utf-8")
    text = re.sub(r"(?m)^domain: .*$", f"domain: {address}", text)
    path = home.root / "sources" / f"{source_id}_mirror.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path.stem


def figures(home: Home) -> list[list[tuple[Any, ...]]]:
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        return [connection.execute(question).fetchall() for question in (FIGURES, PURCHASES)]


def as_served(name: str, value: str) -> str:
    """Return a value of a downloaded file as the API has it: dates the ISO way."""
    if name.endswith("_date") and re.fullmatch(r"\d\d/\d\d/\d{4}", value):
        month, day, year = value.split("/")
        return f"{year}-{month}-{day}T00:00:00.000"
    return value


@pytest.mark.parametrize("source_id", FILES)
def test_rows_from_the_portal_give_the_figures_of_the_file(
    shared: Path, tmp_path: Path, source_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shared / "real" / FILES[source_id]
    with file.open(encoding="utf-8-sig", newline="") as handle:
        records = list(csv.DictReader(handle))
    monkeypatch.setattr(socrata, "PAGE", 3_000)
    server = Server()
    columns = [(plain(title), title, "text") for title in records[0]]
    rows = [{plain(t): as_served(plain(t), v) for t, v in row.items()} for row in records]
    by_hand, by_portal = Home(tmp_path / "hand"), Home(tmp_path / "portal")
    with server.running():
        portal = Portal(server)
        for home in (by_hand, by_portal):
            mirror = mirrored(home, source_id, server.url)
        dataset = re.search(r"(?m)^dataset: (\S+)$", (
            PROJECT_DATA / "sources" / f"{source_id}.yml").read_text("utf-8"))  # fmt: skip
        assert dataset
        portal.tables[dataset[1]] = Table("Mirror", columns, rows)
        add(by_hand, file, mirror)
        (result,) = fetch(by_portal, [mirror], today=TODAY, pace=QUICK)
    assert result.failure is None
    assert result.rows == len(records)
    hand, served = figures(by_hand), figures(by_portal)
    assert served == hand
    assert len(hand[0]) > 50
    assert len(hand[1]) > 5


def test_british_notices_are_purchases_in_pounds(shared: Path, tmp_path: Path) -> None:
    """By a second way of adding: the newest notice of each process says what its awards are."""
    home = Home(tmp_path / "home")
    notices = {
        "uk_contracts_finder": "b5fd17", "uk_scotland_contracts": "r6ebe6",
        "uk_wales_contracts": "kuma6s",
    }  # fmt: skip
    expected: dict[str, Decimal] = {}
    for source_id, name in notices.items():
        file = shared / "real" / NOTICES.format(name)
        manifest = add(home, file, source_id).manifest
        assert manifest.rejected == 0
        newest: dict[tuple[str, str], tuple[str, Decimal]] = {}
        for release in json.loads(file.read_bytes(), parse_float=Decimal)["releases"]:
            for award in release.get("awards", []):
                key = (release["ocid"], award["id"])
                value = Decimal(award["value"]["amount"])
                if key not in newest or release["date"] >= newest[key][0]:
                    newest[key] = (release["date"], value)
        expected[source_id] = sum((value for _, value in newest.values()), Decimal(0))
    built = build(home)
    assert {one.state for one in status(home).sources if one.source_id in notices} == {"fresh"}
    with duckdb.connect(str(built.database), read_only=True) as connection:
        found = dict(
            connection.execute(
                "select source_id, sum(amount) from core.transaction join core.file "
                "using (file_key) group by all"
            ).fetchall()
        )
        assert found["uk_contracts_finder"] == expected["uk_contracts_finder"]
        assert expected["uk_contracts_finder"] == Decimal("967677552.86")
        # Both others hold tenders alone, which are no purchases, and are built all the same.
        assert expected["uk_scotland_contracts"] == expected["uk_wales_contracts"] == 0
        assert connection.execute(
            "select distinct currency, amount_usd from core.transaction"
        ).fetchall() == [("GBP", None)]
        counts = connection.execute(
            "select count(*), count(distinct vendor_key), count(distinct agency_name) "
            "from core.purchase"
        ).fetchone()
        # 143 awards, and a row for each of the 131 suppliers that share eleven of them.
        assert counts
        assert counts[0] == 274
        assert counts[1] > 100
        assert counts[2] > 50


def test_british_notices_from_a_publisher_are_those_of_the_files(
    shared: Path, tmp_path: Path
) -> None:
    """All three files by hand, and what they hold from one publisher, page by page."""
    files = [shared / "real" / NOTICES.format(name) for name in ("b5fd17", "r6ebe6", "kuma6s")]
    releases = [r for file in files for r in json.loads(file.read_bytes())["releases"]]
    assert len(releases) == 380
    by_hand, by_portal = Home(tmp_path / "hand"), Home(tmp_path / "portal")
    server = Server()
    with server.running():
        publisher = Publisher(server, releases, limit=30)
        # As a server that knows its bytes to be UTF-8; Latin-1 has no dash and no bullet.
        publisher.encoding = "utf-8"
        for home in (by_hand, by_portal):
            mirror = mirrored(home, "uk_contracts_finder", server.url)
            declared = home.root / "sources" / f"{mirror}.yml"
            # The oldest of the notices are Scotland's, of March 2019.
            text = declared.read_text("utf-8").replace("since: 2024-04-01", "since: 2019-03-01")
            declared.write_text(text, "utf-8")
        (result,) = fetch(by_portal, [mirror], today=TODAY, pace=QUICK)
    assert result.failure is None
    assert result.files
    assert sum(raw.receipt.headers["X-Rows"] == "380" for raw in archive.kept(by_portal)) == 1
    for file in files:
        add(by_hand, file, mirror)
    assert figures(by_portal) == figures(by_hand)
