"""Downloads made to order: a job at once, its states, and a file that is there when it is done.

    downloads = Downloads(server, search)

The same request of the same day is the same job, unless that failed.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests import federal
from tests.usaspending.search import FLOOR, Search, body_of, detail
from tests.usaspending.server import Answer, Request, Server

MOST_ROWS, ROWS_PER_FILE, LONGEST_RANGE = 500_000, 1_000_000, 366
# As the service's code has them; its contract lists four.
STATES = ("ready", "queued", "running", "uploading", "finished")
FOLDER = "/generated_downloads/"


@dataclass
class Job:
    """One download: what it holds once done, and how often its state was asked."""

    file_name: str
    request: str
    rows: list[Mapping[str, str]]
    asked: int = 0
    has_failed: bool = False

    @property
    def state(self) -> str:
        if self.has_failed:
            return "failed"
        return STATES[min(self.asked, len(STATES) - 1)]


@dataclass
class Downloads:
    """The routes of downloads, and the files' host for what they made."""

    server: Server
    search: Search
    jobs: dict[str, Job] = field(default_factory=dict)
    # A job that ends well and holds a header alone, as one did in 2026.
    is_defective: bool = False

    def __post_init__(self) -> None:
        base = "/api/v2/"
        for kind in ("transactions", "awards", "search"):
            self.server.route("POST", f"{base}download/{kind}/?", self._by_filters)
        self.server.route("POST", f"{base}download/count/?", self._count)
        for kind in ("contract", "idv", "assistance"):
            self.server.route("POST", f"{base}download/{kind}/?", self._of_award)
        self.server.route("POST", f"{base}bulk_download/awards/?", self._bulk)
        self.server.route("GET", f"{base}(bulk_)?download/status/?", self._status)
        self.server.route("GET", rf"{FOLDER}(?P<name>[^/]+)", self._file)

    def _by_filters(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        filters = body.get("filters") or {}
        if not filters:
            return detail("Missing value: 'filters' is a required field", 422)
        if any(period["start_date"] < FLOOR for period in filters.get("time_period", ())):
            return detail(f"Value of 'start_date' is before the earliest date {FLOOR}", 422)
        if body.get("limit", MOST_ROWS) > MOST_ROWS:
            return detail(f"Field 'limit' value '{body['limit']}' is above max '{MOST_ROWS}'", 422)
        rows = self._rows(filters)[: body.get("limit") or MOST_ROWS]
        return self._job("PrimeTransactionsAndSubawards", request, body, rows)

    def _of_award(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        award = self.search.award(body.get("award_id"))
        if award is None:
            return detail("Unable to find award matching the provided award id", 400)
        return self._job(f"CONT_{award.number}", request, body, list(award.rows))

    def _bulk(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        filters = body.get("filters") or {}
        for name in ("date_type", "date_range"):
            if name not in filters:
                return detail(f"Missing value: 'filters|{name}' is a required field", 422)
        first, last = (filters["date_range"][end] for end in ("start_date", "end_date"))
        if (date.fromisoformat(last) - date.fromisoformat(first)).days > LONGEST_RANGE:
            return detail("Invalid Parameter: date_range total days must be within a year", 400)
        by = filters["date_type"]
        rows = [
            row
            for row in self._rows({"award_type_codes": filters.get("prime_award_types", [])})
            if first <= row[by][:10] <= last
        ]
        return self._job("All_PrimeTransactions", request, body, rows)

    def _count(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        count = len(self._rows(body.get("filters") or {}))
        return Answer.of_json(
            {
                "calculated_transaction_count": count,
                "maximum_transaction_limit": MOST_ROWS,
                "transaction_rows_gt_limit": count > MOST_ROWS,
                "calculated_count": count,
                "maximum_limit": MOST_ROWS,
                "rows_gt_limit": count > MOST_ROWS,
            }
        )

    def _rows(self, filters: Mapping[str, Any]) -> list[Mapping[str, str]]:
        return [row for award in self.search.found(filters) for row in award.rows]

    def _job(
        self, prefix: str, request: Request, body: Mapping[str, Any], rows: list[Mapping[str, str]]
    ) -> Answer:
        asked = f"{request.path} {json.dumps(body, sort_keys=True)}"
        job = next((j for j in self.jobs.values() if j.request == asked and not j.has_failed), None)
        if job is None:
            name = f"{prefix}_2026-11-21_H01M02S{len(self.jobs):08}.zip"
            job = self.jobs[name] = Job(name, asked, [] if self.is_defective else rows)
        return Answer.of_json(
            {
                "status_url": f"{self.server.url}/api/v2/download/status?file_name={job.file_name}",
                "file_name": job.file_name,
                "file_url": f"{self.server.url}{FOLDER}{job.file_name}",
                "download_request": body,
            }
        )

    def _status(self, request: Request) -> Answer:
        name = request.query.get("file_name")
        if name is None:
            return detail("Missing value: 'file_name' is a required field", 400)
        job = self.jobs.get(name)
        if job is None:
            return detail(f"Download job with filename {name} does not exist.", 404)
        state = job.state
        job.asked += 1
        is_done = state == "finished"
        return Answer.of_json(
            {
                "status": state,
                "message": "The job ran into a problem." if state == "failed" else None,
                "file_name": name,
                "file_url": f"{self.server.url}{FOLDER}{name}",
                "total_size": len(self._zip(job)) / 1000 if is_done else None,
                "total_columns": len(federal.H297) if is_done else None,
                "total_rows": len(job.rows) if is_done else None,
                "seconds_elapsed": str(float(job.asked)) if is_done else None,
            }
        )

    def _file(self, request: Request) -> Answer:
        assert request.match
        job = self.jobs.get(request.match["name"])
        if job is None or job.asked < len(STATES) or job.has_failed:
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        return Answer(200, self._zip(job), {"Content-Type": "application/zip"})

    def _zip(self, job: Job) -> bytes:
        """Return the file: a table of a million rows at most after another, a header at least."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(max(1, -(-len(job.rows) // ROWS_PER_FILE))):
                rows = job.rows[number * ROWS_PER_FILE : (number + 1) * ROWS_PER_FILE]
                known = [{k: v for k, v in row.items() if k in federal.H297} for row in rows]
                archive.writestr(
                    f"All_Contracts_PrimeTransactions_{number + 1}.csv", federal.csv_text(known)
                )
        return content.getvalue()
