"""What is newest and what is unusual, kept as batches arrive so that asking costs next to nothing.

Unusual is how far a unit's newest value lies from what it usually is (app/indicators/learnt.py), in robust standard
deviations; what is status R is judged by the same band.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.indicators.learnt import Band
from app.indicators.status import AMBER_SCORE, bands_of, judge, now_of
from app.indicators.values import Values

if TYPE_CHECKING:
    from app.sight import SeenValues
    from app.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Unusual:
    """One unit and indicator that stand out; `score` is signed, in robust standard deviations."""

    indicator: str
    level: str
    seq: int
    value: float
    usual: float
    score: float
    at: int


@dataclass(frozen=True)
class Latest:
    """The newest values of one level: `value[k, i]` and `at[k, i]` for `indicators[k]` and the unit with seq i + 1, and what is usual there.

    `moved[k]`: the state of the values of `indicators[k]` that this was made of (app/indicators/values.py: moved).
    """

    indicators: tuple[str, ...]
    value: Floats
    at: NDArray[np.int64]
    unusual: tuple[Unusual, ...]
    bands: tuple[Band, ...] = ()
    moved: tuple[int, ...] = ()

    def rows(self, indicators: list[str]) -> Floats:
        """The newest values of some indicators, one row each."""
        place = {name: k for k, name in enumerate(self.indicators)}
        return self.value[[place[name] for name in indicators]]


def gather(values: Values | SeenValues, level: str, names: list[str], before: Latest | None = None, most: int = 200) -> Latest:
    """Make the kept answer of a level anew: called once per value version; of indicators that did not move since `before` it is as before."""
    known = {} if before is None else {name: k for k, name in enumerate(before.indicators)}
    shown, kept, times, bands, moved = [], [], [], [], []
    for name in names:
        k, now = known.get(name), values.moved(name)
        if before is not None and k is not None and before.moved[k] == now:
            value, at, band = before.value[k], before.at[k], before.bands[k]
        else:
            cube = values.cube(name)
            if level not in cube.levels or cube.times.size == 0:
                continue
            row, value, at = cube.newest(level)
            band = bands_of(cube, level, row, int(cube.times[-1]), always=True)
        for found, one in ((shown, name), (kept, value), (times, at), (bands, band), (moved, now)):
            found.append(one)
    if not shown:
        size = values.hierarchy().sizes.get(level, 0)
        return Latest((), np.empty((0, size)), np.empty((0, size), np.int64), ())
    value, at = np.stack(kept), np.stack(times)
    return Latest(tuple(shown), value, at, tuple(_top(level, shown, value, at, bands, most)), tuple(bands), tuple(moved))


def latest(system: System, city: str, level: str, seq: int) -> dict[str, dict[str, Any]]:
    """{indicator: value, at, status} of every indicator with a newest value at one unit, in registry order."""
    kept, now = system.latest(city, level), now_of(system, city)
    found = {}
    for k, name in enumerate(kept.indicators):
        value = float(kept.value[k, seq - 1]) if 0 < seq <= kept.value.shape[1] else np.nan
        if np.isfinite(value):
            at = int(kept.at[k, seq - 1])
            found[name] = {"value": value, "at": at, "status": judge(value, at, now, system.indicators[name], kept.bands[k].of(seq - 1))}
    return found


def _top(level: str, names: list[str], value: Floats, at: NDArray[np.int64], bands: list[Band], most: int) -> list[Unusual]:
    scores = np.stack([np.nan_to_num(band.score(value[k])) for k, band in enumerate(bands)])
    strength = np.abs(scores)
    chosen = np.argsort(-strength.ravel(), kind="stable")[:most]
    found = []
    for k, i in zip(*np.unravel_index(chosen, strength.shape), strict=True):
        if strength[k, i] < AMBER_SCORE:
            break
        found.append(Unusual(names[k], level, int(i) + 1, float(value[k, i]), float(bands[k].centre[i]), float(scores[k, i]), int(at[k, i])))
    return found
