"""One polite way to ask a public service: slowly, by name, again when it stumbles, and no longer.

USAspending writes down no limit, but drops connections and blocks whole addresses for an hour
when asked too fast (seen in 2025 and 2026 at ten requests at a time): hence two at a time and
one a second.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from importlib.metadata import metadata, version
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina

from ingest.errors import SourceError

USASPENDING = "https://api.usaspending.gov"
USASPENDING_FILES = "https://files.usaspending.gov"
AT_ONCE = 2
# 403 is how USAspending answers those who come too often.
TRY_AGAIN = frozenset({403, 429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 900.0
SHOWN = 200
Say = Callable[[str], None]
T = TypeVar("T")

# We say ourselves when we wait.
stamina.instrumentation.set_on_retry_hooks([])


def usaspending_address() -> str:
    """Return where the API of USAspending is: the official address, unless told otherwise."""
    return os.environ.get("WHOBUYS_USASPENDING_URL", USASPENDING).rstrip("/")


def usaspending_files_address() -> str:
    """Return where the files of USAspending are: the official address, unless told otherwise."""
    return os.environ.get("WHOBUYS_USASPENDING_FILES_URL", USASPENDING_FILES).rstrip("/")


def user_agent() -> str:
    """Return who we are: name, version, and where to complain.

    `WHOBUYS_CONTACT` is the page or address of the newsroom that runs this; without it, the
    project's own page where its metadata name one.
    """
    pages = [url.split(", ")[-1] for url in metadata("whobuys").get_all("Project-URL") or []]
    contact = os.environ.get("WHOBUYS_CONTACT") or next(iter(pages), None)
    about = f"+{contact}" if contact else "reads public spending records"
    return f"whobuys/{version('whobuys')} ({about})"


@dataclass(frozen=True)
class Pace:
    """How slowly to ask, in seconds, and how often to try."""

    between_requests: float = 1.0
    # Six large files in twelve minutes closed the files' host for an hour.
    between_large_files: float = 180.0
    first_wait: float = 2.0
    longest_wait: float = 60.0
    tries: int = 8
    connect_timeout: float = 30.0
    read_timeout: float = 120.0
    # What counts as large, in bytes.
    large_file: int = 20_000_000

    @classmethod
    def for_host(
        cls, address: str, between: float | None = None, when_refused: float | None = None
    ) -> "Pace":
        """Return the pace for a host, which may ask for more seconds between requests.

        `when_refused` is how long a host shuts out those who come too often, in seconds.

        `WHOBUYS_PACE` (0 to 1) and `WHOBUYS_TIMEOUT` (seconds) quicken it on this machine
        alone: no setting makes us a burden to a public service.
        """
        asked = cls(between_requests=max(between or 0, cls.between_requests))
        if when_refused:
            # Waits double, so two more of them pass the longest.
            asked = replace(asked, longest_wait=when_refused, tries=cls.tries + 2)
        if urlsplit(address).hostname not in {"127.0.0.1", "localhost", "::1"}:
            return asked
        share = float(os.environ.get("WHOBUYS_PACE", "1"))
        timeout = float(os.environ.get("WHOBUYS_TIMEOUT", str(cls.read_timeout)))
        return replace(
            asked,
            between_requests=asked.between_requests * share,
            between_large_files=asked.between_large_files * share,
            first_wait=asked.first_wait * share,
            longest_wait=asked.longest_wait * share,
            read_timeout=timeout,
        )


class Refused(SourceError):  # noqa: N818 (an answer, which the caller may have expected)
    """The service answered, and asking again would not help: 400, 404, 422 and their like."""

    def __init__(self, sentence: str, status: int, body: str):
        super().__init__(sentence)
        self.status = status
        self.body = body


class _TryAgain(Exception):  # noqa: N818
    """A failure that may pass; `wait` is what the service asked for, in seconds."""

    def __init__(self, said: str, wait: float | None = None):
        super().__init__(said)
        self.said = said
        self.wait = wait


class _Gate:
    """The turn of a host: so many at once, so long between two starts."""

    def __init__(self) -> None:
        self.places = threading.BoundedSemaphore(AT_ONCE)
        self.lock = threading.Lock()
        self.next = 0.0

    @contextmanager
    def turn(self, between: float) -> Iterator[None]:
        with self.places:
            with self.lock:
                now = time.monotonic()
                begin = max(now, self.next)
                self.next = begin + between
            time.sleep(max(0.0, begin - now))
            yield


# Of the process, so that two clients of one host still take turns.
_gates: dict[str, _Gate] = {}
_gates_lock = threading.Lock()


def _gate(address: str) -> _Gate:
    with _gates_lock:
        return _gates.setdefault(urlsplit(address).netloc, _Gate())


class Client:
    """Asks on behalf of one source; every failure names that source.

    `say` hears, in words, when an answer has to be waited for. `between` and `when_refused` are
    what a publisher asks for beyond our own pace, as `Pace.for_host` has them.
    """

    def __init__(
        self,
        source_id: str,
        *,
        pace: Pace | None = None,
        say: Say = lambda _: None,
        between: float | None = None,
        when_refused: float | None = None,
    ) -> None:
        self.source_id = source_id
        self.say = say
        self._pace = pace
        self._between = between
        self._when_refused = when_refused
        self._http = httpx.Client(
            headers={"User-Agent": user_agent()},
            follow_redirects=False,
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._http.close()

    def pace(self, address: str) -> Pace:
        """Return how slowly this client asks that host."""
        return self._pace or Pace.for_host(address, self._between, self._when_refused)

    def get_json(self, address: str, params: dict[str, str] | None = None) -> Any:
        """Return the JSON at an address, its fractions as Decimal.

        Raises Refused when asking again would not help, and SourceError when every try failed.
        """
        return self._json("GET", address, params=params)

    def post_json(self, address: str, body: object) -> Any:
        """Return the JSON that answers a JSON body, its fractions as Decimal.

        Raises as `get_json` does. A redirect is never followed: it would lose the body.
        """
        return self._json("POST", address, body=body)

    def get_text(self, address: str, params: dict[str, str] | None = None) -> str:
        """Return the text at an address. Raises as `get_json` does."""

        def read(response: httpx.Response) -> str:
            response.read()
            if "html" in response.headers.get("Content-Type", "") or is_page(response.content):
                raise _TryAgain(f"a page of HTML: {shown(response.text)}")
            return response.text

        return self.ask("GET", address, read, params=params)

    def _json(
        self,
        method: str,
        address: str,
        *,
        params: dict[str, str] | None = None,
        body: object = None,
    ) -> Any:
        def read(response: httpx.Response) -> Any:
            content = response.read()
            try:
                return json.loads(content, parse_float=Decimal)
            except ValueError as error:
                raise _TryAgain(f"something that is no JSON: {shown(response.text)}") from error

        return self.ask(method, address, read, params=params, body=body)

    def ask(
        self,
        method: str,
        address: str,
        read: Callable[[httpx.Response], T],
        *,
        params: dict[str, str] | None = None,
        body: object = None,
        headers: dict[str, str] | Callable[[], dict[str, str]] | None = None,
        expected: frozenset[int] = frozenset({200}),
    ) -> T:
        """Ask until there is an answer, and return what `read` makes of it.

        `read` gets the response with its body still to come; what it raises for a broken body is
        tried again. `headers` may be made anew for each try.
        """
        pace = self.pace(address)
        content = None if body is None else json.dumps(body, default=str)

        def attempt() -> T:
            given = headers() if callable(headers) else headers
            sent = {**(given or {}), **({"Content-Type": "application/json"} if content else {})}
            with (
                _gate(address).turn(pace.between_requests),
                self._open(method, address, params, content, sent) as response,
            ):
                if response.status_code in expected:
                    return read(response)
                raise self._failure(method, address, response)

        try:
            for again in stamina.retry_context(
                on=lambda error: self._wait(error, address),
                attempts=pace.tries,
                timeout=None,
                wait_initial=pace.first_wait,
                wait_max=pace.longest_wait,
                wait_jitter=pace.first_wait,
            ):
                with again:
                    return attempt()
        except (_TryAgain, httpx.TransportError) as error:
            raise SourceError(
                f"{self.source_id}: {method} {address} failed {pace.tries} times; the last time "
                f"the service gave {_said(error)}. Nothing was lost: run the command again in an "
                f"hour, and it goes on where it stopped."
            ) from error
        raise AssertionError("stamina returns or raises")

    @contextmanager
    def _open(
        self,
        method: str,
        address: str,
        params: dict[str, str] | None,
        content: str | None,
        headers: dict[str, str],
    ) -> Iterator[httpx.Response]:
        pace = self.pace(address)
        with self._http.stream(
            method,
            address,
            params=params,
            content=content,
            headers=headers,
            follow_redirects=method == "GET",
            timeout=httpx.Timeout(pace.read_timeout, connect=pace.connect_timeout),
        ) as response:
            yield response

    def _failure(self, method: str, address: str, response: httpx.Response) -> Exception:
        response.read()
        status, said = response.status_code, shown(response.text)
        if status in TRY_AGAIN:
            headers = response.headers
            wait = _retry_after(headers.get("Retry-After"), headers.get("Date"))
            if wait is None or wait <= LONGEST_RETRY_AFTER:
                return _TryAgain(f"{status}: {said}", wait)
            return Refused(
                f"{self.source_id}: {method} {address} is to be asked again only in "
                f"{wait / 60:,.0f} minutes ({status}: {said}). Run the command again then.",
                status,
                response.text,
            )
        if response.is_redirect:
            said = f"a redirect to {response.headers.get('Location')}"
        return Refused(
            f"{self.source_id}: {method} {address} was refused ({status}: {said}). If it worked "
            f"before, the service has changed: tell the people who keep whobuys.",
            status,
            response.text,
        )

    def _wait(self, error: Exception, address: str) -> bool | float:
        """Say whether to try again; a number is how long the service asked us to wait."""
        if not isinstance(error, _TryAgain | httpx.TransportError):
            return False
        self.say(f"{urlsplit(address).hostname} gave {_said(error)}; trying again")
        if isinstance(error, _TryAgain) and error.wait is not None:
            return error.wait
        return True


def broken(said: str) -> Exception:
    """Return what a reader raises when a body is not whole, so that it is asked for again."""
    return _TryAgain(said)


def _retry_after(value: str | None, answered: str | None) -> float | None:
    """Return the seconds that a Retry-After asks for, which may be a number or a date.

    A date is one of the service's own clock, and counts from when it `answered` by that clock:
    ours may be an hour off.
    """
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    until = _moment(value)
    now = _moment(answered or "") or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds()) if until else None


def _moment(value: str) -> datetime | None:
    """Return a date as headers have it, or None where it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_page(body: bytes) -> bool:
    """Whether bytes are a page of HTML, whatever their headers say."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith((b"<!doctype", b"<html"))


def _said(error: Exception) -> str:
    if isinstance(error, _TryAgain):
        return error.said
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return f"no whole answer ({error})"


def shown(text: str) -> str:
    """Return the beginning of a text, on one line."""
    words = " ".join(text.split())
    return f"{words[:SHOWN]}…" if len(words) > SHOWN else words or "an empty body"
