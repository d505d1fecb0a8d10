"""A tiny city with four weeks of hours: a load that follows the hour, the kind of day and the temperature, which wanders by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests import homes, tiny

DAYS = 28
START = tiny.NOON - timedelta(days=DAYS)
STREETS = ["990101001", "990101002", "990102001", "990102002"]
PER_DEGREE = 2.0            # MW that the load of each street follows the temperature by, above 22 °C


def hours(indicator: str, level: str, values: np.ndarray, start: datetime = START) -> pa.Table:
    """[hour × unit] as rows of dataset reading, units in code order."""
    codes = sorted(row["code"] for row in tiny.units() if row["level"] == level)
    at = [(start + timedelta(hours=k)).isoformat() for k in range(values.shape[0])]
    return pa.table({"unit_code": codes * len(at), "indicator": [indicator] * values.size, "at": [one for one in at for _ in codes],
                     "value": values.ravel(), "weight": pa.nulls(values.size, pa.float64())})


def made(seed: int = 3, days: int = DAYS) -> tuple[np.ndarray, np.ndarray]:
    """(temperature, load) [hour × street]."""
    rng, t = np.random.default_rng(seed), np.arange(24 * days)
    wander = np.zeros(t.size)
    for k in range(1, t.size):
        wander[k] = 0.7 * wander[k - 1] + rng.normal(0, 1.2)
    temperature = 27 + 3 * np.sin(2 * np.pi * (t - 9) / 24) + wander
    profile = 60 + 25 * np.sin(2 * np.pi * (t - 8) / 24)
    share = np.array([1.0, 0.6, 0.8, 0.3])
    load = share * profile[:, None] + PER_DEGREE * np.maximum(temperature[:, None] - 22, 0) + rng.normal(0, 0.6, (t.size, 4))
    return np.repeat(temperature[:, None], 4, axis=1), load


def hand_ins(folder):
    """The four weeks as hand-ins."""
    temperature, load = made()
    fourths = load[:, :, None] * np.array([0.25, 0.75])
    yield tiny.hand_in(folder, "reading", hours("temperature_c", "street", temperature), "t")
    yield tiny.hand_in(folder, "reading", hours("power_load_mw", "street", load), "p")
    yield tiny.hand_in(folder, "reading", hours("visiting_population", "street", np.maximum(np.round(load / 12), 0)), "v")
    yield tiny.hand_in(folder, "reading", hours("crowd_density", "community", fourths.reshape(load.shape[0], 8)), "c")


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """The running city; tests that use it change nothing that others look at."""
    folder = tmp_path_factory.mktemp("outlook")
    running = homes.city(folder / "home")
    running.take(list(hand_ins(folder)))
    yield running
    running.close()


@pytest.fixture
def own(tmp_path):
    """A city of one's own, to change."""
    running = homes.city(tmp_path / "home")
    running.take(list(hand_ins(tmp_path)))
    yield running
    running.close()
