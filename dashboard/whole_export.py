"""The last whole export on the page Data: its files, how large, with their checksums."""

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.exports import site, write
from dashboard.exports.citation import citation
from dashboard.exports.site import Offered, OfferedFile
from dashboard.parts import Code, Link, Part, Parts, address
from dashboard.widgets import Head

_FORMS = (
    (write.PACKAGE, "CSV of every table with its dictionary, as a Frictionless data package"),
    ("whobuys.xlsx", "XLSX: the tables that people read, a sheet each"),
    ("followthemoney.jsonl", "FollowTheMoney entities, as Aleph loads them"),
    ("ocds-releases.json", "Open Contracting releases"),
    (write.DATABASE, "The same tables as a database, for DuckDB 1.5 and newer"),
)
_HEADS = [
    Head("What", role="what"),
    Head("File"),
    Head("Size", is_number=True, role="amount"),
    Head("Checksum (SHA-256)"),
]


def show(build: Build) -> None:
    """Show the export that is there, or how one is written."""
    widgets.heading(
        "Everything at once",
        "Every published table in one export, the same bytes for the same build.",
        "whole",
    )
    here = site.offered()
    if here is None:
        widgets.text(
            ["No whole export stands here yet. Whoever runs this site writes it with ",
             Code("whobuys export"), ", and ", Code("whobuys refresh"),
             " writes it after each new publication."],
        )  # fmt: skip
        return
    widgets.facts(
        [
            ("Build", _which(here, build)),
            ("Licence", [
                "What we add: Apache-2.0. Records keep the terms of their publishers, which the ",
                Link("Sources page", "sources"), " and the export's README name.",
            ]),
            ("Cite as", citation(build) if here.build_id == build.build_id else Link(
                "CITATION.cff", _address("CITATION.cff"), is_download=True)),
            ("Checksums of all", Link(write.SUMS, _address(write.SUMS), is_download=True)),
        ]
    )  # fmt: skip
    known = [(here.file(name), words) for name, words in _FORMS]
    widgets.table(
        "The export, by form", _HEADS, [_row(file, words) for file, words in known if file]
    )
    for folder, words in (("parquet", "Parquet"), ("csv", "CSV")):
        files = [each for each in here.files if each.name.startswith(f"{folder}/")]
        widgets.folded(
            f"{words}, table by table: {fmt.count(len(files), 'file')}",
            f"{words}, a file for each table",
            _HEADS,
            [_row(each, each.name.split("/")[1].rsplit(".", 1)[0]) for each in files],
        )


def _which(here: Offered, build: Build) -> Parts:
    said: list[Part] = [Code(here.build_id), f", as of {fmt.day(here.as_of)}"]
    if here.build_id != build.build_id:
        said.append(
            f". These pages are of a newer build, as of {fmt.day(data.about(build)['as_of'])}; "
            "its export is not written yet"
        )
    return said


def _row(file: OfferedFile, words: str) -> list[Parts]:
    name = file.name.rsplit("/", 1)[-1]
    return [
        words,
        Link(name, _address(file.name), is_download=True),
        fmt.size(file.bytes),
        Code(file.sha256),
    ]


def _address(name: str) -> str:
    return address(f"export/whole/{name}")
