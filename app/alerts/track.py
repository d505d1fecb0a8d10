"""One rule over all units of a level, step by step: what it raises, makes graver and ends. Arrays only, no storage.

A colour is raised once its condition held for the rule's duration; a graver colour lifts an alert that stands; it ends where
no colour's condition is met and the first one is undercut by the hysteresis. A step that comes again (a unit reports late,
or better) is judged again as the same step; what is older than a unit's last judged step is the past and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.alerts.rules import Reading, Rule
from app.indicators import learnt
from app.indicators.cube import length_of
from app.indicators.status import allowance

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """What one step brought: places of units; `rank` the colour of each unit that stands (place in `rule.colours`, −1: none)."""

    raised: Places
    lifted: Places
    ended: Places
    rank: Places


class Track:
    """The memory of one rule in one city."""

    def __init__(self, rule: Rule, size: int, cadence: str) -> None:
        self.rule = rule
        self.needed = max(1, -(-rule.duration_s // length_of(cadence)))
        colours = len(rule.colours)
        self.at = np.full(size, -(2**62), np.int64)
        self.rank = np.full(size, -1, np.int64)
        self._run, self._before = np.zeros((colours, size), np.int32), np.zeros((colours, size), np.int32)

    def step(self, when: int, reading: Reading) -> Found:
        """Judge one step of all units."""
        value = reading.value
        known = np.isfinite(value) & (when >= self.at)
        new = known & (when > self.at)
        self._before[:, new] = self._run[:, new]
        self.at[known] = when
        hits = self.rule.hits(reading) & known
        self._run[:, known] = np.where(hits, self._before + 1, 0)[:, known]
        held = self._run >= self.needed
        rank = np.where(held.any(axis=0), held.shape[0] - 1 - np.argmax(held[::-1], axis=0), -1)
        stood = self.rank >= 0
        raised, lifted = known & ~stood & (rank >= 0), known & stood & (rank > self.rank)
        ended = known & stood & ~hits.any(axis=0) & ~self.rule.stays(reading)
        moved = raised | lifted
        self.rank[moved] = rank[moved]
        self.rank[ended] = -1
        return Found(np.flatnonzero(raised), np.flatnonzero(lifted), np.flatnonzero(ended), self.rank)

    def pending(self) -> int:
        """How many units meet a condition that has not held long enough yet."""
        return int(((self._run > 0).any(axis=0) & (self.rank < 0)).sum())

    def warm(self, when: int, reading: Reading) -> None:
        """Count a step that was judged before this program started: nothing is raised."""
        rank = self.rank.copy()
        self.step(when, reading)
        self.rank = rank


def reading_of(rule: Rule, cube: Any, row: int, bands: dict[Any, learnt.Band]) -> Reading:
    """What a rule is asked about at one step of its cube; `bands` keeps what rules share."""
    value = cube.values(rule.level, row)
    band = None
    if rule.needs_band:
        key = (rule.indicator, rule.level, row)
        band = bands.get(key)
        if band is None:
            band = bands[key] = learnt.band(cube, rule.level, row)
    earlier = {}
    for seconds in rule.looks_back:
        before = cube.at(rule.level, int(cube.times[row]) - seconds)
        is_there = before is not None and int(cube.times[row]) - seconds - int(cube.times[before]) < length_of(cube.indicator.cadence)
        earlier[seconds] = cube.values(rule.level, before) if is_there else np.full(value.shape, np.nan)
    later = {}
    for seconds in rule.foresees:
        ahead = cube.ahead(rule.level, int(cube.times[row]), seconds) if cube.ahead is not None else None
        if ahead is not None:
            later[seconds] = ahead
    return Reading(value, band, earlier, later)


def silent(rule: Rule, cube: Any, now: int) -> tuple[Flags, Places]:
    """(units that reported before and nothing for longer than the rule, or else their cadence, allows; when each last did)."""
    _, _, at = cube.newest(rule.level)
    return (at > 0) & (now - at > (allowance(cube.indicator.cadence) if rule.oldest is None else rule.oldest)), at
