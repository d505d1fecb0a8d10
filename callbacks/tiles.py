"""GET /tiles/<city>/<version>/<group>/<z>/<x>/<y>.mvt: immutable vector tiles, addressed by geometry version."""

from __future__ import annotations

from flask import Response, request

from app.map.tiles import check_address
from app.map.tiles import tile as find_tile
from app.sight import Seen
from callbacks.gateway import Gateway
from callbacks.results import Results

_TYPE = "application/vnd.mapbox-vector-tile"


def register(gateway: Gateway, results: Results) -> None:
    """Add the tile route."""

    @gateway.route("/tiles/<city>/<version>/<group>/<z>/<x>/<y>.mvt", right="map.read", is_quiet=True)
    def tile(seen: Seen, city: str, version: str, group: str, z: str, x: str, y: str) -> Response:
        z, x, y = (number(part) for part in (z, x, y))
        newest = seen.city(city).address
        check_address(group, z, x, y)
        etag = f'"{city}-{newest}-{group}-{z}-{x}-{y}"'
        # a tile of an older address is answered from today's shapes but never kept for long
        age = "private, max-age=31536000, immutable" if version == newest else "private, no-cache"
        headers = {"Cache-Control": age, "ETag": etag, "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, mimetype=_TYPE, headers=headers)
        body = results.get(seen, newest, ("tile", city, group, z, x, y), lambda: find_tile(seen, city, group, z, x, y))
        if body:      # a tile without a feature has no bytes; 204 would say so too, but closes the connection
            headers["Content-Encoding"] = "gzip"
        return Response(body, mimetype=_TYPE, headers=headers)


def number(part: str) -> int:
    """A tile coordinate: plain digits; −1 for anything else, which no tile has."""
    return int(part) if part.isascii() and part.isdigit() and len(part) <= 6 else -1
