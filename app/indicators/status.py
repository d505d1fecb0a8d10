"""Green, amber, red or grey: the one judge of a value. Screens, the health tree and alerts have no second opinion.

Grey is no data, data older than its cadence allows, or an indicator that nobody judges. Styles L, B and D (a legal class,
a bottom line, a target) judge by the limits of the registry row, style R by the band learnt from the unit's own history:
amber from three robust standard deviations on the bad side, red from six.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.indicators import learnt
from app.indicators.cube import length_of
from app.indicators.learnt import Band
from app.indicators.registry import Indicator

if TYPE_CHECKING:
    from app.system import System

STATUS = ("grey", "green", "amber", "red")
GREY, GREEN, AMBER, RED = range(4)
AMBER_SCORE, RED_SCORE = 3.0, 6.0
NOT_JUDGED = "not judged"           # what the registry says of stock that has no good or bad


def judge(value: float | None, at: int | None, now: int | None, indicator: Indicator, band: Band | None = None) -> str:
    """The status of one value reported for the step that begins at `at`, as it stands at `now` (epoch seconds; None: fresh)."""
    if value is None:
        return "grey"
    found = judge_all(np.asarray([value], np.float64), np.asarray([now or 0 if at is None else at], np.int64), now, indicator, band)
    return STATUS[int(found[0])]


def judge_all(value: NDArray[np.float64], at: NDArray[np.int64] | int | None, now: int | None, indicator: Indicator,
              band: Band | None = None) -> NDArray[np.uint8]:
    """The same of many units at once: places in STATUS. `at` per unit, or one step of all."""
    found = np.full(value.shape, GREEN, np.uint8)
    known = np.isfinite(value)
    if now is not None and at is not None:
        known &= now - np.asarray(at) <= allowance(indicator.cadence)
    if not is_judged(indicator) or (not indicator.thresholds and band is None):
        known[:] = False
    elif indicator.thresholds:
        amber, red = _beyond(value, indicator)
        found[amber], found[red] = AMBER, RED
    else:
        far = np.broadcast_to(band.score(value), value.shape)           # type: ignore[union-attr]
        known &= np.isfinite(far)
        far = np.abs(far) if indicator.direction == "band" else far if indicator.direction == "down" else -far
        found[far > AMBER_SCORE], found[far > RED_SCORE] = AMBER, RED
    return np.where(known, found, np.uint8(GREY))


def is_judged(indicator: Indicator) -> bool:
    """False for what has no good or bad: counts of stock."""
    return indicator.threshold_source != NOT_JUDGED


def allowance(cadence: str) -> int:
    """Seconds after the start of its step up to which a value still counts as fresh: two intervals and a quarter."""
    length = length_of(cadence)
    return 2 * length + max(900, length // 4)


def now_of(system: System, city: str) -> int:
    """The city's own present (epoch seconds): a made-up city counts by its newest reading, a real one by the wall clock."""
    row = system.city(city)
    newest = system.newest(city) if row.is_synthetic else None
    return int(time.time()) if newest is None else newest


def tick(system: System, city: str) -> int:
    """A part of cache keys of what is judged: a real city's values grow old without any new reading, five minutes at a time."""
    return 0 if system.city(city).is_synthetic else int(time.time()) // 300


def of_unit(cube: Any, level: str, seq: int, row: int | None, value: float | None, now: int | None) -> str:
    """The status of a unit's value at one step of a cube."""
    if row is None or value is None:
        return "grey"
    indicator = cube.indicator
    band = None if indicator.thresholds or not is_judged(indicator) else learnt.band_of(cube, level, seq, row)
    return judge(value, int(cube.times[row]), now, indicator, band)


def of_level(cube: Any, level: str, value: NDArray[np.float64], row: NDArray[np.int64] | int, now: int | None,
             units: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
    """Places in STATUS of the units of a level (of `units`, by index, where given: `value` and `row` are of these).

    `row` is the step of each unit's value (−1: none), or one step of all.
    """
    if cube.times.size == 0:
        return np.zeros(value.shape, np.uint8)
    rows = np.broadcast_to(np.asarray(row, np.int64), value.shape)
    at = cube.times[np.maximum(rows, 0)]
    return judge_all(np.where(rows >= 0, value, np.nan), at, now, cube.indicator, bands_of(cube, level, rows, now, units))


def bands_of(cube: Any, level: str, rows: NDArray[np.int64], now: int | None, units: NDArray[np.int64] | None = None,
             always: bool = False) -> Band | None:
    """The band of every unit at its own step; None where limits judge (unless `always`). Steps too old to be judged are left out."""
    indicator = cube.indicator
    if not always and (indicator.thresholds or not is_judged(indicator)):
        return None
    centre, spread = np.full(rows.shape, np.nan), np.full(rows.shape, np.nan)
    for row in np.unique(rows[rows >= 0]):
        if now is not None and now - int(cube.times[row]) > allowance(indicator.cadence):
            continue
        mine, band = rows == row, learnt.band(cube, level, int(row), units)
        centre[mine], spread[mine] = band.centre[mine], band.spread[mine]
    return Band(centre, spread)


def _beyond(value: NDArray[np.float64], indicator: Indicator) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(amber, red) by the limits of the registry row; a value on a limit is still on its good side."""
    limits = indicator.thresholds
    with np.errstate(invalid="ignore"):
        if indicator.direction == "band":
            return (value < limits[0]) | (value > limits[-1]), np.zeros(value.shape, bool)
        if indicator.direction == "up":
            good, bottom = (limits[-1], limits[0]) if len(limits) > 1 else (limits[0], 0.9 * limits[0])
            return value < good, value < bottom
        return value > limits[0], value > (limits[1] if len(limits) > 1 else 1.1 * limits[0])
