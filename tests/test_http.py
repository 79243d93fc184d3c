"""The polite client against a real server that fails in every way seen of the real one."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from ingest.errors import SourceError
from ingest.http import Client, Pace, Refused
from tests.clock import set_clock
from tests.usaspending.server import WAYS, Answer, Request, Server

QUICK = Pace(0.0, 0.0, 0.01, 0.05, read_timeout=1.0)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.route("GET", "/money/", lambda _: Answer.of_json({"amount": 0.1, "big": 12345678.91}))
    server.route("POST", "/echo/", lambda request: Answer.of_json(request.json))
    with server.running():
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    with Client("us_test", pace=QUICK) as client:
        yield client


def test_money_in_json_is_exact(server: Server, client: Client) -> None:
    answer = client.get_json(f"{server.url}/money/")
    assert answer == {"amount": Decimal("0.1"), "big": Decimal("12345678.91")}


def test_it_says_who_asks(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOBUYS_CONTACT", "https://example.org/records")
    with Client("us_test", pace=QUICK) as client:
        client.get_json(f"{server.url}/money/")
    assert server.log[0].headers["user-agent"].startswith("whobuys/")
    assert "+https://example.org/records" in server.log[0].headers["user-agent"]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_fail_once_is_tried_again(server: Server, client: Client, way: str) -> None:
    server.faults.every, server.faults.ways = 2, (way,)
    client.post_json(f"{server.url}/echo/", {})
    assert client.post_json(f"{server.url}/echo/", {"a": "b"}) == {"a": "b"}
    assert [logged.fault for logged in server.log] == [None, way, None]


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_waited_for(server: Server, client: Client, *, as_date: bool) -> None:
    answers = iter([429, 200])
    until = datetime.now(UTC) + timedelta(seconds=2)

    def busy(_: Request) -> Answer:
        value = format_datetime(until, usegmt=True) if as_date else "1"
        return Answer(next(answers), b"{}", {"Retry-After": value})

    server.route("GET", "/busy/", busy)
    client.get_json(f"{server.url}/busy/")
    first, second = server.log
    # A date has no fractions of a second.
    assert second.at - first.at >= (0.9 if as_date else 1.0)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_retry_after_by_the_services_clock_is_waited_for_whatever_ours_says(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    answers = iter([429, 200])

    def busy(_: Request) -> Answer:
        until = datetime.now(UTC) + timedelta(seconds=2)
        return Answer(next(answers), b"{}", {"Retry-After": format_datetime(until, usegmt=True)})

    server.route("GET", "/busy/", busy)
    set_clock(timedelta(hours=hours), monkeypatch.setattr)
    client.get_json(f"{server.url}/busy/")
    first, second = server.log
    assert second.at - first.at >= 0.9


def test_a_very_long_retry_after_ends_the_run_in_words(server: Server, client: Client) -> None:
    server.route("GET", "/busy/", lambda _: Answer(429, b"", {"Retry-After": "7200"}))
    with pytest.raises(SourceError, match="only in 120 minutes"):
        client.get_json(f"{server.url}/busy/")
    assert len(server.log) == 1


def test_giving_up_names_source_address_answer_and_repair(server: Server, client: Client) -> None:
    server.faults.every, server.faults.ways = 1, ("empty 503",)
    with pytest.raises(SourceError) as raised:
        client.get_json(f"{server.url}/money/")
    said = str(raised.value)
    assert said.startswith(f"us_test: GET {server.url}/money/ failed 8 times")
    assert "503: an empty body" in said
    assert "run the command again" in said
    assert len(server.log) == 8


def test_what_asking_again_cannot_help_is_asked_once(server: Server, client: Client) -> None:
    with pytest.raises(Refused) as raised:
        client.get_json(f"{server.url}/nothing/")
    assert raised.value.status == 404
    assert "Not found." in str(raised.value)
    assert len(server.log) == 1


def test_a_post_is_never_redirected(server: Server, client: Client) -> None:
    server.route("POST", "/old/", lambda _: Answer(301, b"", {"Location": "/echo/"}))
    with pytest.raises(Refused, match="a redirect to /echo/"):
        client.post_json(f"{server.url}/old/", {})


def test_requests_to_a_host_keep_their_distance(server: Server) -> None:
    with Client("us_test", pace=Pace(0.5, 0.0, 0.01)) as client:
        for _ in range(3):
            client.get_json(f"{server.url}/money/")
    starts = [logged.at for logged in server.log]
    # A busy machine may notice a request late, and the next one in time.
    assert all(later - earlier >= 0.25 for earlier, later in itertools.pairwise(starts))


def test_two_requests_at_a_time_and_no_more(server: Server) -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def slow(_: Request) -> Answer:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.1)
        with lock:
            inside -= 1
        return Answer.of_json({})

    server.route("GET", "/slow/", slow)
    # Two clients of one host take turns as well.
    with (
        Client("us_test", pace=QUICK) as one,
        Client("us_other", pace=QUICK) as two,
        ThreadPoolExecutor(6) as pool,
    ):
        asked = [pool.submit(c.get_json, f"{server.url}/slow/") for c in (one, two) * 4]
        assert [answer.result() for answer in asked] == [{}] * 8
    assert most == 2


def test_no_setting_quickens_a_public_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOBUYS_PACE", "0")
    assert Pace.for_host("https://files.usaspending.gov").between_large_files == 180
    assert Pace.for_host("http://127.0.0.1:8000").between_large_files == 0


def test_a_service_that_always_stalls_is_given_up(server: Server) -> None:
    server.faults.every, server.faults.ways = 1, ("stalled",)
    pace = Pace(0, 0, 0.01, 0.05, tries=2, read_timeout=0.3)
    with (
        Client("us_test", pace=pace) as client,
        pytest.raises(SourceError, match="no answer in time"),
    ):
        client.get_json(f"{server.url}/money/")
