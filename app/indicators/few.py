"""Small counts of people: which values would point at persons, and which siblings have to go with them.

A count of one to four is hidden, of a share one whose numerator is (primary suppression). Where exactly one child of a
parent is hidden, parent minus siblings would give it back, so the smallest other child is hidden too (secondary
suppression; Hundepool et al., Statistical Disclosure Control, 2012, ch. 4).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.access import FEW

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def is_few(count: Floats) -> Flags:
    """True for counts that are not nought and below FEW."""
    with np.errstate(invalid="ignore"):
        return (np.abs(count) > 0) & (np.abs(count) < FEW)


def with_siblings(value: Floats, few: Flags, parent: NDArray[np.int64]) -> Flags:
    """`few` of one step and the siblings that go with a lone hidden one; `parent[i]` −1 where i does not stand."""
    stands = parent >= 0
    size = int(parent.max(initial=-1)) + 1
    lone = np.bincount(parent[few & stands], minlength=size) == 1
    open_ = stands & ~few & np.isfinite(value)
    candidates = np.flatnonzero(open_)[lone[parent[open_]]] if size else np.empty(0, np.int64)
    order = candidates[np.lexsort((candidates, value[candidates], parent[candidates]))]
    first = np.ones(order.size, bool)
    first[1:] = parent[order[1:]] != parent[order[:-1]]
    hidden = few.copy()
    hidden[order[first]] = True
    return hidden


def of_group(values: Floats, few: Flags) -> Flags:
    """`with_siblings` for all steps of one group of siblings: arrays [step × sibling]."""
    hidden = few.copy()
    lone = np.flatnonzero(few.sum(axis=1) == 1)
    others = np.where(few[lone] | ~np.isfinite(values[lone]), np.inf, values[lone])
    picked = np.argmin(others, axis=1) if others.size else np.empty(0, np.int64)
    there = np.isfinite(others[np.arange(lone.size), picked]) if others.size else np.empty(0, bool)
    hidden[lone[there], picked[there]] = True
    return hidden
