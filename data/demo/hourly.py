"""Indicators reported every hour: daily and weekly rhythm, weather, noise, incidents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.demo.calendar import is_holiday, is_workday, local_day, local_hour
from data.demo.roads import draw_metro
from data.demo.scene import Places, Scene
from data.demo.zones import CODE


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """Values (steps, units) of one indicator. `unit`: indices into the level's units; weight as value, or None."""

    indicator: str
    level: str
    unit: np.ndarray
    value: np.ndarray
    weight: np.ndarray | None = None
    decimals: int = 2


def hourly(scene: Scene, hours: np.ndarray) -> Iterator[tuple[str, Signal]]:
    """(owner, signal) of all hourly indicators of streets and districts, the same however the hours are cut."""
    at = scene.street
    sky = scene.weather(hours, at)
    rhythm = _Rhythm(hours)
    for owner, name, value, weight, unit in _street(scene, hours, at, sky.temperature_c, sky.rain_mm_h, rhythm):
        unit = np.arange(len(at)) if unit is None else unit
        value = scene.disturbed(name, "street", hours, 1, np.array(value))[:, unit]
        yield owner, _finish(Signal(name, "street", unit, value, None if weight is None else weight[:, unit]))
    at = scene.district
    sky = scene.weather(hours, at)
    unit = np.arange(len(at))
    for owner, name, value, weight in _district(scene, hours, at, sky, rhythm):
        value = scene.disturbed(name, "district", hours, 1, np.array(value))
        yield owner, _finish(Signal(name, "district", unit, value, weight))


_WHOLE = {"metro_trips", "overloaded_transformers", "net_flow_persons_h", "visiting_population", "mentions_per_h",
          "predicted_peak", "warning_level", "aqi", "parking_occupancy_pct", "er_load_pct", "negative_pct"}
_SIGNED = {"temperature_c", "net_flow_persons_h", "spread_speed"}


def _finish(s: Signal) -> Signal:
    value = s.value if s.indicator in _SIGNED else np.maximum(s.value, 0)
    if s.weight is not None and s.indicator in ("parking_occupancy_pct", "negative_pct"):
        value = np.minimum(value, s.weight)
    value = np.round(value, 0 if s.indicator in _WHOLE else 3 if s.indicator == "pipe_pressure_mpa" else 2)
    return Signal(s.indicator, s.level, s.unit, value, s.weight)


class _Rhythm:
    """Shapes of a day, each (hours,): 0 to about 1."""

    def __init__(self, hours: np.ndarray) -> None:
        clock, self.day = local_hour(hours), local_day(hours)
        self.work, self.holiday = is_workday(self.day), is_holiday(self.day)
        self.clock = clock

        def bump(centre: float, width: float) -> np.ndarray:
            away = np.minimum(np.abs(clock - centre), 24 - np.abs(clock - centre))
            return np.exp(-((away / width) ** 2))

        self.rush = np.where(self.work, bump(8, 1.6) + 0.92 * bump(18, 1.9), 0.55 * bump(11, 3) + 0.6 * bump(17, 3.2))
        self.rush = self.rush * np.where(self.holiday, 0.72, 1.0)
        self.office = np.where(self.work, 1.0, 0.42) * (bump(11, 3.6) + bump(15.5, 3.4)).clip(0, 1.05)
        self.office = self.office * np.where(self.holiday, 0.7, 1)
        self.home = 0.3 + 0.7 * bump(20, 3.2) + 0.4 * bump(7.5, 1.6) + 0.2 * bump(12.5, 2)
        self.leisure = np.where(self.work, 0.6, 1.25) * (bump(19.5, 2.8) + 0.55 * bump(14, 3.5))
        self.leisure = self.leisure * np.where(self.holiday, 1.35, 1)
        self.come = np.where(self.work, 1, 0.3) * (bump(8, 1.5) - bump(18, 1.8)) + np.where(self.work, 0.1, 0.5) * (
            bump(13, 2.2) - bump(21, 2))
        self.awake = 0.12 + 0.88 * (1 / (1 + np.exp(-(clock - 6.5) * 1.4))) * (1 / (1 + np.exp((clock - 23) * 1.4)))


