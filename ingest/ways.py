"""Which way leads into which portal, and what of a declaration it needs to know."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from ingest.adapters.arcgis import ArcGis
from ingest.adapters.ckan import Ckan
from ingest.adapters.ocds import Ocds
from ingest.adapters.portal import Asking, Dataset, Way, base_address
from ingest.adapters.socrata import Socrata
from ingest.adapters.table_file import TableFile
from ingest.source import Source

WAYS: dict[str, Callable[[], Way]] = {
    "socrata": Socrata,
    "ckan": Ckan,
    "arcgis": ArcGis,
    "ocds": Ocds,
    "table_file": TableFile,
}


def way_of(source: Source) -> Way:
    """Return the way into the portal of a source, new for each run."""
    return WAYS[source.adapter]()


def dataset_of(source: Source, today: date) -> Dataset:
    """Return where the data set of a source is; `{year}` stands for every year until today's."""
    since = source.ask.since
    return Dataset(
        source_id=source.id,
        base=base_address(source.domain or ""),
        id=source.dataset or "",
        resources=source.resources or "*",
        addresses=tuple(_addresses(source, today)),
        incremental=source.incremental,
        asking=Asking(
            source.ask.parameters,
            datetime.combine(since, time(), UTC) if since else None,
            source.ask.window_hours,
        ),
    )


def _addresses(source: Source, today: date) -> list[str]:
    found = []
    for address in source.address:
        if source.first_year is None:
            found.append(address)
            continue
        # Named by the year in which it ends, which is the next one once it has begun.
        last = today.year + (1 < source.fiscal_year_begins <= today.month)
        if source.fiscal_year_named_by == "start" and source.fiscal_year_begins > 1:
            last -= 1
        found += [address.replace("{year}", str(y)) for y in range(source.first_year, last + 1)]
    return found
