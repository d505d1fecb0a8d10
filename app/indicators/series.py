"""The course of one vital sign at one unit, straight from the cube in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.system import System
from app.units.cards import reported_at

DAY = 86_400


@dataclass(frozen=True)
class Course:
    """Times (epoch seconds) and values of a unit; `code` and `level` say whose, where a coarser unit stands in."""

    code: str
    level: str
    times: NDArray[np.int64]
    values: NDArray[np.float64]

    def points(self) -> tuple[list[int], list[float | None]]:
        """Plain lists, None where nothing was reported."""
        return self.times.tolist(), [value if value == value else None for value in self.values.tolist()]


def course(system: System, city: str, row: dict[str, Any], indicator: str, since: int | None = None, until: int | None = None) -> Course:
    """The course of an indicator at a unit, or at its nearest ancestor that the indicator is reported for."""
    cube = system.values(city).cube(indicator)
    here = reported_at(system, city, row, cube)
    if here is None:
        return Course(row["code"], row["level"], np.empty(0, np.int64), np.empty(0))
    times, values = cube.series(here["level"], here["seq"], since, until)
    return Course(here["code"], here["level"], times, values)


def last_days(system: System, city: str, row: dict[str, Any], indicator: str, at: int | None = None, days: int = 7) -> Course:
    """The last days before a time (the newest reading where none is given); at least 14 steps where there are."""
    cube = system.values(city).cube(indicator)
    if cube.times.size == 0:
        return course(system, city, row, indicator)
    end = min(int(cube.times[-1]), at if at is not None else int(cube.times[-1]))
    last = int(np.searchsorted(cube.times, end, side="right")) - 1
    since = min(end - days * DAY, int(cube.times[max(0, last - 13)]))
    return course(system, city, row, indicator, since, end)


def before(found: Course, at: int | None, seconds: int = DAY) -> float | None:
    """The value that held so many seconds before a time of the course; None where it is not known."""
    if at is None or found.times.size == 0:
        return None
    i = int(np.searchsorted(found.times, at - seconds, side="right")) - 1
    if i < 0 or at - seconds - int(found.times[i]) > seconds:
        return None
    value = float(found.values[i])
    return value if np.isfinite(value) else None
