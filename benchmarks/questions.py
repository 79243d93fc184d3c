"""Time every question that the dashboard asks of the published database of `WHOBUYS_HOME`.

Walks the public functions of `dashboard.data` whose first parameter is the build, and asks each
with several selections, answers not kept from one call to the next. Prints JSON; `bench.py` reads
it. Run by itself: `WHOBUYS_HOME=... python benchmarks/questions.py`.
"""

import inspect
import itertools
import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from dashboard import data
from dashboard.data import held, records

REPEATS = 5
# Words that a person might look for in all that was bought, surveillance or not.
SEARCHES = ("HELICOPTER PARTS", "LICENSE PLATE READER", "FALCON", "ZEBRA", "BLUE RIDGE LOGISTICS")
# Ways of writing whole tables, for downloads, or of looking only at the shape of the file.
NOT_QUESTIONS = {
    "copy_database",
    "every_grant",
    "every_purchase",
    "every_row",
    "every_subaward",
    "every_use",
    # What a server does with a build, no question.
    "let_go_of_others",
    "show",
    "purchase_batches",
    "purchase_columns",
    "table_columns",
    "write_parquet",
}
# Parameters of these types are known by their type; others by their name.
KINDS = {
    data.GrantSelection: "grants",
    data.Listed: "listed",
    data.Measure: "measure",
    data.Reported: "reported",
    data.Selection: "selection",
    data.Watched: "watched",
}
# Parameters that mean another thing in one function than in the others.
MEANT = {
    ("called", "name"): "agency_name",
    ("grants_by", "group"): "group_of_grants",
    ("standing_list", "name"): "standing_list",
}


# What is read once for each build, and kept whatever is asked.
_OF_A_BUILD = {"_every_reason", "_words", "group_of", "numbers_of"}


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share of `values` lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def forget() -> None:
    """Drop every kept answer, so that each is found again; what was read of a build stays."""
    for module in (data, held, records):
        for name, function in vars(module).items():
            if hasattr(function, "cache_clear") and name not in _OF_A_BUILD:
                function.cache_clear()


def values(build: data.Build) -> dict[str, list[Any]]:
    """Return, by the name of a parameter, what to ask with."""
    measure = data.Measure()
    everything = data.Selection()
    agency = data.by(build, everything, measure, "agency")[0].id
    vendor = data.by(build, everything, measure, "vendor")[0].id
    technology = data.by(build, everything, measure, "technology")[0].id
    purchase = data.purchases(build, everything, size=1)[0]["purchase_id"]
    places = ["us_federal", *(str(row["place_id"]) for row in data.buying_places(build)[:1])]
    lists = [name for name in data.LISTS if data.has_list(build, name)]
    wide = data.Selection(statuses=("confirmed", "matched", "possible"), with_related=True)
    return {
        "selection": [
            everything,
            wide,
            data.Selection(technologies=(technology,)),
            data.Selection(agencies=(agency,)),
            data.Selection(vendors=(vendor,)),
            data.Selection(text="license plate"),
        ],
        "measure": [measure],
        "group": ["technology", "agency", "vendor", "maker"],
        "facet": ["technologies", "agencies", "vendors", "years"],
        "purchase_id": [purchase],
        "agency_id": [agency],
        "vendor_id": [vendor],
        "technology_id": [technology],
        "text": list(SEARCHES),
        "as_of": [date(2025, 6, 30)],
        "day": [date(2025, 6, 30)],
        "first": [date(2025, 7, 1)],
        "last": [date(2025, 12, 31)],
        "build_id": [build.build_id],
        "place_id": places,
        "law_id": [str(row["law_id"]) for row in data.laws(build, date(2025, 6, 30))[:1]],
        "technology": [technology],
        "watched": [data.Watched(), data.Watched("agency", agency)],
        "group_of_grants": ["listing", "technology", "recipient", "year"],
        "grants": [data.GrantSelection()],
        "reported": [data.Reported(), data.Reported(words="license plate")],
        "kinds": [(), tuple(str(row["kind"]) for row in data.change_kinds(build)[:1])],
        "to": [row["to_date"] for row in data.publications(build)[:1]] or [date(2025, 6, 30)],
        "listed": [data.Listed(name) for name in lists],
        "name": lists,
        "key": [agency],
        "agency_name": [str(data.by(build, everything, measure, "agency")[0].name)],
        "standing_list": [str(row["list"]) for row in data.standing_lists(build)],
        "table": ["mart.purchase", "mart.vendor"],
        "order": ["Newest first"],
        "start": [0],
        "size": [100],
    }


def questions() -> Iterator[tuple[str, Callable[..., Any], list[str]]]:
    """Yield each question with what it cannot do without."""
    for name, function in vars(data).items():
        if name.startswith("_") or name in NOT_QUESTIONS:
            continue
        if not inspect.isfunction(inspect.unwrap(function)):
            continue
        parameters = list(inspect.signature(function).parameters.values())
        if not parameters or parameters[0].name != "build":
            continue
        needed = [p for p in parameters[1:] if p.default is inspect.Parameter.empty]
        known_as = [KINDS.get(p.annotation, p.name) for p in needed]
        yield name, function, [MEANT.get((name, each), each) for each in known_as]


def combinations(needed: list[str], known: dict[str, list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield the arguments to ask with: each selection with each of the other values."""
    missing = [name for name in needed if name not in known]
    if missing:
        raise SystemExit(
            f"benchmarks/questions.py has no value for {', '.join(missing)}: add one to `values`."
        )
    yield from itertools.product(*(known[name] for name in needed))


def main() -> None:
    """Ask everything, and print the milliseconds by question."""
    build = data.current()
    known = values(build)
    found: dict[str, dict[str, float]] = {}
    all_times: list[float] = []
    for name, function, needed in questions():
        times: list[float] = []
        for arguments in combinations(needed, known):
            function(build, *arguments)  # warm: the pages read are in memory from here on
            for _ in range(REPEATS):
                forget()
                began = time.perf_counter()
                function(build, *arguments)
                times.append((time.perf_counter() - began) * 1000)
        if not times:
            continue  # this home has nothing to ask it with: no law, no standing list
        found[name] = {
            "asked": len(times),
            "p50_ms": percentile(times, 0.5),
            "p95_ms": percentile(times, 0.95),
        }
        if name != "find_in_whole_ledger":
            all_times += times
    print(
        json.dumps(
            {
                "mart_p50_ms": percentile(all_times, 0.5),
                "mart_p95_ms": percentile(all_times, 0.95),
                "questions": found,
            }
        )
    )


if __name__ == "__main__":
    main()
