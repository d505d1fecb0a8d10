"""The closed form behind ridge and under the trees: one penalised regression a step ahead, pooled over all series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.forecast.design import CLIP, Design, design
from app.forecast.frame import Floats, Panel
from app.forecast.sampling import pairs
from app.forecast.seasons import Ints
from app.forecast.spec import Spec

PENALTIES = (1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)     # times the weight of the rows
LATE = 0.8                                                # the moments after this share of all choose the penalty


@dataclass(frozen=True)
class Rows:
    """Pairs of series and moments, and their features that do not depend on the step ahead [m, c] with the group of each."""

    rows: Ints
    ends: Ints
    first: Floats
    groups: list[str]


def rows_of(made: Design, rows: Ints, ends: Ints) -> Rows:
    """The features of pairs that every step shares."""
    shared, groups = made.common(rows, ends)
    return Rows(rows, ends, np.clip(np.column_stack(shared), -CLIP, CLIP), groups)


def ahead(made: Design, at: Rows, step: int) -> tuple[Floats, Floats, list[str]]:
    """Base [m], features [m, 1 + c + …] of a step (the first column is 1) and the group of each column."""
    b = made.base(at.rows, at.ends, step)
    own, groups = made.ahead(at.rows, at.ends, step, b)
    x = np.empty((at.rows.size, 1 + at.first.shape[1] + len(own)))
    x[:, 0] = 1.0
    x[:, 1:1 + at.first.shape[1]] = at.first
    for i, one in enumerate(own, 1 + at.first.shape[1]):
        x[:, i] = one
    return b, x, ["base", *at.groups, *groups]


def target(made: Design, at: Rows, step: int, b: Floats) -> Floats:
    """The departure from the base that came, in scales, [m]; NaN where it is not known."""
    when = at.ends - 1 + step
    y = made.panel.y
    found = np.where(when < y.shape[1], y[at.rows, np.minimum(when, y.shape[1] - 1)], np.nan)
    return np.clip((found - b) / made.scale[at.rows], -CLIP, CLIP)


def learn(made: Design, panel: Panel, spec: Spec, most: int) -> tuple[Floats, list[str]]:
    """Coefficients [h, columns] from at most `most` pairs, and the group of each column; nothing learnt is all zeros."""
    rows, ends = pairs(panel, made.clock, spec, most)
    if rows.size == 0:
        rows = ends = np.ones(1, np.int64)
        rows = rows * 0
    at = rows_of(made, rows, ends)
    late = ends > np.quantile(ends, LATE)
    weight = made.scale[rows] / made.scale[rows].mean()
    found, groups = [], []
    for step in range(1, spec.horizon + 1):
        b, x, groups = ahead(made, at, step)
        z = target(made, at, step, b)
        there = np.isfinite(z)
        if not there.all():
            x, z = x[there], z[there]
        found.append(solve(x, z, weight[there], late[there]))
    return np.array(found), groups


def solve(x: Floats, z: Floats, weight: Floats, late: NDArray[np.bool_]) -> Floats:
    """Weighted least squares with the penalty that does best on the late rows; the first column is the constant and pays next to nothing."""
    if len(z) < 20:
        return np.zeros(x.shape[1])
    root = np.sqrt(weight)
    x, z = x * root[:, None], z * root
    parts = [(x[part].T @ x[part], x[part].T @ z[part], weight[part].sum()) for part in (~late, late)]
    gram, right, total = (parts[0][i] + parts[1][i] for i in range(3))
    spread = np.sqrt(np.maximum(gram.diagonal() / total, 1e-12))
    penalty = np.ones(x.shape[1])
    penalty[0] = 1e-6

    def once(part: tuple[Any, Any, Any], share: float) -> Floats:
        scaled = part[0] / np.outer(spread, spread)
        scaled[np.diag_indices_from(scaled)] += share * part[2] * penalty
        return np.linalg.solve(scaled, part[1] / spread) / spread

    best, least = PENALTIES[2], np.inf
    if late.any() and (~late).sum() > x.shape[1]:
        for share in PENALTIES:
            w = once(parts[0], share)
            loss = w @ parts[1][0] @ w - 2 * w @ parts[1][1]
            if loss < least:
                best, least = share, loss
    return once((gram, right, total), best)


def redesign(state: dict[str, Any], spec: Spec, panel: Panel, horizon: int) -> Design:
    """A panel prepared as the one a model was fitted on: the same scales (where the series are the same) and factors."""
    scale = np.asarray(state["scale"]) if list(panel.ids) == state["ids"] else None
    return design(panel, spec, horizon, scale, state["factors"])


def kept(made: Design, panel: Panel) -> dict[str, Any]:
    """What `redesign` needs of a design."""
    return {"scale": made.scale, "ids": list(panel.ids), "factors": {name: list(made.weather[name][3]) for name in made.factors}}
