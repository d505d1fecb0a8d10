"""Counts of people: the Poisson regression is the maximum of its likelihood, and a real metro is met better than by weekly copies."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io
from scipy.optimize import minimize

from app.forecast import backtest
from app.forecast.frame import Panel
from app.forecast.model import models
from app.forecast.models import crowd
from app.forecast.spec import Spec

FIRST = 18 * 20


@pytest.fixture(scope="module")
def metro(shared_data):
    """Twenty stations of Hangzhou, 25 days of 18 hours."""
    cube = scipy.io.loadmat(shared_data / "ts-hangzhou-metro" / "tensor.mat")["tensor"].astype(np.float64)[:20]
    hours = cube.reshape(20, 25, 18, 6).sum(axis=3).reshape(20, -1)
    return Panel(tuple(f"s{i}" for i in range(20)), np.arange(hours.shape[1]) * 3600, hours, "PT1H")


def spec(mode):
    return Spec(6, "h", is_count=True, seasons=(18, 126), mode=mode)


def few(patch):
    """Fewer rows and trees than in earnest: the tests are to be quick."""
    patch.setattr(crowd, "SEEN", {"full": 20_000, "instant": 6_000})
    patch.setattr(crowd, "ROUNDS", 80)
    patch.setattr(crowd, "SETTINGS", crowd.SETTINGS | {"learning_rate": 0.15, "feature_fraction": 0.3})


@pytest.fixture(scope="module")
def grown(metro):
    with pytest.MonkeyPatch.context() as patch:
        few(patch)
        return {mode: crowd.fit(metro.until(FIRST, 6), spec(mode)) for mode in ("full", "instant")}


def test_a_real_metro_is_met_better_than_by_its_weekly_copy(metro, grown):
    ends = np.arange(FIRST, metro.t - 5, 5)
    true = backtest.truths(metro, ends, 6)
    copies = backtest.naives(metro, spec("full"), ends, 6)
    error = {name: np.sqrt(np.mean((path - true) ** 2)) for name, path in copies.items()}
    ours = {mode: np.sqrt(np.mean((crowd.paths(fitted, metro, ends, 6) - true) ** 2)) for mode, fitted in grown.items()}
    assert grown["full"].state["trees"] and not grown["instant"].state["trees"]
    assert ours["full"] < 0.85 * min(error.values())
    assert ours["instant"] < 0.6 * error["daily"] and ours["instant"] < 1.1 * error["weekly"]


def test_what_it_forecasts_are_counts_with_bands_and_it_is_one_of_the_models(metro, grown):
    assert models()[crowd.NAME] is crowd
    frame = crowd.predict(grown["instant"], 6)
    assert len(frame) == 20 * 6 and (frame["y_hat"] >= 0).all() and (frame["lo90"] >= 0).all()
    assert (frame["lo90"] <= frame["y_hat"]).all() and (frame["y_hat"] <= frame["hi90"]).all()


def test_nothing_that_came_later_is_used(metro, grown):
    wild = metro.y.copy()
    wild[:, FIRST:] = 9_999.0
    for fitted in grown.values():
        told, blind = (crowd.paths(fitted, Panel(metro.ids, metro.times, y, "PT1H"), np.array([FIRST - 7, FIRST]), 6) for y in (metro.y, wild))
        np.testing.assert_allclose(told, blind, rtol=1e-12)


def test_without_lightgbm_the_regression_answers(metro, grown, monkeypatch):
    monkeypatch.setattr(crowd, "_lightgbm", lambda: None)
    ends = np.array([metro.t - 6])
    fitted = grown["full"]
    assert fitted.state["trees"]
    path = crowd.paths(fitted, metro, ends, 6)
    true = backtest.truths(metro, ends, 6)
    assert np.isfinite(path).all() and np.abs(path - true).sum() < 0.3 * true.sum()


def test_the_regression_is_the_maximum_of_its_likelihood():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3000, 4)) * [1, 2, 0.2, 1]
    usual = rng.normal(0, 0.5, 3000)
    count = rng.poisson(np.exp(usual + 0.1 + x @ [0.2, -0.05, 0.4, 0.0])).astype(float)
    z = np.c_[np.ones(3000), x]
    for share in (1e-6, 0.1):
        ridge = share * count.sum() * np.r_[1e-6, np.ones(4)] + 1e-9
        best = minimize(lambda w, r=ridge: np.sum(np.exp(usual + z @ w) - count * (z @ w)) + 0.5 * r @ w**2, np.zeros(5), method="BFGS",
                        jac=lambda w, r=ridge: z.T @ (np.exp(usual + z @ w) - count) + r * w, options={"gtol": 1e-3}).x
        np.testing.assert_allclose(crowd._newton(z, count, usual, share), best, atol=1e-4)


def test_many_zeros_gaps_and_newcomers_are_met(monkeypatch):
    few(monkeypatch)
    rng = np.random.default_rng(8)
    t = 24 * 40
    rate = 0.15 + 2.5 * (np.arange(t) % 24 == 18)
    y = rng.poisson(rate, (12, t)).astype(float)
    y[:, 100:130] = np.nan
    panel = Panel(tuple(map(str, range(12))), np.arange(t) * 3600, y, "PT1H")
    assert np.mean(y[np.isfinite(y)] == 0) > crowd.MANY_ZEROS
    for mode in ("full", "instant"):
        fitted = crowd.fit(panel, Spec(24, "h", is_count=True, mode=mode))
        path = crowd.paths(fitted, panel, np.array([t - 24]), 24)[0]
        assert (path >= 0).all() and path.mean() == pytest.approx(rate.mean(), rel=0.35)
        assert path[:, np.arange(t - 24, t) % 24 == 18].mean() > 5 * path[:, np.arange(t - 24, t) % 24 == 3].mean()
    others = Panel(tuple(f"new{i}" for i in range(12)), panel.times, y, "PT1H")
    assert np.isfinite(crowd.paths(fitted, others, np.array([t]), 24)).all()
    short = Panel(("a",), panel.times[:5], y[:1, :5] - 3, "PT1H")
    assert np.isfinite(crowd.paths(crowd.fit(short, Spec(2, "h")), short, np.array([5]), 2)).all()
