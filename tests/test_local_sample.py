"""Terse local records, a vendor and two words: what is counted is surveillance technology.

`labels/local_sample.csv` holds rows of Chicago, San Francisco and British authorities, and rows
written in their manner for the vendors and namesakes that those samples lack. Each was judged by
reading it: `core` must be counted, `no` must not; `related` and `ambiguous` (the row does not
tell) are left out of precision, but those that cannot be told must not be counted either.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.evaluate import Evaluation, evaluate
from ingest.knowledge import load_knowledge

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
SAMPLE = Path(__file__).parent / "labels" / "local_sample.csv"


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluate(SAMPLE, load_knowledge([REFERENCE]), leave_vendor_out=False)


def test_of_what_is_counted_at_least_ninety_five_in_a_hundred_is_right(
    result: Evaluation, record_property: Callable[[str, object], None]
) -> None:
    measures = {row.measure: row for row in result.measures if row.technology == "all"}
    precision, recall = measures["precision"], measures["recall"]
    for measure in (precision, recall, measures["technology accuracy"]):
        record_property(
            f"{measure.measure} on terse local records",
            f"{measure.hits} of {measure.n} ({measure.low:.3f} to {measure.high:.3f})",
        )
    assert result.false_hits == []
    assert precision.n >= 60
    assert precision.value >= 0.95
    assert recall.value >= 0.9
    assert measures["technology accuracy"].value >= 0.93


def test_a_vendor_of_several_goods_counts_only_with_words_that_tell(result: Evaluation) -> None:
    untold = {
        (row.vendor, row.description): (row.status, row.scope)
        for row in result.judged
        if row.vendor
        in ("AXON ENTERPRISE", "MOTOROLA SOLUTIONS", "LEXISNEXIS", "SHI INTERNATIONAL")
        and row.description in ("SOFTWARE MAINT", "MAINTENANCE", "SUBSCRIPTION")
    }
    assert len(untold) == 4
    assert ("matched", "strict") not in untold.values()


def test_neighbouring_goods_of_the_sample_are_not_counted(result: Evaluation) -> None:
    counted = [
        (row.vendor, row.description)
        for row in result.judged
        if row.label == "related" and row.is_counted
    ]
    assert counted == []


def test_the_sample_names_its_origin_and_is_large_enough() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) >= 200
    assert {row["origin"] for row in rows} == {
        "Chicago contracts",
        "San Francisco vendor payments",
        "UK notices",
        "written for this test",
    }
