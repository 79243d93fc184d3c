"""Every declaration that we ship: right, consistent with what is known, and able to start."""

import csv
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.adapters.portal import Part
from ingest.places import place_of
from ingest.record_columns import plain
from ingest.source import Source, load_sources
from ingest.ways import dataset_of, way_of

SOURCES = Path(__file__).parent.parent / "data" / "sources"
CATALOGUE = Path(__file__).parents[2] / "shared" / "specs" / "catalog"
DECLARED = load_sources([SOURCES])
OF_PLACES = {key: source for key, source in DECLARED.items() if source.is_of_a_place}
ON = {key: source for key, source in OF_PLACES.items() if source.is_on}
# Columns that tell who a person is or how to reach one: words of the publishers' own names.
PERSONAL = re.compile(
    r"phone|email|contact(?!or)|street|addr|(^|_)zip|postal|gender|ethnicity|buyer_name|signer"
)


@pytest.mark.parametrize("source", OF_PLACES.values(), ids=OF_PLACES)
def test_a_declaration_is_named_by_its_place_and_says_what_it_is(source: Source) -> None:
    assert source.id.startswith(f"{source.place}_")
    assert place_of(source.place).place_id == source.place
    assert source.register_name == source.id
    assert source.page.startswith("https://")
    for words in (source.covers, source.does_not_cover, source.grain or ""):
        assert words.strip()
    if source.contracts_in:
        assert DECLARED[source.contracts_in].record_kind == "contract"


@pytest.mark.parametrize("source", OF_PLACES.values(), ids=OF_PLACES)
def test_what_is_off_says_why_and_which_command_helps(source: Source) -> None:
    text = source.path.read_text("utf-8")
    if source.is_on:
        assert source.verified
        assert source.verified.when > date(2023, 1, 1)
    elif "for its size alone" not in text and "Off until" not in text:
        assert text.startswith("# Switched off: ")
        assert f"whobuys check --columns {source.id}\n" in text


def test_many_places_are_on() -> None:
    assert len(ON) >= 20
    assert len({source.place for source in ON.values()}) >= 15
    assert {"ca_contracts", "uk_contracts_finder", "uk_find_a_tender"} <= set(ON)


@pytest.mark.parametrize("source", OF_PLACES.values(), ids=OF_PLACES)
def test_what_tells_of_private_people_stays_in_the_raw_file(source: Source) -> None:
    for theirs, ours in source.columns.items():
        if ours not in ("agency_name_source", "agency_code"):
            assert not PERSONAL.search(plain(theirs)), f"{theirs} becomes {ours}"


@pytest.mark.parametrize("source", OF_PLACES.values(), ids=OF_PLACES)
def test_numbers_of_a_payment_are_no_purchase(source: Source) -> None:
    if source.record_kind == "payment":
        for key in (*source.purchase_key, *source.purchase_key_else):
            assert not re.search(r"voucher|check|cheque|payment|invoice|^trans", plain(key))


@pytest.mark.parametrize(
    "source", [source for source in OF_PLACES.values() if source.domain], ids=lambda s: s.id
)
def test_the_adapter_can_form_its_first_request(source: Source) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    dataset = dataset_of(source, now.date())
    step = way_of(source).first(dataset, Part("part-1", source.title), None, now)
    assert step.address.startswith(f"https://{source.domain}/")
    asked = " ".join([step.address, *step.params.values()])
    assert (source.dataset if source.adapter != "ckan" else "part-1") in asked
    assert "{" not in asked


@pytest.mark.parametrize(
    "source", [source for source in OF_PLACES.values() if source.address], ids=lambda s: s.id
)
def test_files_are_fetched_from_whole_addresses(source: Source) -> None:
    addresses = dataset_of(source, date(2026, 11, 22)).addresses
    assert addresses
    assert all(address.startswith("https://") and "{" not in address for address in addresses)


def catalogue() -> list[dict[str, str]]:
    path = CATALOGUE / "local_catalog.csv"
    if not path.exists():
        pytest.skip("needs ../shared/specs/catalog")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def metadata() -> dict[str, set[str]]:
    """Return the names of the columns of each data set, as portals described them in 2022."""
    path = CATALOGUE / "socrata_procurement_metadata_2022-07.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return {
            row["id"]: {
                re.sub(r":[A-Z][A-Za-z ]+$", "", field)
                for field in row["field_names_and_types"].split("; ")
            }
            for row in csv.DictReader(handle)
        }


def declaration_of(row: dict[str, str]) -> Source | None:
    """Return the declaration of a data set of the catalogue."""
    wanted = row["dataset_id"].removeprefix("dataset/")
    by_id = [source for source in OF_PLACES.values() if source.dataset == wanted]
    # Three are read from files, because no adapter can ask their service.
    by_hand = {
        "www.checkbooknyc.com/api": "us_ny_new_york_checkbook",
        "data.houstontx.gov": "us_tx_houston_payments",
        "data.virginia.gov": "us_va_eva_orders",
    }
    return by_id[0] if by_id else DECLARED.get(by_hand.get(row["domain"], ""))


@pytest.mark.verify
def test_every_data_set_of_the_catalogue_has_a_declaration() -> None:
    missing = [row["dataset_id"] for row in catalogue() if declaration_of(row) is None]
    assert missing == []
    ruled_out = {
        name.strip()
        for place, _ in json.loads((CATALOGUE / "negative_findings.json").read_text("utf-8"))
        for name in place.split(",")
    }
    for name in ruled_out:
        assert not [key for key in ON if plain(name) in key and not key.startswith("us_la_")]


@pytest.mark.verify
def test_columns_are_those_that_the_catalogue_knows() -> None:
    known = metadata()
    for row in catalogue():
        source = declaration_of(row)
        assert source
        mapped = {plain(column) for column in source.columns}
        left = {plain(column) for column in source.ignored}
        used = {
            plain(column)
            for column in (
                *source.purchase_key, *source.purchase_key_else, *source.row_key,
                *source.contract_key, *(c for s in source.conditions.values() for c in s),
            )
        }  # fmt: skip
        for role in ("payer", "vendor", "amount", "date", "description", "contract_or_po_id"):
            if row[role] and not row[role].startswith("("):
                assert plain(row[role]) in mapped | left | used, (source.id, role, row[role])
        columns = {plain(column) for column in known.get(row["dataset_id"], set())}
        if columns and source.adapter == "socrata":
            unknown = (mapped | left | used) - columns - NEWER.get(source.id, set())
            assert not unknown, (source.id, unknown)
            assert not columns - (mapped | left | used), (source.id, columns)


# Columns that data sets gained since 2022, each as a later reading saw it.
NEWER = {
    "us_ca_san_francisco_payments": {
        "supplier_other_non_supplier_payees", "encumbrance_balance", "data_as_of",
        "data_loaded_at", "non_profit_indicator", "contract_number", "contract_title",
        "purchase_order_date", "purchasing_authority_description",
    },
}  # fmt: skip
