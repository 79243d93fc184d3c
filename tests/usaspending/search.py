"""The search of USAspending and what hangs on it, with its limits, error bodies and quirks.

Filled with rows in the layouts of the publisher's own files (tests/federal.py), so that the
same records can be served both ways. Facts: the service's code as of May 2026, and live reports.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.usaspending.records import (
    Award,
    Row,
    contract_answer,
    grant_answer,
    subaward_answer,
    transaction_answer,
    words,
)
from tests.usaspending.server import Answer, Request, Server

MESSAGE = (
    "For searches, time period start and end dates are currently limited to an earliest date of "
    "2007-10-01.  For data going back to 2000-10-01, use either the Custom Award Download feature "
    "on the website or one of our download or bulk_download API endpoints as listed on "
    "https://api.usaspending.gov/docs/endpoints. "
)
NOT_USED = (
    "The following filters from the request were not used: {}. See "
    "https://api.usaspending.gov/docs/endpoints for a list of appropriate filters"
)
GROUPS = {
    "contracts": {
        "A": "BPA Call", "B": "Purchase Order", "C": "Delivery Order", "D": "Definitive Contract",
    },
    "loans": {"07": "Direct Loan", "08": "Guaranteed/Insured Loan", "F003": "Direct Loan",
              "F004": "Guaranteed/Insured Loan"},
    "idvs": dict.fromkeys(
        ("IDV_A", "IDV_B", "IDV_B_A", "IDV_B_B", "IDV_B_C", "IDV_C", "IDV_D", "IDV_E"), "IDV"
    ),
    "grants": {
        "02": "Block Grant", "03": "Formula Grant", "04": "Project Grant",
        "05": "Cooperative Agreement", "F001": "Grant", "F002": "Cooperative Agreement",
    },
    # The service itself swaps what these two hold.
    "other_financial_assistance": {"06": "Direct Payment for Specified Use",
                                   "10": "Direct Payment with Unrestricted Use"},
    "direct_payments": {"09": "Insurance", "11": "Other Financial Assistance",
                        "-1": "Not Specified"},
}  # fmt: skip
USED = {
    "keywords", "time_period", "award_type_codes", "agencies", "recipient_search_text",
    "recipient_id", "recipient_scope", "recipient_locations", "recipient_type_names",
    "place_of_performance_scope", "place_of_performance_locations", "award_amounts", "award_ids",
    "program_numbers", "naics_codes", "psc_codes", "contract_pricing_type_codes",
    "set_aside_type_codes", "extent_competed_type_codes", "tas_codes",
    "treasury_account_components", "def_codes", "description", "program_activities",
    "award_unique_id",
}  # fmt: skip
BASE_FIELDS = {
    "Award ID", "Recipient Name", "Recipient UEI", "Recipient DUNS Number", "recipient_id",
    "Awarding Agency", "Awarding Agency Code", "Awarding Sub Agency", "Awarding Sub Agency Code",
    "Funding Agency", "Funding Sub Agency", "Description", "Last Modified Date",
    "Base Obligation Date", "Start Date", "Award Amount", "Total Outlays",
}  # fmt: skip
FIELDS = {
    "contracts": BASE_FIELDS | {"End Date", "Contract Award Type", "NAICS", "PSC"},
    "idvs": BASE_FIELDS | {"Last Date to Order", "Contract Award Type", "NAICS", "PSC"},
    "grants": BASE_FIELDS | {"End Date", "Award Type", "CFDA Number", "SAI Number"},
}
NAMES = {"contracts": "Contract Award", "idvs": "IDV Award", "grants": "Non-Loan Assistance Award"}
SUBAWARD_SORTS = {
    "id", "subaward_number", "description", "action_date", "amount", "recipient_name",
}  # fmt: skip
CAPPED, WINDOW, MOST = 10_000, 50_000, 100
FLOOR = "2007-10-01"
CONTROL = re.compile(r"[\x00-\x1f]")
STRIPPED = re.compile(r"[|{}()?\\\"+\[\]<>]")


@dataclass
class Search:
    """The records behind the search; change `awards` or `updated` and the answers change."""

    updated: str = "11/20/2026"
    awards: dict[str, Award] = field(default_factory=dict)
    # What the count says beyond what can be found, to play an index that is behind.
    miscount: int = 0
    # Names of filters that a later version of the service no longer knows.
    forgotten: set[str] = field(default_factory=set)
    # The service answers the same question from memory until its data change.
    answered: dict[str, list[Award]] = field(default_factory=dict)

    def add(self, rows: Iterable[Row]) -> "Search":
        """Add awards made of these rows; an award that is there already is replaced.

        Rows of sub-awards go to their prime award, which has to be there.
        """
        self.answered.clear()
        grouped: dict[str, list[Row]] = defaultdict(list)
        subawards: list[Row] = []
        for row in rows:
            if "subaward_number" in row:
                subawards.append(row)
                continue
            key = row.get("contract_award_unique_key") or row["assistance_award_unique_key"]
            grouped[key].append(row)
        for key, found in grouped.items():
            before = self.awards.get(key)
            number = before.internal_id if before else 1000 + len(self.awards)
            self.awards[key] = Award(number, key, found)
        for row in subawards:
            self.awards[row["prime_award_unique_key"]].subawards.append(row)
        return self

    def serve(self, server: Server) -> None:
        """Add the routes."""
        base = "/api/v2/"
        server.route("POST", f"{base}search/spending_by_award/", self.search)
        server.route("POST", f"{base}search/spending_by_award_count/", self.count)
        server.route("POST", f"{base}transactions/", self.transactions)
        server.route("POST", f"{base}subawards/", self.subawards)
        server.route("GET", f"{base}awards/last_updated/?", self.last_updated)
        server.route("GET", f"{base}awards/count/transaction/(?P<id>.+)/", self.counted)
        server.route("GET", f"{base}awards/count/subaward/(?P<id>.+)/", self.subawards_counted)
        server.route(
            "GET",
            rf"{base}awards/(?P<id>(?:(?:CONT|ASST)_(?:AWD|IDV|NON|AGG)_.+|[0-9]+))/",
            self.award_detail,
        )

    def last_updated(self, _: Request) -> Answer:
        return Answer.of_json({"last_updated": self.updated})

    def search(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        refusal = _refusal(body)
        if refusal:
            return refusal
        codes = body["filters"]["award_type_codes"]
        limit, page = body.get("limit", 10), body.get("page", 1)
        if codes == ["no intersection"]:
            return Answer.of_json(
                {
                    "limit": limit, "results": [], "messages": [MESSAGE],
                    "page_metadata": {"page": page, "hasNext": False},
                }
            )  # fmt: skip
        fields = body["fields"]
        sort, is_descending = body.get("sort") or fields[0], body.get("order", "desc") == "desc"
        found = self._sorted(body["filters"], sort, is_descending=is_descending)
        cursor = body.get("last_record_unique_id"), body.get("last_record_sort_value")
        if cursor == (None, None):
            if (page - 1) * limit >= WINDOW:
                return detail(
                    f"Page #{page} with limit {limit} is over the maximum result limit {WINDOW}. "
                    f"Please provide the 'last_record_sort_value' and 'last_record_unique_id' to "
                    f"paginate sequentially.",
                    422,
                )
            begin = (page - 1) * limit
            # Hits are counted to 10,000 and no further.
            has_next = min(len(found), CAPPED) - begin > limit
        else:
            ids = [award.internal_id for award in found]
            begin = ids.index(cursor[0]) + 1
            if str(found[begin - 1].field(sort)) != cursor[1]:
                # A cursor that was not sent back as it came leads anywhere.
                begin = 0
            has_next = len(found) - begin > limit
        shown = found[begin : begin + limit]
        last = shown[-1] if shown and has_next else None
        return Answer.of_json(
            {
                "spending_level": "awards",
                "limit": limit,
                "results": [
                    {
                        "internal_id": award.internal_id,
                        **{name: award.field(name) for name in fields},
                        "generated_internal_id": award.key,
                    }
                    for award in shown
                ],
                "page_metadata": {
                    "page": page,
                    "hasNext": has_next,
                    "last_record_unique_id": last.internal_id if last else None,
                    # The word, for the code says str(None).
                    "last_record_sort_value": str(last.field(sort) if last else None),
                },
                "messages": self._messages(body["filters"]),
            }
        )

    def count(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        filters = body.get("filters")
        if not filters:
            return detail("Missing value: 'filters' is a required field", 422)
        counts = dict.fromkeys(
            ("contracts", "direct_payments", "grants", "idvs", "loans", "other"), 0
        )
        for award in self.found(filters):
            counts[award.group] += 1
        for group in counts:
            if counts[group]:
                counts[group] += self.miscount
        return Answer.of_json(
            {"results": counts, "spending_level": "awards", "messages": self._messages(filters)}
        )

    def transactions(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        if "award_id" not in body:
            return detail("Missing value: 'award_id' is a required field", 422)
        award = self.award(body["award_id"])
        rows = award.rows if award else []
        return page_of(body, rows, 5000, lambda row: transaction_answer(award, row))  # type: ignore[arg-type]

    def subawards(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            # Anything but JSON is answered all the same, with rows of other awards.
            body = {}
        found = [row for award in self.awards.values() for row in award.subawards]
        if "award_id" in body:
            # A key that is not known is no error: it has no rows.
            award = self.award(body["award_id"])
            found = award.subawards if award else []
        sort = body.get("sort", "subaward_number")
        if sort not in SUBAWARD_SORTS:
            return detail(f"Field 'sort' is outside valid values {sorted(SUBAWARD_SORTS)}", 400)
        answers = [subaward_answer(row) for row in found]
        answers.sort(key=lambda row: _sortable(row[sort]), reverse=body.get("order") != "asc")
        return page_of(body, answers, MOST)

    def counted(self, request: Request) -> Answer:
        assert request.match
        award = self.award(request.match["id"])
        return Answer.of_json({"transactions": len(award.rows) if award else 0})

    def subawards_counted(self, request: Request) -> Answer:
        assert request.match
        award = self.award(request.match["id"])
        return Answer.of_json({"subawards": len(award.subawards) if award else 0})

    def award_detail(self, request: Request) -> Answer:
        assert request.match
        wanted = request.match["id"]
        award = self.award(wanted)
        if award is None:
            lookup = (
                {"id": int(wanted)}
                if wanted.isdigit()
                else {"generated_unique_award_id_legacy": wanted}
            )
            return detail(f"No Award found with: {lookup}", 404)
        return Answer.of_json(grant_answer(award) if award.is_grant else contract_answer(award))

    def _sorted(self, filters: Mapping[str, Any], sort: str, *, is_descending: bool) -> list[Award]:
        key = repr((filters, sort, is_descending))
        if key not in self.answered:
            self.answered[key] = sorted(
                self.found(filters),
                key=lambda award: (_sortable(award.field(sort)), award.internal_id),
                reverse=is_descending,
            )
        return self.answered[key]

    def award(self, wanted: object) -> Award | None:
        """Return the award of this key, or of this number of the service's own."""
        if str(wanted).isdigit():
            return next(
                (a for a in self.awards.values() if a.internal_id == int(str(wanted))), None
            )
        return self.awards.get(str(wanted))

    def _messages(self, filters: Mapping[str, Any]) -> list[str]:
        unknown = (set(filters) - USED) | (set(filters) & self.forgotten)
        return [MESSAGE, *([NOT_USED.format(unknown)] if unknown else [])]

    def found(self, filters: Mapping[str, Any]) -> list[Award]:
        """Return the awards that pass every filter."""
        used = {name: value for name, value in filters.items() if name not in self.forgotten}
        tests: list[Callable[[Award], bool]] = []
        if codes := used.get("award_type_codes"):
            tests.append(lambda award: award.code in codes)
        if periods := used.get("time_period"):
            tests.append(lambda award: any(_is_within(award, period) for period in periods))
        # A list of empty words is dropped, and finds everything.
        if keywords := [f" {words(STRIPPED.sub('', w))}" for w in used.get("keywords", []) if w]:
            tests.append(lambda award: any(word in award.text for word in keywords))
        if names := [f" {words(w)}" for w in used.get("recipient_search_text", []) if w]:
            tests.append(lambda award: any(name in award.named for name in names))
        if numbers := [n for n in used.get("award_ids", []) if n]:
            tests.append(lambda award: any(_has_number(award, number) for number in numbers))
        if listings := [number for number in used.get("program_numbers", []) if number]:
            tests.append(lambda award: award.latest.get("cfda_number") in listings)
        return [award for award in self.awards.values() if all(test(award) for test in tests)]


