"""What is asked of a forecast."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import BadInput
from app.forecast.cadence import cadence, zone

MODES = ("full", "instant")


@dataclass(frozen=True)
class Spec:
    """What is asked: `horizon` steps of `cadence` (PT1H, or h) ahead in local time of `timezone`.

    `low`, `high`: bounds no value passes. `is_count`: whole numbers from 0 up. `seasons`: steps of the inner and outer season where
    they are not those of the clock (108, 540 for days of 108 slots). `levels`: shares that the bands hold. `mode`: "full" may take
    minutes, "instant" seconds. `seed`: what a run draws at random comes from it. Raises BadInput.
    """

    horizon: int
    cadence: str
    timezone: str = "UTC"
    low: float | None = None
    high: float | None = None
    is_count: bool = False
    seasons: tuple[int, ...] = ()
    levels: tuple[float, ...] = (0.8, 0.9)
    mode: str = "full"
    seed: int = 7

    def __post_init__(self) -> None:
        if self.horizon < 1:
            raise BadInput("A horizon has at least one step", "Give a whole number of 1 or more", value=self.horizon)
        zone(self.timezone)
        object.__setattr__(self, "cadence", cadence(self.cadence).iso)
        if self.is_count and self.low is None:
            object.__setattr__(self, "low", 0.0)
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise BadInput("The lower bound is not below the upper one", "Give low < high", value=f"{self.low}, {self.high}")
        if not self.levels or any(not 0 < level < 1 for level in self.levels) or sorted(set(self.levels)) != list(self.levels):
            raise BadInput("Levels are shares between 0 and 1, from small to large", "Give 0.8, 0.9", value=self.levels)
        if self.mode not in MODES:
            raise BadInput("This mode is not known", f"Give one of {', '.join(MODES)}", value=self.mode)
        if any(length < 1 for length in self.seasons) or list(self.seasons) != sorted(self.seasons):
            raise BadInput("Seasons are numbers of steps, from short to long", "Give 24, 168", value=self.seasons)
