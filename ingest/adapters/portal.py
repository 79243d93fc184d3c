"""What the ways into portals have in common: a data set, its parts, and asking page by page.

A page is kept exactly as it was served. Which request comes next follows from the last one and
its page alone, so a run that was killed goes on from what is on disk.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import httpx
from pydantic import BaseModel, ConfigDict

from ingest.http import TRY_AGAIN, Client, Refused, broken, is_page, shown

# A row as the publisher has it: every value as text, null where there is none.
Row = dict[str, str | None]
# More than any platform puts on one page: row 300012 of a fetch is the twelfth of page 3.
ROWS_PER_PAGE = 100_000


@dataclass(frozen=True)
class Asking:
    """What a request says beyond the data set: parameters, and how time is cut into windows."""

    # `{from}` and `{to}` stand for the two ends of a window.
    parameters: dict[str, str] = field(default_factory=dict)
    since: datetime | None = None
    window_hours: int | None = None


@dataclass(frozen=True)
class Dataset:
    """Where a data set is. `base` is an address without a slash at its end."""

    source_id: str
    base: str
    id: str
    # CKAN: which resources belong to it, as a shell pattern of their names.
    resources: str = "*"
    # Files: where they stand.
    addresses: tuple[str, ...] = ()
    # The column that grows with every change of a row, where only changes are to be fetched.
    incremental: str | None = None
    asking: Asking = Asking()


@dataclass(frozen=True)
class Column:
    """A column as a portal describes it. `kind` is text, number, date, url or other."""

    name: str
    title: str
    kind: str


@dataclass(frozen=True)
class Part:
    """A part of a data set that is fetched by itself: all of it, or a resource of a year.

    `version` changes when its rows do; None where the portal does not say. `address` is set
    where the part is a file, to be downloaded as it is.
    """

    id: str
    title: str
    columns: tuple[Column, ...] = ()
    version: str | None = None
    address: str | None = None
    # What a way has to remember of the part for its requests.
    facts: dict[str, str] = field(default_factory=dict)


class Step(BaseModel):
    """One request for a page, and what of the pages before it decides the next one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str
    params: dict[str, str] = {}
    rows_before: int = 0
    # The newest value of the column by which changes are told, so far.
    newest: str | None = None
    window_end: datetime | None = None


class Way(Protocol):
    """A way into the portals of one platform. Every failure is a SourceError."""

    def describe(self, client: Client, dataset: Dataset) -> list[Part]:
        """Return the parts of a data set, with their columns, from its metadata."""


@runtime_checkable
class PagedWay(Way, Protocol):
    """A way on which rows come page by page."""

    def count(self, client: Client, dataset: Dataset, part: Part) -> int | None:
        """Return how many rows the portal says a part has, or None where it does not say."""

    def first(self, dataset: Dataset, part: Part, since: str | None, now: datetime) -> Step:
        """Return the first request: for everything, or for what changed after `since`."""

    def page(self, client: Client, step: Step) -> tuple[Step, bytes]:
        """Return a page as served, and the request that it answers (another than was tried)."""

    def following(
        self, dataset: Dataset, part: Part, step: Step, page: bytes, now: datetime
    ) -> tuple[int, Step | None]:
        """Return how many rows a page has, and the next request, or None after the last page."""


def base_address(domain: str) -> str:
    """Return the base address of a portal from a host or a full address."""
    return (domain if "://" in domain else f"https://{domain}").rstrip("/")


def parsed(page: bytes) -> Any:
    """Return the JSON of a page with its numbers as text, so that no cent is rounded.

    Raises ValueError for what is no JSON.
    """
    return json.loads(decoded(page), parse_float=str, parse_int=str, parse_constant=str)


def decoded(page: bytes) -> str:
    """Return the text of a page: UTF-8, or Latin-1 as Contracts Finder serves it (2026)."""
    try:
        return page.decode("utf-8-sig")
    except UnicodeDecodeError:
        return page.decode("cp1252", errors="replace")


def get_page(
    client: Client,
    step: Step,
    *,
    headers: Callable[[], dict[str, str]] | None = None,
    judge: Callable[[int, Any], str | Exception | None] = lambda _status, _reply: None,
    expected: frozenset[int] = frozenset({200}),
) -> bytes:
    """Return the bytes that answer a request, once they are whole and JSON.

    `judge` gets status and content and returns what is wrong with it: a sentence when asking
    again may help, an exception when it would not. HTML is asked for again.
    """

    def read(response: httpx.Response) -> bytes:
        body = response.read()
        status = response.status_code
        try:
            reply = parsed_leniently(body)
        except ValueError as error:
            what = "a page of HTML" if is_page(body) else "something that is no JSON"
            said = f"{what}: {shown(decoded(body))}"
            raise broken(said if status == httpx.codes.OK else f"{status}: {said}") from error
        wrong = judge(status, reply)
        if isinstance(wrong, Exception):
            raise wrong
        if wrong or status != httpx.codes.OK:
            raise broken(wrong or f"{status}: {shown(decoded(body))}")
        return body

    return client.ask(
        "GET", step.address, read, params=step.params or None, headers=headers, expected=expected
    )


def parsed_leniently(page: bytes) -> Any:
    """Return the JSON of a page, also where a number begins with zeros (Find a Tender, 2026)."""
    try:
        return parsed(page)
    except ValueError:
        mended = _NUMBER_WITH_ZEROS.sub(_without_zeros, decoded(page))
        return json.loads(mended, parse_float=str, parse_int=str, parse_constant=str)


# A text, which is left alone, or a number that begins with zeros.
_NUMBER_WITH_ZEROS = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<before>[:\[,]\s*-?)0+(?=\d)')


def _without_zeros(found: "re.Match[str]") -> str:
    before = found["before"]
    return found.group(0) if before is None else str(before)


def refused(client: Client, step: Step, status: int, said: str) -> Refused:
    """Return the error for an answer that asking again would not change."""
    return Refused(
        f"{client.source_id}: GET {step.address} was refused ({status}: {shown(said)}). If it "
        f"worked before, the portal has changed: look at the data set's page.",
        status,
        said,
    )


def may_pass(status: int) -> bool:
    """Whether an error of this number is one that asking again may cure."""
    return status in TRY_AGAIN


def as_text(value: Any) -> str | None:
    """Return a value of a page as text; null stays null, and an object is written as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict) and isinstance(value.get("url"), str):
        return str(value["url"])
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
