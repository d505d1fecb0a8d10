"""Values for the map: one step of all units of a level, as class bytes and as a legend."""

from __future__ import annotations

import gzip
from dataclasses import asdict
from typing import Any, Literal

import numpy as np

from app.errors import NotFound
from app.indicators.registry import one
from app.map.classes import By, classify
from app.system import System

BreaksOf = int | Literal["latest"] | None      # the time whose quantiles divide, in epoch seconds; None: the values' own


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
    if row is None:
        return cube, np.full(values.hierarchy(cube.native).sizes[level], np.nan), None
    shown = cube.values(level, row)
    return cube, np.where(cube.stands(level)[: shown.size], shown, np.nan), row       # what stands no more is not drawn


def class_bytes(system: System, city: str, indicator: str, level: str, at: int | None, by: By, breaks_of: BreaksOf = None) -> bytes:
    """gzip of one byte a unit, in order of seq."""
    _, shown, _ = step(system, city, indicator, level, at)
    found, _ = classify(shown, one(system.indicators, indicator), by, like=_like(system, city, indicator, level, breaks_of))
    return gzip.compress(found.tobytes(), 6, mtime=0)


def legend(system: System, city: str, indicator: str, level: str, at: int | None, by: By, breaks_of: BreaksOf = None) -> dict[str, Any]:
    """What the class bytes of the same address mean, with unit, time and coverage; `is_like`: the breaks are another time's."""
    cube, shown, row = step(system, city, indicator, level, at)
    mask, drawn = system.mask(city, level), cube.stands(level)[: shown.size]
    seen = drawn if mask is None else drawn & mask[: shown.size]
    like = _like(system, city, indicator, level, breaks_of)
    like = None if like is None else like[seen]
    _, found = classify(shown[seen], one(system.indicators, indicator), by, like=like)
    n, expected = (0, 0) if row is None else (int(part.sum()) for part in cube.coverage(level, row))
    return {**asdict(found), "classes": len(found.counts), "unit": cube.indicator.unit, "decimals": cube.indicator.decimals,
            "at": None if row is None else int(cube.times[row]), "n": n, "expected": expected,
            "native_level": cube.native, "level": level, "indicator": indicator, "is_like": like is not None and found.by == "quantile"}


def _like(system: System, city: str, indicator: str, level: str, breaks_of: BreaksOf) -> np.ndarray | None:
    """The values of every unit whose quantiles divide; None where those of the time shown do, or nothing was known then."""
    if breaks_of is None:
        return None
    _, found, _ = step(system, city, indicator, level, None if breaks_of == "latest" else breaks_of)
    return found if np.isfinite(found).any() else None
