"""The air quality index after HJ 633, of measurements and of forecasts, by the edition in force on the day.

Source: HJ 633-2012 (technical regulation on the ambient air quality index, trial) and HJ 633-2026, in force since
2026-03-01, which moved the limits at index 100 of PM2.5 (75 → 60 µg/m³) and PM10 (150 → 120), judges particles of the
hourly report by hourly means (before: the mean of the last 24 hours), and counts hourly SO2 and eight-hour O3 above
800 µg/m³ as 200 and 300 (before: not reported on that average). Tables: data/registry/aqi_breakpoints.csv. The numbers of
2026 are those that independent public implementations of its table 3 give alike; hold them against the standard's own text.

A pollutant's individual index (IAQI) runs straight between the limits and is rounded up; the AQI is the largest of
them; primary pollutants are those that reach it, where it is above 50. The index never falls as a concentration rises,
so the edges of a concentration's band become the edges of its index's band; the AQI's band is that of the largest
of several (`app/forecast/quantiles.py: largest`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput, NotFound
from app.forecast.quantiles import Belief, largest
from data import registers

Floats = NDArray[np.float64]
TITLE = {"zh": "空气质量指数预报", "en": "Air quality index forecast"}
INDEX = np.array([0, 50, 100, 150, 200, 300, 400, 500], np.float64)
LEVELS = ((50, "优", "Excellent"), (100, "良", "Good"), (150, "轻度污染", "Lightly polluted"), (200, "中度污染", "Moderately polluted"),
          (300, "重度污染", "Heavily polluted"), (np.inf, "严重污染", "Severely polluted"))
# which average of a pollutant a report judges; particles have no limits of their own for an hour
DAILY = {"so2": 24, "no2": 24, "pm10": 24, "co": 24, "o3": 8, "pm25": 24}
HOURLY = {"so2": 1, "no2": 1, "pm10": 24, "co": 1, "o3": 1, "pm25": 24}
REPORTS = {"daily": DAILY, "hourly": HOURLY}


@dataclass(frozen=True)
class Table:
    """The limits of one pollutant on one average: index INDEX[i] at limits[i]; above the last it is `above` (NaN: not reported)."""

    edition: str
    valid_from: date
    limits: Floats
    decimals: int
    above: float
    unit: str


@dataclass(frozen=True)
class Aqi:
    """`value` […]; `primary` {pollutant: bool […]}; `level` […]: 1 (excellent) to 6 (severely polluted), 0 where there is no value."""

    value: Floats
    primary: dict[str, NDArray[np.bool_]]
    level: NDArray[np.int64]


@dataclass(frozen=True)
class AqiForecast:
    """`y_hat` and `bands` {level: (low, high)} of the AQI; `primary` as of y_hat; `above` {50, 100, …, 300: P(AQI > it)}."""

    y_hat: Floats
    bands: dict[float, tuple[Floats, Floats]]
    primary: dict[str, NDArray[np.bool_]]
    above: dict[int, Floats]


@cache
def _tables() -> dict[tuple[str, int], tuple[Table, ...]]:
    found: dict[tuple[str, int], list[Table]] = {}
    for row in registers.rows("aqi_breakpoints"):
        limits = np.array([float(x) for x in row["limits"].split("|")])
        table = Table(row["edition"], date.fromisoformat(row["valid_from"]), limits, int(row["decimals"]),
                      float(row["above"]) if row["above"] else np.nan, row["unit"])
        found.setdefault((row["pollutant"], int(row["hours"])), []).append(table)
    return {key: tuple(sorted(tables, key=lambda t: t.valid_from)) for key, tables in found.items()}


def table(pollutant: str, hours: int, on: date) -> Table:
    """The limits in force on a day. Raises NotFound for an average that HJ 633 does not judge, or a day before the first edition."""
    tables = _tables().get((pollutant, hours))
    if tables is None:
        raise NotFound("HJ 633 has no limits for this pollutant and average", "Ask for so2, no2, co (1, 24 h), o3 (1, 8 h), pm10, pm25 (24 h)",
                       pollutant=pollutant, hours=hours)
    standing = [t for t in tables if t.valid_from <= on]
    if not standing:
        raise NotFound("No edition of HJ 633 was in force", f"The first is of {tables[0].valid_from.isoformat()}", on=on.isoformat())
    return standing[-1]


def iaqi(pollutant: str, hours: int, concentration: NDArray | float, on: date, is_whole: bool = True) -> Floats:
    """The individual index of concentrations (the unit of the table), NaN where missing, negative or not reported.

    `is_whole`: concentrations rounded as reported (half to even, GB/T 8170), the index rounded up. Without it the exact
    straight line, which forecasts' bands need.
    """
    limits = table(pollutant, hours, on)
    c = np.asarray(concentration, np.float64)
    if is_whole:
        c = np.round(c, limits.decimals)
    index = np.interp(c, limits.limits, INDEX[: len(limits.limits)])
    index = np.where(c > limits.limits[-1], limits.above, index)
    index = np.where(c >= 0, index, np.nan)
    return np.ceil(np.round(index, 6)) if is_whole else index


def aqi(concentrations: Mapping[str, NDArray | float], on: date, report: str = "daily") -> Aqi:
    """The AQI of {pollutant: concentration […]} in the report of a day or an hour of day `on`.

    daily: 24-hour means, of O3 the largest eight-hour mean. hourly: hourly means; of particles the hour's mean since the
    edition of 2026, the mean of the last 24 hours before. Pollutants without a value are passed over.
    """
    each = {name: iaqi(name, hours, concentrations[name], on) for name, hours in _report(report, concentrations).items()}
    value = np.fmax.reduce(np.broadcast_arrays(*each.values()))
    primary = {name: (index == value) & (value > 50) for name, index in each.items()}
    return Aqi(value, primary, level(value))


def forecast(bands: Mapping[str, tuple[NDArray, Mapping[float, tuple[NDArray, NDArray]]]], on: date, report: str = "daily") -> AqiForecast:
    """The AQI expected of {pollutant: (y_hat, {level: (low, high)})}, with bands, likely primary pollutants and P(AQI > 50, 100, …).

    All arrays [… × steps] of one day or of days under one edition. Levels of the bands must be the same for all.
    """
    hours = _report(report, bands)
    levels = sorted(set.intersection(*(set(edges) for _, edges in (bands[name] for name in hours))))
    if not levels:
        raise BadInput("The pollutants' bands have no level in common", "Forecast them with the same levels", report=report)
    beliefs, middle = {}, {}
    for name, average in hours.items():
        y_hat, edges = bands[name]
        middle[name], *rest = (_index(name, average, c, on) for c in (y_hat, *(edge for share in levels for edge in edges[share])))
        beliefs[name] = Belief.of(middle[name], {share: (rest[2 * i], rest[2 * i + 1]) for i, share in enumerate(levels)})
    y_hat, found = largest(list(beliefs.values()), levels)
    primary = {name: (index == y_hat) & (y_hat > 50) for name, index in middle.items()}
    above = {int(x): 1 - np.prod([np.where(np.isnan(b.knots[0]), 1.0, b.share_below(x)) for b in beliefs.values()], axis=0) for x in INDEX[1:6]}
    return AqiForecast(y_hat, found, primary, above)


def level(value: NDArray | float) -> NDArray[np.int64]:
    """1 (excellent) to 6 (severely polluted) of AQI values; 0 where there is none."""
    value = np.asarray(value, np.float64)
    return np.where(np.isnan(value), 0, np.searchsorted([edge for edge, *_ in LEVELS[:-1]], value, side="left") + 1).astype(np.int64)


def edition(on: date) -> str:
    """The edition in force on a day."""
    return table("pm25", 24, on).edition


def _index(pollutant: str, hours: int, concentration: NDArray, on: date) -> Floats:
    """The exact index of a concentration that may be a band's edge: what is not reported is the table's end, below zero is zero."""
    limits = table(pollutant, hours, on).limits
    c = np.asarray(concentration, np.float64)
    return np.where(np.isnan(c), np.nan, iaqi(pollutant, hours, np.clip(c, 0, limits[-1]), on, is_whole=False))


def _report(report: str, given: Mapping[str, object]) -> dict[str, int]:
    if report not in REPORTS:
        raise BadInput("There is a daily and an hourly report", 'Say "daily" or "hourly"', report=report)
    unknown = sorted(set(given) - set(DAILY))
    if unknown or not given:
        raise BadInput("Not the pollutants of HJ 633", f"Give some of {', '.join(DAILY)}", given=", ".join(unknown) or "nothing")
    return {name: hours for name, hours in REPORTS[report].items() if name in given}
