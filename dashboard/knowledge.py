"""The knowledge that the rules are made of, loaded once for each build."""

from functools import lru_cache

from dashboard import data
from dashboard.data import Build
from dashboard.project import PROJECT
from ingest.classify import Knowledge, WhyNot, load_knowledge, why_not

_OURS = PROJECT / "data" / "reference"


@lru_cache(maxsize=1)
def knowledge(_build_id: str) -> Knowledge:
    """Return vendors, products, phrases and traps: ours, and a newsroom's own beside them."""
    return latest()


def latest() -> Knowledge:
    """Return the same as the files stand now, with lines written since the build."""
    own = data.home() / "reference"
    folders = [_OURS] if own.resolve() == _OURS or not own.is_dir() else [_OURS, own]
    return load_knowledge(folders)


def clear() -> None:
    """Forget what was loaded: an editor has written a line."""
    knowledge.cache_clear()
    why.cache_clear()


@lru_cache(maxsize=128)
def why(build: Build, purchase_id: str) -> WhyNot | None:
    """Return what was looked for in one purchase of the ledger, and what spoke against it."""
    row = data.ledger_purchase(build, purchase_id)
    if row is None:
        return None
    texts = data.ledger_texts(build, purchase_id) or (row["description"] or "",)
    record = {
        "agency": row["agency_name"],
        "vendor": row["vendor_name_source"],
        "description": " | ".join(texts),
        "psc": " - ".join(str(row[n]) for n in ("psc_code", "psc") if row[n]),
        "naics": " - ".join(str(row[n]) for n in ("naics_code", "naics") if row[n]),
    }
    return why_not(record, knowledge(build.build_id))
