"""Keep coherent forecasts within bounds without breaking their sums.

Cutting negative values off leaves breaks the sums above them. Instead, from the top down, each parent's total is shared
among its children anew: the nearest shares (in the children's own uncertainty) that keep the bounds and still add up,
x = clip(y + s·g, lower, upper) with one g a parent. It is found by fixing variables (Bitran and Hax 1981): cut who is
out, share the rest, until nobody is out; the side that lies out further is fixed first, which makes it exact. A total
that its children cannot make (a negative sum of counts) is itself first moved to the nearest they can.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.units.tower import Fold

Floats = NDArray[np.float64]
Masks = Sequence[NDArray[np.bool_] | None]


def within(found: Sequence[Floats], folds: Sequence[Fold], here: Masks, spread: Sequence[Floats], weight: Sequence[Floats] | None,
           lower: float | None, upper: float | None) -> list[Floats]:
    """Totals [units × steps] of each level, top first, whose leaves stay within lower·weight … upper·weight."""
    low = _edges(found, folds, here, weight, -np.inf if lower is None else lower)
    high = _edges(found, folds, here, weight, np.inf if upper is None else upper)
    out = [np.clip(found[0], low[0], high[0])]
    for k, fold in enumerate(folds):
        out.append(_share(np.clip(out[k], low[k], high[k]), found[k + 1], fold, here[k + 1], spread[k + 1], low[k + 1], high[k + 1]))
    return out


def _edges(found: Sequence[Floats], folds: Sequence[Fold], here: Masks, weight: Sequence[Floats] | None, bound: float) -> list[Floats]:
    """The least (or most) that a unit's subtree can be."""
    if not np.isfinite(bound):
        return [np.full((len(level), 1), bound) for level in found]
    own = [np.full((len(level), 1), bound) if weight is None else bound * weight[k] for k, level in enumerate(found)]
    for k in reversed(range(len(folds))):
        told = own[k + 1] if here[k + 1] is None else np.where(here[k + 1], own[k + 1], 0.0)
        own[k] = np.where((folds[k].children() > 0)[:, None], folds[k].add(told.T).T, own[k])
    return own


def _share(total: Floats, value: Floats, fold: Fold, here: NDArray[np.bool_] | None, spread: Floats, low: Floats, high: Floats) -> Floats:
    """Children [n × steps] within their bounds that add up to `total` of their parents; orphans are only cut."""
    out = np.clip(value, low, high)
    told = fold.add(np.where(True if here is None else here, value, 0.0).T).T
    moved = (np.abs(told - total) > 1e-13 * np.abs(total)) | (fold.add((out != value).astype(np.float64).T).T > 0)
    busy = np.flatnonzero((fold.parent >= 0) & moved.any(axis=1)[np.maximum(fold.parent, 0)])
    if not busy.size:
        return out
    owners, local = np.unique(fold.parent[busy], return_inverse=True)
    small, shape = Fold(local.astype(np.int64), owners.size), (busy.size, total.shape[1])
    part = [np.broadcast_to(x, (len(value), shape[1]))[busy] for x in (value, spread, low, high)]
    free = np.ones(shape, bool) if here is None else np.broadcast_to(here, (len(value), shape[1]))[busy].copy()
    goal = np.broadcast_to(total, (total.shape[0], shape[1]))[owners]
    out[busy] = _fixed(small, goal, *part, free)
    return out


def _fixed(fold: Fold, goal: Floats, value: Floats, spread: Floats, low: Floats, high: Floats, free: NDArray[np.bool_]) -> Floats:
    """Fix who is out of bounds, share the rest; each round fixes somebody, so it ends. Families that are done leave the work."""
    out, rows, families = np.empty_like(value), np.arange(len(value)), np.arange(len(goal))
    held, spread = np.zeros_like(value), spread * free
    value = value * free
    while True:
        under = fold.parent
        sure, told = fold.add(spread.T).T, fold.add((value + held).T).T
        step = np.divide(goal - told, sure, out=np.zeros_like(told), where=sure > 0)
        now = value + held + spread * step[under]
        short, over = now < low, now > high
        short &= free
        over &= free
        if over.any():                                # both sides at once: the one that lies out further is fixed first
            lack, excess = (fold.add(np.where(out_, np.abs(now - edge), 0.0).T).T for out_, edge in ((short, low), (over, high)))
            short &= (lack >= excess)[under]
            over &= (lack < excess)[under]
        fix = short | over
        going = np.unique(under[fix.any(axis=1)])
        is_busy = np.zeros(len(families), bool)
        is_busy[going] = True
        stay = is_busy[under]
        out[rows[~stay]] = now[~stay]
        if not going.size:
            return out
        held = np.where(short, low, np.where(over, high, held))
        free = free & ~fix
        value, spread = np.where(fix, 0.0, value), np.where(fix, 0.0, spread)
        if going.size < len(families):
            number = np.cumsum(is_busy) - 1
            fold, goal, families, rows = Fold(number[under[stay]], going.size), goal[going], families[going], rows[stay]
            held, free, value, spread, low, high = (x[stay] for x in (held, free, value, spread, low, high))
