"""Values for the map: one step of all units of a level, as class bytes and as a legend."""

from __future__ import annotations

import gzip
from dataclasses import asdict
from typing import Any

import numpy as np

from app.errors import NotFound
from app.indicators.registry import one
from app.map.classes import By, classify
from app.system import System


def step(system: System, city: str, indicator: str, level: str, at: int | None) -> tuple[Any, np.ndarray, int | None]:
    """(cube, values of every unit of the level, row). `at` None: every unit's newest value.

    Raises NotFound for an unknown city or indicator, and for a level finer than the indicator is reported at.
    """
    values = system.values(city)
    cube = values.cube(indicator)
    if level not in cube.levels:
        raise NotFound(f"{indicator} is reported at level {cube.native}, not below it",
                       f"Ask for {cube.native} or coarser", value=level)
    if at is None:
        _, shown, when = cube.newest(level)
        return cube, shown, cube.at(level) if when.any() else None
    row = cube.at(level, at)
    shown = cube.values(level, row) if row is not None else np.full(values.hierarchy(cube.native).sizes[level], np.nan)
    return cube, shown, row


def class_bytes(system: System, city: str, indicator: str, level: str, at: int | None, by: By) -> bytes:
    """gzip of one byte a unit, in order of seq."""
    _, shown, _ = step(system, city, indicator, level, at)
    found, _ = classify(shown, one(system.indicators, indicator), by)
    return gzip.compress(found.tobytes(), 6, mtime=0)


def legend(system: System, city: str, indicator: str, level: str, at: int | None, by: By) -> dict[str, Any]:
    """What the class bytes of the same address mean, with unit, time and coverage."""
    cube, shown, row = step(system, city, indicator, level, at)
    mask, drawn = system.mask(city, level), cube.stands(level)[: shown.size]
    _, found = classify(shown[drawn if mask is None else drawn & mask[: shown.size]], one(system.indicators, indicator), by)
    n, expected = (0, 0) if row is None else (int(part.sum()) for part in cube.coverage(level, row))
    return {**asdict(found), "classes": len(found.counts), "unit": cube.indicator.unit, "decimals": cube.indicator.decimals,
            "at": None if row is None else int(cube.times[row]), "n": n, "expected": expected,
            "native_level": cube.native, "level": level, "indicator": indicator}