def _street(scene: Scene, hours: np.ndarray, at: Places, temp: np.ndarray, rain: np.ndarray,
            r: _Rhythm) -> Iterator[tuple[str, str, np.ndarray, np.ndarray | None, np.ndarray | None]]:
    n = len(at)

    def noise(name: str) -> np.ndarray:
        days = np.unique(r.day)
        slow = scene.noise(name + " day", days, n)[np.searchsorted(days, r.day)]
        return 0.6 * slow + 0.8 * scene.noise(name, hours, n)

    def col(x: np.ndarray) -> np.ndarray:
        return x[:, None]

    heat, cold = np.clip(temp - 25, 0, None), np.clip(12 - temp, 0, None)
    wet = np.clip(rain, 0, 30)
    traffic = col(r.rush) * (0.35 + 0.75 * at.core + 0.2 * at.industry) * (1 + 0.030 * wet)
    stale = scene.noise("stale air", np.unique(r.day), 1)[np.searchsorted(np.unique(r.day), r.day)]
    dust = (34 + 9 * stale + 24 * at.industry + 11 * at.core + 14 * traffic + 0.9 * cold) / (1 + 0.10 * wet)
    air = noise("air")
    pm = np.clip(dust * (1 + 0.10 * air), 4, None)
    yield "meteorology", "temperature_c", temp + 0.25 * scene.noise("thermometer", hours, n), None, None
    yield "meteorology", "rain_mm_h", rain, None, None
    yield "ecology_env", "pm25", pm, None, None
    yield "ecology_env", "aqi", pm * 1.28 + 12 + heat * 1.4, None, None
    jam = 0.9 + 6.4 * traffic + 0.05 * wet + 0.35 * noise("jam") * (0.3 + col(r.awake))
    km = np.broadcast_to(at.roads_km, jam.shape)
    jam = np.clip(jam, 0.1, 9.9)
    yield "traffic_police", "congestion_index", jam, km, None
    yield "traffic_police", "main_road_speed_kmh", np.clip(62 - 4.8 * jam - 8 * at.core + 1.2 * noise("speed"), 6, 80), km, None
    station = _station_streets(scene)
    trips = at.population * 0.05 + at.workers * 0.12 + 600
    yield "transport", "metro_trips", trips * (col(r.rush) + 0.28 * col(r.awake) * (1 + 0.01 * wet)) * (
        1 + 0.07 * noise("metro")), None, station
    places = np.round(at.workers * 0.22 + at.population * 0.06 + 80)
    taken = places * (0.28 + 0.5 * col(r.office) * (0.4 + at.core) + 0.16 * col(r.home) + 0.02 * noise("parking"))
    yield "transport", "parking_occupancy_pct", taken, np.broadcast_to(places, taken.shape), None
    supply = at.population * 0.0088 * (0.45 + 0.75 * col(r.home)) + at.workers * 0.006 * (0.3 + col(r.office)) + (
        at.industry * at.area_ha * 0.35)
    supply = (supply + 6) * (1 + 0.012 * heat) * (1 + 0.035 * noise("supply"))
    yield "water", "water_supply_m3_h", supply, None, None
    yield "water", "pipe_pressure_mpa", 0.335 + 0.012 * scene.character("pressure", n) - 0.035 * col(
        r.home) + 0.004 * noise("pressure"), None, None
    low = np.argsort(-(scene.character("low ground", n) + at.core))[: max(1, n // 4)]
    soaked = _trailing(scene, hours, at, 3)
    burst = [e.unit for i in scene.incidents for e in i.effects if e.indicator == "ponding_cm"]
    low = np.unique(np.r_[low, burst].astype(int))
    yield "water", "ponding_cm", np.clip(soaked - 9, 0, None) * 0.8 * (1 + 0.15 * scene.character("pond", n)), None, low
    side = np.flatnonzero(at.river > 0)
    day_rain = _trailing(scene, hours, at, 18).mean(axis=1, keepdims=True)
    stage = 4.6 + 0.35 * np.sin(hours / 24 / 9)[:, None] + 0.02 * day_rain - 0.25 * at.point[:, 0] / (
        scene.city.size.half_m) + 0.02 * noise("stage")
    yield "water", "river_level_m", stage, None, side if len(side) else np.array([0])
    load = (at.population * 0.00042 * (0.35 + 0.6 * col(r.home)) + at.workers * 0.0011 * (0.22 + 0.85 * col(r.office))
            + at.industry * at.area_ha * 0.032 * (0.75 + 0.25 * col(r.office)))
    load = (load + 0.6) * (1 + 0.036 * heat + 0.015 * cold) * (1 + 0.018 * noise("load"))
    full = _capacity(scene, at)
    ratio = load / full
    yield "power_grid", "power_load_mw", load, None, None
    yield "power_grid", "load_ratio_pct", load, np.broadcast_to(full, load.shape), None
    yield "power_grid", "overloaded_transformers", np.clip((ratio - 0.80) * 32 + 0.4 * noise("transformer"), 0, None), None, None
    come = at.workers * 0.30 - at.population * 0.075
    yield "police", "net_flow_persons_h", come * col(r.come) + (30 + at.workers * 0.01) * noise("net"), None, None
    visit = (at.workers * 0.25 * col(r.office) + (at.leisure * 9000 + at.population * 0.03) * col(r.leisure) + 40)
    yield "police", "visiting_population", visit * (1 - 0.018 * wet) * (1 + 0.08 * noise("visit")), None, None


def _capacity(scene: Scene, at: Places) -> np.ndarray:
    """Rated feeder capacity of each street in MW: its usual peak and a margin of its own."""
    peak = at.population * 0.00042 * 0.95 + at.workers * 0.0011 * 0.95 + at.industry * at.area_ha * 0.032 + 0.6
    return np.round(peak * (1.38 + 0.09 * scene.character("feeder", len(at))), 1)


def _trailing(scene: Scene, hours: np.ndarray, at: Places, span: int) -> np.ndarray:
    """Rain of the last `span` hours, mm, shape (hours, places)."""
    earlier = np.unique(np.concatenate([hours - k for k in range(span)]))
    rain = np.vstack([np.zeros((1, len(at))), np.cumsum(scene.weather(earlier, at).rain_mm_h, axis=0)])
    last = np.searchsorted(earlier, hours)
    first = np.searchsorted(earlier, hours - span + 1)
    return rain[last + 1] - rain[first]


def _station_streets(scene: Scene) -> np.ndarray:
    import shapely

    points = shapely.points(np.concatenate(draw_metro(scene.city.terrain)[1]))
    found = shapely.STRtree(scene.city.blocks.street_shape).query(points, predicate="within")[1]
    return np.unique(found) if len(found) else np.array([0])


def _district(scene: Scene, hours: np.ndarray, at: Places, sky: object,
              r: _Rhythm) -> Iterator[tuple[str, str, np.ndarray, np.ndarray | None]]:
    n = len(at)

    def noise(name: str) -> np.ndarray:
        return scene.noise(name, hours, n)

    def col(x: np.ndarray) -> np.ndarray:
        return x[:, None]

    rain, temp = sky.rain_mm_h, sky.temperature_c
    yield "meteorology", "humidity_pct", np.clip(sky.humidity_pct + 1.5 * noise("humidity"), 15, 100), None
    yield "meteorology", "wind_ms", sky.wind_ms, None
    warn = np.where(rain > 20, 3, np.where(rain > 12, 2, np.where(rain > 5, 1, 0)))
    yield "emergency", "warning_level", np.maximum(warn, np.where(temp > 37, 2, np.where(temp < -4, 1, 0))), None
    load = at.population * 0.0006 + at.workers * 0.0009 + at.industry * at.area_ha * 0.03 + 20
    used = load * (0.55 + 0.35 * col(r.office) + 0.2 * col(r.home)) * (1 + 0.02 * np.clip(temp - 25, 0, None))
    yield "power_grid", "reserve_pct", np.clip(load * 1.34 - used + load * 0.01 * noise("reserve"), 0, None), used
    room = np.round(at.population / 1500 + 20)
    ill = room * (0.42 + 0.2 * col(r.awake) + 0.03 * noise("er"))
    yield "health", "er_load_pct", ill, np.broadcast_to(room, ill.shape)
    talk = np.round((at.population / 9000 + 18) * (0.25 + col(r.awake)) * np.exp(0.16 * noise("talk")))
    storm = scene.disturbed("mentions_per_h", "district", hours, 1, talk.copy())
    yield "publicity", "mentions_per_h", talk, None
    yield "publicity", "negative_pct", talk * np.clip(0.11 + 0.022 * noise("negative"), 0.01, 0.5), np.round(storm)
    yield "publicity", "spread_speed", 2.2 * noise("spread"), np.maximum(np.round(storm), 1)
    yield "publicity", "predicted_peak", storm.max(axis=1, keepdims=True) * 0 + storm * 1.3 + 6, None


def crowd(scene: Scene, hours: np.ndarray) -> Signal:
    """Persons per hectare in each community."""
    at, r = scene.community, _Rhythm(hours)
    rain = scene.weather(hours, at).rain_mm_h
    people = (at.population * (0.10 + 0.12 * r.home[:, None]) + at.workers * 0.3 * r.office[:, None]
              + (at.leisure * at.area_ha * 26) * r.leisure[:, None] * np.clip(1 - 0.04 * rain, 0.35, 1))
    value = people / at.area_ha * (1 + 0.07 * scene.noise("crowd", hours, len(at))) + 0.05
    value = scene.disturbed("crowd_density", "community", hours, 1, value)
    return Signal("crowd_density", "community", np.arange(len(at)), np.round(np.maximum(value, 0), 1))


__all__ = ["CODE", "Signal", "crowd", "hourly"]
