"""Coherent forecasts over the tower: children add up to their parents, means keep their weights.

Given what every unit expects of itself (ŷ) and how sure it is (variances v), the coherent forecasts nearest to all of
them minimise Σ (y − ŷ)² ÷ v under C y = 0, "a parent is what its children say": y = ŷ − V Cᵀ(C V Cᵀ)⁻¹ C ŷ
(Wickramasuriya et al. 2019, MinT with a diagonal W). On a tree the solution needs no matrix. What a unit's whole
subtree says about it is again one value m with one variance s: its children say M = Σ m with variance S = Σ s, its own
forecast says ŷ with v, and the two weigh in as S : v,

    up      m = (ŷ·S + M·v) ÷ (v + S)        s = v·S ÷ (v + S)        (a leaf: m = ŷ, s = v)
    down    y = m at the top;  y of a child = m + s · (y of its parent − M) ÷ S

Two passes, one sparse product each level: linear in the number of units. Bottom-up is v = ∞ for every parent. A
weighted mean is the sum of value × weight, so it is solved as a sum of those totals and divided again.

Holes are NaN: a leaf without a forecast is absent, as a unit that does not report is absent from the tower: it adds
nothing, keeps NaN and carries no weight; a parent without one takes what its children say; a unit below which nobody
forecasts stands for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput
from app.forecast.bounded import within
from app.units.tower import Fold

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Variances = Sequence[NDArray]
_LEAST = 1e-9           # a variance is at least this share of the largest of its level: a constant series still moves a hair


@dataclass(frozen=True)
class Choice:
    """Which weights won on validation, and the error of each: root mean square over levels, each level's own base error = 1."""

    weights: str
    scores: dict[str, float]
    levels: dict[str, tuple[float, ...]]


def reconcile(base: Sequence[NDArray], parents: Sequence[Ints], weights: str | Variances = "bottom_up", rollup: str = "sum",
              leaf_weights: NDArray | Sequence[NDArray] | None = None, fixed_top: bool = False,
              lower: float | None = None, upper: float | None = None) -> list[Floats]:
    """Coherent forecasts [units of a level × steps], top level first, as `base` is given.

    `parents[k]` says for each unit of level k + 1 which unit of level k it stands under (−1: none). `weights` is
    "bottom_up" or the residual variances of every level ([units] or [units × steps]). `rollup` is "sum" or
    "weighted_mean"; the latter needs `leaf_weights`, of the lowest level or of every level (read where a unit has
    nobody below it). With `fixed_top` the first level is taken as it is and only what stands below moves; bottom-up
    then shares the difference out in proportion to the children. With `lower` or `upper` no leaf leaves these bounds
    and everything still adds up (`app/forecast/bounded.py`). Raises BadInput where shapes do not fit.
    """
    tree = _Tree.of(base, parents, rollup, leaf_weights)
    ask = [None] * len(tree.total) if isinstance(weights, str) else [np.asarray(v, np.float64) for v in weights]
    if isinstance(weights, str) and weights != "bottom_up":
        raise BadInput("These weights are not known", 'Say "bottom_up", or give the residual variances of every level', weights=weights)
    if len(ask) != len(tree.total):
        raise BadInput("The variances do not fit the tree", "Give one array for each level", levels=len(tree.total), given=len(ask))
    mean, spread, below, below_spread = _up(tree, ask)
    found = _down(tree, mean, spread, below, below_spread, fixed_top)
    if lower is not None or upper is not None:
        found = within(found, tree.folds, tree.here, spread, tree.weight, lower, upper)
    return tree.values(_added(tree, found, fixed_top), base)


def choose_weights(base: Sequence[NDArray], actual: Sequence[NDArray], parents: Sequence[Ints], variances: Variances,
                   rollup: str = "sum", leaf_weights: NDArray | Sequence[NDArray] | None = None) -> Choice:
    """Bottom-up or variance-weighted, by the error on a validation stretch ([units × steps] of every level, as `base`).

    Each level counts the same: its mean squared error is divided by that of its own unreconciled forecasts. A tie goes
    to bottom-up, which needs no variances.
    """
    levels = {}
    for name, weights in (("bottom_up", "bottom_up"), ("variance", variances)):
        found = reconcile(base, parents, weights, rollup, leaf_weights)
        levels[name] = tuple(_relative(f, b, a) for f, b, a in zip(found, base, actual, strict=True))
    scores = {name: float(np.sqrt(np.nanmean(errors))) if np.isfinite(errors).any() else np.nan for name, errors in levels.items()}
    return Choice("variance" if scores["variance"] < scores["bottom_up"] else "bottom_up", scores, levels)


