"""Commands that are killed: at their nth rename, or after a while, against a server or none."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ingest.home import Home
from tests.conftest import ROOT

MOMENTS = 20
# So many rows are on a page of a portal, lest a test needs 100,000 of them.
PAGE = 300
# Kills itself before or after its nth rename or write to the end of a file, and says how many
# there were when it lives. Between the halves of a write it is killed too.
KILLING = """
import os, pathlib, signal, sys
at, when, sys.argv = int(sys.argv[1]), sys.argv[2], ["whobuys", *sys.argv[3:]]
seen = 0
def die(this):
    if seen == at and when == this:
        os.kill(os.getpid(), signal.SIGKILL)
def killing(step):
    def stepped(*args, **kwargs):
        global seen
        seen += 1
        die("before")
        done = step(*args, **kwargs)
        die("after")
        return done
    return stepped
os.rename, os.replace = killing(os.rename), killing(os.replace)
from ingest.adapters.usaspending_answers import Answers
write = Answers._write
def halves(self, kind, lines):
    global seen
    seen += 1
    die("before")
    text = "".join(lines)
    if seen == at and when == "within":
        write(self, kind, [text[:len(text) // 2]])
        die("within")
    write(self, kind, lines)
    die("after")
Answers._write = halves
from ingest.adapters import socrata
from tests.soak.killing import PAGE
socrata.PAGE = PAGE
# A small search: one vendor, two awards known by their keys, a file for every four awards.
from ingest import fetch
from ingest.adapters import usaspending_answers, usaspending_crawl
from ingest.search_terms import Query
usaspending_answers.PER_FILE = 4
usaspending_crawl.queries = lambda _: [Query(keywords=("CLEARVIEW AI",))]
fetch.known_awards = lambda *_: [f"CONT_AWD_KNOWN{n}-0001_7012_-NONE-_-NONE-" for n in (1, 2)]
from ingest.cli import app
try:
    app()
finally:
    print("steps:", seen, file=sys.stderr)
"""


@dataclass(frozen=True)
class Commands:
    """How to run commands in a home, and what must never be left there by them."""

    settings: Mapping[str, str] = field(default_factory=dict)

    def start(
        self, home: Home, args: list[str], kill: tuple[int, str] = (0, "")
    ) -> "subprocess.Popen[str]":
        """Start a command that dies at that step: number, and before, within or after it."""
        return subprocess.Popen(
            [sys.executable, "-c", KILLING, str(kill[0]), kill[1], *args],
            cwd=ROOT,
            env={**os.environ, **self.settings, "WHOBUYS_HOME": str(home.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, home: Home, args: list[str]) -> int:
        """Run a command that must end well; return how many steps it took."""
        process = self.start(home, args)
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
        return int(errors.rpartition("steps: ")[2])

    def kill_at(self, home: Home, args: list[str], at: int, when: str) -> bool:
        """Run a command up to that step; return whether it died there."""
        process = self.start(home, args, (at, when))
        _, errors = process.communicate(timeout=600)
        assert process.returncode in (0, -signal.SIGKILL), errors
        return process.returncode != 0

    def kill_after(self, home: Home, args: list[str], seconds: float) -> None:
        """Run a command for that long and kill it, if it has not ended."""
        process = self.start(home, args)
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate(timeout=600)


def moments(seed: int, first: float, last: float) -> float:
    """Return a moment between two, the same for the same seed, and print both."""
    delay = random.Random(seed).uniform(first, last)  # noqa: S311
    print(f"seed {seed}: killed after {delay:.2f} s")  # noqa: T201
    return delay


def left_over(home: Home) -> Iterator[str]:
    """Yield everything half that a killed run left and a later one should have taken away."""
    for path in sorted(home.root.rglob("*")):
        half = ".part" in path.name or path.name.startswith(".spill")
        half = half or path.suffix == ".wal" or path.name.endswith("-journal")
        if half or path.name == ".incoming" or _is_unfinished_answers(path):
            yield str(path.relative_to(home.root))


def _is_unfinished_answers(path: Path) -> bool:
    return path.parent.name == ".search" and path.suffix == ".jsonl"
