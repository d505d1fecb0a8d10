"""Bands that hold what they promise: how far forecasts err, by series, time of day, kind of day and step ahead.

The errors of earlier forecasts, in units of each series' own spread at that time of day, give the quantiles that a band reaches to. A
spread is never measured against the error it was learnt from: each stretch of time is measured by the spreads of the others, since a few
days fit themselves too well (cross-conformal, Vovk 2015). Along a run of forecasts they are followed: following.py.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfinv

from app.forecast.frame import Floats, Panel
from app.forecast.seasons import Ints, clock
from app.forecast.spec import Spec

GRID = np.concatenate([[0.0, 0.0025, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.9975, 1.0]])
UNITS = 200                 # series whose errors are remembered, at most
MEMORY = 50_000             # errors that the quantiles of a step are counted from, about
BUCKETS = 24                # of the day, in which the spread is told apart, at most
BLOCKS, MOST_BLOCKS = 6, 10 # stretches of time that the first forecasts are parted into: wanted where days are few, and at most
FAIR = 100_000              # errors that are looked at to see how bands hold outside of what they were made of, at most
TRIED = np.r_[-0.5, -0.3, -0.2, -0.15, -0.1, -0.075, -0.05, -0.03, -0.02, -0.01, 0.0, 0.001, 0.0025, 0.005, 0.0075, np.arange(0.01, 0.12, 0.005)]
DAYS = 3.0                  # days that a series' own spread at a time of day must outweigh
PRIOR = 8.0                 # errors that the size at a step and time of day must outweigh


@dataclass(frozen=True)
class Bands:
    """How far forecasts err, at most `horizon` steps ahead.

    `spread` [n, 2, buckets]: mean absolute error of a series on worked and on free days by time of day, over all steps, relative to
    `size`; `size` [h, buckets]: how much errors grow with the step, by time of day of the target; `quantiles` [h, grid]: of errors ÷
    (spread · size); `below`, `above` [h, levels]: the shares that are left out at either side now. `ids` says whose rows; others get the
    mean spread times their scale.
    """

    spec: Spec
    ids: tuple[str, ...]
    scale: Floats
    spread: Floats
    size: Floats
    quantiles: Floats
    below: Floats
    above: Floats

    @property
    def horizon(self) -> int:
        """How many steps ahead they reach."""
        return len(self.size)

    def around(self, y_hat: Floats, panel: Panel) -> dict[float, tuple[Floats, Floats]]:
        """{level: (low, high)} [n, h] around a forecast after the last step of a panel."""
        horizon = y_hat.shape[1]
        where = buckets(panel, self.spec, horizon)
        target = where[:, panel.t + np.arange(horizon)]
        unit = self._unit(panel, target) * self.size[np.arange(horizon), target[1]]
        low, high = reaches(self.quantiles[:horizon], self.below[:horizon], self.above[:horizon])
        return {level: (y_hat + unit * low[:, i], y_hat + unit * high[:, i]) for i, level in enumerate(self.spec.levels)}

    def _unit(self, panel: Panel, where: Ints) -> Floats:
        """The spread of each series of a panel in each bucket, [n, h]."""
        if panel.ids == self.ids:
            return self.spread[:, where[0], where[1]]
        from app.forecast.design import scales

        row = {name: i for i, name in enumerate(self.ids)}
        at = np.array([row.get(name, -1) for name in panel.ids])
        mean = (self.spread / self.scale[:, None, None]).mean(axis=0)[where[0], where[1]]
        scale = scales(panel.y)
        return np.where((at >= 0)[:, None], self.spread[np.maximum(at, 0)][:, where[0], where[1]], mean * scale[:, None])


def buckets(panel: Panel, spec: Spec, horizon: int) -> Ints:
    """[2, t + h]: kind of day (0 worked, 1 free) and part of the day of every step."""
    when = clock(panel, spec, horizon)
    return np.stack([when.kind[when.day], when.slot * min(BUCKETS, when.slots) // when.slots])


def quantile(table: Floats, share: Floats) -> Floats:
    """The quantile of each row of a table on GRID at its own share, [rows]; past the last point it goes on growing."""
    inside = np.clip(share, 0.0, 1.0)
    at = np.clip(np.searchsorted(GRID, inside, side="right") - 1, 0, GRID.size - 2)
    rows = np.arange(len(table))
    part = (inside - GRID[at]) / (GRID[at + 1] - GRID[at])
    found = table[rows, at] * (1 - part) + table[rows, at + 1] * part
    return found * (1 + 4 * np.maximum(0.0, np.maximum(share - 1, -share)))


def reaches(table: Floats, below: Floats, above: Floats) -> tuple[Floats, Floats]:
    """How far the low and the high ends reach, in spreads, [h, levels]: never past the forecast itself, and wider bands hold narrower ones."""
    low = np.stack([quantile(table, share) for share in below.T], axis=1)
    high = np.stack([quantile(table, 1 - share) for share in above.T], axis=1)
    return np.minimum.accumulate(np.minimum(low, 0.0), axis=1), np.maximum.accumulate(np.maximum(high, 0.0), axis=1)


def learn(panel: Panel, spec: Spec, ends: NDArray[np.int64], y_hat: Floats, scale: Floats) -> Bands:
    """The bands that forecasts y_hat [k, n, h] made after `ends` (rising) teach, all of them at once."""
    found = learnt(panel, spec, ends, y_hat, scale, ends.size)
    below, above = (np.tile(side, (y_hat.shape[2], 1)) for side in _fair(found.score, found.parts, spec))
    return Bands(spec, panel.ids, scale, found.spreads.cells, found.spreads.size, found.table, below, above)


@dataclass(frozen=True)
class Learnt:
    """What forecasts teach: spreads, the quantiles of errors in spreads, and those errors [k, units, h] of the series `units`.

    `where` [2, k, h]: what part of which kind of day they are of; `parts` [k, h]: of which stretch of time.
    """

    spreads: Spreads
    table: Floats
    score: Floats
    units: Ints
    where: Ints
    parts: Ints


def learnt(panel: Panel, spec: Spec, ends: NDArray[np.int64], y_hat: Floats, scale: Floats, warm: int) -> Learnt:
    """What the first `warm` forecasts teach, and the errors of at most UNITS series in those spreads."""
    k, n, horizon = y_hat.shape
    target = ends[:, None] + np.arange(horizon)
    error = np.where((target < panel.t)[:, None, :], panel.y[:, np.minimum(target, panel.t - 1)].transpose(1, 0, 2), np.nan) - y_hat
    where = buckets(panel, spec, horizon)[:, target]
    stride = float(np.median(np.diff(ends))) if k > 1 else 1.0
    spreads = Spreads(error[:warm], where[:, :warm], scale, max(1.0, horizon / stride))
    units = np.unique(np.linspace(0, n - 1, min(n, UNITS)).astype(int))
    some = error[:, units]
    score = np.empty(some.shape)
    score[warm:] = some[warm:] / spreads.unit(where[:, warm:], units)
    parts = _blocks(target[:warm], horizon, clock(panel, spec, 1).slots)
    for part in np.unique(parts):
        mine = parts == part
        apart = spreads.without(mine).unit(where[:, :warm], units)
        np.divide(some[:warm], apart, out=score[:warm], where=np.broadcast_to(mine[:, None, :], apart.shape))
    return Learnt(spreads, _table(score[:warm]), score, units, where, parts)


def _fair(score: Floats, parts: Ints, spec: Spec) -> Floats:
    """The shares to leave out [2, levels], below and above, so that bands made of all stretches but one hold what they promise in that one.

    Bands made of few stretches of time hold less than promised in the next: the fewer there are and the more they differ, the less. A
    run of forecasts that is followed mends that by itself; bands that stand must begin with it. score [k, n, h]; parts [k, h].
    """
    wanted = np.tile((1 - np.array(spec.levels)) / 2, (2, 1))
    thin = max(1, int(np.ceil(score.size / FAIR)))
    flat, of = score.transpose(0, 2, 1).ravel()[::thin], np.repeat(parts.ravel(), score.shape[1])[::thin]
    there = ~np.isnan(flat)
    flat, of = flat[there], of[there]
    names = np.unique(of)
    if names.size < 2 or flat.size < 50:
        return wanted
    missed = np.zeros((2, TRIED.size))
    for name in names:
        mine, rest = np.sort(flat[of == name]), flat[of != name]
        table = np.tile(np.quantile(rest, GRID), (TRIED.size, 1))
        missed[0] += np.searchsorted(mine, quantile(table, TRIED), side="left")
        missed[1] += mine.size - np.searchsorted(mine, quantile(table, 1 - TRIED), side="right")
    missed /= flat.size
    return np.minimum(wanted, np.stack([np.interp(one, np.maximum.accumulate(side), TRIED) for one, side in zip(wanted, missed, strict=True)]))


def _blocks(target: Ints, horizon: int, slots: int) -> Ints:
    """[k, h]: the stretch of time that each target lies in. Errors of one stretch go together: a day, or the horizon where that is longer."""
    first, last = int(target.min()), int(target.max())
    length = max(horizon, min(slots, (last - first + 1) // BLOCKS), -(-(last - first + 1) // MOST_BLOCKS))
    return (target - first) // length


class Spreads:
    """Mean absolute error by series, kind and part of day [n, 2, buckets] over its growth by step and part of day [h, buckets].

    Thin cells lean on fuller ones. error [k, n, h]; where [2, k, h]; `often`: the forecasts that are made of one and the same step.
    """

    def __init__(self, error: Floats, where: Ints, scale: Floats, often: float) -> None:
        k, _, horizon = error.shape
        self.prior = DAYS * often
        self.scale, self.cell = scale, where[0] * BUCKETS + where[1]                    # [k, h]
        off = np.abs(error) / scale[:, None]
        self.known = ~np.isnan(off)
        off = np.where(self.known, off, 0.0)
        step = np.broadcast_to(np.arange(horizon), (k, horizon))
        count = self.known.sum(axis=1)
        total_h, count_h = off.sum(axis=(0, 1)), count.sum(axis=0)
        everyone = float(total_h.sum() / max(count_h.sum(), 1)) or 1.0
        by_step = (total_h + everyone) / (count_h + 1)                                  # [h]
        total_hb, count_hb = np.zeros((horizon, BUCKETS)), np.zeros((horizon, BUCKETS))
        np.add.at(total_hb, (step, where[1]), off.sum(axis=1))
        np.add.at(count_hb, (step, where[1]), count)
        total_b, count_b = (total_hb / by_step[:, None]).sum(axis=0), count_hb.sum(axis=0)
        by_part = (total_b + PRIOR) / (count_b + PRIOR)                                 # [buckets], 1 on the whole
        self.size = (total_hb + 2 * PRIOR * by_step[:, None] * by_part) / (count_hb + 2 * PRIOR) + 0.02 * everyone
        self.off = off / self.size[step, where[1]][:, None, :]
        self.total, self.there = self._sums(np.ones((k, horizon), bool))
        self.cells = self._cells(self.total, self.there)

    def _sums(self, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Errors in sizes and their number, [n, cells], of some forecasts."""
        n = self.off.shape[1]
        total, there = np.zeros((n, 2 * BUCKETS)), np.zeros((n, 2 * BUCKETS))
        for c in np.unique(self.cell[chosen]):
            mine = (self.cell == c) & chosen
            total[:, c] = self.off.transpose(0, 2, 1)[mine].sum(axis=0)
            there[:, c] = self.known.transpose(0, 2, 1)[mine].sum(axis=0)
        return total, there

    def without(self, chosen: NDArray[np.bool_]) -> Spreads:
        """The spreads as they would be without some forecasts [k, h]."""
        found = copy(self)
        total, there = self._sums(chosen)
        found.cells = self._cells(np.maximum(self.total - total, 0.0), self.there - there)
        return found

    def _cells(self, total: Floats, there: Floats) -> Floats:
        """The spread of each series, kind and part of day, [n, 2, buckets]."""
        unit = (total.sum(axis=1) + self.prior) / (there.sum(axis=1) + self.prior)      # [n]
        shape = (total.sum(axis=0) + self.prior) / (there.sum(axis=0) + self.prior)
        cells = (total + self.prior * unit[:, None] * shape) / (there + self.prior)
        return np.maximum(cells, 0.02).reshape(-1, 2, BUCKETS) * self.scale[:, None, None]

    def unit(self, where: Ints, rows: Ints) -> Floats:
        """The spread of some series at targets where [2, k, h], [k, rows, h]."""
        cells = self.cells[rows].reshape(rows.size, -1)
        found = cells[:, where[0] * BUCKETS + where[1]] * self.size[np.arange(where.shape[2]), where[1]]
        return found.transpose(1, 0, 2)


def _table(score: Floats) -> Floats:
    """The quantiles of errors [k, n, h] at GRID by step, [h, grid]; steps without any lean on the nearest that has some."""
    k, _, horizon = score.shape
    thin = max(1, k * score.shape[1] // MEMORY)
    flat = np.sort(score[::thin].transpose(2, 0, 1).reshape(horizon, -1), axis=1)
    count = (~np.isnan(flat)).sum(axis=1)
    some = np.flatnonzero(count)
    if some.size == 0:                                      # nothing known: errors like a normal one's around nothing
        return np.tile(1.25 * np.sqrt(2) * erfinv(2 * np.clip(GRID, 0.001, 0.999) - 1), (horizon, 1))
    at = GRID[None, :] * np.maximum(count - 1, 0)[:, None]
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0)[:, None])
    rows = np.arange(horizon)[:, None]
    table = flat[rows, low] * (1 - (at - low)) + flat[rows, high] * (at - low)
    return table[some[np.abs(np.arange(horizon)[:, None] - some).argmin(axis=1)]]
