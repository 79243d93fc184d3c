"""The tables that raw files are staged in, and the columns of each: our names for what is read."""

from typing import Literal

from ingest.record_columns import STAGED_RECORD
from ingest.use_columns import STAGED_USE

Table = Literal["transactions", "summaries", "grants", "subawards", "records", "uses"]

_BOTH = (
    "award_key award_number parent_agency_code parent_agency_name parent_award_number"
    " lifetime_amount ceiling start_date end_date last_possible_end_date ordering_end_date"
    " department_code department_name agency_code agency_name office_name funding_agency_code"
    " funding_agency_name funding_office_name vendor_uei vendor_duns vendor_name vendor_cage"
    " vendor_parent_uei vendor_parent_name record_flag award_type idv_type"
    " single_or_multiple_code base_description psc_code psc naics_code naics competition"
    " offers_received solicitation_procedures no_competition_reason fair_opportunity_exception"
    " set_aside work_country work_state work_county work_county_fips work_city"
    " parent_single_or_multiple_code parent_award_type record_url last_modified_date"
)
# What is staged of each table. What a layout lacks is null there: absent, never zero.
COLUMNS: dict[Table, tuple[str, ...]] = {
    "transactions": tuple(
        f"correction transaction_key modification_number amount ceiling_change date description"
        f" {_BOTH}".split()
    ),
    "summaries": tuple(f"signed_date latest_date {_BOTH}".split()),
    "grants": tuple(
        "correction transaction_key award_key award_number modification_number amount"
        " lifetime_amount date description base_description start_date end_date department_code"
        " department_name agency_code agency_name office_name funding_agency_name vendor_uei"
        " vendor_duns vendor_name vendor_parent_uei vendor_parent_name recipient_city"
        " recipient_county recipient_state recipient_kind listing listing_title assistance_type"
        " record_url last_modified_date".split()
    ),
    "subawards": tuple(
        "award_key award_number parent_award_number lifetime_amount department_code"
        " department_name agency_code agency_name vendor_uei vendor_name base_description"
        " subaward_number report_id amount date description subvendor_uei subvendor_duns"
        " subvendor_name subvendor_parent_uei subvendor_parent_name record_url"
        " last_modified_date".split()
    ),
    # Of the tables of places, which have modules of their own.
    "records": STAGED_RECORD,
    "uses": STAGED_USE,
}
# What a declaration may call a column of the publisher's.
OUR_COLUMNS = frozenset(
    {
        "transaction_number",
        *(
            name
            for table, names in COLUMNS.items()
            if table not in ("records", "uses")
            for name in names
        ),
    }
)
# Without these a row says nothing: a file that lacks the column is refused, a row that lacks
# the value is set aside.
REQUIRED: dict[Table, tuple[str, ...]] = {
    "transactions": ("transaction_key", "award_key", "amount", "date"),
    "summaries": ("award_key", "lifetime_amount"),
    "grants": ("transaction_key", "award_key", "amount", "date"),
    "subawards": ("award_key", "subaward_number", "amount", "date"),
    "records": ("row_key",),
    "uses": ("row_key", "agency_name_source"),
}
# Deletions in a delta carry only keys.
DELETION = "correction = 'D'"
