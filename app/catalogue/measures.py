"""What the catalogue says of itself as vital signs of the city: its three rates by day, requests closed and their mean days by month.

They are judged from rows (app/catalogue/rates.py, ledger.request), kept by day and department, and handed in as readings of the city by
the data bureau, through the front library like everybody's.
"""

from __future__ import annotations

import csv
import logging
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.catalogue import rates
from app.catalogue.desk import Desk
from app.system import System
from data import ledger
from data import shelf as stored
from data.handin import HandIn

OWNER = "data_bureau"
INDICATORS = {"standard": "catalogue_standard_pct", "fresh": "catalogue_fresh_pct", "shared": "catalogue_shared_pct"}
CLOSED, DAYS = "data_request_closures", "data_request_days"
log = logging.getLogger("chengshu")
Line = tuple[str, datetime, float, float | None]


def measure(system: System, city: str, at: datetime | None = None, days: int = 1) -> int:
    """Judge a city's catalogue for the last `days` days up to now (or `at`) and hand in what moved; returns how many readings.

    A day in the past is judged as of its end. Nothing is handed in for a city without a catalogue.
    """
    if not stored.stamp(system.db, city):
        return 0
    zone = ZoneInfo(system.city(city).timezone)
    now = (at or datetime.now(UTC)).astimezone(UTC)
    Desk(system.db).sweep(city, now)
    today = now.astimezone(zone).date()
    lines: list[Line] = []
    for back in range(days - 1, -1, -1):
        day = today - timedelta(days=back)
        judged = rates.judge(system.db, city, min(now, _start(day + timedelta(days=1), zone)) if back else at)
        rows = [
            (name, department, one.met, one.total) for name, some in judged.items() for department, one in rates.by_department(name, some).items()
        ]
        if rows and ledger.keep_rates(system.db, city, day, rows):
            for name, some in judged.items():
                whole = rates.rate(name, some)
                if whole.total:
                    lines.append((INDICATORS[name], _start(day, zone), whole.met, whole.total))
    lines += _months(system, city, zone, days)
    return _hand_in(system, city, now, lines)


def _months(system: System, city: str, zone: ZoneInfo, days: int) -> list[Line]:
    """Closures and mean days of the months that the days reach back to."""
    found: dict[date, list[float]] = {}
    for row in ledger.months(system.db, city):
        mine = found.setdefault(row["month"], [0, 0.0])
        mine[0] += row["closed"]
        mine[1] += row["days"]
    since = (datetime.now(zone) - timedelta(days=max(days, 1))).date().replace(day=1)
    return [
        line
        for month, (closed, spent) in sorted(found.items())
        if closed and (days > 1 or month >= since)
        for line in ((CLOSED, _start(month, zone), closed, None), (DAYS, _start(month, zone), spent / closed, closed))
    ]


def _hand_in(system: System, city: str, now: datetime, lines: list[Line]) -> int:
    newest = {(name, at): (value, weight) for name, at, value, weight in lines if name in system.indicators}
    if not newest:
        return 0
    folder = system.settings.home / "measures"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"reading_catalogue_{city}.csv"
    _write(file, system.city(city).code, newest)
    try:
        system.take([HandIn(city, OWNER, "reading", file, now)])
    finally:
        file.unlink(missing_ok=True)
    return len(newest)


def _write(file: Path, code: str, lines: dict[tuple[str, datetime], tuple[float, float | None]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["unit_code", "indicator", "at", "value", "weight"])
        for (name, at), (value, weight) in sorted(lines.items()):
            writer.writerow([code, name, at.isoformat(), value, "" if weight is None else weight])


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


class Keeper:
    """A thread that closes grants whose time is over and measures every catalogue again when something moved; `stop()` ends it."""

    EVERY, PAUSE = 300.0, 20.0

    def __init__(self, system: System) -> None:
        self._system, self._stop, self._woken = system, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="catalogue-keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self, city: str) -> None:  # noqa: ARG002 - all are looked at: that costs some milliseconds each
        """Something moved: measure again now."""
        self._woken.set()

    def stop(self) -> None:
        """End after the city in work."""
        self._stop.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _run(self) -> None:
        while True:
            self._woken.wait(self.EVERY)
            self._stop.wait(self.PAUSE)  # what moves in the same breath is measured once
            self._woken.clear()
            if self._stop.is_set():
                return
            for city in list(self._system.cities):
                try:
                    measure(self._system, city)
                except Exception:
                    log.exception("The catalogue of %s could not be measured", city)
