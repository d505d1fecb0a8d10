"""A building opened into floor slabs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from app.errors import NotFound
from app.indicators.registry import one
from app.map.classes import By, classify
from app.system import System
from app.units.cards import children, unit

FLOOR_HEIGHT_M = 3.2


def slabs(system: System, city: str, code: str, indicator: str = "", at: int | None = None, by: By = "threshold") -> dict[str, Any]:
    """The floors of a building from the lowest up: base and top in metres above ground, value and class.

    `geometry` is the building's footprint (GeoJSON, EPSG:4326); floors without a shape of their own take it. Classes
    divide the floors of this building, so that its own differences show; 255 = no data.
    """
    building = unit(system, city, code)
    if building["level"] != "building":
        raise NotFound("Only a building opens into floors", "Choose a building first", value=code)
    found = system.rows("unit_shape", city=city, level="building", seq=building["seq"])
    floors = sorted(children(system, city, building), key=lambda row: row["floor_no"])
    above = [row for row in floors if row["floor_no"] > 0]
    height = (building["height_m"] or FLOOR_HEIGHT_M * max(len(above), 1)) - (building["min_height_m"] or 0)
    each = height / max(len(above), 1) if above else FLOOR_HEIGHT_M
    values, classes, legend = _values(system, city, floors, indicator, at, by)
    slab, up = [], building["min_height_m"] or 0.0
    for i, row in enumerate(floors):
        number = row["floor_no"]
        base = number * FLOOR_HEIGHT_M if number < 0 else up + (number - 1) * each
        slab.append({"code": row["code"], "seq": row["seq"], "floor_no": number, "base": round(base, 2),
                     "top": round(base + (FLOOR_HEIGHT_M if number < 0 else each), 2), "name_zh": row["name_zh"], "name_en": row["name_en"],
                     "value": None if values is None or not np.isfinite(values[i]) else float(values[i]),
                     "class": int(classes[i]) if classes is not None else 255})
    return {"code": code, "seq": building["seq"], "name_zh": building["name_zh"], "name_en": building["name_en"],
            "height": building["height_m"], "geometry": json.loads(found[0]["geometry"]) if found else None,
            "floors": slab, "legend": legend}


def _values(system: System, city: str, floors: list[dict[str, Any]], indicator: str, at: int | None,
            by: By) -> tuple[np.ndarray | None, np.ndarray | None, dict[str, Any] | None]:
    if not indicator or not floors:
        return None, None, None
    cube = system.values(city).cube(indicator)
    if "floor" not in cube.levels:
        return None, None, None
    row = cube.at("floor", at)
    if row is None:
        return None, None, None
    shown = cube.values("floor", row)[[floor["seq"] - 1 for floor in floors]]
    classes, legend = classify(shown, one(system.indicators, indicator), by)
    return shown, classes, {"breaks": legend.breaks, "by": legend.by, "unit": cube.indicator.unit, "at": int(cube.times[row])}
