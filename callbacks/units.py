"""GET /unit, /floors, /shapes, /overlay: what the map asks for besides tiles and values."""

from __future__ import annotations

from flask import Response, request

from app.map.overlays import KINDS
from app.map.overlays import overlay as find_overlay
from app.sight import Seen
from app.units import cards
from app.units.floors import slabs
from app.units.levels import LEVELS
from callbacks.gateway import Gateway, one_of, reply, whole_number
from callbacks.results import Results
from callbacks.values import BY


def register(gateway: Gateway, results: Results) -> None:
    """Add the unit routes."""

    @gateway.route("/unit/<city>/<level>/<int:seq>.json", right="map.read", is_quiet=True)
    def unit(seen: Seen, city: str, level: str, seq: int) -> Response:
        indicator, at = request.args.get("indicator", ""), whole_number("at")
        return reply(results.get(seen, seen.city(city).value_version, ("unit", city, level, seq, indicator, at),
                                 lambda: cards.hover(seen, city, level, seq, indicator, at)))

    @gateway.route("/floors/<city>/<code>.json", right="map.read")
    def floors(seen: Seen, city: str, code: str) -> Response:
        indicator, at, by = request.args.get("indicator", ""), whole_number("at"), one_of("by", BY, "threshold")
        return reply(results.get(seen, seen.city(city).value_version, ("floors", city, code, indicator, at, by),
                                 lambda: slabs(seen, city, code, indicator, at, by)))

    @gateway.route("/shapes/<city>/<level>.json", right="map.read")
    def shapes(seen: Seen, city: str, level: str) -> Response:
        parent = request.args.get("parent") or None
        return reply(results.get(seen, seen.city(city).geometry_version, ("shapes", city, level, parent),
                                 lambda: cards.shapes(seen, city, level, parent)))

    @gateway.route("/overlay/<city>/<kind>.json", right="map.read")
    def overlay(seen: Seen, city: str, kind: str) -> Response:
        one_of("level", LEVELS, "street")
        asked = {"indicator": request.args.get("indicator", ""), "level": request.args.get("level", "street"),
                 "at": whole_number("at"), "by": one_of("by", BY, "threshold"), "seq": whole_number("seq", 0),
                 "most": whole_number("most", 400, 1, 5000)}
        key = ("overlay", city, kind if kind in KINDS else "unknown", *asked.values())
        return reply(results.get(seen, seen.city(city).value_version, key,
                                 lambda: find_overlay(seen, city, kind, **asked)))
