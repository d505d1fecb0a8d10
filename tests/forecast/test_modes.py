"""The state of a whole network: that it is learnt, from other moments than those it is told for, and survives storage."""

import numpy as np
import pytest

from app.forecast.modes import Modes, learn


def waves(n=14, t=900, noise=0.02, seed=2):
    """Two waves that run through n series, and noise: where they are says where they will be."""
    draw = np.random.default_rng(seed)
    at, time = np.arange(n)[:, None], np.arange(t)[None, :]
    return 3 + np.sin(time / 9 - at / 3) + 0.6 * np.cos(time / 5 + at) + draw.normal(0, noise, (n, t))


def moved(y, ends, step):
    return y[:, ends - 1 + step] - y[:, ends - 1]


def test_what_will_move_is_told_from_the_state():
    y = waves()
    modes, told = learn(y[:, :600], 12, 4)
    ends = np.arange(620, 890)
    for step in (1, 4):
        error = modes.expected(modes.path(y), ends, step) - moved(y, ends, step)
        assert np.mean(error**2) < 0.15 * np.mean(moved(y, ends, step) ** 2)
        assert told[step - 1].shape == (14, 600 - 12 - step + 1)


def test_a_moment_is_told_of_by_the_others_alone():
    """In pure noise nothing can be told: what saw the moment would seem to."""
    y = np.cumsum(np.random.default_rng(4).normal(size=(60, 400)), axis=1)
    modes, told = learn(y, 12, 1)
    ends = np.arange(12, 400)
    truth = moved(y, ends, 1).ravel()
    seen, unseen = (np.corrcoef(one.ravel(), truth)[0, 1] for one in (modes.expected(modes.path(y), ends, 1), told[0]))
    assert seen > 0.5 and unseen < seen / 3


def test_later_steps_never_change_what_is_expected():
    y = waves()
    modes, _ = learn(y[:, :600], 12, 3)
    later = y.copy()
    later[:, 700:] = -99.0
    ends = np.array([650, 700])
    assert np.array_equal(modes.expected(modes.path(y), ends, 3), modes.expected(modes.path(later), ends, 3))


@pytest.mark.parametrize(("n", "t"), [(3, 40), (130, 50), (2, 8)])
def test_few_series_many_series_short_histories(n, t):
    y = waves(n, t)
    modes, told = learn(y, min(12, t // 2), 12)
    assert len(told) == 12 and all(np.isfinite(one).all() for one in told)
    assert np.isfinite(modes.expected(modes.path(y), np.array([t]), 12)).all()


def test_it_survives_storage_and_constant_series():
    y = waves()
    y[2] = 7.0
    modes, _ = learn(y, 12, 2)
    again = Modes.of(modes.kept())
    ends = np.arange(300, 800, 7)
    assert np.allclose(again.expected(again.path(y), ends, 2), modes.expected(modes.path(y), ends, 2), atol=1e-4)
    flat, told = learn(np.full((4, 90), 5.0), 12, 2)
    assert np.abs(flat.expected(flat.path(np.full((4, 90), 5.0)), np.array([90]), 2)).max() < 1e-6 and np.abs(told[0]).max() < 1e-6
