"""Reading an address of the API: filters as the Explore page has them, pages by cursor."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from dashboard import data, filters, serving
from dashboard.data import Build, Selection
from dashboard.exports import cells
from dashboard.serving import Made, Refused

SIZE = 100
MOST = 1000
PAGING = ("size", "cursor", "build")
SELECTING = (*(each.name for each in filters.FILTERS), "q", "scope", "leave_out", "staffing")

Address = dict[str, list[str]]


def asked(request: Request, *allowed: str) -> Address:
    """Return the parameters of an address; a name nobody knows is refused, never ignored."""
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    for name in query:
        if name not in allowed:
            raise Refused(
                400,
                "unknown_parameter",
                f"`{name}` is no parameter here. Known: {', '.join(allowed) or 'none'}.",
            )
    return query


def selection(build: Build, query: Mapping[str, Sequence[str]]) -> Selection:
    """Return the purchases that an address selects. Values are words of the screen, or ids."""
    words = {name: list(values) for name, values in query.items()}
    for each in filters.FILTERS:
        if each.name in words:
            words[each.name] = _known(build, each.name, each.facet, words[each.name])
    if "leave_out" in words:
        words["leave_out"] = _known(build, "leave_out", "technologies", words["leave_out"])
    if "scope" in words:
        scopes = dict(zip(("strict", "related", "doubtful"), filters.SCOPES, strict=True))
        words["scope"] = [scopes.get(value, value) for value in words["scope"]]
        _refuse_unknown("scope", words["scope"], [*filters.SCOPES, ""])
    if "staffing" in words:
        _refuse_unknown("staffing", words["staffing"], ["true", "false", ""])
    return filters.selection(build, words)


def _known(build: Build, name: str, facet: str, values: Sequence[str]) -> list[str]:
    options = filters.options(build, facet)
    by_id = {key: words for words, key in options.items()}
    words = [value if value in options else by_id.get(value, value) for value in values]
    _refuse_unknown(name, [value for value in words if value], options)
    return words


def _refuse_unknown(name: str, values: Sequence[str], known: Any) -> None:
    for value in values:
        if value not in known:
            raise Refused(
                400,
                "unknown_value",
                f"`{name}` has no value {value!r} in this build. A value is an id, or the words "
                f"that the Explore page shows.",
            )


class Page:
    """Which rows of an answer are asked for, and the address of those that follow.

    A cursor names the build that it began with: pages of one reading are of one build.
    """

    def __init__(self, build: Build, query: Address) -> None:
        self.build = build
        self.size = _size(query.get("size", [str(SIZE)])[0])
        self.start = 0
        if cursor := query.get("cursor", [""])[0]:
            self.start, self.build = _place(cursor)

    def envelope(self, request: Request, count: int, rows: Sequence[data.Row]) -> Made:
        """Return an answer of these rows, of `count` in all."""
        ends = self.start + len(rows)
        following = None
        if ends < count and rows:
            kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
            kept.append(("cursor", _cursor(ends, self.build)))
            following = f"{serving.site(request)}{request.url.path}?{urlencode(kept)}"
        return answer(self.build, {"count": count, "next": following, "rows": rows})


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST:
        raise Refused(400, "bad_size", f"`size` is a number from 1 to {MOST}.")
    return int(text)


def _cursor(start: int, build: Build) -> str:
    return base64.urlsafe_b64encode(json.dumps([build.build_id, start]).encode()).decode()


def _place(cursor: str) -> tuple[int, Build]:
    try:
        build_id, start = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error, TypeError, UnicodeError):
        build_id, start = None, None
    if not isinstance(build_id, str) or not isinstance(start, int) or not 0 <= start < 1 << 40:
        raise Refused(400, "bad_cursor", "This cursor is not one of ours: follow `next`.")
    build = data.named(build_id)
    if build.build_id != build_id:
        raise Refused(
            410,
            "build_gone",
            "New data were published more than once since this reading began. Begin again "
            "without `cursor`.",
        )
    return start, build


def answer(build: Build, parts: Mapping[str, object]) -> Made:
    """Return parts as JSON, with the build and the day that they are of."""
    whole = {
        "build": build.build_id,
        "as_of": data.about(build)["as_of"],
        **parts,
    }
    return Made(json_bytes(whole), "application/json")


def json_bytes(value: object) -> bytes:
    """Return a value as JSON in UTF-8, money as text."""
    return (json.dumps(cells.plain(value), ensure_ascii=False) + "\n").encode()
