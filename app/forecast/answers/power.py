"""How likely is the load to pass its capacity, at each step and at any, and which units below are the likeliest?

The capacity is what units report their load ratio with: the rated capacity (MW) that a ratio's load is divided by. A load is held
against that capacity, a ratio against the limit of its register row (100 %).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.forecast.answers.answer import Answer, basis, named, step_row, under
from app.forecast.outlook import Tower
from app.forecast.page import Foreseen
from app.forecast.page_told import page_tower
from app.forecast.power import exceedance
from app.forecast.register import breach_limit
from app.forecast.told import Line, veiled
from app.sight import Seen

LOAD, RATIO = "power_load_mw", "load_ratio_pct"
MOST_UNITS, LEAST = 12, 0.005       # units below that are listed, and the least chance at any step of one that is


def answer(seen: Seen, city: str, made: Foreseen) -> Answer:
    """Facts: limit, capacity_mw and as of when, any, is_bound, rho, forecasts it was seen on, likeliest, over (hours likelier than not), units."""
    line = made.line
    if line is None:
        return Answer(why=made.why)
    known = capacities(seen, city, line.level, line.cutoff)
    mine = None if known is None or not np.isfinite(known[1][line.seq - 1]) else float(known[1][line.seq - 1])
    limit = mine if line.indicator == LOAD else (breach_limit(seen.indicators[line.indicator]) or (None,))[0]
    if limit is None or limit <= 0:
        return Answer({"code": line.code}, why="no_capacity")
    rho, seen_on = (None, 0) if made.look.cutoff is not None else seen.outlooks.step_correlation(city, line.indicator, line.level)
    (lo80, hi80), (lo90, hi90) = line.bands[0.8], line.bands[0.9]
    found = exceedance(line.y, lo90, hi90, limit, lo80, hi80, rho)
    k = int(np.argmax(found.each))
    facts = {**basis(line), "limit": limit, "capacity_mw": mine, "capacity_at": None if known is None else known[0], "any": float(found.any),
             "is_bound": found.is_bound and rho is None, "rho": rho, "seen_on": seen_on,
             "likeliest": {"at": int(line.times[k]), "chance": float(found.each[k])},
             "likelier_than_not": int((found.each >= 0.5).sum()), "units": _units(seen, city, made, line, page_tower(seen, city, made), rho)}
    return Answer(facts, [{**step_row(line, j), "limit": limit, "chance": round(float(found.each[j]), 4)} for j in range(line.y.size)])


def capacities(seen: Seen, city: str, level: str, at: int) -> tuple[int, NDArray[np.float64]] | None:
    """(the step they were reported at, rated capacity of every unit of a level in MW); None where no load ratio is reported or seen."""
    if RATIO not in seen.indicators:
        return None
    cube = seen.values(city).cube(RATIO)
    step = int(np.searchsorted(cube.times, at, side="right")) - 1 if level in cube.levels else -1
    found = seen.values(city).weights(RATIO, int(cube.times[step]), level) if step >= 0 else None
    return None if found is None or _is_unsaid(seen, city, int(cube.times[step])) else (int(cube.times[step]), found)


def _is_unsaid(seen: Seen, city: str, at: int) -> bool:
    """Whether ratios were reported without what they are divided by: all count as one then."""
    cube = seen.values(city).cube(RATIO)
    found = seen.values(city).weights(RATIO, at, cube.native)
    return found is None or bool((found[np.isfinite(found)] == 1.0).all())


def _units(seen: Seen, city: str, made: Foreseen, line: Line, tower: Tower | None, rho: float | None) -> list[dict[str, Any]] | None:
    """The finest units below that are forecast as a whole and may pass their own capacity, the likeliest first: a sum hides the one that does.

    None where the unit is as fine itself."""
    if tower is None or (level := list(tower.levels)[-1]) == line.level:
        return None
    found, at = tower.levels[level], under(seen, city, made.look.unit or {}, level)
    limits = capacities(seen, city, level, line.cutoff) if line.indicator == LOAD else None
    shown = veiled(seen, city, line.indicator, level, found.y[:, 0])
    limit = np.full(len(found.y), breach_limit(seen.indicators[RATIO])[0]) if line.indicator == RATIO else \
        np.full(len(found.y), np.nan) if limits is None else limits[1]              # type: ignore[index]
    at = at[at < len(found.y)]
    at = at[np.isfinite(shown[at]) & np.isfinite(limit[at]) & np.isfinite(found.y[at]).all(axis=1)]
    n = line.y.size
    (lo80, hi80), (lo90, hi90) = ((low[at, :n], high[at, :n]) for low, high in (found.bands[0.8], found.bands[0.9]))
    rough = exceedance(found.y[at, :n], lo90, hi90, limit[at, None], lo80, hi80)
    first = np.argsort(-rough.any, kind="stable")[:MOST_UNITS]
    first = first[rough.any[first] >= LEAST]
    exact = exceedance(found.y[at[first], :n], lo90[first], hi90[first], limit[at[first], None], lo80[first], hi80[first], rho)
    rows = [{**named(seen, city, level, at[i]), "limit": float(limit[at[i]]), "any": float(exact.any[j]), "chance": float(exact.each[j].max()),
             "at": int(line.times[int(exact.each[j].argmax())]), "expected": float(found.y[at[i], int(exact.each[j].argmax())])}
            for j, i in enumerate(first)]
    return sorted(rows, key=lambda row: -row["any"])
