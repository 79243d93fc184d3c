"""Rows of sources of use become reports: place, agency, technology and vendor resolved by data.

Every staged row becomes one report, or one for each vendor that it names; what cannot be resolved
stays in the record's words and is listed in meta.issue. A row whose technology nobody has mapped,
and one that repeats another word for word, is no report, and is listed too.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb

from ingest.agencies import Agency, Names, capital
from ingest.agency_match import Matcher, Recorded
from ingest.errors import DeclarationError
from ingest.intervals import Interval, interval
from ingest.knowledge import Knowledge
from ingest.places import add_places, joined, place_of
from ingest.source import Source
from ingest.tables import load_table
from ingest.use_columns import USE_COLUMNS, UseFacts
from ingest.use_law import USE

CATEGORY = "category technology type source confidence".split()
VENDOR_NAME = "spelling vendor_id vendor_name source confidence".split()
FINDING = "words column means source".split()
_DIVIDED = re.compile(r"\s*[,;]\s*")
_ENDING = re.compile(r" (INC|LLC|CORP|CORPORATION|COMPANY|LTD|LP)$")
# An official identifier of nine signs; the Atlas puts the technology behind it, and writes XX
# where an agency has none.
_ORI = re.compile(r"(?!XX)[A-Z]{2}[A-Z0-9]{7}")


@dataclass(frozen=True)
class Meanings:
    """What the reference data say of words in sources of use, each in capitals."""

    technologies: dict[str, str]
    vendors: dict[str, tuple[str | None, str | None]]
    findings: list[tuple[str, str, str]]


@dataclass
class _Reports:
    """What reading the rows brings: reports, issues, agencies by id and their recorded names."""

    uses: list[dict[str, object]] = field(default_factory=list)
    issues: list[list[object]] = field(default_factory=list)
    agencies: dict[str, Agency] = field(default_factory=dict)
    names: set[tuple[str, str, str]] = field(default_factory=set)
    identifiers: set[tuple[str, str]] = field(default_factory=set)


def load_meanings(folders: list[Path], knowledge: Knowledge) -> Meanings:
    """Read what words mean; raise DeclarationError for one that names what no list knows."""
    technologies = {capital(t.technology): t.technology for t in knowledge.technologies}
    technologies |= {capital(t.technology_name): t.technology for t in knowledge.technologies}
    known = set(technologies.values())
    for row in joined(folders, "atlas_categories.csv", CATEGORY, lambda r: capital(r["category"])):
        _must_be("atlas_categories.csv", row["category"], row["technology"], known)
        technologies[capital(row["category"])] = row["technology"]
    vendors: dict[str, tuple[str | None, str | None]] = {}
    for alias in knowledge.aliases:
        if alias.ambiguous == "no":
            vendors[_vendor_words(alias.alias)] = (alias.vendor_id, None)
    vendors |= {_vendor_words(v.vendor_name): (v.vendor_id, None) for v in knowledge.vendors}
    ids = {v.vendor_id for v in knowledge.vendors}
    for row in joined(
        folders, "use_vendor_names.csv", VENDOR_NAME, lambda r: capital(r["spelling"])
    ):
        if bool(row["vendor_id"]) == bool(row["vendor_name"]):
            raise DeclarationError(
                f"use_vendor_names.csv: {row['spelling']} needs either a vendor of vendors.csv, "
                f"`vendor_id`, or the name of another firm, `vendor_name`."
            )
        if row["vendor_id"]:
            _must_be("use_vendor_names.csv", row["spelling"], row["vendor_id"], ids)
        vendors[_vendor_words(row["spelling"])] = (
            row["vendor_id"] or None,
            row["vendor_name"] or None,
        )
    findings = joined(
        folders, "use_words.csv", FINDING, lambda r: (capital(r["words"]), r["column"])
    )
    for row in findings:
        _must_be("use_words.csv", row["words"], row["column"], {"answer", "kind"})
        allowed = {"kind": _KINDS, "answer": _ANSWERS}[row["column"]]
        _must_be("use_words.csv", row["words"], row["means"], allowed)
    return Meanings(
        technologies,
        vendors,
        [(capital(row["words"]), row["column"], row["means"]) for row in findings],
    )


_KINDS = {"use", "trial", "contract", "access", "answers", "report", "inventory", "permission"}
_ANSWERS = {
    "confirmed", "denied", "denied_then_confirmed", "unaware", "declined", "no_answer",
}  # fmt: skip


def _must_be(name: str, entry: str, named: str, known: Iterable[str]) -> None:
    if named not in known:
        raise DeclarationError(f"{name}: {entry} names {named!r}, which is in no list.")


def _vendor_words(name: str) -> str:
    return _ENDING.sub("", capital(name))


def load_use_reports(
    connection: duckdb.DuckDBPyConnection,
    sources: dict[str, Source],
    folders: list[Path],
    knowledge: Knowledge,
    names: Names,
) -> None:
    """Add the reports to core.use, their agencies to core.agency, and fill core.agency_recorded.

    core.agency_recorded: the names under which sources of use record an agency. Key: agency_id,
    name, source_id. core.agency_identifier: official identifiers (ORI). Key: agency_id, identifier.
    """
    connection.execute(_LIVE)
    found = connection.execute(f"select {', '.join(_TAKEN)} from live_use order by 1, 2, 3")
    rows = [dict(zip(_TAKEN, row, strict=True)) for row in found.fetchall()]
    meanings = load_meanings(folders, knowledge)
    matcher = Matcher(names, folders)
    reports = _Reports()
    seen: set[str] = set()
    for row in rows:
        source = sources[str(row["source_id"])]
        if source.use:
            _read(row, source, source.use, meanings, matcher, reports, seen)
    _store(connection, reports)


# Rows of the newest file of a source, or of each of its parts: an older copy is replaced whole.
_LIVE = """
create temp view live_use as
select staged_use.*, raw_sha256, raw_file
from staged_use
join core.file as file using (file_key)
where file.file_order = (
  select max(newer.file_order)
  from core.file as newer
  where newer.source_id = file.source_id and newer.part = file.part
)
"""
_TAKEN = ("source_id", "raw_sha256", "raw_row", "raw_file", "row_key", *USE_COLUMNS)
Row = dict[str, str | None]
# Kind, column, value and what to say of it.
Issue = Callable[[str, str, str | None, str], None]


def _read(
    row: dict[str, object],
    source: Source,
    facts: UseFacts,
    meanings: Meanings,
    matcher: Matcher,
    reports: _Reports,
    seen: set[str],
) -> None:
    said: Row = {name: None if row[name] is None else str(row[name]) for name in USE_COLUMNS}

    def issue(kind: str, column: str, value: str | None, message: str) -> None:
        where = f"{row['raw_file']}, row {row['raw_row']}"
        reports.issues.append(
            [
                source.id, row["raw_sha256"], row["raw_file"], row["raw_row"], column, value, kind,
                f"{where}: {message}",
            ]
        )  # fmt: skip

    key = f"{source.id}:{row['row_key']}"
    if key in seen:
        again = f"{row['row_key']} stands in an earlier row already. It is counted once."
        issue("row repeated", "row_key", str(row["row_key"]), again)
        return
    seen.add(key)
    technology_said = said["technology_source"] or facts.technology
    technology = meanings.technologies.get(capital(technology_said))
    if technology is None:
        unknown = f"no technology is known by {technology_said!r}. Add it to atlas_categories.csv."
        issue("row set aside", "technology_source", technology_said, unknown)
        return
    agency = _agency(said, source, facts, matcher, reports, issue)
    known = {
        **_use(row, said, source, facts, agency),
        **_finding(said, facts, meanings, issue),
        **_numbers(said, facts, issue),
        **_when(said, source, issue),
        "technology": technology,
        "what": facts.what.replace("{technology}", technology_said),
    }
    for vendor_id, vendor_name in _vendors(said, facts, meanings, issue):
        suffix = f":{vendor_id or vendor_name}" if (vendor_id or vendor_name) else ""
        vendor = {"vendor_id": vendor_id, "vendor_name_source": vendor_name}
        reports.uses.append({**known, **vendor, "use_id": f"{key}{suffix}"})


def _agency(
    said: Row, source: Source, facts: UseFacts, matcher: Matcher, reports: _Reports, issue: Issue
) -> Agency | None:
    name = said["agency_name_source"] or ""
    match = matcher.match(
        Recorded(
            name=name,
            state=said["state"] or facts.state,
            county=said["county"] or "",
            city=said["city"] or "",
            jurisdiction=said["jurisdiction"] or "",
        )
    )
    agency = match.agency
    if agency is None:
        why = f"{name!r} is counted under no agency: {match.because}."
        issue("agency not placed", "agency_name_source", name, why)
        return None
    kept = reports.agencies.get(agency.agency_id)
    # Of two readings of one body the one that knows its city counts, then the first by name.
    rank = (-agency.place_id.count("_"), agency.agency_name)
    if kept is None or rank < (-kept.place_id.count("_"), kept.agency_name):
        reports.agencies[agency.agency_id] = agency
    reports.names.add((agency.agency_id, " ".join(name.split()), source.id))
    identifier = _ORI.match((said["agency_identifier"] or "").upper())
    if identifier:
        reports.identifiers.add((agency.agency_id, identifier[0]))
    return agency


def _finding(said: Row, facts: UseFacts, meanings: Meanings, issue: Issue) -> dict[str, object]:
    words = f" {capital(said['finding'] or '')} "
    answer = "_".join((said["answer"] or "").casefold().split())
    if answer and answer not in _ANSWERS:
        wrong = f"{said['answer']!r} is no answer; answers are {', '.join(sorted(_ANSWERS))}."
        issue("value left empty", "answer", said["answer"], wrong)
        answer = ""
    meant: dict[str, object] = {"kind": facts.kind, "answer": answer or None}
    for column in meant:
        for phrase, of, means in meanings.findings:
            if of == column and f" {phrase} " in words:
                meant[column] = means
                break
    return meant


def _vendors(
    said: Row, facts: UseFacts, meanings: Meanings, issue: Issue
) -> list[tuple[str | None, str | None]]:
    text = said["vendor_name_source"] or facts.vendor
    if not text or capital(text) in ("UNKNOWN", "OTHER", "OTHERS"):
        return [(None, None)]
    whole = meanings.vendors.get(_vendor_words(text))
    if whole:
        return [whole]
    found: list[tuple[str | None, str | None]] = []
    for part in _DIVIDED.split(text):
        if not part or capital(part) in ("OTHER", "OTHERS"):
            continue
        known = meanings.vendors.get(_vendor_words(part))
        if known is None:
            unknown = f"no vendor is known by {part!r}. Add it to use_vendor_names.csv."
            issue("vendor not known", "vendor_name_source", part, unknown)
            known = (None, part)
        if known not in found:
            found.append(known)
    return found


def _use(
    row: dict[str, object], said: Row, source: Source, facts: UseFacts, agency: Agency | None
) -> dict[str, object]:
    cited = said["source_title"]
    return {
        "place_id": agency.place_id if agency else None,
        "agency_id": agency.agency_id if agency else None,
        "agency_name": said["agency_name_source"],
        "is_group": False,
        "evidence_kind": facts.evidence_kind,
        "attribution": facts.attribution or None,
        "purchase_reported": "unknown",
        "is_verified": True,
        "source_id": source.id,
        "source_title": f"{source.title}, citing {cited}" if cited else source.title,
        "source_url": _address(said["source_address"]) or source.page,
        "confidence": facts.confidence,
        "raw_file": row["raw_file"],
        "raw_row": row["raw_row"],
        "raw_sha256": row["raw_sha256"],
    }


def _address(text: str | None) -> str | None:
    return text if text and text.startswith(("https://", "http://")) else None


def _numbers(said: Row, facts: UseFacts, issue: Issue) -> dict[str, object]:
    numbers: dict[str, int | None] = {}
    for name in ("count_low", "count_high"):
        text = said[name] or ""
        plain_text = text.replace(",", "").removesuffix(".0")
        numbers[name] = int(plain_text) if plain_text.isdecimal() else None
        if text and numbers[name] is None and capital(text) != "UNKNOWN":
            issue("value left empty", name, text, f"{text!r} is not a number. It is left empty.")
    if not said["count_high"]:
        numbers["count_high"] = numbers["count_low"]
    if all(number is None for number in numbers.values()):
        return {}
    return {"count_of": said["count_of"] or facts.count_of or "reported", **numbers}


def _when(said: Row, source: Source, issue: Issue) -> dict[str, object]:
    found = {}
    for name, ours in (
        ("first_seen", "start_date"), ("last_seen", "end_date"), ("answered", "answer_date"),
        ("source_dated", "source_date"),
    ):  # fmt: skip
        text = said[name]
        when = loose_date(text or "", tuple(source.read.dates))
        if when is None:
            issue("value left empty", name, text, f"{text!r} is no date. It is left empty.")
            when = Interval()
        found[f"earliest_{ours}"] = when.earliest
        found[f"latest_{ours}"] = when.latest
    if found["latest_source_date"] is None and source.covers_to:
        found["earliest_source_date"] = found["latest_source_date"] = source.covers_to
    # A report without an end is known to hold until the day it was made.
    if found["latest_end_date"] is None:
        found["earliest_end_date"] = found["earliest_source_date"]
        found["latest_end_date"] = found["latest_source_date"]
    return dict(found)


def loose_date(text: str, formats: tuple[str, ...] = ()) -> Interval | None:
    """Return what a date as people write it can mean: a day, 4/2019, 2017/2018; None for no date.

    `formats` are those that the declaration names, as strptime writes them; a time of day after
    the date says nothing here.
    """
    words = text.strip()
    if found := re.match(r"(\d{4}-\d{2}-\d{2})[T ]", words):
        words = found[1]
    for spelling in formats:
        try:
            day = datetime.strptime(words, spelling).date()  # noqa: DTZ007
        except ValueError:
            continue
        return Interval(day, day) if day.year > 1945 else None  # noqa: PLR2004
    if found := re.fullmatch(r"(\d{4})-(\d{4})", words):
        words = f"{found[1]}/{found[2]}"
    if found := re.fullmatch(r"(\d{1,2})/(\d{4})", words):
        words = f"{found[2]}-{int(found[1]):02}"
    try:
        when = interval(words)
    except ValueError:
        return None
    return when if when.earliest is None or when.earliest >= date(1945, 1, 1) else None


def _store(connection: duckdb.DuckDBPyConnection, reports: _Reports) -> None:
    add_places(connection, [place_of(key) for key in sorted(_places(reports))])
    load_table(
        connection,
        "core.use_report",
        USE,
        [[use.get(column) for column in USE] for use in reports.uses],
    )
    connection.execute("insert into core.use by name select * from core.use_report")
    connection.execute("drop table core.use_report")
    load_table(
        connection,
        "core.agency_of_use",
        dict.fromkeys(("agency_id", "agency_name", "kind", "place_id", "parent"), "varchar"),
        [list(astuple(agency)) for _, agency in sorted(reports.agencies.items())],
    )
    connection.execute(
        """insert into core.agency by name
        select agency_id, agency_name, kind, place_id, [] as former_names
        from core.agency_of_use as found
        anti join core.agency using (agency_id)
        order by agency_id"""
    )
    connection.execute("drop table core.agency_of_use")
    load_table(
        connection,
        "core.agency_recorded",
        dict.fromkeys(("agency_id", "name", "source_id"), "varchar"),
        [list(row) for row in sorted(reports.names)],
    )
    load_table(
        connection,
        "core.agency_identifier",
        dict.fromkeys(("agency_id", "identifier"), "varchar"),
        [list(row) for row in sorted(reports.identifiers)],
    )
    issue = {
        "source_id": "varchar", "raw_sha256": "varchar", "raw_file": "varchar",
        "raw_row": "bigint", "column_name": "varchar", "value": "varchar", "kind": "varchar",
        "message": "varchar",
    }  # fmt: skip
    load_table(connection, "core.use_issue", issue, reports.issues)
    connection.execute("insert into meta.issue by name select * from core.use_issue")
    connection.execute("drop table core.use_issue")


def _places(reports: _Reports) -> set[str]:
    return {agency.place_id for agency in reports.agencies.values()}
