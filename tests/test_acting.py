"""What ends, what grew, and asking for the contract: in the data and on the pages."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, records_request
from dashboard.data import Measure, Selection, opening
from ingest.acting import NoticePeriod, RecordsLaw, check_acting
from ingest.home import Home
from ingest.reference_files import read_folders
from tests.published import publish, sample_rows

ICE, CBP = "us_federal:7012", "us_federal:7014"
AS_OF = date(2025, 10, 6)


def _publish(home: Path, **changed: dict[str, Any]) -> None:
    """Publish the small database, some purchases changed; a further table by its name."""
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        purchase.update(changed.get(str(purchase["source_key"]), {}))
    publish(home, rows)


def said(test: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in test.get("html"))


def page(view: str, **query: str) -> str:
    """Run a view as a page and return what it wrote."""

    def script(name: str) -> None:
        import importlib  # noqa: PLC0415

        from dashboard import data as published  # noqa: PLC0415

        importlib.import_module(f"dashboard.views.{name}").show(published.current())

    test = AppTest.from_function(script, kwargs={"name": view}, default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return said(test)


@pytest.mark.data
def test_growth_is_of_ceilings_and_not_said_where_one_is_missing(home: Path) -> None:
    _publish(
        home,
        A1={"first_ceiling_usd": Decimal(100), "ceiling_usd": Decimal(400),
            "ceiling_growth_usd": Decimal(300)},
        A2={"first_ceiling_usd": Decimal(10_000), "ceiling_usd": Decimal(11_000),
            "ceiling_growth_usd": Decimal(1_000)},
        A8={"first_ceiling_usd": Decimal(50), "ceiling_usd": Decimal(50),
            "ceiling_growth_usd": Decimal(0)},
    )  # fmt: skip
    build, of_ice = data.current(), Selection(agencies=(ICE,))
    assert [row["source_key"] for row in data.grown(build, of_ice)] == ["A2", "A1"]
    assert [row["source_key"] for row in data.grown(build, of_ice, "share")] == ["A1", "A2"]
    assert data.growth_known(build, of_ice) == {"known": 3, "unknown": 0, "grew": 2}
    assert data.growth_known(build, Selection(agencies=(CBP,)))["known"] == 0
    shown = page("agency", id=ICE, grown="share")
    assert shown.index("FORENSIC SOFTWARE", shown.index("Grown by amendment")) < shown.index(
        "ISAP IV", shown.index("Grown by amendment")
    )
    assert "300%" in shown
    assert "It can be said of 3 of 3" in shown
    assert "So nothing can be said of how ceilings grew here" in page("agency", id=CBP)


@pytest.mark.data
def test_what_changes_added_after_signing_is_told_apart_from_growth(home: Path) -> None:
    _publish(
        home,
        A1={"first_obligated_usd": Decimal("1500000.00")},
        A2={"first_obligated_usd": Decimal("90000000.00")},
        # A lifetime total does not tell when it grew; nor does a reduction.
        A8={"first_obligated_usd": Decimal("5.00")},
        A9={"first_obligated_usd": Decimal("1.00")},
    )
    build = data.current()
    added = {r["source_key"]: r["added_usd"] for r in data.added_since_signing(build, Selection())}
    assert added == {"A1": Decimal("800000.25"), "A2": Decimal("170000000.00")}
    shown = page("agency", id=ICE)
    part = shown[shown.index("Obligated after signing") :]
    assert "by instalments" in part
    assert part.index("170,000,000") < part.index("800,000")
    first = data.purchases(build, Selection(), "Most added since signing", 1, 2)
    assert [row["source_key"] for row in first] == ["A2", "A1"]


@pytest.mark.data
def test_what_ends_is_counted_from_the_day_of_the_build(home: Path) -> None:
    _publish(home, A1={"end_date": date(2025, 10, 6)}, A2={"end_date": date(2025, 10, 5)})
    rows = data.ending(data.current(), Selection(), AS_OF, date(2026, 10, 6))
    found = {row["source_key"]: row["last_day_to_act"] for row in rows}
    assert "A1" in found
    assert "A2" not in found
    assert set(found.values()) == {None}
    shown = page("renewals")
    assert shown.count("notice period not in the record") == len(rows)
    assert "By agency and place" in shown


def test_renewals_filter_by_agency_and_place_from_the_address(home: Path) -> None:
    _publish(home)
    all_of_it = page("renewals")
    assert "Customs and Border Protection" in all_of_it
    only = page("renewals", agency="U.S. Immigration and Customs Enforcement")
    assert "Customs and Border Protection" not in only
    assert "No counted purchases</strong> end within 30 days" in page("renewals", within="30 days")


@pytest.mark.data
def test_a_nations_law_on_records_does_not_bind_its_cities(home: Path) -> None:
    rows = sample_rows()
    rows["mart.place"] += [
        {"place_id": "us_zz", "place_name": "Zed", "kind": "state", "parent_place_id": "us"},
        {"place_id": "us_zz_town", "place_name": "Town", "kind": "city",
         "parent_place_id": "us_zz"},
    ]  # fmt: skip
    publish(home, rows)
    build = data.current()
    law = data.records_law(build, "us")
    assert law is not None
    assert law["citation"] == "5 U.S.C. § 552"
    assert data.records_law(build, "us_zz_town") is None
    text = records_request.written("Town police", None, None, AS_OF)
    assert "Under the law on public records that binds you" in text


def test_the_request_has_number_vendor_law_and_dates(home: Path) -> None:
    _publish(home)
    build = data.current()
    purchase = data.purchase(build, "us_federal:A1")
    assert purchase is not None
    text = records_request.written(
        "ICE", data.records_law(build, "us"), purchase, data.about(build)["as_of"]
    )
    for words in (purchase["award_number"], "CLEARVIEW AI", "5 U.S.C. § 552", "4 Sep 2026",
                  "20 working days", "first recorded 1 Sep 2021", "as of 6 Oct 2025"):  # fmt: skip
        assert words in text, words
    # Mail programs cut longer addresses.
    assert len(quote(text)) < 3000
    shown = page("purchase", id="us_federal:A1")
    assert "mailto:?subject=Records%20request" in shown
    assert "from general knowledge, not verified" in shown


@pytest.mark.data
def test_agencies_are_peers_only_on_equal_basis_and_years(home: Path) -> None:
    rows = sample_rows()
    (whole,) = [row for row in rows["mart.denominator"] if row["fiscal_year"] == 2022]
    rows["mart.denominator"] += [
        {**whole, "agency_id": CBP, "amount": Decimal(1_000_000), "amount_usd": Decimal(1_000_000)},
        # Another basis is never set beside it.
        {**whole, "agency_id": CBP, "fiscal_year": 2021, "basis": "paid"},
    ]
    publish(home, rows)
    (peer,) = data.agency_peers(data.current(), ICE, Measure())
    assert (peer["agency_id"], peer["first_year"], peer["last_year"]) == (CBP, 2022, 2022)
    assert (peer["amount"], peer["whole"]) == (Decimal("250000.10"), Decimal(1_000_000))
    assert (peer["here_amount"], peer["here_whole"]) == (Decimal("800000.25"), Decimal(3 * 10**9))
    shown = page("agency", id=ICE)
    assert "25%" in shown[shown.index("Beside others like it") :]


def test_the_reference_files_are_right_and_a_mistake_is_named(home: Path) -> None:
    folders = Home(home).reference_folders
    assert check_acting(folders) == []
    rows, _ = read_folders(folders, (NoticePeriod, RecordsLaw))
    assert len(rows[RecordsLaw]) > 50
    assert all(row.source for found in rows.values() for row in found)
    own = home / "reference"
    own.mkdir()
    (own / "notice_periods.csv").write_text(
        "place_id,vendor_id,purchase_id,days,what,source,source_url,confidence\n"
        "us_ca_oakland,nobody_known,,30,write,The contract,,high\n"
        ",,us_federal:X,,write,The contract,,high\n"
    )
    (problem,) = check_acting(Home(home).reference_folders)
    assert "`days` must not be empty" in str(problem)
    (own / "notice_periods.csv").write_text(
        "place_id,vendor_id,purchase_id,days,what,source,source_url,confidence\n"
        "us_ca_oakland,nobody_known,,30,write,The contract,,high\n"
    )
    (problem,) = check_acting(Home(home).reference_folders)
    assert "`nobody_known`" in str(problem)


def test_a_purchase_shows_each_amount_by_itself_and_the_running_total(home: Path) -> None:
    _publish(home, A1={"first_obligated_usd": Decimal("1500000.00")})
    shown = page("purchase", id="us_federal:A1")
    part = shown[shown.index("Amounts over time") : shown.index("Why it counts")]
    assert "FY2021 $1.5 million, FY2022 $2.3 million" in part
    assert "2,300,000.25" in part
    assert "Ceiling now" in part
    assert "$9.2m" in part
    # One transaction and no other amount: there is nothing to compare.
    assert "Amounts over time" not in page("purchase", id="us_federal:A3")


def test_the_history_of_a_purchase_is_on_its_page(home: Path) -> None:
    rows = sample_rows()
    rows["mart.correction"] = [
        {"correction_id": "c1", "purchase_id": "us_federal:A1", "field": "amount", "was": "1",
         "becomes": "2", "state": "applied", "reason": "a slip <b>of the pen</b>",
         "source": "The agency's letter", "corrected_date": date(2025, 9, 1)},
    ]  # fmt: skip
    rows["mart.dispute"] = [
        {"dispute_id": "d1", "purchase_id": "us_federal:A1", "said_by": "The vendor",
         "said_date": date(2025, 8, 1), "what": "not face recognition", "outcome": "kept",
         "outcome_reason": "the contract says so"},
    ]  # fmt: skip
    publish(home, rows)
    shown = page("purchase", id="us_federal:A1")
    part = shown[shown.index("History here") : shown.index("Cite this")]
    assert part.index("Disputed: not face recognition") < part.index("Corrected by us: amount")
    assert "&lt;b&gt;of the pen" in part
    assert "No correction, dispute or change" in page("purchase", id="us_federal:A6")


@pytest.mark.data
def test_what_ends_is_counted_by_agency_and_source_as_sql_counts_it(home: Path) -> None:
    _publish(home, A1={"end_date": date(2026, 1, 5)}, A2={"ordering_end_date": date(2025, 12, 1)})
    build, until = data.current(), date(2026, 10, 6)
    columns = ("source_id", "agency_id", "purchases", "first_end")
    found = [
        tuple(row[name] for name in columns)
        for row in data.ending_counted(build, Selection(), AS_OF, until)
    ]
    with opening.connection(build) as con:
        expected = con.execute(
            """
            select source_id, agency_id, count(*)::int, min(coalesce(end_date, ordering_end_date))
            from mart.purchase where is_counted
            and coalesce(end_date, ordering_end_date) between ? and ?
            group by all order by 4, 2
            """,
            [AS_OF, until],
        ).fetchall()
    assert found == expected
    assert len({agency for _, agency, *_ in found}) == 2
    in_all = data.ending(build, Selection(), AS_OF, until)
    assert sum(number for _, _, number, _ in found) == len(in_all)
    second = data.ending(build, Selection(), AS_OF, until, 1, 1)
    assert [row["purchase_id"] for row in second] == [in_all[1]["purchase_id"]]
