"""Two small reference lists on money: dated rates of currencies, and words that name who pays."""

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from ingest.errors import DeclarationError
from ingest.places import joined
from ingest.tables import load_table

RATES = "exchange_rates.csv"
FUNDING = "funding_words.csv"
_RATE = "currency from_date to_date usd_per_unit source".split()
_FUNDING = "words kind source confidence".split()
KINDS = ("general fund", "grant", "asset forfeiture", "foundation gift")


def load_money_facts(connection: duckdb.DuckDBPyConnection, folders: list[Path]) -> None:
    """Fill core.exchange_rate (dollars for one unit, first and last day) and core.funding_word.

    Raises DeclarationError for a rate that is none, or a kind of funding never heard of.
    """
    rates = joined(folders, RATES, _RATE, lambda row: (row["currency"], row["from_date"]))
    load_table(
        connection,
        "core.exchange_rate",
        {
            "currency": "varchar", "from_date": "date", "to_date": "date",
            "usd_per_unit": "decimal(18, 8)",
        },
        [_rate(row) for row in rates],
    )  # fmt: skip
    words = joined(folders, FUNDING, _FUNDING, lambda row: row["words"])
    for row in words:
        if row["kind"] not in KINDS:
            raise DeclarationError(
                f"{FUNDING}: {row['words']!r} is of the kind {row['kind']!r}; known are "
                f"{', '.join(KINDS)}."
            )
    load_table(
        connection,
        "core.funding_word",
        {"words": "varchar", "kind": "varchar", "position": "int"},
        [[row["words"].upper(), row["kind"], place] for place, row in enumerate(words, start=1)],
    )


def _rate(row: dict[str, str]) -> list[object]:
    try:
        first, last = (date.fromisoformat(row[name]) for name in ("from_date", "to_date"))
        rate = Decimal(row["usd_per_unit"])
    except (ValueError, InvalidOperation) as error:
        raise DeclarationError(f"{RATES}: {row} is no dated rate ({error}).") from error
    if last < first or rate <= 0 or not row["source"]:
        raise DeclarationError(f"{RATES}: {row} needs a period, a rate above zero and a source.")
    return [row["currency"], first, last, rate]
