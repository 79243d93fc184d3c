"""Many readers at once: WebSocket clients that each change a filter of Explore every few seconds.

    WHOBUYS_HOME=... python benchmarks/readers.py --readers 200 --seconds 60

Starts the dashboard of the published database of `WHOBUYS_HOME`, lets every reader open Explore,
and then asks for one of more than a thousand views after another, as a browser does when a filter
is clicked. A view has arrived when the server says that its run has ended. Prints JSON: how long
views took, what failed, how many different views were asked for, and the server's memory. Clients
and server share the machine's processors, as `uptime` sees them. Needs Linux (/proc).
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard import data, filters

PROJECT = Path(__file__).resolve().parents[1]
_LARGEST_MESSAGE = 1 << 26
_ENOUGH_VIEWS = 1_000


def views(build: data.Build) -> list[str]:
    """Return addresses of Explore that differ in their filters, in an order of chance."""
    technologies = ["", *list(filters.options(build, "technologies"))[:12]]
    vendors = ["", *list(filters.options(build, "vendors"))[:24]]
    years = ["", *list(filters.options(build, "years"))[:6]]
    orders = ["", "Largest amount", "Vendor"]
    every = [
        urlencode({k: v for k, v in zip(("technology", "vendor", "year", "sort"), c, strict=True)
                   if v})
        for c in itertools.product(technologies, vendors, years, orders)
    ]  # fmt: skip
    random.Random(1).shuffle(every)  # noqa: S311 - an order, not a secret
    return every


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def memory(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share of `values` lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Reader:
    """One browser's worth of talk with the server."""

    def __init__(self, port: int, every: list[str], number: int) -> None:
        self.uri = f"ws://127.0.0.1:{port}/_stcore/stream"
        self.every = every
        self.number = number
        self.times: list[float] = []
        self.asked: set[str] = set()
        self.faults: list[str] = []

    async def read(self, pause: float, until: float, begins: float) -> None:
        """Open Explore, then ask for another view every `pause` seconds, until the time is over."""
        order = random.Random(self.number)  # noqa: S311 - an order, not a secret
        await asyncio.sleep(max(0.0, begins - time.monotonic()))
        try:
            async with websockets.connect(
                self.uri, max_size=_LARGEST_MESSAGE, subprotocols=["streamlit"],  # type: ignore[list-item]
                ping_timeout=None,
            ) as connection:  # fmt: skip
                await self._view(connection, order.choice(self.every), is_first=True)
                await asyncio.sleep(order.uniform(0, pause))
                while (began := time.monotonic()) < until:
                    await self._view(connection, order.choice(self.every))
                    await asyncio.sleep(max(0.0, pause - (time.monotonic() - began)))
        except (OSError, websockets.WebSocketException) as error:
            self.faults.append(f"{type(error).__name__}: {error}"[:200])

    async def _view(
        self, connection: websockets.ClientConnection, query: str, *, is_first: bool = False
    ) -> None:
        said = BackMsg()
        said.rerun_script.query_string = query
        said.rerun_script.page_name = "explore"
        began = time.perf_counter()
        await connection.send(said.SerializeToString())
        is_ours = is_whole = False
        while True:
            message = await connection.recv(decode=False)
            is_ours = is_ours or b"Explore every purchase" in message
            is_whole = is_whole or (is_ours and b"wb-footer" in message)
            heard = ForwardMsg()
            heard.ParseFromString(message)
            if heard.WhichOneof("type") == "script_finished":
                if heard.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    self.faults.append(f"the run ended with {heard.script_finished}")
                elif not is_whole:
                    self.faults.append("the page came without its foot")
                break
            if heard.WhichOneof("type") == "delta" and (
                heard.delta.new_element.WhichOneof("type") == "exception"
            ):
                self.faults.append(heard.delta.new_element.exception.message[:200])
        if not is_first:
            self.times.append(time.perf_counter() - began)
            self.asked.add(query)


async def crowd(port: int, every: list[str], number: int, pause: float, seconds: float,
                pid: int) -> tuple[list[Reader], int]:  # fmt: skip
    """Let readers come over a while, read for some seconds, and return what they met."""
    readers = [Reader(port, every, n) for n in range(number)]
    now = time.monotonic()
    comes = max(10.0, number / 8)
    until = now + comes + seconds
    peak = memory(pid)

    async def watch() -> None:
        nonlocal peak
        while time.monotonic() < until:
            peak = max(peak, memory(pid))
            await asyncio.sleep(0.5)

    await asyncio.gather(
        watch(),
        *(r.read(pause, until, now + comes * n / number) for n, r in enumerate(readers)),
    )
    return readers, max(peak, memory(pid))


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    for _ in range(480):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the dashboard did not start")


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=5)
    chosen = parser.parse_args()
    build = data.current()
    every = views(build)
    if len(every) < _ENOUGH_VIEWS:
        raise SystemExit(f"only {len(every)} different views: load a larger ledger")
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", f"from dashboard.server import serve; serve({port})"], cwd=PROJECT
    )
    try:
        wait_for(port)
        readers, peak = asyncio.run(
            crowd(port, every, chosen.readers, chosen.pause, chosen.seconds, server.pid)
        )
    finally:
        server.terminate()
        server.wait(30)
    times = [seconds for reader in readers for seconds in reader.times]
    faults = [fault for reader in readers for fault in reader.faults]
    print(
        json.dumps(
            {
                "readers": chosen.readers,
                "views": len(times),
                "different_views": len({query for reader in readers for query in reader.asked}),
                "p50_ms": percentile(times, 0.5) * 1000 if times else None,
                "p95_ms": percentile(times, 0.95) * 1000 if times else None,
                "max_ms": max(times) * 1000 if times else None,
                "faults": len(faults),
                "examples": sorted(set(faults))[:3],
                "peak_bytes": peak,
                "load_average": os.getloadavg()[0],
            }
        )
    )


if __name__ == "__main__":
    main()
