"""A city that nobody has prepared: from the address of its data set to its first chart."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dashboard import data
from ingest.adapters.portal import Column
from ingest.check_columns import check_columns, switched_on
from ingest.draft_columns import fiscal_year_begins, guess
from ingest.errors import WhobuysError
from ingest.home import Home
from ingest.http import Client
from ingest.new_source import Draft, new_source
from ingest.source import load_source
from ingest.spreadsheet import TableError
from tests.conftest import Whobuys
from tests.portals.arcgis import Layer, Service
from tests.portals.ckan import Portal as CkanPortal
from tests.portals.ckan import Resource
from tests.portals.example import QUICK
from tests.portals.socrata import Portal, Table
from tests.usaspending.server import Server

TODAY = date(2026, 11, 22)
COLUMNS = [
    ("contract_number", "Contract Number", "text"),
    ("department", "Department", "text"),
    ("vendor_name", "Vendor Name", "text"),
    ("award_amount", "Award Amount", "number"),
    ("purpose", "Purpose", "text"),
    ("approval_date", "Approval Date", "calendar_date"),
    ("vendor_email", "Vendor Email", "text"),
]


def row(number: int, vendor: str, purpose: str) -> dict[str, str]:
    return {
        "contract_number": f"C{number}",
        "department": "Police",
        "vendor_name": vendor,
        "award_amount": f"{number}000.50",
        "purpose": purpose,
        "approval_date": "2025-08-01T00:00:00.000",
        "vendor_email": "sales@example.com",
    }


ROWS = [
    row(1, "Acme Paper", "OFFICE PAPER"),
    row(2, "Flock Group Inc", "LICENSE PLATE READER CAMERAS"),
    row(3, "Axon Enterprise Inc", "BODY WORN CAMERAS"),
]


@pytest.fixture
def city(server: Server) -> Portal:
    portal = Portal(server)
    portal.tables["abcd-1234"] = Table("Springfield contracts", list(COLUMNS), list(ROWS))
    return portal


def draft(home: Home, address: str, **more: object) -> Draft:
    client = Client("new source", pace=QUICK)
    return new_source(home, address, today=TODAY, client=client, **more)  # type: ignore[arg-type]


def test_a_socrata_page_becomes_a_declaration_that_is_valid(
    home: Path, server: Server, city: Portal
) -> None:
    del city
    drafted = draft(
        Home(home), f"{server.url}/Finance/Contracts/abcd-1234/about_data",
        source_id="us_il_springfield_contracts", place="us_il_springfield",
    )  # fmt: skip
    assert drafted.path
    source = load_source(drafted.path)
    assert (source.adapter, source.dataset, source.domain) == ("socrata", "abcd-1234", server.url)
    assert source.record_kind == "contract"
    assert source.purchase_key == ["contract_number"]
    assert source.columns == {
        "department": "agency_name_source",
        "vendor_name": "vendor_name_source",
        "award_amount": "amount",
        "purpose": "description",
        "approval_date": "signed_date",
    }
    assert source.ignored == {"vendor_email"}
    assert source.publisher == "City of Example"
    assert {likely.vendor for likely in drafted.likely} == {
        "Flock Group Inc", "Axon Enterprise Inc",
    }  # fmt: skip
    assert drafted.doubts == drafted.text.count("not sure") > 3


@pytest.mark.service
@pytest.mark.usefixtures("city")
def test_from_an_address_to_the_first_chart_by_three_commands(
    home: Path, server: Server, whobuys: Whobuys
) -> None:
    settings = {"WHOBUYS_PACE": "0", "NO_PROXY": "127.0.0.1"}
    made = whobuys(
        "new-source", f"{server.url}/d/abcd-1234", "--id", "us_il_springfield_contracts",
        "--place", "us_il_springfield", **settings,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "Flock Group Inc | LICENSE PLATE READER CAMERAS | 2000.50: license-plate-readers" in (
        made.stderr
    )
    assert "then run `whobuys fetch us_il_springfield_contracts` and `whobuys build`" in made.stdout
    fetched = whobuys("fetch", "us_il_springfield_contracts", **settings)
    assert fetched.returncode == 0, fetched.stderr
    assert "1 new file, 3 rows" in fetched.stdout
    built = whobuys("build", **settings)
    assert built.returncode == 0, built.stderr
    database = Home(home).published_database()
    assert database
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute(
            "select place_id, technology, amount_usd::varchar from mart.purchase order by 2"
        ).fetchall() == [
            ("us_il_springfield", "body-worn-cameras", "3000.50"),
            ("us_il_springfield", "license-plate-readers", "2000.50"),
        ]
    # The question behind the first chart.
    chart = data.current()
    years = data.by_year(chart, data.Selection(), data.Measure("contract", "committed"))
    assert [(year.year, year.amount) for year in years if year.amount] == [
        (2026, Decimal("5001.00")),
    ]  # fmt: skip


def test_ckan_and_arcgis_pages_and_files_are_recognised(
    home: Path, server: Server, tmp_path: Path
) -> None:
    ours = Home(home)
    columns = [(title, "text") for _, title, _ in COLUMNS]
    rows = [{title: each[name] for name, title, _ in COLUMNS} for each in ROWS]
    portal = CkanPortal(server)
    portal.packages["contracts"] = [Resource("r1", "FY26", columns, rows)]
    text = draft(ours, f"{server.url}/dataset/contracts", writes=False).text
    assert "adapter: ckan" in text
    assert "  Vendor Name: vendor_name_source" in text
    service = Service(server)
    fields = [(name, "String") for name, _, _ in COLUMNS]
    service.layers["x/Contracts/FeatureServer/0"] = Layer("Contracts", fields, list(ROWS))
    address = f"{server.url}/arcgis/rest/services/x/Contracts/FeatureServer/0"
    text = draft(ours, address, writes=False).text
    assert "dataset: arcgis/rest/services/x/Contracts/FeatureServer/0" in text
    assert "  vendor_name: vendor_name_source" in text
    csv = tmp_path / "checks.csv"
    csv.write_bytes(
        b"City of Example\nAll checks\n\nDepartment;Payee;Check Date;Amount;Account Description\n"
        b"Police;Caf\xe9 Axon;01/31/2025;1.00;BODY CAMERAS\n"
        * 1
        + b"Police;Axon;02/28/2025;2.00;BODY CAMERAS\n"
    )
    text = draft(ours, str(csv), writes=False).text
    assert "read: {encoding: cp1252, header_row: 4}" in text
    assert "record_kind: payment" in text
    assert "  Check Date: date" in text
    with pytest.raises(WhobuysError, match=r"Nothing was found at .*/nothing\.csv"):
        draft(ours, f"{server.url}/nothing.csv", writes=False)


def test_what_is_no_table_of_purchases_is_refused(home: Path, server: Server, city: Portal) -> None:
    columns = [("tree", "Tree", "text"), ("height", "Height", "number")]
    city.tables["tree-0001"] = Table("Trees", columns, [{"tree": "Oak", "height": "3"}])
    with pytest.raises(TableError, match="No column of Trees looks like a vendor"):
        draft(Home(home), f"{server.url}/d/tree-0001")


def test_the_first_month_of_fiscal_years_is_read_where_the_rows_show_it() -> None:
    columns = tuple(
        Column(name, name, kind)
        for name, kind in (
            ("vendor", "text"), ("amount", "number"), ("check_date", "date"),
            ("fiscal_year", "number"),
        )
    )  # fmt: skip
    rows: list[dict[str, str | None]] = [
        {
            "vendor": "A",
            "amount": "1",
            "check_date": f"2025-{month:02}-15",
            "fiscal_year": str(2025 + (month >= 10)),
        }
        for month in range(1, 13)
    ]
    assert fiscal_year_begins(guess(columns, rows, "Checks"), rows) == 10
    rows[4]["fiscal_year"] = "2026"
    rows.append({**rows[4], "fiscal_year": "2025"})
    assert fiscal_year_begins(guess(columns, rows, "Checks"), rows) is None


OFF = """\
# Facts that somebody wrote down.
title: Springfield contracts
publisher: Springfield
place: us_il_springfield
page: https://example.org/
licence: public domain
adapter: socrata
domain: {url}
dataset: abcd-1234
is_on: false  # seen in 2022 alone
verified:
  how: >-
    metadata of July 2022, and
    nothing since
  when: 2022-07-22
