"""The documents say what is there: the data dictionary, and the commands that pages name."""

import re
from pathlib import Path

import duckdb
import pytest
from typer.main import get_command

from ingest.add import add_starter
from ingest.build import build
from ingest.cli import app
from ingest.home import Home

PROJECT = Path(__file__).resolve().parent.parent
# What is promised to readers: the schemas `core` and `evidence` belong to the build itself.
PROMISED = "table_schema in ('mart', 'meta') or table_name = 'purchase_search'"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    home = Home(tmp_path_factory.mktemp("home"))
    add_starter(home)
    with duckdb.connect(str(build(home).database), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema || '.' || table_name, column_name, data_type"
            f" from information_schema.columns where {PROMISED}"
        ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def dictionary() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for part in (PROJECT / "data" / "README.md").read_text("utf-8").split("\n## ")[1:]:
        title = part.partition("\n")[0]
        if "." in title:
            rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", part, re.MULTILINE)
            tables[title] = {column: kind for column, kind, _ in rows}
    return tables


def test_the_data_dictionary_lists_every_published_table(published) -> None:
    assert set(dictionary()) == set(published)


def test_the_data_dictionary_lists_every_column_with_its_type(published) -> None:
    listed = dictionary()
    for table, columns in published.items():
        assert listed[table] == columns, table


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_every_command_that_a_document_names_exists(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")
    known = set(get_command(app).commands)
    named = set(re.findall(r"(?:`|bin/)whobuys ([a-z][a-z-]*)", text))
    assert named <= known, f"{name} names commands that do not exist: {sorted(named - known)}"


def test_every_file_that_a_document_links_to_exists() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (PROJECT / name).read_text("utf-8")
        for target in re.findall(r"\]\((?!http)([^)#]+)", text):
            assert (PROJECT / target).exists(), f"{name} links to {target}"
