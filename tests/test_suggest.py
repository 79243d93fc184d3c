"""Suggested aliases: what looks like a known vendor is shown to a person, and nothing is taken."""

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from ingest.knowledge import load_knowledge
from ingest.suggest import suggest


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return a small ledger: a slip of the pen, an unrelated name, and a known vendor."""
    path = tmp_path / "ledger's.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """create schema core;
            create table core.vendor_name as select * from (values
                (1, 'Clearveiw AI, Inc.'), (2, 'SMITH PAVING LLC'), (3, 'Clearview AI'),
                (4, 'CLEARVEIW AI')) as t (vendor_key, vendor_name);
            create table core.vendor as select * from (values
                (1, false), (2, false), (3, true), (4, false)) as t (vendor_key, is_known);
            create table core.purchase as select * from (values
                ('us_x:1', 1, 'contract', 'committed', 'USD', 900.10::decimal(18, 2)),
                ('us_x:2', 1, 'payment', 'paid', 'USD', 30.00::decimal(18, 2)),
                ('us_x:3', 2, 'payment', 'paid', 'USD', 99999.00::decimal(18, 2)),
                ('us_x:4', 3, 'payment', 'paid', 'USD', 5.00::decimal(18, 2)),
                ('us_x:5', 4, 'payment', 'paid', 'USD', 7.00::decimal(18, 2)))
                as t (purchase_id, vendor_key, record_kind, basis, currency, amount)"""
        )
    return path


@pytest.mark.data
def test_a_slip_of_the_pen_is_suggested_with_money_and_a_line_to_paste(ledger: Path) -> None:
    knowledge = load_knowledge(Home(ledger.parent).reference_folders)
    (one,) = suggest(ledger, knowledge)
    assert (one.name, one.vendor_name) == ("Clearveiw AI, Inc.", "Clearview AI")
    # Contracts and payments are never added: the larger stands alone.
    assert (one.amount, one.record_kind, one.basis) == (Decimal("900.10"), "contract", "committed")
    assert one.example_purchase == "us_x:1"
    assert 88 <= one.score < 100
    row = next(csv.reader([one.line]))
    assert row[:4] == ["Clearveiw AI, Inc.", one.vendor_id, "name", "no"]
    assert row[5] == "unverified"


@pytest.mark.data
def test_nothing_is_suggested_that_is_not_alike_enough(ledger: Path) -> None:
    knowledge = load_knowledge(Home(ledger.parent).reference_folders)
    assert suggest(ledger, knowledge, least=99) == []
    assert suggest(ledger, knowledge, most=0) == []
