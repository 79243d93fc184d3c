"""Rows and files in the official layouts of USAspending, from a few values each.

The headers are the publisher's own; what a test does not say stays empty, as it does in the
real files.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingest.add import add
from ingest.build import Built, build
from ingest.home import Home
from ingest.stage import Manifest

ROOT = Path(__file__).resolve().parents[1]
RECORDED = Path(__file__).parent / "recorded" / "us_federal_contracts"
SOURCE = "us_federal_contracts"
NONE = "-NONE-"

Row = dict[str, str]


def _header(path: Path) -> list[str]:
    return path.read_text("utf-8").rstrip("\n").split(",")


H297 = _header(ROOT / "benchmarks" / "contracts_297.header.csv")
# A delta is the same with two columns before it.
H299 = ["correction_delete_ind", "agency_id", *H297]
H259 = _header(RECORDED / "transactions_259.header.csv")
H286 = _header(RECORDED / "summaries_286.header.csv")
H279 = _header(RECORDED / "summaries_279.header.csv")
SUBAWARDS = _header(RECORDED / "subawards_118.header.csv")
ASSISTANCE = _header(RECORDED / "assistance_112.header.csv")


def award_key(
    number: str, agency: str = "7012", parent: str = NONE, parent_agency: str = NONE
) -> str:
    """Return the publisher's key of an award."""
    return f"CONT_AWD_{number}_{agency}_{parent}_{parent_agency}"


def transaction(
    number: str = "70CDCR24P00000001",
    amount: str = "100.00",
    date: str = "2024-03-01",
    *,
    modification: str = "0",
    agency: str = "7012",
    department: str = "070",
    parent: str = "",
    parent_agency: str = "",
    **columns: str,
) -> Row:
    """Return one row of transactions, with the keys that follow from its numbers."""
    is_idv = columns.get("award_or_idv_flag") == "IDV"
    return {
        "contract_transaction_unique_key": (
            f"{agency}_{NONE}_{number}_{modification}_{NONE}_{NONE}"
            if is_idv
            else f"{agency}_{parent_agency or NONE}_{number}_{modification}_{parent or NONE}_0"
        ),
        "contract_award_unique_key": (
            f"CONT_IDV_{number}_{agency}"
            if is_idv
            else award_key(number, agency, parent or NONE, parent_agency or NONE)
        ),
        "award_id_piid": number,
        "modification_number": modification,
        "transaction_number": "" if is_idv else "0",
        "parent_award_agency_id": parent_agency,
        "parent_award_id_piid": parent,
        "federal_action_obligation": amount,
        "action_date": date,
        "awarding_agency_code": department,
        "awarding_agency_name": "Department of Homeland Security",
        "awarding_sub_agency_code": agency,
        "awarding_sub_agency_name": "U.S. Immigration and Customs Enforcement",
        "recipient_name": "CLEARVIEW AI, INC.",
        "award_or_idv_flag": "AWARD",
        "transaction_description": "FACIAL RECOGNITION SOFTWARE",
        "prime_award_base_transaction_description": "FACIAL RECOGNITION SOFTWARE",
        "last_modified_date": date,
        **columns,
    }


def older(row: Row) -> Row:
    """Return a row of transactions as the layout of 259 columns has it: without keys."""
    renamed = {
        "parent_award_id_piid": "parent_award_id",
        "transaction_description": "award_description",
    }
    return {
        renamed.get(column, column): value
        for column, value in row.items()
        if renamed.get(column, column) in H259
    }


def changed(row: Row, indicator: str = "") -> Row:
    """Return a row as a delta has it: C for a correction, D with nothing but keys."""
    if indicator == "D":
        keys = (
            "parent_award_agency_id", "award_id_piid", "modification_number",
            "parent_award_id_piid", "transaction_number", "contract_transaction_unique_key",
            "last_modified_date",
        )  # fmt: skip
        row = {key: row[key] for key in keys}
    return {"correction_delete_ind": indicator, **row}


def summary(number: str = "70CDCR24P00000001", lifetime: str = "500.00", **columns: str) -> Row:
    """Return one award summary: a total for its whole life, and no transactions."""
    return {
        "contract_award_unique_key": award_key(number),
        "award_id_piid": number,
        "total_obligated_amount": lifetime,
        "award_base_action_date": "2020-02-03",
        "award_latest_action_date": "2025-01-06",
        "awarding_agency_code": "070",
        "awarding_agency_name": "Department of Homeland Security",
        "awarding_sub_agency_code": "7012",
        "awarding_sub_agency_name": "U.S. Immigration and Customs Enforcement",
        "recipient_name": "CLEARVIEW AI, INC.",
        "award_or_idv_flag": "AWARD",
        "prime_award_base_transaction_description": "FACIAL RECOGNITION SOFTWARE",
        **columns,
    }


def csv_text(
    rows: Iterable[Mapping[str, str]],
    header: list[str] = H297,
    *,
    delimiter: str = ",",
    newline: str = "\n",
) -> str:
    """Return rows under a header; a column that the header lacks is a mistake in the test."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_csv(path: Path, rows: Iterable[Mapping[str, str]], header: list[str] = H297) -> Path:
    """Write rows as a CSV and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_text(rows, header).encode())
    return path


def write_zip(
    path: Path, members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED
) -> Path:
    """Write a zip of these members and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            # A fixed time: the same members make the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (2025, 10, 6, 0, 0, 0)), content, method)
    return path


def full(
    folder: Path,
    rows: Iterable[Mapping[str, str]],
    *,
    year: int = 2024,
    agency: str = "070",
    stamp: str = "20251006",
) -> Path:
    """Write a full file of the archive under its official name."""
    name = f"FY{year}_{agency}_Contracts_Full_{stamp}"
    return write_zip(folder / f"{name}.zip", {f"{name}_1.csv": csv_text(rows)})


def delta(
    folder: Path, rows: Iterable[Mapping[str, str]], *, agency: str = "070", stamp: str
) -> Path:
    """Write a file of changes under its official name."""
    name = f"FY(All)_{agency}_Contracts_Delta_{stamp}"
    return write_zip(folder / f"{name}.zip", {f"{name}_1.csv": csv_text(rows, H299)})


def load(home: Home, *paths: Path, source: str = SOURCE) -> list[Manifest]:
    """Add files in this order and return what staging made of each."""
    return [add(home, path, source).manifest for path in paths]


def build_of(home: Home, *paths: Path) -> Built:
    """Add files in this order, build, and return what was built."""
    load(home, *paths)
    return build(home)
