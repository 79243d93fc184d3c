"""What the first reader would wait for, done when the server starts: code, and what is held."""

import gc
import logging
import threading

from dashboard import data, filters


def begin() -> None:
    """Read the published build into memory, beside the server that already answers."""
    threading.Thread(target=_warm, name="whobuys-warming", daemon=True).start()


def _warm() -> None:
    try:
        # Every view, and what it draws with.
        import dashboard.app  # noqa: F401, PLC0415

        build = data.current()
        for each in filters.FILTERS:
            filters.words_by_id(build, each.facet)
        data.totals(build, data.Selection())
        data.purchases(build, data.Selection())
    except (data.NoDatabase, data.OtherShape):
        return  # every page says so
    except Exception:
        # Readers are served all the same, the first one later.
        logging.getLogger("whobuys").exception("The published build could not be read ahead")
    # What is held stays: the collector need not go over it again and again.
    gc.collect()
    gc.freeze()
