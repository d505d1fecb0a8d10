"""GET /map.js, /page.js, /page.css: our own scripts and styles, in a few files.

Fifty small files cost a browser more than a tenth of a second each time the page opens, even from its own cache. The
address carries the hash of what is in the file, so browsers keep it for ever (callbacks/compress.py). What draws the map
is a file of its own: the map page reads it first, so that the map begins before its page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Response

from app.sight import Seen
from callbacks.gateway import Gateway

ASSETS = Path(__file__).resolve().parent.parent / "assets"
APART = frozenset({"preparing.js", "preparing.css", "door.css", "early.js", "brief-worker.js"})   # of pages without Dash; in the head; a worker
OF_MAP = ("citymap/", "screen/shown.js", "screen/first.js")     # the component itself needs React and stays with the page
COMPONENT = "citymap/citymap.js"
BUNDLES = {"map.js": "text/javascript", "page.js": "text/javascript", "page.css": "text/css"}
PATHS = tuple(f"/{name}" for name in BUNDLES)       # files of the page like /assets/, to whoever sorts requests
ENGINE = ('src="/map.js', "/pydeck/")
UNUSED = ("/dash/dash_table/",)         # Dash's own table: ours is AG Grid
_SCRIPT = re.compile(r"<script[^>]*>.*?</script>", re.DOTALL)


def address(name: str) -> str:
    """Where a bundle is, with the hash of what is in it."""
    return f"/{name}?m={hashlib.sha256(content(name)).hexdigest()[:16]}"


@cache
def content(name: str) -> bytes:
    """The scripts or styles of a bundle in the order of their paths, folders last, as Dash would load them."""
    kind = name.rpartition(".")[2]
    files = {file.relative_to(ASSETS).as_posix(): file for file in ASSETS.rglob(f"*.{kind}") if file.name not in APART}
    names = [one for one in sorted(files, key=lambda one: (one.count("/"), one)) if _bundle_of(one) == name]
    if name == "map.js":
        names.sort(key=lambda one: one == OF_MAP[-1])           # begins when all the others are there
    return (b";\n" if kind == "js" else b"\n").join(files[one].read_bytes() for one in names) + b"\n"


def _bundle_of(file: str) -> str:
    if file.endswith(".css"):
        return "page.css"
    return "map.js" if file.startswith(OF_MAP) and file != COMPONENT else "page.js"


@cache
def early() -> str:
    """The script that stands in the head of every page itself (assets/early.js)."""
    return (ASSETS / "early.js").read_text(encoding="utf-8")


def allowed() -> str:
    """The word of the policy that lets `early` run where it stands."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(early().encode()).digest()).decode()}'"


def ordered(scripts: str, *, is_map: bool) -> str:
    """The script tags of a page, less what no page uses; on the map page the map's own files and its engine come before all others."""
    tags = [tag for tag in _SCRIPT.findall(scripts) if not any(mark in tag for mark in UNUSED)]
    first = [tag for mark in ENGINE for tag in tags if is_map and mark in tag]
    return "".join(first + [tag for tag in tags if tag not in first])


def register(gateway: Gateway) -> None:
    """Add the routes."""

    @gateway.route("/map.js", right="open", is_quiet=True)
    def map_script(seen: Seen) -> Response:  # noqa: ARG001 - every view gets what is seen
        return Response(content("map.js"), mimetype=BUNDLES["map.js"])

    @gateway.route("/page.js", right="open", is_quiet=True)
    def script(seen: Seen) -> Response:  # noqa: ARG001
        return Response(content("page.js"), mimetype=BUNDLES["page.js"])

    @gateway.route("/brief-worker.js", right="open", is_quiet=True)
    def worker(seen: Seen) -> Response:  # noqa: ARG001
        """The worker that keeps the last known brief (assets/brief-worker.js): from the root, since it looks after pages; it may ask us alone."""
        body = (ASSETS / "brief-worker.js").read_bytes()
        return Response(body, mimetype=BUNDLES["page.js"], headers={"Content-Security-Policy": "default-src 'none'; connect-src 'self'",
                                                                    "Cache-Control": "no-cache"})

    @gateway.route("/page.css", right="open", is_quiet=True)
    def style(seen: Seen) -> Response:  # noqa: ARG001
        return Response(content("page.css"), mimetype=BUNDLES["page.css"])
