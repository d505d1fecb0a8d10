"""Sources that are asked by their schedule while the server runs: one thread that asks, one listener per topic.

A source is due when its schedule has passed since its last try (kept in front.delivery, so a restart does not ask anew), a
daily one at its minute on the city's clock. A source that fails is asked again at its schedule, after three failures in a
row at most once in ten minutes. The registry is read again when its file changes.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.errors import ChengshuError
from app.exchange import sources
from app.exchange.channels import collect, mqtt
from app.exchange.sources import Registry, Source

if TYPE_CHECKING:
    from app.system import System

TURN_SECONDS, PATIENCE_SECONDS, FAILURES = 1.0, 600.0, 3
log = logging.getLogger("chengshu")


class Scheduler:
    """`start()` and `stop()`; `turn()` asks what is due once (tests call it)."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sources", daemon=True)
        self._listeners: dict[str, mqtt.Listener] = {}
        self._tried: dict[str, float] = {}
        self._failed: dict[str, int] = {}
        self._read: tuple[float, Registry] | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the source in work; listeners leave what is acknowledged on the disk."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(60)
        for listener in self._listeners.values():
            listener.stop()
        self._listeners.clear()

    def _run(self) -> None:
        while not self._stop.wait(TURN_SECONDS):
            try:
                self.turn()
            except Exception:
                log.exception("The sources could not be asked")

    def registry(self) -> Registry:
        """The registry, read again when its file changed."""
        file = sources.overlay(self.system.settings.home)
        changed = file.stat().st_mtime if file.is_file() else 0.0
        if self._read is None or self._read[0] != changed:
            self._read = (changed, sources.read(self.system.settings.home))
        return self._read[1]

    def turn(self) -> None:
        """Ask every source that is due, and hand in what topics brought."""
        found = self.registry().sources
        for source in found.values():
            if self._stop.is_set():
                return
            if not source.is_active or source.city not in self.system.cities:
                continue
            if source.kind == "mqtt":
                self._listen(source)
            elif source.is_asked and source.schedule_s and self.is_due(source):
                self._ask(source)
        for name in [name for name in self._listeners if name not in found or not found[name].is_active]:
            self._listeners.pop(name).stop()

    def is_due(self, source: Source) -> bool:
        """True where its schedule has passed since the last try."""
        last = self._tried.get(source.id)
        if last is None:
            row = self.system.db.run("select epoch(max(started_at)) from front.delivery where channel = $1", [source.id]).fetchone()
            last = self._tried[source.id] = float(row[0] or 0.0)
        wait = max(source.schedule_s, PATIENCE_SECONDS) if self._failed.get(source.id, 0) >= FAILURES else source.schedule_s
        if source.clock is None:
            return time.time() - last >= wait
        return last < _last_moment(source.clock, self.system.city(source.city).timezone)

    def _ask(self, source: Source) -> None:
        self._tried[source.id] = time.time()
        try:
            collect(self.system, source)
            self._failed.pop(source.id, None)
        except ChengshuError as error:
            self._failed[source.id] = self._failed.get(source.id, 0) + 1
            log.warning("Source %s: %s", source.id, error)

    def _listen(self, source: Source) -> None:
        listener = self._listeners.get(source.id)
        if listener is None:
            if time.time() - self._tried.get(source.id, 0.0) < (PATIENCE_SECONDS if self._failed.get(source.id, 0) >= FAILURES else 10.0):
                return
            self._tried[source.id] = time.time()
            try:
                mqtt.recover(self.system, source)
                listener = mqtt.Listener(self.system, source)
                listener.start()
                self._listeners[source.id] = listener
                self._failed.pop(source.id, None)
            except ChengshuError as error:
                self._failed[source.id] = self._failed.get(source.id, 0) + 1
                log.warning("Source %s: %s", source.id, error)
                return
        listener.turn()


def _last_moment(minute: int, zone: str) -> float:
    """The last time that the clock of a city showed that minute of the day (epoch seconds)."""
    now = datetime.now(ZoneInfo(zone))
    today = now.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    return (today if today <= now else today.fromtimestamp(today.timestamp() - 86_400, ZoneInfo(zone))).astimezone(UTC).timestamp()
