"""Evaluation: what counts as hit and miss, intervals, and the figures on the real labels."""

import math
from pathlib import Path

import pytest

from ingest.evaluate import evaluate, quality_rows, report, wilson
from ingest.knowledge import load_knowledge
from ingest.spreadsheet import TableError

ROOT = Path(__file__).resolve().parents[1]
LABELS = """id,agency,vendor,description,psc,naics,amount,label,technology,weight
1,ICE,CELLEBRITE INC,EQUIPMENT,,,100,core,device-forensics,1
2,ICE,CALLYO 2009 CORP,SERVICE,,,100,core,interception|covert-tracking,2
3,ICE,NOBODY LLC,SOMETHING,,,300,core,drones,1
4,ICE,NOBODY LLC,ANKLE MONITORS,,,100,no,,1
5,ICE,NOBODY LLC,CHAIRS,,,100,no,,50
6,ICE,CELLEBRITE INC,EQUIPMENT,,,999,related,device-forensics,1
7,ICE,CELLEBRITE INC,EQUIPMENT,,,999,ambiguous,device-forensics,1
"""


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(LABELS, "utf-8")
    return path


def test_core_must_be_counted_no_must_not_and_the_others_are_left_out(labels: Path) -> None:
    result = evaluate(labels)
    assert result.value("precision") == pytest.approx(2 / 3)
    assert result.value("recall") == pytest.approx(2 / 3)
    assert result.value("technology accuracy") == 1
    assert result.value("recall by dollar") == pytest.approx(200 / 500)
    assert result.value("recall weighted") == pytest.approx(3 / 4)
    assert [row.record_id for row in result.misses] == ["3"]
    assert [row.record_id for row in result.false_hits] == ["4"]
    assert result.value("recall, vendor left out") == 0


def test_the_report_names_every_miss_and_false_hit_with_its_reason(labels: Path) -> None:
    text = report(evaluate(labels, leave_vendor_out=False))
    assert "Missed: 1" in text
    assert "NOBODY LLC: SOMETHING" in text
    assert "no rule fired" in text
    assert "Counted wrongly: 1" in text
    assert "ANKLE MONITORS" in text


def test_the_same_labels_give_the_same_figures(labels: Path) -> None:
    assert repr(evaluate(labels)) == repr(evaluate(labels))


def test_quality_rows_have_the_columns_of_meta_quality(labels: Path) -> None:
    (first, *_) = quality_rows(evaluate(labels, leave_vendor_out=False), "2026-01-31")
    assert list(first) == [
        "label_set", "measured_on", "technology", "measure", "value", "low", "high", "n", "hits",
        "note",
    ]  # fmt: skip
    assert (first["label_set"], first["measured_on"]) == ("labels", "2026-01-31")


def test_a_label_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("vendor,label,technology\nA,yes,drones\n", "utf-8")
    with pytest.raises(TableError, match="line 2: `yes` is no label"):
        evaluate(path)
    path.write_text("vendor\nA\n", "utf-8")
    with pytest.raises(TableError, match="has no column `label`"):
        evaluate(path)


def test_wilson_intervals() -> None:
    low, high = wilson(97, 100)
    assert (round(low, 3), round(high, 3)) == (0.915, 0.990)
    assert wilson(0, 0) == (0.0, 1.0)
    assert not math.isnan(wilson(0, 5)[1])


@pytest.mark.verify
def test_precision_and_recall_on_the_real_labels(shared: Path) -> None:
    knowledge = load_knowledge([ROOT / "data" / "reference"])
    result = evaluate(shared / "labels" / "awards.csv", knowledge, leave_vendor_out=False)
    assert result.value("precision") >= 0.97
    assert result.value("recall") >= 0.93
    assert result.value("technology accuracy") >= 0.93
