"""How long a rerun of each page takes in a warm server: asked for as a browser asks, by WebSocket.

    WHOBUYS_HOME=... python benchmarks/pages.py
    WHOBUYS_HOME=... python benchmarks/pages.py --only agency,explore --reruns 40
    WHOBUYS_HOME=... python benchmarks/pages.py --browser

Each rerun of a page has another address than the one before (the largest agency, the next, ...), so
that answers kept from the same address do not flatter; the first few of a page only warm it and do
not count. A rerun lasts from the request to the server's word that the run has ended. The server's
processor time over the same reruns stands beside it, since wall time depends on what else the
machine does. Prints a table, and JSON as its last line. `--browser` also times Chromium: from the
click on an address to the answer sentence, and to the first chart, with everything loaded before.
"""

import argparse
import asyncio
import itertools
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import talk
from talk import percentile

from dashboard import comparing, data, filters

# The first reruns of each page: code and pages of the database are read for the first time.
_WARMING = 3
_BROWSER_VISITS = 7
# What a page must show before the browser's clock stops: its answer, and its first chart.
_ANSWER = ".wb-answer"
_CHART = ".wb-ranked, .wb-columns, .wb-time, .wb-map"
_CHART_OF = {
    "": _CHART,
    # Rows are what Explore draws.
    "explore": ".wb-table",
    "agency": _CHART,
    "vendor": _CHART,
    "technology": _CHART,
    "place": _CHART,
    "map": _CHART,
}
# Looks before each frame is painted, and notes when each was first there to be seen. A page that is
# whole and has no chart, as one of a place that bought nothing, ends the wait too.
_STOPWATCH = """([answer, chart]) => new Promise((done) => {
  const passed = {};
  const is_seen = (each) => each.getClientRects().length > 0;
  const look = () => {
    for (const [what, shown] of [["answer", answer], ["chart", chart]])
      if (!(what in passed) && [...document.querySelectorAll(shown)].some(is_seen))
        passed[what] = performance.now() / 1000;
    const is_whole = document.querySelector(".wb-footer")
      && document.querySelector('[data-test-script-state="notRunning"]');
    if (Object.keys(passed).length === 2 || is_whole || performance.now() > 60000) done(passed);
    else requestAnimationFrame(look);
  };
  look();
})"""

Addresses = dict[str, list[str]]


def _ids(rows: Sequence[object], name: str = "id") -> list[str]:
    return [
        urlencode({"id": row[name] if isinstance(row, dict) else getattr(row, name)})
        for row in rows
    ]


def _pairs(build: data.Build, most: int) -> Iterator[str]:
    """Yield addresses of Compare: two agencies, then two vendors, then two technologies."""
    names = {kind: list(filters.options(build, facet)) for kind, (facet, _) in
             comparing.KINDS.items() if kind in ("agency", "vendor", "technology")}  # fmt: skip
    labels = {kind: label for kind, (_, label) in comparing.KINDS.items()}
    for number in range(most):
        for kind, known in names.items():
            pair = known[number : number + 2]
            if len(pair) == 2:  # noqa: PLR2004
                yield urlencode({"what": labels[kind], f"these_{kind}": pair}, doseq=True)


def _explored(build: data.Build, most: int) -> list[str]:
    """Return addresses of Explore with one to five filters, orders and words."""
    named = {name: list(filters.options(build, facet))[:12] for name, facet in
             (("technology", "technologies"), ("vendor", "vendors"), ("agency", "agencies"),
              ("year", "years"))}  # fmt: skip
    every: list[dict[str, object]] = [
        {"technology": t, "agency": a, "year": y, "sort": s}
        for (t, a), y, s in zip(
            itertools.product(named["technology"], named["agency"]),
            itertools.cycle(["", *named["year"]]),
            itertools.cycle(["", "Largest amount", "Vendor"]),
            strict=False,
        )
    ]
    for number, vendor in enumerate(named["vendor"]):
        every.insert(number * 3, {"vendor": vendor, "scope": filters.RELATED})
        every.insert(number * 3 + 1, {"q": vendor.split()[0], "status": list(filters.STATUSES)})
    return [urlencode({k: v for k, v in one.items() if v}, doseq=True) for one in every[:most]]


