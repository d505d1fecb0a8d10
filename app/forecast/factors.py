"""Factors: which local days are free (the register of holidays, with its make-up working days), which indicators drive which (the
register of factors), and how series of weather and spans of events join a panel without telling of the future.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.forecast.cadence import cadence, position
from app.forecast.frame import ALWAYS, Floats, Panel, Times, ahead
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


@lru_cache(maxsize=1)
def _driven() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in registers.rows("factors"):
        found[row["indicator"]] = (*found.get(row["indicator"], ()), row["factor"])
    return found


def driving(indicator: str) -> tuple[str, ...]:
    """The indicators (weather, mostly) that are joined to an indicator as factors; none for most."""
    return _driven().get(indicator, ())


def with_factor(panel: Panel, name: str, times: Times, values: Floats, horizon: int, issued: int | None = None) -> Panel:
    """The panel with a series of a factor, values [m] or [n, m] at epoch seconds `times` [m]; what lies off its grid is left out.

    `issued`: the moment at which the values after it were issued as a forecast (ALWAYS: planned); None: all are measurements, and what
    lies after the panel's last step is left out.
    """
    at, fits = position(np.asarray(times, np.int64), cadence(panel.cadence), panel.timezone, int(panel.times[0]))
    size = panel.t + horizon
    there = fits & (at >= 0) & (at < (size if issued is not None else panel.t))
    spread = np.full((*values.shape[:-1], size), np.nan)
    spread[..., at[there]] = values[..., there]
    told = panel.issued if issued is None else panel.issued | {name: issued}
    return replace(panel, known=panel.known | {name: spread}, issued=told)


def with_events(panel: Panel, name: str, spans: Iterable[tuple[int, int]], horizon: int) -> Panel:
    """The panel with a factor that is 1 during planned spans (first, end: epoch seconds, the end not counted) and 0 else; known long ahead."""
    times = np.r_[panel.times, ahead(panel.times, panel.cadence, panel.timezone, horizon)]
    during = np.zeros(times.size)
    for first, end in spans:
        during[(times >= first) & (times < end)] = 1.0
    return replace(panel, known=panel.known | {name: during}, issued=panel.issued | {name: ALWAYS})
