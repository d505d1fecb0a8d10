"""Working days of China: Monday to Friday and make-up days, without the holidays of data/registry/holidays.csv."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data import registers

Ints = NDArray[np.int64]
EPOCH = date(1970, 1, 1).toordinal()


def after(days: Ints, many: int) -> Ints:
    """The `many`-th working day after each day, in days since 1970; the day itself is not counted, whatever it is."""
    if not days.size:
        return days
    every = np.arange(int(days.min()), int(days.max()) + 3 * many + 30, dtype=np.int64)       # the longest holidays last nine days
    worked = every[_is_worked(every)]
    return worked[np.searchsorted(worked, days, side="right") + many - 1]


def _is_worked(days: Ints) -> NDArray[np.bool_]:
    weekday = (days + 3) % 7                    # 1970-01-01 was a Thursday; 0 is Monday
    found = weekday < 5
    for day, is_worked in _special().items():
        if days[0] <= day <= days[-1]:
            found[day - days[0]] = is_worked
    return found


@cache
def _special() -> dict[int, bool]:
    return {date.fromisoformat(row["date"]).toordinal() - EPOCH: row["kind"] == "workday" for row in registers.rows("holidays")}
