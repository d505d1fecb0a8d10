"""Kept tiles are answered ahead of Flask: its routing, request and response cost more than all that is done for one.

Whoever asks passes the same gateway, the same view of the city, the same trail and the same counting, and gets what
Flask would send, header for header (tests/callbacks/test_ahead.py). All else goes on to Flask as if nothing were
here: tiles that are not kept yet, refusals, errors, API keys, other methods.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from callbacks import tiles
from callbacks.gateway import Gateway
from callbacks.results import Results

_BEFORE, _AFTER = "/tiles/", ".mvt"
_STATUS = {status: f"{status} {HTTPStatus(status).phrase.upper()}" for status in (200, 304)}
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Ahead:
    """A WSGI application before another: `headers` are those that every answer of a file carries (callbacks/headers.py)."""

    def __init__(self, flask: Wsgi, gateway: Gateway, results: Results, headers: Iterable[tuple[str, str]]) -> None:
        self.flask, self.gateway, self.results, self.headers = flask, gateway, results, tuple(headers)

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a kept tile; leave everything else to Flask."""
        if environ["PATH_INFO"].startswith(_BEFORE) and environ["REQUEST_METHOD"] == "GET":
            begun = time.perf_counter()
            told = self._told(environ)
            if told is not None:
                if told.status == HTTPStatus.OK:
                    told.headers["Content-Length"] = str(len(told.body))
                else:                                           # without a body there is nothing to say about one
                    del told.headers["Content-Type"]
                headers = [*told.headers.items(), *self.headers]
                self.gateway.system.watch.note("tiles", told.status, time.perf_counter() - begun)
                start(_STATUS[told.status], headers)
                return (told.body,)
        return self.flask(environ, start)

    def _told(self, environ: Environ) -> tiles.Told | None:
        path = environ["PATH_INFO"]
        parts = path.removesuffix(_AFTER).split("/")[2:]
        if not (path.endswith(_AFTER) and path.isascii() and len(parts) == len(tiles.Where._fields) and all(parts)):
            return None
        if "HTTP_AUTHORIZATION" in environ or "text/html" in environ.get("HTTP_ACCEPT", ""):
            return None                                         # a key, or somebody who may have to be sent to a page
        where = tiles.Where(*parts)
        try:
            seen = self.gateway.seen_ahead(tiles.ENDPOINT, environ)
            told = tiles.tell(seen, where, environ.get("HTTP_IF_NONE_MATCH"), lambda *asked: self.results.kept(seen, *asked[:2]))
            self.gateway.note_ahead(seen, tiles.ENDPOINT, environ, where.city)
        except Exception:                                       # not kept, not allowed, broken: Flask meets it too, and says it
            return None
        return told
