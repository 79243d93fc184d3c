"""How memory grows with what a search brings, fetching and building, against a server of our own.

1. A process of its own plays USAspending on loopback, with invented awards of 50 transactions.
2. `whobuys fetch us_federal_contracts_search` and `whobuys build`, in a fresh home, at two sizes.

The server is that of the tests, and its memory does not count. Needs Linux (/proc), as bench.py.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import COMMAND, HERE, PROJECT, THREADS, Run, measure, show, size

PER_AWARD = 50
SOURCE = "us_federal_contracts_search"
SERVE = """
import sys, time
from benchmarks.search_memory import awards
from tests.usaspending.search import Search
from tests.usaspending.server import Server
server, search = Server(), Search()
search.add(awards(int(sys.argv[1])))
search.serve(server)
with server.running():
    print(server.url, flush=True)
    sys.stdin.read()
"""


def awards(transactions: int) -> "Iterator[dict[str, str]]":
    """Yield so many transactions, fifty of each award."""
    from tests.federal import transaction  # noqa: PLC0415 (of the process that serves)

    for number in range(transactions // PER_AWARD):
        for change in range(PER_AWARD):
            yield transaction(
                f"BENCH{number:08}", "1.01", f"2024-{change % 12 + 1:02}-01",
                modification=str(change),
            )  # fmt: skip


@contextmanager
def serving(transactions: int) -> Iterator[str]:
    """Play USAspending in another process; yield its address."""
    path = os.pathsep.join([str(PROJECT), str(HERE)])
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(transactions)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if not process.stdout or not process.stdin:
        raise AssertionError("both were asked for")
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


def run(transactions: int, home: Path) -> tuple[Run, Run, int]:
    """Fetch and build in a fresh home; return what each took, and the bytes of the raw files."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    fetched, built = Run(), Run()
    command = [sys.executable, "-c", COMMAND]
    with serving(transactions) as address:
        os.environ |= {
            "WHOBUYS_USASPENDING_URL": address,
            "WHOBUYS_PACE": "0",
            "NO_PROXY": "127.0.0.1",
        }
        measure([*command, "fetch", SOURCE], home, "fetch", fetched)
    measure([*command, "build"], home, "build", built)
    kept = size(home / "raw")
    shutil.rmtree(home)
    return fetched, built, kept


def main() -> None:
    """Run it at two sizes, print a table, and keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=300_000, help="transactions at the larger size")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="a folder for the files")
    parser.add_argument("--output", type=Path, help="where to write the figures as JSON")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    figures = []
    for rows in (chosen.rows // 10, chosen.rows):
        began = time.perf_counter()
        fetched, built, kept = run(rows, chosen.work.resolve() / "search-memory")
        figures.append(
            {
                "transactions": rows,
                "fetch_peak_memory_gb": round(fetched.peak_bytes / 1e9, 3),
                "build_peak_memory_gb": round(built.peak_bytes / 1e9, 3),
                "raw_bytes_a_transaction": round(kept / rows),
                "seconds": round(time.perf_counter() - began),
            }
        )
        show([(name.replace("_", " "), f"{value:,}") for name, value in figures[-1].items()])
    small, large = figures
    more = large["transactions"] - small["transactions"]
    grown = (large["fetch_peak_memory_gb"] - small["fetch_peak_memory_gb"]) * 1e9 / more
    show([("fetching, bytes of memory a further transaction", f"{grown:.0f}")])
    if chosen.output:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
