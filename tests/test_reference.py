"""Reference data: every file is valid, every mistake is a sentence, every example comes true."""

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from ingest.examples import check_reference
from ingest.knowledge import load_knowledge
from ingest.phrase import PhraseError, alternations, beginnings, literals, shortest
from ingest.phrase import phrases as split
from ingest.reference import MODELS
from ingest.reference_files import InvalidReferenceError

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "data" / "reference"
TECHNOLOGIES = [
    "face-recognition", "biometrics", "license-plate-readers", "cell-site-simulators",
    "device-forensics", "spyware", "location-data", "people-data", "social-media-monitoring",
    "analytics", "interception", "video-surveillance", "body-worn-cameras", "drones",
    "gunshot-detection", "electronic-monitoring", "border-sensors", "covert-tracking",
    "financial-tracing", "screening", "other",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "reference"
    copy.mkdir()
    for model in MODELS:
        shutil.copy(REFERENCE / model.FILE, copy / model.FILE)
    return copy


def change(path: Path, old: str, new: str) -> int:
    """Change one text in a file; return the line on which it stands."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_every_file_reference_and_example_is_right() -> None:
    assert [str(problem) for problem in check_reference([REFERENCE])] == []


def test_the_technologies_are_those_of_the_design_in_its_order() -> None:
    knowledge = load_knowledge([REFERENCE])
    assert [row.technology for row in knowledge.technologies] == TECHNOLOGIES
    related = [row.technology for row in knowledge.technologies if row.scope == "related"]
    assert related == ["screening"]


def test_every_technology_has_ten_examples_that_match_and_five_that_do_not() -> None:
    knowledge = load_knowledge([REFERENCE])
    matching: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for example in knowledge.examples:
        matches = example.expected in ("counted", "related")
        (matching if matches else other)[example.technology] += 1
    assert {name for name in TECHNOLOGIES if matching[name] < 10} == set()
    assert {name for name in TECHNOLOGIES if other[name] < 5} == set()


def test_every_line_has_a_source_and_no_award_number() -> None:
    for model in MODELS:
        with (REFERENCE / model.FILE).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                assert row["source"], model.FILE
                assert "CONT_AWD" not in str(row), model.FILE
                assert "CONT_IDV" not in str(row), model.FILE


def test_a_rule_of_one_line_changes_the_knowledge(folder: Path) -> None:
    before = load_knowledge([folder]).fingerprint
    change(folder / "phrases.csv", "gunshot detection;", "gunshot detection; bang finder;")
    after = load_knowledge([folder])
    assert after.fingerprint != before
    assert "BANG FINDER" in {wording.literal for wording in after.wordings}


@pytest.mark.parametrize(
    ("file", "old", "new", "reason", "nearest"),
    [
        ("vendors.csv", ",exclusive,", ",exclusiv,", "`sells` is `exclusiv`", "exclusive"),
        ("vendor_aliases.csv", ",cellebrite,", ",celebrite,", "`vendor_id` names `celebrite`",
         "cellebrite"),
        ("phrases.csv", ",drones,", ",drone,", "`technology` names `drone`", "drones"),
        ("vendors.csv", "vendor_name,", "vendor_nam,", "unknown column `vendor_nam`",
         "vendor_name"),
        ("phrases.csv", "@law enforcement", "@law enforcment", "names the list", "law enforcement"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_line_reason_and_the_nearest_known(
    folder: Path, file: str, old: str, new: str, reason: str, nearest: str
) -> None:
    line = change(folder / file, old, new)
    problems = check_reference([folder])
    problem = next(problem for problem in problems if reason in problem.reason)
    assert (problem.file, problem.line) == (file, line)
    assert problem.nearest == nearest
    assert str(problem).startswith(f"{file}, line {line}: ")


def test_an_example_that_does_not_come_true_is_refused(folder: Path) -> None:
    line = change(folder / "phrases.csv", "GUNSHOT DETECTION SYSTEM", "OFFICE CHAIRS")
    (problem,) = check_reference([folder])
    assert (problem.file, problem.line) == ("phrases.csv", line)
    assert "does not match its example `OFFICE CHAIRS`" in problem.reason


def test_a_newsrooms_lines_join_ours_and_a_contradiction_is_a_problem(tmp_path: Path) -> None:
    header = "alias,vendor_id,kind,ambiguous,source,confidence\n"
    own = tmp_path / "vendor_aliases.csv"
    own.write_text(header + "Eye In The Sky LLC,skydio,legal name,no,our paper,high\n", "utf-8")
    knowledge = load_knowledge([REFERENCE, tmp_path])
    assert "Eye In The Sky LLC" in {row.alias for row in knowledge.aliases}
    own.write_text(header + "Skydio,dji,name,no,our paper,high\n", "utf-8")
    with pytest.raises(InvalidReferenceError, match="`Skydio` is there already"):
        load_knowledge([REFERENCE, tmp_path])


def test_a_file_that_is_not_utf8_is_refused(folder: Path) -> None:
    path = folder / "word_lists.csv"
    path.write_bytes(path.read_bytes() + b"x,caf\xe9,us,high\n")
    assert any("is not UTF-8" in problem.reason for problem in check_reference([folder]))


def test_phrases_stand_for_all_their_wordings() -> None:
    assert literals("license/licence plate reader") == [
        "LICENSE PLATE READER", "LICENSE PLATE READERS",
        "LICENCE PLATE READER", "LICENCE PLATE READERS",
    ]  # fmt: skip
    assert literals("mobile (device) lab")[2:] == ["MOBILE LAB", "MOBILE LABS"]
    assert literals("cell-site") == ["CELL SITE", "CELL SITES"]
    assert literals("body camera battery")[1] == "BODY CAMERA BATTERIES"
    assert split("a; b;; ") == ["a", "b"]


@pytest.mark.parametrize("phrase", ["open (bracket", "one/", "()", "a/b/c " * 6])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        literals(phrase)


def test_a_longer_wording_stands_before_the_shorter_one() -> None:
    (pattern,) = alternations(["CLEARVIEW", "CLEARVIEW AI"])
    assert pattern == r"\b(?:CLEARVIEW[^A-Z0-9]+AI|CLEARVIEW)\b"


def test_the_quick_search_lets_every_text_with_a_wording_through() -> None:
    knowledge = load_knowledge([REFERENCE])
    wordings = [row.literal for row in knowledge.wordings if row.part == "words"]
    wanted = shortest(wordings)
    assert len(wanted) < len(set(wordings))
    quick = [re.compile(pattern) for pattern in beginnings(wanted)]
    close = [re.compile(pattern) for pattern in alternations(wanted)]
    for wording in wordings:
        text = f"12 X {wording.replace(' ', ' - ')}, ETC"
        assert any(pattern.search(text) for pattern in quick), wording
        assert any(pattern.search(text) for pattern in close), wording
    assert not any(pattern.search("12 BOXES OF PAPER, ETC") for pattern in quick)
