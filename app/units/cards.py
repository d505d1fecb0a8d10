"""A unit as its card shows it: who it is, where it stands, its attributes, its vital signs with time and coverage."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np

from app.errors import NotFound
from app.indicators.status import now_of, of_unit
from app.system import System
from app.units.directory import COARSE, by_codes, directory
from data.levels import LEVELS

INHERITED = frozenset({"ownership", "tax_state"})      # what holds for a floor when only its building says it


def unit(system: System, city: str, code: str) -> dict[str, Any]:
    """The row of a unit that stands; raises NotFound."""
    return dict(_unit(system, city, code, system.city(city).geometry_version))


@lru_cache(maxsize=20_000)
def _unit(system: System, city: str, code: str, version: int) -> dict[str, Any]:  # noqa: ARG001 - version is part of the key
    found = by_codes(system, city, [code])
    if not found:
        raise NotFound("No such unit stands in this city", "Search it by name", value=code)
    return found[code]


def unit_at(system: System, city: str, level: str, seq: int) -> dict[str, Any]:
    """The row of the unit with that number at that level; raises NotFound."""
    return dict(_unit_at(system, city, level, seq, system.city(city).geometry_version))


@lru_cache(maxsize=20_000)
def _unit_at(system: System, city: str, level: str, seq: int, version: int) -> dict[str, Any]:  # noqa: ARG001 - version is part of the key
    known = directory(system, city).by_place.get((level, seq))
    found = [known] if known else [] if level in COARSE else system.rows("unit_by_seq", city=city, level=level, seq=seq)
    if level not in LEVELS or not found:
        raise NotFound("No such unit stands in this city", "Search it by name", level=level, value=seq)
    return found[0]


def ancestors(system: System, city: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The chain from the city (or from where the viewer's right begins) down to the unit's parent, by where it stands today."""
    chain, here = [], row
    while (here := parent(system, city, here)) is not None:
        chain.append(here)
    return chain[::-1]


def parent(system: System, city: str, row: dict[str, Any]) -> dict[str, Any] | None:
    """The unit a unit stands under; None for the city, and where the viewer's right begins."""
    try:
        return unit(system, city, row["parent_code"]) if row["parent_code"] else None
    except NotFound:
        return None