def carried(band: Sequence[NDArray], base: Sequence[NDArray], reconciled: Sequence[NDArray]) -> list[Floats]:
    """A band's edge, moved as its forecast was moved: reconciling shifts where a unit's band lies, not how wide it is."""
    return [np.asarray(edge, np.float64) + (now - np.asarray(was, np.float64)) for edge, was, now in zip(band, base, reconciled, strict=True)]


def _relative(found: Floats, base: NDArray, actual: NDArray) -> float:
    both = np.isfinite(found) & np.isfinite(base) & np.isfinite(actual)
    own = float(np.mean((np.asarray(base)[both] - np.asarray(actual)[both]) ** 2)) if both.any() else 0.0
    return float(np.mean((found[both] - np.asarray(actual)[both]) ** 2) / own) if own > 0 else np.nan


@dataclass(frozen=True)
class _Tree:
    """Forecasts as totals (value × weight), who is here, and what a unit weighs; None stands for "all" and "one"."""

    total: list[Floats]
    folds: list[Fold]
    here: list[NDArray[np.bool_] | None]
    weight: list[Floats] | None
    kids: list[NDArray[np.bool_]]
    own: list[NDArray[np.bool_] | None]

    @classmethod
    def of(cls, base: Sequence[NDArray], parents: Sequence[Ints], rollup: str, leaf_weights: NDArray | Sequence[NDArray] | None) -> _Tree:
        if rollup not in ("sum", "weighted_mean"):
            raise BadInput("Only sums and weighted means reconcile", "Forecast ratios by numerator and denominator, extremes by units", rollup=rollup)
        values = [np.asarray(level, np.float64) for level in base]
        if len(parents) != len(values) - 1 or any(len(p) != len(v) for p, v in zip(parents, values[1:], strict=False)):
            raise BadInput("The tree does not fit the forecasts", "Give the parents of every level below the first",
                           units=[len(v) for v in values], parents=[len(p) for p in parents])
        folds = [Fold(np.asarray(parent, np.int64), len(above)) for parent, above in zip(parents, values[:-1], strict=True)]
        if any(f.parent.size and (f.parent.max() >= f.parents or f.parent.min() < -1) for f in folds):
            raise BadInput("A unit names a parent that is not there", "Parents are indices into the level above, -1 for none")
        own = [None if np.isfinite(v).all() else np.isfinite(v) for v in values]
        here, kids = list(own), [np.zeros((len(v), 1), bool) for v in values]
        for k in reversed(range(len(folds))):
            kids[k] = _told(folds[k], here[k + 1])
            if here[k] is not None:
                here[k] = here[k] | kids[k]
        weight = _weights(folds, here, kids, leaf_weights) if rollup == "weighted_mean" else None
        clean = [v if o is None else np.where(o, v, 0.0) for v, o in zip(values, own, strict=True)]
        total = clean if weight is None else [v * w for v, w in zip(clean, weight, strict=True)]
        return cls(total, folds, here, weight, kids, own)

    def values(self, found: list[Floats], base: Sequence[NDArray]) -> list[Floats]:
        """Totals back to values, NaN where nobody is."""
        out = []
        for k, level in enumerate(found):
            if self.weight is not None:
                some = np.broadcast_to(self.weight[k] > 0, level.shape)
                level = np.divide(level, self.weight[k], out=np.array(base[k], np.float64), where=some)
            out.append(level if self.here[k] is None else np.where(self.here[k], level, np.nan))
        return out


