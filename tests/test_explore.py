"""Explore: filters that combine, names offered, what links carry, downloads, citations."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard import citing, data, filters, server, suggesting
from dashboard import format as fmt
from dashboard.data import Build, Selection
from dashboard.data.opening import ask
from dashboard.downloads_more import write_parquet
from tests.published import HOSTILE_VENDOR, HOSTILE_WORDS, publish, sample_rows

APP = Path(server.__file__).with_name("app.py")
PROGRAMME = "us_federal:7012~bi-incorporated~electronic-monitoring"


@pytest.fixture
def build(home: Path) -> Build:
    """Return the small published build."""
    publish(home, sample_rows())
    return data.current()


def run(address: Mapping[str, str | list[str]], page: str = "explore.py") -> AppTest:
    """Run one page with an address of these parameters."""
    test = AppTest.from_function(_one_page, default_timeout=60, args=(page,))
    for name, value in address.items():
        test.query_params[name] = value
    return test.run()


def _one_page(page: str) -> None:
    import importlib  # noqa: PLC0415 - Streamlit runs this function by itself, without its module

    from dashboard import data  # noqa: PLC0415

    importlib.import_module(f"dashboard.views.{page[:-3]}").show(data.current())


def said(test: AppTest) -> str:
    """Return everything the page wrote as HTML."""
    assert not test.exception
    return "\n".join(str(element.proto.body) for element in test.get("html"))


@pytest.mark.parametrize(
    ("query", "sql"),
    [
        ({"least": ["250,000"]}, "amount_usd >= 250000"),
        ({"most": ["$12,345.67"]}, "amount_usd <= 12345.67"),
        ({"least": ["1000"], "most": ["2400000"], "technology": ["Device forensics"]},
         "amount_usd between 1000 and 2400000 and technology = 'device-forensics'"),
        ({"place": ["United States"], "source": ["USAspending contracts"]}, "true"),
        ({"only": ["picked"], "pick": ["us_federal:A1", "us_federal:A3", "us_federal:A1"]},
         "purchase_id in ('us_federal:A1', 'us_federal:A3')"),
        ({"without": [PROGRAMME]}, "vendor_id <> 'bi-incorporated'"),
    ],
)  # fmt: skip
def test_filters_combine_as_the_database_says(
    build: Build, query: dict[str, list[str]], sql: str
) -> None:
    chosen = filters.selection(build, query)
    expected = ask(
        build,
        f"""
        select purchase_id from mart.purchase
        where status in ('confirmed', 'matched') and scope = 'strict' and {sql}
        """,
    )
    found = {row["purchase_id"] for row in data.purchases(build, chosen, size=500)}
    assert found == {row["purchase_id"] for row in expected}
    assert data.how_many(build, chosen) == len(expected) > 0


def test_flags_filter_to_the_purchases_that_they_are_raised_on(build: Build) -> None:
    flags = data.choices(build, Selection(), "flags")
    assert flags
    chosen = filters.selection(build, {"flag": [flags[0].name]})
    expected = ask(
        build,
        """
        select count(distinct purchase_id) as n
        from mart.flag join mart.purchase using (purchase_id)
        where flag = $flag and is_counted
        """,
        flag=flags[0].id,
    )
    assert data.how_many(build, chosen) == expected[0]["n"] == flags[0].purchases


@pytest.mark.parametrize(
    "text", ["", "twelve", "1e9", "0x10", "<script>", "\u0661\u0662", "nan", "--5", "1.2.3"]
)
def test_an_amount_that_is_none_filters_nothing(text: str) -> None:
    assert filters.amount([text]) is None


def test_an_amount_beyond_the_ledger_is_no_fault(build: Build) -> None:
    assert data.how_many(build, filters.selection(build, {"least": ["9" * 20]})) == 0
    assert filters.amount(["-99999999999999999999"]) == Decimal("-9999999999999999.00")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("clear", "Clearview AI"),
        ("cleerview", "Clearview AI"),
        ("ICE", "U.S. Immigration and Customs Enforcement"),
        ("border patrol", "U.S. Customs and Border Protection"),
        ("face", "Face recognition"),
        ("united st", "United States"),
        ("70cdcra1", "70CDCRA1, Clearview AI"),
    ],
)
def test_names_are_offered_while_one_writes(build: Build, text: str, name: str) -> None:
    offered = suggesting.offered(build, text)
    assert offered[0]["name"] == name
    assert offered[-1]["address"].startswith("explore?q=")


@pytest.mark.parametrize(
    ("text", "name", "where"),
    [
        ("what has ICE paid Clearview AI?", "Clearview AI, bought by U.S. Immigration and Customs",
         "agency=U.S.+Immigration+and+Customs+Enforcement&vendor=Clearview+AI"),
        ("clearview united states", "Clearview AI, bought by the United States",
         "place=United+States&vendor=Clearview+AI"),
        ("border patrol phone, device forensics", None, None),
        ("border patrol device forensics", "Device forensics, bought by U.S. Customs",
         "technology=Device+forensics"),
        # Kharon's purchase was rejected: nothing counted has both.
        ("ice kharon", None, None),
    ],
)  # fmt: skip
def test_a_buyer_and_a_seller_in_one_question_lead_to_their_purchases(
    build: Build, text: str, name: str | None, where: str | None
) -> None:
    first = suggesting.offered(build, text)[0]
    if name is None or where is None:
        assert "bought by" not in first["name"]
        return
    assert first["name"].startswith(name)
    assert where in first["address"]
    query = parse_qs(first["address"].split("?")[1])
    found = data.how_many(build, filters.selection(build, query))
    assert first["what"] == fmt.capital(fmt.count(found, "purchase"))


def test_a_maker_whose_products_others_sell_is_found_with_its_buyer(build: Build) -> None:
    # One of its purchases was sold by another: all three are its products.
    pairs = data.pairs(build, "cbp cellebrite")
    assert [(pair.role, pair.purchases) for pair in pairs] == [("vendor", 2), ("maker", 3)]
    assert data.pairs(build, "cellebrite") == ()
    assert data.pairs(build, "of by and the") == ()


@pytest.mark.usefixtures("build")
def test_hostile_words_are_offered_as_data_and_break_nothing() -> None:
    client = TestClient(server.app)
    for text in (HOSTILE_VENDOR, "<script>", "x" * 10_000, "\u202e", "%00", "'; drop table"):
        answer = client.get("/suggest", params={"q": text})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.json()) >= 1
    assert client.get("/suggest").json() == []


def test_what_is_left_out_is_named_and_goes_along() -> None:
    assert filters.programme([PROGRAMME]) == tuple(PROGRAMME.split("~"))
    assert filters.programme(["true"]) is None
    assert filters.programme(["a~b"]) is None


@pytest.mark.usefixtures("build")
def test_explore_leaves_out_the_programme_that_the_overview_left_out() -> None:
    page = said(run({"without": PROGRAMME}))
    assert "Without electronic monitoring from BI Incorporated" in page
    assert "ISAP IV" not in page
    assert f"without={PROGRAMME.replace(':', '%3A')}" in page
    assert "ISAP IV" in said(run({}))


@pytest.mark.usefixtures("build")
def test_columns_and_picks_stand_in_the_address() -> None:
    page = said(run({"columns": "Award number", "pick": "us_federal:A1"}))
    assert "70CDCRA1" in page
    assert "You picked one purchase" in page
    assert "pick=us_federal%3AA1" in page
    assert ">From whom<" not in page


def test_downloads_hold_what_is_seen_and_say_what_they_are(build: Build) -> None:
    client = TestClient(server.app)
    query = "technology=Device+forensics&sort=Largest+amount"
    seen = data.purchases(
        build, filters.selection(build, {"technology": ["Device forensics"]}), "Largest amount"
    )
    answer = client.get(f"/export/purchases.json?{query}").json()
    ids = [row["purchase_id"] for row in seen]
    assert [row["purchase_id"] for row in answer["purchases"]] == ids
    assert [row["amount_usd"] for row in answer["purchases"]] == [
        str(row["amount_usd"]) for row in seen
    ]
    assert "as of 6 Oct 2025" in answer["about"]["Cite as"].replace("As of", "as of")
    assert HOSTILE_WORDS in {row["description"] for row in answer["purchases"]}
    table = pq.read_table(io.BytesIO(client.get(f"/export/purchases.parquet?{query}").content))
    assert table.column("purchase_id").to_pylist() == ids
    assert table.column("amount_usd").to_pylist() == [row["amount_usd"] for row in seen]
    assert json.loads(table.schema.metadata[b"whobuys"])["Build"] == "test"
    lines = client.get(f"/export/purchases.csv?{query}").text.splitlines()
    assert lines[0].endswith(",cite_as")
    assert "build test" in lines[1]


def test_parquet_of_nothing_is_a_file_without_rows(build: Build) -> None:
    file = io.BytesIO()
    write_parquet(file, build, Selection(text="zeppelin"), "Newest first", "explore?q=zeppelin")
    file.seek(0)
    assert pq.read_table(file).num_rows == 0


def test_a_citation_holds_figure_build_range_and_largest_contributor(build: Build) -> None:
    chosen = Selection()
    totals = data.totals(build, chosen)
    text = citing.citation(build, chosen, totals, "everything", "explore")
    assert "259,762,346.02 US dollars" in text
    assert "obligated (legally committed" in text
    assert "as of 6 Oct 2025, build test" in text
    assert "one doubtful purchase" in text
    assert "the largest part, 260,000,000.00, is from BI Incorporated" in text


def test_changes_since_a_citation_are_those_of_its_selection(build: Build) -> None:
    assert (
        data.changes_since(build, Selection(vendors=("nobody",)), "older", date(2025, 1, 1)) == ()
    )
    every = data.changes_since(build, Selection(), "older", date(2000, 1, 1))
    expected = ask(
        build,
        "select count(distinct (purchase_id, kind, cause)) as n from mart.change "
        "where cause <> 'time'",
    )
    assert sum(row["purchases"] for row in every) == expected[0]["n"]


def test_amounts_of_several_kinds_are_never_added_in_a_search(home: Path) -> None:
    rows = sample_rows()
    rows["mart.purchase"][2].update(record_kind="payment", basis="paid")
    publish(home, rows)
    found = data.find_names(data.current(), "Cellebrite")
    bar = next(bar for bar in found.vendors if bar.id == "cellebrite")
    assert (bar.amount, bar.basis) == (0, "")
    assert replace(bar, basis="x").purchases == bar.purchases
