"""How the errors of neighbouring steps go together: a model's forecasts from earlier moments, held against what came."""

from __future__ import annotations

import numpy as np

from app.forecast.model import bounded, named
from app.forecast.outlook import Ground
from app.forecast.power import step_correlation

FORECASTS, LEAST = 24, 6    # earlier moments that are forecast from, at most and at least


def correlation(ground: Ground | None) -> tuple[float | None, int]:
    """(rho, forecasts) of the level's series, each on its own scale; (None, 0) where too few moments lie behind."""
    if ground is None:
        return None, 0
    fitted, panel = ground.champion.fitted, ground.panel
    steps = min(fitted.spec.horizon, 48)
    first = max(panel.t // 2, min(panel.t, 2 * steps))
    ends = np.unique(np.linspace(first, panel.t - steps, FORECASTS).astype(np.int64)) if panel.t - steps > first else np.empty(0, np.int64)
    if ends.size < LEAST or steps < 2:
        return None, 0
    made = bounded(named(fitted.name).paths(fitted, panel, ends, steps), fitted.spec)[:, ground.rows]
    truth = np.stack([panel.y[ground.rows, end : end + steps] for end in ends])
    errors = truth - made
    size = np.nanstd(errors, axis=(0, 2), keepdims=True)
    known = (errors / np.where(size > 0, size, np.nan)).reshape(-1, steps)
    known = known[~np.isnan(known).any(axis=1)]
    return (step_correlation(known), int(ends.size)) if len(known) >= LEAST else (None, 0)
