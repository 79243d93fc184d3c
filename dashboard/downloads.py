"""Downloads of exactly what an address selects: CSV and XLSX, every column, source columns too.

An address may name a build, so that a download is of the build that was seen on screen.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from dashboard import data, filters
from dashboard import format as fmt
from dashboard.data import Build, Row, Selection

# A sheet holds 1,048,576 rows; above this many a CSV serves better in every program.
_XLSX_AT_MOST = 200_000
# What a cell of a workbook holds.
_XLSX_CELL = 32_767
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _asked(request: Request) -> tuple[Build, Selection, str]:
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    named = request.query_params.get("build")
    build = data.named(named) if named else data.current()
    order = request.query_params.get("sort", "")
    return build, filters.selection(build, query), order if order in data.SORTS else "Newest first"


def _columns(row: Row, selection: Selection) -> list[str]:
    """Return the published columns; what moved in the chosen years stands last."""
    names = [name for name in row if name != "shown_usd"]
    return [*names, "shown_usd"] if selection.years else names


def _head(name: str, selection: Selection) -> str:
    if name == "shown_usd":
        return "amount_usd_in_" + "_".join(f"FY{year}" for year in selection.years)
    return name


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)
    return fmt.harmless(value)


def csv_lines(build: Build, selection: Selection, order: str) -> Iterator[str]:
    """Yield the selected purchases as CSV, head first; nothing at all selected gives the head."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    names: list[str] = []
    for row in data.every_purchase(build, selection, order):
        if not names:
            names = _columns(row, selection)
            writer.writerow([_head(name, selection) for name in names])
        writer.writerow(["" if row[n] is None else _cell(row[n]) for n in names])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if not names:
        writer.writerow(data.purchase_columns(build))
    yield buffer.getvalue()


def write_xlsx(
    file: BinaryIO, build: Build, selection: Selection, order: str, address: str
) -> None:
    """Write the selected purchases as a workbook: rows on one sheet, what they are on another."""
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True})
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    cents = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet("purchases")
    names: list[str] = []
    for number, row in enumerate(data.every_purchase(build, selection, order), 1):
        if not names:
            names = _columns(row, selection)
            for column, name in enumerate(names):
                sheet.write_string(0, column, _head(name, selection), bold)
            sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            _write_cell(sheet, number, column, _cell(row[name]), dates, cents)
    notes = book.add_worksheet("about")
    notes.set_column(0, 0, 18)
    notes.set_column(1, 1, 100)
    for number, (name, words) in enumerate(_about(build, selection, address)):
        notes.write_string(number, 0, name, bold)
        notes.write_string(number, 1, words)
    book.close()


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: object, dates: Format, cents: Format
) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, value)
        case Decimal():
            sheet.write_number(row, column, float(value), cents)
        case int():
            sheet.write_number(row, column, value)
        case date():
            sheet.write_datetime(row, column, value, dates)
        case _:
            sheet.write_string(row, column, str(value)[:_XLSX_CELL])


def _about(build: Build, selection: Selection, address: str) -> list[tuple[str, str]]:
    about = data.about(build)
    sums = [
        f"{total.purchases:,} {fmt.KIND_WORDS[total.measure.record_kind]} purchases, "
        f"{fmt.exact_money(total.amount_usd)} US dollars {total.measure.basis}"
        for total in data.totals(build, selection)
    ]
    return [
        ("What this is", "Purchases of surveillance technology found in public records, whobuys"),
        ("Selected", filters.described(selection, build)),
        ("Sums", "; ".join(sums) or "nothing selected"),
        ("As of", fmt.day(about["as_of"])),
        ("Build", str(about["build_id"])),
        ("Address", address),
        *[(fmt.capital(basis), gloss) for basis, gloss in fmt.BASIS_GLOSS.items()],
        ("Never add", "amounts of different basis or kind of record"),
        ("Apostrophes", "text that a spreadsheet would take for a formula begins with one"),
    ]


def _file_name(build: Build, ending: str) -> dict[str, str]:
    name = f"whobuys-purchases-{data.about(build)['as_of']}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def purchases_csv(request: Request) -> Response:
    """Answer with CSV in UTF-8; the mark at its start tells Excel so."""
    try:
        build, selection, order = _asked(request)
    except (data.NoDatabase, data.OtherShape) as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    lines = (line.encode("utf-8") for line in csv_lines(build, selection, order))

    def marked() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        yield from lines

    return StreamingResponse(
        marked(), media_type="text/csv; charset=utf-8", headers=_file_name(build, "csv")
    )


def purchases_xlsx(request: Request) -> Response:
    """Answer with a workbook, or say that it would be too large."""
    try:
        build, selection, order = _asked(request)
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

    return StreamingResponse(pieces(), media_type=_XLSX, headers=_file_name(build, "xlsx"))


DOWNLOADS: list[BaseRoute] = [
    Route("/export/purchases.csv", purchases_csv),
    Route("/export/purchases.xlsx", purchases_xlsx),
]
