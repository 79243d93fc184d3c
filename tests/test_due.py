"""What is due: the last good fetch and the cadence, with clocks that go wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.due import is_due
from ingest.home import Home
from ingest.source import Source, load_sources

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folders = Home(tmp_path_factory.mktemp("home")).source_folders
    return load_sources(folders)["us_federal_contracts_search"]


@pytest.mark.parametrize(
    ("cadence", "days", "due"),
    [
        ("daily", 1, True), ("daily", 0.5, False),
        ("weekly", 7, True), ("weekly", 5, False),
        ("monthly", 28, True), ("monthly", 21, False),
        ("quarterly", 90, True), ("quarterly", 60, False),
        ("yearly", 365, True), ("yearly", 300, False),
        ("never", 4000, False),
    ],
)  # fmt: skip
def test_a_source_is_due_by_its_cadence(
    source: Source, cadence: str, days: float, *, due: bool
) -> None:
    declared = source.model_copy(update={"cadence": cadence})
    assert is_due(declared, NOW - timedelta(days=days), NOW) is due


def test_what_was_never_fetched_is_due(source: Source) -> None:
    assert is_due(source.model_copy(update={"cadence": "never"}), None, NOW)


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_weekly_run_finds_weekly_sources_due_though_the_clock_is_an_hour_off(
    source: Source, hours: int
) -> None:
    began_later = NOW - timedelta(days=7) + timedelta(minutes=50)
    assert is_due(source, began_later, NOW + timedelta(hours=hours))


def test_a_clock_that_was_an_hour_ahead_fetches_nothing_twice(source: Source) -> None:
    assert not is_due(source, NOW + timedelta(hours=1), NOW)


def test_a_fetch_far_in_the_future_says_nothing(source: Source) -> None:
    assert is_due(source, NOW + timedelta(days=400), NOW)
