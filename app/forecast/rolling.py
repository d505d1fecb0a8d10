"""Forecasts after many moments of one history, as they would have been made then: nothing later than a cutoff is used for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecast.backtest import NUMBERS, Scoreboard, follow, score, truths
from app.forecast.engine import Champion, Word, choose, predict_from
from app.forecast.frame import Floats, Panel, ahead, to_frame
from app.forecast.model import bounded, named
from app.forecast.spec import Spec

FITS = 4                # how often, at most, a model is chosen and fitted anew along a run of cutoffs
GROWN = 1.15            # and only where the history has grown so much


@dataclass(frozen=True)
class Run:
    """Forecasts [k, n, h] after `ends` [k] with their bands {level: (low, high)} and the model of each; scores where there is truth."""

    spec: Spec
    ends: NDArray[np.int64]
    y_hat: Floats
    bands: dict[float, tuple[Floats, Floats]]
    models: tuple[str, ...]
    label: str
    scores: Scoreboard | None
    said: tuple[Word, ...]

    def frame(self, panel: Panel) -> pd.DataFrame:
        """The long frame of all of them."""
        parts = []
        for k, end in enumerate(self.ends):
            times = ahead(panel.times[:end], panel.cadence, panel.timezone, self.spec.horizon)
            bands = {level: (low[k], high[k]) for level, (low, high) in self.bands.items()}
            parts.append(to_frame(panel, times, int(panel.times[end - 1]), self.models[k], self.y_hat[k], bands))
        return pd.concat(parts, ignore_index=True)


def roll(panel: Panel, spec: Spec, ends: NDArray[np.int64], model: str = "auto", tell: Callable[[str], None] | None = None) -> Run:
    """Forecast after each of `ends` (rising). A model is chosen on what was known at the first, and again as the history grows."""
    horizon, k = spec.horizon, ends.size
    y_hat = np.empty((k, panel.n, horizon))
    low, high = (np.empty((len(spec.levels), k, panel.n, horizon)) for _ in range(2))
    used: list[str] = []
    words: dict[str, Word] = {}
    for group in _stretches(ends):
        first = int(ends[group[0]])
        then = panel.until(first, horizon)
        champion = choose(then, spec, None if model == "auto" else (model,), keeps_tried=True)
        if tell is not None:
            tell(f"{champion.model}: chosen on {then.t} steps, for {group.size} cutoffs")
        words |= {word.code: word for word in champion.said}
        found, ends_low, ends_high = _along(champion, panel, ends[group])
        y_hat[group] = found
        low[:, group], high[:, group] = ends_low, ends_high
        used += [champion.model] * group.size
    label = model if model != "auto" else "auto"
    bands = {level: (low[i], high[i]) for i, level in enumerate(spec.levels)}
    gaps = {label: np.stack([low - y_hat, high - y_hat], axis=2).transpose(1, 0, 2, 3, 4)}
    truth = truths(panel, ends, horizon)
    scores = score(panel, spec, ends, {label: y_hat}, gaps) if np.isfinite(truth).any() else None
    return Run(spec, ends, y_hat, bands, tuple(used), label, scores, tuple(words.values()))


def _stretches(ends: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Runs of cutoffs that share a fit: a new one where the history has grown by GROWN, at most FITS of them."""
    growth = max(GROWN, (ends[-1] / ends[0]) ** (1 / FITS) * 1.0001)
    number = np.floor(np.log(ends / ends[0]) / np.log(growth)).astype(int)
    return [np.flatnonzero(number == one) for one in np.unique(number)]


def _along(champion: Champion, panel: Panel, ends: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Forecasts of one champion after cutoffs, [k, n, h], and the ends of their bands [levels, k, n, h].

    The bands follow the errors at closely spaced moments: those of the validation before the first cutoff (made by the model as it was
    fitted without them) and those between the cutoffs, each counted once its truth is known.
    """
    spec, fitted = champion.spec, champion.fitted
    if ends.size == 1:
        one = predict_from(champion, panel.until(int(ends[0]), spec.horizon), with_drivers=False)
        sides = [np.stack([one.bands[level][side] for level in spec.levels])[:, None] for side in (0, 1)]
        return one.y_hat[None], sides[0], sides[1]
    first = int(ends[0])
    early, tried = champion.tried or (np.empty(0, np.int64), np.empty((0, panel.n, spec.horizon)))
    span = int(ends[-1]) - first
    stride = max(1, -(-span // max(1, min(1_500, NUMBERS["full"] // (panel.n * spec.horizon)))))
    between = np.union1d(ends, np.arange(first, ends[-1] + 1, stride))
    gap = np.arange(int(early[-1]) + 1, first, max(1, stride)) if early.size else np.empty(0, np.int64)
    found = named(fitted.name).paths(fitted, panel, np.r_[gap, between], spec.horizon)
    y_hat = np.concatenate([tried, bounded(found, spec)])
    every = np.r_[early, gap, between]
    reach = follow(panel, spec, every, y_hat, max(1, early.size))
    at = np.searchsorted(every, ends)
    low, high = (bounded(y_hat[at] + reach[at, :, side].transpose(1, 0, 2, 3), spec) for side in (0, 1))
    return y_hat[at], low, high
