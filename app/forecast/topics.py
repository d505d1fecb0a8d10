"""The topics of public opinion of a city: those of the past teach, those that run are foretold (app/forecast/popularity.py).

A topic is followed for FOLLOWED hours after the hour it was first seen. One that runs is foretold from two hours after that hour on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.forecast import popularity
from app.forecast.popularity import Crowd

if TYPE_CHECKING:
    from app.system import System

Floats = NDArray[np.float64]
HOUR, FOLLOWED, LEAST = 3600, 48, 50        # LEAST: topics of the past that one learns from
BACK_S = 120 * 86_400                       # how far back topics are learnt from


@dataclass(frozen=True)
class Topic:
    """A topic that runs: `course` [FOLLOWED + 1] of mentions an hour from the first on, `known` hours of it reported; `size` in the end with
    `bands` {level: (low, high)}; `peak`: its hour (epoch seconds) with `peak_bands`; `over`: P(the peak is past)."""

    code: str
    name_zh: str
    name_en: str
    unit_code: str
    first: int
    known: int
    so_far: float
    course: Floats
    size: float
    bands: dict[float, tuple[float, float]]
    peak: int
    peak_bands: dict[float, tuple[int, int]]
    over: float


@dataclass(frozen=True)
class Topics:
    """What runs at `at` (the newest hour reported, epoch seconds), the largest first; `young`: too new to be foretold; `learnt`: from so many."""

    at: int
    running: tuple[Topic, ...]
    young: int
    learnt: int


def newest(system: System, city: str) -> int | None:
    """The newest hour (its start) that topics were reported for; None where none were."""
    rows = system.rows("topic_newest", city=city)
    return int(rows[0]["at"]) if rows and rows[0]["at"] is not None else None


def stamp(system: System, city: str) -> tuple[Any, ...]:
    """What tells one state of the rows from another."""
    return tuple((row["at"], row["hours"], row["mentions"]) for row in system.rows("topic_newest", city=city))


def make(system: System, city: str) -> Topics | None:
    """The outlook of the topics that run; None where too few of the past are known."""
    at = newest(system, city)
    if at is None:
        return None
    topics = system.rows("topics", city=city, since=at - BACK_S)
    hours = system.columns("topic_hours", city=city, since=at - BACK_S)
    row = {topic["code"]: i for i, topic in enumerate(topics)}
    first = np.array([topic["first"] // HOUR * HOUR for topic in topics], np.int64)
    which = np.array([row.get(code, -1) for code in hours["topic"]], np.int64)
    age = (hours["at"].astype(np.int64) - first[np.maximum(which, 0)]) // HOUR if first.size else which
    fits = (which >= 0) & (age >= 0) & (age <= FOLLOWED)
    counts = np.zeros((len(topics), FOLLOWED + 1))
    counts[which[fits], age[fits]] = np.maximum(hours["mentions"][fits].astype(np.float64), 0)
    known = (at - first) // HOUR                            # hours after the first that are over
    seen, after = counts[:, 0], counts[:, 1:]
    starts = _local_hours(first, system.values(city).timezone)
    whole = (known >= FOLLOWED) & (seen + after[:, 0] > 0)
    if whole.sum() < LEAST:
        return None
    crowd = popularity.fit(seen[whole], after[whole], starts[whole])
    runs = [i for i in np.flatnonzero((known >= 2) & (known < FOLLOWED)) if seen[i] + after[i, 0] > 0]
    found = [_told(crowd, topics[i], seen[i], after[i], int(starts[i]), int(known[i]), int(first[i])) for i in runs]
    return Topics(at, tuple(sorted(found, key=lambda one: -one.size)), int(((known >= 0) & (known < 2)).sum()), int(whole.sum()))


def _told(crowd: Crowd, topic: dict[str, Any], seen: float, after: Floats, start: int, known: int, first: int) -> Topic:
    made = popularity.predict(crowd, np.array([seen]), after[None, :known], np.array([start]))

    def hour(k: int) -> int:
        return first + (int(k) + 1) * HOUR

    course = np.concatenate([[seen], made.path[0]])
    return Topic(topic["code"], topic["name_zh"], topic["name_en"] or topic["name_zh"], topic["unit_code"], first, known,
                 float(seen + after[:known].sum()), course, float(made.size[0]),
                 {level: (float(low[0]), float(high[0])) for level, (low, high) in made.bands.items()},
                 hour(made.peak[0]), {level: (hour(low[0]), hour(high[0])) for level, (low, high) in made.peak_bands.items()}, float(made.over[0]))


def _local_hours(first: NDArray[np.int64], timezone: str) -> NDArray[np.int64]:
    """The hour of the day of moments, on the city's clock."""
    zone = ZoneInfo(timezone)
    return np.array([datetime.fromtimestamp(int(at), zone).hour for at in first], np.int64)
