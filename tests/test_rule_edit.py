"""Decisions on groups: the lines they write, what they would change, and how they are undone."""

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest import rule_edit
from ingest.build import build
from ingest.decisions import record_decision
from ingest.errors import DeclarationError
from ingest.home import Home
from ingest.knowledge import load_knowledge
from ingest.rule_edit import Edit, edit_of, rules_made, take_back, write_rule
from ingest.rule_effect import preview
from tests.federal import build_of, full, transaction

pytestmark = pytest.mark.data

ANSWERS = {
    "group": "phrase",
    "decision": "accept",
    "scope": "strict",
    "technology": "video-surveillance",
    "words": "zebrafinch optic/optics",
    "unless": "",
    "maker": "",
    "does_not_match": "zebrafinch bird seed",
    "reason": "the maker's page shows pole cameras; a city calls them so",
    "decided_by": "A. Editor",
}
RECORD = {"vendor_id": "harmless_harrier", "vendor_name_source": "HARMLESS HARRIER, LLC"}
TEXTS = ["BASE YEAR", "ZEBRAFINCH OPTICS; 12 EACH"]
DAY = date(2026, 1, 2)


def edit(home: Path, record: Mapping[str, str | None] = RECORD, **changed: str) -> Edit:
    knowledge = load_knowledge(Home(home).reference_folders)
    return edit_of({**ANSWERS, **changed}, record, TEXTS, knowledge, today=DAY)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_phrase_is_one_line_that_says_why_by_whom_and_when(home: Path) -> None:
    assert write_rule(edit(home)) == [home / "reference" / "phrases.csv"]
    (line,) = lines(home / "reference" / "phrases.csv")
    assert line == {
        "rule": "zebrafinch-optic-optics",
        "words": "zebrafinch optic/optics",
        "technology": "video-surveillance",
        "type": "",
        "counts": "yes",
        "needs": "",
        "unless": "",
        "where": "",
        "matches": "ZEBRAFINCH OPTICS, 12 EACH",
        "does_not_match": "zebrafinch bird seed",
        "source": "decided by A. Editor on 2026-01-02, all whose description has a phrase: "
        "the maker's page shows pole cameras; a city calls them so",
        "confidence": "medium",
    }


@pytest.mark.parametrize(
    ("changed", "files", "cells"),
    [
        ({"group": "vendor"}, ["vendors", "vendor_aliases"],
         {"vendor_id": "harmless_harrier", "role": "maker", "sells": "exclusive"}),
        ({"group": "vendor", "decision": "suggest"}, ["vendors", "vendor_aliases"],
         {"sells": "mixed"}),
        ({"group": "vendor", "decision": "reject"}, ["vendors", "vendor_aliases"],
         {"role": "unrelated", "sells": "nothing", "technologies": ""}),
        ({"group": "product", "maker": "Axon Enterprise"}, ["products"],
         {"maker_id": "axon_enterprise", "scope": "strict"}),
        ({"decision": "suggest"}, ["phrases"], {"counts": "possible"}),
        ({"scope": "related"}, ["neighbouring_goods"], {"goods": "zebrafinch optic/optics"}),
        ({"decision": "reject"}, ["false_friends"],
         {"because": "the maker's page shows pole cameras; a city calls them so", "beats": "4"}),
        ({"group": "vendor word"}, ["vendors", "vendor_aliases", "vendor_words"],
         {"sells": "rarely"}),
    ],
)  # fmt: skip
def test_each_kind_of_group_is_a_line_of_its_own_file(
    home: Path, changed: dict[str, str], files: list[str], cells: dict[str, str]
) -> None:
    written = write_rule(edit(home, **changed))
    assert [path.stem for path in written] == files
    line = lines(written[0])[0]
    assert {name: line[name] for name in cells} == cells
    load_knowledge(Home(home).reference_folders)


