"""Many readers at once: WebSocket clients that each change a filter of Explore every few seconds.

    WHOBUYS_HOME=... python benchmarks/readers.py --readers 200 --seconds 60

Starts the dashboard of the published database of `WHOBUYS_HOME`, lets every reader open Explore,
and then asks for one of more than a thousand views after another, as a browser does when a filter
is clicked. A view has arrived when the server says that its run has ended. Prints JSON: how long
views took, what failed, how many different views were asked for, and the server's memory and
processor time. Clients and server share the machine's processors, as `uptime` sees them.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import time
from urllib.parse import urlencode

import talk
import websockets
from talk import percentile

from dashboard import data, filters

_ENOUGH_VIEWS = 1_000


def views(build: data.Build) -> list[str]:
    """Return addresses of Explore that differ in their filters, in an order of chance."""
    technologies = ["", *list(filters.options(build, "technologies"))[:12]]
    agencies = ["", *list(filters.options(build, "agencies"))[:24]]
    years = ["", *list(filters.options(build, "years"))[:6]]
    orders = ["", "Largest amount", "Vendor"]
    scopes = ["", filters.RELATED]
    names = ("technology", "agency", "year", "sort", "scope")
    every = [
        urlencode({k: v for k, v in zip(names, chosen, strict=True) if v})
        for chosen in itertools.product(technologies, agencies, years, orders, scopes)
    ]
    random.Random(1).shuffle(every)  # noqa: S311 - an order, not a secret
    return every


class Reader:
    """One browser's worth of talk with the server."""

    def __init__(self, port: int, every: list[str], number: int) -> None:
        self.port = port
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
            async with talk.tab(self.port) as tab:
                await self._view(tab, order.choice(self.every), is_first=True)
                await asyncio.sleep(order.uniform(0, pause))
                while (began := time.monotonic()) < until:
                    await self._view(tab, order.choice(self.every))
                    await asyncio.sleep(max(0.0, pause - (time.monotonic() - began)))
        except (OSError, websockets.WebSocketException) as error:
            self.faults.append(f"{type(error).__name__}: {error}"[:200])

    async def _view(self, tab: talk.Tab, query: str, *, is_first: bool = False) -> None:
        seen = await tab.view("explore", query, "Explore every purchase")
        self.faults += seen.faults
        if not is_first:
            self.times.append(seen.seconds)
            self.asked.add(query)


async def crowd(
    server: talk.Server, every: list[str], number: int, pause: float, seconds: float
) -> tuple[list[Reader], int, float]:
    """Let readers come to a warm server over a while, and read for some seconds.

    Returns what they met, the server's largest memory in bytes, and the processor time that it
    used from when all had come, in seconds.
    """
    readers = [Reader(server.port, every, n) for n in range(number)]
    async with talk.tab(server.port) as tab:
        for query in ("", *every[:3]):
            await tab.view("explore", query)  # warm: the build is in memory from here on
    now = time.monotonic()
    comes = max(10.0, number / 8)
    until = now + comes + seconds
    peak = server.memory()
    cpu_then = 0.0

    async def watch() -> None:
        nonlocal peak, cpu_then
        while time.monotonic() < until:
            if not cpu_then and time.monotonic() >= now + comes:
                cpu_then = server.cpu_seconds()
            peak = max(peak, server.memory())
            await asyncio.sleep(0.5)

    await asyncio.gather(
        watch(),
        *(r.read(pause, until, now + comes * n / number) for n, r in enumerate(readers)),
    )
    return readers, max(peak, server.memory()), server.cpu_seconds() - cpu_then


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
    with talk.serving() as server:
        readers, peak, cpu = asyncio.run(
            crowd(server, every, chosen.readers, chosen.pause, chosen.seconds)
        )
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
                "cpu_ms_a_view": cpu / len(times) * 1000 if times else None,
                "peak_bytes": peak,
                "load_average": os.getloadavg()[0],
            }
        )
    )


if __name__ == "__main__":
    main()
