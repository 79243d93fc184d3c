"""Awards as USAspending knows them, from rows of its own files, and what it says of one."""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Row = Mapping[str, str]
_COUNTY = "prime_award_transaction_place_of_performance_county_fips_code"


def words(text: str) -> str:
    return " ".join(re.findall(r"[A-Z0-9]+", text.upper()))


@dataclass
class Award:
    """An award as the service knows it: its transactions as rows, in the order of their dates."""

    internal_id: int
    key: str
    rows: list[Row]
    text: str = ""
    named: str = ""
    subawards: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = sorted(
            self.rows, key=lambda row: (row["action_date"], row.get("modification_number") or "")
        )
        searched = (
            "recipient_name", "naics_description", "product_or_service_code_description",
            "transaction_description", "prime_award_base_transaction_description", "recipient_uei",
            "recipient_duns", "recipient_parent_uei", "product_or_service_code", "award_id_piid",
            "award_id_fain",
        )  # fmt: skip
        found = {words(row.get(name) or "") for row in self.rows for name in searched}
        self.text = "".join(f" {text} |" for text in sorted(found))
        naming = ("recipient_name", "recipient_parent_name", "recipient_uei", "recipient_duns")
        found = {words(row.get(name) or "") for row in self.rows for name in naming}
        self.named = "".join(f" {text} |" for text in sorted(found))

    @property
    def is_grant(self) -> bool:
        return self.key.startswith("ASST_")

    @property
    def group(self) -> str:
        if self.is_grant:
            return "grants"
        return "idvs" if self.key.startswith("CONT_IDV_") else "contracts"

    @property
    def code(self) -> str:
        row = self.latest
        if self.is_grant:
            return row.get("assistance_type_code") or "04"
        given = row.get("award_type_code") or row.get("idv_type_code")
        return given or ("IDV_B_B" if self.group == "idvs" else "B")

    @property
    def latest(self) -> Row:
        return self.rows[-1]

    @property
    def number(self) -> str:
        return self.latest.get("award_id_piid") or self.latest.get("award_id_fain") or ""

    @property
    def amount(self) -> Decimal:
        return sum((Decimal(row["federal_action_obligation"]) for row in self.rows), Decimal(0))

    @property
    def signed(self) -> str:
        return self.rows[0]["action_date"]

    @property
    def modified(self) -> str:
        day = max(row.get("last_modified_date") or row["action_date"] for row in self.rows)
        return day if " " in day else f"{day} 00:00:00"

    @property
    def description(self) -> str:
        return (
            self.latest.get("prime_award_base_transaction_description")
            or self.rows[0].get("transaction_description")
            or ""
        )

    def field(self, name: str) -> Any:
        row = self.latest
        values: dict[str, Callable[[], Any]] = {
            "Award ID": lambda: self.number,
            "Recipient Name": lambda: row.get("recipient_name") or None,
            "Recipient UEI": lambda: row.get("recipient_uei") or None,
            "Awarding Agency": lambda: row.get("awarding_agency_name") or None,
            "Awarding Sub Agency": lambda: row.get("awarding_sub_agency_name") or None,
            "Description": lambda: self.description or None,
            "Last Modified Date": lambda: self.modified,
            "Base Obligation Date": lambda: self.signed,
            "Start Date": lambda: row.get("period_of_performance_start_date") or None,
            "End Date": lambda: row.get("period_of_performance_current_end_date") or None,
            "Award Amount": lambda: self.amount,
        }
        # A field that is not known is no error: it comes back as null.
        return values[name]() if name in values else None


def transaction_answer(award: Award, row: Row) -> dict[str, Any]:
    key = row.get("contract_transaction_unique_key")
    return {
        "id": f"CONT_TX_{key}" if key else f"ASST_TX_{row['assistance_transaction_unique_key']}",
        "type": award.code,
        "type_description": row.get("award_type") or None,
        "action_date": row["action_date"],
        "action_type": row.get("action_type_code") or None,
        "action_type_description": row.get("action_type") or None,
        "modification_number": row.get("modification_number") or None,
        "description": row.get("transaction_description") or None,
        "federal_action_obligation": Decimal(row["federal_action_obligation"]),
        "face_value_loan_guarantee": None,
        "original_loan_subsidy_cost": None,
        "cfda_number": row.get("cfda_number") or None,
    }


def subaward_answer(row: Row) -> dict[str, Any]:
    return {
        # The service's own number of it, which nothing else knows.
        "id": zlib.crc32(repr(sorted(row.items())).encode()),
        "subaward_number": row["subaward_number"],
        "description": row.get("subaward_description") or None,
        "action_date": row["subaward_action_date"],
        "amount": Decimal(row["subaward_amount"]),
        "recipient_name": row.get("subawardee_name") or None,
    }


def _agency(row: Row, who: str) -> dict[str, Any]:
    return {
        "id": 1219,
        "has_agency_page": True,
        "toptier_agency": {
            "name": row.get(f"{who}_agency_name") or None,
            "code": row.get(f"{who}_agency_code") or None,
            "abbreviation": None,
            "slug": None,
        },
        "subtier_agency": {
            "name": row.get(f"{who}_sub_agency_name") or None,
            "code": row.get(f"{who}_sub_agency_code") or None,
            "abbreviation": None,
        },
        "office_agency_name": row.get(f"{who}_office_name") or None,
    }


