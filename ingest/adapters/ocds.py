"""Open contracting data (OCDS 1.1): notices fetched page by page, merged into contracts and awards.

Tender, award, contract and transaction speak of the same money, and every notice of a process
repeats what the ones before it said. So the notices of a process are merged first, by the rules
of the standard, and then each contract is one row, and each award that led to no contract.

Several suppliers of one award share its value, and nobody says how: the value is then the
amount of one row of them together, and each of them has a row of its own without an amount, whose
`shared_amount` is the most it could be.

The key of a row is `purchase`: process, contract or award, and, where they share, the supplier.
"""

import warnings
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import ocdsmerge  # type: ignore[import-untyped]
from ocdsmerge.exceptions import OCDSMergeError  # type: ignore[import-untyped]

from ingest.adapters import portal
from ingest.adapters.portal import Column, Dataset, Part, Row, Step
from ingest.adapters.table_file import files
from ingest.http import Client

COLUMNS = (
    "purchase", "ocid", "release_date", "record", "contract_id", "award_id", "buyer_id", "buyer",
    "procuring_entity", "supplier_id", "supplier", "suppliers", "title", "description",
    "status", "amount", "shared_amount", "currency", "signed_date", "start_date", "end_date",
    "last_possible_end_date", "procurement_method", "procurement_details", "category",
    "classification_id", "classification", "tenderers", "record_url", "problem",
)  # fmt: skip
_FOUND = frozenset({200, 400, 404})
_MISSING, _BAD = 404, 400
# The standard's merge rules for what we read (release schema 1.1.5, "omitWhenMerged"); lists of
# objects with ids, such as awards, are merged by id without a rule of their own.
MERGE_RULES = {(name,): "omitWhenMerged" for name in ("id", "date", "tag", "publisher", "links")}
# Find a Tender misses releases in windows of more than six hours; others choose their own.
_MOMENT = "%Y-%m-%dT%H:%M:%S"
# A window begins a little before the last one ended: clocks differ.
_OVERLAP = timedelta(hours=1)
_NOTICES = ("awardNotice", "contractNotice", "contractSigned", "tenderNotice")


class Ocds:
    """The way into publishers of OCDS: release or record packages, each linked to the next."""

    def describe(self, client: Client, dataset: Dataset) -> list[Part]:
        """Return the publication as its one part, or its files; we make its columns ourselves."""
        del client
        if dataset.addresses:
            return files(dataset)
        columns = tuple(Column(name, name.replace("_", " "), "text") for name in COLUMNS)
        return [Part("", dataset.id, columns)]

    def count(self, client: Client, dataset: Dataset, part: Part) -> int | None:  # noqa: ARG002
        """Return None: no publisher says how many notices a window holds."""
        return None

    def first(self, dataset: Dataset, part: Part, since: str | None, now: datetime) -> Step:  # noqa: ARG002
        """Return the request for the first window of time."""
        start = datetime.fromisoformat(since) - _OVERLAP if since else dataset.asking.since
        return self._window(dataset, start, now, 0)

    def _window(self, dataset: Dataset, start: datetime | None, now: datetime, rows: int) -> Step:
        asking = dataset.asking
        end = now
        if start and asking.window_hours:
            end = min(now, start + timedelta(hours=asking.window_hours))
        ends = {"{from}": start.strftime(_MOMENT) if start else "", "{to}": end.strftime(_MOMENT)}
        params = {name: ends.get(value, value) for name, value in asking.parameters.items()}
        return Step(
            address=f"{dataset.base}/{dataset.id.strip('/')}",
            params=params,
            rows_before=rows,
            window_end=end,
            newest=end.isoformat(),
        )

    def page(self, client: Client, step: Step) -> tuple[Step, bytes]:
        """Return a package of releases or records."""

        def judge(status: int, reply: Any) -> str | Exception | None:
            if status in (_BAD, _MISSING):
                return portal.refused(client, step, status, str(reply))
            if not isinstance(reply, dict) or not {"releases", "records"} & reply.keys():
                return f"{status}: no package of releases or records"
            return None

        return step, portal.get_page(client, step, judge=judge, expected=_FOUND)

    def following(
        self,
        dataset: Dataset,
        part: Part,  # noqa: ARG002
        step: Step,
        page: bytes,
        now: datetime,
    ) -> tuple[int, Step | None]:
        """Return the request for the next page of a window, or for the next window."""
        package = portal.parsed_leniently(page)
        got = len(package.get("releases") or package.get("records") or [])
        before = step.rows_before + got
        linked = (package.get("links") or {}).get("next")
        # A last page may link to itself.
        if linked and got and linked != step.address:
            return got, step.model_copy(
                update={"address": linked, "params": {}, "rows_before": before}
            )
        is_last = step.window_end is None or step.window_end >= now.replace(microsecond=0)
        if is_last or not dataset.asking.window_hours:
            return got, None
        return got, self._window(dataset, step.window_end, now, before)


