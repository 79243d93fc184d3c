"""How often the classification is right: figures measured with `whobuys evaluate`."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from ingest.tables import load_table

FILE = "quality.csv"
COLUMNS = {
    "label_set": "varchar", "measured_on": "date", "technology": "varchar", "measure": "varchar",
    "value": "double", "low": "double", "high": "double", "n": "int", "hits": "int",
    "note": "varchar",
}  # fmt: skip


def load_quality(connection: duckdb.DuckDBPyConnection, folders: list[Path]) -> None:
    """Fill meta.quality from `quality.csv`: shares between 0 and 1, with 95% intervals."""
    rows = []
    for folder in folders:
        path = folder / FILE
        if path.exists():
            with path.open(encoding="utf-8", newline="") as handle:
                rows += [[row[name] or None for name in COLUMNS] for row in csv.DictReader(handle)]
    load_table(connection, "meta.quality", COLUMNS, rows)


def write_quality(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write measured figures as `quality.csv`, shares to four places."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(COLUMNS), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {
                    name: f"{value:.4f}" if isinstance(value, float) else value
                    for name, value in row.items()
                }
            )
