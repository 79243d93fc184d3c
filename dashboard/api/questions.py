"""The questions of the API, each asked of the same data layer as the pages."""

from collections.abc import Callable
from dataclasses import asdict, replace

from starlette.requests import Request

from dashboard import data
from dashboard.api.asking import PAGING, SELECTING, Page, answer, asked, selection
from dashboard.data import Build, Listed, Row, Selection
from dashboard.serving import Made, Refused

GROUPS = ("technology", "agency", "vendor", "maker", "office", "year")
# Answers about one thing, and the part of a selection that means it.
_SELECTED_BY = {"agencies": "agencies", "vendors": "vendors", "technologies": "technologies"}


def purchases(build: Build, request: Request) -> Made:
    """Answer with the purchases that the address selects, in the order it names."""
    query = asked(request, *SELECTING, "sort", *PAGING)
    order = query.get("sort", ["Newest first"])[0] or "Newest first"
    if order not in data.SORTS:
        raise Refused(400, "unknown_value", f"`sort` is one of: {', '.join(data.SORTS)}.")
    page = Page(build, query)
    chosen = selection(page.build, query)
    rows = data.purchases_from(page.build, chosen, order, page.start, page.size)
    return page.envelope(request, data.how_many(page.build, chosen), rows)


def purchase(build: Build, request: Request) -> Made:
    """Answer with one purchase: its record, transactions, evidence, flags, changes and laws."""
    asked(request, "build")
    purchase_id = request.path_params["id"]
    row = data.purchase(build, purchase_id)
    if row is None:
        raise _not_found("purchase", purchase_id)
    beside = {
        name: data.list_page(build, Listed(name, values=(("purchase_id", purchase_id),)), 0, 1000)
        for name in ("flags", "changes")
        if data.has_list(build, name)
    }
    return answer(
        build,
        {
            "purchase": row,
            "transactions": data.transactions_of(build, purchase_id),
            "evidence": data.evidence_of(build, purchase_id),
            "laws": data.laws_of_purchase(build, purchase_id),
            **beside,
        },
    )


def totals(build: Build, request: Request) -> Made:
    """Answer with a sum for each kind of record and basis; they are never added."""
    query = asked(request, *SELECTING, "by", "build")
    group = query.get("by", [""])[0]
    if group and group not in GROUPS:
        raise Refused(400, "unknown_value", f"`by` is one of: {', '.join(GROUPS)}.")
    return answer(build, {"totals": sums(build, selection(build, query), group)})


def sums(build: Build, chosen: Selection, group: str = "") -> list[Row]:
    """Return the totals of a selection, each with its groups where they are asked for."""
    found = []
    for total in data.totals(build, chosen):
        row = asdict(total)
        row = {**row.pop("measure"), **row}
        if group == "year":
            row["by"] = [asdict(year) for year in data.by_year(build, chosen, total.measure)]
        elif group:
            row["by"] = [asdict(bar) for bar in data.by(build, chosen, total.measure, group)]
        found.append(row)
    return found


def rows_of(name: str) -> Callable[[Build, Request], Made]:
    """Return the question for one of the lists."""
    this = data.LISTS[name]

    def question(build: Build, request: Request) -> Made:
        query = asked(request, *(["q"] if this.words else []), *this.filters, *PAGING)
        page = Page(build, query)
        if not data.has_list(page.build, name):
            raise Refused(404, "not_in_this_build", f"This build has no {name}.")
        listed = Listed(
            name,
            " ".join(query.get("q", [])),
            tuple((c, v) for c in this.filters for v in query.get(c, []) if v),
        )
        rows = data.list_page(page.build, listed, page.start, page.size)
        return page.envelope(request, data.list_length(page.build, listed), rows)

    return question


def one_of(name: str) -> Callable[[Build, Request], Made]:
    """Return the question for one row of a list, with its sums where it has any."""

    def question(build: Build, request: Request) -> Made:
        asked(request, "build")
        key = request.path_params["id"]
        row = data.list_row(build, name, key) if data.has_list(build, name) else None
        if row is None:
            raise _not_found(name, key)
        parts: dict[str, object] = {"row": row}
        if name in _SELECTED_BY:
            chosen = replace(Selection(), **{_SELECTED_BY[name]: (key,)})
            parts["totals"] = sums(build, chosen)
        return answer(build, parts)

    return question


def _not_found(what: str, key: str) -> Refused:
    return Refused(
        404,
        "not_found",
        f"There is no {what} {key!r} in this build. That means only that these records have none.",
    )