@pytest.mark.parametrize(
    ("means", "changed"),
    [
        ("counted", {}),
        ("related", {"scope": "related"}),
        ("possible", {"decision": "suggest"}),
        ("not", {"decision": "reject"}),
    ],
)
def test_a_known_vendor_gets_a_line_for_its_word(
    home: Path, means: str, changed: dict[str, str]
) -> None:
    known = {"vendor_id": "axon_enterprise", "vendor_name_source": "AXON ENTERPRISE, INC."}
    (path,) = write_rule(edit(home, known, **{"group": "vendor word", **changed}))
    (line,) = lines(path)
    assert (line["vendor_id"], line["means"]) == ("axon_enterprise", means)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"decided_by": ""}, "the name of who decides"),
        ({"technology": ""}, "Say which technology"),
        ({"words": ""}, "Give the words"),
        ({"words": "zebra (finch"}, "opens or closes a bracket alone"),
        ({"words": "pole camera"}, "stands in none of this purchase's descriptions"),
        ({"group": "product"}, "needs its maker"),
        ({"group": "product", "maker": "Axxon Enterprise"}, "Did you mean Axon Enterprise"),
        ({"group": "product", "decision": "reject"}, "choose a phrase"),
    ],
)
def test_an_answer_that_is_missing_or_cannot_be_is_named(
    home: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(DeclarationError, match=said):
        edit(home, **changed)


def test_a_vendor_on_the_list_is_not_decided_as_a_whole(home: Path) -> None:
    known = {"vendor_id": "axon_enterprise", "vendor_name_source": "AXON ENTERPRISE, INC."}
    with pytest.raises(DeclarationError, match=r"on the list already \(vendors.csv, line \d+"):
        edit(home, known, group="vendor")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"does_not_match": ""}, "need an example each"),
        ({"does_not_match": "zebrafinch optics too"}, "matches its example `zebrafinch optics too"),
        ({"unless": "each"}, "does not match its example `ZEBRAFINCH OPTICS, 12 EACH`"),
        ({"technology": "seances"}, "`seances`, which no list knows"),
        ({"unless": "@no such list"}, "names the list `@no such list`"),
    ],
)
def test_a_line_that_breaks_the_reference_data_is_not_written(
    home: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(DeclarationError, match=said):
        write_rule(edit(home, **changed))
    assert not (home / "reference").exists()


def test_a_rule_that_undoes_an_example_of_ours_is_refused(home: Path) -> None:
    knowledge = load_knowledge(Home(home).reference_folders)
    answers = {**ANSWERS, "words": "body cameras", "does_not_match": "a towel"}
    too_wide = edit_of(answers, RECORD, ["BODY CAMERAS"], knowledge)
    with pytest.raises(DeclarationError, match=r"examples\.csv, line .*should be counted body"):
        write_rule(too_wide)


def test_what_stood_in_the_files_stays_to_the_byte(home: Path) -> None:
    folder = home / "reference"
    folder.mkdir()
    aliases = folder / "vendor_aliases.csv"
    before = (
        b"alias,vendor_id,kind,ambiguous,source,confidence\r\n"
        b'"Axon,\n Body",axon_enterprise,name,no,"our own, 2025",medium'
    )
    aliases.write_bytes(before)
    write_rule(edit(home, group="vendor"))
    assert aliases.read_bytes().startswith(before + b"\n")
    (made,) = rules_made(Home(home))
    assert made.lines == (
        "vendors.csv: harmless_harrier",
        "vendor_aliases.csv: HARMLESS HARRIER, LLC",
    )
    assert {path.name for path in take_back(made.source)} == {"vendors.csv", "vendor_aliases.csv"}
    assert aliases.read_bytes() == before + b"\n"
    assert lines(folder / "vendors.csv") == []
    assert rules_made(Home(home)) == []
    with pytest.raises(DeclarationError, match="no such rule any more"):
        take_back(made.source)


def test_a_vendor_that_other_lines_need_is_not_taken_back(home: Path) -> None:
    write_rule(edit(home, group="vendor word"))
    write_rule(edit(home, group="product", maker="HARMLESS HARRIER, LLC", reason="its own"))
    before = {path: path.read_bytes() for path in (home / "reference").iterdir()}
    first, second = sorted(rules_made(Home(home)), key=lambda made: "its own" in made.source)
    with pytest.raises(DeclarationError, match="names `harmless_harrier`, which no list knows"):
        take_back(first.source)
    assert {path: path.read_bytes() for path in (home / "reference").iterdir()} == before
    take_back(second.source)
    take_back(first.source)


def test_a_broken_write_leaves_every_file_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rule(edit(home, group="vendor"))
    before = {path: path.read_bytes() for path in (home / "reference").iterdir()}
    other = {"vendor_id": "idle_ibis", "vendor_name_source": "IDLE IBIS CO"}
    planned = edit(home, other, group="vendor")
    really = rule_edit.write_whole

    def fails_at_the_second(path: Path, content: bytes) -> None:
        if path.name == "vendor_aliases.csv":
            raise OSError("disk full")
        really(path, content)

    monkeypatch.setattr(rule_edit, "write_whole", fails_at_the_second)
    with pytest.raises(OSError, match="disk full"):
        write_rule(planned)
    assert {path: path.read_bytes() for path in (home / "reference").iterdir()} == before


def _ledger(home: Path) -> None:
    """Build a ledger of a vendor nobody knows, its contract with an order, and a reseller."""
    build_of(
        Home(home),
        full(
            home / "in",
            [
                transaction("P1", "100.00", recipient_name="HARMLESS HARRIER, LLC",
                    prime_award_base_transaction_description="TWELVE THINGS",
                    transaction_description="TWELVE THINGS"),
                transaction("P2", "20.00", recipient_name="Harmless Harrier LLC",
                    prime_award_base_transaction_description="ZEBRAFINCH OPTICS; 12 EACH",
                    transaction_description="PAPER"),
                transaction("P3", "3.00", recipient_name="CARAHSOFT TECHNOLOGY CORP.",
                    prime_award_base_transaction_description="PAPER",
                    transaction_description="ZEBRAFINCH OPTIC MAINTENANCE"),
                transaction("P4", "7000.00", recipient_name="IDLE IBIS CO",
                    prime_award_base_transaction_description="PAPER",
                    transaction_description="PAPER"),
                transaction("I1", "0.00", award_or_idv_flag="IDV", recipient_name="KIND KITE INC",
                    multiple_or_single_award_idv_code="S",
                    prime_award_base_transaction_description="ZEBRAFINCH OPTICS",
                    transaction_description="ZEBRAFINCH OPTICS"),
                transaction("O1", "50000.00", parent="I1", parent_agency="7012",
                    recipient_name="KIND KITE INC",
                    prime_award_base_transaction_description="ORDER 1",
                    transaction_description="ORDER 1"),
            ],
        ),
    )  # fmt: skip


def _shown(home: Path) -> dict[str, tuple[str, bool]]:
    database = Home(home).published_database()
    assert database
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            """select purchase_id,
                case when status = 'rejected' then status
                    else concat_ws(', ', status, core.status.scope, technology) end,
                status in ('matched', 'confirmed') and core.status.scope = 'strict'
                    and record_kind <> 'idv'
            from core.status join core.purchase using (purchase_id)"""
        ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"scope": "related"},
        {"group": "vendor"},
        {"group": "vendor word"},
        {"group": "product", "maker": "Axon Enterprise"},
    ],
)
def test_what_was_shown_beforehand_is_what_the_next_build_does(
    home: Path, changed: dict[str, str]
) -> None:
    _ledger(home)
    planned = edit(home, **changed)
    foreseen = preview(planned)
    before = _shown(home)
    write_rule(planned)
    build(Home(home))
    after = _shown(home)
    differing = {
        key: (before.get(key, ("not touched", False))[0], after.get(key, ("not touched", False))[0])
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }
    assert differing
    assert {row.purchase_id: (row.before, row.after) for row in foreseen.changes} == differing
    counted = sum(is_counted for _, is_counted in after.values()) - sum(
        is_counted for _, is_counted in before.values()
    )
    assert sum(moved.purchases for moved in foreseen.moved) == counted
    back = preview(Edit(removed=frozenset([rules_made(Home(home))[0].source])))
    assert {row.purchase_id: (row.after, row.before) for row in back.changes} == differing


