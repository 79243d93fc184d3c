"""The pages that say how we know: issues with filters, the dictionary, words with anchors."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from dashboard import data, glossary
from dashboard.exports.dictionary import dictionary
from tests.published import HOSTILE_WORDS, Rows, publish, sample_rows
from tests.test_acting import page


def test_issues_are_filtered_by_source_kind_and_words(home: Path) -> None:
    rows = sample_rows()
    (first,) = rows["meta.issue"]
    rows["meta.issue"] = [
        first,
        {**first, "kind": "date", "column_name": "action_date", "value": HOSTILE_WORDS,
         "message": "the date is no date"},
        {**first, "source_id": None, "kind": "date", "message": "a file without a source"},
    ]  # fmt: skip
    publish(home, rows)
    build = data.current()
    assert data.how_many_issues(build) == 3
    assert data.how_many_issues(build, source_id="us_federal_contracts") == 2
    assert data.how_many_issues(build, kind="date", words="hyperlink") == 1
    assert [row["id"] for row in data.issue_choices(build)["kind"]] == ["date", "amount"]
    shown = page("issues", issue="date", source="USAspending contracts")
    assert "One issue</strong> with all of this" in shown
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert "None was found" in page("issues", q="nothing like it")


def test_issues_come_a_page_at_a_time(home: Path) -> None:
    rows = sample_rows()
    (first,) = rows["meta.issue"]
    rows["meta.issue"] = [{**first, "raw_row": number} for number in range(150)]
    publish(home, rows)
    assert page("issues").count("<tr") == 101
    last = page("issues", page="2")
    assert last.count("<tr") == 51
    assert "row 149" in last
    assert "Previous page" in last
    assert page("issues", page="99").count("<tr") == 51


def test_the_dictionary_page_has_every_table_and_column(home: Path) -> None:
    publish(home, sample_rows())
    shown = page("dictionary")
    for name, table in dictionary().items():
        assert f'id="{name}"' in shown
        assert all(f"<code>{column}</code>" in shown for column in table.columns)


def test_every_word_of_the_method_has_its_own_lasting_anchor(home: Path) -> None:
    publish(home, sample_rows())
    shown = page("method")
    anchors = [anchor for anchor, _, _ in glossary.terms()]
    assert len(set(anchors)) == len(anchors)
    # These are cited: they may never go.
    assert {"term-counted", "term-basis", "term-fiscal-year", "term-growth-by-amendment"} <= set(
        anchors
    )
    for anchor in (*anchors, "definition", "status", "quality", "amounts", "limits"):
        assert f'id="{anchor}"' in shown


def test_corrections_and_disputes_have_a_public_page(home: Path) -> None:
    rows = sample_rows()
    rows["mart.correction"] = [
        {"correction_id": "c1", "purchase_id": "us_federal:A1", "field": "amount", "was": "1",
         "becomes": "2", "state": "applied", "reason": HOSTILE_WORDS, "has_purchase": True,
         "source": "The agency's letter", "source_url": "https://example.org/letter",
         "award_number": "70CDCR21", "corrected_date": date(2025, 9, 1),
         "told_date": date(2025, 9, 2)},
        {"correction_id": "c2", "purchase_id": "us_federal:GONE", "field": "vendor",
         "was": "ACME", "becomes": "ACME Paper", "state": "source changed", "reason": "a slip",
         "has_purchase": False, "corrected_date": date(2025, 9, 3)},
    ]  # fmt: skip
    rows["mart.dispute"] = [
        {"dispute_id": "d1", "purchase_id": "us_federal:A1", "said_by": "The vendor",
         "said_date": date(2025, 8, 1), "what": "not face recognition", "outcome": "kept",
         "outcome_date": date(2025, 8, 9), "outcome_reason": "the contract says so",
         "reply_by": "The agency", "reply_date": date(2025, 8, 10), "reply": "It is as it says."},
        {"dispute_id": "d2", "vendor_id": "clearview-ai", "vendor_name": "Clearview AI",
         "said_by": "A reader", "said_date": date(2025, 7, 1), "what": "another name",
         "outcome": "open"},
    ]  # fmt: skip
    publish(home, rows)
    build = data.current()
    assert [row["correction_id"] for row in data.corrections(build)] == ["c2", "c1"]
    assert [row["dispute_id"] for row in data.disputes(build)] == ["d2", "d1"]
    shown = page("corrections")
    assert "Two facts of the records are corrected here, and two disputes are on record; " in shown
    assert "one is open." in shown
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert "Not applied: the record says a third thing by now" in shown
    assert "The publisher was told on 2 Sep 2025." in shown
    assert "The publisher was not told yet." in shown
    assert '<a href="purchase?id=us_federal%3AA1">70CDCR21</a>' in shown
    # A purchase that is in this build no more is named, and leads nowhere.
    assert "<code>us_federal:GONE</code>" in shown
    assert "Kept as it was, 9 Aug 2025<br>the contract says so" in shown
    assert "It is as it says.<br>" in shown
    assert '<a href="vendor?id=clearview-ai">Clearview AI</a>' in shown


def test_without_corrections_the_page_says_how_to_dispute(home: Path) -> None:
    rows = sample_rows()
    rows["mart.correction"], rows["mart.dispute"] = [], []
    publish(home, rows)
    shown = page("corrections")
    assert "No fact of a record is corrected in this build." in shown
    assert "No dispute is on record in this build." in shown
    assert "Dispute this" in shown
    assert 'href="corrections"' in page("method")


def test_what_a_guard_found_and_a_person_let_pass_stands_beside_its_source(home: Path) -> None:
    rows = sample_rows()
    assert "Looked wrong" not in _sources(home, rows)
    found = {"source_id": "us_federal_contracts", "is_held": False, "accepted_because": "a <b>move",
             "accepted_date": date(2025, 11, 6)}  # fmt: skip
    rows["mart.guard"] = [
        {**found, "guard": "rows", "message": "10,000 rows now, 20,000 before"},
        {**found, "guard": "total", "message": "amounts come to 5 now, 10 before"},
        {**found, "guard": "silent", "message": "waits", "is_held": True,
         "accepted_because": None, "accepted_date": None},
    ]  # fmt: skip
    shown = _sources(home, rows)
    assert (
        "10,000 rows now, 20,000 before; amounts come to 5 now, 10 before. Let pass on 6 Nov 2025: "
        "“a &lt;b&gt;move”" in shown
    )
    assert shown.count("Looked wrong") == 1
    assert "waits" not in shown


def _sources(home: Path, rows: Rows) -> str:
    publish(home, rows, f"with{len(rows.get('mart.guard', []))}")
    return page("sources")


def test_every_question_has_its_method_under_a_lasting_anchor(home: Path) -> None:
    rows = sample_rows()
    (first,) = rows["mart.flag_method"]
    rows["mart.flag_method"] = [
        {**first, "flag": "no-bid", "code": "F02", "raised": 12, "raised_share": Decimal("0.6"),
         "is_fact": True},
        {**first, "flag": "ban", "code": "F03", "examined": 0, "raised": 0, "raised_share": None},
        first,
    ]  # fmt: skip
    publish(home, rows)
    shown = page("method")
    part, other = shown[shown.index('id="flag-F01"') :].split('id="flag-F02"')
    other, silent = other.split('id="flag-F03"')
    assert "0 of the " in silent
    assert "no share can be given, as none was examined" in silent
    assert "Nowhere: it examined no purchase of this build." in silent
    assert "As a question" not in silent
    assert "on 1, 5.0% of those examined" in part
    assert "As a question" in part
    assert "20 of 20 read are as the method says" in part
    assert "of this build, as of" in part
    assert 'href="explore?flag=Grown+by+amendment"' in part
    assert "It was competed at the small figure." in part
    assert "on 12, 60.0% of those examined" in other
    assert "As a fact: more than a tenth" in other
    assert 'href="method#flag-F01"' in page("purchase", id="us_federal:A1")
