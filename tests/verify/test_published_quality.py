"""The figures on the Method page are those that the labels give today."""

import csv
from pathlib import Path

import pytest

from ingest.evaluate import evaluate

pytestmark = pytest.mark.verify
QUALITY = Path(__file__).resolve().parents[2] / "data" / "reference" / "quality.csv"


@pytest.fixture(scope="module")
def measured(shared: Path) -> dict[tuple[str, str], tuple[int, int]]:
    result = evaluate(shared / "labels" / "awards.csv")
    return {(row.technology, row.measure): (row.n, row.hits) for row in result.measures}


def test_the_published_figures_are_the_measured_ones(
    measured: dict[tuple[str, str], tuple[int, int]],
) -> None:
    with QUALITY.open(encoding="utf-8", newline="") as handle:
        published = {
            (row["technology"], row["measure"]): (int(row["n"]), int(row["hits"]))
            for row in csv.DictReader(handle)
        }
    assert published == measured


def test_precision_and_recall_have_not_fallen_below_what_was_promised(
    measured: dict[tuple[str, str], tuple[int, int]],
) -> None:
    n, hits = measured["all", "precision"]
    assert hits / n >= 0.97
    n, hits = measured["all", "recall"]
    assert hits / n >= 0.93
    n, hits = measured["all", "technology accuracy"]
    assert hits / n >= 0.93
