"""Set whobuys beside plain DuckDB on the same file, in the same run: `make bench`.

1. `read_csv(file, all_varchar = true)` into a table, in a process of its own.
2. `whobuys add` and `whobuys build` of the file, in a fresh home.
These two take turns, and the quickest of each counts. Then
3. every question of the dashboard, warm, and a word search of the whole ledger;
4. classification alone, as a share of the time of `read_csv`.

Memory is the largest sum of resident memory over a process and its children, looked at twenty
times a second. Both run on two processors. Needs Linux (/proc).
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from generate import generate

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
THREADS = 2
# Of disk: the file, plain DuckDB's table (once), and a home whose raw folder holds a copy.
BYTES_PER_ROW = 2 * 2_900 + 1_500

PLAIN = """
import sys, duckdb
connection = duckdb.connect(sys.argv[2], config={"threads": int(sys.argv[3])})
connection.execute(
    "create table t as select * from read_csv(?, all_varchar = true)", [sys.argv[1]]
).fetchall()
connection.close()
"""
COMMAND = "from ingest.cli import app; app()"


@dataclass
class Run:
    """What one process, or several after one another, took."""

    seconds: float = 0.0
    # Of processors, user and system: what a busy machine does not change much.
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    parts: dict[str, float] = field(default_factory=dict)
    cpu_parts: dict[str, float] = field(default_factory=dict)


def resident(pid: int) -> int:
    """Return the resident bytes of a process and of all that it started."""
    page = os.sysconf("SC_PAGE_SIZE")
    total, waiting = 0, [pid]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        try:
            total += int((process / "statm").read_text("ascii").split()[1]) * page
            for task in (process / "task").iterdir():
                waiting += map(int, (task / "children").read_text("ascii").split())
        except (OSError, IndexError, ValueError):
            continue  # it ended while we looked
    return total


def measure(command: list[str], home: Path, label: str, into: Run) -> str:
    """Run one command, add what it took to `into`, return what it printed.

    Raises SystemExit with the command's own words when it fails.
    """
    began, used = time.perf_counter(), os.times()
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "WHOBUYS_HOME": str(home), "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            into.peak_bytes = max(into.peak_bytes, resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, err = process.communicate()
    seconds = time.perf_counter() - began
    ended.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{label} ended with {process.returncode}:\n{out[-2000:]}{err[-4000:]}")
    into.seconds += seconds
    now = os.times()
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    into.cpu_seconds += cpu
    into.parts[label] = seconds
    into.cpu_parts[label] = cpu
    return out


def size(path: Path) -> int:
    """Return the bytes of a file, or of everything in a folder."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(file.stat().st_size for file in files)


def plain(file: Path, work: Path) -> tuple[Run, int]:
    """Read the file with DuckDB alone; return what it took and the bytes of its database."""
    database = work / "plain.duckdb"
    database.unlink(missing_ok=True)
    run = Run()
    measure(
        [sys.executable, "-c", PLAIN, str(file), str(database), str(THREADS)],
        work,
        "read_csv",
        run,
    )
    used = size(database)
    database.unlink()
    return run, used


def ours(file: Path, home: Path) -> Run:
    """Add the file and build, in a fresh home."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    run = Run()
    command = [sys.executable, "-c", COMMAND]
    measure([*command, "add", str(file), "--source", "us_federal_contracts"], home, "add", run)
    measure([*command, "build"], home, "build", run)
    return run


def best(runs: list[Run]) -> Run:
    """Return the quickest run, with the largest memory of all of them."""
    quickest = min(runs, key=lambda run: run.seconds)
    return replace(quickest, peak_bytes=max(run.peak_bytes for run in runs))


def after(script: str, home: Path) -> dict[str, object]:
    """Run one of the scripts beside this one on the published database; return its JSON."""
    out = measure([sys.executable, str(HERE / script)], home, script, Run())
    return dict(json.loads(out.splitlines()[-1]))


def need_disk(work: Path, rows: int) -> None:
    """Raise SystemExit when the disk is too small for a run of that size."""
    free, needed = shutil.disk_usage(work).free, rows * BYTES_PER_ROW
    if free < needed:
        raise SystemExit(
            f"{rows:,} rows need about {needed / 1e9:.0f} GB of disk and {work} has "
            f"{free / 1e9:.0f} GB. Ask for fewer with --rows, or name another folder with --work."
        )


def show(rows: list[tuple[str, str]]) -> None:
    """Print two columns."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


