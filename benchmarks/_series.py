"""The real series that forecasts are measured on, as panels, each with the share that is for testing alone.

Local sets, never shipped (their NOTICE.txt says whose they are). Numbers are those of the files; nothing is filled in.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.io import loadmat
from scipy.sparse import csr_array

from app.forecast.cadence import epoch
from app.forecast.frame import Panel
from app.forecast.spec import Spec

FOLDER = Path(os.environ.get("CHENGSHU_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


@dataclass(frozen=True)
class Set:
    """A panel, what is asked of it, and the step its test part begins with."""

    name: str
    panel: Panel
    spec: Spec
    test: int


def grid(start: str, count: int, seconds: int, timezone: str) -> np.ndarray:
    """Epoch seconds of `count` steps from a local moment on."""
    first = int(epoch(np.array([np.datetime64(start, "s").astype(np.int64)]), timezone)[0])
    return first + seconds * np.arange(count, dtype=np.int64)


def los() -> Set:
    """Road speed, 207 sensors, 5 min, five and a half days; the last fifth is for testing."""
    y = pd.read_csv(FOLDER / "ts-los-loop-speed" / "los_speed_train.csv").to_numpy(float).T
    near = pd.read_csv(FOLDER / "ts-los-loop-speed" / "los_adj.csv", header=None).to_numpy(float)
    np.fill_diagonal(near, 0.0)
    zone = "America/Los_Angeles"
    panel = Panel(tuple(f"s{i}" for i in range(len(y))), grid("2012-03-01T00:00", y.shape[1], 300, zone), np.ascontiguousarray(y), "PT5M", zone,
                  neighbours=csr_array(near))
    return Set("Los-loop", panel, Spec(12, "PT5M", zone, low=0.0), int(y.shape[1] * 0.8))


def etth1() -> Set:
    """Transformer load and oil temperature, 7 channels, hourly: the first 20 months; 12 / 4 / 4 months are train, validation, test."""
    y = pd.read_csv(FOLDER / "ts-etth-transformer" / "ETTh1.csv").iloc[: 20 * 30 * 24, 1:]
    panel = Panel(tuple(y.columns), grid("2016-07-01T00:00", len(y), 3_600, "UTC"), np.ascontiguousarray(y.to_numpy(float).T), "PT1H", "UTC")
    return Set("ETTh1", panel, Spec(96, "PT1H", "UTC"), 16 * 30 * 24)


def _days(flow: np.ndarray, dates: pd.DatetimeIndex, first_hour: int, zone: str, ids: tuple[str, ...]) -> Panel:
    """Flow [n, days, slots of 10 min] as hourly sums on the whole clock: hours without service and days without data are gaps."""
    n, days, slots = flow.shape
    hourly = flow.reshape(n, days, slots // 6, 6).sum(axis=3)
    whole = (dates[-1] - dates[0]).days + 1
    y = np.full((n, whole, 24), np.nan)
    y[:, (dates - dates[0]).days, first_hour:first_hour + slots // 6] = hourly
    return Panel(ids, grid(str(dates[0].date()), whole * 24, 3_600, zone), y.reshape(n, -1), "PT1H", zone)


def hangzhou() -> Set:
    """Metro passengers, 80 stations, hourly, 25 days of January 2019; the last five days are for testing."""
    flow = loadmat(FOLDER / "ts-hangzhou-metro" / "tensor.mat")["tensor"].astype(float)
    panel = _days(flow, pd.date_range("2019-01-01", periods=25), 6, "Asia/Shanghai", tuple(f"h{i}" for i in range(len(flow))))
    return Set("Hangzhou metro", panel, Spec(24, "PT1H", "Asia/Shanghai", low=0.0), 20 * 24)


def beijing() -> Set:
    """Metro passengers, 276 stations, hourly, 20 working days from 29 February 2016; the last five are for testing."""
    flow = pd.read_csv(FOLDER / "ts-beijing-metro" / "in_10min_days1-20.csv", header=None).to_numpy(float).reshape(276, 20, 108)
    near = pd.read_csv(FOLDER / "ts-beijing-metro" / "adjacency.csv", header=None).to_numpy(float)
    np.fill_diagonal(near, 0.0)
    panel = _days(flow, pd.bdate_range("2016-02-29", periods=20), 5, "Asia/Shanghai", tuple(f"b{i}" for i in range(276)))
    panel = Panel(panel.ids, panel.times, panel.y, panel.cadence, panel.timezone, neighbours=csr_array(near))
    return Set("Beijing metro", panel, Spec(24, "PT1H", "Asia/Shanghai", low=0.0), 21 * 24)


def tetouan() -> Set:
    """Power of a city, one series, hourly means of ten minutes, January to November 2017, with its weather; November is for testing."""
    frame = pd.read_csv(FOLDER / "ts-tetouan-power" / "tetuan_power_to_nov.csv")
    ten = frame.iloc[: len(frame) // 6 * 6, 1:].to_numpy(float).reshape(-1, 6, frame.shape[1] - 1).mean(axis=1)
    weather = {name: ten[:, i].copy() for i, name in enumerate(("temperature", "humidity", "wind"))}
    panel = Panel(("city",), grid("2017-01-01T00:00", len(ten), 3_600, "UTC"), ten[:, -1][None].copy(), "PT1H", "UTC", known=weather)
    return Set("Tetouan power", panel, Spec(24, "PT1H", "UTC", low=0.0), len(ten) - 30 * 24)


def water() -> Set:
    """Inflow of ten districts, hourly with gaps, January 2021 to July 2022, by the clock on the wall, with the weather.

    The last eight weeks are for testing.
    """
    frame = pd.read_excel(FOLDER / "ts-bwdf-water" / "Inflow_Data_1.xlsx", engine="calamine")
    sky = pd.read_excel(FOLDER / "ts-bwdf-water" / "Weather_Data_1.xlsx", engine="calamine")
    wall = pd.to_datetime(frame.iloc[:, 0], format="%d/%m/%Y %H:%M")
    start, count = wall.iloc[0], int((wall.iloc[-1] - wall.iloc[0]).total_seconds() // 3600) + 1
    at = ((wall - start).dt.total_seconds() // 3600).to_numpy(int)
    y = np.full((10, count), np.nan)
    y[:, at] = frame.iloc[:, 1:].to_numpy(float).T
    place = ((pd.to_datetime(sky.iloc[:, 0], format="%d/%m/%Y %H:%M") - start).dt.total_seconds() // 3600).to_numpy(int)
    weather = {}
    for i, name in enumerate(("rain", "temperature", "humidity")):
        weather[name] = np.full(count, np.nan)
        weather[name][place[place < count]] = sky.iloc[:, 1 + i].to_numpy(float)[place < count]
    panel = Panel(tuple(f"DMA {c}" for c in "ABCDEFGHIJ"), grid(str(start.date()), count, 3_600, "UTC"), y, "PT1H", "UTC", known=weather)
    return Set("Water inflow", panel, Spec(24, "PT1H", "UTC", low=0.0), count - 56 * 24)


def air() -> Set:
    """PM2.5 of eight stations, hourly with gaps, March 2013 to February 2016, with their weather; the last ninety days are for testing."""
    frame = pd.read_parquet(FOLDER / "ts-beijing-air" / "beijing_air_8sites_to_2016-02.parquet")
    frame = frame.sort_values(["station", "year", "month", "day", "hour"])
    names = tuple(frame["station"].unique())
    fold = {name: frame[name].to_numpy(float).reshape(len(names), -1) for name in ("PM2.5", "TEMP", "PRES", "DEWP", "WSPM")}
    y = fold.pop("PM2.5")
    panel = Panel(names, grid("2013-03-01T00:00", y.shape[1], 3_600, "Asia/Shanghai"), y, "PT1H", "Asia/Shanghai", known=fold)
    return Set("Beijing PM2.5", panel, Spec(24, "PT1H", "Asia/Shanghai", low=0.0), y.shape[1] - 90 * 24)


SETS = {"los": los, "hangzhou": hangzhou, "beijing": beijing, "tetouan": tetouan, "water": water, "air": air}
