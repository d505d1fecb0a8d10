"""Values into classes: what a colour on the map means.

By threshold, the limits of the indicator's registry row divide; by quantile, the values of the units themselves do.
One byte a unit travels to the browser: its class, or 255 where nothing was reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.indicators.registry import Indicator

NO_DATA = 255
By = Literal["threshold", "quantile"]


@dataclass(frozen=True)
class Legend:
    """What the classes mean: `breaks` has one limit less than there are `counts`; a value on a limit is above it."""

    by: By
    breaks: list[float]
    counts: list[int]
    no_data: int
    edges: list[float]
    bars: list[int]
    minimum: float | None
    maximum: float | None
    mean: float | None


def classify(values: NDArray[np.float64], indicator: Indicator, by: By = "threshold", classes: int = 5,
             like: NDArray[np.float64] | None = None) -> tuple[NDArray[np.uint8], Legend]:
    """Class of every unit (uint8, 255 = no data) and the legend. Thresholds the registry lacks become quantiles.

    `like`: values whose quantiles divide instead of those of `values`, so that two pictures can be compared.
    """
    known = values[np.isfinite(values)]
    limits = np.asarray(indicator.thresholds, np.float64) if by == "threshold" and indicator.thresholds else None
    if limits is None:
        by = "quantile"
        limits = _quantiles(known if like is None else like[np.isfinite(like)], classes)
    found = np.full(values.shape, NO_DATA, np.uint8)
    finite = np.isfinite(values)
    found[finite] = np.searchsorted(limits, known, side="right").astype(np.uint8)
    counts = np.bincount(found[finite], minlength=limits.size + 1)
    bars, edges = np.histogram(known, bins=min(24, max(1, np.unique(known).size))) if known.size else (np.empty(0), np.empty(0))
    return found, Legend(by, limits.tolist(), counts.tolist(), int((~finite).sum()), edges.tolist(), bars.tolist(),
                         *((float(known.min()), float(known.max()), float(known.mean())) if known.size else (None, None, None)))


def _quantiles(known: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    """Limits that put as many of the known values into each class; fewer where values are equal."""
    if not known.size:
        return np.empty(0)
    limits = np.unique(np.quantile(known, np.linspace(0, 1, classes + 1)[1:-1]))
    return limits[limits > known.min()]
