"""Factors: the calendar of China, the register of what drives what, and how weather and events join a panel."""

from datetime import date

import numpy as np
import pytest

from app.forecast.factors import driving, is_free, is_holiday, with_events, with_factor
from app.forecast.model import named
from app.forecast.seasons import clock
from data import registers
from tests.forecast.series import START, panel, spec


def day(text):
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


@pytest.mark.parametrize(("text", "zone", "free", "holiday"), [
    ("2025-01-28", "Asia/Shanghai", True, True), ("2025-01-26", "Asia/Shanghai", False, False),      # a Sunday that is worked
    ("2026-10-10", "Asia/Shanghai", False, False), ("2026-03-07", "Asia/Shanghai", True, False), ("2026-03-09", "Asia/Shanghai", False, False),
    ("2025-01-28", "Europe/Rome", False, False), ("2025-01-26", "Europe/Rome", True, False)])
def test_days_are_free_as_the_register_says(text, zone, free, holiday):
    days = np.array([day(text)])
    assert is_free(days, zone).tolist() == [free] and is_holiday(days, zone).tolist() == [holiday]


def test_the_register_of_factors_names_indicators():
    known = {row["id"] for row in registers.rows("indicators")}
    rows = registers.rows("factors")
    assert rows and all({row["indicator"], row["factor"]} <= known and row["indicator"] != row["factor"] for row in rows)
    assert driving("power_load_mw") == ("temperature_c", "humidity_pct") and driving("building_count") == ()


def test_measured_weather_ends_with_the_panel_and_issued_goes_on():
    some = panel(2, 4)
    times = START + 3_600 * np.arange(some.t + 10)
    values = np.arange(times.size, dtype=float)
    measured = with_factor(some, "sky", times, values, 6)
    assert np.isnan(measured.known["sky"][some.t:]).all() and measured.known["sky"][: some.t].tolist() == values[: some.t].tolist()
    issued = with_factor(some, "sky", times + 1_800, values, 6, int(some.times[-1]))
    assert np.isnan(issued.known["sky"]).all(), "half past the hour is not on the grid"
    issued = with_factor(some, "sky", times, values, 6, int(some.times[-1]))
    assert issued.known["sky"].tolist() == values[: some.t + 6].tolist() and issued.is_issued("sky", some.t) and not issued.is_issued("sky", 50)


def test_a_planned_event_is_foreseen():
    """Ten units more on three hours of some days: with the plan known, ridge meets the next ones."""
    some = panel(3, 40, noise=0.1)
    first = START + 86_400 * np.arange(2, 40, 3) + 3_600 * 19
    planned = with_events(some, "match", [(int(at), int(at) + 3 * 3_600) for at in first], 6)
    during = planned.known["match"][: some.t]
    assert during.sum() == 3 * len(first)
    shown = {}
    y = some.y * (1 + 0.8 * during)
    for name, with_ in (("told", planned), ("untold", some)):
        with_ = type(some)(with_.ids, with_.times, y, with_.cadence, with_.timezone, known=with_.known, issued=with_.issued)
        one = named("ridge").fit(with_.until(700, 6), spec(mode="full"))
        ends = np.array([start for start in range(700, some.t - 6) if during[start + 2] and not during[start - 1]])
        truth = y[:, ends[:, None] + np.arange(6)].transpose(1, 0, 2)
        shown[name] = np.sqrt(np.mean((named("ridge").paths(one, with_, ends, 6) - truth) ** 2))
    assert shown["told"] < 0.6 * shown["untold"], shown


def test_the_clock_follows_the_seasons_a_spec_names():
    some = panel(1, 6)
    when = clock(some, spec(seasons=(9, 45)), 3)
    assert when.slots == 9 and when.outer == 45 and when.slot[:11].tolist() == [*range(9), 0, 1] and when.week[5] == 0
