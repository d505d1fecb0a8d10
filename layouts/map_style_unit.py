"""The units on the map: choropleth fills, outlines, marks, buildings flat and tall, and their labels (source "unit").

Colours of classes are not here: a layer says what it is in ``metadata.role`` and the browser puts in the colours of
the current values, the language and the level, so that one style serves every indicator.
"""

from __future__ import annotations

from layouts.map_style_base import BOLD, MEDIUM, REGULAR
from layouts.map_style_tokens import MapTokens

# level → (zoom from which it is drawn when the level follows the zoom, lowest zoom that has its tiles)
LEVEL_ZOOM: dict[str, tuple[float, float]] = {
    "district": (0, 0),
    "street": (10, 9),
    "community": (12, 11),
    "grid": (13, 12),
    "building": (14, 13),
}
OUTLINE_WIDTH: dict[str, list[float]] = {
    "city": [6, 1.0, 12, 2.2, 16, 3.5],
    "district": [6, 0.7, 10, 1.2, 14, 2.2, 17, 3],
    "street": [9, 0.4, 11, 0.9, 14, 2, 17, 3],
    "community": [11, 0.3, 13, 0.8, 16, 1.8],
    "grid": [12, 0.25, 14, 0.6, 17, 1.2],
}
LINE = {"line-join": "round", "line-cap": "round"}      # one for outlines and marks, so that a tile's lines are made once
STATE = {name: ["boolean", ["feature-state", name], False] for name in ("selected", "hover", "open")}


def fills(t: MapTokens) -> list[dict]:
    """One choropleth fill for each level above the building."""
    return [
        {
            "id": f"{level}-fill",
            "type": "fill",
            "source": "unit",
            "source-layer": level,
            "metadata": {"role": "fill", "level": level},
            "paint": {"fill-color": t.built, "fill-opacity": t.fill_opacity, "fill-antialias": False},
        }
        for level in LEVEL_ZOOM
        if level != "building"
    ]


def outlines(t: MapTokens) -> list[dict]:
    """Finer first, so that a parent's stronger outline lies on top; then the marks of hover and selection."""
    layers = []
    for level in ("grid", "community", "street", "district", "city"):
        strong = level in ("city", "district")
        layers.append(
            {
                "id": f"{level}-line",
                "type": "line",
                "source": "unit",
                "source-layer": level,
                "metadata": {"role": "outline", "level": level},
                "layout": LINE,
                "paint": {
                    "line-color": t.outline_strong if strong else t.outline,
                    "line-width": _width(OUTLINE_WIDTH[level]),
                    # among buildings a border steps back, or it reads as a street
                    "line-opacity": ["interpolate", ["linear"], ["zoom"], 13, 1, 15, 0.4],
                },
            }
        )
    return layers


def marks(t: MapTokens) -> list[dict]:
    """Outlines that exist only where feature-state says hover or selected: a light casing under a strong line."""
    layers = []
    for level in LEVEL_ZOOM:
        for part, grow in (("case", 3.0), ("mark", 0.0)):
            layers.append(
                {
                    "id": f"{level}-{part}",
                    "type": "line",
                    "source": "unit",
                    "source-layer": level,
                    "metadata": {"role": part, "level": level},
                    "layout": LINE,
                    "paint": {
                        "line-color": t.halo,
                        "line-width": ["case", STATE["selected"], 3.2 + grow, STATE["hover"], 1.8 + grow, 0],
                    },
                }
            )
    return layers


def buildings(t: MapTokens) -> list[dict]:
    """Flat in 2D, extruded in 3D; the opened building sinks so that its slabs can stand in its place."""
    return [
        {
            "id": "building-fill",
            "type": "fill",
            "source": "unit",
            "source-layer": "building",
            "minzoom": 13,
            "metadata": {"role": "building", "level": "building", "neutral": t.building},
            "paint": {"fill-color": t.building, "fill-outline-color": t.building_edge},
        },
        {
            "id": "building-3d",
            "type": "fill-extrusion",
            "source": "unit",
            "source-layer": "building",
            "minzoom": 13,
            "metadata": {"role": "building3d", "level": "building", "neutral": t.building_3d},
            "paint": {
                "fill-extrusion-color": t.building_3d,
                "fill-extrusion-height": ["case", STATE["open"], 0, ["coalesce", ["get", "height"], 6]],
                "fill-extrusion-base": ["case", STATE["open"], 0, ["coalesce", ["get", "min_height"], 0]],
                "fill-extrusion-vertical-gradient": True,
                "fill-extrusion-opacity": 1,
            },
        },
    ]


def labels(t: MapTokens) -> list[dict]:
    """Names of units, bigger for bigger levels; a parent's name steps back when its children's come."""
    rows = [
        # level, layer, from, to, font, size stops, colour
        ("building", "building", 16, 24, REGULAR, [16, 10.5, 19, 13], t.text),
        ("grid", "grid_point", 14.2, 16, REGULAR, [14, 10, 16, 11], t.text_soft),
        ("community", "community_point", 12.6, 15.5, REGULAR, [12, 10.5, 15, 13], t.text),
        ("street", "street_point", 10.4, 13.6, MEDIUM, [10, 10.5, 13, 14], t.text),
        ("district", "district_point", 5, 12.2, BOLD, [6, 11, 9, 13, 12, 18], t.text),
    ]
    return [
        {
            "id": f"label-{level}",
            "type": "symbol",
            "source": "unit",
            "source-layer": layer,
            "minzoom": low,
            "maxzoom": high,
            "metadata": {"names": True, "level": level},
            "layout": {
                "text-font": font,
                "text-size": ["interpolate", ["linear"], ["zoom"], *size],
                "text-max-width": 7,
                "text-line-height": 1.15,
                "text-padding": 7,
            },
            "paint": {"text-color": color, "text-halo-color": t.halo, "text-halo-width": 1.6, "text-halo-blur": 0.4},
        }
        for level, layer, low, high, font, size, color in rows
    ]


def _width(stops: list[float]) -> list:
    return ["interpolate", ["linear"], ["zoom"], *stops]
