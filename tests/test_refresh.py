"""The weekly job: fetch what is due, publish, say what happened; never lose what was there."""

import fcntl
import json
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.data import Build, Watched, opening
from dashboard.feeds.entries import Feed, feed
from ingest import build as building
from ingest.errors import CheckError, HeldError
from ingest.home import Home
from ingest.refresh import Wanted, refresh
from ingest.refresh_report import Report
from tests.clock import set_clock
from tests.conftest import ROOT, Whobuys
from tests.portals.example import CITY, COUNTY, QUICK
from tests.portals.socrata import Portal
from tests.refreshing import BOTH, next_week, portals, state_of
from tests.usaspending.server import Server

pytestmark = [pytest.mark.service, pytest.mark.data]


@pytest.fixture
def portal(ours: Home, server: Server) -> Portal:
    return portals(ours, server)


def run(home: Home, *, later: timedelta = timedelta(0), is_now: bool = False) -> Report:
    now = datetime.now(UTC) + later
    return refresh(home, Wanted(BOTH.source_ids, is_now), now=now, pace=QUICK)


def total(report: Report) -> Decimal:
    assert report.after
    (money,) = report.after.totals
    assert (money.record_kind, money.basis, money.currency) == ("contract", "committed", "USD")
    return money.amount


def test_a_refresh_fetches_publishes_and_reports(ours: Home, portal: Portal) -> None:
    report = run(ours)
    assert report.exit_code == 0, report.summary()
    assert report.is_new
    assert report.before is None
    assert {key: (s.state, s.rows) for key, s in report.sources.items()} == {
        CITY: ("news", 10), COUNTY: ("news", 10),
    }  # fmt: skip
    assert total(report) == Decimal("2002.00")
    assert report.after
    own = json.loads((ours.root / "reports" / f"{report.after.build_id}.json").read_text("utf-8"))
    last = json.loads((ours.root / "reports" / "last.json").read_text("utf-8"))
    assert own == last
    assert own["exit_code"] == 0
    assert own["summary"] == report.summary()
    assert "20 purchases, USD 2,002.00" in report.summary()
    assert portal.tables


def test_a_week_later_only_what_is_due_is_asked(ours: Home, server: Server, portal: Portal) -> None:
    run(ours)
    next_week(portal)
    server.forget()
    report = run(ours, later=timedelta(days=7))
    assert {key: source.state for key, source in report.sources.items()} == {
        CITY: "news", COUNTY: "not due",
    }  # fmt: skip
    assert server.asked("bbbb-bbbb") == []
    assert total(report) == Decimal("2302.30")
    assert "(+2 and +300.30)" in report.summary()


def test_a_rerun_fetches_nothing_and_changes_nothing(
    ours: Home, server: Server, portal: Portal
) -> None:
    first = run(ours)
    before = state_of(ours)
    own = sorted((ours.root / "reports").glob("*.json"))
    server.forget()
    again = run(ours)
    assert again.exit_code == 0
    assert not again.is_new
    assert server.log == []
    assert state_of(ours) == before
    # What the first run told of its build is not written over.
    assert first.after
    kept = (ours.root / "reports" / f"{first.after.build_id}.json").read_text("utf-8")
    assert json.loads(kept)["is_new"]
    assert sorted((ours.root / "reports").glob("*.json")) == own
    assert portal.tables


