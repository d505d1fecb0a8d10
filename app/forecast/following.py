"""Bands along a run of forecasts: they follow how often the truth fell outside (adaptive conformal inference).

One tracker a step ahead, side and level: its reach moves by a factor, so that it cannot run away where truths come in late (after Gibbs &
Candès 2021, "Adaptive conformal inference under distribution shift"). And one a series: what its bands of the coming week miss or waste
makes all its bands wider or narrower, also those of steps whose truths are not in yet. Only forecasts whose truth was known at a moment
count at it, each against the band that it was given.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.forecast.frame import Floats, Panel
from app.forecast.intervals import Learnt, learnt, reaches
from app.forecast.seasons import Ints, clock
from app.forecast.spec import Spec

GAMMA, SLOWEST, BURST = 0.1, 0.03, 2.5      # how fast the reach follows: at most, at least, and over all forecasts that miss the same hour
ALONE, FASTEST = 0.015, 0.03                # how fast a series' own factor does: per step of time, and at most per forecast
FAR = 1.5                                   # logarithm of the factor, at most
LEAST = 0.05                                # spreads that a followed band reaches at least, so that it can grow again


def track(panel: Panel, spec: Spec, ends: NDArray[np.int64], y_hat: Floats, scale: Floats, warm: int) -> Floats:
    """Follow forecasts y_hat [k, n, h] made after `ends` (rising): what their bands were at each moment.

    [k, levels, 2, n, h]: how far the low and the high end lie from y_hat, each from truths known at its moment. The spreads and the
    first reach alone are learnt from the first `warm` forecasts at once: neither those nor moments before their truths are to be judged.
    """
    k, n, horizon = y_hat.shape
    start = learnt(panel, spec, ends, y_hat, scale, warm)
    stride = float(np.median(np.diff(ends))) if k > 1 else 1.0
    follow = _Follow(spec, start, warm, stride, clock(panel, spec, 1).outer)
    target = ends[:, None] + np.arange(horizon)
    found = np.empty((k, len(spec.levels), 2, n, horizon))
    everyone = np.arange(n)
    for now in range(k):
        follow.take_until(now, target < ends[now])
        low, high, factor = follow.ends(now, n)
        unit = start.spreads.unit(start.where[:, now:now + 1], everyone)[0] * factor[:, None]       # [n, h]
        for i in range(len(spec.levels)):
            found[now, i, 0], found[now, i, 1] = unit * low[:, i], unit * high[:, i]
    return found


class _Follow:
    """How far the bands of every step ahead reach, and those of every series, as truths come in."""

    def __init__(self, spec: Spec, start: Learnt, warm: int, stride: float, near: int) -> None:
        horizon = start.score.shape[2]
        steps = np.arange(1, horizon + 1)
        self.pace = np.clip(BURST * stride / steps, SLOWEST, GAMMA)                     # forecasts of one stretch of time err together
        self.score, self.units = start.score, start.units
        self.left = (1 - np.array(spec.levels)) / 2         # outside, at either side
        self.widest = int(np.argmin(self.left))
        outside = np.tile(self.left, (horizon, 1))
        low, high = reaches(start.table, outside, outside)
        self.reach = np.stack([np.minimum(low, -LEAST), np.maximum(high, LEAST)])      # [2, h, levels]
        self.count = np.full(horizon, warm, np.int64)       # forecasts taken in, by step
        self.found: dict[int, Floats] = {}                  # how far forecast j was given to reach, [2, h, levels]
        self.near, self.alone = steps <= near, min(ALONE * stride, FASTEST)
        self.factor = np.zeros(self.units.size)             # logarithm of a series' own factor

    def take_until(self, now: int, known: NDArray[np.bool_]) -> None:
        """Take in, oldest first, what is known of the forecasts before `now`; known [k, h]."""
        missed, heard = np.zeros(self.units.size), 0
        while True:
            j = np.minimum(self.count, len(known) - 1)
            h = np.flatnonzero((self.count < now) & known[j, np.arange(j.size)])
            if h.size == 0:
                break
            off = self.take(h, self.count[h])[self.near[h]]
            missed += off.sum(axis=0)
            heard += len(off)
        if heard:
            self.factor = np.clip(self.factor + self.alone * missed / heard, -FAR, FAR)

    def take(self, h: Ints, j: Ints) -> Floats:
        """Take in the truth of step h[i] of forecast j[i]; how much more than allowed the widest band of each series missed, [len(h), units]."""
        score = self.score[j, :, h]                                                     # [len(h), units]
        there = ~np.isnan(score)
        heard = there.sum(axis=1)
        given = np.stack([self.found[int(one)][:, at] for one, at in zip(j, h, strict=True)], axis=1)       # [2, len(h), levels]
        out = np.stack([score[:, :, None] < given[0][:, None], score[:, :, None] > given[1][:, None]])
        off = np.where(heard[:, None] > 0, out.sum(axis=2) / np.maximum(heard, 1)[:, None] - self.left, 0.0)
        self.reach[:, h] *= np.exp(self.pace[h, None] * off)
        self.count[h] += 1
        return np.where(there, out[..., self.widest].any(axis=0) - 2 * self.left[self.widest], 0.0)

    def ends(self, j: int, n: int) -> tuple[Floats, Floats, Floats]:
        """How far the ends of forecast j reach, in spreads, [h, levels] each, and the factor of each of n series.

        They are remembered, to see later whether they held. Levels follow their own misses, so that a wider band could come out the
        narrower one where errors are few. Series that are not remembered go with the mean of those that are.
        """
        low, high = self.reach
        self.found[j] = np.stack([np.minimum.accumulate(low, axis=1), np.maximum.accumulate(high, axis=1)])
        own = np.exp(self.factor)
        self.score[j] /= own[:, None]
        factor = np.full(n, np.exp(self.factor.mean()))
        factor[self.units] = own
        return self.found[j][0], self.found[j][1], factor
