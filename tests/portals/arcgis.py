"""A service of ArcGIS: a layer with errors in answers of HTTP 200 and dates in milliseconds."""

import re
from dataclasses import dataclass
from typing import Any

from tests.usaspending.server import Answer, Request, Server

Row = dict[str, Any]


@dataclass
class Layer:
    """One layer: fields (name, type without `esriFieldType`), rows, how many it gives at once."""

    name: str
    fields: list[tuple[str, str]]
    rows: list[Row]
    most: int = 1000
    edited: int | None = 1_763_000_000_000
    has_paging: bool = True


class Service:
    """The services of one server: layers by their path below `/arcgis/rest/services/`."""

    def __init__(self, server: Server) -> None:
        self.layers: dict[str, Layer] = {}
        # The next so many queries fail inside an answer of HTTP 200, with this code.
        self.failing: list[int] = []
        server.route("GET", r"/arcgis/rest/services/(.+/FeatureServer/\d+)", self._facts)
        server.route("GET", r"/arcgis/rest/services/(.+/FeatureServer/\d+)/query", self._query)

    def _layer(self, request: Request) -> Layer | None:
        assert request.match
        return self.layers.get(request.match[1])

    def _facts(self, request: Request) -> Answer:
        layer = self._layer(request)
        if layer is None:
            return _error(404, "Service not found")
        return Answer.of_json(
            {
                "name": layer.name,
                "maxRecordCount": layer.most,
                "objectIdField": "OBJECTID",
                "fields": _fields(layer),
                "advancedQueryCapabilities": {"supportsPagination": layer.has_paging},
                "editingInfo": {"lastEditDate": layer.edited} if layer.edited else None,
            }
        )

    def _query(self, request: Request) -> Answer:
        layer, query = self._layer(request), request.query
        if layer is None:
            return _error(404, "Service not found")
        if self.failing:
            return _error(self.failing.pop(0), "Unable to complete operation.")
        if query.get("returnCountOnly") == "true":
            return Answer.of_json({"count": len(layer.rows)})
        rows = [{"OBJECTID": n, **row} for n, row in enumerate(layer.rows, start=1)]
        if found := re.fullmatch(r"OBJECTID > (\d+)", query.get("where", "")):
            rows = [row for row in rows if row["OBJECTID"] > int(found[1])]
        elif query.get("where") != "1=1":
            return _error(400, "Invalid or missing input parameters.")
        if "resultOffset" in query:
            if not layer.has_paging:
                return _error(400, "Pagination is not supported.")
            rows = rows[int(query["resultOffset"]) :]
        most = min(layer.most, int(query.get("resultRecordCount", layer.most)))
        answer: dict[str, object] = {
            "objectIdFieldName": "OBJECTID",
            "fields": _fields(layer),
            "features": [{"attributes": row} for row in rows[:most]],
        }
        if len(rows) > most:
            answer["exceededTransferLimit"] = True
        return Answer.of_json(answer)


def _fields(layer: Layer) -> list[dict[str, str]]:
    own = [{"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"}]
    return own + [
        {"name": name, "type": f"esriFieldType{kind}", "alias": name.title()}
        for name, kind in layer.fields
    ]


def _error(code: int, message: str) -> Answer:
    return Answer.of_json({"error": {"code": code, "message": message, "details": []}})
