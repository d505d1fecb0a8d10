"""The engine: what is chosen, how its bands hold, what is said when the data are poor, and how a model is kept."""

from dataclasses import replace

import numpy as np
import pytest

from app.errors import Unreadable
from app.forecast import engine, keep
from app.forecast.backtest import backtest, moments, score, split
from app.forecast.following import track
from app.forecast.intervals import learn
from app.forecast.newcomers import borrow
from app.forecast.rolling import roll
from tests.forecast.series import panel, ring, spec


@pytest.fixture(scope="module")
def chosen():
    """A panel of six and the champion of it."""
    some = replace(panel(6, 28), neighbours=ring(6))
    return some, engine.choose(some, spec())


def test_the_chosen_model_beats_the_naive_ones(chosen):
    _, champion = chosen
    ours = champion.scores.of(champion.model)
    assert champion.model in {"ridge", "ensemble"} and ours.skill_seasonal > 0.1 and ours.skill_persistence > 0.1
    assert champion.scores.of("persistence") and champion.scores.of("daily") and champion.scores.of("weekly")
    assert champion.trained_on["series"] == 6 and champion.chosen_at.endswith("+00:00")


def test_each_step_has_its_score_and_they_pool(chosen):
    _, champion = chosen
    steps = [champion.scores.of(champion.model, step) for step in range(1, 7)]
    pooled = champion.scores.of(champion.model)
    assert pooled.n == sum(row.n for row in steps)
    assert pooled.mae == pytest.approx(sum(row.mae * row.n for row in steps) / pooled.n)
    assert pooled.rmse == pytest.approx(np.sqrt(sum(row.rmse**2 * row.n for row in steps) / pooled.n))
    assert 0.7 < pooled.coverage[0.8] < pooled.coverage[0.9] < 0.99


def test_drivers_add_up_to_the_forecast(chosen):
    some, champion = chosen
    found = engine.predict_from(champion, some)
    assert np.allclose(found.base + sum(found.drivers.values()), found.y_hat, atol=1e-8)
    assert (found.lo90 <= found.lo80).all() and (found.lo80 <= found.y_hat).all() and (found.hi80 <= found.hi90).all()
    assert found.times_ahead[0] == some.times[-1] + 3_600 and found.cutoff == some.times[-1]


def test_a_kept_model_says_the_same_again(chosen, tmp_path):
    some, champion = chosen
    path = tmp_path / "model.npz"
    keep.save(champion, path)
    again = keep.load(path)
    a, b = engine.predict_from(champion, some), engine.predict_from(again, some)
    assert np.array_equal(a.y_hat, b.y_hat) and np.array_equal(a.lo90, b.lo90) and np.array_equal(a.hi80, b.hi80)
    assert again.scores.of(champion.model) == champion.scores.of(champion.model) and again.spec == champion.spec


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04broken"])
def test_what_is_no_model_is_refused(content):
    with pytest.raises(Unreadable):
        keep.load(content)


def test_pure_noise_gets_a_naive_forecast_and_says_so():
    some = replace(panel(1, 21), y=np.random.default_rng(3).normal(50, 5, (1, 21 * 24)))
    champion = engine.choose(some, spec(), ("last_value", "seasonal_naive"))
    assert champion.model in engine.NAIVE and "naive" in {word.code for word in champion.said}
    assert "No model beats" in str(champion.said[0])


def test_progress_is_told_and_a_cancel_is_heard():
    told = []
    with pytest.raises(engine.Cancelled):
        engine.choose(panel(2, 14), spec(), progress=lambda text, share: told.append(share), is_cancelled=lambda: len(told) >= 2)
    assert told == sorted(told) and len(told) == 2


def test_a_short_history_is_forecast_and_said():
    found = engine.forecast(panel(2, 1).until(5), spec())
    assert np.isfinite(found.y_hat).all() and {word.code for word in found.said} >= {"short"}
    one = engine.forecast(panel(1, 1).until(1), spec())
    assert np.isfinite(one.y_hat).all() and (one.lo90 <= one.y_hat).all()


