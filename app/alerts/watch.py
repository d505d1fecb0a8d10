"""The watch over the values of all cities: has the rules judged when data arrives, and says that something came of it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from app.alerts import rules
from app.alerts.city_watch import CityWatch
from data import alerts as kept

if TYPE_CHECKING:
    from app.system import System

REPLAY_S = 7 * 86_400       # seconds of history judged at a first start
FIRST_S = 86_400            # the same of an indicator that data arrives for the first time while the program runs
log = logging.getLogger("chengshu")


class Watch:
    """The rules of one installation and what they raised; one for the whole program."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._versions: dict[str, int] = {}
        self._pending: dict[str, int] = {}
        self._kept: dict[str, CityWatch] = {}
        self._lock = threading.RLock()
        self.has_news = threading.Event()
        self.rules = rules.read(system.settings.home, system.indicators)
        for fact in self.rules.wrong:
            log.error("An alert rule was left out: %s", fact)

    def version(self, city: str) -> int:
        """A number that grows with every step of any alert of a city. Known, it waits for nobody: rules are judged meanwhile."""
        known = self._versions.get(city)
        if known is not None:
            return known
        with self._lock:
            if city not in self._versions:
                self._versions[city] = kept.version(self._system.db, city)
            return self._versions[city]

    def changed(self, city: str) -> None:
        """Somebody did something to an alert: whoever asks for the version gets a new one, and the watch reads the alerts again."""
        with self._lock:
            self._versions[city] = kept.version(self._system.db, city)
            if city in self._kept:
                self._kept[city].read()

    def take_up(self, city: str, indicators: set[str] | None = None, replay_s: int = FIRST_S) -> int:
        """Judge what is new of some indicators (None: of all); returns how many alerts were raised. An error is logged, never raised.

        While the start has not everything in yet, single indicators wait: it judges them all at once, as far back as it was told.
        """
        if not self.rules.of(indicators) or (indicators is not None and not self._system.progress["is_whole"]):
            return 0
        try:
            with self._lock:
                if city not in self._kept:
                    self._kept[city] = CityWatch(self._system, city, self.rules)
                raised = self._kept[city].judge(indicators, replay_s)
                self._pending[city] = sum(track.pending() for track in self._kept[city].tracks.values())
                self._versions[city] = kept.version(self._system.db, city)
                return raised
        except Exception:
            log.exception("The alert rules of %s could not be evaluated", city)
            with self._lock:
                self._kept.pop(city, None)      # what it remembers may not be what is kept: read again next time
            return 0

    def foresee(self, city: str, indicator: str) -> int:
        """The forecast from the newest step of an indicator was made: judge the rules that look ahead."""
        return self.take_up(city, {indicator}) if any(rule.foresees for rule in self.rules.of({indicator})) else 0

    def wake(self) -> None:
        """There is something to send."""
        self.has_news.set()

    def pending(self, city: str) -> int:
        """How many units meet a condition that has not held long enough yet."""
        return self._pending.get(city, 0)
