"""Popularity of topics: the law is found again where it is known, and real topics nobody learnt from are met."""

from __future__ import annotations

import numpy as np
import pytest

from app.errors import BadInput
from app.forecast.popularity import MEMORY_H, fit, predict, szabo_huberman
from tests.forecast.weibo import topics


def simulated(n=400, hours=10, seed=3):
    """Topics that excite themselves: infectiousness 0.5 · 0.8^age × the topic's own, times the clock of the day."""
    rng = np.random.default_rng(seed)
    clock = 1 + 0.8 * np.sin(np.arange(24) / 24 * 2 * np.pi)
    start, seen = rng.integers(0, 24, n), rng.uniform(100, 1000, n)
    own = np.exp(rng.normal(0, 0.3, n))
    calm = np.empty((n, hours))
    calm[:, 0] = seen
    for t in range(1, hours):
        memory = np.exp(-np.arange(t)[::-1] / MEMORY_H)
        calm[:, t] = (calm[:, :t] @ memory) * 0.5 * 0.8 ** (t - 1) * own * np.exp(rng.normal(0, 0.03, n))
    return seen, calm * clock[(start[:, None] + 1 + np.arange(hours)) % 24], start, clock


def test_the_clock_and_the_course_of_a_known_law_are_found_again():
    seen, counts, start, clock = simulated()
    crowd = fit(seen[:300], counts[:300], start[:300])
    assert np.corrcoef(np.log(crowd.clock), np.log(clock))[0, 1] > 0.9
    rest = slice(300, None)
    told = predict(crowd, seen[rest], counts[rest, :4], start[rest])
    true = seen[rest] + counts[rest].sum(axis=1)
    plain = (seen[rest] + counts[rest, :4].sum(axis=1)) * np.exp(np.mean(np.log(1 + counts[:300, 4:].sum(axis=1)
                                                                              / (seen[:300] + counts[:300, :4].sum(axis=1)))))
    assert np.mean(np.abs(np.log(told.size / true))) < 0.1 * np.mean(np.abs(np.log(plain / true)))
    np.testing.assert_allclose(told.path[:, :4], counts[rest, :4])
    np.testing.assert_allclose(seen[rest] + told.path.sum(axis=1), told.size)
    low, high = told.bands[0.9]
    assert (low < told.size).all() and (told.size < high).all() and (told.bands[0.8][1] < high).all()
    assert np.mean(told.peak == counts[rest].argmax(axis=1)) > 0.8


@pytest.fixture(scope="module")
def weibo(shared_data):
    teach, test = topics(shared_data / "weibo-hot")
    return teach, test, fit(teach.seen, teach.counts, teach.start)


@pytest.mark.parametrize("k", [3, 6])
def test_real_topics_nobody_learnt_from(weibo, k):
    teach, test, crowd = weibo
    now, true = test.seen + test.counts[:, :k].sum(axis=1), test.seen + test.counts.sum(axis=1)
    taught = np.log((teach.seen + teach.counts.sum(axis=1)) / (teach.seen + teach.counts[:, :k].sum(axis=1)))
    told = predict(crowd, test.seen, test.counts[:, :k], test.start)
    flat, low, high = szabo_huberman(crowd, test.seen, test.counts[:, :k], test.start)
    error = {name: np.mean(np.abs(np.log(size / true))) for name, size in
             {"ours": told.size, "szabo": flat, "constant": now * np.exp(taught.mean()), "last": now}.items()}
    assert error["ours"] < 0.8 * error["szabo"] and error["szabo"] < 0.85 * error["constant"] and error["ours"] < 0.6 * error["last"]
    assert 0.84 <= np.mean((true >= told.bands[0.9][0]) & (true <= told.bands[0.9][1])) <= 0.95
    assert 0.84 <= np.mean((true >= low) & (true <= high)) <= 0.96
    peak, so_far = test.counts.argmax(axis=1), test.counts[:, :k].argmax(axis=1)
    assert np.mean(np.abs(told.peak - peak)) < np.mean(np.abs(so_far - peak))
    assert np.mean((peak >= told.peak_bands[0.9][0]) & (peak <= told.peak_bands[0.9][1])) >= 0.88
    past = peak < k
    assert np.mean((told.over - past) ** 2) < 0.8 * np.mean((past.mean() - past) ** 2)


def test_what_cannot_be_followed_is_told(weibo):
    _, test, crowd = weibo
    one = test.part(np.arange(2))
    for k in (1, crowd.hours):
        with pytest.raises(BadInput, match="Too few or too many"):
            predict(crowd, one.seen, one.counts[:, :k], one.start)
    with pytest.raises(BadInput, match="do not fit"):
        predict(crowd, one.seen[:1], one.counts[:, :3], one.start)
    with pytest.raises(BadInput, match="missing or negative"):
        predict(crowd, one.seen, -one.counts[:, :3] - 1, one.start)
    with pytest.raises(BadInput, match="Too little"):
        fit(one.seen, one.counts, one.start)
