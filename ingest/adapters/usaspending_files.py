"""The award data archive of USAspending: which files there are, and which of them we need.

Facts from the service's code and from field reports of 2026: the stamp in a name changes each
month and all older files vanish then; a file of changes may come ten days after the whole files,
or never; the file of a new fiscal year is missing in its first days.
"""

import difflib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

from ingest.errors import SourceError, WhobuysError
from ingest.http import Client, usaspending_address, usaspending_files_address
from ingest.notices import Notice

FOLDER = "award_data_archive"
ALL = "all"
# Whole files of 6 Sep 2026 were followed by their changes on the 24th.
LATE_AFTER_DAYS = 30
MOST_PAGES = 100

_NAME = re.compile(
    r"FY(?P<year>\d{4}|\(All\)|%28All%29)_(?P<agency>All|\d{3,4})_(?P<records>Contracts|Assistance)_"
    r"(?P<kind>Full|Delta)_(?P<stamp>\d{8})\.zip"
)


@dataclass(frozen=True, order=True)
class ArchiveFile:
    """A file of the archive as its name describes it; `agency` is a code or `all`."""

    stamp: date
    agency: str
    kind: Literal["full", "delta"]
    fiscal_year: int | None
    name: str
    # What the bucket says of the bytes; the API says nothing.
    etag: str | None = None

    @property
    def url(self) -> str:
        """Where the file is now. Parentheses are encoded: some hosts need it."""
        return f"{usaspending_files_address()}/{FOLDER}/{quote(self.name)}"


def read_name(name: str, records: str) -> ArchiveFile | None:
    """Return what an official name says, or None for any other file."""
    found = _NAME.fullmatch(name)
    if not found or found["records"].lower() != records:
        return None
    try:
        stamp = date.fromisoformat(found["stamp"])
    except ValueError:
        return None
    is_full = found["kind"] == "Full"
    if is_full != found["year"].isdigit():
        return None
    return ArchiveFile(
        stamp,
        found["agency"].lower(),
        "full" if is_full else "delta",
        int(found["year"]) if is_full else None,
        name.replace("%28", "(").replace("%29", ")"),
    )


def agency_ids(client: Client) -> dict[str, int]:
    """Return the number by which the service knows each agency, by its code of 3 or 4 digits."""
    answer = client.post_json(
        f"{usaspending_address()}/api/v2/bulk_download/list_agencies/", {"type": "award_agencies"}
    )
    groups = _part(client, answer, "agencies")
    both = [*_part(client, groups, "cfo_agencies"), *_part(client, groups, "other_agencies")]
    return {str(agency["toptier_code"]): int(agency["toptier_agency_id"]) for agency in both}


def list_from_service(
    client: Client, records: str, agency: str, years: Iterable[int]
) -> list[ArchiveFile]:
    """Ask the API which files there are of an agency and these fiscal years, changes included."""
    number: int | str = ALL
    if agency != ALL:
        ids = agency_ids(client)
        if agency not in ids:
            near = difflib.get_close_matches(agency, list(ids), n=1)
            raise WhobuysError(
                f"{client.source_id}: the service knows no agency {agency!r}. Give the code of a "
                f"department, such as 070 for Homeland Security"
                f"{f'; did you mean {near[0]}?' if near else '.'}"
            )
        number = ids[agency]
    found = set()
    for year in years:
        answer = client.post_json(
            f"{usaspending_address()}/api/v2/bulk_download/list_monthly_files/",
            {"agency": number, "fiscal_year": year, "type": records},
        )
        for entry in _part(client, answer, "monthly_files"):
            file = read_name(str(entry["file_name"]), records)
            if file and file.agency == agency:
                found.add(file)
    return sorted(found)


def list_from_bucket(
    client: Client, records: str, agency: str, years: Iterable[int]
) -> list[ArchiveFile]:
    """Read the listing of the files' own host, for when the API does not answer."""
    middle = f"{'All' if agency == ALL else agency}_{records.title()}"
    prefixes = [f"FY{year}_{middle}_Full" for year in years] + [f"FY(All)_{middle}_Delta"]
    return sorted(
        file
        for prefix in prefixes
        for key, etag in _bucket(client, prefix)
        if (file := _named(key, etag, records)) and file.agency == agency
    )


