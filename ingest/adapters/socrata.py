"""Socrata: rows by `/resource/{id}.json`, keyset by keyset, and facts by `/api/views/{id}.json`.

Facts of the platform: dev.socrata.com, and live reads of August to September 2026 by others
(SOURCES 3). In short: `*` has to stand first in `$select`; a wrong token turns a request that
works without one into 403; numbers are text, and what is null is left out.
"""

import os
from datetime import UTC, datetime
from typing import Any

from ingest.adapters import portal
from ingest.adapters.portal import Column, Dataset, Part, Row, Step
from ingest.http import Client, Refused

TOKEN = "WHOBUYS_SOCRATA_TOKEN"  # noqa: S105 (the name of a setting)
# The page that every version of the API is known to serve.
PAGE = 50_000
UPDATED = ":updated_at"
_EVERYTHING = f"*,:id,{UPDATED}"
_ANSWERS = frozenset({200, 202, 400, 403, 404})
_ACCEPTED, _BAD, _FORBIDDEN, _MISSING = 202, 400, 403, 404
_KINDS = {
    "number": "number", "money": "number", "percent": "number", "double": "number",
    "calendar_date": "date", "date": "date", "fixed_timestamp": "date",
    "floating_timestamp": "date", "text": "text", "url": "url", "html": "text",
}  # fmt: skip


class Socrata:
    """The way into portals of Socrata; it drops a token that a portal does not know."""

    def __init__(self) -> None:
        self._token = os.environ.get(TOKEN) or None

    def describe(self, client: Client, dataset: Dataset) -> list[Part]:
        """Return the data set as its one part."""
        step = Step(address=f"{dataset.base}/api/views/{dataset.id}.json")
        facts = portal.parsed(self.page(client, step)[1])
        columns = tuple(
            Column(
                column["fieldName"],
                column["name"],
                _KINDS.get(column.get("dataTypeName", ""), "other"),
            )
            for column in facts["columns"]
            if not column["fieldName"].startswith(":")
        )
        updated = facts.get("rowsUpdatedAt")
        about = {
            name: str(facts[name])
            for name in ("description", "attribution", "license", "licenseId")
            if isinstance(facts.get(name), str)
        }
        if isinstance(facts.get("license"), dict):
            about["license"] = str(facts["license"].get("name", ""))
        if updated:
            about["updated"] = datetime.fromtimestamp(int(updated), UTC).date().isoformat()
        return [
            Part("", facts["name"], columns, None if updated is None else str(updated), facts=about)
        ]

    def count(self, client: Client, dataset: Dataset, part: Part) -> int | None:  # noqa: ARG002
        """Return the number of rows; backends name the one value differently."""
        step = Step(address=_rows_of(dataset), params={"$select": "count(*)"})
        reply = portal.parsed(self.page(client, step)[1])
        return int(next(iter(reply[0].values())))

    def first(self, dataset: Dataset, part: Part, since: str | None, now: datetime) -> Step:  # noqa: ARG002
        """Return the request for the rows with the lowest ids."""
        params = {"$select": _EVERYTHING, "$order": ":id", "$limit": str(PAGE)}
        if since:
            params["$where"] = f"{_changes(dataset)} > {_quoted(since)}"
        return Step(address=_rows_of(dataset), params=params, newest=since)

    def page(self, client: Client, step: Step) -> tuple[Step, bytes]:
        """Return a page; where system fields are refused, ask by offset without them."""
        try:
            return step, self._get(client, step)
        except Refused as error:
            if error.status != _BAD or step.params.get("$select") != _EVERYTHING:
                raise
            if "$where" in step.params:
                raise
        plain = step.model_copy(
            update={"params": {"$order": ":id", "$limit": str(PAGE), "$offset": "0"}}
        )
        return plain, self._get(client, plain)

    def _get(self, client: Client, step: Step) -> bytes:
        def headers() -> dict[str, str]:
            return {"X-App-Token": self._token} if self._token else {}

        def judge(status: int, reply: Any) -> str | Exception | None:
            said = _said(reply)
            if status == _FORBIDDEN and self._token:
                self._token = None
                client.say("The portal does not take our token; asking without it")
                return f"{status}: {said}"
            if status == _ACCEPTED:
                return "202: the answer is still being made"
            if status in (_BAD, _MISSING):
                return portal.refused(client, step, status, said)
            return f"{status}: {said}" if status == _FORBIDDEN else None

        return portal.get_page(client, step, headers=headers, judge=judge, expected=_ANSWERS)

    def following(
        self,
        dataset: Dataset,
        part: Part,  # noqa: ARG002
        step: Step,
        page: bytes,
        now: datetime,  # noqa: ARG002
    ) -> tuple[int, Step | None]:
        """Return the request for the rows after the last one; a full page is never the end."""
        rows = portal.parsed(page)
        before = step.rows_before + len(rows)
        grows = _changes(dataset)
        newest = max([step.newest or "", *(row.get(grows) or "" for row in rows)]) or None
        limit = int(step.params["$limit"])
        if "$offset" in step.params:
            params = {**step.params, "$offset": str(before)}
        elif rows:
            # Of the condition on dates, which stays, and the one on ids, which is replaced.
            kept = step.params.get("$where", "").partition(f"{grows} > ")[1:]
            params = {**step.params, "$where": " and ".join(
                filter(None, [f":id > {_quoted(rows[-1][':id'])}", "".join(kept)])
            )}  # fmt: skip
        else:
            params = step.params
        following = Step(address=step.address, params=params, rows_before=before, newest=newest)
        return len(rows), following if len(rows) >= limit else None


def rows(page: bytes) -> list[Row]:
    """Return the rows of a page, every value as text."""
    return [
        {name: portal.as_text(value) for name, value in row.items() if not name.startswith(":")}
        for row in portal.parsed(page)
    ]


def _rows_of(dataset: Dataset) -> str:
    return f"{dataset.base}/resource/{dataset.id}.json"


def _changes(dataset: Dataset) -> str:
    """Return the column by which changes are told."""
    return dataset.incremental or UPDATED


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _said(reply: Any) -> str:
    """Return what an error says: there are two forms of it, with `code` and with `errorCode`."""
    if not isinstance(reply, dict):
        return ""
    code = reply.get("errorCode") or reply.get("code") or ""
    return " ".join(filter(None, [str(code), str(reply.get("message", ""))]))
