"""What is done while it is killed: adding a file, fetching the archive, searching the service.

Each begins with a home that has an older build published, and ends, when nothing is killed, with
known totals.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ingest.home import Home
from tests import federal
from tests.federal import changed, csv_text, delta, full, transaction, write_zip
from tests.portals.example import CITY, COLUMNS, contract, on_socrata
from tests.portals.socrata import Portal, Table
from tests.soak.killing import Commands
from tests.usaspending.archive import Archive
from tests.usaspending.search import Search
from tests.usaspending.server import Server

# So many rows are on a page of a portal, lest a test needs 100,000 of them.
PAGE = 300
_CONTRACTS = 2 * PAGE + 10
SEARCH, SUBAWARDS = "us_federal_contracts_search", "us_federal_subawards_search"


@dataclass(frozen=True)
class Scene:
    """Steps from one published build to the next, and what there is at the end."""

    commands: Commands
    older: Home
    steps: list[list[str]]
    # Of the steps, those that are killed; others are killed in another scene.
    killed: tuple[int, ...]
    purchases: int
    total: Decimal
    raw_files: int
    # The fewest steps that each command takes: renames, and writes to the end of a file.
    at_least: tuple[int, ...]
    # When a random moment may come, in seconds; most of the first is spent importing.
    span: tuple[float, float]
    subawards: int = 0


def adding(folder: Path, server: Server) -> Scene:
    """Add a file of two members and 6,000 transactions of 1,000 purchases."""
    del server
    home = Home(folder / "home")
    before = [transaction("A1", "5.55"), transaction("GONE", "1")]
    federal.build_of(home, full(folder, before, stamp="20250906"))
    rows = [
        transaction(
            f"A{number}", f"{number}.{modification:02}", modification=str(modification),
            date=f"2024-0{modification + 1}-01",
        )
        for number in range(1_000)
        for modification in range(6)
    ]  # fmt: skip
    name = "FY2024_070_Contracts_Full_20251006"
    newer = write_zip(
        folder / f"{name}.zip",
        {f"{name}_1.csv": csv_text(rows[:4_000]), f"{name}_2.csv": csv_text(rows[4_000:])},
    )
    return Scene(
        Commands(),
        home,
        steps=[["add", str(newer), "--source", federal.SOURCE], ["build"]],
        killed=(0, 1),
        purchases=1_000,
        total=sum((Decimal(row["federal_action_obligation"]) for row in rows), Decimal(0)),
        raw_files=2,
        # Two members, their manifest and the raw file; the database and the pointer.
        at_least=(4, 2),
        span=(0.3, 3.0),
    )


def fetching(folder: Path, server: Server) -> Scene:
    """Fetch from July to September: two whole files fetched anew and a file of changes."""
    archive = Archive(server)
    commands = Commands(server.settings)
    fetch = ["fetch", federal.SOURCE, "--fiscal-year", "2024", "--fiscal-year", "2025", "--repair"]
    home = Home(folder / "home")
    whole = [
        full(folder, _rows(year, "1.11"), year=year, stamp="20260706") for year in (2024, 2025)
    ]
    archive.put(*whole)
    for step in (fetch, ["build"]):
        commands.run(home, step)
    archive.take_away(*(path.name for path in whole))
    archive.put(
        *(full(folder, _rows(year, "2.22"), year=year, stamp="20260906") for year in (2024, 2025))
    )
    corrected = [changed(row, "C") for row in _rows(2024, "3.33")[:100]]
    gone = [changed(row, "D") for row in _rows(2025, "0")[:50]]
    archive.put(delta(folder, [*corrected, *gone], stamp="20260924"))
    return Scene(
        commands,
        home,
        steps=[fetch, ["build"]],
        killed=(0,),
        purchases=950,
        total=850 * Decimal("2.22") + 100 * Decimal("3.33"),
        raw_files=5,
        # Of each file: what is coming, its name, raw, staged, manifest.
        at_least=(3 * 5,),
        span=(0.3, 4.0),
    )


def _rows(year: int, amount: str) -> list[federal.Row]:
    chance = random.Random(year)  # noqa: S311
    return [
        transaction(
            f"Y{year}N{number}", amount, f"{year}-03-01",
            transaction_description=chance.randbytes(100).hex(),
        )
        for number in range(500)
    ]  # fmt: skip


def searching(folder: Path, server: Server) -> Scene:
    """Search for a week's news: awards changed, new and known by their keys, and sub-awards."""
    search = Search()
    search.serve(server)
    commands = Commands(server.settings)
    home = Home(folder / "home")
    search.add([transaction(f"S{number}", "1.11") for number in range(5)])
    steps = [["fetch", SEARCH, SUBAWARDS], ["build"]]
    for step in steps:
        commands.run(home, step)
    today = {"last_modified_date": "2026-11-21"}
    silent = {"recipient_name": "NOBODY", "transaction_description": "SUPPORT",
              "prime_award_base_transaction_description": "SUPPORT"}  # fmt: skip
    search.updated = "11/21/2026"
    search.add(
        [
            *(transaction(f"S{number}", "2.22", **today) for number in range(3)),
            *(transaction(f"N{number}", "3.33", **today) for number in range(4)),
            *(transaction(f"KNOWN{number}-0001", "4.44", **silent) for number in (1, 2)),
            {
                "prime_award_unique_key": federal.award_key("S0"), "subaward_number": "1",
                "subaward_amount": "0.50", "subaward_action_date": "2024-03-01",
                "subawardee_name": "SMALL LLC",
            },
        ]
    )  # fmt: skip
    return Scene(
        commands,
        home,
        steps=steps,
        killed=(0,),
        # Nobody knows what the two are for: they are in the ledger and not among the published.
        purchases=9,
        total=3 * Decimal("2.22") + 2 * Decimal("1.11") + 4 * Decimal("3.33"),
        raw_files=0,
        # Nine awards and their files, a page of a search, the sub-awards.
        at_least=(15,),
        span=(0.5, 4.0),
        subawards=1,
    )


