"""Alerts: a webhook and e-mail on loopback are told; a failure to tell is told too."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ingest.alert import alert
from tests.conftest import Whobuys
from tests.usaspending.server import Answer, Request, Server

FACTS: dict[str, object] = {"exit_code": 2, "problem": "The disk is full."}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    with server.running():
        yield server


@pytest.fixture
def told(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    requests: list[Request] = []

    def answer(request: Request) -> Answer:
        requests.append(request)
        return Answer(204)

    server.route("POST", "/hook/secret", answer)
    monkeypatch.setenv("WHOBUYS_WEBHOOK", f"{server.url}/hook/secret")
    return requests


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a letter needs."""

    refuses = False
    letters: list[str] = []  # noqa: RUF012 - one list for the class of each test

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline().decode().strip().upper():
            if line.startswith("RCPT") and self.refuses:
                self.wfile.write(b"550 no such person\r\n")
            elif line == "DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = ""
                while (part := self.rfile.readline().decode()) != ".\r\n":
                    letter += part
                self.letters.append(letter)
                self.wfile.write(b"250 kept\r\n")
            elif line == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 fine\r\n")


@contextmanager
def post_office(monkeypatch: pytest.MonkeyPatch, *, refuses: bool = False) -> Iterator[list[str]]:
    letters: list[str] = []
    handler = type("Mail", (_Mail,), {"refuses": refuses, "letters": letters})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as office:
        threading.Thread(target=office.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("WHOBUYS_SMTP", f"127.0.0.1:{office.server_address[1]}")
        monkeypatch.setenv("WHOBUYS_SMTP_TLS", "none")
        monkeypatch.setenv("WHOBUYS_MAIL_FROM", "whobuys@newsroom.example")
        monkeypatch.setenv("WHOBUYS_MAIL_TO", "editor@newsroom.example, desk@newsroom.example")
        yield letters
        office.shutdown()


def test_nobody_is_told_where_nobody_is_named() -> None:
    assert alert("It failed", "The disk is full.", FACTS) == []


def test_the_webhook_gets_the_text_and_the_facts(told: list[Request]) -> None:
    assert alert("It failed", "The disk is full.", FACTS) == []
    (request,) = told
    assert request.json == {"text": "It failed\nThe disk is full.", **FACTS}


def test_the_letter_comes_to_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    with post_office(monkeypatch) as letters:
        assert alert("It failed", "The disk is full.", FACTS) == []
    (letter,) = letters
    assert "Subject: It failed" in letter
    assert "To: editor@newsroom.example, desk@newsroom.example" in letter
    assert "The disk is full." in letter


def test_a_webhook_that_refuses_is_told_without_its_address(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOBUYS_WEBHOOK", f"{server.url}/hook/other-secret")
    (untold,) = alert("It failed", "", {})
    assert "404" in untold
    assert "secret" not in untold
    monkeypatch.setenv("WHOBUYS_WEBHOOK", "http://127.0.0.1:9/secret")
    (untold,) = alert("It failed", "", {})
    assert "could not be reached" in untold
    assert "secret" not in untold


def test_a_letter_that_is_refused_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with post_office(monkeypatch, refuses=True):
        (untold,) = alert("It failed", "", {})
    assert "no such person" in untold


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WHOBUYS_SMTP_TLS", "yes", "starttls, ssl, none"),
        ("WHOBUYS_MAIL_TO", "", "WHOBUYS_MAIL_TO must be set"),
        ("WHOBUYS_SMTP", "127.0.0.1:mail", "host:port"),
    ],
)
def test_settings_that_are_wrong_are_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    with post_office(monkeypatch):
        monkeypatch.setenv(name, value)
        (untold,) = alert("It failed", "", {})
    assert said in untold


def test_a_refresh_that_does_nothing_tells_the_webhook(
    home: object, told: list[Request], whobuys: Whobuys
) -> None:
    ended = whobuys("refresh", "us_federal_starter", WHOBUYS_HOME=str(home))
    assert ended.returncode == 2
    (request,) = told
    assert request.json["exit_code"] == 2
    assert "There is nothing to build from" in request.json["problem"]
    assert request.json["text"].startswith("whobuys refresh: nothing was published")


def test_a_home_that_cannot_be_used_is_told(
    tmp_path: object, told: list[Request], whobuys: Whobuys
) -> None:
    (tmp_path / "file").write_text("")  # type: ignore[operator]
    ended = whobuys("refresh", "us_federal_starter", WHOBUYS_HOME=f"{tmp_path}/file")
    assert ended.returncode == 2
    assert len(told) == 1
