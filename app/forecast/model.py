"""What every model is: a file in models/ with NAME, `fit`, `paths` and `predict`.

    NAME: str
    fit(panel, spec) -> Fitted                              learn from every step of the panel
    paths(fitted, panel, ends, horizon) -> [k, n, h]        what it expects after each of k moments; panel.until(end) is all it may use
    predict(fitted, horizon) -> long frame                  after the last step of the panel it was fitted on, with bands

A file is a model by being there: nothing lists them. A model whose library is missing raises Unavailable from `fit`.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.errors import NotFound
from app.forecast.frame import Floats, Panel, ahead, to_frame, to_panel
from app.forecast.spec import Spec

if TYPE_CHECKING:
    from app.forecast.intervals import Bands


@dataclass(frozen=True)
class Fitted:
    """A model that has learnt. `state` holds arrays, numbers, texts and lists alone, so that it can be kept without pickle.

    `panel`: what it was fitted on, where `predict` goes on from. `bands`: how far it errs, once that is known.
    """

    name: str
    spec: Spec
    state: dict[str, Any] = field(default_factory=dict)
    panel: Panel | None = None
    bands: Bands | None = None


class Model(Protocol):
    """A module of models/."""

    NAME: str

    def fit(self, panel: Panel | pd.DataFrame, spec: Spec) -> Fitted: ...

    def paths(self, fitted: Fitted, panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats: ...

    def predict(self, fitted: Fitted, horizon: int) -> pd.DataFrame: ...


@lru_cache(maxsize=1)
def models() -> dict[str, Any]:
    """{name: module} of the models there are."""
    import app.forecast.models as folder

    found = [importlib.import_module(f"{folder.__name__}.{module.name}") for module in pkgutil.iter_modules(folder.__path__)]
    return {module.NAME: module for module in sorted(found, key=lambda module: module.NAME)}


def named(name: str) -> Any:
    """The model of a name. Raises NotFound."""
    if name not in models():
        raise NotFound("There is no such model", f"Ask for one of {', '.join(models())}", model=name)
    return models()[name]


def as_panel(data: Panel | pd.DataFrame, spec: Spec) -> Panel:
    """A panel as it is; a long frame as a panel."""
    return to_panel(data, spec) if isinstance(data, pd.DataFrame) else data


def predict(fitted: Fitted, horizon: int, panel: Panel | None = None) -> pd.DataFrame:
    """`unit_id, ds, cutoff, model, y_hat` and the bands, after the last step of a panel (the one it was fitted on)."""
    from app.forecast.backtest import calibrated

    panel = panel or fitted.panel
    if panel is None:
        raise NotFound("This model holds no data to go on from", "Give the panel")
    asked = replace(fitted, spec=replace(fitted.spec, horizon=horizon))
    known = asked if asked.bands is not None and asked.bands.horizon >= horizon else calibrated(asked, panel)
    y_hat = bounded(named(fitted.name).paths(fitted, panel, np.array([panel.t]), horizon)[0], fitted.spec)
    bands = {level: (bounded(low, fitted.spec), bounded(high, fitted.spec)) for level, (low, high) in known.bands.around(y_hat, panel).items()}
    times = ahead(panel.times, panel.cadence, panel.timezone, horizon)
    return to_frame(panel, times, int(panel.times[-1]), fitted.name, y_hat, bands)


def bounded(values: Floats, spec: Spec) -> Floats:
    """Values kept inside the bounds of the spec."""
    return values if spec.low is None and spec.high is None else np.clip(values, spec.low, spec.high)
