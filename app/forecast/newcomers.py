"""Series that have no history of their own yet: they borrow the course of their siblings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.forecast.frame import Floats, Panel


def newcomers(panel: Panel, least: int) -> NDArray[np.bool_]:
    """Which series know fewer than `least` values, [n]."""
    return (~np.isnan(panel.y)).sum(axis=1) < least


def borrow(panel: Panel, y_hat: Floats, who: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Forecasts [n, h] in which newcomers follow their siblings (all others, where they have none); and their spread around them [n, h].

    With a few values of its own a newcomer follows the median sibling times the ratio of the two where both are known (drawn towards
    1, by as many values as a day of doubt); without any it follows the median sibling. The spread is that of the siblings, 0 for others.
    """
    found, spread = y_hat.copy(), np.zeros_like(y_hat)
    known = ~np.isnan(panel.y)
    for i in np.flatnonzero(who):
        like = ~who
        if panel.parent is not None and panel.parent[i] >= 0:
            siblings = (panel.parent == panel.parent[i]) & ~who
            like = siblings if siblings.any() else like
        if not like.any():
            continue
        middle = np.median(y_hat[like], axis=0)
        both = known[i] & known[like].any(axis=0)
        ratio = 1.0
        if both.any():
            theirs = np.nanmedian(panel.y[like][:, both], axis=0)
            size = float(np.abs(theirs).mean()) or 1.0
            ratio = (panel.y[i, both].sum() + 3 * size) / (theirs.sum() + 3 * size)
        found[i] = middle * ratio
        spread[i] = np.abs(ratio) * (np.percentile(y_hat[like], 84, axis=0) - np.percentile(y_hat[like], 16, axis=0)) / 2
    return found, spread