def _named(key: str, etag: str | None, records: str) -> ArchiveFile | None:
    file = read_name(key.rsplit("/", 1)[-1], records)
    return file and ArchiveFile(
        file.stamp, file.agency, file.kind, file.fiscal_year, file.name, etag
    )


def _bucket(client: Client, prefix: str) -> Iterator[tuple[str, str | None]]:
    """Yield key and ETag of each object. Version 1 of the protocol: pages go by `marker`."""
    address = f"{usaspending_files_address()}/{FOLDER}/"
    marker: str | None = None
    for _ in range(MOST_PAGES):
        text = client.get_text(
            address, {"prefix": prefix, **({"marker": marker} if marker else {})}
        )
        try:
            # From the publisher's own host; expat by itself fetches no entity from elsewhere.
            page = ET.fromstring(text)  # noqa: S314
        except ET.ParseError as error:
            raise SourceError(
                f"{client.source_id}: the list of files at {address} cannot be read ({error}). "
                f"Try again later."
            ) from error
        # With and without the namespace: both are seen.
        contents = [node for node in page if node.tag.endswith("Contents")]
        for node in contents:
            yield _text(node, "Key") or "", _text(node, "ETag")
        if _text(page, "IsTruncated") != "true" or not contents:
            return
        after = _text(page, "NextMarker") or _text(contents[-1], "Key")
        if after == marker:
            return
        marker = after


def _text(node: ET.Element, name: str) -> str | None:
    return next((child.text for child in node if child.tag.endswith(name)), None)


def _part(client: Client, answer: Any, key: str) -> Any:
    if not isinstance(answer, dict) or key not in answer:
        raise SourceError(
            f"{client.source_id}: the service answered without `{key}`, so its list of files "
            f"cannot be read. If this goes on, the service has changed."
        )
    return answer[key]


@dataclass(frozen=True)
class Plan:
    """The files of one agency to have, in the order in which they apply, and what to know."""

    files: list[ArchiveFile]
    notices: list[Notice]


@dataclass(frozen=True)
class _Year:
    """A fiscal year of an agency: the whole file it rests on, and how far changes carry it."""

    fiscal_year: int
    base: ArchiveFile
    until: date
    # The first file of changes that does not join on, or the day of whole files without any.
    gap: date | None


def plan(
    agency: str,
    years: list[int],
    listed: list[ArchiveFile],
    held: list[ArchiveFile],
    *,
    today: date,
    repair: bool = False,
) -> Plan:
    """Decide which listed files of an agency are needed beside those held.

    One whole file for each fiscal year, once; then every later file of changes, each of which
    has to follow within a month on the one before. Where a month is missing, the whole files of
    the years concerned are named, and taken when `repair` is set.
    """
    held = [file for file in held if file.agency == agency]
    newest_listed = {file.fiscal_year: file for file in sorted(listed) if file.kind == "full"}
    bases = {file.fiscal_year: file for file in sorted(held) if file.kind == "full"}
    notices: list[Notice] = []
    missing: list[int] = []
    for year in sorted(years):
        if year not in bases and year not in newest_listed:
            missing.append(year)
        bases.setdefault(year, newest_listed.get(year))  # type: ignore[arg-type]
    notices += _absent(agency, missing, bases, today)
    changes = sorted({f.stamp: f for f in (*listed, *held) if f.kind == "delta"}.values())
    published = max((file.stamp for file in newest_listed.values()), default=None)
    followed = [
        _follow(int(year), base, changes, published, today)
        for year, base in sorted(bases.items(), key=lambda item: str(item[0]))
        if base and year
    ]
    broken = [year for year in followed if year.gap]
    if broken and repair:
        renewed = {
            year.fiscal_year: newest_listed[year.fiscal_year]
            for year in broken
            if year.fiscal_year in newest_listed
            and newest_listed[year.fiscal_year].stamp > year.base.stamp
        }
        followed = [
            _follow(y.fiscal_year, renewed.get(y.fiscal_year, y.base), changes, published, today)
            for y in followed
        ]
        broken = [year for year in followed if year.gap]
    if broken:
        notices.append(_missing_month(agency, broken, newest_listed))
    elif followed and (wait := _waiting(agency, followed, published)):
        notices.append(wait)
    files = [year.base for year in followed]
    files += [
        file
        for file in changes
        if any(year.base.stamp < file.stamp <= year.until for year in followed)
    ]
    return Plan(files, notices)


