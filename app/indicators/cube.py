"""The values of one indicator at every unit of every level, kept in memory as dense arrays [step × unit].

A step is one cadence interval (an hour, a local day, …); the axis is grown in place as the city goes on reporting.
The arrays are a copy of what the libraries hold (base.reading at the native level, theme.rolled above it), made for
the questions a screen asks many times a second: one step of all units, all steps of one unit, the newest value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.access import PERSONAL
from app.indicators.few import is_few
from app.indicators.registry import Indicator
from app.units.hierarchy import Hierarchy
from app.units.tower import Partial, roll_up
from data.levels import LEVELS

Floats = NDArray[np.float64]
LONGEST = {"P1D": 90_000, "P7D": 8 * 86_400, "P1M": 32 * 86_400, "P3M": 93 * 86_400, "P1Y": 367 * 86_400}
_SECONDS = {"PT1M": 60, "PT5M": 300, "PT10M": 600, "PT15M": 900, "PT30M": 1800, "PT1H": 3600, "PT6H": 21600}


def step_of(at: NDArray[np.int64], cadence: str, timezone: str) -> NDArray[np.int64]:
    """The start of the cadence interval each time (epoch seconds, UTC) falls in; days and longer are local."""
    if cadence in _SECONDS:
        return at // _SECONDS[cadence] * _SECONDS[cadence]
    unique, back = np.unique(at, return_inverse=True)
    local = pd.DatetimeIndex(unique.astype("datetime64[s]"), tz="UTC").tz_convert(timezone)
    if cadence == "P7D":
        start = local.normalize() - pd.to_timedelta(local.dayofweek, unit="D")
    elif cadence in ("P1M", "P3M", "P1Y"):
        period = {"P1M": "M", "P3M": "Q", "P1Y": "Y"}[cadence]
        start = local.tz_localize(None).to_period(period).start_time.tz_localize(timezone)
    else:
        start = local.normalize()
    return start.tz_convert("UTC").tz_localize(None).as_unit("s").asi8[back]


def length_of(cadence: str) -> int:
    """Seconds that the longest interval of a cadence can last."""
    return _SECONDS.get(cadence) or LONGEST.get(cadence, 90_000)


def _distinct(steps: NDArray[np.int64], seconds: int | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """np.unique with the inverse, by counting instead of sorting where the steps lie on a short grid."""
    if steps.size == 0 or seconds is None:
        return np.unique(steps, return_inverse=True)
    low = int(steps.min())
    place = (steps - low) // seconds
    length = int(place.max()) + 1
    if length > steps.size + 1000:
        return np.unique(steps, return_inverse=True)
    there = np.zeros(length, bool)
    there[place] = True
    found = np.flatnonzero(there)
    return low + found * seconds, (np.cumsum(there) - 1)[place]


def _moved(array: NDArray, rows: NDArray[np.int64], room: int, nothing: float) -> NDArray:
    """An array of `room` rows with what there was at `rows`, nothing elsewhere."""
    found = np.full((room, *array.shape[1:]), nothing, array.dtype)
    found[rows] = array
    return found


@dataclass
class Level:
    """One level of a cube. `value` and `count` have spare rows at the end; `expected` is per epoch.

    `count` is None at the native level, where a unit counts as one when it reported.
    `few` is kept of personal shares only: True where the numerator or the denominator is a count of few people.
    """

    value: Floats
    count: NDArray[np.int32] | None
    expected: list[NDArray[np.int64]] = field(default_factory=list)
    few: NDArray[np.bool_] | None = None

    def reported(self, rows: Any) -> NDArray[np.int32]:
        """How many native units under every unit reported at some steps: rows of the arrays, an index or a mask of them."""
        return (~np.isnan(self.value[rows])).astype(np.int32) if self.count is None else self.count[rows]

    def grow(self, room: int, rows: NDArray[np.int64]) -> None:
        """Arrays of `room` rows, with the first ones there were at `rows`."""
        used = rows.size
        self.value = _moved(self.value[:used], rows, room, np.nan)
        self.count = None if self.count is None else _moved(self.count[:used], rows, room, 0)
        self.few = None if self.few is None else _moved(self.few[:used], rows, room, False)

    @property
    def nbytes(self) -> int:
        """Memory the arrays take, in bytes."""
        return sum(array.nbytes for array in (self.value, self.count, self.few) if array is not None)


class Cube:
    """One indicator of one city."""

    def __init__(self, indicator: Indicator, hierarchy: Hierarchy, timezone: str, weight: Floats | None = None) -> None:
        self.indicator, self.hierarchy, self.timezone, self.weight = indicator, hierarchy, timezone, weight
        self.native = indicator.native_level
        self.times: NDArray[np.int64] = np.empty(0, np.int64)
        self.expected: Callable[[str, int], Any] | None = None      # (level, step) → what a forecast said of it before it came
        self.ahead: Callable[[str, int, int], Any] | None = None    # (level, step, seconds) → what is forecast for so long after it
        self.levels: dict[str, Level] = {}
        for level in LEVELS[: LEVELS.index(self.native) + 1]:
            size = hierarchy.sizes[level]
            self.levels[level] = Level(np.full((0, size), np.nan), None if level == self.native else np.zeros((0, size), np.int32),
                                       [tree.native_below(self.native)[level] for tree in hierarchy.trees],
                                       np.zeros((0, size), bool) if self._keeps_few else None)

    @property
    def _keeps_few(self) -> bool:
        return self.indicator.privacy >= PERSONAL and self.indicator.rollup == "ratio"

    def put(self, i: NDArray, at: NDArray[np.int64], value: Floats, weight: Floats | None) -> NDArray[np.int64]:
        """Set readings (unit index, epoch seconds, value, weight) and roll their steps up; returns the steps touched.

        The readings of a touched step must be complete: the step is taken as given, not merged with what it held.
        """
        touched, rolled = self.roll(i, at, value, weight)
        self._make_room(touched)
        where = np.searchsorted(self.times, touched)
        for run, partials in rolled:
            for level, partial in partials.items():
                mine = self.levels[level]
                mine.value[where[run]] = partial.value(self.indicator.rollup, self.indicator.scale)
                if mine.count is not None:
                    mine.count[where[run]] = partial.count
                if mine.few is not None:
                    mine.few[where[run]] = is_few(partial.total) | is_few(partial.weight)
        return touched

    def roll(self, i: NDArray, at: NDArray[np.int64], value: Floats,
             weight: Floats | None) -> tuple[NDArray[np.int64], list[tuple[slice, dict[str, Partial]]]]:
        """(the steps that readings fall in, per run of steps of one epoch the partial aggregates of every level); changes nothing."""
        steps = step_of(at, self.indicator.cadence, self.timezone)
        touched, row = _distinct(steps, _SECONDS.get(self.indicator.cadence))
        if np.any(at != steps):                  # several reports in one interval: the last stands
            order = np.argsort(at, kind="stable")
            i, row, value = i[order], row[order], value[order]
            weight = None if weight is None else weight[order]
        size = self.hierarchy.sizes[self.native]
        values = np.full((touched.size, size), np.nan, order="F")         # unit by unit: what the tower adds fastest
        values[row, i] = value
        weights = self._weights(values.shape, row, i, weight, at)
        return touched, [(run, roll_up(tree, self.native, values[run], self.indicator.rollup, None if weights is None else weights[run]))
                         for run, tree in self.hierarchy.runs(touched)]

    def _weights(self, shape: tuple[int, int], row: NDArray, i: NDArray, weight: Floats | None, at: NDArray) -> Floats | None:
        rollup = self.indicator.rollup
        if rollup == "last":
            filled = np.zeros(shape)
            filled[row, i] = np.sort(at, kind="stable")
            return filled
        if rollup not in ("weighted_mean", "ratio"):
            return None
        if self.weight is not None:
            return np.broadcast_to(self.weight[None, :], shape)
        filled = np.full(shape, np.nan)
        filled[row, i] = 1.0 if weight is None else np.where(np.isnan(weight), 1.0, weight)
        return filled

    def _make_room(self, touched: NDArray[np.int64]) -> None:
        """Give every touched step a row; new steps at the end grow the arrays in place, others move them apart."""
        new = np.setdiff1d(touched, self.times, assume_unique=True)
        if new.size == 0:
            return
        used, total = self.times.size, self.times.size + new.size
        at_end = used == 0 or new[0] > self.times[-1]
        times = np.concatenate([self.times, new]) if at_end else np.union1d(self.times, new)
        for level in self.levels.values():
            if not at_end or level.value.shape[0] < total:
                room = total if used == 0 else total + max(24, total // 8)
                kept = np.searchsorted(times, self.times)
                level.grow(room, kept)
        self.times = times

    def reserve(self, steps: int) -> None:
        """Room for so many steps in all, and some to come, before they come one stretch after the other."""
        steps += max(24, steps // 16)
        for level in self.levels.values():
            if level.value.shape[0] < steps:
                level.grow(steps, np.arange(self.times.size))

    def drop(self, steps: NDArray[np.int64]) -> None:
        """Forget steps: every reading of theirs was taken back."""
        kept = np.flatnonzero(~np.isin(self.times, steps))
        if kept.size == self.times.size:
            return
        for level in self.levels.values():
            level.value = level.value[kept]
            level.count = None if level.count is None else level.count[kept]
            level.few = None if level.few is None else level.few[kept]
        self.times = self.times[kept]

    def at(self, level: str, at: int | None = None) -> int | None:
        """The row of the step that holds at a time: the newest one not after it; None where there is none."""
        if self.times.size == 0 or level not in self.levels:
            return None
        row = self.times.size - 1 if at is None else int(np.searchsorted(self.times, at, side="right")) - 1
        return row if row >= 0 else None

    def values(self, level: str, row: int) -> Floats:
        """All units of a level at one step."""
        return self.levels[level].value[row]

    def steps(self, level: str, rows: NDArray[np.int64], units: NDArray[np.int64] | None = None) -> Floats:
        """[step × unit] of some steps of a level (of some units, by index), a copy."""
        return self.levels[level].value[rows] if units is None else self.levels[level].value[np.ix_(rows, units)]

    def history(self, level: str) -> Floats:
        """[step × unit] of a level, without the spare rows."""
        return self.levels[level].value[: self.times.size]

    def few(self, level: str) -> NDArray[np.bool_]:
        """[step × unit] of a level: True where a count of people, or what a share was made of, is less than five."""
        kept = self.levels[level].few
        return is_few(self.history(level)) if kept is None else kept[: self.times.size]

    def coverage(self, level: str, row: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """(native units that reported, native units that stand) under every unit of a level at one step."""
        mine = self.levels[level]
        return mine.reported(row), mine.expected[self.hierarchy.epoch_of(int(self.times[row]))]

    def series(self, level: str, seq: int, since: int | None = None, until: int | None = None) -> tuple[NDArray[np.int64], Floats]:
        """(times in epoch seconds, values) of one unit."""
        a = 0 if since is None else int(np.searchsorted(self.times, since, side="left"))
        b = self.times.size if until is None else int(np.searchsorted(self.times, until, side="right"))
        return self.times[a:b], self.levels[level].value[a:b, seq - 1]

    def newest(self, level: str) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
        """(row, value, time) of every unit's newest value; row −1, NaN and 0 where it never reported, or stands no more."""
        used = self.times.size
        value = self.levels[level].value[:used]
        if used == 0:
            size = value.shape[1]
            return np.full(size, -1), np.full(size, np.nan), np.zeros(size, np.int64)
        row = np.full(value.shape[1], -1, np.int64)
        for back in range(used - 1, -1, -1):       # nearly every unit reports in the last steps: stop as soon as all did
            open_ = row < 0
            if not open_.any():
                break
            row[open_ & ~np.isnan(value[back])] = back
        row[~self.stands(level)] = -1
        known = row >= 0
        picked = np.where(known, value[np.maximum(row, 0), np.arange(row.size)], np.nan)
        return row, picked, np.where(known, self.times[np.maximum(row, 0)], 0)

    def stands(self, level: str) -> NDArray[np.bool_]:
        """Which units of a level stand today: one that was split or merged has a past, and nothing new is expected of it."""
        fold = self.hierarchy.trees[-1].folds.get(level) if level != LEVELS[0] else None
        return np.ones(self.hierarchy.sizes[level], bool) if fold is None else fold.parent >= 0

    def last(self, level: str, seq: int) -> int | None:
        """The row of the last step at which a unit reported; None where it never did."""
        known = np.flatnonzero(~np.isnan(self.levels[level].value[: self.times.size, seq - 1]))
        return int(known[-1]) if known.size else None

    def is_hidden(self, level: str, seq: int, at: int) -> bool:  # noqa: ARG002 - one shape with SeenCube
        """False: nothing is hidden from who may see everything."""
        return False

    @property
    def nbytes(self) -> int:
        """Memory the arrays take, in bytes."""
        return sum(level.nbytes for level in self.levels.values())
