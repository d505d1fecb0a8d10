"""Weather of the demo city by the hour: seasons, showers, one planted rain front, three days of heat or cold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.calendar import day_of_year, local_day, local_hour
from data.demo.noise import generator

FRONT_H, FRONT_LASTS_H = -46, 13  # the planted front arrives this long before the history ends
SPELL_D, SPELL_LASTS_D = -12, 3


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """Per hour and place, shape (hours, places): °C, mm/h, %, m/s. Places are points in metres."""

    temperature_c: np.ndarray
    rain_mm_h: np.ndarray
    humidity_pct: np.ndarray
    wind_ms: np.ndarray


def weather(seed: int, anchor: int, half_m: float, hours: np.ndarray, point: np.ndarray,
            built: np.ndarray) -> Weather:
    """Weather at points (n, 2). `anchor`: the hour the history was written up to; `built`: 0 country to 1 centre."""
    hours = np.asarray(hours, np.int64)
    day, clock = local_day(hours), local_hour(hours)
    delay = (point[:, 0] / half_m + 1) * 2.2  # the front takes about four hours from west to east
    since = hours[:, None] - (anchor + FRONT_H) - delay[None, :]
    rain = 21.0 * np.exp(-((since - 3.0) ** 2) / 5.0) + 3.2 * ((since > 0) & (since < FRONT_LASTS_H))
    rain *= (since > -1) & (since < FRONT_LASTS_H)
    north = 1 + 0.25 * np.sin(point[:, 1] / half_m * 4 + point[:, 0] / half_m * 2)
    rain = rain * north[None, :]
    for d in np.unique(np.r_[day, day - 1]):
        rng = generator(seed, "shower", int(d))
        if rng.random() < 0.15:
            start, lasts, peak = d * 24 - 8 + rng.integers(0, 20), rng.integers(2, 7), rng.uniform(0.6, 5.0)
            t = hours[:, None] - start - delay[None, :] * 0.5
            rain += peak * np.clip(np.sin(np.pi * t / lasts), 0, None) * ((t > 0) & (t < lasts)) * north[None, :]
    season = 16.5 - 12.5 * np.cos(2 * np.pi * (day_of_year(day) - 25) / 365.2425)
    drift = np.array([generator(seed, "drift", int(d)).normal(0, 1.6) for d in np.unique(day)])
    drift = drift[np.searchsorted(np.unique(day), day)]
    daily = 4.2 * np.sin(2 * np.pi * (clock - 8.5) / 24)
    spell_day = day - local_day(anchor) - SPELL_D
    is_spell = (spell_day >= 0) & (spell_day < SPELL_LASTS_D)
    warm = 5 <= int(day_of_year(np.array(local_day(anchor))) / 30.4) + 1 <= 9
    spell = np.where(is_spell, 7.5 if warm else -8.0, 0.0)
    wet = np.clip(rain, 0, 12)
    island = built[None, :] * (1.6 - 0.9 * np.sin(2 * np.pi * (clock - 8.5) / 24))[:, None]
    temperature = (season + drift + daily + spell)[:, None] + island - 0.32 * wet
    humidity = np.clip(68 - 2.2 * (daily + spell)[:, None] + 2.4 * wet + 0 * island, 18, 100)
    gust = np.array([generator(seed, "wind", int(h)).normal(0, 0.5) for h in hours])
    wind = np.clip((2.4 + 0.8 * np.sin(2 * np.pi * (clock - 9) / 24) + gust)[:, None] + 0.28 * wet - 0.6 * built, 0.2, 30)
    return Weather(temperature, np.where(rain < 0.05, 0.0, rain), humidity, wind)
