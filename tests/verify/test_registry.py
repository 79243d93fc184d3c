"""The research registry: every vendor and every name of it is known, or left out with a reason."""

import csv
from pathlib import Path

import pytest

from ingest.knowledge import Knowledge, load_knowledge
from ingest.small_ledger import classified

pytestmark = pytest.mark.verify
REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
# Vendors that have another id here: the registry's own word for a business that has a line.
OURS = {"wiretap_covert_integrators_ads_inc": "atlantic_diving_supply"}
# Names that the registry gives to the owner and we give to the business that bears them.
BEARERS = {
    "Thomson Reuters Special Services": "thomson_reuters_special_services",
    "TRSS": "thomson_reuters_special_services",
    "LexisNexis": "relx",
    "LexisNexis Coplogic": "lexisnexis_risk_solutions",
    "AccessData": "accessdata",
    "Guidance Software": "guidance_software",
    "Appriss Insights": "appriss",
    "PredPol": "predpol",
    "Cogent Systems": "thales_cogent",
    "Gemalto Cogent": "thales_cogent",
    "3M Cogent": "thales_cogent",
    "Grayshift (merged 2023)": "grayshift",
    "SAIC (old)": "saic",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge([REFERENCE])


@pytest.fixture(scope="module")
def registry(shared: Path) -> list[dict[str, str]]:
    return rows(shared / "registry" / "vendor_aliases.csv")


@pytest.fixture(scope="module")
def left_out() -> set[tuple[str, str]]:
    return {(row["name"], row["vendor_id"]) for row in rows(REFERENCE / "left_out.csv")}


def name_without_remark(name: str) -> str:
    """Return a name without the registry's remark on it: `Grayshift (merged 2023)`."""
    return name.split(" (", maxsplit=1)[0] if name.endswith(")") else name


def test_every_vendor_of_the_registry_has_a_line(knowledge: Knowledge, shared: Path) -> None:
    known = {vendor.vendor_id for vendor in knowledge.vendors}
    vendors = {row["vendor_id"] for row in rows(shared / "registry" / "vendors.csv")}
    assert {OURS.get(vendor, vendor) for vendor in vendors} - known == set()


def test_every_name_leads_to_its_vendor_or_is_left_out_with_a_reason(
    knowledge: Knowledge, registry: list[dict[str, str]], left_out: set[tuple[str, str]]
) -> None:
    names = [row for row in registry if row["kind"] != "product"]
    connection = classified(
        knowledge, {"vendor": [name_without_remark(row["alias"]) for row in names]}
    )
    found = dict(
        connection.execute(
            "select purchase_id::integer, vendor_id from core.purchase "
            "join core.vendor using (vendor_key) where is_known"
        ).fetchall()
    )
    lost = []
    for place, row in enumerate(names):
        expected = {
            row["vendor_id"],
            OURS.get(row["vendor_id"], row["vendor_id"]),
            BEARERS.get(row["alias"], ""),
        }
        if (row["alias"], row["vendor_id"]) in left_out:
            continue
        if found.get(place) not in expected and row["alias"] not in ("ADS Inc", "ADS, Inc."):
            lost.append((row["alias"], row["vendor_id"], found.get(place)))
    assert lost == []


def test_every_product_leads_to_its_maker_or_is_left_out_with_a_reason(
    knowledge: Knowledge, registry: list[dict[str, str]], left_out: set[tuple[str, str]]
) -> None:
    products = [row for row in registry if row["kind"] == "product"]
    connection = classified(
        knowledge,
        {
            "agency": ["Police Department"] * len(products),
            "vendor": ["CARAHSOFT TECHNOLOGY CORP"] * len(products),
            "description": [f"{row['alias']} LICENSE" for row in products],
        },
    )
    makers = set(
        connection.execute(
            "select purchase_id::integer, maker_id from evidence.reason where speaks = 'for'"
        ).fetchall()
    )
    assert [
        (row["alias"], row["vendor_id"])
        for place, row in enumerate(products)
        if (place, row["vendor_id"]) not in makers
        and (row["alias"], row["vendor_id"]) not in left_out
    ] == []


@pytest.mark.parametrize("agency", ["Police Department", "Department of Public Works", None])
@pytest.mark.parametrize("description", [None, "SUPPLIES", "GOODS AND FREIGHT"])
def test_no_ambiguous_name_counts_by_itself(
    knowledge: Knowledge,
    registry: list[dict[str, str]],
    agency: str | None,
    description: str | None,
) -> None:
    names = sorted({row["alias"] for row in registry if row["ambiguous"] == "yes"})
    connection = classified(
        knowledge,
        {
            "agency": [agency] * len(names),
            "vendor": names,
            "description": [description] * len(names),
        },
    )
    counted = connection.execute(
        "select purchase_id::integer, rule from evidence.verdict "
        "where status = 'matched' and scope = 'strict'"
    ).fetchall()
    assert [(names[place], rule) for place, rule in counted] == []


def test_what_is_left_out_is_of_the_registry_and_says_why(
    registry: list[dict[str, str]], left_out: set[tuple[str, str]]
) -> None:
    assert left_out - {(row["alias"], row["vendor_id"]) for row in registry} == set()
    assert all(row["because"] for row in rows(REFERENCE / "left_out.csv"))
