"""The foot of pages: a citation says what was seen, and an edited address proves nothing."""

import html
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from dashboard import cited, citing, data, filters, foot, server
from dashboard.data import Build, Selection
from tests.published import publish, sample_rows
from tests.test_explore import run
from tests.test_pages import said

CLEARVIEW = {"vendor": "Clearview AI"}
PAGES: dict[str, Mapping[str, str]] = {
    "overview.py": {},
    "explore.py": {},
    "agency.py": {"id": "us_federal:7012"},
    "place.py": {"id": "us"},
    "vendor.py": {"id": "cellebrite"},
    "technology.py": {"id": "device-forensics"},
}


@pytest.fixture
def build(home: Path) -> Build:
    """Return the small published build."""
    publish(home, sample_rows())
    return data.current()


def _older(home: Path, amount: str) -> None:
    """Keep a build before the present one, in which Clearview AI was paid this much."""
    rows = sample_rows()
    for record in rows["mart.transaction"]:
        if record["purchase_id"] == "us_federal:A1":
            record.update(amount_usd=Decimal(0), amount=Decimal(0))
    first = next(r for r in rows["mart.transaction"] if r["purchase_id"] == "us_federal:A1")
    first.update(amount_usd=Decimal(amount), amount=Decimal(amount))
    publish(home, rows, "older")
    publish(home, sample_rows())


@pytest.mark.usefixtures("build")
def test_a_build_that_nobody_knows_proves_nothing() -> None:
    page = said(run({"cited": "never~2025-08-01~4~award~obligated~1000000.50", **CLEARVIEW}))
    assert "The address says four purchases, <strong>$1.0 million obligated</strong>." in page
    assert "We have no record of a build of that name" in page
    assert "Now, in the build of 6 Oct 2025: one purchase" in page
    assert "it was" not in page
    assert "Because" not in page


@pytest.mark.usefixtures("build")
def test_a_build_that_is_kept_no_more_cannot_be_checked() -> None:
    page = said(run({"cited": "before~2020-01-01~4~award~obligated~1000000.50", **CLEARVIEW}))
    assert "The address says four purchases" in page
    assert "The build of 29 Sep 2025 is kept no more" in page, "the day is ours, not the address's"
    assert "Because, since then" in page or "Which records moved it" in page


def test_a_build_that_is_kept_is_asked_what_it_said(home: Path) -> None:
    _older(home, "1000000.50")
    true = "older~2025-10-06~1~award~obligated~1000000.50"
    page = said(run({"cited": true, **CLEARVIEW}))
    assert "This was cited from the build of 6 Oct 2025: it was one purchase" in page
    assert "<strong>$1.0 million obligated</strong> then." in page
    assert "Now, in the build of 6 Oct 2025: one purchase" in page
    forged = said(run({"cited": true.replace("1000000.50", "9000000.00"), **CLEARVIEW}))
    assert "The address says one purchase, <strong>$9.0 million obligated</strong>." in forged
    assert "it was one purchase, <strong>$1.0 million obligated</strong>." in forged


def test_the_same_figure_and_the_present_build_are_said_to_be_so(build: Build) -> None:
    total = data.totals(build, filters.selection(build, {"vendor": ["Clearview AI"]}))[0]
    same = f"before~2025-08-01~1~award~obligated~{total.amount}"
    assert "It is the same" in said(run({"cited": same, **CLEARVIEW}))
    assert "address says" not in said(run({"cited": same.replace("before", "test"), **CLEARVIEW}))
    other = said(run({"cited": "test~2025-10-06~4~award~obligated~1.00", **CLEARVIEW}))
    assert "This page is of that build, and it says otherwise." in other
    for nonsense in ("x", "a~b~c~d~e~f", "o~2025-08-01~4~award~obligated~NaN", "~" * 5):
        assert cited.read(nonsense) is None


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(("page", "address"), PAGES.items(), ids=PAGES)
def test_every_page_with_figures_ends_with_its_citation(
    page: str, address: Mapping[str, str]
) -> None:
    words = said(run(address, page))
    (cited,) = re.findall(r'data-copy="([^"]*Found with whobuys[^"]*)"', words)
    for part in (
        " obligated (legally committed",
        "purchase",
        "FY20",
        "as of 6 Oct 2025, build test: ",
        "Absence from these records means nothing",
        "cited=test~2025-10-06~",
    ):
        assert part in cited.replace("%7E", "~")
    assert "I dispute what whobuys shows at" in words
    assert "Copy the address" in words
    assert "export/purchases.csv?" in words
    again = re.findall(r"cited=([^&\s]+)", html.unescape(cited))
    page_again = said(run({**address, "cited": again}, page))
    assert "The address says" not in page_again, "what was just cited is what is shown"


