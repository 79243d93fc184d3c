"""A portal of CKAN: packages with resources, some of them in the data store."""

from dataclasses import dataclass, field
from typing import Any

from tests.usaspending.server import Answer, Request, Server

Row = dict[str, Any]


@dataclass
class Resource:
    """One resource: a table in the data store, or (`body`) a file."""

    id: str
    name: str
    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    modified: str = "2026-11-01T00:00:00"
    body: bytes | None = None


class Portal:
    """The portal: packages by name. `most` is how many rows it gives at a time, silently."""

    def __init__(self, server: Server, most: int = 32_000) -> None:
        self.packages: dict[str, list[Resource]] = {}
        self.most = most
        self.server = server
        server.route("GET", "/api/3/action/package_show", self._package)
        server.route("GET", "/api/3/action/datastore_search", self._search)
        server.route("GET", r"/files/(.+)", self._file)

    def _package(self, request: Request) -> Answer:
        resources = self.packages.get(request.query.get("id", ""))
        if resources is None:
            return _error(404, "Not Found Error", message="Not found")
        return _result(
            {
                "name": request.query["id"],
                "title": "Checkbook",
                "license_title": "Open Data Commons PDDL",
                "metadata_modified": "2026-11-01T00:00:00",
                "resources": [
                    {
                        "id": r.id,
                        "name": r.name,
                        "format": "CSV",
                        "url": f"{self.server.url}/files/{r.id}.csv",
                        "last_modified": r.modified,
                        "datastore_active": r.body is None,
                    }
                    for r in resources
                ],
            }
        )

    def _search(self, request: Request) -> Answer:
        query = request.query
        resource = self._find(query.get("resource_id", ""))
        if resource is None:
            said = f'Not found: Resource "{query.get("resource_id")}" was not found.'
            return _error(404, "Not Found Error", message=said)
        if not query.get("limit", "100").isdigit():
            return _error(409, "Validation Error", limit=["Invalid integer"])
        limit = min(int(query.get("limit", "100")), self.most)
        offset = int(query.get("offset", "0"))
        records = [{"_id": n, **row} for n, row in enumerate(resource.rows, start=1)]
        return _result(
            {
                "resource_id": resource.id,
                "fields": [{"id": "_id", "type": "int"}]
                + [{"id": name, "type": kind} for name, kind in resource.columns],
                "records": records[offset : offset + limit],
                "total": len(records),
                "limit": limit,
                "offset": offset,
            }
        )

    def _file(self, request: Request) -> Answer:
        assert request.match
        resource = self._find(request.match[1].removesuffix(".csv"))
        if resource is None or resource.body is None:
            return Answer(404)
        return Answer(200, resource.body, {"Content-Type": "text/csv"})

    def _find(self, resource_id: str) -> Resource | None:
        everything = [r for package in self.packages.values() for r in package]
        return next((r for r in everything if r.id == resource_id), None)


def _result(content: object) -> Answer:
    return Answer.of_json({"help": "…", "success": True, "result": content})


def _error(status: int, kind: str, **more: object) -> Answer:
    error = {"__type": kind, **more}
    return Answer.of_json({"help": "…", "success": False, "error": error}, status)
