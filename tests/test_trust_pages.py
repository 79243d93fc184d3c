"""The pages that say how we know: issues with filters, the dictionary, words with anchors."""

from pathlib import Path

from dashboard import data, glossary
from dashboard.exports.dictionary import dictionary
from tests.published import HOSTILE_WORDS, publish, sample_rows
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
