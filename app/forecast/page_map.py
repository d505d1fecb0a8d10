"""The map of what is expected: a class byte a unit for one step ahead, by the value itself or by the chance that its limit is passed.

The limits are the same at every step of the outlook, so that colours that change while it plays mean that values do.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import NotFound
from app.forecast.outlook import LevelOutlook, Tower
from app.forecast.page import Look, passing
from app.forecast.register import breach_limit, horizon
from app.forecast.told import veiled
from app.indicators.registry import Indicator, one
from app.sight import Seen
from data.levels import LEVELS

NO_DATA = 255
CHANCES = (0.05, 0.2, 0.5, 0.8)     # classes of the chance that a limit is passed
CLASSES = 5


@dataclass(frozen=True)
class Picture:
    """One step of a level: `shown` a unit (NaN: nothing for this viewer), in `limits` (one less than classes), for the step `at`."""

    level: str
    at: int
    cutoff: int
    model: str
    shown: NDArray[np.float64]
    limits: NDArray[np.float64]
    is_by_threshold: bool

    def classes(self) -> NDArray[np.uint8]:
        """The class of every unit by seq − 1; NO_DATA without one."""
        known = np.isfinite(self.shown)
        found = np.full(self.shown.shape, NO_DATA, np.uint8)
        found[known] = np.searchsorted(self.limits, self.shown[known], side="right").astype(np.uint8)
        return found

    def body(self) -> bytes:
        """gzip of one byte a unit."""
        return gzip.compress(self.classes().tobytes(), 6, mtime=0)

    def legend(self, mask: NDArray[np.bool_] | None) -> dict[str, Any]:
        """What the classes mean, and how many units in sight are in each."""
        found = self.classes() if mask is None else self.classes()[mask[: self.shown.size]]
        known = self.shown[np.isfinite(self.shown)]
        counts = np.bincount(found[found != NO_DATA], minlength=self.limits.size + 1)
        return {"level": self.level, "at": self.at, "cutoff": self.cutoff, "model": self.model, "breaks": self.limits.tolist(),
                "counts": counts.tolist(), "no_data": int((found == NO_DATA).sum()), "classes": int(self.limits.size + 1),
                "by": "threshold" if self.is_by_threshold else "quantile",
                "minimum": float(known.min()) if known.size else None, "maximum": float(known.max()) if known.size else None}


def level_of(tower: Tower | None, look: Look) -> str:
    """The level that the map shows: the one below the unit looked at, else the finest that is forecast as a whole; empty without any."""
    if tower is None or look.unit is None:
        return ""
    below = LEVELS[min(LEVELS.index(look.unit["level"]) + 1, len(LEVELS) - 1)]
    return below if below in tower.levels else list(tower.levels)[-1]


def tower_of(seen: Seen, city: str, indicator: str, cutoff: int | None, steps: int) -> Tower | None:
    """The tower of an indicator for a look of so many steps; a shorter one is the beginning of the usual."""
    usual = horizon(one(seen.indicators, indicator).cadence)
    return seen.outlooks.tower(city, indicator, cutoff, steps if steps > usual else None) if usual and seen.values(city).cube(indicator) else None


def picture(seen: Seen, city: str, indicator: str, level: str, step: int, show: str, cutoff: int | None = None, steps: int = 0) -> Picture:
    """What colours the map at one step ahead (from 0). Raises NotFound where there is no forecast of that level and step."""
    sign = one(seen.indicators, indicator)
    tower = tower_of(seen, city, indicator, cutoff, steps)
    found = None if tower is None else tower.levels.get(level)
    if tower is None or found is None or not 0 <= step < found.times.size:
        raise NotFound("There is no forecast for this level and step", "Ask for a coarser level or a nearer step", level=level, value=step)
    if show == "breach" and breach_limit(sign) is None:
        raise NotFound("Nothing is a breach of this indicator", "Ask for what is expected", value=indicator)
    shown = veiled(seen, city, indicator, level, found.y[:, step])
    if show == "breach":
        here = {share: (low[:, step : step + 1], high[:, step : step + 1]) for share, (low, high) in found.bands.items()}
        chance = passing(sign, found.y[:, step : step + 1], here)
        shown = np.where(np.isfinite(shown), chance[:, 0], np.nan)          # type: ignore[index]
        return Picture(level, int(found.times[step]), tower.cutoff, found.model, shown, np.array(CHANCES), True)
    limits = _limits(seen, city, sign, found)
    return Picture(level, int(found.times[step]), tower.cutoff, found.model, shown, limits, bool(sign.thresholds))


def _limits(seen: Seen, city: str, sign: Indicator, found: LevelOutlook) -> NDArray[np.float64]:
    """The limits of the registry, else quantiles of all units in sight at all steps."""
    if sign.thresholds:
        return np.asarray(sign.thresholds, np.float64)
    every = np.stack([veiled(seen, city, sign.id, found.level, found.y[:, k]) for k in range(found.times.size)])
    known = every[np.isfinite(every)]
    limits = np.unique(np.quantile(known, np.linspace(0, 1, CLASSES + 1)[1:-1])) if known.size else np.empty(0)
    return limits[limits > known.min()] if known.size else limits
