"""People carried forward: by hand, conserved to the last one, and against twenty years of real countries and the naive way."""

from __future__ import annotations

import numpy as np
import pytest

from app.errors import BadInput
from app.forecast.population import YEARS, advance, forecast, survival
from app.forecast.vital_rates import History, Rates, lee_carter, profile
from tests.forecast.wpp import Wpp

CHINA, JAPAN, INDIA, GERMANY, USA, NIGERIA, KOREA = 156, 392, 356, 276, 840, 566, 410


@pytest.fixture(scope="module")
def wpp(shared_data):
    return Wpp(shared_data / "pop-wpp2019")


def naive(history, steps):
    """Today's rates and number of migrants for ever."""
    people = history.population[-1]
    for _ in range(steps):
        people = advance(people, Rates(history.mortality[-1], history.fertility[-1], history.sex_ratio[-1],
                                       history.migration[-1] * profile(people.shape[-1]))).population
    return people


def test_three_ages_by_hand():
    mortality = np.array([[0.01, 0.002, 0.2], [0.01, 0.001, 0.1]])
    people = np.array([[100.0, 80.0, 10.0], [90.0, 70.0, 20.0]])
    fertility, migration = np.array([0.0, 0.05, 0.0]), np.array([[0.0, 4.0, 0.0], [0.0, -2.0, 0.0]])
    step = advance(people, Rates(mortality, fertility, np.array(1.05), migration))
    for sex in range(2):
        m = mortality[sex]
        alive = np.r_[1, np.exp(-5 * m[0]), np.exp(-5 * (m[0] + m[1]))]
        years = alive * np.r_[(1 - np.exp(-5 * m[:2])) / m[:2], 1 / m[2]]
        risk = people[sex] + migration[sex] / 2
        old = (risk[1] + risk[2]) * years[2] / (years[1] + years[2])
        assert step.population[sex, 1] == pytest.approx(risk[0] * years[1] / years[0] + migration[sex, 1] / 2)
        assert step.population[sex, 2] == pytest.approx(old)
        assert step.population[sex, 0] == pytest.approx(step.births[sex] * years[0] / 5)
    women = ((people[1, 1] - 1) + (step.population[1, 1] + 1)) / 2          # without the half of the migrants that comes at the end
    assert step.births.sum() == pytest.approx(5 * women * 0.05) and step.births[0] / step.births[1] == pytest.approx(1.05)


def test_life_tables_give_the_expectancies_of_the_source(wpp, shared_data):
    import pandas as pd
    known = pd.read_csv(shared_data / "pop-wpp2019" / "e0F.txt", sep="\t").set_index("country_code")
    for code in (CHINA, JAPAN, NIGERIA):
        share, born = survival(wpp.history(code, 2020).mortality[-1])
        years = born[1] * YEARS * np.r_[1, np.cumprod(share[1, :-1])]
        last = years[-2] * share[1, -1] / (1 - share[1, -1])
        assert years[:-1].sum() + last == pytest.approx(known.loc[code, "2015-2020"], abs=0.6)


def test_true_rates_lead_to_the_true_people(wpp):
    for code in (CHINA, JAPAN, INDIA, GERMANY):
        now = wpp.history(code, 2005)
        step = advance(wpp.people(code, 2000), Rates(now.mortality[-1], now.fertility[-1], now.sex_ratio[-1], now.migration[-1] * profile(21)))
        assert step.population.sum() == pytest.approx(wpp.people(code, 2005).sum(), rel=0.01)
        assert np.abs(step.population - wpp.people(code, 2005)).sum() < 0.02 * step.population.sum()


