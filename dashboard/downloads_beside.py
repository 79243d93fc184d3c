"""Downloads of grants, sub-awards and reports of use as CSV: every column, in files apart."""

import csv
import io
from collections.abc import Iterable, Iterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboard import data
from dashboard.data import Build, GrantSelection, Reported, Row
from dashboard.exports import cells

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
]
