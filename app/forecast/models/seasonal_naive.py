"""The seasonal naive forecast: the same slot of the last week (of the last day where there is no week yet) comes again."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.naive import seasonal
from app.forecast.seasons import clock
from app.forecast.spec import Spec

__all__ = ["NAME", "fit", "paths", "predict"]
NAME = "seasonal_naive"


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """The season: the outer one (a week) where the history holds two of them, else the inner one (a day)."""
    panel = as_panel(panel, spec)
    when = clock(panel, spec, 1)
    season = when.outer if panel.t >= 2 * when.outer else when.inner
    return Fitted(NAME, spec, {"season": int(season)}, panel)


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """The value one season before (two, three … where that is a gap or not over yet), [k, n, h]."""
    return seasonal(panel.y, ends, horizon, fitted.state["season"])
