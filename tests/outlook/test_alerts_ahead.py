"""Alert rules that look ahead: judged once the forecast from the newest step is made, ended by the next, never for the past."""

from __future__ import annotations

import csv
from datetime import timedelta

import numpy as np
import pytest

from app.alerts import board, rules
from app.errors import BadInput
from tests import tiny
from tests.outlook.conftest import hand_ins, hours, made
from tests.outlook.test_outlooks import seen

ROW = {"id": "load_ahead", "name_zh": "负荷预计过高", "name_en": "Load expected high", "indicator": "power_load_mw", "level": "city",
       "told": "screen"}


@pytest.fixture
def system(tmp_path):
    from tests import homes

    home = homes.copy(homes.tiny_home, tmp_path / "home")
    (home / "registry").mkdir(exist_ok=True)
    with (home / "registry" / "alert_rules.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*ROW, "orange", "hysteresis"])
        writer.writeheader()
        writer.writerow({**ROW, "orange": "ahead(PT12H) >= 330", "hysteresis": "5"})
    running = homes.city(tmp_path / "home")
    running.take(list(hand_ins(tmp_path)))
    yield running
    running.close()


def mine(system):
    return [row for row in board.alerts(seen(system), "tiny", most=50) if row["rule"] == "load_ahead"]


def test_an_alert_is_raised_by_what_is_forecast_and_ended_by_the_next_forecast(system, tmp_path):
    assert mine(system) == [], "readings alone raise nothing"
    tower = system.outlooks.tower("tiny", "power_load_mw")
    peak = tower.levels["city"].y[0, :12].max()
    system.alerts.foresee("tiny", "power_load_mw")
    assert bool(mine(system)) == (peak >= 330)
    high = made()[1][-24:] * 3
    system.take([tiny.hand_in(tmp_path, "reading", hours("power_load_mw", "street", high, tiny.NOON), "high")])
    system.outlooks.tower("tiny", "power_load_mw")
    assert system.alerts.foresee("tiny", "power_load_mw") == 1 and system.alerts.foresee("tiny", "power_load_mw") == 0, "a step is judged once"
    raised = mine(system)
    assert len(raised) == 1 and raised[0]["limit"] == 330 and raised[0]["severity"] == "orange" and raised[0]["ended_at"] is None
    low = np.full((96, 4), 5.0)
    system.take([tiny.hand_in(tmp_path, "reading", hours("power_load_mw", "street", low, tiny.NOON + timedelta(hours=24)), "low")])
    system.outlooks.tower("tiny", "power_load_mw")
    system.alerts.foresee("tiny", "power_load_mw")
    assert mine(system)[0]["ended_at"] is not None


def test_a_chance_is_asked_of_what_has_a_limit(system):
    one = rules.rule_of({**ROW, "indicator": "load_ratio_pct", "level": "street", "orange": "chance(PT6H) >= 60"}, system.indicators)
    assert one.foresees == (6 * 3600,)
    for cells in ({"orange": "chance(PT6H) >= 60"}, {"indicator": "load_ratio_pct", "orange": "chance(PT6H) <= 60"}, {"orange": "ahead(6) >= 3"}):
        with pytest.raises(BadInput):
            rules.rule_of({**ROW, **cells}, system.indicators)


def test_the_chance_comes_from_the_band(system):
    from app.forecast.outlook import chance

    y, low, high = np.array([90.0, 100.0, 110.0]), np.array([80.0, 90.0, 100.0]), np.array([100.0, 110.0, 120.0])
    up, down = chance(y, low, high, 100.0, True), chance(y, low, high, 100.0, False)
    assert up == pytest.approx([0.05, 0.5, 0.95], abs=1e-3) and up + down == pytest.approx(1.0)
    assert chance(np.array([90.0]), np.array([80.0]), np.array([130.0]), 100.0, True)[0] > 0.3, "the half of the band that lies towards the limit"
