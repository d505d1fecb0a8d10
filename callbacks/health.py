"""GET /health, /version, /progress: is it alive, what is new, how far is the first start."""

from __future__ import annotations

from flask import Response

from app.service.alive import alive
from app.sight import Seen
from callbacks.gateway import Gateway, reply
from callbacks.results import Results


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the small routes that machines and browsers poll."""

    @gateway.route("/health", right="open", is_quiet=True)
    def health(seen: Seen) -> Response:  # noqa: ARG001 - every view gets what is seen; nobody sees a city
        return _fresh(alive(gateway.system))

    @gateway.route("/version", right="map.read", is_quiet=True)
    def version(seen: Seen) -> Response:
        cities = seen.cities.items()
        return _fresh({
            key: {"geometry": city.address, "values": city.value_version, "newest": seen.newest(key), "alerts": seen.alerts.version(key)}
            for key, city in cities
        })

    @gateway.route("/progress", right="signed.in", is_quiet=True)
    def progress(seen: Seen) -> Response:
        return _fresh(seen.progress)


def _fresh(answer: object) -> Response:
    response = reply(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
