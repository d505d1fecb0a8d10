"""Calendar factors: which local days are free, from the register of holidays with its make-up working days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data import registers

CHINA = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Urumqi", "Asia/Harbin", "Asia/Kashgar", "PRC"})
EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=1)
def _special() -> dict[int, bool]:
    """{days since 1970: whether it is worked} of the days that are not what their weekday says."""
    return {date.fromisoformat(row["date"]).toordinal() - EPOCH: row["kind"] == "workday" for row in registers.rows("holidays")}


def is_free(days: NDArray[np.int64], timezone: str) -> NDArray[np.bool_]:
    """Whether local days (since 1970) are free: Saturdays and Sundays and, in China, its holidays without the make-up working days."""
    days = np.asarray(days, np.int64)
    free = (days + 3) % 7 >= 5          # 1970-01-01 was a Thursday
    if timezone in CHINA:
        for day, is_worked in _special().items():
            free[days == day] = not is_worked
    return free


def is_holiday(days: NDArray[np.int64], timezone: str) -> NDArray[np.bool_]:
    """Whether local days (since 1970) are public holidays of China (weekends as such are none); elsewhere none is known."""
    days = np.asarray(days, np.int64)
    if timezone not in CHINA:
        return np.zeros(days.shape, bool)
    return np.isin(days, [day for day, is_worked in _special().items() if not is_worked])
