"""The flows between all units of a city in the coming hours: what leaves and reaches each unit is forecast from the hours that were
reported, who goes where stays as lately (app/forecast/flows.py, after Wilson 1967). Units above add up the flows that cross their border.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.forecast import engine, flows
from app.forecast.flows import Pairs
from app.forecast.frame import Panel, ahead
from app.forecast.register import LEAST
from app.forecast.spec import Spec
from app.units.flows import reported
from data.levels import LEVELS

if TYPE_CHECKING:
    from app.system import System

Floats = NDArray[np.float64]
CADENCE, STEPS, HOUR = "PT1H", 24, 3600
BACK_H = 14 * 24            # hours that are looked back at


@dataclass(frozen=True)
class Margin:
    """What leaves (or reaches) the units of a level over their border: `y` and each band [unit × step]; `units` (seq − 1) are those of the rows."""

    units: NDArray[np.int64]
    y: Floats
    bands: dict[float, tuple[Floats, Floats]]


@dataclass(frozen=True)
class Moves:
    """The outlook after `cutoff` (the newest hour): `count` [pair × step] between units (seq − 1) of level `native`.

    `margins`: {level: (leaving, reaching)}; `moved`: the share by which totals of what leaves and arrives were moved to agree; `gap`: what
    could not be met, as a share of a step's total; `hours`: of history.
    """

    native: str
    cutoff: int
    times: NDArray[np.int64]
    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    count: Floats
    margins: dict[str, tuple[Margin, Margin]]
    model: str
    moved: float
    gap: float
    hours: int

    def at(self, level: str, hierarchy: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(origin, destination) of each pair at a level above, by today's tree; −1 where a unit stands under none."""
        tree = hierarchy.trees[-1]
        return tree.climb(self.origin, self.native, level), tree.climb(self.destination, self.native, level)


def newest(system: System, city: str) -> tuple[str, int] | None:
    """(the finest level that flows are reported at, their newest hour); None where none are."""
    known = reported(system, city)
    return None if known is None else (known[0], known[1] // HOUR * HOUR)


def make(system: System, city: str) -> Moves | None:
    """The outlook of a whole city; None where flows are not reported, or for too few hours."""
    found = newest(system, city)
    if found is None:
        return None
    native, cutoff = found
    rows = system.columns("flow_hours", city=city, level=native, since=cutoff - (BACK_H - 1) * HOUR)
    at = rows["at"].astype(np.int64)
    origin, destination = (rows[name].astype(np.int64) - 1 for name in ("origin_seq", "destination_seq"))
    apart = origin != destination
    at, origin, destination, count = at[apart], origin[apart], destination[apart], rows["count"][apart].astype(np.float64)
    if not at.size:
        return None
    times = np.arange(int(at.min()), cutoff + HOUR, HOUR)
    if times.size < LEAST:
        return None
    hierarchy = system.values(city).hierarchy("building")
    pairs, which = np.unique(np.stack([origin, destination]), axis=1, return_inverse=True)
    history = np.zeros((times.size, pairs.shape[1]))
    history[(at - times[0]) // HOUR, which.ravel()] = count
    told = np.isin(times, at)
    margins, model = _margins(history, told, times, pairs, native, hierarchy, system.values(city).timezone)
    steps = ahead(times, CADENCE, system.values(city).timezone, STEPS)
    size = hierarchy.sizes[native]
    out, into = (_spread(margin, size) for margin in margins[native])
    zone = ZoneInfo(system.values(city).timezone)
    slots, coming = (np.array([datetime.fromtimestamp(int(one), zone).hour for one in when]) for when in (times, steps))
    made = flows.forecast(Pairs(pairs[0], pairs[1], size), history[told], slots[told], coming, out, into)
    moved = float(np.max(np.abs(out.sum(axis=0) - into.sum(axis=0)) / np.maximum(out.sum(axis=0) + into.sum(axis=0), 1e-9)))
    plain = Moves(native, cutoff, steps, pairs[0], pairs[1], made.count, {}, model, moved, made.gap, int(told.sum()))
    return Moves(**{**vars(plain), "margins": {level: tuple(_agreed(margin, plain, level, side, hierarchy) for side, margin in enumerate(both))
                                               for level, both in margins.items()}})


def _margins(history: Floats, told: NDArray[np.bool_], times: NDArray[np.int64], pairs: NDArray[np.int64], native: str, hierarchy: Any,
             timezone: str) -> tuple[dict[str, tuple[Margin, Margin]], str]:
    """What leaves and reaches the units of every level from the native one up to the city's parts, forecast side by side with one model."""
    levels = LEVELS[1 : LEVELS.index(native) + 1] or (native,)
    series, owners = [], []
    for level in levels:
        ends = [hierarchy.trees[-1].climb(side, native, level) for side in pairs]
        crosses = (ends[0] != ends[1]) & (ends[0] >= 0) & (ends[1] >= 0)
        for side in (0, 1):
            units, row = np.unique(ends[side][crosses], return_inverse=True)
            sums = np.zeros((units.size, times.size))
            np.add.at(sums, row.ravel(), history[:, crosses].T)
            series.append(np.where(told, sums, np.nan))
            owners.append((level, units))
    whole = np.concatenate(series)
    panel = Panel(tuple(str(i) for i in range(len(whole))), times, whole, CADENCE, timezone)
    made = engine.forecast(panel, Spec(STEPS, CADENCE, timezone, low=0.0, mode="instant"))
    found: dict[str, list[Margin]] = {}
    first = 0
    for level, units in owners:
        rows = slice(first, first + units.size)
        first += units.size
        bands = {share: (low[rows], high[rows]) for share, (low, high) in made.bands.items()}
        found.setdefault(level, []).append(Margin(units, made.y_hat[rows], bands))
    return {level: (both[0], both[1]) for level, both in found.items()}, made.model


def _spread(margin: Margin, size: int) -> Floats:
    out = np.zeros((size, margin.y.shape[1]))
    out[margin.units] = np.maximum(np.nan_to_num(margin.y), 0)
    return out


def _agreed(margin: Margin, moves: Moves, level: str, side: int, hierarchy: Any) -> Margin:
    """The margin as the flows add up to it; its bands move along and end at nought."""
    ends = moves.at(level, hierarchy)
    crosses = (ends[0] != ends[1]) & (ends[0] >= 0) & (ends[1] >= 0)
    total = np.zeros((hierarchy.sizes[level], moves.times.size))
    np.add.at(total, ends[side][crosses], moves.count[crosses])
    y = total[margin.units]
    more = y - margin.y
    return Margin(margin.units, y, {share: (np.maximum(low + more, 0), np.maximum(high + more, 0)) for share, (low, high) in margin.bands.items()})
