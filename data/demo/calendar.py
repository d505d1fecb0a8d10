"""Local time of the demo city (Asia/Shanghai, no summer time) and which days are worked.

Hours and days are whole numbers: hours since 1970-01-01 00:00 UTC, days since 1970-01-01 in local time.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np

OFFSET_H = 8
_REGISTRY = Path(__file__).resolve().parents[1] / "registry" / "holidays.csv"


def hour_number(at: datetime) -> int:
    """Whole hours since 1970 of an aware moment."""
    return int(at.timestamp() // 3600)


def local_hour(hour: np.ndarray) -> np.ndarray:
    """0–23."""
    return (hour + OFFSET_H) % 24


def local_day(hour: np.ndarray | int) -> np.ndarray | int:
    """Local day an hour lies in."""
    return (hour + OFFSET_H) // 24


def day_start(day: np.ndarray | int) -> np.ndarray | int:
    """Hour number of a local midnight."""
    return day * 24 - OFFSET_H


def day_of_year(day: np.ndarray) -> np.ndarray:
    """1–366, near enough for seasons."""
    return np.asarray(day) % 365.2425 + 1


@lru_cache(maxsize=1)
def _special() -> dict[int, bool]:
    epoch = date(1970, 1, 1)
    with _REGISTRY.open(encoding="utf-8", newline="") as file:
        return {(date.fromisoformat(r["date"]) - epoch).days: r["kind"] == "workday" for r in csv.DictReader(file)}


def is_workday(day: np.ndarray) -> np.ndarray:
    """True for Monday to Friday and make-up days, False for weekends and holidays."""
    day = np.asarray(day)
    special = _special()
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday; 0 is Monday
    return np.array([special.get(int(d), bool(w < 5)) for d, w in zip(day.ravel(), weekday.ravel(), strict=True)],
                    bool).reshape(day.shape)


def is_holiday(day: np.ndarray) -> np.ndarray:
    """True for public holidays (not plain weekends)."""
    special = _special()
    return np.array([special.get(int(d)) is False for d in np.asarray(day).ravel()], bool).reshape(np.shape(day))


def month_starts(first_day: int, last_day: int) -> list[int]:
    """First days of the months that the days touch."""
    epoch = date(1970, 1, 1)
    out = []
    for day in range(first_day - 31, last_day + 1):
        if date.fromordinal(epoch.toordinal() + day).day == 1:
            out.append(day)
    return out[-2:] if len(out) > 2 else out
