"""Readers while databases are published: no error, and never figures of two builds on one page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from dashboard import data, warming
from dashboard.data import opening
from ingest import publish as publishing
from ingest.home import Home
from tests import published
from tests.soak.killing import MOMENTS, moments
from tests.soak.scenes import refreshing
from tests.usaspending.server import Server

pytestmark = pytest.mark.soak

READERS, BUILDS, QUERIES = 4, 20, 10_000
EVERYTHING = data.Selection(statuses=("confirmed", "matched", "possible"), with_related=True)


@dataclass
class Reading:
    """What readers saw: builds by how many pages, queries in all, and what went wrong."""

    pages: dict[str, int] = field(default_factory=dict)
    figures: dict[str, set[tuple[object, ...]]] = field(default_factory=dict)
    queries: int = 0
    errors: list[str] = field(default_factory=list)


def read_page(reading: Reading) -> None:
    """Read one page as the dashboard does: the pointer once, then every question of that build."""
    build = data.current()
    totals = data.totals(build, EVERYTHING)
    stamp = opening.ask_one(build, "select build_id from meta.build")
    purchases = data.how_many(build, EVERYTHING)
    summed = opening.ask_one(build, "select sum(amount_usd) as amount_usd from mart.transaction")
    reading.queries += 4
    assert stamp
    assert summed
    assert stamp["build_id"] == build.build_id
    assert sum(total.purchases for total in totals) == purchases
    seen = (summed["amount_usd"], *(total.amount for total in totals))
    reading.figures.setdefault(build.build_id, set()).add(seen)
    reading.pages[build.build_id] = reading.pages.get(build.build_id, 0) + 1


@contextmanager
def readers(reading: Reading, many: int, pause: float = 0.0) -> Iterator[threading.Event]:
    """Read pages in so many threads until the end of the block."""
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            try:
                read_page(reading)
            except Exception as error:  # noqa: BLE001 - whatever a reader would see
                reading.errors.append(repr(error))
            over.wait(pause)

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(many)]
    for thread in threads:
        thread.start()
    try:
        yield over
    finally:
        over.set()
        for thread in threads:
            thread.join()


def make(home: Home, number: int) -> None:
    """Publish a build in which every amount is multiplied by its number."""
    aside = home.root / "aside"
    rows = published.sample_rows()
    build_id = f"build{number:03}"
    part = published.publish(aside, rows, build_id)
    with duckdb.connect(str(part)) as connection:
        connection.execute(f"update mart.transaction set amount_usd = amount_usd * {number}")
        connection.execute("update meta.build set build_id = ?", [build_id])
    home.build.mkdir(parents=True, exist_ok=True)
    publishing.move_into_place(home, part, home.build / f"whobuys-{build_id}.duckdb", build_id)
    publishing.keep_the_last(home)


@contextmanager
def reading_ahead(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read new builds ahead, as a server does, until the end of the block."""
    monkeypatch.setattr(opening, "_shown", None)
    monkeypatch.setattr(warming, "_LOOK_SECONDS", 0.05)
    watch = warming.Watch()
    thread = threading.Thread(target=watch.go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.stop()
        thread.join()


@pytest.mark.parametrize("is_ahead", [False, True])
def test_readers_see_whole_builds_while_twenty_are_published(
    home: Path, monkeypatch: pytest.MonkeyPatch, *, is_ahead: bool
) -> None:
    ours, reading = Home(home), Reading()
    # Every question is asked of the database: a page that was cached proves nothing.
    monkeypatch.setattr(data, "totals", data.totals.__wrapped__)
    make(ours, 1)
    ahead = reading_ahead(monkeypatch) if is_ahead else nullcontext()
    with ahead, readers(reading, READERS) as over:
        for number in range(2, BUILDS + 2):
            make(ours, number)
            enough = QUERIES * (number - 1) / BUILDS
            while not reading.errors and (
                reading.queries < enough or f"build{number:03}" not in reading.pages
            ):
                over.wait(0.05)
    assert reading.errors == []
    assert reading.queries >= QUERIES
    assert len(reading.pages) == BUILDS + 1
    # Each build has amounts of its own, and each of its pages had those and no others.
    assert all(len(seen) == 1 for seen in reading.figures.values())
    assert len(set.union(*reading.figures.values())) == BUILDS + 1
    assert len(list(ours.build.glob("whobuys-*.duckdb"))) == publishing.KEPT_BUILDS
    print(f"{reading.queries:,} queries on {sum(reading.pages.values()):,} pages")  # noqa: T201


def test_readers_see_no_error_while_refreshes_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, reading = Server(), Reading()
    with server.running():
        scene = refreshing(tmp_path, server)
        monkeypatch.setenv("WHOBUYS_HOME", str(scene.older.root))
        with readers(reading, 1, pause=1.0):
            for seed in range(1, MOMENTS + 1):
                scene.commands.kill_after(scene.older, scene.steps[0], moments(seed, *scene.span))
            scene.commands.run(scene.older, scene.steps[0])
    assert reading.errors == []
    # The build before and the one after, and on every page the figures of one of them.
    assert len(reading.pages) <= 2
    assert all(len(seen) == 1 for seen in reading.figures.values())
    healed = opening.ask_one(
        data.current(), "select sum(amount_usd) as amount_usd from mart.purchase"
    )
    assert healed == {"amount_usd": scene.total}
