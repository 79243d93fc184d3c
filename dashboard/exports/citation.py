"""What an export says of itself: what it is, how to cite it, what it must not be used for."""

from dashboard import data
from dashboard import format as fmt
from dashboard.data import Build, Selection

TITLE = "whobuys: which public agencies buy surveillance technology, from whom, and for how much"


def citation(build: Build) -> str:
    """Return a citation of the whole data, in one line."""
    about = data.about(build)
    return f"{TITLE}. As of {fmt.day(about['as_of'])}, build {about['build_id']}."


def about_lines(build: Build) -> list[tuple[str, str]]:
    """Return name and words of each line that says what the data are."""
    about = data.about(build)
    sums = [
        f"{total.purchases:,} {fmt.KIND_WORDS[total.measure.record_kind]} purchases, "
        f"{fmt.exact_money(total.amount)} "
        f"{fmt.units(total.measure.currency)} {total.measure.basis}"
        for total in data.totals(build, Selection())
    ]
    return [
        ("What this is", TITLE),
        ("Counted", "; ".join(sums) or "nothing"),
        ("As of", fmt.day(about["as_of"])),
        ("Build", str(about["build_id"])),
        ("Version", str(about["version"])),
        ("Cite as", citation(build)),
        *[(fmt.capital(basis), gloss) for basis, gloss in fmt.BASIS_GLOSS.items()],
        ("Never add", "amounts of different basis or kind of record"),
        ("Missing", "empty, never zero"),
        ("Counted rows", "where is_counted is true; the others are doubtful, rejected or beside"),
        ("Apostrophes", "text that a spreadsheet would take for a formula begins with one"),
        ("Licence", "Apache-2.0 for what we add; records keep the terms of their publishers"),
    ]


def citation_file(build: Build) -> str:
    """Return CITATION.cff."""
    about = data.about(build)
    return (
        "cff-version: 1.2.0\n"
        "message: Cite the data with their day and build, and the record's own page beside them.\n"
        f'title: "{TITLE}"\n'
        "type: dataset\n"
        "authors:\n  - name: whobuys\n"
        f'version: "{about["build_id"]}"\n'
        f"date-released: {about['as_of']}\n"
        "license: Apache-2.0\n"
    )


def readme(build: Build, left_out: list[str]) -> str:
    """Return the README of an export; `left_out` are tables too long for the workbook."""
    about = "\n".join(f"- {name}: {words}" for name, words in about_lines(build))
    terms = "\n".join(
        f"- {source['title']} ({source['publisher'] or 'publisher not named'}): "
        f"{source['licence'] or 'terms not stated'}"
        for source in sorted(data.sources(build), key=lambda row: str(row["source_id"]))
    )
    too_long = (
        f"\nToo long for a sheet, so not in the workbook: {', '.join(left_out)}.\n"
        if left_out
        else ""
    )
    return f"""# whobuys, exported

{about}

## Files

- `csv/`, `parquet/`: every published table; `dictionary.csv` says what each column means
- `datapackage.json`: the CSV as a Frictionless data package; `datapackage.zip`: both in one file
- `build.json`: which build this is
- `whobuys.xlsx`: the tables that people read
- `followthemoney.jsonl`: counted purchases as FollowTheMoney entities
- `ocds-releases.json`: counted purchases as Open Contracting releases; the prefix of their ids is
  not registered
- `whobuys.duckdb`: the same tables as a database, for DuckDB 1.5 and newer
- `SHA256SUMS`: checksums of all files but the database, which differs in some bytes when it is
  copied again; that of this copy is in `whobuys.duckdb.sha256`
{too_long}
## Terms of the sources

{terms}
"""
