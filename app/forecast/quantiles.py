"""What a forecast with bands says about any value: the share below it, the value of any share, and the largest of several.

Between the edges of the bands the distribution runs straight in normal scores (Φ⁻¹ of the share), beyond the outermost
edges it goes on with the last slope: a normal forecast is met exactly, a lopsided one keeps its lopsidedness. Shapes are
free: y_hat and the edges of every band broadcast. NaN stays NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from app.errors import BadInput

Floats = NDArray[np.float64]
Bands = Mapping[float, tuple[NDArray, NDArray]]


@dataclass(frozen=True)
class Belief:
    """The distribution of a forecast: values at fixed shares, `knots` [k, …] at normal scores `scores` [k], never falling."""

    scores: Floats
    knots: Floats

    @classmethod
    def of(cls, y_hat: NDArray, bands: Bands) -> Belief:
        """From a middle and {level: (low, high)}, as 0.9: the edges of the band that holds 90 %. Raises BadInput without a band."""
        if not bands:
            raise BadInput("A forecast without a band says nothing about other values", "Give at least one band, as {0.9: (low, high)}")
        levels = sorted(bands, reverse=True)
        scores = ndtri([(1 - level) / 2 for level in levels])
        parts = np.broadcast_arrays(*(bands[level][0] for level in levels), y_hat, *(bands[level][1] for level in reversed(levels)))
        knots = np.array(parts, np.float64)
        middle = len(levels)
        knots[:middle] = np.minimum.accumulate(knots[middle::-1], axis=0)[:0:-1]        # edges that cross are pushed outwards
        knots[middle:] = np.maximum.accumulate(knots[middle:], axis=0)
        return cls(np.r_[scores, 0.0, -scores[::-1]], knots)

    def share_below(self, x: NDArray | float) -> Floats:
        """P(Y ≤ x)."""
        return ndtr(self.score(x))

    def score(self, x: NDArray | float) -> Floats:
        """Φ⁻¹ of the share below x; ± infinite where the forecast is a single value."""
        x, k = np.asarray(x, np.float64), len(self.scores)
        shape = np.broadcast_shapes(x.shape, self.knots.shape[1:])
        out = np.full(shape, np.nan)
        for i in range(k - 1):
            low, high = self.knots[i], self.knots[i + 1]
            inside = ((x >= low) if i else np.ones(shape, bool)) & ((x < high) if i < k - 2 else np.ones(shape, bool))
            width = high - low
            with np.errstate(divide="ignore", invalid="ignore"):
                z = self.scores[i] + (self.scores[i + 1] - self.scores[i]) * (x - low) / width
            z = np.where(width > 0, z, np.where(x >= high, np.inf, -np.inf))
            out = np.where(inside, z, out)
        return np.where(np.isnan(x + self.knots[k // 2]), np.nan, out)

    def value_at(self, share: NDArray | float) -> Floats:
        """The value that `share` of the distribution lies below; `share` broadcasts against the forecast."""
        z = ndtri(np.asarray(share, np.float64))
        at = np.clip(np.searchsorted(self.scores, z, side="right") - 1, 0, len(self.scores) - 2)
        step = (z - self.scores[at]) / (self.scores[at + 1] - self.scores[at])
        shape = np.broadcast_shapes(np.shape(z), self.knots.shape[1:])
        knots = np.broadcast_to(self.knots, (len(self.scores), *shape))
        at = np.broadcast_to(at, shape)[None]
        low, high = (np.take_along_axis(knots, i, axis=0)[0] for i in (at, at + 1))
        return low + step * (high - low)


def largest(beliefs: Sequence[Belief], levels: Sequence[float] = (0.8, 0.9)) -> tuple[Floats, dict[float, tuple[Floats, Floats]]]:
    """(y_hat, bands) of the largest of several forecasts, for errors that do not pull against each other.

    P(largest ≤ x) lies between the product of the shares (errors apart) and the smallest of them (errors as one) as long
    as large errors tend to come together, which holds for gauges of one river and pollutants of one air. The lower edge
    and the middle are taken from the second, the upper edge from the first: the band is as wide as either needs.
    """
    if not beliefs:
        raise BadInput("The largest of nothing is nothing", "Give at least one forecast")

    bands = {level: (_together(beliefs, (1 - level) / 2), _apart(beliefs, (1 + level) / 2)) for level in levels}
    return _together(beliefs, 0.5), bands


def _together(beliefs: Sequence[Belief], share: float) -> Floats:
    """The value that the largest stays below with probability `share` when all err as one; a missing forecast is passed over."""
    return np.fmax.reduce(np.broadcast_arrays(*(b.value_at(share) for b in beliefs)))


def _apart(beliefs: Sequence[Belief], share: float) -> Floats:
    """The same when each errs for itself, by bisection."""
    low, high = _together(beliefs, share), _together(beliefs, share ** (1 / len(beliefs)))
    for _ in range(40):
        middle = (low + high) / 2
        below = np.prod([np.where(np.isnan(b.knots[0]), 1.0, b.share_below(middle)) for b in beliefs], axis=0)
        low, high = np.where(below < share, middle, low), np.where(below < share, high, middle)
    return high
