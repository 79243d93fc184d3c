"""The API of USAspending: what it is asked, checked before it is sent, and what it answers.

Facts from the service's own code, read in 2026. It answers a misspelt filter with the whole
database, so every question is checked here, and a reply that says a filter was not used is
never believed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from ingest.errors import SourceError
from ingest.http import Client, broken, usaspending_address
from ingest.search_terms import SHORTEST, clean

Group = Literal["contracts", "idvs", "grants"]
# One group for each question: mixed ones are refused.
GROUPS: dict[Group, tuple[str, ...]] = {
    "contracts": ("A", "B", "C", "D"),
    "idvs": ("IDV_A", "IDV_B", "IDV_B_A", "IDV_B_B", "IDV_B_C", "IDV_C", "IDV_D", "IDV_E"),
    "grants": ("02", "03", "04", "05", "F001", "F002"),
}
# How the keys of each group begin.
PREFIX: dict[Group, str] = {"contracts": "CONT_AWD_", "idvs": "CONT_IDV_", "grants": "ASST_"}
EARLIEST, LATEST = date(2007, 10, 1), date(2027, 9, 30)
MOST_ITEMS = 5000
SEARCH_LIMIT = 100
TRANSACTIONS_LIMIT = 5000
SUBAWARDS_LIMIT = 100
# Never null, so that the cursor cannot lose its place; `None` is the end, as a word.
SORT = "Award ID"
FIELDS = (
    SORT, "Recipient Name", "Recipient UEI", "Description", "Awarding Sub Agency", "Award Amount",
    "Base Obligation Date", "Last Modified Date",
)  # fmt: skip
NO_CURSOR = (None, "None")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(_Strict):
    """Days that a search is about, both ends included."""

    start_date: date
    end_date: date
    date_type: Literal["action_date", "date_signed", "last_modified_date", "new_awards_only"] = (
        "action_date"
    )

    @model_validator(mode="after")
    def _within_the_limits(self) -> "Period":
        # The service answers a date before its floor with a bare 500.
        if not EARLIEST <= self.start_date <= self.end_date <= LATEST:
            raise ValueError(f"dates must lie between {EARLIEST} and {LATEST}, the earlier first")
        return self


class Filters(_Strict):
    """Filters of a search, in the service's own names: every one that we use, and no other."""

    award_type_codes: tuple[str, ...]
    time_period: tuple[Period, ...]
    keywords: tuple[str, ...] | None = None
    recipient_search_text: tuple[str, ...] | None = None
    program_numbers: tuple[str, ...] | None = None
    # Exact numbers stand in quotation marks; others are taken for patterns.
    award_ids: tuple[str, ...] | None = None

    @field_validator("award_type_codes")
    @classmethod
    def _of_one_group(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if not codes or not any(set(codes) <= set(group) for group in GROUPS.values()):
            raise ValueError("the types of award must all be of one group")
        return codes

    @field_validator("keywords", "recipient_search_text", "program_numbers")
    @classmethod
    def _says_something(cls, terms: tuple[str, ...] | None) -> tuple[str, ...] | None:
        # A list of empty words is dropped by the service, which then answers with everything.
        if terms is None:
            return None
        if not 0 < len(terms) <= MOST_ITEMS:
            raise ValueError(f"a list of terms must hold 1 to {MOST_ITEMS:,}")
        for term in terms:
            if len(term) < SHORTEST or term != clean(term):
                raise ValueError(
                    f"{term!r} is shorter than {SHORTEST} letters, or holds what is not searched"
                )
        return terms

    @field_validator("award_ids")
    @classmethod
    def _exact_numbers(cls, numbers: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if numbers is None:
            return None
        if not 0 < len(numbers) <= MOST_ITEMS:
            raise ValueError(f"a list of award numbers must hold 1 to {MOST_ITEMS:,}")
        for number in numbers:
            inner = number[1:-1]
            if number != f'"{inner}"' or not inner or inner != clean(inner):
                raise ValueError(f"{number} is no number of an award in quotation marks")
        return numbers

    @model_validator(mode="after")
    def _asks_for_something(self) -> "Filters":
        if not self.time_period:
            raise ValueError("a search needs a period")
        terms = (self.keywords, self.recipient_search_text, self.program_numbers, self.award_ids)
        if not any(terms):
            raise ValueError("a search without terms would ask for the whole database")
        return self

    def body(self) -> dict[str, Any]:
        """Return the filters as they are sent."""
        return self.model_dump(mode="json", exclude_none=True)


def filters(source_id: str, **given: Any) -> Filters:
    """Return filters that have been checked; raise SourceError for those that may not be sent."""
    try:
        return Filters.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        raise SourceError(
            f"{source_id}: the search was not sent, for its filter "
            f"`{'.'.join(map(str, problem['loc']))}` would not be used as meant: "
            f"{str(problem['msg']).removeprefix('Value error, ')}."
        ) from error


@dataclass(frozen=True)
class Reply:
    """One answer: what was asked, the text as served, and the JSON in it."""

    method: str
    path: str
    body: dict[str, Any] | None
    text: str
    json: Any


@dataclass(frozen=True)
class Page:
    """One page of awards found, and the cursor of the next (None when it is the last)."""

    reply: Reply
    awards: list[dict[str, Any]]
    next_cursor: tuple[int, str] | None


class Service:
    """Asks the API on behalf of one source."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.source_id = client.source_id

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Reply:
        def read(response: httpx.Response) -> Reply:
            content = response.read()
            try:
                text = content.decode()
                found = json.loads(text, parse_float=Decimal)
            except ValueError as error:
                raise broken("something that is no JSON") from error
            return Reply(method, path, body, text, found)

        return self.client.ask(method, f"{usaspending_address()}/api/v2/{path}", read, body=body)

    def last_updated(self) -> date | None:
        """Return the day of the service's data, or None where it does not say."""
        said = str(self._ask("GET", "awards/last_updated/").json["last_updated"])
        # The American way round, unlike every other date of the service.
        return datetime.strptime(said, "%m/%d/%Y").date() if said else None  # noqa: DTZ007

    def _searched(self, path: str, body: dict[str, Any]) -> Reply:
        reply = self._ask("POST", path, body)
        for message in reply.json.get("messages") or []:
            if "were not used" in message:
                raise SourceError(
                    f"{self.source_id}: USAspending did not use a filter, so its answer is about "
                    f"something else, and nothing of it was kept. It said: {message.strip()} "
                    f"The service has probably renamed the filter."
                )
        return reply

    def count(self, group: Group, asked: Filters) -> int:
        """Return how many awards a search has: exact, unlike the search's own paging."""
        reply = self._searched("search/spending_by_award_count/", {"filters": asked.body()})
        return int(reply.json["results"][group])

    def page(self, asked: Filters, number: int, cursor: tuple[int, str] | None) -> Page:
        """Return one page of a search.

        Depth is unlimited by cursor alone: by page number the service says that there is no more
        at 10,000 awards, and refuses at 50,000.
        """
        body: dict[str, Any] = {
            "filters": asked.body(),
            "fields": list(FIELDS),
            "limit": SEARCH_LIMIT,
            "page": number,
            "sort": SORT,
            "order": "asc",
            "spending_level": "awards",
        }
        if cursor:
            # Both or neither, as they came: one alone is answered with 500.
            body["last_record_unique_id"], body["last_record_sort_value"] = cursor
        reply = self._searched("search/spending_by_award/", body)
        told = reply.json["page_metadata"]
        following = (told["last_record_unique_id"], told["last_record_sort_value"])
        if not told["hasNext"]:
            return Page(reply, reply.json["results"], None)
        if following[0] is None or following[1] in NO_CURSOR:
            raise SourceError(
                f"{self.source_id}: USAspending says that a search goes on after page {number}, "
                f"but not from where. Run the command again."
            )
        return Page(reply, reply.json["results"], following)

    def award(self, award_id: str) -> Reply:
        """Return the detail of an award. Raises Refused with status 404 when it is not known."""
        # Numbers of awards hold spaces and slashes.
        return self._ask("GET", f"awards/{quote(award_id, safe='')}/")

    def transactions(self, award_id: str) -> Iterator[Reply]:
        """Yield every page of an award's transactions, oldest first.

        Raises SourceError when they are not as many as the service counts: pages of one day's
        transactions can repeat and skip rows.
        """
        yield from self._whole("transactions", award_id, TRANSACTIONS_LIMIT, "action_date")

    def subawards(self, award_id: str) -> Iterator[Reply]:
        """Yield every page of what is reported under an award. Raises as `transactions` does.

        The key is sent as JSON: in a form it would be answered with unrelated rows.
        """
        yield from self._whole("subawards", award_id, SUBAWARDS_LIMIT, "id")

    def _whole(
        self, kind: Literal["transactions", "subawards"], award_id: str, limit: int, sort: str
    ) -> Iterator[Reply]:
        page = 1
        ids: set[str] = set()
        while True:
            body = {
                "award_id": award_id, "page": page, "limit": limit, "sort": sort, "order": "asc",
            }  # fmt: skip
            reply = self._ask("POST", f"{kind}/", body)
            ids.update(row["id"] for row in reply.json["results"])
            yield reply
            if not reply.json["page_metadata"]["hasNext"]:
                break
            page += 1
        # A bad key is answered with no rows at all, and no error.
        if page == 1 and (kind == "transactions" or ids):
            return
        path = f"awards/count/{kind.removesuffix('s')}/{quote(award_id, safe='')}/"
        counted = self._ask("GET", path).json[kind]
        if counted != len(ids):
            raise SourceError(
                f"{self.source_id}: USAspending counts {counted:,} {kind} of {award_id} and "
                f"served {len(ids):,}. Run the command again."
            )
