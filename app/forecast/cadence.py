"""How often a series is reported: ISO 8601 durations, and the usual short spellings of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.errors import BadInput

_SECONDS = {"S": 1, "T": 60, "MIN": 60, "H": 3_600, "": 1}
_CALENDAR = {"D": ("D", 1), "W": ("D", 7), "M": ("M", 1), "MS": ("M", 1), "ME": ("M", 1), "Q": ("M", 3), "QS": ("M", 3), "QE": ("M", 3),
             "Y": ("M", 12), "YS": ("M", 12), "YE": ("M", 12), "A": ("M", 12)}
_ISO = re.compile(r"^P(?:(\d+)([YMWD]))?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
_SHORT = re.compile(r"^(\d*)\s*([A-Z]+(?:-[A-Z]+)?)$")
DAY = 86_400


@dataclass(frozen=True)
class Cadence:
    """A step: `count` of `unit` ("S" seconds, "D" local days, "M" local months). `iso` is its ISO 8601 spelling."""

    unit: str
    count: int

    @property
    def iso(self) -> str:
        """PT5M, PT1H, P1D, P7D, P1M, P1Y, …"""
        if self.unit == "S":
            for size, letter in ((3_600, "H"), (60, "M"), (1, "S")):
                if self.count % size == 0:
                    return f"PT{self.count // size}{letter}"
        if self.unit == "M" and self.count % 12 == 0:
            return f"P{self.count // 12}Y"
        return f"P{self.count}{self.unit}"

    @property
    def seconds(self) -> float:
        """Its length; of days and months the usual one."""
        return self.count * {"S": 1, "D": DAY, "M": 30.436875 * DAY}[self.unit]

    @property
    def a_day(self) -> int:
        """Steps in a local day; 1 for a day and longer, and for steps that do not divide a day."""
        return DAY // self.count if self.unit == "S" and DAY % self.count == 0 else 1


@lru_cache(maxsize=256)
def cadence(text: str) -> Cadence:
    """The cadence of PT5M, P1D, P1W, P1M … or 5min, 15min, h, D, W, MS, Q, Y. Raises BadInput."""
    spelled = text.strip().upper()
    iso = _ISO.match(spelled) if spelled.startswith("P") else None
    if iso and any(iso.groups()):
        count, unit, hours, minutes, seconds = iso.groups()
        time_s = int(hours or 0) * 3_600 + int(minutes or 0) * 60 + int(seconds or 0)
        if count and not time_s:
            found = Cadence("M" if unit in "YM" else "D", int(count) * {"Y": 12, "M": 1, "W": 7, "D": 1}[unit])
        else:
            found = Cadence("S", time_s + int(count or 0) * {"D": DAY, "W": 7 * DAY}.get(unit or "D", 0))
    else:
        short = _SHORT.match(spelled)
        letters = short.group(2).split("-")[0] if short else ""
        count = int(short.group(1) or 1) if short else 0
        if letters in _SECONDS:
            found = Cadence("S", count * _SECONDS[letters])
        elif letters in _CALENDAR:
            unit, times = _CALENDAR[letters]
            found = Cadence(unit, count * times)
        else:
            found = Cadence("S", 0)
    if found.count <= 0:
        raise BadInput("This is no cadence", "Write 5min, 15min, h, D, MS, or as ISO 8601: PT5M, PT1H, P1D, P1M", value=text)
    return found


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of a name. Raises BadInput."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput("This time zone is not known", "Write a name like Asia/Shanghai or UTC", value=name) from error


def local(times: NDArray[np.int64], timezone: str) -> NDArray[np.int64]:
    """Local wall-clock seconds since 1970-01-01 00:00 local, of epoch seconds."""
    zone(timezone)
    if timezone == "UTC" or times.size == 0:
        return np.asarray(times, np.int64)
    wall = pd.DatetimeIndex(np.asarray(times).astype("datetime64[s]"), tz="UTC").tz_convert(timezone).tz_localize(None)
    return np.asarray(wall.astype("datetime64[s]").asi8, np.int64)


def epoch(wall: NDArray[np.int64], timezone: str) -> NDArray[np.int64]:
    """Epoch seconds of local wall-clock seconds; a repeated hour is its first run, a missing one moves forward."""
    zone(timezone)
    if timezone == "UTC" or wall.size == 0:
        return np.asarray(wall, np.int64)
    found = pd.DatetimeIndex(np.asarray(wall).astype("datetime64[s]")).tz_localize(
        timezone, ambiguous=np.ones(wall.size, bool), nonexistent="shift_forward").tz_convert("UTC")
    return np.asarray(found.astype("datetime64[s, UTC]").asi8, np.int64)


def position(times: NDArray[np.int64], step: Cadence, timezone: str, start: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Steps from `start` (epoch s, on the grid) to each time, and whether it lies on the grid.

    Seconds are counted as they pass; days and months by the local calendar, where any moment of the day or month stands for it.
    """
    if step.unit == "S":
        gone = times - start
        return gone // step.count, gone % step.count == 0
    wall, first = local(times, timezone), local(np.array([start]), timezone)[0]
    if step.unit == "D":
        gone = wall // DAY - first // DAY
    else:
        gone = (wall.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
                - first.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64))
    return gone // step.count, gone % step.count == 0


def steps(start: int, first: int, count: int, step: Cadence, timezone: str) -> NDArray[np.int64]:
    """Epoch seconds of `count` steps of the grid that begins at `start`, from step number `first` on."""
    index = np.arange(first, first + count, dtype=np.int64)
    if step.unit == "S":
        return start + index * step.count
    wall = local(np.array([start]), timezone)[0]
    if step.unit == "D":
        return epoch(wall + index * step.count * DAY, timezone)
    moment = wall.astype("datetime64[s]")
    month = moment.astype("datetime64[M]")
    into = (moment - month.astype("datetime64[s]")).astype(np.int64)
    begun = (month.astype(np.int64) + index * step.count).astype("datetime64[M]")
    longest = ((begun + 1).astype("datetime64[s]") - begun.astype("datetime64[s]")).astype(np.int64) - 1
    return epoch(begun.astype("datetime64[s]").astype(np.int64) + np.minimum(into, longest), timezone)
