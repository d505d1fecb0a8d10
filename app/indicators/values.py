"""What every unit's vital signs are: one `Values` per city, fed by batches, asked by screens.

`take_up` brings new batches to the city level (only the steps they touch), keeps theme.rolled and theme.latest in
step, and raises the city's value version, which every cache key and every browser watches.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from app.indicators.cube import Cube, length_of, step_of
from app.indicators.learnt import Ahead, Band
from app.indicators.registry import Indicator, one, read
from app.units import hierarchy
from data import queries, store
from data.connection import Database
from data.levels import LEVELS

_ABOVE_BUILDING = LEVELS[:5]
SHARES = 500        # answers of `weights` that are kept
_MANY = 8           # cubes to load, from which on one pass over all readings is cheaper than one each


@dataclass(frozen=True)
class TakenUp:
    """What a take-up did: indicators and steps touched, rows written, seconds."""

    indicators: int
    steps: int
    rows: int
    seconds: float
    names: tuple[str, ...] = ()


class Values:
    """The cubes of one city, loaded when first asked for and kept within `limit_bytes` (least recently used go)."""

    def __init__(self, db: Database, city: str, timezone: str, limit_bytes: int = 2 << 30) -> None:
        self.db, self.city, self.timezone, self.limit_bytes = db, city, timezone, limit_bytes
        self.indicators = read(db)
        self._cubes: dict[str, Cube] = {}
        self._asked: dict[str, float] = {}      # when each cube was last asked for
        self._weights: dict[tuple[str, str], np.ndarray] = {}
        self._shares: dict[tuple[str, int, str, int], np.ndarray | None] = {}
        self._lock = threading.RLock()
        self._hierarchy: hierarchy.Hierarchy | None = None
        self._floors: hierarchy.Hierarchy | None = None
        self._moved: dict[str, int] = {}
        # what forecasts say: of a step (indicator, level, its start) before it came, and of so many seconds after it
        self.expected: Callable[[str, str, int], Band | None] | None = None
        self.ahead: Callable[[str, str, int, int], Ahead | None] | None = None

    def moved(self, name: str) -> int:
        """A number that grows whenever values of an indicator may have changed, old ones too: read it before them, to keep what they gave."""
        return self._moved.get(name, 0) + self._moved.get("", 0)

    def hierarchy(self, native: str = "building") -> hierarchy.Hierarchy:
        """The trees; with floors only when something native to floors needs them. Who finds them read waits for nobody."""
        found = self._floors if native == "floor" else self._hierarchy
        if found is not None:
            return found
        with self._lock:
            if native == "floor":
                if self._floors is None:
                    self._floors = hierarchy.read(self.db, self.city)
                return self._floors
            if self._hierarchy is None:
                self._hierarchy = hierarchy.read(self.db, self.city, floors=False)
            return self._hierarchy

    def forget_units(self) -> None:
        """Units changed: trees and cubes are read again when next asked for."""
        with self._lock:
            self._hierarchy = self._floors = None
            self._cubes.clear()
            self._weights.clear()
            self._moved[""] = self._moved.get("", 0) + 1

    def cube(self, name: str) -> Cube:
        """The cube of an indicator. Raises NotFound for an unknown id. One that is in memory waits for nobody: batches are rolled up meanwhile."""
        cube = self._cubes.get(name)
        if cube is not None:
            self._asked[name] = time.monotonic()
            return cube
        with self._lock:
            cube = self._cubes.get(name)
            if cube is None:
                cube = self._cubes[name] = self._load(one(self.indicators, name))
                self._asked[name] = time.monotonic()
                self._make_room()
            return cube

    def weights(self, name: str, step: int, level: str) -> np.ndarray | None:
        """What each unit of a level weighs in its parent's mean or ratio at one step (its start), from the readings; None where none were."""
        key = (name, step, level, self.moved(name))
        found = self._shares.get(key)
        if found is not None:
            return found
        found = self._weigh(name, step, level)
        if len(self._shares) >= SHARES:
            self._shares.clear()
        self._shares[key] = found
        return found

    def _weigh(self, name: str, step: int, level: str) -> np.ndarray | None:
        cube = self.cube(name)
        until = step + length_of(cube.indicator.cadence)
        found = store.readings_between(self.db, self.city, name, cube.native, step, until)
        mine = self._steps(cube, found["at"]) == step
        if not mine.any():
            return None
        _, rolled = cube.roll(found["i"][mine], found["at"][mine], found["value"][mine], found["weight"][mine])
        return rolled[0][1][level].weight[0]

    def preload(self, but: str = "floor", progress: Callable[[float], None] | None = None) -> int:
        """Load every indicator with data, a stretch of time of all of them after the other, those native to `but` left out; returns how many."""
        with self._lock:
            kept, fresh = set(self._cubes), dict[str, Cube]()
            for share, until, found in store.readings_of_all(self.db, self.city, but):
                for name, arrays in found.items():
                    if name in fresh:
                        fresh[name].put(arrays["i"], arrays["at"], arrays["value"], arrays["weight"])
                    elif name in self.indicators and name not in kept:
                        cube = fresh[name] = self._empty(self.indicators[name])
                        if cube.indicator.cadence.startswith("PT") and share < 1:        # the others come whole
                            cube.reserve((until - int(arrays["at"].min())) // length_of(cube.indicator.cadence) + 1)
                        cube.put(arrays["i"], arrays["at"], arrays["value"], arrays["weight"])
                if progress:
                    progress(share)
            self._cubes.update(fresh)
            self._make_room()
            return len(fresh)

    def take_up(self, progress: Callable[[float], None] | None = None) -> TakenUp:
        """Roll up every batch that reached the base library and not the tower yet."""
        started, rows, steps = time.perf_counter(), 0, 0
        with self._lock:
            with self._whole():
                touched = queries.columns(self.db, "roll_touched", "theme", city=self.city)
                names = sorted(set(touched["indicator"].tolist()))
                loaded = set(self._cubes)
                if len(set(names) - loaded) > _MANY:
                    self.preload()
                for done, name in enumerate(names):
                    mine = touched["indicator"] == name
                    wrote = self._take_up_one(name, np.unique(touched["at"][mine].astype(np.int64)), name in loaded)
                    rows, steps = rows + wrote[0], steps + wrote[1]
                    if progress:
                        progress((done + 1) / len(names))
                store.finish_batches(self.db, self.city)
            for name in names:      # only now is everything there that is read under the new number
                self._moved[name] = self._moved.get(name, 0) + 1
        return TakenUp(len(names), steps, rows, time.perf_counter() - started, tuple(names))

    def rebuild(self) -> TakenUp:
        """Roll everything up again from the base library (after units moved)."""
        started, rows, steps = time.perf_counter(), 0, 0
        with self._lock, self._whole():
            self.forget_units()
            for name in store.indicators_with_data(self.db, self.city):
                if name in self.indicators:
                    cube = self.cube(name)
                    rows += self._persist(cube, cube.times, whole=True)
                    steps += cube.times.size
            store.finish_batches(self.db, self.city)
        return TakenUp(len(self._cubes), steps, rows, time.perf_counter() - started)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """One transaction; cubes that ran ahead of a transaction that failed are forgotten."""
        try:
            with self.db.write():
                yield
        except BaseException:
            self.forget_units()
            raise

    def _take_up_one(self, name: str, at: np.ndarray, is_loaded: bool) -> tuple[int, int]:
        cube = self.cube(name)
        window = np.unique(self._steps(cube, at))
        if is_loaded:                                   # a cube loaded just now has read what is new already
            found = store.readings_between(self.db, self.city, name, cube.native, int(window.min()),
                                           int(window.max()) + length_of(cube.indicator.cadence))
            steps_of = self._steps(cube, found["at"])
            keep = np.isin(steps_of, window)
            cube.drop(np.setdiff1d(window, steps_of))
            cube.put(found["i"][keep], found["at"][keep], found["value"][keep], found["weight"][keep])
        is_first = not store.has_rolled(self.db, self.city, name)
        steps = cube.times if is_first else window
        return self._persist(cube, steps, whole=is_first), steps.size

    def _steps(self, cube: Cube, at: np.ndarray) -> np.ndarray:
        return step_of(np.asarray(at, np.int64), cube.indicator.cadence, self.timezone)

    def _load(self, indicator: Indicator) -> Cube:
        return self._fill(indicator, store.readings(self.db, self.city, indicator.id, indicator.native_level))

    def _fill(self, indicator: Indicator, found: dict[str, np.ndarray]) -> Cube:
        cube = self._empty(indicator)
        if found["i"].size:
            cube.put(found["i"], found["at"], found["value"], found["weight"])
        return cube

    def _empty(self, indicator: Indicator) -> Cube:
        tree = self.hierarchy(indicator.native_level)
        weight = self._weight(indicator, tree.sizes[indicator.native_level])
        cube = Cube(indicator, tree, self.timezone, weight)
        cube.expected = lambda level, at: None if self.expected is None else self.expected(indicator.id, level, at)
        cube.ahead = lambda level, at, seconds: None if self.ahead is None else self.ahead(indicator.id, level, at, seconds)
        return cube

    def _weight(self, indicator: Indicator, size: int) -> np.ndarray | None:
        """The static weights of a mean, per native unit; None where readings bring their own or none is needed."""
        if indicator.rollup != "weighted_mean" or indicator.weight in ("reading", "none"):
            return None
        key = (indicator.native_level, indicator.weight)
        if key not in self._weights:
            step = "roll_weights_area" if indicator.weight == "area_m2" else "roll_weights_attribute"
            found = queries.columns(self.db, step, "theme", city=self.city, level=key[0], weight=key[1])
            weight = np.full(size, np.nan)
            weight[found["seq"].astype(np.int64) - 1] = np.ma.filled(np.ma.asarray(found["weight"], np.float64), np.nan)
            self._weights[key] = weight
        return self._weights[key]

    @property
    def nbytes(self) -> int:
        """Memory the values take now, in bytes."""
        return sum(cube.nbytes for cube in self._cubes.values())

    def _make_room(self) -> None:
        while len(self._cubes) > 1 and self.nbytes > self.limit_bytes:
            self._cubes.pop(min(self._cubes, key=lambda name: self._asked.get(name, 0.0)))

    def _persist(self, cube: Cube, steps: np.ndarray, whole: bool = False) -> int:
        """Write the touched steps above the native level to theme.rolled, and the newest values to theme.latest."""
        touched, steps = steps, steps[np.isin(steps, cube.times)]          # the others hold nothing any more
        where = np.searchsorted(cube.times, steps)
        tables = []
        for level in LEVELS[: LEVELS.index(cube.native)]:
            mine = cube.levels[level]
            value, count = mine.value[where], mine.reported(where)
            row, unit = np.nonzero(~np.isnan(value))
            epoch = np.fromiter((cube.hierarchy.epoch_of(int(at)) for at in steps), np.int64, steps.size)
            expected = np.stack(mine.expected)[epoch[row], unit] if steps.size else np.empty(0, np.int64)
            tables.append(_table(level, unit + 1, steps[row], value[row, unit], count[row, unit], expected))
        rolled = pa.concat_tables(tables) if tables else None
        newest = []
        for level in LEVELS[: LEVELS.index(cube.native) + 1]:
            if level in _ABOVE_BUILDING:
                row, value, at = cube.newest(level)
                known = np.flatnonzero(row >= 0)
                mine = cube.levels[level]
                epochs = np.fromiter((cube.hierarchy.epoch_of(int(t)) for t in at[known]), np.int64, known.size)
                newest.append(_table(level, known + 1, at[known], value[known], mine.reported((row[known], known)),
                                     np.stack(mine.expected)[epochs, known]))
        store.write_rolled(self.db, self.city, cube.indicator.id, rolled, pa.concat_tables(newest) if newest else None,
                           None if whole else touched)
        return rolled.num_rows if rolled is not None else 0


def _table(level: str, seq: np.ndarray, at: np.ndarray, value: np.ndarray, n: np.ndarray, expected: np.ndarray) -> pa.Table:
    return pa.table({"level": pa.repeat(level, seq.size), "seq": pa.array(seq.astype(np.int32)),
                     "observed_at": pa.array(np.asarray(at, np.int64)).cast(pa.timestamp("s")), "value": pa.array(value),
                     "n": pa.array(n.astype(np.int32)), "expected": pa.array(expected.astype(np.int32))})

