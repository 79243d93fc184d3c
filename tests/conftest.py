"""What tests share: the project's folders, a home of their own, the command, a browser.

Tests that need the real records are marked `verify`. Where the folder `shared` does not
stand beside the project they skip, saying so; under `make verify` they fail instead.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from tests.usaspending.archive import Archive
from tests.usaspending.server import Server

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

Whobuys = Callable[..., subprocess.CompletedProcess[str]]


def pytest_report_header() -> list[str]:
    """Say what the run stands on: the data tests run on two lines of DuckDB."""
    return [
        f"duckdb: {duckdb.__version__}",
        f"browser: {_browser() or 'none found, so the browser tests skip'}",
        f"real records: {'beside the project' if SHARED.is_dir() else 'absent'}",
    ]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot be tested here, or fail where that was promised."""
    if item.get_closest_marker("verify"):
        _need_shared()
    if item.get_closest_marker("browser"):
        _need_browser()


def _need_shared() -> None:
    if SHARED.is_dir():
        return
    why = 'the real records are absent: no folder named "shared" beside the project'
    if os.environ.get("WHOBUYS_VERIFY") == "1":
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


def _browser() -> str | None:
    named = os.environ.get("WHOBUYS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def _need_browser() -> None:
    if _browser():
        return
    why = "no Chromium was found (looked for " + ", ".join(BROWSERS) + ")"
    if os.environ.get("WHOBUYS_BROWSER") == "1":
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test out of the project's own data: a forgotten setting finds an empty home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHOBUYS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real records and labels; skip, or fail under verify, without it."""
    _need_shared()
    return SHARED


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Return the path of a Chromium; skip, or fail in CI, where there is none."""
    _need_browser()
    found = _browser()
    assert found
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty `WHOBUYS_HOME` of this test's own."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("WHOBUYS_HOME", str(path))
    return path


@pytest.fixture
def ours(home: Path) -> Home:
    """Return that home as the code knows it."""
    return Home(home)


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a server on loopback that runs, with no routes yet."""
    server = Server()
    with server.running():
        yield server


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """Return an empty award data archive, at which the settings of the host point."""
    with Server().as_usaspending(monkeypatch) as server:
        yield Archive(server)


@pytest.fixture(scope="session")
def whobuys() -> Whobuys:
    """Return a function that runs the command `whobuys` and captures what it says.

    `whobuys("build", WHOBUYS_HOME=str(home))`: named arguments join its environment.

    It runs under the Python of the tests, and so under their DuckDB: the script in
    `.venv/bin` would always run under the first environment's.
    """

    def run(*args: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **settings}
        command = [sys.executable, "-c", "from ingest.cli import app; app()", *map(str, args)]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            timeout=300,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
