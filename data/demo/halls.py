"""Where the demo city serves its citizens: halls, what their windows and the hotline did day by day, and what a case says of being served.

Everything is a function of a case's number or of the day, so that it takes no chances away from what stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from data.demo import codes
from data.demo.calendar import OFFSET_H, is_workday
from data.demo.catalogue_rows import ITEMS

Row = dict[str, Any]
EPOCH = date(1970, 1, 1)
KINDS = (("综合", "General", 3), ("民生", "Livelihood", 2))
OPEN_H = 8                  # hours a window is open on a working day
COST_CNY = {"window": 96.0, "hotline": 28.0, "web": 9.0, "app": 7.0}
CALLS = (2, 1, 1, 1, 1, 3, 9, 22, 48, 62, 58, 46, 38, 44, 52, 50, 44, 36, 28, 22, 17, 12, 7, 4)       # of a usual day, by hour


def halls(units: list[str]) -> list[Row]:
    """Two halls in every district, at its first unit."""
    first: dict[str, str] = {}
    for unit in sorted(units):
        first.setdefault(unit[:6], unit)
    return [{"code": f"DT-{district}-{n}", "name_zh": f"示例{district[4:]}区{zh}服务大厅", "name_en": f"{en} service hall of district {district[4:]}",
             "unit_code": unit, "windows": str(windows)}
            for district, unit in first.items() for n, (zh, en, windows) in enumerate(KINDS, start=1)]


def served(i: int, row: Row, until: datetime) -> Row:
    """What case number `i` says of how it was served: item, hall, trips, cost, switches of channel, how a poor rating was put right."""
    chance = _chances(i)
    channel, closed = row["channel"], row["closed_at"]
    mine = [f"SX-{codes.CITY}-{n:04d}" for n, item in enumerate(ITEMS, start=1) if item[0] == row["department"]]
    found: Row = dict.fromkeys(("item", "hall", "trips", "cost_cny", "channel_switches", "called_back_at", "put_right_at"))
    if channel not in ("patrol", "sensor") and mine:
        found["item"] = mine[i % len(mine)]
    if channel == "window":
        found["hall"] = f"DT-{row['unit_code'][:6]}-{1 + i % 2}"
    if channel in COST_CNY:
        found["channel_switches"] = str(int(chance[0] < 0.22) + int(chance[0] < 0.05))
        if closed is not None:
            found["cost_cny"] = f"{COST_CNY[channel] * (0.7 + 0.6 * chance[1]):.2f}"
            found["trips"] = str(1 + int(chance[2] < 0.3) + int(chance[2] < 0.06)) if channel == "window" else str(int(chance[2] < 0.12))
    if closed is not None and row["rating"] is not None and int(row["rating"]) < 3:
        called, mended = closed + timedelta(hours=8 + 100 * chance[3]), closed + timedelta(days=2 + 24 * chance[1])
        found["called_back_at"] = called if chance[0] < 0.95 and called < until else None
        found["put_right_at"] = mended if chance[2] < 0.96 and mended < until else None
    return found


def hall_days(places: list[Row], since: datetime, until: datetime) -> list[Row]:
    """The days from one local midnight to another: closed halls say nothing."""
    rows = []
    for day in _days(since, until):
        if not is_workday(np.asarray([day]))[0]:
            continue
        for n, hall in enumerate(places):
            windows, chance = int(hall["windows"]), _chances(day * 64 + n)
            opened = windows * OPEN_H * (0.8 + 0.2 * chance[0])
            rows.append({"hall": hall["code"], "day": (EPOCH + timedelta(days=day)).isoformat(), "open_hours": f"{opened:.1f}",
                         "busy_hours": f"{opened * (0.46 + 0.4 * chance[1]):.1f}", "staff": str(round(windows * (1.15 + 0.2 * chance[2])))})
    return rows


def hotline_hours(since: datetime, until: datetime) -> list[Row]:
    """The hours from one moment to another: more calls by day and on working days, fewer answered where many come."""
    rows = []
    for hour in range(int(since.timestamp()) // 3600, int(until.timestamp()) // 3600):
        chance, local = _chances(hour), hour + OFFSET_H
        usual = CALLS[local % 24] * (1.0 if is_workday(np.asarray([local // 24]))[0] else 0.6)
        calls = round(usual * (0.75 + 0.5 * chance[0]))
        given_up = round(calls * (0.01 + 0.05 * chance[1] * min(1.0, usual / 50)))
        answered = calls - given_up - round(calls * 0.02 * chance[2])
        rows.append({"hour_at": datetime.fromtimestamp(hour * 3600, since.tzinfo), "incoming": str(calls), "answered": str(answered),
                     "abandoned": str(given_up)})
    return rows


def _days(since: datetime, until: datetime) -> Iterator[int]:
    yield from range((int(since.timestamp()) // 3600 + OFFSET_H) // 24, (int(until.timestamp()) // 3600 + OFFSET_H) // 24)


def _chances(number: int) -> list[float]:
    """Four even chances of a number, always the same (splitmix64)."""
    found, state = [], number * 0x9E3779B97F4A7C15
    for _ in range(4):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % 2**64
        found.append((mixed ^ (mixed >> 31)) / 2**64)
    return found