def addresses(build: data.Build, most: int) -> Addresses:
    """Return up to `most` addresses of each page, no two of a page alike."""
    measure, everything = data.Measure(), data.Selection()
    by = {group: data.by(build, everything, measure, group, most)
          for group in ("agency", "vendor", "technology")}  # fmt: skip
    technologies = list(filters.options(build, "technologies"))
    agencies = list(filters.options(build, "agencies"))
    days = [date(2025, 6, 30) - timedelta(days=30 * n) for n in range(most)]
    switches = [
        urlencode({k: v for k, v in {"scope": scope, "leave_out": left_out}.items() if v})
        for left_out in ["", *technologies]
        for scope in ("", filters.RELATED)
    ]
    words = [{"q": name.split()[0]} for name in agencies]
    some = {
        "": [*switches, *(urlencode({"find": name[:12]}) for name in agencies)],
        "explore": _explored(build, most),
        "agency": _ids(by["agency"]),
        "vendor": _ids(by["vendor"]),
        "technology": [f"{t}&{s}" if s else t for s in switches[:4] for t in
                       _ids(by["technology"])],
        "place": _ids([*data.buying_places(build), *data.us_places(build)], "place_id"),
        "purchase": _ids(
            data.purchases(build, everything, "Largest amount", 1, most), "purchase_id"
        ),
        "compare": list(_pairs(build, most)),
        "renewals": [urlencode({"technology": t, "within": w}) for t in technologies
                     for w in ("12 months", "6 months")],
        "map": [urlencode({"leave_out": t, "shapes": s}) for t in technologies
                for s in ("States", "Counties")],
        "resellers": switches,
        "grants": [urlencode(each) for each in words],
        "use": [urlencode({"technology": t}) for t in technologies]
        + [urlencode(each) for each in words],
        "law": [urlencode({"day": day.isoformat()}) for day in days],
        "questions": [urlencode(each) for each in words],
        "changes": ["", *(urlencode({"kind": each}) for each in data.change_kinds(build))],
        "issues": ["", *(urlencode(each) for each in words)],
        "sources": [""],
        "corrections": [""],
        "method": [""],
        "dictionary": [""],
        "api": [""],
        "check": [""],
        "decide": [""],
    }  # fmt: skip
    return {page: list(dict.fromkeys(every))[:most] for page, every in some.items()}


async def reruns(
    server: talk.Server, page: str, queries: list[str], number: int
) -> dict[str, object]:
    """Rerun one page so many times, each with the next of its addresses, in one session."""
    times: list[float] = []
    sizes: list[int] = []
    messages: list[int] = []
    faults: list[str] = []
    cpu = 0.0
    async with talk.tab(server.port) as tab:
        order = itertools.islice(itertools.cycle(queries), number + _WARMING)
        for turn, query in enumerate(order):
            if turn == _WARMING:
                cpu = server.cpu_seconds()
            seen = await tab.view(page, query)
            faults += seen.faults
            if turn >= _WARMING:
                times.append(seen.seconds)
                sizes.append(seen.size)
                messages.append(seen.messages)
    return {
        "reruns": number,
        "different": min(len(queries), number),
        "p50_ms": percentile(times, 0.5) * 1000,
        "p95_ms": percentile(times, 0.95) * 1000,
        "max_ms": max(times) * 1000,
        "cpu_ms": (server.cpu_seconds() - cpu) / number * 1000,
        "messages": percentile([float(n) for n in messages], 0.5),
        "kilobytes": percentile([float(n) for n in sizes], 0.5) / 1000,
        "faults": sorted(set(faults))[:3],
    }


def in_browser(
    server: talk.Server, some: Addresses, pages: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Time Chromium on these pages: to the answer sentence, and to the first chart."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only needed here

    found: dict[str, dict[str, object]] = {}
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for name in pages:
            answers: list[float] = []
            charts: list[float] = []
            # The first visit fills the browser's own store, as any visit before would have.
            for turn, query in enumerate(some[name][: _BROWSER_VISITS + 1]):
                page.goto("about:blank")
                page.goto(f"http://127.0.0.1:{server.port}/{name}?{query}", wait_until="commit")
                passed = page.evaluate(_STOPWATCH, [_ANSWER, _CHART_OF[name]])
                if turn:
                    answers += [passed["answer"]]
                    charts += [passed["chart"]] if "chart" in passed else []
            found[name] = {
                "visits": len(answers),
                "answer_p50_s": percentile(answers, 0.5),
                "answer_max_s": max(answers),
                "charts": len(charts),
                "chart_p50_s": percentile(charts or [0.0], 0.5),
                "chart_max_s": max(charts, default=0.0),
            }
        browser.close()
    return found


def _table(found: dict[str, dict[str, object]]) -> None:
    columns = ("p50_ms", "p95_ms", "max_ms", "cpu_ms", "messages", "kilobytes")
    print(f"{'page':13}{'different':>10}" + "".join(f"{name:>11}" for name in columns))
    for page, row in found.items():
        cells = "".join(f"{row[name]:>11.0f}" for name in columns)
        print(f"{page or 'overview':13}{row['different']:>10}{cells}")
        for fault in row["faults"]:  # type: ignore[attr-defined]
            print(f"    {fault}")


def main() -> None:
    """Measure, and print a table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--reruns", type=int, default=30)
    parser.add_argument("--only", default="", help="pages, with commas; the overview is `overview`")
    parser.add_argument("--browser", action="store_true")
    chosen = parser.parse_args()
    build = data.current()
    some = addresses(build, chosen.reruns + _WARMING)
    only = ["" if each == "overview" else each for each in chosen.only.split(",")]
    pages = [each for each in some if not chosen.only or each in only]
    empty = [page for page in pages if not some[page]]
    if empty:
        sys.exit(f"this home has nothing to open {', '.join(empty)} with")
    with talk.serving() as server:
        found = {
            page: asyncio.run(reruns(server, page, some[page], chosen.reruns)) for page in pages
        }
        drawn = [page for page in pages if page in _CHART_OF]
        seen = in_browser(server, some, drawn) if chosen.browser else {}
    _table(found)
    for page, row in seen.items():
        print(
            f"in Chromium {page or 'overview':13}answer {row['answer_p50_s']:.1f} s (at most "
            f"{row['answer_max_s']:.1f}), first chart {row['chart_p50_s']:.1f} s (at most "
            f"{row['chart_max_s']:.1f})"
        )
    print(json.dumps({"pages": found, "browser": seen, "load_average": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
