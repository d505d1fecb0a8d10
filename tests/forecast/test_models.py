"""Every model there is: what it promises, and that none of them sees the future."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.errors import NotFound, Unavailable
from app.forecast.frame import ALWAYS
from app.forecast.linear import learnt_steps
from app.forecast.model import models, named
from tests.forecast.series import panel, ring, spec

HORIZON = 6
PLAIN = [name for name in models() if name in {"last_value", "seasonal_naive", "slot_mean", "ridge", "period_ridge", "trees", "ensemble"}]


@pytest.fixture(scope="module")
def told():
    """A panel with neighbours, parents, weather and a plan."""
    some = panel(4, 21)
    draw = np.random.default_rng(2)
    sky = draw.normal(size=some.t + HORIZON)
    for t in range(1, sky.size):
        sky[t] += 0.9 * sky[t - 1]
    return replace(some, y=some.y + 0.5 * sky[: some.t], neighbours=ring(4), parent=np.array([-1, 0, 0, 0]), issued={"plan": ALWAYS},
                   known={"sky": sky, "plan": (draw.random(some.t + HORIZON) < 0.1).astype(float)})


@pytest.fixture(scope="module")
def fitted(told):
    """{model: fitted on the first part}; the reason as text for one that cannot run here."""
    found = {}
    for name in models():
        try:
            found[name] = named(name).fit(told.until(400, HORIZON), spec(HORIZON))
        except Unavailable as error:
            found[name] = str(error)
    return found


def has(fitted, name):
    if isinstance(fitted[name], str):
        pytest.skip(fitted[name])
    return fitted[name]


@pytest.mark.parametrize("name", sorted(models()))
def test_no_model_sees_the_future(told, fitted, name):
    """After each moment the forecast is the same whether the panel goes on (with other values and factors) or ends there."""
    one = has(fitted, name)
    ends = np.array([401, 430, 455])
    other = told.y.copy()
    other[:, 455:] = 1e4 + np.random.default_rng(9).normal(size=other[:, 455:].shape)
    sky = told.known["sky"].copy()
    sky[455:] = 99.0
    along = named(name).paths(one, told, ends, HORIZON)
    for k, end in enumerate(ends):
        alone = named(name).paths(one, told.until(int(end), HORIZON), np.array([end]), HORIZON)[0]
        assert np.allclose(along[k], alone, rtol=1e-9, atol=1e-9), f"{name} after {end}"
    changed = replace(told, y=other, known=told.known | {"sky": sky})
    assert np.allclose(named(name).paths(one, changed, ends[-1:], HORIZON)[0], along[-1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", sorted(models()))
def test_a_signal_of_the_future_helps_nobody(name):
    """Series of pure noise whose own future stands in a measured factor: nobody forecasts them better than their mean does."""
    some = panel(3, 14, noise=0.0)
    noise = np.random.default_rng(4).normal(size=some.y.shape)
    planted = replace(some, y=noise, known={"leak": np.concatenate([noise, np.zeros((3, HORIZON))], axis=1)})
    try:
        one = named(name).fit(planted.until(250, HORIZON), spec(HORIZON))
    except Unavailable as error:
        pytest.skip(str(error))
    ends = np.arange(250, some.t - HORIZON)
    truth = noise[:, ends[:, None] + np.arange(HORIZON)].transpose(1, 0, 2)
    error = np.sqrt(np.mean((named(name).paths(one, planted, ends, HORIZON) - truth) ** 2))
    assert error > 0.97 * noise.std(), f"{name} knows the future"


@pytest.mark.parametrize("name", PLAIN)
def test_a_model_forecasts_the_rhythm(told, fitted, name):
    one = has(fitted, name)
    ends = np.arange(400, told.t - HORIZON, 7)
    found = named(name).paths(one, told, ends, HORIZON)
    truth = told.y[:, ends[:, None] + np.arange(HORIZON)].transpose(1, 0, 2)
    assert found.shape == (ends.size, 4, HORIZON) and np.isfinite(found).all()
    if name not in {"last_value"}:
        assert np.sqrt(np.mean((found - truth) ** 2)) < 0.6 * told.y.std()


@pytest.mark.parametrize("name", ["ridge", "trees", "ensemble", "slot_mean"])
def test_what_drives_a_forecast_adds_up_to_it(told, fitted, name):
    from app.forecast.drivers import contributions

    one = has(fitted, name)
    base, parts = contributions(one, told, HORIZON)
    whole = named(name).paths(one, told, np.array([told.t]), HORIZON)[0]
    assert set(parts) == {"past", "neighbours", "calendar", "weather"}
    assert np.allclose(base + sum(parts.values()), whole, atol=1e-8)


def test_a_forecast_is_a_long_frame_with_bands(told):
    found = named("slot_mean").predict(named("slot_mean").fit(told, spec(HORIZON)), HORIZON)
    assert {"unit_id", "ds", "cutoff", "model", "y_hat", "lo80", "hi80", "lo90", "hi90"} <= set(found.columns) and len(found) == 4 * HORIZON
    assert (found["lo90"] <= found["lo80"]).all() and (found["lo80"] <= found["y_hat"]).all() and (found["y_hat"] <= found["hi80"]).all()
    assert isinstance(found, pd.DataFrame)


def test_neighbours_that_lead_are_followed():
    """Each series repeats what the one before it did an hour ago: with the neighbours known, ridge is far better one step ahead."""
    hours = 24 * 21
    draw = np.random.default_rng(8)
    shock = draw.normal(size=hours)
    y = np.stack([np.roll(shock, i) for i in range(3)]) + 20
    some = replace(panel(3, 21), y=y)
    errors = []
    for near in (None, ring(3)):
        with_ = replace(some, neighbours=near)
        one = named("ridge").fit(with_.until(400), spec(1))
        ends = np.arange(400, some.t - 1)
        found = named("ridge").paths(one, with_, ends, 1)[:, 1:, 0]
        errors.append(float(np.sqrt(np.mean((found - y[1:, ends].T) ** 2))))
    assert errors[1] < 0.5 * errors[0]


@pytest.mark.parametrize(("horizon", "inner"), [(1, 24), (6, 24), (12, 288), (24, 24), (48, 24), (60, 7), (168, 24), (20, 1)])
def test_a_quick_fit_learns_some_steps_and_both_ends_of_every_season(horizon, inner):
    some = learnt_steps(spec(horizon), inner)
    assert learnt_steps(spec(horizon, mode="full"), inner).tolist() == list(range(1, horizon + 1))
    assert some[0] == 1 and some[-1] == horizon and (np.diff(some) <= 4).all() and some[:4].tolist() == list(range(1, horizon + 1))[:4]
    turns = np.arange(inner, horizon, inner) if inner > 1 else np.empty(0, int)
    assert set(turns) | set(turns + 1) <= set(some.tolist())
    assert some.size <= 0.75 * horizon or horizon <= 8


def test_a_quick_fit_is_nearly_as_good_as_a_whole_one():
    some, ends = panel(4, 28), np.arange(500, 28 * 24 - 48, 5)
    truth = some.y[:, ends[:, None] + np.arange(48)].transpose(1, 0, 2)
    errors = [np.sqrt(np.mean((named("ridge").paths(named("ridge").fit(some.until(500), spec(48, mode=mode)), some, ends, 48) - truth) ** 2))
              for mode in ("instant", "full")]
    assert errors[0] < 1.03 * errors[1]


def test_an_unknown_model_is_named():
    with pytest.raises(NotFound, match="no such model"):
        named("oracle")
