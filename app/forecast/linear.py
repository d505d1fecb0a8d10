"""The closed form behind ridge and under the trees: one penalised regression a step ahead, pooled over all series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.forecast.design import CLIP, Design, design
from app.forecast.frame import Floats, Panel
from app.forecast.sampling import pairs
from app.forecast.seasons import Ints
from app.forecast.spec import Spec

PENALTIES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)     # times the weight of the rows
STRETCHES = 4
BATCH = 40_000                                            # rows whose features are made at once, about
ALL, GAP, FAR_GAP, NEARBY = 4, 2, 4, 2                    # instant mode: steps learnt one by one; every GAP-th; every FAR_GAP-th after NEARBY seasons
CHECK = 5                                                 # every fifth block of moments chooses the penalty
LATE = 0.8                                                # the share of moments before the late ones, for models that choose on those


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
    return Rows(rows, ends, np.clip(np.stack(shared), -CLIP, CLIP).T, groups)


def ahead(made: Design, at: Rows, step: int | Ints) -> tuple[Floats, Floats, list[str]]:
    """Base [m], features [m, 1 + c + …] of a step, or of each row's own (the first column is 1), and the group of each column.

    Columns lie in one piece each: they are made one by one.
    """
    b = made.base(at.rows, at.ends, step)
    own, groups = made.ahead(at.rows, at.ends, step, b)
    x = np.empty((1 + at.first.shape[1] + len(own), at.rows.size))
    x[0] = 1.0
    x[1:1 + at.first.shape[1]] = at.first.T
    for i, one in enumerate(own, 1 + at.first.shape[1]):
        x[i] = one
    return b, x.T, ["base", *at.groups, *groups]


def target(made: Design, at: Rows, step: int, b: Floats) -> Floats:
    """The departure from the base that came, in scales, [m]; NaN where it is not known."""
    when = at.ends - 1 + step
    y = made.panel.y
    found = np.where(when < y.shape[1], y[at.rows, np.minimum(when, y.shape[1] - 1)], np.nan)
    return np.clip((found - b) / made.scale[at.rows], -CLIP, CLIP)


def batches(made: Design, at: Rows, horizon: int) -> Iterator[tuple[slice, Floats, Floats]]:
    """Steps (a slice of 0 … horizon - 1), their bases [s, m] and features [s, m, columns], about BATCH rows at a time."""
    m = at.rows.size
    size = max(1, BATCH // max(m, 1))
    for low in range(0, horizon, size):
        steps = np.arange(low + 1, min(low + size, horizon) + 1)
        s = steps.size
        many = at if s == 1 else Rows(np.tile(at.rows, s), np.tile(at.ends, s), np.tile(at.first.T, s).T, at.groups)
        b, x, _ = ahead(made, many, low + 1 if s == 1 else np.repeat(steps, m))
        yield slice(low, low + s), b.reshape(s, m), x.T.reshape(-1, s, m).transpose(1, 2, 0)


def drawn(made: Design, at: Rows, w: Floats, horizon: int) -> Floats:
    """What coefficients expect of pairs at each step, [m, h]; steps past those that were learnt use the last one's."""
    found = np.empty((horizon, at.rows.size))
    for part, b, x in batches(made, at, horizon):
        for i, step in enumerate(range(part.start, part.stop)):
            found[step] = b[i] + (x[i] @ w[min(step, len(w) - 1)]) * made.scale[at.rows]
    return found.T


