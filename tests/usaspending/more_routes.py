"""What else hangs on the search: transactions by search, families of indefinite contracts.

    MoreRoutes(search).serve(server)

Facts: the service's own contracts and code as of May 2026, and reports of what it answered live.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.usaspending.records import Award, Row, words
from tests.usaspending.search import (
    GROUPS,
    MESSAGE,
    MOST,
    NOT_USED,
    WINDOW,
    Search,
    body_of,
    detail,
    page_of,
)
from tests.usaspending.server import Answer, Request, Server

TRANSACTION_FIELDS = (
    "Action Date", "Action Type", "Assistance Listing", "Award ID", "Award Type",
    "Awarding Agency", "awarding_agency_id", "awarding_agency_slug", "Awarding Sub Agency",
    "Funding Agency", "funding_agency_slug", "Funding Sub Agency", "internal_id",
    "generated_internal_id", "Issued Date", "Last Date to Order", "Loan Value", "Mod", "NAICS",
    "naics_code", "naics_description", "PSC", "product_or_service_code",
    "product_or_service_description", "Primary Place of Performance", "pop_city_name",
    "pop_country_name", "pop_state_code", "recipient_id", "Recipient Location", "Recipient Name",
    "Recipient UEI", "Subsidy Cost", "Transaction Amount", "Transaction Description", "def_codes",
    "cfda_number", "cfda_title",
)  # fmt: skip
FAMILY = ("child_idvs", "child_awards", "grandchild_awards")
Moved = tuple[Award, Row]


@dataclass
class MoreRoutes:
    """The routes, over the same records as the search."""

    search: Search

    def serve(self, server: Server) -> None:
        base = "/api/v2/"
        server.route("POST", f"{base}search/spending_by_transaction/", self.transactions)
        server.route("POST", f"{base}search/spending_by_transaction_count/", self.count)
        server.route("POST", f"{base}idvs/awards/", self.family)
        server.route("POST", f"{base}idvs/activity/", self.activity)
        server.route("GET", f"{base}idvs/amounts/(?P<id>.+)/", self.amounts)

    def transactions(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        if refusal := _refusal(body):
            return refusal
        page, limit, fields = body.get("page", 1), body.get("limit", 10), body["fields"]
        if page * limit > WINDOW:
            return detail(
                f"Page #{page} of size {limit} is over the maximum result limit ({WINDOW}). "
                f"Consider using custom data downloads to obtain large data sets.",
                422,
            )
        if page * limit == WINDOW:
            # Exactly at the edge it has answered 503, with an empty body.
            return Answer(503, b"")
        sort, is_descending = body["sort"], body.get("order", "desc") == "desc"
        rows = sorted(
            (
                {name: _field(moved, name) for name in {*fields, sort}}
                for moved in self._found(body)
            ),
            key=lambda row: (row[sort] is not None, row[sort]),
            reverse=is_descending,
        )
        answer = page_of(body, rows, MOST, lambda row: {name: row[name] for name in fields}).json
        return Answer.of_json({"limit": limit, **answer, "messages": _messages(body)})

    def count(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        if not body.get("filters"):
            return detail("Missing value: 'filters' is a required field", 422)
        counts = dict.fromkeys(
            ("contracts", "direct_payments", "grants", "idvs", "loans", "other"), 0
        )
        for award, _ in self._found(body):
            counts[award.group] += 1
        return Answer.of_json({"results": counts, "messages": _messages(body)})

    def _found(self, body: Mapping[str, Any]) -> list[Moved]:
        """Return the transactions that pass. Unknown filters are dropped without a word."""
        filters = body["filters"]
        codes, periods = filters.get("award_type_codes", ()), filters.get("time_period", ())
        wanted = [f" {words(word)}" for word in filters.get("keywords", ()) if word]
        described = words(filters.get("description") or "")
        return [
            (award, row)
            for award in self.search.awards.values()
            if not codes or award.code in codes
            for row in award.rows
            if (not periods or any(_is_within(row, period) for period in periods))
            and (not wanted or any(word in _searched(award, row) for word in wanted))
            and f" {described}" in f" {words(row.get('transaction_description') or '')}"
        ]

    def family(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        kind = body.get("type", "child_idvs")
        if kind not in FAMILY:
            return detail(f"Field 'type' is outside valid values {list(FAMILY)}", 400)
        if "award_id" not in body:
            return detail("Missing value: 'award_id' is a required field", 422)
        parent = self.search.award(body["award_id"])
        if parent is None or parent.group != "idvs":
            return page_of(body, [], MOST)
        idvs, orders = self._children(parent)
        found = {
            "child_idvs": idvs,
            "child_awards": orders,
            "grandchild_awards": [a for idv in idvs for a in self._children(idv)[1]],
        }[kind]
        return page_of(body, found, MOST, _member)

    def activity(self, request: Request) -> Answer:
        body = body_of(request)
        if isinstance(body, Answer):
            return body
        parent = self.search.award(body.get("award_id"))
        idvs, orders = self._children(parent) if parent else ([], [])
        below = [(idv, order) for idv in idvs for order in self._children(idv)[1]]
        found = [{**_activity(order), "grandchild": False} for order in orders]
        found += [{**_activity(order), "grandchild": True} for _, order in below]
        answer = page_of(body, found, MOST)
        if answer.status == 200:
            content = answer.json
            content["page_metadata"]["total"] = len(found)
            return Answer.of_json(content)
        return answer

    def amounts(self, request: Request) -> Answer:
        assert request.match
        parent = self.search.award(request.match["id"])
        if parent is None or parent.group != "idvs":
            return detail(f"No IDV Award found with: '{request.match['id']}'", 404)
        idvs, orders = self._children(parent)
        below = [order for idv in idvs for order in self._children(idv)[1]]
        return Answer.of_json(
            {
                "award_id": parent.internal_id,
                "generated_unique_award_id": parent.key,
                "child_idv_count": len(idvs),
                "child_award_count": len(orders),
                "child_award_total_obligation": sum((a.amount for a in orders), Decimal(0)),
                "grandchild_award_count": len(below),
                "grandchild_award_total_obligation": sum((a.amount for a in below), Decimal(0)),
            }
        )

    def _children(self, parent: Award) -> tuple[list[Award], list[Award]]:
        """Return the indefinite contracts and the orders right under one."""
        number = (parent.number, parent.key.rsplit("_", 1)[-1])
        found = [
            award
            for award in self.search.awards.values()
            if (
                award.latest.get("parent_award_id_piid"),
                award.latest.get("parent_award_agency_id"),
            )
            == number
        ]
        return [a for a in found if a.group == "idvs"], [a for a in found if a.group != "idvs"]


def _refusal(body: Mapping[str, Any]) -> Answer | None:  # noqa: PLR0911
    filters = body.get("filters") or {}
    if "award_type_codes" not in filters:
        return detail("Missing value: 'filters|award_type_codes' is a required field", 422)
    for name in ("fields", "sort"):
        if not body.get(name):
            return detail(f"Missing value: '{name}' is a required field", 422)
    known = {code for group in GROUPS.values() for code in group}
    if set(filters["award_type_codes"]) - known:
        return detail(
            f"Field 'filters|award_type_codes' is outside valid values {sorted(known)}", 400
        )
    for name in ("fields", "sort"):
        given = body[name] if name == "fields" else [body[name]]
        if set(given) - set(TRANSACTION_FIELDS):
            return detail(f"Field '{name}' is outside valid values {list(TRANSACTION_FIELDS)}", 400)
    limit = body.get("limit", 10)
    if not isinstance(limit, int):
        return detail(f"Invalid value in 'limit'. '{limit}' is not a valid type (integer)", 400)
    if limit > MOST:
        return detail(f"Field 'limit' value '{limit}' is above max '{MOST}'", 422)
    return None


def _messages(body: Mapping[str, Any]) -> list[str]:
    # Keywords are used, and reported as not used, under the name that they have inside.
    used = "keywords" in body["filters"]
    return [MESSAGE, *([NOT_USED.format({"keyword_search"})] if used else [])]


def _is_within(row: Row, period: Mapping[str, str]) -> bool:
    by = "last_modified_date" if period.get("date_type") == "last_modified_date" else "action_date"
    return period["start_date"] <= row[by][:10] <= period["end_date"]


def _searched(award: Award, row: Row) -> str:
    """Return what keywords are looked for in: names of agencies and places too, unlike awards."""
    wide = (
        "awarding_agency_name", "awarding_sub_agency_name", "funding_agency_name",
        "primary_place_of_performance_city_name", "primary_place_of_performance_state_name",
        "modification_number",
    )  # fmt: skip
    return award.text + "".join(f" {words(row.get(name) or '')} |" for name in wide)


def _field(moved: Moved, name: str) -> Any:
    award, row = moved
    if name == "internal_id":
        return award.internal_id
    if name == "generated_internal_id":
        return award.key
    if name == "Award ID":
        return award.number
    if name == "Transaction Amount":
        return Decimal(row["federal_action_obligation"])
    columns = {
        "Action Date": "action_date", "Action Type": "action_type_code",
        "Mod": "modification_number", "Award Type": "award_type",
        "Awarding Agency": "awarding_agency_name",
        "Awarding Sub Agency": "awarding_sub_agency_name",
        "Funding Agency": "funding_agency_name", "Funding Sub Agency": "funding_sub_agency_name",
        "Recipient Name": "recipient_name", "Recipient UEI": "recipient_uei",
        "Transaction Description": "transaction_description", "naics_code": "naics_code",
        "product_or_service_code": "product_or_service_code", "cfda_number": "cfda_number",
        "cfda_title": "cfda_title",
    }  # fmt: skip
    return row.get(columns.get(name, ""), "") or None


def _member(award: Award) -> dict[str, Any]:
    row = award.latest
    return {
        "award_id": award.internal_id,
        "award_type": row.get("award_type") or None,
        "awarding_agency": row.get("awarding_agency_name") or None,
        "description": award.description or None,
        "funding_agency": row.get("funding_agency_name") or None,
        "generated_unique_award_id": award.key,
        "last_date_to_order": row.get("ordering_period_end_date") or None,
        "obligated_amount": award.amount,
        "period_of_performance_start_date": row.get("period_of_performance_start_date") or None,
        "piid": award.number,
    }


def _activity(award: Award) -> dict[str, Any]:
    row = award.latest
    return {
        "award_id": award.internal_id,
        "awarding_agency": row.get("awarding_agency_name") or None,
        "generated_unique_award_id": award.key,
        "parent_award_piid": row.get("parent_award_id_piid") or None,
        "obligated_amount": award.amount,
        "awarded_amount": Decimal(row.get("potential_total_value_of_award") or 0),
        "piid": award.number,
        "recipient_name": row.get("recipient_name") or None,
    }
