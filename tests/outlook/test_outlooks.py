"""Outlooks of a city: levels agree, nothing of the future is used, each viewer is told of their own units, values are judged by them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from app.access import Grant, Viewer
from app.errors import NotFound
from app.forecast import told
from app.forecast.training import Job
from app.indicators import learnt
from app.units import cards
from tests import tiny
from tests.outlook.conftest import STREETS, hours, made

HOUR = 3600


def seen(system, *grants, department=""):
    role = frozenset({"operations.read", "map.read"})
    return system.seen_by(Viewer("somebody", "account", department=department,
                                 grants=tuple((grant, role) for grant in grants or (Grant("leader", "tiny", "", 3),))), "operations.read")


def test_levels_agree_and_the_line_of_a_unit_is_its_own(system):
    tower = system.outlooks.tower("tiny", "power_load_mw")
    city, district, street = (tower.levels[level].y for level in ("city", "district", "street"))
    assert tower.cutoff == int((tiny.NOON - timedelta(hours=1)).timestamp()) and tower.levels["city"].times[0] == tower.cutoff + HOUR
    assert np.abs(district.sum(axis=0) - city[0]).max() < 1e-8 and np.abs(street[:2].sum(axis=0) - district[0]).max() < 1e-8
    low, high = tower.levels["street"].bands[0.9]
    inner = tower.levels["street"].bands[0.8]
    assert (low <= inner[0]).all() and (inner[1] <= high).all(), "the wider band holds the narrower one"
    assert (low <= street).all() and (street <= high).all() and (low[:, -1] < street[:, -1]).all()
    viewer = seen(system)
    line = told.line(viewer, "tiny", cards.unit(viewer, "tiny", STREETS[1]), "power_load_mw")
    assert np.array_equal(line.y, street[1]) and line.code == STREETS[1] and line.scores["n"] > 100
    assert sum(part[0] for part in line.drivers.values()) + line.base[0] == pytest.approx(line.y[0], abs=abs(line.y[0]) * 0.05)


def test_a_mean_agrees_with_its_weights(system):
    tower = system.outlooks.tower("tiny", "crowd_density")
    weight = system.values("tiny").weights("crowd_density", tower.cutoff, "community")
    street, community = tower.levels["street"].y, tower.levels["community"].y
    assert street[0] == pytest.approx(np.average(community[:2], axis=0, weights=weight[:2]), abs=1e-8)


def test_the_forecast_is_better_than_yesterday_again(system):
    scores = system.outlooks.tower("tiny", "power_load_mw").levels["street"].scores
    assert scores["beats_naive"] and scores["skill_seasonal"] > 0.1
    assert 0.7 <= scores["coverage90"] <= 0.99          # over the last moments alone: those after all that the bands were learnt from
    assert {row["step"] for row in scores["horizons"]} == set(range(1, 49)) and scores["horizons"][0]["mae"] < scores["horizons"][-1]["mae"] * 1.5


def test_a_replay_knows_nothing_of_what_came_later(own, tmp_path):
    cutoff = int((tiny.NOON - timedelta(days=2, hours=1)).timestamp())
    before = own.outlooks.tower("tiny", "power_load_mw", cutoff)
    assert before.cutoff == cutoff and before.levels["city"].times[0] == cutoff + HOUR
    wild = np.full((24, 4), 9_999.0)
    own.take([tiny.hand_in(tmp_path, "reading", hours("power_load_mw", "street", wild, tiny.NOON - timedelta(days=1)), "wild")])
    after = own.outlooks.tower("tiny", "power_load_mw", cutoff)
    assert after is not before and np.array_equal(after.levels["street"].y, before.levels["street"].y)
    assert np.abs(own.outlooks.tower("tiny", "power_load_mw").levels["city"].y).max() > 1.2 * np.abs(before.levels["city"].y).max()


def test_the_same_data_give_the_same_outlook(system):
    first = system.outlooks.tower("tiny", "power_load_mw").levels["street"]
    system.outlooks.forget("tiny", "power_load_mw")
    again = system.outlooks.tower("tiny", "power_load_mw").levels["street"]
    assert again is not first and np.array_equal(first.y, again.y) and np.array_equal(first.bands[0.9][0], again.bands[0.9][0])


def test_a_part_of_the_city_is_told_of_its_own_units_alone(system):
    part = seen(system, Grant("leader", "tiny", STREETS[0], 1))
    here = cards.unit(part, "tiny", STREETS[0])
    assert told.line(part, "tiny", here, "power_load_mw").code == STREETS[0]
    other = cards.unit(seen(system), "tiny", STREETS[2])
    with pytest.raises(NotFound):
        cards.unit(part, "tiny", STREETS[2])
    assert told.line(part, "tiny", other, "power_load_mw") is None, "not even with a row from elsewhere"
    _, values = told.level_values(part, "tiny", "power_load_mw", "street", 0)
    assert np.isfinite(values).tolist() == [True, False, False, False]


def test_few_people_are_not_told_ahead_either(system):
    one = system.indicators["visiting_population"]
    owner = seen(system, Grant("leader", "tiny", "", 3), department=one.owner)
    stranger = seen(system, Grant("leader", "tiny", "", 3), department="water")
    row = cards.unit(owner, "tiny", STREETS[3])
    assert told.line(owner, "tiny", row, "visiting_population") is not None
    if stranger.hides_few(one):
        assert told.line(stranger, "tiny", row, "visiting_population") is None
        found = told.level_values(stranger, "tiny", "visiting_population", "street", 0)[1]
        assert not (found < 5).any()


def test_what_cannot_be_forecast_says_none(system):
    viewer = seen(system)
    assert system.outlooks.tower("tiny", "aqi") is None and system.outlooks.tower("tiny", "gdp_growth_pct") is None
    assert told.line(viewer, "tiny", cards.unit(viewer, "tiny", "990100"), "aqi") is None
    with pytest.raises(NotFound):
        system.outlooks.tower("tiny", "nothing")


def test_children_below_what_is_forecast_as_a_whole_add_up(system, monkeypatch):
    monkeypatch.setattr("app.forecast.outlook.MOST_UNITS", 3)
    system.outlooks.forget("tiny", "power_load_mw")
    tower = system.outlooks.tower("tiny", "power_load_mw")
    assert list(tower.levels) == ["city", "district"]
    viewer = seen(system)
    lines = [told.line(viewer, "tiny", cards.unit(viewer, "tiny", code), "power_load_mw") for code in STREETS[:2]]
    assert np.abs(lines[0].y + lines[1].y - tower.levels["district"].y[0]).max() < 1e-8
    system.outlooks.forget("tiny", "power_load_mw")


def test_a_value_without_limits_is_judged_by_what_was_expected_of_it(own, tmp_path):
    quick = own.outlooks.tower("tiny", "power_load_mw")
    assert own.outlooks.expected("tiny", "power_load_mw", "street", quick.cutoff + HOUR) is None, "nobody chose this model"
    own.training.run(Job("tiny", "power_load_mw", "street", ""))
    issued = own.outlooks.tower("tiny", "power_load_mw")
    cube = own.values("tiny").cube("power_load_mw")
    assert not cube.indicator.thresholds, "a sign that history judges"
    rows = hours("power_load_mw", "street", made()[1][:1], tiny.NOON)
    own.take([tiny.hand_in(tmp_path, "reading", rows, "next")])
    band = learnt.band(cube, "street", cube.times.size - 1)
    assert np.array_equal(band.centre, issued.levels["street"].y[:, 0]), "what was said before it came"
    own.outlooks.forget("tiny")
    assert not np.array_equal(learnt.band(cube, "street", cube.times.size - 1).centre, band.centre), "history alone, where nothing was issued"


def test_a_chart_does_not_wait(own):
    viewer = seen(own)
    row = cards.unit(viewer, "tiny", "990100")
    assert told.ahead(viewer, "tiny", row, "power_load_mw") is None, "nothing there yet, and nobody waits"
    own.outlooks.tower("tiny", "power_load_mw")
    found = told.ahead(viewer, "tiny", row, "power_load_mw", 6 * HOUR)
    assert len(found["times"]) == 6 == len(found["low"]) and found["cutoff"] + HOUR == found["times"][0]