def _follow(
    fiscal_year: int,
    base: ArchiveFile,
    changes: list[ArchiveFile],
    published: date | None,
    today: date,
) -> _Year:
    """Go from a whole file along the changes as far as each month joins the one before."""
    until = base.stamp
    for file in changes:
        if file.stamp <= until:
            continue  # the whole file already includes them
        if _months(until, file.stamp) > 1:
            return _Year(fiscal_year, base, until, file.stamp)
        until = file.stamp
    if published and published > until:
        months = _months(until, published)
        late = (today - published).days > LATE_AFTER_DAYS
        if months > 1 or (months == 1 and late):
            return _Year(fiscal_year, base, until, published)
    return _Year(fiscal_year, base, until, None)


def _months(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _absent(
    agency: str, missing: list[int], bases: dict[Any, Any], today: date
) -> Iterator[Notice]:
    whose = _agency(agency)
    for year in missing:
        if year >= fiscal_year(today):
            newest = max((y for y, base in bases.items() if base and y), default=None)
            instead = f"; {newest} is the newest here" if newest else ""
            yield Notice(
                kind="not out yet",
                message=(
                    f"The publisher has no file of fiscal year {year} for {whose} yet, as in the "
                    f"first weeks of each October{instead}."
                ),
            )
        else:
            yield Notice(
                kind="not there",
                message=(
                    f"The publisher lists no whole file of fiscal year {year} for {whose}, so "
                    f"that year is not covered."
                ),
                is_stale=True,
            )


def _missing_month(
    agency: str, broken: list[_Year], listed: dict[int | None, ArchiveFile]
) -> Notice:
    first = min(broken, key=lambda year: year.until)
    until, gap = _day(first.until), _day(first.gap or first.until)
    again = [
        listed[year.fiscal_year].name
        for year in broken
        if year.fiscal_year in listed and listed[year.fiscal_year].stamp > year.base.stamp
    ]
    repair = (
        f"Whole files to fetch again: {', '.join(again)} (`whobuys fetch --repair` does it)."
        if again
        else "The publisher has no newer whole files yet: look again in a few days."
    )
    years = years_in_words([year.fiscal_year for year in broken])
    return Notice(
        kind="month missing",
        message=(
            f"The changes of {_agency(agency)} after {until} are missing, and those of {gap} do "
            f"not join on. Figures of {years} stand as of {until}. {repair}"
        ),
        is_stale=True,
    )


def _waiting(agency: str, followed: list[_Year], published: date | None) -> Notice | None:
    oldest = min(year.until for year in followed)
    if published is None or published <= oldest:
        return None
    return Notice(
        kind="changes not out yet",
        message=(
            f"The publisher put out new whole files of {_agency(agency)} stamped "
            f"{_day(published)}, and not yet the file of changes, which can take ten days more. "
            f"Figures stand as of {_day(oldest)}."
        ),
    )


def fiscal_year(day: date) -> int:
    """Return the federal fiscal year of a day: it begins on 1 October."""
    return day.year + (day.month >= 10)  # noqa: PLR2004


def _agency(agency: str) -> str:
    return "all agencies" if agency == ALL else f"agency {agency}"


def years_in_words(years: list[int]) -> str:
    """Return fiscal years as words: a span where they follow one another."""
    first, last = min(years), max(years)
    if len(years) == 1:
        return f"fiscal year {first}"
    if last - first + 1 == len(years):
        return f"fiscal years {first} to {last}"
    return f"fiscal years {', '.join(map(str, sorted(years)))}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
