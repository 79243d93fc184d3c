"""Use, law and events of the small published database: shapes from the dictionary, a few rows."""

import re
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NAMES = (
    "mart.use", "mart.law", "mart.law_technology", "mart.event", "mart.purchase_law",
    "mart.transaction_law", "mart.searched", "mart.place_technology", "mart.standing_list",
)  # fmt: skip


def tables() -> dict[str, str]:
    """Return the columns of these tables, as the data dictionary has them."""
    parts = (ROOT / "data" / "README.md").read_text("utf-8").split("\n## ")
    found = {}
    for part in parts:
        title = part.partition("\n")[0]
        if title in NAMES:
            rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", part, re.MULTILINE)
            found[title] = ", ".join(f'"{column}" {kind}' for column, kind in rows)
    return found


def macros() -> list[str]:
    """Return the macros that a build keeps in the published database."""
    sql = (ROOT / "ingest" / "sql" / "57_law_reading.sql").read_text("utf-8")
    return re.findall(r"^create macro .*?;$", sql, re.MULTILINE | re.DOTALL)


SOURCE: dict[str, Any] = {
    "source_title": "A newspaper",
    "source_url": "https://example.org/article",
    "earliest_source_date": date(2021, 4, 1),
    "latest_source_date": date(2021, 4, 30),
    "confidence": "high",
    "is_verified": True,
    "raw_row": 2,
}


def rows(agency_id: str, agency_name: str) -> dict[str, list[dict[str, Any]]]:
    """Return a use by that agency and one of many, two laws, an event and a question."""
    use = {
        **SOURCE, "use_id": "ice-clearview", "place_id": "us", "place_name": "United States",
        "agency_id": agency_id, "agency_name": agency_name, "agency_name_source": "ICE",
        "is_group": False, "vendor_id": "clearview_ai", "vendor_name": "Clearview AI",
        "technology": "face-recognition", "kind": "use", "evidence_kind": "leaked data",
        "attribution": "data obtained by BuzzFeed News shows",
        "what": "More than 8,000 searches from about 60 accounts", "count_of": "searches",
        "count_low": 8000, "accounts_low": 60, "latest_end_date": date(2020, 2, 29),
        "answer": "confirmed", "earliest_answer_date": date(2021, 4, 1),
        "latest_answer_date": date(2021, 4, 30), "purchase_reported": "reported",
        "raw_file": "uses.csv",
    }  # fmt: skip
    many = {
        **use, "use_id": "us-clearview-denied", "agency_id": None, "is_group": True,
        "agency_name": "Agencies denying use", "attribution": None, "answer": "denied",
        "what": "210 agencies denied use", "kind": "answers", "count_low": 210, "count_high": 210,
        "is_verified": False,
    }  # fmt: skip
    law = {
        **SOURCE, "law_id": "sf-2019", "law_name": "San Francisco ban", "kind": "ban",
        "is_restriction": True, "place_id": "us_ca_san_francisco", "place_name": "San Francisco",
        "binds": ["city"], "bodies": "all", "technologies": ["face-recognition"],
        "covers_all": False, "vendor_ids": [], "earliest_start_date": date(2019, 5, 14),
        "latest_start_date": date(2020, 5, 14), "is_start_assumed": True,
        "status": "in force", "summary": "The city may not use it.",
        "exceptions": "private businesses", "is_date_verified": True, "raw_file": "laws.csv",
    }  # fmt: skip
    ended = {
        **law, "law_id": "ca-ab1215-2019", "law_name": "AB 1215", "kind": "moratorium",
        "place_id": "us_ca", "place_name": "California", "binds": ["state", "city"],
        "earliest_start_date": date(2020, 1, 1), "latest_start_date": date(2020, 1, 1),
        "is_start_assumed": False, "earliest_last_date": date(2022, 12, 31),
        "latest_last_date": date(2022, 12, 31), "is_date_verified": False,
    }  # fmt: skip
    event = {
        **{k: v for k, v in SOURCE.items() if k != "is_verified"}, "event_id": "leak",
        "earliest_date": date(2020, 2, 27), "latest_date": date(2020, 2, 27), "kind": "leak",
        "place_ids": ["us"], "place_names": ["United States"], "vendor_id": "clearview_ai",
        "vendor_name": "Clearview AI", "technologies": ["face-recognition"], "covers_all": False,
        "what": "A customer list was published", "signatories": [], "is_date_verified": True,
        "raw_file": "events.csv",
    }  # fmt: skip
    question = {
        "list": "trial before purchase", "entry_id": "ice-clearview", "use_id": "ice-clearview",
        "place_id": "us", "place_name": "United States", "agency_id": agency_id,
        "agency_name": agency_name, "question": "Searches came before the first purchase found.",
        "innocent_explanation": "A trial comes before many purchases.",
        "searched": "USAspending contracts, 1 Oct 2020 to 30 Sep 2025",
        "searched_until_date": date(2025, 9, 30), "is_searched": True, "is_verified": True,
    }  # fmt: skip
    return {
        "mart.use": [use, many],
        "mart.law": [law, ended],
        "mart.event": [event],
        "mart.standing_list": [question],
    }
