"""Overlays of the map: unit points, heat and hexagons of values, arcs of flows."""

from __future__ import annotations

from typing import Any

import h3
import numpy as np

from app.errors import NotFound
from app.map.classes import By, classify
from app.map.values import step
from app.system import System
from app.units.flows import flows

KINDS = ("points", "heat", "hex", "flow")
_HEX_RESOLUTION = {"district": 6, "street": 7, "community": 8, "grid": 9, "building": 9, "floor": 9}


def overlay(system: System, city: str, kind: str, indicator: str = "", level: str = "street", at: int | None = None,
            by: By = "threshold", seq: int = 0, most: int = 400) -> list[dict[str, Any]]:
    """Rows for a deck.gl layer.

    points, heat   position [lon, lat], value, class, seq, name_zh, name_en
    hex            hex (H3 cell), value (mean of the units in it), class, count
    flow           source and target [lon, lat], count, names; `seq` keeps the flows of one unit
    """
    if kind not in KINDS:
        raise NotFound("No such overlay", f"Overlays are {', '.join(KINDS)}", value=kind)
    if kind == "flow":
        return _flow(system, city, level, at, seq, most)
    cube, shown, _ = step(system, city, indicator, level, at)
    units = system.columns("unit_points", city=city, level=level)
    i = units["seq"].astype(np.int64) - 1
    value, known = shown[i], np.isfinite(shown[i])
    classes, _ = classify(shown, cube.indicator, by)
    if kind == "hex":
        return _hexagons(units, value, known, _HEX_RESOLUTION.get(level, 8), cube.indicator, by)
    return [{"position": [round(float(lon), 6), round(float(lat), 6)], "value": float(v), "class": int(c), "seq": int(s),
             "name_zh": zh, "name_en": en}
            for lon, lat, v, c, s, zh, en in zip(units["lon"][known], units["lat"][known], value[known], classes[i][known],
                                                 units["seq"][known], units["name_zh"][known], units["name_en"][known], strict=True)]


def _hexagons(units: dict, value: np.ndarray, known: np.ndarray, resolution: int, indicator: Any, by: By) -> list[dict[str, Any]]:
    cells = [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in zip(units["lat"][known], units["lon"][known], strict=True)]
    if not cells:
        return []
    unique, back = np.unique(cells, return_inverse=True)
    count = np.bincount(back)
    mean = np.bincount(back, weights=value[known]) / count
    classes, _ = classify(mean, indicator, by)
    return [{"hex": str(cell), "value": float(v), "class": int(c), "count": int(n)}
            for cell, v, c, n in zip(unique, mean, classes, count, strict=True)]


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
