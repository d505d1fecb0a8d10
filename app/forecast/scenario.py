"""What if: the outlook of a unit when a driver turns out otherwise, the days ahead are free, or a road is closed.

A scenario is written as it stands in an address: `temperature_c:3`, `rain_mm_h:20`, `holiday`, `road:990103002`, joined by commas.
What a departure does is learnt (response.py, and for free days the unit's own free and worked days); what cannot be told from nought
is said so and changes nothing. Effects are added up; the bands grow by how unsure they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput
from app.forecast.cadence import DAY, local
from app.forecast.factors import is_free
from app.forecast.outlook import NORMAL_90
from app.forecast.register import known
from app.forecast.told import Line
from app.sight import Seen
from app.units import cards

ROADS = "transport"         # the theme whose indicators a closed road moves
MOST = 4                    # scenarios that are compared at once
FARTHEST = {"temperature_c": 15.0, "rain_mm_h": 100.0, "humidity_pct": 60.0, "wind_ms": 30.0}
WORST = 99.0                # percentile of a street's own past that stands for a closed road
LEAST_DAYS = 3              # free and worked days that must have been seen


@dataclass(frozen=True)
class Effect:
    """One part of a scenario: what it is, the change [step ahead] and its standard error; `is_known` False: nothing could be learnt."""

    name: str
    amount: str
    change: NDArray[np.float64]
    error: NDArray[np.float64]
    is_known: bool
    n: int


@dataclass(frozen=True)
class Scenario:
    """`shifts`: {driver: how much more than expected}; `is_holiday`: the days ahead are free; `road`: code of the unit whose road is closed."""

    shifts: dict[str, float]
    is_holiday: bool = False
    road: str = ""

    @property
    def text(self) -> str:
        """As an address has it."""
        parts = [f"{name}:{amount:g}" for name, amount in sorted(self.shifts.items())]
        return ",".join([*parts, *(["holiday"] if self.is_holiday else []), *([f"road:{self.road}"] if self.road else [])])


def parse(text: str, drivers: tuple[str, ...]) -> Scenario:
    """A scenario from its text. Raises BadInput naming the part."""
    shifts: dict[str, float] = {}
    is_holiday, road = False, ""
    for part in filter(None, text.split(",")):
        name, _, amount = part.partition(":")
        if name == "holiday" and not amount:
            is_holiday = True
        elif name == "road" and amount.isascii() and amount.isalnum() and len(amount) <= 25:
            road = amount
        elif name in FARTHEST and name in drivers:
            try:
                shifts[name] = float(amount)
            except ValueError:
                raise BadInput("A part of the scenario is no number", "Write temperature_c:3", value=part[:60]) from None
            if not abs(shifts[name]) <= FARTHEST[name]:
                raise BadInput("A scenario lies too far from what was ever seen", f"Choose at most {FARTHEST[name]:g}", value=part[:60])
        else:
            raise BadInput("A part of the scenario is not known", f"Parts are {', '.join((*drivers, 'holiday', 'road:CODE'))}", value=part[:60])
    return Scenario(shifts, is_holiday, road)


def apply(seen: Seen, city: str, found: Line, scenario: Scenario) -> tuple[Line, list[Effect]]:
    """(the line under a scenario, what each part does). Raises NotFound for a road out of sight, BadInput for one that moves nothing here."""
    effects = [_shift(seen, city, found, name, amount) for name, amount in scenario.shifts.items()]
    if scenario.is_holiday:
        effects.append(_holiday(seen, city, found))
    if scenario.road:
        effects.append(_road(seen, city, found, scenario.road))
    change = np.sum([effect.change for effect in effects], axis=0) if effects else np.zeros(found.y.size)
    error = np.sqrt(np.sum([effect.error**2 for effect in effects], axis=0)) if effects else np.zeros(found.y.size)
    row = known(seen.indicators[found.indicator])
    y = _clip(found.y + change, row)
    bands = {}
    for share, (low, high) in found.bands.items():
        wide = NORMAL_90 * error * (1.0 if share > 0.85 else 0.78)
        bands[share] = (_clip(y - np.hypot(found.y - low, wide), row), _clip(y + np.hypot(high - found.y, wide), row))
    return replace(found, y=y, bands=bands), effects


def _shift(seen: Seen, city: str, found: Line, driver: str, amount: float) -> Effect:
    nothing = Effect(driver, f"{amount:+g}", np.zeros(found.y.size), np.zeros(found.y.size), False, 0)
    ground = seen.outlooks.ground(city, found.indicator, found.level)
    tower = seen.outlooks.tower(city, driver)
    response = seen.outlooks.response(city, found.indicator, found.level, driver) if ground and tower else None
    if response is None or ground is None or tower is None:
        return nothing
    row = int(np.searchsorted(ground.units, found.seq - 1))
    if row >= ground.units.size or ground.units[row] != found.seq - 1:
        return nothing
    level = found.level if found.level in tower.levels else next(iter(tower.levels))
    course = tower.levels[level].y[found.seq - 1 if level == found.level else 0]
    expected = np.interp(found.times, tower.levels[level].times, course)
    change, error = response.moved(expected, expected + amount)
    is_known = bool(response.is_sure()[row])
    return replace(nothing, change=change[row] if is_known else nothing.change, error=error[row] if is_known else nothing.error,
                   is_known=is_known, n=response.n // max(1, ground.units.size))


def _holiday(seen: Seen, city: str, found: Line) -> Effect:
    """The usual difference of the unit's free days from its worked ones, at each time of day, for the days ahead that are worked."""
    cube, zone = seen.values(city).cube(found.indicator), seen.city(city).timezone
    nothing = Effect("holiday", "", np.zeros(found.y.size), np.zeros(found.y.size), False, 0)
    times, values = cube.series(found.level, found.seq)
    if times.size == 0 or cube.indicator.cadence[1] not in "TD" or cube.indicator.cadence == "P7D":
        return nothing
    wall, ahead = local(times, zone), local(found.times, zone)
    days, slots = wall // DAY, wall % DAY
    free = is_free(days, zone)
    counts = [np.unique(days[free == kind]).size for kind in (True, False)]
    if min(counts) < LEAST_DAYS:
        return nothing
    change, error = np.zeros(found.y.size), np.zeros(found.y.size)
    for k in np.flatnonzero(~is_free(ahead // DAY, zone)):
        here = (slots == ahead[k] % DAY) & np.isfinite(values)
        one, other = values[here & free], values[here & ~free]
        if min(one.size, other.size) >= LEAST_DAYS:
            change[k] = one.mean() - other.mean()
            error[k] = np.sqrt(one.var(ddof=1) / one.size + other.var(ddof=1) / other.size)
    is_known = bool((np.abs(change) > 2 * error).any())
    return replace(nothing, change=change if is_known else nothing.change, error=error if is_known else nothing.error, is_known=is_known,
                   n=min(counts))


def _road(seen: Seen, city: str, found: Line, code: str) -> Effect:
    """A street whose traffic is as bad as it ever was: what that does here, by how errors there went with errors here."""
    one = seen.indicators[found.indicator]
    closed: dict[str, Any] = cards.unit(seen, city, code)
    if one.theme != ROADS:
        raise BadInput("A closed road moves indicators of transport alone", "Choose one of them", value=one.id)
    nothing = Effect("road", code, np.zeros(found.y.size), np.zeros(found.y.size), False, 0)
    tower, ground = seen.outlooks.tower(city, one.id), seen.outlooks.ground(city, one.id, found.level)
    if tower is None or ground is None or closed["level"] not in tower.levels or closed["level"] != found.level:
        return nothing
    i = closed["seq"] - 1
    _, past = seen.values(city).cube(one.id).series(closed["level"], closed["seq"])
    past = past[np.isfinite(past)]
    if past.size == 0 or i >= tower.levels[found.level].y.shape[0]:
        return nothing
    expected = np.interp(found.times, tower.levels[found.level].times, tower.levels[found.level].y[i])
    worst = np.percentile(past, WORST if one.direction == "down" else 100 - WORST)
    held = np.maximum(expected, worst) if one.direction == "down" else np.minimum(expected, worst)
    if found.seq == closed["seq"]:
        return replace(nothing, change=held - expected, is_known=True, n=int(past.size))
    response = seen.outlooks.response(city, one.id, found.level, one.id, i)
    row = int(np.searchsorted(ground.units, found.seq - 1))
    if response is None or row >= ground.units.size or not response.is_sure()[row]:
        return replace(nothing, n=0 if response is None else response.n // max(1, ground.units.size))
    change, error = response.moved(expected, held)
    return replace(nothing, change=change[row], error=error[row], is_known=True, n=response.n // max(1, ground.units.size))


def _clip(values: NDArray[np.float64], row: Any) -> NDArray[np.float64]:
    return values if row.low is None and row.high is None else np.clip(values, row.low, row.high)
