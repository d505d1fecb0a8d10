"""The base map: water, green, land, roads, rail and their labels, from the city's own tiles (source "base")."""

from __future__ import annotations

from layouts.map_style_tokens import MapTokens

# Locally drawn glyphs: with no "glyphs" address MapLibre 5 draws every character from the reader's own fonts, so no
# font file is asked of anybody. The first name of a stack only carries the weight.
FONT_FAMILIES = ["system-ui", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Segoe UI", "DejaVu Sans"]
REGULAR = ["Map Regular", *FONT_FAMILIES]
MEDIUM = ["Map Medium", *FONT_FAMILIES]
BOLD = ["Map Bold", *FONT_FAMILIES]

ROAD_KINDS: dict[str, list[str]] = {
    "motorway": ["motorway", "motorway_link", "trunk", "trunk_link", "expressway"],
    "primary": ["primary", "primary_link"],
    "secondary": ["secondary", "secondary_link", "tertiary", "tertiary_link"],
    "path": ["path", "footway", "pedestrian", "cycleway", "steps", "track"],
}
_LISTED = [name for kind in ROAD_KINDS.values() for name in kind]

# zoom → width in pixels
ROAD_WIDTH: dict[str, list[float]] = {
    "motorway": [6, 0.7, 10, 1.8, 13, 4.0, 16, 13, 19, 44],
    "primary": [8, 0.5, 11, 1.5, 13, 3.0, 16, 10.5, 19, 38],
    "secondary": [10, 0.4, 12, 1.1, 14, 2.8, 16, 8, 19, 30],
    "minor": [12.5, 0.3, 14, 1.3, 16, 5, 19, 24],
    "path": [14.5, 0.4, 16, 1.1, 19, 5],
}
ROAD_FROM = {"motorway": 6, "primary": 8, "secondary": 10, "minor": 12.5, "path": 14.5}


def ground_layers(t: MapTokens) -> list[dict]:
    """What lies under the choropleth."""
    land = ["match", ["get", "class"], "farmland", t.farmland, "industrial", t.industrial, "built", t.built,
            ["residential", "commercial"], t.built, t.built]  # fmt: skip
    green = ["match", ["get", "class"], ["park", "garden"], t.park, t.green]
    return [
        {"id": "ground", "type": "background", "paint": {"background-color": t.ground}},
        {
            "id": "city-ground",
            "type": "fill",
            "source": "unit",
            "source-layer": "city",
            "paint": {"fill-color": t.city, "fill-antialias": False},
        },
        _polygons("land", "land", {"fill-color": land, "fill-antialias": False}),
        _polygons("green", "green", {"fill-color": green, "fill-antialias": False}),
    ]


def water_layers(t: MapTokens) -> list[dict]:
    """Above the choropleth: a river must stay a river whatever is coloured around it."""
    return [
        _polygons("water", "water", {"fill-color": t.water, "fill-antialias": True}),
        {
            "id": "water-line",
            "type": "line",
            "source": "base",
            "source-layer": "water",
            "filter": ["==", ["geometry-type"], "LineString"],
            "layout": {"line-cap": "round", "line-join": "round"},
            "paint": {"line-color": t.water, "line-width": _width([9, 0.8, 13, 2.2, 16, 6, 19, 18])},
        },
    ]


def road_layers(t: MapTokens) -> list[dict]:
    """All casings, then all fills, small roads first: crossings join instead of cutting each other."""
    fill = {"motorway": t.motorway, "primary": t.primary, "secondary": t.secondary, "minor": t.minor, "path": t.path}
    order = ["path", "minor", "secondary", "primary", "motorway"]
    layers = []
    for kind in order[1:]:
        widths = _wider(ROAD_WIDTH[kind])
        color = t.motorway_case if kind == "motorway" else t.road_case
        layers.append(_road(f"road-{kind}-case", kind, color, widths, ROAD_FROM[kind] + (2 if kind != "minor" else 1)))
    layers += [_road(f"road-{kind}", kind, fill[kind], ROAD_WIDTH[kind], ROAD_FROM[kind]) for kind in order]
    layers[len(order) - 1]["paint"]["line-dasharray"] = [2, 1.5]  # paths
    return layers + _rail(t)


def _rail(t: MapTokens) -> list[dict]:
    base = {"source": "base", "source-layer": "rail", "type": "line"}
    return [
        {
            "id": "rail",
            **base,
            "minzoom": 9,
            "paint": {"line-color": t.rail, "line-width": _width([9, 0.6, 13, 1.4, 16, 3, 19, 8])},
        },
        {
            "id": "rail-ties",
            **base,
            "minzoom": 12.5,
            "filter": ["!=", ["get", "class"], "metro"],
            "paint": {
                "line-color": t.city,
                "line-width": _width([12.5, 0.7, 16, 1.7, 19, 5]),
                "line-dasharray": [5, 5],
            },
        },
    ]


def ground_labels(t: MapTokens) -> list[dict]:
    """Names of roads, water and parks; the text field is set in the browser, by language."""
    halo = {"text-halo-color": t.halo, "text-halo-width": 1.4}
    named = {"names": True}
    return [
        {
            "id": "label-road",
            "type": "symbol",
            "source": "base",
            "source-layer": "road",
            "minzoom": 13,
            "metadata": named,
            "filter": ["!", ["in", ["get", "class"], ["literal", ROAD_KINDS["path"]]]],
            "layout": {
                "symbol-placement": "line",
                "symbol-spacing": 320,
                "text-font": REGULAR,
                "text-size": ["interpolate", ["linear"], ["zoom"], 13, 10.5, 17, 13],
                "text-letter-spacing": 0.06,
                "text-max-angle": 28,
            },
            "paint": {"text-color": t.text_soft, **halo},
        },
        {
            "id": "label-water",
            "type": "symbol",
            "source": "base",
            "source-layer": "water",
            "minzoom": 10,
            "metadata": named,
            "layout": {"text-font": MEDIUM, "text-size": 12.5, "text-letter-spacing": 0.18, "text-max-width": 6},
            "paint": {"text-color": t.text_water, "text-halo-color": t.halo, "text-halo-width": 0.8},
        },
        {
            "id": "label-green",
            "type": "symbol",
            "source": "base",
            "source-layer": "green",
            "minzoom": 13.5,
            "metadata": named,
            "layout": {"text-font": REGULAR, "text-size": 11.5, "text-max-width": 7},
            "paint": {"text-color": t.text_soft, **halo},
        },
    ]


def place_labels(t: MapTokens) -> list[dict]:
    """Names of places, over everything that stands."""
    return [
        {
            "id": "label-place",
            "type": "symbol",
            "source": "base",
            "source-layer": "place",
            "minzoom": 12,
            "maxzoom": 16,
            "metadata": {"names": True},
            "layout": {"text-font": MEDIUM, "text-size": 12, "text-max-width": 8},
            "paint": {"text-color": t.text_soft, "text-halo-color": t.halo, "text-halo-width": 1.4},
        },
    ]


def _polygons(id_: str, layer: str, paint: dict) -> dict:
    return {
        "id": id_,
        "type": "fill",
        "source": "base",
        "source-layer": layer,
        "filter": ["==", ["geometry-type"], "Polygon"],
        "paint": paint,
    }


def _road(id_: str, kind: str, color: str, widths: list[float], minzoom: float) -> dict:
    listed = ["in", ["get", "class"], ["literal", ROAD_KINDS.get(kind, _LISTED)]]
    return {
        "id": id_,
        "type": "line",
        "source": "base",
        "source-layer": "road",
        "minzoom": minzoom,
        "filter": listed if kind in ROAD_KINDS else ["!", listed],
        "layout": {"line-cap": "butt" if id_ == "road-path" else "round", "line-join": "round"},
        "paint": {"line-color": color, "line-width": _width(widths)},
    }


def _width(stops: list[float]) -> list:
    return ["interpolate", ["exponential", 1.5], ["zoom"], *stops]


def _wider(stops: list[float]) -> list[float]:
    return [v if i % 2 == 0 else round(v + min(2.4, 0.9 + v * 0.12), 2) for i, v in enumerate(stops)]
