"""What is expected of an indicator in a city: every level of the tower forecast side by side, then made to agree.

`make` is a function of the values alone: the same values, models and cutoff give the same outlook. Levels from the city down to the
finest with at most MOST_UNITS units are forecast at once and reconciled; what is finer is forecast where it is asked for
(finer.py). Extremes (max, min, last) do not add up: their parents are only lifted to their children.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from app.forecast import engine
from app.forecast.frame import Panel
from app.forecast.panels import join, panel_of
from app.forecast.reconcile import carried, reconcile
from app.forecast.register import back, horizon, known, spec_of
from app.forecast.scoring import scores_of
from app.forecast.spec import Spec
from app.indicators.cube import Cube, length_of
from app.indicators.learnt import least_spread
from app.indicators.registry import Indicator
from app.indicators.values import Values
from data.levels import LEVELS

Floats = NDArray[np.float64]
MOST_UNITS = 4_000          # of a level that is forecast as a whole
MOST_VALUES = 2_000_000     # that such a forecast looks back at: four weeks of hours of 3 000 units, so that a first fit ends in two seconds
ADDS_UP = {"sum": "sum", "weighted_mean": "weighted_mean", "ratio": "weighted_mean"}
NORMAL_90 = 1.6448536269514722      # half of a 90 % band in standard deviations of a normal law


@dataclass(frozen=True)
class LevelOutlook:
    """One level: `y` and each band [unit × step ahead], NaN where a unit has too little history. `fitted` made it."""

    level: str
    times: NDArray[np.int64]
    y: Floats
    bands: dict[float, tuple[Floats, Floats]]
    model: str
    scores: dict[str, Any]
    said: tuple[engine.Word, ...] = ()
    drivers: dict[str, Floats] = field(default_factory=dict)
    base: Floats | None = None

    def spread(self) -> Floats:
        """One standard deviation a unit and step, as the 90 % band has it."""
        low, high = self.bands[0.9]
        return np.maximum((high - low) / (2 * NORMAL_90), 1e-9)


@dataclass(frozen=True)
class Tower:
    """An indicator of a city after `cutoff` (the start of the newest known step, epoch seconds); levels from the city down."""

    indicator: str
    cutoff: int
    levels: dict[str, LevelOutlook]
    agreed: str             # how levels were made to agree: bottom_up, variance, lifted, or alone


class Models(Protocol):
    """Where models come from: one stored for a level, or a quick one for the levels that have none, all at once."""

    def stored(self, level: str, panel: Panel, spec: Spec) -> engine.Champion | None:
        """The model chosen for the series of a level; None where none was."""

    def quick(self, key: str, panel: Panel, spec: Spec) -> engine.Champion:
        """A model fitted here and now, or lately; `key` says for what."""


@dataclass(frozen=True)
class Ground:
    """What the outlook of a level rests on: a panel, which of its rows are the level's, the index of each row's unit, and the model."""

    panel: Panel
    rows: slice
    units: NDArray[np.int64]
    champion: engine.Champion


def deepest(cube: Cube) -> str:
    """The finest level that is forecast as a whole: of signs that report every few minutes a coarser one."""
    steps = min(cube.times.size, _month(cube.indicator.cadence))
    fits = [level for level in cube.levels if (size := cube.hierarchy.sizes[level]) <= MOST_UNITS and size * steps <= MOST_VALUES]
    return max(fits or ["city"], key=LEVELS.index)


def look_back(cube: Cube) -> int:
    """Steps that a forecast of all levels looks back at: what the cadence has, of many units less, down to a month."""
    cadence = cube.indicator.cadence
    units = sum(cube.hierarchy.sizes[level] for level in LEVELS[: LEVELS.index(deepest(cube)) + 1])
    return min(back(cadence), max(_month(cadence), MOST_VALUES // max(1, units)))


def _month(cadence: str) -> int:
    """Steps of four weeks, or what a forecast of that cadence looks back at where that is less."""
    return min(back(cadence), 28 * 86_400 // length_of(cadence))


def grounds(values: Values, name: str, models: Models, points_of: Callable[[str], Any], cutoff: int | None, spec: Spec) -> dict[str, Ground]:
    """What the outlook of each level rests on. Levels without a stored model share a quick one: they are one panel."""
    cube, found, rest = values.cube(name), {}, {}
    for level in LEVELS[: LEVELS.index(deepest(cube)) + 1]:
        given = panel_of(values, name, level, cutoff, points=points_of(level), most=look_back(cube))
        if given is None:
            continue
        champion = models.stored(level, given[0], spec)
        if champion is None:
            rest[level] = given
        else:
            found[level] = Ground(given[0], slice(0, given[0].n), given[1], champion)
    if rest:
        panel, rows = join([one for one, _ in rest.values()])
        champion = models.quick("tower", panel, spec)
        found |= {level: Ground(panel, mine, units, champion) for (level, (_, units)), mine in zip(rest.items(), rows, strict=True)}
    return {level: found[level] for level in LEVELS if level in found}


def make(values: Values, name: str, models: Models, points_of: Callable[[str], Any], cutoff: int | None = None,
         steps: int | None = None, agreement: str = "bottom_up") -> Tower | None:
    """The outlook of an indicator after a step (None: its newest); None where no level has enough history, or the cadence none."""
    cube = values.cube(name)
    steps = steps or horizon(cube.indicator.cadence)
    if not steps or cube.times.size == 0:
        return None
    spec = spec_of(cube.indicator, values.timezone, steps)
    rests, made, found = grounds(values, name, models, points_of, cutoff, spec), {}, {}
    for level, ground in rests.items():
        if id(ground.panel) not in made:
            made[id(ground.panel)] = engine.predict_from(ground.champion, ground.panel)
        found[level] = _at_least(_spread_out(level, made[id(ground.panel)], ground, cube.hierarchy.sizes[level]), cube.indicator)
    if not found:
        return None
    until = int(next(iter(rests.values())).panel.times[-1])
    return _agree(values, cube, Tower(name, until, found, "alone"), agreement)


def chance(y: Floats, low: Floats, high: Floats, limit: float, is_up: bool) -> Floats:
    """How likely each value passes a limit: from its middle and the half of its 90 % band that lies towards the limit."""
    towards_high = (limit >= y) if is_up else (limit > y)
    spread = np.maximum(np.where(towards_high, high - y, y - low) / NORMAL_90, 1e-9)
    passed = ndtr((y - limit) / spread)
    return passed if is_up else 1.0 - passed


def _spread_out(level: str, made: engine.Forecast, ground: Ground, size: int) -> LevelOutlook:
    """The forecast of a level's series as arrays over all of its units."""

    def whole(values: Floats) -> Floats:
        full = np.full((size, values.shape[1]), np.nan)
        full[ground.units] = values[ground.rows]
        return full

    bands = {share: (whole(low), whole(high)) for share, (low, high) in made.bands.items()}
    return LevelOutlook(level, made.times_ahead, whole(made.y_hat), bands, made.model, scores_of(made.scoreboard, made.model), tuple(made.said),
                        {group: whole(part) for group, part in made.drivers.items()}, None if made.base is None else whole(made.base))


