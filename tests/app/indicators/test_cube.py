"""A cube of one indicator: steps of a cadence, late steps, several reports in one step, newest values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indicators.cube import Cube, _distinct, step_of
from app.indicators.registry import Indicator
from app.units.hierarchy import Hierarchy
from app.units.tower import Tree

SIZES = {"city": 1, "district": 2}
TREE = Tree.of({"district": np.zeros(2, int)}, SIZES)


def cube(cadence="PT1H", rollup="sum", weight="none", scale=1.0):
    indicator = Indicator("x", "", "", "", "", 0, "band", "R", (), "", cadence, "", "district", rollup, weight, scale, 0, "", "")
    return Cube(indicator, Hierarchy((0,), (TREE,), SIZES), "Asia/Shanghai")


def put(one, rows):
    i, at, value = (np.array(column) for column in zip(*rows, strict=True))
    return one.put(i, at.astype(np.int64), value.astype(float), None)


@given(st.lists(st.integers(0, 500), max_size=60), st.sampled_from([None, 60, 3600]))
def test_counting_finds_what_sorting_finds(hours, seconds):
    steps = np.array(hours, np.int64) * (seconds or 7) + 1_700_000_000 // 3600 * 3600
    found, row = _distinct(steps, seconds)
    expected, inverse = np.unique(steps, return_inverse=True)
    assert found.tolist() == expected.tolist() and row.tolist() == inverse.tolist()


@pytest.mark.parametrize(("cadence", "at", "start"), [
    ("PT1H", "2026-11-20T09:59:59", "2026-11-20T09:00:00"), ("PT5M", "2026-11-20T09:59:59", "2026-11-20T09:55:00"),
    ("P1D", "2026-11-20T15:59:59", "2026-11-19T16:00:00"), ("P1D", "2026-11-20T16:00:00", "2026-11-20T16:00:00"),
    ("P1M", "2026-11-30T16:00:00", "2026-11-30T16:00:00"), ("P1M", "2026-11-30T15:00:00", "2026-10-31T16:00:00"),
    ("P1Y", "2026-06-01T00:00:00", "2025-12-31T16:00:00"),
])
def test_days_and_months_are_local(cadence, at, start):
    seconds = np.array([at], "datetime64[s]").astype(np.int64)
    assert step_of(seconds, cadence, "Asia/Shanghai") == np.array([start], "datetime64[s]").astype(np.int64)


def test_a_day_of_summer_time_is_one_step():
    day = np.array(["2026-03-28T23:00:00", "2026-03-29T21:59:59"], "datetime64[s]").astype(np.int64)
    assert len(set(step_of(day, "P1D", "Europe/Vienna").tolist())) == 1


def test_late_steps_move_apart_what_is_there():
    one = cube()
    put(one, [(0, 7200, 5), (1, 7200, 6)])
    put(one, [(0, 0, 1), (1, 0, 2)])
    put(one, [(0, 3600, 3)])
    assert one.times.tolist() == [0, 3600, 7200]
    assert one.levels["city"].value[:3, 0].tolist() == [3, 3, 11]
    assert one.series("district", 1)[1].tolist() == [1, 3, 5]
    row, value, at = one.newest("district")
    assert row.tolist() == [2, 2] and value.tolist() == [5, 6] and at.tolist() == [7200, 7200]
    assert one.at("city", 3599) == 0 and one.at("city", -1) is None and one.at("city") == 2
    assert [part.tolist() for part in one.coverage("city", 1)] == [[1], [2]]


def test_the_last_report_of_an_interval_stands():
    one = cube()
    put(one, [(0, 3500, 9), (0, 100, 1), (1, 200, 2)])
    assert one.levels["district"].value[0].tolist() == [9, 2]


def test_newest_looks_back_to_who_reported_before():
    one = cube()
    put(one, [(0, 0, 1), (1, 0, 2)])
    put(one, [(0, 3600, 5)])
    assert one.newest("district")[1].tolist() == [5, 2]
    assert one.newest("district")[2].tolist() == [3600, 0]
