"""Downloads of exactly what an address selects: CSV and XLSX, every column, source columns too.

An address may name a build, so that a download is of the build that was seen on screen.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboard import data, filters
from dashboard import format as fmt
from dashboard.data import Build, Row, Selection
from dashboard.exports import cells
from dashboard.exports.citation import citation
from dashboard.exports.dictionary import dictionary
from dashboard.exports.workbook import Workbook

# A sheet holds 1,048,576 rows; above this many a CSV serves better in every program.
_XLSX_AT_MOST = 200_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked(request: Request) -> tuple[Build, Selection, str]:
    """Return the build, the selection and the order that an address names."""
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    named = request.query_params.get("build")
    build = data.named(named) if named else data.current()
    order = request.query_params.get("sort", "")
    return build, filters.selection(build, query), order if order in data.SORTS else "Newest first"


def columns(row: Row, selection: Selection) -> list[str]:
    """Return the published columns; what moved in the chosen years stands last."""
    names = [name for name in row if name != "shown_usd"]
    return [*names, "shown_usd"] if selection.years else names


def head(name: str, selection: Selection) -> str:
    """Return the head of a column, with the chosen years where its figures are of those."""
    if name == "shown_usd":
        return "amount_usd_in_" + "_".join(f"FY{year}" for year in selection.years)
    return name


def csv_lines(build: Build, selection: Selection, order: str) -> Iterator[str]:
    """Yield the selected purchases as CSV, head first; nothing at all selected gives the head."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    cite_as = citation(build)
    names: list[str] = []
    for row in data.every_purchase(build, selection, order):
        if not names:
            names = columns(row, selection)
            writer.writerow([*(head(name, selection) for name in names), "cite_as"])
        writer.writerow([*(cells.text(row[n]) for n in names), cite_as])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if not names:
        writer.writerow([*data.purchase_columns(build), "cite_as"])
    yield buffer.getvalue()


def write_xlsx(
    file: BinaryIO, build: Build, selection: Selection, order: str, address: str
) -> None:
    """Write the selected purchases as a workbook: rows on one sheet, what they are on another."""

    def rows() -> Iterator[list[Any]]:
        names: list[str] = []
        for row in data.every_purchase(build, selection, order):
            if not names:
                names = columns(row, selection)
                yield [head(name, selection) for name in names]
            yield [row[name] for name in names]

    book = Workbook(file, data.about(build)["as_of"])
    book.sheet("purchases", rows())
    book.sheet("columns", _dictionary())
    book.about(what_it_is(build, selection, address))


def _dictionary() -> Iterator[list[str]]:
    """Yield what each column means."""
    yield ["column", "meaning"]
    for name, meaning in dictionary()["mart.purchase"].columns.items():
        yield [name, meaning]


def what_it_is(build: Build, selection: Selection, address: str) -> list[tuple[str, str]]:
    """Return what a download says of itself: what is in it, how it is cited, what not to do."""
    about = data.about(build)
    sums = [
        f"{total.purchases:,} {fmt.KIND_WORDS[total.measure.record_kind]} purchases, "
        f"{fmt.exact_money(total.amount)} "
        f"{fmt.units(total.measure.currency)} {total.measure.basis}"
        for total in data.totals(build, selection)
    ]
    return [
        ("What this is", "Purchases of surveillance technology found in public records, whobuys"),
        ("Selected", filters.described(selection, build)),
        ("Sums", "; ".join(sums) or "nothing selected"),
        ("As of", fmt.day(about["as_of"])),
        ("Build", str(about["build_id"])),
        ("Address", address),
        ("Cite as", f"{citation(build)} {address}"),
        *[(fmt.capital(basis), gloss) for basis, gloss in fmt.BASIS_GLOSS.items()],
        ("Never add", "amounts of different basis or kind of record"),
        ("Apostrophes", "text that a spreadsheet would take for a formula begins with one"),
    ]


def file_name(build: Build, ending: str) -> dict[str, str]:
    """Return the header that names the file."""
    name = f"whobuys-purchases-{data.about(build)['as_of']}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def purchases_csv(request: Request) -> Response:
    """Answer with CSV in UTF-8; the mark at its start tells Excel so."""
    try:
        build, selection, order = asked(request)
    except (data.NoDatabase, data.OtherShape) as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    lines = (line.encode("utf-8") for line in csv_lines(build, selection, order))

    def marked() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        yield from lines

    return StreamingResponse(
        marked(), media_type="text/csv; charset=utf-8", headers=file_name(build, "csv")
    )


def purchases_xlsx(request: Request) -> Response:
    """Answer with a workbook, or say that it would be too large."""
    try:
        build, selection, order = asked(request)
    except (data.NoDatabase, data.OtherShape) as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    if data.how_many(build, selection) > _XLSX_AT_MOST:
        return PlainTextResponse(
            f"More than {_XLSX_AT_MOST:,} purchases are selected; take the CSV.\n", status_code=413
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer has been sent
    address = str(request.url).replace("/export/purchases.xlsx", "/explore")
    write_xlsx(file, build, selection, order, address)
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(1 << 16):
                yield piece

    return StreamingResponse(pieces(), media_type=_XLSX, headers=file_name(build, "xlsx"))


DOWNLOADS: list[BaseRoute] = [
    Route("/export/purchases.csv", purchases_csv),
    Route("/export/purchases.xlsx", purchases_xlsx),
]
