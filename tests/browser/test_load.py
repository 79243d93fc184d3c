"""The API and the feeds under 50 requests a second for a minute, while somebody reads pages."""

import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Site, serving, visiting
from tests.published import publish, sample_rows

pytestmark = [pytest.mark.service, pytest.mark.browser]

A_SECOND = 50
SECONDS = 60
ASKED = (
    "api/v1",
    "api/v1/totals?by=technology",
    "api/v1/purchases",
    "api/v1/purchases?technology=face-recognition&size=2",
    "api/v1/purchases?q=word{n}",
    "api/v1/purchases/us_federal:A1",
    "api/v1/agencies",
    "api/v1/vendors?q=clearview",
    "api/v1/changes",
    "api/v1/openapi.json",
    "feeds/changes.atom",
    "feeds/changes.json?agency=us_federal:7012",
    "feeds/ends.ics",
)


@pytest.fixture(params=["as it comes", "with no limit"])
def site(
    request: pytest.FixtureRequest, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, bool]]:
    is_limited = request.param == "as it comes"
    if not is_limited:
        monkeypatch.setenv("WHOBUYS_API_PER_MINUTE", "1000000")
    database = publish(tmp_path, sample_rows())
    with serving(tmp_path, root) as address:
        yield Site(address, tmp_path, database), is_limited


def ask(address: str) -> tuple[str, str | None]:
    """Return the status of an answer, or the name of the error, and when to come back."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - loopback
            answer.read()
            return str(answer.status), None
    except urllib.error.HTTPError as error:
        return str(error.code), error.headers.get("Retry-After")
    except OSError as error:
        return type(error).__name__, None


def test_no_error_but_its_own_429_and_pages_still_open(
    chromium: Browser, site: tuple[Site, bool]
) -> None:
    here, is_limited = site
    began = time.monotonic()

    def one(number: int) -> tuple[str, str | None]:
        time.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        path = ASKED[number % len(ASKED)].format(n=number)
        return ask(f"{here.address}/{path}")

    with ThreadPoolExecutor(32) as pool:
        answers = [pool.submit(one, number) for number in range(A_SECOND * SECONDS)]
        opened = 0
        while not all(answer.done() for answer in answers):
            context = chromium.new_context()
            visit = visiting(context, here)
            visit.open("explore")
            assert visit.errors == []
            context.close()
            assert ask(f"{here.address}/_stcore/health")[0] == "200"
            opened += 1
    results = [answer.result() for answer in answers]
    statuses = Counter(status for status, _ in results)
    print(f"\n{statuses}, {opened} pages opened, {time.monotonic() - began:.0f} s")  # noqa: T201
    assert set(statuses) <= {"200", "429"}
    assert statuses["200"] >= 300
    assert (statuses["429"] > 0) == is_limited
    assert all(retry and int(retry) >= 1 for status, retry in results if status == "429")
    assert opened >= 3
