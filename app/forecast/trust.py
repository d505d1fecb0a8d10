"""How far a chosen model is still to be trusted: the skill it has had since, measured against the skill it had when it was chosen.

Skill is 1 − its mean absolute error ÷ that of the seasonal naive forecast. Measured on the steps since the choice (at least a horizon
of them), after the fact: each forecast uses what was known before it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.forecast.model import named
from app.forecast.panels import panel_of

if TYPE_CHECKING:
    from app.system import System

MOST_ENDS, LEAST_ENDS = 28, 4       # moments at which a model is asked what it would have said
SURE = 0.02                         # a model chosen with less skill than this had none to lose


def trust(system: System, city: str, indicator: str, level: str) -> float | None:
    """0 … 1; None where no model was chosen, or too little has been reported since."""
    champions = system.outlooks.champions
    row = champions.row(city, indicator, level)
    given = panel_of(system.values(city), indicator, level) if row is not None else None
    if row is None or given is None:
        return None
    panel, _ = given
    champion = champions.fitted(city, indicator, level, panel.ids)
    if champion is None:
        return None
    fitted = champion.fitted
    first, horizon = int(np.searchsorted(panel.times, row["data_until"], side="right")), fitted.spec.horizon
    ends = np.arange(first, panel.t - 1, max(1, horizon // 4))[-MOST_ENDS:]
    if ends.size < LEAST_ENDS:
        return None
    error = [_error(named(name).paths(named(name).fit(panel.until(first), fitted.spec) if name != fitted.name else fitted, panel, ends, horizon),
                    panel.y, ends) for name in (fitted.name, "seasonal_naive")]
    if not np.isfinite(error).all() or error[1] <= 0:
        return None
    then = float(row["scores"].get("skill_seasonal") or 0.0)
    now = 1.0 - error[0] / error[1]
    return 1.0 if then <= SURE and now > -SURE else float(np.clip(now / max(then, SURE), 0.0, 1.0))


def _error(paths: np.ndarray, y: np.ndarray, ends: np.ndarray) -> float:
    """The mean absolute error of paths [k × n × h] as far as the truth is known."""
    steps = ends[:, None] + np.arange(paths.shape[2])[None, :]
    truth = np.where((steps < y.shape[1])[:, None, :], y[:, np.minimum(steps, y.shape[1] - 1)].transpose(1, 0, 2), np.nan)
    apart = np.abs(paths - truth)
    return float(np.nanmean(apart)) if np.isfinite(apart).any() else np.nan
