"""What a viewer is told of the outlook of a unit: its line and bands, how sure they are, and where they come from.

The outlook is made of the whole city, since a part of it does not know its neighbours; a viewer is told the lines of units in sight
alone, nothing of an indicator above their privacy level, and nothing of a unit whose small counts are hidden from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.access import FEW
from app.forecast.engine import Word
from app.forecast.outlook import LevelOutlook, Tower, chance
from app.forecast.register import breach_limit
from app.indicators.registry import Indicator
from app.sight import Seen
from app.units import cards
from data.levels import LEVELS

RECENT = 8                  # steps that are looked through for small counts


@dataclass(frozen=True)
class Line:
    """The outlook of one unit after `cutoff`: [step ahead] each. `code`, `level`: whose, where a coarser unit stands in.

    `scores`: the backtest of the model over all units of the level (app/forecast/engine.py: scores). `chosen`: the row of its
    choice, None for a quick model. `drivers`: {group: [step ahead]}, what moved the line away from `base`; empty where it is not known.
    """

    code: str
    level: str
    seq: int
    indicator: str
    cutoff: int
    times: NDArray[np.int64]
    y: NDArray[np.float64]
    bands: dict[float, tuple[NDArray[np.float64], NDArray[np.float64]]]
    model: str
    agreed: str
    scores: dict[str, Any]
    said: tuple[Word, ...]
    chosen: dict[str, Any] | None
    drivers: dict[str, NDArray[np.float64]]
    base: NDArray[np.float64] | None


def line(seen: Seen, city: str, row: dict[str, Any], indicator: str, cutoff: int | None = None, steps: int | None = None,
         waits: bool = True) -> Line | None:
    """The outlook of an indicator at a unit (or its nearest ancestor that reports it); None where there is none for this viewer.

    Without `waits` only what is there already is told, and only of levels that are forecast as a whole; the rest is on its way.
    Raises NotFound for an indicator the viewer may not see.
    """
    cube = seen.values(city).cube(indicator)
    here = cards.reported_at(seen, city, row, cube)
    if here is None or cube.times.size == 0 or _is_hidden(seen, city, here, indicator):
        return None
    tower = seen.outlooks.tower(city, indicator, cutoff, steps) if waits else seen.outlooks.ready(city, indicator)
    found = None if tower is None else _level_of(seen, city, tower, here) if waits else tower.levels.get(here["level"])
    i = here["seq"] - 1
    if tower is None or found is None or i >= found.y.shape[0] or not np.isfinite(found.y[i]).all():
        return None
    if seen.hides_few(seen.indicators[indicator]) and np.nanmin(found.y[i]) < FEW:
        return None
    chosen = seen.outlooks.champions.row(city, indicator, found.level)
    drivers = {group: part[i] for group, part in found.drivers.items() if np.isfinite(part[i]).all()}
    return Line(here["code"], here["level"], here["seq"], indicator, tower.cutoff, found.times, found.y[i],
                {share: (low[i], high[i]) for share, (low, high) in found.bands.items()}, found.model, tower.agreed, found.scores, found.said,
                chosen, drivers, None if found.base is None else found.base[i])


def ahead(seen: Seen, city: str, row: dict[str, Any], indicator: str, span_s: int | None = None, every: int = 1) -> dict[str, Any] | None:
    """{times, y, low, high (90 %), model, cutoff}: how a chart's line goes on, as lists, every so manieth step; None where nothing is there yet.

    `span_s`: no further than so many seconds ahead. Never waits.
    """
    found = line(seen, city, row, indicator, waits=False)
    if found is None:
        return None
    last = found.times.size if span_s is None else int(np.searchsorted(found.times, found.cutoff + span_s, side="right"))
    shown = slice(every - 1, last, every)
    low, high = found.bands[0.9]
    if found.times[shown].size == 0:
        return None
    return {"times": found.times[shown].tolist(), "y": found.y[shown].tolist(), "low": low[shown].tolist(), "high": high[shown].tolist(),
            "code": found.code, "model": found.model, "cutoff": found.cutoff}


def breach(indicator: Indicator, found: Line, seconds: int | None = None) -> dict[str, Any] | None:
    """{limit, is_up, chance, at}: how likely the line passes its limit at its likeliest step (within `seconds`); None without a limit.

    From the 90 % band, taken as that of a normal law: a chance at one step, not that it happens at any of them.
    """
    limit = breach_limit(indicator)
    within = found.times <= found.cutoff + seconds if seconds is not None else np.ones(found.times.size, bool)
    if limit is None or not within.any():
        return None
    chances = chance(found.y[within], *(edge[within] for edge in found.bands[0.9]), *limit)
    k = int(np.argmax(chances))
    return {"limit": limit[0], "is_up": limit[1], "chance": float(chances[k]), "at": int(found.times[within][k])}


def level_values(seen: Seen, city: str, indicator: str, level: str, step: int) -> tuple[LevelOutlook, NDArray[np.float64]] | None:
    """(the outlook of a level, what is expected of each unit at one step ahead, NaN where it is not for this viewer); None where there is none."""
    cube = seen.values(city).cube(indicator)
    tower = seen.outlooks.tower(city, indicator) if level in cube.levels else None
    if tower is None or level not in tower.levels or not 0 <= step < tower.levels[level].times.size:
        return None
    found = tower.levels[level]
    return found, veiled(seen, city, indicator, level, found.y[:, step])


def veiled(seen: Seen, city: str, indicator: str, level: str, y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of the units of a level without those that are not for this viewer."""
    one = seen.indicators[indicator]
    mask = seen.mask(city, level, one.privacy)
    shown = y if mask is None else np.where(mask[: y.size], y, np.nan)
    return np.where(shown < FEW, np.nan, shown) if seen.hides_few(one) else shown


def _is_hidden(seen: Seen, city: str, here: dict[str, Any], indicator: str) -> bool:
    """Whether small counts of the unit were hidden from the viewer lately, or the unit is out of their sight for this indicator."""
    one = seen.indicators[indicator]
    mask = seen.mask(city, here["level"], one.privacy)
    if mask is not None and not mask[here["seq"] - 1]:
        return True
    if not seen.hides_few(one):
        return False
    cube = seen.values(city).cube(indicator)
    return any(cube.is_hidden(here["level"], here["seq"], int(at)) for at in cube.times[-RECENT:])


def _level_of(seen: Seen, city: str, tower: Tower, here: dict[str, Any]) -> LevelOutlook | None:
    """The outlook of the level a unit stands at: of the tower, or made below it, parent by parent."""
    if here["level"] in tower.levels:
        return tower.levels[here["level"]]
    folds = seen.values(city).hierarchy("floor" if here["level"] == "floor" else "building").trees[-1].folds
    way, level, i = [], here["level"], here["seq"] - 1
    while level not in tower.levels:
        if level == LEVELS[0] or level not in folds or i >= folds[level].parent.size or folds[level].parent[i] < 0:
            return None
        i = int(folds[level].parent[i])
        way.append((level, i))
        level = LEVELS[LEVELS.index(level) - 1]
    found: LevelOutlook | None = tower.levels[level]
    for below, parent in reversed(way):
        found = seen.outlooks.below(city, tower.indicator, tower, below, parent, found)     # type: ignore[arg-type]
        if found is None:
            return None
    return found
