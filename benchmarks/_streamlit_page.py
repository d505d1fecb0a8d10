"""The named peer of the first map: Streamlit with one pydeck chart of five thousand polygons, where `streamlit` is installed.

It is no dependency of ours: put it on the PATH, or its path into CHENGSHU_BENCH_STREAMLIT, and the ratio is measured.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TOOL = os.environ.get("CHENGSHU_BENCH_STREAMLIT") or shutil.which("streamlit")
# the first shapes that are drawn: anything with more than two triangles
WATCH = """
for (const name of ['drawElements', 'drawArrays', 'drawElementsInstanced', 'drawArraysInstanced']) {
  const plain = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...of) {
    if (of[1] > 6 && !performance.getEntriesByName('peer:painted').length) performance.mark('peer:painted');
    return plain.apply(this, of);
  };
}"""
_APP = """
import numpy as np, pydeck as pdk, streamlit as st
rng, around = np.random.default_rng(7), np.linspace(0, 2 * np.pi, 20)
circle = 0.004 * np.c_[np.cos(around), np.sin(around)]
centres, reds = rng.uniform([113.2, 23.1], [113.8, 23.6], (5000, 2)), rng.integers(0, 255, 5000)
rows = [{"polygon": (c + circle).round(5).tolist(), "fill": [int(r), 120, 200]} for c, r in zip(centres, reds)]
layer = pdk.Layer("PolygonLayer", rows, get_polygon="polygon", get_fill_color="fill", pickable=True)
view = pdk.ViewState(longitude=113.5, latitude=23.35, zoom=9.4)
st.set_page_config(layout="wide")
st.pydeck_chart(pdk.Deck([layer], initial_view_state=view, map_style=None), height=600)
"""


@contextmanager
def served() -> Iterator[str]:
    """The address of the page while it is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        app = Path(home) / "peer.py"
        app.write_text(_APP, encoding="utf-8")
        command = [str(TOOL), "run", str(app), "--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}",
                   "--browser.gatherUsageStats=false"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(600):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(30)
