"""The Frictionless data package: which files there are, what each column means, whose they are."""

from typing import Any

from dashboard import data
from dashboard.data import Build
from dashboard.exports.dictionary import dictionary

_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "DOUBLE": "number",
    "FLOAT": "number",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "UBIGINT": "integer",
    "HUGEINT": "integer",
}
_PURCHASE = "mart.purchase"
LICENCE = {
    "name": "Apache-2.0",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
    "title": "Apache License 2.0, for what we add; the records keep their publishers' terms",
}


def file_name(table: str) -> str:
    """Return the name of a table's files, without an ending: `purchase`, `meta_build`."""
    schema, _, name = table.partition(".")
    return name if schema == "mart" else f"{schema}_{name}"


def columns(build: Build, table: str) -> list[dict[str, str]]:
    """Return a table's columns as the dictionary explains them."""
    described = dictionary().get(table)
    return [
        {
            "name": name,
            "type": kind,
            "meaning": described.columns.get(name, "") if described else "",
        }
        for name, kind in data.table_columns(build, table)
    ]


def descriptor(build: Build, tables: list[str]) -> dict[str, Any]:
    """Return `datapackage.json` for the CSV of these tables, each at `csv/NAME.csv`."""
    about = data.about(build)
    return {
        "name": "whobuys",
        "title": "Which public agencies buy surveillance technology, from whom, for how much",
        "description": (
            f"Build {about['build_id']}, as of {about['as_of']}. Amounts of different basis or "
            f"record kind are never added. An empty cell is missing, never zero. Text that a "
            f"spreadsheet would take for a formula begins with an apostrophe; lists are divided "
            f"by semicolons."
        ),
        "version": str(about["as_of"]),
        "licenses": [LICENCE],
        "sources": [
            {"title": str(source["title"]), **({"path": source["url"]} if source["url"] else {})}
            for source in sorted(data.sources(build), key=lambda row: str(row["source_id"]))
        ],
        "resources": [_resource(build, table, tables) for table in tables],
    }


def _resource(build: Build, table: str, tables: list[str]) -> dict[str, Any]:
    described = dictionary().get(table)
    fields = columns(build, table)
    schema: dict[str, Any] = {
        "fields": [
            {
                "name": each["name"],
                "type": _type(each["type"]),
                **({"description": each["meaning"]} if each["meaning"] else {}),
            }
            for each in fields
        ]
    }
    names = {each["name"] for each in fields}
    if described and described.key and set(described.key) <= names:
        schema["primaryKey"] = list(described.key)
    if table in ("mart.transaction", "mart.evidence") and _PURCHASE in tables:
        schema["foreignKeys"] = [
            {
                "fields": ["purchase_id"],
                "reference": {"resource": "purchase", "fields": ["purchase_id"]},
            }
        ]
    return {
        "name": file_name(table),
        "type": "table",
        "path": f"csv/{file_name(table)}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **({"description": described.words} if described else {}),
        "schema": schema,
    }


def _type(kind: str) -> str:
    """Return the Frictionless type; lists and texts are strings."""
    if kind.startswith("DECIMAL"):
        return "number"
    return _TYPES.get(kind, "string")
