"""The dynamic optimised theta method of statsforecast (the extra `stats`): each series by itself, for comparison.

Fiorucci et al. 2016. It learns anew from the last weeks before each moment, so that runs over many moments take long.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.errors import Unavailable
from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.seasons import clock
from app.forecast.spec import Spec

__all__ = ["NAME", "fit", "paths", "predict"]
NAME = "theta"
SEASONS, LEAST = 28, 60         # inner seasons (and steps, at least) that it looks back


def _method(season: int) -> Any:
    try:
        from statsforecast.models import DynamicOptimizedTheta
    except (ImportError, OSError) as error:
        raise Unavailable("The theta method needs statsforecast, which is not installed", "Install the extra: pip install 'chengshu[stats]'",
                          why=str(error)) from error
    return DynamicOptimizedTheta(season_length=season)


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """The season it works with. Raises Unavailable without statsforecast."""
    panel = as_panel(panel, spec)
    season = clock(panel, spec, 1).inner
    _method(season)
    return Fitted(NAME, spec, {"season": season}, panel)


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What is expected after each of `ends`, [k, n, h]; gaps count as the value before them; NaN for a series with less than two values."""
    season = fitted.state["season"]
    found = np.full((ends.size, panel.n, horizon), np.nan)
    for k, end in enumerate(ends):
        first = max(0, int(end) - max(LEAST, SEASONS * season))
        past = pd.DataFrame(panel.y[:, first:int(end)].T).ffill().to_numpy()
        for i in range(panel.n):
            y = past[~np.isnan(past[:, i]), i]
            if y.size >= 2 and np.ptp(y) == 0:
                found[k, i] = y[-1]
            elif y.size >= 2:
                method = _method(season if y.size >= 2 * season + 2 else 1)
                found[k, i] = method.forecast(y=y, h=horizon)["mean"]
    return found
