"""A server reads a new build ahead: its readers wait for nothing and see one of the two."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard import data, warming
from dashboard.data import Build, Selection, held, opening
from tests.published import publish, sample_rows

pytestmark = pytest.mark.data

IN_TIME = 60
EVERYTHING = Selection(statuses=("confirmed", "matched", "possible", "rejected"), with_related=True)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[warming.Watch]:
    """Return a watch that looks when the test says so; what it shows ends with the test."""
    monkeypatch.setattr(opening, "_shown", None)
    watch = warming.Watch()
    yield watch
    watch.stop()


def publish_part(home: Path, number: int) -> None:
    """Publish a build of so many purchases, under that number."""
    rows = sample_rows()
    rows["mart.purchase"] = rows["mart.purchase"][:number]
    publish(home, rows, str(number))


def shown() -> str:
    return data.current().build_id


def test_readers_stay_with_the_build_before_until_the_new_one_is_held(
    home: Path, watch: warming.Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_part(home, 1)
    watch.look(0)
    publish_part(home, 2)
    began, may_end, read = threading.Event(), threading.Event(), held._read

    def slowly(build: Build) -> held.Held:
        began.set()
        assert may_end.wait(IN_TIME)
        return read(build)

    monkeypatch.setattr(held, "_read", slowly)
    looking = threading.Thread(target=watch.look, args=(1,), daemon=True)
    looking.start()
    assert began.wait(IN_TIME)
    # The new build is being read. Whoever asks for it by name waits; nobody else does.
    assert shown() == "1"
    assert data.how_many(data.current(), EVERYTHING) == 1
    assert data.named("2").build_id == "2"
    may_end.set()
    looking.join(IN_TIME)
    assert shown() == "2"
    assert data.named("2") in held._held
    assert data.how_many(data.current(), EVERYTHING) == 2


def test_a_server_notices_what_is_published_by_itself(
    home: Path, watch: warming.Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "_LOOK_SECONDS", 0.01)
    # Nothing is published yet; the watch goes on.
    thread = threading.Thread(target=watch.go_on, daemon=True)
    thread.start()
    for number in (1, 2, 3):
        publish_part(home, number)
        _until(lambda number=number: opening._shown == data.named(str(number)))
        assert shown() == str(number)
    watch.stop()
    thread.join(IN_TIME)
    assert not thread.is_alive()


def test_a_process_that_reads_nothing_ahead_sees_a_new_build_at_once(home: Path) -> None:
    for number in (1, 2):
        publish_part(home, number)
        assert shown() == str(number)


def test_a_build_whose_file_is_gone_is_shown_no_more(home: Path, watch: warming.Watch) -> None:
    publish_part(home, 1)
    watch.look(0)
    before = data.current()
    publish_part(home, 2)
    assert shown() == "1"
    before.database.unlink()
    assert shown() == "2"
    assert data.how_many(data.current(), EVERYTHING) == 2


def test_nobody_waits_for_ever_for_a_build_to_be_read(home: Path, watch: warming.Watch) -> None:
    publish_part(home, 1)
    watch.look(0)
    publish_part(home, 2)
    assert shown() == "1"
    long_ago = time.time() - opening._WAIT_SECONDS - 1
    os.utime(home / "published" / "current.json", (long_ago, long_ago))
    assert shown() == "2"


def test_a_build_that_cannot_be_read_ahead_is_shown_all_the_same(
    home: Path, watch: warming.Watch, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    publish_part(home, 1)
    watch.look(0)
    publish_part(home, 2)
    read, fails = held._read, True

    def sometimes(build: Build) -> held.Held:
        if fails:
            raise MemoryError
        return read(build)

    monkeypatch.setattr(held, "_read", sometimes)
    watch.look(1)
    assert "could not be read ahead" in caplog.text
    assert shown() == "2"
    # What failed once is tried again by the first reader, and keeps nobody waiting.
    fails = False
    assert data.how_many(data.current(), EVERYTHING) == 2
    assert held._being_read == {}


def test_the_build_before_is_let_go_when_its_readers_are_gone(
    home: Path, watch: warming.Watch
) -> None:
    publish_part(home, 1)
    watch.look(0)
    first = data.current()
    publish_part(home, 2)
    watch.look(10)
    second = data.current()
    watch.look(10 + warming._LET_GO_SECONDS - 1)
    assert list(held._held) == [first, second]
    watch.look(10 + warming._LET_GO_SECONDS)
    assert list(held._held) == [second]
    assert list(opening.connections) == [second.database.resolve()]
    # A link that names the build before still leads to it.
    assert data.how_many(data.named("1"), replace(EVERYTHING, without_staffing=True)) == 1


def test_a_damaged_pointer_is_said_and_the_watch_goes_on(home: Path, watch: warming.Watch) -> None:
    publish_part(home, 1)
    watch.look(0)
    pointer = home / "published" / "current.json"
    good = pointer.read_text()
    pointer.write_text("{")
    watch.look(1)
    with pytest.raises(data.Damaged):
        data.current()
    pointer.write_text(good)
    watch.look(2)
    assert shown() == "1"


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + IN_TIME
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_build_of_another_home_is_never_shown(
    home: Path, watch: warming.Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_part(home, 1)
    watch.look(0)
    publish_part(tmp_path / "other", 2)
    monkeypatch.setenv("WHOBUYS_HOME", str(tmp_path / "other"))
    assert shown() == "2"
