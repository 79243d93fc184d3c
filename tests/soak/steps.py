"""Counts what a command does to the disk, and kills it at one of these steps, or fills the disk.

A step is a rename, a removal, or the first write to a file that was opened, of the home and
nowhere else: all that Python does there. What DuckDB and SQLite write lies between two steps.
"""

import io
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.soak.full_disk import fill

# In place of a death: from this step on, the disk that the home is on is full.
FULL = "full"
_RENAMES = ("rename", "replace")
_REMOVALS = ("unlink", "remove", "rmdir")


def count(home: Path, at: int, when: str) -> list[str]:
    """Begin to count; return the list that steps are put on, as `rename raw/x.zip`."""
    counter = _Counter(str(home), at, when)
    for name in (*_RENAMES, *_REMOVALS):
        setattr(os, name, counter.counting(name, getattr(os, name)))
    opened = io.open

    def open_counted(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        handle = opened(file, mode, *args, **kwargs)
        if set(mode) & set("wax+") and counter.is_home(file):
            return _Written(handle, str(file), counter)
        return handle

    io.open = open_counted  # type: ignore[assignment]
    return counter.taken


class _Counter:
    def __init__(self, home: str, at: int, when: str) -> None:
        self.home, self.at, self.when = home, at, when
        self.taken: list[str] = []

    def is_home(self, file: object) -> bool:
        return isinstance(file, str | Path) and str(file).startswith(self.home)

    def begin(self, kind: str, file: object) -> bool:
        """Count a step; return whether it is the one to die at."""
        self.taken.append(f"{kind} {str(file).removeprefix(self.home).lstrip('/')}")
        is_last = len(self.taken) == self.at
        if is_last and self.when == "before":
            die()
        if is_last and self.when == FULL:
            # From here on it is the system that says so.
            fill(Path(self.home).parent)
        return is_last

    def end(self, *, is_last: bool) -> None:
        if is_last and self.when == "after":
            die()

    def counting(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(file: Any, *args: Any, **kwargs: Any) -> Any:
            # Of a folder that is taken away whole, files are named without it; what is not there
            # is not taken away.
            is_ours = "dir_fd" in kwargs or (self.is_home(file) and os.path.lexists(file))
            if not is_ours:
                return real(file, *args, **kwargs)
            is_last = self.begin(name, file)
            done = real(file, *args, **kwargs)
            self.end(is_last=is_last)
            return done

        return counted


class _Written:
    """A file that is written to: the first write is a step, and may end half way."""

    def __init__(self, handle: Any, name: str, counter: _Counter) -> None:
        self._handle, self._name, self._counter = handle, name, counter
        self._is_begun = False

    def write(self, content: Any) -> int:
        is_last = not self._is_begun and self._counter.begin("write", self._name)
        self._is_begun = True
        if is_last and self._counter.when == "within":
            self._handle.write(content[: len(content) // 2])
            self._handle.flush()
            die()
        written: int = self._handle.write(content)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)

    def __enter__(self) -> "_Written":
        self._handle.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._handle.__exit__(*raised)

    def __iter__(self) -> Any:
        return iter(self._handle)


def die() -> None:
    """Die at once, as in a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)
