"""Several models together: weights that are never negative and add up to one, learnt from forecasts of moments none of them had seen.

Weights differ by stretch of the horizon and lean on those over all of it (Bates & Granger 1969; shrinkage as in Stock & Watson 2004).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

from app.errors import Unavailable
from app.forecast.backtest import moments, split, truths
from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, as_panel, named, predict
from app.forecast.spec import Spec

__all__ = ["NAME", "contributions", "fit", "paths", "predict"]
NAME = "ensemble"
MEMBERS = {"full": ("last_value", "seasonal_naive", "slot_mean", "ridge", "trees"), "instant": ("last_value", "seasonal_naive", "slot_mean", "ridge")}
STRETCHES, LEAN = 4, 0.8
WEIGHED = 400_000           # errors that are looked at, about: beyond them series are passed over
LEAST = 0.02                # a member that weighs less everywhere is left out


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Fit the members on the part before the validation part, weigh them on it, and fit those that count on everything."""
    panel = as_panel(panel, spec)
    first = split(panel, spec)
    ends = moments(panel, spec, first)
    found = {}
    for name in MEMBERS[spec.mode]:
        try:
            found[name] = named(name).paths(named(name).fit(panel.until(first, spec.horizon), spec), panel, ends, spec.horizon)
        except Unavailable:
            continue
    weights = weigh(list(found.values()), truths(panel, ends, spec.horizon))
    return build([named(name).fit(panel, spec) for name in found], weights, panel, spec)


def weigh(found: list[Floats], truth: Floats) -> Floats:
    """Weights [h, members] for forecasts [k, n, h] of a truth; equal ones where nothing is known."""
    horizon, count = truth.shape[2], len(found)
    thin = max(1, truth.size // WEIGHED)
    found, truth = [one[:, ::thin] for one in found], truth[:, ::thin]
    edges = np.unique(np.linspace(0, horizon, STRETCHES + 1).round().astype(int))
    grams = []
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        e = np.stack([(one - truth)[:, :, low:high].ravel() for one in found])
        e = e[:, np.isfinite(e).all(axis=0)]
        grams.append((e @ e.T, e.shape[1]))
    whole = sum(gram for gram, _ in grams)
    total = sum(n for _, n in grams)
    weights = np.empty((horizon, count))
    for (gram, n), low, high in zip(grams, edges[:-1], edges[1:], strict=True):
        mixed = gram / max(n, 1) * (1 - LEAN) + whole / max(total, 1) * LEAN
        weights[low:high] = _simplex(mixed)
    return weights


def _simplex(gram: Floats) -> Floats:
    """The weights on the simplex that make w G w least."""
    count = len(gram)
    size = np.trace(gram) / count
    if size <= 0:
        return np.full(count, 1 / count)
    steady = gram / size + 1e-6 * np.eye(count)
    root = np.linalg.cholesky(steady).T
    w, _ = nnls(np.vstack([root, np.full((1, count), 1e3)]), np.r_[np.zeros(count), 1e3])
    return w / w.sum() if w.sum() > 0 else np.full(count, 1 / count)


def build(members: list[Fitted], weights: Floats, panel: Panel, spec: Spec) -> Fitted:
    """An ensemble of fitted members [m] with weights [h, m]; those that count for nothing are left out."""
    counts = [i for i in range(len(members)) if weights[:, i].max() >= LEAST] or list(range(len(members)))
    kept = weights[:, counts] / weights[:, counts].sum(axis=1, keepdims=True)
    state = {"weights": kept, "members": [{"name": members[i].name, "state": members[i].state} for i in counts]}
    return Fitted(NAME, spec, state, panel)


def _members(fitted: Fitted) -> list[Fitted]:
    return [Fitted(one["name"], fitted.spec, one["state"], fitted.panel) for one in fitted.state["members"]]


def _weights(fitted: Fitted, horizon: int) -> Floats:
    w = np.asarray(fitted.state["weights"])
    return w[np.minimum(np.arange(horizon), len(w) - 1)]


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """The weighted mean of what the members expect, [k, n, h]; a member that knows nothing of a series is left out for it."""
    total, weight = np.zeros((ends.size, panel.n, horizon)), np.zeros((ends.size, panel.n, horizon))
    for member, w in zip(_members(fitted), _weights(fitted, horizon).T, strict=True):
        found = named(member.name).paths(member, panel, ends, horizon)
        there = ~np.isnan(found)
        total += np.where(there, found, 0.0) * w
        weight += there * w
    return np.divide(total, weight, out=np.full(total.shape, np.nan), where=weight > 1e-9)


def contributions(fitted: Fitted, panel: Panel, horizon: int) -> tuple[Floats, dict[str, Floats]]:
    """Base and groups of the members, weighted: they add up to the forecast."""
    from app.forecast.drivers import contributions as of

    base, parts = np.zeros((panel.n, horizon)), {}
    for member, w in zip(_members(fitted), _weights(fitted, horizon).T, strict=True):
        one, groups = of(member, panel, horizon)
        base += one * w
        for group, values in groups.items():
            parts[group] = parts.get(group, 0.0) + values * w
    return base, parts
