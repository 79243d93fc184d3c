"""How the API and the feeds answer: limits per address, caching by build, errors as sentences.

An answer depends on its address, the build and our code alone, so its ETag is known before it is
made, and what was made once is kept for a while.
"""

import hashlib
import json
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import data
from dashboard.data import Build

# Requests of one address in a minute, and how many of them may come at once.
PER_MINUTE = 300
_BURST = 60
# Addresses remembered; the one that was quiet longest is forgotten first.
_ADDRESSES = 10_000
_KEPT_BYTES = 32_000_000
_FRESH_SECONDS = 300

_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
_PREFLIGHT = {
    **_OPEN,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Refused(Exception):  # noqa: N818 - an answer to the reader, not a fault
    """A request that cannot be answered: the HTTP status, a short name, a sentence."""

    def __init__(self, status: int, name: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.name = name


@dataclass(frozen=True)
class Made:
    """An answer: its bytes and their type."""

    body: bytes
    media_type: str


Maker = Callable[[Build, Request], Made]


class Limit:
    """A bucket of requests for each address: emptied by requests, filled by time."""

    def __init__(self, per_minute: int, burst: int) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str, now: float) -> int:
        """Take one request; return 0, or the seconds to wait where none is left."""
        with self._lock:
            left, then = self._left.pop(address, (self._burst, now))
            left = min(self._burst, left + max(0.0, now - then) * self._per_second)
            is_allowed = left >= 1
            self._left[address] = (left - 1 if is_allowed else left, now)
            if len(self._left) > _ADDRESSES:
                self._left.popitem(last=False)
        return 0 if is_allowed else max(1, math.ceil((1 - left) / self._per_second))


class Kept:
    """Answers made lately, up to so many bytes; the one asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tag: str) -> Made | None:
        """Return the answer of that tag, if it is kept."""
        with self._lock:
            if tag in self._made:
                self._made.move_to_end(tag)
            return self._made.get(tag)

    def put(self, tag: str, made: Made) -> None:
        """Keep an answer, unless it is large."""
        if len(made.body) > self._most // 16:
            return
        with self._lock:
            if tag not in self._made:
                self._made[tag] = made
                self._bytes += len(made.body)
            while self._bytes > self._most:
                _, gone = self._made.popitem(last=False)
                self._bytes -= len(gone.body)


def _per_minute() -> int:
    named = os.environ.get("WHOBUYS_API_PER_MINUTE", "")
    return max(1, int(named)) if named.isdigit() else PER_MINUTE


def _code() -> str:
    """Return a mark of our code: the same build shown by other code is another answer."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).resolve().parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


_CODE = _code()
_limit = Limit(_per_minute(), _BURST)
_kept = Kept(_KEPT_BYTES)


def site(request: Request) -> str:
    """Return the address of this site, without a slash at its end.

    `WHOBUYS_SITE` names it where a proxy hides it.
    """
    return os.environ.get("WHOBUYS_SITE", "").rstrip("/") or str(request.base_url).rstrip("/")


def tag_of(build: Build, request: Request) -> str:
    """Return the ETag of an answer."""
    asked = f"{site(request)}|{request.url.path}|{request.url.query}|{_CODE}"
    return f'"{build.build_id}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"'


def route(path: str, make: Maker, name: str | None = None) -> Route:
    """Return a route that answers GET, HEAD and OPTIONS with what `make` makes."""

    def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        client = request.client.host if request.client else "unknown"
        if seconds := _limit.wait(_network(client), time.monotonic()):
            return refusal(
                Refused(
                    429,
                    "too_many_requests",
                    f"More than {_per_minute()} requests a minute came from your address. Wait "
                    f"{seconds} seconds, or take everything at once: the page `api` says how.",
                ),
                {"Retry-After": str(seconds)},
            )
        try:
            return _answer(request, make)
        except Refused as refused:
            return refusal(refused)
        except (data.NoDatabase, data.OtherShape) as error:
            return refusal(Refused(503, "not_published", str(error)), {"Retry-After": "60"})

    return Route(path, answer, methods=["GET", "OPTIONS"], name=name)


def _network(address: str) -> str:
    """Return whose requests are counted together: an address, or a network of version 6."""
    if ":" not in address or address.startswith("::ffff:"):
        return address
    return ":".join(address.split(":")[:4])


def _answer(request: Request, make: Maker) -> Response:
    named = request.query_params.get("build")
    build = data.named(named) if named else data.current()
    if named and build.build_id != named:
        raise Refused(
            410, "build_gone", f"Build {named} is no longer here. Begin again without `build`."
        )
    tag = tag_of(build, request)
    headers = {
        **_OPEN,
        "ETag": tag,
        "Cache-Control": f"public, max-age={_FRESH_SECONDS}",
        "Vary": "Host",
    }
    if tag in (each.strip() for each in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    made = _kept.get(tag)
    if made is None:
        made = make(build, request)
        _kept.put(tag, made)
    return Response(made.body, media_type=made.media_type, headers=headers)


def refusal(refused: Refused, headers: dict[str, str] | None = None) -> Response:
    """Return an error as JSON: what it is, in a word and in a sentence."""
    body = {"error": {"status": refused.status, "name": refused.name, "message": str(refused)}}
    return Response(
        json.dumps(body) + "\n",
        status_code=refused.status,
        media_type="application/json",
        headers={**_OPEN, "Cache-Control": "no-store", **(headers or {})},
    )
