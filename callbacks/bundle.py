"""GET /page.js, /page.css: our own scripts and styles as one file each.

Fifty small files cost a browser more than a tenth of a second each time the page opens, even from its own cache. The
address carries the hash of what is in the file, so browsers keep it for ever (callbacks/compress.py).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response

from app.sight import Seen
from callbacks.gateway import Gateway

ASSETS = Path(__file__).resolve().parent.parent / "assets"
APART = frozenset({"preparing.js", "preparing.css", "door.css", "early.js", "brief-worker.js"})   # of pages without Dash; of the head; a worker
TYPES = {"js": "text/javascript", "css": "text/css"}


def address(kind: str) -> str:
    """Where the bundle of a kind (js, css) is, with the hash of what is in it."""
    return f"/page.{kind}?m={hashlib.sha256(content(kind)).hexdigest()[:16]}"


@cache
def content(kind: str) -> bytes:
    """Every script or style of the page in the order of their paths, folders last, as Dash would load them."""
    files = sorted(ASSETS.rglob(f"*.{kind}"), key=lambda file: (len(file.relative_to(ASSETS).parts), file.as_posix()))
    parts = [file.read_bytes() for file in files if file.name not in APART]
    return (b";\n" if kind == "js" else b"\n").join(parts) + b"\n"


def register(gateway: Gateway) -> None:
    """Add the two routes."""

    @gateway.route("/page.js", right="open", is_quiet=True)
    def script(seen: Seen) -> Response:  # noqa: ARG001 - every view gets what is seen
        return Response(content("js"), mimetype=TYPES["js"])

    @gateway.route("/brief-worker.js", right="open", is_quiet=True)
    def worker(seen: Seen) -> Response:  # noqa: ARG001
        """The worker that keeps the last known brief (assets/brief-worker.js): from the root, since it looks after pages; it may ask us alone."""
        body = (ASSETS / "brief-worker.js").read_bytes()
        return Response(body, mimetype=TYPES["js"], headers={"Content-Security-Policy": "default-src 'none'; connect-src 'self'",
                                                             "Cache-Control": "no-cache"})

    @gateway.route("/page.css", right="open", is_quiet=True)
    def style(seen: Seen) -> Response:  # noqa: ARG001
        return Response(content("css"), mimetype=TYPES["css"])
