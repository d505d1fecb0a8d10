"""How likely does the water pass its warning and its guarantee stage, at which gauge, and was rain on its way considered?

A unit above the gauges is answered by its highest gauge: the largest of several forecasts (`app/forecast/water.py: highest`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from app.forecast.answers.answer import Answer, basis, named, step_row, under
from app.forecast.engine import NAIVE
from app.forecast.outlook import Tower
from app.forecast.page import Foreseen
from app.forecast.page_told import page_tower
from app.forecast.panels import RAIN, led_by_rain
from app.forecast.register import known
from app.forecast.told import Line, veiled
from app.forecast.water import HALVES_H, above, highest
from app.sight import Seen

MOST_GAUGES = 12


def answer(seen: Seen, city: str, made: Foreseen) -> Answer:
    """Facts: limits (warning, then graver ones), gauges, is_highest, rain (which reservoirs, by which indicator), likeliest by limit."""
    line = made.line
    if line is None:
        return Answer(why=made.why)
    one = seen.indicators[line.indicator]
    limits = [float(limit) for limit in one.thresholds]
    if not limits or one.direction != "down":
        return Answer(why="no_limit")
    mine, gauges = _highest(seen, city, made, line, page_tower(seen, city, made), limits)
    chances = np.stack([above(mine.y, mine.bands, limit) for limit in limits])
    rows = [{**step_row(_bounded(mine, known(one).low), k), **{f"above_{limit:g}": round(float(chances[i, k]), 4) for i, limit in enumerate(limits)}}
            for k in range(mine.y.size)]
    top = int(np.argmax(mine.y))
    rained = led_by_rain(seen.values(city), line.indicator) and RAIN in seen.indicators
    facts = {**basis(line), "limits": limits, "gauges": gauges, "is_highest": mine is not line,
             "highest": {"at": rows[top]["at"], "value": rows[top]["expected"], "low": rows[top]["lo90"], "high": rows[top]["hi90"]},
             "likeliest": [{"limit": limit, "at": int(mine.times[int(np.argmax(chances[i]))]), "chance": float(chances[i].max())}
                           for i, limit in enumerate(limits)],
             "rain": {"indicator": RAIN, "halves_h": list(HALVES_H), "is_used": mine.model not in NAIVE} if rained else None}
    return Answer(facts, rows)


def _bounded(line: Line, low: float | None) -> Line:
    """A line whose bands do not pass the indicator's lowest value: water on a road ends at nought."""
    return line if low is None else replace(line, bands={share: (np.maximum(down, low), up) for share, (down, up) in line.bands.items()})


def _highest(seen: Seen, city: str, made: Foreseen, line: Line, tower: Tower | None,
             limits: list[float]) -> tuple[Line, list[dict[str, Any]]]:
    """(the line of the highest gauge below, the gauges with their chances): the line itself where there is no gauge below, or all are not seen."""
    level = list(tower.levels)[-1] if tower is not None else line.level
    if tower is None or level == line.level:
        return line, []
    found, at = tower.levels[level], under(seen, city, made.look.unit or {}, level)
    at = at[at < len(found.y)]
    at = at[np.isfinite(veiled(seen, city, line.indicator, level, found.y[:, 0])[at]) & np.isfinite(found.y[at]).all(axis=1)]
    if not at.size:
        return line, []
    n = line.y.size
    bands = {share: (low[at, :n], high[at, :n]) for share, (low, high) in found.bands.items()}
    y, edges = highest(found.y[at, :n], bands, np.zeros(at.size, np.int64), 1)
    each = above(found.y[at, :n], bands, limits[0])
    order = np.lexsort((-found.y[at, :n].max(axis=1), -each.max(axis=1)))[:MOST_GAUGES]
    gauges = [{**named(seen, city, level, at[i]), "highest": float(found.y[at[i], :n].max()), "at": int(line.times[int(found.y[at[i], :n].argmax())]),
               "chance": float(each[i].max())} for i in order]
    return replace(line, y=y[0], bands={share: (low[0], high[0]) for share, (low, high) in edges.items()}), gauges
