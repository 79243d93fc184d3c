"""A real server on loopback with a small published database, and a real Chromium to look at it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.published import publish, sample_rows

# A closed network must not slow the browser, nor the browser speak to anybody.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """A running dashboard: where it is, and the database that it shows."""

    address: str
    home: Path
    database: Path

    def ask(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """Answer SQL of the test's own."""
        with duckdb.connect(str(self.database), read_only=True) as con:
            return con.execute(sql, list(parameters)).fetchall()


@dataclass
class Visit:
    """A page in a browser of its own, and what went wrong on it."""

    page: Page
    site: Site
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self, path: str = "") -> Page:
        """Open a page and wait until it is whole and at rest."""
        self.page.goto(f"{self.site.address}/{path}")
        self.page.wait_for_selector(".wb-footer", timeout=60_000)
        self.page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=60_000)
        return self.page

    def count(self, words: str) -> None:
        """Choose in the masthead what counts."""
        self.page.get_by_role("combobox", name="Counting").click()
        self.page.get_by_role("option", name=words, exact=True).click()


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def serving(home: Path, root: Path, *, edit: bool = False) -> Iterator[str]:
    """Serve the dashboard from a directory that is not the project's; yield its address."""
    port = _free_port()
    log = home / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"from dashboard.server import serve; serve({port}, edit={edit})",
            ],
            cwd=home,
            env={**os.environ, "WHOBUYS_HOME": str(home), "PYTHONPATH": str(root)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/_stcore/health", process, log)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.25)
    pytest.fail(f"the dashboard did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, root: Path, browser_path: str) -> Iterator[Site]:
    """Return a running dashboard with the small published database."""
    assert browser_path
    home = tmp_path_factory.mktemp("site")
    database = publish(home, sample_rows())
    with serving(home, root) as address:
        yield Site(address, home, database)


@pytest.fixture(scope="session")
def chromium(browser_path: str) -> Iterator[Browser]:
    """Return a Chromium, started once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=_ARGUMENTS)
        yield browser
        browser.close()


def visiting(context: BrowserContext, site: Site) -> Visit:
    """Return a visit that listens for everything that can go wrong."""
    visit = Visit(context.new_page(), site)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visit.errors.append(message.text)

    visit.page.on("console", heard)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on(
        "request",
        lambda request: (
            visit.hosts.add(request.url.split("/")[2])
            if request.url.startswith(("http", "ws"))
            else None
        ),
    )
    return visit


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    """Return a browser window of 1280 pixels with nothing remembered."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield visiting(context, site)
    context.close()
