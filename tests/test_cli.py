"""The command: help, JSON for machines, and exit codes that say how it went."""

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ingest.cli import app
from ingest.home import Home
from tests import federal
from tests.conftest import Whobuys
from tests.federal import full, transaction

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
FIRST_ISSUE = {"up", "add", "build", "serve", "status", "check", "classify", "evaluate"}


DECLARED = len(list((Path(__file__).resolve().parents[1] / "data" / "sources").glob("*.yml")))


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, args)])


def plain(text: str) -> str:
    """Return text without the colours of a terminal, in one line."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return full(tmp_path, [transaction("A1", "1234.56"), transaction("B2", "-0.56")])


def test_the_commands_of_the_design_are_there() -> None:
    assert set(COMMANDS) >= FIRST_ISSUE


def test_the_command_alone_says_what_it_is_and_lists_every_command() -> None:
    said = run("--help").stdout
    assert "Which public agencies buy surveillance technology" in plain(said)
    for name in COMMANDS:
        assert name in said


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_each_of_its_options_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert run(name, "--help").exit_code == 0
    assert command.help
    assert command.help.strip().splitlines()[0].endswith(".")
    for parameter in command.params:
        if parameter.name != "help":
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_an_unknown_command_ends_with_two() -> None:
    result = run("buy")
    assert result.exit_code == 2
    assert "No such command" in plain(result.stderr)


@pytest.mark.data
def test_add_build_and_status_in_words(home: Path, given: Path) -> None:
    added = run("add", given, "--source", federal.SOURCE)
    assert added.exit_code == 0
    assert added.stdout == (
        "Added FY2024_070_Contracts_Full_20251006.zip: 2 rows. "
        "Run `whobuys build` to publish them.\n"
    )
    again = run("add", given, "--source", federal.SOURCE)
    assert again.exit_code == 0
    assert again.stdout.startswith("Already here: FY2024_070")
    assert "not built yet" in run("status").stdout
    built = run("build")
    assert built.exit_code == 0
    assert built.stdout == "Published 2 purchases and 2 transactions as of 6 Oct 2025.\n"
    assert run("build").stdout.startswith("Already published: 2 purchases")
    said = run("status").stdout
    assert "Published: 2 purchases, 2 transactions, as of 6 Oct 2025" in said
    assert str(Home(home).published_database()) in said
    assert "us_federal_contracts: fresh. 1 file, 2 rows, 1 Oct 2023 to 30 Sep 2024" in said
    assert "us_federal_starter: empty" in said


@pytest.mark.data
def test_json_is_json_and_nothing_else(home: Path, given: Path) -> None:
    empty = json.loads(run("status", "--json").stdout)
    assert (empty["database"], empty["build_id"], empty["purchases"]) == (None, None, 0)
    added = json.loads(run("add", given, "--source", federal.SOURCE, "--json").stdout)
    assert added["is_new"] is True
    assert added["tables"][0]["rows"] == 2
    built = json.loads(run("build", "--json").stdout)
    assert (built["transactions"], built["is_new"], built["failures"]) == (2, True, {})
    stated = json.loads(run("status", "--json").stdout)
    assert stated["database"] == str(Home(home).published_database()) == built["database"]
    assert stated["build_id"] == built["build_id"]
    assert stated["as_of"] == "2025-10-06"
    source = next(s for s in stated["sources"] if s["source_id"] == federal.SOURCE)
    assert (source["state"], source["rows"], source["rejected"]) == ("fresh", 2, 0)
    checked = json.loads(run("check", "--json").stdout)
    assert checked["problems"] == []
    assert checked["sources"] == DECLARED


@pytest.mark.data
def test_a_path_of_any_words_stays_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Path
) -> None:
    home = tmp_path / 'an [bold]editor\'s[/bold] "home" :smile:'
    monkeypatch.setenv("WHOBUYS_HOME", str(home))
    assert run("add", given, "--source", federal.SOURCE).exit_code == 0
    assert run("build").exit_code == 0
    stated = json.loads(run("status", "--json").stdout)
    assert stated["database"] == str(Home(home).published_database())
    assert str(home) in run("status").stdout


@pytest.mark.usefixtures("home")
def test_nothing_to_do_ends_with_two_and_says_why() -> None:
    for command, why in (
        (["build"], "There is nothing to build from."),
        (["serve"], "Nothing is published yet."),
        (["add", "missing.zip", "--source", federal.SOURCE], "there is no file missing.zip"),
        (["add", "missing.zip", "--source", "nowhere"], "There is no source nowhere."),
    ):
        result = run(*command)
        assert result.exit_code == 2
        assert why in plain(result.stderr)
        assert result.stdout == ""


@pytest.mark.usefixtures("home")
def test_a_source_has_to_be_named(given: Path) -> None:
    result = run("add", given)
    assert result.exit_code == 2
    assert "--source" in plain(result.stderr)


@pytest.mark.data
def test_a_day_has_to_be_a_day(home: Path, given: Path) -> None:
    assert run("build", "--as-of", "yesterday").exit_code == 2
    assert run("add", given, "--source", federal.SOURCE).exit_code == 0
    assert json.loads(run("build", "--as-of", "2026-02-03", "--json").stdout)["as_of"] == (
        "2026-02-03"
    )
    assert Home(home).published_database()


@pytest.mark.data
def test_a_file_that_fails_at_the_next_build_ends_with_one(home: Path, given: Path) -> None:
    run("add", given, "--source", federal.SOURCE)
    other = full(given.parent, [transaction("C3", date="2023-01-01")], year=2023)
    run("add", other, "--source", federal.SOURCE)
    next(home.glob("raw/*/*/FY2023*")).unlink()
    result = run("build", "--json")
    assert result.exit_code == 1
    assert "FY2023" in json.loads(result.stdout)["failures"][federal.SOURCE]
    assert run("build").exit_code == 1


def test_check_names_every_mistake_and_ends_with_two(home: Path) -> None:
    (home / "sources").mkdir()
    (home / "sources" / "us_nowhere.yml").write_text("titel: x\n", "utf-8")
    (home / "reference").mkdir()
    (home / "reference" / "decisions.csv").write_text("nothing\n", "utf-8")
    result = run("check")
    assert result.exit_code == 2
    said = plain(result.stderr)
    assert "us_nowhere.yml, line 1: `titel` is not a known key; did you mean `title`?" in said
    assert "decisions.csv, line 1" in said
    assert len(json.loads(run("check", "--json").stdout)["problems"]) >= 2


@pytest.mark.usefixtures("home")
def test_check_finds_nothing_wrong_with_what_ships() -> None:
    result = run("check")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"All good: {DECLARED} sources, ")


@pytest.mark.data
def test_the_installed_command_writes_plain_lines_to_a_log(
    home: Path, given: Path, whobuys: Whobuys
) -> None:
    place = {"WHOBUYS_HOME": str(home)}
    assert whobuys("add", given, "--source", federal.SOURCE, **place).returncode == 0
    built = whobuys("build", **place)
    assert built.returncode == 0
    assert "\x1b" not in built.stdout + built.stderr
    assert built.stderr.splitlines()[-1] == "Checking"
    assert built.stdout.startswith("Published 2 purchases and 2 transactions")
