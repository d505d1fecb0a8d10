"""The tower: readings of one level climb to every level above it.

A cube is a dense array [step × unit], NaN where nothing was reported. What climbs are partial aggregates (total,
weight, count), so a parent is by construction what its children say, whatever the roll-up:

    sum            value = Σ value
    weighted_mean  value = Σ value·weight ÷ Σ weight
    ratio          value = scale · Σ value ÷ Σ weight      (value is the numerator, weight the denominator)
    max, min       value = the largest, the smallest child
    last           value = the child that reported last (ties: the first in code order)

A cube that lies unit by unit in memory (Fortran order) is added up by a product with the 0/1 matrix of its fold: five
times faster than `reduceat`, which serves single steps, extremes and cubes that lie step by step. Children of one
parent lie side by side when codes are given in tree order; units that moved are brought side by side by a permutation
first. Cost is one pass over the cube plus a geometric tail.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from app.errors import BadInput
from data.levels import LEVELS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_BLOCK = 1 << 21        # values folded at a time: 16 MB, and enough work for a thread
ROLLUPS = ("sum", "weighted_mean", "ratio", "max", "min", "last")


@dataclass(frozen=True)
class Fold:
    """How the units of one level fold into the level above: `parent[i]` is i's parent, −1 where i does not stand."""

    parent: Ints
    parents: int

    @cached_property
    def order(self) -> Ints | None:
        """The permutation that brings siblings together and drops who does not stand; None where none is needed."""
        if self.parent.size == 0 or (self.parent[0] >= 0 and bool(np.all(self.parent[1:] >= self.parent[:-1]))):
            return None
        order = np.argsort(self.parent, kind="stable")
        return order[self.parent[order] >= 0]

    @cached_property
    def _runs(self) -> tuple[Ints, Ints]:
        """(start of each run of siblings, the parent of each run)."""
        lined = self.parent if self.order is None else self.parent[self.order]
        starts = np.flatnonzero(np.r_[True, lined[1:] != lined[:-1]]) if lined.size else np.empty(0, np.int64)
        return starts, lined[starts]

    def fold(self, cube: NDArray, how: np.ufunc, empty: float = 0.0, out: NDArray | None = None) -> NDArray:
        """Reduce [step × child] to [step × parent], into `out` if given; parents without children get `empty`."""
        starts, owners = self._runs
        lined = cube if self.order is None else cube[:, self.order]
        if out is None:
            out = np.empty((cube.shape[0], self.parents), cube.dtype)
        if owners.size and owners.size == self.parents:
            return how.reduceat(lined, starts, axis=1, out=out)
        out[:] = empty
        if owners.size:
            out[:, owners] = how.reduceat(lined, starts, axis=1)
        return out

    @cached_property
    def _sums(self) -> csr_array:
        """The fold as a 0/1 matrix [parent × child]: one product adds many steps at once."""
        inside = np.flatnonzero(self.parent >= 0)
        order = inside[np.argsort(self.parent[inside], kind="stable")]
        ends = np.cumsum(np.bincount(self.parent[inside], minlength=self.parents))
        return csr_array((np.ones(order.size, np.int8), order, np.r_[0, ends]), shape=(self.parents, self.parent.size))

    def add(self, cube: NDArray) -> NDArray:
        """`fold` with np.add for a cube that lies unit by unit in memory; so does its answer."""
        return (self._sums @ cube.T).T

    def children(self) -> Ints:
        """How many units stand under each parent."""
        return np.bincount(self.parent[self.parent >= 0], minlength=self.parents).astype(np.int64)


@dataclass(frozen=True)
class Tree:
    """Who stands under whom during one epoch: per level its parents in the level above (indices are seq − 1)."""

    folds: Mapping[str, Fold]

    @classmethod
    def of(cls, parents: Mapping[str, NDArray], sizes: Mapping[str, int]) -> Tree:
        """Build from {level: parent index per unit} and {level: number of units}."""
        folds = {}
        for level, parent in parents.items():
            above = LEVELS[LEVELS.index(level) - 1]
            parent = np.asarray(parent, np.int64)
            if parent.size and parent.max() >= sizes[above]:
                raise BadInput(f"A {level} names a parent that no {above} is", value=int(parent.max()))
            folds[level] = Fold(parent, sizes[above])
        return cls(folds)

    def above(self, native: str) -> list[str]:
        """The levels above `native`, nearest first."""
        return list(reversed(LEVELS[: LEVELS.index(native)]))

    def climb(self, units: Ints, level: str, to: str) -> Ints:
        """The units of the level `to`, above `level` or the same, that units of `level` stand under; −1 for those under none."""
        for here in reversed(LEVELS[LEVELS.index(to) + 1 : LEVELS.index(level) + 1]):
            parent = self.folds[here].parent
            stands = (units >= 0) & (units < parent.size)
            units = np.where(stands, parent[np.where(stands, units, 0)], -1) if parent.size else np.full(units.shape, -1)
        return units

    def native_below(self, native: str) -> dict[str, Ints]:
        """How many native units stand under every unit, per level from native up: what coverage divides by."""
        counts = {native: np.where(self.folds[native].parent >= 0, 1, 0)} if native != "city" else {"city": np.ones(1, np.int64)}
        here = native
        for level in self.above(native):
            counts[level] = self.folds[here].fold(counts[here][None, :], np.add, 0)[0]
            here = level
        return counts


