"""What must be true of a build before anyone reads it: queries that select rows that must not be.

One file each in `sql/checks/`; its first comment is the sentence shown when it finds any.
"""

from pathlib import Path

import duckdb

from ingest.errors import CheckError

CHECKS = Path(__file__).parent / "sql" / "checks"


def check_build(connection: duckdb.DuckDBPyConnection) -> None:
    """Run every check; raise CheckError that names each one broken, with its first rows."""
    broken = []
    for path in sorted(CHECKS.glob("*.sql")):
        query = path.read_text("utf-8")
        rows = connection.execute(query).fetchmany(3)
        if rows:
            promise = query.partition("\n")[0].removeprefix("-- ").strip()
            broken.append(f"{promise} ({path.stem}): {'; '.join(map(str, rows))}")
    if broken:
        raise CheckError(
            "The new build was not published, and the one before it stays: " + " | ".join(broken)
        )
