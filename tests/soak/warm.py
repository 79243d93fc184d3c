"""The process behind `killing.py`: imports everything once, and forks for each command.

It reads a request a line and answers with two lines: the child's process id, and how it ended. A
child counts its steps on disk (`steps.py`), dies at the one that the request names, and writes
down the others where it lives to do so.
"""

import json
import os
import resource
import signal
import sys
import threading
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

from ingest import build, fetch
from ingest.adapters import socrata, usaspending_answers, usaspending_crawl
from ingest.cli import app
from ingest.home import Home
from ingest.knowledge import Knowledge, load_knowledge
from ingest.search_terms import Query
from tests.clock import set_clock
from tests.soak import steps
from tests.soak.scenes import PAGE


def make_small() -> None:
    """Make pages, files and searches small, so that a test needs no 100,000 rows to have many."""
    socrata.PAGE = PAGE
    usaspending_answers.PER_FILE = 4
    # A small search: one vendor, two awards known by their keys, a file for every four awards.
    usaspending_crawl.queries = lambda _: [Query(keywords=("CLEARVIEW AI",))]  # type: ignore[assignment,misc]
    known = [f"CONT_AWD_KNOWN{n}-0001_7012_-NONE-_-NONE-" for n in (1, 2)]
    fetch.known_awards = lambda *_: known  # type: ignore[assignment]


def read_reference() -> None:
    """Read our reference data once for all children; a home's own are read by each."""
    folders = Home(Path("no home")).reference_folders
    known = load_knowledge(folders)

    def kept(asked: list[Path]) -> Knowledge:
        return known if asked == folders else load_knowledge(asked)

    build.load_knowledge = fetch.load_knowledge = kept  # type: ignore[attr-defined]


def run(request: dict[str, Any]) -> None:
    """Be the command, in a child: never returns."""
    said = os.open(request["said"], os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.environ.update(request["settings"])
    if request["clock_off"]:
        set_clock(timedelta(seconds=request["clock_off"]))
    if request["bytes"] != resource.RLIM_INFINITY:
        # Python ignores the signal by itself, and a write would then fail and not kill.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["bytes"],) * 2)
    counted = steps.count(Path(request["home"]), request["at"], request["when"])
    sys.argv = ["whobuys", *request["args"]]
    code = 0
    try:
        app()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - the parent must not go on as the child
        traceback.print_exc()
        code = 70
    Path(request["steps"]).write_text("".join(f"{step}\n" for step in counted), "utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Answer requests until there are no more."""
    make_small()
    read_reference()
    assert threading.active_count() == 1
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line))
        print(child, flush=True)  # noqa: T201
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
