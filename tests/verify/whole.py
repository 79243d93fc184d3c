"""Every file of the real records in one home: what a newsroom has that has loaded all of them."""

from pathlib import Path

from ingest.add import add, add_starter
from ingest.build import build
from ingest.home import Home

# Pattern of the files under shared/real, and the source that each belongs to.
LOADS = {
    "usaspending_archive/*.zip": "us_federal_contracts",
    "usaspending_transactions_fy13/ice_fy13.csv": "us_federal_contracts",
    "usaspending_summaries_2023/*.csv": "us_federal_contracts",
    "usaspending_summaries_2025/*Summaries*.csv": "us_federal_contracts",
    "usaspending_summaries_2025/*Subawards*.csv": "us_federal_subawards",
    "chicago_contracts/*.csv": "us_il_chicago_contracts",
    "san_francisco_vendor_payments/*.csv": "us_ca_san_francisco_payments",
    "gla_spend/*.csv": "uk_london_gla_spend",
    "uk_ocds_notices/releases_ocds-b5fd17.json": "uk_contracts_finder",
    "uk_ocds_notices/releases_ocds-r6ebe6.json": "uk_scotland_contracts",
    "uk_ocds_notices/releases_ocds-kuma6s.json": "uk_wales_contracts",
    "eff_atlas_2020/*.csv": "us_eff_atlas",
    "flock_transparency_portals_2024/*usage*.csv": "us_flock_portals",
    "flock_transparency_portals_2024/*survey*.csv": "us_nc_plate_reader_survey",
}


def load_everything(home: Home, real: Path) -> Path:
    """Add every real file and the starter ledger to a home, build it, and return the database."""
    add_starter(home)
    for pattern, source_id in LOADS.items():
        files = sorted(real.glob(pattern))
        assert files, f"no file {pattern} in {real}"
        for file in files:
            add(home, file, source_id)
    return build(home).database