def rows(page: bytes) -> list[Row]:
    """Return the contracts and awards of the processes on one page."""
    return [row for _, row in rows_of_all([page])]


def rows_of_all(pages: Iterable[bytes]) -> Iterator[tuple[int, Row]]:
    """Yield each contract and award of all pages, processes merged, with its number.

    The number is made of the page of the newest notice of the process, and its place there.
    """
    places: dict[int, int] = {}
    for number, row in _merged(pages):
        places[number] = places.get(number, 0) + 1
        yield number * portal.ROWS_PER_PAGE + places[number], row


def _merged(pages: Iterable[bytes]) -> Iterator[tuple[int, Row]]:
    processes: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    compiled: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, page in enumerate(pages, start=1):
        package = portal.parsed_leniently(page)
        for release in package.get("releases") or []:
            processes.setdefault(str(release["ocid"]), []).append((number, release))
        for record in package.get("records") or []:
            ocid = str(record["ocid"])
            if embedded := _embedded(record):
                processes.setdefault(ocid, []).extend((number, r) for r in embedded)
            elif record.get("compiledRelease"):
                compiled[ocid] = (number, record["compiledRelease"])
    for ocid, found in processes.items():
        found.sort(key=lambda pair: str(pair[1].get("date") or ""))
        release, problems = merge([release for _, release in found])
        for row in _rows_of_process(ocid, release, problems):
            yield found[-1][0], row
    for ocid in sorted(compiled.keys() - processes.keys()):
        number, release = compiled[ocid]
        for row in _rows_of_process(ocid, release, _tell_apart(release)):
            yield number, row


