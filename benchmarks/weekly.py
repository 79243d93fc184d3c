"""What a week's changes cost beside the first load, in the same run.

1. `read_csv` of a whole file with DuckDB alone, as a measure of the machine.
2. `whobuys add` and `whobuys build` of the file, in a fresh home.
3. `whobuys add` of a file of changes to 1% of its rows (two thirds corrected, a third deleted),
   and `whobuys build`, which makes the whole database anew from what is already staged.

Derived data is rebuilt, never migrated: a week costs the reading of its own file and one build.
Needs Linux (/proc), as bench.py does.
"""

import os
import sys
from pathlib import Path

import duckdb
from bench import COMMAND, Run, measure, ours, plain, read_arguments, run_in_folder, show
from generate import text

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
    chosen = read_arguments(__doc__)
    run_in_folder(chosen, "weekly", lambda file, work: run(chosen.rows, file, work))


def run(rows: int, file: Path, work: Path) -> dict[str, object]:
    """Take the measures, print them, return the figures worth keeping."""
    base, _ = plain(file, work)
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
            ("load of the machine", f"{os.getloadavg()[1]:.1f}"),
            ("read_csv", f"{base.seconds:.1f} s, {base.cpu_seconds:.1f} s of processors"),
            ("first load", f"{first.seconds:.1f} s {parts.format(**first.parts)}"),
            ("a week's changes", f"{week.seconds:.1f} s {parts.format(**week.parts)}"),
            (
                "share of the first load",
                f"{share:.0%}, of processors {week.cpu_seconds / first.cpu_seconds:.0%}",
            ),
            (
                "the week beside read_csv of the whole file",
                (
                    f"{week.seconds / base.seconds:.2f}, of processors "
                    f"{week.cpu_seconds / base.cpu_seconds:.2f} "
                    f"(its build {week.cpu_parts['build'] / base.cpu_seconds:.2f})"
                ),
            ),
            ("peak memory of the week", f"{week.peak_bytes / 1e9:.2f} GB"),
        ]
    )
    return {
        "rows": rows,
        "changed": count,
        "read_csv_seconds": round(base.seconds, 1),
        "read_csv_cpu_seconds": round(base.cpu_seconds, 1),
        "first_cpu_seconds": round(first.cpu_seconds, 1),
        "week_cpu_seconds": round(week.cpu_seconds, 1),
        "week_build_cpu_seconds": round(week.cpu_parts["build"], 1),
        "first_seconds": round(first.seconds, 1),
        "first_build_seconds": round(first.parts["build"], 1),
        "week_seconds": round(week.seconds, 1),
        "week_build_seconds": round(week.parts["build"], 1),
        "share_of_first": round(share, 3),
        "week_peak_memory_gb": round(week.peak_bytes / 1e9, 2),
    }


if __name__ == "__main__":
    main()
