"""Overlays of the map: unit points, heat and hexagons of values, arcs of flows."""

from __future__ import annotations

from typing import Any

import h3
import numpy as np

from app.errors import NotFound
from app.indicators.registry import Indicator
from app.map.classes import By, classify
from app.map.values import step
from app.system import System
from app.units.flows import flows
from app.units.levels import LEVELS

KINDS = ("points", "heat", "hex", "flow")
SURFACES = ("heat", "hex")
# H3 resolution by the level that is drawn on the screen (its zoom), and the finest that the units of a level fill
_ON_SCREEN = {"heat": {"city": 8, "district": 8, "street": 9}, "hex": {"city": 7, "district": 7, "street": 8, "community": 9, "grid": 9}}
_FILLED = {"city": 5, "district": 6, "street": 7, "community": 8, "grid": 9}
_FINEST = 10


def overlay(system: System, city: str, kind: str, indicator: str = "", level: str = "street", at: int | None = None,
            by: By = "threshold", seq: int = 0, most: int = 400) -> list[dict[str, Any]]:
    """Rows for a deck.gl layer.

    points   position [lon, lat], value, class, seq, name_zh, name_en
    heat     position [lon, lat] (the middle of the units of a small cell), value (their mean), class
    hex      hex (H3 cell), value (mean of the units in it), class, count
    flow     source and target [lon, lat], count, names; `seq` keeps the flows of one unit

    `level` is the level on the screen; heat and hexagons are made of finer units (`level_of`), with the classes that divide these.
    """
    if kind not in KINDS:
        raise NotFound("No such overlay", f"Overlays are {', '.join(KINDS)}", value=kind)
    if kind == "flow":
        return _flow(system, city, level, at, seq, most)
    screen = level
    if kind in SURFACES:
        level = level_of(kind, screen, system.values(city).cube(indicator).native)
    cube, shown, _ = step(system, city, indicator, level, at)
    units = system.columns("unit_points", city=city, level=level)
    i = units["seq"].astype(np.int64) - 1
    value, known = shown[i], np.isfinite(shown[i])
    if kind in SURFACES:
        places = units["lon"][known].astype(float), units["lat"][known].astype(float)
        return _cells(kind, places, value[known], _resolution(kind, screen, level), cube.indicator, by)
    classes, _ = classify(shown, cube.indicator, by)
    return [{"position": [round(float(lon), 6), round(float(lat), 6)], "value": float(v), "class": int(c), "seq": int(s),
             "name_zh": zh, "name_en": en}
            for lon, lat, v, c, s, zh, en in zip(units["lon"][known], units["lat"][known], value[known], classes[i][known],
                                                 units["seq"][known], units["name_zh"][known], units["name_en"][known], strict=True)]


def level_of(show: str, level: str, native: str, pinned: str = "") -> str:
    """The level whose values a display draws where `level` is on the screen, never finer than the native one.

    Heat and hexagons are made of grids, of buildings where these are on the screen. Points are one level finer than what is on the screen,
    but buildings only where these are, and no finer than a level that the user pinned.
    """
    rank = LEVELS.index
    if show in SURFACES:
        level = "building" if rank(level) >= rank("building") else "grid"
    elif show == "points" and rank(level) < rank("grid"):
        finer = max(rank(level) + 1, rank("street"))
        level = LEVELS[min(finer, rank(pinned)) if pinned else finer]
    return LEVELS[min(rank(level), rank(native))]


def _resolution(kind: str, screen: str, level: str) -> int:
    """H3 resolution of cells that are neither too small to be seen on the screen nor smaller than the units of the level."""
    on_screen = _ON_SCREEN[kind].get(screen, _FINEST)
    return min(on_screen, _FILLED.get(level, _FINEST)) if kind == "hex" else on_screen


def _cells(kind: str, places: tuple[np.ndarray, np.ndarray], value: np.ndarray, resolution: int, indicator: Indicator,
           by: By) -> list[dict[str, Any]]:
    """One row an H3 cell with the mean of its units, in the classes that divide the units themselves, as the legend says."""
    lon, lat = places
    cells = [h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon, lat, strict=True)]
    if not cells:
        return []
    unique, back = np.unique(cells, return_inverse=True)
    count = np.bincount(back)
    mean, x, y = (np.bincount(back, weights=part) / count for part in (value, lon, lat))
    classes, _ = classify(mean, indicator, by, like=value)
    rows = [{"value": float(f"{v:.6g}"), "class": int(c)} for v, c in zip(mean, classes, strict=True)]
    if kind == "hex":
        return [{"hex": str(cell), **row, "count": int(n)} for cell, row, n in zip(unique, rows, count, strict=True)]
    return [{"position": [round(float(a), 4), round(float(b), 4)], **row} for a, b, row in zip(x, y, rows, strict=True)]


def _flow(system: System, city: str, level: str, at: int | None, seq: int, most: int) -> list[dict[str, Any]]:
    """The strongest flows; those of an hour when a time is asked for, of the newest day otherwise."""
    found = flows(system, city, level, at, 3600 if at is not None else 86_400)
    mine = np.flatnonzero((found.origin == seq) | (found.destination == seq)) if seq else np.arange(found.count.size)
    mine = mine[np.argsort(-found.count[mine], kind="stable")[:most]]
    units = system.columns("unit_points", city=city, level=found.level)
    place = {int(s): i for i, s in enumerate(units["seq"])}
    ends = [(place.get(int(found.origin[k])), place.get(int(found.destination[k])), int(found.count[k])) for k in mine]
    return [{"source": _point(units, a), "target": _point(units, b), "count": count, "level": found.level,
             "origin": int(units["seq"][a]), "destination": int(units["seq"][b]),
             "origin_zh": units["name_zh"][a], "origin_en": units["name_en"][a],
             "destination_zh": units["name_zh"][b], "destination_en": units["name_en"][b]}
            for a, b, count in ends if a is not None and b is not None]


def _point(units: dict[str, Any], i: int) -> list[float]:
    return [round(float(units["lon"][i]), 6), round(float(units["lat"][i]), 6)]