def learnt_steps(spec: Spec, inner: int) -> Ints:
    """The steps whose coefficients are learnt: all of them, or (instant mode) the first ALL and some of each season, both of its ends among them.

    Between two of them coefficients go straight; never across the turn of a season, where what is looked back at jumps.
    """
    steps = np.arange(1, spec.horizon + 1)
    if spec.mode == "full" or spec.horizon <= 2 * ALL:
        return steps
    season = (steps - 1) // inner if inner > 1 else np.zeros_like(steps)
    found = set(range(1, ALL + 1))
    for one in range(int(season[-1]) + 1):
        here = steps[season == one]
        parts = -(-(here.size - 1) // (GAP if one < NEARBY else FAR_GAP)) + 1
        found.update(here[np.linspace(0, here.size - 1, parts).round().astype(int)].tolist())
    return np.array(sorted(found))


def _between(learnt: Ints, w: Floats, horizon: int) -> Floats:
    """Coefficients [horizon, c] of every step from those [s, c] of some: on the straight line between the learnt ones beside it."""
    step = np.arange(1, horizon + 1)
    high = np.minimum(np.searchsorted(learnt, step), learnt.size - 1)
    low = np.where(learnt[high] == step, high, np.maximum(high - 1, 0))
    part = (step - learnt[low]) / np.maximum(learnt[high] - learnt[low], 1)
    return w[low] * (1 - part)[:, None] + w[high] * part[:, None]


def learn(made: Design, panel: Panel, spec: Spec, most: int) -> tuple[Floats, list[str]]:
    """Coefficients [h, columns] from at most `most` pairs, and the group of each column; nothing learnt is all zeros."""
    rows, ends = pairs(panel, made.clock, spec, most)
    if rows.size == 0:
        rows = ends = np.ones(1, np.int64)
        rows = rows * 0
    at = rows_of(made, rows, ends)
    late = checks(ends, made)
    weight = made.scale[rows] / made.scale[rows].mean()
    parts, groups = [], []
    steps = learnt_steps(spec, made.clock.inner)
    for step in steps.tolist():
        b, x, groups = ahead(made, at, step)
        z = target(made, at, step, b)
        there = np.isfinite(z)
        if not there.all():
            x, z = x[there], z[there]
        parts.append([_moments(x[part], z[part], weight[there][part]) for part in (~late[there], late[there])])
    return _between(steps, _solved(parts, 1 + at.first.shape[1] if made.reach == 0 else 0), spec.horizon), groups


@dataclass(frozen=True)
class Moments:
    """Weighted sums over rows: x'x [c, c], x'z [c], z'z, the weight and the number of rows."""

    gram: Floats
    right: Floats
    weight: float
    count: int

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.gram + other.gram, self.right + other.right, self.weight + other.weight, self.count + other.count)


def checks(ends: Ints, made: Design) -> np.ndarray:
    """Which pairs choose penalties and numbers of trees: every fifth block of moments, so that all kinds of days have a say."""
    first, last = (int(ends.min()), int(ends.max())) if ends.size else (0, 0)
    block = max(1, min(max(2 * made.horizon, made.clock.slots // 4, 4), (last - first + 1) // CHECK))
    return (ends - first) // block % CHECK == CHECK - 2


def _moments(x: Floats, z: Floats, weight: Floats) -> Moments:
    root = np.sqrt(weight)
    x = x * root[:, None]
    return Moments(x.T @ x, x.T @ (z * root), float(weight.sum()), len(z))


def _solved(parts: list[list[Moments]], held: int) -> Floats:
    """Coefficients [h, c] of every step from its (taught, checked) moments; a stretch of steps shares the penalty that does best on the checked.

    Column `held` says how far the last value lies from the base: like the constant it pays next to nothing, so that persistence is free
    (0 = none: with days of history the usual is the better start).
    """
    horizon, columns = len(parts), len(parts[0][0].right)
    found = np.zeros((horizon, columns))
    edges = np.unique(np.linspace(0, horizon, STRETCHES + 1).round().astype(int))
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        losses = np.zeros(len(PENALTIES))
        for early, late in parts[low:high]:
            if late.count and early.count > columns:
                tried = [solve(early, share, held) for share in PENALTIES]
                losses += [(w @ late.gram @ w - 2 * w @ late.right) / late.weight for w in tried]
        best = PENALTIES[int(losses.argmin())] if losses.any() else 1e-2
        for step in range(low, high):
            whole = parts[step][0] + parts[step][1]
            if whole.count >= 20:
                found[step] = solve(whole, best, held)
    return found


def solve(sums: Moments, share: float, held: int) -> Floats:
    """Weighted least squares with a penalty; the constant (the first column) and column `held` pay next to nothing."""
    spread = np.sqrt(np.maximum(sums.gram.diagonal() / sums.weight, 1e-12))
    scaled = sums.gram / np.outer(spread, spread)
    penalty = np.full(len(spread), share * sums.weight)
    penalty[[0, held]] *= 1e-3
    scaled[np.diag_indices_from(scaled)] += penalty
    return np.linalg.solve(scaled, sums.right / spread) / spread


def redesign(state: dict[str, Any], spec: Spec, panel: Panel, horizon: int) -> Design:
    """A panel prepared as the one a model was fitted on: the same scales (where the series are the same) and factors."""
    scale = np.asarray(state["scale"]) if list(panel.ids) == state["ids"] else None
    return design(panel, spec, horizon, scale, state["factors"], state["reach"])


def kept(made: Design, panel: Panel) -> dict[str, Any]:
    """What `redesign` needs of a design."""
    return {"reach": made.reach, "scale": made.scale, "ids": list(panel.ids),
            "factors": {name: list(made.weather[name][3]) for name in made.factors}}
