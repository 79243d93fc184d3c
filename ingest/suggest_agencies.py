"""Agencies of one state whose names look alike: suggested to a person, never put together.

Two bodies of one name are often two bodies: a city and its township, a university and its town. A
pair that a person has found to be one becomes a line of `department_names.csv`.
"""

import csv
import io
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb
from rapidfuzz import fuzz, process

LEAST = 90
# Words that tell nothing of which body of its kind it is.
_KIND = re.compile(
    r"\b(CITY|TOWN|TOWNSHIP|VILLAGE|BOROUGH|METRO|METROPOLITAN|POLICE|PUBLIC|SAFETY|DEPARTMENT"
    r"|DIVISION|OFFICE|SHERIFF S|SHERIFFS|OF|THE)\b"
)


@dataclass(frozen=True)
class AgencySuggestion:
    """Two agencies that look alike; `line` is ready for department_names.csv, once checked."""

    agency_id: str
    agency_name: str
    other_id: str
    other_name: str
    score: int
    line: str


def suggest_agencies(
    database: Path, *, least: int = LEAST, most: int = 200
) -> list[AgencySuggestion]:
    """Return pairs of local agencies of one state and kind, the likest first.

    `least` is the lowest likeness from 0 to 100 of what is left of the names without words such
    as City, Township and Department. Of each pair the one with fewer reports is suggested to be
    the other.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(_AGENCIES).fetchall()
    found = []
    for _, group in groupby(rows, key=lambda row: (row[0], row[1])):
        agencies = list(group)
        own = [_own(str(row[3])) for row in agencies]
        scores = process.cdist(own, own, scorer=fuzz.ratio, score_cutoff=least)
        for i, row in enumerate(agencies):
            for j in range(i + 1, len(agencies)):
                if scores[i][j] >= least and own[i]:
                    fewer, more = sorted((row, agencies[j]), key=lambda r: (r[4], r[2]))
                    found.append(_suggestion(fewer, more, round(float(scores[i][j]))))
    found.sort(key=lambda one: (-one.score, one.agency_id, one.other_id))
    return found[:most]


def _own(name: str) -> str:
    words = re.sub(r"[^A-Z0-9]+", " ", name.upper())
    return " ".join(_KIND.sub(" ", words).split())


def _suggestion(
    fewer: tuple[str, str, str, str, int, str],
    more: tuple[str, str, str, str, int, str],
    score: int,
) -> AgencySuggestion:
    state, kind, agency_id, _, _, recorded = fewer
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(
        [state, recorded, more[2], more[3], kind, "a person read both, and where"]
    )
    return AgencySuggestion(agency_id, fewer[3], more[2], more[3], score, text.getvalue())


# Local bodies with their state, and one name under which records have them.
_AGENCIES = """
select
  regexp_extract(agency_id, '^us_[a-z]{2}') as state,
  coalesce(agency.kind, 'other') as kind,
  agency_id,
  agency.agency_name,
  count(use_id)::int as reports,
  coalesce(agency.names_in_records[1], agency.agency_name) as recorded
from mart.agency as agency
left join mart.use using (agency_id)
where regexp_matches(agency_id, '^us_[a-z]{2}_') and agency.kind <> 'government'
group by all
order by state, kind, agency_id
"""
