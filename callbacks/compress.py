"""Compress what is worth it: static files once per process, answers each time at the lowest level; say what browsers may keep."""

from __future__ import annotations

import functools
import gzip

from flask import Flask, Response, request

from callbacks.bundle import PATHS

_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
_SMALL = 1_000
_FILES = ("/assets/", *PATHS)


@functools.lru_cache(maxsize=512)
def _kept(path: str, body: bytes) -> bytes:  # noqa: ARG001 - the path says whose body it is
    return gzip.compress(body, 9, mtime=0)


def compress(server: Flask) -> None:
    """Gzip text answers for browsers that take it; a static file is compressed once and kept, here and by the browser."""

    @server.after_request
    def keep(response: Response) -> Response:
        """A file whose address carries its time of change (?m=) is another file at another address once it changes."""
        if response.status_code in (200, 304) and request.path.startswith(_FILES) and "m" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    @server.after_request
    def pack(response: Response) -> Response:
        if (response.status_code != 200 or response.headers.get("Content-Encoding")
                or not (response.mimetype or "").startswith(_TEXT) or "gzip" not in request.headers.get("Accept-Encoding", "")):
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < _SMALL:
            return response
        static = "/_dash-component-suites/" in request.path or request.path.startswith(_FILES)
        response.set_data(_kept(request.path, body) if static else gzip.compress(body, 1, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        return response
