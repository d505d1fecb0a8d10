"""The map of a page that one look filters: the units below what is looked at, coloured, the camera on what is looked at."""

from __future__ import annotations

from typing import Any

from layouts.components.city_map import CityMap
from layouts.map_style import map_styles
from layouts.reader import Reader

# the legend's width is kept free at the left, the buttons' at the right
BESIDE = {"left": 214, "right": 52, "top": 24, "bottom": 24}


def look_map(r: Reader, name: str, city: dict[str, Any], place: dict[str, Any]) -> CityMap:
    """`name` is the component's id; `place` has bounds, colors, values, level, selected, card and, if any, layers, as CityMap takes them."""
    camera = {"bounds": place["bounds"], "padding": BESIDE}
    return CityMap(
        id=name,
        city=city["city"],
        mapStyle=map_styles(city["city"], city["versions"]["geometry"], city["max_zoom"]),
        camera={**camera, "jump": True},
        home=camera,
        language=r.language,
        theme=r.theme,
        colors=place["colors"],
        values=place["values"],
        level=place["level"],
        selected=place["selected"],
        card=place["card"],
        layers=place.get("layers", []),
        attribution=city["licence"],
        className="cs-map",
    )