def fetching_portal(folder: Path, server: Server) -> Scene:
    """Fetch a city's table anew from its portal: three pages, in which every amount is another."""
    return Scene(
        *_portal_with_news(folder, server),
        steps=[["fetch", CITY], ["build"]],
        killed=(0,),
        purchases=_CONTRACTS,
        total=_CONTRACTS * Decimal("2.22"),
        raw_files=2,
        # Three pages, each with how far the run is; raw, staged, manifest, the older set aside.
        at_least=(2 * 3 + 4,),
        span=(0.3, 2.5),
    )


def refreshing(folder: Path, server: Server) -> Scene:
    """Do all of the weekly job at once: fetch that table, build, publish, tidy up, report."""
    return Scene(
        *_portal_with_news(folder, server),
        steps=[["refresh", CITY, "--now"]],
        killed=(0,),
        purchases=_CONTRACTS,
        total=_CONTRACTS * Decimal("2.22"),
        raw_files=2,
        # Those of fetching; when it was good, the database, the pointer, two reports.
        at_least=(2 * 3 + 4 + 5,),
        span=(0.3, 9.0),
    )


def _portal_with_news(folder: Path, server: Server) -> tuple[Commands, Home]:
    """Return a home with a city's table, which its portal has since published anew."""
    city = City.published(folder, server)
    city.publish("2.22")
    return city.commands, city.home


@dataclass(frozen=True)
class City:
    """A city's table on its portal, a home that has it, and commands to keep it up."""

    commands: Commands
    home: Home
    table: Table

    @classmethod
    def published(cls, folder: Path, server: Server) -> "City":
        """Serve the table, fetch it and build."""
        portal = Portal(server)
        portal.tables["aaaa-aaaa"] = Table("City", list(COLUMNS), _contracts("1.11"))
        home = Home(folder / "home")
        (home.root / "sources").mkdir(parents=True)
        (home.root / "sources" / f"{CITY}.yml").write_text(
            on_socrata(server.url, "aaaa-aaaa"), "utf-8"
        )
        commands = Commands(server.settings)
        for step in (["fetch", CITY], ["build"]):
            commands.run(home, step)
        return cls(commands, home, portal.tables["aaaa-aaaa"])

    def publish(self, amount: str, contracts: int = _CONTRACTS) -> None:
        """Let the city publish its table anew, every contract with this amount."""
        self.table.rows = _contracts(amount, contracts)
        self.table.updated += 1


def _contracts(amount: str, many: int = _CONTRACTS) -> list[dict[str, str]]:
    # Bought from a vendor that counts, so that there are changes to tell of.
    said = {"vendor_name": "Clearview AI, Inc.", "description": "FACE RECOGNITION"}
    return [contract(number, amount) | said for number in range(many)]


SCENES: dict[str, Callable[[Path, Server], Scene]] = {
    "adding": adding, "fetching": fetching, "searching": searching,
    "portal": fetching_portal, "refreshing": refreshing,
}  # fmt: skip
