"""One home with all real records, and a dashboard of it, built once for the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.home import Home
from tests.browser.conftest import Site, chromium, serving
from tests.verify.whole import load_everything

__all__ = ["chromium"]


@pytest.fixture(scope="session")
def newsroom(
    shared: Path, root: Path, browser_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Return a running dashboard of every real file and the starter ledger."""
    assert browser_path
    home = tmp_path_factory.mktemp("newsroom")
    database = load_everything(Home(home), shared / "real")
    with serving(home, root) as address:
        yield Site(address, home, database)
