"""Indicators reported once a day or once a month, each from one row of a table: level, rate, what moves it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from data.demo.calendar import day_start, is_workday
from data.demo.hourly import Signal
from data.demo.noise import generator
from data.demo.scene import Places, Scene


class Ratio(NamedTuple):
    """Numerator and denominator: share of `per` × basis. rain, rest: change of the share per mm of daily rain / 10
    and on days off."""

    owner: str
    level: str
    share: float
    spread: float
    noise: float
    basis: str
    per: float
    rain: float = 0.0
    rest: float = 0.0
    core: float = 0.0


class Mean(NamedTuple):
    """A mean value, with a weight from the basis when `per` > 0."""

    owner: str
    level: str
    value: float
    spread: float
    noise: float
    basis: str
    per: float
    rain: float = 0.0
    rest: float = 0.0
    core: float = 0.0


class Count(NamedTuple):
    """Events: Poisson with `rate` × basis, times (1 + rain · mm/10) and times `rest` on days off."""

    owner: str
    level: str
    rate: float
    basis: str
    rain: float = 0.0
    rest: float = 1.0


DAILY: dict[str, Ratio | Mean | Count] = {
    "good_air_days_pct": Ratio("ecology_env", "district", 0.84, 0.03, 0.01, "one", 30),
    "heat_island_c": Mean("meteorology", "street", 0.35, 0.1, 0.15, "one", 0, -0.05, 0, 2.1),
    "noise_ok_pct": Ratio("ecology_env", "community", 0.93, 0.035, 0.015, "area", 1, -0.01, 0.012, -0.05),
    "waste_treated_pct": Ratio("urban_management", "district", 0.985, 0.006, 0.004, "people", 0.001),
    "surface_water_pct": Ratio("ecology_env", "district", 0.82, 0.06, 0.02, "one", 24, -0.02),
    "tap_quality_pct": Ratio("water", "street", 0.9985, 0.0008, 0.0008, "one", 600),
    "pipe_loss_pct": Ratio("water", "street", 0.089, 0.016, 0.004, "people", 0.16, 0, 0, 0.012),
    "water_reuse_pct": Ratio("water", "district", 0.31, 0.03, 0.01, "people", 0.12),
    "sewage_treated_pct": Ratio("water", "district", 0.965, 0.01, 0.004, "people", 0.14, -0.008),
    "bus_on_time_pct": Ratio("transport", "street", 0.915, 0.02, 0.015, "roads", 30, -0.03, 0.025, -0.03),
    "commute_min": Mean("transport", "street", 33, 4, 0.9, "one", 0, 1.6, -3, -4),
    "crashes_per_100k": Ratio("traffic_police", "street", 1.1e-5, 1e-6, 0, "people", 1, 7e-6, -1e-6),
    "active_sites": Count("housing", "street", 9, "one", -0.05, 0.72),
    "dust_exceedance_pct": Ratio("housing", "street", 0.045, 0.015, 0.012, "one", 240, -0.02, -0.01),
    "cases_filed": Count("urban_management", "grid", 0.0011, "people", 0.1, 0.75),
    "closed_on_time_pct": Ratio("urban_management", "street", 0.962, 0.014, 0.01, "people", 0.0025, -0.02, -0.01),
    "rework_pct": Ratio("urban_management", "street", 0.034, 0.008, 0.006, "people", 0.0025),
    "patrol_found_pct": Ratio("urban_management", "street", 0.74, 0.05, 0.02, "people", 0.0025, 0, -0.08),
    "manhole_alarms": Count("urban_management", "street", 0.055, "roads", 1.1, 0.95),
    "lamp_alarms": Count("urban_management", "street", 0.09, "roads", 0.35, 0.9),
    "response_min": Mean("emergency", "street", 8.2, 1.3, 0.5, "people", 0.0004, 1.3, -0.4, -1.2),
    "gas_alarms": Count("emergency", "street", 0.000022, "people", 0.05, 1.08),
    "hazard_overruns": Count("emergency", "street", 0.9, "industry", 0.1, 0.7),
    "industrial_power_growth_pct": Ratio("power_grid", "district", 0.047, 0.02, 0.012, "work", 0.9, 0, -0.01),
    "closures_per_opening": Ratio("market", "district", 0.62, 0.08, 0.06, "work", 0.0005),
    "online_pct": Ratio("data_bureau", "street", 0.875, 0.03, 0.012, "people", 0.006, 0.01, 0.05),
    "service_on_time_pct": Ratio("data_bureau", "street", 0.986, 0.006, 0.004, "people", 0.006),
    "satisfaction_pct": Ratio("data_bureau", "street", 0.955, 0.012, 0.008, "people", 0.004),
    "asai_pct": Ratio("power_grid", "district", 0.99962, 0.0001, 0.0001, "people", 8, -0.0002),
    "flu_pct": Ratio("health", "street", 0.031, 0.005, 0.003, "people", 0.012),
    "notifiable_per_100k": Ratio("health", "street", 6e-6, 1e-6, 0, "people", 1),
    "beds_occupied_pct": Ratio("health", "district", 0.84, 0.03, 0.012, "people", 0.0072, 0, -0.03),
    "ambulance_min": Mean("health", "street", 9.6, 1.2, 0.6, "people", 0.0003, 1.2, -0.5, -1.4),
    "first_reply_h": Mean("publicity", "district", 8.5, 1.4, 1.1, "one", 12, 0, 2.2),
    "suspect_claims_pct": Ratio("social_security", "district", 0.0085, 0.001, 0.0008, "people", 0.05),
    "benefit_days": Mean("social_security", "district", 8.8, 0.9, 0.3, "people", 0.0002),
    "jobless_claims": Count("social_security", "street", 0.00009, "people", -0.05, 0.15),
    "security_incidents_per_10k": Ratio("police", "community", 1.5e-4, 2e-5, 0, "people", 1, -2e-5, 3e-5),
}
MONTHLY: dict[str, Ratio | Mean | Count] = {
    "green_cover_pct": Ratio("planning", "community", 0.30, 0.04, 0, "area", 1),
    "renovation_done_pct": Ratio("housing", "street", 0.78, 0.09, 0, "one", 60),
    "tall_homes_count": Count("housing", "street", 0.35, "one"),
    "shelter_m2_per_person": Ratio("emergency", "community", 1.45, 0.22, 0, "people", 1),
    "gdp_growth_pct": Ratio("statistics", "district", 0.052, 0.008, 0.002, "work", 2.4),
    "unemployment_pct": Ratio("statistics", "district", 0.049, 0.004, 0.001, "people", 0.55),
    "firms_per_100k": Ratio("market", "community", 0.033, 0.006, 0.0002, "people", 1),
    "patents_per_100k": Ratio("science", "district", 0.0019, 0.0004, 0.00002, "people", 1),
    "budget_revenue_growth_pct": Ratio("finance", "district", 0.043, 0.012, 0.004, "work", 0.4),
    "saidi_h": Mean("power_grid", "district", 1.05, 0.2, 0.05, "people", 0.4),
    "beds_per_10k": Ratio("health", "district", 0.0078, 0.0009, 0, "people", 1),
    "pension_cover_pct": Ratio("social_security", "street", 0.955, 0.012, 0.001, "people", 0.7),
    "fund_months": Mean("social_security", "district", 13.5, 1.6, 0.2, "people", 0.01),
    "minimum_living_households": Count("civil_affairs", "community", 0.0035, "people"),
}


def daily(scene: Scene, days: np.ndarray) -> Iterator[tuple[str, Signal]]:
    """(owner, signal) of all daily indicators for whole local days."""
    rest = (~is_workday(days)).astype(float)[:, None]
    rain = {level: _day_rain(scene, days, scene.places(level)) for level in ("district", "street")}
    above = {"community": scene.city.blocks.street_of_community, "grid": scene.city.blocks.street_of_grid}
    for level, parent in above.items():
        rain[level] = rain["street"][:, parent]
    for name, row in DAILY.items():
        yield row.owner, _signal(scene, name, row, days, rain[row.level] / 10, rest, day_start(days), 24)


def monthly(scene: Scene, days: np.ndarray) -> Iterator[tuple[str, Signal]]:
    """(owner, signal) of all monthly indicators at the given first days of months."""
    none = np.zeros((len(days), 1))
    for name, row in MONTHLY.items():
        yield row.owner, _signal(scene, name, row, days, none, none, day_start(days), 720)
    grid, all_grids = scene.grid, np.arange(len(scene.grid))
    for name, people in (("resident_population", grid.population), ("working_population", grid.workers)):
        yield "police", Signal(name, "grid", all_grids, np.repeat(people[None], len(days), 0))


def _day_rain(scene: Scene, days: np.ndarray, at: Places) -> np.ndarray:
    hours = (day_start(days)[:, None] + np.arange(24)).ravel()
    return scene.weather(hours, at).rain_mm_h.reshape(len(days), 24, len(at)).sum(axis=1)


def _basis(at: Places, basis: str) -> np.ndarray:
    return {"one": np.ones(len(at)), "people": at.population, "work": at.workers + 50, "area": at.area_ha * 100,
            "roads": at.roads_km, "industry": at.industry}[basis]


def _signal(scene: Scene, name: str, row: Ratio | Mean | Count, days: np.ndarray, rain: np.ndarray,
            rest: np.ndarray, hours: np.ndarray, hours_per_step: int) -> Signal:
    at = scene.places(row.level)
    unit = np.arange(len(at))
    if isinstance(row, Count):
        rate = row.rate * _basis(at, row.basis) * np.maximum(1 + row.rain * rain, 0.05) * (1 + (row.rest - 1) * rest)
        value = np.stack([generator(scene.city.seed, name, int(d)).poisson(r) for d, r in zip(days, rate, strict=True)])
        value = scene.disturbed(name, row.level, hours, hours_per_step, value.astype(float))
        return Signal(name, row.level, unit, np.round(value))
    level = row.share if isinstance(row, Ratio) else row.value
    value = (level + row.spread * scene.character(name, len(at)) + row.noise * scene.noise(name, days, len(at))
             + row.rain * rain + row.rest * rest + row.core * at.core)
    if name == "green_cover_pct":
        value = value + 0.34 * at.green - 0.05 * at.core
    if isinstance(row, Mean):
        value = scene.disturbed(name, row.level, hours, hours_per_step, np.maximum(value, level * 0.05))
        weight = np.maximum(np.round(_basis(at, row.basis) * row.per), 1) if row.per else None
        return Signal(name, row.level, unit, np.round(value, 2),
                      None if weight is None else np.broadcast_to(weight, value.shape))
    weight = np.maximum(np.round(_basis(at, row.basis) * row.per), 1)
    top = 1.0 if level < 1 else np.inf
    value = scene.disturbed(name, row.level, hours, hours_per_step, np.clip(value, 0, top))
    amount = np.clip(value, 0, top) * weight
    if row.noise == 0 and level < 1e-3:
        amount = amount * (weight >= 200)  # a rate among a handful of people says nothing
        amount = np.stack([generator(scene.city.seed, name, int(d)).poisson(a)
                           for d, a in zip(days, amount, strict=True)])
    return Signal(name, row.level, unit, np.round(amount), np.broadcast_to(weight, amount.shape))
