"""The figures on the Method page are those that the labels and the local sample give today."""

import csv
from pathlib import Path

import pytest

from ingest.evaluate import evaluate

pytestmark = pytest.mark.verify
ROOT = Path(__file__).resolve().parents[2]
QUALITY = ROOT / "data" / "reference" / "quality.csv"
SAMPLE = ROOT / "tests" / "labels" / "local_sample.csv"
Figures = dict[tuple[str, str], tuple[int, int]]


def published(label_set: str) -> Figures:
    """Return the counts of the label set whose name begins so."""
    with QUALITY.open(encoding="utf-8", newline="") as handle:
        return {
            (row["technology"], row["measure"]): (int(row["n"]), int(row["hits"]))
            for row in csv.DictReader(handle)
            if row["label_set"].startswith(label_set)
        }


@pytest.fixture(scope="module")
def measured(shared: Path) -> Figures:
    result = evaluate(shared / "labels" / "awards.csv")
    return {(row.technology, row.measure): (row.n, row.hits) for row in result.measures}


def test_the_published_figures_are_the_measured_ones(measured: Figures) -> None:
    assert published("924 awards") == measured


def test_the_published_figures_of_local_records_are_the_measured_ones() -> None:
    result = evaluate(SAMPLE, leave_vendor_out=False)
    overall = ("precision", "recall", "technology accuracy")
    assert published("terse local records") == {
        (row.technology, row.measure): (row.n, row.hits)
        for row in result.measures
        if row.technology == "all" and row.measure in overall
    }


def test_precision_and_recall_have_not_fallen_below_what_was_promised(
    measured: Figures,
) -> None:
    n, hits = measured["all", "precision"]
    assert hits / n >= 0.97
    n, hits = measured["all", "recall"]
    assert hits / n >= 0.93
    n, hits = measured["all", "technology accuracy"]
    assert hits / n >= 0.93
