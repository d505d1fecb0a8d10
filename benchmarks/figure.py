"""What a figure costs the server, from numbers to the bytes of Dash's answer: plain dicts through orjson, and plotly's objects."""

from __future__ import annotations

import numpy as np
import orjson
import plotly.graph_objects as go
from dash._utils import to_json

from benchmarks import Row, spread, times
from layouts.panels.chart import chart
from layouts.reader import Reader

_READER = Reader("zh")
_INDICATOR = {"id": "energy_use_kwh", "unit": "kWh", "name_zh": "用电量", "name_en": "Electricity", "decimals": 1, "thresholds": []}


def measure(size: str = "") -> list[Row]:  # noqa: ARG001 - every benchmark takes a size
    """11 lines of a week of five minutes, as the chart panel draws them; 5 000 polygons as a choropleth."""
    rng = np.random.default_rng(3)
    at = 1_762_000_200 + np.arange(2016) * 300
    lines = [{"unit": {"level": "district", "code": f"9901{i:02d}", "name_zh": f"区{i}", "name_en": f"District {i}"},
              "points": (at, rng.normal(50, 8, at.size))} for i in range(11)]
    curves = times(lambda _i: to_json(_answer(chart(_READER, _INDICATOR, lines))), 200, 10)
    peer = times(lambda _i: to_json(_answer(_lines_by_plotly(lines))), 20, 2)
    shape, values = _polygons(rng), rng.random(5000)
    names = np.arange(5000)
    polygons = times(lambda _i: to_json(_answer(_choropleth(shape, names, values))), 200, 10)
    loaded = orjson.loads(shape)
    polygon_peer = times(lambda _i: to_json(_answer(_choropleth_by_plotly(loaded, names, values))), 10, 1)
    rows = []
    for what, data, ours, theirs in (("a figure of lines, panel to bytes", "11 × 2 016 points", curves, peer),
                                     ("a figure of areas with their shapes, to bytes", "5 000 polygons", polygons, polygon_peer)):
        rows.append(spread(what, data, ours, 2.0, at="p50"))
        rows.append(spread("the same with plotly.graph_objects", data, theirs, at="p50",
                           note=f"peer, same run: {np.median(theirs) / np.median(ours):.0f} × as long"))
    return rows


def _answer(graph: object) -> dict:
    return {"multi": True, "response": {"chart": {"children": graph}}}


def _lines_by_plotly(lines: list[dict]) -> go.Figure:
    found = go.Figure()
    for line in lines:
        clock = (line["points"][0] + 8 * 3600).astype("datetime64[s]")
        found.add_trace(go.Scatter(x=clock, y=line["points"][1], name=line["unit"]["name_zh"], mode="lines"))
    return found


def _polygons(rng: np.random.Generator) -> bytes:
    """A feature collection as it is kept: encoded once per geometry version."""
    corner = np.array([[0, 0], [1, 0], [1, 1], [0.5, 1.2], [0, 1], [0, 0]]) * 1e-3
    place = rng.uniform([113, 22.5], [114, 23.5], (5000, 2))
    return orjson.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "id": i, "properties": {}, "geometry": {"type": "Polygon", "coordinates": [np.round(corner + one, 6).tolist()]}}
        for i, one in enumerate(place)]})


def _choropleth(shape: bytes, names: np.ndarray, values: np.ndarray) -> dict:
    return {"data": [{"type": "choropleth", "geojson": orjson.Fragment(shape), "locations": names, "z": values}],
            "layout": {"geo": {"fitbounds": "locations", "visible": False}}}


def _choropleth_by_plotly(shape: dict, names: np.ndarray, values: np.ndarray) -> go.Figure:
    found = go.Figure(go.Choropleth(geojson=shape, locations=names, z=values))
    return found.update_geos(fitbounds="locations", visible=False)
