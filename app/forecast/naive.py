"""Copies of the past: what naive forecasts are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.forecast.frame import Floats

BACK = 4        # seasons that are looked through for a value that is no gap


def seasonal(y: Floats, ends: NDArray[np.int64], horizon: int, season: int) -> Floats:
    """[k, n, h]: the value one season before each step after each of `ends`, two … BACK seasons before where that is a gap; then the last value.

    y [n, t]; only values before `end` are used, whatever the season.
    """
    n, t = y.shape
    known = np.where(np.isnan(y), -1, np.arange(t))
    last = np.maximum.accumulate(known, axis=1)[:, ends - 1].T                                      # [k, n]
    held = np.where(last >= 0, y[np.arange(n), np.maximum(last, 0)], np.nan)
    step = np.arange(1, horizon + 1)
    at = ends[:, None] - 1 + step - season * -(-step // season)                                     # [k, h]: at or before end - 1
    found = np.full((ends.size, n, horizon), np.nan)
    for back in range(BACK):
        there = at - back * season
        taken = np.where((there >= 0)[:, None, :], y[:, np.maximum(there, 0)].transpose(1, 0, 2), np.nan)
        found = np.where(np.isnan(found), taken, found)
    return np.where(np.isnan(found), held[:, :, None], found)
