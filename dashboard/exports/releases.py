"""Open Contracting releases of what the ledger can honestly say in that standard.

Counted purchases with an official key: federal awards, contracts and purchase orders. Left out:
payments put together without a reference (no contracting process stands behind them), doubtful
purchases, umbrella contracts. `value` is the value of the contract, so only a value the record
calls one is put there: what was committed, or the ceiling. Obligated is neither, and stands in
`whobuys:amount` with its basis. Payments under a reference are transactions of implementation.
"""

from collections.abc import Iterator
from typing import Any

from dashboard import data
from dashboard import format as fmt
from dashboard.data import Build, Row, Selection

Release = dict[str, Any]

# No prefix is registered for whobuys: a newsroom that publishes releases registers its own.
OCID_PREFIX = "ocds-unregistered-whobuys"


def package(build: Build) -> dict[str, Any]:
    """Return everything of a release package except its releases."""
    as_of = f"{data.about(build)['as_of']}T00:00:00Z"
    return {
        "uri": f"urn:whobuys:{data.about(build)['build_id']}",
        "version": "1.1",
        "publishedDate": as_of,
        "publisher": {"name": "whobuys"},
        "license": "https://www.apache.org/licenses/LICENSE-2.0",
    }


def releases(build: Build) -> Iterator[Release]:
    """Yield a release for each purchase, in the order of their ids."""
    rows = data.every_purchase(build, Selection(), "Newest first")
    for row in sorted(rows, key=lambda row: str(row["purchase_id"])):
        if row["record_kind"] == "idv" or row["is_grouped"] or not row["agency_id"]:
            continue
        if row["last_date"] or row["signed_date"]:
            yield _release(build, row)


def _release(build: Build, row: Row) -> Release:
    key = str(row["purchase_id"])
    buyer = {"id": str(row["agency_id"]), "name": str(row["agency_name"])}
    name = str(row["vendor_name"] or row["vendor_name_source"] or "not in the record")
    supplier = {"id": str(row["vendor_id"] or name), "name": name}
    award = f"{key}:award"
    return _kept(
        {
            "ocid": f"{OCID_PREFIX}-{key}",
            "id": f"{key}:{row['last_date'] or row['signed_date']}",
            "date": _moment(row["last_date"] or row["signed_date"]),
            "tag": ["contract"],
            "initiationType": "tender",
            "parties": [
                {**buyer, "roles": ["buyer"]},
                {**supplier, "roles": ["supplier"]},
            ],
            "buyer": buyer,
            "awards": [
                _kept(
                    {
                        "id": award,
                        "date": _moment(row["signed_date"]),
                        "status": "active",
                        "description": row["description"],
                        "suppliers": [supplier],
                    }
                )
            ],
            "contracts": [_contract(build, row, award)],
        }
    )


def _contract(build: Build, row: Row, award: str) -> dict[str, Any]:
    value = row["ceiling_usd"]
    if row["basis"] == "committed":
        value = row["amount"]
    currency = row["currency"] if row["basis"] == "committed" else "USD"
    amount = row["amount_usd"] if row["amount_usd"] is not None else row["amount"]
    return _kept(
        {
            "id": str(row["purchase_id"]),
            "awardID": award,
            "title": row["award_number"],
            "description": row["description"],
            "value": _value(value, currency),
            "dateSigned": _moment(row["signed_date"]),
            "period": _kept(
                {"startDate": _moment(row["start_date"]), "endDate": _moment(row["end_date"])}
            ),
            "documents": [{"id": "record", "url": row["source_url"]}]
            if str(row["source_url"] or "").startswith("https://")
            else None,
            "implementation": _payments(build, row) if row["basis"] == "paid" else None,
            "whobuys:amount": _kept(
                {
                    "basis": row["basis"],
                    "basisMeaning": fmt.BASIS_GLOSS[row["basis"]],
                    "amount": None if amount is None else str(amount),
                    "currency": "USD" if row["amount_usd"] is not None else row["currency"],
                    "technology": row["technology"],
                    "status": row["status"],
                }
            ),
        }
    )


def _payments(build: Build, row: Row) -> dict[str, Any] | None:
    paid = [
        _kept(
            {
                "id": each["transaction_id"],
                "date": _moment(each["date"]),
                "value": _value(each["amount"], each["currency"]),
            }
        )
        for each in data.transactions_of(build, str(row["purchase_id"]))
    ]
    return {"transactions": paid} if paid else None


def _value(amount: Any, currency: object) -> dict[str, Any] | None:
    # The standard wants a number here; the exact cents stand in the tables beside it.
    return None if amount is None else {"amount": float(amount), "currency": str(currency)}


def _moment(day: object) -> str | None:
    return f"{day}T00:00:00Z" if day else None


def _kept(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part not in (None, "", [], {})}
