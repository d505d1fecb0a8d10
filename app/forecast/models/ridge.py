"""Linear, in closed form: how departures from the usual (own, neighbours', everybody's, weather's) carry into the future.

One ridge regression a step ahead, pooled over all series in units of their own scale; the penalty is chosen on the last fifth of
the history. Fits ten thousand series in a second or two: the instant mode.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.design import GROUPS, design, scales
from app.forecast.frame import Floats, Panel
from app.forecast.linear import batches, drawn, kept, learn, redesign, rows_of
from app.forecast.model import Fitted, as_panel, predict
from app.forecast.sampling import sampled
from app.forecast.spec import Spec

__all__ = ["NAME", "contributions", "fit", "paths", "predict"]
NAME = "ridge"
ROWS = {"full": 100_000, "instant": 6_000}


def fit(panel: Panel | pd.DataFrame, spec: Spec) -> Fitted:
    """Learn the coefficients of every step of the horizon from pairs of series and moments, at most ROWS of them."""
    panel = as_panel(panel, spec)
    some = sampled(panel, spec)
    made = design(some, spec, spec.horizon)
    coefficients, groups = learn(made, some, spec, ROWS[spec.mode])
    state = {"coefficients": coefficients, "groups": groups, **kept(made, panel)}
    return Fitted(NAME, spec, state if some is panel else state | {"scale": scales(panel.y)}, panel)


def paths(fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What is expected after each of `ends`, [k, n, h]; steps past the horizon it learnt use the last one's coefficients."""
    made = redesign(fitted.state, fitted.spec, panel, horizon)
    at = rows_of(made, np.tile(np.arange(panel.n), ends.size), np.repeat(ends, panel.n))
    return drawn(made, at, fitted.state["coefficients"], horizon).reshape(ends.size, panel.n, horizon)


def contributions(fitted: Fitted, panel: Panel, horizon: int) -> tuple[Floats, dict[str, Floats]]:
    """The base [n, h] after the last step, and what each group of features adds to it [n, h]: together exactly the forecast."""
    made = redesign(fitted.state, fitted.spec, panel, horizon)
    w, groups = fitted.state["coefficients"], np.array(fitted.state["groups"])
    at = rows_of(made, np.arange(panel.n), np.full(panel.n, panel.t))
    base = np.empty((panel.n, horizon))
    parts = {group: np.zeros((panel.n, horizon)) for group in GROUPS}
    for part, b, x in batches(made, at, horizon):
        terms = x * w[np.minimum(np.arange(part.start, part.stop), len(w) - 1)][:, None, :] * made.scale[:, None]
        base[:, part] = (b + terms[:, :, groups == "base"].sum(axis=2)).T
        for group in GROUPS:
            parts[group][:, part] = terms[:, :, groups == group].sum(axis=2).T
    return base, parts
