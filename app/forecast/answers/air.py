"""What will the air quality index be after HJ 633, how likely is each level, and which pollutant sets it?

Where every pollutant of the standard is forecast, the index is made of their forecasts. Where some are not handed in, the index that
stations report is forecast itself, and pollutants that are known say as much as they can; without that the index of the pollutants that
are there is the least it can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.forecast import air
from app.forecast.answers.answer import Answer, basis
from app.forecast.page import Foreseen, line_of
from app.forecast.quantiles import Belief
from app.forecast.told import Line
from app.sight import Seen

INDEX = "aqi"
POLLUTANTS = {"so2": "so2", "no2": "no2", "pm10": "pm10", "co": "co", "o3": "o3", "pm25": "pm25"}     # of HJ 633 → the indicator
HOURLY_SINCE = date(2026, 3, 1)     # particles are judged by hourly means; before by the mean of the last 24 hours
SETS = 0.85                         # share of the index that a pollutant's own index reaches at least where it is taken to set it
Bands = Mapping[float, tuple[NDArray[np.float64], NDArray[np.float64]]]


def answer(seen: Seen, city: str, made: Foreseen) -> Answer:
    """Facts: edition, of (what the index is made of: pollutants, reported or some), pollutants, missing, levels, likely (level of most hours)."""
    line = made.line
    if line is None:
        return Answer(why=made.why)
    if seen.indicators[line.indicator].cadence != "PT1H":
        return Answer(why="no_pollutant")
    lines = _lines(seen, city, made, line)
    reported = line if line.indicator == INDEX else None
    missing = [name for name in POLLUTANTS if name not in lines]
    if not lines and reported is None:
        return Answer(why="no_pollutant")
    days = [datetime.fromtimestamp(int(at), ZoneInfo(seen.city(city).timezone)).date() for at in line.times]
    parts = {name: _concentrations(seen, city, one, days) for name, one in lines.items()}
    own = {name: _indices(name, y, days) for name, (y, _) in parts.items()}
    if reported is not None and missing:
        of, y, bands = "reported", reported.y, dict(reported.bands)
    else:
        of, (y, bands) = "pollutants" if not missing else "some", _made(parts, days)
    belief = Belief.of(y, bands)
    below = np.stack([belief.share_below(edge) for edge, *_ in air.LEVELS[:-1]])
    shares = np.clip(np.diff(np.vstack([np.zeros(y.size), below, np.ones(y.size)]), axis=0), 0, 1)
    level = air.level(np.round(y))
    largest = {k: max(own, key=lambda name: own[name][k]) for k in range(y.size)} if own else {}
    rows = []
    for k in range(y.size):
        setter = largest.get(k, "")
        is_set = bool(setter) and y[k] > 50 and own[setter][k] >= SETS * y[k]
        rows.append({"at": int(line.times[k]), "aqi": round(float(y[k]), 1), "lo80": float(bands[0.8][0][k]), "hi80": float(bands[0.8][1][k]),
                     "lo90": float(bands[0.9][0][k]), "hi90": float(bands[0.9][1][k]), "level": int(level[k]), "primary": setter if is_set else "",
                     "primary_index": round(float(own[setter][k]), 1) if setter else None,
                     **{f"chance_{j}": round(float(shares[j - 1, k]), 4) for j in range(1, len(air.LEVELS) + 1)}})
    worst = int(np.argmax(y))
    facts = {**basis(line), "edition": air.edition(days[0]), "of": of, "pollutants": list(lines), "missing": missing,
             "levels": [{"level": j, "name_zh": zh, "name_en": en, "hours": int((level == j).sum())} for j, (_, zh, en) in enumerate(air.LEVELS, 1)],
             "worst": {"at": int(line.times[worst]), "aqi": float(y[worst]), "level": int(level[worst])},
             "polluted": {"at": int(line.times[int(np.argmax(shares[2:].sum(axis=0)))]), "chance": float(shares[2:].sum(axis=0).max())}}
    return Answer(facts, rows)


def _lines(seen: Seen, city: str, made: Foreseen, line: Line) -> dict[str, Line]:
    """The forecasts of the pollutants at the unit on the same steps."""
    found = {}
    for name, indicator in POLLUTANTS.items():
        if indicator not in seen.indicators:
            continue
        one = line if indicator == line.indicator else line_of(seen, city, replace(made.look, indicator=indicator), made.look.unit or {})
        if one is not None and np.array_equal(one.times, line.times):
            found[name] = one
    return found


def _concentrations(seen: Seen, city: str, line: Line, days: list[date]) -> tuple[NDArray[np.float64], dict[float, tuple[NDArray, NDArray]]]:
    """What the hourly report judges of a pollutant: the hour's mean, or of particles under the old edition that of the last 24 hours."""
    if air.HOURLY[line.indicator] == 1 or days[0] >= HOURLY_SINCE:
        return line.y, dict(line.bands)
    _, past = seen.values(city).cube(line.indicator).series(line.level, line.seq, line.cutoff - 23 * 3600, line.cutoff)

    def mean(ahead: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.concatenate([past, ahead])
        return np.array([np.nanmean(whole[max(0, past.size + k - 23) : past.size + k + 1]) for k in range(ahead.size)])

    return mean(line.y), {share: (mean(low), mean(high)) for share, (low, high) in line.bands.items()}


def _indices(name: str, y: NDArray[np.float64], days: list[date]) -> NDArray[np.float64]:
    """The individual index of each step, under the edition of its day."""
    return np.concatenate([air.iaqi(name, air.HOURLY[name], np.maximum(y[part], 0), days[part][0], is_whole=False) for part in _by_edition(days)])


def _made(parts: dict[str, tuple[NDArray, Bands]], days: list[date]) -> tuple[NDArray[np.float64], dict[float, tuple[NDArray, NDArray]]]:
    """(AQI, bands) of pollutants, under the edition of each day."""
    found = [air.forecast({name: (y[part], {share: (low[part], high[part]) for share, (low, high) in bands.items()})
                           for name, (y, bands) in parts.items()}, days[part][0], "hourly") for part in _by_edition(days)]
    shares = found[0].bands
    return np.concatenate([one.y_hat for one in found]), {
        share: (np.concatenate([one.bands[share][0] for one in found]), np.concatenate([one.bands[share][1] for one in found])) for share in shares}


def _by_edition(days: list[date]) -> list[slice]:
    """Stretches of days under one edition."""
    names = [air.edition(day) for day in days]
    cuts = [0, *(k for k in range(1, len(days)) if names[k] != names[k - 1]), len(days)]
    return [slice(a, b) for a, b in zip(cuts[:-1], cuts[1:], strict=True)]


__all__ = ["POLLUTANTS", "answer"]
