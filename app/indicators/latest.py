"""What is newest and what is unusual, kept as batches arrive so that asking costs next to nothing.

Unusual is how far a unit's newest value lies from its own values at the same time of day (for daily and slower
indicators: from all its earlier values), in robust standard deviations: (value − median) ÷ (1.4826 · MAD), after
Hampel (1974); the spread is at least one unit of the last shown decimal and 1 % of the median, so that a flat
history does not make noise look like news; scores end at ±99.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.indicators.cube import Cube
from app.indicators.values import Values
from app.map.classes import status

if TYPE_CHECKING:
    from app.system import System

Floats = NDArray[np.float64]
_LEAST = 4  # earlier values that an opinion needs


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
    """The newest values of one level: `value[k, i]` and `at[k, i]` for `indicators[k]` and the unit with seq i + 1."""

    indicators: tuple[str, ...]
    value: Floats
    at: NDArray[np.int64]
    unusual: tuple[Unusual, ...]

    def rows(self, indicators: list[str]) -> Floats:
        """The newest values of some indicators, one row each."""
        place = {name: k for k, name in enumerate(self.indicators)}
        return self.value[[place[name] for name in indicators]]


def gather(values: Values, level: str, names: list[str], most: int = 200) -> Latest:
    """Make the kept answer of a level anew: called once per value version."""
    shown, kept, times, scores = [], [], [], []
    for name in names:
        cube = values.cube(name)
        if level not in cube.levels or cube.times.size == 0:
            continue
        _, value, at = cube.newest(level)
        usual, score = _score(cube, level)
        shown.append(name)
        kept.append(value)
        times.append(at)
        scores.append((name, usual, score))
    if not shown:
        size = values.hierarchy().sizes.get(level, 0)
        return Latest((), np.empty((0, size)), np.empty((0, size), np.int64), ())
    value, at = np.stack(kept), np.stack(times)
    return Latest(tuple(shown), value, at, tuple(_top(level, value, at, scores, most)))


def latest(system: System, city: str, level: str, seq: int) -> dict[str, dict[str, Any]]:
    """{indicator: value, at, status} of every indicator with a newest value at one unit, in registry order."""
    kept = system.latest(city, level)
    found = {}
    for k, name in enumerate(kept.indicators):
        value = float(kept.value[k, seq - 1]) if 0 < seq <= kept.value.shape[1] else np.nan
        if np.isfinite(value):
            found[name] = {"value": value, "at": int(kept.at[k, seq - 1]), "status": status(value, system.indicators[name])}
    return found


def _score(cube: Cube, level: str) -> tuple[Floats, Floats]:
    """(median, signed score) of every unit's newest step against its like."""
    used = cube.times.size
    value = cube.history(level)
    newest, when = value[-1], int(cube.times[-1])
    if cube.indicator.cadence.startswith("PT"):
        like = (when - cube.times) % 86_400 == 0
    else:
        like = np.ones(used, bool)
    like[-1] = False
    past = value[like]
    if past.shape[0] < _LEAST:
        return np.full(newest.shape, np.nan), np.zeros(newest.shape)
    known = ~np.isnan(past)
    enough = known.sum(axis=0) >= _LEAST
    filled = np.where(enough[None, :], past, 0.0)
    median = np.nanmedian(filled, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(filled - median), axis=0)
    spread = np.where(spread > 0, spread, np.nanstd(filled, axis=0))  # mostly one value (rare events): MAD says nothing
    floor = np.maximum(10.0**-cube.indicator.decimals, 0.01 * np.abs(median))
    score = np.clip((newest - median) / np.maximum(spread, floor), -99, 99)
    return median, np.where(enough & np.isfinite(score), score, 0.0)


def _top(level: str, value: Floats, at: NDArray[np.int64], scores: list[tuple[str, Floats, Floats]], most: int) -> list[Unusual]:
    strength = np.abs(np.stack([score for _, _, score in scores]))
    flat = strength.ravel()
    chosen = np.argsort(-flat, kind="stable")[:most]
    found = []
    for k, i in zip(*np.unravel_index(chosen, strength.shape), strict=True):
        if strength[k, i] < 3:
            break
        name, usual, score = scores[k]
        found.append(Unusual(name, level, int(i) + 1, float(value[k, i]), float(usual[i]), float(score[i]), int(at[k, i])))
    return found
