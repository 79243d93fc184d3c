"""Long lists come a page at a time, and what is said of them counts every row."""

import csv
import io
import re
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from dashboard import data, server
from tests.published import publish, sample_rows
from tests.test_explore import run
from tests.test_pages import said

MANY = 1_203


def _rows_of(page: str, caption: str) -> int:
    """Return how many rows the table of that caption has."""
    (table,) = re.findall(rf"<caption[^>]*>{caption}.*?</table>", page, re.DOTALL)
    return table.count("<tr") - 1


def _file(page: str, name: str) -> list[dict[str, str]]:
    (link,) = re.findall(rf'href="(export/{name}\.csv[^"]*)"', page)
    answer = TestClient(server.app).get(f"/{link.replace('&amp;', '&')}")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.fixture
def long(home: Path) -> None:
    """Publish a build in which many purchases end, were resold, and have changed."""
    rows = sample_rows()
    only = "us_federal:A3"
    for table in ("mart.purchase", "mart.transaction", "mart.change"):
        rows[table] = [row for row in rows[table] if row["purchase_id"] == only]
    with duckdb.connect(str(publish(home, rows))) as connection:
        own = "'us_federal:many' || number as purchase_id"
        money = "10.25::decimal(18, 2) as amount_usd, 10.25::decimal(18, 2) as amount"
        for table, replaced in (
            ("mart.purchase", (f"{own}, {money}, date '2025-12-01' as end_date,"
             " 'many' || number as source_key, 'reseller-' || number as vendor_id,"
             " 'Reseller ' || number as vendor_name")),
            ("mart.transaction", f"{own}, {money}, 'many' || number as transaction_id"),
            ("mart.change", f"{own}, 'many' || number as change_id"),
        ):  # fmt: skip
            connection.execute(
                f"create table made as select * replace ({replaced})"
                f" from {table}, range({MANY}) as made(number) where purchase_id = '{only}'"
            )
            connection.execute(f"delete from {table}")
            connection.execute(f"insert into {table} by name select * exclude (number) from made")
            connection.execute("drop table made")


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("view", "caption", "name", "answer"),
    [
        ("changes.py", "Changes published on 6 Oct 2025", "changes", "1,203 counted purchases"),
        ("resellers.py", "Resellers, the largest sum first", "resellers", "1,203 companies"),
        ("renewals.py", "Purchases that end from", "renewals", "1,203 counted purchases"),
    ],
)
def test_a_long_list_comes_a_page_at_a_time_and_is_counted_whole(
    view: str, caption: str, name: str, answer: str
) -> None:
    page = said(run({}, view))
    assert f"<strong>{answer}</strong>" in page
    assert _rows_of(page, caption) == 100
    assert ": 1 to 100 of 1,203" in page
    assert "Page 1 of 13" in page
    assert "Previous page" not in page
    assert re.search(rf'href="{name}\?page=2#rows">Next page<', page)
    last = said(run({"page": "9999"}, view))
    assert ": 1,201 to 1,203 of 1,203" in last
    assert _rows_of(last, caption) == 3
    assert "Next page" not in last
    assert f"<strong>{answer}</strong>" in last
    assert len(_file(page, name)) == MANY


@pytest.mark.usefixtures("long")
def test_what_the_whole_list_comes_to_is_said_on_each_of_its_pages() -> None:
    assert "$12,331 obligated" in said(run({"page": "2"}, "resellers.py"))
    by_agency = said(run({"page": "2"}, "renewals.py")).split("What ends, by agency")[1]
    assert "1,203" in by_agency.split("</table>")[0]
    build = data.current()
    vendor = data.resold(build, data.Selection(), data.totals(build, data.Selection())[0].measure)
    assert len(vendor) == MANY, "a vendor's page finds its own among all of them"
