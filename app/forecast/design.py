"""What a moment knew, as numbers: the features that ridge, trees and others learn from. Every look at the past is made here.

For a series i, a moment after `end` steps and a step h ahead, the forecast starts from a base b (what is usual at the slot of the
target) and features say how the present departs from the usual, in units of the series' own scale s: differences alone, so that a
shift or a stretch of a series changes nothing (instance normalisation). Gaps count as "as usual".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array

from app.forecast.frame import Floats, Panel
from app.forecast.seasons import Clock, Ints, clock
from app.forecast.spec import Spec
from app.forecast.usual import Usual, usual

GROUPS = ("past", "neighbours", "calendar", "weather")
LAGS, NEAR_LAGS, SAMPLE = 12, 6, 2_000      # SAMPLE: series that the mean of all is taken over, at most
DAYS = 7        # inner seasons that the history must hold for that
CLIP = 12.0                                 # features and targets end here, in scales: a broken sensor must not teach


@dataclass(frozen=True)
class Design:
    """A panel prepared for looking back: `base` and `features` for any series, moments and steps ahead.

    y, r [n, t]: values with gaps filled as usual, and the departure from the usual as known the day before, in scales.
    """

    panel: Panel
    clock: Clock
    usual: Usual
    scale: Floats
    y: Floats
    r: Floats
    sums: Floats
    near: Floats | None
    above: Floats | None
    everyone: Floats | None
    weather: Mapping[str, Any]
    factors: tuple[str, ...]
    horizon: int
    reach: int          # 2: looks a week back, 1: some days, 0: the history is too short to learn from the same time of other days

    @property
    def outer(self) -> int:
        """The outer season that is looked back at: the inner one where the history does not hold it often enough."""
        return self.clock.outer if self.reach > 1 else self.clock.inner

    def base(self, rows: Ints, ends: Ints, step: int | Ints) -> Floats:
        """What is usual `step` steps after the moment `ends`, [len(rows)]; the last value where nothing is usual yet."""
        target = ends - 1 + step
        b = self.usual.of("kinds", rows, ends, target)
        gaps = np.isnan(b)
        if gaps.any():
            b[gaps] = self.y[rows[gaps], ends[gaps] - 1]
        return b

    def common(self, rows: Ints, ends: Ints) -> tuple[list[Floats], list[str]]:
        """Features that do not depend on how far ahead one looks, and the group of each."""
        found = [self.r[rows, np.maximum(ends - 1 - k, 0)] for k in range(LAGS)]
        now, rough = found[0], np.sqrt(sum((a - b) ** 2 for a, b in pairwise(found[:6])) / 5)
        found += [np.maximum(-now - 1, 0), rough, rough * now, (now - found[1]) * np.minimum(rough, 2)]
        if self.reach > 0:
            found += [self._at(self.r, rows, ends - season - k) for season in sorted({self.clock.inner, self.outer} - {1}) for k in (1, 2)]
        for width in self.widths():
            found.append((self.sums[rows, ends] - self.sums[rows, np.maximum(ends - width, 0)]) / width)
        groups = ["past"] * len(found)
        for source, index in ((self.near, rows), (self.above, rows), (self.everyone, np.zeros_like(rows))):
            if source is None:
                continue
            seen = [source[index, np.maximum(ends - 1 - k, 0)] for k in range(NEAR_LAGS)]
            found += [*seen, sum(seen) / NEAR_LAGS]
            groups += ["neighbours"] * (NEAR_LAGS + 1)
        return found, groups

    def widths(self) -> list[int]:
        """Steps of the windows that are averaged."""
        c = self.clock
        if self.reach == 0:
            return sorted({3, 6, *(max(2, c.inner // part) for part in (24, 12, 8))})
        return sorted({3, 6, max(2, c.inner // 2), max(2, c.inner), max(2, self.outer)})

    def ahead(self, rows: Ints, ends: Ints, step: int | Ints, b: Floats) -> tuple[list[Floats], list[str]]:
        """Features of the target `step` steps ahead, whose base is b; and the group of each."""
        c, s, target = self.clock, self.scale[rows], ends - 1 + step
        last, slot, day = ends - 1, c.slot[target], c.day[target]

        def back(season: int, more: int = 0) -> Ints:
            return target - season * (-(-step // season) + more)

        def off(at: Ints) -> Floats:            # how far an earlier value lies from the base
            return np.where(at >= 0, (self.y[rows, np.maximum(at, 0)] - b) / s, 0.0)

        before, week = back(c.inner), back(self.outer)
        past = [off(last)]
        if self.reach > 0:                      # of a few days the days themselves would be learnt by heart
            past += [(self.usual.of("any", rows, ends, target) - b) / s, (self.usual.mean(rows, ends) - b) / s, self._at(self.r, rows, before)]
            past += [off(before), off(back(c.inner, 1)), off(last - c.inner), self._at(self.r, rows, back(c.inner, 1))]
        if self.reach > 1:
            past += [(self.usual.of("weeks", rows, ends, target) - b) / s, off(week), off(back(self.outer, 1)), off(last - self.outer),
                     *(self._at(self.r, rows, np.minimum(week + k, last)) for k in (-1, 0, 1))]
        if self.everyone is not None and self.reach > 0:
            past += [self._at(self.everyone, np.zeros_like(rows), at) for at in {c.inner: before, self.outer: week}.values()]
        angle = 2 * np.pi * np.arange(c.slots) / max(2, c.slots)
        turns = [table[slot] for table in (np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle))] if c.slots > 2 else []
        kind, holiday = c.kind[day].astype(float), c.holiday[day].astype(float)
        changed = kind - c.kind[c.day[last]]
        calendar = [*turns, kind, changed, holiday, holiday - c.holiday[c.day[last]]]
        mean = (self.sums[rows, ends] - self.sums[rows, np.maximum(ends - c.inner, 0)]) / c.inner
        if self.reach > 0:
            past += [turn * with_ for with_ in (self.r[rows, last], mean, past[8 if self.reach > 1 else 1]) for turn in (*turns, kind)]
        else:
            calendar = calendar[:0]         # a few days cannot tell one kind of day or time of day from another
        weather = [column for name in self.factors for column in self.weather_ahead(name, rows, ends, target, step)]
        found = [*map(_clean, past), *calendar, *map(_clean, weather)]
        return found, ["past"] * len(past) + ["calendar"] * len(calendar) + ["weather"] * len(weather)

    @staticmethod
    def _at(values: Floats, rows: Ints, at: Ints) -> Floats:
        """Values at steps; 0 before the first."""
        return np.where(at >= 0, values[rows, np.maximum(at, 0)], 0.0)

    def weather_ahead(self, name: str, rows: Ints, ends: Ints, target: Ints, step: int | Ints) -> tuple[Floats, Floats]:
        """How a factor will depart from what is usual for it, and the same of its square; as it was known at the moment."""
        values, normal, rho, _ = self.weather[name]
        row = rows if values.shape[0] > 1 else np.zeros_like(rows)
        expected = normal.of("any", row, ends, target)
        now = values[row, ends - 1] - normal.of("any", row, np.maximum(ends - 1, 1), ends - 1)
        coming = expected + np.nan_to_num(now) * rho ** step
        issued = np.array([self.panel.is_issued(name, int(end)) for end in np.unique(ends)])[np.unique(ends, return_inverse=True)[1]]
        if issued.any():
            there = np.minimum(target, values.shape[1] - 1)
            known = issued & (target < values.shape[1]) & ~np.isnan(values[row, there])
            coming = np.where(known, values[row, there], coming)
        return coming - expected, (coming**2 - expected**2) / 4


def _clean(values: Floats) -> Floats:
    """Within ± CLIP; a gap is as usual."""
    values = np.clip(values, -CLIP, CLIP)
    gaps = np.isnan(values)
    if gaps.any():
        values[gaps] = 0.0
    return values


def holds(when: Clock, t: int, horizon: int) -> int:
    """How far back a history of t steps lets one learn from the same time: 2 = a week, 1 = some days, 0 = neither."""
    if when.outer > when.inner and t - horizon >= 1.6 * when.outer + when.slots:
        return 2
    return int(when.inner > 1 and t - horizon >= DAYS * when.inner)


def scales(y: Floats) -> Floats:
    """The scale of each series [n, t]: its standard deviation; a small one for a series that never moves."""
    known = ~np.isnan(y)
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, y, 0.0).sum(axis=1) / count
    spread = np.sqrt((np.where(known, y - mean[:, None], 0.0) ** 2).sum(axis=1) / count)
    return np.where(spread > 1e-9 * np.maximum(np.abs(mean), 1e-9), spread, np.maximum(np.abs(mean), 1.0) * 1e-3)


def design(panel: Panel, spec: Spec, horizon: int, scale: Floats | None = None, factors: Mapping[str, tuple[float, float, float]] | None = None,
           reach: int | None = None) -> Design:
    """Prepare a panel. `scale` [n], `factors` {name: (mean, spread, memory)} and `reach`: those a model was fitted with; else those of this panel."""
    when = clock(panel, spec, horizon)
    reach = holds(when, panel.t, horizon) if reach is None else reach
    known = usual(panel.y, when)
    scale = scales(panel.y) if scale is None else scale
    n, t = panel.y.shape
    before = known.before(t)
    r = (panel.y - before) / scale[:, None]
    held = _held(np.clip(r, -CLIP, CLIP))
    r = np.nan_to_num(held)
    filled = np.where(np.isnan(panel.y), before + r * scale[:, None], panel.y)
    first = np.isnan(filled)
    if first.any():
        filled[first] = _held(filled, t)[first]
        filled = np.nan_to_num(filled)
    sums = np.concatenate([np.zeros((n, 1)), np.cumsum(r, axis=1)], axis=1)
    near = None if panel.neighbours is None else _normal(panel.neighbours) @ r
    above = None
    if panel.parent is not None and (panel.parent >= 0).any():
        above = np.where((panel.parent >= 0)[:, None], r[np.maximum(panel.parent, 0)], 0.0)
    everyone = r[:: max(1, n // SAMPLE)].mean(axis=0, keepdims=True) if n > 3 else None
    weather, names = {}, tuple(sorted(panel.known)) if factors is None else tuple(sorted(factors))
    for name in names:
        weather[name] = _factor(panel, name, when, spec, None if factors is None else factors[name])
    filled, r, sums = (np.asfortranarray(one) for one in (filled, r, sums))     # looked at moment by moment, across all series
    return Design(panel, when, known, scale, filled, r, sums, near, above, everyone, weather, names, horizon, reach)


def _held(values: Floats, most: int = 6) -> Floats:
    """Gaps of at most `most` steps filled with the last value before them."""
    t = values.shape[1]
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(t)), axis=1)
    is_near = (last >= 0) & (np.arange(t) - last <= most)
    return np.where(is_near, np.take_along_axis(values, np.maximum(last, 0), axis=1), np.nan)


def _normal(weights: csr_array) -> csr_array:
    """Rows that add up to one (to nothing where there is no neighbour)."""
    total = np.asarray(abs(weights).sum(axis=1)).ravel()
    return csr_array(diags_array(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)) @ weights)


def _factor(panel: Panel, name: str, when: Clock, spec: Spec, norm: tuple[float, float, float] | None) -> tuple[Floats, Usual, float, list[float]]:
    """A factor standardised [1 or n, t + …], what is usual of it, and how much of a departure is left a step later."""
    del spec
    values = np.atleast_2d(panel.known[name])
    past = values[:, : panel.t]
    mean, spread = norm[:2] if norm else factor_norm(values)
    values, past = (values - mean) / spread, (past - mean) / spread
    normal = usual(past, when)
    if norm:                    # what a model was fitted with: nothing of the values after a moment may tell at it
        return values, normal, norm[2], list(norm)
    rows, at = np.repeat(np.arange(len(past)), panel.t), np.tile(np.arange(panel.t), len(past))
    off = past - normal.of("any", rows, np.maximum(at, 1), at).reshape(past.shape)
    lag = max(1, when.slots // 4)
    a, b = off[:, :-lag].ravel(), off[:, lag:].ravel()
    both = ~np.isnan(a) & ~np.isnan(b)
    rho = float(np.clip((a[both] @ b[both]) / max(a[both] @ a[both], 1e-12), 0.0, 0.999)) ** (1 / lag) if both.any() else 0.0
    return values, normal, rho, [mean, spread, rho]


def factor_norm(values: Floats) -> tuple[float, float]:
    """Mean and spread of the known values of a factor."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return 0.0, 1.0
    return float(known.mean()), float(known.std()) or 1.0