def test_what_is_downloaded_at_the_foot_is_what_is_summed(build: Build) -> None:
    chosen = Selection(
        vendors=("cellebrite",), years=(2022, 2023), kinds=("award",), bases=("obligated",),
        currencies=("USD",), without_staffing=True, least_amount=Decimal("10.50"),
    )  # fmt: skip
    link, *_, explore = foot.downloads(build, chosen)
    query = filters.query_of(build, chosen)
    assert query is not None
    address = {k: [str(v)] if not isinstance(v, list) else v for k, v in query.items() if v}
    assert filters.selection(build, address) == chosen
    answer = TestClient(server.app).get(f"/{link.address}")  # type: ignore[union-attr]
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) - 1 == data.how_many(build, chosen)
    assert "vendor=Cellebrite" in explore.address  # type: ignore[union-attr]


def test_every_selection_of_a_page_has_its_address(build: Build) -> None:
    for scope in filters.SCOPES:
        chosen = filters.selection(build, {"scope": [scope], "agency": [], "q": ["camera"]})
        query = filters.query_of(build, chosen)
        assert query is not None
        address = {k: [str(v)] if not isinstance(v, list) else v for k, v in query.items() if v}
        assert filters.selection(build, address) == chosen


@pytest.mark.parametrize(
    ("shown", "folder", "root"),
    [
        ("https://records.example", "", "https://records.example/"),
        ("https://records.example/", "", "https://records.example/"),
        ("https://records.example/explore?year=2025", "", "https://records.example/"),
        ("https://records.example/whobuys", "whobuys", "https://records.example/whobuys/"),
        ("https://records.example/whobuys/agency?id=ice", "/whobuys/", "https://records.example/whobuys/"),
    ],
)  # fmt: skip
def test_a_cited_address_is_whole_on_every_page(
    monkeypatch: pytest.MonkeyPatch, shown: str, folder: str, root: str
) -> None:
    browser = SimpleNamespace(
        context=SimpleNamespace(url=shown), get_option={"server.baseUrlPath": folder}.get
    )
    monkeypatch.setattr(citing, "st", browser)
    assert citing.whole("./?cited=1") == f"{root}?cited=1"
    assert citing.whole("explore?cited=1") == f"{root}explore?cited=1"


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("renewals.py", "renewals"), ("resellers.py", "resellers"), ("map.py", "places"),
        ("grants.py", "grants"), ("use.py", "uses"), ("law.py", "laws"),
        ("questions.py", "questions"), ("changes.py", ""),
    ],
)  # fmt: skip
def test_every_other_page_with_figures_is_cited_and_taken_along(page: str, file: str) -> None:
    words = said(run({}, page))
    assert "as of 6 Oct 2025, build test: " in words
    assert "Copy the citation" in words
    assert "I dispute what whobuys shows at" in words
    if not file:
        return
    (link, *_) = re.findall(rf'href="(export/{file}\.csv[^"]*)"', words)
    answer = TestClient(server.app).get(f"/{html.unescape(link)}")
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) > 1 or page == "map.py"


def test_sides_that_are_compared_are_cited_each_with_its_figure(build: Build) -> None:
    names = [str(data.agency(build, f"us_federal:{code}")["agency_name"]) for code in (7012, 7014)]  # type: ignore[index]
    words = said(run({"these_agency": names}, "compare.py"))
    (cited,) = re.findall(r'data-copy="([^"]*Found with whobuys[^"]*)"', words)
    for name in names:
        assert name in cited
    assert cited.count("obligated (legally committed") == 2
    assert f"Source: {sample_rows()['mart.source'][0]['title']}. " in cited
    assert words.count("export/purchases.csv?") == 2
    again = re.findall(r"cited=([^&\s]+)", html.unescape(cited))
    assert [unquote(each).split("~")[7] for each in again] == ["us_federal:7012", "us_federal:7014"]
    address = {"these_agency": names, "cited": [unquote(each) for each in again]}
    assert "address says" not in said(run(address, "compare.py")), "what was cited is shown"

    first, second = (unquote(each).split("~") for each in again)
    older = ["~".join([*side[:5], amount, *side[6:]]) for side, amount in
             ((first, first[5]), (second, "1.00"))]  # fmt: skip
    address["cited"] = [each.replace("test~2025-10-06", "before~2025-09-29") for each in older]
    page = html.unescape(said(run(address, "compare.py")))
    notice = re.sub("<[^>]+>", "", page.split('role="note"')[1].split("</div>")[0])
    assert f"The address says {names[0]}, " in notice
    assert f"; {names[1]}, " in notice
    assert "$1 obligated" in notice
    assert f"{names[1]}: because, since then: one purchase with another amount" in notice
    assert f"{names[0]}: because" not in notice, "its figure is what was cited"
    again[1] = unquote(again[1]).rpartition("~")[0] + "~2019"
    address["cited"] = [each.replace("test~", "before~") for each in map(unquote, again)]
    assert "compared over FY2019 then" not in said(run(address, "compare.py")), "none has moved"


