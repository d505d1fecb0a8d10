"""Reading hand-ins: each department's file, newest matters first, floors last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from data.demo import codes
from data.demo.calendar import day_start, hour_number, local_day, month_starts
from data.demo.city import City
from data.demo.daily import daily, monthly
from data.demo.hourly import Signal, crowd, hourly
from data.demo.incidents import Incident
from data.demo.inside import inside, tax
from data.demo.parquet import READING, instants, word, write
from data.demo.scene import Scene

Part = tuple[Signal, np.ndarray]  # the signal and the hour number of each of its steps


def hand_in_readings(folder: Path, city: City, until: datetime, incidents: list[Incident]) -> Iterator[tuple[str, Path]]:
    """(source, file) of the whole history up to and including the hour `until`."""
    now = hour_number(until)
    if city.size.name == "mega":
        yield from _mega(folder, city, now)
        return
    scene = Scene(city, now, incidents)
    hours = np.arange(now - city.size.days * 24 + 1, now + 1)
    last_day = int(local_day(now + 1)) - 1
    days = np.arange(last_day - city.size.days + 1, last_day + 1)
    by_owner: dict[str, list[Part]] = {}
    for owner, signal in hourly(scene, hours):
        by_owner.setdefault(owner, []).append((signal, hours))
    for owner, signal in daily(scene, days):
        by_owner.setdefault(owner, []).append((signal, day_start(days)))
    months = np.array(month_starts(int(days[0]), int(local_day(now))))
    for owner, signal in monthly(scene, months):
        by_owner.setdefault(owner, []).append((signal, day_start(months)))
    by_owner.setdefault("tax", []).append((tax(scene, months[-1:]), day_start(months[-1:])))
    for owner, parts in by_owner.items():
        yield owner, write_parts(folder / f"reading_{owner}.parquet", scene, parts)
    near = np.arange(now - city.size.crowd_days * 24 + 1, now + 1)
    yield "police", write_parts(folder / "reading_crowd.parquet", scene, [(crowd(scene, near), near)])
    counts = {"energy": city.size.energy_days, "people": city.size.people_days, "water": city.size.building_days}
    for owner, name, signal, of_days in inside(scene, last_day, counts):
        yield owner, write_parts(folder / f"reading_inside_{name}.parquet", scene, [(signal, day_start(of_days))])


def write_parts(file: Path, scene: Scene, parts: list[Part]) -> Path:
    """Write signals as readings, step by step."""
    return write(file, columns(scene, parts), READING)


def columns(scene: Scene, parts: list[Part]) -> dict[str, object]:
    """Columns of the reading dataset for these signals."""
    unit, name, at, value, weight = [], [], [], [], []
    cache: dict[str, pa.Array] = {}
    for signal, hours in parts:
        steps, count = signal.value.shape
        if signal.level not in cache:
            cache[signal.level] = codes.text(_codes(scene, signal.level))
        unit.append(word(cache[signal.level], np.tile(signal.unit, steps)))
        name.append(word([signal.indicator], np.zeros(steps * count, np.int32)))
        at.append(instants(np.repeat(hours, count) * 3600))
        value.append(pa.array(np.ascontiguousarray(signal.value, float).ravel()))
        weight.append(pa.nulls(steps * count, pa.float64()) if signal.weight is None else pa.array(
            np.ascontiguousarray(signal.weight, float).ravel()))
    return {"unit_code": pa.chunked_array(unit), "indicator": pa.chunked_array(name), "at": pa.chunked_array(at),
            "value": pa.chunked_array(value), "weight": pa.chunked_array(weight)}


def _codes(scene: Scene, level: str) -> np.ndarray:
    if level == "floor":
        return scene.city.floor_code
    if level == "building":
        return scene.city.building_code
    return getattr(scene.city.blocks, f"{level}_code")


def _mega(folder: Path, city: City, now: int) -> Iterator[tuple[str, Path]]:
    """A day of cases per grid: enough for a benchmark to have something to colour."""
    rng = np.random.default_rng(city.seed)
    n = len(city.blocks.grid_code)
    signal = Signal("cases_filed", "grid", np.arange(n), rng.poisson(1.2, (1, n)).astype(float))
    day = int(local_day(now + 1)) - 1
    table = columns(Scene(city, now), [(signal, np.array([day_start(day)]))])
    yield "urban_management", write(folder / "reading_urban_management.parquet", table, READING)
