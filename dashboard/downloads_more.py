"""The rows of an Explore address as Parquet and as JSON, each saying what it is."""

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboard import data
from dashboard.data import Build, Selection
from dashboard.downloads import asked, columns, file_name, head, what_it_is


def _page(request: Request, ending: str) -> str:
    return str(request.url).replace(f"/export/purchases.{ending}", "/explore")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(1 << 16):
            yield piece


def write_parquet(
    file: BinaryIO, build: Build, selection: Selection, order: str, address: str
) -> None:
    """Write the selected purchases with their types; the metadata say what they are."""
    about = dict(what_it_is(build, selection, address))
    with data.purchase_batches(build, selection, order) as batches:
        schema = batches.schema.with_metadata({"whobuys": json.dumps(about)})
        if not selection.years:
            schema = schema.remove(schema.get_field_index("shown_usd"))
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in batches:
                table = pa.Table.from_batches([batch]).select(schema.names)
                writer.write_table(table.replace_schema_metadata(schema.metadata))


def purchases_parquet(request: Request) -> Response:
    """Answer with Parquet: types kept, money as decimals."""
    try:
        build, selection, order = asked(request)
    except (data.NoDatabase, data.OtherShape) as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer has been sent
    write_parquet(file, build, selection, order, _page(request, "parquet"))
    return StreamingResponse(
        _pieces(file),
        media_type="application/vnd.apache.parquet",
        headers=file_name(build, "parquet"),
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; money as text, which no reader rounds."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def json_pieces(build: Build, selection: Selection, order: str, address: str) -> Iterator[str]:
    """Yield `{"about": ..., "purchases": [...]}`, one purchase a line."""
    about = json.dumps(dict(what_it_is(build, selection, address)), ensure_ascii=False)
    yield f'{{"about": {about},\n"purchases": ['
    joint = "\n"
    names: list[str] = []
    for row in data.every_purchase(build, selection, order):
        names = names or columns(row, selection)
        said = {head(name, selection): _plain(row[name]) for name in names}
        yield joint + json.dumps(said, ensure_ascii=False)
        joint = ",\n"
    yield "\n]}\n"


def purchases_json(request: Request) -> Response:
    """Answer with JSON: what it is, then one purchase a line."""
    try:
        build, selection, order = asked(request)
    except (data.NoDatabase, data.OtherShape) as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    pieces = json_pieces(build, selection, order, _page(request, "json"))
    return StreamingResponse(
        (piece.encode("utf-8") for piece in pieces),
        media_type="application/json",
        headers=file_name(build, "json"),
    )


_ANSWERS: dict[str, Callable[[Request], Response]] = {
    "parquet": purchases_parquet,
    "json": purchases_json,
}
DOWNLOADS_MORE: list[BaseRoute] = [
    Route(f"/export/purchases.{ending}", answer) for ending, answer in _ANSWERS.items()
]
