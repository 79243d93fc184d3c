"""The hearing brief: one tagged page whose figures are those of the database."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from dashboard import brief, brief_pdf, data
from dashboard.brief import QUESTIONS
from tests.published import HOSTILE_VENDOR, publish, sample_rows

ICE = "us_federal:7012"
CBP = "us_federal:7014"
SITE = "http://127.0.0.1:8501"


def words(pdf: bytes) -> str:
    """Return the words of a one-page PDF in one line."""
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def of_agency(agency_id: str, paper: brief_pdf.Paper = "letter") -> bytes:
    written = brief.of_agency(data.current(), agency_id)
    assert written is not None
    return brief_pdf.pdf(written, SITE, paper)


@pytest.mark.data
def test_the_figures_of_the_brief_are_those_of_the_database(home: Path) -> None:
    database = publish(home, sample_rows())
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            """
            select count(distinct purchase_id), sum(t.amount_usd),
                sum(t.amount_usd) filter (t.fiscal_year = 2025),
                sum(t.amount_usd) filter (p.vendor_name = 'BI Incorporated')
            from mart.purchase as p join mart.transaction as t using (purchase_id)
            where agency_id = ? and is_counted
            """,
            [ICE],
        ).fetchall()
    ((purchases, amount, last_year, largest),) = rows
    assert purchases == 3
    page = words(of_agency(ICE))
    for figure in (amount, last_year, largest):
        assert f"${Decimal(figure) / 1_000_000:.1f} million obligated" in page
    assert "We found three purchases" in page
    assert "4 Sep 2026" in page
    assert "notice period not in the record" in page
    assert all(question in page for question in QUESTIONS)
    assert f"{SITE}/agency?id=us_federal%3A7012" in page
    assert "as of 6 Oct 2025" in page


def test_the_brief_is_tagged_titled_and_of_the_paper_asked_for(home: Path) -> None:
    publish(home, sample_rows())
    for paper, size in (("letter", (612, 792)), ("a4", (595, 842))):
        reader = PdfReader(io.BytesIO(of_agency(ICE, paper)))
        root = reader.trailer["/Root"]
        assert isinstance(root, DictionaryObject)
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"] in ("en", "en-US")
        metadata = reader.xmp_metadata
        assert metadata is not None
        assert b"pdfuaid:part" in metadata.stream.get_data()
        assert reader.metadata is not None
        assert reader.metadata.title == (
            "U.S. Immigration and Customs Enforcement: surveillance technology"
        )
        box = reader.pages[0].mediabox
        assert (round(float(box.width)), round(float(box.height))) == size
        fonts = reader.pages[0]["/Resources"]["/Font"].get_object()
        assert all("Libertinus" in str(font.get_object()["/BaseFont"]) for font in fonts.values())


def test_equal_briefs_are_equal_bytes(home: Path) -> None:
    publish(home, sample_rows())
    assert of_agency(ICE) == of_agency(ICE)


@pytest.mark.data
def test_a_notice_period_gives_the_last_day_to_act_and_its_source(home: Path) -> None:
    rows = sample_rows()
    rows["mart.notice_period"] = [
        {"place_id": "us", "vendor_id": "clearview-ai", "days": 60, "what": "write to the vendor",
         "source_title": "Services agreement, section 5", "confidence": "high"},
        {"purchase_id": "us_federal:A1", "days": 90, "what": "write to the vendor by post",
         "source_title": "The contract itself", "confidence": "high"},
    ]  # fmt: skip
    publish(home, rows)
    page = words(of_agency(ICE))
    # Ninety days before 4 September 2026: what is said of the purchase itself comes first.
    assert date(2026, 9, 4).toordinal() - date(2026, 6, 6).toordinal() == 90
    assert "Last day to act: 6 Jun 2026" in page
    assert "The contract itself" in page
    assert "Services agreement" not in page


def test_hostile_names_are_text_and_the_page_stays_one(home: Path) -> None:
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        purchase["vendor_name"] = '#import "x" ' + "\u202e\u4eca😀" + HOSTILE_VENDOR
    publish(home, rows)
    page = words(of_agency(CBP))
    assert '#import "x" ??' in page
    assert '<script>alert("x")</script>' in page


def test_a_brief_too_long_for_its_page_says_that_there_is_more(home: Path) -> None:
    publish(home, sample_rows())
    written = brief.of_agency(data.current(), ICE)
    assert written is not None
    section = brief.Section("The law here", [["A law of many words. " * 40]] * 6)
    long = brief.Brief(**{**vars(written), "sections": [*written.sections, section]})
    page = words(brief_pdf.pdf(long, SITE))
    assert "The law here: more on the live page" in page
    assert QUESTIONS[-1] in page


def test_a_place_that_nobody_searched_says_so(home: Path) -> None:
    rows = sample_rows()
    rows["mart.place"].append(
        {"place_id": "us_zz_town", "place_name": "Town", "kind": "city", "parent_place_id": "us"}
    )
    publish(home, rows)
    page = words(brief_pdf.named("town", SITE))
    assert "Not searched: no source of its spending is loaded here" in page
    assert "We found" not in page


def test_the_command_writes_the_brief(home: Path, tmp_path: Path, whobuys) -> None:
    publish(home, sample_rows())
    target = tmp_path / "ice.pdf"
    settings = {"WHOBUYS_HOME": str(home)}
    done = whobuys("brief", "ICE", "--paper", "a4", "-o", target, **settings)
    assert done.returncode == 0, done.stderr
    assert "Enforcement: surveillance technology" in words(target.read_bytes())
    nobody = whobuys("brief", "Nowhere", **settings)
    assert nobody.returncode == 2
    assert "called Nowhere" in nobody.stderr


def test_a_brief_can_be_asked_of_the_server(home: Path) -> None:
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.testclient import TestClient  # noqa: PLC0415

    publish(home, sample_rows())
    client = TestClient(Starlette(routes=brief_pdf.BRIEFS))
    found = client.get("/export/brief.pdf", params={"agency": ICE, "paper": "a4"})
    assert found.headers["content-type"] == "application/pdf"
    assert "three purchases" in words(found.content)
    assert client.get("/export/brief.pdf", params={"place": "nowhere"}).status_code == 404
    assert found.status_code == 200


def test_an_end_that_is_not_in_the_record_is_said_to_be_missing(home: Path) -> None:
    rows = sample_rows()
    for purchase in rows["mart.purchase"]:
        purchase["end_date"] = None
    publish(home, rows)
    page = words(of_agency(ICE))
    assert "For three purchases no end is in the record: any of them may" in page
    assert "When any running contract ends" in page
