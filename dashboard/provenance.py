"""The parts of the Sources page."""

from dashboard import format as fmt
from dashboard import widgets
from dashboard.data import Row, Rows
from dashboard.parts import Code, Link, Muted, Part, Parts, Strong, address
from dashboard.widgets import Head


def freshness(sources: Rows, as_of: str) -> list[Part]:
    """Return how many sources there are and how fresh they are."""
    stale = sum(1 for row in sources if row["stale_because"])
    parts: list[Part] = [
        "Every figure here comes from ",
        Strong(fmt.count(len(sources), "source")),
        f" of public records, as of {as_of}. ",
    ]
    if not sources:
        return parts
    if stale:
        said = fmt.capital(fmt.count(stale, "source"))
        return [*parts, Strong(f"{said} {'is' if stale == 1 else 'are'} stale"),
                ": the last good data are kept and shown, with the reason."]  # fmt: skip
    return [*parts, "None is stale."]


def stale(source: Row) -> list[Part]:
    """Return since when and why a source is stale."""
    return [
        Strong("Stale"),
        f", last good {fmt.day(source['last_good'])}: {source['stale_because']}",
    ]


def let_pass(source: Row, passed: Rows) -> list[tuple[str, Parts]]:
    """Return what looked wrong with the files of a source, and why a person let them pass."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in passed:
        if row["source_id"] == source["source_id"]:
            key = fmt.day(row["accepted_date"]), str(row["accepted_because"])
            found.setdefault(key, []).append(str(row["message"]))
    return [
        (
            "Looked wrong, and is right",
            f"{fmt.capital('; '.join(messages))}. Let pass on {day}: “{reason}”",
        )
        for (day, reason), messages in found.items()
    ]


def facts(source: Row) -> list[tuple[str, Parts]]:
    """Return what is known about a source."""
    rejected = source["rejected"] or 0
    rows = f"{source['rows']:,}" if source["rows"] is not None else fmt.MISSING
    kind = fmt.capital(fmt.KIND_WORDS[str(source["record_kind"])])
    basis = source["basis"]
    amounts = f"amounts {basis} ({fmt.BASIS_GLOSS.get(basis, basis)})" if basis else "no amounts"
    return [
        ("Covers", str(source["covers"] or fmt.MISSING)),
        ("Does not cover", str(source["does_not_cover"] or fmt.MISSING)),
        ("Place", str(source["place_name"] or fmt.MISSING)),
        ("Kind of record", f"{kind}; {amounts}"),
        ("Dates", f"{fmt.day(source['first_date'])} to {fmt.day(source['last_date'])}"),
        (
            "Complete",
            "Yes: what is not in it can be said to be not found, for its agencies and dates"
            if source["is_complete"]
            else "No: absence from it means nothing",
        ),
        (
            "Rows",
            f"{rows} read, {rejected:,} rejected"
            + (" (the reasons stand below)" if rejected else ""),
        ),
        ("Last fetched", f"{fmt.day(source['last_fetched'])}; published {source['cadence']}"
         if source["cadence"] else fmt.day(source["last_fetched"])),
        ("Licence", str(source["licence"] or fmt.MISSING)),
        (
            "Published at",
            Link(str(source["url"]), str(source["url"]), is_outside=True)
            if source["url"]
            else Muted(fmt.MISSING),
        ),
    ]  # fmt: skip


def not_loaded(declared: Rows) -> list[Parts]:
    """Return the sources that are declared, and from which nothing was loaded."""
    return [
        [
            Link(str(row["title"]), str(row["url"]), is_outside=True),
            f", {row['publisher']}. {row['covers'] or ''}",
        ]
        for row in declared
        if not row["rows"]
    ]


def coverage_table(rows: Rows) -> None:
    """Show which agencies were searched over which days."""
    widgets.table(
        "Agencies searched",
        [
            Head("Agency", role="what"),
            Head("Place"),
            Head("From", role="date"),
            Head("To"),
            Head("Transactions", is_number=True, role="amount"),
            Head("Complete"),
        ],
        [
            [
                Link(str(row["agency_name"]), address("agency", id=row["agency_id"])),
                str(row["place_name"] or fmt.MISSING),
                fmt.day(row["first_date"]),
                fmt.day(row["last_date"]),
                f"{row['transactions']:,}",
                "Yes" if row["is_complete"] else "No",
            ]
            for row in rows
        ],
    )


def files_table(rows: Rows) -> None:
    """Show the raw files with their checksums."""
    widgets.table(
        "Raw files, with the checksum of their bytes",
        [
            Head("File", role="what"),
            Head("Source"),
            Head("Fetched", role="date"),
            Head("Size", is_number=True, role="amount"),
            Head("Rows", is_number=True),
            Head("Rejected", is_number=True),
            Head("Checksum (SHA-256)"),
        ],
        [
            [
                [str(row["raw_file"]), *([Muted(f", {row['raw_member']}")] if row["raw_member"]
                                         else [])],
                str(row["title"] or fmt.MISSING),
                fmt.day(row["fetched_at"]),
                fmt.size(row["bytes"]),
                f"{row['rows'] or 0:,}",
                f"{row['rejected'] or 0:,}",
                Code(str(row["raw_sha256"])),
            ]
            for row in rows
        ],
    )  # fmt: skip


def issues_table(rows: Rows) -> None:
    """Show the kinds of faults found, with an example of each."""
    if not rows:
        widgets.text("None was found in the files of this build.")
        return
    widgets.table(
        "Faults by kind, with one example each",
        [
            Head("What was found", role="what"),
            Head("Source"),
            Head("How often", is_number=True, role="amount"),
            Head("Column"),
            Head("For example"),
            Head("In file and row"),
        ],
        [
            [
                fmt.capital(str(row["message"])),
                str(row["title"] or fmt.MISSING),
                f"{row['n']:,}",
                str(row["column_name"] or fmt.MISSING),
                fmt.clip(str(row["value"]), 80) if row["value"] else Muted(fmt.MISSING),
                f"{row['raw_file'] or fmt.MISSING}"
                + (f", row {row['raw_row']:,}" if row["raw_row"] is not None else ""),
            ]
            for row in rows
        ],
    )
