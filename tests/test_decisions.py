"""Decisions: a person's word outranks every rule, survives rebuilds, and is guarded."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest import decisions as deciding
from ingest.build import build
from ingest.check import check
from ingest.decisions import DECISION, load_decisions
from ingest.errors import DeclarationError
from ingest.home import PROJECT_DATA, Home
from tests import federal
from tests.federal import award_key, transaction

pytestmark = pytest.mark.data

OURS = PROJECT_DATA / "reference"


def purchase_id(number: str) -> str:
    return f"us_federal:{award_key(number)}"


def decision(number: str, **values: str) -> dict[str, str]:
    return {
        **dict.fromkeys(DECISION, ""),
        "purchase_id": purchase_id(number),
        "decision": "accept",
        "scope": "strict",
        "technology": "drones",
        "reason": "read the statement of work",
        "decided_by": "the desk",
        "decided_date": "2026-03-03",
        "guard_vendor": "PLAIN OFFICE SUPPLY LLC",
        **values,
    }


def write(folder: Path, *rows: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "decisions.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, DECISION)
        writer.writeheader()
        writer.writerows(rows)
    return path


def plain(number: str, **columns: str) -> federal.Row:
    """Return a purchase that no rule touches."""
    words = {"transaction_description": "PAPER CLIPS",
             "prime_award_base_transaction_description": "PAPER CLIPS"}  # fmt: skip
    return transaction(number, recipient_name="PLAIN OFFICE SUPPLY LLC", **(words | columns))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("decisions")
    home = Home(folder / "home")
    write(
        home.root / "reference",
        decision("ACCEPTED", maker="Plain Drones"),
        decision("REJECTED", decision="reject", scope="", technology="",
                 guard_vendor="CLEARVIEW AI, INC."),
        decision("OTHERWISE", guard_vendor="CLEARVIEW AI, INC."),
        decision("SUGGESTED", decision="suggest"),
        decision("CHANGED", guard_vendor="SOMEONE ELSE INC"),
        decision("REWORDED", guard_description="TYPEWRITERS"),
        decision("RESPELLED", guard_vendor="Plain Office Supply, L.L.C."),
        decision("RELATED", scope="related"),
        decision("ABSENT"),
    )  # fmt: skip
    rows = [
        plain("ACCEPTED"), transaction("REJECTED"), transaction("OTHERWISE"),
        plain("SUGGESTED"), plain("CHANGED"), plain("REWORDED"), plain("RESPELLED"),
        plain("RELATED"), plain("UNTOUCHED"), transaction("BYRULE"),
        # Of the starter's readings one is high, one medium and one low.
        *(plain(name, contract_award_unique_key=name) for name in READINGS),
    ]  # fmt: skip
    for number, row in enumerate(rows[-3:]):
        row["contract_transaction_unique_key"] = f"7012_READING{number}"
    path = federal.full(folder, rows)
    database = federal.build_of(home, path).database
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def _readings() -> dict[str, tuple[str, str]]:
    """Return one award of each confidence, of the reading `core`."""
    found: dict[str, tuple[str, str]] = {}
    with deciding.READINGS.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["reading"] == "core" and row["technology"] != "screening":
                award = row["purchase_id"].partition(":")[2]
                found.setdefault(row["confidence"], (award, row["technology"]))
    return {award: (confidence, technology) for confidence, (award, technology) in found.items()}


READINGS = _readings()


def state(ledger: duckdb.DuckDBPyConnection, number: str, columns: str) -> tuple[object, ...]:
    found = ledger.execute(
        f"select {columns} from mart.purchase where award_number = ?", [number]
    ).fetchall()
    assert len(found) == 1
    return tuple(found[0])


def test_an_accepted_purchase_counts_although_no_rule_knows_it(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert state(
        ledger, "ACCEPTED", "status, scope, technology, strength, is_counted, maker_name, decision"
    ) == ("confirmed", "strict", "drones", 1, True, "Plain Drones", "read the statement of work")


def test_a_rejection_outranks_the_strongest_rule(ledger: duckdb.DuckDBPyConnection) -> None:
    assert state(ledger, "BYRULE", "status, strength, is_counted") == ("matched", 2, True)
    assert state(ledger, "REJECTED", "status, strength, is_counted") == ("rejected", 1, False)


def test_a_decision_outranks_what_a_rule_says_of_the_technology(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert state(ledger, "OTHERWISE", "status, technology, type, technologies[1]") == (
        "confirmed", "drones", None, "drones",
    )  # fmt: skip


def test_the_evidence_shows_the_decision_first(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute(
        "select strength, field, title, speaks from mart.evidence where purchase_id = ?"
        " and position = 1",
        [purchase_id("ACCEPTED")],
    ).fetchall() == [(1, "decision", "read the statement of work", "for")]


def test_a_suggestion_never_counts(ledger: duckdb.DuckDBPyConnection) -> None:
    assert state(ledger, "SUGGESTED", "status, is_counted") == ("possible", False)


def test_what_is_accepted_as_a_neighbouring_good_does_not_count(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert state(ledger, "RELATED", "status, scope, is_counted") == ("confirmed", "related", False)


def test_high_readings_confirm_and_all_others_only_suggest(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert {confidence for confidence, _ in READINGS.values()} == {"high", "medium", "low"}
    for award, (confidence, technology) in READINGS.items():
        expected = ("confirmed", True) if confidence == "high" else ("possible", False)
        assert state(ledger, award, "status, is_counted") == expected
        assert state(ledger, award, "technology") == (technology,)


def test_what_nobody_and_nothing_speaks_of_is_not_published(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    assert ledger.execute(
        "select count(*) from mart.purchase where award_number in ('UNTOUCHED', 'ABSENT')"
    ).fetchone() == (0,)


def test_a_changed_record_is_an_issue_and_the_decision_stays_in_force(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    issues = dict(
        ledger.execute(
            "select regexp_extract(message, 'AWD_([A-Z]+)_', 1), message from meta.issue"
            " where kind = 'decision to look at again'"
        ).fetchall()
    )
    # Another spelling of the same name is no change. The others are readings of the starter
    # ledger, which were made on other vendors than the ones here.
    assert set(issues) - {""} == {"CHANGED", "REWORDED"}
    assert (
        "the vendor SOMEONE ELSE INC; the record now has PLAIN OFFICE SUPPLY" in issues["CHANGED"]
    )
    assert "the words TYPEWRITERS; the record now has PAPER CLIPS" in issues["REWORDED"]
    for number in ("CHANGED", "REWORDED", "RESPELLED"):
        assert state(ledger, number, "status, is_counted") == ("confirmed", True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"decision": "perhaps"}, "`decision`: `perhaps` is none of accept, reject, suggest"),
        ({"scope": "wide"}, "`scope`: `wide` is neither strict nor related"),
        ({"technology": ""}, "an accepted purchase needs `scope` and `technology`"),
        ({"scope": ""}, "an accepted purchase needs `scope` and `technology`"),
        ({"reason": ""}, "a decision needs a `reason` and `decided_by`"),
        ({"decided_by": ""}, "a decision needs a `reason` and `decided_by`"),
        ({"decided_date": "last week"}, "`decided_date`"),
        ({"purchase_id": ""}, "`purchase_id`"),
    ],
)
def test_what_is_incomplete_or_unknown_is_refused_with_file_and_line(
    tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    path = write(tmp_path, decision("A1"), decision("B2") | wrong)
    with pytest.raises(DeclarationError) as refused:
        load_decisions([OURS, tmp_path])
    assert str(refused.value).startswith(f"{path}, line 3: ")
    assert said in str(refused.value)


def test_an_unknown_technology_is_refused_with_file_and_line(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    path = write(home.root / "reference", decision("A1"), decision("B2", technology="telepathy"))
    (problem,) = check(home).problems
    assert problem.startswith(f"{path}, line 3")
    federal.load(home, federal.full(tmp_path, [plain("A1")]))
    with pytest.raises(DeclarationError) as refused:
        build(home)
    assert f"{path}, line 3" in str(refused.value)
    assert "`telepathy`" in str(refused.value)
    assert home.published_database() is None


def test_two_decisions_on_one_purchase_are_refused_with_both_places(tmp_path: Path) -> None:
    path = write(tmp_path, decision("A1"), decision("B2"), decision("A1", decision="reject"))
    with pytest.raises(DeclarationError) as refused:
        load_decisions([OURS, tmp_path])
    assert f"{path}, line 4: {purchase_id('A1')} is already decided in {path}, line 2" in str(
        refused.value
    )


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "decisions.csv").write_text("purchase_id,decision\nx,accept\n", "utf-8")
    with pytest.raises(DeclarationError, match=r"decisions\.csv, line 1: the columns are"):
        load_decisions([OURS, tmp_path])


def test_a_decision_outranks_a_reading_of_the_starter(tmp_path: Path) -> None:
    award = next(iter(READINGS))
    write(tmp_path, decision("A1", purchase_id=f"us_federal:{award}", decision="reject"))
    assert load_decisions([OURS])[f"us_federal:{award}"].origin == "reading"
    found = load_decisions([OURS, tmp_path])[f"us_federal:{award}"]
    assert (found.origin, found.decision) == ("decision", "reject")


def test_every_reading_of_the_starter_is_of_a_purchase_in_it() -> None:
    with (PROJECT_DATA / "starter" / "us_federal_starter_2026-08-20.csv").open() as handle:
        awards = {
            f"us_federal:{row['contract_award_unique_key']}" for row in csv.DictReader(handle)
        }
    readings = {key for key, made in load_decisions([OURS]).items() if made.origin == "reading"}
    assert readings == awards
