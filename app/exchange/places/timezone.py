"""A place's time zone from where it lies: the nearest principal city of the tz database."""

from __future__ import annotations

import csv
import re
import zoneinfo
from functools import cache
from pathlib import Path

import numpy as np
import shapely

_CHINA = shapely.Polygon(
    [(73.5, 39.4), (80, 45), (87, 49), (91, 45.2), (96, 42.7), (105, 41.6), (111.8, 43.7), (119.5, 46.7), (116, 49.8),
     (120, 53.3), (125.5, 53.1), (130.8, 48), (134.7, 48.3), (131, 44.8), (130.5, 42.4), (128, 41.9), (126.9, 41.7),
     (124.3, 39.9), (122.6, 37), (122.9, 30), (119.9, 25.2), (118.2, 24.1), (114.5, 22.5), (113.6, 22.1), (111.2, 18.1), (108.5, 18.2),
     (108, 21.5), (105.3, 23.2), (102, 22.4), (99.2, 22.1), (97.6, 24.2), (98.6, 28), (92, 27.5), (86, 28), (79, 31),
     (78.5, 34.5), (74.5, 37.5)]
)  # fmt: skip
"""The mainland, roughly: its principal cities in the tz database are few and far."""
_COORDINATES = re.compile(r"([-+]\d{4,6})([-+]\d{5,7})")


def timezone(lon: float, lat: float) -> str:
    """The IANA zone whose principal city is nearest; "Etc/GMT±n" by longitude where the table is not installed."""
    if _CHINA.contains(shapely.Point(lon, lat)):
        return "Asia/Shanghai"
    names, unit = _table()
    if not names:
        hours = round(lon / 15)
        return "Etc/GMT" if hours == 0 else f"Etc/GMT{-hours:+d}"
    return names[int(np.argmax(unit @ _unit(lon, lat)))]


@cache
def _table() -> tuple[tuple[str, ...], np.ndarray]:
    for folder in zoneinfo.TZPATH:
        path = Path(folder) / "zone.tab"
        if path.is_file():
            break
    else:
        return (), np.zeros((0, 3))
    names, units = [], []
    with path.open(encoding="utf-8") as file:
        for row in csv.reader((line for line in file if not line.startswith("#")), delimiter="\t"):
            match = _COORDINATES.fullmatch(row[1])
            if match:
                names.append(row[2])
                units.append(_unit(_degrees(match[2], 3), _degrees(match[1], 2)))
    return tuple(names), np.array(units)


def _degrees(text: str, width: int) -> float:
    sign, digits = (-1 if text[0] == "-" else 1), text[1:]
    minutes, seconds = int(digits[width : width + 2]), int(digits[width + 2 :] or 0)
    return sign * (int(digits[:width]) + minutes / 60 + seconds / 3600)


def _unit(lon: float, lat: float) -> np.ndarray:
    x, y = np.radians(lon), np.radians(lat)
    return np.array([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
