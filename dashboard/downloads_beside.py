"""Downloads of grants, sub-awards and reports of use as CSV: every column, in files apart."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboard import data, filters, law_list
from dashboard.data import Build, GrantSelection, Measure, Reported, Row
from dashboard.exports import cells
from dashboard.foot import MEASURE

_MOST = 1_000_000


def csv_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield rows as CSV in UTF-8, head first; the mark at its start tells Excel so."""
    yield b"\xef\xbb\xbf"
    has_head = False
    for row in rows:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        if not has_head:
            writer.writerow(row)
            has_head = True
        writer.writerow([cells.text(value) for value in row.values()])
        yield buffer.getvalue().encode()


def _build(request: Request) -> Build:
    named = request.query_params.get("build")
    return data.named(named) if named else data.current()


def _answer(request: Request, what: str) -> Response:
    try:
        build = _build(request)
    except (data.NoDatabase, data.OtherShape) as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    query = request.query_params
    if what == "subawards":
        rows = data.every_subaward(build, query.get("id", ""))
    elif what in _OF_PURCHASES:
        rows = _of_purchases(build, request, what)
    elif what == "laws":
        laws = data.laws(build, _day(build, query.get("day", "")), query.get("technology"))
        rows = iter(law_list.having(laws, query.get("q", "")))
    elif what == "changes":
        kinds, to = tuple(query.getlist("kind")), _day(build, query.get("to", ""))
        rows = iter(data.changes(build, data.Watched(), kinds, to, _MOST))
    elif what == "questions":
        rows = iter(data.standing_list(build, query.get("list", ""), most=_MOST))
    elif what == "uses":
        rows = data.every_use(
            build,
            Reported(
                words=query.get("q", ""),
                vendor_id=query.get("vendor") or None,
                technology=query.get("technology") or None,
                answer=query.get("answer") or None,
                place_id=query.get("place") or None,
            ),
        )
    else:
        rows = data.every_grant(
            build,
            GrantSelection(
                listings=tuple(query.getlist("listing")),
                technologies=tuple(query.getlist("technology")),
                years=tuple(int(year) for year in query.getlist("year") if year.isdigit()),
                text=query.get("q", ""),
                agency=query.get("agency", ""),
            ),
        )
    name = f"whobuys-{what}-{data.about(build)['as_of']}.csv"
    return StreamingResponse(
        csv_lines(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_OF_PURCHASES = ("renewals", "resellers", "places")


def _of_purchases(build: Build, request: Request, what: str) -> Iterator[Row]:
    """Return the rows that a page makes of the purchases which the address selects."""
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    chosen = filters.selection(build, query)
    if what == "renewals":
        until = _day(build, request.query_params.get("until", ""))
        first = data.about(build)["as_of"]
        return iter(data.ending(build, chosen, first, until, _MOST))
    measure = Measure(*(request.query_params.get(name, "") for name in MEASURE))
    made = data.resold if what == "resellers" else data.spending_by_place
    return iter(made(build, chosen, measure))


def _day(build: Build, said: str) -> date:
    """Return the day that an address names, that of the build where it names none."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        day: date = data.about(build)["as_of"]
        return day


def renewals_csv(request: Request) -> Response:
    """Answer with the purchases that end until the day which the address names."""
    return _answer(request, "renewals")


def resellers_csv(request: Request) -> Response:
    """Answer with who sold whose products, of one kind of money."""
    return _answer(request, "resellers")


def places_csv(request: Request) -> Response:
    """Answer with what a map draws: places with their sums, of one kind of money."""
    return _answer(request, "places")


def laws_csv(request: Request) -> Response:
    """Answer with the laws as they stand on the day that the address names."""
    return _answer(request, "laws")


def changes_csv(request: Request) -> Response:
    """Answer with the changes of one publication, of the kinds that the address names."""
    return _answer(request, "changes")


def grants_csv(request: Request) -> Response:
    """Answer with the grants that the address selects."""
    return _answer(request, "grants")


def subawards_csv(request: Request) -> Response:
    """Answer with the sub-awards of one purchase, or of all."""
    return _answer(request, "subawards")


def uses_csv(request: Request) -> Response:
    """Answer with the reports of use that the address selects."""
    return _answer(request, "uses")


def questions_csv(request: Request) -> Response:
    """Answer with the standing list that the address names."""
    return _answer(request, "questions")


DOWNLOADS_BESIDE: list[BaseRoute] = [
    Route("/export/grants.csv", grants_csv),
    Route("/export/subawards.csv", subawards_csv),
    Route("/export/uses.csv", uses_csv),
    Route("/export/questions.csv", questions_csv),
    Route("/export/renewals.csv", renewals_csv),
    Route("/export/resellers.csv", resellers_csv),
    Route("/export/places.csv", places_csv),
    Route("/export/laws.csv", laws_csv),
    Route("/export/changes.csv", changes_csv),
]