@dataclass(frozen=True)
class Partial:
    """The partial aggregates of one level: arrays [step × unit]; `weight` is None where the roll-up needs none.

    `count` is how many native units reported; where every one did at every step it may be one row [1 × unit].
    """

    total: Floats
    weight: Floats | None
    count: Ints

    def value(self, rollup: str, scale: float = 1.0) -> Floats:
        """The values people see; NaN where nothing was reported."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if rollup in ("weighted_mean", "ratio"):
                shown = np.where(self.weight > 0, self.total / self.weight, np.nan)
                return shown * scale if rollup == "ratio" and scale != 1.0 else shown
            return np.where(self.count > 0, self.total, np.nan)


def roll_up(tree: Tree, native: str, values: Floats, rollup: str, weights: Floats | None = None,
            gaps: bool | None = None) -> dict[str, Partial]:
    """All levels from `native` up to the city.

    values   [step × unit] of the native level, NaN = not reported (for a ratio: the numerators)
    weights  the same shape or one row: the weight of a mean, the denominators of a ratio, the time of report for
             `last` (any number that grows with time)
    gaps     False when the caller knows that nothing is missing: the count is then not looked for
    """
    if rollup not in ROLLUPS:
        raise BadInput(f"Unknown roll-up {rollup!r}", f"Use one of {', '.join(ROLLUPS)}")
    if rollup in ("weighted_mean", "ratio", "last") and weights is None:
        raise BadInput(f"Roll-up {rollup} needs weights")
    if rollup == "last":
        return _roll_last(tree, native, values, np.broadcast_to(weights, values.shape))
    return _roll_partials(tree, native, _native(values, weights, rollup, gaps), rollup)


def _native(values: Floats, weights: Floats | None, rollup: str, gaps: bool | None) -> Partial:
    missing = np.isnan(values) if gaps is not False else None
    if missing is not None and not missing.any():
        missing = None
    count = np.ones((1, values.shape[1]), np.int64) if missing is None else (~missing).astype(np.int64)
    if rollup in ("max", "min"):
        empty = -np.inf if rollup == "max" else np.inf
        return Partial(values if missing is None else np.where(missing, empty, values), None, count)
    if rollup == "sum":
        return Partial(values if missing is None else np.where(missing, 0.0, values), None, count)
    spread = np.broadcast_to(weights, values.shape)
    total = values * spread if rollup == "weighted_mean" else values
    known = np.isnan(total) | np.isnan(spread)
    if known.any():
        total, spread, count = np.where(known, 0.0, total), np.where(known, 0.0, spread), np.where(known, 0, 1)
    return Partial(total, np.asarray(spread, np.float64), np.broadcast_to(count, values.shape) if known.any() else count)


def _roll_partials(tree: Tree, native: str, here: Partial, rollup: str) -> dict[str, Partial]:
    how, empty = {"max": (np.maximum, -np.inf), "min": (np.minimum, np.inf)}.get(rollup, (np.add, 0.0))
    weights = None if here.weight is None else _climb(tree, native, here.weight, np.add, 0.0)
    counts = _climb(tree, native, here.count, np.add, 0)
    totals = _climb(tree, native, here.total, how, empty)
    return {level: Partial(total, None if weights is None else weights[level], counts[level]) for level, total in totals.items()}


def _climb(tree: Tree, native: str, cube: NDArray, how: np.ufunc, empty: float) -> dict[str, NDArray]:
    """One quantity up all levels, a few steps at a time so that a level is still in the cache when the next reads it;
    large cubes on every core (reduceat lets go of the interpreter lock)."""
    above = tree.above(native)
    if not above:
        return {native: cube}
    folds = [tree.folds[level] for level in (native, *above[:-1])]
    if how is np.add and cube.shape[0] > 1 and cube.flags.f_contiguous:
        found, here = {native: cube}, cube
        for level, fold in zip(above, folds, strict=True):
            here = found[level] = fold.add(here)
        return found
    found = {native: cube, **{level: np.empty((cube.shape[0], fold.parents), cube.dtype) for level, fold in zip(above, folds, strict=True)}}

    def climb(steps: slice) -> None:
        here = cube[steps]
        for level, fold in zip(above, folds, strict=True):
            here = fold.fold(here, how, empty, found[level][steps])

    for fold in folds:
        _ = fold.order, fold._runs                # made once, before threads ask for them
    size = max(1, _BLOCK // max(1, cube.shape[1]))
    blocks = [slice(start, start + size) for start in range(0, cube.shape[0], size)]
    if len(blocks) < 2:
        climb(slice(None))
    else:
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(climb, blocks))
    return found


def _roll_last(tree: Tree, native: str, values: Floats, times: Floats) -> dict[str, Partial]:
    """`last` by two max-folds: the newest time under each parent, then the first child that has it."""
    stamped = np.where(np.isnan(values), -np.inf, times)
    found = {native: Partial(np.where(np.isnan(values), 0.0, values), stamped, (~np.isnan(values)).astype(np.int64))}
    level, here, when = native, values, stamped
    for above in tree.above(native):
        fold = tree.folds[level]
        newest = fold.fold(when, np.maximum, -np.inf)
        inside = fold.parent >= 0
        winner = np.zeros(when.shape, bool)
        winner[:, inside] = (when[:, inside] == newest[:, fold.parent[inside]]) & np.isfinite(when[:, inside])
        rank = np.where(winner, np.arange(when.shape[1]), when.shape[1]).astype(np.int64)
        first = fold.fold(rank, np.minimum, when.shape[1])
        padded = np.concatenate([here, np.full((here.shape[0], 1), np.nan)], axis=1)
        here, when = np.take_along_axis(padded, first, axis=1), newest
        count = fold.fold(found[level].count, np.add, 0)
        found[above], level = Partial(np.nan_to_num(here), when, count), above
    return found
