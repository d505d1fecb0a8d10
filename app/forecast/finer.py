"""The outlook of units finer than the levels forecast as a whole: the children of one unit, made when they are asked for.

Their parent's outlook stands; the children are forecast from their own past and moved so that they add up to it. A child with too
little history of its own has its usual share of the parent.
"""

from __future__ import annotations

import numpy as np

from app.forecast import engine
from app.forecast.outlook import ADDS_UP, LevelOutlook, Models, Tower
from app.forecast.panels import panel_of
from app.forecast.reconcile import carried, reconcile
from app.forecast.register import known, spec_of
from app.forecast.scoring import scores_of
from app.indicators.cube import Cube
from app.indicators.values import Values
from data.levels import LEVELS

RECENT = 28                 # steps of which a share is the mean


def children(values: Values, tower: Tower, above: LevelOutlook, parent: int, models: Models) -> LevelOutlook | None:
    """The outlook of the children of unit `parent` (index) of a level; None where it has none, or nothing is known of them."""
    cube = values.cube(tower.indicator)
    level = LEVELS[LEVELS.index(above.level) + 1]
    if level not in cube.levels or not np.isfinite(above.y[parent]).all():
        return None
    folds = cube.hierarchy.trees[cube.hierarchy.epoch_of(tower.cutoff)].folds
    units = np.flatnonzero(folds[level].parent == parent)
    if units.size == 0:
        return None
    size, steps = cube.hierarchy.sizes[level], above.y.shape[1]
    y, half = np.full((size, steps), np.nan), {share: np.full((2, size, steps), np.nan) for share in above.bands}
    model, scores, said = above.model, {}, above.said
    given = panel_of(values, tower.indicator, level, tower.cutoff, units)
    if given is not None:
        panel, seqs = given
        made = engine.predict_from(models.quick(f"{level} {parent}", panel, spec_of(cube.indicator, values.timezone, steps)), panel)
        y[seqs], model, scores, said = made.y_hat, made.model, scores_of(made.scoreboard, made.model), tuple(made.said)
        for share, (low, high) in made.bands.items():
            half[share][:, seqs] = low, high
    _borrow(cube, above, parent, units, y, half)
    bands = {share: (found[0], found[1]) for share, found in half.items()}
    return _fit(values, cube, tower, above, parent, units, LevelOutlook(level, above.times, y, bands, model, scores, said))


def _borrow(cube: Cube, above: LevelOutlook, parent: int, units: np.ndarray, y: np.ndarray, half: dict[float, np.ndarray]) -> None:
    """Fill in the children without a forecast of their own: the parent's course at the ratio they had to it lately."""
    level = LEVELS[LEVELS.index(above.level) + 1]
    rows = np.arange(max(0, cube.times.size - RECENT), cube.times.size)
    mine, theirs = cube.steps(level, rows, units), cube.steps(above.level, rows, np.array([parent]))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(theirs > 0, mine / theirs, np.nan)
        count = np.isfinite(ratio).sum(axis=0)
        share = np.where(count > 0, np.nansum(ratio, axis=0) / np.maximum(count, 1), np.nan)
        apart = np.where(count > 1, np.sqrt(np.nansum((ratio - share) ** 2, axis=0) / np.maximum(count - 1, 1)), share)
    lacking = ~np.isfinite(y[units]).all(axis=1) & np.isfinite(share)
    if not lacking.any():
        return
    who = units[lacking]
    y[who] = share[lacking, None] * above.y[parent]
    for level_of_band, found in half.items():
        low, high = (edge[parent] for edge in above.bands[level_of_band])
        more = 1.3 * apart[lacking, None] * np.abs(above.y[parent])      # the share itself is not known for sure
        found[0, who], found[1, who] = share[lacking, None] * low - more, share[lacking, None] * high + more


def _fit(values: Values, cube: Cube, tower: Tower, above: LevelOutlook, parent: int, units: np.ndarray, found: LevelOutlook) -> LevelOutlook | None:
    """Move the children so that they add up to the parent, where what they report adds up."""
    told = units[np.isfinite(found.y[units]).all(axis=1)]
    if told.size == 0:
        return None
    how = ADDS_UP.get(cube.indicator.rollup)
    row = known(cube.indicator)
    agreed = found.y[told]
    if how is not None:
        weight = values.weights(tower.indicator, tower.cutoff, found.level) if how == "weighted_mean" else None
        mine = None if weight is None else np.where(np.isfinite(weight[told]), weight[told], 0.0)
        if how == "sum" or (mine is not None and mine.sum() > 0):
            base = [above.y[parent][None, :], found.y[told]]
            agreed = reconcile(base, [np.zeros(told.size, np.int64)], "bottom_up", how, mine, fixed_top=True, lower=row.low, upper=row.high)[1]
    y = np.full(found.y.shape, np.nan)
    y[told] = agreed
    bands = {}
    for share, edges in found.bands.items():
        moved = [np.full(found.y.shape, np.nan) for _ in edges]
        for whole, edge in zip(moved, edges, strict=True):
            shifted = carried([edge[told]], [found.y[told]], [agreed])[0]
            whole[told] = shifted if row.low is None and row.high is None else np.clip(shifted, row.low, row.high)
        bands[share] = (moved[0], moved[1])
    return LevelOutlook(found.level, found.times, y, bands, found.model, found.scores, found.said)
