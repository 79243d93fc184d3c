"""Claims about the project as a whole, made by walking its folders: nothing can be forgotten."""

import ast
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

CODE = ("ingest", "dashboard", "benchmarks", "tests")
MAKEFILE = ROOT / "Makefile"
# Longer than this, a module is split.
MOST_LINES = 500
TEXT = {
    ".py", ".sql", ".md", ".yml", ".yaml", ".toml", ".csv", ".json", ".js", ".css", ".html",
    ".svg", ".sh", ".txt", ".cfg", ".ini", "",
}  # fmt: skip
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json"}

# Written in halves, so that this file does not hold what it forbids.
MACHINE = [
    r"(?<![\w/*.-])/wo" + r"rk/",
    "tmp/" + "scratch",
    r"py" + r"pi\.org",
    "python" + "hosted",
    "npm" + "js",
    r"deb\.deb" + r"ian\.org",
]
AUTHORSHIP = [
    r"\bcla" + r"ude\b",
    r"\banth" + r"ropic\b",
    r"\bcop" + r"ilot\b",
    "language " + "model",
    "generated" + " by",
    "written" + " by an? (ai|agent|assistant)",
    "co-authored" + "-by",
]


def project_files() -> list[Path]:
    """Return the files that are in git or would be added to it, links left out."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        paths = [ROOT / name for name in listed.split("\0") if name]
    else:
        left_out = {"raw", "staged", "build", "changes", "published", "work", "__pycache__"}
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(
                part in left_out or (part.startswith(".") and part not in {".ci", ".streamlit"})
                for part in path.relative_to(ROOT).parts[:-1]
            )
        ]
    return sorted(p for p in paths if p.is_file() and not p.is_symlink())


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> list[Path]:
    return [
        p for p in project_files() if p.suffix == ".py" and relative(p).split("/")[0] in folders
    ]


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of every module, or name of a module, that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def project() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as handle:
        return tomllib.load(handle)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", MAKEFILE.read_text("utf-8"), re.MULTILINE))


def test_a_wheel_brings_what_ships_with_the_code() -> None:
    """`ingest/home.py` and `dashboard/project.py` look for it in `whobuys_project`."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    brought = build["targets"]["wheel"]["force-include"]
    assert brought == {path: f"whobuys_project/{path}" for path in brought}
    shipped = [name for name in map(relative, project_files()) if name.startswith("data/")]
    assert [name for name in [*shipped, "LICENSE"] if not name.startswith(tuple(brought))] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        relative(path)
        for path in modules(*CODE)
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert silent == []


def test_no_module_has_grown_too_long() -> None:
    long = {
        relative(path): lines
        for path in modules("ingest", "dashboard")
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}, "split these by what they are about"


def test_nothing_names_a_machine_or_a_registry() -> None:
    pattern = re.compile("|".join(MACHINE))
    assert list(found(pattern, project_files())) == []


def test_no_file_says_who_wrote_it() -> None:
    pattern = re.compile("|".join(AUTHORSHIP), re.IGNORECASE)
    # Official records and facts about vendors may hold any word.
    ours = [p for p in project_files() if not relative(p).startswith(("data/", "tests/recorded/"))]
    assert list(found(pattern, ours)) == []


def found(pattern: re.Pattern[str], paths: list[Path]) -> Iterator[str]:
    for path in paths:
        if path.suffix not in TEXT or path.name == "LICENSE":
            continue
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            if match := pattern.search(line):
                yield f"{relative(path)}:{number}: {match.group()}"


def test_no_lock_file_and_nothing_large_is_kept() -> None:
    assert [relative(p) for p in project_files() if p.name in LOCK_FILES] == []
    heavy = [relative(p) for p in project_files() if p.stat().st_size > 5_000_000]
    assert heavy == []


