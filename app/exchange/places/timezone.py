"""A place's time zone from where it lies: the nearest principal city of the tz database."""

from __future__ import annotations

import csv
import re
import zoneinfo
from functools import cache
from pathlib import Path

import numpy as np

_COORDINATES = re.compile(r"([-+]\d{4,6})([-+]\d{5,7})")


def timezone(lon: float, lat: float) -> str:
    """The IANA zone whose principal city is nearest; "Etc/GMT±n" by longitude where the table is not installed."""
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
