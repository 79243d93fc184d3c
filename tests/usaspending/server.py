"""A real HTTP server on loopback that answers, and fails, like USAspending.

Routes are added by the modules beside this one. What fails, and how, is said by `Faults`:

    server = Server()
    server.route("POST", r"/api/v2/search/spending_by_award/", answer)
    with server.running():
        server.faults.every = 7

An `answer` gets a Request and returns an Answer.
"""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

HTML = b"<!DOCTYPE html><html><body><h1>Please stand by</h1></body></html>"
# The ways to fail that were seen of the real hosts.
WAYS = (
    "empty 503", "504", "403", "500", "dropped", "truncated", "stalled", "html", "429",
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What was asked. `path` is decoded, `match` holds what its route's pattern found."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    match: "re.Match[str] | None" = None

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What goes back. `declared` lies about the length, as a broken proxy does."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    declared: int | None = None

    @classmethod
    def of_json(cls, content: object, status: int = 200) -> "Answer":
        """Return JSON the way the service writes it: money as numbers."""
        return cls(
            status,
            json.dumps(content, default=float).encode(),
            {"Content-Type": "application/json"},
        )

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


Handler = Callable[[Request], Answer]


@dataclass
class Logged:
    """One request: when, what, how it was answered, and which fault struck it."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int | None = None
    fault: str | None = None
    retry_after: float | None = None
    ended: float | None = None


@dataclass
class Faults:
    """Every how many-th request fails (0: none), in which ways, one after another.

    `down` makes every request to matching paths fail that way for as long as it is set.
    """

    every: int = 0
    ways: tuple[str, ...] = WAYS
    retry_after: int = 1
    stall: float = 30.0
    down: str | None = None
    down_way: str = "empty 503"
    struck: int = 0

    def next(self, number: int, path: str) -> str | None:
        """Return the way in which request `number` fails, or None."""
        if self.down and re.search(self.down, path):
            return self.down_way
        if not self.every or number % self.every:
            return None
        way = self.ways[self.struck % len(self.ways)]
        self.struck += 1
        return way


class Server:
    """The server: a table of routes, a log, and faults."""

    def __init__(self) -> None:
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self.faults = Faults()
        self.log: list[Logged] = []
        self.busy = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._count = 0
        self._stopping = threading.Event()
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handle", (_Handle,), {"fake": self})
        )
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        """The base address, for API and files alike."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def settings(self) -> dict[str, str]:
        """The environment under which our commands ask this server, and at once."""
        return {
            "WHOBUYS_USASPENDING_URL": self.url,
            "WHOBUYS_USASPENDING_FILES_URL": self.url,
            "WHOBUYS_PACE": "0",
            "NO_PROXY": "127.0.0.1",
        }

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """Answer what matches the whole decoded path; the first route added wins."""
        self.routes.append((method, re.compile(pattern), handler))

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve until the end of the block."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    @contextmanager
    def as_usaspending(self, monkeypatch: pytest.MonkeyPatch) -> Iterator["Server"]:
        """Serve until the end of the block, in place of the real one."""
        for name, value in self.settings.items():
            monkeypatch.setenv(name, value)
        with self.running():
            yield self

    def asked(self, pattern: str) -> list[Logged]:
        """Return the requests whose path holds the pattern, oldest first."""
        return [logged for logged in self.log if re.search(pattern, logged.path)]

    def forget(self) -> None:
        """Empty the log, to look at what comes next alone."""
        with self._lock:
            self.log.clear()

    def began(self, logged: Logged) -> str | None:
        """Note a request; return the fault that strikes it."""
        with self._lock:
            self._count += 1
            self.busy += 1
            self.most_at_once = max(self.most_at_once, self.busy)
            logged.fault = self.faults.next(self._count, logged.path)
            if logged.fault == "429":
                logged.retry_after = self.faults.retry_after
            self.log.append(logged)
            return logged.fault

    def ended(self, logged: Logged) -> None:
        """Note that a request is over."""
        with self._lock:
            self.busy -= 1
            logged.ended = time.monotonic()

    def stall(self) -> None:
        """Wait as a stalled body does, until the server stops."""
        self._stopping.wait(self.faults.stall)

    def answer(self, request: Request) -> Answer:
        """Return the answer of the first route that fits."""
        allowed = False
        for method, pattern, handler in self.routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                return handler(
                    Request(
                        request.method, request.path, request.query, request.headers,
                        request.body, found,
                    )
                )  # fmt: skip
            allowed = allowed or found is not None
        if allowed:
            return Answer.of_json({"detail": f'Method "{request.method}" not allowed.'}, 405)
        return Answer.of_json({"detail": "Not found."}, 404)


class _Handle(BaseHTTPRequestHandler):
    fake: Server

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        """Say nothing: the log is `server.log`."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(
            self.command,
            unquote(parts.path),
            {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()},
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        logged = Logged(
            time.monotonic(), request.method, request.path, request.query, request.headers,
            body,
        )  # fmt: skip
        fault = self.fake.began(logged)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                if fault:
                    self._fail(fault, request, logged)
                else:
                    self._send(self.fake.answer(request), logged)
        finally:
            self.fake.ended(logged)

    def _fail(self, way: str, request: Request, logged: Logged) -> None:
        if way == "dropped":
            self._drop()
        elif way == "html":
            self._send(Answer(200, HTML, {"Content-Type": "text/html"}), logged)
        elif way == "429":
            after = {"Retry-After": str(self.fake.faults.retry_after)}
            self._send(Answer(429, b"", after), logged)
        elif way in ("truncated", "stalled"):
            whole = self.fake.answer(request)
            half = Answer(
                whole.status, whole.body[: len(whole.body) // 2], whole.headers,
                len(whole.body),
            )  # fmt: skip
            self._send(half, logged)
            if way == "stalled":
                self.fake.stall()
            self._drop()
        else:
            self._send(Answer(int(way.removeprefix("empty ")), b""), logged)

    def _send(self, answer: Answer, logged: Logged) -> None:
        logged.status = answer.status
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) if answer.declared is None else answer.declared
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def _drop(self) -> None:
        """Close without another byte, as a reset connection does."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
