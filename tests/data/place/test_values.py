"""Floors, heights, storeys, names as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.place import values


@pytest.mark.parametrize(
    "text, number",
    [
        ("5", 5),
        ("5.5", 5),
        ("3;5", 5),
        ("3-5", 5),
        (4.0, 4),
        ("0.5", 1),
        ("1,5", 1),
        (None, None),
        ("", None),
        ("-3", None),
        ("0", None),
        ("999", None),
        ("many", None),
        ("nan", None),
        ("1e308", None),
    ],
)
def test_floors_above(text, number):
    assert values.floors_above(text)[0] == number


def test_no_floor_above_is_believed_only_with_floors_below():
    assert values.floors_above("0", below=2) == (0, None)
    assert values.floors_above("0")[1]


@pytest.mark.parametrize(
    "text, metres",
    [
        ("12", 12),
        ("12 m", 12),
        ("12,5", 12.5),
        ("40'", 12.192),
        ("131'6\"", 40.081),
        ("40 ft", 12.192),
        ("-3", None),
        ("0", None),
        ("1e308", None),
        ("inf", None),
        ("hoch", None),
    ],
)
def test_heights(text, metres):
    assert values.metres(text)[0] == metres


@pytest.mark.parametrize(
    "text, floors",
    [
        ("0", (1,)),
        ("-1;0;1", (-1, 1, 2)),
        ("0-3", (1, 2, 3, 4)),
        ("-2--1", (-2, -1)),
        ("0.5", (1,)),
        ("-0.5", (-1,)),
        ("roof", ()),
        (None, ()),
    ],
)
def test_storeys_count_from_one_and_skip_zero(text, floors):
    assert values.storeys(text) == floors


@given(st.text(max_size=60))
def test_any_text_is_parsed_to_a_bounded_number_or_a_reason(text):
    above, why = values.floors_above(text)
    assert above is None or 0 <= above <= values.FLOORS_MOST
    assert why is None or above is None
    height, _ = values.metres(text)
    assert height is None or (math.isfinite(height) and 0 < height <= values.HEIGHT_MOST_M)
    assert 0 not in values.storeys(text)


def test_names_fall_back():
    assert values.names({"name": "Wien", "name:zh": "维也纳"}) == ("维也纳", "Wien")
    assert values.names({"name": "Wien", "alt": "Vienna"}, "alt") == ("Vienna", "Vienna")
    assert values.names({}) == (None, None)
    assert values.clean("a\x00b\n c") == "a b c"
