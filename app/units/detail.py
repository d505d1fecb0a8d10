"""Everything the card of a unit shows, for one chosen vital sign at one time."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.indicators.series import before, last_days
from app.indicators.status import STATUS, now_of, of_level
from app.system import System
from app.units import cards
from app.units.succession import came_from

COMMON = ("temperature_c", "rain_mm_h", "humidity_pct", "wind_ms", "people_flow", "security_incidents_per_10k")
MOST_CHILDREN = 400


def detail(system: System, city: str, row: dict[str, Any], indicator: str, at: int | None = None) -> dict[str, Any]:
    """Unit, ancestors, units it came from, children with their values, attributes, the chosen sign with its last days, and the common factors.

    `day_before` is the value 24 hours earlier; `common` holds the signs of COMMON that the city has.
    """
    main = cards.sign(system, city, row, indicator, at)
    recent = last_days(system, city, row, indicator, at)
    return {
        "unit": row,
        "ancestors": cards.ancestors(system, city, row),
        "attributes": cards.attributes(system, city, row),
        "came_from": came_from(system, city, row),
        "sign": main,
        "recent": recent.points(),
        "day_before": before(recent, main["at"]),
        "common": common(system, city, row, at),
        "building": building_of(system, city, row),
        "beside": beside(system, city, row),
        **children(system, city, row, indicator, at),
    }


def building_of(system: System, city: str, row: dict[str, Any]) -> dict[str, Any] | None:
    """The building a floor belongs to; None for other units."""
    return cards.unit(system, city, row["parent_code"]) if row["level"] == "floor" else None


def beside(system: System, city: str, row: dict[str, Any]) -> dict[str, dict[str, Any] | None]:
    """The next floor `up` and `down` in a floor's building, None at its ends; nothing for other units."""
    if row["level"] != "floor":
        return {}
    floors = cards.children(system, city, cards.unit(system, city, row["parent_code"]))
    up = [one for one in floors if one["floor_no"] > row["floor_no"]]
    down = [one for one in floors if one["floor_no"] < row["floor_no"]]
    return {"up": min(up, key=lambda one: one["floor_no"], default=None), "down": max(down, key=lambda one: one["floor_no"], default=None)}


def common(system: System, city: str, row: dict[str, Any], at: int | None) -> dict[str, dict[str, Any]]:
    """The common factors at a unit (weather, people, security), from the nearest unit that reports them."""
    return {
        name: found
        for name in COMMON
        if name in system.indicators
        for found in [cards.sign(system, city, row, name, at)]
        if found["value"] is not None
    }


def children(system: System, city: str, row: dict[str, Any], indicator: str, at: int | None) -> dict[str, Any]:
    """`children`: the units below with value and status (the first MOST_CHILDREN); `child_count`: how many there are."""
    below = cards.children(system, city, row)
    shown = [{key: child[key] for key in ("code", "level", "seq", "name_zh", "name_en", "floor_no", "address")} for child in below[:MOST_CHILDREN]]
    cube = system.values(city).cube(indicator)
    level = below[0]["level"] if below else ""
    if level in cube.levels and cube.times.size:
        if at is None:
            row_of, values, _ = cube.newest(level)
        else:
            step = cube.at(level, at)
            values = cube.values(level, step) if step is not None else np.full(0, np.nan)
            row_of = np.full(values.shape, step if step is not None else -1)
        units = np.asarray([child["seq"] - 1 for child in shown if child["seq"] <= values.size], np.int64)
        judged = dict(zip(units.tolist(), of_level(cube, level, values[units], row_of[units], now_of(system, city) if at is None else at, units),
                          strict=True))
        for child in shown:
            value = float(values[child["seq"] - 1]) if child["seq"] <= values.size else np.nan
            child["value"] = value if np.isfinite(value) else None
            child["status"] = STATUS[judged.get(child["seq"] - 1, 0)]
    return {"children": shown, "child_count": len(below)}

