"""How the levels of an indicator are made to agree: from below, or each level heard by how sure it is; chosen on moments that came later.

Forecasts of every level are made again at earlier moments from what was known then. The first half of their errors says how sure each
unit is, the second half which way of agreeing errs less, each level counting the same (reconcile.choose_weights).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.forecast.backtest import truths
from app.forecast.model import named
from app.forecast.outlook import ADDS_UP, Ground
from app.forecast.reconcile import choose_weights
from app.indicators.cube import Cube
from app.indicators.values import Values

Floats = NDArray[np.float64]
MOMENTS = 24                # earlier moments that are looked at


def agreement(values: Values, cube: Cube, grounds: dict[str, Ground], horizon: int) -> str:
    """"bottom_up" or "variance"; bottom_up too where nothing adds up or too little is known to tell."""
    how, levels = ADDS_UP.get(cube.indicator.rollup), list(grounds)
    if how is None or len(levels) < 2:
        return "bottom_up"
    steps = min(ground.panel.t for ground in grounds.values())
    ends = np.unique(np.linspace(steps - min(steps // 2, MOMENTS * horizon), steps - horizon, MOMENTS).astype(np.int64))
    if ends.size < 4 or ends[0] < 2:
        return "bottom_up"
    folds = cube.hierarchy.trees[-1].folds
    parents = [folds[level].parent for level in levels[1:]]
    weights = values.weights(cube.indicator.id, int(cube.times[-1]), levels[-1]) if how == "weighted_mean" else None
    if how == "weighted_mean" and weights is None:
        return "bottom_up"
    base, actual = zip(*(_made(ground, ends + ground.panel.t - steps, horizon, cube.hierarchy.sizes[level]) for level, ground in grounds.items()),
                       strict=True)
    half = (ends.size // 2) * horizon
    with np.errstate(invalid="ignore"):
        variances = [np.nanmean((b[:, :half] - a[:, :half]) ** 2, axis=1, where=np.isfinite(b[:, :half] - a[:, :half])) for b, a in
                     zip(base, actual, strict=True)]
    spreads = [np.where(np.isfinite(one), one, np.nanmax(one, initial=1.0)) for one in variances]
    found = choose_weights([b[:, half:] for b in base], [a[:, half:] for a in actual], parents, spreads, how,
                           None if weights is None else np.where(np.isfinite(weights), weights, 0.0))
    return found.weights


def _made(ground: Ground, ends: NDArray[np.int64], horizon: int, size: int) -> tuple[Floats, Floats]:
    """(forecasts, truth) [unit × moments · steps] of a level's units, NaN where a unit is not forecast."""
    fitted = ground.champion.fitted
    paths = named(fitted.name).paths(fitted, ground.panel, ends, horizon)[:, ground.rows]
    truth = truths(ground.panel, ends, horizon)[:, ground.rows]
    found = []
    for values in (paths, truth):
        whole = np.full((size, ends.size * horizon), np.nan)
        whole[ground.units] = values.transpose(1, 0, 2).reshape(ground.units.size, -1)
        found.append(whole)
    return found[0], found[1]
