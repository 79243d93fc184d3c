"""What a declaration of a place's table may call the publisher's columns.

One list for every place: a column means the same wherever its name stands. Federal files have a
list of their own, in `ingest/adapters/usaspending_archive.py`.
"""

import re

# Where several columns of the publisher's carry one meaning, they are joined in the declared order.
JOINED = frozenset({"description", "funding"})
DATES = ("date", "signed_date", "start_date", "end_date", "last_possible_end_date")
MONEY = ("amount", "ceiling")

RECORD_COLUMNS: dict[str, str] = {
    "agency_name_source": "the body or department that buys, in the record's words",
    "agency_code": "its code in this source",
    "parent_agency_name": "the larger body that it is part of",
    "office_name": "the office or division within it",
    "vendor_name_source": "who is paid, in the record's words",
    "vendor_code": "the publisher's own number of the vendor",
    "amount": "the money of the row, of the declared basis",
    "ceiling": "the most that it could become",
    "currency": "ISO 4217 code, where it differs by row; else the declared `currency` holds",
    "date": "the day on which the money moved: payment, cheque, posting",
    "signed_date": "the day of signing, approval or award",
    "start_date": "the first day of the term",
    "end_date": "the last day of the term",
    "last_possible_end_date": "the last day with every extension",
    "fiscal_year": "the fiscal year as labelled, where no date is given: 2024, FY24, 2023-24",
    "modification_number": "the revision or amendment; 0 is the contract itself",
    "description": "what was bought; several columns are joined",
    "funding": "fund, account and centre that pay; several columns are joined",
    "competition": "how it was bought: procurement type, method, reason for a sole source",
    "offers_received": "number of offers",
    "contract_vehicle": "the master or cooperative contract that it rides on",
    "record_url": "the official page of this record",
    "document_url": "a document of the contract",
    "award_number": "the number printed on the contract, where it is not the key itself",
}

# What is staged of each row beyond these: its keys, and what reading it decided.
STAGED_RECORD: tuple[str, ...] = (
    "row_key",
    "purchase_key",
    "contract_ref",
    "is_private",
    # Whether the declared key tells the row, and a hash of everything that is read of it.
    "is_keyed",
    "row_hash",
    *RECORD_COLUMNS,
)


def plain(column: str) -> str:
    """Return a column name as portals write it: lower case, words joined by underscores.

    A file downloaded by hand has titles ("Award Amount") where the portal's API has names
    (`award_amount`), so both are compared in this form.
    """
    return re.sub(r"[\W_]+", "_", column.lower()).strip("_") or column
