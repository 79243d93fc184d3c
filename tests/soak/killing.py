"""Commands that are killed: at their nth step on disk, or after a while, against a server or none.

They run in children of one process that has imported everything already (`warm.py`), because an
interpreter of its own for each would spend most of its life importing.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ingest.home import Home
from tests.conftest import ROOT
from tests.soak.steps import FULL

MOMENTS = 20
# Of a kind of step, when a command dies: a removal is either done or not begun.
WHENS = {
    "rename": ("before", "after"), "replace": ("before", "after"), "write": ("within",),
    "unlink": ("after",), "remove": ("after",), "rmdir": ("after",),
}  # fmt: skip
# Or when a file grows past so many bytes. 4,096 is DuckDB's first page, 262,144 one of its blocks.
SIZES = (0, 100, 4_096, 50_000, 262_144, 1_000_000, 4_000_000)


@dataclass(frozen=True)
class Kill:
    """Where a command dies: at which step, and before, within or after it.

    Or, with `bytes`, in the midst of writing the first file that grows past so many, whoever
    writes it: that reaches what DuckDB and SQLite write too.
    """

    at: int = 0
    when: str = ""
    bytes: int = resource.RLIM_INFINITY


class Ended(Exception):  # noqa: N818 - what a command that was to live did instead
    """A command ended with a code that nobody expected."""


class Warm:
    """The process that has imported everything, and makes a child for each command."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # One thread, so that nothing is lost in a fork.
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def start(self, request: dict[str, object]) -> int:
        """Start a command; return its process id."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def wait(self) -> int:
        """Return how the command ended: its exit code, or less than 0 by a signal."""
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())


@dataclass(frozen=True)
class Commands:
    """How to run commands in a home, and what they said when they ended."""

    settings: Mapping[str, str] = field(default_factory=dict)
    # How many seconds the clock of these commands is ahead.
    clock_off: int = 0
    warm: Warm = field(default_factory=Warm)

    def run(self, home: Home, args: list[str]) -> list[str]:
        """Run a command that must end well; return the steps it took on disk."""
        code, steps, said = self._run(home, args, Kill())
        if code:
            raise Ended(f"{args} ended with {code}\n{said}")
        return steps

    def tried(self, home: Home, args: list[str], full_from: int = 0) -> tuple[int, str]:
        """Run a command, with its disk full from that step on; return its code and what it said."""
        code, _, said = self._run(home, args, Kill(full_from, FULL))
        return code, said

    def kill_at(self, home: Home, args: list[str], kill: Kill) -> bool:
        """Run a command up to there; return whether it died."""
        code, _, said = self._run(home, args, kill)
        deadly = -(signal.SIGXFSZ if kill.bytes != resource.RLIM_INFINITY else signal.SIGKILL)
        if code not in (0, deadly):
            raise Ended(f"{args} ended with {code}\n{said}")
        return code != 0

    def kill_after(self, home: Home, args: list[str], seconds: float) -> bool:
        """Run a command for that long and kill it, if it has not ended; return whether it died."""
        code, _, said = self._run(home, args, Kill(), seconds)
        if code not in (0, -signal.SIGKILL):
            raise Ended(f"{args} ended with {code}\n{said}")
        return code != 0

    def _run(
        self, home: Home, args: list[str], kill: Kill, seconds: float | None = None
    ) -> tuple[int, list[str], str]:
        with tempfile.TemporaryDirectory() as folder:
            said, steps = Path(folder) / "said", Path(folder) / "steps"
            process = self.warm.start(
                {
                    "args": args,
                    "settings": {**self.settings, "WHOBUYS_HOME": str(home.root)},
                    "home": str(home.root),
                    "said": str(said),
                    "steps": str(steps),
                    "at": kill.at,
                    "when": kill.when,
                    "bytes": kill.bytes,
                    "clock_off": self.clock_off,
                }
            )
            if seconds is not None:
                time.sleep(seconds)
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            code = self.warm.wait()
            taken = steps.read_text("utf-8").splitlines() if steps.exists() else []
            return code, taken, said.read_text("utf-8")


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
