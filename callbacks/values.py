"""GET /values/<city>/<indicator>/<level>/<when>.bin|.json: what colours the map, apart from its geometry."""

from __future__ import annotations

from flask import Response, request

from app.errors import BadInput
from app.map.values import BreaksOf, class_bytes
from app.map.values import legend as find_legend
from app.sight import Seen
from callbacks.gateway import Gateway, one_of, reply
from callbacks.results import Results

BY = ("threshold", "quantile")


def register(gateway: Gateway, results: Results) -> None:
    """Add the value routes."""

    @gateway.route("/values/<city>/<indicator>/<level>/<when>.bin", right="map.read", is_quiet=True)
    def classes(seen: Seen, city: str, indicator: str, level: str, when: str) -> Response:
        by, at, of, version = one_of("by", BY, "threshold"), moment(when), breaks_of(), seen.city(city).value_version
        body = results.get(seen, version, ("classes", city, indicator, level, at, by, of),
                           lambda: class_bytes(seen, city, indicator, level, at, by, of))
        return Response(body, mimetype="application/octet-stream",
                        headers={"Content-Encoding": "gzip", "Cache-Control": "private, max-age=300", "Vary": "Accept-Encoding"})

    @gateway.route("/values/<city>/<indicator>/<level>/<when>.json", right="map.read", is_quiet=True)
    def legend(seen: Seen, city: str, indicator: str, level: str, when: str) -> Response:
        by, at, of, version = one_of("by", BY, "threshold"), moment(when), breaks_of(), seen.city(city).value_version
        return reply(results.get(seen, version, ("legend", city, indicator, level, at, by, of),
                                 lambda: find_legend(seen, city, indicator, level, at, by, of)))


def moment(text: str) -> int | None:
    """`latest` or a time in epoch seconds; raises BadInput."""
    if text == "latest":
        return None
    if not text.isdigit() or len(text) > 11:
        raise BadInput("A time is `latest` or seconds since 1970", value=text[:40])
    return int(text)


def breaks_of() -> BreaksOf:
    """The time whose quantiles divide, as the request says (`latest` or epoch seconds); None where it does not. Raises BadInput."""
    text = request.args.get("breaks_of")
    return text if text in (None, "latest") else moment(text)
