"""A publisher of OCDS: packages of releases, each linked to the next, within a window of time."""

import json
from typing import Any

from tests.usaspending.server import Answer, Request, Server

PATH = "/Published/Notices/OCDS/Search"


class Publisher:
    """The publisher: releases by their date. `longest` hours of a window it answers for."""

    def __init__(self, server: Server, releases: list[dict[str, Any]], limit: int = 100) -> None:
        self.releases = releases
        self.limit = limit
        # Contracts Finder serves Latin-1, and calls it JSON.
        self.encoding = "latin-1"
        self.server = server
        # As served: to be mangled by a test.
        self.mangle = lambda body: body
        server.route("GET", PATH, self._search)

    def _search(self, request: Request) -> Answer:
        query = request.query
        found = sorted(
            (
                release
                for release in self.releases
                if query.get("publishedFrom", "")
                <= release["date"][:19]
                < query.get("publishedTo", "9999")
            ),
            key=lambda release: str(release["date"]),
        )
        first = int(query.get("cursor", "0"))
        limit = min(self.limit, int(query.get("limit", "100")))
        package: dict[str, Any] = {
            "uri": f"{self.server.url}{PATH}",
            "version": "1.1",
            "publishedDate": "2026-11-20T00:00:00Z",
            "releases": found[first : first + limit],
        }
        if first + limit < len(found):
            window = "&".join(f"{k}={v}" for k, v in query.items() if k != "cursor")
            package["links"] = {"next": f"{self.server.url}{PATH}?{window}&cursor={first + limit}"}
        body = self.mangle(json.dumps(package, ensure_ascii=False).encode(self.encoding, "replace"))
        return Answer(200, body, {"Content-Type": "application/json"})
