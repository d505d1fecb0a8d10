"""Neighbourhoods, by boosted trees: what goes from a place to the next in steps of minutes, as queues on roads do.

For series that look at each other alone, and all of one kind. Features are the last values, those of the nearest neighbours one by one, of
all neighbours, of the close ones and of theirs, each as a difference from the last value, the same time of the days before (of the same
kind, too), smoothed, and what the state of the whole network lets expect (modes.py). What is learnt is the change from the last value. The
first steps have trees of their own, later ones share them by stretches. Source: Ke et al. 2017 (LightGBM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from app.errors import Unavailable
from app.forecast.boosted import library
from app.forecast.cadence import cadence
from app.forecast.design import scales
from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.modes import Modes, learn
from app.forecast.seasons import Clock, Ints, clock
from app.forecast.spec import Spec

__all__ = ["NAME", "fit", "paths", "predict", "suits"]
NAME, A_DAY = "network", 96         # steps a day from which what a neighbour does now arrives some steps later
ROWS, ROUNDS = 260_000, 120
ALONE = 3                   # steps that have trees of their own; from there on each stretch is twice as long as the one before
LAGS, ONE_BY_ONE, DAYS, FARTHEST = 12, 4, 4, 14     # steps back; neighbours by themselves; days that are averaged, out of so many
SMOOTH = 96                 # a day's part that the days before are smoothed over
SAME = 4.0                  # series whose scales differ by less are of one scale
BATCH = 60_000              # rows predicted at once
SETTINGS = {"objective": "regression", "learning_rate": 0.06, "num_leaves": 63, "min_data_in_leaf": 200, "feature_fraction": 0.15,
            "bin_construct_sample_cnt": 20_000, "lambda_l2": 5.0, "max_bin": 63, "verbosity": -1, "deterministic": True,
            "force_col_wise": True, "num_threads": 1}


@dataclass(frozen=True)
class _Net:
    """A panel prepared: values in scales without gaps [n, t], means of neighbours [n, t] each, their spread, the nearest [n, ONE_BY_ONE].

    `smooth` [n, t]: means over 2 width + 1 steps.
    """

    clock: Clock
    scale: Floats
    y: Floats
    means: tuple[Floats, ...]
    spread: Floats
    nearest: Ints
    smooth: Floats
    width: int


def suits(panel: Panel) -> bool:
    """Whether it is worth a try: series that look at each other, in steps of a quarter of an hour at most."""
    step = cadence(panel.cadence)
    return panel.neighbours is not None and step.unit == "S" and step.a_day >= A_DAY


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Grow trees for each stretch of the horizon on at most ROWS rows. Raises Unavailable for series without neighbours."""
    lightgbm, panel = library(), as_panel(panel, spec)
    if panel.neighbours is None:
        raise Unavailable("Series without neighbours have no network", "Say who lies beside whom, or choose another model")
    scale = scales(panel.y)
    low, high = np.quantile(scale, (0.1, 0.9))
    if high < SAME * low:
        scale = np.full(panel.n, float(np.median(scale)))
    net = _net(panel, spec, scale, spec.horizon)
    draw = np.random.default_rng(spec.seed)
    edges = _edges(spec.horizon)
    first = min(LAGS, panel.t // 2)
    modes, told = learn(net.y, first, spec.horizon)
    texts = []
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        steps = np.arange(start + 1, stop + 1)
        parts: list[tuple[Floats, Floats, Floats]] = []
        for step in steps:
            ends = np.arange(first, panel.t - step + 1)
            count = max(8, ROWS // (panel.n * steps.size))
            if ends.size > count:
                ends = np.sort(draw.choice(ends, count, replace=False))
            if ends.size:
                parts.append(_taught(net, panel, ends, int(step), told[step - 1][:, ends - first]))
        x, z, weight = (np.concatenate([part[i] for part in parts]) for i in range(3)) if parts else (np.empty((0, 1)), np.empty(0), np.empty(0))
        texts.append("" if z.size < 1_000 else
                     lightgbm.train(SETTINGS | {"seed": spec.seed}, lightgbm.Dataset(x, z, weight=weight), ROUNDS).model_to_string())
    return Fitted(NAME, spec, {"trees": texts, "edges": edges, "scale": scale, "ids": list(panel.ids), "modes": modes.kept()}, panel)


def _edges(horizon: int) -> Ints:
    """Where stretches of steps end: 0, 1, …, ALONE, 2 ALONE, 4 ALONE … horizon."""
    edges = list(range(min(ALONE, horizon) + 1))
    while edges[-1] < horizon:
        edges.append(min(2 * edges[-1], horizon))
    return np.array(edges)


def _taught(net: _Net, panel: Panel, ends: Ints, step: int, told: Floats) -> tuple[Floats, Floats, Floats]:
    """Features, changes that came (in scales) and weights of all series at some moments, where the change is known."""
    z = panel.y[:, ends - 1 + step] / net.scale[:, None] - net.y[:, ends - 1]
    weight = np.broadcast_to((net.scale / net.scale.mean())[:, None], z.shape)
    there = np.isfinite(z).ravel()
    return _features(net, ends, step, told)[there], z.ravel()[there], weight.ravel()[there]


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What is expected after each of `ends`, [k, n, h]; steps past those that were learnt use the last trees."""
    state, lightgbm = fitted.state, library()
    scale = np.asarray(state["scale"])
    modes: Modes | None = Modes.of(state["modes"])
    if list(panel.ids) != state["ids"]:
        modes = None
        scale = np.full(panel.n, float(np.median(scale))) if np.ptp(scale) == 0 else scales(panel.y[:, : int(ends.min())])
    net = _net(panel, fitted.spec, scale, horizon)
    path = None if modes is None else modes.path(net.y)
    edges = np.asarray(state["edges"])
    trees = [lightgbm.Booster(model_str=text) if text else None for text in state["trees"]]
    found = np.empty((ends.size, panel.n, horizon))
    size = max(1, BATCH // panel.n)
    for step in range(1, horizon + 1):
        grown = trees[min(int(np.searchsorted(edges, step)) - 1, len(trees) - 1)]
        for start in range(0, ends.size, size):
            some = ends[start:start + size]
            now = net.y[:, some - 1]
            told = modes.expected(path, some, step) if modes is not None else np.full(now.shape, np.nan)
            more = grown.predict(_features(net, some, step, told), num_threads=1).reshape(now.shape) if grown is not None else 0.0
            found[start:start + size, :, step - 1] = ((now + more) * scale[:, None]).T
    return found


def _net(panel: Panel, spec: Spec, scale: Floats, horizon: int) -> _Net:
    """Prepare a panel; without neighbours every series is its own."""
    when = clock(panel, spec, horizon)
    n, t = panel.y.shape
    last = np.maximum.accumulate(np.where(np.isnan(panel.y), -1, np.arange(t)), axis=1)
    y = np.where(last >= 0, np.take_along_axis(panel.y, np.maximum(last, 0), axis=1), 0.0) / scale[:, None]
    whole = csr_array((n, n)) if panel.neighbours is None else csr_array(abs(panel.neighbours))
    one, close = _rows(whole), _rows(whole.power(3))
    two = csr_array(one @ one)
    two.setdiag(0.0)
    mean = one @ y
    width = when.slots // SMOOTH
    sums = np.concatenate([np.zeros((n, 1)), np.cumsum(y, axis=1)], axis=1)
    at = np.arange(t)
    low, high = np.maximum(at - width, 0), np.minimum(at + width + 1, t)
    smooth = (sums[:, high] - sums[:, low]) / (high - low)
    spread = np.sqrt(np.maximum(one @ y**2 - mean**2, 0.0))
    return _Net(when, scale, y, (mean, close @ y, _rows(two) @ y), spread, _nearest(whole), smooth, width)


def _rows(weights: csr_array) -> csr_array:
    """Rows that add up to one; a series that looks at nobody looks at itself."""
    total = np.asarray(weights.sum(axis=1)).ravel()
    alone = diags_array((total <= 0).astype(float))
    return csr_array(diags_array(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)) @ weights + alone)


def _nearest(weights: csr_array) -> Ints:
    """The ONE_BY_ONE neighbours of most weight of each series, itself where it has fewer, [n, ONE_BY_ONE]."""
    found = np.tile(np.arange(weights.shape[0])[:, None], (1, ONE_BY_ONE))
    for i in range(weights.shape[0]):
        part = slice(weights.indptr[i], weights.indptr[i + 1])
        best = weights.indices[part][np.argsort(-weights.data[part], kind="stable")[:ONE_BY_ONE]]
        found[i, : best.size] = best
    return found


def _features(net: _Net, ends: Ints, step: int, told: Floats) -> Floats:
    """Features of all series at some moments for a step ahead, [n · k, columns] (float32); nothing after a moment is looked at.

    `told` [n, k]: how the whole network lets each series move (modes.py).
    """
    last = ends - 1
    now = net.y[:, last]

    def back(values: Floats, lag: int) -> Floats:
        return values[:, np.maximum(last - lag, 0)]

    lags = np.stack([back(net.y, lag) for lag in range(LAGS)])
    found = [now, *(lags[1:] - now), *(lags[:k].mean(axis=0) - now for k in (3, 6, LAGS)), lags[:4].std(axis=0), lags.std(axis=0),
             lags.min(axis=0) - now, lags.max(axis=0) - now]
    for mean in net.means:
        found += [*(back(mean, lag) - now for lag in (0, 1, 2, 3, 5)), back(mean, 0) - back(mean, 3)]
    found += [told, net.spread[:, last], *(back(net.y[net.nearest[:, j]], lag) - now for j in range(ONE_BY_ONE) for lag in (0, 2))]
    everyone = net.y.mean(axis=0, keepdims=True)
    alike = [np.full(ends.size, float(step)), everyone[:, last], *(everyone[:, last] - back(everyone, lag) for lag in (3, LAGS))]
    found += [np.broadcast_to(one, now.shape) for one in alike]
    c = net.clock
    if c.slots > 1:
        found += [*_days(net, ends, step, now), np.broadcast_to(c.slot[last + step].astype(float), now.shape)]
    return np.stack([one.astype(np.float32) for one in found], axis=-1).reshape(now.size, -1)


def _days(net: _Net, ends: Ints, step: int, now: Floats) -> list[Floats]:
    """What the days before say of the target and of now: the last day, the last DAYS days and those of the target's kind; NaN where there is none."""
    c, target = net.clock, ends - 1 + step
    first = -(-(step + net.width) // c.slots)
    total = np.zeros((2, 2, *now.shape))                    # [all or same kind, target or now]
    least = np.full(now.shape, np.inf)
    count = np.zeros((2, ends.size))
    newest = None
    for day in range(first, first + FARTHEST):
        at = target - day * c.slots
        there = at - step >= 0
        then = net.smooth[:, np.maximum(at, 0)], net.smooth[:, np.maximum(at - step, 0)]
        newest = np.where(there, then[0], np.nan) if newest is None else newest
        same = c.kind[c.day[np.maximum(at, 0)]] == c.kind[c.day[target]]
        for i, wanted in enumerate((there, there & same)):
            taken = wanted & (count[i] < DAYS)
            count[i] += taken
            for side in (0, 1):
                total[i, side] += np.where(taken, then[side], 0.0)
            if i == 0:
                least = np.where(taken, np.minimum(least, then[0]), least)
    mean = total / np.where(count > 0, count, np.nan)[:, None, None, :]
    least = np.where(np.isfinite(least), least, np.nan)
    return [newest - now, least - now, *(one - now for one in mean[:, 0]), *(now - one for one in mean[:, 1]), *(mean[:, 0] - mean[:, 1])]
