"""Probabilities of exceeding a capacity: right where the law is known, calibrated on two real loads, never too low at any step."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

from app.errors import BadInput
from app.forecast.power import exceedance, step_correlation
from app.forecast.quantiles import Belief, largest
from tests.forecast.ahead import days_ahead


def edges(mean, sd, level):
    half = norm.ppf((1 + level) / 2) * sd
    return mean - half, mean + half


def test_a_normal_forecast_is_met_exactly_from_one_band_or_two():
    mean, sd = np.array([10.0, 20.0, 5.0]), np.array([1.0, 4.0, 2.5])
    (lo90, hi90), (lo80, hi80) = edges(mean, sd, 0.9), edges(mean, sd, 0.8)
    for inner in ({}, {"lo80": lo80, "hi80": hi80}):
        np.testing.assert_allclose(exceedance(mean, lo90, hi90, 12.0, **inner).each, norm.sf(12.0, mean, sd), rtol=1e-9)
    belief = Belief.of(mean, {0.9: (lo90, hi90), 0.8: (lo80, hi80)})
    for share in (0.001, 0.1, 0.37, 0.5, 0.93):
        np.testing.assert_allclose(belief.value_at(share), norm.ppf(share, mean, sd))
        np.testing.assert_allclose(belief.share_below(belief.value_at(share)), share)


def test_a_lopsided_forecast_keeps_its_lopsidedness_and_a_sure_one_is_sure():
    each = exceedance(np.array([10.0]), np.array([9.0]), np.array([20.0]), np.array([20.0])).each
    assert each[0] == pytest.approx(0.05)
    assert exceedance(np.full(2, 10.0), np.full(2, 10.0), np.full(2, 10.0), np.array([10.1, 9.9])).each.tolist() == [0.0, 1.0]
    assert np.isnan(exceedance(np.array([np.nan]), np.array([np.nan]), np.array([np.nan]), 5.0).each).all()


@pytest.mark.parametrize("rho", [0.3, 0.8, 0.97])
def test_any_step_of_a_chain_is_the_multivariate_normal(rho):
    steps = 6
    mean, capacity = np.linspace(8, 11, steps), 12.5
    cov = rho ** np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    truth = 1 - multivariate_normal(np.zeros(steps), cov, maxpts=400_000, abseps=1e-7, releps=1e-7, seed=1).cdf((capacity - mean) / 1.5)
    lo, hi = edges(mean, 1.5, 0.9)
    found = exceedance(np.tile(mean, (3, 1)), np.tile(lo, (3, 1)), np.tile(hi, (3, 1)), capacity, rho=rho)
    np.testing.assert_allclose(found.any, truth, atol=2e-5)
    apart = exceedance(mean, lo, hi, capacity)
    assert not found.is_bound and apart.is_bound and found.each[0].max() <= found.any[0] <= apart.any


def test_the_correlation_of_steps_is_found_again_whatever_their_scale():
    rng = np.random.default_rng(4)
    z = [rng.normal(size=3000)]
    for _ in range(11):
        z.append(0.7 * z[-1] + np.sqrt(1 - 0.49) * rng.normal(size=3000))
    errors = np.exp(np.array(z).T) * np.arange(1, 13)
    assert step_correlation(errors) == pytest.approx(0.7, abs=0.02)
    with pytest.raises(BadInput, match="Too few errors"):
        step_correlation(errors[:2])
    with pytest.raises(BadInput, match="between -1 and 1"):
        exceedance(np.ones(2), np.zeros(2), np.full(2, 2.0), 3.0, rho=1.0)


def test_the_largest_of_several_lies_in_its_band():
    rng = np.random.default_rng(9)
    mean, sd = np.array([3.0, 3.2, 2.5]), np.array([0.3, 0.2, 0.8])
    beliefs = [Belief.of(m, {0.9: edges(m, s, 0.9)}) for m, s in zip(mean, sd, strict=True)]
    y_hat, bands = largest(beliefs)
    for rho in (0.0, 0.5, 0.999):
        draws = rng.multivariate_normal(mean, np.outer(sd, sd) * (rho + (1 - rho) * np.eye(3)), 40_000).max(axis=1)
        inside = np.mean((draws >= bands[0.9][0]) & (draws <= bands[0.9][1]))
        assert 0.89 <= inside <= 0.97 and bands[0.8][1] < bands[0.9][1]
        assert y_hat <= np.median(draws) + 0.02
    apart = norm.cdf((bands[0.9][1] - mean) / sd).prod()
    assert apart == pytest.approx(0.95, abs=1e-6)


@pytest.fixture(scope="module")
def loads(shared_data):
    ett = pd.read_csv(shared_data / "ts-etth-transformer" / "ETTh1.csv")["HUFL"].to_numpy()
    city = pd.read_csv(shared_data / "ts-tetouan-power" / "tetuan_power_to_nov.csv").iloc[:, -1].to_numpy(np.float64)
    return {"ETTh1": ett, "Tetouan": city[: len(city) // 6 * 6].reshape(-1, 6).mean(axis=1)}


@pytest.mark.parametrize(("name", "better", "near"), [("ETTh1", 0.8, 0.15), ("Tetouan", 0.3, 0.06)])
def test_real_loads_exceed_as_often_as_foretold(loads, name, better, near):
    """`better`: Brier score over that of the hour's climatology; `near`: said and happened in bins of what was said."""
    y, steps = loads[name], 24
    first = len(y) // 2
    runs = days_ahead(y, steps, first, 11)
    capacity = np.quantile(y[:first], 0.9)
    rho = step_correlation(days_ahead(y[:first], steps, first // 2, 11).error)
    found, apart = (exceedance(runs.y_hat, runs.low, runs.high, capacity, rho=r) for r in (rho, None))
    happened = runs.true > capacity
    climate = np.array([np.mean(y[:first][h::24] > capacity) for h in range(24)])[runs.start % 24]
    assert np.mean((found.each - happened) ** 2) < better * np.mean((climate - happened) ** 2)
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1.01)):
        said = (found.each >= low) & (found.each < high)
        assert abs(found.each[said].mean() - happened[said].mean()) < near, (low, said.sum())
    once = happened.any(axis=1)
    assert np.mean((found.any - once) ** 2) < np.mean((once.mean() - once) ** 2)
    assert found.any.mean() > once.mean() - 0.03, "never too low"
    assert (apart.any >= found.any - 1e-9).all() and np.mean((apart.any - once) ** 2) > np.mean((found.any - once) ** 2)