def read_arguments(text: str | None, *, repeats: bool = False) -> argparse.Namespace:
    """Return what the command line asks for; every benchmark of a whole file asks alike."""
    parser = argparse.ArgumentParser(description=(text or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    if repeats:
        parser.add_argument("--repeats", type=int, default=2, help="pairs of runs (default 2)")
    parser.add_argument("--purchases", action="store_true", help="one transaction to each purchase")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="a folder for the files")
    parser.add_argument("--keep", action="store_true", help="keep the files and the built home")
    parser.add_argument("--output", type=Path, help="where to write the figures as JSON")
    return parser.parse_args()


def run_in_folder(
    chosen: argparse.Namespace, name: str, run: Callable[[Path, Path], dict[str, object]]
) -> None:
    """Give a benchmark its invented file and a folder; keep the figures, take the rest away."""
    work: Path = chosen.work.resolve() / f"{name}-{chosen.rows}"
    work.mkdir(parents=True, exist_ok=True)
    need_disk(work, chosen.rows)
    # Children inherit it, so that both sides have the same two processors.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    try:
        file = next(iter(work.glob("*_Contracts_Full_*.csv")), None)
        if file is None:
            kind = "purchases of one transaction" if chosen.purchases else "transactions"
            print(f"Writing {chosen.rows:,} invented {kind}", flush=True)
            (file,) = generate(work, chosen.rows, is_single=chosen.purchases)
        figures = run(file, work)
    finally:
        if not chosen.keep:
            shutil.rmtree(work)
    if chosen.output:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Run the benchmark, print a table, and keep the ratios and the facts of the machine."""
    chosen = read_arguments(__doc__, repeats=True)
    run_in_folder(
        chosen, "rows", lambda file, work: run_all(chosen.rows, chosen.repeats, file, work)
    )


def run_all(rows: int, repeats: int, file: Path, work: Path) -> dict[str, object]:
    """Take the measures, print them, return the figures worth keeping."""
    home = work / "home"
    reading, building, database_bytes = [], [], 0
    for turn in range(repeats):
        print(f"Pair {turn + 1} of {repeats}", flush=True)
        run, database_bytes = plain(file, work)
        reading.append(run)
        building.append(ours(file, home))
    base, built = best(reading), best(building)
    asked = after("questions.py", home)
    classified = after("classification.py", home)
    questions = dict(asked["questions"])  # type: ignore[call-overload]
    ledger = questions["find_in_whole_ledger"]
    slowest = sorted(
        (name for name in questions if name != "find_in_whole_ledger"),
        key=lambda name: -questions[name]["p95_ms"],
    )[:3]
    share = float(str(classified["seconds"])) / base.seconds
    figures: dict[str, object] = {
        "date": datetime.now(UTC).date().isoformat(),
        "rows": rows,
        "bytes_per_row": round(size(file) / rows),
        "machine": {
            "processors": os.cpu_count(),
            "threads": THREADS,
            "python": platform.python_version(),
            "duckdb": version("duckdb"),
            "system": platform.system(),
        },
        "rate_beside_read_csv": round(base.seconds / built.seconds, 2),
        "peak_memory_gb": round(built.peak_bytes / 1e9, 2),
        "peak_memory_of_read_csv_gb": round(base.peak_bytes / 1e9, 2),
        "home_bytes_per_byte_of_file": round(size(home) / size(file), 2),
        "mart_p95_ms": round(float(str(asked["mart_p95_ms"]))),
        "ledger_search_p95_ms": round(ledger["p95_ms"]),
        "classification_share_of_read_csv": round(share, 2),
    }
    folders = ", ".join(
        f"{path.name} {size(path) / 1e6:,.0f}" for path in sorted(home.iterdir()) if path.is_dir()
    )
    show(
        [
            ("rows, MB of CSV", f"{rows:,}, {size(file) / 1e6:,.0f}"),
            ("read_csv", f"{base.seconds:.1f} s, {rows / base.seconds:,.0f} rows/s"),
            (
                "whobuys add + build",
                (
                    f"{built.seconds:.1f} s, {rows / built.seconds:,.0f} rows/s "
                    f"(add {built.parts['add']:.1f}, build {built.parts['build']:.1f})"
                ),
            ),
            ("rate beside read_csv", f"{base.seconds / built.seconds:.2f} (goal: at least 0.50)"),
            (
                "peak memory",
                (
                    f"{built.peak_bytes / 1e9:.2f} GB (goal: under 4; "
                    f"read_csv {base.peak_bytes / 1e9:.2f})"
                ),
            ),
            ("disk, MB", f"{folders}; plain table {database_bytes / 1e6:,.0f}"),
            (
                "questions of the dashboard",
                (
                    f"p50 {asked['mart_p50_ms']:.0f} ms, p95 {asked['mart_p95_ms']:.0f} ms "
                    f"(goal: p95 under 300)"
                ),
            ),
            *((f"  {name}", f"p95 {questions[name]['p95_ms']:.0f} ms") for name in slowest),
            (
                "word search of the whole ledger",
                f"p50 {ledger['p50_ms']:.0f} ms, p95 {ledger['p95_ms']:.0f} ms (goal: under 1000)",
            ),
            (
                "classification alone",
                (
                    f"{float(str(classified['seconds'])):.1f} s, {share:.0%} of read_csv, "
                    f"{classified['reasons']:,} reasons"
                ),
            ),
        ]
    )
    return figures


if __name__ == "__main__":
    main()
