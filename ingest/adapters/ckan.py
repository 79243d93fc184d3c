"""CKAN: a package's resources, those in its data store page by page, the others as files.

Facts of the platform: docs.ckan.org (SOURCES 4.1). Resource ids change every year on many
portals, so resources are found by the name of their package and their own names.
"""

from datetime import datetime
from fnmatch import fnmatch
from typing import Any

from ingest.adapters import portal
from ingest.adapters.portal import Column, Dataset, Part, Row, Step
from ingest.errors import SourceError
from ingest.http import Client

# The most that a portal gives unless it was set up otherwise; more is silently lowered.
PAGE = 32_000
# The number that the data store gives each row.
ROW_ID = "_id"
_ANSWERS = frozenset({200, 403, 404, 409})
_FILES = {"csv", "tsv", "xlsx", "zip", "parquet"}
_NUMBERS = ("numeric", "int", "float", "double", "money")


class Ckan:
    """The way into portals of CKAN."""

    def describe(self, client: Client, dataset: Dataset) -> list[Part]:
        """Return the resources of the package whose names fit; raise SourceError without any."""
        package = self._result(client, _action(dataset, "package_show", id=dataset.id))
        resources = [
            resource
            for resource in package["resources"]
            if fnmatch(resource.get("name") or "", dataset.resources)
        ]
        parts = [
            part
            for resource in resources
            if (part := self._part(client, dataset, package, resource))
        ]
        if not parts:
            raise SourceError(
                f"{dataset.source_id}: {dataset.base} has no resource of {dataset.id} named like "
                f"`{dataset.resources}` that is a table; it has "
                f"{', '.join(str(r.get('name')) for r in package['resources']) or 'none'}."
            )
        return parts

    def _part(
        self, client: Client, dataset: Dataset, package: dict[str, Any], resource: dict[str, Any]
    ) -> Part | None:
        facts = {
            "description": package.get("notes") or "",
            "license": package.get("license_title") or package.get("license_id") or "",
            "attribution": (package.get("organization") or {}).get("title") or "",
            "title": package.get("title") or "",
            "updated": (resource.get("last_modified") or "")[:10],
        }
        said = [resource.get("hash"), resource.get("last_modified") or resource.get("created")]
        version = "|".join(filter(None, said)) or None
        title = resource.get("name") or resource["id"]
        # `datastore_active` is a truth value, but some portals write it as a word.
        if str(resource.get("datastore_active")).lower() == "true":
            step = _action(dataset, "datastore_search", resource_id=resource["id"], limit="0")
            fields = self._result(client, step)["fields"]
            columns = tuple(
                Column(f["id"], (f.get("info") or {}).get("label") or f["id"], _kind(f["type"]))
                for f in fields
                if f["id"] != ROW_ID
            )
            return Part(resource["id"], title, columns, version, facts=facts)
        if (resource.get("format") or "").lower().lstrip(".") in _FILES and resource.get("url"):
            address = portal.base_address(resource["url"])
            return Part(resource["id"], title, (), version, address, facts)
        return None

    def count(self, client: Client, dataset: Dataset, part: Part) -> int | None:
        """Return the total, unless the portal only estimates it."""
        step = _action(dataset, "datastore_search", resource_id=part.id, limit="0")
        result = self._result(client, step)
        is_estimated = result.get("total_was_estimated")
        return None if is_estimated or "total" not in result else int(result["total"])

    def first(self, dataset: Dataset, part: Part, since: str | None, now: datetime) -> Step:  # noqa: ARG002
        """Return the request for the first rows, in the order of their numbers."""
        return _action(
            dataset, "datastore_search", resource_id=part.id, limit=str(PAGE), offset="0",
            sort=f"{ROW_ID} asc",
        )  # fmt: skip

    def page(self, client: Client, step: Step) -> tuple[Step, bytes]:
        """Return a page of the data store."""

        def judge(status: int, reply: Any) -> str | Exception | None:
            if isinstance(reply, dict) and reply.get("success") is True:
                return None
            error = reply.get("error") if isinstance(reply, dict) else None
            if isinstance(error, dict) and error.get("__type"):
                said = f"{error['__type']}: {error.get('message') or error}"
                return portal.refused(client, step, status, said)
            return f"{status}: no answer of CKAN"

        return step, portal.get_page(client, step, judge=judge, expected=_ANSWERS)

    def _result(self, client: Client, step: Step) -> Any:
        return portal.parsed(self.page(client, step)[1])["result"]

    def following(
        self,
        dataset: Dataset,  # noqa: ARG002
        part: Part,  # noqa: ARG002
        step: Step,
        page: bytes,
        now: datetime,  # noqa: ARG002
    ) -> tuple[int, Step | None]:
        """Return the request after this one, by what arrived: limits are silently lowered."""
        result = portal.parsed(page)["result"]
        got = len(result["records"])
        before = step.rows_before + got
        params = {**step.params, "offset": str(before)}
        following = Step(address=step.address, params=params, rows_before=before)
        given = int(result.get("limit") or step.params["limit"])
        is_last = got == 0 or (got < given and before >= int(result.get("total") or 0))
        return got, None if is_last else following


def rows(page: bytes) -> list[Row]:
    """Return the rows of a page, every value as text."""
    return [
        {name: portal.as_text(value) for name, value in record.items() if name != ROW_ID}
        for record in portal.parsed(page)["result"]["records"]
    ]


def _action(dataset: Dataset, action: str, **params: str) -> Step:
    return Step(address=f"{dataset.base}/api/3/action/{action}", params=params)


def _kind(of: str) -> str:
    if of.lower().startswith(_NUMBERS):
        return "number"
    return "date" if of.lower().startswith(("timestamp", "date")) else "text"
