"""The API in OpenAPI 3.1: addresses, parameters, and every column with its meaning."""

from typing import Any

from dashboard import data, filters
from dashboard.api.asking import MOST, SIZE
from dashboard.data import Build
from dashboard.exports import package
from dashboard.exports.dictionary import dictionary
from dashboard.serving import PER_MINUTE

_WORDS = {
    "q": "Words that must all be in the record, in any order",
    "scope": "`strict` (the default), `related`: with neighbouring goods, or `doubtful`: with "
    "purchases that wait for a person",
    "leave_out": "A technology to leave out",
    "staffing": "`true`: without people hired by the hour",
    "size": f"Rows in an answer, 1 to {MOST}; {SIZE} if not given",
    "cursor": "From `next` of the answer before; never made by hand",
    "build": "The build to read, while it is kept; the newest if not given",
    "sort": "Order of the rows",
    "by": "Also sum by this",
}
_NUMBERS = ("INT", "DOUBLE", "FLOAT")


def described(build: Build, server: str) -> dict[str, Any]:
    """Return the description of the API at `server`, with the columns of this build."""
    from dashboard.api.questions import GROUPS  # noqa: PLC0415 - questions need no description

    paging = [_parameter("size"), _parameter("cursor"), _parameter("build")]
    selecting = [
        *(_parameter(each.name, f"{each.label}: words of the screen, or an id; may be repeated")
          for each in filters.FILTERS),
        *(_parameter(name) for name in ("q", "scope", "leave_out", "staffing")),
    ]  # fmt: skip
    sort = {**_parameter("sort"), "schema": {"type": "string", "enum": list(data.SORTS)}}
    by = {**_parameter("by"), "schema": {"type": "string", "enum": list(GROUPS)}}
    tables = {"purchases": "mart.purchase"}
    paths = {
        "/": _get("What there is", [], {"type": "object"}),
        "/purchases": _get("Purchases that the address selects", [*selecting, sort, *paging],
                           _page("purchases")),
        "/purchases/{id}": _get("One purchase: record, transactions, evidence, flags, changes, "
                                "laws", [_ID], {"type": "object"}),
        "/totals": _get("A sum for each kind of record and basis; they are never added",
                        [*selecting, by, _parameter("build")], {"type": "object"}),
    }  # fmt: skip
    for name, this in data.LISTS.items():
        if not data.has_list(build, name):
            continue
        tables[name] = this.table
        own = [_parameter(column) for column in this.filters]
        words = [_parameter("q")] if this.words else []
        about = dictionary()[this.table].words if this.table in dictionary() else name
        paths[f"/{name}"] = _get(about, [*words, *own, *paging], _page(name))
        if name != "flags":
            paths[f"/{name}/{{id}}"] = _get(f"One of {name}", [_ID], {"type": "object"})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "whobuys",
            "version": "1",
            "description": (
                "Which public agencies buy surveillance technology, from whom, for how much. "
                "Read only. Money is text, so that no program rounds it. Amounts of different "
                f"basis or record kind are never to be added. {PER_MINUTE} requests a minute from "
                "one address; more are answered with 429 and Retry-After."
            ),
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {
                **{name: _row(build, table) for name, table in tables.items()},
                "error": _ERROR,
            }
        },
    }


_ID = {"name": "id", "in": "path", "required": True, "description": "Its id",
       "schema": {"type": "string"}}  # fmt: skip
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["status", "name", "message"],
            "properties": {
                "status": {"type": "integer"},
                "name": {"type": "string"},
                "message": {"type": "string"},
            },
        }
    },
}


def _parameter(name: str, words: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": words or _WORDS.get(name, f"Only rows whose `{name}` is this"),
        "schema": {"type": "string"},
    }


def _get(words: str, parameters: list[dict[str, Any]], schema: dict[str, Any]) -> dict[str, Any]:
    refused = {
        "description": "What was wrong, in a sentence",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}},
    }
    return {
        "get": {
            "summary": words.partition(". ")[0],
            "description": words,
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": "Found",
                    "content": {"application/json": {"schema": schema}},
                },
                "400": refused,
                "404": refused,
                "429": refused,
            },
        }
    }


def _page(name: str) -> dict[str, Any]:
    rows = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return {
        "type": "object",
        "required": ["build", "as_of", "count", "next", "rows"],
        "properties": {
            "build": {"type": "string"},
            "as_of": {"type": "string", "format": "date"},
            "count": {"type": "integer", "description": "Rows in all"},
            "next": {"type": ["string", "null"], "description": "Address of the rows that follow"},
            "rows": rows,
        },
    }


def _row(build: Build, table: str) -> dict[str, Any]:
    properties = {}
    for each in package.columns(build, table):
        properties[each["name"]] = {
            "type": [_type(each["type"]), "null"],
            **({"format": "date"} if each["type"] == "DATE" else {}),
            "description": each["meaning"],
        }
    return {"type": "object", "properties": properties}


def _type(kind: str) -> str:
    if kind.endswith("[]"):
        return "array"
    if kind == "BOOLEAN":
        return "boolean"
    return "number" if any(each in kind for each in _NUMBERS) else "string"