def test_bounds_and_counts_are_kept():
    some = panel(3, 21)
    few = replace(some, y=np.random.default_rng(6).poisson(0.15, some.y.shape).astype(float))
    found = engine.forecast(few, spec(is_count=True))
    assert found.y_hat.min() >= 0 and found.lo90.min() >= 0 and found.y_hat.max() < 1 and found.hi90.max() >= 1
    full = replace(some, y=np.clip(90 + 5 * np.random.default_rng(6).normal(size=some.y.shape), 0, 100))
    found = engine.forecast(full, spec(low=0.0, high=100.0))
    assert found.hi90.max() <= 100 and found.lo90.min() >= 0


def test_gaps_cost_little():
    some = panel(3, 28)
    y = some.y.copy()
    y[np.random.default_rng(5).random(y.shape) < 0.25] = np.nan
    whole, holed = (engine.forecast(replace(some, y=one), spec(), "ridge") for one in (some.y, y))
    assert np.isfinite(holed.y_hat).all()
    assert np.abs(holed.y_hat - whole.y_hat).mean() < 0.35 * some.y.std(axis=1).mean()


def test_a_shift_of_level_is_followed():
    some = panel(2, 28)
    shifted = replace(some, y=some.y + np.where(np.arange(some.t) >= some.t - 3 * 24, 30.0, 0.0))
    plain, after = engine.forecast(some, spec()), engine.forecast(shifted, spec())
    assert (after.y_hat - plain.y_hat).mean() > 20


def test_a_constant_series_stays_and_is_said():
    some = panel(2, 21)
    found = engine.forecast(replace(some, y=np.full(some.y.shape, 7.0)), spec())
    assert np.allclose(found.y_hat, 7.0) and "constant" in {word.code for word in found.said}


def test_a_series_without_history_follows_its_siblings():
    some = panel(5, 21)
    y = some.y.copy()
    y[4] = np.nan
    y[4, -6:] = 2 * y[1, -6:]
    parent = np.array([-1, 0, 0, -1, 0])
    found = engine.forecast(replace(some, y=y, parent=parent), spec(), "ridge")
    assert np.isfinite(found.y_hat).all() and "borrowed" in {word.code for word in found.said}
    middle = (found.y_hat[1] + found.y_hat[2]) / 2
    assert np.corrcoef(found.y_hat[4], middle)[0, 1] > 0.999 and found.y_hat[4].mean() > middle.mean()
    assert (found.hi90[4] - found.lo90[4] > 0).all()


def test_without_any_sibling_everybody_is_asked():
    some = panel(3, 3)
    y = np.where(np.arange(3)[:, None] == 2, np.nan, some.y)
    found, spread = borrow(replace(some, y=y), np.array([[1.0], [3.0], [np.nan]]), np.array([False, False, True]))
    assert found[2, 0] == 2 and spread[2, 0] > 0 and (spread[:2] == 0).all()


def test_bands_come_back_to_their_share_after_a_shift():
    """Errors three times as large from the middle on: coverage over the second half is right all the same."""
    some = panel(1, 80)
    asked = spec(1)
    ends = np.arange(200, some.t - 1)
    draw = np.random.default_rng(1)
    wrong = draw.normal(size=ends.size) * np.where(np.arange(ends.size) > 900, 3.0, 1.0)
    y_hat = some.y[:, ends].T[:, :, None] + wrong[:, None, None]
    reach = track(some, asked, ends, y_hat, np.ones(1), 200)
    error = -wrong
    inside = (error >= reach[:, 1, 0, 0, 0]) & (error <= reach[:, 1, 1, 0, 0])
    assert abs(inside[300:900].mean() - 0.9) < 0.03 and abs(inside[900:].mean() - 0.9) < 0.03


