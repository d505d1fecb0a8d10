"""The attention-LSTM: reads the last day of a unit, its neighbours, its parent in the tower and everybody, and asks about each step ahead.

Where torch is installed the net is trained on the panel itself. Where it is not, the net that comes with the program (trained on the
made-up demo city) reads, and a linear head on what it read is fitted to the panel in closed form. Either way NumPy forecasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.errors import Unavailable
from app.forecast.deep import torch_or_say, train
from app.forecast.design import CLIP, Design, design
from app.forecast.frame import Floats, Panel
from app.forecast.linear import kept, redesign
from app.forecast.lstm import CHANNELS, FEATURES, QUERY, SHAPES, WINDOW, answer, read
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.sampling import pairs
from app.forecast.seasons import Ints
from app.forecast.spec import Spec
from data import registers

__all__ = ["NAME", "fit", "material", "paths", "predict"]
NAME = "attention"
ROWS = {"full": 40_000, "instant": 8_000}
PENALTY = 1e-3
CHUNK = 4_000           # pairs read at once
TRAINED = {"full": True, "instant": False}      # whether torch, where it is, trains on the panel


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Train the net (full mode, with torch), or take the one that comes along; then fit the head. Raises Unavailable where there is neither."""
    panel = as_panel(panel, spec)
    made = design(panel, spec, spec.horizon)
    x, query, z, weight = material(made, panel, spec, ROWS[spec.mode])
    weights = _weights(x, query, z, weight, spec)
    features = np.concatenate([answer(weights, read(weights, x[i:i + CHUNK]), query[i:i + CHUNK])[1] for i in range(0, len(x), CHUNK)]
                              or [np.zeros((0, FEATURES))])
    return Fitted(NAME, spec, {"weights": weights, "head": _head(features, z, weight), **kept(made, panel)}, panel)


def _weights(x: Floats, query: Floats, z: Floats, weight: Floats, spec: Spec) -> dict[str, Floats]:
    if TRAINED[spec.mode] and len(z) >= 1_000:
        try:
            torch_or_say()
        except Unavailable:
            pass
        else:
            return train(x, query, z, weight, spec.seed)
    shipped = registers.arrays("models/attention")
    if {name: value.shape for name, value in shipped.items()} != SHAPES:
        torch_or_say()          # says what is missing
        raise Unavailable("The attention-LSTM has too little history to be trained, and none comes along", "Take another model", rows=len(z))
    return {name: value.astype(np.float64) for name, value in shipped.items()}


def _head(features: Floats, z: Floats, weight: Floats) -> Floats:
    """Coefficients [1 + FEATURES] of the departure on what was read: a ridge, pulled towards nothing."""
    if len(z) < 2 * FEATURES:
        return np.zeros(1 + FEATURES)
    x = np.concatenate([np.ones((len(z), 1)), features], axis=1)
    xw = x * weight[:, None]
    gram = xw.T @ x
    gram[np.diag_indices_from(gram)] += PENALTY * weight.sum()
    return np.linalg.solve(gram, xw.T @ z)


def material(made: Design, panel: Panel, spec: Spec, most: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Rows to learn from: x [m, WINDOW, CHANNELS], query [m, QUERY], target [m] and weight [m], each pair at one step ahead drawn at random."""
    rows, ends = pairs(panel, made.clock, spec, most)
    draw = np.random.default_rng(spec.seed + 3)
    steps = draw.integers(1, spec.horizon + 1, rows.size)
    query, z = np.zeros((rows.size, QUERY)), np.full(rows.size, np.nan)
    for step in np.unique(steps):
        chosen = np.flatnonzero((steps == step) & (ends - 1 + steps < panel.t))
        b = made.base(rows[chosen], ends[chosen], int(step))
        query[chosen] = _query(made, rows[chosen], ends[chosen], int(step), b)
        z[chosen] = (panel.y[rows[chosen], ends[chosen] - 1 + step] - b) / made.scale[rows[chosen]]
    there = np.isfinite(z)
    weight = made.scale[rows] / made.scale.mean()
    return _read(made, rows[there], ends[there]), query[there], np.clip(z[there], -CLIP, CLIP), weight[there]


def _read(made: Design, rows: Ints, ends: Ints) -> Floats:
    """The last WINDOW steps of what the net reads, [m, WINDOW, CHANNELS]; steps before the first and what is not known are 0."""
    at = ends[:, None] - WINDOW + np.arange(WINDOW)
    found = np.zeros((rows.size, WINDOW, CHANNELS))
    for channel, (source, index) in enumerate(((made.r, rows), (made.near, rows), (made.above, rows), (made.everyone, np.zeros_like(rows)))):
        if source is not None:
            found[:, :, channel] = np.where(at >= 0, source[index[:, None], np.maximum(at, 0)], 0.0)
    return np.clip(found, -CLIP, CLIP)


def _query(made: Design, rows: Ints, ends: Ints, step: int, b: Floats) -> Floats:
    """What is known of a step ahead, [m, QUERY]: how the last value, the usual ones and the same slots lie to the base; clock; weather."""
    c, s, target, last = made.clock, made.scale[rows], ends - 1 + step, ends - 1
    day, angle = c.day[target], 2 * np.pi * c.slot[target] / max(2, c.slots)
    before = target - c.inner * -(-step // c.inner)
    weather = sum((made.weather_ahead(name, rows, ends, target, step)[0] for name in made.factors), np.zeros(rows.size))
    columns = [
        (made.y[rows, last] - b) / s, made.r[rows, last], (made.usual.of("weeks", rows, ends, target) - b) / s,
        (made.usual.of("any", rows, ends, target) - b) / s, (made.usual.mean(rows, ends) - b) / s,
        np.where(before >= 0, made.r[rows, np.maximum(before, 0)], 0.0), np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle),
        c.kind[day].astype(float), c.holiday[day].astype(float), np.full(rows.size, min(step / 24, 4.0)), np.full(rows.size, np.log1p(step) / 3),
        np.nan_to_num(weather) / max(1, len(made.factors))]
    return np.clip(np.nan_to_num(np.column_stack(columns)), -CLIP, CLIP)


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What is expected after each of `ends`, [k, n, h]; steps past the horizon it learnt are asked like any other."""
    made = redesign(fitted.state, fitted.spec, panel, horizon)
    weights: dict[str, Any] = fitted.state["weights"]
    head = fitted.state["head"]
    rows, when = np.tile(np.arange(panel.n), ends.size), np.repeat(ends, panel.n)
    found = np.empty((rows.size, horizon))
    for start in range(0, rows.size, CHUNK):
        i, e = rows[start:start + CHUNK], when[start:start + CHUNK]
        held = read(weights, _read(made, i, e))
        for step in range(1, horizon + 1):
            b = made.base(i, e, step)
            _, features = answer(weights, held, _query(made, i, e, step, b))
            z = head[0] + features @ head[1:]
            found[start:start + CHUNK, step - 1] = b + np.clip(z, -CLIP, CLIP) * made.scale[i]
    return found.reshape(ends.size, panel.n, horizon)
