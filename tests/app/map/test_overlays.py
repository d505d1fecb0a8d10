"""Of which units an overlay is made, and how large its answer is."""

import gzip
import json
from types import SimpleNamespace

import numpy as np
import pytest

from app.map.classes import classify
from app.map.overlays import _cells, _resolution, level_of

NO_LIMITS = SimpleNamespace(thresholds=())


@pytest.mark.parametrize(("show", "screen", "native", "pinned", "made_of"), [
    ("heat", "district", "floor", "", "grid"), ("hex", "district", "floor", "", "grid"), ("hex", "building", "floor", "", "building"),
    ("heat", "district", "street", "", "street"), ("hex", "city", "district", "", "district"), ("heat", "district", "floor", "district", "grid"),
    ("points", "district", "floor", "", "street"), ("points", "city", "floor", "", "street"), ("points", "community", "floor", "", "grid"),
    ("points", "grid", "floor", "", "grid"), ("points", "building", "floor", "", "building"), ("points", "district", "district", "", "district"),
    ("points", "district", "floor", "district", "district"), ("points", "street", "floor", "grid", "community"),
    ("choropleth", "street", "floor", "", "street"), ("flow", "street", "district", "", "district"),
])  # fmt: skip
def test_an_overlay_is_made_of_finer_units_than_the_screen_shows(show, screen, native, pinned, made_of):
    assert level_of(show, screen, native, pinned) == made_of


def test_cells_follow_the_screen_and_the_units_that_fill_them():
    assert [_resolution("hex", screen, "grid") for screen in ("district", "street", "community", "grid")] == [7, 8, 9, 9]
    assert _resolution("hex", "community", "street") == 7 and _resolution("hex", "building", "building") == 10
    assert _resolution("heat", "district", "street") == 8


def test_a_citys_grids_travel_as_a_small_answer_in_the_classes_of_the_grids():
    lon, lat = (part.ravel() for part in np.meshgrid(np.linspace(117.8, 118.3, 114), np.linspace(30.8, 31.2, 114)))
    value = np.linspace(0.0, 1000.0, lon.size)                                     # 12 996 grids, from south to north
    found, told = classify(value, NO_LIMITS)
    for kind in ("heat", "hex"):
        rows = _cells(kind, (lon, lat), value, _resolution(kind, "district", "grid"), NO_LIMITS, "threshold")
        assert len(rows) > 200 and len(gzip.compress(json.dumps(rows).encode())) < 100_000
        assert all(row["class"] == np.searchsorted(told.breaks, row["value"], side="right") for row in rows)
    assert set(found.tolist()) == {row["class"] for row in rows}


def test_other_values_may_divide():
    first, second = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.1, 0.2, np.nan, 9.0])
    found, told = classify(second, NO_LIMITS, like=first)
    assert found.tolist() == [0, 0, 255, 4] and told.breaks == classify(first, NO_LIMITS)[1].breaks
    judged = classify(second, SimpleNamespace(thresholds=(0.15,)), like=first)
    assert judged[0].tolist() == [0, 1, 255, 1] and judged[1].by == "threshold"     # limits stay limits
