"""What an answer is made of, and what answers share: the units below, a line as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.forecast.told import Line
from app.sight import Seen
from app.units import cards
from data.levels import LEVELS

# why something cannot be said, beside app.forecast.page.WHY
WHY = ("no_capacity", "no_limit", "no_pollutant", "replay", "no_flows", "few_flows", "no_people", "no_topics")


@dataclass(frozen=True)
class Answer:
    """`facts`: plain facts by name; `rows`: the table twin, flat and all of the same columns. `why`: it cannot be said, for this reason
    (a word of WHY or of app.forecast.page.WHY), with the facts that explain it."""

    facts: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    why: str = ""


def under(seen: Seen, city: str, unit: dict[str, Any], level: str) -> NDArray[np.int64]:
    """The units (seq − 1) of a level that stand under a unit today, itself included, as far as they are in sight."""
    hierarchy = seen.values(city).hierarchy("building")
    found = np.zeros(hierarchy.sizes[level], bool)
    if LEVELS.index(level) >= LEVELS.index(unit["level"]):
        found = hierarchy.trees[-1].climb(np.arange(found.size), level, unit["level"]) == unit["seq"] - 1
    mask = seen.mask(city, level)
    return np.flatnonzero(found if mask is None else found & mask[: found.size])


def basis(line: Line) -> dict[str, Any]:
    """What every answer made of a line says of it."""
    return {"indicator": line.indicator, "cutoff": line.cutoff, "model": line.model, "code": line.code, "level": line.level,
            "from": int(line.times[0]), "until": int(line.times[-1]), "steps": int(line.times.size)}


def step_row(line: Line, k: int) -> dict[str, Any]:
    """{at, expected, lo80, hi80, lo90, hi90} of a step."""
    (lo80, hi80), (lo90, hi90) = line.bands[0.8], line.bands[0.9]
    return {"at": int(line.times[k]), "expected": float(line.y[k]), "lo80": float(lo80[k]), "hi80": float(hi80[k]), "lo90": float(lo90[k]),
            "hi90": float(hi90[k])}


def named(seen: Seen, city: str, level: str, index: int) -> dict[str, Any]:
    """{code, level, name_zh, name_en} of a unit by its index in its level."""
    row = cards.unit_at(seen, city, level, int(index) + 1)
    return {name: row[name] for name in ("code", "level", "name_zh", "name_en")}
