"""The whole map style of a city as MapLibre JSON: tokens in, dictionary out, nothing else.

Order matters and is the point of this module: ground, green, choropleth, water, roads, outlines, flat buildings,
marks, tall buildings, labels. Data stays under roads, water and names, so that a coloured city stays a readable city.
"""

from __future__ import annotations

from layouts import map_style_base as base
from layouts import map_style_unit as unit
from layouts.map_style_tokens import TOKENS

TILE_MAX_ZOOM = 14  # baked to here, overzoomed by the browser beyond


def map_style(city: str, version: int | str, theme: str = "light", max_zoom: int = TILE_MAX_ZOOM) -> dict:
    """The style of one city's tiles at one geometry version, in one theme; addresses stay relative to the origin.

    `max_zoom` is the deepest zoom the city's tiles are cut for: less than 14 where a place is very wide.
    """
    t = TOKENS[theme]
    return {
        "version": 8,
        "name": f"chengshu-{theme}",
        "sources": {group: _source(city, version, group, max_zoom) for group in ("base", "unit")},
        "light": {"anchor": "map", "position": [1.4, 215, 42], "color": t.light_color, "intensity": t.light_intensity},
        "transition": {"duration": 0, "delay": 0},
        "layers": [
            *base.ground_layers(t),
            *unit.fills(t),
            *base.water_layers(t),
            *base.road_layers(t),
            *unit.outlines(t),
            unit.buildings(t)[0],
            *unit.marks(t),
            # names that lie on the ground are hidden by what stands before them
            *base.ground_labels(t),
            unit.buildings(t)[1],
            *base.place_labels(t),
            *unit.labels(t),
        ],
    }


def map_styles(city: str, version: int | str, max_zoom: int = TILE_MAX_ZOOM) -> dict[str, dict]:
    """Both themes, so that the browser switches without a round trip (CityMap takes the pair as ``mapStyle``)."""
    return {theme: map_style(city, version, theme, max_zoom) for theme in TOKENS}


def _source(city: str, version: int | str, group: str, max_zoom: int) -> dict:
    return {
        "type": "vector",
        "tiles": [f"/tiles/{city}/{version}/{group}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": 0,
        "maxzoom": max_zoom,
    }
