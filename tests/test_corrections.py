"""Corrections: applied where the record says what they expect, and shown with the original."""

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.build import Built
from ingest.check import check
from ingest.corrections import Correction, Dispute, load_corrections, load_disputes
from ingest.errors import DeclarationError
from ingest.home import Home
from tests.federal import build_of, full, transaction

pytestmark = pytest.mark.data

KEY = "us_federal:CONT_AWD_{}_7012_-NONE-_-NONE-"
MOVED = "us_federal:7012_-NONE-_{}_0_-NONE-_0"
LINE = dict.fromkeys((name for name in Correction.model_fields if name != "where"), "") | {
    "reason": "a nought too many", "source": "the contract itself", "corrected_date": "2025-09-02",
}  # fmt: skip
LINES = {
    "amount": {"transaction_id": MOVED.format("A"), "purchase_id": KEY.format("A"),
               "field": "amount", "was": "1000.00", "becomes": "100.00"},
    "words": {"purchase_id": KEY.format("B"), "field": "description",
              "was": "FACIAL RECOGNITION SOFTWARE", "becomes": "LICENSE PLATE READER"},
    "vendor": {"purchase_id": KEY.format("C"), "field": "vendor_name",
               "was": "CLEARVEIW AI INC", "becomes": "CLEARVIEW AI, INC."},
    "agrees": {"purchase_id": KEY.format("B"), "field": "signed_date", "was": "2023-03-01",
               "becomes": "2024-03-01"},
    "changed": {"purchase_id": KEY.format("A"), "field": "description", "was": "PAPER",
                "becomes": "CAMERAS"},
    "gone": {"purchase_id": KEY.format("Z"), "field": "description", "was": "PAPER",
             "becomes": "CAMERAS"},
}  # fmt: skip
DISPUTE = dict.fromkeys((name for name in Dispute.model_fields if name != "where"), "") | {
    "dispute_id": "d1", "purchase_id": KEY.format("A"), "said_by": "The vendor",
    "said_date": "2025-09-01", "what": "It cost less.", "outcome": "corrected",
    "outcome_date": "2025-09-02", "outcome_reason": "The contract shows it.",
    "correction_id": "amount", "reply_by": "The agency", "reply_date": "2025-09-02",
    "reply": "Indeed.",
}  # fmt: skip


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    home = Home(tmp_path_factory.mktemp("home"))
    lines = [{**LINE, "correction_id": key, **cells} for key, cells in LINES.items()]
    write(home.root / "reference" / "corrections.csv", lines)
    write(home.root / "reference" / "disputes.csv", [DISPUTE])
    assert check(home).problems == []
    rows = [
        transaction("A", "1000.00"),
        transaction("A", "5.00", "2024-04-01", modification="P00001"),
        transaction("B", "7.00"),
        transaction("C", "9.00", recipient_name="CLEARVEIW AI INC",
                    transaction_description="LICENCE",
                    prime_award_base_transaction_description="LICENCE"),
    ]  # fmt: skip
    return build_of(home, full(home.root / "in", rows))


def ask(built: Built, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(built.database), read_only=True) as con:
        return con.execute(query).fetchall()


def test_a_corrected_amount_moves_every_sum(built: Built) -> None:
    amounts = ask(built, "select amount, amount_usd from mart.purchase where award_number = 'A'")
    assert amounts == [(Decimal("105.00"), Decimal("105.00"))]
    moved = ask(built, "select sum(amount_usd) from mart.transaction where amount_usd = 100")
    assert moved == [(Decimal(100),)]
    assert ask(built, "select sum(amount_usd) from mart.denominator") == [(Decimal("121.00"),)]


def test_corrected_words_and_vendors_are_what_rules_read(built: Built) -> None:
    assert ask(
        built, "select award_number, technology, vendor_id from mart.purchase order by all"
    ) == [
        ("A", "face-recognition", "clearview_ai"),
        # The vendor still sells only one thing.
        ("B", "face-recognition", "clearview_ai"),
        ("C", "face-recognition", "clearview_ai"),
    ]
    assert ask(
        built, "select description from mart.purchase where award_number = 'B'"
    ) == [("LICENSE PLATE READER",)]  # fmt: skip


def test_every_correction_says_what_became_of_it_and_keeps_the_original(built: Built) -> None:
    states = dict(ask(built, "select correction_id, state from mart.correction"))
    assert states == {
        "amount": "applied", "words": "applied", "vendor": "applied", "agrees": "agrees",
        "changed": "source changed", "gone": "not found",
    }  # fmt: skip
    found = ask(
        built, "select was, found, becomes, changed_by from mart.correction where field = 'amount'"
    )
    assert found == [("1000.00", "1000.00", "100.00", Decimal("-900.00"))]


def test_a_correction_whose_record_changed_asks_to_be_looked_at_again(built: Built) -> None:
    messages = ask(
        built,
        "select message from meta.issue where kind = 'correction to be looked at again'"
        " order by all",
    )
    assert len(messages) == 2
    assert 'expects description to be "PAPER"' in str(messages[0][0])
    assert "no source has any more" in str(messages[1][0])


def test_a_dispute_stands_with_its_outcome_and_the_reply(built: Built) -> None:
    assert ask(
        built, "select said_by, outcome, reply, agency_name, correction_id from mart.dispute"
    ) == [
        ("The vendor", "corrected", "Indeed.", "U.S. Immigration and Customs Enforcement", "amount")
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"field": "status"}, "cannot be corrected"),
        ({"field": "end_date", "was": "soon"}, "`soon` is no day"),
        ({"field": "amount"}, "of a purchase cannot be corrected"),
        ({"reason": ""}, "`reason`"),
        ({"source": ""}, "`source`"),
        ({"becomes": "FACIAL RECOGNITION SOFTWARE"}, "the same"),
        ({"corrected_date": "lately"}, "`corrected_date`"),
    ],
)
def test_a_correction_that_says_too_little_is_refused(
    tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    line = {**LINE, "correction_id": "x", **LINES["words"], **cells}
    write(tmp_path / "corrections.csv", [line])
    with pytest.raises(DeclarationError, match=said):
        load_corrections([tmp_path])


def test_two_corrections_of_one_field_are_refused(tmp_path: Path) -> None:
    lines = [{**LINE, "correction_id": key, **LINES["words"]} for key in ("x", "y")]
    write(tmp_path / "corrections.csv", lines)
    with pytest.raises(DeclarationError, match="corrects the same field"):
        load_corrections([tmp_path])


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"outcome": "won"}, "`outcome`"),
        ({"outcome": "open"}, "open dispute"),
        ({"outcome_reason": ""}, "open dispute"),
        ({"purchase_id": ""}, "is about"),
        ({"reply_by": ""}, "belong together"),
    ],
)
def test_a_dispute_is_whole_or_refused(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    write(tmp_path / "disputes.csv", [{**DISPUTE, **cells}])
    with pytest.raises(DeclarationError, match=said):
        load_disputes([tmp_path])
