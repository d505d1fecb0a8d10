"""Which series and moments a model learns from."""

from __future__ import annotations

import numpy as np

from app.forecast.design import holds
from app.forecast.frame import Panel
from app.forecast.seasons import Clock, Ints
from app.forecast.spec import Spec

SERIES = 2_000      # that are learnt from, at most


def warm(clock: Clock, t: int, horizon: int) -> int:
    """The first moment that is learnt from: after a day of the inner season and, where the history is long enough, the outer one."""
    inner = max(3, clock.slots if clock.slots > 1 else clock.inner)
    outer = clock.outer + inner if holds(clock, t, horizon) > 1 else 0
    return int(min(max(2 * inner, outer), max(1, (t - horizon) // 2)))


def pairs(panel: Panel, clock: Clock, spec: Spec, most: int) -> tuple[Ints, Ints]:
    """Rows and ends [m] of at most `most` (series, moment) pairs with something to learn from, ordered by moment.

    Drawn at random with the seed of the spec: first series (SERIES at most, those with values), then moments.
    """
    draw = np.random.default_rng(spec.seed)
    alive = np.flatnonzero(~np.isnan(panel.y).all(axis=1))
    if alive.size > SERIES:
        alive = np.sort(draw.choice(alive, SERIES, replace=False))
    first, last = warm(clock, panel.t, spec.horizon), panel.t - 1
    if alive.size == 0 or last < first:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    whole = alive.size * (last - first + 1)
    chosen = np.arange(whole) if whole <= most else np.sort(draw.choice(whole, most, replace=False))
    return alive[chosen % alive.size], first + chosen // alive.size


def sampled(panel: Panel, spec: Spec) -> Panel:
    """The panel itself; of one with more than SERIES series that do not look at each other, SERIES of them."""
    if panel.n <= SERIES or panel.neighbours is not None or panel.parent is not None:
        return panel
    return panel.rows(np.sort(np.random.default_rng(spec.seed).choice(panel.n, SERIES, replace=False)))
