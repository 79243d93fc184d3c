"""Time classification alone, on a copy of the published database of `WHOBUYS_HOME`.

Prints the seconds as JSON; `bench.py` sets them beside `read_csv` of the same file.
"""

import json
import shutil
import time

import duckdb

from ingest.classify import classify
from ingest.home import Home
from ingest.knowledge import load_knowledge
from ingest.vendors import resolve_vendors


def main() -> None:
    """Copy the database, empty it of evidence, find vendors and classify again."""
    home = Home.from_environment()
    published = home.published_database()
    if published is None:
        raise SystemExit("There is no published database to classify: run `whobuys build` first.")
    copy = home.build / "classification.duckdb"
    shutil.copyfile(published, copy)
    try:
        knowledge = load_knowledge(home.reference_folders)
        with duckdb.connect(str(copy), config={"threads": 2, "memory_limit": "2500MB"}) as con:
            con.execute("set preserve_insertion_order = false")
            con.execute("drop schema evidence cascade")
            con.execute("create schema evidence")
            con.execute("drop table core.vendor")
            began = time.perf_counter()
            resolve_vendors(con, knowledge)
            classify(con, knowledge)
            seconds = time.perf_counter() - began
            (reasons,) = con.execute("select count(*) from evidence.reason").fetchone() or (0,)
        print(json.dumps({"seconds": seconds, "reasons": reasons}))
    finally:
        copy.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
