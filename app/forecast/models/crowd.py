"""Counts of people: how many times the usual they will be, learnt with a Poisson loss.

The expected count is (usual count at the slot of the target) × exp(f), and f is learnt from closeness (the last hours against
their usual), period (the same slot of the last days), trend (of the last weeks), neighbours, calendar and holidays, weather: the
features of Zhang et al. 2017 (ST-ResNet), seen as ratios. f is boosted trees with a Poisson loss, with a Tweedie loss where many
counts are zero (Jørgensen 1987), or in instant mode, and where LightGBM does not load, a Poisson regression with a ridge, fitted
by Newton's steps (McCullagh and Nelder 1989). Values below zero, which counts do not have, are met by counting from the lowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.design import Design, design
from app.forecast.frame import Floats, Panel
from app.forecast.linear import LATE, Rows, ahead, kept, redesign, rows_of
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.sampling import pairs
from app.forecast.spec import Spec

__all__ = ["NAME", "TITLE", "fit", "paths", "predict"]
NAME = "crowd"
TITLE = {"zh": "人群密度预测", "en": "Crowd density"}
SEEN = {"full": 120_000, "instant": 40_000}             # (pair, step) rows that are learnt from
ROUNDS, PATIENCE, STEPS = 250, 20, 24                   # STEPS: how many steps of the horizon are sampled, at most
MANY_ZEROS = 0.3
SETTINGS = {"learning_rate": 0.07, "num_leaves": 24, "min_data_in_leaf": 100, "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1,
            "lambda_l2": 3.0, "max_bin": 127, "verbosity": -1, "deterministic": True, "force_col_wise": True, "num_threads": 1}
RIDGES, NEWTON = (3e-2, 1e-1, 3e-1, 1.0), 12
FAR = 2.5               # exp(± 2.5): nobody foretells twelve times the usual, or a twelfth of it


@dataclass(frozen=True)
class _Seen:
    """Rows to learn from: features [m, c], counts and logarithm of the usual count [m], which lie late."""

    x: Floats
    count: Floats
    usual: Floats
    late: NDArray[np.bool_]


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Learn f from pairs of series and moments; the number of trees is chosen on the last fifth of the history."""
    panel = as_panel(panel, spec)
    made = design(panel, spec, spec.horizon)
    least = np.nan_to_num(np.minimum(0.0, np.where(np.isnan(panel.y), 0.0, panel.y).min(axis=1)))
    known = ~np.isnan(panel.y)
    mean = np.where(known, panel.y - least[:, None], 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    state: dict[str, Any] = {**kept(made, panel), "least": least, "few": np.maximum(0.05 * mean, 1e-3 * max(float(mean.max(initial=0)), 1e-9)),
                             "size": max(float(mean.mean()), 1e-9), "trees": "", "weights": np.empty(0)}
    seen = _rows(made, state, spec)
    if seen is None:
        return Fitted(NAME, spec, state, panel)
    lightgbm = _lightgbm() if spec.mode == "full" else None
    state |= _poisson(seen) | {"trees": _grow(lightgbm, seen, spec.seed) if lightgbm is not None else ""}
    return Fitted(NAME, spec, state, panel)


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What is expected after each of `ends`, [k, n, h]."""
    state = fitted.state
    made = redesign(state, fitted.spec, panel, horizon)
    lightgbm = _lightgbm() if state["trees"] else None
    booster = lightgbm.Booster(model_str=state["trees"]) if lightgbm is not None else None
    at = rows_of(made, np.tile(np.arange(panel.n), ends.size), np.repeat(ends, panel.n))
    least, few = _of_rows(state, panel, at)
    found = np.empty((horizon, at.rows.size))
    for step in range(1, horizon + 1):
        x, usual = _features(made, at, step, least, few, state["size"])
        if booster is not None:
            f = booster.predict(x.astype(np.float32), raw_score=True, num_threads=1)
        elif len(state["weights"]):
            f = np.c_[np.ones(len(x)), (x - state["centre"]) / state["spread"]] @ state["weights"]
        else:
            f = np.zeros(len(x))
        found[step - 1] = np.exp(usual + np.clip(f, -FAR, FAR)) * state["size"] + least
    return found.T.reshape(ends.size, panel.n, horizon)


def _lightgbm() -> Any:
    """LightGBM, or None where it does not load: the Poisson regression answers then."""
    try:
        import lightgbm
    except (ImportError, OSError):
        return None
    return lightgbm


def _of_rows(state: dict[str, Any], panel: Panel, at: Rows) -> tuple[Floats, Floats]:
    """(least, few) of each pair; series that were not learnt from count from zero, with the mean few."""
    if list(panel.ids) == state["ids"]:
        return np.asarray(state["least"])[at.rows], np.asarray(state["few"])[at.rows]
    row = {name: i for i, name in enumerate(state["ids"])}
    where = np.array([row.get(name, -1) for name in panel.ids])[at.rows]
    return (np.where(where >= 0, np.asarray(state["least"])[where], 0.0),
            np.where(where >= 0, np.asarray(state["few"])[where], float(np.mean(state["few"]))))


def _features(made: Design, at: Rows, step: int, least: Floats, few: Floats, size: float) -> tuple[Floats, Floats]:
    """Features [m, c] of a step, and the logarithm of what is usual there, in units of `size`."""
    b, x, _ = ahead(made, at, step)
    c, rows, ends = made.clock, at.rows, at.ends
    target = ends - 1 + step

    def many(values: Floats) -> Floats:
        return np.log(np.maximum(np.nan_to_num(values) - least, 0) + few)

    usual = many(b)
    last = [many(made.y[rows, np.maximum(ends - 1 - k, 0)])
            - many(made.usual.of("kinds", rows, np.maximum(ends - 1, 1), np.maximum(ends - 1 - k, 0))) for k in range(3)]
    back = [np.maximum(target - season * (-(-step // season) + more), 0) for season, more in ((c.inner, 0), (c.inner, 1), (c.outer, 0), (c.outer, 1))]
    past = [many(made.y[rows, when]) - usual for when in back]
    weekly = many(made.usual.of("weeks", rows, ends, target)) - usual
    turns = [near * np.exp(-step / width) for near in (last[0], sum(last) / 3) for width in (2.0, 8.0)]
    when = [np.full(rows.size, step), c.slot[target], c.week[c.day[target]], c.kind[c.day[target]], usual - np.log(size)]
    return np.column_stack([x[:, 1:], *last, *past, weekly, *turns, *when]), usual - np.log(size)


def _rows(made: Design, state: dict[str, Any], spec: Spec) -> _Seen | None:
    """What is learnt from; None where the history is too short."""
    rows, ends = pairs(made.panel, made.clock, spec, SEEN[spec.mode])
    steps = np.unique(np.linspace(1, spec.horizon, min(spec.horizon, STEPS)).round().astype(int))
    share = min(1.0, SEEN[spec.mode] / max(1, rows.size * steps.size))
    draw, y, parts = np.random.default_rng(spec.seed + 2), made.panel.y, []
    cut = np.quantile(ends, LATE) if ends.size else 0
    for step in steps:
        chosen = draw.random(rows.size) < share
        when = ends[chosen] - 1 + step
        count = np.where(when < y.shape[1], y[rows[chosen], np.minimum(when, y.shape[1] - 1)], np.nan)
        there = np.isfinite(count)
        if not there.any():
            continue
        at = rows_of(made, rows[chosen][there], ends[chosen][there])
        least, few = state["least"][at.rows], state["few"][at.rows]
        x, usual = _features(made, at, int(step), least, few, state["size"])
        parts.append((x, (count[there] - least) / state["size"], usual, at.ends > cut))
    if not parts or sum(len(p[0]) for p in parts) < 200:
        return None
    return _Seen(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _grow(lightgbm: Any, seen: _Seen, seed: int) -> str:
    """The trees as text; empty where they do not help on the late rows."""
    late, x = seen.late, seen.x.astype(np.float32)
    if late.sum() < 50 or (~late).sum() < 200:
        return ""
    zeros = float(np.mean(seen.count <= 0))
    loss = {"objective": "tweedie", "tweedie_variance_power": 1.3} if zeros > MANY_ZEROS else {"objective": "poisson"}
    settings = SETTINGS | loss | {"seed": seed, "metric": loss["objective"]}

    def data(chosen: NDArray[np.bool_], reference: Any = None) -> Any:
        return lightgbm.Dataset(x[chosen], np.maximum(seen.count[chosen], 0), init_score=seen.usual[chosen], reference=reference)

    early = data(~late)
    found = lightgbm.train(settings, early, ROUNDS, valid_sets=[data(late, early)], callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)])
    if found.best_iteration < 2:
        return ""
    return lightgbm.train(settings, data(np.ones(len(late), bool)), int(found.best_iteration * 1.1)).model_to_string()


def _poisson(seen: _Seen) -> dict[str, Any]:
    """Poisson regression with the usual count as its offset: weights [1 + c] for centred features; the ridge is chosen on the late rows."""
    centre, spread = seen.x.mean(axis=0), np.maximum(seen.x.std(axis=0), 1e-9)
    x, y = np.c_[np.ones(len(seen.x)), (seen.x - centre) / spread], np.maximum(seen.count, 0)
    best, least = RIDGES[-1], np.inf
    early, late = ~seen.late, seen.late
    if late.sum() >= 50 and early.sum() >= 200:
        for ridge in RIDGES:
            eta = seen.usual[late] + np.clip(x[late] @ _newton(x[early], y[early], seen.usual[early], ridge), -FAR, FAR)
            if (loss := float(np.sum(np.exp(eta) - y[late] * eta))) < least:
                best, least = ridge, loss
    return {"weights": _newton(x, y, seen.usual, best), "centre": centre, "spread": spread}


def _newton(x: Floats, y: Floats, usual: Floats, share: float) -> Floats:
    """The maximum of the penalised likelihood, by Newton's steps that are halved until they do not overshoot."""
    ridge = share * y.sum() * np.r_[1e-6, np.ones(x.shape[1] - 1)] + 1e-9

    def loss(w: Floats) -> float:
        eta = x @ w
        return float(np.sum(np.exp(usual + np.minimum(eta, 30)) - y * eta) + 0.5 * ridge @ w**2)

    w = np.zeros(x.shape[1])
    now = loss(w)
    for _ in range(NEWTON):
        mu = np.exp(usual + np.minimum(x @ w, 30))
        step = np.linalg.solve((x * mu[:, None]).T @ x + np.diag(ridge), x.T @ (y - mu) - ridge * w)
        while (then := loss(w + step)) > now and np.abs(step).max() > 1e-9:
            step = step / 2
        if then > now:
            break
        w, now = w + step, then
    return w
