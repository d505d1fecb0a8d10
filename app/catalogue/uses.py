"""How much grants are used: counted in memory, written down within a second."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime
from typing import Any

from data import ledger
from data.connection import Database


class Uses:
    """Counts what grants are used: calls, rows, failures, seconds; written down within a second, and when the program ends."""

    DELAY = 1.0

    def __init__(self, db: Database) -> None:
        self._db, self._lock = db, threading.Lock()
        self._waiting: dict[tuple[int, date], dict[str, Any]] = {}
        self._timer: threading.Timer | None = None

    def note(self, request: int, rows: int, started: float, is_failed: bool = False) -> None:
        """One call under a grant; `started` by time.perf_counter()."""
        now = datetime.now(UTC)
        with self._lock:
            mine = self._waiting.setdefault((request, now.date()), {"calls": 0, "failed": 0, "rows": 0, "seconds": 0.0, "used_at": now})
            mine["calls"] += 1
            mine["failed"] += is_failed
            mine["rows"] += rows
            mine["seconds"] += time.perf_counter() - started
            mine["used_at"] = now
            if self._timer is None:
                self._timer = threading.Timer(self.DELAY, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write down what waits."""
        with self._lock:
            waiting, self._waiting, self._timer = self._waiting, {}, None
        if waiting:
            ledger.count_use(self._db, waiting)