def _has_number(award: Award, wanted: str) -> bool:
    """Exact in quotation marks; otherwise the number is taken for a pattern."""
    if wanted.startswith('"') and wanted.endswith('"'):
        return award.number == wanted.strip('"')
    return re.fullmatch(wanted, award.number) is not None


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


def _is_within(award: Award, period: Mapping[str, str]) -> bool:
    first, last = period["start_date"], period["end_date"]
    latest = award.latest["action_date"]
    match period.get("date_type"):
        case None | "action_date":
            # Active at some time in the period, whatever the day of the money.
            return latest >= first and award.signed <= last
        case "last_modified_date":
            return first <= award.modified[:10] <= last
        case "date_signed" | "new_awards_only":
            return first <= award.signed <= last
    raise ValueError(period)


def page_of(
    body: Mapping[str, Any],
    rows: list[Any],
    most: int,
    answer: Callable[[Any], Any] = lambda row: row,
) -> Answer:
    """Return one page of rows, the way all endpoints page that have no cursor."""
    limit, page = body.get("limit", 10), body.get("page", 1)
    if limit > most:
        return detail(f"Field 'limit' value '{limit}' is above max '{most}'", 422)
    begin = (page - 1) * limit
    has_next = len(rows) - begin > limit
    return Answer.of_json(
        {
            "page_metadata": {
                "page": page,
                "next": page + 1 if has_next else None,
                "previous": page - 1 if page > 1 else None,
                "hasNext": has_next,
                "hasPrevious": page > 1,
            },
            "results": [answer(row) for row in rows[begin : begin + limit]],
        }
    )


