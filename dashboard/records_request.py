"""Ask for the contract: a records request, filled in with what the records have."""

from datetime import date
from urllib.parse import quote

from dashboard import data, widgets
from dashboard import format as fmt
from dashboard.data import Build, Row
from dashboard.parts import Link, Part

_REQUEST = """To the records officer, {agency}

{under} ask for copies of these records:

{records}

Please send electronic copies. If you withhold a part, send the rest and name the exemption. I ask \
that fees be waived, since the records serve the public; tell me before any cost arises.{deadline}{known}

[Your name, address and telephone]"""  # noqa: E501
_CONTRACT = """1. {kind} {number} with {vendor}{dated}: the contract, its amendments, orders, \
statements of work and price lists.
2. Any notice on its renewal or end, and the days of notice that it asks for.{ends}
3. Invoices and payments under it, and out of which fund or grant they were made.
"""
_ANYTHING = """1. Contracts, orders, amendments, trial agreements and invoices since [year] for \
surveillance technology (face recognition, licence plate readers, cell-site simulators, phone \
extraction, location or personal data bought from brokers, social media monitoring, drones, \
gunshot detection, electronic monitoring), with accounts that staff hold without a purchase.
2. Any notice on their renewal or end.
3. Grants and gifts out of which they were paid, and your ledger of payments to vendors for the \
last five fiscal years, as a table.
"""
_USE = """4. Policies on its use, on how long data are kept and with whom they are shared; the \
list of outside agencies that can search them; audits of those searches.
5. Counts of searches in the last full year, and of errors found."""


def show(build: Build, *, agency: str, place_id: str, purchase: Row | None = None) -> None:
    """Show a records request for one purchase, or for all of an agency, to copy or to mail."""
    law = data.records_law(build, place_id)
    text = written(agency, law, purchase, data.about(build)["as_of"])
    number = purchase["award_number"] if purchase else None
    subject = f"Records request: {number}" if number else "Records request"
    widgets.heading(
        "Ask for the contract" if purchase else "Ask for the records",
        "A draft to send to the agency's records officer. The contract itself has the notice "
        "period, the terms on data, and the prices."
        if purchase
        else "Nobody has loaded this place's spending. A request that names records is answered "
        "sooner.",
        "ask",
    )
    widgets.copyable("Copy the request", text)
    mail = f"mailto:?subject={quote(subject)}&body={quote(text)}"
    widgets.downloads(Link("Open it in your mail program", mail))
    widgets.small_print(_source(law))


def written(agency: str, law: Row | None, purchase: Row | None, as_of: date) -> str:
    """Return a records request: what is known is filled in, what is not stands in brackets."""
    time = law["time_to_answer"] if law else None
    url = purchase["source_url"] if purchase else None
    return _REQUEST.format(
        agency=agency,
        under=f"Under the {law['law_name']} ({law['citation']}), I"
        if law
        else "Under the law on public records that binds you, I",
        records=(_contract(purchase) if purchase else _ANYTHING) + _USE,
        deadline=f" I understand that you have {time} to answer." if time else "",
        known=f"\n\nThe public record of it, as of {fmt.day(as_of)}: {url}" if url else "",
    )


def _contract(purchase: Row) -> str:
    dated = ""
    if purchase["signed_date"]:
        dated = f", signed {fmt.day(purchase['signed_date'])}"
    elif purchase["first_date"]:
        dated = f", first recorded {fmt.day(purchase['first_date'])}"
    end = purchase["end_date"]
    return _CONTRACT.format(
        kind=fmt.capital(fmt.KIND_WORDS[purchase["record_kind"]]),
        number=purchase["award_number"] or purchase["source_key"],
        vendor=purchase["vendor_name_source"] or purchase["vendor_name"] or "[vendor]",
        dated=dated,
        ends=f" It is recorded to end on {fmt.day(end)}." if end else "",
    )


def _source(law: Row | None) -> list[Part]:
    if law is None:
        return ["Which law on public records binds this agency is not in our reference data."]
    said = f"{law['law_name']}, {law['citation']}: "
    if law["confidence"] == "unverified":
        return [said, "from general knowledge, not verified. Check it before you send."]
    title, url = str(law["source_title"]), law["source_url"]
    named: Part = Link(title, str(url), is_outside=True) if url else title
    return [said, "from ", named, f", confidence {law['confidence']}."]
