"""GCJ-02 and BD-09 against published points and their own inverse."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data.place import datum

china = st.tuples(st.floats(73.5, 134.5), st.floats(18.0, 53.5))


@settings(max_examples=200, deadline=None)
@given(st.lists(china, min_size=1, max_size=20))
def test_inverse_of_forward_is_the_point_within_a_millionth_degree(points):
    here = np.array(points)
    assert np.abs(datum.gcj02_to_wgs84(datum.wgs84_to_gcj02(here)) - here).max() < 1e-9
    assert np.abs(datum.bd09_to_wgs84(datum.wgs84_to_bd09(here)) - here).max() < 1e-6


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 71.9), st.floats(-90, 90)), min_size=1, max_size=20))
def test_outside_china_nothing_moves(points):
    here = np.array(points)
    for move in (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84, datum.bd09_to_wgs84, datum.wgs84_to_bd09):
        assert (move(here) == here).all()


def test_the_offset_is_the_published_one():
    moved = datum.wgs84_to_gcj02(np.array([[116.404, 39.915]]))[0]
    assert np.abs(moved - [116.41024449916938, 39.91640428150164]).max() < 1e-9
    assert (
        np.abs(datum.gcj02_to_bd09(np.array([[116.404, 39.915]]))[0] - [116.41036949371029, 39.92133699351022]).max()
        < 1e-9
    )


def test_not_a_number_stays_not_a_number_and_harms_no_neighbour():
    moved = datum.gcj02_to_wgs84(np.array([[np.nan, 1.0], [113.3, 23.1]]))
    assert np.isnan(moved[0, 0])
    assert np.abs(datum.wgs84_to_gcj02(moved[1:])[0] - [113.3, 23.1]).max() < 1e-9
