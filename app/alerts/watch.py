"""The watch over a city's values: evaluates the rules when data arrives, and keeps what they raised."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.alerts import rules
from data import alerts as kept

if TYPE_CHECKING:
    from app.system import System


class Watch:
    """The rules of one installation and the versions of what they raised; one for the whole program."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._versions: dict[str, int] = {}
        self._lock = threading.RLock()
        self.rules = rules.read(system.settings.home, system.indicators)

    def version(self, city: str) -> int:
        """A number that grows with every step of any alert of a city."""
        with self._lock:
            if city not in self._versions:
                self._versions[city] = kept.version(self._system.db, city)
            return self._versions[city]

    def changed(self, city: str) -> None:
        """Something happened to an alert: whoever asks for the version from now on gets a new one."""
        with self._lock:
            self._versions[city] = kept.version(self._system.db, city)