def test_bands_know_nothing_of_what_comes_later():
    some = panel(2, 30)
    ends = np.arange(200, 500, 3)
    y_hat = some.y[:, ends - 1].T[:, :, None] * np.ones(6)
    other = replace(some, y=np.where(np.arange(some.t) >= 460, 1e5, some.y))
    a, b = (track(one, spec(), ends, y_hat, np.ones(2), 50) for one in (some, other))
    assert np.array_equal(a[ends <= 460], b[ends <= 460]) and not np.array_equal(a, b)


def test_a_backtest_judges_only_what_comes_after_the_fit():
    some = panel(2, 28)
    found = backtest(some, spec(), ("slot_mean",))
    first = split(some, spec())
    assert found.ends.min() >= first and found.of("slot_mean").n == found.ends.size * 2 * 6
    ends = moments(some, spec(), first)
    perfect = score(some, spec(), ends, {"oracle": some.y[:, ends[:, None] + np.arange(6)].transpose(1, 0, 2)})
    assert perfect.of("oracle").rmse == 0 and perfect.of("oracle").skill_seasonal == 1


def test_a_run_of_cutoffs_is_what_each_would_have_been():
    some = panel(2, 28)
    ends = np.array([500, 540, 580])
    other = replace(some, y=np.where(np.arange(some.t) >= 540, 1e4, some.y))
    a, b = roll(some, spec(), ends, "ridge"), roll(other, spec(), ends, "ridge")
    assert np.array_equal(a.y_hat[:2], b.y_hat[:2]) and np.array_equal(a.bands[0.9][0][:2], b.bands[0.9][0][:2])
    assert not np.array_equal(a.y_hat[2], b.y_hat[2])
    assert len(a.frame(some)) == 3 * 2 * 6


def test_bands_of_few_days_hold_in_the_days_after():
    """Many series whose errors of a day are larger or smaller together: bands learnt from some days hold in the next, on the average."""
    some, horizon, n = panel(40, 40), 6, 40
    ends = np.arange(10 * 24, some.t - horizon, 3)
    held = []
    for seed in range(12):
        draw = np.random.default_rng(seed)
        day = np.exp(0.3 * draw.normal(size=41))[(ends[:, None] + np.arange(horizon)) // 24]
        wrong = draw.normal(size=(ends.size, n, horizon)) * day[:, None, :]
        y_hat = some.y[:, ends[:, None] + np.arange(horizon)].transpose(1, 0, 2) + wrong
        learnt = learn(some.until(20 * 24), spec(horizon), ends[ends < 16 * 24], y_hat[ends < 16 * 24], np.ones(n))
        for k in np.flatnonzero(ends > 20 * 24)[::7]:
            low, high = learnt.around(y_hat[k], some.until(int(ends[k])))[0.9]
            truth = some.y[:, ends[k]:ends[k] + horizon]
            held.append(((truth >= low) & (truth <= high)).mean())
    assert 0.87 <= np.mean(held) <= 0.94


def test_a_followed_band_neither_runs_away_nor_stands_still_where_truths_come_late():
    """Heavy tails, and a horizon as long as the half of the run: bands stay within twice the width that was right from the start."""
    some = panel(3, 90)
    ends = np.arange(30 * 24, some.t - 240, 4)
    wrong = np.random.default_rng(3).standard_t(2.5, size=(ends.size, 3, 240))
    y_hat = some.y[:, ends[:, None] + np.arange(240)].transpose(1, 0, 2) + wrong
    reach = track(some, spec(240), ends, y_hat, np.ones(3), ends.size // 3)[ends.size // 3:]
    width = (reach[:, 1, 1] - reach[:, 1, 0]).mean(axis=1)
    inside = ((-wrong[ends.size // 3:] >= reach[:, 1, 0]) & (-wrong[ends.size // 3:] <= reach[:, 1, 1])).mean()
    assert width.max() < 2.5 * np.median(width) and abs(inside - 0.9) < 0.03
