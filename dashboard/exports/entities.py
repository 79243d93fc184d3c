"""FollowTheMoney entities of the counted purchases, one a line, as Aleph loads them.

A purchase is a Contract of a PublicBody and a ContractAward to a LegalEntity. The amount carries
its basis in words, because the model has one field for amounts of every kind. Vendors are
LegalEntity: the records do not say of what kind a business is.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from dashboard import data
from dashboard import format as fmt
from dashboard.data import Build, Row, Selection

Entity = dict[str, Any]

_DATASET = "whobuys"


def entities(build: Build) -> Iterator[Entity]:
    """Yield agencies, vendors, then purchases, each in the order of their ids."""
    purchases = sorted(
        data.every_purchase(build, Selection()), key=lambda row: str(row["purchase_id"])
    )
    agencies = {str(row["agency_id"]) for row in purchases}
    vendors = {str(row["vendor_id"]) for row in purchases if row["vendor_id"]}
    for row in data.every_row(build, "mart.agency"):
        if row["agency_id"] in agencies:
            yield _agency(row)
    for row in data.every_row(build, "mart.vendor"):
        if row["vendor_id"] in vendors:
            yield _vendor(row)
    for row in purchases:
        if row["agency_id"] and row["vendor_id"]:
            yield from _purchase(row)


def _id(kind: str, key: object) -> str:
    """Return an id that depends on our id alone, in letters that every program takes."""
    return f"whobuys-{hashlib.sha1(f'{kind}:{key}'.encode(), usedforsecurity=False).hexdigest()}"


def _entity(entity_id: str, schema: str, **properties: object) -> Entity:
    kept = {}
    for name, value in properties.items():
        values = value if isinstance(value, list) else [value]
        texts = sorted({str(each).strip() for each in values if each not in (None, "")})
        if texts:
            kept[name] = texts
    return {"id": entity_id, "schema": schema, "properties": kept, "datasets": [_DATASET]}


def _country(place_id: object) -> str | None:
    """Return the country of a place; ids begin with it (`us_ca` is in `us`)."""
    country = str(place_id or "").partition("_")[0]
    return {"uk": "gb"}.get(country, country) if len(country) == 2 else None  # noqa: PLR2004


def _agency(row: Row) -> Entity:
    return _entity(
        _id("agency", row["agency_id"]),
        "PublicBody",
        name=row["agency_name"],
        abbreviation=row["abbreviation"],
        previousName=row["former_names"] or [],
        country=_country(row["place_id"]),
        jurisdiction=_country(row["place_id"]),
    )


def _vendor(row: Row) -> Entity:
    numbers: dict[str, list[str]] = {}
    for each in row["identifiers"] or []:
        kind, _, number = str(each).partition(" ")
        numbers.setdefault(kind, []).append(number)
    return _entity(
        _id("vendor", row["vendor_id"]),
        "LegalEntity",
        name=row["vendor_name"],
        alias=[name for name in row["names_in_records"] or [] if name != row["vendor_name"]],
        previousName=row["former_names"] or [],
        uniqueEntityId=numbers.get("UEI", []),
        dunsCode=numbers.get("DUNS", []),
    )


def _purchase(row: Row) -> Iterator[Entity]:
    contract = _id("purchase", row["purchase_id"])
    words = row["description"] or row["what"] or f"Purchase {row['purchase_id']}"
    amount = row["amount_usd"] if row["amount_usd"] is not None else row["amount"]
    currency = "USD" if row["amount_usd"] is not None else row["currency"]
    meaning = f"{fmt.capital(str(row['basis']))}: {fmt.BASIS_GLOSS[row['basis']]}."
    kind = f"{fmt.capital(fmt.KIND_WORDS[row['record_kind']])}. {meaning}"
    yield _entity(
        contract,
        "Contract",
        title=words,
        name=words,
        authority=_id("agency", row["agency_id"]),
        contractDate=row["signed_date"],
        procedureNumber=row["award_number"],
        type=fmt.KIND_WORDS[row["record_kind"]],
        procedure=row["competition"],
        keywords=row["technology_name"],
        sourceUrl=_web(row["source_url"]),
        notes=f"Counted as {row['technology_name']}: {row['rule_title'] or row['rule']}. {kind}",
    )
    yield _entity(
        _id("award", row["purchase_id"]),
        "ContractAward",
        contract=contract,
        supplier=_id("vendor", row["vendor_id"]),
        amount=amount,
        amountUsd=row["amount_usd"],
        currency=currency if amount is not None else None,
        date=row["signed_date"],
        startDate=row["start_date"],
        endDate=row["end_date"],
        recordId=row["purchase_id"],
        role="paid vendor",
        status=fmt.STATUS_WORDS[row["status"]],
        summary=kind,
        sourceUrl=_web(row["source_url"]),
    )


def _web(address: object) -> str | None:
    text = str(address or "")
    return text if text.startswith(("https://", "http://")) else None
