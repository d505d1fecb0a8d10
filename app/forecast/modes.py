"""What the whole network is about to do: many series as one state of few numbers, and how that state moves.

The main directions of all series (principal components) carry the state: where it is, and how it came there in the last step and the last
three. For each step ahead ridge regression says how it will have moved. Models that learn from what it expects must not be given what it
had seen, so `learn` also says what it expects at every moment of the history when the moments around are left out.
Source: reduced-rank regression of a state on its past, as in dynamic mode decomposition (Schmid 2010); stacking as in Wolpert 1992.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, eigh

from app.forecast.frame import Floats

Ints = NDArray[np.int64]
MOST, SEEN = 100, 1_500         # directions, and moments that they are found in, at most
LAGS = (1, 3)                   # steps back that movements are taken over
FOLDS = 6
MARGIN = 12                     # steps around moments that are left out with them


@dataclass(frozen=True)
class Modes:
    """`axes` [n, m] and what the state [(1 + lags) · m] is centred and scaled by; `moves` [h, 1 + state, m]: of the state, a step ahead."""

    mean: Floats
    axes: Floats
    centre: Floats
    size: Floats
    moves: Floats

    def path(self, y: Floats) -> Floats:
        """The state at every step of a history [n, t] without gaps, [m, t]."""
        return self.axes.T @ (y - self.mean[:, None])

    def expected(self, path: Floats, ends: Ints, step: int) -> Floats:
        """How every series will have moved since the step before each of `ends`, `step` steps on, [n, k]."""
        x = _with_one((_state(path, ends) - self.centre) / self.size)
        return self.axes @ (x @ self.moves[min(step, len(self.moves)) - 1]).T

    def kept(self) -> dict[str, NDArray[np.float32]]:
        """As arrays, for storage."""
        return {name: np.asarray(values, np.float32) for name, values in vars(self).items()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Modes:
        """What `kept` said."""
        return cls(**{name: np.asarray(values, np.float64) for name, values in kept.items()})


def learn(y: Floats, first: int, horizon: int) -> tuple[Modes, list[Floats]]:
    """The modes of a history [n, t] without gaps, and what is expected after each of the ends `first` … t − step, [n, k] for each step.

    What is expected after a moment is learnt from the other folds of the history, nothing near that moment among them.
    """
    mean = y.mean(axis=1)
    centred = y - mean[:, None]
    axes = _directions(centred)
    path = axes.T @ centred
    state = _state(path, np.arange(first, y.shape[1] + 1))
    centre, size = state.mean(axis=0), state.std(axis=0) + 1e-9
    x = _with_one((state - centre) / size)
    count = len(x) - horizon                            # moments that every step has a truth of
    if count < 1:
        nothing = np.zeros((horizon, x.shape[1], axes.shape[1]))
        return Modes(mean, axes, centre, size, nothing), [np.zeros((len(y), max(len(x) - step, 0))) for step in range(1, horizon + 1)]
    moved = [(path[:, first - 1 + step:][:, :count] - path[:, first - 1:][:, :count]).T for step in range(1, horizon + 1)]
    gram, cross = x[:count].T @ x[:count], [x[:count].T @ z for z in moved]
    whole = _factor(gram, count)
    moves = np.stack([cho_solve(whole, right) for right in cross])
    found = [x[:len(x) - step] @ w for step, w in enumerate(moves, 1)]          # the last ones were not learnt from
    for fold in np.array_split(np.arange(count), min(FOLDS, count)):
        near = slice(max(0, fold[0] - horizon - MARGIN), min(count, fold[-1] + horizon + MARGIN + 1))
        some = x[near]
        rest = _factor(gram - some.T @ some, count - len(some))
        for z, right, told in zip(moved, cross, found, strict=True):
            told[fold] = x[fold] @ cho_solve(rest, right - some.T @ z[near])
    return Modes(mean, axes, centre, size, moves), [axes @ told.T for told in found]


def _directions(centred: Floats) -> Floats:
    """Orthonormal directions [n, m] of the most variance, m ≤ MOST."""
    some = centred[:, :: -(-centred.shape[1] // SEEN)]
    n, t = some.shape
    m = min(n, t, MOST)
    if n <= t:
        return np.ascontiguousarray(eigh(some @ some.T, subset_by_index=[n - m, n - 1])[1][:, ::-1])
    values, right = eigh(some.T @ some, subset_by_index=[t - m, t - 1])
    held = values > 1e-9 * max(values[-1], 1e-300)
    return np.ascontiguousarray((some @ (right[:, held] / np.sqrt(values[held])))[:, ::-1])


def _state(path: Floats, ends: Ints) -> Floats:
    """Where the path [m, t] is before each of `ends` and how it moved to there, [k, (1 + lags) · m]."""
    last = np.asarray(ends) - 1
    now = path[:, last]
    return np.concatenate([now, *(now - path[:, np.maximum(last - lag, 0)] for lag in LAGS)]).T


def _with_one(x: Floats) -> Floats:
    return np.concatenate([x, np.ones((len(x), 1))], axis=1)


def _factor(gram: Floats, count: int) -> tuple[Floats, bool]:
    """The ridge equations, factored; the penalty on a state of unit variance weighs as much as the `count` moments themselves."""
    return cho_factor(gram + max(count, 1) * np.eye(len(gram)))
