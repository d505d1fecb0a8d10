"""Daily readings of buildings and floors: electricity, people, water; and the firms' standing once a month."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data.demo.buildings import USE
from data.demo.calendar import day_start, is_workday
from data.demo.hourly import Signal
from data.demo.noise import generator
from data.demo.scene import Scene

#                       office retail hotel home court vill  ind   store school hosp civic transport
_KWH_M2 = np.array([0.24, 0.42, 0.30, 0.062, 0.055, 0.048, 0.36, 0.09, 0.11, 0.40, 0.17, 0.30])
_PEOPLE_M2 = np.array([0.11, 0.42, 0.09, 0.050, 0.055, 0.036, 0.020, 0.006, 0.13, 0.26, 0.16, 0.80])
_WATER_M2 = np.array([0.0016, 0.0022, 0.0061, 0.0034, 0.0036, 0.0031, 0.0030, 0.0004, 0.0026, 0.0072, 0.0018, 0.002])
_REST = np.array([0.38, 1.25, 1.15, 1.12, 1.1, 1.08, 0.78, 0.8, 0.15, 0.8, 0.7, 0.85])


def energy(scene: Scene, days: np.ndarray) -> Signal:
    """kWh per floor and day: use, area, temperature, days off."""
    value = _floors(scene, "energy", days, _KWH_M2, 0.16)
    warm = _heat(scene, days)
    return Signal("energy_use_kwh", "floor", np.arange(value.shape[1]), np.round(value * (1 + warm)[:, None], 1))


def people(scene: Scene, days: np.ndarray) -> Signal:
    """Persons through a floor in the day; the ground floor carries the building's comers and goers."""
    value = _floors(scene, "people", days, _PEOPLE_M2, 0.2)
    _, number = scene.city.floor_of
    value[:, number == 1] *= 2.2
    value[:, number < 0] *= 0.4
    return Signal("people_flow", "floor", np.arange(value.shape[1]), np.round(value))


def water(scene: Scene, days: np.ndarray) -> Signal:
    """m³ per building and day."""
    s = scene.city.buildings
    base = s.area_m2 * s.floors * _WATER_M2[s.use] * np.exp(0.3 * scene.character("water", len(s)))
    value = np.stack([base * (1 + 0.08 * generator(scene.city.seed, "water", int(d)).standard_normal(len(s)))
                      * _off(s.use, d) for d in days])
    return Signal("water_use_m3", "building", np.arange(len(s)), np.round(np.maximum(value, 0), 1))


def tax(scene: Scene, days: np.ndarray) -> Signal:
    """Firms in good standing (value) of firms (weight) per building that has firms."""
    s = scene.city.buildings
    firms = np.round(s.area_m2 * s.floors / np.where(np.isin(s.use, [USE["office"], USE["retail"]]), 260, 2600)
                     * np.isin(s.use, [USE["office"], USE["retail"], USE["hotel"], USE["industrial"], USE["warehouse"]]))
    unit = np.flatnonzero(firms > 0)
    good = np.stack([generator(scene.city.seed, "tax", int(d)).binomial(firms[unit].astype(int), 0.945) for d in days])
    return Signal("tax_good_pct", "building", unit, good.astype(float), np.repeat(firms[unit][None], len(days), 0))


def _floors(scene: Scene, name: str, days: np.ndarray, per_m2: np.ndarray, spread: float) -> np.ndarray:
    s = scene.city.buildings
    building, number = scene.city.floor_of
    rng = generator(scene.city.seed, "floor character", name)
    base = (s.area_m2 * per_m2[s.use] * np.exp(0.25 * rng.standard_normal(len(s))))[building]
    base *= 1 + spread * rng.uniform(-1, 1, len(building)) - 0.6 * (number < 0)
    return np.stack([base * _off(s.use, d)[building] * (1 + 0.06 * generator(
        scene.city.seed, name, int(d)).uniform(-1.7, 1.7, len(building))) for d in days])


def _off(use: np.ndarray, day: int) -> np.ndarray:
    return np.ones(len(use)) if is_workday(np.array([day]))[0] else _REST[use]


def _heat(scene: Scene, days: np.ndarray) -> np.ndarray:
    hours = (day_start(days)[:, None] + np.arange(24)).ravel()
    temp = scene.weather(hours, scene.district).temperature_c.mean(axis=1).reshape(-1, 24).mean(axis=1)
    return 0.035 * np.clip(temp - 23, 0, None) + 0.018 * np.clip(12 - temp, 0, None)


def inside(scene: Scene, last_day: int, counts: dict[str, int]) -> Iterator[tuple[str, str, Signal, np.ndarray]]:
    """(owner, name, signal, days) of readings inside buildings for the days up to and including `last_day`."""
    for owner, name, make in (("power_grid", "energy", energy), ("police", "people", people), ("water", "water", water)):
        days = np.arange(last_day - counts[name] + 1, last_day + 1)
        if len(days):
            yield owner, name, make(scene, days), days
