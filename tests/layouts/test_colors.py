"""Colours keep their promises: order survives in grey, neighbours survive colour blindness, marks stand out."""

from itertools import pairwise

import pytest

from layouts import colors


@pytest.mark.parametrize("theme", colors.THEMES)
@pytest.mark.parametrize("classes", [2, 3, 4, 5, 6, 7, 9])
def test_sequential_luminance_moves_one_way(theme, classes):
    lights = [colors.luminance(c) for c in colors.sequential(classes, theme)]
    assert lights == sorted(lights, reverse=theme == "light")
    assert len(set(lights)) == classes


@pytest.mark.parametrize("theme", colors.THEMES)
@pytest.mark.parametrize("vision", colors.VISION)
@pytest.mark.parametrize("kind", ["sequential", "diverging"])
def test_neighbouring_classes_stay_apart_in_every_vision(theme, vision, kind):
    ramp = getattr(colors, kind)(7, theme)
    assert min(colors.distance(a, b, vision) for a, b in pairwise(ramp)) > 0.05


@pytest.mark.parametrize("theme", colors.THEMES)
def test_diverging_luminance_turns_once_in_the_middle(theme):
    lights = [colors.luminance(c) for c in colors.diverging(7, theme)]
    down = theme == "dark"
    assert lights[:4] == sorted(lights[:4], reverse=down)
    assert lights[3:] == sorted(lights[3:], reverse=not down)


@pytest.mark.parametrize("theme", colors.THEMES)
@pytest.mark.parametrize("vision", colors.VISION)
def test_status_colours_differ_in_every_vision(theme, vision):
    seen = list(colors.status(theme).values())
    assert min(colors.distance(a, b, vision) for i, a in enumerate(seen) for b in seen[i + 1 :]) > 0.06


@pytest.mark.parametrize("theme", colors.THEMES)
@pytest.mark.parametrize("vision", colors.VISION)
def test_first_four_categories_differ_in_every_vision(theme, vision):
    kinds = colors.categorical(4, theme)
    assert min(colors.distance(a, b, vision) for i, a in enumerate(kinds) for b in kinds[i + 1 :]) > 0.06


@pytest.mark.parametrize("theme", colors.THEMES)
@pytest.mark.parametrize("vision", ["full", "protan", "deutan", "tritan"])
def test_nodata_and_marks_are_no_class(theme, vision):
    ramp = colors.sequential(5, theme)
    for mark in (colors.NODATA[theme], colors.SELECTED[theme]):
        assert min(colors.distance(mark, c, vision) for c in ramp) > 0.045


def test_one_class_and_none():
    assert len(colors.sequential(1)) == 1
    assert colors.sequential(0) == []


def test_categories_repeat_past_eight():
    assert colors.categorical(9)[8] == colors.categorical(9)[0]


def test_map_colors_has_every_key_for_both_themes():
    both = colors.map_colors_by_theme(5)
    assert set(both) == {"light", "dark"}
    assert set(both["dark"]) == {"ramp", "nodata", "selected", "hover"}
    assert colors.map_colors(3, kind="status", reverse=True)["ramp"][0] == colors.status()["bad"]
