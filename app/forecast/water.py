"""Rivers: rain that is still on its way, and the highest gauge of a parent.

Water demand needs nothing of its own: it follows clock, weekday, holidays and temperature, which every model of
`app/forecast/models` sees. A river level differs in two things. It answers to rain of hours and days ago, so rain is led
through linear reservoirs that drain by half in given times (antecedent rain, Kohler and Linsley 1951; the linear reservoir of
Zoch 1934), and their contents are factors for the same models. And parents take the highest gauge, not a sum: a parent's band
is that of the largest of several (`app/forecast/quantiles.py`), where adding up or averaging edges would be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput
from app.forecast.cadence import cadence
from app.forecast.frame import Panel
from app.forecast.quantiles import Belief, largest

Floats = NDArray[np.float64]
Bands = Mapping[float, tuple[Floats, Floats]]
TITLE = {"zh": "河道水位预报", "en": "River level"}
HALVES_H = (3.0, 12.0, 48.0)    # hours after which a reservoir holds half: streets and drains, the catchment, the ground


def reservoirs(rain: Floats, hours: float, halves_h: tuple[float, ...] = HALVES_H) -> Floats:
    """Contents [reservoir × … × t] of reservoirs filled by `rain` [… × t] (mm a step of `hours`); a gap in the rain is a dry step."""
    if hours <= 0 or any(half <= 0 for half in halves_h):
        raise BadInput("Times are above zero", "Give hours", hours=hours, halves=halves_h)
    fall = np.maximum(np.nan_to_num(np.asarray(rain, np.float64)), 0)
    keep = 0.5 ** (hours / np.asarray(halves_h)).reshape(-1, *([1] * (fall.ndim - 1)))
    out, now = np.empty((len(halves_h), *fall.shape)), np.zeros((len(halves_h), *fall.shape[:-1]))
    for t in range(fall.shape[-1]):
        now = now * keep + fall[..., t]
        out[..., t] = now
    return out


def with_rain(panel: Panel, rain: Floats, issued: int | None = None, halves_h: tuple[float, ...] = HALVES_H) -> Panel:
    """The panel with the reservoirs' contents as factors `rain_3h`, ….

    `rain` [t] or [n × t], mm a step, or longer where a rain forecast of the moment `issued` (epoch s) reaches on; without one
    nothing after the last step is used. The contents of earlier moments come from rain that had fallen by then alone.
    """
    each = reservoirs(rain, cadence(panel.cadence).seconds / 3600, halves_h)
    names = [f"rain_{half:g}h" for half in halves_h]
    told = {} if issued is None else dict.fromkeys(names, issued)
    return replace(panel, known=panel.known | dict(zip(names, each, strict=True)), issued=panel.issued | told)


def highest(y_hat: Floats, bands: Bands, parent: NDArray[np.int64], parents: int) -> tuple[Floats, dict[float, tuple[Floats, Floats]]]:
    """(y_hat, bands) [parents × steps] of the highest gauge of each parent; `parent` [n], −1: none. NaN where no gauge stands."""
    if y_hat.shape[:1] != parent.shape or (parent.size and parent.max() >= parents):
        raise BadInput("The gauges do not fit their parents", "Give one parent for each gauge", gauges=len(y_hat), parents=parents)
    middle = np.full((parents, *y_hat.shape[1:]), np.nan)
    found = {level: (middle.copy(), middle.copy()) for level in bands}
    for one in np.unique(parent[parent >= 0]):
        rows = np.flatnonzero(parent == one)
        beliefs = [Belief.of(y_hat[i], {level: (low[i], high[i]) for level, (low, high) in bands.items()}) for i in rows]
        middle[one], edges = largest(beliefs, tuple(sorted(bands)))
        for level, (low, high) in edges.items():
            found[level][0][one], found[level][1][one] = low, high
    return middle, found


def above(y_hat: Floats, bands: Bands, limit: float) -> Floats:
    """P(level > limit), as of a warning or guarantee stage, at each step."""
    return 1 - Belief.of(y_hat, bands).share_below(limit)
