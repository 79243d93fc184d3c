"""Deciding: what waits, what is written, and who may write it."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard import data, editing
from ingest.decisions import (
    DECISION,
    DeclarationError,
    decisions_made,
    load_decisions,
    record_decision,
)
from ingest.home import Home
from tests.published import publish, sample_rows

ANSWERS = {
    "purchase_id": "us_federal:A5",
    "decision": "accept",
    "scope": "strict",
    "technology": "video-surveillance",
    "maker": "",
    "reason": 'The statement of work, page 3, says "pole cameras", twice',
    "decided_by": "A. Editor",
}
DAY = date(2026, 1, 2)


def write(home: Path, **changed: str) -> Path:
    return record_decision(
        {**ANSWERS, **changed},
        guard_vendor="CARAHSOFT, INC.",
        guard_description="CAMERAS,\n  POLE  ",
        home=Home(home),
        today=DAY,
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_decision_is_one_row_that_a_build_reads(home: Path) -> None:
    path = write(home)
    assert path == home / "reference" / "decisions.csv"
    (row,) = rows(path)
    assert list(row) == DECISION
    assert row["guard_description"] == "CAMERAS,\n  POLE  "
    assert row["decided_date"] == "2026-01-02"
    made = load_decisions([home / "reference"])["us_federal:A5"]
    assert (made.decision, made.technology, made.origin) == (
        "accept",
        "video-surveillance",
        "decision",
    )
    assert made.guard_vendor == "CARAHSOFT, INC."


def test_deciding_again_replaces_the_row_where_it_stands(home: Path) -> None:
    write(home)
    write(home, purchase_id="us_federal:A6")
    path = write(home, decision="reject", scope="", technology="", reason="guards, not cameras")
    assert [(row["purchase_id"], row["decision"]) for row in rows(path)] == [
        ("us_federal:A5", "reject"),
        ("us_federal:A6", "accept"),
    ]
    assert decisions_made(Home(home))["us_federal:A5"].reason == "guards, not cameras"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": "  "}, "needs a `reason` and `decided_by`"),
        ({"decided_by": ""}, "needs a `reason` and `decided_by`"),
        ({"technology": ""}, "needs `scope` and `technology`"),
        ({"decision": "maybe"}, "none of accept, reject, suggest"),
    ],
)
def test_a_decision_that_says_too_little_is_not_written(
    home: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(DeclarationError, match=said):
        write(home, **changed)
    assert not (home / "reference" / "decisions.csv").exists()


def test_a_broken_write_leaves_the_file_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(home)
    before = path.read_bytes()

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        write(home, purchase_id="us_federal:A6")
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["decisions.csv"]


def test_words_that_look_like_formulas_stay_as_they_are(home: Path) -> None:
    path = write(home, reason="=cameras, says the record")
    assert rows(path)[0]["reason"] == "=cameras, says the record"


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_computer_may_decide(address: str) -> None:
    assert editing.is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.4", "::", "example.org", ""])  # noqa: S104
def test_an_address_that_others_reach_may_not(address: str) -> None:
    with pytest.raises(editing.NotLoopbackError, match="can be reached from others"):
        editing.allow(address)


def test_the_queue_puts_the_most_money_first(home: Path) -> None:
    sample = sample_rows()
    small = {**sample["mart.purchase"][4], "purchase_id": "us_federal:S",
             "amount_usd": Decimal("10.00")}  # fmt: skip
    sample["mart.purchase"] = [small, *sample["mart.purchase"]]
    publish(home, sample)
    build = data.current()
    assert [row["purchase_id"] for row in data.queue(build)] == ["us_federal:A5", "us_federal:S"]
    assert data.waiting(build) == (data.Waiting("USD", 2, Decimal("700010.00")),)


def test_a_decision_whose_record_changed_comes_first(home: Path) -> None:
    sample = sample_rows()
    sample["meta.issue"] = [
        {
            "source_id": "us_federal_contracts",
            "kind": "decision to look at again",
            "message": "The decision on us_federal:A1 was made on a record with the vendor X; the "
            "record now has Y. It stays in force until someone looks at it again.",
        }
    ]
    publish(home, sample)
    (row,) = data.to_look_at_again(data.current())
    assert row["purchase_id"] == "us_federal:A1"
    assert json.dumps(row["message"])


def test_neighbours_are_the_same_vendors_purchases(home: Path) -> None:
    publish(home, sample_rows())
    found = data.neighbours(data.current(), "us_federal:A3", "cellebrite")
    assert [row["purchase_id"] for row in found] == ["us_federal:A9"]