def _before(home: Path, amount: str) -> None:
    """Keep the build before the present one, in which one purchase came to that much."""
    rows = sample_rows()
    for record in rows["mart.purchase"]:
        if record["purchase_id"] == "us_federal:A3":
            record.update(amount_usd=Decimal(amount), amount=Decimal(amount))
            record["ceiling_usd"] = Decimal("400000.00")
    rows["meta.build"][0].update(build_id="before", as_of=date(2025, 9, 29))
    publish(home, rows, "before")
    publish(home, sample_rows())


def _notice(address: Mapping[str, str | list[str]]) -> str:
    page = said(run({"id": "us_federal:A3", **address}, "purchase.py"))
    notes = re.findall(r'role="note">(.*?)</div>', page, re.DOTALL)
    return html.unescape(" ".join(re.sub("<[^>]+>", "", note) for note in notes))


def test_the_amounts_of_a_purchase_are_cited_and_checked_later(home: Path) -> None:
    _before(home, "200000.00")
    then = "before~2025-09-29~1~award~obligated~200000.00"
    ceiling = "before~2025-09-29~1~award~ceiling~400000.00"
    notice = _notice({"cited": [then, ceiling]})
    assert notice.startswith("This was cited from the build of 29 Sep 2025: it was US dollars ")
    assert "200,000.00 obligated; US dollars 400,000.00 ceiling then." in notice
    assert "Now, in the build of 6 Oct 2025: US dollars 250,000.10 obligated; ceiling " in notice
    assert "Because, since then: amount changed, $200,000 before, $250,000 obligated now" in notice
    assert "1 transaction was added" in notice
    forged = _notice({"cited": then.replace("200000.00", "900000.00")})
    assert "The address says US dollars 900,000.00 obligated." in forged
    assert "In the build of 29 Sep 2025 it was US dollars 200,000.00 obligated." in forged
    gone = _notice({"id": "us_federal:gone", "cited": then})
    assert "The address says US dollars 200,000.00 obligated." in gone
    assert "Now, in the build of 6 Oct 2025: obligated not in the record." in gone


@pytest.mark.usefixtures("build")
def test_what_a_purchase_page_cites_is_what_it_shows() -> None:
    words = html.unescape(said(run({"id": "us_federal:A3"}, "purchase.py")))
    (cited,) = re.findall(r'data-copy="([^"]*Found with whobuys[^"]*)"', words)
    assert "US dollars 250,000.10 obligated (legally committed" in cited
    again = re.findall(r"cited=([^&\s]+)", cited)
    assert again[0] == "test~2025-10-06~1~award~obligated~250000.10"
    assert not _notice({"cited": again})
    assert "it says otherwise" in _notice({"cited": again[0].replace("250000.10", "1.00")})


def test_a_page_of_rows_cites_the_sources_of_its_rows(home: Path) -> None:
    rows = sample_rows()
    like = rows["mart.source"][0]
    for number in range(5):
        other = {"source_id": f"other_{number}", "title": f"A source of nothing {number}"}
        rows["mart.source"].append({**like, **other, "rows": 1_000_000})
    of_grants = {"source_id": rows["mart.grant"][0]["source_id"], "title": "Federal grants"}
    rows["mart.source"].append({**like, **of_grants})
    publish(home, rows)
    titles = dict.fromkeys(("renewals.py", "changes.py"), like["title"])
    for page, title in {**titles, "use.py": "A newspaper", "grants.py": "Federal grants"}.items():
        (cited,) = re.findall(r'data-copy="([^"]*Found with whobuys[^"]*)"', said(run({}, page)))
        assert f"Source: {title}" in cited, page
        assert "A source of nothing" not in cited
