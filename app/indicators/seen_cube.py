"""A cube through a viewer's eyes: units outside their right and small counts of people are NaN."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.indicators.cube import Cube
from app.indicators.few import of_group, with_siblings
from app.indicators.learnt import Band
from data.levels import LEVELS

Floats = NDArray[np.float64]


class SeenCube:
    """Answers what `Cube` answers. `masks` None: every unit may be seen; `hides_few`: small counts are hidden."""

    def __init__(self, cube: Cube, masks: dict[str, NDArray[np.bool_]] | None, hides_few: bool) -> None:
        self._cube, self._masks, self._hides_few = cube, masks, hides_few
        self.indicator, self.native, self.times, self.hierarchy = cube.indicator, cube.native, cube.times, cube.hierarchy
        self.timezone = cube.timezone
        self.levels = frozenset(cube.levels)
        self.at, self.last, self.stands = cube.at, cube.last, cube.stands      # times are no secret: whose unit it is was asked before

    def hidden(self, level: str, row: int) -> NDArray[np.bool_]:
        """Which units' values are hidden as small counts at one step."""
        value = self._cube.values(level, row)
        return self._hidden(level, value, self._cube.few(level)[row]) if self._hides_few else np.zeros(value.shape, bool)

    def values(self, level: str, row: int) -> Floats:
        """All units of a level at one step; NaN where this viewer may not look."""
        value = self._cube.values(level, row)
        return self._veiled(level, np.where(self.hidden(level, row), np.nan, value))

    def expected(self, level: str, at: int) -> Band | None:
        """What a forecast said of a step before it came; nothing of units whose value is not for this viewer."""
        found = None if self._cube.expected is None else self._cube.expected(level, at)
        row = self.at(level, at)
        if found is None or row is None:
            return None
        return Band(np.where(np.isnan(self.values(level, row)), np.nan, found.centre), found.spread)

    def coverage(self, level: str, row: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """(native units that reported, native units that stand) under every unit; nought outside the right."""
        found = self._cube.coverage(level, row)
        if self._masks is None:
            return found
        mask = self._masks[level][: found[0].size]
        return np.where(mask, found[0], 0), np.where(mask, found[1], 0)

    def series(self, level: str, seq: int, since: int | None = None, until: int | None = None) -> tuple[NDArray[np.int64], Floats]:
        """(times in epoch seconds, values) of one unit."""
        times, values = self._cube.series(level, seq, since, until)
        if self._masks is not None and not self._masks[level][seq - 1]:
            return times, np.full(values.shape, np.nan)
        return times, np.where(self._hidden_of(level, seq, times), np.nan, values)

    def steps(self, level: str, rows: NDArray[np.int64], units: NDArray[np.int64] | None = None) -> Floats:
        """[step × unit] of some steps of a level (of some units, by index)."""
        if self._hides_few and len(rows):
            found = np.stack([self.values(level, int(row)) for row in rows])
            return found if units is None else found[:, units]
        found = self._cube.steps(level, rows, units)
        if self._masks is None:
            return found
        mask = self._masks[level][: found.shape[1]] if units is None else self._masks[level][units]
        return np.where(mask[None, :], found, np.nan)

    def history(self, level: str) -> Floats:
        """[step × unit] of a level."""
        value = self._cube.history(level).copy()
        if self._hides_few:
            for row in range(value.shape[0]):
                value[row, self.hidden(level, row)] = np.nan
        return value if self._masks is None else np.where(self._masks[level][None, : value.shape[1]], value, np.nan)

    def newest(self, level: str) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
        """(row, value, time) of every unit's newest value; row −1, NaN and 0 where there is none to see."""
        row, value, at = self._cube.newest(level)
        if self._hides_few and self.times.size:
            few = self._cube.few(level)[np.maximum(row, 0), np.arange(row.size)] & (row >= 0)
            value = np.where(self._hidden(level, value, few), np.nan, value)
        if self._masks is None:
            return row, value, at
        mask = self._masks[level][: row.size]
        return np.where(mask, row, -1), np.where(mask, value, np.nan), np.where(mask, at, 0)

    def is_hidden(self, level: str, seq: int, at: int) -> bool:
        """True where the value of one unit at one step (its start, epoch seconds) is there but not shown: too few people."""
        row = self.at(level, at)
        return row is not None and bool(self.hidden(level, row)[seq - 1])

    def _veiled(self, level: str, value: Floats) -> Floats:
        return value if self._masks is None else np.where(self._masks[level][: value.size], value, np.nan)

    def _hidden(self, level: str, value: Floats, few: NDArray[np.bool_]) -> NDArray[np.bool_]:
        parent = self._parent(level)
        return few if parent is None or parent.size != value.size else with_siblings(value, few, parent)

    def _parent(self, level: str) -> NDArray[np.int64] | None:
        fold = self.hierarchy.trees[-1].folds.get(level) if level != LEVELS[0] else None
        return None if fold is None else fold.parent

    def _hidden_of(self, level: str, seq: int, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not self._hides_few or times.size == 0:
            return np.zeros(times.shape, bool)
        a = int(np.searchsorted(self.times, times[0]))
        rows = slice(a, a + times.size)
        parent = self._parent(level)
        group = np.asarray([seq - 1]) if parent is None or parent[seq - 1] < 0 else np.flatnonzero(parent == parent[seq - 1])
        few = self._cube.few(level)[rows][:, group]
        return of_group(self._cube.history(level)[rows][:, group], few)[:, int(np.searchsorted(group, seq - 1))]