def _told(fold: Fold, here: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Which parents have anybody below them who forecasts: [parents × 1] or [parents × steps]."""
    if here is None:
        return (fold.children() > 0)[:, None]
    return _sum(fold, here.astype(np.float64)) > 0


def _weights(folds: list[Fold], here: list[NDArray[np.bool_] | None], kids: list[NDArray[np.bool_]],
             given: NDArray | Sequence[NDArray] | None) -> list[Floats]:
    """What every unit weighs among its siblings: a leaf its own weight, a parent what stands below it and forecasts."""
    sizes = [len(k) for k in kids]
    if given is None:
        raise BadInput("A weighted mean needs weights", "Give leaf_weights, the weight of each unit of the lowest level")
    each = [np.asarray(w, np.float64) for w in given] if isinstance(given, (list, tuple)) else \
        [np.zeros(n) for n in sizes[:-1]] + [np.asarray(given, np.float64)]
    if [len(w) for w in each] != sizes:
        raise BadInput("The weights do not fit the tree", "Give one weight for each unit", units=sizes, weights=[len(w) for w in each])
    each = [np.nan_to_num(w[:, None] if w.ndim == 1 else w) for w in each]
    if any((w < 0).any() for w in each):
        raise BadInput("A weight is negative", "Weights are areas, people, hours: zero or more")
    out = [each[-1]]
    full = each[-1]
    for k in reversed(range(len(folds))):
        told = out[0] if here[k + 1] is None else np.where(here[k + 1], out[0], 0.0)
        full = np.where((folds[k].children() > 0)[:, None], _sum(folds[k], full), each[k])
        out.insert(0, np.where(kids[k], _sum(folds[k], told), full))
    return out


def _sum(fold: Fold, level: NDArray) -> Floats:
    """[children × steps] → [parents × steps]."""
    return fold.add(level.T).T


def _present(level: NDArray, here: NDArray[np.bool_] | None) -> NDArray:
    return level if here is None else np.where(here, level, 0.0)


def _variance(tree: _Tree, k: int, ask: NDArray | None) -> Floats:
    """What a unit's own forecast is worth: its variance as a total, infinite where it has none, never quite zero.

    Without variances (bottom-up) a leaf counts by its size, so that what must be shared out is shared in proportion.
    """
    if ask is None:
        found = np.abs(tree.total[k])
    else:
        found = ask[:, None] if ask.ndim == 1 else ask
        found = found if tree.weight is None else found * tree.weight[k] ** 2
    finite = found[np.isfinite(found)]
    found = np.maximum(found, max(_LEAST * float(finite.max(initial=0.0)), np.finfo(float).tiny ** 0.5))
    return found if tree.own[k] is None else np.where(tree.own[k], found, np.inf)


def _up(tree: _Tree, ask: list[NDArray | None]) -> tuple[list[Floats], list[Floats], list[Floats], list[Floats]]:
    """Per level: what the subtree says of a unit (m, s) and what its children alone say (M, S)."""
    depth = len(tree.total)
    mean, spread, below, below_spread = ([np.empty(0)] * depth for _ in range(4))
    for k in reversed(range(depth)):
        own = _variance(tree, k, ask[k])
        if k == depth - 1:
            mean[k], spread[k] = tree.total[k], np.where(np.isfinite(own), own, 0.0)
            continue
        told, sure = (_sum(tree.folds[k], _present(x[k + 1], tree.here[k + 1])) for x in (mean, spread))
        if ask[k] is None:
            m, s = told, sure
        else:
            share = np.where(np.isfinite(own), sure / (np.where(np.isfinite(own), own, 1.0) + sure), 0.0)   # how far ŷ pulls
            m, s = told + share * (tree.total[k] - told), sure * (1 - share)
        alone = ~tree.kids[k]
        if alone.any():
            m, s = np.where(alone, tree.total[k], m), np.where(alone, np.where(np.isfinite(own), own, 0.0), s)
        mean[k], spread[k], below[k], below_spread[k] = m, s, told, sure
    return mean, spread, below, below_spread


def _down(tree: _Tree, mean: list[Floats], spread: list[Floats], below: list[Floats], below_spread: list[Floats],
          fixed_top: bool) -> list[Floats]:
    """From the top: every parent's move is shared among its children as they are unsure."""
    top = mean[0]
    if fixed_top:
        top = tree.total[0] if tree.own[0] is None else np.where(tree.own[0], tree.total[0], top)
    out = [top]
    for k, fold in enumerate(tree.folds):
        move = np.divide(out[k] - below[k], below_spread[k], out=np.zeros(np.broadcast_shapes(out[k].shape, below_spread[k].shape)),
                         where=below_spread[k] > 0)
        if not move.any():
            out.append(mean[k + 1])
            continue
        under = np.maximum(fold.parent, 0)
        out.append(mean[k + 1] + spread[k + 1] * np.where((fold.parent >= 0)[:, None], move[under], 0.0))
    return out


def _added(tree: _Tree, found: list[Floats], fixed_top: bool) -> list[Floats]:
    """Parents as the very sums of their children: what is left of rounding goes away. A fixed top stays as given."""
    out = list(found)
    for k in reversed(range(1 if fixed_top else 0, len(tree.folds))):
        told = _sum(tree.folds[k], _present(out[k + 1], tree.here[k + 1]))
        out[k] = told if tree.kids[k].all() else np.where(tree.kids[k], told, out[k])
    return out
