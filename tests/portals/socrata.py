"""A portal of Socrata, as its documentation and live reads of 2026 have it.

Numbers are text, what is null is left out, `*` has to stand first in `$select`, a token that is
not known is refused, errors come in two forms.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.usaspending.server import Answer, Request, Server

Row = dict[str, Any]
_UPDATED = "2026-11-20T08:00:00.000Z"
_CONDITION = re.compile(r"(?P<column>:?\w+) > '(?P<value>(?:[^']|'')*)'")


@dataclass
class Table:
    """One data set: its columns (field name, title, type) and rows; `updated` is in seconds."""

    name: str
    columns: list[tuple[str, str, str]]
    rows: list[Row]
    updated: int = 1_763_000_000
    moments: dict[int, str] = field(default_factory=dict)

    def rename(self, old: str, new: str) -> None:
        """Give a column another field name, as a publisher does without a word."""
        self.columns = [(new if n == old else n, t, k) for n, t, k in self.columns]
        self.rows = [{new if n == old else n: v for n, v in row.items()} for row in self.rows]
        self.updated += 1


class Portal:
    """The portal: tables by their id. `tokens` are the tokens it knows."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tables: dict[str, Table] = {}
        # So many of the last rows are counted and never given.
        self.lost = 0
        self.tokens: set[str] = set()
        self.has_system_fields = True
        # So many requests for rows are answered with 202 first.
        self.not_ready = 0
        server.route("GET", r"/api/views/(\w{4}-\w{4})\.json", self._guarded(self._facts))
        server.route("GET", r"/resource/(\w{4}-\w{4})\.json", self._guarded(self._rows))

    def _guarded(self, answer: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        def guarded(request: Request) -> Answer:
            token = request.headers.get("x-app-token")
            if token and token not in self.tokens:
                return _error(403, "code", "permission_denied", "Invalid app_token specified")
            assert request.match
            if request.match[1] not in self.tables:
                return _error(404, "code", "dataset.missing", "Not found")
            return answer(request)

        return guarded

    def _facts(self, request: Request) -> Answer:
        assert request.match
        table = self.tables[request.match[1]]
        return Answer.of_json(
            {
                "id": request.match[1],
                "name": table.name,
                "attribution": "City of Example",
                "license": {"name": "Public Domain"},
                "rowsUpdatedAt": table.updated,
                "columns": [
                    {"id": place, "name": title, "fieldName": name, "dataTypeName": kind}
                    for place, (name, title, kind) in enumerate(table.columns)
                ]
                + [{"id": 99, "name": "Ward", "fieldName": ":@computed_region_x",
                    "dataTypeName": "number"}],
            }
        )  # fmt: skip

    def _rows(self, request: Request) -> Answer:
        assert request.match
        table, query = self.tables[request.match[1]], request.query
        if self.not_ready:
            self.not_ready -= 1
            return Answer(202, b"{}", {"Content-Type": "application/json"})
        select = query.get("$select", "*")
        if select == "count(*)":
            return Answer.of_json([{"count_1": str(len(table.rows))}])
        has_system = ":id" in select
        if has_system and not select.startswith("*"):
            said = "Star selections must come at the start of the select-list"
            return _error(400, "errorCode", "query.compiler.malformed", said)
        if has_system and not self.has_system_fields:
            said = "Query coordinator error: query.soql.no-such-column; No such column: :id"
            return _error(400, "errorCode", "query.soql.no-such-column", said)
        rows = [
            {**_as_served(row), ":id": f"row-{n:06}", ":updated_at": table.moments.get(n, _UPDATED)}
            for n, row in enumerate(table.rows)
        ]
        rows = rows[: len(rows) - self.lost]
        for condition in _CONDITION.finditer(query.get("$where", "")):
            value = condition["value"].replace("''", "'")
            rows = [row for row in rows if str(row.get(condition["column"], "")) > value]
        offset = int(query.get("$offset", "0"))
        rows = rows[offset : offset + int(query.get("$limit", "1000"))]
        if not has_system:
            rows = [{k: v for k, v in row.items() if not k.startswith(":")} for row in rows]
        return Answer.of_json(rows)


def _as_served(row: Row) -> Row:
    return {
        name: str(value) if isinstance(value, int | float) and value is not True else value
        for name, value in row.items()
        if value is not None and value != ""
    }


def _error(status: int, key: str, code: str, message: str) -> Answer:
    more = {"error": True} if key == "code" else {"data": {}}
    return Answer.of_json({key: code, "message": message, **more}, status)
