"""What is usual at a slot of a kind of day, as it was known on each day: the daily profile, without a look ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.forecast.frame import Floats
from app.forecast.seasons import Clock, Ints

LEAST_WEIGHT = {"kinds": 0.15, "weeks": 0.3, "any": 0.15}   # of the newest cycle, once there are enough of them
SLOW = 0.05                                                 # the same of the slow mean


@dataclass(frozen=True)
class Usual:
    """Exponentially weighted means of the same slot, [n, cycles, slots]: the state after each cycle.

    `kinds`: over cycles of the same kind (worked, free), `weeks`: over the same day of the week, `any`: over all cycles.
    `level` [n, cycles]: the slow mean of whole cycles.
    """

    clock: Clock
    kinds: Floats
    weeks: Floats
    any: Floats
    level: Floats
    last_kind: Ints
    last_week: Ints

    def of(self, which: str, rows: Ints, ends: Ints, target: Ints) -> Floats:
        """What was usual for the steps `target` of series `rows`, as known after `ends` steps and before the target's own day: [len(rows)].

        A slot of which nothing is known stands for itself by less and less alike ones; NaN where the series has no history.
        """
        c = self.clock
        slot, day = c.slot[target], c.day[target]
        last = np.minimum(c.day[ends - 1] - (slot > c.slot[ends - 1]), day - 1)
        cycle = last
        if which != "any":
            group, table = (c.kind, self.last_kind) if which == "kinds" else (c.week, self.last_week)
            cycle = np.where(last >= 0, table[group[day], np.maximum(last, 0)], -1)
        found = np.where(cycle >= 0, getattr(self, which)[rows, np.maximum(cycle, 0), slot], np.nan)
        gaps = np.isnan(found)
        if gaps.any():
            found[gaps] = self.mean(rows[gaps], ends[gaps]) if which == "any" else self.of("any", rows[gaps], ends[gaps], target[gaps])
        return found

    def before(self, t: int) -> Floats:
        """What was usual ("kinds") for each of the first t steps, as known before its own day, [n, t]; NaN where nothing was."""
        c = self.clock
        slot, day = c.slot[:t], c.day[:t]
        last = day - 1
        cycle = np.where(last >= 0, self.last_kind[c.kind[day] if self.last_kind.shape[0] > 1 else 0, np.maximum(last, 0)], -1)
        found = self.kinds[:, np.maximum(cycle, 0), slot]
        found[:, cycle < 0] = np.nan
        for table in (self.any[:, np.maximum(last, 0), slot], self.level[:, np.maximum(last, 0)]):
            gaps = np.isnan(found)
            if not gaps[:, last >= 0].any():
                break
            np.copyto(found, table, where=gaps & (last >= 0))
        return found

    def mean(self, rows: Ints, ends: Ints) -> Floats:
        """The slow mean of series as known after `ends` steps (of cycles that are over); NaN where there is none yet."""
        cycle = self.clock.day[ends - 1] - 1
        return np.where(cycle >= 0, self.level[rows, np.maximum(cycle, 0)], np.nan)


def usual(y: Floats, clock: Clock) -> Usual:
    """What is usual of series y [n, t] over a clock of at least t steps."""
    n, t = y.shape
    cycles = int(clock.day[t - 1]) + 1
    folded = np.full((n, cycles, clock.slots), np.nan)
    folded[:, clock.day[:t], clock.slot[:t]] = y
    everyone = np.zeros(clock.days, np.int64)
    found = {name: _means(folded, group, LEAST_WEIGHT[name]) for name, group in (("kinds", clock.kind), ("weeks", clock.week), ("any", everyone))
             if name == "any" or group.any()}
    known = ~np.isnan(folded)
    count = known.sum(axis=2)
    whole = np.divide(np.where(known, folded, 0.0).sum(axis=2), count, out=np.full((n, cycles), np.nan), where=count > 0)
    level = _means(whole[:, :, None], everyone, SLOW)[:, :, 0]
    return Usual(clock, found.get("kinds", found["any"]), found.get("weeks", found["any"]), found["any"], level,
                 clock.latest(clock.kind if "kinds" in found else everyone), clock.latest(clock.week if "weeks" in found else everyone))


def _means(folded: Floats, group: Ints, least: float) -> Floats:
    """The running weighted mean of each slot within the group of each cycle, after that cycle; gaps leave it as it was."""
    n, cycles, slots = folded.shape
    groups = int(group.max(initial=0)) + 1
    state, count = np.full((groups, n, slots), np.nan), np.zeros((groups, n, slots))
    found = np.empty(folded.shape, order="F")
    for day in range(cycles):
        now, g = folded[:, day], group[day]
        known = ~np.isnan(now)
        count[g] += known
        weight = np.where(known, np.maximum(1.0 / np.maximum(count[g], 1.0), least), 0.0)
        before = np.where(count[g] > known, state[g], 0.0)
        state[g] = np.where(count[g] > 0, before + weight * np.where(known, now - before, 0.0), np.nan)
        found[:, day] = state[g]
    return found
