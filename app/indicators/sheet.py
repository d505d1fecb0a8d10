"""All vital signs of a unit on one sheet: value, change, status, age, coverage and a short course of each."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from app.indicators.cube import length_of
from app.indicators.health import Node, health, root
from app.indicators.status import now_of, tick
from app.system import System

POINTS = 28             # of a short course, at most


def signs(seen: System, city: str, unit_code: str = "", since: str = "day") -> tuple[Node, list[dict[str, Any]]]:
    """(the health tree, one row per indicator that ever reported there: node, at, age_s, n, expected, values). Raises NotFound."""
    row = seen.city(city)
    return health(seen, city, unit_code, since), _signs(seen, city, unit_code, since, row.value_version, row.geometry_version, tick(seen, city))


@lru_cache(maxsize=32)
def _signs(seen: System, city: str, unit_code: str, since: str, *_versions: int) -> list[dict[str, Any]]:
    unit = root(seen, city, unit_code)
    if unit is None:
        return []
    now, tree = now_of(seen, city), health(seen, city, unit_code, since)
    found = []
    for theme in tree.children:
        for node in theme.children:
            cube = seen.values(city).cube(node.id)
            step = cube.at(node.level, node.at)
            n, expected = (int(part[unit["seq"] - 1]) for part in cube.coverage(node.level, step)) if step is not None else (0, 0)
            found.append({"node": node, "theme": theme.id, "at": node.at, "age_s": max(0, now - (node.at or now)), "n": n, "expected": expected,
                          "values": course(cube, node.level, unit["seq"], node.at), "cadence": seen.indicators[node.id].cadence})
    return found


def course(cube: Any, level: str, seq: int, until: int | None, points: int = POINTS) -> list[float | None]:
    """The last values up to a time as a short list (two days of hours, four weeks of days), None where nothing was reported."""
    if until is None:
        return []
    length = length_of(cube.indicator.cadence)
    span = 2 * 86_400 if length <= 3600 else points * length
    _, values = cube.series(level, seq, until - span, until)
    every = max(1, -(-values.size // points))
    kept = values[::-1][::every][::-1]
    return [None if np.isnan(value) else float(value) for value in kept]