def _common(award: Award) -> dict[str, Any]:
    row = award.latest
    return {
        "id": award.internal_id,
        "generated_unique_award_id": award.key,
        "type": award.code,
        "description": award.description or None,
        "total_obligation": award.amount,
        "subaward_count": len(award.subawards),
        "total_subaward_amount": sum(Decimal(row["subaward_amount"]) for row in award.subawards)
        if award.subawards
        else None,
        "date_signed": award.signed,
        "awarding_agency": _agency(row, "awarding"),
        "funding_agency": _agency(row, "funding"),
        "period_of_performance": {
            "start_date": row.get("period_of_performance_start_date") or None,
            "end_date": row.get("ordering_period_end_date")
            if award.group == "idvs"
            else row.get("period_of_performance_current_end_date") or None,
            "last_modified_date": award.modified,
            "potential_end_date": row.get("period_of_performance_potential_end_date") or None,
        },
        "recipient": {
            "recipient_hash": "a704b6c0-d296-fc75-79e9-7a9546b3b634-C",
            "recipient_name": row.get("recipient_name") or None,
            "recipient_uei": row.get("recipient_uei") or None,
            "recipient_unique_id": row.get("recipient_duns") or None,
            "parent_recipient_hash": None,
            "parent_recipient_name": row.get("recipient_parent_name") or None,
            "parent_recipient_uei": row.get("recipient_parent_uei") or None,
            "parent_recipient_unique_id": None,
            "business_categories": ["Category Business"],
            "location": {
                "address_line1": "3 PRIVATE ROAD",
                "city_name": row.get("recipient_city_name") or None,
                "county_name": row.get("recipient_county_name") or None,
                "state_code": row.get("recipient_state_code") or None,
                "state_name": None,
                "zip5": "95691",
            },
        },
        "executive_details": {"officers": [{"name": "PRIVATE PERSON", "amount": 1.0}]},
        "place_of_performance": {
            "location_country_code": row.get("primary_place_of_performance_country_code") or None,
            "country_name": None,
            "state_code": row.get("primary_place_of_performance_state_code") or None,
            "state_name": None,
            "county_name": row.get("primary_place_of_performance_county_name") or None,
            # Three digits, where the files have the state's two before them.
            "county_code": (row.get(_COUNTY) or "")[-3:] or None,
            "city_name": row.get("primary_place_of_performance_city_name") or None,
            "zip5": "95691",
            "address_line1": "3 PRIVATE ROAD",
        },
        "total_account_outlay": 0.0,
        "total_account_obligation": 0.0,
        "account_outlays_by_defc": [],
        "account_obligations_by_defc": [],
    }


def contract_answer(award: Award) -> dict[str, Any]:
    row = award.latest
    is_idv = award.group == "idvs"
    parent = row.get("parent_award_id_piid") or None
    ceiling = row.get("potential_total_value_of_award")
    return {
        **_common(award),
        "piid": award.number,
        "category": "idv" if is_idv else "contract",
        "type_description": row.get("award_type") or None,
        "base_exercised_options": award.amount,
        "base_and_all_options": Decimal(ceiling) if ceiling else None,
        "parent_award": {
            "agency_id": 1173,
            "agency_name": row.get("parent_award_agency_name") or None,
            "agency_slug": None,
            "sub_agency_id": row.get("parent_award_agency_id"),
            "sub_agency_name": None,
            "award_id": 69513842,
            "generated_unique_award_id": f"CONT_IDV_{parent}_{row.get('parent_award_agency_id')}",
            "idv_type_description": row.get("parent_award_type") or None,
            "multiple_or_single_aw_desc": {"S": "SINGLE AWARD", "M": "MULTIPLE AWARD"}.get(
                row.get("parent_award_single_or_multiple_code", "")
            ),
            "piid": parent,
            "type_of_idc_description": None,
        }
        if parent
        else None,
        "latest_transaction_contract_data": {
            "idv_type_description": row.get("idv_type") or None,
            "referenced_idv_agency_iden": row.get("parent_award_agency_id") or None,
            "referenced_idv_agency_desc": row.get("parent_award_agency_name") or None,
            "number_of_offers_received": row.get("number_of_offers_received") or None,
            "extent_competed": row.get("extent_competed_code") or None,
            "extent_competed_description": row.get("extent_competed") or None,
            "solicitation_procedures": row.get("solicitation_procedures_code") or None,
            "solicitation_procedures_description": row.get("solicitation_procedures") or None,
            "other_than_full_and_open_description": row.get("other_than_full_and_open_competition")
            or None,
            "fair_opportunity_limited_description": row.get("fair_opportunity_limited_sources")
            or None,
            "type_set_aside_description": row.get("type_of_set_aside") or None,
            "product_or_service_code": row.get("product_or_service_code") or None,
            "product_or_service_description": row.get("product_or_service_code_description")
            or None,
            "naics": row.get("naics_code") or None,
            "naics_description": row.get("naics_description") or None,
            "multiple_or_single_award_description": {
                "S": "SINGLE AWARD",
                "M": "MULTIPLE AWARD",
            }.get(row.get("multiple_or_single_award_idv_code", "")),
        },
        "psc_hierarchy": {
            "toptier_code": {},
            "midtier_code": {},
            "subtier_code": {},
            "base_code": {},
        },
        "naics_hierarchy": {"toptier_code": {}, "midtier_code": {}, "base_code": {}},
    }


def grant_answer(award: Award) -> dict[str, Any]:
    row = award.latest
    return {
        **_common(award),
        "fain": award.number,
        "uri": None,
        "category": "grant",
        "type_description": row.get("assistance_type_description") or None,
        "cfda_info": [
            {
                "cfda_number": row.get("cfda_number"),
                "cfda_title": row.get("cfda_title"),
                "federal_action_obligation_amount": 1.0,
            }
        ],
        "transaction_obligated_amount": None,
        "non_federal_funding": 0.0,
        "total_funding": award.amount,
        "total_loan_value": None,
        "total_subsidy_cost": None,
        "record_type": 2,
        "funding_opportunity": {"number": None, "goals": None},
    }
