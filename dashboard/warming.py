"""What a reader would wait for, done beforehand: code, and each build read into memory.

A server reads what is published when it starts, and every build that is published later, beside
the readers. They stay with the build before until the new one is in memory (`data.current`).
"""

import gc
import logging
import threading
import time
from datetime import date

from dashboard import data, filters
from dashboard.data import Build

_LOOK_SECONDS = 1.0
# Pages and downloads that began with the build before are over by then.
_LET_GO_SECONDS = 60.0


class Watch:
    """Looks whether a build was published, and reads it before readers see it."""

    def __init__(self) -> None:
        self._shown: Build | None = None
        self._since = 0.0
        self._is_alone = True
        self._over = threading.Event()

    def look(self, now: float) -> None:
        """Read a build that is new, and show it; drop the one before when its readers are gone."""
        try:
            newest = data.published()
        except (data.NoDatabase, data.OtherShape):
            return  # every page says so
        if newest != self._shown:
            _read(newest)
            data.show(newest)
            self._is_alone = self._shown is None
            self._shown, self._since = newest, now
        elif not self._is_alone and now - self._since >= _LET_GO_SECONDS:
            data.let_go_of_others(newest)
            self._is_alone = True

    def go_on(self) -> None:
        """Look every second until it is stopped."""
        while not self._over.wait(_LOOK_SECONDS):
            self.look(time.monotonic())

    def stop(self) -> None:
        """Look no more."""
        self._over.set()


def begin() -> None:
    """Keep what is published in memory, beside the server that already answers."""
    threading.Thread(target=_warm, name="whobuys-warming", daemon=True).start()


def _warm() -> None:
    watch = Watch()
    _load()
    watch.look(time.monotonic())
    # What came with the start stays: the collector need not go over it again and again.
    gc.collect()
    gc.freeze()
    watch.go_on()


def _load() -> None:
    """Load every view, and what it draws with."""
    try:
        import dashboard.app  # noqa: F401, PLC0415
    except Exception:
        logging.getLogger("whobuys").exception("The pages could not be loaded ahead")


def _read(build: Build) -> None:
    try:
        # First what is held, for which no reader of the build before waits.
        data.totals(build, data.Selection())
        data.purchases(build, data.Selection())
        for each in filters.FILTERS:
            filters.words_by_id(build, each.facet)
        _read_beside(build)
    except Exception:
        # Readers are served all the same, the first one later.
        logging.getLogger("whobuys").exception("The published build could not be read ahead")


def _read_beside(build: Build) -> None:
    """Read what pages ask beside sums: what ends and grew, why it counts, funds, laws."""
    everything = data.Selection()
    measure = next((total.measure for total in data.totals(build, everything)), data.Measure())
    day = data.about(build)["as_of"]
    data.laws(build, day)
    data.ending(build, everything, day, date.max, 1)
    data.growth_known(build, everything)
    data.grown(build, everything)
    data.added_since_signing(build, everything)
    data.reasons(build, everything)
    data.funding(build, everything, measure)
    data.vehicles(build, everything, measure)
    data.resold(build, everything, measure)
    for agency in data.by(build, everything, measure, "agency", 1):
        data.share_of_all(build, everything, measure, agency.id)
        data.agency_peers(build, agency.id, measure)
