"""River levels: reservoirs drain as they should, rain still on its way helps, and a parent's band holds its highest gauge."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from app.errors import BadInput
from app.forecast import backtest
from app.forecast.frame import Panel
from app.forecast.models import ridge
from app.forecast.spec import Spec
from app.forecast.water import above, highest, reservoirs, with_rain


def test_reservoirs_drain_by_half_and_gaps_are_dry():
    rain = np.array([8.0, 0, 0, np.nan, 4])
    np.testing.assert_allclose(reservoirs(rain, 1.0, (1.0,))[0], [8, 4, 2, 1, 4.5])
    many = np.random.default_rng(1).gamma(0.1, 9, (3, 200))
    for half, found in zip((3.0, 48.0), reservoirs(many, 0.5, (3.0, 48.0)), strict=True):
        np.testing.assert_allclose(found, lfilter([1], [1, -(0.5 ** (0.5 / half))], many, axis=1))
    with pytest.raises(BadInput, match="above zero"):
        reservoirs(rain, 1.0, (0.0,))


def river(rng, t, gauges=4):
    """Levels that follow rain of hours and days ago through a delay, and the rain."""
    rain = rng.gamma(0.5, 6, t) * (rng.random(t) < 0.04)
    slow = lfilter([1], [1, -(0.5 ** (1 / 20))], rain)
    quick = lfilter(np.r_[np.zeros(6), 1], [1, -(0.5 ** (1 / 4))], rain)
    level = 3 + 0.02 * slow + 0.05 * quick + lfilter([0.02], [1, -0.9], rng.normal(size=(gauges, t)), axis=1) + 0.1 * np.arange(gauges)[:, None]
    return level, rain


def test_rain_that_is_still_on_its_way_is_seen():
    rng = np.random.default_rng(4)
    level, rain = river(rng, 24 * 120)
    panel = Panel(tuple("abcd"), np.arange(level.shape[1]) * 3600, level, "PT1H")
    spec, first = Spec(12, "h", mode="instant"), 24 * 90
    ends = np.arange(first, panel.t - 12, 5)
    true = backtest.truths(panel, ends, 12)
    wet = np.array([rain[e - 24:e].sum() > 5 for e in ends])

    def error(given):
        path = ridge.paths(ridge.fit(given.until(first, 12), spec), given, ends, 12)
        return np.sqrt(np.mean((path - true)[wet] ** 2))

    led = with_rain(panel, rain)
    copy = np.sqrt(np.mean((backtest.naives(panel, spec, ends, 12)["persistence"] - true)[wet] ** 2))
    assert set(led.known) == {"rain_3h", "rain_12h", "rain_48h"} and not led.issued
    assert error(led) < 0.9 * error(panel) and error(led) < 0.7 * copy
    np.testing.assert_array_equal(led.until(first, 12).known["rain_12h"][:first], with_rain(panel.until(first), rain[:first]).known["rain_12h"])
    assert with_rain(panel, np.r_[rain, np.ones(12)], issued=5).issued == dict.fromkeys(led.known, 5)


def test_the_highest_gauge_of_a_parent_lies_in_its_band():
    rng = np.random.default_rng(2)
    mean, sd = rng.uniform(3, 3.4, (5, 6)), rng.uniform(0.1, 0.4, (5, 6))
    parent = np.array([0, 0, 0, 2, -1])
    bands = {0.9: (mean - 1.645 * sd, mean + 1.645 * sd), 0.8: (mean - 1.2816 * sd, mean + 1.2816 * sd)}
    y_hat, found = highest(mean, bands, parent, 3)
    assert np.isnan(y_hat[1]).all() and np.isnan(found[0.9][0][1]).all()
    np.testing.assert_allclose(y_hat[2], mean[3])
    np.testing.assert_allclose(found[0.9][1][2], bands[0.9][1][3], atol=1e-4)
    draws = (mean[:3] + sd[:3] * rng.normal(size=(20_000, 3, 6))).max(axis=1)
    inside = ((draws >= found[0.9][0][0]) & (draws <= found[0.9][1][0])).mean(axis=0)
    assert (inside >= 0.89).all() and (inside <= 0.96).all()
    np.testing.assert_allclose(above(mean[3], {0.9: (bands[0.9][0][3], bands[0.9][1][3])}, bands[0.9][1][3][0])[0], 0.05, atol=1e-4)
    with pytest.raises(BadInput, match="do not fit"):
        highest(mean, bands, np.array([0, 0, 0, 3, 0]), 3)
