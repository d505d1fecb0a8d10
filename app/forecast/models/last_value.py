"""Persistence: what was last reported stays. The first naive forecast that every other is judged by."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.spec import Spec

__all__ = ["NAME", "fit", "paths", "predict"]
NAME = "last_value"


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Nothing has to be learnt."""
    return Fitted(NAME, spec, panel=as_panel(panel, spec))


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """The last known value at every step, [k, n, h]; NaN for a series without any."""
    del fitted
    known = np.where(np.isnan(panel.y), -1, np.arange(panel.t))
    last = np.maximum.accumulate(known, axis=1)[:, ends - 1]
    held = np.where(last >= 0, np.take_along_axis(panel.y, np.maximum(last, 0), axis=1), np.nan)
    return np.repeat(held.T[:, :, None], horizon, axis=2)
