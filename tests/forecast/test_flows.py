"""Flows between units: margins hold, the solution is the nearest one, and real margins with known pairs are met better than by a copy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from app.errors import BadInput
from app.forecast.flows import Pairs, balanced, forecast, furness, seeds


def everybody(n):
    return Pairs(np.repeat(np.arange(n), n), np.tile(np.arange(n), n), n)


@given(st.integers(0, 5_000), st.integers(2, 6), st.integers(1, 3))
def test_margins_hold_and_nothing_is_negative(seed, n, steps):
    rng = np.random.default_rng(seed)
    pairs = everybody(n)
    out, into = balanced(rng.gamma(1, 50, (n, steps)), rng.gamma(1, 60, (n, steps)) * (rng.random((n, 1)) < 0.9) + 1e-3)
    found = furness(pairs, rng.gamma(0.5, 3, (n * n, steps)) + 1e-6, out, into)
    flows = found.count.reshape(n, n, steps)
    assert found.gap < 1e-8 and (flows >= 0).all()
    np.testing.assert_allclose(flows.sum(axis=1), out, atol=1e-6)
    np.testing.assert_allclose(flows.sum(axis=0), into, atol=1e-6)


def test_the_flows_are_the_nearest_to_the_seed():
    rng = np.random.default_rng(1)
    seed, out, into = rng.uniform(1, 9, (3, 3)), np.array([10.0, 20, 30]), np.array([25.0, 15, 20])
    found = furness(everybody(3), seed.reshape(9, 1), out[:, None], into[:, None]).count[:, 0]
    apart = minimize(lambda x: np.sum(x * np.log(x / seed.ravel()) - x), np.full(9, 6.0), bounds=[(1e-9, None)] * 9, method="SLSQP",
                     constraints={"type": "eq", "fun": lambda x: np.r_[x.reshape(3, 3).sum(1) - out, x.reshape(3, 3).sum(0)[:2] - into[:2]]},
                     options={"ftol": 1e-14, "maxiter": 500}).x
    np.testing.assert_allclose(found, apart, atol=1e-4)


def test_closed_pairs_carry_nothing_and_what_cannot_be_met_is_said():
    pairs = Pairs(np.array([0, 0, 1]), np.array([0, 1, 0]), 2)
    found = furness(pairs, np.ones((3, 1)), np.array([[5.0], [1.0]]), np.array([[4.0], [2.0]]))
    np.testing.assert_allclose(found.count[:, 0], [3, 2, 1], atol=1e-8)
    stuck = furness(pairs, np.ones((3, 1)), np.array([[1.0], [5.0]]), np.array([[1.0], [5.0]]))
    assert stuck.gap > 0.1
    with pytest.raises(BadInput, match="not what arrives"):
        furness(pairs, np.ones((3, 1)), np.ones((2, 1)), np.full((2, 1), 2.0))
    with pytest.raises(BadInput, match="zero or more"):
        furness(pairs, -np.ones((3, 1)), np.ones((2, 1)), np.ones((2, 1)))
    with pytest.raises(BadInput, match="not there"):
        Pairs(np.array([0]), np.array([2]), 2)


def test_a_seed_is_of_its_own_slot_and_leans_on_all_where_few_were_seen():
    history = np.array([[8.0, 0.0], [0.0, 4.0]] * 40)
    found = seeds(history, np.tile([0, 1], 40), np.array([0, 1, 2]))
    assert found[0, 0] > 5 * found[1, 0] and found[1, 1] > 2 * found[0, 1]
    np.testing.assert_allclose(found[:, 2] / found[:, 2].sum(), [2 / 3, 1 / 3])


def test_real_arrivals_and_departures_spread_over_pairs_beat_the_copy_of_last_week(shared_data):
    """Departures are the stations' real hourly counts; the pairs behind them are made up (a gravity with drifting tastes), known to nobody."""
    cube = scipy.io.loadmat(shared_data / "ts-hangzhou-metro" / "tensor.mat")["tensor"].astype(np.float64)[:20]
    hours = cube.reshape(20, 25, 18, 6).sum(axis=3).reshape(20, -1)
    n, t = hours.shape
    rng = np.random.default_rng(5)
    taste = rng.gamma(1.0, 1.0, (n, n))
    drawn = np.empty((t, n, n))
    for i in range(t):
        pull = taste * np.roll(hours.mean(axis=1), i % 18)[None, :] * np.exp(0.0005 * i * np.sign(taste - 1))
        drawn[i] = rng.poisson(hours[:, i][:, None] * pull / pull.sum(axis=1, keepdims=True))
    pairs, slots = everybody(n), np.arange(t) % 18
    cut = t - 3 * 18
    history, coming = drawn[:cut].reshape(cut, -1), np.arange(cut, t)
    week = drawn[coming - 7 * 18]
    leaving, reaching = ((0.5 * (drawn[coming - 7 * 18] + drawn[coming - 18]).sum(axis=axis)).T for axis in (2, 1))
    told = forecast(pairs, history, slots[:cut], slots[coming], leaving, reaching)
    true = drawn[coming]
    mine, copy = (np.sqrt(np.mean((x - true) ** 2)) for x in (told.count.T.reshape(-1, n, n), week))
    out, _ = balanced(leaving, reaching)
    flat = np.sqrt(np.mean(((out[:, None] * reaching[None] / reaching.sum(axis=0)).transpose(2, 0, 1) - true) ** 2))
    assert told.gap < 1e-8 and mine < 0.9 * copy and mine < 0.6 * flat
