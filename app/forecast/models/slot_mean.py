"""The mean of the same slots: what is usual at this time of this kind of day, recent days weighing more."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.seasons import clock
from app.forecast.spec import Spec
from app.forecast.usual import usual

__all__ = ["NAME", "fit", "paths", "predict"]
NAME = "slot_mean"


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Nothing is kept: the means follow the newest data."""
    return Fitted(NAME, spec, panel=as_panel(panel, spec))


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """The weighted mean of the same slot on the same kind of day before each moment, [k, n, h]; a first day takes its own mean so far."""
    when = clock(panel, fitted.spec, horizon)
    known = usual(panel.y, when)
    n = panel.n
    found = np.empty((ends.size, n, horizon))
    for k, end in enumerate(ends):
        rows = np.repeat(np.arange(n), horizon)
        target = np.tile(end + np.arange(horizon), n)
        found[k] = known.of("kinds", rows, np.full(rows.size, end), target).reshape(n, horizon)
        gaps = np.isnan(found[k])
        if gaps.any():
            there = ~np.isnan(panel.y[:, :end])
            count = there.sum(axis=1)
            mean = np.divide(np.where(there, panel.y[:, :end], 0.0).sum(axis=1), count, out=np.full(n, np.nan), where=count > 0)
            found[k] = np.where(gaps, mean[:, None], found[k])
    return found
