"""Flows between units in the coming hours: what leaves and reaches each unit is forecast, who goes where stays as lately.

The doubly constrained model (Wilson 1967) solved by Furness' scaling (1965; iterative proportional fitting, Deming and
Stephan 1940): count(o, d) = a(o) · b(d) · seed(o, d), the flows nearest to the seed (in relative entropy) that leave and
reach every unit as forecast. The seed is a running mean of the recent flows at the same slot of the day, leaned towards
those of all slots where few were seen. Only pairs that are given can carry a flow, so a city of any size stays sparse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from app.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TITLE = {"zh": "单元间流量预测", "en": "Flows between units"}
HALF_LIFE = 7.0         # of the running mean, in occurrences of the same slot
_LEAN = 3.0             # occurrences that the mean of all slots counts for
_OPEN = 1e-3            # share of a seed that is spread as margins alone would have it: no pair is closed for good


@dataclass(frozen=True)
class Pairs:
    """Who can go where: `origin` and `destination` [m], numbers of units below `units`."""

    origin: Ints
    destination: Ints
    units: int

    def __post_init__(self) -> None:
        ends = np.r_[self.origin, self.destination]
        if self.origin.shape != self.destination.shape or (ends.size and (ends.min() < 0 or ends.max() >= self.units)):
            raise BadInput("A pair names a unit that is not there", "Units are numbers from 0 up", units=self.units)

    @cached_property
    def leaves(self) -> csr_array:
        """0/1 matrix [unit × pair]: who leaves."""
        return csr_array((np.ones(len(self.origin)), (self.origin, np.arange(len(self.origin)))), shape=(self.units, len(self.origin)))

    @cached_property
    def reaches(self) -> csr_array:
        """0/1 matrix [unit × pair]: who arrives."""
        return csr_array((np.ones(len(self.origin)), (self.destination, np.arange(len(self.origin)))), shape=(self.units, len(self.origin)))


@dataclass(frozen=True)
class Flows:
    """`count` [m × steps], zero or more; `gap`: the largest misfit of what leaves or reaches a unit, as a share of a step's total."""

    count: Floats
    gap: float


def furness(pairs: Pairs, seed: Floats, leaving: Floats, reaching: Floats, tolerance: float = 1e-10, rounds: int = 500) -> Flows:
    """The flows nearest to `seed` [m × steps] that leave and reach units as given [units × steps].

    Both margins must add up to the same total of each step. Where the pairs cannot carry the margins (all of a unit's pairs
    are closed) the scaling ends with what leaves exact as far as it can be, and `gap` says how much is missing. Raises
    BadInput for margins that are negative, missing or do not agree.
    """
    seed, leaving, reaching = (np.asarray(x, np.float64) for x in (seed, leaving, reaching))
    if seed.shape[0] != len(pairs.origin) or leaving.shape != reaching.shape or leaving.shape != (pairs.units, seed.shape[1]):
        raise BadInput("Flows and margins do not fit", "Give seed [pairs × steps] and margins [units × steps]",
                       seed=seed.shape, leaving=leaving.shape, reaching=reaching.shape)
    if any(not np.isfinite(x).all() or (x < 0).any() for x in (seed, leaving, reaching)):
        raise BadInput("Flows are zero or more, and none may be missing", "Cut negative forecasts off before")
    total = leaving.sum(axis=0)
    if not np.allclose(total, reaching.sum(axis=0), rtol=1e-6, atol=1e-9):
        raise BadInput("What leaves is not what arrives", "Balance the margins first (flows.balanced)",
                       leaves=float(total.sum()), arrives=float(reaching.sum()))
    count, gap = seed, np.inf
    for _ in range(rounds):
        count = count * _factor(reaching, pairs.reaches @ count)[pairs.destination]
        left = pairs.leaves @ count
        gap = float(np.max(np.abs(left - leaving) / np.maximum(total, 1e-12), initial=0.0))
        count = count * _factor(leaving, left)[pairs.origin]
        if gap <= tolerance:
            break
    off = max(np.max(np.abs(matrix @ count - goal) / np.maximum(total, 1e-12), initial=0.0)
              for matrix, goal in ((pairs.leaves, leaving), (pairs.reaches, reaching)))
    return Flows(count, float(off))


def balanced(leaving: Floats, reaching: Floats) -> tuple[Floats, Floats]:
    """Forecast margins [units × steps] made to agree: both scaled to the mean of their totals, negative ones cut to zero first."""
    out, into = np.maximum(np.nan_to_num(leaving), 0), np.maximum(np.nan_to_num(reaching), 0)
    a, b = out.sum(axis=0), into.sum(axis=0)
    total = np.where((a > 0) & (b > 0), (a + b) / 2, 0.0)
    return (out * np.divide(total, a, out=np.zeros_like(a), where=a > 0), into * np.divide(total, b, out=np.zeros_like(b), where=b > 0))


def seeds(history: Floats, slots: Ints, coming: Ints, half_life: float = HALF_LIFE) -> Floats:
    """Who went where lately at the slots that come [m × steps]: `history` [t × m], `slots` [t] of the day (or week), `coming` [steps]."""
    if history.ndim != 2 or slots.shape != history.shape[:1] or not len(history):
        raise BadInput("The flows of the past do not fit their slots", "Give history [time × pairs] and one slot for each time",
                       history=history.shape, slots=slots.shape)
    past = np.maximum(np.nan_to_num(np.asarray(history, np.float64)), 0)
    whole = past.mean(axis=0)
    out = np.empty((past.shape[1], len(coming)))
    for slot in np.unique(coming):
        rows = past[slots == slot]
        weight = 0.5 ** (np.arange(len(rows))[::-1] / half_life)
        mean = weight @ rows / weight.sum() if len(rows) else whole
        scale = mean.sum() / whole.sum() if whole.sum() > 0 and mean.sum() > 0 else 1.0
        out[:, coming == slot] = ((weight.sum() * mean + _LEAN * whole * scale) / (weight.sum() + _LEAN))[:, None]
    return out


def forecast(pairs: Pairs, history: Floats, slots: Ints, coming: Ints, leaving: Floats, reaching: Floats, half_life: float = HALF_LIFE) -> Flows:
    """Flows [m × steps] at the coming slots, from recent flows and forecast margins [units × steps]."""
    out, into = balanced(leaving, reaching)
    seed = seeds(history, slots, coming, half_life)
    total = out.sum(axis=0)
    spread = out[pairs.origin] * into[pairs.destination] / np.where(total > 0, total, 1)
    there = seed.sum(axis=0)
    seed = (1 - _OPEN) * seed * np.divide(total, there, out=np.zeros_like(total), where=there > 0) + _OPEN * spread
    return furness(pairs, seed, out, into)


def _factor(goal: Floats, now: Floats) -> Floats:
    return np.divide(goal, now, out=np.zeros_like(now), where=now > 0)