def test_nobody_is_lost_and_districts_add_up_to_the_city(wpp):
    history = wpp.history(CHINA, 2020)
    rng = np.random.default_rng(1)
    share = rng.dirichlet(np.full(4, 3.0), (2, 21)).transpose(2, 0, 1)
    told = forecast(history, 6, 40, share * history.population[-1], np.array([[.2, .3, .3, .2], [.25, .28, .29, .18], [.3, .26, .28, .16]]))
    people = told.draws.sum(axis=(-1, -2))
    change = told.births - told.deaths + told.migrants
    np.testing.assert_allclose(np.diff(people, axis=1), change, atol=1e-9 * people.max())
    np.testing.assert_allclose(told.draws[:, :, 1:].sum(axis=2), told.draws[:, :, 0], rtol=1e-9)
    np.testing.assert_allclose(told.middle()[:, 1:].sum(axis=1), told.middle()[:, 0], rtol=1e-9)
    assert told.years.tolist() == [2020, 2025, 2030, 2035, 2040, 2045, 2050] and (told.draws >= 0).all()
    grown = told.draws[0, :, 1:].sum(axis=(-1, -2)) / people[0, :, :1]
    assert grown[1, 0] > grown[0, 0] and grown[1, 3] < grown[0, 3], "districts go on as they moved"
    low, high = told.band(0.9)
    assert (np.diff((high - low)[:, 0]) > 0).all() and 1.0 < told.dependency()[0, -1, 0] / told.dependency()[0, 0, 0] < 3
    again = forecast(history, 6, 40)
    np.testing.assert_allclose(again.draws[:, :, 0], told.draws[:, :, 0], err_msg="the city does not depend on its districts")


def test_lee_carter_finds_the_drift_again():
    b = np.linspace(2, 0.5, 22)
    b = np.array([b, b]) / (2 * b.sum())
    k = np.array([0, -3.0, -7.0, -9.0, -13.0])
    found, drift, spread = lee_carter(np.exp(-4 + b * k[:, None, None]))
    np.testing.assert_allclose(found, b, atol=1e-9)
    assert drift == pytest.approx(-13 / 4) and spread == pytest.approx(np.diff(k).std(ddof=1))


def test_twenty_years_of_real_countries_are_met_better_than_by_todays_rates(wpp):
    """Every third country of a million people and more, from what was known in 2000 to 2020; the figures of all: the benchmark."""
    codes = [*[c for c in wpp.countries if wpp.people(c, 2000).sum() > 1000][::3], CHINA, JAPAN, INDIA, GERMANY, USA]
    ours, plain, inside, old, old_plain = [], [], [], [], []
    for code in codes:
        history, true = wpp.history(code, 2000), wpp.people(code, 2020)
        told, flat = forecast(history, 4, 60), naive(history, 4)
        ours.append(np.abs(told.draws[0, -1, 0] - true).sum() / true.sum())
        plain.append(np.abs(flat - true).sum() / true.sum())
        low, high = told.band(0.9)
        inside.append(low[-1, 0] <= true.sum() <= high[-1, 0])
        old.append(abs(told.draws[0, -1, 0, :, 13:].sum() / true[:, 13:].sum() - 1))
        old_plain.append(abs(flat[:, 13:].sum() / true[:, 13:].sum() - 1))
    assert np.mean(ours) < 0.85 * np.mean(plain)
    assert np.mean(old) < 0.85 * np.mean(old_plain)
    assert 0.8 <= np.mean(inside) <= 0.98
    assert ours[-5] < 0.05 and ours[-4] < 0.03      # China, Japan


def test_histories_that_do_not_fit_are_told(wpp):
    good = wpp.history(JAPAN, 2000)
    with pytest.raises(BadInput, match="do not fit each other"):
        History(2000, good.population, good.mortality[:-1], good.fertility, good.sex_ratio, good.migration)
    with pytest.raises(BadInput, match="districts' shares"):
        forecast(good, 1, 2, good.population[-1][None], np.ones((1, 1)))
    with pytest.raises(BadInput, match="zero or more"):
        survival(np.array([[-0.1, 0.2, 0.3]]))
    with pytest.raises(BadInput, match="between 0"):
        forecast(good, 1, 2, damping=1.5)
