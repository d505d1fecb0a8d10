"""The named peer of the first map: pydeck's own page with five thousand polygons, on a server that does nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pydeck

POLYGONS = 5_000
# when the first shapes were drawn: anything with more than two triangles
WATCH = """
for (const name of ['drawElements', 'drawArrays', 'drawElementsInstanced', 'drawArraysInstanced']) {
  const plain = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...of) {
    if (of[1] > 6 && !performance.getEntriesByName('peer:painted').length) performance.mark('peer:painted');
    return plain.apply(this, of);
  };
}"""
_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>html, body {{ margin: 0; height: 100%; }}</style>
<script src="/index.js"></script></head><body><div id="deck" style="position: relative; width: 100vw; height: 100vh"></div>
<script>{watch}
const container = document.getElementById('deck');
createDeck({{container, jsonInput: {deck}, tooltip: false, customLibraries: null, configuration: null}});</script></body></html>"""


@contextmanager
def served() -> Iterator[str]:
    """The address of the page while it is served; the browser may keep its script, as it keeps ours."""
    page = _page().encode()
    script = (Path(pydeck.__file__).parent / "nbextension/static/index.js").read_bytes()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body, kind = (script, "text/javascript") if self.path == "/index.js" else (page, "text/html")
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "public, max-age=31536000, immutable" if kind == "text/javascript" else "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    front = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{front.server_port}/"
    finally:
        front.shutdown()
        front.server_close()


def _page() -> str:
    rng, around = np.random.default_rng(7), np.linspace(0, 2 * np.pi, 20)
    circle = 0.004 * np.c_[np.cos(around), np.sin(around)]
    centres, reds = rng.uniform([113.2, 23.1], [113.8, 23.6], (POLYGONS, 2)), rng.integers(0, 255, POLYGONS)
    rows = [{"polygon": (centre + circle).round(5).tolist(), "fill": [int(red), 120, 200]} for centre, red in zip(centres, reds, strict=True)]
    layer = pydeck.Layer("PolygonLayer", rows, get_polygon="polygon", get_fill_color="fill", pickable=True)
    view = pydeck.ViewState(longitude=113.5, latitude=23.35, zoom=9.4)
    return _PAGE.format(watch=WATCH, deck=pydeck.Deck([layer], initial_view_state=view, map_provider=None, map_style=None).to_json())
