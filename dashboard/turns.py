"""How many pages are drawn at once: few, so that each is soon done and the server still answers.

Python draws one page at a time, however many threads there are. Where all readers' pages are drawn
together, all of them are late, and the thread that accepts connections waits behind every one.
"""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# One more than there are processors: the database works while Python writes another page.
_AT_ONCE = (os.cpu_count() or 1) + 1
# Nobody waits longer behind pages that take their time, such as a large file that is checked.
_LONGEST_WAIT = 2.0
# How long a thread keeps Python to itself while others wait. A page is sent in some forty pieces,
# and after each its sender waits for this long: 5 ms, Python's own choice, is a fifth of a second.
_SLICE = 0.0005

# How many new objects there are before the collector looks for unused ones, and how many such looks
# before it looks at older ones too. A page makes and drops some ten thousand: Python's own choice,
# 700 and 10, took a seventh of the time of every page.
_COLLECT = (50_000, 10, 10)

_turns = threading.BoundedSemaphore(_AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn to draw a page, but not for ever."""
    is_ours = _turns.acquire(timeout=_LONGEST_WAIT)
    try:
        yield
    finally:
        if is_ours:
            _turns.release()


def share_python() -> None:
    """Let the thread that sends pages in between those that draw them."""
    sys.setswitchinterval(_SLICE)
    gc.set_threshold(*_COLLECT)
