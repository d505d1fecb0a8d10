"""The page that steers the wall from a tablet."""

from __future__ import annotations

from typing import Any

from app.indicators.status import now_of
from app.sight import Seen
from app.wall.told import outliers
from callbacks.page import Page, city_asked, city_row
from layouts.pages.steer import steer_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

MOST = 8


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """What is on the wall of a city, and what can be put there."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    units = outliers(seen, city.city, now_of(seen, city.city), most=MOST)
    scenes = [scene for scene in seen.scenes.values() if scene.rotates]
    return steer_page(r, city_row(seen, city), scenes, units, seen.viewer.may("alert.handle"))


PAGE = Page("steer", "/steer", "wall.steer", build)
