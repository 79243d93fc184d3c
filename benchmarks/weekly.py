"""What a week's changes cost beside the first load, in the same run.

1. `whobuys add` and `whobuys build` of a whole file, in a fresh home.
2. `whobuys add` of a file of changes to 1% of its rows (two thirds corrected, a third deleted),
   and `whobuys build`, which makes the whole database anew from what is already staged.

Derived data is rebuilt, never migrated: a week costs the reading of its own file and one build.
Needs Linux (/proc), as bench.py does.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import duckdb
from bench import COMMAND, HERE, THREADS, Run, measure, need_disk, ours, show
from generate import generate, text

SHARE = 0.01
NAME = "FY(All)_All_Contracts_Delta_20261006.csv"
KEYS = (
    "parent_award_agency_id award_id_piid modification_number parent_award_id_piid"
    " transaction_number contract_transaction_unique_key last_modified_date"
).split()


def changes(file: Path, folder: Path) -> tuple[Path, int]:
    """Write changes to 1% of the rows of a whole file; return their file and number."""
    path = folder / NAME
    with duckdb.connect() as connection:
        connection.execute(
            f"create table whole as select * from read_csv({text(str(file))}, all_varchar = true)"
            f" where hash(contract_transaction_unique_key) % 1000 < {SHARE * 1000:.0f}"
        )
        names = [row[0] for row in connection.execute("describe whole").fetchall()]
        is_deleted = "hash(contract_transaction_unique_key || 'D') % 3 = 0"
        columns = ", ".join(
            f'"{name}"'
            if name in KEYS
            else f'case when not {is_deleted} then "{name}" end as "{name}"'
            for name in names
        )
        connection.execute(
            f"copy (select case when {is_deleted} then 'D' else 'C' end as correction_delete_ind,"
            f" '' as agency_id, {columns} from whole) to {text(str(path))}"
            " (header, delimiter ',')"
        )
        (count,) = connection.execute("select count(*) from whole").fetchone() or (0,)
    return path, count


def main() -> None:
    """Run it, print a table, and keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--work", type=Path, default=HERE / "work", help="a folder for the files")
    parser.add_argument("--output", type=Path, help="where to write the figures as JSON")
    chosen = parser.parse_args()
    work: Path = chosen.work.resolve() / f"weekly-{chosen.rows}"
    work.mkdir(parents=True, exist_ok=True)
    need_disk(work, chosen.rows)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    try:
        figures = run(chosen.rows, work)
    finally:
        shutil.rmtree(work)
    if chosen.output:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def run(rows: int, work: Path) -> dict[str, object]:
    """Make both files, take the measures, print them, return the figures worth keeping."""
    (file,) = generate(work, rows)
    changed, count = changes(file, work)
    home = work / "home"
    first = ours(file, home)
    week, command = Run(), [sys.executable, "-c", COMMAND]
    added = [*command, "add", str(changed), "--source", "us_federal_contracts"]
    measure(added, home, "add", week)
    measure([*command, "build"], home, "build", week)
    share = week.seconds / first.seconds
    parts = "(add {add:.1f}, build {build:.1f})"
    show(
        [
            ("rows, changed", f"{rows:,}, {count:,}"),
            ("first load", f"{first.seconds:.1f} s {parts.format(**first.parts)}"),
            ("a week's changes", f"{week.seconds:.1f} s {parts.format(**week.parts)}"),
            ("share of the first load", f"{share:.0%}"),
            ("at 5,000,000 rows, in proportion", f"{week.seconds * 5_000_000 / rows:.0f} s"),
            ("peak memory of the week", f"{week.peak_bytes / 1e9:.2f} GB"),
        ]
    )
    return {
        "rows": rows,
        "changed": count,
        "first_seconds": round(first.seconds, 1),
        "week_seconds": round(week.seconds, 1),
        "share_of_first": round(share, 3),
        "week_peak_memory_gb": round(week.peak_bytes / 1e9, 2),
    }


if __name__ == "__main__":
    main()
