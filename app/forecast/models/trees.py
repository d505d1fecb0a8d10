"""Boosted trees on top of the linear forecast: what a straight line misses, with the step ahead as one more feature.

LightGBM learns what the linear part of `linear` leaves over, from the same features and the raw slot, day and step. It is loaded
when first used. Source: Ke et al. 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.boosted import library
from app.forecast.design import GROUPS, Design, design
from app.forecast.frame import Floats, Panel
from app.forecast.linear import Rows, ahead, checks, kept, learn, redesign, rows_of, target
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.sampling import pairs
from app.forecast.spec import Spec

__all__ = ["NAME", "contributions", "fit", "paths", "predict"]
NAME = "trees"
ROWS = {"full": 100_000, "instant": 20_000}             # pairs for the linear part
SEEN = {"full": 120_000, "instant": 20_000}             # (pair, step) rows for the trees
ROUNDS, PATIENCE, STEPS = 200, 20, 24                   # STEPS: how many steps of the horizon are sampled, at most
SETTINGS = {"objective": "regression", "learning_rate": 0.07, "num_leaves": 24, "min_data_in_leaf": 120, "feature_fraction": 0.4,
            "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 127, "verbosity": -1, "deterministic": True,
            "force_col_wise": True, "num_threads": 1}
EXTRA = ("step", "slot", "day of week", "kind of day", "base", "size")


def _features(made: Design, at: Rows, step: int, w: Floats) -> tuple[Floats, Floats, Floats, list[str]]:
    """Base, linear forecast (in scales), features [m, c] (float32) and their groups."""
    b, x, groups = ahead(made, at, step)
    when = at.ends - 1 + step
    c = made.clock
    told = float(made.reach > 0)                # a few days cannot tell times and days apart
    extra = np.column_stack([np.full(when.size, step), told * c.slot[when], told * c.week[c.day[when]], told * c.kind[c.day[when]],
                             b / made.scale[at.rows], np.log(made.scale[at.rows])])
    line = x @ w[min(step, len(w)) - 1]
    return b, line, np.concatenate([x[:, 1:], extra], axis=1).astype(np.float32), [*groups[1:], "past", *["calendar"] * 3, "past", "past"]


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Fit the linear part, then trees on what it leaves; the number of trees is chosen on the last fifth of the history."""
    lightgbm = library()
    panel = as_panel(panel, spec)
    made = design(panel, spec, spec.horizon)
    w, _ = learn(made, panel, spec, ROWS[spec.mode])
    draw = np.random.default_rng(spec.seed + 1)
    steps = np.unique(np.linspace(1, spec.horizon, min(spec.horizon, STEPS)).round().astype(int))
    rows, ends = pairs(panel, made.clock, spec, max(1, SEEN[spec.mode]))
    xs, zs, weights, lates, groups = [], [], [], [], []
    is_late = checks(ends, made)
    share = min(1.0, SEEN[spec.mode] / max(1, rows.size * steps.size))
    for step in steps:
        chosen = draw.random(rows.size) < share
        if not chosen.any():
            continue
        at = rows_of(made, rows[chosen], ends[chosen])
        b, line, x, groups = _features(made, at, int(step), w)
        z = target(made, at, int(step), b) - line
        there = np.isfinite(z)
        xs.append(x[there])
        zs.append(z[there])
        weights.append((made.scale[at.rows] / made.scale.mean())[there])
        lates.append(is_late[chosen][there])
    text = _grow(lightgbm, np.concatenate(xs), np.concatenate(zs), np.concatenate(weights), np.concatenate(lates), spec.seed) if xs else ""
    return Fitted(NAME, spec, {"coefficients": w, "trees": text, "groups": groups, **kept(made, panel)}, panel)


def _grow(lightgbm: Any, x: Floats, z: Floats, weight: Floats, late: NDArray[np.bool_], seed: int) -> str:
    """The trees as text; empty where none helps on the late rows."""
    if late.sum() < 50 or (~late).sum() < 200:
        return ""
    settings = SETTINGS | {"seed": seed}
    early = lightgbm.Dataset(x[~late], z[~late], weight=weight[~late], free_raw_data=True)
    check = lightgbm.Dataset(x[late], z[late], weight=weight[late], reference=early)
    found = lightgbm.train(settings, early, ROUNDS, valid_sets=[check], callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)])
    rounds = found.best_iteration
    if rounds < 1 or found.best_score["valid_0"]["l2"] >= np.average(z[late] ** 2, weights=weight[late]):
        return ""
    return lightgbm.train(settings, lightgbm.Dataset(x, z, weight=weight), int(rounds * 1.1)).model_to_string()


def _trees(fitted: Fitted) -> Any:
    return library().Booster(model_str=fitted.state["trees"]) if fitted.state["trees"] else None


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What is expected after each of `ends`, [k, n, h]."""
    made = redesign(fitted.state, fitted.spec, panel, horizon)
    trees = _trees(fitted)
    at = rows_of(made, np.tile(np.arange(panel.n), ends.size), np.repeat(ends, panel.n))
    found = np.empty((horizon, at.rows.size))
    for step in range(1, horizon + 1):
        b, line, x, _ = _features(made, at, step, fitted.state["coefficients"])
        more = trees.predict(x, num_threads=1) if trees is not None else 0.0
        found[step - 1] = b + (line + more) * made.scale[at.rows]
    return found.T.reshape(ends.size, panel.n, horizon)


def contributions(fitted: Fitted, panel: Panel, horizon: int) -> tuple[Floats, dict[str, Floats]]:
    """The base [n, h] after the last step, and what each group of features adds to it [n, h]: linear terms and Shapley values of the trees.

    Lundberg et al. 2020 (TreeSHAP); base and parts add up to the forecast.
    """
    made = redesign(fitted.state, fitted.spec, panel, horizon)
    trees, w = _trees(fitted), fitted.state["coefficients"]
    at = rows_of(made, np.arange(panel.n), np.full(panel.n, panel.t))
    base, parts = np.empty((panel.n, horizon)), {group: np.zeros((panel.n, horizon)) for group in GROUPS}
    for step in range(1, horizon + 1):
        b, _, x, names = _features(made, at, step, w)
        line = w[min(step, len(w)) - 1]
        terms = ahead(made, at, step)[1] * line
        more = trees.predict(x, pred_contrib=True, num_threads=1) if trees is not None else np.zeros((panel.n, x.shape[1] + 1))
        base[:, step - 1] = b + (terms[:, 0] + more[:, -1]) * made.scale
        groups = np.array(names)
        for group in GROUPS:
            part = groups == group
            parts[group][:, step - 1] = (terms[:, 1:][:, part[: terms.shape[1] - 1]].sum(axis=1) + more[:, :-1][:, part].sum(axis=1)) * made.scale
    return base, parts
