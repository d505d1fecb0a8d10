"""GET /tiles/<city>/<version>/<group>/<z>/<x>/<y>.mvt: immutable vector tiles, addressed by geometry version."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import Response, request

from app.map.tiles import check_address
from app.map.tiles import tile as find_tile
from app.sight import Seen
from callbacks.gateway import Gateway
from callbacks.results import Results

ENDPOINT = "tiles.tile"
_TYPE = "application/vnd.mapbox-vector-tile"


class Where(NamedTuple):
    """The parts of a tile's address, as they were asked for."""

    city: str
    version: str
    group: str
    z: str
    x: str
    y: str


class Told(NamedTuple):
    """An answer that no framework has touched yet."""

    status: int
    headers: dict[str, str]
    body: bytes


def tell(seen: Seen, where: Where, has: str | None, find: Callable[[object, tuple[object, ...], Callable[[], bytes]], bytes]) -> Told:
    """The answer to an address. `has`: the mark of what the browser keeps; `find(version, key, make)`: the bytes, kept or made."""
    city, version, group = where[:3]
    z, x, y = (number(part) for part in where[3:])
    newest = seen.city(city).address
    check_address(group, z, x, y)
    mark = f'"{city}-{newest}-{group}-{z}-{x}-{y}"'
    # a tile of an older address is answered from today's shapes but never kept for long
    age = "private, max-age=31536000, immutable" if version == newest else "private, no-cache"
    headers = {"Cache-Control": age, "ETag": mark, "Vary": "Accept-Encoding", "Content-Type": _TYPE}
    if has == mark:
        return Told(304, headers, b"")
    body = find(newest, ("tile", city, group, z, x, y), lambda: find_tile(seen, city, group, z, x, y))
    if body:      # a tile without a feature has no bytes; 204 would say so too, but closes the connection
        headers["Content-Encoding"] = "gzip"
    return Told(200, headers, body)


def register(gateway: Gateway, results: Results) -> None:
    """Add the tile route."""

    @gateway.route("/tiles/<city>/<version>/<group>/<z>/<x>/<y>.mvt", right="map.read", is_quiet=True)
    def tile(seen: Seen, **where: str) -> Response:
        told = tell(seen, Where(**where), request.headers.get("If-None-Match"), lambda *asked: results.get(seen, *asked))
        return Response(told.body, told.status, told.headers)


def number(part: str) -> int:
    """A tile coordinate: plain digits; −1 for anything else, which no tile has."""
    return int(part) if part.isascii() and part.isdigit() and len(part) <= 6 else -1
