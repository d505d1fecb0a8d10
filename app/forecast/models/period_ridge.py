"""Long horizons, in closed form: a sparse linear map from whole periods to whole periods.

The value at a phase of the day some periods ahead is a linear function of the same phase in the last periods, of the means of those
periods and of the last values, all as departures from the mean of the look-back. One map is shared by all series and phases; each
phase may depart from it against a second penalty. Sources: Lin et al. 2024 (SparseTSF: cross-period sparse forecasting), Li et al.
2023 (RLinear: instance normalisation), Toner & Darlow 2024 (closed form).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.design import scales
from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.seasons import Ints, clock
from app.forecast.spec import Spec

__all__ = ["NAME", "fit", "paths", "predict"]
NAME = "period_ridge"
PERIODS, LAST = 30, 24          # look-back in periods; last values that count by themselves, at most
SHARED, OWN = 10.0, 3.0         # penalties of the shared map and of a phase's departure from it, in variances of a feature
ROWS = {"full": 50_000, "instant": 15_000}


def _filled(y: Floats, period: int) -> Floats:
    """Gaps filled with the value a period before, else with the last one before; what comes before the first value is that value's mean."""
    found = y.copy()
    n, t = y.shape
    gaps = np.isnan(found)
    if not gaps.any():
        return found
    for start in range(period, t, period):
        here, before = found[:, start:start + period], found[:, start - period:start]
        hole = np.isnan(here)
        here[hole] = before[:, : here.shape[1]][hole]
    last = np.maximum.accumulate(np.where(np.isnan(found), -1, np.arange(t)), axis=1)
    found = np.where(last >= 0, np.take_along_axis(found, np.maximum(last, 0), axis=1), np.nan)
    first = np.argmax(~np.isnan(found), axis=1)
    return np.where(np.isnan(found), found[np.arange(n), first][:, None], found)


def _features(y: Floats, sums: Floats, rows: Ints, ends: Ints, phase: int, period: int, periods: int, last: int) -> tuple[Floats, Floats]:
    """Departures from the look-back's mean [m, 2 periods + last], and that mean [m], for a phase (1 = the next step) after `ends`."""
    back = np.arange(1, periods + 1)
    size = period * periods
    mean = (sums[rows, ends] - sums[rows, ends - size]) / size
    same = y[rows[:, None], ends[:, None] - 1 + phase - period * back]
    whole = (sums[rows[:, None], ends[:, None] - period * (back - 1)] - sums[rows[:, None], ends[:, None] - period * back]) / period
    newest = y[rows[:, None], ends[:, None] - 1 - np.arange(last)]
    return np.concatenate([same, whole, newest], axis=1) - mean[:, None], mean


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Learn the maps of all phases from at most ROWS pairs of series and moments; too short a history learns nothing (a seasonal mean)."""
    panel = as_panel(panel, spec)
    period = clock(panel, spec, 1).inner
    ahead = -(-spec.horizon // period)
    periods = int(np.clip((panel.t - ahead * period) // (3 * period), 1, PERIODS))
    last = min(period, LAST)
    first, final = period * periods, panel.t - spec.horizon
    state = {"period": period, "periods": periods, "last": last, "maps": np.zeros((0, 0, 0))}
    alive = np.flatnonzero((~np.isnan(panel.y)).mean(axis=1) > 0.3)
    if final - first < 2 * period or alive.size == 0:
        return Fitted(NAME, spec, state, panel)
    scale = scales(panel.y)
    y = _filled(panel.y / scale[:, None], period)
    sums = np.concatenate([np.zeros((panel.n, 1)), np.cumsum(y, axis=1)], axis=1)
    whole = alive.size * (final - first + 1)
    draw = np.random.default_rng(spec.seed)
    chosen = np.arange(whole) if whole <= ROWS[spec.mode] else draw.choice(whole, ROWS[spec.mode], replace=False)
    rows, ends = alive[chosen % alive.size], first + chosen // alive.size
    state["maps"] = _maps(y, sums, rows, ends, min(period, spec.horizon), period, periods, last, ahead)
    return Fitted(NAME, spec, state, panel)


def _maps(y: Floats, sums: Floats, rows: Ints, ends: Ints, phases: int, period: int, periods: int, last: int, ahead: int) -> Floats:
    """The map of each phase, [phases, features, periods ahead]."""
    grams, rights = [], []
    for phase in range(1, phases + 1):
        x, mean = _features(y, sums, rows, ends, phase, period, periods, last)
        target = ends[:, None] - 1 + phase + period * np.arange(ahead)
        z = y[rows[:, None], np.minimum(target, y.shape[1] - 1)] - mean[:, None]
        z[target >= y.shape[1]] = 0.0           # past the end of what is known: at most the last steps of the last moments
        grams.append(x.T @ x / len(x))
        rights.append(x.T @ z / len(x))
    gram, right = np.mean(grams, axis=0), np.mean(rights, axis=0)
    spread = np.sqrt(np.maximum(gram.diagonal(), 1e-12))
    size = np.outer(spread, spread)
    unit = np.eye(len(gram))
    shared = np.linalg.solve(gram / size + SHARED * unit, right / spread[:, None]) / spread[:, None]
    return np.stack([shared + np.linalg.solve(g / size + OWN * unit, (r - g @ shared) / spread[:, None]) / spread[:, None]
                     for g, r in zip(grams, rights, strict=True)])


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What is expected after each of `ends`, [k, n, h]: the maps are linear, so that scales play no part. A longer horizon than learnt,
    or too little look-back, gives the seasonal mean."""
    period, periods, last, maps = (fitted.state[name] for name in ("period", "periods", "last", "maps"))
    found = np.empty((ends.size, panel.n, horizon))
    for k, end in enumerate(ends):
        past = panel.y[:, max(0, int(end) - period * periods): int(end)]
        if past.shape[1] < period * periods:
            past = np.concatenate([np.full((panel.n, period * periods - past.shape[1]), np.nan), past], axis=1)
        found[k] = _one(_filled(past, period), horizon, period, periods, last, maps)
    return found


def _one(y: Floats, horizon: int, period: int, periods: int, last: int, maps: Floats) -> Floats:
    """The forecast [n, h] after a look-back y [n, periods · period]."""
    n = len(y)
    mean = y.mean(axis=1, keepdims=True)
    folded = y.reshape(n, periods, period) - mean[:, :, None]
    usual = folded[:, -min(7, periods):].mean(axis=1)                                   # [n, period]
    found = np.tile(usual, (1, -(-horizon // period)))[:, :horizon]
    if maps.size:
        newest = (y[:, ::-1][:, :last] - mean)
        whole = folded.mean(axis=2)[:, ::-1]
        reach = maps.shape[2]
        for phase in range(1, min(len(maps), horizon) + 1):
            x = np.concatenate([folded[:, ::-1, phase - 1], whole, newest], axis=1)
            steps = np.arange(phase - 1, horizon, period)[:reach]
            found[:, steps] = (x @ maps[phase - 1])[:, : steps.size]
    return found + mean