def _at_least(found: LevelOutlook, indicator: Indicator) -> LevelOutlook:
    """No band is narrower than what is usual ever is (learnt.least_spread): a past without a surprise promises none for ever. Wider ones
    hold the narrower ones."""
    half = NORMAL_90 * least_spread(found.y, indicator)
    bands: dict[float, tuple[Floats, Floats]] = {}
    inner = (found.y, found.y)
    for (share, (low, high)), wide in zip(sorted(found.bands.items()), (0.78, 1.0), strict=True):
        inner = bands[share] = (np.fmin(np.fmin(low, found.y - half * wide), inner[0]), np.fmax(np.fmax(high, found.y + half * wide), inner[1]))
    return replace(found, bands=bands)


def _agree(values: Values, cube: Cube, tower: Tower, agreement: str) -> Tower:
    """Children add up to their parents; bands move along with their middle."""
    levels = list(tower.levels)
    if len(levels) < 2 or any(LEVELS.index(b) != LEVELS.index(a) + 1 for a, b in zip(levels, levels[1:], strict=False)):
        return tower
    folds = cube.hierarchy.trees[cube.hierarchy.epoch_of(tower.cutoff)].folds
    base = [tower.levels[level].y for level in levels]
    parents = [folds[level].parent for level in levels[1:]]
    how = ADDS_UP.get(cube.indicator.rollup)
    if how is None:
        return _lifted(cube, tower, parents)
    weight = values.weights(cube.indicator.id, tower.cutoff, levels[-1]) if how == "weighted_mean" else None
    if how == "weighted_mean" and (weight is None or not np.isfinite(weight).any()):
        return tower
    row = known(cube.indicator)
    spreads: Any = "bottom_up" if agreement == "bottom_up" else [tower.levels[level].spread() ** 2 for level in levels]
    agreed = reconcile(base, parents, spreads, how, None if weight is None else np.where(np.isfinite(weight), weight, 0.0),
                       lower=row.low, upper=row.high)
    moved = {}
    bands = {share: ([tower.levels[level].bands[share][0] for level in levels], [tower.levels[level].bands[share][1] for level in levels])
             for share in (0.8, 0.9)}
    shifted = {share: (carried(low, base, agreed), carried(high, base, agreed)) for share, (low, high) in bands.items()}
    for k, level in enumerate(levels):
        moved[level] = replace(tower.levels[level], y=agreed[k], bands={
            share: (_within(low[k], row.low, row.high), _within(high[k], row.low, row.high)) for share, (low, high) in shifted.items()})
    return replace(tower, levels=moved, agreed=agreement)


def _lifted(cube: Cube, tower: Tower, parents: list[NDArray[np.int64]]) -> Tower:
    """A parent of extremes is never less extreme than what is expected of its children."""
    how = {"max": np.fmax, "min": np.fmin}.get(cube.indicator.rollup)
    if how is None:
        return tower
    levels, found = list(tower.levels), dict(tower.levels)
    for k in range(len(levels) - 1, 0, -1):
        here, above = found[levels[k]], found[levels[k - 1]]
        y = above.y.copy()
        stands = parents[k - 1] >= 0
        how.at(y, parents[k - 1][stands], here.y[: parents[k - 1].size][stands])
        more = y - above.y
        found[levels[k - 1]] = replace(above, y=y, bands={share: (low + more, high + more) for share, (low, high) in above.bands.items()})
    return replace(tower, levels=found, agreed="lifted")


def _within(values: Floats, low: float | None, high: float | None) -> Floats:
    return values if low is None and high is None else np.clip(values, low, high)
