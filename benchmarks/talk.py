"""Talking with the dashboard as a browser does: a server of its own, and views by address.

A view has arrived when the server says that its run has ended; what arrived must be the page that
was asked for, with its foot, and without a fault. Needs Linux (/proc).
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PROJECT = Path(__file__).resolve().parents[1]
_LARGEST_MESSAGE = 1 << 26
_FOOT = b"wb-footer"


@dataclass(frozen=True)
class Server:
    """A dashboard that runs: its port and its process."""

    port: int
    pid: int

    def memory(self) -> int:
        """Return its resident memory, in bytes."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used, user and system."""
        # The name of the process, in brackets, may hold spaces.
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Seen:
    """One view: how long it took, how much came, and what was wrong with it."""

    seconds: float = 0.0
    messages: int = 0
    size: int = 0
    faults: tuple[str, ...] = ()


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share of `values` lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(480):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the dashboard did not start")


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Serve the published database of `WHOBUYS_HOME` while the block runs."""
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", f"from dashboard.server import serve; serve({port})"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


class Tab:
    """A tab of a browser, as the server sees it: one session, and one view after another."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self._connection = connection
        # What the server calls its pages; a browser learns it from the first answer.
        self._hashes: dict[str, str] = {}

    async def view(self, page: str, query: str, mark: str = "wb-title") -> Seen:
        """Ask for a page by its address, and wait until its run has ended.

        `mark` is what the page must hold; its foot comes last. A link to the same page with other
        filters is asked for as a browser does after a click on it: the address wins over what the
        filters were, and nothing of the page before counts.
        """
        await self._connection.send(self._question(page, query).SerializeToString())
        began = time.perf_counter()
        seen = Seen()
        faults: list[str] = []
        is_ours = is_whole = False
        while True:
            message = await self._connection.recv(decode=False)
            seen.messages += 1
            seen.size += len(message)
            is_ours = is_ours or mark.encode() in message
            is_whole = is_whole or (is_ours and _FOOT in message)
            heard = ForwardMsg()
            heard.ParseFromString(message)
            match heard.WhichOneof("type"):
                case "navigation":
                    self._hashes = {
                        each.url_pathname: each.page_script_hash
                        for each in heard.navigation.app_pages
                    }
                case "delta" if heard.delta.new_element.WhichOneof("type") == "exception":
                    faults.append(heard.delta.new_element.exception.message[:200])
                case "script_finished":
                    if heard.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                        faults.append(f"the run ended with {heard.script_finished}")
                    elif not is_whole:
                        faults.append(f"{page}?{query} came without {mark!r} or its foot")
                    break
        seen.seconds = time.perf_counter() - began
        seen.faults = tuple(faults)
        return seen

    def _question(self, page: str, query: str) -> BackMsg:
        said = BackMsg()
        said.rerun_script.query_string = query
        if page in self._hashes:
            said.rerun_script.page_script_hash = self._hashes[page]
            said.rerun_script.is_history_navigation = True
        else:
            said.rerun_script.page_name = page
        return said


@contextlib.asynccontextmanager
async def tab(port: int) -> AsyncIterator[Tab]:
    """Open a connection as a new tab of a browser would, and close it after the block."""
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        max_size=_LARGEST_MESSAGE,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        ping_timeout=None,
    ) as connection:
        yield Tab(connection)
