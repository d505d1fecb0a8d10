"""Scenarios move a line by what was learnt from departures that happened, and by nothing where nothing could be learnt."""

from __future__ import annotations

import numpy as np
import pytest

from app.errors import BadInput
from app.forecast import scenario, told
from app.units import cards
from tests.outlook.conftest import PER_DEGREE, STREETS
from tests.outlook.test_outlooks import seen

DRIVERS = ("temperature_c", "rain_mm_h")


@pytest.fixture(scope="module")
def line(system):
    viewer = seen(system)
    return viewer, told.line(viewer, "tiny", cards.unit(viewer, "tiny", STREETS[1]), "power_load_mw")


def test_three_degrees_more_move_the_load_by_what_a_degree_did(line):
    viewer, found = line
    moved, (effect,) = scenario.apply(viewer, "tiny", found, scenario.parse("temperature_c:3", DRIVERS))
    assert effect.is_known and effect.name == "temperature_c" and effect.n > 100
    assert np.median(effect.change) == pytest.approx(3 * PER_DEGREE, rel=0.25) and (effect.error > 0).all()
    assert moved.y == pytest.approx(found.y + effect.change)
    (low, high), (was_low, was_high) = moved.bands[0.9], found.bands[0.9]
    assert ((high - low) >= (was_high - was_low) - 1e-9).all(), "never surer than without"
    cooler, _ = scenario.apply(viewer, "tiny", found, scenario.parse("temperature_c:-2", DRIVERS))
    assert np.median(cooler.y - found.y) == pytest.approx(-2 * PER_DEGREE, rel=0.3)


def test_what_was_never_seen_changes_nothing_and_says_so(line):
    viewer, found = line
    moved, (effect,) = scenario.apply(viewer, "tiny", found, scenario.parse("rain_mm_h:20", DRIVERS))
    assert not effect.is_known and np.array_equal(moved.y, found.y)


def test_a_free_day_is_the_difference_of_free_and_worked_days(line):
    viewer, found = line
    moved, (effect,) = scenario.apply(viewer, "tiny", found, scenario.parse("holiday", DRIVERS))
    assert effect.name == "holiday" and moved.y == pytest.approx(np.maximum(found.y + effect.change, 0))


def test_a_closed_road_is_for_transport_alone(line):
    viewer, found = line
    with pytest.raises(BadInput):
        scenario.apply(viewer, "tiny", found, scenario.parse(f"road:{STREETS[0]}", DRIVERS))


@pytest.mark.parametrize("text", ["temperature_c:hot", "temperature_c:400", "wind_ms:3", "holiday:1", "road:", "road:a b", "x", "temperature_c:nan"])
def test_a_wrong_part_is_named(text):
    with pytest.raises(BadInput) as error:
        scenario.parse(text, DRIVERS)
    assert error.value.where["value"] == text[:60]


def test_an_address_says_the_same_scenario(line):
    asked = scenario.parse("holiday,temperature_c:2.5", DRIVERS)
    assert scenario.parse(asked.text, DRIVERS) == asked and asked.text == "temperature_c:2.5,holiday"
