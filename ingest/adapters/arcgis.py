"""ArcGIS: the rows of a layer or table of a FeatureServer or MapServer.

Facts of the platform: its REST documentation (SOURCES 4.2). Errors come with HTTP 200; a page
may be shorter than asked; dates are milliseconds since 1970.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.adapters import portal
from ingest.adapters.portal import Column, Dataset, Part, Row, Step
from ingest.errors import SourceError
from ingest.http import Client

# Servers that set no limit of their own give so many.
PAGE = 2_000
_KINDS = {
    "esriFieldTypeString": "text", "esriFieldTypeDouble": "number",
    "esriFieldTypeSingle": "number", "esriFieldTypeInteger": "number",
    "esriFieldTypeSmallInteger": "number", "esriFieldTypeBigInteger": "number",
    "esriFieldTypeDate": "date", "esriFieldTypeDateOnly": "date", "esriFieldTypeOID": "other",
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Too many requests, and a token that has run out on a load balancer.
_MAY_PASS = {429, 498}


class ArcGis:
    """The way into services of ArcGIS."""

    def describe(self, client: Client, dataset: Dataset) -> list[Part]:
        """Return the layer as its one part; `facts` say how it can be paged."""
        step = Step(address=_layer(dataset), params={"f": "json"})
        layer = portal.parsed(self.page(client, step)[1])
        if not layer.get("fields"):
            raise SourceError(
                f"{dataset.source_id}: {_layer(dataset)} has no fields. The address should end in "
                f"the number of a layer or table, such as /FeatureServer/0."
            )
        columns = tuple(
            Column(f["name"], f.get("alias") or f["name"], _KINDS.get(f["type"], "other"))
            for f in layer["fields"]
            if f["type"] != "esriFieldTypeGeometry"
        )
        row_id = layer.get("objectIdField") or next(
            (f["name"] for f in layer["fields"] if f["type"] == "esriFieldTypeOID"), "OBJECTID"
        )
        can = layer.get("advancedQueryCapabilities") or {}
        facts = {
            "row_id": row_id,
            "limit": str(layer.get("maxRecordCount") or PAGE),
            "has_paging": "yes" if can.get("supportsPagination") else "",
            "description": layer.get("description") or "",
            "license": layer.get("copyrightText") or "",
        }
        editing = layer.get("editingInfo") or {}
        version = editing.get("dataLastEditDate") or editing.get("lastEditDate")
        if version:
            facts["updated"] = _day(version)[:10]
        return [Part("", layer.get("name") or dataset.id, columns, version, facts=facts)]

    def count(self, client: Client, dataset: Dataset, part: Part) -> int | None:  # noqa: ARG002
        """Return the number of rows."""
        step = Step(
            address=f"{_layer(dataset)}/query",
            params={"where": "1=1", "returnCountOnly": "true", "f": "json"},
        )
        return int(portal.parsed(self.page(client, step)[1])["count"])

    def first(self, dataset: Dataset, part: Part, since: str | None, now: datetime) -> Step:  # noqa: ARG002
        """Return the request for the rows with the lowest numbers."""
        params = {
            "where": "1=1",
            "outFields": "*",
            "returnGeometry": "false",
            "orderByFields": f"{part.facts['row_id']} ASC",
            "resultRecordCount": part.facts["limit"],
            "f": "json",
        }
        if part.facts["has_paging"]:
            params["resultOffset"] = "0"
        return Step(address=f"{_layer(dataset)}/query", params=params)

    def page(self, client: Client, step: Step) -> tuple[Step, bytes]:
        """Return a page; an error inside an answer of HTTP 200 is still an error."""

        def judge(status: int, reply: Any) -> str | Exception | None:  # noqa: ARG001
            if not isinstance(reply, dict):
                return "no answer of ArcGIS"
            if "error" not in reply:
                return None
            error = reply["error"]
            code = int(error.get("code") or 0)
            said = " ".join(map(str, [error.get("message", ""), *(error.get("details") or [])]))
            if code in _MAY_PASS or portal.may_pass(code):
                return f"{code}: {said}"
            return portal.refused(client, step, code, said)

        return step, portal.get_page(client, step, judge=judge)

    def following(
        self,
        dataset: Dataset,
        part: Part,
        step: Step,
        page: bytes,
        now: datetime,  # noqa: ARG002
    ) -> tuple[int, Step | None]:
        """Return the next request: from the number of rows received, never from that asked."""
        reply = portal.parsed(page)
        features = reply["features"]
        before = step.rows_before + len(features)
        has_more = reply.get("exceededTransferLimit") is True
        if not features:
            return 0, None
        if part.facts["has_paging"]:
            params = {**step.params, "resultOffset": str(before)}
        else:
            row_id = part.facts["row_id"]
            numbers = [int(feature["attributes"][row_id]) for feature in features]
            if numbers != sorted(set(numbers)):
                raise SourceError(
                    f"{dataset.source_id}: {step.address} gives its rows in no order, so that "
                    f"pages could miss some. Download the table by hand, and add it with "
                    f"`whobuys add FILE --source {dataset.source_id}`."
                )
            params = {**step.params, "where": f"{row_id} > {numbers[-1]}"}
        following = Step(address=step.address, params=params, rows_before=before)
        return len(features), following if has_more else None


def rows(page: bytes) -> list[Row]:
    """Return the rows of a page, every value as text and dates as ISO 8601 in UTC."""
    reply = portal.parsed(page)
    dates = {f["name"] for f in reply.get("fields") or [] if f["type"] == "esriFieldTypeDate"}
    return [
        {
            name: _day(value) if name in dates and value is not None else portal.as_text(value)
            for name, value in feature["attributes"].items()
        }
        for feature in reply["features"]
    ]


def _day(milliseconds: str) -> str:
    moment = _EPOCH + timedelta(milliseconds=int(milliseconds))
    return moment.strftime("%Y-%m-%d" if not (moment - _EPOCH).seconds else "%Y-%m-%dT%H:%M:%S")


def _layer(dataset: Dataset) -> str:
    return f"{dataset.base}/{dataset.id.strip('/')}"
