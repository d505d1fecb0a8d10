"""The map page: what its address asks for, as far as the viewer may see it."""

from __future__ import annotations

from typing import Any

from app.indicators.owners import themes
from app.sight import Seen
from callbacks.map_view import indicator_row, read_view
from callbacks.page import Page, city_asked, city_row
from layouts.browser_facts import browser_facts
from layouts.pages.map import map_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The map, or how a first city comes in."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    view = read_view(seen, city, words)
    indicators = [indicator_row(one) for one in seen.indicators.values()]
    facts = browser_facts(r, city_row(seen, city), indicators, {**read_view(seen, city, {}), "units": []})
    options = [
        {
            "group": r.pick(theme["name_zh"], theme["name_en"]),
            "items": [{"value": one["id"], "label": r.pick(one["name_zh"], one["name_en"])} for one in indicators if one["theme"] == theme["id"]],
        }
        for theme in themes(seen)
    ]
    return map_page(r, city_row(seen, city), view, facts, [group for group in options if group["items"]])


PAGE = Page("map", "/map", "map.read", build)
