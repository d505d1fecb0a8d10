"""A plain forecaster for tests of what is made of forecasts: the usual hour of the day plus a fading error, bands from past errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Runs:
    """Forecasts from many origins: everything [origins × steps]."""

    y_hat: np.ndarray
    low: np.ndarray
    high: np.ndarray
    true: np.ndarray
    error: np.ndarray
    start: np.ndarray


def days_ahead(y: np.ndarray, steps: int, first: int, every: int, season: int = 24, cover: float = 0.9) -> Runs:
    """From each origin first, first + every, …: the mean of the same slot of the last four days (seasons), plus the last error fading out.

    Bands are quantiles of the errors of the last 200 origins that were already over: nothing of the future is used.
    """
    origins = np.arange(4 * season + 1, len(y) - steps, every)
    slots = origins[:, None] + np.arange(steps)
    usual = np.mean([y[slots - k * season] for k in range(1, 5)], axis=0)
    now = y[origins - 1] - np.mean([y[origins - 1 - k * season] for k in range(1, 5)], axis=0)
    y_hat = usual + now[:, None] * 0.9 ** np.arange(1, steps + 1)
    error = y[slots] - y_hat
    back = int(np.ceil(steps / every))
    chosen = np.flatnonzero(origins >= first)
    shares = ((1 - cover) / 2, 0.5, (1 + cover) / 2)
    low, middle, high = np.array([np.quantile(error[max(0, i - back - 200):i - back], shares, axis=0) for i in chosen]).transpose(1, 0, 2)
    return Runs(y_hat[chosen] + middle, y_hat[chosen] + low, y_hat[chosen] + high, y[slots[chosen]], error[chosen] - middle, slots[chosen])
