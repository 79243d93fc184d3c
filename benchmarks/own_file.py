"""Time `whobuys classify` on a table as a records request brings it: 200,000 rows, CSV and XLSX.

The rows are invented (`generate.py`). The goal is a minute for each, on two processors.
"""

import sys
from pathlib import Path

import duckdb
from bench import COMMAND, Run, measure, read_arguments, run_in_folder, show
from generate import text

KEPT = {
    "award_id_piid": "Contract Number",
    "awarding_sub_agency_name": "Department",
    "recipient_name": "Payee",
    "transaction_description": "Purpose",
    "federal_action_obligation": "Amount",
}


def own_file(file: Path, work: Path) -> Path:
    """Write the few columns that a city keeps; return the CSV."""
    path = work / "own.csv"
    columns = ", ".join(f'{name} as "{title}"' for name, title in KEPT.items())
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"copy (select {columns} from read_csv({text(str(file))}, all_varchar = true))"
            f" to {text(str(path))} (header)"
        )
    return path


def run(rows: int, file: Path, work: Path) -> dict[str, object]:
    """Classify the table into a CSV and into a workbook; return the figures."""
    own, home = own_file(file, work), work / "home"
    taken: dict[str, Run] = {}
    for kind in ("csv", "xlsx"):
        taken[kind] = Run()
        out = work / f"result.{kind}"
        measure(
            [sys.executable, "-c", COMMAND, "classify", str(own), "-o", str(out)],
            home, kind, taken[kind],
        )  # fmt: skip
    show(
        [
            ("rows", f"{rows:,}"),
            *(
                (
                    f"classify into {kind}",
                    (
                        f"{done.seconds:.1f} s, {done.cpu_seconds:.1f} s of processors, "
                        f"{done.peak_bytes / 1e9:.2f} GB"
                    ),
                )
                for kind, done in taken.items()
            ),
            ("kept in the home", ", ".join(p.name for p in home.rglob("*")) or "nothing"),
        ]
    )
    return {"rows": rows} | {
        f"{kind}_{name}": round(getattr(done, name), 1)
        for kind, done in taken.items()
        for name in ("seconds", "cpu_seconds")
    }


def main() -> None:
    """Run it, print a table, and keep the figures."""
    chosen = read_arguments(__doc__)
    run_in_folder(chosen, "own", lambda file, work: run(chosen.rows, file, work))


if __name__ == "__main__":
    main()