def detail(text: str, status: int) -> Answer:
    """Return a refusal the way the service words it."""
    return Answer.of_json({"detail": text}, status)


def body_of(request: Request) -> dict[str, Any] | Answer:
    """Return the JSON of a request, or the refusal of anything else."""
    try:
        body = request.json
    except ValueError as error:
        return detail(f"JSON parse error - {error}", 400)
    assert isinstance(body, dict)
    return body


def _refusal(body: Mapping[str, Any]) -> Answer | None:  # noqa: C901, PLR0911, PLR0912
    """Return the refusal of a search, in the order in which the service looks."""
    filters = body.get("filters") or {}
    if "award_type_codes" not in filters:
        return detail("Missing value: 'filters|award_type_codes' is a required field", 422)
    if not body.get("fields"):
        return detail("Missing value: 'fields' is a required field", 422)
    for name in ("keywords", "recipient_search_text", "program_numbers", "award_type_codes"):
        if name in filters and not isinstance(filters[name], list):
            return detail(
                f"Invalid value in 'filters|{name}'. '{filters[name]}' is not a valid type (list).",
                422,
            )
    for word in filters.get("keywords", []):
        if CONTROL.search(word):
            return Answer(500, b"<h1>Server Error (500)</h1>", {"Content-Type": "text/html"})
        if 0 < len(word) < 3:
            return detail(f"Field 'filters|keywords' value '{word}' is below min '3' items", 422)
    codes = set(filters["award_type_codes"])
    if codes != {"no intersection"}:
        known = {code for group in GROUPS.values() for code in group}
        if codes - known:
            return Answer(500, b"")
        if not any(codes <= set(group) for group in GROUPS.values()):
            return Answer.of_json(
                {
                    "message": "'award_type_codes' must only contain types from one group.",
                    "award_type_groups": GROUPS,
                },
                422,
            )
    limit = body.get("limit", 10)
    if not isinstance(limit, int):
        return detail(f"Invalid value in 'limit'. '{limit}' is not a valid type (integer)", 422)
    if limit > MOST:
        return detail(f"Field 'limit' value '{limit}' is above max '{MOST}'", 422)
    if any(period["start_date"] < FLOOR for period in filters.get("time_period", [])):
        return Answer(500, b"")
    if body.get("page", 1) < 1:
        return Answer(500, b"")
    if (
        len({body.get("last_record_unique_id") is None, body.get("last_record_sort_value") is None})
        > 1
    ):
        return Answer(500, b"")
    sort = body.get("sort")
    group = next((name for name, group in GROUPS.items() if codes <= set(group)), "contracts")
    known_fields = sorted(FIELDS.get(group, BASE_FIELDS))
    if sort and sort not in known_fields:
        return detail(
            f"Sort value '{sort}' not found in {NAMES.get(group, group)} mappings: {known_fields}",
            400,
        )
    if sort and sort not in body["fields"]:
        return detail(f"Sort value '{sort}' not found in requested fields: {body['fields']}", 400)
    return None
