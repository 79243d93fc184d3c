"""The small published database with hostile words wherever a record can hold words.

What a page shows of them must be text: no markup, no formula, no turned line, nothing run.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.published import sample_rows

# As a vendor or a clerk could write it; a spreadsheet takes the first character for a formula.
BAD = (
    '=HYPERLINK("https://evil.example","pay")<script>alert(1)</script><img src=x onerror=alert(2)>'
    "<b>B</b><a href='https://evil.example'>A</a>**bold** [x](https://evil.example) $a^2$ :red[r] "
    "\u202eturned\u202c \u2067\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627\u2069 "
    "\U0001f600 "
)
LONG = "X" * 10_000
# Columns that hold words of records, of whichever table.
_WORDS = frozenset(
    """agency_name parent_agency_name other_names former_names vendor_name vendor_name_source
    names_in_records maker_name description what evidence quoted against office_name
    funding_agency_name recipient_name recipient_city prime_vendor_name_source agency_name_source
    attribution law_name summary exceptions source_title because before after message value
    place_name rule_title competition funding name_traps listing_title reason said_by reply
    award_number title publisher covers does_not_cover question innocent_explanation searched
    text raw_file why method not_applicable checked definition label_set note""".split()
)
# Keys that other rows refer to.
_KEPT = {
    "mart.place": frozenset({"place_name"}),
    "mart.file": frozenset({"raw_file"}),
}
CITY = "us_ca_san_francisco"


def hostile_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the small database with hostile words, one name of 10,000 characters, and a city."""
    rows = sample_rows()
    _add_a_city(rows)
    _add_a_dispute(rows)
    for table, records in rows.items():
        kept = _KEPT.get(table, frozenset())
        for record in records:
            for name in (_WORDS - kept) & set(record):
                record[name] = _spoiled(record[name])
    _set_apart(rows)
    return rows


def _set_apart(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Set what differs by record: names on the map, one long name, what is counted or waits."""
    for record in rows["mart.place"]:
        # The shapes of the map; no purchase names them.
        if record["kind"] in ("state", "county"):
            record["place_name"] = BAD + str(record["place_name"])
    for table in ("mart.purchase", "mart.vendor"):
        for record in rows[table]:
            if record["vendor_id"] == "carahsoft":
                record["vendor_name"] = BAD + LONG
    for record in rows["mart.purchase"]:
        # The place of an agency is named in both tables.
        record["place_name"] = "San Francisco" if record["place_id"] == CITY else "United States"
        record["office_name"] = BAD + str(record["agency_id"])
        if record["purchase_id"] == "us_federal:A5":
            record.update(status="matched", is_counted=True)
        if record["purchase_id"] == "us_federal:A7":
            # For the editor: the queue of what waits.
            record.update(status="possible")


def _spoiled(value: Any) -> Any:
    if isinstance(value, list):
        return [_spoiled(each) for each in value]
    return BAD + value if isinstance(value, str) and value else value


def _add_a_city(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Add the police of a city with one payment, so that pages and briefs of places have rows."""
    agency = f"{CITY}_police"
    like = next(row for row in rows["mart.purchase"] if row["purchase_id"] == "us_federal:A3")
    source_id = "us_ca_san_francisco_payments"
    theirs = {
        "agency_id": agency, "agency_name": "San Francisco Police Department",
        "place_id": CITY, "place_name": "San Francisco", "source_id": source_id,
    }  # fmt: skip
    rows["mart.purchase"].append(
        {**like, **theirs, "purchase_id": "sf:1", "register": source_id, "record_kind": "payment",
         "source_key": "1", "award_number": "SF1", "basis": "paid", "parent_agency_name": None,
         "amount_usd": Decimal("7777.50"), "amount": Decimal("7777.50")}
    )  # fmt: skip
    moved = next(r for r in rows["mart.transaction"] if r["purchase_id"] == "us_federal:A3")
    rows["mart.transaction"].append(
        {**moved, "purchase_id": "sf:1", "transaction_id": "sf:1:0", "source_id": source_id,
         "basis": "paid", "amount_usd": Decimal("7777.50"), "amount": Decimal("7777.50")}
    )  # fmt: skip
    rows["mart.evidence"].append({**rows["mart.evidence"][2], "purchase_id": "sf:1"})
    rows["mart.agency"].append(
        {**rows["mart.agency"][0], **{k: v for k, v in theirs.items() if k != "source_id"},
         "agency_code": "police", "abbreviation": "SFPD", "parent_agency_id": None,
         "parent_agency_name": None, "other_names": []}
    )  # fmt: skip
    rows["mart.place"].append(
        {"place_id": "us_ca_san_francisco_county", "place_name": "San Francisco County",
         "kind": "county", "parent_place_id": "us_ca", "fips": "06075", "population": 873965}
    )  # fmt: skip
    rows["mart.coverage"].append(
        {**rows["mart.coverage"][0], **{k: v for k, v in theirs.items() if k != "place_name"},
         "first_date": date(2020, 7, 1), "last_date": date(2025, 9, 30)}
    )  # fmt: skip
    rows["mart.source"].append(
        {**rows["mart.source"][0], "source_id": source_id, "title": "Payments of San Francisco",
         "place_id": CITY, "place_name": "San Francisco", "record_kind": "payment",
         "basis": "paid"}
    )  # fmt: skip


def _add_a_dispute(rows: dict[str, list[dict[str, Any]]]) -> None:
    rows["mart.dispute"] = [
        {"dispute_id": "d1", "purchase_id": "us_federal:A3", "said_by": "A reader",
         "said_date": date(2025, 9, 1), "what": "It is not theirs", "outcome": "open",
         "agency_name": "Border", "vendor_name": "Cellebrite"}
    ]  # fmt: skip
    rows["mart.correction"] = [
        {"correction_id": "c1", "purchase_id": "us_federal:A3", "field": "amount", "was": "1.00",
         "becomes": "2.00", "found": "1.00", "state": "applied", "reason": "A slip",
         "source": "A letter", "corrected_date": date(2025, 9, 1), "agency_name": "Border",
         "source_id": "us_federal_contracts", "award_number": "70CDCRA3", "has_purchase": True}
    ]  # fmt: skip
