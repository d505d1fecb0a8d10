"""The network model: waves that travel from sensor to sensor, and when it is worth a try."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from app.errors import Unavailable
from app.forecast import engine
from app.forecast.frame import Panel
from app.forecast.model import named
from app.forecast.spec import Spec
from tests.forecast.series import ZONE, panel, ring, spec

MINUTES = Spec(4, "PT5M", ZONE)


@pytest.fixture(scope="module")
def road():
    """Twelve sensors in line, four days of five minutes: jams begin anywhere and move one sensor on every two steps."""
    draw, n, t = np.random.default_rng(5), 12, 4 * 288
    y = np.full((n, t), 65.0)
    for start in np.flatnonzero(draw.random(t) < 0.03):
        depth, length, first = draw.uniform(20, 40), int(draw.integers(8, 24)), int(draw.integers(0, n // 2))
        for i in range(first, n):
            at = start + 2 * (i - first)
            y[i, at:at + length] = np.minimum(y[i, at:at + length], 65 - depth)
    y += draw.normal(0, 1.5, y.shape)
    beside = np.eye(n, k=1) + np.eye(n, k=-1)
    return Panel(tuple(map(str, range(n))), 1_772_380_800 + 300 * np.arange(t), y, "PT5M", ZONE, neighbours=csr_array(beside))


def test_a_wave_is_seen_coming(road):
    found = named("network")
    one = found.fit(road.until(900), MINUTES)
    ends = np.arange(900, road.t - 4, 3)
    truth = road.y[:, ends[:, None] + np.arange(4)].transpose(1, 0, 2)
    as_it_is = np.repeat(road.y[:, ends - 1].T[:, :, None], 4, axis=2)
    errors = [np.sqrt(np.mean((y_hat - truth)[:, 4:] ** 2)) for y_hat in (found.paths(one, road, ends, 4), as_it_is)]
    assert errors[0] < 0.85 * errors[1]


def test_gaps_and_a_longer_horizon_are_borne(road):
    holed = road.y.copy()
    holed[np.random.default_rng(1).random(holed.shape) < 0.2] = np.nan
    holed[3] = np.nan
    one = named("network").fit(replace(road, y=holed), MINUTES)
    assert np.isfinite(named("network").paths(one, replace(road, y=holed), np.array([800, road.t]), 9)).all()


def test_it_is_tried_where_series_of_minutes_look_at_each_other(road):
    asks = named("network").suits
    assert asks(road) and not asks(replace(road, neighbours=None)) and not asks(replace(panel(3, 21), neighbours=ring(3)))
    with pytest.raises(Unavailable, match="neighbours"):
        named("network").fit(panel(3, 21), spec())
    scores = engine.choose(road.until(800), MINUTES).scores
    assert "network" in scores.models and "network" not in engine.choose(panel(2, 21), spec(mode="full")).scores.models