def children(system: System, city: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The units directly below."""
    if row["level"] == "floor":
        return []
    return [dict(child) for child in _children(system, city, row["level"], row["seq"], system.city(city).geometry_version)]


@lru_cache(maxsize=500)
def _children(system: System, city: str, level: str, seq: int, version: int) -> list[dict[str, Any]]:  # noqa: ARG001 - version is part of the key
    below = LEVELS[LEVELS.index(level) + 1]
    if below in COARSE:
        return directory(system, city).below.get((level, seq), [])
    return system.rows("unit_children", city=city, level=below, seq=seq)


def attributes(system: System, city: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The attributes of a unit; a coded value comes with its names (`value_zh`, `value_en`).

    A floor for which nothing else is registered has the ownership and the tax state of its building (`is_inherited`).
    """
    version = system.city(city).value_version
    found = [{**one, "is_inherited": False} for one in _attributes(system, city, row["level"], row["seq"], version)]
    if row["level"] == "floor":
        own = {one["attribute"] for one in found}
        found += [{**one, "is_inherited": True} for one in _attributes(system, city, "building", row["parent_seq"], version)
                  if one["attribute"] in INHERITED - own]
    return found


@lru_cache(maxsize=2_000)
def _attributes(system: System, city: str, level: str, seq: int, version: int) -> list[dict[str, Any]]:  # noqa: ARG001 - version is part of the key
    found = system.rows("unit_attributes", city=city, level=level, seq=seq)
    for one in found:
        named = {key: (zh, en) for key, zh, en in (entry.split(":", 2) for entry in one.pop("codes") or [])}
        one["value_zh"], one["value_en"] = named.get(one["value"], (one["value"], one["value"]))
    return found


def sign(system: System, city: str, row: dict[str, Any], indicator: str, at: int | None = None) -> dict[str, Any]:
    """One vital sign at a unit: value, time, status, coverage, and at which unit it was read.

    Where the indicator is reported only for coarser units, the value of the nearest ancestor that has one stands in
    and `level` and `code` say so.
    """
    cube = system.values(city).cube(indicator)
    where = reported_at(system, city, row, cube)
    value, when, n, expected, is_hidden, status = np.nan, None, 0, 0, False, "grey"
    if where is not None:
        level, i = where["level"], where["seq"] - 1
        step = cube.at(level, at) if at is not None else cube.last(level, where["seq"])
        if step is not None:
            value, when = float(cube.values(level, step)[i]), int(cube.times[step])
            n, expected = (int(part[i]) for part in cube.coverage(level, step))
            is_hidden = cube.is_hidden(level, where["seq"], when)
            status = of_unit(cube, level, where["seq"], step, value, now_of(system, city) if at is None else at)
    known = value if np.isfinite(value) else None
    return {"indicator": indicator, "value": known, "at": when, "n": n, "expected": expected, "is_hidden": is_hidden,
            "level": (where or row)["level"], "code": (where or row)["code"], "status": status, "unit": cube.indicator.unit,
            "decimals": cube.indicator.decimals, "owner": cube.indicator.owner, "native_level": cube.native,
            "name_zh": cube.indicator.name_zh, "name_en": cube.indicator.name_en}


def reported_at(system: System, city: str, row: dict[str, Any], cube: Any) -> dict[str, Any] | None:
    """The unit itself, or its nearest ancestor that the cube's indicator is reported for; None where that is out of sight."""
    where: dict[str, Any] | None = row
    while where is not None and where["level"] not in cube.levels:
        where = parent(system, city, where)
    return where


def hover(system: System, city: str, level: str, seq: int, indicator: str, at: int | None) -> dict[str, Any]:
    """The few words of a hover card."""
    row = unit_at(system, city, level, seq)
    return {"code": row["code"], "level": level, "name_zh": row["name_zh"], "name_en": row["name_en"],
            "place_type": row["place_type"], "sign": sign(system, city, row, indicator, at) if indicator else None}


def bounds(system: System, city: str, row: dict[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east, north of a unit in degrees; a floor has its building's."""
    here = row if row["level"] != "floor" else unit(system, city, row["parent_code"])
    found = _bounds(system, city, here["level"], here["seq"], system.city(city).geometry_version)
    if found:
        return found
    if here["lon"] is None:
        raise NotFound("This unit has no place on the map", value=row["code"])
    return here["lon"] - 0.002, here["lat"] - 0.002, here["lon"] + 0.002, here["lat"] + 0.002


@lru_cache(maxsize=20_000)
def _bounds(system: System, city: str, level: str, seq: int, version: int) -> tuple[float, float, float, float] | None:  # noqa: ARG001
    found = system.rows("unit_bounds", city=city, level=level, seq=seq)
    return tuple(found[0].values()) if found else None


def shapes(system: System, city: str, level: str, parent: str | None) -> dict[str, Any]:
    """The units of a level below a parent as a GeoJSON feature collection, simplified for a picture."""
    row = unit(system, city, parent) if parent else None
    if level not in LEVELS or level == "floor":
        raise NotFound("No shapes at this level", f"Levels are {', '.join(LEVELS[:-1])}", value=level)
    return _shapes(system, city, level, row["seq"] if row else 0, system.city(city).geometry_version)


@lru_cache(maxsize=64)
def _shapes(system: System, city: str, level: str, parent: int, version: int) -> dict[str, Any]:  # noqa: ARG001 - version is part of the key
    tolerance = {"city": 4e-4, "district": 4e-4, "street": 2e-4, "community": 1e-4}.get(level, 0.0)
    found = system.rows("unit_shapes", city=city, level=level, parent=parent, tolerance=tolerance)
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "id": row["seq"], "geometry": json.loads(row["geometry"]),
         "properties": {key: row[key] for key in ("seq", "code", "name_zh", "name_en")}} for row in found]}