def test_the_licence_is_there_and_declared() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    about = project()["project"]
    assert isinstance(about, dict)
    assert about["license"] == "Apache-2.0"
    assert about["license-files"] == ["LICENSE"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_commands_in_the_documents_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = set(
        re.findall(r"`make ([a-z]+)", text) + re.findall(r"^[ $]*make ([a-z]+)", text, re.M)
    )
    assert named <= targets()
    if name == "README.md":
        assert {"run", "test"} <= named, "the README's two commands"


def test_files_named_in_contributing_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`((?:data|ingest|dashboard|tests|benchmarks)/[\w/.-]+)`", text)
    kept = {"data/raw", "data/staged", "data/build", "data/published", "data/changes"}
    missing = [p for p in named if p.rstrip("/") not in kept and not (ROOT / p).exists()]
    assert missing == []


def test_every_make_target_is_explained() -> None:
    text = MAKEFILE.read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony
    assert set(phony.group(1).split()) == targets()
    explained = set(re.findall(r"^([a-z]+):.*## \w", text, re.MULTILINE))
    assert explained == targets()


def test_ci_runs_lint_tests_and_verification() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text("utf-8").splitlines()
    assert "set -euo pipefail" in lines
    assert [line for line in lines if line.startswith("make ")] == [
        "make lint", "make test", "make service", "make verify",
    ]  # fmt: skip
    assert os.access(script, os.X_OK)


def test_the_command_exists() -> None:
    about = project()["project"]
    assert isinstance(about, dict)
    module, name = about["scripts"]["whobuys"].split(":")
    imported = __import__(module, fromlist=[name])
    assert callable(getattr(imported, name))


def test_the_changelog_knows_this_version_and_puts_data_first() -> None:
    about = project()["project"]
    assert isinstance(about, dict)
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert versions[0].split()[0] == about["version"]
    for version in versions:
        heads = re.findall(r"^### (\w+)", version, re.MULTILINE)
        assert heads[:1] == ["Data"], version.splitlines()[0]


def test_every_sql_file_opens_with_what_a_row_is_and_its_key() -> None:
    files = [p for p in project_files() if p.suffix == ".sql"]
    assert files
    silent = [relative(p) for p in files if not p.read_text("utf-8").startswith("--")]
    assert silent == [], "these do not open with a comment"
    keyless = [
        relative(path)
        for path in files
        if re.search(r"^create\b.*\btable\b", text := path.read_text("utf-8"), re.MULTILINE)
        and not re.search(r"^--.*\bkeys?\b", text, re.MULTILINE | re.IGNORECASE)
    ]
    assert keyless == [], "these make tables and name no key"


def test_every_view_is_in_the_list_of_pages_or_used_by_one_that_is() -> None:
    views = {
        p.stem for p in modules("dashboard") if p.parent.name == "views" and p.stem != "__init__"
    }
    used = {name for path in modules("dashboard") for name in imports(path)}
    assert views
    assert {view for view in views if f"dashboard.views.{view}" not in used} == set()


def test_views_ask_dashboard_data_and_hold_no_sql() -> None:
    views = [p for p in modules("dashboard") if p.parent.name == "views"]
    openers = [relative(p) for p in views if any(i.startswith("duckdb") for i in imports(p))]
    assert openers == []
    with_sql = [
        relative(p)
        for p in views
        if re.search(r"\bselect\b[\s\S]{1,200}?\bfrom\b\s+(mart|core|meta)\.", p.read_text("utf-8"))
    ]
    assert with_sql == []


def test_only_dashboard_data_opens_the_database() -> None:
    others = [p for p in modules("dashboard") if not relative(p).startswith("dashboard/data")]
    assert [
        relative(p) for p in others if any(i.split(".")[0] == "duckdb" for i in imports(p))
    ] == []


def test_the_dashboard_uses_nothing_of_ingest_but_classify_and_decisions() -> None:
    allowed = ("ingest.classify", "ingest.decisions")
    broken = [
        f"{relative(path)}: {name}"
        for path in modules("dashboard")
        for name in imports(path)
        if name.split(".")[0] == "ingest" and not name.startswith(allowed)
    ]
    assert broken == []


def test_only_the_command_line_of_ingest_opens_the_dashboard() -> None:
    broken = [
        f"{relative(path)}: {name}"
        for path in modules("ingest")
        for name in imports(path)
        if name.split(".")[0] == "dashboard"
        and relative(path) not in ("ingest/cli.py", "ingest/cli_refresh.py")
    ]
    assert broken == []