@pytest.mark.parametrize("hours", [-1, 1, 24])
def test_a_clock_that_is_wrong_loses_nothing(
    ours: Home, server: Server, portal: Portal, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """An hour off, or a day ahead: for one publication, and then it is set right."""
    run(ours)
    before = state_of(ours)
    server.forget()
    with monkeypatch.context() as patch:
        set_clock(timedelta(hours=hours), patch.setattr)
        report = run(ours, later=timedelta(hours=hours))
        assert report.exit_code == 0
        assert (server.log, state_of(ours)) == ([], before)
        next_week(portal)
        wrong = run(ours, later=timedelta(days=7, hours=hours))
        assert wrong.sources[CITY].state == "news"
        assert total(wrong) == Decimal("2302.30")
        told = feed_of(ours)
    next_week(portal, rows=14)
    right = run(ours, later=timedelta(days=14))
    assert right.sources[CITY].state == "news"
    # What came in last counts, and is published as the newest.
    assert total(right) == Decimal("2502.50")
    assert newest_of(ours) == ours.published_database()
    # Nothing that a feed has said is taken back, and no feed goes back in time.
    again = feed_of(ours)
    assert again.day >= told.day
    assert {entry.id for entry in again.entries} > {entry.id for entry in told.entries} > set()
    assert [entry.day for entry in again.entries] == sorted(
        (entry.day for entry in again.entries), reverse=True
    )


def feed_of(home: Home) -> Feed:
    """Return what the feed of everything says now."""
    database = home.published_database()
    assert database
    build = Build(database.stem.removeprefix("whobuys-"), database)
    said = feed(build, Watched(), "https://example.org")
    # A refresh of this same process opens the file in its own way.
    opening.connections.clear()
    return said


def newest_of(home: Home) -> Path:
    return max(home.build.glob("whobuys-*.duckdb"), key=lambda path: path.stat().st_mtime_ns)


def test_a_source_that_is_down_keeps_its_last_good_data(
    ours: Home, server: Server, portal: Portal
) -> None:
    run(ours)
    next_week(portal)
    next_week(portal, "bbbb-bbbb")
    server.faults.down = "bbbb-bbbb"
    report = run(ours, is_now=True)
    assert report.exit_code == 1
    assert report.sources[CITY].state == "news"
    assert report.sources[COUNTY].state == "failed"
    assert report.sources[COUNTY].why
    assert f"Kept its last good data, {COUNTY}" in report.summary()
    assert total(report) == Decimal("2302.30")
    # It is asked again as soon as there is another run, due or not by its cadence.
    server.faults.down = None
    healed = run(ours)
    assert healed.exit_code == 0, healed.summary()
    assert {key: source.state for key, source in healed.sources.items()} == {
        CITY: "not due", COUNTY: "news",
    }  # fmt: skip
    assert total(healed) == Decimal("2602.60")


def test_a_source_that_lost_half_its_rows_is_held_back(ours: Home, portal: Portal) -> None:
    run(ours)
    next_week(portal, rows=4)
    report = run(ours, is_now=True)
    assert report.exit_code == 1
    assert report.sources[CITY].state == "stale"
    assert "4 rows now and had 10" in str(report.sources[CITY].why)
    assert total(report) == Decimal("2002.00")


def test_a_second_refresh_names_who_holds_the_home(ours: Home, portal: Portal) -> None:
    ours.build.mkdir(parents=True)
    with (ours.build / ".refresh-lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("process 4711, since 05:00 UTC")
        held.flush()
        with pytest.raises(HeldError, match="process 4711, since 05:00 UTC"):
            run(ours)
    assert not (ours.root / "reports").exists()
    assert run(ours).exit_code == 0
    assert portal.tables


def test_a_build_that_fails_its_checks_is_told_and_not_seen(
    ours: Home, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(ours)
    next_week(portal)

    def fails(_: object) -> None:
        raise CheckError("Sums do not agree.")

    with monkeypatch.context() as patch:
        patch.setattr(building.checks, "check_build", fails)
        report = run(ours, is_now=True)
    assert report.exit_code == 2
    assert report.problem == "Sums do not agree."
    assert first.after
    assert f"Readers still see build {first.after.build_id}." in report.summary()
    assert json.loads((ours.root / "reports" / "last.json").read_text("utf-8"))["exit_code"] == 2
    # What was fetched stays: the next run publishes it without asking again.
    healed = run(ours)
    assert total(healed) == Decimal("2302.30")


COMMAND = [sys.executable, "-c", "from ingest.cli import app; app()", "refresh", *BOTH.source_ids]


@pytest.mark.parametrize("room", [2_000, 100_000, 1_000_000])
def test_a_full_disk_leaves_everything_as_it_was(
    ours: Home, server: Server, portal: Portal, room: int
) -> None:
    """A limit on the size of files stands in for the full disk: writes fail half way."""
    first = run(ours)
    assert first.after
    next_week(portal, rows=300)
    next_week(portal, "bbbb-bbbb", rows=300)
    settings = {**os.environ, **server.settings, "WHOBUYS_HOME": str(ours.root)}
    ended = subprocess.run(
        [*COMMAND, "--now"],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "Nothing was published" in ended.stdout
    assert "Traceback" not in ended.stderr
    stays = json.loads(ours.pointer.read_text("utf-8"))["build_id"]
    assert stays == first.after.build_id
    healed = run(ours, is_now=True)
    assert healed.exit_code == 0, healed.summary()
    assert total(healed) == 2 * (299 * Decimal("100.10") + Decimal("200.20"))
    assert list(ours.root.rglob("*.part")) == []


def test_the_command_says_what_happened_and_ends_with_its_code(
    ours: Home, server: Server, portal: Portal, whobuys: Whobuys
) -> None:
    settings = {**server.settings, "WHOBUYS_HOME": str(ours.root)}
    in_the_way = ours.root / "exports.lock"
    in_the_way.mkdir(parents=True)
    short = whobuys("refresh", CITY, "--json", **settings)
    assert short.returncode == 1, short.stderr
    facts = json.loads(short.stdout)
    assert facts["exit_code"] == 1
    assert facts["sources"][CITY]["rows"] == 10
    assert "done by the next run: The export for the site was not written." in facts["summary"]
    assert json.loads((ours.root / "reports" / "last.json").read_text("utf-8")) == facts
    in_the_way.rmdir()
    done = whobuys("refresh", CITY, "--json", **settings)
    assert done.returncode == 0, done.stderr
    assert (ours.root / "exports" / "build.json").exists()
    unknown = whobuys("refresh", "us_federal_contract", **settings)
    assert unknown.returncode == 2
    assert "Did you mean us_federal_contracts?" in unknown.stdout
    server.faults.down = "aaaa-aaaa"
    failed = whobuys("refresh", CITY, "--now", **settings)
    assert failed.returncode == 1
    assert f"Kept its last good data, {CITY}" in failed.stdout
    assert portal.tables