def test_the_money_of_a_phrase_goes_with_the_orders_under_its_contract(home: Path) -> None:
    _ledger(home)
    foreseen = preview(edit(home))
    (moved,) = foreseen.moved
    assert (moved.record_kind, moved.basis) == ("award", "obligated")
    assert (moved.purchases, moved.amount) == (3, Decimal("50023.00"))
    assert [row.amount for row in foreseen.changes if row.amount] == [
        Decimal("50000.00"),
        Decimal("20.00"),
        Decimal("3.00"),
    ]


def test_a_person_who_decided_otherwise_wins_over_the_rule(home: Path) -> None:
    _ledger(home)
    purchase = next(row for row in preview(edit(home)).changes if row.amount == Decimal("20.00"))
    record_decision(
        {"purchase_id": purchase.purchase_id, "decision": "reject", "reason": "seen: bird seed",
         "decided_by": "A. Editor"},
        guard_vendor=None, guard_description=None,
    )  # fmt: skip
    foreseen = preview(edit(home))
    assert purchase.purchase_id not in {row.purchase_id for row in foreseen.changes}
    assert foreseen.moved[0].amount == Decimal("50003.00")


def test_without_a_ledger_there_is_nothing_to_try_a_rule_on(home: Path) -> None:
    with pytest.raises(DeclarationError, match="no published database"):
        preview(edit(home))
