"""A small disk of its own for a home, and how to fill it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILLER = "filler"
# Room for three databases, the export for the site, and four times a database beside it.
_MEGABYTES = 256


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk in memory there, and yield whether that is allowed; else it is a folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", folder]
    is_small = (
        os.geteuid() == 0 and not subprocess.run(mount, capture_output=True, check=False).returncode
    )
    try:
        yield is_small
    finally:
        if is_small:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> None:
    """Fill the disk to the last byte."""
    handle = os.open(disk / FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for size in (1 << 20, 1 << 12, 1):
        try:
            while os.write(handle, bytes(size)):
                pass
        except OSError:
            continue
    os.close(handle)
