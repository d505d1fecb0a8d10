"""GET /values/<city>/<indicator>/<level>/<when>.bin|.json: what colours the map, apart from its geometry."""

from __future__ import annotations

from flask import Response

from app.access import Viewer
from app.errors import BadInput
from app.map.values import class_bytes
from app.map.values import legend as find_legend
from app.system import System
from callbacks.gateway import Gateway, one_of, reply
from callbacks.results import Results

BY = ("threshold", "quantile")


def register(gateway: Gateway, system: System, results: Results) -> None:
    """Add the value routes."""

    @gateway.route("/values/<city>/<indicator>/<level>/<when>.bin", right="map.read")
    def classes(viewer: Viewer, city: str, indicator: str, level: str, when: str) -> Response:
        by, at, version = one_of("by", BY, "threshold"), moment(when), system.city(city).value_version
        body = results.get(viewer, version, ("classes", city, indicator, level, at, by),
                           lambda: class_bytes(system, city, indicator, level, at, by))
        return Response(body, mimetype="application/octet-stream",
                        headers={"Content-Encoding": "gzip", "Cache-Control": "private, max-age=300", "Vary": "Accept-Encoding"})

    @gateway.route("/values/<city>/<indicator>/<level>/<when>.json", right="map.read")
    def legend(viewer: Viewer, city: str, indicator: str, level: str, when: str) -> Response:
        by, at, version = one_of("by", BY, "threshold"), moment(when), system.city(city).value_version
        return reply(results.get(viewer, version, ("legend", city, indicator, level, at, by),
                                 lambda: find_legend(system, city, indicator, level, at, by)))


def moment(text: str) -> int | None:
    """`latest` or a time in epoch seconds; raises BadInput."""
    if text == "latest":
        return None
    if not text.isdigit() or len(text) > 11:
        raise BadInput("A time is `latest` or seconds since 1970", value=text[:40])
    return int(text)