def _embedded(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the releases that a record holds, and none that it only links to."""
    return [r for r in record.get("releases") or [] if "ocid" in r or "tag" in r]


def merge(releases: list[dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Return the releases of one process, oldest first, as one, and what was wrong with them.

    Awards that bear the same id in one release are told apart before: the merge would keep the
    last alone, and the money of the others would be gone.
    """
    problems: list[str] = []
    # The same notice comes again where windows overlap.
    known: list[dict[str, Any]] = []
    for release in releases:
        if release not in known:
            known.append(release)
    for release in known:
        problems += _tell_apart(release)
        if not isinstance(release.get("date"), str):
            problems.append("a notice without a date was taken in the order in which it came")
    if len(known) == 1:
        return known[0], sorted(set(problems))
    dated = [
        {**release, "date": release["date"] if isinstance(release.get("date"), str) else ""}
        for release in known
    ]
    try:
        with warnings.catch_warnings():
            # An id that still repeats is one that we do not read.
            warnings.simplefilter("ignore")
            merged = _merger().create_compiled_release(dated)
    except OCDSMergeError as error:
        problems.append(f"the notices do not merge ({error}), so the newest stands alone")
        return known[-1], sorted(set(problems))
    return merged, sorted(set(problems))


@cache
def _merger() -> ocdsmerge.Merger:
    # The default asks the standard's own host for its schema, at each run.
    return ocdsmerge.Merger(merge_rules=MERGE_RULES)


def _tell_apart(release: dict[str, Any]) -> list[str]:
    """Give awards, contracts and suppliers an id of their own each; return which repeated."""
    problems = []
    for name in ("awards", "contracts"):
        kept: dict[str, list[Any]] = {}
        for item in release.get(name) or []:
            same = kept.setdefault(str(item.get("id")), [])
            if item not in same:
                same.append(item)
        for item_id, same in kept.items():
            if len(same) > 1:
                problems.append(f"{len(same)} different {name} bear the id {item_id}")
                for number, item in enumerate(same[1:], start=2):
                    item["id"] = f"{item_id}#{number}"
        if name in release:
            release[name] = [item for same in kept.values() for item in same]
    for award in release.get("awards") or []:
        for supplier in award.get("suppliers") or []:
            # Without an id the merge would add the same supplier once for each notice.
            supplier.setdefault("id", supplier.get("name") or "")
    return problems


def _rows_of_process(ocid: str, release: dict[str, Any], problems: list[str]) -> Iterator[Row]:
    awards = {str(award.get("id")): award for award in release.get("awards") or []}
    contracts = release.get("contracts") or []
    with_contract = [str(contract.get("awardID")) for contract in contracts]
    common = _common(ocid, release, problems)
    for contract in contracts:
        award_id = str(contract.get("awardID"))
        award = awards.get(award_id, {})
        # The value of an award with several contracts is none of theirs.
        has_own = _value(contract)["amount"] is not None
        alone = with_contract.count(award_id) == 1
        yield from _per_supplier(
            {
                **common,
                "record": "contract",
                "purchase": f"{ocid}/{contract.get('id')}",
                "contract_id": str(contract.get("id")),
                "award_id": award_id,
                **_said(contract, award, release.get("tender") or {}),
                **_value(contract if has_own or not alone else award),
                "signed_date": contract.get("dateSigned") or award.get("date"),
                **_period(contract.get("period") or award.get("contractPeriod")),
            },
            award,
            release,
        )
    for award_id, award in awards.items():
        if award_id not in with_contract:
            yield from _per_supplier(
                {
                    **common,
                    "record": "award",
                    "purchase": f"{ocid}/{award_id}",
                    "award_id": award_id,
                    **_said(award, {}, release.get("tender") or {}),
                    **_value(award),
                    "signed_date": award.get("date"),
                    **_period(award.get("contractPeriod")),
                },
                award,
                release,
            )


def _common(ocid: str, release: dict[str, Any], problems: list[str]) -> Row:
    tender = release.get("tender") or {}
    buyer = release.get("buyer") or tender.get("procuringEntity") or {}
    details = (tender.get("procurementMethodDetails"), tender.get("procurementMethodRationale"))
    classification = tender.get("classification") or {}
    return {
        "ocid": ocid,
        "release_date": portal.as_text(release.get("date")),
        "buyer_id": portal.as_text(buyer.get("id")),
        "buyer": buyer.get("name") or _party(release, buyer.get("id"), "buyer"),
        "procuring_entity": (tender.get("procuringEntity") or {}).get("name"),
        "procurement_method": tender.get("procurementMethod"),
        "procurement_details": ": ".join(filter(None, details)) or None,
        "category": tender.get("mainProcurementCategory"),
        "classification_id": portal.as_text(classification.get("id")),
        "classification": classification.get("description"),
        "tenderers": portal.as_text(tender.get("numberOfTenderers")),
        "problem": "; ".join(problems) or None,
    }


def _said(item: dict[str, Any], award: dict[str, Any], tender: dict[str, Any]) -> Row:
    """Return the words for what was bought, from the nearest place that has any."""
    places = (item, award, tender)
    documents = [d for place in places for d in place.get("documents") or [] if d.get("url")]
    documents.sort(
        key=lambda d: _NOTICES.index(d["documentType"]) if d.get("documentType") in _NOTICES else 9
    )
    return {
        "title": next((p["title"] for p in places if p.get("title")), None),
        "description": next((p["description"] for p in places if p.get("description")), None),
        "status": item.get("status"),
        "record_url": documents[0]["url"] if documents else None,
    }


def _value(item: dict[str, Any]) -> Row:
    value = item.get("value") or {}
    return {"amount": portal.as_text(value.get("amount")), "currency": value.get("currency")}


def _period(period: dict[str, Any] | None) -> Row:
    given = period or {}
    return {
        "start_date": given.get("startDate"),
        "end_date": given.get("endDate"),
        "last_possible_end_date": given.get("maxExtentDate"),
    }


def _per_supplier(row: Row, award: dict[str, Any], release: dict[str, Any]) -> Iterator[Row]:
    suppliers = []
    for supplier in award.get("suppliers") or []:
        # Listed twice in one award, a supplier is still one.
        if supplier not in suppliers:
            suppliers.append(supplier)
    if not suppliers:
        # A contract can come without its award: its only supplier among the parties is meant.
        parties = [p for p in release.get("parties") or [] if "supplier" in (p.get("roles") or [])]
        suppliers = parties if len(parties) == 1 else []
    count = str(len(suppliers))
    if len(suppliers) < 2:  # noqa: PLR2004
        supplier = suppliers[0] if suppliers else {}
        yield _in_order({**row, **_supplier(supplier, release), "suppliers": count})
        return
    together = {"supplier_id": "together", "supplier": f"{count} suppliers together"}
    yield _in_order({**row, **together, "suppliers": count})
    ids = [str(supplier.get("id") or supplier.get("name")) for supplier in suppliers]
    for place, supplier in enumerate(suppliers):
        again = ids[:place].count(ids[place])
        alone = {
            "purchase": f"{row['purchase']}/{ids[place]}{f'#{again + 1}' if again else ''}",
            "amount": None,
            "shared_amount": row["amount"],
            "suppliers": count,
        }
        yield _in_order({**row, **_supplier(supplier, release), **alone})


def _supplier(supplier: dict[str, Any], release: dict[str, Any]) -> Row:
    supplier_id = portal.as_text(supplier.get("id"))
    name = supplier.get("name") or _party(release, supplier_id, "supplier")
    return {"supplier_id": supplier_id, "supplier": name}


def _party(release: dict[str, Any], party_id: Any, role: str) -> str | None:
    """Return the name of a party by its id, or of the only one in a role where there is no id."""
    parties = release.get("parties") or []
    if party_id is not None:
        return next((p.get("name") for p in parties if str(p.get("id")) == str(party_id)), None)
    in_role = [p for p in parties if role in (p.get("roles") or [])]
    return in_role[0].get("name") if len(in_role) == 1 else None


def _in_order(row: Row) -> Row:
    return {name: row.get(name) for name in COLUMNS}


def beginning(day: str) -> datetime:
    """Return the first moment of a day, in UTC."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
