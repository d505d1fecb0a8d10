"""The AQI after HJ 633: by hand at every limit, against a slow reading of the formula on real air, and as a forecast with bands."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd
import pytest

from app.errors import BadInput, NotFound
from app.forecast import air
from data import registers

OLD, NEW = date(2015, 6, 1), date(2026, 3, 1)
NAMES = {"so2": "SO2", "no2": "NO2", "pm10": "PM10", "co": "CO", "o3": "O3", "pm25": "PM2.5"}


def slow(limits, above, decimals, c):
    """Formula (1) of HJ 633 in decimal arithmetic, one number."""
    if np.isnan(c) or c < 0:
        return None
    value = Decimal(repr(float(c))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    steps = [Decimal(str(x)) for x in (0, 50, 100, 150, 200, 300, 400, 500)]
    if value > limits[-1]:
        return above
    for i in range(len(limits) - 1):
        if value <= limits[i + 1]:
            exact = (steps[i + 1] - steps[i]) / (limits[i + 1] - limits[i]) * (value - limits[i]) + steps[i]
            return int(exact.quantize(Decimal("0.000001")).to_integral_value(ROUND_CEILING))
    raise AssertionError


@pytest.mark.parametrize(("pollutant", "hours", "on", "given", "index"), [
    ("pm25", 24, OLD, [0, 35, 75, 115, 150, 250, 350, 500, 800], [0, 50, 100, 150, 200, 300, 400, 500, 500]),
    ("pm25", 24, NEW, [35, 60, 75, 115, 500], [50, 100, 114, 150, 500]),
    ("pm10", 24, OLD, [50, 150, 250, 420], [50, 100, 150, 300]),
    ("pm10", 24, NEW, [50, 120, 150, 250], [50, 100, 112, 150]),
    ("so2", 1, OLD, [500, 800, 801], [100, 200, np.nan]),
    ("so2", 1, NEW, [500, 800, 801], [100, 200, 200]),
    ("o3", 8, OLD, [100, 160, 800, 900], [50, 100, 300, np.nan]),
    ("o3", 8, NEW, [160, 215, 900], [100, 150, 300]),
    ("no2", 1, NEW, [350, 3840], [115, 500]),
    ("co", 24, NEW, [2.0, 3.04, 4.0, -1, np.nan], [50, 75, 100, np.nan, np.nan]),
])
def test_the_limits_of_both_editions(pollutant, hours, on, given, index):
    np.testing.assert_array_equal(air.iaqi(pollutant, hours, given, on), index)


def test_the_edition_is_that_of_the_day_and_every_row_says_its_source():
    assert air.edition(date(2026, 2, 28)) == "HJ 633-2012" and air.edition(NEW) == "HJ 633-2026"
    with pytest.raises(NotFound, match="No edition"):
        air.edition(date(2011, 1, 1))
    with pytest.raises(NotFound, match="no limits"):
        air.table("pm25", 1, NEW)
    rows = registers.rows("aqi_breakpoints")
    assert {r["edition"] for r in rows} == {"HJ 633-2012", "HJ 633-2026"} and all(r["edition"] in r["source"] for r in rows)
    for row in rows:
        limits = [float(x) for x in row["limits"].split("|")]
        assert limits == sorted(limits) and len(limits) == (8 if row["above"] == "500" else {"so2": 5, "o3": 6}[row["pollutant"]])


def test_primary_pollutants_and_levels():
    found = air.aqi({"pm25": [60, 20, 10, np.nan], "pm10": [120, 30, 20, np.nan], "o3": [100, 160, 30, np.nan]}, NEW)
    np.testing.assert_array_equal(found.value, [100, 100, 29 - 9, np.nan])
    assert {name: flags.tolist() for name, flags in found.primary.items()} == {
        "pm25": [True, False, False, False], "pm10": [True, False, False, False], "o3": [False, True, False, False]}
    assert found.level.tolist() == [2, 2, 1, 0] and air.level([50, 51, 300, 301]).tolist() == [1, 2, 5, 6]
    with pytest.raises(BadInput, match="pollutants of HJ 633"):
        air.aqi({"voc": 1.0}, NEW)
    with pytest.raises(BadInput, match="daily and an hourly"):
        air.aqi({"pm25": 1.0}, NEW, "weekly")


@pytest.fixture(scope="module")
def beijing(shared_data):
    """{pollutant: daily value [station × day]}, µg/m³, CO in mg/m³; O3 the largest eight-hour mean."""
    frame = pd.read_parquet(shared_data / "ts-beijing-air" / "beijing_air_8sites_to_2016-02.parquet", columns=["station", *NAMES.values()])
    n = frame["station"].nunique()
    days = {}
    for name, column in NAMES.items():
        hours = frame[column].to_numpy().reshape(n, -1)
        if name == "o3":
            eight = np.lib.stride_tricks.sliding_window_view(np.pad(hours, ((0, 0), (7, 0)), constant_values=np.nan), 8, axis=1).mean(axis=2)
            with np.errstate(all="ignore"):
                days[name] = np.fmax.reduce(eight.reshape(n, -1, 24), axis=2)
        else:
            each = hours.reshape(n, -1, 24) / (1000 if name == "co" else 1)
            days[name] = np.where(np.isfinite(each).sum(axis=2) >= 20, np.nansum(each, axis=2) / np.maximum(np.isfinite(each).sum(axis=2), 1), np.nan)
    return days


@pytest.mark.parametrize("on", [OLD, NEW])
def test_real_air_against_the_slow_reading(beijing, on):
    days = {name: values[:, 100:160] for name, values in beijing.items()}
    found, worst = air.aqi(days, on), None
    for name, hours in air.DAILY.items():
        row = next(r for r in reversed(registers.rows("aqi_breakpoints")) if (r["pollutant"], r["hours"]) == (name, str(hours))
                   and r["edition"] == air.edition(on))
        limits = [Decimal(x) for x in row["limits"].split("|")]
        above = int(row["above"]) if row["above"] else None
        each = np.array([[slow(limits, above, int(row["decimals"]), c) for c in station] for station in days[name]], object).astype(np.float64)
        np.testing.assert_array_equal(air.iaqi(name, hours, days[name], on), each)
        worst = each if worst is None else np.fmax(worst, each)
    np.testing.assert_array_equal(found.value, worst)
    assert air.aqi(beijing, NEW).value[np.isfinite(beijing["pm25"])].mean() > air.aqi(beijing, OLD).value[np.isfinite(beijing["pm25"])].mean()


def test_the_forecast_index_keeps_its_bands_and_its_probabilities_on_real_air(beijing):
    """Each pollutant by a plain rule (between yesterday and the month's median), bands from past ratios; the AQI's band must hold."""
    bands = {}
    for name, values in beijing.items():
        y = pd.DataFrame(np.log(np.maximum(values, 0.05 if name == "co" else 0.5)).T)
        middle = (0.6 * y.ffill() + 0.4 * y.rolling(30, min_periods=5).median()).shift(1).to_numpy()[30:]
        error = y.to_numpy()[30:] - middle
        shares = (0.05, 0.1, 0.5, 0.9, 0.95)
        edges = np.full((len(shares), len(error), 1), np.nan)
        for t in range(60, len(error), 10):           # learnt anew every ten days, from the year before
            edges[:, t:t + 10, 0] = np.nanquantile(error[max(0, t - 365):t], shares)[:, None]
        low9, low8, mid, high8, high9 = np.exp(middle + edges).transpose(0, 2, 1)
        bands[name] = (mid, {0.9: (low9, high9), 0.8: (low8, high8)})
    told = air.forecast(bands, OLD)
    true = air.aqi({name: values[:, 30:] for name, values in beijing.items()}, OLD).value
    late = np.isfinite(told.y_hat) & np.isfinite(true) & (np.arange(true.shape[1]) > 200)
    cover = {share: np.mean((true[late] >= low[late] - 1) & (true[late] <= high[late] + 1)) for share, (low, high) in told.bands.items()}
    assert 0.88 <= cover[0.9] <= 0.97 and 0.78 <= cover[0.8] <= 0.93 and cover[0.8] < cover[0.9]
    for edge in (100, 200):
        happened = true[late] > edge
        brier = np.mean((told.above[edge][late] - happened) ** 2)
        assert brier < 0.95 * np.mean((happened.mean() - happened) ** 2), edge
    assert set(told.primary) == set(NAMES)
