"""Every special forecaster that is listed is there, is named in both languages, says its source and serves indicators that exist."""

from __future__ import annotations

import re

import pytest

from app.errors import NotFound
from app.forecast.model import models
from app.forecast.special import SPECIAL, serving, special
from data import registers
from data.levels import LEVELS


@pytest.mark.parametrize("one", SPECIAL, ids=lambda one: one.name)
def test_it_is_there_and_documented(one):
    module = one.load()
    assert one.title["zh"] and one.title["en"].isascii() and any("一" <= c <= "鿿" for c in one.title["zh"])
    assert re.search(r"\b(19|20)\d\d\b", module.__doc__), "its docstring names a standard or a paper with its year"
    assert set(one.indicators) <= {row["id"] for row in registers.rows("indicators")} and set(one.levels) <= set(LEVELS)
    assert one.asks["zh"] and one.asks["en"] and one.gives["zh"] and one.gives["en"]
    assert (one.kind == "series") == (one.name in models())


def test_they_are_found_by_name_and_by_indicator():
    assert special("air").indicators == ("aqi", "pm25") and [one.name for one in serving("power_load_mw")] == ["power"]
    assert serving("green_cover_pct") == () and len({one.name for one in SPECIAL}) == len(SPECIAL)
    with pytest.raises(NotFound, match="no such special"):
        special("astrology")