fiscal_year_begins: 7
record_kind: contract
basis: committed
cadence: weekly
grain: one contract
amounts: total
purchase_key: [contract_number]
row_key: [contract_number]
columns:
  department: agency_name_source
  # The firm, not the person.
  vendor_name: vendor_name_source
  award_amount: amount
covers: Everything.
does_not_cover: Nothing.
is_complete: false
"""


def test_one_command_checks_the_columns_and_switches_a_source_on(
    home: Path, server: Server, city: Portal
) -> None:
    ours = Home(home)
    path = home / "sources" / "us_il_springfield_contracts.yml"
    path.parent.mkdir()
    path.write_text(OFF.format(url=server.url), "utf-8")
    city.tables["abcd-1234"].rename("vendor_name", "vendor_names")
    (looked,) = check_columns(ours, [path.stem], TODAY)
    assert not looked.is_confirmed
    assert looked.gone == ["vendor_name"]
    assert "`vendor_names` is new and looks like `vendor_name`" in looked.sentence
    assert path.read_text("utf-8") == OFF.format(url=server.url)
    city.tables["abcd-1234"].rename("vendor_names", "vendor_name")
    (looked,) = check_columns(ours, [path.stem], TODAY)
    assert looked.is_confirmed
    assert "all 3 columns are there, and it is switched on" in looked.sentence
    assert looked.new == ["purpose", "approval_date", "vendor_email"]
    source = load_source(path)
    assert source.is_on
    assert source.verified
    assert source.verified.when == TODAY
    text = path.read_text("utf-8")
    for comment in ("# Facts that", "# seen in 2022 alone", "# The firm, not the person."):
        assert comment in text
    assert "nothing since" not in text


def test_a_file_that_is_its_own_last_key_keeps_its_comments() -> None:
    text = "a: 1\nis_on: false\nverified:\n  how: x\n  # why\n  when: 2022-01-01\n"
    assert switched_on(text, "it's there", TODAY) == (
        "a: 1\nis_on: true\n  # why\nverified:\n  how: 'it''s there'\n  when: 2026-11-22\n"
    )
