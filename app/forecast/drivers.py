"""What drives a forecast: how much each group of features adds to the base it starts from."""

from __future__ import annotations

import numpy as np

from app.forecast.design import GROUPS
from app.forecast.frame import Floats, Panel
from app.forecast.model import Fitted, named


def contributions(fitted: Fitted, panel: Panel, horizon: int) -> tuple[Floats, dict[str, Floats]]:
    """Base [n, h] and {group: [n, h]} after the last step of a panel; base plus groups is the forecast.

    A model that tells its groups apart does so; of any other the base is the series' mean and all the rest its own past.
    """
    module = named(fitted.name)
    if hasattr(module, "contributions"):
        return module.contributions(fitted, panel, horizon)
    y_hat = module.paths(fitted, panel, np.array([panel.t]), horizon)[0]
    known = ~np.isnan(panel.y)
    mean = np.where(known, panel.y, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    base = np.repeat(mean[:, None], horizon, axis=1)
    return base, {group: y_hat - base if group == "past" else np.zeros_like(base) for group in GROUPS}
