"""What is usual for a unit: a robust band learnt from its own history at the same time of day and kind of day.

For thresholds of style R, where no forecast of the step was issued before it came (app/forecast/outlooks.py); where one was, its
middle and spread are the band. The learnt band is median ± k · spread, with
spread = 1.4826 · MAD (Hampel 1974), at least one unit of the last shown decimal, 1 % of the median and, for counts, the
root of the median (a count that nothing drives varies by that much). Only values before the judged step count: nothing of
the future, nothing of the value itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.indicators.registry import Indicator

Floats = NDArray[np.float64]
LEAST = 4                   # earlier values of a unit that an opinion needs
ENOUGH = 6                  # like steps, below which the net is cast wider
BACK = 56 * 86_400          # seconds of history that count, so that a season does not widen the band
NETS = ((0, True), (0, False), (3_600, False), (7_200, False))     # (seconds beside the same time of day, only the same kind of day)
FARTHEST = 99.0             # scores end here


@dataclass(frozen=True)
class Band:
    """What is usual: the middle and one robust standard deviation; arrays [unit], or two numbers. NaN where too little is known."""

    centre: Any
    spread: Any

    def of(self, i: int) -> Band:
        """The band of one unit of an array."""
        return Band(float(self.centre[i]), float(self.spread[i]))

    def score(self, value: Any) -> Any:
        """How far values lie from the middle, in robust standard deviations, signed; NaN where nothing is known."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.clip((value - self.centre) / self.spread, -FARTHEST, FARTHEST)


@dataclass(frozen=True)
class Ahead:
    """What forecasts say of a stretch ahead, per unit: the lowest and highest expected value, the chance (%) that `limit` is passed at one step."""

    low: Floats
    high: Floats
    chance: Floats
    limit: float


def like(times: NDArray[np.int64], row: int, cadence: str, timezone: str) -> NDArray[np.int64]:
    """The rows before `row` that are its like: the same time of day on the same kind of day (work day, weekend) of the last weeks.

    With fewer than ENOUGH of them any day counts, then times up to two hours beside. Steps of a day: the same kind of day; of a
    week or longer: all earlier ones. Empty where there are fewer than LEAST.
    """
    if cadence in ("P7D", "P1M", "P3M", "P1Y"):
        return np.arange(row) if row >= LEAST else np.empty(0, np.int64)
    first = int(np.searchsorted(times, int(times[row]) - BACK))
    return first + _like(times[first : row + 1].tobytes(), cadence.startswith("PT"), timezone)


@lru_cache(maxsize=256)
def _like(stretch: bytes, is_short: bool, timezone: str) -> NDArray[np.int64]:
    """The same of a stretch of times, the judged one last: the signs of a city that report at the same times share the answer."""
    times = np.frombuffer(stretch, np.int64)
    past = np.arange(times.size - 1)
    if past.size < LEAST:
        return np.empty(0, np.int64)
    local = pd.DatetimeIndex(times.astype("datetime64[s]"), tz="UTC").tz_convert(timezone)
    is_weekend = np.asarray(local.day_of_week >= 5)
    same_kind = is_weekend[:-1] == is_weekend[-1]
    if not is_short:
        return past[same_kind] if same_kind.sum() >= ENOUGH else past
    second = np.asarray(local.hour * 3600 + local.minute * 60 + local.second)
    beside = np.abs((second[:-1] - second[-1] + 43_200) % 86_400 - 43_200)
    chosen = np.zeros(past.size, bool)
    for seconds, only_same_kind in NETS:
        chosen = (beside <= seconds) & (same_kind | (not only_same_kind))
        if chosen.sum() >= ENOUGH:
            break
    return past[chosen] if chosen.sum() >= LEAST else np.empty(0, np.int64)


def band(cube: Any, level: str, row: int, units: NDArray[np.int64] | None = None) -> Band:
    """The band of every unit of a level (of some of them, by index) at one step; `cube` a Cube or what a viewer sees of it."""
    expected = _expected(cube, level, row)
    if expected is None:
        return _learnt(cube, level, row, units)
    if units is not None:
        expected = Band(expected.centre[units], expected.spread[units])
    lacking = ~np.isfinite(expected.centre)
    if not lacking.any():
        return expected
    learnt = _learnt(cube, level, row, units)
    return Band(np.where(lacking, learnt.centre, expected.centre), np.where(lacking, learnt.spread, expected.spread))


def _expected(cube: Any, level: str, row: int) -> Band | None:
    """What a forecast said of a step before it came, for what no registered limits judge; never surer than `least_spread` lets it be."""
    if cube.indicator.thresholds or cube.expected is None:
        return None
    found = cube.expected(level, int(cube.times[row]))
    return None if found is None else Band(found.centre, np.maximum(found.spread, least_spread(found.centre, cube.indicator)))


def _learnt(cube: Any, level: str, row: int, units: NDArray[np.int64] | None) -> Band:
    rows = like(cube.times, row, cube.indicator.cadence, cube.timezone)
    if rows.size == 0:
        nothing = np.full(cube.hierarchy.sizes[level] if units is None else units.size, np.nan)
        return Band(nothing, nothing)
    return learn(cube.steps(level, rows, units), cube.indicator)


def band_of(cube: Any, level: str, seq: int, row: int) -> Band:
    """The band of one unit at one step."""
    expected = _expected(cube, level, row)
    if expected is not None and np.isfinite(expected.centre[seq - 1]):
        return expected.of(seq - 1)
    rows = like(cube.times, row, cube.indicator.cadence, cube.timezone)
    if rows.size == 0:
        return Band(np.nan, np.nan)
    _, values = cube.series(level, seq, int(cube.times[rows[0]]), int(cube.times[rows[-1]]))
    return learn(values[rows - rows[0]][:, None], cube.indicator).of(0)


def learn(past: Floats, indicator: Indicator) -> Band:
    """The band of values [step × unit], NaN = not reported; NaN for a unit with fewer than LEAST of them."""
    centre = median(past)
    deviation = 1.4826 * median(np.abs(past - centre))
    flat = deviation == 0
    if flat.any():              # mostly one value (rare events): the MAD says nothing
        some = past[:, flat]
        known = ~np.isnan(some)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, some, 0.0).sum(axis=0) / count
        deviation[flat] = np.sqrt((np.where(known, some - mean, 0.0) ** 2).sum(axis=0) / count)
    return Band(centre, np.maximum(deviation, least_spread(centre, indicator)))


def least_spread(centre: Floats, indicator: Indicator) -> Floats:
    """The narrowest that a band may be: the last shown decimal, 1 % of the middle, of counts the root of it."""
    least = np.maximum(10.0**-indicator.decimals, 0.01 * np.abs(centre))
    if indicator.rollup == "sum" and indicator.decimals == 0:
        least = np.maximum(least, np.sqrt(np.maximum(centre, 0.0)))
    return least


def median(values: Floats) -> Floats:
    """The median of every column, gaps (NaN) left out; NaN where fewer than LEAST values are known."""
    ordered = np.sort(values, axis=0)           # NaN goes to the end
    count = (~np.isnan(values)).sum(axis=0)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[0] - 1)
    middle = 0.5 * (np.take_along_axis(ordered, low[None], 0)[0] + np.take_along_axis(ordered, high[None], 0)[0])
    return np.where(count >= LEAST, middle, np.nan)
