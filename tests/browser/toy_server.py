"""A Dash app around the toy city: the CityMap alone on a page, with the routes the product will have.

``python -m tests.browser.toy_server [port]`` opens it for the eye.
"""

from __future__ import annotations

import gzip
import json
import logging
import sys
import threading
import time

import dash
from dash import Dash, Input, Output, State, html
from flask import Response, jsonify, request

from layouts import colors
from layouts.components.city_map import CityMap
from layouts.map_style import map_styles
from tests.browser.toy_city import HALF, LAT, LON, ToyCity

LEVELS = ("district", "street", "community", "grid", "building")
CSP = (
    "default-src 'self'; script-src 'self' {inline}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "worker-src blob:; connect-src 'self'; font-src 'self' data:"
)


def props(**more):
    """Everything the map needs for a first picture."""
    first = {
        "id": "map", "city": "toy", "mapStyle": map_styles("toy", 1), "camera": {"lon": LON, "lat": LAT, "zoom": 10.6},
        "values": values("load"), "colors": colors.map_colors_by_theme(5), "level": "auto", "mode3d": False,
        "language": "zh", "theme": "light", "attribution": "合成数据 · Synthetic", "selected": [], "layers": [],
        "card": {"url": "/unit/toy/{level}/{seq}.json?indicator=load", "title": "用电负荷", "unit": "kW", "decimals": 1},
        "style": {"height": "100vh"},
    }  # fmt: skip
    return {**first, **more}


def values(indicator):
    return {level: {"url": f"/values/toy/{indicator}/{level}/latest.bin?by=quantile", "classes": 5} for level in LEVELS}


def toy_app(city: ToyCity, **more) -> Dash:
    """``more`` overrides props; ``window.dash_clientside.set_props("map", …)`` drives the map from a test."""
    app = Dash("toy", assets_folder=_assets(), serve_locally=True, title="toy")
    app.layout = html.Div(
        [html.Div(CityMap(**props(**more)), id="slot"), html.Pre(id="out"), html.Button(id="again", hidden=True)],
        style={"margin": 0},
    )
    app.index_string = app.index_string.replace("<body>", '<body style="margin:0">')
    seen = ["click", "hover", "view", "drawn", "ready", "webgl", "mode3d"]

    @app.callback(Output("out", "children"), [Input("map", name) for name in seen])
    def echo(*got):
        return json.dumps(dict(zip(seen, got, strict=True)), ensure_ascii=False)

    @app.callback(Output("slot", "children"), Input("again", "n_clicks"), State("slot", "children"))
    def remount(n, _):
        if not n:
            return dash.no_update
        return CityMap(**props(**more)) if n % 2 == 0 else html.Div("gone")

    routes(app, city)
    inline = " ".join(app.csp_hashes())
    app.server.after_request(lambda r: _finish(r, CSP.format(inline=inline)))
    return app


def routes(app, city):
    app.requests, app.away, app.slow = [], threading.Event(), threading.Event()

    @app.server.before_request
    def note():
        app.requests.append(request.path)
        if app.away.is_set():
            return Response("away", 503)

    @app.server.get("/tiles/toy/<int:version>/<group>/<int:z>/<int:x>/<int:y>.mvt")
    def tile(version, group, z, x, y):
        until = time.monotonic() + 15
        while app.slow.is_set() and time.monotonic() < until:
            time.sleep(0.05)
        body = Response(city.tile(group, z, x, y), mimetype="application/vnd.mapbox-vector-tile")
        body.headers.update({"Content-Encoding": "gzip", "Cache-Control": "public, max-age=86400, immutable"})
        return body

    @app.server.get("/values/toy/<indicator>/<level>/latest.bin")
    def byte_values(indicator, level):
        body = b"" if indicator == "empty" else city.classes(level, len(indicator))
        return Response(gzip.compress(body), mimetype="application/octet-stream", headers={"Content-Encoding": "gzip"})

    @app.server.get("/unit/toy/<level>/<int:seq>.json")
    def unit(level, seq):
        row = city.units[(city.units.level == level) & (city.units.seq == seq)].iloc[0]
        name = "<img src=x onerror=alert(1)>" if seq == 1 else row.name_zh or f"楼 {seq}"
        return jsonify(code=f"{level}{seq}", name_zh=name, name_en=row.name_en or f"No. {seq}", level=level, value=seq * 1.25)

    @app.server.get("/floors/toy/<int:seq>.json")
    def floors(seq):
        return jsonify(city.slabs(seq))

    @app.server.get("/shapes/toy/<level>.json")
    def shapes(level):
        return jsonify(city.shapes_json(level))

    @app.server.get("/overlay/toy/<kind>.json")
    def overlay(kind):
        return jsonify(overlay_rows(city, kind))


def overlay_rows(city, kind):
    import h3

    centre = [(g.centroid.x, g.centroid.y) for g in city.shapes["community"]]
    if kind == "flow":
        pairs = zip(city.shapes["district"], city.shapes["district"][1:], strict=False)
        return [
            {"from": [a.centroid.x, a.centroid.y], "to": [b.centroid.x, b.centroid.y], "count": 40 + 30 * i}
            for i, (a, b) in enumerate(pairs)
        ]
    if kind == "hex":
        return [{"hex": h3.latlng_to_cell(y, x, 8), "count": i % 9} for i, (x, y) in enumerate(centre)]
    return [{"position": [x, y], "value": i % 17, "level": "community", "seq": i + 1} for i, (x, y) in enumerate(centre)]


def _finish(response, csp):
    response.headers["Content-Security-Policy"] = csp
    text = response.mimetype in ("text/javascript", "application/javascript", "text/css", "application/json")
    if text and response.status_code == 200 and "Content-Encoding" not in response.headers:
        response.direct_passthrough = False
        key = request.full_path
        body = response.get_data()
        lasting = "/_dash-component-suites/" in key or "/assets/" in key
        if not lasting or key not in _packed:
            _packed[key] = gzip.compress(body, 6)
        response.set_data(_packed[key])
        response.headers["Content-Encoding"] = "gzip"
    return response


_packed: dict = {}


def _assets():
    from pathlib import Path

    return str(Path(__file__).parents[2] / "assets")


def serve(app, port=0):
    """Start on a free port in a thread; returns (address, stop)."""
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    server = make_server("127.0.0.1", port, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}", server.shutdown


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8199
    url, _ = serve(toy_app(ToyCity(int(sys.argv[2]) if len(sys.argv) > 2 else 12)), port)
    print(url, "half width", HALF)
    threading.Event().wait()
