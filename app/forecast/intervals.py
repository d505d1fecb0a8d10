"""Bands that hold what they promise: adaptive conformal inference, one tracker a step ahead.

The errors of earlier forecasts, in units of each series' own spread at that time of day, give the quantiles; their level follows how
often the truth fell outside (Gibbs & Candès 2021, "Adaptive conformal inference under distribution shift"), below and above apart.
Only forecasts whose truth was known at a moment count at it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfinv

from app.forecast.frame import Floats, Panel
from app.forecast.seasons import Ints, clock
from app.forecast.spec import Spec

GAMMA, SLOWEST, BURST = 0.1, 0.01, 0.6      # how fast the level follows: at most, at least, and over all forecasts that miss the same hour
GRID = np.concatenate([[0.0, 0.0025, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.9975, 1.0]])
UNITS = 200                 # series whose errors are remembered, at most
MEMORY = 20_000             # errors remembered a step, about
BUCKETS = 24                # of the day, in which the spread is told apart, at most
RENEW = 20                  # takings-in after which the quantiles are counted anew
PRIOR = 8.0                 # errors that a bucket's own spread must outweigh


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
    """How far the low and the high ends reach, in spreads, [h, levels]: never past the forecast itself, and wider bands hold narrower ones.

    Levels follow their own misses, so that a wider band could come out the narrower one where errors are few.
    """
    low = np.stack([quantile(table, share) for share in below.T], axis=1)
    high = np.stack([quantile(table, 1 - share) for share in above.T], axis=1)
    return np.minimum.accumulate(np.minimum(low, 0.0), axis=1), np.maximum.accumulate(np.maximum(high, 0.0), axis=1)


def track(panel: Panel, spec: Spec, ends: NDArray[np.int64], y_hat: Floats, scale: Floats, warm: int) -> tuple[Bands, Floats]:
    """Follow forecasts y_hat [k, n, h] made after `ends` (rising): the bands after the last step, and what they were at each moment.

    The second is [k, levels, 2, n, h]: how far the low and the high end lie from y_hat, each from truths known at its moment. The
    spreads alone are learnt from the first `warm` forecasts at once: those should not be judged.
    """
    k, n, horizon = y_hat.shape
    target = ends[:, None] + np.arange(horizon)
    truth = np.where((target < panel.t)[:, None, :], panel.y[:, np.minimum(target, panel.t - 1)].transpose(1, 0, 2), np.nan)
    error = truth - y_hat
    where = buckets(panel, spec, horizon)
    stride = float(np.median(np.diff(ends))) if k > 1 else 1.0
    pace = np.clip(BURST * stride / np.arange(1, horizon + 1), SLOWEST, GAMMA)          # forecasts of one stretch of time err together
    follow = _Follow(spec, pace, error, *_spread(error[:warm], where[:, target[:warm]], scale), where[:, target])
    found = np.empty((k, len(spec.levels), 2, n, horizon))
    for now in range(k):
        follow.take_until(now, target < ends[now])
        found[now] = follow.ends(now)
    follow.take_until(k, target < panel.t)
    follow.renew()
    return Bands(spec, panel.ids, scale, follow.spread, follow.size, follow.table, follow.below, follow.above), found


def _spread(error: Floats, where: Ints, scale: Floats) -> tuple[Floats, Floats]:
    """Mean absolute error by series, kind and part of day [n, 2, buckets] over its growth by step and part of day [h, buckets].

    Thin cells lean on fuller ones. error [k, n, h]; where [2, k, h].
    """
    k, n, horizon = error.shape
    off = np.abs(error) / scale[:, None]
    known = ~np.isnan(off)
    off = np.where(known, off, 0.0)
    step = np.broadcast_to(np.arange(horizon), (k, horizon))
    count = known.sum(axis=1)
    total_h, count_h = off.sum(axis=(0, 1)), count.sum(axis=0)
    everyone = float(total_h.sum() / max(count_h.sum(), 1)) or 1.0
    by_step = (total_h + everyone) / (count_h + 1)                                      # [h]
    total_hb, count_hb = np.zeros((horizon, BUCKETS)), np.zeros((horizon, BUCKETS))
    np.add.at(total_hb, (step, where[1]), off.sum(axis=1))
    np.add.at(count_hb, (step, where[1]), count)
    total_b, count_b = (total_hb / by_step[:, None]).sum(axis=0), count_hb.sum(axis=0)
    by_part = (total_b + PRIOR) / (count_b + PRIOR)                                     # [buckets], 1 on the whole
    size = (total_hb + 2 * PRIOR * by_step[:, None] * by_part) / (count_hb + 2 * PRIOR) + 0.02 * everyone
    off = off / size[step, where[1]][:, None, :]
    cell = where[0] * BUCKETS + where[1]                                                # [k, h]
    total, there = np.zeros((n, 2 * BUCKETS)), np.zeros((n, 2 * BUCKETS))
    for c in np.unique(cell):
        chosen = cell == c
        total[:, c] = off.transpose(0, 2, 1)[chosen].sum(axis=0)
        there[:, c] = known.transpose(0, 2, 1)[chosen].sum(axis=0)
    unit = (total.sum(axis=1) + PRIOR) / (there.sum(axis=1) + PRIOR)                    # [n]
    shape = (total.sum(axis=0) + PRIOR) / (there.sum(axis=0) + PRIOR)
    cells = (total + PRIOR * unit[:, None] * shape) / (there + PRIOR)
    return np.maximum(cells, 0.02).reshape(n, 2, BUCKETS) * scale[:, None, None], size


class _Follow:
    """The levels and remembered errors of every step ahead, as truths come in."""

    def __init__(self, spec: Spec, pace: Floats, error: Floats, spread: Floats, size: Floats, cell: Ints) -> None:
        k, n, horizon = error.shape
        self.pace, self.error, self.spread, self.size, self.cell = pace, error, spread, size, cell
        self.levels = np.array(spec.levels)
        self.units = np.unique(np.linspace(0, n - 1, min(n, UNITS)).astype(int))
        self.memory = np.full((horizon, max(1, min(k, max(100, MEMORY // self.units.size))), self.units.size), np.nan)
        self.count = np.zeros(horizon, np.int64)            # forecasts taken in, by step
        self.table = np.zeros((horizon, GRID.size))
        self.below = np.tile((1 - self.levels) / 2, (horizon, 1))
        self.above = self.below.copy()
        self.found: dict[int, tuple[Floats, Floats]] = {}   # quantiles that forecast j was given: [h, levels] each
        self.since = RENEW

    def unit(self, j: Ints | int, h: Ints) -> Floats:
        """The spread of all series at steps h of forecasts j, [len(h), n]."""
        return self.spread[:, self.cell[0, j, h], self.cell[1, j, h]].T * self.size[h, self.cell[1, j, h]][:, None]

    def take_until(self, now: int, known: NDArray[np.bool_]) -> None:
        """Take in, oldest first, what is known of the forecasts before `now`; known [k, h]."""
        while True:
            j = np.minimum(self.count, len(known) - 1)
            h = np.flatnonzero((self.count < now) & known[j, np.arange(len(self.size))])
            if h.size == 0:
                break
            self.take(h, self.count[h])

    def take(self, h: Ints, j: Ints) -> None:
        """Take in the truth of step h[i] of forecast j[i]."""
        score = self.error[j, :, h] / self.unit(j, h)                                   # [len(h), n]
        there = ~np.isnan(score)
        heard = np.maximum(there.sum(axis=1), 1)
        given = [self.found[int(one)] for one in j]
        for miss, level, side in ((np.less, self.below, 0), (np.greater, self.above, 1)):
            edge = np.array([one[side][at] for one, at in zip(given, h, strict=True)])  # [len(h), levels]
            share = (miss(score[:, None, :], edge[:, :, None]) & there[:, None, :]).sum(axis=2) / heard[:, None]
            moved = level[h] + self.pace[h, None] * ((1 - self.levels) / 2 - share)
            level[h] = np.where(there.any(axis=1)[:, None], np.clip(moved, -0.5, 0.5), level[h])
        self.memory[h, self.count[h] % self.memory.shape[1]] = score[:, self.units]
        self.count[h] += 1
        self.since += 1

    def renew(self) -> None:
        """Count the quantiles anew from the remembered errors; steps without any lean on the others."""
        flat = np.sort(self.memory.reshape(len(self.memory), -1), axis=1)
        count = (~np.isnan(flat)).sum(axis=1)
        some = count > 0
        at = GRID[None, :] * np.maximum(count - 1, 0)[:, None]
        low = np.floor(at).astype(int)
        part = at - low
        rows = np.arange(len(flat))[:, None]
        high = np.minimum(low + 1, np.maximum(count - 1, 0)[:, None])
        table = flat[rows, low] * (1 - part) + flat[rows, high] * part
        if some.any():
            nearest = np.abs(np.arange(len(flat))[:, None] - np.flatnonzero(some)).argmin(axis=1)
            self.table = table[np.flatnonzero(some)[nearest]]
        else:                                               # nothing known: errors like a normal one's around nothing
            self.table = np.tile(1.25 * np.sqrt(2) * erfinv(2 * np.clip(GRID, 0.001, 0.999) - 1), (len(flat), 1))
        self.since = 0

    def ends(self, j: int) -> Floats:
        """How far the ends of forecast j lie from it, [levels, 2, n, h]; remembered, to see later whether they held."""
        if self.since >= RENEW:
            self.renew()
        low, high = reaches(self.table, self.below, self.above)
        self.found[j] = (low, high)
        unit = self.unit(np.full(len(self.size), j), np.arange(len(self.size))).T       # [n, h]
        return np.stack([np.stack([unit * side[:, i] for side in (low, high)]) for i in range(self.levels.size)])

