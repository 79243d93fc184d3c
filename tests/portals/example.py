"""A made-up city on a portal on loopback: its declaration, its columns and its contracts."""

from ingest.http import Pace

QUICK = Pace(0.0, 0.0, 0.01, 0.02, tries=3, read_timeout=1.0)
CITY, COUNTY = "us_il_example_city_contracts", "us_il_example_county_contracts"
COLUMNS = [
    ("contract", "Contract", "text"),
    ("department", "Department", "text"),
    ("vendor_name", "Vendor Name", "text"),
    ("award_amount", "Award Amount", "number"),
    ("description", "Description", "text"),
    ("signed", "Signed", "calendar_date"),
]

DECLARED = """\
title: Example contracts
publisher: Example
place: us_il
page: https://example.org/
licence: public domain
fiscal_year_begins: 1
cadence: weekly
grain: one contract
covers: Everything.
does_not_cover: Nothing.
is_complete: false
verified: {how: the test, when: 2026-11-01}
record_kind: contract
basis: committed
amounts: line
purchase_key: [contract]
row_key: [contract]
columns:
  contract: award_number
  department: agency_name_source
  vendor_name: vendor_name_source
  award_amount: amount
  description: description
  signed: signed_date
"""


def on_socrata(address: str, table: str, *more: str) -> str:
    """Return a declaration of a table of the Socrata portal at this address, with more lines."""
    where = ("adapter: socrata", f"domain: {address}", f"dataset: {table}")
    return with_lines(DECLARED, *where, *more)


def with_lines(declared: str, *more: str) -> str:
    """Return a declaration with more lines at its end."""
    return declared + "".join(f"{line}\n" for line in more)


def contract(number: int, amount: str = "100.10") -> dict[str, str]:
    """Return a contract as the portal has it."""
    return {
        "contract": f"C{number}",
        "department": "Police",
        "vendor_name": "Axon Enterprise Inc",
        "award_amount": amount,
        "description": "BODY WORN CAMERAS",
        "signed": "2026-03-01T00:00:00.000",
    }
