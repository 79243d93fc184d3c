"""Invented tables of a city as its portal and its files would have them, for tests."""

from pathlib import Path

from ingest.add import Added, add
from ingest.home import Home

CONTRACTS, PAYMENTS = "us_il_springfield_contracts", "us_il_springfield_payments"
_ABOUT = """\
publisher: City of Springfield
place: us_il
page: https://data.springfield.example
licence: public domain
adapter: table_file
buyer: City of Springfield
fiscal_year_begins: 7
cadence: daily
is_complete: true
covers: everything
does_not_cover: nothing
verified: {how: header of a download, when: 2026-08-01}
expect: {max_rejected: 3}
"""
DECLARED = {
    CONTRACTS: _ABOUT
    + """\
title: Contracts of Springfield
grain: one row for each revision of a contract
record_kind: contract
basis: committed
amounts: delta
purchase_key: [contract_number]
row_key: [contract_number, revision]
columns:
  department: agency_name_source
  vendor: vendor_name_source
  award_amount: amount
  approved: signed_date
  revision: modification_number
  title: description
  fund: funding
  procurement: competition
  cooperative: contract_vehicle
  document: document_url
may_be_gone: [fund, procurement, cooperative, document]
ignore:
  where the vendor sits: [address]
""",
    PAYMENTS: _ABOUT
    + """\
title: Payments of Springfield
grain: one row for each line of a payment
record_kind: payment
basis: paid
amounts: line
purchase_key: [contract_number]
purchase_key_else: [order_number]
no_contract: {order_number: [Direct Payments], contract_number: [DV]}
contract_key: [contract_number]
contracts_in: us_il_springfield_contracts
voided: {status: [Voided]}
rows_left_out: {record_type: [H]}
masked_vendors: [CONFIDENTIAL]
row_key: []
columns:
  department: agency_name_source
  payee: vendor_name_source
  amount: amount
  paid: date
  year: fiscal_year
  item: description
  fund: funding
may_be_gone: [year]
""",
}


def home_with(root: Path, **changes: tuple[str, str]) -> Home:
    """Return a home with the declarations, each with one change where one is named."""
    home = Home(root)
    folder = root / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in DECLARED.items():
        old, new = changes.get(name, ("", ""))
        assert old in text
        (folder / f"{name}.yml").write_text(text.replace(old, new, 1), "utf-8")
    return home


def add_table(home: Home, source_id: str, content: bytes | str, name: str = "table.csv") -> Added:
    """Add a file with these bytes to a source."""
    path = home.root / "incoming" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return add(home, path, source_id)
