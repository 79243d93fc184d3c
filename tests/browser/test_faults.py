"""A reader turns a page every second while refreshes are killed, fail and publish.

No page is an error, no script complains, and whatever page it is, it is that of one build: the
same build always shows the same figures and its own total.
"""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import cycle
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visit, serving, visiting
from tests.soak.full_disk import FILLER, small_disk
from tests.soak.killing import MOMENTS, Commands, moments
from tests.soak.scenes import CITY, City
from tests.usaspending.server import Server

pytestmark = pytest.mark.browser

# On the first two stands the total.
PAGES = ("", "explore", "changes", "sources")
NOW = ["refresh", CITY, "--now"]
HOUR = 3600


@dataclass
class Reader:
    """One who reads on, and what was seen: the figures of each page of each build."""

    visit: Visit
    seen: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    pages: int = 0

    def read(self, path: str) -> None:
        """Read one page to its end."""
        page = self.visit.open(path)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        build = page.locator(".wb-footer code").inner_text()
        words = page.get_by_test_id("stMain").inner_text()
        # Lines that hold figures: a control may be drawn a moment after them.
        figures = "\n".join(line for line in words.splitlines() if re.search(r"\d", line))
        self.seen.setdefault((path, build), set()).add(figures)
        self.pages += 1
        assert self.visit.errors == [], path


@dataclass
class Week:
    """What goes on behind the reader's back: refreshes of all kinds, one after another."""

    city: City
    server: Server
    # Every build that a reader may have seen, and its total.
    published: dict[str, Decimal] = field(default_factory=dict)
    _edition: int = 0

    def note(self) -> None:
        """Note the database that is published now."""
        database = self.city.home.published_database()
        assert database
        with duckdb.connect(str(database), read_only=True) as connection:
            (build,) = connection.execute("select build_id from meta.build").fetchall()
            (total,) = connection.execute("select sum(amount_usd) from mart.purchase").fetchall()
        self.published[build[0]] = total[0]

    def news(self) -> None:
        """Let the city publish amounts that are a little higher each time."""
        self._edition += 1
        self.city.publish(f"1.{11 + self._edition}")

    def run(self, code: int, words: str, commands: Commands | None = None) -> None:
        """Refresh; it must end with that code and those words, and what it publishes is noted."""
        ended, said = (commands or self.city.commands).tried(self.city.home, NOW)
        assert (ended, words in said) == (code, True), said
        self.note()

    def publishes(self) -> None:
        self.news()
        self.run(0, "Published build")

    def is_killed(self, seed: int, last: float = 6.0) -> None:
        self.news()
        self.city.commands.kill_after(self.city.home, NOW, moments(seed, 0.2, last))
        self.note()

    def source_is_down(self) -> None:
        self.news()
        self.server.faults.down = "/"
        self.run(1, "Kept its last good data")
        self.server.faults.down = None

    def source_is_halved(self) -> None:
        self.city.publish("1.99", contracts=300)
        self.run(1, "300 rows now and had 610")

    def clock_is_off(self, seconds: int) -> None:
        self.news()
        self.run(0, "Published build", replace(self.city.commands, clock_off=seconds))

    def two_at_once(self, other: Commands) -> None:
        self.news()
        with ThreadPoolExecutor(2) as pool:
            ended = [
                pool.submit(each.tried, self.city.home, NOW) for each in (self.city.commands, other)
            ]
        codes = sorted(each.result() for each in ended)
        self.note()
        assert [code for code, _ in codes] == [0, 2], codes
        assert "Published build" in codes[0][1]
        assert re.search(r"Another run is at work here \(process \d+", codes[1][1])

    def disk_is_full(self, step: str) -> None:
        """Fill the disk from that step on, and empty it again; then all is done."""
        # Put in order what the fault before left: two runs that begin alike take the same steps.
        self.publishes()
        self.news()
        steps = self.city.commands.run(self.city.home, NOW)
        self.note()
        self.news()
        at = 1 + next(n for n, taken in enumerate(steps) if re.match(step, taken))
        ended, said = self.city.commands.tried(self.city.home, NOW, at)
        self.note()
        assert ended in (1, 2), said
        assert "The disk is full" in said
        (self.city.home.root.parent / FILLER).unlink()


def read_while(site: Site, chromium: Browser, week: Week, days: Callable[[], None]) -> None:
    """Read a page every second until those days are over, and look at what was seen."""
    week.note()
    context = chromium.new_context()
    reader = Reader(visiting(context, site))
    reader.read("")
    with ThreadPoolExecutor(1) as behind:
        over = behind.submit(days)
        for path in cycle(PAGES):
            began = time.monotonic()
            reader.read(path)
            if over.done():
                break
            time.sleep(max(0.0, 1 - (time.monotonic() - began)))
        over.result()
    newest = list(week.published)[-1]
    for _ in range(60):
        # The server reads it into memory first.
        if (PAGES[0], newest) in reader.seen:
            break
        reader.read(PAGES[0])
        time.sleep(0.5)
    for path in PAGES:
        reader.read(path)
    context.close()
    builds = {build for _, build in reader.seen}
    print(f"{reader.pages} pages of {len(builds)} builds")  # noqa: T201
    assert len(builds) > 1
    for (path, build), words in reader.seen.items():
        first, *others = words
        for other in others:
            assert other.splitlines() == first.splitlines(), f"{path} of {build}"
        if path in PAGES[:2]:
            assert f"with ${week.published[build]:,.0f} committed" in first
    assert (PAGES[0], newest) in reader.seen


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, bool]]:
    """Return where the home goes, and whether that is a small disk of its own."""
    with small_disk(tmp_path / "disk") as is_small:
        yield tmp_path / "disk", is_small


@pytest.fixture
def week(disk: tuple[Path, bool]) -> Iterator[Week]:
    server = Server()
    with server.running():
        week = Week(City.published(disk[0], server), server)
        yield week
        week.city.commands.warm.close()


@pytest.fixture
def site(week: Week, root: Path, browser_path: str) -> Iterator[Site]:
    assert browser_path
    home = week.city.home
    database = home.published_database()
    assert database
    with serving(home.root, root) as address:
        yield Site(address, home.root, database)


@pytest.mark.soak
def test_a_reader_sees_no_error_while_a_bad_day_goes_by(
    chromium: Browser, site: Site, week: Week
) -> None:
    other = Commands(week.city.commands.settings)

    def day() -> None:
        week.is_killed(1, last=2.0)
        week.publishes()
        week.source_is_down()
        week.two_at_once(other)

    read_while(site, chromium, week, day)
    other.warm.close()


@pytest.mark.soak
def test_a_reader_sees_no_error_while_everything_goes_wrong(
    chromium: Browser, site: Site, week: Week, disk: tuple[Path, bool]
) -> None:
    other = Commands(week.city.commands.settings)

    def days() -> None:
        for seed in range(1, MOMENTS + 1):
            week.is_killed(seed)
        week.publishes()
        week.source_is_down()
        week.source_is_halved()
        week.publishes()
        week.two_at_once(other)
        for seconds in (HOUR, -HOUR, 24 * HOUR, -24 * HOUR):
            week.clock_is_off(seconds)
        if disk[1]:
            for step in ("write raw/", "write staged/", "replace build/whobuys",
                         "write published/", "write changes/", "write reports/"):  # fmt: skip
                week.disk_is_full(step)
        week.publishes()

    read_while(site, chromium, week, days)
    other.warm.close()
