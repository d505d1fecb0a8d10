"""The clock of a panel: the slot of the day and the kind of day of every step, of history and horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecast.cadence import DAY, cadence, local
from app.forecast.factors import is_free, is_holiday
from app.forecast.frame import Panel, ahead
from app.forecast.spec import Spec

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Clock:
    """Where every step of history and horizon lies in its season.

    `slots` a cycle (24 an hourly day; 1 where a step is a day; 12 months of a year). `slot`, `day` [t + h]: the slot and the cycle,
    from 0. `kind` [cycles]: 0 worked, 1 free. `week` [cycles]: place of the cycle in the outer season (day of the week). `holiday`
    [cycles]: 1 on a public holiday. `inner`, `outer`: the two seasons in steps (1 = none).
    """

    slots: int
    slot: Ints
    day: Ints
    kind: Ints
    week: Ints
    holiday: Ints
    inner: int
    outer: int

    @property
    def days(self) -> int:
        """How many cycles there are."""
        return self.kind.size

    def latest(self, group: Ints) -> Ints:
        """[groups, cycles]: the last cycle of each group up to and with each cycle; -1 = none yet."""
        found = np.full((int(group.max(initial=0)) + 1, self.days), -1, np.int64)
        found[group, np.arange(self.days)] = np.arange(self.days)
        return np.maximum.accumulate(found, axis=1)


def clock(panel: Panel, spec: Spec, horizon: int) -> Clock:
    """The clock of a panel and the `horizon` steps after it: local time, or the seasons the spec names."""
    step = cadence(panel.cadence)
    total = panel.t + horizon
    at = np.arange(total)
    if spec.seasons:
        inner = spec.seasons[0]
        round_ = max(1, spec.seasons[-1] // inner)
        cycles = np.arange(int(at[-1]) // inner + 1)
        nothing = np.zeros(cycles.size, np.int64)
        return Clock(inner, at % inner, at // inner, nothing, cycles % round_, nothing, inner, round_ * inner)
    wall = local(np.r_[panel.times, ahead(panel.times, panel.cadence, panel.timezone, horizon)], panel.timezone)
    if step.unit == "M":
        slots = 12 // step.count if 12 % step.count == 0 else 1
        number = wall.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) // step.count
        day = number // slots - number[0] // slots
        nothing = np.zeros(int(day[-1]) + 1, np.int64)
        return Clock(slots, number % slots, day, nothing, nothing, nothing, slots, slots)
    date = wall // DAY
    if step.unit == "S" and step.a_day > 1:
        day = date - date[0]
        dates = date[0] + np.arange(int(day[-1]) + 1)
        return Clock(step.a_day, (wall % DAY) // step.count, day, is_free(dates, panel.timezone).astype(np.int64), (dates + 3) % 7,
                     is_holiday(dates, panel.timezone).astype(np.int64), step.a_day, 7 * step.a_day)
    slot = np.zeros(total, np.int64)
    if step.seconds != DAY:
        return Clock(1, slot, at, slot, slot, slot, 1, 1)
    return Clock(1, slot, at, is_free(date, panel.timezone).astype(np.int64), (date + 3) % 7,
                 is_holiday(date, panel.timezone).astype(np.int64), 7, 7)
