"""A home that two portals on loopback keep up: a city's contracts and a county's."""

from pathlib import Path

from ingest.home import Home
from ingest.refresh import Wanted
from tests.portals.example import CITY, COLUMNS, COUNTY, contract, on_socrata
from tests.portals.socrata import Portal, Table
from tests.usaspending.server import Server

BOTH = Wanted((CITY, COUNTY))


def portals(home: Home, server: Server, rows: int = 10) -> Portal:
    """Declare both in the home, and serve so many contracts of each."""
    portal = Portal(server)
    folder = home.root / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    for source_id, table, cadence in (
        (CITY, "aaaa-aaaa", "weekly"), (COUNTY, "bbbb-bbbb", "monthly"),
    ):  # fmt: skip
        place = {} if source_id == CITY else {"department": "Sheriff"}
        portal.tables[table] = Table(
            source_id, list(COLUMNS), [contract(number) | place for number in range(rows)]
        )
        text = on_socrata(server.url, table).replace("cadence: weekly", f"cadence: {cadence}")
        (folder / f"{source_id}.yml").write_text(text, "utf-8")
    return portal


def next_week(portal: Portal, table: str = "aaaa-aaaa", rows: int = 12) -> None:
    """Publish more contracts, and one of them with another amount."""
    portal.tables[table].rows = [contract(number) for number in range(rows)]
    portal.tables[table].rows[0]["award_amount"] = "200.20"
    portal.tables[table].updated += 1


def state_of(home: Home) -> dict[str, bytes]:
    """Return the raw files and the pointer, to see that nothing was lost."""
    kept = [*home.raw.rglob("*.zip"), home.pointer]
    return {str(path.relative_to(home.root)): path.read_bytes() for path in kept if path.exists()}


def raw_path(home: Home, source_id: str) -> Path:
    """Return the folder of the raw files of a source."""
    return home.raw / source_id
