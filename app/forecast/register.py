"""What forecasts know of an indicator: rows of data/registry/forecasts.csv, and for how long each cadence looks ahead and back.

`low`, `high`: values it never passes (a share ends at 0 and 100, a load ratio does not end at 100). `drivers`: indicators whose
departure from their own forecast moves it (app/forecast/response.py). `breach`: the limit whose crossing is a breach, where it is
not the one that the registry calls red. An indicator without a row has no bound but what its roll-up gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.forecast.spec import Spec
from app.indicators.registry import Indicator
from data import registers

AHEAD = {"PT1M": 120, "PT5M": 72, "PT10M": 72, "PT15M": 96, "PT30M": 96, "PT1H": 48, "PT6H": 28, "P1D": 14, "P7D": 8, "P1M": 6, "P3M": 4}
FARTHEST = {"PT1H": 168, "P1D": 60}         # steps that may be asked for; others: what AHEAD says
BACK = {"PT1M": 2880, "PT5M": 4032, "PT10M": 4032, "PT15M": 2880, "PT30M": 2016, "PT1H": 1344, "PT6H": 720, "P1D": 730}
LEAST = 8                                   # steps of history that a forecast needs


@dataclass(frozen=True)
class Known:
    """One row; None where nothing is said."""

    low: float | None = None
    high: float | None = None
    drivers: tuple[str, ...] = ()
    breach: float | None = None


@cache
def register() -> dict[str, Known]:
    """Every row by indicator."""
    return {row["indicator"]: Known(_number(row["low"]), _number(row["high"]), tuple(filter(None, row["drivers"].split("|"))), _number(row["breach"]))
            for row in registers.rows("forecasts")}


def known(indicator: Indicator) -> Known:
    """What is known of an indicator; sums of counts end at nought without a row."""
    return register().get(indicator.id) or Known(0.0 if indicator.rollup == "sum" and indicator.unit != "" else None)


def horizon(cadence: str) -> int:
    """Steps ahead that screens show; 0 where a cadence has no forecast (a year's)."""
    return AHEAD.get(cadence, 0)


def back(cadence: str) -> int:
    """Steps of history that a forecast looks back at."""
    return BACK.get(cadence, 120)


def farthest(cadence: str) -> int:
    """Steps ahead that may be asked for."""
    return FARTHEST.get(cadence, horizon(cadence))


def breach_limit(indicator: Indicator) -> tuple[float, bool] | None:
    """(limit, whether it is passed upwards) whose crossing is a breach; None where nothing is: a band, or no limits."""
    said = known(indicator).breach
    limits = indicator.thresholds
    if said is None and (not limits or indicator.direction == "band"):
        return None
    if indicator.direction == "up":
        return (said if said is not None else limits[0]), False
    return (said if said is not None else limits[1] if len(limits) > 1 else limits[0]), True


def spec_of(indicator: Indicator, timezone: str, steps: int, mode: str = "instant") -> Spec:
    """What is asked of the engine for an indicator."""
    row = known(indicator)
    is_count = indicator.rollup == "sum" and indicator.decimals == 0 and row.low == 0.0 and row.high is None
    return Spec(steps, indicator.cadence, timezone, row.low, row.high, is_count, mode=mode)


def _number(text: str) -> float | None:
    return float(text) if text else None
