"""CityMap: the one map of Chengshu as a Dash component, 2D and 3D, on MapLibre and deck.gl out of the pydeck wheel."""

from __future__ import annotations

from typing import Any, ClassVar

import pydeck  # noqa: F401  the wheel carries the map engine that hooks.script serves below
from dash import hooks
from dash.development.base_component import Component

# The bundle holds MapLibre GL 5.14 and deck.gl 9.3. assets/citymap/engine.js takes both out of it.
hooks.script([{"namespace": "pydeck", "relative_package_path": "nbextension/static/index.js"}])


class CityMap(Component):
    """A city on a map: choropleth by level, tall buildings, floors, overlays, drawing; SVG where WebGL is missing.

    What the page gives (all JSON; anything may be left out except ``id``, ``city`` and ``mapStyle``):

    - ``city``: key of the city in addresses.
    - ``mapStyle``: MapLibre style from ``layouts.map_style``, or ``{"light": style, "dark": style}``.
    - ``camera``: ``{lon, lat, zoom, pitch, bearing}`` or ``{bounds: [w, s, e, n], padding, maxZoom}``; every new value
      moves the map; ``jump: true`` without flight, ``maxDuration`` for a slow one (ms). ``home``: where "whole city" goes (default: first camera).
    - ``values``: ``{level: {url, classes}}``; the URL answers one byte a unit by seq - 1, 255 = no data, may be gzip.
      Only the level on screen is fetched. A missing level is drawn without data.
    - ``colors``: ``{ramp, nodata, selected, hover}`` or a light/dark pair (``layouts.colors.map_colors_by_theme``).
    - ``level``: ``"auto"`` (by zoom) or a level to pin. ``mode3d``: tall buildings and a tilted camera; the map's own
      button writes it back.
    - ``layers``: deck.gl layers as ``json.loads(pydeck.Layer(…).to_json())``; ``data`` may be a same-origin URL.
      An object's ``seq`` or ``code`` comes with its click; its level from the object or the layer's ``unit_level=``.
      Heat and hexagons fade the choropleth under them.
    - ``selected``: ``[{level, seq, code}]``. ``building``: ``{url, seq, explode, picked}`` opens a building into the
      floors that the URL describes and turns the camera to it (not with ``focus: false``); ``explode`` 0–1 pulls the
      floors apart, ``picked`` is a floor's code.
    - ``card``: ``{url, title, unit, decimals}`` of the hover card; ``{level}`` and ``{seq}`` in the URL are filled in.
    - ``tool``: ``None``, ``"polygon"``, ``"circle"``, ``"buffer"``, ``"distance"`` or ``"area"``;
      ``toolOptions``: ``{radius_m}`` for the buffer.
    - ``sync``: maps with one name move as one. ``language``: ``"zh"`` | ``"en"``. ``theme``: ``"light"`` | ``"dark"``.
    - ``attribution``: text at the foot. ``labels``: overrides of the map's own words (see assets/citymap/words.js).
    - ``picture``: ``{n, name, title, legend: [{color, label}], time, source}``; a new ``n`` downloads a PNG.

    What the page gets:

    - ``ready``: true once the map can be used. ``webgl``: false when it is drawn as SVG.
    - ``click``: ``{level, seq, code, floor_no, layer, index, properties, lngLat, t}`` with what applies; only
      ``lngLat`` and ``t`` on empty ground. ``hover``: ``{level, seq, code, layer}`` or None.
    - ``view``: ``{center, zoom, pitch, bearing, bounds, level}`` after every movement; ``level`` is the coloured one.
    - ``drawn``: ``{tool, geometry, length_m, area_m2, t}`` and, for circle and buffer, ``radius_m`` (``center``);
      a buffer's geometry is its line or point, to be widened by ``radius_m``. None when cancelled.

    In the browser ``document.getElementById(id).citymap`` has ``paint_ms``, ``repaint`` (last switch of values:
    ``{level, units, fetch_ms, apply_ms, paint_ms, total_ms}``), ``repaints`` and ``exportPng(info)``; performance
    marks ``citymap:first-frame``, ``citymap:painted`` and the measure ``citymap:repaint`` say the same to a bench.
    """

    _namespace = "chengshu_citymap"
    _type = "CityMap"
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _valid_wildcard_attributes: ClassVar[list[str]] = []
    available_wildcard_properties: ClassVar[list[str]] = []
    _prop_names: ClassVar[list[str]] = [
        "id", "city", "mapStyle", "camera", "home", "values", "colors", "level", "mode3d", "layers", "selected",
        "building", "card", "tool", "toolOptions", "sync", "language", "theme", "attribution", "labels", "picture",
        "style", "className", "click", "hover", "view", "drawn", "ready", "webgl",
    ]  # fmt: skip
    available_properties: ClassVar[list[str]] = _prop_names

    def __init__(self, id: str | dict, **props: Any) -> None:
        super().__init__(id=id, **props)
