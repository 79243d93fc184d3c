"""Corrections of single facts in records, and disputes: the two public registers of mistakes.

A correction names what it expects to find (`was`). Where the source says something else by now,
nothing is changed and somebody is asked to look again. The original stays beside it.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, TypeVar

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from ingest.errors import DeclarationError
from ingest.places import rows_of
from ingest.tables import load_table

CORRECTIONS = "corrections.csv"
DISPUTES = "disputes.csv"
_OF_PURCHASE = {
    "description": "varchar",
    "vendor_name": "varchar",
    "signed_date": "date",
    "start_date": "date",
    "end_date": "date",
    "last_possible_end_date": "date",
    "ceiling": "decimal(18, 2)",
}
_OF_TRANSACTION = {"amount": "decimal(18, 2)", "date": "date", "description": "varchar"}
Outcome = Literal["open", "corrected", "kept", "withdrawn"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    # File and line, for a sentence about it.
    where: str

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value


class Correction(_Line):
    """One fact of a record that is wrong there: what it says, what is right, and how we know."""

    correction_id: str
    purchase_id: str
    transaction_id: str | None
    field: str
    was: str | None
    becomes: str
    reason: str
    source: str
    source_url: str | None
    corrected_date: date
    # The day on which the publisher was told; none: not yet.
    told_date: date | None

    @model_validator(mode="after")
    def _fits(self) -> "Correction":
        fields = _OF_TRANSACTION if self.transaction_id else _OF_PURCHASE
        if self.field not in fields:
            of = "a transaction" if self.transaction_id else "a purchase"
            raise ValueError(f"`{self.field}` of {of} cannot be corrected; {', '.join(fields)} can")
        for value in (self.was, self.becomes):
            _typed(value, fields[self.field])
        if self.was == self.becomes:
            raise ValueError("`was` and `becomes` are the same")
        return self


class Dispute(_Line):
    """What somebody said was wrong here, what became of it, and what the other side says."""

    dispute_id: str
    purchase_id: str | None
    vendor_id: str | None
    agency_id: str | None
    said_by: str
    said_date: date
    what: str
    outcome: Outcome
    outcome_date: date | None
    outcome_reason: str | None
    correction_id: str | None
    reply_by: str | None
    reply_date: date | None
    reply: str | None
    source_url: str | None

    @model_validator(mode="after")
    def _whole(self) -> "Dispute":
        if not (self.purchase_id or self.vendor_id or self.agency_id):
            raise ValueError("a dispute is about a `purchase_id`, `vendor_id` or `agency_id`")
        if (self.outcome == "open") == bool(self.outcome_date and self.outcome_reason):
            raise ValueError(
                "an open dispute has no `outcome_date` and `outcome_reason`; any other has both"
            )
        if bool(self.reply) != bool(self.reply_by and self.reply_date):
            raise ValueError("`reply`, `reply_by` and `reply_date` belong together")
        return self


def _typed(value: str | None, kind: str) -> str | Decimal | date | None:
    try:
        if value is None or kind == "varchar":
            return value
        return date.fromisoformat(value) if kind == "date" else Decimal(value)
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"`{value}` is no {'day' if kind == 'date' else 'amount'}") from error


def load_corrections(folders: list[Path]) -> list[Correction]:
    """Return every correction; raise DeclarationError with file and line for one that is none."""
    found = _lines(folders, CORRECTIONS, Correction)
    places: dict[tuple[str, str | None, str], str] = {}
    for one in found:
        place = (one.purchase_id, one.transaction_id, one.field)
        if place in places:
            raise DeclarationError(f"{one.where}: {places[place]} corrects the same field.")
        places[place] = one.where
    return found


def load_disputes(folders: list[Path]) -> list[Dispute]:
    """Return every dispute; raise DeclarationError with file and line for one that is none."""
    return _lines(folders, DISPUTES, Dispute)


Kind = TypeVar("Kind", bound=_Line)


def _lines(folders: list[Path], name: str, kind: type[Kind]) -> list[Kind]:
    columns = [field for field in kind.model_fields if field != "where"]
    found: dict[str, Kind] = {}
    for folder in folders:
        path = folder / name
        if not path.exists():
            continue
        for number, row in enumerate(rows_of(path, columns), start=2):
            where = f"{path}, line {number}"
            try:
                line = kind.model_validate({**row, "where": where})
            except ValidationError as error:
                problem = error.errors()[0]
                said = str(problem["msg"]).removeprefix("Value error, ")
                at = f"`{problem['loc'][0]}`: " if problem["loc"] else ""
                raise DeclarationError(f"{where}: {at}{said}.") from error
            key = row[columns[0]]
            if key in found:
                raise DeclarationError(f"{where}: {key} is already in {found[key].where}.")
            found[key] = line
    return list(found.values())


def apply_corrections(
    connection: duckdb.DuckDBPyConnection, corrections: list[Correction], disputes: list[Dispute]
) -> None:
    """Correct core.purchase and core.transaction; fill core.correction and core.dispute.

    `state` is applied, agrees (the source says the right thing by now), source changed (it says a
    third thing, so nothing was done) or not found.
    """
    rows = []
    for one in corrections:
        found, state = _look(connection, one)
        delta = None
        if state == "applied":
            if one.field == "amount":
                delta = Decimal(one.becomes) - Decimal(one.was or 0)
            _change(connection, one)
        rows.append(
            [
                one.correction_id, one.purchase_id, one.transaction_id, one.field, one.was,
                one.becomes, found, state, delta, one.reason, one.source, one.source_url,
                one.corrected_date, one.told_date,
            ]
        )  # fmt: skip
    types = {
        **dict.fromkeys(
            "correction_id purchase_id transaction_id field was becomes found state".split(),
            "varchar",
        ),
        "delta": "decimal(18, 2)",
        **dict.fromkeys("reason source source_url".split(), "varchar"),
        **dict.fromkeys("corrected_date told_date".split(), "date"),
    }
    load_table(connection, "core.correction", types, rows)
    columns = [field for field in Dispute.model_fields if field != "where"]
    load_table(
        connection,
        "core.dispute",
        {name: "date" if name.endswith("_date") else "varchar" for name in columns},
        [[getattr(dispute, name) for name in columns] for dispute in disputes],
    )
    connection.execute(_ISSUES)


def _look(connection: duckdb.DuckDBPyConnection, one: Correction) -> tuple[str | None, str]:
    """Return what the record says now, and what that means for the correction."""
    kind = (_OF_TRANSACTION if one.transaction_id else _OF_PURCHASE)[one.field]
    if one.transaction_id:
        query = (
            f"select {one.field} from core.transaction"
            " where transaction_id = $id and purchase_id = $purchase_id"
        )
    elif one.field == "vendor_name":
        query = (
            "select vendor_name from core.purchase left join core.vendor_name using (vendor_key)"
            " where purchase_id = $purchase_id"
        )
    else:
        query = f"select {one.field} from core.purchase where purchase_id = $purchase_id"
    keys = {"purchase_id": one.purchase_id}
    if one.transaction_id:
        keys["id"] = one.transaction_id
    row = connection.execute(query, keys).fetchone()
    if row is None:
        return None, "not found"
    found = row[0]
    shown = None if found is None else str(found)
    if found == _typed(one.was, kind):
        return shown, "applied"
    return shown, "agrees" if found == _typed(one.becomes, kind) else "source changed"


def _change(connection: duckdb.DuckDBPyConnection, one: Correction) -> None:
    kind = (_OF_TRANSACTION if one.transaction_id else _OF_PURCHASE)[one.field]
    value = _typed(one.becomes, kind)
    keys = {"value": value, "purchase_id": one.purchase_id}
    if one.transaction_id:
        connection.execute(
            f"update core.transaction set {one.field} = $value where transaction_id = $id",
            {"value": value, "id": one.transaction_id},
        )
        if one.field != "description":
            connection.execute(_MOVED, {"purchase_id": one.purchase_id})
            connection.execute(_ADD_UP, {"purchase_id": one.purchase_id})
    elif one.field == "vendor_name":
        connection.execute(_VENDOR, keys)
        connection.execute(
            "update core.purchase set vendor_key = (select max(vendor_key) from core.vendor_name)"
            " where purchase_id = $purchase_id",
            {"purchase_id": one.purchase_id},
        )
    else:
        connection.execute(
            f"update core.purchase set {one.field} = $value where purchase_id = $purchase_id", keys
        )


_VENDOR = """
    insert into core.vendor_name by name
    select
      names.* replace (
        (select max(vendor_key) + 1 from core.vendor_name)::int as vendor_key,
        $value as vendor_name
      )
    from core.vendor_name as names
    join core.purchase using (vendor_key)
    where purchase_id = $purchase_id
    """
# A purchase stays the sum of its transactions, and its days are theirs.
_MOVED = """
    update core.transaction
    set
      fiscal_year = fiscal_year(core.transaction.date, core.source.fiscal_year_begins)::smallint,
      amount_usd = case
        when core.source.currency = 'USD' and core.transaction.amount_usd is not null
        then core.transaction.amount
      end
    from core.file join core.source using (source_id)
    where core.file.file_key = core.transaction.file_key and purchase_id = $purchase_id
      and core.transaction.date is not null
    """
_ADD_UP = """
    update core.purchase
    set
      amount = case when basis = 'ceiling' then core.purchase.amount else summed.amount end,
      amount_usd = case
        when basis = 'ceiling' then core.purchase.amount_usd
        when core.purchase.currency = 'USD' then summed.amount
      end,
      first_date = summed.first_date,
      last_date = summed.last_date
    from (
      select purchase_id, sum(amount)::decimal(18, 2) as amount, min(date) as first_date,
        max(date) as last_date
      from core.transaction
      where purchase_id = $purchase_id
      group by purchase_id
    ) as summed
    where summed.purchase_id = core.purchase.purchase_id
    """
_ISSUES = """
    insert into meta.issue (source_id, column_name, value, kind, message)
    select
      source_id,
      field,
      found,
      'correction to be looked at again',
      case state
        when 'not found' then format('The correction {} is on {}, which no source has any more.',
          correction_id, coalesce(transaction_id, core.correction.purchase_id))
        else format('The correction {} expects {} to be "{}", but the source says "{}" now. '
          'Nothing was corrected: look at it again.', correction_id, field, coalesce(was, ''),
          coalesce(found, ''))
      end
    from core.correction
    left join core.purchase using (purchase_id)
    where state in ('not found', 'source changed')
    order by correction_id
    """
